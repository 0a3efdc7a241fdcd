/** Three operators, each with a host and an enclave of its own, that look after their keys themselves and take turns. */
import assert from 'node:assert/strict';
import { parseEventLogs } from 'viem';
import { audit } from '../../localnet/corridor/audit.ts';
import { startLocalEnclave } from '../../localnet/corridor/enclaves.ts';
import { LocalCorridor } from '../../localnet/corridor/start.ts';
import { inboxAbi } from '../../prover/bindings/evm/index.ts';
import type { HostConfig } from '../../prover/host/config.ts';
import { Host } from '../../prover/host/host.ts';
import type { TrackedMessage } from '../../prover/host/store/rows.ts';
import { toHex } from '../../prover/protocol/index.ts';
import { keptLog } from './diagnosis.ts';
import { withOperator } from './operator.ts';
import { bodies, eventually, until } from './support.ts';

const OPERATORS = 3;

describe('operators that look after their own keys', function () {
  this.timeout(300_000);
  let corridor: LocalCorridor;
  const hosts: Host[] = [];

  before(async () => {
    corridor = await LocalCorridor.start({
      operators: OPERATORS,
      threshold: 2,
      hosts: OPERATORS,
      stepInMilliseconds: 4_000,
      logLevel: 'silent',
      startsHosts: false,
    });
    for (let operator = 0; operator < OPERATORS; operator++) {
      // Every key is due for renewal.
      const keys: HostConfig['keys'] = {
        renewBeforeHours: 24 * 365,
        checkEverySeconds: 1,
        collateral: { url: corridor.network.pccs.url, edition: 'standard', everyHours: 1 },
      };
      const { config } = await withOperator(corridor, corridor.configs[operator]!, operator, keys);
      hosts.push(await Host.start(config, keptLog(config.name)));
    }
  });

  after(async () => {
    await Promise.all(hosts.map((host) => host.stop()));
    await corridor?.close();
  });

  const metricOf = async (host: Host, name: string): Promise<Record<string, number>> => {
    const text = await (await fetch(`${host.url}/metrics`)).text();
    const lines = [...text.matchAll(new RegExp(`^${name}\\{(.*)\\} (\\S+)$`, 'gm'))];
    return Object.fromEntries(lines.map(([, labels, value]) => [labels!, Number(value)]));
  };
  /** Chains at which a key counts, as a host tells anyone. */
  const countingAt = async (host: Host, signer: string): Promise<number> => {
    const shown = (await (await fetch(`${host.url}/v1/registry`)).json()) as {
      keys: { signer: string; counts: boolean }[];
    }[];
    return shown.filter(({ keys }) => keys.some((key) => key.signer === signer && key.counts)).length;
  };

  it('renew keys that are due, once on each chain, and find the collateral there fresh', async () => {
    for (const host of hosts) {
      const entered = async (): Promise<number[]> => Object.values(await metricOf(host, 'corridor_keys_entered_total'));
      await until('renewed on both chains', async () => (await entered()).length === 2);
      assert.deepEqual(await entered(), [1, 1]);
      await until('the collateral is seen to be good on both chains', async () => {
        const left = Object.values(await metricOf(host, 'corridor_collateral_expiry_seconds'));
        return left.length === 2 && left.every((seconds) => seconds > 86_400);
      });
    }
  });

  it('take turns: no host has enough signatures of its own, and none submits everything', async () => {
    const { application, deployment } = corridor;
    const isDelivered = ({ deliveredAt }: TrackedMessage): boolean => deliveredAt !== undefined;
    const sent = await application.sendFromEvm(application.onSui[0]!.address, bodies('turn', 1));
    for (let i = 0; i < 2; i++) {
      const [one] = await application.sendFromSui(application.onEvm[0]!.address, bodies(`turn ${i}`, 1));
      await eventually({ hosts }, [one!], isDelivered);
      sent.push(one!);
    }
    for (const host of hosts.keys()) await eventually({ hosts }, sent, isDelivered, { host });
    assert.ok((await audit(deployment)).isExact);
    const { evmClient, evm } = deployment;
    const logs = await evmClient.getLogs({ address: evm.contracts.inbox, fromBlock: 0n });
    const delivered = parseEventLogs({ abi: inboxAbi, eventName: 'MessageDelivered', logs });
    const senders = await Promise.all(
      delivered.map(async ({ transactionHash }) => (await evmClient.getTransaction({ hash: transactionHash })).from),
    );
    assert.ok(new Set(senders).size > 1, senders.join(', '));
  });

  it('register the new key of an enclave that was restarted, and go on with it', async () => {
    await corridor.enclaves[1]!.stop();
    await corridor.enclaves[2]!.stop();
    const { application, deployment, folder, machines } = corridor;
    const sent = await application.sendFromSui(application.onEvm[0]!.address, bodies('restarted', 1));
    corridor.enclaves[1] = await startLocalEnclave(folder, 1, machines[1]!, deployment.configuration);
    const signer = toHex((await corridor.enclaves[1].process.client.status()).signer);
    await eventually({ hosts }, sent, ({ deliveredAt }) => deliveredAt !== undefined);
    await until('its key counts on both chains', async () => (await countingAt(hosts[0]!, signer)) === 2);
  });
});
