/**
 * Starts a local Sui network and says where it is:
 *
 *   npm run localnet:sui -- [--port 9000] [--faucet-port 9123] [--seed text] [--json] [--real]
 *
 * Without `--seed` its clock follows the machine's; with it everything is repeatable and the clock stands until it is
 * advanced. `--real` runs a `sui` binary from PATH instead, behind the same interface.
 */
import { parseArgs } from 'node:util';
import type { Ed25519Keypair } from '@mysten/sui/keypairs/ed25519';
import { untilStopped } from '../../prover/cli/signals.ts';
import { startDevnet, type LocalDevnet } from './devnet.ts';
import { seededKeypair } from './faucet.ts';
import { startRealNode } from './real-node.ts';
import { serve } from './rpc/server.ts';

export interface LocalnetOptions {
  readonly port?: number;
  readonly faucetPort?: number;
  readonly seed?: string;
  /** Whether to run a real node. */
  readonly real?: boolean;
}

/** A local network that runs. */
export interface Localnet {
  readonly kind: 'devnet' | 'sui';
  /** For `new SuiGrpcClient({ network: 'localnet', baseUrl })`. */
  readonly url: string;
  /** For `requestSuiFromFaucetV2({ host })`. */
  readonly faucetUrl: string;
  /** A key with SUI. */
  readonly keypair: Ed25519Keypair;
  /** The network itself, where it is the devnet. */
  readonly devnet?: LocalDevnet;
  /** Settles when the network ends by itself; never for the devnet. */
  readonly ended: Promise<unknown>;
  close(): Promise<void>;
}

const DEFAULT_SEED = 'localnet';
const DEFAULT_PORT = 9000;
const DEFAULT_FAUCET_PORT = 9123;
/** How often an idle network seals a checkpoint, so that its clock moves on. */
const TICK_MS = 5000;
const CHECKPOINTS_KEPT = 20_000;

/** Starts a local network. Port 0 takes any free port, for the devnet. */
export async function startLocalnet(options: LocalnetOptions = {}): Promise<Localnet> {
  const { port = DEFAULT_PORT, faucetPort = DEFAULT_FAUCET_PORT } = options;
  if (options.real) return { kind: 'sui', ...(await startRealNode({ port, faucetPort })) };
  const seed = options.seed ?? DEFAULT_SEED;
  const follows = options.seed === undefined;
  const devnet = await startDevnet({
    seed,
    retainCheckpoints: CHECKPOINTS_KEPT,
    print: (text) => console.error(text),
    ...(follows ? { clock: () => BigInt(Date.now()) } : {}),
  });
  const keypair = seededKeypair(seed, 'funded');
  await devnet.faucet(keypair.toSuiAddress());
  const server = await serve(devnet, { port, faucetPort });
  const timer = follows ? setInterval(() => devnet.tick(), TICK_MS) : undefined;
  return {
    kind: 'devnet',
    devnet,
    url: server.url,
    faucetUrl: server.faucetUrl,
    keypair,
    ended: new Promise(() => {}),
    close: async () => {
      clearInterval(timer);
      await server.close();
    },
  };
}

const USAGE = 'usage: localnet:sui [--port N] [--faucet-port N] [--seed TEXT] [--json] [--real]';

/** Reads the command line; throws with the usage when it makes no sense. */
export function parseOptions(args: readonly string[]): LocalnetOptions & { json: boolean } {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { port: text, 'faucet-port': text, seed: text, json: flag, real: flag },
    });
    const port = portOf('--port', values.port);
    const faucetPort = portOf('--faucet-port', values['faucet-port']);
    const { seed, json, real } = values;
    if (real && seed !== undefined) throw new Error('--seed is for the devnet; a real node takes none');
    return {
      json,
      real,
      ...(seed === undefined ? {} : { seed }),
      ...(port === undefined ? {} : { port }),
      ...(faucetPort === undefined ? {} : { faucetPort }),
    };
  } catch (error) {
    throw new Error(`${(error as Error).message}\n${USAGE}`, { cause: error });
  }
}

function portOf(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535) throw new Error(`${name} ${text} is no port`);
  return port;
}

/** What is printed about a network: lines for people, or one line of JSON. */
export function describeLocalnet({ kind, url, faucetUrl, keypair }: Localnet, json: boolean): string {
  const facts = { kind, url, faucetUrl, address: keypair.toSuiAddress(), secretKey: keypair.getSecretKey() };
  if (json) return JSON.stringify(facts);
  return [
    `Sui network   ${facts.url} (${kind === 'sui' ? 'sui start' : 'devnet'})`,
    `Faucet        ${facts.faucetUrl}`,
    `Funded key    ${facts.address}`,
    `              ${facts.secretKey}`,
  ].join('\n');
}

const HELP = `${USAGE}

  --port N          gRPC and gRPC-web (default ${DEFAULT_PORT})
  --faucet-port N   faucet, Sui's HTTP interface (default ${DEFAULT_FAUCET_PORT})
  --seed TEXT       the same seed gives the same keys, ids and digests; the clock stands until it is advanced
  --json            one line of JSON
  --real            run \`sui start --with-faucet --force-regenesis\` from PATH instead

example: npm run localnet:sui -- --seed demo --json`;

async function main(): Promise<void> {
  if (process.argv.slice(2).some((arg) => arg === '--help' || arg === '-h')) {
    console.log(HELP);
    return;
  }
  const options = parseOptions(process.argv.slice(2));
  const localnet = await startLocalnet(options);
  console.log(describeLocalnet(localnet, options.json));
  const byItself = await Promise.race([untilStopped().then(() => false), localnet.ended.then(() => true)]);
  if (byItself) {
    console.error('the network ended by itself');
    process.exitCode = 1;
  }
  await localnet.close();
}

if (import.meta.main) {
  main().catch((error: unknown) => {
    console.error((error as Error).message);
    process.exit(1);
  });
}
