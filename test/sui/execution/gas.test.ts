import assert from 'node:assert/strict';
import { Inputs } from '@mysten/sui/transactions';
import { settle, type Payment } from '../../../localnet/sui/execution/gas.ts';
import { coinContents, seal, type MoveRecord } from '../../../localnet/sui/ledger/objects.ts';
import { GAS_COIN_TYPE } from '../../../localnet/sui/ledger/types.ts';
import { created, fixture, World } from './harness.ts';

describe('gas', () => {
  let world: World;
  let yard: string;
  const me = () => world.alice.toSuiAddress();

  before(async function () {
    this.timeout(60_000);
    world = await World.create();
    yard = (await world.publish(await fixture('yard'))).id;
  });

  // A coin of SUI counts 130 bytes: 40 of contents, 1 of type, 9 of version and flag, 80 of owner, digest and rebate. Sui
  // charges 100 units of 76 MIST a byte: the 988,000 MIST that explorers show for a transfer.
  const COIN = 988_000n;

  it('charges a coin what Sui charges', async () => {
    const first = await world.ok(() => {});
    assert.deepEqual(first.report.gasUsed, {
      computationCost: 1_000_000n,
      storageCost: COIN,
      storageRebate: 0n,
      nonRefundableStorageFee: 0n,
    });
    const gas = world.object(first.committed.after[0]!.id);
    const split = await world.ok(
      (tx) => {
        const [coin] = tx.splitCoins(tx.gas, [1]);
        tx.transferObjects([coin!], me());
      },
      { gas: [gas] },
    );
    // What explorers show for such a transfer: 1,976,000 of storage, a rebate of 978,120, and 9,880 that stay.
    assert.deepEqual(split.report.gasUsed, {
      computationCost: 1_000_000n,
      storageCost: 2n * COIN,
      storageRebate: 978_120n,
      nonRefundableStorageFee: 9_880n,
    });
  });

  it('pays back 99 percent of the storage of what is deleted', async () => {
    const made = await world.ok((tx) => {
      tx.transferObjects([tx.moveCall({ target: `${yard}::thing::new`, arguments: [tx.pure.u64(1)] })], me());
    });
    const [id] = created(world, made, 'Thing');
    const thing = world.object(id!);
    // 40 bytes of contents; type: tag, address, "thing" and "Thing" with their lengths, no parameters.
    const size = 80n + 9n + 40n + 1n + 32n + 6n + 6n + 1n;
    assert.equal(thing.storageRebate, size * 7600n);
    assert.equal(made.report.gasUsed.storageCost, COIN + size * 7600n);
    const gas = world.object(made.committed.after.find((key) => key.id !== id)!.id);
    const gone = await world.ok(
      (tx) => {
        tx.moveCall({ target: `${yard}::thing::destroy`, arguments: [tx.object(Inputs.ObjectRef(world.ref(thing)))] });
      },
      { gas: [gas] },
    );
    const paid = thing.storageRebate + COIN;
    assert.equal(gone.report.gasUsed.storageRebate, (paid * 99n) / 100n);
    assert.equal(gone.report.gasUsed.nonRefundableStorageFee, paid / 100n);
  });

  it('rounds computation up to the next thousand units, at the transaction’s price', async () => {
    const spin = async (rounds: number, price = 1000n) =>
      (
        await world.ok(
          (tx) => void tx.moveCall({ target: `${yard}::trouble::spin`, arguments: [tx.pure.u64(rounds)] }),
          { price },
        )
      ).report;
    const [small, large, dear] = [await spin(10), await spin(4000), await spin(10, 5000n)];
    assert.equal(small.gasUsed.computationCost, 1_000_000n);
    assert.equal(dear.gasUsed.computationCost, 5_000_000n);
    const rounded = BigInt(Math.floor(large.computationUnits / 1000) + 1) * 1000n;
    assert.equal(large.gasUsed.computationCost, rounded * 1000n);
    assert(large.instructions > 4000 * 10, `${large.instructions} instructions`);
    assert(large.instructions > small.instructions);
  });

  it('keeps all SUI that there is', async () => {
    const supply = (): bigint => {
      let sum = 0n;
      for (const address of [me(), world.bob.toSuiAddress()]) {
        for (const { type, contents } of world.ledger.objects.owned(address)) {
          if (type === GAS_COIN_TYPE) sum += Buffer.from(contents).readBigUInt64LE(32);
        }
      }
      return sum;
    };
    const before = supply();
    const ran = await world.ok((tx) => {
      const coins = tx.splitCoins(tx.gas, [5, 6]);
      tx.mergeCoins(coins[0]!, [coins[1]!]);
      tx.transferObjects([coins[0]!], world.bob.toSuiAddress());
    });
    const { computationCost, storageCost, storageRebate } = ran.report.gasUsed;
    assert.equal(supply(), before - computationCost - storageCost + storageRebate);
  });

  describe('when the budget runs out', () => {
    const coin = (id: string, balance: bigint, storageRebate: bigint): MoveRecord =>
      seal({
        kind: 'move',
        id,
        version: 5n,
        owner: { $kind: 'AddressOwner', AddressOwner: id },
        previousTransaction: '11111111111111111111111111111111',
        storageRebate,
        type: GAS_COIN_TYPE,
        hasPublicTransfer: true,
        contents: coinContents(id, balance),
      });
    const ids = [`0x${'1'.repeat(64)}`, `0x${'2'.repeat(64)}`];

    it('keeps to it: storage of the inputs is given up last', async () => {
      const { packages } = new (await import('../../../localnet/sui/execution/executor.ts')).Executor(
        {
          epoch: 0n,
          epochStartMs: 0n,
          referenceGasPrice: 1000n,
          chainIdentifier: '',
          live: (id) => world.ledger.live(id),
          at: (id, version) => world.ledger.at(id, version),
          isWrapped: (id) => world.ledger.isWrapped(id),
        },
        { nitroRoot: '', print: () => {}, features: new Set() },
      );
      const coinType = packages.loader.type({
        address: `0x${'2'.padStart(64, '0')}`,
        module: 'coin',
        name: 'Coin',
        typeArguments: [{ address: `0x${'2'.padStart(64, '0')}`, module: 'sui', name: 'SUI', typeArguments: [] }],
      });
      const payment = (budget: bigint): Payment => ({
        coins: [coin(ids[0]!, 10_000_000n, 0n), coin(ids[1]!, 5_000_000n, 988_000n)],
        coinType,
        mutable: [],
        price: 1000n,
        referencePrice: 1000n,
        budget,
        units: 1000,
      });
      // Computation 1,000,000; the first coin costs 988,000 to write, the second pays back 99 percent of as much.
      const enough = settle(payment(1_000_000n + 9_880n), null, null);
      assert.deepEqual(enough.costs, {
        computationCost: 1_000_000n,
        storageCost: 988_000n,
        storageRebate: 978_120n,
        nonRefundableStorageFee: 9_880n,
      });
      const short = settle(payment(1_000_000n + 9_879n), null, null);
      assert.deepEqual(short.failure!.status, { InsufficientGas: true });
      assert.equal(short.costs.computationCost, 1_009_879n);
      assert.equal(short.costs.storageCost, 0n);
      assert.equal(short.costs.storageRebate, 978_120n);
      const draft = short.changes.written.get(ids[0]!)!;
      assert(draft.kind === 'move');
      assert.equal(Buffer.from(draft.contents).readBigUInt64LE(32), 15_000_000n - 1_009_879n + 978_120n);
      assert.equal(short.rebates.get(ids[0]!), 0n);
      assert.deepEqual([...short.changes.deleted], [ids[1]]);
      const none = settle(payment(1_000_000n), null, null);
      assert.deepEqual(none.failure!.status, { InsufficientGas: true });
      assert.equal(none.costs.computationCost, 1_000_000n);
    });
  });
});
