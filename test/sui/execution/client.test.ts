import assert from 'node:assert/strict';
import { bcs } from '@mysten/sui/bcs';
import { requestSuiFromFaucetV2 } from '@mysten/sui/faucet';
import { SuiGrpcClient } from '@mysten/sui/grpc';
import { Ed25519Keypair } from '@mysten/sui/keypairs/ed25519';
import { Transaction } from '@mysten/sui/transactions';
import { LocalDevnet, startDevnet } from '../../../localnet/sui/devnet.ts';
import { CommitteeVerifier } from '../../../localnet/sui/ledger/committee.ts';
import { serve, type RunningServer } from '../../../localnet/sui/rpc/server.ts';
import { inProcessTransport } from '../../../localnet/sui/rpc/transport.ts';
import { fixture } from './harness.ts';

/** The flows of the stock client, with nothing of it changed. */
for (const kind of ['over HTTP', 'in process'] as const) {
  describe(`the stock client ${kind}`, () => {
    let devnet: LocalDevnet;
    let server: RunningServer | undefined;
    let client: SuiGrpcClient;
    let yard: string;
    const key = Ed25519Keypair.fromSecretKey(new Uint8Array(32).fill(9));
    const me = key.toSuiAddress();
    const call = (target: string) => `${yard}::${target}` as const;

    before(async function () {
      this.timeout(60_000);
      devnet = await startDevnet({ seed: 'client' });
      if (kind === 'over HTTP') {
        server = await serve(devnet, { port: 0, faucetPort: 0 });
        client = new SuiGrpcClient({ network: 'localnet', baseUrl: server.url });
        await requestSuiFromFaucetV2({ host: server.faucetUrl, recipient: me });
      } else {
        client = new SuiGrpcClient({ network: 'localnet', transport: inProcessTransport(devnet) });
        await devnet.faucet(me);
      }
    });

    after(() => server?.close());

    const run = async (build: (tx: Transaction) => void) => {
      const transaction = new Transaction();
      build(transaction);
      const result = await client.signAndExecuteTransaction({
        transaction,
        signer: key,
        include: { effects: true, events: true, objectTypes: true, balanceChanges: true },
      });
      return result;
    };
    const ok = async (build: (tx: Transaction) => void) => {
      const result = await run(build);
      assert(result.$kind === 'Transaction', JSON.stringify(result.FailedTransaction?.status));
      await client.waitForTransaction({ digest: result.Transaction.digest });
      return result.Transaction;
    };

    it('asks the faucet, and pays', async () => {
      const { balance } = await client.getBalance({ owner: me });
      assert.equal(balance.balance, '1000000000000');
      const sent = await ok((tx) => {
        const [coin] = tx.splitCoins(tx.gas, [1_000_000_000]);
        tx.transferObjects([coin!], '0x1234');
      });
      assert(sent.balanceChanges!.some(({ amount, address }) => amount === '1000000000' && address.endsWith('1234')));
      const other = await client.getBalance({ owner: '0x1234' });
      assert.equal(other.balance.balance, '1000000000');
    });

    it('publishes, calls, and reads back', async () => {
      const { modules, dependencies } = await fixture('yard');
      const published = await ok((tx) => {
        const cap = tx.publish({ modules: modules.map((module) => [...module]), dependencies });
        tx.transferObjects([cap], me);
      });
      yard = published.effects!.changedObjects.find(({ outputState }) => outputState === 'PackageWrite')!.objectId;
      assert.equal(published.events!.length, 1);
      const counter = Object.entries(published.objectTypes!).find(([, type]) => type.endsWith('::setup::Counter'))![0];
      await ok((tx) => void tx.moveCall({ target: call('setup::increment'), arguments: [tx.object(counter)] }));
      await ok((tx) => void tx.moveCall({ target: call('setup::increment'), arguments: [tx.object(counter)] }));
      const { object } = await client.getObject({ objectId: counter, include: { content: true } });
      assert.equal(object.type, `${yard}::setup::Counter`);
      assert.equal(object.owner.$kind, 'Shared');
      const { value } = bcs
        .struct('Counter', { id: bcs.Address, value: bcs.u64(), epoch: bcs.u64() })
        .parse(object.content!);
      assert.equal(value, '2');
    });

    it('finds objects and dynamic fields', async () => {
      const made = await ok((tx) => {
        const [one, two] = tx.moveCall({ target: call('thing::two') });
        tx.moveCall({ target: call('thing::attach'), arguments: [one!, tx.pure.u64(7), two!] });
        tx.moveCall({ target: call('thing::put'), arguments: [one!, tx.pure.u64(8), tx.pure.u64(80)] });
        tx.transferObjects([one!], me);
      });
      const { objects } = await client.listOwnedObjects({ owner: me, type: `${yard}::thing::Thing` });
      assert.equal(objects.length, 1);
      const [thing] = objects;
      const { dynamicFields } = await client.listDynamicFields({ parentId: thing!.objectId });
      assert.equal(dynamicFields.length, 2);
      const { dynamicField } = await client.getDynamicField({
        parentId: thing!.objectId,
        name: { type: 'u64', bcs: bcs.u64().serialize(8).toBytes() },
      });
      assert.equal(bcs.u64().parse(dynamicField.value.bcs), '80');
      assert.equal(made.events!.length, 2);
      assert.equal(made.events![0]!.eventType, `${yard}::thing::Made`);
    });

    it('simulates, and sees what functions return and why they fail', async () => {
      const transaction = new Transaction();
      transaction.setSender(me);
      transaction.moveCall({
        target: call('plain::numbers'),
        arguments: [
          transaction.pure.u8(1),
          transaction.pure.u16(1),
          transaction.pure.u32(1),
          transaction.pure.u64(1),
          transaction.pure.u128(1),
          transaction.pure.u256(1),
        ],
      });
      const { commandResults } = await client.simulateTransaction({ transaction, include: { commandResults: true } });
      assert.equal(bcs.u256().parse(commandResults![0]!.returnValues[0]!.bcs!), '6');

      const failing = new Transaction();
      failing.setSender(me);
      failing.moveCall({ target: call('trouble::asked') });
      const simulated = await client.simulateTransaction({ transaction: failing, include: { effects: true } });
      assert.equal(simulated.$kind, 'FailedTransaction');
      const { error } = simulated.FailedTransaction!.status as {
        error: { MoveAbort?: { abortCode: string; location?: { module?: string } } };
      };
      assert.equal(error.MoveAbort!.abortCode, '42');
      assert.equal(error.MoveAbort!.location!.module, 'trouble');
    });

    it('learns of an abort when executing', async () => {
      const simulated = await run((tx) => void tx.moveCall({ target: call('trouble::explained') })).catch(String);
      assert.match(simulated as string, /MoveAbort.*explained/);
      // With everything given, the client does not simulate first.
      const { objects } = await client.listCoins({ owner: me });
      const transaction = new Transaction();
      transaction.moveCall({ target: call('trouble::explained') });
      transaction.setGasBudget(10_000_000);
      transaction.setGasPrice(1000);
      transaction.setExpiration({ None: true });
      transaction.setGasPayment(
        objects.slice(0, 1).map(({ objectId, version, digest }) => ({ objectId, version, digest })),
      );
      const result = await client.signAndExecuteTransaction({ transaction, signer: key, include: { effects: true } });
      assert.equal(result.$kind, 'FailedTransaction');
      assert.match(JSON.stringify(result.FailedTransaction!.status), /because it was asked for/);
    });

    it('looks at private functions and at objects of others without checks', async () => {
      const made = await ok((tx) => {
        tx.transferObjects([tx.moveCall({ target: call('thing::new'), arguments: [tx.pure.u64(3)] })], '0x77');
      });
      const thing = Object.keys(made.objectTypes!).find((id) => made.objectTypes![id]!.endsWith('::Thing'))!;
      const transaction = new Transaction();
      transaction.setSender(me);
      transaction.moveCall({ target: call('potato::hidden'), arguments: [transaction.object(thing)] });
      transaction.moveCall({ target: call('thing::value_ref'), arguments: [transaction.object(thing)] });
      transaction.moveCall({ target: call('potato::grow'), arguments: [transaction.pure.u64(5)] });
      const include = { commandResults: true } as const;
      const { commandResults } = await client.simulateTransaction({ transaction, checksEnabled: false, include });
      assert.equal(bcs.u64().parse(commandResults![1]!.returnValues[0]!.bcs!), '1000');
      const checked = await client.simulateTransaction({ transaction, include }).then(
        ({ $kind }) => $kind,
        (error: unknown) => (error as Error).message,
      );
      assert.match(checked, /FailedTransaction|not signed by the correct sender/);
      assert.equal(
        Buffer.from(
          devnet.ledger.live(thing)!.kind === 'move'
            ? (devnet.ledger.live(thing) as { contents: Uint8Array }).contents
            : [],
        ).readBigUInt64LE(32),
        3n,
      );
    });

    it('is told why a transaction may not run', async () => {
      const transaction = new Transaction();
      transaction.setSender(me);
      transaction.setGasBudget(1);
      const bytes = await transaction.build({ client }).catch(String);
      assert.match(String(bytes), /Gas budget|budget/);
    });
  });
}

describe('checkpoints of a devnet', () => {
  it('are certified by the epoch’s committee, transaction by transaction, and follow one another', async () => {
    const devnet = await startDevnet({ seed: 'checkpoints' });
    const seen: bigint[] = [];
    const stop = devnet.ledger.subscribe(({ summary }) => seen.push(summary.sequenceNumber));
    await devnet.faucet('0x1');
    const ending = devnet.advanceEpoch();
    await devnet.faucet('0x2');
    stop();
    assert.deepEqual(seen, [1n, 2n, 3n]);
    const verifiers = [0n, 1n].map(
      (epoch) => new CommitteeVerifier(devnet.ledger.epochInfo(epoch)!.committee.committee),
    );
    for (const sequence of [0n, 1n, 2n, 3n]) {
      const checkpoint = devnet.ledger.checkpoint(sequence)!;
      verifiers[Number(checkpoint.summary.epoch)]!.verify(checkpoint.summary, checkpoint.certificate());
      assert.equal(
        checkpoint.summary.previousDigest,
        sequence === 0n ? null : devnet.ledger.checkpoint(sequence - 1n)!.digest,
      );
    }
    assert.deepEqual(ending.summary.endOfEpochData!.nextEpochCommittee, verifiers[1]!.committee.members);
    assert.throws(() => verifiers[1]!.verify(ending.summary, ending.certificate()));
  });
});
