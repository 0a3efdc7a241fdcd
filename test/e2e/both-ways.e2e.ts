/** The whole way on one machine: both chains, enclaves with keys that both registries have verified, messages both ways. */
import assert from 'node:assert/strict';
import { parseEventLogs } from 'viem';
import { audit } from '../../localnet/corridor/audit.ts';
import { LocalCorridor } from '../../localnet/corridor/start.ts';
import {
  decodeStatement,
  fromHex,
  plainLeaf,
  recoverSigners,
  statementDigest,
  verifyMerkleProof,
} from '../../prover/protocol/index.ts';
import { inboxAbi } from '../../prover/bindings/evm/index.ts';
import { testSdk } from './sdk-cases.ts';
import { eventually, bodies, tracked } from './support.ts';

describe('messages both ways', function () {
  this.timeout(240_000);
  let corridor: LocalCorridor;

  before(async () => {
    corridor = await LocalCorridor.start({ operators: 3, threshold: 2, logLevel: 'silent' });
  });

  after(() => corridor?.close());

  it('delivers each exactly once, alone and in runs (INV-20, INV-21, INV-24)', async () => {
    const { application } = corridor;
    const [onEvm, onSui] = [application.onEvm[0]!.address, application.onSui[0]!.address];
    const sent = [
      ...(await application.sendFromEvm(onSui, bodies('to Sui', 5))),
      ...(await application.sendFromSui(onEvm, bodies('to EVM', 5))),
      ...(await application.sendFromSui(onEvm, bodies('alone', 1))),
    ];
    const states = await eventually(corridor, sent, ({ deliveredAt }) => deliveredAt !== undefined);
    assert.ok(states.every(({ failedAt }) => failedAt === undefined));
    const found = await audit(corridor.deployment);
    assert.deepEqual(
      [found.isExact, found.evmToSui.sent, found.evmToSui.delivered, found.suiToEvm.sent, found.suiToEvm.delivered],
      [true, 5, 5, 6, 6],
    );
  });

  it('tells over HTTP what became of messages, and refuses what is no request', async () => {
    const { url } = corridor.hosts[0]!;
    const get = async (path: string, status = 200): Promise<unknown> => {
      const response = await fetch(url + path);
      assert.equal(response.status, status, path);
      const text = await response.text();
      return response.headers.get('content-type')?.includes('json') ? JSON.parse(text) : text;
    };
    const [sent] = await corridor.application.sendFromSui(corridor.application.onEvm[0]!.address, bodies('shown', 1));
    // The delivery may be seen on chain before the submission has been noted.
    await eventually(corridor, [sent!], ({ deliveredAt, submittedAt }) => Boolean(deliveredAt && submittedAt));
    const shown = (await get(`/v1/messages/${sent!.messageId}`)) as Record<string, string>;
    assert.deepEqual(
      [shown['state'], shown['transaction'], shown['nonce']],
      ['delivered', sent!.transaction, String(sent!.nonce)],
    );
    assert.deepEqual(await get(`/v1/transactions/${sent!.transaction}/messages`), [shown]);
    const newest = `/v1/lanes/${shown['originChain']}/${shown['destinationChain']}/messages?limit=1`;
    assert.deepEqual(await get(newest), [shown]);
    assert.equal(((await get('/ready')) as { ready: boolean }).ready, true);
    assert.match((await get('/metrics')) as string, /corridor_messages\{state="delivered"\} [1-9]/);
    const { paths } = (await get('/openapi.json')) as { paths: object };
    assert.ok(Object.keys(paths).includes('/v1/messages/{id}'));
    const proof = (await get(`/v1/messages/${sent!.messageId}/proof`)) as Record<string, string>;
    const leaf = plainLeaf(sent!.nonce, fromHex(sent!.messageId));
    const { messagesRoot, messageCount } = decodeStatement(fromHex(proof['statement']!));
    verifyMerkleProof(messagesRoot, leaf, Number(proof['index']), messageCount, fromHex(proof['proof']!));
    const signers = recoverSigners(statementDigest(fromHex(proof['statement']!)), fromHex(proof['signatures']!));
    assert.ok(signers.length >= 2 && proof['message'] === shown['encoded']);
    await get(`/v1/messages/0x${'00'.repeat(32)}/proof`, 404);
    await get(`/v1/messages/0x${'00'.repeat(32)}`, 404);
    await get('/v1/messages/1', 400);
    await get('/v1/lanes/1/2/messages', 404);
    const post = (body: string): Promise<Response> =>
      fetch(`${url}/v1/signatures`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    assert.equal((await post('{')).status, 400);
    assert.equal((await post(JSON.stringify({ statement: '0x00', signatures: [] }))).status, 400);
    const zeros = { statement: `0x${'00'.repeat(204)}`, signatures: [`0x${'00'.repeat(65)}`] };
    assert.equal((await post(JSON.stringify(zeros))).status, 400);
    assert.equal((await post('x'.repeat(20_000))).status, 413);
  });

  it('lets a failing recipient hold up nobody, and tries it again', async () => {
    const { application } = corridor;
    const shut = [application.onEvm[1]!, application.onSui[1]!];
    await Promise.all(shut.map((recipient) => recipient.setOpen(false)));
    const refused = [
      ...(await application.sendFromEvm(application.onSui[1]!.address, bodies('refused', 1))),
      ...(await application.sendFromSui(application.onEvm[1]!.address, bodies('refused', 1))),
    ];
    const later = [
      ...(await application.sendFromEvm(application.onSui[0]!.address, bodies('behind it', 2))),
      ...(await application.sendFromSui(application.onEvm[0]!.address, bodies('behind it', 2))),
    ];
    await eventually(corridor, refused, ({ failedAt }) => failedAt !== undefined);
    await eventually(corridor, later, ({ deliveredAt }) => deliveredAt !== undefined);
    assert.ok((await tracked(corridor, refused)).every((state) => state && !state.deliveredAt));
    // Until each has been tried again in vain.
    const { failures: retries } = corridor.hosts[0]!.parts.metrics;
    const isRetried = async (): Promise<boolean> =>
      (await retries.get()).values.some(({ labels, value }) => labels.stage === 'deliver' && value >= shut.length);
    while (!(await isRetried())) await new Promise((resolve) => setTimeout(resolve, 100));
    const before = await audit(corridor.deployment);
    assert.deepEqual(before.evmToSui.missing, [refused[0]!.messageId]);
    assert.deepEqual(before.suiToEvm.missing, [refused[1]!.messageId]);
    await Promise.all(shut.map((recipient) => recipient.setOpen(true)));
    await eventually(corridor, refused, ({ deliveredAt }) => deliveredAt !== undefined);
    assert.ok((await audit(corridor.deployment)).isExact);
    // To try it in vain again has cost nothing.
    const { evmClient, evm } = corridor.deployment;
    const logs = await evmClient.getLogs({ address: evm.contracts.inbox, fromBlock: 0n });
    const failures = parseEventLogs({ abi: inboxAbi, eventName: 'DeliveryFailed', logs });
    assert.deepEqual(
      failures.map(({ args }) => args.messageId),
      [refused[1]!.messageId],
    );
  });

  describe('for applications, and for anyone', () => testSdk(() => corridor));
});
