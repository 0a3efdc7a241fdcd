/** Enclaves that go and come back with other keys, and what a host makes of what the old ones had signed. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { SubmissionError } from '../../prover/host/destinations/destination.ts';
import { EnclavePool } from '../../prover/host/enclaves/pool.ts';
import { signDigest, statementDigest, toHex } from '../../prover/protocol/index.ts';
import {
  deliveredOutcome,
  message,
  openWorld,
  startToldEnclave,
  statementOf,
  testKey,
  until,
  type TestKey,
  type World,
} from './support.ts';

describe('enclaves of a host', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'enclaves-'));
  const [before, after_] = [testKey(11), testKey(12)];
  const closing: (() => Promise<void> | void)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });
  after(() => rmSync(folder, { recursive: true }));

  it('are missed when they go, also by a host that has nothing to ask of them', async () => {
    const socket = path.join(folder, 'pool.sock');
    const heard: (string | undefined)[] = [];
    const pool = new EnclavePool([{ name: 'one', socket }], (_, signer) => void heard.push(signer));
    closing.push(() => pool.close());
    const old = await startToldEnclave(socket, before);
    await pool.all();
    await old.stop();
    await until('it is missed', () => pool.connected.length === 0);
    const replacement = await startToldEnclave(socket, after_);
    closing.push(() => replacement.stop());
    await until('the next one is found', async () => (await pool.all()).length === 1);
    assert.deepEqual(heard, [toHex(before.signer), undefined, toHex(after_.signer)]);
  });

  /** A host with one enclave, whose signature over one message the destination refuses from now on. */
  const replaced = async (schema: string): Promise<{ world: World; replace: () => Promise<void> }> => {
    const socket = path.join(folder, `${schema}.sock`);
    let key: TestKey = before;
    let enclave = await startToldEnclave(socket, key);
    const world = await openWorld(schema, [{ name: 'one', socket }]);
    closing.push(
      () => enclave.stop(),
      () => world.close(),
    );
    const { destination, origin } = world;
    origin.prove = async (_, { messages }) => {
      const statement = statementOf(messages);
      return { statement, signature: signDigest(statementDigest(statement), key.secret) };
    };
    const replace = async (): Promise<void> => {
      await enclave.stop();
      key = after_;
      enclave = await startToldEnclave(socket, key);
    };
    destination.quorum = async ({ digest, signatures }) => {
      const wanted = toHex(signDigest(digest, key.secret)).slice(2);
      return { isMet: destination.isMet && toHex(signatures).includes(wanted), detail: 'the newest key counts' };
    };
    return { world, replace };
  };

  it('sign again what was proven by keys that do not count any more when it is submitted', async () => {
    const { world, replace } = await replaced('signed_again');
    const { destination, parts } = world;
    const one = message(0);
    destination.isMet = true;
    destination.onSubmit = ({ signatures, messages }) => {
      // Two signatures: that of the key before, and one that counts.
      if (signatures.length === 130)
        return { outcomes: messages.map(({ id }) => deliveredOutcome(id, '0xaa')), transactions: [] };
      destination.isMet = false;
      const trouble = new SubmissionError('QuorumNotReached', 'the inbox would refuse: QuorumNotReached');
      return { outcomes: [], transactions: [], trouble };
    };
    await world.addFinal(one);
    await parts.pipeline.start();
    await parts.pipeline.propose(world.origin);
    const state = async () => (await parts.store.message(one.id))!;
    await until('it is refused', () => destination.submissions.length > 0);
    await until('it counts as proven no more', async () => (await state()).provenAt === undefined);
    await replace();
    destination.isMet = true;
    await until('it is delivered', async () => (await state()).deliveredAt !== undefined);
    await until('it is done', async () => (await parts.store.openRuns(1)).length === 0);
  });

  it('sign again a message whose recipient had failed, when it is tried again', async () => {
    const { world, replace } = await replaced('signed_again_late');
    const { destination, parts } = world;
    const one = message(0);
    destination.isMet = true;
    let isOpen = false;
    destination.onSubmit = ({ signatures, messages }) => {
      const { id } = messages[0]!;
      if (!isOpen) return { outcomes: [{ id, kind: 'failed', reason: 'it is shut' }], transactions: [] };
      if (signatures.length === 130) return { outcomes: [deliveredOutcome(id, '0xaa')], transactions: [] };
      const trouble = new SubmissionError('QuorumNotReached', 'the inbox would refuse: QuorumNotReached');
      return { outcomes: [], transactions: [], trouble };
    };
    await world.addFinal(one);
    await parts.pipeline.start();
    await parts.pipeline.propose(world.origin);
    await until('nothing is left to do but to try again', async () => {
      const state = await parts.store.message(one.id);
      return state?.failedAt !== undefined && (await parts.store.openRuns(1)).length === 0;
    });
    await replace();
    isOpen = true;
    await until('it is delivered', async () => (await parts.store.message(one.id))?.deliveredAt !== undefined, 20);
  });
});
