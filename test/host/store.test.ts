/** What a host forgets of what was delivered long ago, and what it keeps for ever. */
import assert from 'node:assert/strict';
import { Store } from '../../prover/host/store/store.ts';
import { statementDigest, toHex } from '../../prover/protocol/index.ts';
import { ANCHOR, LANE, message, sharedDatabase, statementOf } from './support.ts';

describe('what was delivered long ago', () => {
  const DAY_MS = 86_400_000;
  const later = new Date(Date.now() + DAY_MS);

  const openStore = async (schema: string) => {
    const store = await Store.open(await sharedDatabase(), schema);
    const messages = [0, 1, 2, 3, 4].map((n) => message(n));
    await store.addFinal('origin/test', 50n, { headers: [], evidence: [], messages });
    const runs = [messages.slice(0, 2), messages.slice(2, 4), messages.slice(4)];
    for (const run of runs) {
      const statement = statementOf(run);
      const digest = statementDigest(statement);
      const range = { firstNonce: run[0]!.nonce, lastNonce: run.at(-1)!.nonce, anchor: ANCHOR.height };
      const { originChain, outbox, destinationChain } = LANE;
      await store.addRun({ originChain, outbox, destinationChain, digest, statement, ...range });
      await store.addSignatures(digest, [{ signer: new Uint8Array(20).fill(7), signature: new Uint8Array(65) }]);
    }
    const finish = async (...indexes: number[]): Promise<void> => {
      for (const index of indexes) {
        await store.markDelivered(runs[index]!.map(({ id }) => ({ id, transaction: '0xaa' })));
        await store.markRun(statementDigest(statementOf(runs[index]!)), 'done');
      }
    };
    const left = async (): Promise<number[]> =>
      (await store.messages(LANE, 0n, 100)).map(({ nonce }) => Number(nonce & 0xffn));
    const runsLeft = async (): Promise<number> => {
      const found = await Promise.all(runs.map((run) => store.run(statementDigest(statementOf(run)))));
      return found.filter(Boolean).length;
    };
    return { store, runs, messages, finish, left, runsLeft };
  };

  it('is forgotten with its run and the signatures over it, but for the newest message of a lane', async () => {
    const { store, runs, finish, left, runsLeft } = await openStore('forget_all');
    await finish(0, 1, 2);
    assert.deepEqual(await store.forget(later, 100), { messages: 4, runs: 2 });
    assert.deepEqual(await left(), [4]);
    assert.equal(await runsLeft(), 1);
    assert.equal((await store.signatures(statementDigest(statementOf(runs[0]!)))).length, 0);
    assert.equal((await store.signatures(statementDigest(statementOf(runs[2]!)))).length, 1);
    assert.equal(await store.lastNonceBefore(LANE, message(9).nonce), message(4).nonce);
  });

  it('is forgotten no earlier, and nothing that is open ever', async () => {
    const { store, finish, left, runsLeft } = await openStore('forget_open');
    await finish(0);
    assert.deepEqual(await store.forget(new Date(Date.now() - DAY_MS), 100), { messages: 0, runs: 0 });
    assert.deepEqual(await store.forget(later, 100), { messages: 2, runs: 1 });
    assert.deepEqual(await left(), [2, 3, 4]);
    assert.equal(await runsLeft(), 2);
  });

  it('keeps its run while a message of that is left', async () => {
    const { store, messages, runs, left, runsLeft } = await openStore('forget_half');
    await store.markDelivered([{ id: messages[0]!.id, transaction: '0xaa' }]);
    await store.markRun(statementDigest(statementOf(runs[0]!)), 'done');
    assert.deepEqual(await store.forget(later, 100), { messages: 1, runs: 0 });
    assert.deepEqual(await left(), [1, 2, 3, 4]);
    assert.equal(await runsLeft(), 3);
  });

  it('is forgotten a part at a time, and lanes are looked through from their runs on after that', async () => {
    const { store, finish, left, runs } = await openStore('forget_part');
    await finish(0, 1);
    assert.deepEqual(await store.forget(later, 3), { messages: 3, runs: 1 });
    assert.deepEqual(await left(), [3, 4]);
    assert.deepEqual(await store.forget(later, 3), { messages: 1, runs: 1 });
    const { first, end } = await store.uncovered(LANE, message(0).nonce);
    assert.deepEqual([first, end], [message(0).nonce, runs[2]![0]!.nonce]);
    assert.deepEqual(await store.openFrom(LANE, first, 10, end), { messages: [] });
    const state = await store.message(message(4).id);
    assert.equal(toHex(state!.run!), toHex(statementDigest(statementOf(runs[2]!))));
  });
});
