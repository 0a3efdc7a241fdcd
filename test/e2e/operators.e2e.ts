/** Two hosts with five operators' enclaves between them, of which four must sign: what fails holds messages up, never more. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Sent } from '../../localnet/corridor/application.ts';
import { audit } from '../../localnet/corridor/audit.ts';
import { LocalCorridor } from '../../localnet/corridor/start.ts';
import type { TrackedMessage } from '../../prover/host/store/rows.ts';
import { bodies, eventually, tracked } from './support.ts';

const isDelivered = ({ deliveredAt }: TrackedMessage): boolean => deliveredAt !== undefined;

describe('hosts of several operators', function () {
  this.timeout(300_000);
  const state = mkdtempSync(path.join(os.tmpdir(), 'corridor-state-'));
  let corridor: LocalCorridor;

  before(async () => {
    corridor = await LocalCorridor.start({
      operators: 5,
      threshold: 4,
      hosts: 2,
      stepInMilliseconds: 2_000,
      logLevel: 'silent',
      database: (host) => ({ kind: 'pglite', folder: path.join(state, host) }),
    });
  });

  after(async () => {
    await corridor?.close();
    rmSync(state, { recursive: true, force: true });
  });

  const sendBothWays = async (text: string, count: number): Promise<Sent[]> => {
    const { application } = corridor;
    return [
      ...(await application.sendFromEvm(application.onSui[0]!.address, bodies(text, count))),
      ...(await application.sendFromSui(application.onEvm[0]!.address, bodies(text, count))),
    ];
  };

  /** Whatever happened: each message once, by both chains' logs. */
  const mustBeExact = async (): Promise<void> => {
    const found = await audit(corridor.deployment);
    assert.ok(found.isExact, JSON.stringify(found));
  };

  it('exchange signatures, since none has enough enclaves of its own', async () => {
    assert.deepEqual(
      corridor.configs.map(({ enclaves }) => enclaves.length),
      [3, 2],
    );
    const sent = await sendBothWays('exchanged', 3);
    await eventually(corridor, sent, isDelivered);
    await eventually(corridor, sent, isDelivered, { host: 1 });
    await mustBeExact();
  });

  it('go on with one enclave down, wait with two, and go on once there are four again', async () => {
    await corridor.enclaves[4]!.stop();
    await eventually(corridor, await sendBothWays('one is down', 2), isDelivered);
    await mustBeExact();

    await corridor.enclaves[3]!.stop();
    const waiting = await sendBothWays('two are down', 2);
    await eventually(corridor, waiting, () => true);
    // Long enough for every stage but the missing signature.
    await new Promise((resolve) => setTimeout(resolve, 5_000));
    const held = await tracked(corridor, waiting);
    assert.ok(held.every((message) => message && !message.provenAt && !message.deliveredAt));

    // Its keys were gone with its process: a new one registers.
    await corridor.startEnclave(3);
    await eventually(corridor, waiting, isDelivered);
    await mustBeExact();
  });

  it('lose nothing and repeat nothing when a host is stopped in the middle and started again', async () => {
    const sent = await sendBothWays('before', 4);
    await corridor.hosts[0]!.stop();
    sent.push(...(await sendBothWays('meanwhile', 4)));
    await corridor.startHost(0);
    await eventually(corridor, sent, isDelivered);
    await eventually(corridor, sent, isDelivered, { host: 1 });
    await mustBeExact();
  });
});
