import assert from 'node:assert/strict';
import { MoveAbort, VmError } from '../../../localnet/sui/vm/errors.ts';
import type { RawInstruction, SignatureToken } from '../../../localnet/sui/vm/format.ts';
import { ABILITY, U64, U8 } from '../../../localnet/sui/vm/types.ts';
import { Bytes, refTo, struct, Struct, type Value, Vec } from '../../../localnet/sui/vm/values.ts';
import { assemble, type FunctionSpec, ModuleAssembler, run, type RunOptions } from './assemble.ts';
import { LIVE } from './live.ts';

const covered = new Set<string>();
const T: SignatureToken = { TypeParameter: 0 };
const vec = (t: SignatureToken): SignatureToken => ({ Vector: t });
const ref = (t: SignatureToken): SignatureToken => ({ Reference: t });
const mutRef = (t: SignatureToken): SignatureToken => ({ MutableReference: t });
const ALL = ABILITY.COPY | ABILITY.DROP | ABILITY.STORE;

function note(code: readonly RawInstruction[] = []): void {
  for (const raw of code) covered.add(typeof raw === 'string' ? raw : Object.keys(raw)[0]!);
}

/** Runs `m::f`, given by its code, and remembers which opcodes it had. */
function exec(
  spec: Omit<FunctionSpec, 'name'>,
  args: readonly Value[] = [],
  prepare: (m: ModuleAssembler) => void = () => {},
  options: RunOptions = {},
): Value[] {
  note(spec.code);
  return run(assemble(spec, prepare), args, options).values;
}

const u256 = (n: bigint): number[] => Array.from({ length: 32 }, (_, i) => Number((n >> BigInt(8 * i)) & 0xffn));

describe('sui vm: opcodes', () => {
  it('loads immediates of every width', () => {
    const big = (1n << 255n) + 3n;
    const values = exec({
      returns: ['U8', 'U16', 'U32', 'U64', 'U128', 'U256', 'Bool', 'Bool'],
      code: [
        { LdU8: 255 },
        { LdU16: 65535 },
        { LdU32: 4294967295 },
        { LdU64: 18446744073709551615n },
        { LdU128: (1n << 128n) - 1n },
        { LdU256: u256(big) },
        'LdTrue',
        'LdFalse',
        'Ret',
      ],
    });
    assert.deepEqual(values, [255, 65535, 4294967295, 18446744073709551615n, (1n << 128n) - 1n, big, true, false]);
  });

  it('loads a fresh copy of a constant each time', () => {
    // Changes one copy of vector[1, 2] and returns another.
    const code: RawInstruction[] = [
      { LdConst: 0 },
      { StLoc: 0 },
      { MutBorrowLoc: 0 },
      { LdU8: 9 },
      { VecPushBack: 1 },
      { LdConst: 0 },
      'Ret',
    ];
    const values = exec({ returns: [vec('U8')], locals: [vec('U8')], code }, [], (m) => {
      assert.equal(m.signature(['U8']), 1);
      m.constant(vec('U8'), [2, 1, 2]);
    });
    assert.deepEqual((values[0] as Bytes).view(), Uint8Array.of(1, 2));
    assert.deepEqual(
      exec(
        { returns: ['U64'], code: [{ LdConst: 0 }, 'Ret'] },
        [],
        (m) => void m.constant('U64', u256(7n).slice(0, 8)),
      ),
      [7n],
    );
  });

  it('copies, moves and stores locals; a moved local cannot be read again', () => {
    const code: RawInstruction[] = [{ CopyLoc: 0 }, { StLoc: 1 }, { MoveLoc: 0 }, { MoveLoc: 1 }, 'Ret'];
    assert.deepEqual(exec({ params: ['U64'], returns: ['U64', 'U64'], locals: ['U64'], code }, [5n]), [5n, 5n]);
    const twice: RawInstruction[] = [{ MoveLoc: 0 }, { MoveLoc: 0 }, 'Ret'];
    assert.throws(
      () => exec({ params: ['U64'], returns: ['U64', 'U64'], code: twice }, [5n]),
      (e) => e instanceof VmError && e.status === 'UNKNOWN_INVARIANT_VIOLATION_ERROR',
    );
  });

  it('branches', () => {
    const pick = (jump: string): RawInstruction[] => [
      { MoveLoc: 0 },
      { [jump]: 4 },
      { LdU64: 1n },
      'Ret',
      { LdU64: 2n },
      'Ret',
    ];
    assert.deepEqual(exec({ params: ['Bool'], returns: ['U64'], code: pick('BrTrue') }, [true]), [2n]);
    assert.deepEqual(exec({ params: ['Bool'], returns: ['U64'], code: pick('BrTrue') }, [false]), [1n]);
    assert.deepEqual(exec({ params: ['Bool'], returns: ['U64'], code: pick('BrFalse') }, [false]), [2n]);
    const skip: RawInstruction[] = ['Nop', { Branch: 3 }, { Branch: 0 }, { LdU64: 3n }, 'Ret'];
    assert.deepEqual(exec({ returns: ['U64'], code: skip }), [3n]);
  });

  it('aborts with code, function and offset', () => {
    note(['Abort']);
    assert.throws(
      () => exec({ code: ['Nop', { LdU64: 77n }, 'Abort'] }),
      (e) =>
        e instanceof MoveAbort && e.code === 77n && e.location.functionName === 'f' && e.location.instruction === 2,
    );
  });

  it('computes on booleans', () => {
    const both = (op: string) => (a: boolean, b: boolean) =>
      exec({ params: ['Bool', 'Bool'], returns: ['Bool'], code: [{ MoveLoc: 0 }, { MoveLoc: 1 }, op, 'Ret'] }, [
        a,
        b,
      ])[0];
    for (const a of [true, false]) {
      for (const b of [true, false]) {
        assert.equal(both('And')(a, b), a && b);
        assert.equal(both('Or')(a, b), a || b);
      }
      assert.deepEqual(exec({ params: ['Bool'], returns: ['Bool'], code: [{ MoveLoc: 0 }, 'Not', 'Ret'] }, [a]), [!a]);
    }
  });

  it('compares scalars, vectors, structs and what references refer to', () => {
    const test = (op: string, type: SignatureToken, a: Value, b: Value): boolean => {
      const spec = {
        params: [type, type],
        returns: ['Bool' as const],
        code: [{ MoveLoc: 0 }, { MoveLoc: 1 }, op, 'Ret'],
      };
      return exec(spec, [a, b])[0] as boolean;
    };
    assert.equal(test('Eq', 'U64', 5n, 5n), true);
    assert.equal(test('Neq', 'U64', 5n, 5n), false);
    assert.equal(test('Eq', 'Address', `0x${'1'.padStart(64, '0')}`, `0x${'2'.padStart(64, '0')}`), false);
    assert.equal(test('Eq', vec('U8'), new Bytes(Uint8Array.of(1, 2)), new Bytes(Uint8Array.of(1, 2, 0), 2)), true);
    assert.equal(test('Neq', vec('U64'), new Vec([1n]), new Vec([1n, 2n])), true);
    assert.equal(test('Eq', ref('U64'), refTo(3n), refTo(3n)), true);
    assert.equal(test('Neq', ref('U64'), refTo(3n), refTo(4n)), true);
  });

  it('reads, writes and freezes references', () => {
    // Adds one to a local through a mutable reference, then reads it through a frozen one.
    const code: RawInstruction[] = [
      { ImmBorrowLoc: 0 },
      'ReadRef',
      { LdU64: 1n },
      'Add',
      { MutBorrowLoc: 0 },
      'WriteRef',
      { MutBorrowLoc: 0 },
      'FreezeRef',
      'ReadRef',
      'Ret',
    ];
    assert.deepEqual(exec({ params: ['U64'], returns: ['U64'], code }, [41n]), [42n]);
    const copy: RawInstruction[] = [{ ImmBorrowLoc: 0 }, 'ReadRef', { MoveLoc: 0 }, 'Ret'];
    const [a, b] = exec({ params: [vec('U64')], returns: [vec('U64'), vec('U64')], code: copy }, [new Vec([1n])]);
    (b as Vec).items.push(2n);
    assert.deepEqual((a as Vec).items, [1n]);
  });

  it('calls functions, generic ones for each of their instances', () => {
    const module = new ModuleAssembler();
    const pair = module.function({
      name: 'pair',
      params: ['U64', 'U64'],
      returns: ['U64', 'U64'],
      visibility: 'Private',
      code: [{ MoveLoc: 1 }, { MoveLoc: 0 }, 'Ret'],
    });
    const id = module.function({
      name: 'id',
      typeParameters: [0],
      params: [T],
      returns: [T],
      code: [{ MoveLoc: 0 }, 'Ret'],
    });
    const code: RawInstruction[] = [
      { LdU64: 1n },
      { LdU64: 2n },
      { Call: pair },
      { CallGeneric: module.functionInstance(id, ['U64']) },
      { LdU8: 3 },
      { CallGeneric: module.functionInstance(id, ['U8']) },
      'Ret',
    ];
    module.function({ name: 'f', returns: ['U64', 'U64', 'U8'], code });
    note(code);
    assert.deepEqual(run(module.bytes()).values, [2n, 1n, 3]);
  });

  it('packs, borrows from and unpacks structs', () => {
    const module = new ModuleAssembler();
    const handle = module.datatype('S', ALL);
    const def = module.struct(handle, { a: 'U64', b: 'Bool' });
    const field = module.field(def, 0);
    const code: RawInstruction[] = [
      { MoveLoc: 0 },
      'LdTrue',
      { Pack: def },
      { StLoc: 1 },
      { LdU64: 9n },
      { MutBorrowLoc: 1 },
      { MutBorrowField: field },
      'WriteRef',
      { ImmBorrowLoc: 1 },
      { ImmBorrowField: field },
      'ReadRef',
      { MoveLoc: 1 },
      { Unpack: def },
      'Ret',
    ];
    module.function({
      name: 'f',
      params: ['U64'],
      returns: ['U64', 'U64', 'Bool'],
      locals: [{ Datatype: handle }],
      code,
    });
    note(code);
    assert.deepEqual(run(module.bytes(), [5n]).values, [9n, 9n, true]);
  });

  it('does the same with generic structs', () => {
    const module = new ModuleAssembler();
    const handle = module.datatype('S', ALL, [{ constraints: 0, is_phantom: false }]);
    const def = module.struct(handle, { a: T, b: 'U8' });
    const instance = module.structInstance(def, [T]);
    const field = module.fieldInstance(module.field(def, 0), [T]);
    const local: SignatureToken = { DatatypeInstantiation: [handle, [T]] };
    const code: RawInstruction[] = [
      { CopyLoc: 0 },
      { LdU8: 1 },
      { PackGeneric: instance },
      { StLoc: 2 },
      { MoveLoc: 1 },
      { MutBorrowLoc: 2 },
      { MutBorrowFieldGeneric: field },
      'WriteRef',
      { ImmBorrowLoc: 2 },
      { ImmBorrowFieldGeneric: field },
      'ReadRef',
      { MoveLoc: 2 },
      { UnpackGeneric: instance },
      'Ret',
    ];
    module.function({ name: 'f', typeParameters: [ALL], params: [T, T], returns: [T, T, 'U8'], locals: [local], code });
    note(code);
    assert.deepEqual(run(module.bytes(), [5n, 6n], { types: [U64] }).values, [6n, 6n, 1]);
    assert.deepEqual(run(module.bytes(), [7, 8], { types: [U8] }).values, [8, 8, 1]);
  });

  it('packs, switches on and unpacks enums', () => {
    const module = new ModuleAssembler();
    const handle = module.datatype('E', ALL);
    const def = module.enum(handle, { A: { x: 'U64' }, B: { x: 'U64', y: 'U64' } });
    const [a, b] = [module.variant(def, 0), module.variant(def, 1)];
    const type: SignatureToken = { Datatype: handle };
    const make: RawInstruction[] = [
      { MoveLoc: 0 },
      { BrTrue: 5 },
      { LdU64: 1n },
      { PackVariant: a },
      'Ret',
      { LdU64: 2n },
      { LdU64: 3n },
      { PackVariant: b },
      'Ret',
    ];
    module.function({ name: 'make', params: ['Bool'], returns: [type], code: make });
    const sum: RawInstruction[] = [
      { ImmBorrowLoc: 0 },
      { VariantSwitch: 0 },
      { MoveLoc: 0 },
      { UnpackVariant: a },
      'Ret',
      // B: set y to 40 through a mutable reference, then add the fields read through immutable ones.
      { MutBorrowLoc: 0 },
      { UnpackVariantMutRef: b },
      { StLoc: 1 },
      'Pop',
      { LdU64: 40n },
      { MoveLoc: 1 },
      'WriteRef',
      { ImmBorrowLoc: 0 },
      { UnpackVariantImmRef: b },
      'ReadRef',
      { StLoc: 2 },
      'ReadRef',
      { MoveLoc: 2 },
      'Add',
      'Ret',
    ];
    const locals = [mutRef('U64'), 'U64' as const];
    module.function({
      name: 'sum',
      params: [type],
      returns: ['U64'],
      locals,
      code: sum,
      jumps: [{ head: def, offsets: [2, 5] }],
    });
    module.function({
      name: 'wrong',
      params: [type],
      returns: ['U64'],
      code: [{ MoveLoc: 0 }, { UnpackVariant: a }, 'Ret'],
    });
    note(make);
    note(sum);
    const bytes = module.bytes();
    assert.deepEqual(run(bytes, [false], { name: 'make' }).values, [new Struct([1n], 0)]);
    assert.deepEqual(run(bytes, [new Struct([1n], 0)], { name: 'sum' }).values, [1n]);
    assert.deepEqual(run(bytes, [new Struct([2n, 3n], 1)], { name: 'sum' }).values, [42n]);
    assert.throws(
      () => run(bytes, [new Struct([2n, 3n], 1)], { name: 'wrong' }),
      (e) => e instanceof VmError && e.status === 'VARIANT_TAG_MISMATCH',
    );
  });

  it('does the same with generic enums', () => {
    const module = new ModuleAssembler();
    const handle = module.datatype('E', ALL, [{ constraints: 0, is_phantom: false }]);
    const def = module.enum(handle, { A: { x: T } });
    const a = module.variantInstance(def, [T], 0);
    const type: SignatureToken = { DatatypeInstantiation: [handle, [T]] };
    const code: RawInstruction[] = [
      { MoveLoc: 0 },
      { PackVariantGeneric: a },
      { StLoc: 2 },
      { MoveLoc: 1 },
      { MutBorrowLoc: 2 },
      { UnpackVariantGenericMutRef: a },
      'WriteRef',
      { ImmBorrowLoc: 2 },
      { UnpackVariantGenericImmRef: a },
      'ReadRef',
      { MoveLoc: 2 },
      { UnpackVariantGeneric: a },
      'Ret',
    ];
    module.function({ name: 'f', typeParameters: [ALL], params: [T, T], returns: [T, T], locals: [type], code });
    note(code);
    assert.deepEqual(run(module.bytes(), [1n, 2n], { types: [U64] }).values, [2n, 2n]);
  });

  for (const [name, token, items] of [
    ['bytes', 'U8', [1, 2, 3]],
    ['other elements', 'U64', [1n, 2n, 3n]],
  ] as const) {
    it(`handles vectors of ${name}`, () => {
      const code: RawInstruction[] = [
        { MoveLoc: 0 },
        { MoveLoc: 1 },
        { VecPack: [1, 2n] },
        { StLoc: 3 },
        { MutBorrowLoc: 3 },
        { MoveLoc: 2 },
        { VecPushBack: 1 },
        { MutBorrowLoc: 3 },
        { LdU64: 0n },
        { LdU64: 2n },
        { VecSwap: 1 },
        // [3, 2, 1] now; write the first element over with the second.
        { ImmBorrowLoc: 3 },
        { LdU64: 1n },
        { VecImmBorrow: 1 },
        'ReadRef',
        { MutBorrowLoc: 3 },
        { LdU64: 0n },
        { VecMutBorrow: 1 },
        'WriteRef',
        { ImmBorrowLoc: 3 },
        { VecLen: 1 },
        { MutBorrowLoc: 3 },
        { VecPopBack: 1 },
        { MoveLoc: 3 },
        { VecUnpack: [1, 2n] },
        'Ret',
      ];
      const values = exec(
        { params: [token, token, token], returns: ['U64', token, token, token], locals: [vec(token)], code },
        [...items],
        (m) => assert.equal(m.signature([token]), 1),
      );
      assert.deepEqual(values, [3n, items[0], items[1], items[1]]);
    });

    it(`fails on vectors of ${name} as Sui does`, () => {
      const empty = token === 'U8' ? new Bytes(new Uint8Array()) : new Vec([]);
      const status = (code: RawInstruction[], returns: SignatureToken[]): number | null => {
        try {
          exec({ params: [vec(token)], returns, code }, [empty.copy()], (m) => void m.signature([token]));
        } catch (error) {
          assert.ok(error instanceof VmError);
          assert.equal(error.status, 'VECTOR_OPERATION_ERROR');
          return error.subStatus;
        }
        return null;
      };
      const at = [{ MutBorrowLoc: 0 }, { LdU64: 0n }];
      assert.equal(status([...at, { VecMutBorrow: 1 }, 'ReadRef', 'Ret'], [token]), 1);
      assert.equal(status([...at, { LdU64: 0n }, { VecSwap: 1 }, 'Ret'], []), 1);
      assert.equal(status([{ MutBorrowLoc: 0 }, { VecPopBack: 1 }, 'Ret'], [token]), 2);
      assert.equal(status([{ MoveLoc: 0 }, { VecUnpack: [1, 1n] }, 'Ret'], [token]), 3);
    });
  }

  it('refuses an index beyond 2^53 rather than round it', () => {
    const code: RawInstruction[] = [
      { ImmBorrowLoc: 0 },
      { LdU64: (1n << 63n) + 1n },
      { VecImmBorrow: 1 },
      'ReadRef',
      'Ret',
    ];
    assert.throws(
      () => exec({ params: [vec('U64')], returns: ['U64'], code }, [new Vec([1n])], (m) => void m.signature(['U64'])),
      (e) => e instanceof VmError && e.subStatus === 1,
    );
  });

  for (const width of [8, 16, 32, 64, 128, 256]) {
    it(`has every integer opcode at ${width} bits`, () => {
      const type = `U${width}` as SignatureToken;
      const value = (n: bigint): Value => (width <= 32 ? Number(n) : n);
      const binary = (op: string): Value =>
        exec({ params: [type, type], returns: [type], code: [{ MoveLoc: 0 }, { MoveLoc: 1 }, op, 'Ret'] }, [
          value(100n),
          value(7n),
        ])[0]!;
      const expected = {
        Add: 107n,
        Sub: 93n,
        Mul: width === 8 ? null : 700n,
        Div: 14n,
        Mod: 2n,
        BitOr: 103n,
        BitAnd: 4n,
        Xor: 99n,
      };
      for (const [op, n] of Object.entries(expected)) {
        if (n === null)
          assert.throws(
            () => binary(op),
            (e) => e instanceof VmError && e.status === 'ARITHMETIC_ERROR',
          );
        else assert.equal(binary(op), value(n), op);
      }
      for (const [op, wanted] of Object.entries({ Lt: false, Gt: true, Le: false, Ge: true })) {
        const spec = {
          params: [type, type],
          returns: ['Bool' as const],
          code: [{ MoveLoc: 0 }, { MoveLoc: 1 }, op, 'Ret'],
        };
        assert.deepEqual(exec(spec, [value(100n), value(7n)]), [wanted], op);
      }
      const shift = (op: string): Value =>
        exec({ params: [type, 'U8'], returns: [type], code: [{ MoveLoc: 0 }, { MoveLoc: 1 }, op, 'Ret'] }, [
          value(100n),
          3,
        ])[0]!;
      assert.equal(shift('Shl'), value(800n & ((1n << BigInt(width)) - 1n)));
      assert.equal(shift('Shr'), value(12n));
      const cast = exec({ params: ['U8'], returns: [type], code: [{ MoveLoc: 0 }, `CastU${width}`, 'Ret'] }, [200]);
      assert.deepEqual(cast, [value(200n)]);
    });
  }

  it('gives several results in order and drops what Pop pops', () => {
    assert.deepEqual(
      exec({ returns: ['U8', 'U16'], code: [{ LdU8: 1 }, { LdU16: 2 }, { LdU32: 3 }, 'Pop', 'Ret'] }),
      [1, 2],
    );
    assert.deepEqual(struct(1n, true).fields, [1n, true]);
  });

  after(() => {
    assert.equal(LIVE.length, 76);
    assert.deepEqual(
      LIVE.filter((op) => !covered.has(op)),
      [],
    );
  });
});
