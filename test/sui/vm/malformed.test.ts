import assert from 'node:assert/strict';
import { ModuleError, MoveAbort, VmError } from '../../../localnet/sui/vm/errors.ts';
import {
  isTestModule,
  type RawInstruction,
  readModule,
  type SignatureToken,
  withSelfAddress,
} from '../../../localnet/sui/vm/format.ts';
import { ModuleImage } from '../../../localnet/sui/vm/module.ts';
import { packagesOf } from '../../../localnet/sui/vm/packages.ts';
import { ABILITY } from '../../../localnet/sui/vm/types.ts';
import { Bytes, Vec, type Value } from '../../../localnet/sui/vm/values.ts';
import { assemble, HERE, ModuleAssembler, run } from './assemble.ts';

const add = (): Uint8Array =>
  assemble({ params: ['U64', 'U64'], returns: ['U64'], code: [{ MoveLoc: 0 }, { MoveLoc: 1 }, 'Add', 'Ret'] });

function statusOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof ModuleError || error instanceof VmError) return error.status;
    throw error;
  }
  return 'none';
}

/** A generator of reproducible numbers (mulberry32). */
function numbers(seed: number): (below: number) => number {
  return (below) => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

describe('sui vm: malformed modules', () => {
  it('reads its own and test-mode modules', () => {
    const bytes = add();
    assert.equal(isTestModule(bytes), false);
    assert.equal(new ModuleImage(bytes).id.address, HERE);
    const test = bytes.slice();
    test.set([0xde, 0xad, 0xc0, 0xde]);
    assert.equal(isTestModule(test), true);
    assert.deepEqual(readModule(test), readModule(bytes));
    assert.equal(test[0], 0xde);
  });

  it('moves a module to another address', () => {
    const moved = withSelfAddress(add(), `0x${'77'.padStart(64, '0')}`);
    assert.equal(new ModuleImage(moved).id.address, `0x${'77'.padStart(64, '0')}`);
    assert.equal(moved.length, add().length);
    assert.throws(() => withSelfAddress(add(), '0x1'), RangeError);
  });

  it('checks the frame around the tables', () => {
    const change = (at: number, byte: number): Uint8Array => {
      const bytes = add();
      bytes[at] = byte;
      return bytes;
    };
    assert.equal(
      statusOf(() => readModule(new Uint8Array())),
      'MALFORMED',
    );
    assert.equal(
      statusOf(() => readModule(change(0, 0))),
      'BAD_MAGIC',
    );
    assert.equal(
      statusOf(() => readModule(change(4, 8))),
      'UNKNOWN_VERSION',
    );
    assert.equal(
      statusOf(() => readModule(change(4, 5))),
      'UNKNOWN_VERSION',
    );
    assert.equal(
      statusOf(() => readModule(change(7, 4))),
      'UNKNOWN_VERSION',
    );
    assert.equal(
      statusOf(() => readModule(change(9, 0x15))),
      'UNKNOWN_TABLE_TYPE',
    );
    assert.equal(
      statusOf(() => readModule(change(12, 0x01))),
      'DUPLICATE_TABLE',
    );
    assert.equal(
      statusOf(() => readModule(change(11, 0))),
      'BAD_HEADER_TABLE',
    );
    assert.equal(
      statusOf(() => readModule(change(10, 1))),
      'BAD_HEADER_TABLE',
    );
    assert.equal(
      statusOf(() => readModule(change(11, 0x7f))),
      'BAD_HEADER_TABLE',
    );
    assert.equal(
      statusOf(() => readModule(Uint8Array.of(...add(), 0))),
      'TRAILING_BYTES',
    );
    assert.equal(
      statusOf(() => readModule(add().subarray(0, -1))),
      'MALFORMED',
    );
  });

  it('refuses indices beyond their table', () => {
    const module = new ModuleAssembler();
    module.function({ name: 'f', code: [{ Call: 9 }, 'Ret'] });
    assert.equal(
      statusOf(() => new ModuleImage(module.bytes())),
      'INDEX_OUT_OF_BOUNDS',
    );
    const local = assemble({ returns: ['U64'], code: [{ MoveLoc: 3 }, 'Ret'] });
    assert.equal(
      statusOf(() => new ModuleImage(local)),
      'INDEX_OUT_OF_BOUNDS',
    );
    const jump = assemble({ code: [{ Branch: 7 }] });
    assert.equal(
      statusOf(() => new ModuleImage(jump)),
      'INDEX_OUT_OF_BOUNDS',
    );
  });

  it('refuses definitions that have no values or are made twice', () => {
    const empty = new ModuleAssembler();
    empty.struct(empty.datatype('S', 0), {});
    assert.equal(
      statusOf(() => new ModuleImage(empty.bytes())),
      'ZERO_SIZED_STRUCT',
    );
    const twice = new ModuleAssembler();
    for (const code of [['Nop', 'Ret'], ['Ret']]) twice.function({ name: 'f', code });
    assert.equal(
      statusOf(() => new ModuleImage(twice.bytes())),
      'DUPLICATE_ELEMENT',
    );
  });

  it('refuses datatypes that contain themselves', () => {
    const module = new ModuleAssembler();
    const handle = module.datatype('S', ABILITY.DROP);
    module.struct(handle, { next: { Datatype: handle } });
    module.function({ name: 'f', params: [{ Datatype: handle }], code: [{ MoveLoc: 0 }, 'Pop', 'Ret'] });
    const def: RawInstruction[] = [{ MoveLoc: 0 }, { Pack: 0 }, 'Pop', 'Ret'];
    module.function({ name: 'g', params: [{ Datatype: handle }], code: def });
    assert.equal(
      statusOf(() => run(module.bytes(), [0], { name: 'g' })),
      'RECURSIVE_DATATYPE_DEFINITION',
    );
  });

  const U64 = 'U64' as const;
  const BAD_CODE: readonly [
    name: string,
    status: string,
    spec: { params?: SignatureToken[]; returns?: SignatureToken[]; code: RawInstruction[] },
  ][] = [
    [
      'adds numbers of two widths',
      'INTEGER_OP_TYPE_MISMATCH_ERROR',
      { code: [{ LdU8: 1 }, { LdU64: 1n }, 'Add', 'Pop', 'Ret'] },
    ],
    ['adds a bool', 'INTEGER_OP_TYPE_MISMATCH_ERROR', { code: ['LdTrue', 'LdTrue', 'Add', 'Pop', 'Ret'] }],
    ['pops an empty stack', 'NEGATIVE_STACK_SIZE_WITHIN_BLOCK', { code: ['Pop', 'Ret'] }],
    ['leaves a value at a jump', 'POSITIVE_STACK_SIZE_AT_BLOCK_END', { code: [{ LdU8: 1 }, { Branch: 2 }, 'Ret'] }],
    ['returns another type', 'RET_TYPE_MISMATCH_ERROR', { returns: [U64], code: [{ LdU8: 1 }, 'Ret'] }],
    ['returns too little', 'NEGATIVE_STACK_SIZE_WITHIN_BLOCK', { returns: [U64], code: ['Ret'] }],
    ['runs off its end', 'INVALID_FALL_THROUGH', { code: ['Nop'] }],
    ['branches on a number', 'BR_TYPE_MISMATCH_ERROR', { code: [{ LdU8: 1 }, { BrTrue: 0 }, 'Ret'] }],
    ['aborts with a small number', 'ABORT_TYPE_MISMATCH_ERROR', { code: [{ LdU8: 1 }, 'Abort'] }],
    ['reads what is no reference', 'READREF_TYPE_MISMATCH_ERROR', { code: [{ LdU8: 1 }, 'ReadRef', 'Pop', 'Ret'] }],
    [
      'writes through an immutable reference',
      'WRITEREF_NO_MUTABLE_REFERENCE_ERROR',
      { params: [U64], code: [{ LdU64: 1n }, { ImmBorrowLoc: 0 }, 'WriteRef', 'Ret'] },
    ],
    [
      'borrows a reference',
      'BORROWLOC_REFERENCE_ERROR',
      { params: [{ Reference: U64 }], code: [{ ImmBorrowLoc: 0 }, 'Pop', 'Ret'] },
    ],
    ['stores another type', 'STLOC_TYPE_MISMATCH_ERROR', { params: [U64], code: ['LdTrue', { StLoc: 0 }, 'Ret'] }],
    ['negates a number', 'BOOLEAN_OP_TYPE_MISMATCH_ERROR', { code: [{ LdU8: 1 }, 'Not', 'Pop', 'Ret'] }],
    ['compares unlike types', 'EQUALITY_OP_TYPE_MISMATCH_ERROR', { code: [{ LdU8: 1 }, 'LdTrue', 'Eq', 'Pop', 'Ret'] }],
  ];
  for (const [name, status, spec] of BAD_CODE) {
    it(`refuses code that ${name}`, () => {
      const args: Value[] = (spec.params ?? []).map(() => 1n);
      assert.equal(
        statusOf(() => run(assemble(spec), args)),
        status,
      );
    });
  }

  it('refuses to copy or drop what may not be', () => {
    const make = (abilities: number, code: RawInstruction[], returns: SignatureToken[] = []): Uint8Array => {
      const module = new ModuleAssembler();
      const handle = module.datatype('S', abilities);
      module.struct(handle, { a: 'U8' });
      const type = { Datatype: handle };
      module.function({ name: 'f', params: [type], returns: returns.map(() => type), code });
      return module.bytes();
    };
    const status = (bytes: Uint8Array): string => statusOf(() => run(bytes, [0]));
    assert.equal(status(make(ABILITY.COPY, [{ MoveLoc: 0 }, 'Pop', 'Ret'])), 'POP_WITHOUT_DROP_ABILITY');
    assert.equal(status(make(ABILITY.DROP, [{ CopyLoc: 0 }, 'Ret'], ['U8'])), 'COPYLOC_WITHOUT_COPY_ABILITY');
    const read: RawInstruction[] = [{ ImmBorrowLoc: 0 }, 'ReadRef', 'Ret'];
    assert.equal(status(make(ABILITY.DROP, read, ['U8'])), 'READREF_WITHOUT_COPY_ABILITY');
    const equal: RawInstruction[] = [{ CopyLoc: 0 }, { CopyLoc: 0 }, 'Eq', 'Pop', 'Ret'];
    assert.equal(status(make(ABILITY.COPY, equal)), 'EQUALITY_OP_TYPE_MISMATCH_ERROR');
  });

  it('ends mutated modules with typed errors, never hanging or crashing', () => {
    const next = numbers(7);
    const module = new ModuleAssembler();
    const handle = module.datatype('E', ABILITY.COPY | ABILITY.DROP);
    const def = module.enum(handle, { A: { x: 'U64' }, B: { x: { Vector: 'U8' } } });
    const u8 = module.signature(['U8']);
    module.constant({ Vector: 'U8' }, [3, 1, 2, 3]);
    const count: RawInstruction[] = [
      { LdConst: 0 },
      { PackVariant: module.variant(def, 1) },
      { StLoc: 1 },
      { ImmBorrowLoc: 1 },
      { VariantSwitch: 0 },
      { LdU64: 1n },
      'Abort',
      { ImmBorrowLoc: 1 },
      { UnpackVariantImmRef: module.variant(def, 1) },
      { VecLen: u8 },
      { MoveLoc: 0 },
      'Add',
      { StLoc: 0 },
      { CopyLoc: 0 },
      { LdU64: 40n },
      'Lt',
      { BrTrue: 7 },
      { MoveLoc: 0 },
      'Ret',
    ];
    const jumps = [{ head: def, offsets: [5, 7] }];
    module.function({
      name: 'f',
      params: ['U64'],
      returns: ['U64'],
      locals: [{ Datatype: handle }],
      code: count,
      jumps,
    });
    const original = module.bytes();
    assert.deepEqual(run(original, [0n]).values, [42n]);
    const seen = new Map<string, number>();
    for (let i = 0; i < 6000; i++) {
      const bytes = original.slice();
      for (let changes = 1 + next(3); changes > 0; changes--) bytes[next(bytes.length)] = next(256);
      let how = 'ran';
      try {
        const arg: Value = [0n, new Bytes(new Uint8Array()), new Vec([]), true][i % 4]!;
        run(bytes, [arg], { maxInstructions: 20_000, maxMemory: 1_000_000 });
      } catch (error) {
        assert.ok(
          error instanceof ModuleError || error instanceof VmError || error instanceof MoveAbort,
          String(error),
        );
        how = error instanceof MoveAbort ? 'aborted' : error.status;
      }
      seen.set(how, (seen.get(how) ?? 0) + 1);
    }
    // The corpus must reach all stages, or it tests nothing.
    for (const stage of ['ran', 'BAD_HEADER_TABLE', 'INDEX_OUT_OF_BOUNDS', 'OUT_OF_GAS'])
      assert.ok(seen.has(stage), stage);
  }).timeout(120_000);

  it('refuses random bytes', () => {
    const next = numbers(8);
    for (let i = 0; i < 500; i++) {
      const bytes = Uint8Array.from({ length: next(200) }, () => next(256));
      if (i % 2) bytes.set(Uint8Array.of(0xa1, 0x1c, 0xeb, 0x0b, 7, 0, 0, 5).subarray(0, bytes.length));
      assert.throws(() => packagesOf([bytes]), ModuleError);
    }
  });
});
