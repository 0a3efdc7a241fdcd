// Rules for code. In each case two functions differ in what breaks the rule alone.

import assert from 'node:assert/strict';
import { verifyModule } from '../../../localnet/sui/verifier/verifier.ts';
import type { MoveRule } from '../../../localnet/sui/verifier/errors.ts';
import { Assembler, COPY, DROP, type FunctionText, KEY, mut, param, ref, STORE, vector } from './assembler.ts';
import { refuses } from './expect.ts';

interface Case {
  readonly what: string;
  readonly rule: MoveRule;
  readonly make: (m: Assembler) => { readonly bad: FunctionText; readonly good: FunctionText };
}

const U64 = 'U64';
/** A value that must not get lost, and one that may. */
const potato = (m: Assembler) => m.struct('Potato', STORE, { value: U64 });
const chip = (m: Assembler) => m.struct('Chip', COPY | DROP | STORE, { value: U64 });

const CONTROL: readonly Case[] = [
  {
    what: 'code that is empty',
    rule: 'EMPTY_CODE_UNIT',
    make: () => ({ bad: { code: [] }, good: { code: ['Ret'] } }),
  },
  {
    what: 'code that runs off its end',
    rule: 'INVALID_FALL_THROUGH',
    make: () => ({ bad: { code: ['LdU64 1', 'Pop'] }, good: { code: ['LdU64 1', 'Pop', 'Ret'] } }),
  },
  {
    what: 'a conditional jump at the end',
    rule: 'INVALID_FALL_THROUGH',
    make: () => ({ bad: { code: ['LdTrue', 'BrTrue 0'] }, good: { code: ['LdTrue', 'BrTrue 0', 'Ret'] } }),
  },
  {
    what: 'a jump into the middle of a loop',
    rule: 'INVALID_LOOP_SPLIT',
    make: () => ({
      // 0 goes to 2 or to 3, which go to each other.
      bad: { code: ['LdTrue', 'BrTrue 3', 'Nop', 'LdTrue', 'BrFalse 2', 'Ret'] },
      good: { code: ['LdTrue', 'BrTrue 5', 'Nop', 'LdTrue', 'BrFalse 2', 'Ret'] },
    }),
  },
  {
    what: 'loops nested six deep',
    rule: 'LOOP_MAX_DEPTH_REACHED',
    make: () => {
      const nested = (depth: number): FunctionText => ({
        code: [
          ...Array.from({ length: depth }, () => 'Nop'),
          ...Array.from({ length: depth }, (_, i) => ['LdTrue', `BrTrue ${depth - 1 - i}`]).flat(),
          'Ret',
        ],
      });
      return { bad: nested(6), good: nested(5) };
    },
  },
  {
    what: 'too many blocks',
    rule: 'TOO_MANY_BASIC_BLOCKS',
    make: () => {
      const blocks = (count: number): FunctionText => ({
        code: [...Array.from({ length: count - 1 }, (_, i) => `Branch ${i + 1}`), 'Ret'],
      });
      return { bad: blocks(1025), good: blocks(1024) };
    },
  },
];

const STACK: readonly Case[] = [
  {
    what: 'popping an empty stack',
    rule: 'NEGATIVE_STACK_SIZE_WITHIN_BLOCK',
    make: () => ({ bad: { code: ['Pop', 'Ret'] }, good: { code: ['LdTrue', 'Pop', 'Ret'] } }),
  },
  {
    what: 'popping what another block pushed',
    rule: 'POSITIVE_STACK_SIZE_AT_BLOCK_END',
    make: () => ({
      bad: { code: ['LdTrue', 'Branch 2', 'Pop', 'Ret'] },
      good: { code: ['LdTrue', 'Pop', 'Branch 3', 'Ret'] },
    }),
  },
  {
    what: 'leaving values behind, even where no one gets',
    rule: 'POSITIVE_STACK_SIZE_AT_BLOCK_END',
    make: () => ({ bad: { code: ['Ret', 'LdTrue', 'Ret'] }, good: { code: ['Ret', 'Ret'] } }),
  },
  {
    what: 'more values than the stack may hold',
    rule: 'VALUE_STACK_OVERFLOW',
    make: () => {
      const deep = (n: number): FunctionText => ({
        code: [...Array.from({ length: n }, () => 'LdTrue'), ...Array.from({ length: n }, () => 'Pop'), 'Ret'],
      });
      return { bad: deep(1025), good: deep(1024) };
    },
  },
  {
    what: 'a block that pushes too much in all',
    rule: 'VALUE_STACK_PUSH_OVERFLOW',
    make: () => {
      const busy = (n: number): FunctionText => ({
        code: [...Array.from({ length: n }, () => ['LdTrue', 'Pop']).flat(), 'Ret'],
      });
      return { bad: busy(10_001), good: busy(10_000) };
    },
  },
];

const TYPES: readonly Case[] = [
  {
    what: 'branching on a number',
    rule: 'BR_TYPE_MISMATCH_ERROR',
    make: () => ({ bad: { code: ['LdU8 1', 'BrTrue 2', 'Ret'] }, good: { code: ['LdTrue', 'BrTrue 2', 'Ret'] } }),
  },
  {
    what: 'aborting with a u8',
    rule: 'ABORT_TYPE_MISMATCH_ERROR',
    make: () => ({ bad: { code: ['LdU8 1', 'Abort'] }, good: { code: ['LdU64 1', 'Abort'] } }),
  },
  {
    what: 'storing a number in a local of another width',
    rule: 'STLOC_TYPE_MISMATCH_ERROR',
    make: () => ({
      bad: { locals: [U64], code: ['LdU8 1', 'StLoc 0', 'Ret'] },
      good: { locals: [U64], code: ['LdU64 1', 'StLoc 0', 'Ret'] },
    }),
  },
  {
    what: 'returning a number for an address',
    rule: 'RET_TYPE_MISMATCH_ERROR',
    make: () => ({
      bad: { params: [U64], returns: ['Address'], code: ['MoveLoc 0', 'Ret'] },
      good: { params: ['Address'], returns: ['Address'], code: ['MoveLoc 0', 'Ret'] },
    }),
  },
  {
    what: 'adding numbers of different widths',
    rule: 'INTEGER_OP_TYPE_MISMATCH_ERROR',
    make: () => ({
      bad: { code: ['LdU64 1', 'LdU8 1', 'Add', 'Pop', 'Ret'] },
      good: { code: ['LdU64 1', 'LdU64 1', 'Add', 'Pop', 'Ret'] },
    }),
  },
  {
    what: 'comparing addresses by size',
    rule: 'INTEGER_OP_TYPE_MISMATCH_ERROR',
    make: () => ({
      bad: { params: ['Address'], code: ['CopyLoc 0', 'CopyLoc 0', 'Lt', 'Pop', 'Ret'] },
      good: { params: ['U256'], code: ['CopyLoc 0', 'CopyLoc 0', 'Lt', 'Pop', 'Ret'] },
    }),
  },
  {
    what: 'shifting by a u64',
    rule: 'INTEGER_OP_TYPE_MISMATCH_ERROR',
    make: () => ({
      bad: { code: ['LdU64 1', 'LdU64 1', 'Shl', 'Pop', 'Ret'] },
      good: { code: ['LdU64 1', 'LdU8 1', 'Shl', 'Pop', 'Ret'] },
    }),
  },
  {
    what: 'casting a bool',
    rule: 'INTEGER_OP_TYPE_MISMATCH_ERROR',
    make: () => ({
      bad: { code: ['LdTrue', 'CastU64', 'Pop', 'Ret'] },
      good: { code: ['LdU8 1', 'CastU64', 'Pop', 'Ret'] },
    }),
  },
  {
    what: 'negating a number',
    rule: 'BOOLEAN_OP_TYPE_MISMATCH_ERROR',
    make: () => ({ bad: { code: ['LdU8 1', 'Not', 'Pop', 'Ret'] }, good: { code: ['LdTrue', 'Not', 'Pop', 'Ret'] } }),
  },
  {
    what: 'comparing values of different types',
    rule: 'EQUALITY_OP_TYPE_MISMATCH_ERROR',
    make: () => ({
      bad: { code: ['LdU8 1', 'LdU64 1', 'Eq', 'Pop', 'Ret'] },
      good: { code: ['LdU64 1', 'LdU64 1', 'Eq', 'Pop', 'Ret'] },
    }),
  },
  {
    what: 'comparing values, and so losing them, without drop',
    rule: 'EQUALITY_OP_TYPE_MISMATCH_ERROR',
    make: (m) => {
      const [lost, free] = [potato(m), chip(m)];
      const compare = ['MoveLoc 0', 'MoveLoc 1', 'Eq', 'Pop', 'Ret'];
      return {
        bad: { params: [lost.type, lost.type], code: compare },
        good: { params: [free.type, free.type], code: compare },
      };
    },
  },
  {
    what: 'passing a u64 for a reference',
    rule: 'CALL_TYPE_MISMATCH_ERROR',
    make: (m) => {
      const callee = m.fn('callee', { params: [ref(U64)], code: ['Ret'] });
      return {
        bad: { params: [U64], code: ['MoveLoc 0', { Call: callee }, 'Ret'] },
        good: { params: [U64], code: ['ImmBorrowLoc 0', { Call: callee }, 'Ret'] },
      };
    },
  },
  {
    what: 'passing one struct for another of the same shape',
    rule: 'CALL_TYPE_MISMATCH_ERROR',
    make: (m) => {
      const [one, other] = [potato(m), m.struct('Other', STORE, { value: U64 })];
      const callee = m.fn('callee', { params: [one.type], returns: [one.type], code: ['MoveLoc 0', 'Ret'] });
      const call = ['MoveLoc 0', { Call: callee }, 'Ret'];
      return {
        bad: { params: [other.type], returns: [one.type], code: call },
        good: { params: [one.type], returns: [one.type], code: call },
      };
    },
  },
  {
    what: 'packing a field of another type',
    rule: 'PACK_TYPE_MISMATCH_ERROR',
    make: (m) => {
      const { def, type } = potato(m);
      return {
        bad: { returns: [type], code: ['LdU8 1', { Pack: def }, 'Ret'] },
        good: { returns: [type], code: ['LdU64 1', { Pack: def }, 'Ret'] },
      };
    },
  },
  {
    what: 'forging a generic value by its type argument',
    rule: 'RET_TYPE_MISMATCH_ERROR',
    make: (m) => {
      const coin = m.struct('Coin', STORE, { value: U64 }, [{ constraints: 0, phantom: true }]);
      const [cheap, dear] = [m.struct('CHEAP', DROP, { d: 'Bool' }).type, m.struct('DEAR', DROP, { d: 'Bool' }).type];
      const of = (t: typeof cheap) => ({ DatatypeInstantiation: [coin.handle, [t]] }) as typeof cheap;
      const code = ['LdU64 1', { PackGeneric: m.structOf(coin.def, [cheap]) }, 'Ret'];
      return { bad: { returns: [of(dear)], code }, good: { returns: [of(cheap)], code } };
    },
  },
  {
    what: 'unpacking another struct',
    rule: 'UNPACK_TYPE_MISMATCH_ERROR',
    make: (m) => {
      const [one, other] = [potato(m), m.struct('Other', STORE, { value: U64 })];
      const code = ['MoveLoc 0', { Unpack: one.def }, 'Pop', 'Ret'];
      return { bad: { params: [other.type], code }, good: { params: [one.type], code } };
    },
  },
  {
    what: 'borrowing a field of another struct',
    rule: 'BORROWFIELD_TYPE_MISMATCH_ERROR',
    make: (m) => {
      const [one, other] = [potato(m), m.struct('Other', STORE, { value: U64 })];
      const code = ['MoveLoc 0', { ImmBorrowField: m.field(one.def, 0) }, 'Pop', 'Ret'];
      return { bad: { params: [ref(other.type)], code }, good: { params: [ref(one.type)], code } };
    },
  },
  {
    what: 'borrowing a field mutably through an immutable reference',
    rule: 'BORROWFIELD_TYPE_MISMATCH_ERROR',
    make: (m) => {
      const one = potato(m);
      const code = ['MoveLoc 0', { MutBorrowField: m.field(one.def, 0) }, 'Pop', 'Ret'];
      return { bad: { params: [ref(one.type)], code }, good: { params: [mut(one.type)], code } };
    },
  },
  {
    what: 'borrowing a reference',
    rule: 'BORROWLOC_REFERENCE_ERROR',
    make: () => ({
      bad: { params: [ref(U64)], code: ['ImmBorrowLoc 0', 'Pop', 'Ret'] },
      good: { params: [U64], code: ['ImmBorrowLoc 0', 'Pop', 'Ret'] },
    }),
  },
  {
    what: 'freezing an immutable reference',
    rule: 'FREEZEREF_TYPE_MISMATCH_ERROR',
    make: () => ({
      bad: { params: [ref(U64)], code: ['MoveLoc 0', 'FreezeRef', 'Pop', 'Ret'] },
      good: { params: [mut(U64)], code: ['MoveLoc 0', 'FreezeRef', 'Pop', 'Ret'] },
    }),
  },
  {
    what: 'reading what is no reference',
    rule: 'READREF_TYPE_MISMATCH_ERROR',
    make: () => ({
      bad: { params: [U64], code: ['MoveLoc 0', 'ReadRef', 'Pop', 'Ret'] },
      good: { params: [ref(U64)], code: ['MoveLoc 0', 'ReadRef', 'Pop', 'Ret'] },
    }),
  },
  {
    what: 'writing through an immutable reference',
    rule: 'WRITEREF_NO_MUTABLE_REFERENCE_ERROR',
    make: () => ({
      bad: { params: [ref(U64)], code: ['LdU64 1', 'MoveLoc 0', 'WriteRef', 'Ret'] },
      good: { params: [mut(U64)], code: ['LdU64 1', 'MoveLoc 0', 'WriteRef', 'Ret'] },
    }),
  },
  {
    what: 'writing a value of another type',
    rule: 'WRITEREF_TYPE_MISMATCH_ERROR',
    make: () => ({
      bad: { params: [mut(U64)], code: ['LdU8 1', 'MoveLoc 0', 'WriteRef', 'Ret'] },
      good: { params: [mut(U64)], code: ['LdU64 1', 'MoveLoc 0', 'WriteRef', 'Ret'] },
    }),
  },
  {
    what: 'pushing a u8 to a vector of u64',
    rule: 'TYPE_MISMATCH',
    make: (m) => {
      const sig = m.signature([U64]);
      return {
        bad: { params: [mut(vector(U64))], code: ['MoveLoc 0', 'LdU8 1', `VecPushBack ${sig}`, 'Ret'] },
        good: { params: [mut(vector(U64))], code: ['MoveLoc 0', 'LdU64 1', `VecPushBack ${sig}`, 'Ret'] },
      };
    },
  },
  {
    what: 'changing a vector through an immutable reference',
    rule: 'TYPE_MISMATCH',
    make: (m) => {
      const sig = m.signature([U64]);
      const code = ['MoveLoc 0', `VecPopBack ${sig}`, 'Pop', 'Ret'];
      return { bad: { params: [ref(vector(U64))], code }, good: { params: [mut(vector(U64))], code } };
    },
  },
  {
    what: 'packing a vector of mixed elements',
    rule: 'TYPE_MISMATCH',
    make: (m) => {
      const sig = m.signature([U64]);
      return {
        bad: { code: ['LdU64 1', 'LdU8 1', `VecPack ${sig} 2`, 'Pop', 'Ret'] },
        good: { code: ['LdU64 1', 'LdU64 1', `VecPack ${sig} 2`, 'Pop', 'Ret'] },
      };
    },
  },
  {
    what: 'indexing a vector with a u8',
    rule: 'TYPE_MISMATCH',
    make: (m) => {
      const sig = m.signature([U64]);
      return {
        bad: { params: [ref(vector(U64))], code: ['MoveLoc 0', 'LdU8 1', `VecImmBorrow ${sig}`, 'Pop', 'Ret'] },
        good: { params: [ref(vector(U64))], code: ['MoveLoc 0', 'LdU64 1', `VecImmBorrow ${sig}`, 'Pop', 'Ret'] },
      };
    },
  },
  {
    what: 'switching on a mutable reference',
    rule: 'ENUM_SWITCH_BAD_OPERAND',
    make: (m) => {
      const e = m.enum('E', DROP, { A: {}, B: { x: U64 } });
      const rest = { code: ['MoveLoc 0', { VariantSwitch: 0 }, 'Ret'], jumpTables: [{ head: e.def, offsets: [2, 2] }] };
      return { bad: { params: [mut(e.type)], ...rest }, good: { params: [ref(e.type)], ...rest } };
    },
  },
  {
    what: 'switching on another enum',
    rule: 'ENUM_TYPE_MISMATCH',
    make: (m) => {
      const [e, f] = [m.enum('E', DROP, { A: {}, B: {} }), m.enum('F', DROP, { A: {}, B: {} })];
      const rest = { code: ['MoveLoc 0', { VariantSwitch: 0 }, 'Ret'], jumpTables: [{ head: e.def, offsets: [2, 2] }] };
      return { bad: { params: [ref(f.type)], ...rest }, good: { params: [ref(e.type)], ...rest } };
    },
  },
  {
    what: 'unpacking a variant mutably through an immutable reference',
    rule: 'UNPACK_TYPE_MISMATCH_ERROR',
    make: (m) => {
      const e = m.enum('E', DROP, { A: { x: U64 } });
      const code = ['MoveLoc 0', { UnpackVariantMutRef: m.variant(e.def, 0) }, 'Pop', 'Ret'];
      return { bad: { params: [ref(e.type)], code }, good: { params: [mut(e.type)], code } };
    },
  },
];

const ABILITIES: readonly Case[] = [
  {
    what: 'popping a value without drop',
    rule: 'POP_WITHOUT_DROP_ABILITY',
    make: (m) => {
      const [lost, free] = [potato(m).type, chip(m).type];
      const code = ['MoveLoc 0', 'Pop', 'Ret'];
      return { bad: { params: [lost], code }, good: { params: [free], code } };
    },
  },
  {
    what: 'popping a value of a type parameter without drop',
    rule: 'POP_WITHOUT_DROP_ABILITY',
    make: () => {
      const code = ['MoveLoc 0', 'Pop', 'Ret'];
      return {
        bad: { params: [param(0)], typeParameters: [COPY], code },
        good: { params: [param(0)], typeParameters: [DROP], code },
      };
    },
  },
  {
    what: 'popping a vector of values without drop',
    rule: 'POP_WITHOUT_DROP_ABILITY',
    make: (m) => {
      const [lost, free] = [potato(m).type, chip(m).type];
      const code = ['MoveLoc 0', 'Pop', 'Ret'];
      return { bad: { params: [vector(lost)], code }, good: { params: [vector(free)], code } };
    },
  },
  {
    what: 'copying a value without copy',
    rule: 'COPYLOC_WITHOUT_COPY_ABILITY',
    make: (m) => {
      const code = ['CopyLoc 0', 'MoveLoc 0', 'Ret'];
      const of = (type: ReturnType<typeof chip>['type']): FunctionText => ({
        params: [type],
        returns: [type, type],
        code,
      });
      return { bad: of(potato(m).type), good: of(chip(m).type) };
    },
  },
  {
    what: 'copying a value without copy through a reference',
    rule: 'READREF_WITHOUT_COPY_ABILITY',
    make: (m) => {
      const of = (type: ReturnType<typeof chip>['type']): FunctionText => ({
        params: [ref(type)],
        returns: [type],
        code: ['MoveLoc 0', 'ReadRef', 'Ret'],
      });
      return { bad: of(potato(m).type), good: of(chip(m).type) };
    },
  },
  {
    what: 'overwriting a value without drop through a reference',
    rule: 'WRITEREF_WITHOUT_DROP_ABILITY',
    make: (m) => {
      const of = (type: ReturnType<typeof chip>['type']): FunctionText => ({
        params: [type, mut(type)],
        code: ['MoveLoc 0', 'MoveLoc 1', 'WriteRef', 'Ret'],
      });
      return { bad: of(potato(m).type), good: of(chip(m).type) };
    },
  },
  {
    what: 'a type argument that lacks what the callee asks',
    rule: 'CONSTRAINT_NOT_SATISFIED',
    make: (m) => {
      const callee = m.fn('callee', { params: [param(0)], typeParameters: [DROP], code: ['Ret'] });
      const of = (type: ReturnType<typeof chip>['type']): FunctionText => ({
        params: [type],
        code: ['MoveLoc 0', { CallGeneric: m.callOf(callee, [type]) }, 'Ret'],
      });
      return { bad: of(potato(m).type), good: of(chip(m).type) };
    },
  },
  {
    what: 'a type argument that lacks what the struct asks',
    rule: 'CONSTRAINT_NOT_SATISFIED',
    make: (m) => {
      const box = m.struct('Box', DROP, { value: param(0) }, [{ constraints: DROP }]);
      const of = (type: ReturnType<typeof chip>['type']): FunctionText => ({
        params: [type],
        code: ['MoveLoc 0', { PackGeneric: m.structOf(box.def, [type]) }, 'Pop', 'Ret'],
      });
      return { bad: of(potato(m).type), good: of(chip(m).type) };
    },
  },
  {
    what: 'a generic callee without type arguments',
    rule: 'GENERIC_MEMBER_OPCODE_MISMATCH',
    make: (m) => {
      const generic = m.fn('generic', { typeParameters: [0], code: ['Ret'] });
      return {
        bad: { code: [{ Call: generic }, 'Ret'] },
        good: { code: [{ CallGeneric: m.callOf(generic, [U64]) }, 'Ret'] },
      };
    },
  },
  {
    what: 'too few type arguments',
    rule: 'NUMBER_OF_TYPE_ARGUMENTS_MISMATCH',
    make: (m) => {
      const generic = m.fn('generic', { typeParameters: [0, 0], code: ['Ret'] });
      return {
        bad: { code: [{ CallGeneric: m.callOf(generic, [U64]) }, 'Ret'] },
        good: { code: [{ CallGeneric: m.callOf(generic, [U64, U64]) }, 'Ret'] },
      };
    },
  },
  {
    what: 'a reference as a type argument',
    rule: 'INVALID_SIGNATURE_TOKEN',
    make: (m) => {
      const generic = m.fn('generic', { typeParameters: [0], code: ['Ret'] });
      return {
        bad: { code: [{ CallGeneric: m.callOf(generic, [ref(U64)]) }, 'Ret'] },
        good: { code: [{ CallGeneric: m.callOf(generic, [U64]) }, 'Ret'] },
      };
    },
  },
  {
    what: 'packing more elements than a vector instruction may',
    rule: 'CONSTRAINT_NOT_SATISFIED',
    make: (m) => {
      const sig = m.signature([U64]);
      return {
        bad: { code: [`VecPack ${sig} 65536`, 'Pop', 'Ret'] },
        good: { code: [`VecPack ${sig} 0`, 'Pop', 'Ret'] },
      };
    },
  },
];

const LOCALS: readonly Case[] = [
  {
    what: 'moving a local twice',
    rule: 'MOVELOC_UNAVAILABLE_ERROR',
    make: () => ({
      bad: { params: [U64], code: ['MoveLoc 0', 'Pop', 'MoveLoc 0', 'Pop', 'Ret'] },
      good: { params: [U64], code: ['CopyLoc 0', 'Pop', 'MoveLoc 0', 'Pop', 'Ret'] },
    }),
  },
  {
    what: 'copying a local that has no value yet',
    rule: 'COPYLOC_UNAVAILABLE_ERROR',
    make: () => ({
      bad: { locals: [U64], code: ['CopyLoc 0', 'Pop', 'Ret'] },
      good: { locals: [U64], code: ['LdU64 1', 'StLoc 0', 'CopyLoc 0', 'Pop', 'Ret'] },
    }),
  },
  {
    what: 'borrowing a local that has a value on one way only',
    rule: 'BORROWLOC_UNAVAILABLE_ERROR',
    make: () => {
      const code = ['MoveLoc 0', 'BrTrue 4', 'LdU64 1', 'StLoc 1', 'ImmBorrowLoc 1', 'Pop', 'Ret'];
      return {
        bad: { params: ['Bool'], locals: [U64], code },
        good: { params: ['Bool'], locals: [U64], code: code.with(1, 'BrTrue 2') },
      };
    },
  },
  {
    what: 'moving a local in a loop',
    rule: 'MOVELOC_UNAVAILABLE_ERROR',
    make: () => ({
      bad: { params: [U64], code: ['MoveLoc 0', 'Pop', 'LdTrue', 'BrTrue 0', 'Ret'] },
      good: { params: [U64], code: ['CopyLoc 0', 'Pop', 'LdTrue', 'BrTrue 0', 'Ret'] },
    }),
  },
  {
    what: 'overwriting a local that has a value without drop',
    rule: 'STLOC_UNSAFE_TO_DESTROY_ERROR',
    make: (m) => {
      const of = (type: ReturnType<typeof chip>['type']): FunctionText => ({
        params: [type, type],
        returns: [type],
        code: ['MoveLoc 0', 'StLoc 1', 'MoveLoc 1', 'Ret'],
      });
      return { bad: of(potato(m).type), good: of(chip(m).type) };
    },
  },
  {
    what: 'returning with a value without drop in a local',
    rule: 'UNSAFE_RET_UNUSED_VALUES_WITHOUT_DROP',
    make: (m) => ({
      bad: { params: [potato(m).type], code: ['Ret'] },
      good: { params: [chip(m).type], code: ['Ret'] },
    }),
  },
  {
    what: 'using up a value without drop on one way only',
    rule: 'UNSAFE_RET_UNUSED_VALUES_WITHOUT_DROP',
    make: (m) => {
      const { type, def } = potato(m);
      const code = ['MoveLoc 1', 'BrTrue 5', 'MoveLoc 0', { Unpack: def }, 'Pop', 'Ret'];
      return {
        bad: { params: [type, 'Bool'], code },
        good: { params: [type, 'Bool'], code: code.with(1, 'BrTrue 2') },
      };
    },
  },
];

describe('verifier: code', () => {
  const groups = { 'control flow': CONTROL, stack: STACK, types: TYPES, abilities: ABILITIES, locals: LOCALS };
  for (const [group, cases] of Object.entries(groups)) {
    describe(group, () => {
      for (const { what, rule, make } of cases) {
        it(`refuses ${what}`, () => {
          const [attack, honest] = [new Assembler(), new Assembler()];
          attack.fn('f', make(attack).bad);
          honest.fn('f', make(honest).good);
          verifyModule(honest.read());
          const error = refuses(rule, () => verifyModule(attack.read()));
          assert.equal(error.kind, 'VMVerificationOrDeserializationError');
        });
      }
    });
  }

  it('says where: module, function and instruction', () => {
    const m = new Assembler('vault');
    m.fn('fine', { code: ['Ret'] });
    m.fn('broken', { code: ['LdTrue', 'LdU8 1', 'Pop', 'Abort'] });
    const { place, message, statusCode } = refuses('ABORT_TYPE_MISMATCH_ERROR', () => verifyModule(m.read()));
    assert.deepEqual([place.module?.name, place.functionName, place.instruction], ['vault', 'broken', 3]);
    assert.match(message, /vault::broken@3/);
    assert.equal(statusCode, 1026);
  });

  it('knows the abilities of a generic type by those of its arguments', () => {
    // A struct with key and a non-phantom parameter has key only where the argument has store.
    const m = new Assembler();
    const uid = m.uid();
    const box = m.struct('Box', KEY, { id: uid, value: param(0) }, [{ constraints: 0 }]);
    const needsKey = m.fn('needs_key', { typeParameters: [KEY], code: ['Ret'] });
    const boxOf = (index: number) => ({ DatatypeInstantiation: [box.handle, [param(index)]] }) as const;
    const call = (name: string, constraint: number): void => {
      m.fn(name, {
        typeParameters: [constraint],
        code: [{ CallGeneric: m.callOf(needsKey, [boxOf(0) as never]) }, 'Ret'],
      });
    };
    call('good', STORE);
    verifyModule(m.read());
    call('bad', COPY | DROP);
    refuses('CONSTRAINT_NOT_SATISFIED', () => verifyModule(m.read()));
  });
});
