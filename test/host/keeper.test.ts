/** Keys and collateral that are looked after while time passes and things go wrong. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createPlatform, startPccs, Vendor, type Pccs } from '../../localnet/tee/index.ts';
import { fetchCollateral } from '../../prover/host/pcs.ts';
import type { Enclave } from '../../prover/host/enclaves/pool.ts';
import { createLog } from '../../prover/host/log.ts';
import { createMetrics } from '../../prover/host/metrics.ts';
import type { OperatorAccess } from '../../prover/host/operators/access.ts';
import { alarmLevel, Expiries } from '../../prover/host/operators/expiries.ts';
import { Keeper, type KeeperOptions } from '../../prover/host/operators/keeper.ts';
import { refusal, type KeyStatus, type Registrar, type Terms } from '../../prover/host/operators/registrar.ts';
import { Turns } from '../../prover/host/turns.ts';
import { fromHex } from '../../prover/protocol/index.ts';
import { EVM, SUI } from './support.ts';

const DAY = 86_400;
const START = Date.UTC(2026, 5, 15) / 1000;

/** A registry that keeps keys for so long, as long as the evidence is good for. */
class Registry implements Registrar {
  readonly chain: bigint;
  readonly now: () => number;
  readonly keys = new Map<string, KeyStatus>();
  readonly entered: Terms[] = [];
  refuses: string | undefined;
  evidenceEnd = Infinity;
  entry = 1;

  constructor(chain: bigint, now: () => number) {
    this.chain = chain;
    this.now = now;
  }

  enter: Registrar['enter'] = async (enclave, terms) => {
    this.entered.push(terms);
    if (this.refuses) throw refusal(this.refuses, 'the registry says so');
    if (terms.entry !== this.entry) throw refusal('EntryMismatch', 'another program');
    const signer = (enclave as never as { signer: `0x${string}` }).signer;
    const renewed = this.keys.has(signer);
    const expiresAt = Math.min(this.now() + 30 * DAY, this.evidenceEnd);
    this.keys.set(signer, { signer, status: 'active', expiresAt, counts: true });
    return { transaction: '0x01', gas: 1n, renewed };
  };
  resign = () => Promise.reject(new Error('nobody resigns here'));
  status = async (signer: Uint8Array): Promise<KeyStatus> => {
    const name = `0x${Buffer.from(signer).toString('hex')}` as const;
    return this.keys.get(name) ?? { signer: name, status: 'unknown', expiresAt: 0, counts: false };
  };
}

const vendor = new Vendor({ seed: 'keeper', clock: () => START });
const machine = createPlatform({ vendor });

function enclaveOf(signer: `0x${string}`): Enclave {
  const client = {
    signer,
    attest: async () => ({ quote: machine.quote({ form: 'tdx4', reportData: new Uint8Array(64) }).quote }),
  };
  return {
    name: 'enclave-1',
    client: client as never,
    signer: fromHex(signer),
    configurationHash: new Uint8Array(32),
    advancing: new Turns(),
  };
}
const FIRST = `0x${'01'.repeat(20)}` as const;
const SECOND = `0x${'02'.repeat(20)}` as const;

function setUp(changes: Partial<KeeperOptions> = {}) {
  const state = { now: START, enclaves: [enclaveOf(FIRST)] };
  const now = (): number => state.now;
  const lines: { level: number; msg: string; rule?: string; reason?: string; alarm?: number }[] = [];
  const log = createLog('info', 'test', { write: (line) => void lines.push(JSON.parse(line) as never) });
  const metrics = createMetrics();
  const registries = [new Registry(EVM, now), new Registry(SUI, now)] as const;
  const uploads: string[] = [];
  const failing = { upload: false };
  const operatorOf = (registrar: Registry): OperatorAccess => ({
    registrar,
    verifier: 1,
    entries: [1, 2],
    upload: async () => {
      if (failing.upload) throw Object.assign(new Error('the chain refuses tcbInfo'), { code: 'Refused' });
      uploads.push(`${registrar.chain} ${Math.round((state.now - START) / 3600)}`);
    },
  });
  const keeper = new Keeper({
    enclaves: async () => state.enclaves,
    chains: registries.map((registry) => ({
      chain: registry.chain,
      status: registry.status,
      operator: operatorOf(registry),
    })),
    evaluationNumber: 17,
    renewBeforeSeconds: 14 * DAY,
    collateralEverySeconds: 6 * 3600,
    expiries: new Expiries(metrics, log, now),
    metrics,
    log,
    now,
    ...changes,
  });
  const entered = (): number[] => registries.map((registry) => registry.entered.length);
  const figure = async (name: string): Promise<Record<string, number>> => {
    const found = await metrics.registry.getSingleMetric(name)!.get();
    return Object.fromEntries(found.values.map(({ labels, value }) => [Object.values(labels).join(' '), value]));
  };
  return { state, keeper, registries, entered, lines, figure, uploads, failing };
}

describe('keeper of keys', () => {
  it('registers a key that no registry knows, on each chain, and leaves it in peace', async () => {
    const { keeper, entered, registries, lines } = setUp();
    await keeper.check();
    await keeper.check();
    assert.deepEqual(entered(), [1, 1]);
    assert.deepEqual(registries[0].entered, [{ verifier: 1, entry: 1, evaluationNumber: 17 }]);
    assert.equal(lines.filter(({ msg }) => msg === 'key registered').length, 2);
  });

  it('renews in good time, and once', async () => {
    const { keeper, entered, state, lines } = setUp();
    await keeper.check();
    state.now += 15 * DAY;
    await keeper.check();
    assert.deepEqual(entered(), [1, 1]);
    state.now += 2 * DAY;
    await keeper.check();
    await keeper.check();
    assert.deepEqual(entered(), [2, 2]);
    assert.equal(lines.filter(({ msg }) => msg === 'key renewed').length, 2);
  });

  it('renews once, though it was told lately that the key is about to expire', async () => {
    const { keeper, registries, entered, state } = setUp();
    await keeper.check();
    state.now += 17 * DAY;
    const before = await Promise.all(registries.map((registry) => registry.status(fromHex(FIRST))));
    const late = setUp({
      chains: registries.map((registry, i) => ({
        chain: registry.chain,
        // As it is kept for those who count signatures.
        status: async () => before[i]!,
        operator: { registrar: registry, verifier: 1, entries: [1], upload: async () => {} },
      })),
    });
    late.state.now = state.now;
    for (let i = 0; i < 3; i++) await late.keeper.check();
    assert.deepEqual(entered(), [2, 2]);
  });

  it('does not pay over and over for a renewal that evidence bounds to a short time', async () => {
    const { keeper, entered, state, registries } = setUp();
    for (const registry of registries) registry.evidenceEnd = START + 8 * DAY;
    for (let hour = 0; hour < 7 * 24; hour++) {
      await keeper.check();
      state.now += 3600;
    }
    // After half of what is left each time: 4, 6 and 7 days.
    assert.deepEqual(entered(), [3, 3]);
  });

  it('registers the new key of an enclave that was restarted', async () => {
    const { keeper, state, registries, figure } = setUp();
    await keeper.check();
    state.enclaves = [enclaveOf(SECOND)];
    await keeper.check();
    assert.deepEqual([...registries[0].keys.keys()], [FIRST, SECOND]);
    // The old one raises no alarm when it ends.
    assert.deepEqual(Object.keys(await figure('corridor_key_expiry_seconds')), [
      `${EVM} ${SECOND}`,
      `${SUI} ${SECOND}`,
    ]);
  });

  it('renews what was evicted or judged under old criteria; resigned and revoked keys stay so', async () => {
    const { keeper, registries, entered } = setUp();
    const expiresAt = START + 20 * DAY;
    const put = (status: KeyStatus['status'], counts: boolean): void => {
      for (const { keys } of registries) keys.set(FIRST, { signer: FIRST, status, expiresAt, counts });
    };
    for (const status of ['resigned', 'revoked'] as const) {
      put(status, false);
      await keeper.check();
    }
    assert.deepEqual(entered(), [0, 0]);
    put('evicted', false);
    await keeper.check();
    put('active', false);
    await keeper.check();
    assert.deepEqual(entered(), [2, 2]);
  });

  it('tries again after longer and longer pauses, and names the rule and what to do', async () => {
    const { keeper, registries, entered, state, lines, figure } = setUp();
    registries[0].refuses = 'TcbStatusNotAccepted';
    const at: number[] = [];
    for (let minute = 0; minute < 240; minute++) {
      const before = entered()[0];
      await keeper.check();
      if (entered()[0] !== before) at.push(minute);
      state.now += 60;
    }
    assert.deepEqual(at, [0, 1, 3, 7, 15, 31, 63, 123, 183]);
    assert.equal(entered()[1], 1, 'the other chain is not held up');
    const [line] = lines.filter(({ rule }) => rule === 'TcbStatusNotAccepted');
    assert.ok(line!.level === 50 && line!.reason!.includes('patch the machine'), line!.reason);
    assert.deepEqual(await figure('corridor_operator_failures_total'), { 'renew TcbStatusNotAccepted': at.length });
    registries[0].refuses = undefined;
    state.now += 3600;
    await keeper.check();
    assert.equal(registries[0].keys.get(FIRST)?.counts, true);
  });

  it('finds the entry of the allow list that an enclave is under', async () => {
    const { keeper, registries } = setUp();
    registries[1].entry = 2;
    await keeper.check();
    assert.deepEqual(
      registries[1].entered.map(({ entry }) => entry),
      [1, 2],
    );
    assert.equal(registries[1].keys.size, 1);
  });
});

describe('keeper of collateral', () => {
  let pccs: Pccs;
  before(async () => {
    pccs = await startPccs(vendor);
  });
  after(() => pccs.close());

  it('uploads to each chain at once and then every so often, and judges by the edition that it has', async () => {
    const fetched: string[] = [];
    const { keeper, state, uploads, registries, figure } = setUp({
      evaluationNumber: undefined as never,
      fetchCollateral: async ({ tee, fmspc, ca }) => {
        fetched.push(`${tee} ${fmspc} ${ca}`);
        return fetchCollateral({ tee, fmspc, ca, url: pccs.url });
      },
    });
    for (let hour = 0; hour <= 7; hour++) {
      await keeper.check();
      if (hour < 7) state.now += 3600;
    }
    assert.deepEqual(uploads, [`${EVM} 0`, `${SUI} 0`, `${EVM} 6`, `${SUI} 6`]);
    assert.deepEqual(new Set(fetched).size, 1);
    assert.equal(registries[0].entered[0]!.evaluationNumber, vendor.evaluationNumber);
    const left = Object.values(await figure('corridor_collateral_expiry_seconds'));
    assert.ok(left.length === 2 && left.every((seconds) => seconds > 0), String(left));
  });

  it('tries again where the service is out of reach or a chain refuses, and goes on with keys', async () => {
    let isDown = true;
    const { keeper, state, uploads, failing, entered, figure } = setUp({
      fetchCollateral: async (request) => {
        if (isDown) throw Object.assign(new Error('cannot reach it'), { code: 'Unreachable' });
        return fetchCollateral({ ...request, url: pccs.url });
      },
    });
    await keeper.check();
    assert.deepEqual([uploads.length, ...entered()], [0, 1, 1]);
    isDown = false;
    failing.upload = true;
    state.now += 60;
    await keeper.check();
    failing.upload = false;
    state.now += 60;
    await keeper.check();
    assert.equal(uploads.length, 2);
    assert.deepEqual(await figure('corridor_operator_failures_total'), { 'fetch Unreachable': 1, 'upload Refused': 2 });
  });

  it('uploads nothing that does not hold up', async () => {
    const { keeper, uploads, figure } = setUp({
      fetchCollateral: async (request) => {
        const file = await fetchCollateral({ ...request, url: pccs.url });
        return { ...file, tcb_info: file.tcb_info.replace('"version":3', '"version":4') };
      },
    });
    await keeper.check();
    assert.equal(uploads.length, 0);
    assert.deepEqual(Object.values(await figure('corridor_operator_failures_total')), [1]);
  });
});

describe('metrics', () => {
  it('are all described to operators', async () => {
    const described = readFileSync(new URL('../../docs/operate.md', import.meta.url), 'utf8');
    for (const { name } of await createMetrics().registry.getMetricsAsJSON()) {
      assert.ok(described.includes(`\`${name}`), `docs/operate.md does not tell of ${name}`);
    }
  });
});

describe('alarms before an end', () => {
  it('are raised at 10, 5 and 2 days, each once, and fall silent with a renewal', async () => {
    assert.deepEqual(
      [10.1, 10, 5.1, 5, 2.1, 2, 0].map((days) => alarmLevel(days * DAY)),
      [0, 1, 1, 2, 2, 3, 3],
    );
    const { keeper, state, lines, figure } = setUp({ renewBeforeSeconds: 0 });
    await keeper.check();
    const alarms = (): [level: number, alarm: number][] =>
      lines.filter(({ alarm }) => alarm !== undefined).map(({ level, alarm }) => [level, alarm!]);
    const levels: number[] = [];
    for (const day of [19, 20.5, 21, 25.5, 28.5, 29]) {
      state.now = START + day * DAY;
      await keeper.check();
      levels.push((await figure('corridor_expiry_alarm'))[`key ${EVM} ${FIRST}`]!);
    }
    assert.deepEqual(levels, [0, 1, 1, 2, 3, 3]);
    // Warnings, then an error, for either chain.
    assert.deepEqual(
      alarms(),
      [40, 40, 40, 40, 50, 50].map((level, i) => [level, Math.floor(i / 2) + 1]),
    );
    assert.deepEqual(await figure('corridor_key_expiry_seconds'), {
      [`${EVM} ${FIRST}`]: DAY,
      [`${SUI} ${FIRST}`]: DAY,
    });
    state.now = START + 31 * DAY;
    await keeper.check();
    assert.equal((await figure('corridor_expiry_alarm'))[`key ${EVM} ${FIRST}`], 0);
  });
});
