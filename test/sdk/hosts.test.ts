/** Hosts that lie: the SDK asks them, and believes what proves itself. */
import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { encodeMessageSentEvent, toHex } from '../../prover/protocol/index.ts';
import {
  createCorridor,
  type Deployment,
  type Received,
  type Stage,
  type WaitOptions,
} from '../../prover/sdk/index.ts';
import type { ChainReader } from '../../prover/sdk/chain.ts';
import { Hosts } from '../../prover/sdk/hosts.ts';
import { track } from '../../prover/sdk/track.ts';
import { deploymentOf, PAGE, runOf, signedProof, SUI } from './support.ts';

const QUICK: WaitOptions = { pollMilliseconds: 1, timeoutMilliseconds: 60 };

describe('a host', () => {
  const deployment = deploymentOf();
  const made = runOf(4, deployment);
  const [sent] = made.run as [(typeof made.run)[number]];
  const honest = {
    messageId: sent.messageId,
    encoded: toHex(sent.encoded),
    transaction: sent.transaction,
    height: '5',
    finalAt: '2026-01-01T00:00:01.000Z',
    provenAt: '2026-01-01T00:00:02.000Z',
  };
  const claims = { ...honest, state: 'delivered', deliveredAt: '2026-01-01T00:00:03.000Z', delivery: '0xfeed' };
  const proof = signedProof(made, 0);
  const given = {
    messageId: proof.messageId,
    message: toHex(proof.encoded),
    statement: toHex(proof.statement),
    signatures: toHex(proof.signatures),
    index: proof.index,
    proof: toHex(proof.siblings),
  };

  let answers: Record<string, unknown>;
  let server: Server;
  let url: string;
  let served: Deployment;
  let hosts: Hosts;

  before(async () => {
    server = createServer((request, response) => {
      const answer = answers[request.url!];
      response.statusCode = answer === undefined ? 404 : 200;
      response.end(typeof answer === 'string' ? answer : JSON.stringify(answer ?? { error: 'UnknownMessage' }));
    });
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    served = deploymentOf({}, [url]);
    hosts = new Hosts([`${url}/`], (chain) => (chain === SUI ? sent.outbox : undefined));
  });
  after(() => void server.close());

  const paths = { view: `/v1/messages/${sent.messageId}`, proof: `/v1/messages/${sent.messageId}/proof` };

  /** A destination that says what the test says. */
  const destination = (is: Partial<ChainReader>): ChainReader =>
    ({
      happened: async () => ({ failures: [], isProven: false, next: 0n }),
      isDelivered: async () => false,
      deliveryOf: async () => undefined,
      ...is,
    }) as ChainReader;
  const delivery = (messageId = sent.messageId): Received => {
    const { originChain, nonce } = sent.message;
    return { messageId, originChain, nonce, transaction: '0xreal', outcome: 'delivered' };
  };

  const follow = async (reader: ChainReader | undefined, options = QUICK) => {
    const stages: Stage[] = [];
    let error: (Error & { code?: string }) | undefined;
    try {
      for await (const stage of track(sent, { hosts, destination: reader }, options)) stages.push(stage);
    } catch (thrown) {
      error = thrown as Error;
    }
    const shown = stages.map((stage) => [stage.stage, 'source' in stage ? stage.source : undefined]);
    return { stages, shown: shown.slice(1), error };
  };

  it('that claims a delivery is not believed where the chain can be asked', async () => {
    answers = { [paths.view]: claims };
    const { shown, error } = await follow(destination({}));
    assert.deepEqual(shown, [
      ['final', 'host'],
      ['proven', 'host'],
    ]);
    assert.equal(error?.code, 'Timeout');
  });

  it('that names a delivery is corrected by the chain', async () => {
    answers = { [paths.view]: claims };
    const reader = destination({ isDelivered: async () => true, deliveryOf: async () => delivery() });
    const { stages } = await follow(reader);
    assert.deepEqual(stages.at(-1), { stage: 'delivered', source: 'chain', transaction: '0xreal' });
  });

  it('is taken at its word where no destination can be asked, and the word is named as its own', async () => {
    answers = { [paths.view]: claims };
    const { stages } = await follow(undefined);
    assert.deepEqual(stages.at(-1), { stage: 'delivered', source: 'host', transaction: '0xfeed' });
  });

  it('that shows another message for an id is told about and passed over', async () => {
    const other = { ...claims, encoded: toHex(made.run[1]!.encoded) };
    for (const answer of [other, '<html>', { ...claims, finalAt: 'soon' }, { ...claims, encoded: '0x00' }]) {
      answers = { [paths.view]: answer };
      const troubles: Error[] = [];
      const { shown } = await follow(undefined, { ...QUICK, onTrouble: (error) => troubles.push(error) });
      assert.deepEqual(shown, []);
      assert.ok(troubles.length > 0);
    }
    const corridor = createCorridor(served);
    answers = { [paths.view]: other };
    await assert.rejects(corridor.find(sent.messageId), { code: 'UnknownMessage' });
  });

  it('that misplaces a message is corrected by its origin', async () => {
    const lied: string[] = [];
    const bcs = encodeMessageSentEvent(sent.outbox, sent.encoded);
    const event = { eventType: `${PAGE.package}::message_sent::MessageSent`, bcs };
    const client = {
      getTransaction: async ({ digest }: { digest: string }) => {
        if (digest !== 'tx0') lied.push(digest);
        const events = digest === 'tx0' ? [event] : [];
        return { $kind: 'Transaction', Transaction: { digest, checkpoint: '5', events } };
      },
      ledgerService: { listEvents: () => ({ responses: [] }) },
    };
    const corridor = createCorridor(served, { clients: { [String(SUI)]: client as never } });
    answers = { [paths.view]: { ...honest, height: '18446744073709551615' } };
    assert.deepEqual(await corridor.find(sent.messageId), { ...sent, transaction: 'tx0' });
    answers = { [paths.view]: { ...honest, transaction: 'elsewhere' } };
    await assert.rejects(corridor.find(sent.messageId), { code: 'UnknownMessage' });
    assert.deepEqual(lied, ['elsewhere']);
  });

  it('that is silent leaves it to the chains, which see refusals in order and each once', async () => {
    answers = {};
    let round = 0;
    const failed = { ...delivery(), outcome: 'failed' as const, reason: '0xdead' as const, transaction: '0x1' };
    const { stages } = await follow(
      destination({
        happened: async () => ({ failures: [failed], isProven: true, next: 1n }),
        isDelivered: async () => ++round > 2,
        deliveryOf: async () => delivery(),
      }),
    );
    assert.deepEqual(stages.slice(1), [
      { stage: 'proven', source: 'chain' },
      { stage: 'refused', source: 'chain', reason: 'the recipient failed with 0xdead', transaction: '0x1' },
      { stage: 'delivered', source: 'chain', transaction: '0xreal' },
    ]);
  });

  it('cannot hide that another message was delivered under the nonce', async () => {
    answers = { [paths.view]: claims };
    const reader = destination({
      isDelivered: async () => true,
      deliveryOf: async () => delivery(made.run[1]!.messageId),
    });
    const { shown, error } = await follow(reader);
    assert.deepEqual([shown.some(([stage]) => stage === 'delivered'), error?.code], [false, 'Contradiction']);
  });

  it('is asked until the signal aborts', async () => {
    answers = {};
    const abort = new AbortController();
    const reason = new Error('enough');
    const options = { pollMilliseconds: 60_000, signal: abort.signal };
    const reader = destination({ isDelivered: async () => (setImmediate(() => abort.abort(reason)), false) });
    assert.equal((await follow(reader, options)).error, reason);
  });

  it('gives proofs, which are checked', async () => {
    const corridor = createCorridor(served);
    answers = { [paths.view]: honest, [paths.proof]: given };
    assert.deepEqual(await corridor.proofOf(sent.messageId, { from: 'host' }), proof);
    const forged = [
      { ...given, proof: `0x${'00'.repeat(proof.siblings.length)}` },
      { ...given, index: 1 },
      { ...given, message: toHex(made.run[1]!.encoded) },
      { ...given, signatures: '0x00' },
      { ...given, statement: '0x' },
      {},
    ];
    for (const wrong of forged) {
      answers = { [paths.view]: honest, [paths.proof]: wrong };
      await assert.rejects(corridor.proofOf(sent.messageId, { from: 'host' }), { code: 'Contradiction' });
    }
    answers = { [paths.view]: honest };
    await assert.rejects(corridor.proofOf(sent.messageId, { from: 'host' }), { code: 'NotProven' });
  });
});
