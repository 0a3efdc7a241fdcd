/** What another host, or anyone who says so, can hand in at /v1/signatures. */
import assert from 'node:assert/strict';
import { startApi, type Api } from '../../prover/host/api/server.ts';
import { signDigest, statementDigest, toHex } from '../../prover/protocol/index.ts';
import { ANCHOR, EVM, message, openWorld, SUI, statementOf, testKey, type World } from './support.ts';

describe('signatures of other hosts', () => {
  const known = testKey(7);
  const revoked = testKey(8);
  const stranger = testKey(9);
  const messages = [0, 1, 2, 3].map((n) => message(n));
  let world: World;
  let api: Api;

  before(async () => {
    world = await openWorld('exchange');
    await world.addFinal(...messages);
    await world.parts.store.addSigners(EVM, [known.signer, revoked.signer]);
    world.destination.counting.add(toHex(known.signer));
    await world.parts.pipeline.start();
    // The time of the limits stands still.
    api = await startApi(world.parts, () => 0);
  });
  after(async () => {
    await api.close();
    await world.close();
  });

  const post = (body: string, type = 'application/json'): Promise<Response> =>
    fetch(`${api.url}/v1/signatures`, { method: 'POST', headers: { 'content-type': type }, body });
  const hand = async (
    statement: Uint8Array,
    ...signatures: Uint8Array[]
  ): Promise<[status: number, error?: string]> => {
    const response = await post(
      JSON.stringify({ statement: toHex(statement), signatures: signatures.map((signature) => toHex(signature)) }),
    );
    const { error } = (await response.json()) as { error?: string };
    return error === undefined ? [response.status] : [response.status, error];
  };
  const signed = (statement: Uint8Array, by: { secret: Uint8Array }): Uint8Array =>
    signDigest(statementDigest(statement), by.secret);
  const rows = async (table: string): Promise<number> => {
    const [row] = await world.db.query<{ n: number }>(`SELECT count(*)::integer AS n FROM exchange.${table}`);
    return row!.n;
  };

  it('makes nothing of a true statement that a stranger has signed, and asks no node about it', async () => {
    const statement = statementOf(messages.slice(0, 2));
    assert.deepEqual(await hand(statement, signed(statement, stranger)), [403, 'UnknownSigner']);
    assert.deepEqual(world.destination.asked, []);
    assert.deepEqual([await rows('run'), await rows('signature')], [0, 0]);
  });

  it('makes nothing of one by a key that counts no more', async () => {
    const statement = statementOf(messages.slice(0, 2));
    assert.deepEqual(await hand(statement, signed(statement, revoked)), [403, 'UnknownSigner']);
    assert.deepEqual(world.destination.asked, [toHex(revoked.signer)]);
    assert.deepEqual([await rows('run'), await rows('signature')], [0, 0]);
  });

  it('takes one by a key that counts, drops what else comes with it, and takes it once', async () => {
    const statement = statementOf(messages.slice(0, 2));
    const signatures = [stranger, known, revoked].map((key) => signed(statement, key));
    assert.deepEqual(await hand(statement, ...signatures), [202]);
    const kept = await world.parts.store.signatures(statementDigest(statement));
    assert.deepEqual(
      kept.map(({ signer }) => toHex(signer)),
      [toHex(known.signer)],
    );
    assert.deepEqual(await hand(statement, signed(statement, known)), [202]);
    assert.deepEqual([await rows('run'), await rows('signature')], [1, 1]);
  });

  it('takes a signature of one statement for no other, nor one that has been altered', async () => {
    const [one, other] = [statementOf(messages.slice(2)), statementOf(messages.slice(2, 3))];
    // It recovers to some key that nobody has registered.
    assert.deepEqual(await hand(one, signed(other, known)), [403, 'UnknownSigner']);
    const forged = signed(one, known);
    forged[40]! ^= 1;
    const [status] = await hand(one, forged);
    assert.ok(status === 403 || status === 400, String(status));
    const flipped = signed(one, known);
    flipped[64] = 29;
    assert.deepEqual(await hand(one, flipped), [400, 'InvalidSignatureV']);
    assert.equal(await rows('run'), 1);
  });

  it('takes no statement that does not follow from what is final here, whoever signed it', async () => {
    const lie = statementOf([message(0), message(2)].map((m, i) => ({ ...m, nonce: messages[i]!.nonce })));
    assert.deepEqual(await hand(lie, signed(lie, known)), [409, 'Contradiction']);
    const early = statementOf(messages, { ...ANCHOR, height: 101n });
    assert.deepEqual(await hand(early, signed(early, known)), [409, 'Missing']);
    const more = statementOf([...messages, message(4)]);
    assert.deepEqual(await hand(more, signed(more, known)), [409, 'Missing']);
    assert.equal(await rows('run'), 1);
  });

  it('bounds how many true statements a key that counts can make it keep', async () => {
    const answers: string[] = [];
    for (let height = 51n; height <= 70n; height++) {
      const statement = statementOf([messages[3]!], { ...ANCHOR, height });
      answers.push((await hand(statement, signed(statement, known))).join(' '));
    }
    assert.deepEqual([...new Set(answers)], ['202', '429 TooManyProposals']);
    assert.equal(await rows('run'), 1 + 8);
  });

  it('refuses what is too long or no JSON, before it is read', async () => {
    assert.equal((await post('x'.repeat(20_000))).status, 413);
    // Without a length, in pieces: a client need not say how much it sends.
    const endless = new ReadableStream({
      pull: (controller) => controller.enqueue(new TextEncoder().encode(' '.repeat(4_096))),
    });
    const request = { method: 'POST', headers: { 'content-type': 'application/json' }, body: endless, duplex: 'half' };
    assert.equal((await fetch(`${api.url}/v1/signatures`, request as RequestInit)).status, 413);
    assert.equal((await post('{}')).status, 400);
    assert.equal((await post('{}', 'text/plain')).status, 415);
    const statement = toHex(statementOf(messages));
    const many = Array<string>(33).fill(`0x${'11'.repeat(65)}`);
    assert.equal((await post(JSON.stringify({ statement, signatures: many }))).status, 400);
  });

  it('lets one client have so many signatures looked at, and not more', async () => {
    const statement = statementOf(messages.slice(1, 3));
    const signatures = Array.from({ length: 32 }, (_, i) => toHex(signed(statement, testKey(100 + i))));
    const body = JSON.stringify({ statement: toHex(statement), signatures });
    // All at once: fewer requests than a client may send, and more signatures.
    const statuses = await Promise.all(Array.from({ length: 9 }, async () => (await post(body)).status));
    assert.ok(statuses.includes(429), statuses.join(' '));
    assert.ok(statuses.every((status) => status === 403 || status === 429));
    assert.equal(await rows('run'), 1 + 8);
  });

  it('shows where the keys of the registry stand', async () => {
    const [shown] = (await (await fetch(`${api.url}/v1/registry`)).json()) as {
      chain: string;
      keys: { signer: string; counts: boolean; status: string }[];
    }[];
    assert.equal(shown!.chain, String(EVM));
    const keys = Object.fromEntries(shown!.keys.map(({ signer, counts, status }) => [signer, `${status} ${counts}`]));
    assert.deepEqual(keys, { [toHex(known.signer)]: 'active true', [toHex(revoked.signer)]: 'revoked false' });
  });

  it('describes itself, refusals included', async () => {
    const { paths } = (await (await fetch(`${api.url}/openapi.json`)).json()) as {
      paths: Record<string, Record<string, { responses: object }>>;
    };
    assert.deepEqual(Object.keys(paths['/v1/registry']!), ['get']);
    assert.deepEqual(Object.keys(paths['/v1/signatures']!['post']!.responses), [
      '202',
      '400',
      '403',
      '404',
      '409',
      '429',
    ]);
  });

  it('shows figures of what waits, of finality and of keys', async () => {
    world.parts.metrics.nodeDisagreement.set({ chain: String(SUI) }, 0);
    const text = await (await fetch(`${api.url}/metrics`)).text();
    const figure = (name: string): number => {
      const found = new RegExp(`^corridor_${name} (\\S+)$`, 'm').exec(text);
      assert.ok(found, name);
      return Number(found[1]);
    };
    // Nothing has become final since: the lag is that of now.
    const lag = Date.now() / 1000 - Number(ANCHOR.timestampSeconds);
    assert.ok(Math.abs(figure(`finality_lag_seconds\\{chain="${SUI}"\\}`) - lag) < 60);
    assert.ok(figure('queue_depth\\{stage="prove"\\}') > 0);
    assert.equal(figure('messages\\{state="open"\\}'), messages.length);
    assert.equal(figure(`node_disagreement\\{chain="${SUI}"\\}`), 0);
  });

  it('says why it is not ready', async () => {
    world.origin.head = undefined;
    const response = await fetch(`${api.url}/ready`);
    const { ready, reasons } = (await response.json()) as { ready: boolean; reasons: string[] };
    assert.deepEqual([response.status, ready, reasons.length], [503, false, 1]);
    assert.ok(reasons[0]!.includes(String(SUI)));
  });
});
