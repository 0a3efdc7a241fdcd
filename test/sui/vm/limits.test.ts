import assert from 'node:assert/strict';
import { VmError } from '../../../localnet/sui/vm/errors.ts';
import type { RawInstruction, SignatureToken } from '../../../localnet/sui/vm/format.ts';
import { SUI_LIMITS } from '../../../localnet/sui/vm/limits.ts';
import { Meter, type MeterOptions } from '../../../localnet/sui/vm/meter.ts';
import type { NativeTable } from '../../../localnet/sui/vm/native.ts';
import { ABILITY, U64 } from '../../../localnet/sui/vm/types.ts';
import { Bytes, type Value, Vec } from '../../../localnet/sui/vm/values.ts';
import { assemble, type FunctionSpec, HERE, ModuleAssembler, run } from './assemble.ts';

const vec = (t: SignatureToken): SignatureToken => ({ Vector: t });
const T: SignatureToken = { TypeParameter: 0 };
const ALL = ABILITY.COPY | ABILITY.DROP | ABILITY.STORE;

function statusOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    assert.ok(error instanceof VmError, String(error));
    return error.status;
  }
  return 'none';
}

describe('sui vm: limits', () => {
  it('ends an endless loop', () => {
    const loop = assemble({ code: [{ Branch: 0 }] });
    assert.equal(
      statusOf(() => run(loop, [], { maxInstructions: 1000 })),
      'OUT_OF_GAS',
    );
    assert.equal(
      statusOf(() => run(loop, [], { units: 1 })),
      'OUT_OF_GAS',
    );
  });

  it('ends endless recursion at 1024 open calls, whatever the host stack', () => {
    const recurse = new ModuleAssembler();
    const self = recurse.handle({ name: 'f' });
    recurse.function({ name: 'f', code: [{ Call: self }, 'Ret'] });
    assert.equal(
      statusOf(() => run(recurse.bytes())),
      'CALL_STACK_OVERFLOW',
    );
    // n calls deep: f(n) = n == 0 ? 0 : f(n - 1)
    const depth = new ModuleAssembler();
    const handle = depth.handle({ name: 'f', params: ['U64'] });
    const code: RawInstruction[] = [
      { CopyLoc: 0 },
      { LdU64: 0n },
      'Eq',
      { BrTrue: 8 },
      { MoveLoc: 0 },
      { LdU64: 1n },
      'Sub',
      { Call: handle },
      'Ret',
    ];
    depth.function({ name: 'f', params: ['U64'], code });
    assert.equal(
      statusOf(() => run(depth.bytes(), [1024n])),
      'none',
    );
    assert.equal(
      statusOf(() => run(depth.bytes(), [1025n])),
      'CALL_STACK_OVERFLOW',
    );
  });

  it('ends code that fills the operand stack', () => {
    const push = (count: number): Uint8Array =>
      assemble({
        code: [...Array<RawInstruction>(count).fill('LdTrue'), ...Array<RawInstruction>(count).fill('Pop'), 'Ret'],
      });
    assert.equal(
      statusOf(() => run(push(1024))),
      'none',
    );
    assert.equal(
      statusOf(() => run(push(1025))),
      'EXECUTION_STACK_OVERFLOW',
    );
    // Frames share the stack: each call leaves three values of its caller below.
    const deep = new ModuleAssembler();
    const self = deep.handle({ name: 'f', returns: ['Bool'] });
    deep.function({
      name: 'f',
      returns: ['Bool'],
      code: ['LdTrue', 'LdTrue', 'LdTrue', { Call: self }, 'And', 'And', 'And', 'Ret'],
    });
    assert.equal(
      statusOf(() => run(deep.bytes())),
      'EXECUTION_STACK_OVERFLOW',
    );
  });

  for (const [name, token, full] of [
    ['bytes', 'U8', (n: number) => new Bytes(new Uint8Array(n))],
    ['numbers', 'U16', (n: number) => new Vec(new Array<Value>(n).fill(0))],
  ] as const) {
    it(`refuses to push onto a vector of ${name} with 262,144 elements`, () => {
      const load: RawInstruction = token === 'U8' ? { LdU8: 1 } : { LdU16: 1 };
      const code: RawInstruction[] = [{ MutBorrowLoc: 0 }, load, { VecPushBack: 1 }, 'Ret'];
      const push = assemble({ params: [vec(token)], code }, (m) => assert.equal(m.signature([token]), 1));
      assert.equal(SUI_LIMITS.vectorLength, 262_144);
      assert.equal(
        statusOf(() => run(push, [full(262_143)])),
        'none',
      );
      assert.throws(
        () => run(push, [full(262_144)]),
        (e) => e instanceof VmError && e.status === 'VECTOR_OPERATION_ERROR' && e.subStatus === 4,
      );
    });
  }

  it('refuses values whose type nests deeper than 128', () => {
    const nested = (depth: number): Uint8Array => {
      let elem: SignatureToken = 'U8';
      for (let i = 1; i < depth; i++) elem = vec(elem);
      return assemble({ code: [{ VecPack: [1, 0n] }, 'Pop', 'Ret'] }, (m) => assert.equal(m.signature([elem]), 1));
    };
    assert.equal(
      statusOf(() => run(nested(128))),
      'none',
    );
    assert.equal(
      statusOf(() => run(nested(129))),
      'VM_MAX_VALUE_DEPTH_REACHED',
    );
  });

  it('refuses calls whose type arguments grow without end', () => {
    // f<T>() calls f<vector<T>>(): each instance needs another one.
    const module = new ModuleAssembler();
    const handle = module.handle({ name: 'f', typeParameters: [0] });
    module.function({
      name: 'f',
      typeParameters: [0],
      code: [{ CallGeneric: module.functionInstance(handle, [vec(T)]) }, 'Ret'],
    });
    assert.equal(
      statusOf(() => run(module.bytes(), [], { types: [U64] })),
      'VM_MAX_TYPE_NODES_REACHED',
    );
  });

  it('refuses types that double with each level without writing them out', () => {
    // D0 { a: T, b: T }, f<T> packs D0<D0<...>> by calling f<D0<T>>.
    const module = new ModuleAssembler();
    const handle = module.datatype('D', ALL, [{ constraints: 0, is_phantom: false }]);
    module.struct(handle, { a: T, b: T });
    const f = module.handle({ name: 'f', typeParameters: [ALL], params: [T] });
    const twice = module.structInstance(0, [T]);
    const code: RawInstruction[] = [
      { CopyLoc: 0 },
      { MoveLoc: 0 },
      { PackGeneric: twice },
      { CallGeneric: module.functionInstance(f, [{ DatatypeInstantiation: [handle, [T]] }]) },
      'Ret',
    ];
    module.function({ name: 'f', typeParameters: [ALL], params: [T], code });
    const status = statusOf(() => run(module.bytes(), [1n], { types: [U64], units: 5_000_000, maxMemory: 10_000_000 }));
    assert.ok(status === 'VM_MAX_TYPE_NODES_REACHED' || status === 'OUT_OF_GAS', status);
  });

  it('refuses values whose field types double from struct to struct', () => {
    // Sn<T> { x: Sn+1<P<T, T>> }: a value is no larger than its depth, but its innermost type would have 2^60 nodes.
    const module = new ModuleAssembler();
    const parameter = { constraints: 0, is_phantom: false };
    const pair = module.datatype('P', ALL, [
      { constraints: 0, is_phantom: true },
      { constraints: 0, is_phantom: true },
    ]);
    module.struct(pair, { a: 'U8' });
    const levels = 60;
    const chain = Array.from({ length: levels }, (_, i) =>
      module.datatype(`S${i}`, ALL, [{ ...parameter, is_phantom: true }]),
    );
    const double: SignatureToken = { DatatypeInstantiation: [pair, [T, T]] };
    chain.forEach((handle, i) => {
      module.struct(handle, { x: i + 1 < levels ? { DatatypeInstantiation: [chain[i + 1]!, [double]] } : 'U8' });
    });
    const whole: SignatureToken = { DatatypeInstantiation: [chain[0]!, ['U8']] };
    const asked: FunctionSpec = { name: 'has_layout', typeParameters: [0], returns: ['Bool'] };
    const handle = module.handle(asked);
    module.function(asked);
    const code: RawInstruction[] = [{ CallGeneric: module.functionInstance(handle, [whole]) }, 'Ret'];
    module.function({ name: 'f', returns: ['Bool'], code });
    const natives: NativeTable<null> = new Map([[`${HERE}::m::has_layout`, (ctx, _, [type]) => ctx.hasLayout(type!)]]);
    assert.deepEqual(run(module.bytes(), [], { natives }).values, [false]);
  });

  it('ends code that takes ever more memory', () => {
    // Doubles a vector<vector<u8>> by pushing copies of itself's first element, each copy being charged.
    const code: RawInstruction[] = [
      { MutBorrowLoc: 0 },
      { ImmBorrowLoc: 0 },
      { LdU64: 0n },
      { VecImmBorrow: 1 },
      'ReadRef',
      { VecPushBack: 1 },
      { Branch: 0 },
    ];
    const bytes = assemble({ params: [vec(vec('U8'))], code }, (m) => assert.equal(m.signature([vec('U8')]), 1));
    const big = (): Value[] => [new Vec([new Bytes(new Uint8Array(100_000))])];
    assert.equal(
      statusOf(() => run(bytes, big(), { units: 5_000_000 })),
      'OUT_OF_GAS',
    );
    assert.equal(
      statusOf(() => run(bytes, big(), { maxMemory: 2_000_000 })),
      'OUT_OF_GAS',
    );
  });
});

describe('sui vm: gas', () => {
  /** A meter after so many instructions without operands. */
  const after = (count: number, options: MeterOptions = {}): Meter => {
    const meter = new Meter(options);
    for (let i = 0; i < count; i++) meter.charge(0, 0, 0);
    return meter;
  };
  /** Internal units by the tiers of the protocol configuration, each instruction at the rate of its own number. */
  const expected = (count: number): number => {
    let units = 0;
    for (let n = 1; n <= count; n++) {
      units += n > 200_000 ? 100 : n > 100_000 ? 50 : n > 50_000 ? 10 : n > 20_000 ? 2 : 1;
    }
    return units;
  };

  it('prices instructions in the steps of the protocol configuration', () => {
    for (const count of [1, 999, 20_000, 20_001, 50_001, 100_001, 200_001, 230_000]) {
      assert.equal(after(count).unitsUsed, Math.floor(expected(count) / 1000), String(count));
    }
  });

  it('prices pushes by the height of the stack and memory by what was pushed in all', () => {
    const meter = new Meter();
    meter.charge(1000, 0, 0, 0);
    assert.equal(meter.unitsUsed, 1);
    meter.charge(1000, 0, 0, 0); // beyond a height of 1,000: twice the price
    assert.equal(meter.unitsUsed, 3);
    const memory = new Meter();
    memory.charge(0, 0, 100_000, 0);
    assert.equal(memory.unitsUsed, 100);
    memory.charge(0, 0, 1000, 0);
    assert.equal(memory.unitsUsed, 102);
    memory.charge(0, 0, 1_000_000, 0); // now at 100 a unit
    assert.equal(memory.unitsUsed, 100_102);
  });

  it('rounds up to a thousand units, at least one', () => {
    assert.equal(after(0).unitsPriced, 1000);
    assert.equal(after(1).unitsPriced, 1000);
    const exact = new Meter();
    exact.deduct(2_000_000);
    assert.equal(exact.unitsPriced, 2000);
    exact.deduct(1000);
    assert.equal(exact.unitsPriced, 3000);
  });

  it('spends the whole budget and no more', () => {
    const meter = new Meter({ units: 2 });
    meter.deduct(1999);
    assert.ok(meter.affords(1) && !meter.affords(2));
    meter.deduct(1);
    assert.throws(() => meter.deduct(1), /OUT_OF_GAS/);
    assert.equal(meter.unitsUsed, 2);
  });

  it('counts the cost of native functions as instructions after 700 of them', () => {
    const meter = new Meter();
    for (let i = 0; i < 700; i++) meter.chargeNative(10, 0, 0);
    assert.equal(meter.instructions, 0);
    meter.chargeNative(10, 0, 0);
    assert.equal(meter.instructions, 10);
  });

  it('charges what Sui charges for a short function', () => {
    // By hand, from the meter of Sui's execution layer: each instruction 1; pushes at height tier 1; sizes at tier 1.
    // CopyLoc u64: 1 + 1 push + 8; LdU64: 1 + 1 + 1; Add: 1 + 1 + 1; Ret: 1. Sum 17.
    const add = assemble({ params: ['U64'], returns: ['U64'], code: [{ CopyLoc: 0 }, { LdU64: 1n }, 'Add', 'Ret'] });
    const { meter } = run(add, [1n]);
    assert.equal(meter.instructions, 4);
    assert.equal(meter.memory, 8 + 1 + 1);
    assert.equal(meter.maxHeight, 3);
    const budget = (units: number): string => statusOf(() => run(add, [1n], { units }));
    assert.equal(budget(0.017), 'none');
    assert.equal(budget(0.016), 'OUT_OF_GAS');
  });
});
