/** The stock client's flows against the RPC, over HTTP in both formats and in process. */
import assert from 'node:assert/strict';
import { bcs } from '@mysten/sui/bcs';
import { FaucetRateLimitError, requestSuiFromFaucetV2 } from '@mysten/sui/faucet';
import { GrpcTypes, RpcError, SuiGrpcClient } from '@mysten/sui/grpc';
import { Ed25519Keypair } from '@mysten/sui/keypairs/ed25519';
import { Secp256k1Keypair } from '@mysten/sui/keypairs/secp256k1';
import { Secp256r1Keypair } from '@mysten/sui/keypairs/secp256r1';
import { Transaction } from '@mysten/sui/transactions';
import { fromBase64, toBase64 } from '@mysten/sui/utils';
import {
  CheckpointContents,
  CheckpointSummary,
  ValidatorCommittee,
  decodeExact,
  digestOf,
} from '../../../localnet/sui/ledger/bcs.ts';
import { CommitteeVerifier } from '../../../localnet/sui/ledger/committee.ts';
import { CLOCK_ID, GAS_COIN_TYPE, SUI_COIN_TYPE, shortAddress } from '../../../localnet/sui/ledger/types.ts';
import { serve, type RunningServer } from '../../../localnet/sui/rpc/server.ts';
import { inProcessTransport } from '../../../localnet/sui/rpc/transport.ts';
import { type LocalDevnet, startDevnet } from '../../../localnet/sui/devnet.ts';

const BOB = shortAddress(0xb0b);

type Connect = (devnet: LocalDevnet, server: RunningServer) => SuiGrpcClient;
const CARRIERS: Record<string, Connect> = {
  'HTTP, text': (_, { url }) => new SuiGrpcClient({ network: 'localnet', baseUrl: url }),
  'HTTP, binary': (_, { url }) => new SuiGrpcClient({ network: 'localnet', baseUrl: url, format: 'binary' }),
  'in process': (devnet) => new SuiGrpcClient({ network: 'localnet', transport: inProcessTransport(devnet) }),
};

for (const [carrier, connect] of Object.entries(CARRIERS)) {
  describe(`stock client, ${carrier}`, () => {
    let devnet: LocalDevnet;
    let server: RunningServer;
    let client: SuiGrpcClient;
    let signer: Ed25519Keypair;
    let alice: string;

    before(async () => {
      devnet = await startDevnet({ seed: 'test', startMs: 1_700_000_000_000n });
      server = await serve(devnet, { port: 0, faucetPort: 0 });
      client = connect(devnet, server);
      signer = Ed25519Keypair.fromSecretKey(new Uint8Array(32).fill(7));
      alice = signer.toSuiAddress();
      await requestSuiFromFaucetV2({ host: server.faucetUrl, recipient: alice });
    });
    after(() => server.close());

    const pay = (amount: bigint, recipient = BOB): Transaction => {
      const transaction = new Transaction();
      const [coin] = transaction.splitCoins(transaction.gas, [amount]);
      transaction.transferObjects([coin!], recipient);
      return transaction;
    };
    const code = (expected: string) => (error: unknown) => error instanceof RpcError && error.code === expected;

    it('builds, signs, executes and waits', async () => {
      const before = BigInt((await client.getBalance({ owner: BOB })).balance.balance);
      const include = {
        effects: true,
        events: true,
        balanceChanges: true,
        objectTypes: true,
        transaction: true,
        bcs: true,
      } as const;
      const result = await client.signAndExecuteTransaction({ transaction: pay(1000n), signer, include });
      assert.equal(result.$kind, 'Transaction');
      const { digest, effects, balanceChanges, objectTypes, transaction, bcs: bytes, signatures } = result.Transaction!;
      assert.equal(digest, digestOf('TransactionData', bytes!));
      assert.equal(transaction!.sender, alice);
      assert.deepEqual(
        balanceChanges!.map(({ address, amount }) => [address, amount]).find(([address]) => address === BOB),
        [BOB, '1000'],
      );
      const created = effects!.changedObjects.find((change) => change.idOperation === 'Created')!;
      assert.equal(created.outputOwner!.AddressOwner, BOB);
      assert.equal(objectTypes![created.objectId], GAS_COIN_TYPE);
      assert.equal(effects!.gasObject!.outputOwner!.AddressOwner, alice);
      // The effects that the message shows are those in the BCS, which the ledger committed to.
      const raw = bcs.TransactionEffects.parse(effects!.bcs!).V2!;
      assert.equal(raw.transactionDigest, digest);
      assert.deepEqual(
        raw.changedObjects.map(([id]) => id),
        effects!.changedObjects.map((change) => change.objectId),
      );
      assert.deepEqual(effects!.dependencies, raw.dependencies);
      assert.equal(signatures.length, 1);
      const waited = await client.waitForTransaction({ result, include: { effects: true } });
      assert.equal(waited.Transaction!.digest, digest);
      assert.equal(waited.Transaction!.checkpoint, devnet.ledger.latestCheckpoint.summary.sequenceNumber.toString());
      assert.equal(waited.Transaction!.timestampMs, 1_700_000_000_000);
      assert.equal(BigInt((await client.getBalance({ owner: BOB })).balance.balance), before + 1000n);
      const paths = ['digest', 'transaction.bcs', 'transaction.digest', 'effects.bcs', 'effects.digest'];
      const { response } = await client.ledgerService.getTransaction({ digest, readMask: { paths } });
      const shown = response.transaction!;
      assert.deepEqual([shown.digest, shown.transaction!.digest], [digest, digest]);
      assert.equal(shown.transaction!.digest, digestOf('TransactionData', shown.transaction!.bcs!.value!));
      assert.equal(shown.effects!.digest, digestOf('TransactionEffects', shown.effects!.bcs!.value!));
    });

    it('resolves gas on the server: price, budget, payment with all coins', async () => {
      const fresh = new Ed25519Keypair();
      await requestSuiFromFaucetV2({ host: server.faucetUrl, recipient: fresh.toSuiAddress() });
      const transaction = pay(5n);
      transaction.setSender(fresh.toSuiAddress());
      const { gasData } = bcs.TransactionData.parse(await transaction.build({ client })).V1;
      assert.equal(gasData.price, '1000');
      assert.equal(gasData.payment.length, 5);
      assert.equal(gasData.owner, fresh.toSuiAddress());
      // 1,000 units computation, 1,000 units overhead, 3,000 units (rounded up) for loading four more coins, the new
      // coin's storage: all at price 1,000. The mock coin's storage is not counted.
      assert.equal(gasData.budget, String(1_000_000 + 1_000_000 + 3_000_000 + 988_000));
    });

    it('keeps what the user set', async () => {
      const coins = await client.listCoins({ owner: alice });
      const { objectId, version, digest } = coins.objects[0]!;
      const transaction = pay(5n);
      transaction.setSender(alice);
      transaction.setGasBudget(30_000_000);
      transaction.setGasPrice(1500);
      transaction.setGasPayment([{ objectId, version, digest }]);
      transaction.setExpiration({ Epoch: 9 });
      const { gasData, expiration } = bcs.TransactionData.parse(await transaction.build({ client })).V1;
      assert.deepEqual([gasData.budget, gasData.price, gasData.payment.length], ['30000000', '1500', 1]);
      assert.equal(expiration.Epoch, 9);
    });

    it('lets another account pay for gas', async () => {
      const sponsor = new Secp256k1Keypair();
      await requestSuiFromFaucetV2({ host: server.faucetUrl, recipient: sponsor.toSuiAddress() });
      const [coin] = (await client.listCoins({ owner: alice })).objects;
      const transaction = new Transaction();
      const [part] = transaction.splitCoins(transaction.object(coin!.objectId), [77n]);
      transaction.transferObjects([part!], BOB);
      transaction.setSender(alice);
      transaction.setGasOwner(sponsor.toSuiAddress());
      const bytes = await transaction.build({ client });
      const sender = (await signer.signTransaction(bytes)).signature;
      const payer = (await sponsor.signTransaction(bytes)).signature;
      await assert.rejects(
        client.executeTransaction({ transaction: bytes, signatures: [sender] }),
        code('INVALID_ARGUMENT'),
      );
      const result = await client.executeTransaction({
        transaction: bytes,
        signatures: [sender, payer],
        include: { effects: true },
      });
      assert.equal(result.Transaction!.effects!.gasObject!.outputOwner!.AddressOwner, sponsor.toSuiAddress());
    });

    it('accepts all three signature schemes', async () => {
      for (const keypair of [new Ed25519Keypair(), new Secp256k1Keypair(), new Secp256r1Keypair()]) {
        await requestSuiFromFaucetV2({ host: server.faucetUrl, recipient: keypair.toSuiAddress() });
        const result = await client.signAndExecuteTransaction({ transaction: pay(1n), signer: keypair });
        assert.equal(result.$kind, 'Transaction');
      }
    });

    it('simulates without changing anything', async () => {
      const height = devnet.ledger.height;
      const transaction = pay(123n);
      transaction.setSender(alice);
      const result = await client.simulateTransaction({
        transaction,
        include: { effects: true, balanceChanges: true },
      });
      assert.equal(result.$kind, 'Transaction');
      assert.ok(result.Transaction!.balanceChanges!.some(({ address, amount }) => address === BOB && amount === '123'));
      const bytes = await transaction.build({ client });
      assert.equal((await client.simulateTransaction({ transaction: bytes })).$kind, 'Transaction');
      assert.equal(devnet.ledger.height, height);
    });

    it('reports a failed execution with its kind and command', async () => {
      const transaction = pay(1n);
      transaction.transferObjects([transaction.splitCoins(transaction.gas, [10n ** 19n - 1n])], BOB);
      transaction.setSender(alice);
      await assert.rejects(transaction.build({ client }), /InsufficientCoinBalance/);
      const [coin] = (await client.listCoins({ owner: alice })).objects;
      const { objectId, version, digest } = coin!;
      transaction.setGasPayment([{ objectId, version, digest }]);
      transaction.setGasBudget(20_000_000);
      transaction.setGasPrice(1000);
      const result = await client.signAndExecuteTransaction({
        transaction: await transaction.build(),
        signer,
        include: { effects: true },
      });
      assert.equal(result.$kind, 'FailedTransaction');
      const { error } = result.FailedTransaction!.effects!.status;
      assert.equal(error!.command, 2);
      assert.match(error!.message, /InsufficientCoinBalance/);
      assert.equal(result.FailedTransaction!.effects!.changedObjects.length, 1);
    });

    it("refuses stale objects, foreign signatures and malformed transactions with Sui's statuses", async () => {
      const transaction = pay(1n);
      transaction.setSender(alice);
      const bytes = await transaction.build({ client });
      const { signature } = await signer.signTransaction(bytes);
      const stranger = (await new Ed25519Keypair().signTransaction(bytes)).signature;
      const execute = (transaction: Uint8Array, ...signatures: string[]) =>
        client.executeTransaction({ transaction, signatures });
      await assert.rejects(execute(bytes, stranger), (error: RpcError) => {
        return error.code === 'INVALID_ARGUMENT' && error.message.startsWith('Invalid user signature');
      });
      await assert.rejects(execute(bytes), code('INVALID_ARGUMENT'));
      await assert.rejects(execute(Uint8Array.of(...bytes, 0), signature), code('INVALID_ARGUMENT'));
      await assert.rejects(execute(Uint8Array.of(9, 9), signature), code('INVALID_ARGUMENT'));
      await assert.rejects(execute(bytes, toBase64(Uint8Array.of(5, 1))), (error: RpcError) =>
        /zkLogin/.test(error.message),
      );
      const other = pay(2n);
      other.setSender(alice);
      const stale = await other.build({ client });
      const { digest } = (await execute(bytes, signature)).Transaction!;
      assert.equal((await execute(bytes, signature)).Transaction!.digest, digest, 'executing again changes nothing');
      const late = (await signer.signTransaction(stale)).signature;
      await assert.rejects(execute(stale, late), code('FAILED_PRECONDITION'));
    });

    it('gives objects with what the caller includes, and says which are missing', async () => {
      const [coin] = (await client.listCoins({ owner: alice })).objects;
      const include = { content: true, previousTransaction: true, objectBcs: true, json: true } as const;
      const { object } = await client.getObject({ objectId: coin!.objectId, include });
      assert.equal(object.type, GAS_COIN_TYPE);
      assert.equal(object.owner.AddressOwner, alice);
      const record = devnet.ledger.live(coin!.objectId)!;
      assert.equal(object.version, String(record.version));
      assert.equal(object.previousTransaction, record.previousTransaction);
      assert.equal(digestOf('Object', object.objectBcs!), object.digest);
      assert.deepEqual(
        Uint8Array.from(bcs.Object.parse(object.objectBcs!).data.Move!.contents),
        Uint8Array.from(object.content!),
      );
      assert.equal('content' in (await client.getObject({ objectId: coin!.objectId })).object, true);
      assert.equal((await client.getObject({ objectId: coin!.objectId })).object.content, undefined);
      const { objects } = await client.getObjects({ objectIds: [CLOCK_ID, shortAddress(0x999)] });
      assert.equal((objects[0] as { owner: { $kind: string } }).owner.$kind, 'Shared');
      assert.equal((objects[1] as Error & { code: string }).code, 'notExists');
      await assert.rejects(client.getObject({ objectId: 'not an id' }), code('INVALID_ARGUMENT'));
    });

    it('gives older versions of objects', async () => {
      const [coin] = (await client.listCoins({ owner: alice })).objects;
      await client.signAndExecuteTransaction({ transaction: pay(1n), signer });
      const old = await client.ledgerService.getObject({ objectId: coin!.objectId, version: BigInt(coin!.version) });
      assert.equal(old.response.object!.digest, coin!.digest);
      const missing = client.ledgerService.getObject({ objectId: coin!.objectId, version: 10_000n });
      await assert.rejects(
        missing.response,
        (error: RpcError) => error.code === 'NOT_FOUND' && error.message.includes('10000'),
      );
    });

    it('lists owned objects page by page, richest coins first', async () => {
      const owner = shortAddress(0xcafe + Object.keys(CARRIERS).indexOf(carrier));
      for (const amount of [5n, 30n, 20n])
        await client.signAndExecuteTransaction({ transaction: pay(amount, owner), signer });
      const balances: string[] = [];
      let cursor: string | null = null;
      let pages = 0;
      do {
        const page: Awaited<ReturnType<typeof client.listCoins>> = await client.listCoins({ owner, limit: 2, cursor });
        balances.push(...page.objects.map((coin) => coin.balance));
        assert.equal(page.hasNextPage, page.cursor !== null);
        cursor = page.cursor;
        pages++;
      } while (cursor);
      assert.deepEqual([balances, pages], [['30', '20', '5'], 2]);
      assert.equal((await client.listOwnedObjects({ owner })).objects.length, 3);
      assert.equal((await client.listOwnedObjects({ owner, type: '0x2::coin::Coin' })).objects.length, 3);
      assert.equal((await client.listOwnedObjects({ owner, type: '0x2::coin::Coin<0x2::a::B>' })).objects.length, 0);
      const { cursor: foreign } = await client.listCoins({ owner, limit: 2 });
      await assert.rejects(client.listCoins({ owner: alice, cursor: foreign }), code('INVALID_ARGUMENT'));
      await assert.rejects(client.listCoins({ owner, cursor: toBase64(Uint8Array.of(1)) }), code('INVALID_ARGUMENT'));
      const { balances: all } = await client.listBalances({ owner });
      assert.deepEqual(
        all.map(({ coinType, balance }) => [coinType, balance]),
        [[SUI_COIN_TYPE, '55']],
      );
      assert.equal((await client.getBalance({ owner: shortAddress(0x4321) })).balance.balance, '0');
    });

    it('tells chain, epoch, gas price and protocol', async () => {
      assert.equal((await client.getChainIdentifier()).chainIdentifier, devnet.ledger.checkpoint(0n)!.digest);
      assert.equal((await client.getReferenceGasPrice()).referenceGasPrice, '1000');
      const { systemState } = await client.getCurrentSystemState();
      assert.deepEqual([systemState.epoch, systemState.referenceGasPrice], ['0', '1000']);
      assert.equal(systemState.epochStartTimestampMs, '1700000000000');
      const { protocolConfig } = await client.getProtocolConfig();
      assert.equal(protocolConfig.protocolVersion, '105');
      assert.equal(protocolConfig.attributes.max_gas_payment_objects, '256');
      const { response } = await client.ledgerService.getServiceInfo({});
      assert.equal(response.checkpointHeight, devnet.ledger.latestCheckpoint.summary.sequenceNumber);
      assert.equal((await client.getCoinMetadata({ coinType: '0x2::sui::SUI' })).coinMetadata!.decimals, 9);
      assert.equal((await client.getCoinMetadata({ coinType: '0x2::no::COIN' })).coinMetadata, null);
    });

    it('gives checkpoints that a light client verifies', async () => {
      const paths = ['summary', 'signature', 'contents', 'transactions.effects.bcs', 'transactions.digest'];
      const { response } = await client.ledgerService.getCheckpoint({
        checkpointId: { oneofKind: 'sequenceNumber', sequenceNumber: 1n },
        readMask: { paths },
      });
      const checkpoint = response.checkpoint!;
      const summary = decodeExact(CheckpointSummary, checkpoint.summary!.bcs!.value!, 'CheckpointSummary');
      const contents = decodeExact(CheckpointContents, checkpoint.contents!.bcs!.value!, 'CheckpointContents');
      const epoch = await client.ledgerService.getEpoch({ readMask: { paths: ['committee'] } });
      const { committee } = epoch.response.epoch!;
      const members = committee!.members.map(({ publicKey, weight }) => ({ publicKey: publicKey!, stake: weight! }));
      const verifier = new CommitteeVerifier(
        decodeExact(
          ValidatorCommittee,
          ValidatorCommittee.serialize({ epoch: committee!.epoch!, members }).toBytes(),
          'committee',
        ),
      );
      const { epoch: signedEpoch, signature, bitmap } = checkpoint.signature!;
      verifier.verify(summary, { epoch: signedEpoch!, signature: signature!, bitmap: bitmap! });
      assert.equal(digestOf('CheckpointContents', checkpoint.contents!.bcs!.value!), summary.contentDigest);
      const { transaction, effects } = contents.V2!.transactions[0]!.digests;
      assert.equal(checkpoint.transactions[0]!.digest, transaction);
      assert.equal(digestOf('TransactionEffects', checkpoint.transactions[0]!.effects!.bcs!.value!), effects);
      assert.equal(checkpoint.sequenceNumber, undefined, 'not in the mask');
      assert.equal(checkpoint.transactions[0]!.transaction, undefined, 'not in the mask');
    });

    it('finds checkpoints by digest and the latest by default', async () => {
      const { digest, summary } = devnet.ledger.latestCheckpoint;
      const latest = await client.ledgerService.getCheckpoint({ checkpointId: { oneofKind: undefined } });
      assert.deepEqual(
        [latest.response.checkpoint!.digest, latest.response.checkpoint!.sequenceNumber],
        [digest, summary.sequenceNumber],
      );
      const byDigest = await client.ledgerService.getCheckpoint({ checkpointId: { oneofKind: 'digest', digest } });
      assert.equal(byDigest.response.checkpoint!.sequenceNumber, summary.sequenceNumber);
      const get = (checkpointId: GrpcTypes.GetCheckpointRequest['checkpointId']) =>
        client.ledgerService.getCheckpoint({ checkpointId }).response;
      await assert.rejects(get({ oneofKind: 'sequenceNumber', sequenceNumber: 1_000_000n }), code('NOT_FOUND'));
      await assert.rejects(get({ oneofKind: 'digest', digest: 'zzz' }), code('INVALID_ARGUMENT'));
      await assert.rejects(get({ oneofKind: 'digest', digest: '1'.repeat(32) }), code('NOT_FOUND'));
    });

    it('streams checkpoints as they are sealed', async () => {
      const abort = new AbortController();
      const call = client.subscriptionService.subscribeCheckpoints(
        { readMask: { paths: ['sequence_number', 'transactions.digest'] } },
        { abort: abort.signal },
      );
      await call.headers;
      const next = devnet.ledger.latestCheckpoint.summary.sequenceNumber + 1n;
      const first = await client.signAndExecuteTransaction({ transaction: pay(1n), signer });
      const second = await client.signAndExecuteTransaction({ transaction: pay(2n), signer });
      const seen: [bigint, string][] = [];
      for await (const { cursor, checkpoint } of call.responses) {
        assert.equal(checkpoint!.sequenceNumber, cursor);
        seen.push([cursor!, checkpoint!.transactions[0]!.digest!]);
        if (seen.length === 2) break;
      }
      abort.abort();
      assert.deepEqual(seen, [
        [next, first.Transaction!.digest],
        [next + 1n, second.Transaction!.digest],
      ]);
      await assert.rejects(call.status, code('CANCELLED'));
    });

    it('ends streams at the deadline', async () => {
      const call = client.subscriptionService.subscribeCheckpoints({}, { timeout: 50 });
      await assert.rejects(call.status, code('DEADLINE_EXCEEDED'));
    });

    it('lists transactions by sender', async () => {
      const owner = Ed25519Keypair.fromSecretKey(new Uint8Array(32).fill(50 + Object.keys(CARRIERS).indexOf(carrier)));
      await requestSuiFromFaucetV2({ host: server.faucetUrl, recipient: owner.toSuiAddress() });
      const digests: string[] = [];
      for (const amount of [1n, 2n, 3n]) {
        const { Transaction: done } = await client.signAndExecuteTransaction({
          transaction: pay(amount),
          signer: owner,
        });
        digests.push(done!.digest);
      }
      const filter = { sender: owner.toSuiAddress() };
      const first = await client.listTransactions({ filter, limit: 2 });
      assert.deepEqual(
        first.transactions.map((t) => t.Transaction!.digest),
        digests.slice(0, 2),
      );
      assert.ok(first.hasNextPage);
      const rest = await client.listTransactions({ filter, limit: 2, after: first.endCursor });
      assert.deepEqual(
        rest.transactions.map((t) => t.Transaction!.digest),
        digests.slice(2),
      );
      assert.ok(!rest.hasNextPage);
      const backwards = await client.listTransactions({ filter, limit: 2, order: 'descending' });
      assert.deepEqual(
        backwards.transactions.map((t) => t.Transaction!.digest),
        digests.toReversed().slice(0, 2),
      );
    });

    it('moves clock and checkpoints for those who test', async () => {
      const { timestampMs } = (await client.forkingService.getStatus({})).response;
      const moved = (await client.forkingService.advanceClock({ durationMs: 1500n })).response;
      assert.equal(moved.timestampMs, timestampMs + 1500n);
      assert.ok(devnet.ledger.transaction(moved.txDigest));
      const before = devnet.ledger.latestCheckpoint.summary.sequenceNumber;
      const sealed = (await client.forkingService.advanceCheckpoint({})).response;
      assert.equal(sealed.checkpointSequenceNumber, before + 1n);
    });

    it('answers what it does not have with the right status', async () => {
      await assert.rejects(client.getTransaction({ digest: 'nonsense' }), code('INVALID_ARGUMENT'));
      await assert.rejects(client.getTransaction({ digest: '1'.repeat(32) }), { reason: 'notFound' });
      await assert.rejects(client.ledgerService.getEpoch({ epoch: 99n }).response, code('NOT_FOUND'));
      await assert.rejects(
        client.getMoveFunction({ packageId: '0x99', moduleName: 'm', name: 'f' }),
        code('NOT_FOUND'),
      );
      await assert.rejects(client.defaultNameServiceName({ address: alice }), code('UNIMPLEMENTED'));
      const bad = client.ledgerService.getTransaction({
        digest: '1'.repeat(32),
        readMask: { paths: ['effects.bogus'] },
      });
      await assert.rejects(bad.response, code('INVALID_ARGUMENT'));
    });

    it('verifies signatures of transactions', async () => {
      const bytes = Uint8Array.of(1, 2, 3);
      const signature = fromBase64((await signer.signTransaction(bytes)).signature);
      const verify = async (address: string, value = bytes) => {
        const { response } = await client.signatureVerificationService.verifySignature({
          message: { name: 'TransactionData', value },
          signature: { bcs: { value: signature }, signature: { oneofKind: undefined } },
          address,
          jwks: [],
        });
        return response.isValid;
      };
      assert.equal(await verify(alice), true);
      assert.equal(await verify(BOB), false);
      assert.equal(await verify(alice, Uint8Array.of(1)), false);
    });

    it('reports an unreachable faucet as the client expects', async () => {
      assert.ok(FaucetRateLimitError);
      const bad = requestSuiFromFaucetV2({ host: server.faucetUrl, recipient: 'nobody' });
      await assert.rejects(bad, /faucet/);
    });
  });
}
