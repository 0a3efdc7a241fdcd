/** What a host makes of what it hears: late, twice, in the wrong order, or of something that is undone again. */
import assert from 'node:assert/strict';
import { SubmissionError } from '../../prover/host/destinations/destination.ts';
import type { Enclave, EnclavePool } from '../../prover/host/enclaves/pool.ts';
import { EvidenceError } from '../../prover/host/evidence/errors.ts';
import { Pipeline } from '../../prover/host/pipeline.ts';
import { Queue } from '../../prover/host/queue.ts';
import { Turns } from '../../prover/host/turns.ts';
import { signDigest, statementDigest, toHex } from '../../prover/protocol/index.ts';
import { WireError } from '../../prover/protocol/wire/index.ts';
import type { Run } from '../../prover/host/origins/origin.ts';
import {
  ANCHOR,
  deliveredOutcome,
  EVM,
  LANE,
  message,
  openWorld,
  statementOf,
  testKey,
  until,
  type World,
} from './support.ts';

describe('pipeline', () => {
  const worlds: World[] = [];
  const open = async (schema: string): Promise<World> => {
    const world = await openWorld(schema);
    worlds.push(world);
    return world;
  };
  after(() => Promise.all(worlds.map((world) => world.close())));
  const key = testKey(5);
  const stateOf = async ({ parts }: World, id: Uint8Array) => (await parts.store.message(id))!;
  const seen = (...outcomes: ReturnType<typeof deliveredOutcome>[]) => ({
    outcomes,
    signers: [],
    next: 0n,
    isBehind: false,
  });

  it('keeps a delivery in mind that is seen before its message is final here', async () => {
    const world = await open('early');
    const [one, two] = [message(0), message(1)];
    await world.parts.pipeline.takeOutcomes(EVM, [deliveredOutcome(one.id, '0xaa', 7n)]);
    await world.addFinal(one, two);
    assert.equal((await stateOf(world, one.id)).delivery, '0xaa');
    assert.equal((await stateOf(world, two.id)).deliveredAt, undefined);
  });

  it('asks the inbox about what it cannot deliver: a delivery may be older than any log that is read', async () => {
    const world = await open('old');
    const one = message(0);
    await world.addFinal(one);
    await world.parts.store.addSigners(EVM, [key.signer]);
    world.destination.counting.add(toHex(key.signer));
    world.destination.isMet = true;
    await world.parts.pipeline.start();
    const statement = statementOf([one]);
    await world.parts.pipeline.takeStatement(statement, [signDigest(statementDigest(statement), key.secret)]);
    await until('a first try', () => world.destination.submissions.length > 0);
    assert.equal((await stateOf(world, one.id)).deliveredAt, undefined);
    world.destination.spent.add(toHex(one.id));
    await until('delivered', async () => (await stateOf(world, one.id)).deliveredAt !== undefined);
    await until('done', async () => (await world.parts.store.openRuns(10)).length === 0);
  });

  it('opens a message again whose delivery was in a block that is gone', async () => {
    const world = await open('reorg');
    const [one, two] = [message(0), message(1)];
    await world.addFinal(one, two);
    const { pipeline, store } = world.parts;
    await pipeline.start();
    await pipeline.takeOutcomes(EVM, [deliveredOutcome(one.id, '0xaa', 50n), deliveredOutcome(two.id, '0xbb', 51n)]);
    const since = performance.now();
    await pipeline.takeSeen(EVM, { ...seen(), reread: { from: 51n, to: 60n } }, since);
    assert.equal((await stateOf(world, one.id)).delivery, '0xaa', 'its block was not read');
    assert.equal((await stateOf(world, two.id)).deliveredAt, undefined);
    const [run] = await store.openRuns(10);
    assert.equal(run?.firstNonce, two.nonce, 'and is in a run of its own');
    // It comes back in another block.
    const again = deliveredOutcome(two.id, '0xcc', 55n);
    await pipeline.takeSeen(EVM, { ...seen(again), reread: { from: 51n, to: 60n } }, performance.now());
    assert.equal((await stateOf(world, two.id)).delivery, '0xcc');
  });

  it('opens none again that was noted after the node was asked', async () => {
    const world = await open('meanwhile');
    const one = message(0);
    await world.addFinal(one);
    const { pipeline } = world.parts;
    const since = performance.now();
    await new Promise((resolve) => setTimeout(resolve, 5));
    await pipeline.takeOutcomes(EVM, [deliveredOutcome(one.id, '0xaa', 55n)]);
    await pipeline.takeSeen(EVM, { ...seen(), reread: { from: 51n, to: 60n } }, since);
    assert.equal((await stateOf(world, one.id)).delivery, '0xaa');
  });

  it('keeps one job for a run that waits, however often it is swept and told of', async () => {
    const world = await open('jobs');
    const one = message(0);
    await world.addFinal(one);
    await world.parts.pipeline.start();
    await world.parts.pipeline.propose(world.origin);
    const jobs = async (): Promise<number> => {
      const [row] = await world.db.query<{ n: number }>(
        `SELECT count(*)::integer AS n FROM jobs_queue.job WHERE name = 'prove' AND state <= 'active'`,
      );
      return row!.n;
    };
    await until('it waits', async () => (await world.parts.metrics.failures.get()).values.length > 0);
    const [run] = await world.parts.store.openRuns(1);
    const id = toHex(run!.digest);
    for (let i = 0; i < 5; i++) {
      await world.parts.pipeline.sweep();
      await world.parts.queue.send('prove', id, { id });
    }
    await until('one is left', async () => (await jobs()) === 1);
  });

  it('is done with a run that nobody has proven here where others have delivered all of it', async () => {
    const world = await open('others_delivered');
    const [one, other] = [message(0), message(1)];
    await world.addFinal(one, other);
    const { pipeline, store, metrics } = world.parts;
    await pipeline.start();
    await pipeline.propose(world.origin);
    await until('it waits', async () => (await metrics.failures.get()).values.length > 0);
    await pipeline.takeOutcomes(EVM, [deliveredOutcome(one.id, '0xaa', 7n)]);
    await pipeline.sweep();
    const tries = async (): Promise<number> => (await metrics.failures.get()).values[0]!.value;
    const before = await tries();
    await until('it is tried again', async () => (await tries()) > before);
    assert.equal((await store.openRuns(1)).length, 1, 'a part of it is open');
    await pipeline.takeOutcomes(EVM, [deliveredOutcome(other.id, '0xaa', 7n)]);
    await until('it is done', async () => (await store.openRuns(1)).length === 0);
    // And begun again where that delivery turns out to be gone.
    await pipeline.takeSeen(EVM, { ...seen(), reread: { from: 1n, to: 20n } }, performance.now() + 1);
    await pipeline.sweep();
    assert.equal((await store.openRuns(1)).length, 1);
  });

  it('finds the job of a run again that is lost, however many runs before it have theirs', async () => {
    const world = await open('many_open');
    const messages = Array.from({ length: 502 }, (_, n) => message(n));
    await world.addFinal(...messages);
    const { pipeline, store, queue } = world.parts;
    const digests: `0x${string}`[] = [];
    for (const one of messages) {
      const statement = statementOf([one]);
      const run = { ...LANE, digest: statementDigest(statement), statement, anchor: ANCHOR.height };
      await store.addRun({ ...run, firstNonce: one.nonce, lastNonce: one.nonce });
      digests.push(toHex(run.digest));
    }
    await pipeline.start();
    const waiting = await queue.pending('prove');
    assert.deepEqual(
      digests.filter((digest) => !waiting.has(digest)),
      [],
    );
  });

  it('has a run proven anew whose signers count no more when it is delivered', async () => {
    const world = await open('revoked');
    const one = message(0);
    await world.addFinal(one);
    const { pipeline, store, metrics } = world.parts;
    const replacement = testKey(6);
    await store.addSigners(EVM, [key.signer, replacement.signer]);
    for (const { signer } of [key, replacement]) world.destination.counting.add(toHex(signer));
    world.destination.isMet = true;
    // The inbox demands the second key, as it would after the first one's revocation.
    world.destination.onSubmit = ({ digest, signatures }) => {
      const needed = toHex(signDigest(digest, replacement.secret)).slice(2);
      if (toHex(signatures).includes(needed)) {
        return { outcomes: [deliveredOutcome(one.id, '0xaa', 7n)], transactions: [] };
      }
      world.destination.isMet = false;
      const trouble = new SubmissionError('QuorumNotReached', 'the inbox would refuse: too few');
      return { outcomes: [], transactions: [], trouble };
    };
    await pipeline.start();
    const statement = statementOf([one]);
    const digest = statementDigest(statement);
    await pipeline.takeStatement(statement, [signDigest(digest, key.secret)]);
    const proofs = async (): Promise<number> =>
      (await metrics.failures.get()).values.find(({ labels }) => labels.stage === 'prove')?.value ?? 0;
    await until('it is to be proven again, and is not', async () => (await proofs()) > 0);
    world.destination.isMet = true;
    await pipeline.takeStatement(statement, [signDigest(digest, replacement.secret)]);
    await until('delivered', async () => (await stateOf(world, one.id)).deliveredAt !== undefined);
  });

  it('forgets a delivery that is gone before its message is final here', async () => {
    const world = await open('early_gone');
    const one = message(0);
    const { pipeline } = world.parts;
    await pipeline.takeOutcomes(EVM, [deliveredOutcome(one.id, '0xaa', 55n)]);
    await pipeline.takeSeen(EVM, { ...seen(), reread: { from: 51n, to: 60n } }, performance.now());
    await world.addFinal(one);
    assert.equal((await stateOf(world, one.id)).deliveredAt, undefined);
  });

  it('opens a message again whose delivery a process before this one has seen', async () => {
    const world = await open('restarted');
    const one = message(0);
    await world.addFinal(one);
    await world.parts.store.markDelivered([{ id: one.id, transaction: '0xaa', height: 55n }]);
    await world.parts.pipeline.start();
    await world.parts.pipeline.takeSeen(EVM, { ...seen(), reread: { from: 51n, to: 60n } }, performance.now());
    assert.equal((await stateOf(world, one.id)).deliveredAt, undefined);
  });

  it('lets every enclave follow an origin, and gives up those that are gone', async () => {
    const world = await open('follow');
    const [able, gone] = ['able', 'gone'].map((name) => ({ name, client: { name }, advancing: new Turns() }));
    const followed: string[] = [];
    const lost: string[] = [];
    const enclaves = {
      connected: [gone, able],
      lost: ({ name }: { name: string }, error: Error) => void lost.push(`${name}: ${error.message}`),
    } as unknown as EnclavePool;
    const exchange = { isAlone: true, delay: () => 0, share: async () => {} };
    const batch = { maxMessages: 256, maxAgeMilliseconds: 0 };
    const pipeline = new Pipeline({ ...world.parts, enclaves, exchange, batch });
    pipeline.follow({
      ...world.origin,
      advance: async (client, height) => {
        const { name } = client as unknown as { name: string };
        if (name === 'gone') throw new Error('it is gone');
        followed.push(`${name} to ${height}`);
      },
    });
    await until('they have been asked', () => followed.length + lost.length === 2);
    assert.deepEqual([followed, lost], [[`able to ${world.origin.head!.height}`], ['gone: it is gone']]);
  });

  it('has an enclave that is busy follow once more for all that it has missed', async () => {
    const world = await open('follow_busy');
    const enclave = { name: 'busy', client: {}, advancing: new Turns() };
    const nothing = (): void => {};
    let free = nothing;
    void enclave.advancing.run(() => new Promise<void>((resolve) => (free = resolve)));
    const enclaves = { connected: [enclave], lost: () => {} } as unknown as EnclavePool;
    const exchange = { isAlone: true, delay: () => 0, share: async () => {} };
    const batch = { maxMessages: 256, maxAgeMilliseconds: 0 };
    const pipeline = new Pipeline({ ...world.parts, enclaves, exchange, batch });
    const followed: bigint[] = [];
    const origin = { ...world.origin, advance: async (_: unknown, height: bigint) => void followed.push(height) };
    for (const height of [101n, 102n, 103n]) {
      origin.head = { ...ANCHOR, height };
      pipeline.follow(origin);
    }
    await until('it is busy', () => free !== nothing);
    free();
    await enclave.advancing.run(async () => {});
    assert.deepEqual(followed, [103n]);
    origin.head = { ...ANCHOR, height: 104n };
    pipeline.follow(origin);
    await enclave.advancing.run(async () => {});
    assert.deepEqual(followed, [103n, 104n]);
  });

  for (const [what, error] of [
    ['is too much for a request to an enclave', new WireError('FrameTooLarge', 'too much')],
    ['has lost its evidence', new EvidenceError('Missing', 'it is gone')],
  ] as const) {
    it(`delivers the others of a run where one message ${what}`, async () => {
      const enclave = { name: 'a', signer: key.signer, client: {}, advancing: new Turns() } as unknown as Enclave;
      const pool = { size: 1, connected: [enclave], all: async () => [enclave], lost: () => {}, close: () => {} };
      const world = await open(`poison_${error.code.toLowerCase()}`);
      const messages = [0, 1, 2, 3, 4].map((n) => message(n));
      await world.addFinal(...messages);
      world.origin.onProve = async (run) => {
        if (run.messages.some(({ id }) => toHex(id) === toHex(messages[2]!.id))) throw error;
        const statement = statementOf(run.messages);
        return { statement, signature: signDigest(statementDigest(statement), key.secret) };
      };
      world.destination.isMet = true;
      world.destination.onSubmit = ({ messages: all }, open) => ({
        outcomes: open.map((index) => deliveredOutcome(all[index]!.id, '0xaa', 50n)),
        transactions: [],
      });
      const exchange = { isAlone: true, delay: () => 0, share: async () => {} };
      const batch = { maxMessages: 256, maxAgeMilliseconds: 0 };
      const enclaves = pool as unknown as EnclavePool;
      const pipeline = new Pipeline({ ...world.parts, enclaves, exchange, batch });
      await pipeline.start();
      await pipeline.propose(world.origin);
      const left = async (): Promise<string[]> => {
        const states = await Promise.all(messages.map(({ id }) => stateOf(world, id)));
        return states.filter(({ deliveredAt }) => !deliveredAt).map(({ id }) => toHex(id));
      };
      await until('the others are delivered', async () => (await left()).length === 1, 20);
      assert.deepEqual(await left(), [toHex(messages[2]!.id)]);
    });
  }

  describe('what is final and not stored yet', () => {
    /** A host with one enclave, whose runs are delivered where the signature of that enclave is shown once. */
    const openWith = async (schema: string, count: number) => {
      const world = await open(schema);
      const enclave = { name: 'a', signer: key.signer, client: {}, advancing: new Turns() } as unknown as Enclave;
      const pool = { size: 1, connected: [enclave], all: async () => [enclave], lost: () => {}, close: () => {} };
      const messages = Array.from({ length: count }, (_, n) => message(n));
      const proofs: bigint[][] = [];
      const sign = async (run: Run) => {
        proofs.push(run.messages.map(({ nonce }) => nonce & 0xffn));
        const statement = statementOf(run.messages);
        return { statement, signature: signDigest(statementDigest(statement), key.secret) };
      };
      world.origin.onProve = sign;
      world.destination.isMet = true;
      world.destination.onSubmit = ({ messages: all, signatures }, taken) => {
        assert.equal(signatures.length, 65, 'one signature');
        return { outcomes: taken.map((index) => deliveredOutcome(all[index]!.id, '0xaa', 50n)), transactions: [] };
      };
      const exchange = { isAlone: true, delay: () => 0, share: async () => {} };
      const batch = { maxMessages: 256, maxAgeMilliseconds: 0 };
      const pipeline = new Pipeline({ ...world.parts, enclaves: pool as unknown as EnclavePool, exchange, batch });
      await pipeline.start();
      // Where the lane ends is known once it has been looked at.
      await pipeline.propose(world.origin);
      const delivered = (): Promise<void> =>
        until('all are delivered', async () => {
          const states = await Promise.all(messages.map(({ id }) => stateOf(world, id)));
          return states.every((state) => state?.deliveredAt !== undefined);
        });
      const expect = (some = messages): void => pipeline.anticipate(world.origin, ANCHOR, some);
      return { world, pipeline, messages, proofs, sign, expect, delivered };
    };

    it('is proven meanwhile, once', async () => {
      const { world, pipeline, messages, proofs, expect, delivered } = await openWith('expected', 3);
      expect();
      await until('it is proven', () => proofs.length === 1);
      assert.equal((await world.parts.store.openRuns(1)).length, 0);
      await world.addFinal(...messages);
      await pipeline.propose(world.origin);
      await delivered();
      assert.deepEqual(proofs, [[0n, 1n, 2n]]);
      const { run } = await stateOf(world, messages[0]!.id);
      assert.equal((await world.parts.store.signatures(run!)).length, 1);
    });

    it('is proven again where its enclave could not yet', async () => {
      const { world, pipeline, messages, sign, proofs, expect, delivered } = await openWith('expected_fails', 2);
      let tries = 0;
      world.origin.onProve = async (run) => {
        if (++tries === 1) throw new EvidenceError('Missing', 'it is not stored yet');
        return sign(run);
      };
      expect();
      await until('it is tried', () => tries === 1);
      await world.addFinal(...messages);
      await pipeline.propose(world.origin);
      await delivered();
      assert.deepEqual(proofs, [[0n, 1n]], 'and not split');
    });

    it('is nothing to hold on to where another run is made', async () => {
      const { world, pipeline, messages, proofs, expect, delivered } = await openWith('expected_other', 4);
      expect(messages.slice(0, 2));
      await until('it is proven', () => proofs.length === 1);
      await world.addFinal(...messages);
      // The anchor has gone on meanwhile.
      world.origin.head = { ...ANCHOR, height: ANCHOR.height - 1n };
      world.origin.onProve = async (run) => {
        proofs.push(run.messages.map(({ nonce }) => nonce & 0xffn));
        const statement = statementOf(run.messages, run.anchor);
        return { statement, signature: signDigest(statementDigest(statement), key.secret) };
      };
      await pipeline.propose(world.origin);
      await delivered();
      assert.deepEqual(proofs, [
        [0n, 1n],
        [0n, 1n, 2n, 3n],
      ]);
    });

    it('is nothing to hold on to where it was not stored, whatever is found in its place', async () => {
      const { world, pipeline, messages, proofs, delivered } = await openWith('expected_failed', 2);
      // Another try came to the same height.
      pipeline.anticipate(world.origin, { ...ANCHOR }, messages);
      await until('it is proven', () => proofs.length === 1);
      await pipeline.propose(world.origin);
      assert.deepEqual((await world.parts.store.openRuns(1)).length, 0);
      await world.addFinal(...messages);
      await pipeline.propose(world.origin);
      await delivered();
    });

    it('is left to its turn where others have made runs, or something comes before it', async () => {
      const { world, pipeline, messages, proofs, expect, delivered } = await openWith('expected_not', 4);
      expect(messages.slice(1));
      await world.addFinal(...messages);
      await world.parts.store.addSigners(EVM, [key.signer]);
      world.destination.counting.add(toHex(key.signer));
      const statement = statementOf(messages.slice(2, 3));
      await pipeline.takeStatement(statement, [signDigest(statementDigest(statement), key.secret)]);
      expect();
      assert.deepEqual(proofs, []);
      await pipeline.propose(world.origin);
      await delivered();
      assert.deepEqual(proofs.flat().sort(), [0n, 1n, 3n]);
    });
  });

  it('leaves a message to others whose recipient has failed at its cost again and again', async () => {
    const world = await open('paid');
    const [one, other] = [message(0), message(1)];
    await world.addFinal(one, other);
    const { pipeline, queue } = world.parts;
    await pipeline.start();
    const failed = (id: Uint8Array, isPaid: boolean) =>
      pipeline.takeOutcomes(EVM, [{ id, kind: 'failed', reason: 'it is shut', isPaid }]);
    for (let i = 0; i < 5; i++) {
      await failed(one.id, true);
      await failed(other.id, false);
    }
    assert.equal((await stateOf(world, one.id)).paidFailures, 5);
    await world.db.query(`DELETE FROM paid_queue.job WHERE name = 'deliver'`);
    await pipeline.sweep();
    assert.deepEqual([...(await queue.pending('deliver'))], [toHex(other.id)], 'what costs nothing is tried for ever');
  });

  it('waits longer and longer with what has cost it gas more than once', async () => {
    const world = await open('dear');
    const one = message(0);
    await world.addFinal(one);
    await world.parts.store.addSigners(EVM, [key.signer]);
    world.destination.counting.add(toHex(key.signer));
    world.destination.isMet = true;
    world.destination.onSubmit = () => ({
      outcomes: [{ id: one.id, kind: 'failed', reason: 'it is shut', isPaid: true }],
      transactions: [],
    });
    await world.parts.pipeline.start();
    const statement = statementOf([one]);
    await world.parts.pipeline.takeStatement(statement, [signDigest(statementDigest(statement), key.secret)]);
    await until('it fails', async () => (await stateOf(world, one.id)).paidFailures === 1);
    await world.db.query(`UPDATE dear_queue.job SET start_after = now() WHERE name = 'deliver'`);
    await until('it is tried again at once', async () => (await stateOf(world, one.id)).paidFailures === 2);
    const refusals = async (): Promise<number> => {
      const { values } = await world.parts.metrics.failures.get();
      return values.find(({ labels }) => labels.stage === 'deliver')?.value ?? 0;
    };
    const before = await refusals();
    await world.db.query(`UPDATE dear_queue.job SET start_after = now() WHERE name = 'deliver'`);
    await until('the job comes again', async () => (await refusals()) > before);
    assert.equal(world.destination.submissions.length, 2);
  });

  it('tries a failed message again when its job is lost', async () => {
    const world = await open('lost');
    const one = message(0);
    await world.addFinal(one);
    await world.parts.pipeline.start();
    await world.parts.pipeline.takeOutcomes(EVM, [{ id: one.id, kind: 'failed', reason: 'it is shut' }]);
    await world.db.query(`DELETE FROM lost_queue.job WHERE name = 'deliver'`);
    await world.parts.pipeline.sweep();
    assert.deepEqual([...(await world.parts.queue.pending('deliver'))], [toHex(one.id)]);
  });
});

describe('queue', () => {
  const options = { concurrency: 1, retrySeconds: 1, longestRetrySeconds: 60, expireSeconds: 3_600 };

  it('does at once what there is room for, and keeps what there is none for', async () => {
    const { db, close } = await openWorld('room');
    const queue = await Queue.open(db, 'room_jobs', () => {});
    const begun: string[] = [];
    let release = (): void => {};
    await queue.stage('work', options, async ({ id }) => {
      begun.push(id);
      await new Promise<void>((resolve) => (release = resolve));
    });
    await queue.now('work', '0x01', { id: '0x01' });
    assert.deepEqual(begun, ['0x01'], 'before anything is written');
    await queue.now('work', '0x02', { id: '0x02' });
    await queue.now('work', '0x01', { id: '0x01' });
    assert.deepEqual(begun, ['0x01']);
    assert.deepEqual([...(await queue.pending('work'))].sort(), ['0x01', '0x02']);
    assert.equal((await queue.depths())['work'], 3, 'one that is worked on and two that wait');
    for (const [i, id] of ['0x02', '0x01'].entries()) {
      release();
      await until(`${id} is begun`, () => begun.length === i + 2);
      assert.equal(begun.at(-1), id);
    }
    release();
    await until('all are done', async () => (await queue.depths())['work'] === 0);
    await queue.close();
    await close();
  });

  it('brings again what was done at once and failed', async () => {
    const { db, close } = await openWorld('again');
    const queue = await Queue.open(db, 'again_jobs', () => {});
    let tries = 0;
    await queue.stage('work', options, async () => {
      if (++tries === 1) throw new Error('not yet');
    });
    await queue.now('work', '0x01', { id: '0x01' });
    await until('it is in the queue', async () => (await queue.pending('work')).has('0x01'));
    await until('it is done', () => tries === 2);
    await until('and gone', async () => (await queue.depths())['work'] === 0);
    await queue.close();
    await close();
  });

  it('brings again what failed for reasons that no database can hold', async () => {
    const { db, close } = await openWorld('odd');
    const troubles: string[] = [];
    const queue = await Queue.open(db, 'odd_jobs', ({ message }) => void troubles.push(message));
    // As nodes show what a contract reverts with, and where a text was cut off in the middle of a character.
    const reasons = ['custom error 0x7880ce5d: \u0000\u0003', 'not \ud83d', `${'x'.repeat(499)}\u{1f512}`];
    const tries: string[] = [];
    await queue.stage('work', options, async ({ id }) => {
      tries.push(id);
      const reason = reasons[tries.length - 1];
      if (reason !== undefined) throw new Error(reason);
    });
    for (const id of ['0x01', '0x02', '0x03'] as const) await queue.send('work', id, { id });
    await until('all were done again', () => tries.length === 6);
    await until('and are gone', async () => (await queue.depths())['work'] === 0);
    assert.deepEqual(troubles, []);
    await queue.close();
    await close();
  });

  it('takes up at once what a process that died had in its hands', async () => {
    const { db, close } = await openWorld('dead');
    const dead = await Queue.open(db, 'dead_jobs', () => {});
    let release: (() => void) | undefined;
    await dead.stage('work', options, () => new Promise((resolve) => (release = resolve)));
    await dead.send('work', '0x01', { id: '0x01' });
    await until('it was taken', () => release !== undefined);
    const next = await Queue.open(db, 'dead_jobs', () => {});
    const done: string[] = [];
    await next.stage('work', options, async ({ id }) => void done.push(id));
    await until('it was done', () => done.length > 0, 5);
    assert.deepEqual(done, ['0x01']);
    release!();
    await next.close();
    await dead.close();
    await close();
  });
});
