/** Nodes that drop, lag and lie, blocks that are replaced, committees that change: messages wait, and none is lost or repeated. */
import assert from 'node:assert/strict';
import type { Sent } from '../../localnet/corridor/application.ts';
import { eventually } from './support.ts';
import type { Mode, Proxy } from './proxy.ts';
import { isDelivered, onDatabases } from './world.ts';

/** So often messages are sent until some are in the newest block when it is replaced. */
const MOST_TRIES = 5;

onDatabases('nodes that cannot be relied upon', 'of hosts', (world) => {
  const pairs = (): (readonly [Proxy, Proxy])[] => Object.values(world().proxies);
  const set = (mode: Mode, which: readonly (0 | 1)[]): void => {
    for (const pair of pairs()) for (const index of which) pair[index].set(mode);
  };
  afterEach(() => set('honest', [0, 1]));

  /** Both hosts know of it, so that what comes next finds nothing under way. */
  const delivered = async (sent: readonly Sent[]): Promise<void> => {
    await eventually(world().corridor, sent, isDelivered);
    await eventually(world().corridor, sent, isDelivered, { host: 1 });
    await world().mustBeExact();
  };
  const seconds = (count: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, count * 1000));

  it('asks the second node where the first one drops connections, and waits where both do', async () => {
    set('drops', [0]);
    await delivered(await world().send('one drops', 2));
    const sent = await world().send('both drop', 2);
    set('drops', [0, 1]);
    await seconds(3);
    set('honest', [0, 1]);
    await delivered(sent);
    assert.ok(pairs().every(([first]) => first.spoiled > 0));
  });

  it('believes no node that changes what is in a block: it asks the next one, and says so', async () => {
    const before = pairs().map(([{ spoiled }]) => spoiled);
    set('lies', [0]);
    await delivered(await world().send('lied about', 3));
    set('honest', [0, 1]);
    assert.ok(pairs().every(([{ spoiled }], i) => spoiled > before[i]!));
    const { metrics } = world().corridor.hosts[0]!.parts;
    const text = await metrics.registry.metrics();
    assert.match(text, /corridor_node_trouble_total\{[^}]*code="Contradiction"\} [1-9]/);
  });

  it('invents and loses nothing while nodes lag, and goes on when they have caught up', async () => {
    await delivered(await world().send('before', 1));
    set('lags', [0, 1]);
    const sent = await world().send('behind', 3);
    await seconds(4);
    set('honest', [0, 1]);
    await delivered(sent);
  });

  it('delivers again what a replaced block had delivered, and nothing that no final block holds', async () => {
    const { network, deployment } = world().corridor;
    const reorganise = (depth: number): Promise<unknown> =>
      network.evm.rpc.request({ method: 'anvil_reorg', params: [depth, []] });
    const isGone = ({ transaction }: Sent): Promise<boolean> =>
      deployment.evmClient.getTransactionReceipt({ hash: transaction as `0x${string}` }).then(
        () => false,
        () => true,
      );
    // In the newest block: its transactions are gone with it, and so are those messages. The others stay where one more
    // block has been made meanwhile.
    const vanishing: Sent[] = [];
    const sent: Sent[] = [];
    for (let i = 0; vanishing.length === 0; i++) {
      assert.ok(i < MOST_TRIES, 'there is always a newer block');
      const tried = await world().sendFromEvm(`vanishing ${i}`, 2);
      await reorganise(1);
      for (const message of tried) ((await isGone(message)) ? vanishing : sent).push(message);
    }
    sent.push(...(await world().sendFromSui('delivered twice', 3)));
    await eventually(world().corridor, sent, isDelivered);
    await reorganise(2);
    await world().exact();
    sent.push(...(await world().send('afterwards', 2)));
    await delivered(sent);
    const states = await Promise.all(
      vanishing.map(({ messageId }) =>
        world().corridor.hosts[0]!.parts.store.message(Buffer.from(messageId.slice(2), 'hex')),
      ),
    );
    assert.ok(states.every((state) => state === undefined));
  });

  it('follows both chains through changes of their committees, under traffic', async () => {
    const { beacon, sui } = world().corridor.network;
    const period = (): number => beacon.chain.periodAt(beacon.chain.head!.slot);
    const [periodBefore, epochBefore] = [period(), sui.devnet!.ledger.epoch];
    const sent: Sent[] = [];
    const deadline = Date.now() + 60_000;
    for (let i = 0; period() < periodBefore + 2 || i < 4; i++) {
      sent.push(...(await world().send(`in change ${i}`, 1)));
      if (i < 3) sui.devnet!.advanceEpoch();
      assert.ok(Date.now() < deadline, 'the sync committee has not changed');
    }
    assert.equal(sui.devnet!.ledger.epoch, epochBefore + 3n);
    await delivered(sent);
  });
});
