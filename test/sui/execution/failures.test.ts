import assert from 'node:assert/strict';
import { Inputs } from '@mysten/sui/transactions';
import { coinBalance } from '../../../localnet/sui/ledger/objects.ts';
import { created, fixture, SUI, World } from './harness.ts';

interface Location {
  module: { address: string; name: string };
  function: number;
  instruction: number;
  functionName: string | null;
}

describe('executions that fail', () => {
  let world: World;
  let yard: string;
  const call = (target: string) => `${yard}::${target}` as const;
  const me = () => world.alice.toSuiAddress();

  before(async function () {
    this.timeout(60_000);
    world = await World.create();
    yard = (await world.publish(await fixture('yard'))).id;
  });

  const abortOf = async (target: string, values: number[] = []): Promise<[Location, string]> => {
    const { error } = await world.fails((tx) => {
      tx.moveCall({ target: call(target), arguments: values.map((value) => tx.pure.u64(value)) });
    });
    const { MoveAbort } = error as { MoveAbort?: [Location, string] };
    assert(MoveAbort, `${target} aborts: ${JSON.stringify(error)}`);
    return MoveAbort;
  };
  const runtimeError = async (target: string, values: number[] = []): Promise<Location | null> => {
    const { error } = await world.fails((tx) => {
      tx.moveCall({ target: call(target), arguments: values.map((value) => tx.pure.u64(value)) });
    });
    assert('MovePrimitiveRuntimeError' in error, JSON.stringify(error));
    return error.MovePrimitiveRuntimeError as Location | null;
  };

  it('tell module, function, instruction and code of an abort', async () => {
    const [location, code] = await abortOf('trouble::asked');
    assert.equal(code, '42');
    assert.deepEqual(location.module, { address: yard, name: 'trouble' });
    assert.equal(location.functionName, 'asked');
    assert(location.instruction > 0);
    const [inner] = await abortOf('trouble::deep', [5]);
    assert.equal(inner.functionName, 'deep');
    assert.equal((await abortOf('trouble::abort_with', [12345]))[1], '12345');
  });

  it('tell aborts of the framework under its own address', async () => {
    const { error } = await world.fails((tx) => {
      const thing = tx.moveCall({ target: call('thing::new'), arguments: [tx.pure.u64(1)] });
      tx.moveCall({ target: call('thing::take'), arguments: [thing, tx.pure.u64(1)] });
      tx.moveCall({ target: call('thing::destroy'), arguments: [thing] });
    });
    const [location, code] = (error as { MoveAbort: [Location, string] }).MoveAbort;
    assert.deepEqual(location.module, { address: `0x${'2'.padStart(64, '0')}`, name: 'dynamic_field' });
    assert.equal(code, '1');
  });

  it('tell arithmetic errors, indices out of bounds and endless recursion as runtime errors', async () => {
    assert.equal((await runtimeError('trouble::overflow', [1]))!.functionName, 'overflow');
    assert.equal((await runtimeError('trouble::index', [3]))!.functionName, 'index');
    assert.equal((await runtimeError('trouble::recurse'))!.functionName, 'recurse');
  });

  it('in a later command undo the earlier ones', async () => {
    const made = await world.ok((tx) => {
      tx.transferObjects([tx.moveCall({ target: call('thing::new'), arguments: [tx.pure.u64(1)] })], me());
    });
    const id = created(world, made, 'Thing')[0]!;
    const gas = world.coin(world.alice);
    const { command, committed, report } = await world.fails(
      (tx) => {
        const thing = tx.object(Inputs.ObjectRef(world.ref(world.object(id))));
        tx.moveCall({ target: call('thing::set'), arguments: [thing, tx.pure.u64(50)] });
        const [coin] = tx.splitCoins(tx.gas, [SUI]);
        tx.transferObjects(
          [coin!, tx.moveCall({ target: call('thing::new'), arguments: [tx.pure.u64(9)] })],
          world.bob.toSuiAddress(),
        );
        tx.moveCall({ target: call('trouble::asked') });
        tx.moveCall({ target: call('thing::set'), arguments: [thing, tx.pure.u64(60)] });
      },
      { gas: [gas] },
    );
    assert.equal(command, '4');
    assert.deepEqual(committed.after.map((key) => key.id).sort(), [gas.id, id].sort());
    const { computationCost, storageCost, storageRebate } = report.gasUsed;
    assert.equal(coinBalance(world.object(gas.id)), 10n * SUI - computationCost - storageCost + storageRebate);
  });

  it('for want of gas spend the whole budget on computation, and nothing more', async () => {
    const budget = 2_000_000n;
    const gas = world.coin(world.alice);
    const { error, report } = await world.fails(
      (tx) => void tx.moveCall({ target: call('trouble::spin'), arguments: [tx.pure.u64(1_000_000)] }),
      { budget, gas: [gas] },
    );
    assert.deepEqual(error, { $kind: 'InsufficientGas', InsufficientGas: true });
    const { computationCost, storageCost, storageRebate } = report.gasUsed;
    assert.equal(computationCost, budget);
    assert.equal(storageCost, 0n);
    assert.equal(storageRebate, 0n);
    assert.equal(coinBalance(world.object(gas.id)), 10n * SUI - budget);
  });

  it('end after five million units of computation, whatever the budget', async () => {
    const { error, report } = await world.fails(
      (tx) => void tx.moveCall({ target: call('trouble::spin'), arguments: [tx.pure.u64(1n << 63n)] }),
      { budget: 10n * SUI },
    );
    assert.deepEqual(error, { $kind: 'InsufficientGas', InsufficientGas: true });
    assert.equal(report.computationUnits, 5_000_000);
    assert.equal(report.gasUsed.computationCost, 5_000_000_000n);
  });

  it('for want of gas for storage pay for the computation and the coin', async () => {
    const build = (tx: Parameters<Parameters<World['run']>[0]>[0]) =>
      void tx.moveCall({ target: call('trouble::make_many'), arguments: [tx.pure.u64(20)] });
    const { report } = await world.ok(build);
    const { computationCost, storageCost } = report.gasUsed;
    const failed = await world.fails(build, { budget: computationCost + storageCost / 2n });
    assert.deepEqual(failed.error, { $kind: 'InsufficientGas', InsufficientGas: true });
    assert.equal(failed.command, null);
    assert.equal(failed.report.gasUsed.computationCost, computationCost);
    assert.equal(failed.report.gasUsed.storageCost, 988_000n);
  });

  it('by more than 1024 events are runtime errors', async () => {
    const location = await runtimeError('trouble::make_many', [1025]);
    assert.deepEqual([location!.module.name, location!.functionName], ['event', 'emit']);
    await world.ok((tx) => void tx.moveCall({ target: call('trouble::make_many'), arguments: [tx.pure.u64(1024)] }), {
      budget: 9n * SUI,
    });
  });

  it('of an abort pay a hundredfold reference price at most', async () => {
    const price = 500_000n;
    const budget = 5n * SUI;
    const { report } = await world.fails((tx) => void tx.moveCall({ target: call('trouble::asked') }), {
      price,
      budget,
    });
    assert.equal(report.gasUsed.computationCost, 1000n * 100_000n);
    const plain = await world.ok(() => {}, { price, budget });
    assert.equal(plain.report.gasUsed.computationCost, 1000n * price);
  });
});
