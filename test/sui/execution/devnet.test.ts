import assert from 'node:assert/strict';
import { bcs } from '@mysten/sui/bcs';
import { Inputs } from '@mysten/sui/transactions';
import { startDevnet } from '../../../localnet/sui/devnet.ts';
import { created, fixture, World } from './harness.ts';

describe('a devnet', () => {
  const yard = () => fixture('yard');
  const clock = Inputs.SharedObjectRef({ objectId: '0x6', initialSharedVersion: 1, mutable: false });

  /** Runs the same transactions and gives all checkpoint digests. */
  const history = async (seed: string): Promise<string[]> => {
    const world = await World.create({ seed });
    const { id } = await world.publish(await yard());
    await world.ok((tx) => {
      tx.transferObjects(
        [tx.moveCall({ target: `${id}::thing::new`, arguments: [tx.pure.u64(1)] })],
        world.bob.toSuiAddress(),
      );
    });
    await world.fails((tx) => void tx.moveCall({ target: `${id}::trouble::asked` }));
    world.devnet.advanceClock(5n);
    world.devnet.advanceEpoch();
    await world.devnet.faucet('0x5');
    const { ledger } = world;
    return Array.from(
      { length: Number(ledger.latestCheckpoint.summary.sequenceNumber) + 1 },
      (_, i) => ledger.checkpoint(BigInt(i))!.digest,
    );
  };

  it('does the same under the same seed, and something else under another', async () => {
    const [first, second, other] = [await history('a'), await history('a'), await history('b')];
    assert.deepEqual(first, second);
    assert(other.every((digest) => !first.includes(digest)));
  });

  it('has a clock that stands until it is advanced', async () => {
    const world = await World.create();
    const { id } = await world.publish(await yard());
    const time = async (): Promise<bigint> => {
      const bytes = await world.build(
        (tx) => void tx.moveCall({ target: `${id}::plain::time`, arguments: [tx.object(clock)] }),
      );
      const { commands } = world.devnet.simulate(bytes, { checks: true, mockGas: false });
      return BigInt(bcs.u64().parse(commands[0]!.returnValues[0]!.value));
    };
    const start = await time();
    assert.equal(await time(), start);
    const { summary } = world.devnet.advanceClock(1234n);
    assert.equal(await time(), start + 1234n);
    assert.equal(summary.timestampMs, start + 1234n);
    assert.throws(() => world.devnet.advanceClock(-1n));
  });

  it('has a clock that follows another one, by a prologue before the transaction', async () => {
    let now = 1_800_000_000_000n;
    const world = await World.create({ clock: () => now });
    assert.equal(world.ledger.nowMs, now);
    now += 250n;
    const { committed } = await world.ok(() => {});
    const checkpoint = world.ledger.checkpoint(committed.checkpoint)!;
    assert.equal(checkpoint.transactions.length, 2);
    const { kind } = bcs.TransactionData.parse(checkpoint.transactions[0]!.transaction).V1;
    assert.equal(kind.$kind, 'ConsensusCommitPrologueV4');
    assert.equal(checkpoint.summary.timestampMs, now);
    now -= 100n;
    await world.ok(() => {});
    assert.equal(world.ledger.nowMs, now + 100n);
  });

  it('gives transactions the epoch, its start and its gas price', async () => {
    const world = await World.create();
    const { id } = await world.publish(await yard());
    world.devnet.advanceClock(1000n);
    world.devnet.advanceEpoch({ referenceGasPrice: 2000n });
    const bytes = await world.build((tx) => void tx.moveCall({ target: `${id}::plain::context` }), { price: 3000n });
    const { commands } = world.devnet.simulate(bytes, { checks: true, mockGas: false });
    const values = commands[0]!.returnValues.map(({ value }) => value);
    assert.equal(bcs.u64().parse(values[1]!), '1');
    assert.equal(BigInt(bcs.u64().parse(values[2]!)), world.ledger.currentEpoch.startMs);
    assert.equal(bcs.u64().parse(values[4]!), '2000');
    assert.equal(bcs.u64().parse(values[5]!), '3000');
    await world.refused('INVALID_ARGUMENT', /under reference gas price \(RGP\) 2000/, () => {}, { price: 1999n });
    await world.ok(() => {}, { price: 2000n });
  });

  it('seals an empty checkpoint when told to', async () => {
    const world = await World.create();
    const before = world.ledger.latestCheckpoint.summary.sequenceNumber;
    const checkpoint = world.devnet.tick();
    assert.equal(checkpoint.summary.sequenceNumber, before + 1n);
    assert.equal(checkpoint.transactions.length, 0);
  });

  it('simulates without a trace', async () => {
    const world = await World.create();
    const { id } = await world.publish(await yard());
    const { height } = world.ledger;
    const { digest } = world.ledger.latestCheckpoint;
    const bytes = await world.build((tx) => {
      const thing = tx.moveCall({ target: `${id}::thing::new`, arguments: [tx.pure.u64(1)] });
      tx.transferObjects([thing, tx.gas], world.bob.toSuiAddress());
    });
    const simulated = world.devnet.simulate(bytes, { checks: true, mockGas: false });
    const again = world.devnet.simulate(bytes, { checks: true, mockGas: false });
    assert.deepEqual(again.transaction.effects, simulated.transaction.effects);
    const blind = world.devnet.simulate(bytes, { checks: true, mockGas: false, outputs: false });
    assert.deepEqual({ ...blind, commands: simulated.commands }, simulated);
    assert.deepEqual([blind.commands.length, simulated.commands.length], [0, 2]);
    assert.equal(world.ledger.height, height);
    assert.equal(world.ledger.latestCheckpoint.digest, digest);
    const ran = world.execute(bytes, await world.sign(bytes));
    assert.deepEqual(ran.committed.effects, simulated.transaction.effects);
    assert.deepEqual(ran.report, simulated.report);
    assert.equal(created(world, ran, 'Thing').length, 1);
  });

  it('simulates values made of bytes, when checks are off', async () => {
    const world = await World.create();
    const { id } = await world.publish(await yard());
    const made = bcs.struct('Thing', { id: bcs.Address, value: bcs.u64() }).serialize({ id: '0xabc', value: 7 });
    const bytes = await world.build(
      (tx) => {
        const thing = tx.pure(made);
        tx.moveCall({ target: `${id}::thing::set`, arguments: [thing, tx.pure.u64(8)] });
        tx.moveCall({ target: `${id}::thing::value`, arguments: [thing] });
        tx.transferObjects(
          [tx.moveCall({ target: `${id}::thing::wrap`, arguments: [thing] })],
          world.bob.toSuiAddress(),
        );
        const other = tx.pure(
          bcs.struct('Coin', { id: bcs.Address, value: bcs.u64() }).serialize({ id: '0xdef', value: 9 }),
        );
        tx.mergeCoins(tx.gas, [other]);
        const third = tx.pure(
          bcs.struct('Thing', { id: bcs.Address, value: bcs.u64() }).serialize({ id: '0xfed', value: 1 }),
        );
        tx.moveCall({ target: `${id}::thing::give`, arguments: [third, tx.pure.address('0x1')] });
      },
      { gas: [] },
    );
    const { commands, transaction } = world.devnet.simulate(bytes, { checks: false, mockGas: true });
    assert.equal(bcs.u64().parse(commands[1]!.returnValues[0]!.value), '8');
    assert(transaction.after.some((object) => object.id === `0x${'fed'.padStart(64, '0')}`));
    const checked = world.devnet.simulate(bytes, { checks: true, mockGas: true });
    assert.match(checked.report.failure!, /InvalidUsageOfPureArg|CommandArgumentError/);
  });

  it('does not move its clock for a transaction that it refuses', async () => {
    let now = 1_800_000_000_000n;
    const world = await World.create({ clock: () => now });
    now += 1000n;
    await world.refused('INVALID_ARGUMENT', /lower than min/, () => {}, { budget: 1n });
    assert.equal(world.ledger.nowMs, now - 1000n);
  });

  it('gives coins to whoever asks the faucet, to many at once', async () => {
    const devnet = await startDevnet({ seed: 'rich' });
    const all = await Promise.all(['0x1', '0x2', '0x3'].map((address) => devnet.faucet(address)));
    assert.deepEqual(
      all.map((coins) => coins.length),
      [5, 5, 5],
    );
    const [coin] = await devnet.faucet('0x99');
    assert.equal(coin!.amount, 200_000_000_000n);
    const object = devnet.ledger.live(coin!.id);
    assert.deepEqual(object!.owner, { $kind: 'AddressOwner', AddressOwner: `0x${'99'.padStart(64, '0')}` });
  });

  it('prints what std::debug prints, where it is told to', async () => {
    const lines: string[] = [];
    const world = await World.create({ print: (text) => lines.push(text) });
    await world.ok(
      (tx) => void tx.moveCall({ target: '0x1::debug::print', typeArguments: ['u64'], arguments: [tx.pure.u64(77)] }),
    );
    assert.deepEqual(lines, ['[debug] 77']);
  });

  it('knows how many decimals SUI has', async () => {
    const devnet = await startDevnet();
    const metadata = devnet.ledger.objects.coinObject('CoinMetadata', `0x${'2'.padStart(64, '0')}::sui::SUI`);
    assert(metadata?.kind === 'move');
    assert.equal(metadata.contents[32], 9);
  });
});
