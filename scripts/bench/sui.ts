/**
 * Benchmark of the Sui devnet. Prints one flat JSON object of figures as its last line.
 *
 *   node scripts/bench/sui.ts [--calls N]
 *
 * - start_ms: from the start of this process to the first accepted transaction, the framework's build being cached
 * - start_cpu_ms: time on the processor until then
 * - call_ms_p50: a call of a shared counter by the stock client in the same process: built, signed, executed, rendered
 * - call_cpu_ms: time on the processor of a call, client, network and all, on average; other programs move it little
 * - calls_per_second: over all calls, one after the other, by the sum of their times
 * - rss_growth_mb: growth of resident memory over those calls, with 500 checkpoints of history, after 3000 more that fill
 *   that history and the heap's first generation
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { SuiGrpcClient } from '@mysten/sui/grpc';
import { Ed25519Keypair } from '@mysten/sui/keypairs/ed25519';
import { Inputs, Transaction } from '@mysten/sui/transactions';
import { buildPackage } from '../../localnet/sui/build/builder.ts';
import { startDevnet } from '../../localnet/sui/devnet.ts';
import { inProcessTransport } from '../../localnet/sui/rpc/transport.ts';

const { values: options } = parseArgs({ options: { calls: { type: 'string', default: '10000' } } });
const calls = Number(options.calls);
if (!Number.isInteger(calls) || calls < 10) throw new Error('--calls is a number from 10 on');

const WARM_UP = 3000;
const COLLECT_EVERY = 500;

const key = Ed25519Keypair.fromSecretKey(new Uint8Array(32).fill(1));
const me = key.toSuiAddress();
const devnet = await startDevnet({ seed: 'bench', retainCheckpoints: 500 });
const [coin] = await devnet.faucet(me);
// `performance.now` counts from the start of the process.
const startMs = performance.now();
const startCpu = process.cpuUsage();

const client = new SuiGrpcClient({ network: 'localnet', transport: inProcessTransport(devnet) });
const { modules, dependencies } = await buildPackage(fileURLToPath(new URL('./sui/counter', import.meta.url)));
const publication = new Transaction();
const cap = publication.publish({ modules: modules.map((module) => [...module]), dependencies });
publication.transferObjects([cap], me);
publication.setGasPayment([reference(coin!.id)]);
const published = await client.signAndExecuteTransaction({
  transaction: publication,
  signer: key,
  include: { objectTypes: true },
});
const types = Object.entries(published.Transaction!.objectTypes);
const [counter, type] = types.find(([, name]) => name.endsWith('::counter::Counter'))!;
const increment = `${type.split('::')[0]!}::counter::increment`;
const { owner } = devnet.ledger.live(counter)!;
if (owner.$kind !== 'Shared') throw new Error('the counter is shared');
const shared = Inputs.SharedObjectRef({ objectId: counter, mutable: true, ...owner.Shared });

function reference(id: string) {
  const { version, digest } = devnet.ledger.live(id)!;
  return { objectId: id, version: version.toString(), digest };
}

async function call(): Promise<number> {
  const started = performance.now();
  const transaction = new Transaction();
  transaction.moveCall({ target: increment, arguments: [transaction.object(shared)] });
  transaction.setGasPayment([reference(coin!.id)]);
  transaction.setGasPrice(1000);
  transaction.setGasBudget(10_000_000);
  transaction.setExpiration({ None: true });
  const result = await client.signAndExecuteTransaction({
    transaction,
    signer: key,
    include: { effects: true, events: true },
  });
  if (result.$kind !== 'Transaction') throw new Error(JSON.stringify(result.FailedTransaction.status));
  return performance.now() - started;
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
function residentMb(): number {
  collect();
  return process.memoryUsage.rss() / 2 ** 20;
}

const times: number[] = [];
for (let i = 0; i < WARM_UP; i++) {
  await call();
  if (i % COLLECT_EVERY === 0) collect();
}
const before = residentMb();
let seconds = 0;
const cpuBefore = process.cpuUsage();
for (let i = 0; i < calls; i++) {
  const took = await call();
  times.push(took);
  seconds += took / 1000;
  // Between collections the heap may grow as it likes; what counts is what stays.
  if (i % COLLECT_EVERY === 0) collect();
}
const cpu = process.cpuUsage(cpuBefore);
const growth = residentMb() - before;
times.sort((a, b) => a - b);
const round = (value: number): number => Math.round(value * 10) / 10;
console.log(
  JSON.stringify({
    start_ms: Math.round(startMs),
    start_cpu_ms: Math.round((startCpu.user + startCpu.system) / 1000),
    call_ms_p50: round(times[Math.floor(times.length / 2)]!),
    call_cpu_ms: round((cpu.user + cpu.system) / 1000 / calls),
    calls_per_second: round(calls / seconds),
    rss_growth_mb: round(growth),
  }),
);
