/** Hosts that are killed, that compete, and whose database goes away. */
import assert from 'node:assert/strict';
import type { Sent } from '../../localnet/corridor/application.ts';
import { startHostProcess, type HostProcess, type LogLine } from '../../localnet/corridor/host-process.ts';
import { readConfig } from '../../prover/host/config.ts';
import { Host } from '../../prover/host/host.ts';
import { keepLine, keptLog } from './diagnosis.ts';
import { eventually, tracked } from './support.ts';
import { isDelivered, onDatabases, type World } from './world.ts';

/** After each of these the work stands in the database, and the next stage's in the queue. */
const STAGES = ['final', 'proposed', 'proven', 'submitted', 'delivered'] as const;
/** So often messages are sent until both of two rivals have proven some. */
const MOST_TRIES = 5;

/** Stops the world's hosts for the time of a test that has hosts of its own. */
async function withoutHosts(world: World, test: () => Promise<void>): Promise<void> {
  const { corridor } = world;
  await Promise.all(corridor.hosts.map((host) => host.stop()));
  try {
    await test();
  } finally {
    await Promise.all(corridor.configs.map((_, index) => corridor.startHost(index)));
  }
}

onDatabases('hosts', 'of hosts', (world) => {
  it('go on where they were when they are killed after each stage', async () => {
    await withoutHosts(world(), async () => {
      const config = world().soloConfig(0, 'solo', await world().newDatabase(world().kind));
      const { evmClient } = world().corridor.deployment;
      for (const stage of STAGES) {
        // The chain's height of the message is known once it is sent; the host is up by then.
        let isDue: (line: LogLine) => boolean = () => false;
        const onLine = (line: LogLine): void => {
          keepLine('solo', line);
          if (isDue(line)) host.process.kill('SIGKILL');
        };
        const host: HostProcess = await startHostProcess({ config, onLine });
        const sent = await world().send(`killed when ${stage}`, 1);
        const ids = new Set(sent.map(({ messageId }) => messageId as string));
        const { blockNumber } = await evmClient.getTransactionReceipt({ hash: sent[0]!.transaction as `0x${string}` });
        isDue = (line) =>
          line.msg === stage &&
          (stage === 'submitted' ||
            ids.has(line['messageId'] as string) ||
            (line['chain'] === '31337' && BigInt(line['height'] as string) >= blockNumber));
        await host.ended;
        assert.equal(host.process.signalCode, 'SIGKILL', stage);
      }
      const last = await startHostProcess({ config, onLine: (line) => keepLine('solo', line) });
      await world().exact();
      await last.stop();
    });
  });

  it('submit the same messages twice, and each is delivered once', async () => {
    await withoutHosts(world(), async () => {
      const rivals = await Promise.all(
        [0, 1].map(async (index) => {
          const database = await world().newDatabase(world().kind);
          const config = readConfig(world().soloConfig(index, `rival-${index + 1}`, database));
          return Host.start(config, keptLog(config.name));
        }),
      );
      const hasProven = async (host: Host, sent: readonly Sent[]): Promise<boolean> => {
        const states = await tracked({ hosts: [host] }, sent);
        return states.some((state) => state?.provenAt !== undefined);
      };
      try {
        // One that begins later finds the first ones delivered.
        const done = [false, false];
        for (let i = 0; !done.every(Boolean) && i < MOST_TRIES; i++) {
          const sent = await world().send(`for both ${i}`, 5);
          await eventually({ hosts: rivals }, sent, isDelivered, { host: 0 });
          await eventually({ hosts: rivals }, sent, isDelivered, { host: 1 });
          await world().mustBeExact();
          for (const [at, rival] of rivals.entries()) done[at] ||= await hasProven(rival, sent);
        }
        assert.deepEqual(done, [true, true], 'only one of them has taken part');
      } finally {
        await Promise.all(rivals.map((rival) => rival.stop()));
      }
    });
  });
});

onDatabases('hosts that share a server', 'of servers', (world) => {
  it('carry messages both ways', async () => {
    const sent = await world().send('on one server', 5);
    await eventually(world().corridor, sent, isDelivered);
    await eventually(world().corridor, sent, isDelivered, { host: 1 });
    await world().mustBeExact();
  });

  it('wait for a database server that is started again in the middle of traffic', async () => {
    const server = await world().postgres();
    const sent: Sent[] = await world().send('before', 3);
    await server.restart();
    sent.push(...(await world().send('between', 2)));
    await server.halt();
    sent.push(...(await world().send('meanwhile', 2)));
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    await server.start();
    await eventually(world().corridor, sent, isDelivered);
    await eventually(world().corridor, sent, isDelivered, { host: 1 });
    await world().mustBeExact();
  });
});
