/** Keys that expire while messages flow: as long as enough are left nobody notices, and renewal lets go on what waits. */
import assert from 'node:assert/strict';
import type { Sent } from '../../localnet/corridor/application.ts';
import { registrarsOf } from '../../localnet/corridor/enclaves.ts';
import { termsOf } from '../../localnet/corridor/machines.ts';
import { Host } from '../../prover/host/host.ts';
import type { Registrar } from '../../prover/host/operators/registrar.ts';
import { LOCALNET_EVM_CHAIN } from '../../prover/protocol/index.ts';
import { keptLog } from './diagnosis.ts';
import { withOperator } from './operator.ts';
import { eventually, tracked, until } from './support.ts';
import { isDelivered, onDatabases } from './world.ts';

const DAY_SECONDS = 86_400;
/** What a key has left that is about to expire: long enough for its registration, and for some traffic after that. */
const SHORT_SECONDS = 10;
/** Long enough for every stage of a message but the signatures that it lacks. */
const STAGES_MS = 4_000;

onDatabases('keys that expire under traffic', 'of hosts', (world) => {
  const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));
  const registrars = (operator: number): Registrar[] =>
    registrarsOf(world().corridor.network, world().corridor.deployment, operator);
  /** Seconds by a chain's clock, which is ahead of ours where blocks were made in a hurry. */
  const now = async (chain: bigint): Promise<number> => {
    if (chain !== LOCALNET_EVM_CHAIN) return Date.now() / 1000;
    return Number((await world().corridor.deployment.evmClient.getBlock()).timestamp);
  };
  const signerOf = async (operator: number): Promise<Uint8Array> =>
    (await world().corridor.enclaves[operator]!.process.client.status()).signer;

  /** Renews an operator's key on both chains by a certificate of its machine that ends so soon, or by a usual one. */
  const renew = async (operator: number, seconds?: number): Promise<void> => {
    const { network, machines, enclaves } = world().corridor;
    const { platform } = machines[operator]!;
    const terms = { ...termsOf(machines[operator]!), evaluationNumber: network.vendor.evaluationNumber };
    for (const registrar of registrars(operator)) {
      platform.certify(seconds === undefined ? undefined : Math.floor(await now(registrar.chain)) + seconds);
      const { renewed } = await registrar.enter(enclaves[operator]!.process.client, terms);
      assert.ok(renewed);
    }
    platform.certify();
  };
  /** What is left of a key, by chain and in seconds; less than nothing once it has expired. */
  const left = async (operator: number): Promise<number[]> => {
    const signer = await signerOf(operator);
    return Promise.all(
      registrars(operator).map(async (registrar) => {
        const { expiresAt, status } = await registrar.status(signer);
        assert.equal(status, 'active');
        return expiresAt - (await now(registrar.chain));
      }),
    );
  };
  const hasExpired = async (operator: number): Promise<boolean> =>
    (await left(operator)).every((seconds) => seconds < 0);
  /** Has keys expire that have not yet. */
  const expire = async (...operators: readonly number[]): Promise<void> => {
    for (const operator of operators) if (!(await hasExpired(operator))) await renew(operator, SHORT_SECONDS);
    for (const operator of operators) await until('it has expired', () => hasExpired(operator));
  };

  const delivered = async (sent: readonly Sent[]): Promise<void> => {
    for (const host of [0, 1]) await eventually(world().corridor, sent, isDelivered, { host });
    await world().mustBeExact();
  };

  after(async () => {
    for (const operator of [0, 1])
      if ((await left(operator)).some((seconds) => seconds < DAY_SECONDS)) await renew(operator);
  });

  it('lets the others carry on when one has expired', async () => {
    await renew(0, SHORT_SECONDS);
    const sent: Sent[] = [];
    while (!(await hasExpired(0))) {
      sent.push(...(await world().send('while one expires', 1)));
      await pause(1_000);
    }
    sent.push(...(await world().send('one has expired', 3)));
    await delivered(sent);
    assert.ok(await hasExpired(0));
  });

  it('waits when two have expired, which is one too many, and goes on when one is renewed', async () => {
    const { corridor } = world();
    await expire(0, 1);
    const waiting = await world().send('two have expired', 3);
    for (const host of [0, 1]) await eventually(corridor, waiting, ({ run }) => run !== undefined, { host });
    await pause(STAGES_MS);
    assert.ok((await tracked(corridor, waiting)).every((message) => message && !message.deliveredAt));
    await renew(1);
    await delivered(waiting);
    assert.ok(await hasExpired(0));
  });

  it('keeps messages flowing where a host renews what is about to expire, once on each chain', async () => {
    const { corridor } = world();
    const { network, configs, hosts } = corridor;
    // One that has expired: the other one's key is needed from now on.
    await expire(0);
    await renew(1, 3 * SHORT_SECONDS);
    const ends = (await left(1)).map((seconds) => Date.now() + seconds * 1000);
    const isRenewed = async (): Promise<boolean> => (await left(1)).every((seconds) => seconds > DAY_SECONDS);
    const keys = {
      ...configs[1]!.keys,
      renewBeforeHours: 1,
      checkEverySeconds: 1,
      evaluationNumber: network.vendor.evaluationNumber,
    };
    const { config, giveBack } = await withOperator(corridor, configs[1]!, 1, keys);
    const sent = await world().send('before its host comes', 1);
    await hosts[1]!.stop();
    try {
      hosts[1] = await Host.start(config, keptLog(config.name));
      while (!(await isRenewed())) {
        sent.push(...(await world().send('while its host renews', 1)));
        assert.ok(Date.now() < Math.min(...ends), 'it has expired');
      }
      while (Date.now() <= Math.max(...ends)) {
        sent.push(...(await world().send('renewed', 1)));
        await pause(2_000);
      }
      sent.push(...(await world().send('after its old end', 1)));
      await delivered(sent);
      const { values } = await hosts[1].parts.metrics.keysEntered.get();
      assert.deepEqual(
        values.map(({ value }) => value),
        [1, 1],
      );
    } finally {
      await hosts[1]!.stop();
      await giveBack();
      await corridor.startHost(1);
    }
  });
});
