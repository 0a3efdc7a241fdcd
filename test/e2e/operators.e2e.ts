/** Two hosts with five operators' enclaves between them, of which four must sign: what fails holds messages up, never more. */
import assert from 'node:assert/strict';
import type { Sent } from '../../localnet/corridor/application.ts';
import { eventually, tracked } from './support.ts';
import { isDelivered, onDatabases } from './world.ts';

onDatabases('hosts of several operators', 'of hosts', (world) => {
  /** Both hosts know of it. */
  const delivered = async (sent: readonly Sent[]): Promise<void> => {
    for (const host of [0, 1]) await eventually(world().corridor, sent, isDelivered, { host });
    await world().mustBeExact();
  };

  it('exchange signatures, since none has enough enclaves of its own, for messages alone and in runs', async () => {
    assert.deepEqual(
      world().corridor.configs.map(({ enclaves }) => enclaves.length),
      [3, 2],
    );
    await delivered(await world().send('alone', 1));
    await delivered(await world().send('in a run', 5));
  });

  it('go on with one enclave down, wait with two, and go on once there are four again', async () => {
    const { corridor } = world();
    await corridor.enclaves[4]!.stop();
    await eventually(corridor, await world().send('one is down', 2), isDelivered);
    await world().mustBeExact();

    await corridor.enclaves[3]!.stop();
    const waiting = await world().send('two are down', 2);
    await eventually(corridor, waiting, ({ run }) => run !== undefined);
    // Long enough for every stage but the missing signature.
    await new Promise((resolve) => setTimeout(resolve, 4_000));
    const held = await tracked(corridor, waiting);
    assert.ok(held.every((message) => message && !message.provenAt && !message.deliveredAt));

    // Its keys were gone with its process: a new one registers.
    await corridor.startEnclave(3);
    await delivered(waiting);
    await corridor.startEnclave(4);
  });

  it('lose nothing and repeat nothing when a host is stopped in the middle and started again', async () => {
    const { corridor } = world();
    const sent = await world().send('before', 4);
    await corridor.hosts[0]!.stop();
    sent.push(...(await world().send('meanwhile', 4)));
    await corridor.startHost(0);
    await delivered(sent);
  });
});
