import assert from 'node:assert/strict';
import { eventsOf, type Contract } from '../harness/chain.ts';
import { bytes } from '../harness/fixtures.ts';
import {
  createWorld,
  DEFAULT_POLICY,
  FAR_CHAIN,
  FAR_SENDER,
  nonceOf,
  packQuorum,
  recipientOf,
  type Enclave,
  type World,
} from '../harness/world.ts';

describe('Inbox', () => {
  let world: World;
  let enclaves: Enclave[];
  let recipient: Contract;

  before(async () => {
    world = await createWorld();
    enclaves = await world.registerMany(5);
    recipient = await world.chain.deploy('EmittingRecipient', [world.inbox.address]);
  });

  /** A run of messages to the recipient. */
  const runOf = (first: number, count: number) =>
    world.runOf(
      Array.from({ length: count }, (_, i) =>
        world.message({ nonce: nonceOf(first + i), recipient: recipientOf(recipient), body: bytes(`body ${i}`, 64) }),
      ),
    );

  it('delivers all messages of a statement in one call, and keeps nothing', async () => {
    const { inbox } = world;
    const run = await runOf(0, 5);
    const receipt = await inbox.send('deliver', [
      run.statement,
      await world.signed(run.digest, enclaves.slice(0, 3)),
      run.messages,
    ]);
    assert.deepEqual(
      eventsOf(receipt, inbox),
      run.ids.map((messageId, i) => ({
        name: 'MessageDelivered',
        args: { messageId, originChain: FAR_CHAIN, nonce: nonceOf(i) },
      })),
    );
    assert.deepEqual(
      eventsOf(receipt, recipient),
      run.ids.map((messageId) => ({ name: 'Received', args: { messageId } })),
    );
    for (let i = 0; i < 5; i++) assert.equal(await inbox.read('isDelivered', [FAR_CHAIN, nonceOf(i)]), true);
    assert.equal(await inbox.read('isDelivered', [FAR_CHAIN, nonceOf(5)]), false);
    assert.deepEqual(await inbox.read('keptRootOf', [run.digest]), [0, 0, false]);
  });

  it('delivers one by one against a root that was accepted before', async () => {
    const { inbox } = world;
    const run = await runOf(10, 5);
    const receipt = await inbox.send('accept', [run.statement, await world.signed(run.digest, enclaves.slice(1, 4))]);
    const [kept] = eventsOf(receipt, inbox);
    assert.equal(kept!.name, 'RootKept');
    assert.equal(kept!.args.quorum, packQuorum({ signers: 3, operators: 3, platforms: 3, vendors: 1 }));
    for (const i of [3, 0, 4, 2, 1]) {
      await inbox.send('deliverOne', [run.statement, '0x', i, run.proof(i), run.messages[i]]);
      await inbox.refuses('AlreadyDelivered', 'deliverOne', [run.statement, '0x', i, run.proof(i), run.messages[i]]);
    }
    await inbox.refuses('NothingToDeliver', 'deliver', [run.statement, '0x', run.messages]);
  });

  it('delivers one with signatures, and keeps the root where the run has more', async () => {
    const { inbox } = world;
    const single = await runOf(20, 1);
    const signatures = await world.signed(single.digest, enclaves);
    await inbox.send('deliverOne', [single.statement, signatures, 0, '0x', single.messages[0]]);
    assert.deepEqual(await inbox.read('keptRootOf', [single.digest]), [0, 0, false]);

    const run = await runOf(21, 2);
    await inbox.send('deliverOne', [
      run.statement,
      await world.signed(run.digest, enclaves),
      1,
      run.proof(1),
      run.messages[1],
    ]);
    await inbox.send('deliverOne', [run.statement, '0x', 0, run.proof(0), run.messages[0]]);
  });

  it('delivers what is left of a run that overlaps with another', async () => {
    const { inbox } = world;
    const [early, late] = [await runOf(30, 3), await runOf(30, 3)];
    await inbox.send('deliverOne', [
      early.statement,
      await world.signed(early.digest, enclaves),
      1,
      early.proof(1),
      early.messages[1],
    ]);
    const receipt = await inbox.send('deliver', [
      late.statement,
      await world.signed(late.digest, enclaves),
      late.messages,
    ]);
    const delivered = eventsOf(receipt, inbox).map(({ args }) => args.nonce);
    assert.deepEqual(delivered, [nonceOf(30), nonceOf(32)]);
  });

  it('delivers runs across words of the bitmap, of up to 256 messages', async function () {
    this.timeout(120_000);
    const { inbox } = world;
    const run = await runOf(300, 256);
    await inbox.send('deliver', [run.statement, await world.signed(run.digest, enclaves), run.messages]);
    for (const i of [299, 300, 511, 512, 555, 556]) {
      assert.equal(await inbox.read('isDelivered', [FAR_CHAIN, nonceOf(i)]), i >= 300 && i < 556, `${i}`);
    }
  });

  it('skips signers who do not count, and refuses too few who do', async () => {
    const { inbox } = world;
    const run = await runOf(40, 1);
    const stranger = world.createEnclave('stranger');
    const enough = await world.signed(run.digest, [...enclaves.slice(0, 3), stranger]);
    const few = await world.signed(run.digest, [...enclaves.slice(0, 2), stranger]);
    const [quorum, policy] = await inbox.refuses('QuorumNotReached', 'deliver', [run.statement, few, run.messages]);
    assert.equal(quorum, packQuorum({ signers: 2, operators: 2, platforms: 2, vendors: 1 }));
    assert.equal(policy, packQuorum(DEFAULT_POLICY));
    await inbox.send('deliver', [run.statement, enough, run.messages]);
  });

  it('hands over every field of a message, and who vouched for it', async () => {
    const { inbox, chain } = world;
    const demanding = await chain.deploy('DemandingRecipient', [inbox.address, 4, 4, 4, 1]);
    const body = bytes('any body', 77);
    const run = await world.runOf([world.message({ nonce: nonceOf(50), recipient: recipientOf(demanding), body })]);
    const args = async (count: number) => [
      run.statement,
      await world.signed(run.digest, enclaves.slice(0, count)),
      run.messages,
    ];
    // Three signers are enough for the origin's policy and not for the recipient's own.
    const refused = eventsOf(await inbox.send('deliver', await args(3)), inbox);
    assert.deepEqual(
      refused.map(({ name }) => name),
      ['DeliveryFailed', 'RootKept'],
    );
    const receipt = await inbox.send('deliver', await args(4));
    const quorum = packQuorum({ signers: 4, operators: 4, platforms: 4, vendors: 1 });
    const expected = {
      originChain: FAR_CHAIN,
      sender: FAR_SENDER,
      messageId: run.ids[0],
      nonce: nonceOf(50),
      quorum,
      body,
    };
    assert.deepEqual(eventsOf(receipt, demanding), [{ name: 'Received', args: expected }]);
  });
});
