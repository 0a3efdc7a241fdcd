// Reference safety: each attack would read freed memory, alias a mutable reference or outlive its frame; its twin differs
// in what makes that impossible.

import { verifyModule } from '../../../localnet/sui/verifier/verifier.ts';
import type { MoveRule } from '../../../localnet/sui/verifier/errors.ts';
import { Assembler, DROP, type FunctionText, mut, ref, STORE, vector } from './assembler.ts';
import { refuses } from './expect.ts';

const U64 = 'U64';

interface Case {
  readonly what: string;
  readonly rule: MoveRule;
  readonly make: (m: Assembler) => { readonly bad: FunctionText; readonly good: FunctionText };
}

/** A struct with two fields, and field handles for them. */
function pair(m: Assembler) {
  const { def, type } = m.struct('Pair', DROP | STORE, { x: U64, y: U64 });
  return { type, x: m.field(def, 0), y: m.field(def, 1) };
}

/** `fun id(r: &mut u64): &mut u64` and its like, whose result borrows from the argument. */
function identity(m: Assembler, type: FunctionText['params'] & object): number {
  return m.fn('identity', { params: type, returns: [type[0]!], code: ['MoveLoc 0', 'Ret'] });
}

const CASES: readonly Case[] = [
  {
    what: 'returning a reference to a local',
    rule: 'UNSAFE_RET_LOCAL_OR_RESOURCE_STILL_BORROWED',
    make: () => ({
      bad: { params: [U64], returns: [ref(U64)], code: ['ImmBorrowLoc 0', 'Ret'] },
      good: { params: [ref(U64)], returns: [ref(U64)], code: ['MoveLoc 0', 'Ret'] },
    }),
  },
  {
    what: 'returning a reference to a local by way of a function',
    rule: 'UNSAFE_RET_LOCAL_OR_RESOURCE_STILL_BORROWED',
    make: (m) => {
      const id = identity(m, [mut(U64)]);
      return {
        bad: { params: [U64], returns: [mut(U64)], code: ['MutBorrowLoc 0', { Call: id }, 'Ret'] },
        good: { params: [mut(U64)], returns: [mut(U64)], code: ['MoveLoc 0', { Call: id }, 'Ret'] },
      };
    },
  },
  {
    what: "returning a reference to a local's field, or to a vector's element",
    rule: 'UNSAFE_RET_LOCAL_OR_RESOURCE_STILL_BORROWED',
    make: (m) => {
      const sig = m.signature([U64]);
      const element = ['LdU64 0', `VecImmBorrow ${sig}`, 'Ret'];
      return {
        bad: { params: [vector(U64)], returns: [ref(U64)], code: ['ImmBorrowLoc 0', ...element] },
        good: { params: [ref(vector(U64))], returns: [ref(U64)], code: ['MoveLoc 0', ...element] },
      };
    },
  },
  {
    what: 'moving a local while it is borrowed',
    rule: 'MOVELOC_EXISTS_BORROW_ERROR',
    make: () => ({
      bad: {
        params: [U64],
        locals: [ref(U64)],
        code: ['ImmBorrowLoc 0', 'StLoc 1', 'MoveLoc 0', 'Pop', 'MoveLoc 1', 'Pop', 'Ret'],
      },
      good: {
        params: [U64],
        locals: [ref(U64)],
        code: ['ImmBorrowLoc 0', 'StLoc 1', 'MoveLoc 1', 'Pop', 'MoveLoc 0', 'Pop', 'Ret'],
      },
    }),
  },
  {
    what: 'storing to a local while it is borrowed',
    rule: 'STLOC_UNSAFE_TO_DESTROY_ERROR',
    make: () => ({
      bad: { params: [U64], code: ['ImmBorrowLoc 0', 'LdU64 1', 'StLoc 0', 'Pop', 'Ret'] },
      good: { params: [U64], code: ['ImmBorrowLoc 0', 'Pop', 'LdU64 1', 'StLoc 0', 'Ret'] },
    }),
  },
  {
    what: 'copying a local while it is mutably borrowed',
    rule: 'COPYLOC_EXISTS_BORROW_ERROR',
    make: () => ({
      bad: { params: [U64], code: ['MutBorrowLoc 0', 'CopyLoc 0', 'Pop', 'Pop', 'Ret'] },
      good: { params: [U64], code: ['ImmBorrowLoc 0', 'CopyLoc 0', 'Pop', 'Pop', 'Ret'] },
    }),
  },
  {
    what: 'borrowing a local while it is mutably borrowed',
    rule: 'BORROWLOC_EXISTS_BORROW_ERROR',
    make: () => ({
      bad: { params: [U64], code: ['MutBorrowLoc 0', 'ImmBorrowLoc 0', 'Pop', 'Pop', 'Ret'] },
      good: { params: [U64], code: ['ImmBorrowLoc 0', 'ImmBorrowLoc 0', 'Pop', 'Pop', 'Ret'] },
    }),
  },
  {
    what: 'writing to a local through a mutable reference while another reads it',
    rule: 'WRITEREF_EXISTS_BORROW_ERROR',
    make: () => {
      const locals = [ref(U64), mut(U64)];
      const begin = ['ImmBorrowLoc 0', 'StLoc 1', 'MutBorrowLoc 0', 'StLoc 2'];
      const write = ['LdU64 1', 'MoveLoc 2', 'WriteRef'];
      const read = ['MoveLoc 1', 'ReadRef', 'Pop'];
      return {
        bad: { params: [U64], locals, code: [...begin, ...write, ...read, 'Ret'] },
        good: { params: [U64], locals, code: [...begin, ...read, ...write, 'Ret'] },
      };
    },
  },
  {
    what: 'writing through a mutable reference while its copy is in use',
    rule: 'WRITEREF_EXISTS_BORROW_ERROR',
    make: () => ({
      bad: { params: [mut(U64)], code: ['CopyLoc 0', 'LdU64 1', 'MoveLoc 0', 'WriteRef', 'Pop', 'Ret'] },
      good: {
        params: [mut(U64)],
        code: ['LdU64 1', 'CopyLoc 0', 'WriteRef', 'LdU64 2', 'MoveLoc 0', 'WriteRef', 'Ret'],
      },
    }),
  },
  {
    what: 'reading through a mutable reference while a part of it is mutably borrowed',
    rule: 'READREF_EXISTS_MUTABLE_BORROW_ERROR',
    make: () => ({
      bad: { params: [mut(U64)], code: ['CopyLoc 0', 'MoveLoc 0', 'ReadRef', 'Pop', 'Pop', 'Ret'] },
      good: { params: [mut(U64)], code: ['CopyLoc 0', 'Pop', 'MoveLoc 0', 'ReadRef', 'Pop', 'Ret'] },
    }),
  },
  {
    what: 'comparing through a mutable reference while it is mutably borrowed',
    rule: 'READREF_EXISTS_MUTABLE_BORROW_ERROR',
    make: () => ({
      bad: { params: [mut(U64), mut(U64)], code: ['CopyLoc 0', 'MoveLoc 0', 'MoveLoc 1', 'Eq', 'Pop', 'Pop', 'Ret'] },
      good: { params: [mut(U64), mut(U64)], code: ['MoveLoc 0', 'MoveLoc 1', 'Eq', 'Pop', 'Ret'] },
    }),
  },
  {
    what: 'freezing a mutable reference while it is mutably borrowed',
    rule: 'FREEZEREF_EXISTS_MUTABLE_BORROW_ERROR',
    make: () => ({
      bad: { params: [mut(U64)], code: ['CopyLoc 0', 'MoveLoc 0', 'FreezeRef', 'Pop', 'Pop', 'Ret'] },
      good: { params: [mut(U64)], code: ['MoveLoc 0', 'FreezeRef', 'Pop', 'Ret'] },
    }),
  },
  {
    what: 'borrowing a field while that field, but not while another, is mutably borrowed',
    rule: 'FIELD_EXISTS_MUTABLE_BORROW_ERROR',
    make: (m) => {
      const { type, x, y } = pair(m);
      const code = (second: number) => [
        'CopyLoc 0',
        { MutBorrowField: x },
        'MoveLoc 0',
        { ImmBorrowField: second },
        'Pop',
        'Pop',
        'Ret',
      ];
      return { bad: { params: [mut(type)], code: code(x) }, good: { params: [mut(type)], code: code(y) } };
    },
  },
  {
    what: 'borrowing a field mutably while the whole value is borrowed',
    rule: 'FIELD_EXISTS_MUTABLE_BORROW_ERROR',
    make: (m) => {
      const { type, x } = pair(m);
      return {
        bad: {
          params: [mut(type)],
          code: ['CopyLoc 0', 'FreezeRef', 'MoveLoc 0', { MutBorrowField: x }, 'Pop', 'Pop', 'Ret'],
        },
        good: {
          params: [mut(type)],
          code: ['CopyLoc 0', 'FreezeRef', 'Pop', 'MoveLoc 0', { MutBorrowField: x }, 'Pop', 'Ret'],
        },
      };
    },
  },
  {
    what: 'using two mutable references to one field',
    rule: 'WRITEREF_EXISTS_BORROW_ERROR',
    make: (m) => {
      const { type, x, y } = pair(m);
      const code = (second: number) => [
        'CopyLoc 0',
        { MutBorrowField: x },
        'StLoc 1',
        'MoveLoc 0',
        { MutBorrowField: second },
        'StLoc 2',
        'LdU64 1',
        'MoveLoc 2',
        'WriteRef',
        'LdU64 1',
        'MoveLoc 1',
        'WriteRef',
        'Ret',
      ];
      const locals = [mut(U64), mut(U64)];
      return {
        bad: { params: [mut(type)], locals, code: code(x) },
        good: { params: [mut(type)], locals, code: code(y) },
      };
    },
  },
  {
    what: 'changing a vector while an element is borrowed',
    rule: 'VEC_UPDATE_EXISTS_MUTABLE_BORROW_ERROR',
    make: (m) => {
      const sig = m.signature([U64]);
      const borrow = ['CopyLoc 0', 'LdU64 0', `VecMutBorrow ${sig}`];
      const pop = ['MoveLoc 0', `VecPopBack ${sig}`, 'Pop'];
      return {
        bad: { params: [mut(vector(U64))], code: [...borrow, ...pop, 'Pop', 'Ret'] },
        good: { params: [mut(vector(U64))], code: [...borrow, 'Pop', ...pop, 'Ret'] },
      };
    },
  },
  {
    what: 'borrowing two elements mutably, which may be one',
    rule: 'VEC_BORROW_ELEMENT_EXISTS_MUTABLE_BORROW_ERROR',
    make: (m) => {
      const sig = m.signature([U64]);
      const borrow = (local: string) => [`${local} 0`, 'LdU64 0', `VecMutBorrow ${sig}`];
      return {
        bad: { params: [mut(vector(U64))], code: [...borrow('CopyLoc'), ...borrow('MoveLoc'), 'Pop', 'Pop', 'Ret'] },
        good: { params: [mut(vector(U64))], code: [...borrow('CopyLoc'), 'Pop', ...borrow('MoveLoc'), 'Pop', 'Ret'] },
      };
    },
  },
  {
    what: 'passing one mutable reference twice',
    rule: 'CALL_BORROWED_MUTABLE_REFERENCE_ERROR',
    make: (m) => {
      const callee = m.fn('swap', { params: [mut(U64), mut(U64)], code: ['Ret'] });
      return {
        bad: { params: [mut(U64), mut(U64)], code: ['CopyLoc 0', 'MoveLoc 0', { Call: callee }, 'Ret'] },
        good: { params: [mut(U64), mut(U64)], code: ['MoveLoc 0', 'MoveLoc 1', { Call: callee }, 'Ret'] },
      };
    },
  },
  {
    what: 'passing a local mutably and immutably at once',
    rule: 'CALL_BORROWED_MUTABLE_REFERENCE_ERROR',
    make: (m) => {
      const callee = m.fn('assign', { params: [mut(U64), ref(U64)], code: ['Ret'] });
      return {
        bad: {
          params: [U64, U64],
          locals: [ref(U64)],
          code: ['ImmBorrowLoc 0', 'StLoc 2', 'MutBorrowLoc 0', 'MoveLoc 2', { Call: callee }, 'Ret'],
        },
        good: {
          params: [U64, U64],
          locals: [ref(U64)],
          code: ['ImmBorrowLoc 1', 'StLoc 2', 'MutBorrowLoc 0', 'MoveLoc 2', { Call: callee }, 'Ret'],
        },
      };
    },
  },
  {
    what: 'writing while a reference that a function derived is in use',
    rule: 'WRITEREF_EXISTS_BORROW_ERROR',
    make: (m) => {
      const id = identity(m, [ref(U64), U64]);
      const derive = ['CopyLoc 0', 'FreezeRef', 'LdU64 0', { Call: id }, 'StLoc 1'];
      const write = ['LdU64 1', 'MoveLoc 0', 'WriteRef'];
      const read = ['MoveLoc 1', 'ReadRef', 'Pop'];
      return {
        bad: { params: [mut(U64)], locals: [ref(U64)], code: [...derive, ...write, ...read, 'Ret'] },
        good: { params: [mut(U64)], locals: [ref(U64)], code: [...derive, ...read, ...write, 'Ret'] },
      };
    },
  },
  {
    what: 'returning a mutable reference twice',
    rule: 'RET_BORROWED_MUTABLE_REFERENCE_ERROR',
    make: () => ({
      bad: { params: [mut(U64), mut(U64)], returns: [mut(U64), mut(U64)], code: ['CopyLoc 0', 'MoveLoc 0', 'Ret'] },
      good: { params: [mut(U64), mut(U64)], returns: [mut(U64), mut(U64)], code: ['MoveLoc 1', 'MoveLoc 0', 'Ret'] },
    }),
  },
  {
    what: 'moving a local that one of two ways has borrowed',
    rule: 'MOVELOC_EXISTS_BORROW_ERROR',
    make: () => {
      const code = (borrowed: number) => [
        'MoveLoc 2', //
        'BrTrue 5',
        `ImmBorrowLoc ${borrowed}`,
        'StLoc 3',
        'Branch 7',
        'ImmBorrowLoc 1',
        'StLoc 3',
        'MoveLoc 0',
        'Pop',
        'MoveLoc 3',
        'Pop',
        'Ret',
      ];
      const rest: Pick<FunctionText, 'params' | 'locals'> = { params: [U64, U64, 'Bool'], locals: [ref(U64)] };
      return { bad: { ...rest, code: code(0) }, good: { ...rest, code: code(1) } };
    },
  },
  {
    what: 'writing in a loop what the last round still borrows',
    rule: 'WRITEREF_EXISTS_BORROW_ERROR',
    make: (m) => {
      const id = identity(m, [ref(U64)]);
      // Local 1 is a reference to something at first, and derived from local 0 in each round.
      const code = (source: number) => [
        'LdU64 1', //
        'CopyLoc 0',
        'WriteRef',
        ...(source === 0 ? ['CopyLoc 0', 'FreezeRef'] : ['CopyLoc 1']),
        { Call: id },
        'StLoc 1',
        'LdTrue',
        'BrTrue 0',
        'Ret',
      ];
      const params = [mut(U64), ref(U64)];
      return { bad: { params, code: code(0) }, good: { params, code: code(1) } };
    },
  },
  {
    what: "changing an enum's variant while its field is borrowed",
    rule: 'WRITEREF_EXISTS_BORROW_ERROR',
    make: (m) => {
      const e = m.enum('E', DROP, { Number: { n: U64 }, Address: { a: 'Address' } });
      const borrow = ['CopyLoc 0', { UnpackVariantMutRef: m.variant(e.def, 0) }];
      const write = ['MoveLoc 1', 'MoveLoc 0', 'WriteRef'];
      return {
        bad: { params: [mut(e.type), e.type], code: [...borrow, ...write, 'Pop', 'Ret'] },
        good: { params: [mut(e.type), e.type], code: [...borrow, 'Pop', ...write, 'Ret'] },
      };
    },
  },
  {
    what: 'borrowing the fields of a variant mutably while the whole value is borrowed',
    rule: 'FIELD_EXISTS_MUTABLE_BORROW_ERROR',
    make: (m) => {
      const e = m.enum('E', DROP, { Number: { n: U64 } });
      const unpack = ['MoveLoc 0', { UnpackVariantMutRef: m.variant(e.def, 0) }, 'Pop'];
      return {
        bad: { params: [mut(e.type)], code: ['CopyLoc 0', 'FreezeRef', ...unpack, 'Pop', 'Ret'] },
        good: { params: [mut(e.type)], code: ['CopyLoc 0', 'FreezeRef', 'Pop', ...unpack, 'Ret'] },
      };
    },
  },
];

describe('verifier: references', () => {
  for (const { what, rule, make } of CASES) {
    it(`refuses ${what}`, () => {
      const [attack, honest] = [new Assembler(), new Assembler()];
      attack.fn('f', make(attack).bad);
      honest.fn('f', make(honest).good);
      verifyModule(honest.read());
      refuses(rule, () => verifyModule(attack.read()));
    });
  }
});
