/** What the server makes of transactions that the stock client leaves open. */
import assert from 'node:assert/strict';
import { bcs } from '@mysten/sui/bcs';
import { GrpcTypes, RpcError, SuiGrpcClient } from '@mysten/sui/grpc';
import { Transaction } from '@mysten/sui/transactions';
import { buildFramework } from '../../../localnet/sui/build/builder.ts';
import type { SimulateOptions } from '../../../localnet/sui/devnet-api.ts';
import { LocalDevnet, type LocalSimulation } from '../../../localnet/sui/devnet.ts';
import { GAS_COIN_TYPE, shortAddress } from '../../../localnet/sui/ledger/types.ts';
import { estimateBudget } from '../../../localnet/sui/rpc/resolve/gas.ts';
import { inProcessTransport } from '../../../localnet/sui/rpc/transport.ts';
import { ALICE, BOB, coin, outcome, thing } from '../ledger/specimens.ts';
import { COUNTER, COUNTER_ID } from './fixture-package.ts';

const COIN = shortAddress(0x1001);
const RICH = shortAddress(0x1002);
const OWNED = shortAddress(0x1003);
const SHARED = shortAddress(0x1004);
const FROZEN = shortAddress(0x1005);
const CHILD = shortAddress(0x1006);
const CONSENSUS = shortAddress(0x1007);
const COUNTER_TYPE = `${COUNTER_ID}::counter::Counter`;

/** Simulates any transaction as one that does nothing, and remembers it. */
class RecordingDevnet extends LocalDevnet {
  readonly simulated: { transaction: Uint8Array; checks: boolean; mockGas: boolean }[] = [];

  override simulate(transaction: Uint8Array, options: SimulateOptions): LocalSimulation {
    this.simulated.push({ transaction, ...options });
    const gasUsed = { computationCost: 1_000_000n, storageCost: 10n, storageRebate: 4n, nonRefundableStorageFee: 0n };
    const report = { instructions: 0, nativeCalls: 0, memory: 0, computationUnits: 0, gasUsed };
    return { transaction: this.ledger.prepare(outcome({ transaction, gasUsed })), commands: [], report };
  }
}

describe('transaction resolution', () => {
  let devnet: RecordingDevnet;
  let client: SuiGrpcClient;
  before(async () => {
    devnet = new RecordingDevnet({
      seed: 'test',
      framework: await buildFramework(),
      genesis: [
        COUNTER,
        coin(COIN, 3_000_000_000n),
        coin(RICH, 5_000_000_000n),
        thing(OWNED, { kind: 'address', address: ALICE }, COUNTER_TYPE),
        thing(SHARED, { kind: 'shared' }, COUNTER_TYPE),
        thing(FROZEN, { kind: 'immutable' }, COUNTER_TYPE),
        thing(CHILD, { kind: 'object', parent: OWNED }, COUNTER_TYPE),
        thing(CONSENSUS, { kind: 'consensusAddress', address: ALICE }, COUNTER_TYPE),
      ],
    });
    client = new SuiGrpcClient({ network: 'localnet', transport: inProcessTransport(devnet) });
  });

  const build = async (fill: (transaction: Transaction) => void) => {
    const transaction = new Transaction();
    transaction.setSender(ALICE);
    fill(transaction);
    return bcs.TransactionData.parse(await transaction.build({ client })).V1;
  };
  const inputs = async (fill: (transaction: Transaction) => void) =>
    (await build(fill)).kind.ProgrammableTransaction!.inputs;
  const call =
    (name: string, ...objects: string[]) =>
    (transaction: Transaction) => {
      transaction.moveCall({
        target: `${COUNTER_ID}::counter::${name}`,
        arguments: objects.map((id) => transaction.object(id)),
      });
    };
  const refused =
    (pattern: RegExp, code = 'INVALID_ARGUMENT') =>
    (error: Error) => {
      const cause = (error.cause ?? error) as RpcError;
      assert.equal(cause.code, code, cause.message);
      assert.match(cause.message, pattern);
      return true;
    };

  it('fills in version and digest of owned and immutable objects', async () => {
    for (const id of [OWNED, FROZEN]) {
      const [input] = await inputs(call('read', id));
      const { version, digest } = devnet.ledger.live(id)!;
      assert.deepEqual(input!.Object!.ImmOrOwnedObject, { objectId: id, version: String(version), digest });
    }
  });

  it('takes shared objects mutably only where the function needs it', async () => {
    const mutable = async (...calls: ((transaction: Transaction) => void)[]) => {
      const [input] = await inputs((transaction) => calls.forEach((fill) => fill(transaction)));
      assert.equal(input!.Object!.SharedObject!.initialSharedVersion, '1');
      return input!.Object!.SharedObject!.mutable;
    };
    assert.equal(await mutable(call('read', SHARED)), false);
    assert.equal(await mutable(call('bump', SHARED)), true);
    assert.equal(await mutable(call('destroy', SHARED)), true);
    // The context before it is no argument.
    assert.equal(await mutable(call('read_after', SHARED)), false);
    assert.equal(await mutable(call('bump_after', SHARED)), true);
    assert.equal(await mutable(call('read', SHARED), call('bump', SHARED)), true);
    assert.equal(await mutable((t) => t.makeMoveVec({ elements: [t.object(SHARED)] })), true);
    assert.equal(await mutable((t) => t.splitCoins(t.object(SHARED), [1])), true);
    assert.equal(await mutable((t) => t.transferObjects([t.object(SHARED)], BOB)), false);
  });

  it('takes objects owned through consensus like shared ones', async () => {
    const [input] = await inputs(call('bump', CONSENSUS));
    assert.deepEqual(input!.Object!.SharedObject, { objectId: CONSENSUS, initialSharedVersion: '1', mutable: true });
  });

  it('sees that an object is received', async () => {
    const list = await inputs(call('collect', SHARED, COIN));
    assert.equal(list[1]!.Object!.$kind, 'Receiving');
    assert.equal(list[1]!.Object!.Receiving!.digest, devnet.ledger.live(COIN)!.digest);
  });

  it('keeps pure inputs and commands as they are', async () => {
    const { kind } = await build((t) => {
      t.moveCall({
        target: `${COUNTER_ID}::counter::put`,
        typeArguments: ['0x2::sui::SUI', 'vector<u8>'],
        arguments: [t.pure.u64(7), t.pure.address(BOB)],
      });
      t.publish({ modules: [[1, 2, 3]], dependencies: ['0x2'] });
      t.upgrade({ modules: [[4]], dependencies: [], package: '0xc0', ticket: t.object(OWNED) });
      t.mergeCoins(t.gas, [t.object(COIN)]);
    });
    const { inputs: list, commands } = kind.ProgrammableTransaction!;
    assert.deepEqual(
      list.slice(0, 2).map((input) => input.$kind),
      ['Pure', 'Pure'],
    );
    assert.deepEqual(
      commands.map((command) => command.$kind),
      ['MoveCall', 'Publish', 'Upgrade', 'MergeCoins'],
    );
    assert.deepEqual(
      commands[0]!.MoveCall!.arguments.map((argument) => argument.Input),
      [0, 1],
    );
    assert.equal(commands[1]!.Publish!.modules[0], 'AQID');
    assert.equal(commands[2]!.Upgrade!.package, COUNTER_ID);
  });

  it('pays with all coins of the sender that the transaction does not use, richest first', async () => {
    assert.deepEqual(
      (await build(call('bump', SHARED))).gasData.payment.map((ref) => ref.objectId),
      [RICH, COIN],
    );
    const used = await build((t) => t.transferObjects([t.object(RICH)], BOB));
    assert.deepEqual(
      used.gasData.payment.map((ref) => ref.objectId),
      [COIN],
    );
    assert.equal(
      devnet.ledger.live(COIN)!.kind === 'move' && (devnet.ledger.live(COIN) as { type: string }).type,
      GAS_COIN_TYPE,
    );
  });

  it('estimates the budget with a mock coin and simulates the result without one', async () => {
    devnet.simulated.length = 0;
    const { gasData } = await build(call('bump', SHARED));
    assert.deepEqual(
      devnet.simulated.map(({ mockGas }) => mockGas),
      [true, false],
    );
    const [estimate] = devnet.simulated.map(({ transaction }) => bcs.TransactionData.parse(transaction).V1.gasData);
    assert.deepEqual([estimate!.payment, estimate!.budget], [[], '50000000000000']);
    // computation + 10 - 4 net storage, 1,000 units of safety, 1,000 units for loading the second coin.
    assert.equal(gasData.budget, String(1_000_006 + 1_000_000 + 1_000_000));
  });

  it('never estimates below the computation, nor above the protocol limit', () => {
    const costs = { computationCost: 5n, storageCost: 0n, storageRebate: 100n, nonRefundableStorageFee: 0n };
    assert.equal(estimateBudget(costs, 1n, 0n, 1), 1005n);
    assert.equal(estimateBudget({ ...costs, storageCost: 200n }, 1n, 50n, 1), 1055n);
    assert.equal(estimateBudget({ ...costs, storageCost: 10n ** 18n }, 1n, 0n, 1), 50_000_000_000_000n);
  });

  it('refuses to pay without enough SUI', async () => {
    const poor = new Transaction();
    poor.setSender(BOB);
    call('bump', SHARED)(poor);
    await assert.rejects(poor.build({ client }), refused(/insufficient SUI balance/));
    const limited = new Transaction();
    limited.setSender(ALICE);
    limited.setGasBudget(9_000_000_000);
    call('bump', SHARED)(limited);
    await assert.rejects(limited.build({ client }), refused(/insufficient SUI balance/));
  });

  it('refuses objects, functions and packages that do not fit', async () => {
    await assert.rejects(build(call('bump', shortAddress(0x777))), refused(/0x0+777 not found/, 'NOT_FOUND'));
    await assert.rejects(build(call('nothing', SHARED)), refused(/unable to find function/));
    await assert.rejects(build(call('bump', CHILD)), refused(/object owned/));
    await assert.rejects(
      build((t) => t.moveCall({ target: '0x777::a::b' })),
      refused(/not found/, 'NOT_FOUND'),
    );
    await assert.rejects(
      build((t) => t.moveCall({ target: `${SHARED}::a::b` })),
      refused(/not a package/),
    );
    await assert.rejects(build(call('read', OWNED, SHARED)), refused(/invalid input parameter/));
  });

  it('refuses references that contradict the ledger', async () => {
    const { digest } = devnet.ledger.live(OWNED)!;
    const withRef = (version: bigint, ref: string): GrpcTypes.SimulateTransactionRequest => ({
      transaction: {
        sender: ALICE,
        kind: {
          data: {
            oneofKind: 'programmableTransaction',
            programmableTransaction: { inputs: [{ objectId: OWNED, version, digest: ref }], commands: [] },
          },
        },
      },
    });
    const simulate = (request: GrpcTypes.SimulateTransactionRequest) =>
      client.transactionExecutionService.simulateTransaction(request).response;
    await simulate(withRef(1n, digest));
    await assert.rejects(simulate(withRef(2n, digest)), refused(/provided version/));
    await assert.rejects(simulate(withRef(1n, '1'.repeat(32))), refused(/provided digest/));
    await assert.rejects(simulate(withRef(1n, 'x')), refused(/base58/));
  });

  it('refuses requests that lack what it takes', async () => {
    const simulate = (transaction?: GrpcTypes.Transaction) =>
      client.transactionExecutionService.simulateTransaction(transaction ? { transaction } : {}).response;
    await assert.rejects(simulate(), refused(/transaction/));
    await assert.rejects(simulate({}), refused(/sender/));
    await assert.rejects(simulate({ sender: ALICE }), refused(/programmable_transaction/));
    await assert.rejects(simulate({ sender: 'alice' }), refused(/sender/));
    await assert.rejects(simulate({ bcs: { value: Uint8Array.of(1, 2) } }), refused(/invalid transaction/));
    const command = (inner: GrpcTypes.Command['command']): GrpcTypes.Transaction => ({
      sender: ALICE,
      kind: {
        data: {
          oneofKind: 'programmableTransaction',
          programmableTransaction: { inputs: [], commands: [{ command: inner }] },
        },
      },
    });
    await assert.rejects(simulate(command({ oneofKind: undefined })), refused(/command/));
    const splitCoins = { amounts: [], coin: { kind: GrpcTypes.Argument_ArgumentKind.INPUT, input: 70_000 } };
    await assert.rejects(simulate(command({ oneofKind: 'splitCoins', splitCoins })), refused(/16 bits/));
    const moveCall = { package: '0x2', module: 'm', function: 'f', typeArguments: ['no type'], arguments: [] };
    await assert.rejects(simulate(command({ oneofKind: 'moveCall', moveCall })), refused(/not a type/));
  });

  it('passes on whether checks are off, and estimates nothing then', async () => {
    devnet.simulated.length = 0;
    const transaction = new Transaction();
    transaction.setSender(BOB);
    call('bump', SHARED)(transaction);
    await client.simulateTransaction({ transaction, checksEnabled: false, doGasSelection: true });
    assert.deepEqual(
      devnet.simulated.map(({ checks, mockGas }) => [checks, mockGas]),
      [[false, true]],
    );
  });

  it('resolves transaction kinds without sender or gas', async () => {
    const transaction = new Transaction();
    call('bump', SHARED)(transaction);
    const bytes = await transaction.build({ client, onlyTransactionKind: true });
    const kind = bcs.TransactionKind.parse(bytes);
    assert.equal(kind.ProgrammableTransaction!.inputs[0]!.Object!.SharedObject!.mutable, true);
  });

  it('takes expirations of all kinds', async () => {
    const { chainIdentifier } = devnet.ledger;
    const window = {
      minEpoch: '0',
      maxEpoch: '1',
      minTimestamp: '5',
      maxTimestamp: '1234567',
      chain: chainIdentifier,
      nonce: 9,
    };
    for (const expiration of [{ None: true }, { Epoch: 3 }, { ValidDuring: window }] as const) {
      const data = await build((t) => {
        t.setExpiration(expiration as never);
        call('bump', SHARED)(t);
      });
      const { $kind, ...found } = data.expiration;
      assert.deepEqual(found, expiration);
      assert.ok($kind in expiration);
    }
  });
});
