/** What one operator's host can do to the lanes of the others, with a key that counts. */
import assert from 'node:assert/strict';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PeerExchange } from '../../prover/host/exchange.ts';
import type { StoredRun } from '../../prover/host/store/rows.ts';
import { decodeStatement, signDigest, statementDigest, toHex } from '../../prover/protocol/index.ts';
import { ANCHOR, EVM, message, openWorld, statementOf, testKey, until, type TestKey, type World } from './support.ts';

describe('a host among others', () => {
  const [evil, honest] = [testKey(7), testKey(8)];
  const worlds: World[] = [];
  after(() => Promise.all(worlds.map((world) => world.close())));

  const open = async (schema: string, messages: number): Promise<World> => {
    const world = await openWorld(schema);
    worlds.push(world);
    await world.addFinal(...Array.from({ length: messages }, (_, n) => message(n)));
    for (const { signer } of [evil, honest]) {
      await world.parts.store.addSigners(EVM, [signer]);
      world.destination.counting.add(toHex(signer));
    }
    await world.parts.pipeline.start();
    return world;
  };
  const hand = (
    { parts }: World,
    by: TestKey,
    numbers: readonly number[],
    height = ANCHOR.height,
  ): Promise<Uint8Array> => {
    const statement = statementOf(
      numbers.map((n) => message(n)),
      { ...ANCHOR, height },
    );
    return parts.pipeline.takeStatement(statement, [signDigest(statementDigest(statement), by.secret)]);
  };
  /** Runs as [first, last] sequence, in order. */
  const runs = async ({ parts }: World): Promise<[number, number][]> =>
    (await parts.store.openRuns(1_000)).map(({ statement }) => {
      const { firstNonce, messageCount } = decodeStatement(statement);
      const first = Number(firstNonce & 0xffffffffffffn);
      return [first, first + messageCount - 1];
    });

  it('proposes what another has left out before its own run, and after it', async () => {
    const world = await open('left_out', 8);
    await hand(world, evil, [2, 3]);
    await hand(world, evil, [5]);
    await world.parts.pipeline.propose(world.origin);
    const found = (await runs(world)).sort(([a], [b]) => a - b);
    assert.deepEqual(found, [
      [0, 1],
      [2, 3],
      [4, 4],
      [5, 5],
      [6, 7],
    ]);
  });

  it('takes the run of an honest host however many another has handed in before', async () => {
    const world = await open('crowded', 4);
    const answers = await Promise.allSettled(
      Array.from({ length: 12 }, (_, i) => hand(world, evil, [0], ANCHOR.height - 1n - BigInt(i))),
    );
    assert.ok(
      answers.some(({ status }) => status === 'rejected'),
      'the other one is bounded',
    );
    await hand(world, honest, [0, 1, 2, 3]);
    assert.ok((await runs(world)).some(([first, last]) => first === 0 && last === 3));
  });

  it('has no message proven over and over by runs that begin elsewhere each', async () => {
    const world = await open('overlapping', 40);
    let taken = 0;
    for (let first = 38; first >= 0; first--) {
      const numbers = Array.from({ length: 40 - first }, (_, i) => first + i);
      const [answer] = await Promise.allSettled([hand(world, evil, numbers)]);
      if (answer.status === 'fulfilled') taken++;
      else assert.equal((answer.reason as { code?: string }).code, 'TooManyProposals');
    }
    const covered = (await runs(world)).reduce((sum, [first, last]) => sum + last - first + 1, 0);
    assert.ok(taken > 8 && covered <= 2 * 8 * 40, `${taken} runs of ${covered} messages`);
  });

  it('tells the others once more what has signed a run that waits: they may have known a key too late', async () => {
    const world = await open('told_again', 2);
    const told: number[] = [];
    world.exchange.isAlone = false;
    world.exchange.share = async (_, signatures) => void told.push(signatures.length);
    await hand(world, honest, [0, 1]);
    await until('they were told twice', () => told.length > 1);
    assert.deepEqual([...new Set(told)], [1]);
    world.destination.isMet = true;
    const proven = async (): Promise<boolean> => (await world.parts.store.openRuns(1))[0]?.provenAt !== undefined;
    await until('it is proven', proven);
  });

  it('makes no run of what is delivered', async () => {
    const world = await open('useless', 2);
    await world.parts.store.markDelivered([{ id: message(0).id, transaction: '0xaa' }]);
    await hand(world, evil, [0]);
    assert.deepEqual(await runs(world), []);
  });
});

describe('signatures for other hosts', () => {
  it('reach the others while one of them does not answer', async () => {
    const asked: string[] = [];
    let now = 0;
    const listen = async (name: string, answer: (response: ServerResponse) => void) => {
      const server = createServer((request, response) => {
        asked.push(name);
        request.resume();
        answer(response);
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return { server, peer: { name, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` } };
    };
    // As one does that is gone, only at once: the connection breaks.
    const silent = await listen('silent', (response) => void response.destroy());
    const good = await listen('good', (response) => void response.writeHead(202).end());
    const exchange = new PeerExchange([{ name: 'me', url: 'http://x' }, silent.peer, good.peer], 'me', 1, () => now);
    const run = { statement: new Uint8Array(204) } as StoredRun;
    for (let i = 0; i < 3; i++) await assert.rejects(exchange.share(run, [new Uint8Array(65)]), /silent/);
    assert.deepEqual(asked.sort(), ['good', 'good', 'good', 'silent']);
    now += 1_001;
    await assert.rejects(exchange.share(run, [new Uint8Array(65)]), /silent/);
    assert.equal(asked.filter((name) => name === 'silent').length, 2, 'it is asked again after a while');
    for (const { server } of [silent, good]) server.close();
  });
});
