/**
 * Benchmark of the whole way on one machine: both chains, three enclaves of three operators, one host in a process of its
 * own. Prints a histogram, the parts of the time, and one flat JSON object of figures as its last line.
 *
 *   npm run bench:e2e -- [--seconds 60] [--rate 50] [--epoch 19200] [--svg FILE] [--log FILE] [--profile FOLDER]
 *
 * - latency_ms_p50, latency_ms_p99: what we add to a message's way: from finality data being there (a beacon node can show
 *   the finality update, a Sui node has the checkpoint) until the delivery transaction is at the node; both ways together
 * - messages_per_second: delivered, both ways together, while so many were sent each way
 * - cpu_ms_per_message: time on the processor of host and enclaves; that of nodes and load is told apart above
 * - rss_growth_mb: the host's resident memory, median of the last tenth of the traffic less that of the second tenth
 * - drain_epoch_s: as many messages as an epoch of Ethereum mainnet holds at 50 a second are final at once on Sui: from
 *   the host being ready until the last delivery is at the EVM node
 * - ready_ms_pglite, ready_ms_postgres: from the start of `corridor prover start` until it is ready, on a new database;
 *   the latter only where PostgreSQL is installed
 *
 * Anvil, the Sui network, the beacon chain and the load share the machine's cores with what is measured.
 */
import { createWriteStream, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { audit } from '../../localnet/corridor/audit.ts';
import { startHostProcess, type HostProcess, type LogLine } from '../../localnet/corridor/host-process.ts';
import { LocalCorridor } from '../../localnet/corridor/start.ts';
import { POSTGRES_HINT, postgresPrograms, startPostgres } from '../../localnet/postgres/cluster.ts';
import { LOCALNET_EVM_CHAIN } from '../../prover/protocol/index.ts';
import { svgHistogram, textHistogram } from './e2e/histogram.ts';
import { bodies, EXECUTION_GAS, signSends, submitAll } from './e2e/load.ts';
import { FinalityTimes, messagesOf, partsOf, quantile, Submissions, type Parts } from './e2e/timeline.ts';
import { cpuSeconds, residentMb } from './e2e/usage.ts';
import { printFigures } from './figures.ts';

const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    rate: { type: 'string', default: '50' },
    epoch: { type: 'string', default: '19200' },
    svg: { type: 'string' },
    log: { type: 'string' },
    profile: { type: 'string' },
  },
});
const count = (name: 'seconds' | 'rate' | 'epoch'): number => {
  const text = options[name];
  if (!/^\d{1,6}$/.test(text)) throw new Error(`--${name} is a number`);
  return Number(text);
};
const [seconds, rate, epoch] = [count('seconds'), count('rate'), count('epoch')];
/** Messages of one transaction on Sui while an epoch's are made. */
const SENDS_AT_ONCE = 150;
/** An Ethereum block's gas limit in 2026. */
const BLOCK_GAS_LIMIT = 60_000_000;
const PATIENCE_MS = 180_000;

const say = (text: string): void => console.log(text);
const round = (value: number, digits = 1): number => Number(value.toFixed(digits));
const sleep = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

const submissions = new Submissions();
const logFile = options.log === undefined ? undefined : createWriteStream(options.log);
const onLine = (line: LogLine): void => {
  submissions.take(line);
  logFile?.write(`${JSON.stringify(line)}\n`);
};

/** Waits until a lane has so many deliveries by a host's count. */
async function delivered(host: HostProcess, wanted: number): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const text = await (await fetch(`${host.url}/metrics`)).text();
    const found = Number(/corridor_messages\{state="delivered"\} (\d+)/.exec(text)?.[1] ?? 0);
    if (found >= wanted) return;
    if (Date.now() > deadline) throw new Error(`${found} of ${wanted} messages were delivered in time`);
    await sleep(500);
  }
}

interface Steady {
  readonly directions: readonly { readonly name: string; readonly parts: readonly Parts[] }[];
  readonly perSecond: number;
  readonly cpuMsPerMessage: number;
  readonly growthMb: number;
}

/** So many messages a second each way. */
async function steady(corridor: LocalCorridor, host: HostProcess): Promise<Steady> {
  const { application, network, deployment, enclaves } = corridor;
  const total = seconds * rate;
  say(`signing ${total} messages`);
  const signed = await signSends(corridor, total);
  const finality = new FinalityTimes(corridor);
  const usage = (): Record<string, number> => ({
    host: cpuSeconds(host.process.pid!),
    enclaves: enclaves.reduce((sum, enclave) => sum + cpuSeconds(enclave.process.process.pid!), 0),
    'Sui network, beacon chain and load': cpuSeconds(process.pid),
  });
  // The first finality after the deployment brings a backlog of blocks; it is not what is measured.
  await sleep(5_000);
  say(`${rate} messages a second each way for ${seconds} s`);
  const before = usage();
  const startedAt = Date.now();
  const memory: number[] = [];
  /** Once a period; late ones follow as soon as they can. */
  const each = async (period: number, work: (second: number) => Promise<unknown>): Promise<void> => {
    for (let second = 0; second < seconds; second++) {
      await work(second);
      await sleep(Math.max(0, startedAt + (second + 1) * period - Date.now()));
    }
  };
  await Promise.all([
    each(1000, async (second) => {
      await submitAll(network.evm.url, signed.slice(second * rate, (second + 1) * rate));
      memory.push(residentMb(host.process.pid!));
    }),
    // The chains' seconds drift past each other once in a run, so that it does not depend on chance how they meet.
    each(1000 - 1000 / seconds, (second) =>
      application.sendFromSui(application.onEvm[0]!.address, bodies(rate, second * rate), EXECUTION_GAS),
    ),
  ]);
  await delivered(host, 2 * total);
  const took = (Date.now() - startedAt) / 1000;
  const after = usage();
  finality.close();
  for (const [who, used] of Object.entries(after)) {
    const share = (used - before[who]!) / took;
    say(
      `  ${who}: ${round(100 * share)} % of a core, ${round((1000 * (used - before[who]!)) / (2 * total), 2)} ms a message`,
    );
  }
  const { suiChain } = deployment;
  const lanes = [
    { name: 'EVM → Sui', origin: LOCALNET_EVM_CHAIN, destination: suiChain },
    { name: 'Sui → EVM', origin: suiChain, destination: LOCALNET_EVM_CHAIN },
  ];
  const directions: { name: string; parts: Parts[] }[] = [];
  for (const { name, origin, destination } of lanes) {
    const messages = await messagesOf(host, origin, destination);
    directions.push({ name, parts: partsOf(origin, messages, finality, submissions) });
  }
  const tenth = Math.max(1, Math.floor(memory.length / 10));
  const median = (values: readonly number[]): number => quantile(values, 0.5);
  const tenths = Array.from({ length: 10 }, (_, i) => median(memory.slice(i * tenth, (i + 1) * tenth)));
  if (memory.length >= 10) say(`  host's memory, MB, tenth by tenth: ${tenths.map((mb) => round(mb, 0)).join(', ')}`);
  const ours = after['host']! + after['enclaves']! - before['host']! - before['enclaves']!;
  return {
    directions,
    perSecond: (2 * total) / took,
    cpuMsPerMessage: (1000 * ours) / (2 * total),
    growthMb: median(memory.slice(-tenth)) - median(memory.slice(tenth, 2 * tenth)),
  };
}

function reportParts(name: string, parts: readonly Parts[]): void {
  const line = (part: keyof Parts): string => {
    const values = parts.map((one) => one[part]);
    const [p50, p99] = [quantile(values, 0.5), quantile(values, 0.99)];
    return `  ${part.padEnd(7)} median ${String(p50).padStart(6)} ms, p99 ${String(p99).padStart(6)} ms`;
  };
  say(textHistogram({ name, values: parts.map(({ total }) => total) }));
  for (const part of ['notice', 'prove', 'submit', 'total'] as const) say(line(part));
}

/** An epoch's messages, all of them sent before the host starts. */
async function drain(corridor: LocalCorridor, config: string, before: number): Promise<number> {
  const { application } = corridor;
  say(`sending ${epoch} messages on Sui while the host is down`);
  for (let from = 0; from < epoch; from += SENDS_AT_ONCE) {
    const batch = bodies(Math.min(SENDS_AT_ONCE, epoch - from), from);
    await application.sendFromSui(application.onEvm[0]!.address, batch, EXECUTION_GAS);
  }
  const usage = (host: HostProcess): number =>
    corridor.enclaves.reduce((sum, { process: enclave }) => sum + cpuSeconds(enclave.process.pid!), 0) +
    cpuSeconds(host.process.pid!);
  submissions.count = 0;
  const enclavesBefore = corridor.enclaves.reduce((sum, enclave) => sum + cpuSeconds(enclave.process.process.pid!), 0);
  const host = await startHostProcess({ config, onLine });
  const readyAt = Date.now();
  try {
    await delivered(host, before + epoch);
    const took = (submissions.last - readyAt) / 1000;
    say(
      `${submissions.count} deliveries sent within ${round(took)} s, ${round((Date.now() - readyAt) / 1000)} s until all were seen`,
    );
    say(`  host and enclaves: ${round(usage(host) - enclavesBefore)} s on the processor`);
    return took;
  } finally {
    await host.stop();
  }
}

/** Starts a host on a new database of a server of its own. */
async function readyOnPostgres(folder: string): Promise<number | undefined> {
  if (postgresPrograms() === undefined) {
    say(POSTGRES_HINT);
    return undefined;
  }
  const server = await startPostgres({ isDurable: true });
  try {
    const config = path.join(folder, 'host-1.json');
    const input = JSON.parse(readFileSync(config, 'utf8')) as Record<string, unknown>;
    const onServer = path.join(folder, 'host-1.postgres.json');
    const database = { kind: 'postgres', url: { env: 'CORRIDOR_DATABASE' } };
    writeFileSync(onServer, JSON.stringify({ ...input, database }));
    const host = await startHostProcess({ config: onServer, env: { CORRIDOR_DATABASE: server.url } });
    await host.stop();
    say(`ready after ${round(host.readyMilliseconds)} ms on PostgreSQL`);
    return host.readyMilliseconds;
  } finally {
    await server.close();
  }
}

const corridor = await LocalCorridor.start({
  operators: 3,
  threshold: 3,
  startsHosts: false,
  logLevel: 'info',
  database: (host) => ({ kind: 'pglite', folder: `${host}.data` }),
  onStep: say,
});
try {
  await corridor.network.evm.rpc.request({
    method: 'evm_setBlockGasLimit',
    params: [`0x${BLOCK_GAS_LIMIT.toString(16)}`],
  });
  const config = path.join(corridor.folder, 'host-1.json');
  const profile = options.profile && `--cpu-prof --cpu-prof-dir=${path.resolve(options.profile)}`;
  const onPostgres = await readyOnPostgres(corridor.folder);
  const host = await startHostProcess({ config, onLine, ...(profile ? { env: { NODE_OPTIONS: profile } } : {}) });
  say(`ready after ${round(host.readyMilliseconds)} ms on PGlite`);
  let found: Steady;
  try {
    found = await steady(corridor, host);
  } finally {
    await host.stop();
  }
  for (const { name, parts } of found.directions) reportParts(name, parts);
  const series = found.directions.map(({ name, parts }) => ({ name, values: parts.map(({ total }) => total) }));
  if (options.svg !== undefined) {
    writeFileSync(options.svg, svgHistogram(`${rate} messages a second each way for ${seconds} s`, series));
  }
  const drained = epoch === 0 ? 0 : await drain(corridor, config, 2 * seconds * rate);
  const { isExact } = await audit(corridor.deployment);
  if (!isExact) throw new Error('not every message was delivered exactly once');
  const load = Number(readFileSync('/proc/loadavg', 'utf8').split(' ')[0]);
  const all = series.flatMap(({ values }) => values);
  printFigures({
    latency_ms_p50: quantile(all, 0.5),
    latency_ms_p99: quantile(all, 0.99),
    drain_epoch_s: round(drained),
    messages_per_second: round(found.perSecond),
    cpu_ms_per_message: round(found.cpuMsPerMessage, 2),
    rss_growth_mb: round(found.growthMb),
    ready_ms_pglite: Math.round(host.readyMilliseconds),
    ...(onPostgres === undefined ? {} : { ready_ms_postgres: Math.round(onPostgres) }),
    load_average: load,
  });
} finally {
  await corridor.close();
  logFile?.end();
}
