/**
 * Everything that the demo starts, until it is told to stop:
 *
 *   npm run localnet -- [--operators 5] [--evm anvil|hardhat] [--any-ports] [--json] [--log LEVEL]
 *
 * It prints addresses, URLs and a funded key for each chain, and writes deployments/localnet.json, which the command
 * line and the SDK read. Whatever ends it, Ctrl-C, SIGTERM or a crash, nothing that it started stays behind.
 */
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { requestSuiFromFaucetV2 } from '@mysten/sui/faucet';
import { Ed25519Keypair } from '@mysten/sui/keypairs/ed25519';
import { CliError, EXIT } from '../prover/cli/errors.ts';
import {
  claimLocalnet,
  demandOperators,
  LOCALNET_FOLDER,
  markReady,
  MAX_OPERATORS,
  releaseLocalnet,
  ROOT,
} from '../prover/cli/localnet-state.ts';
import { parseNetworkFile, type NetworkFile } from '../prover/cli/network-file.ts';
import { describeCorridor } from './corridor/network-file.ts';
import { LocalCorridor } from './corridor/start.ts';
import { ANY_PORTS, USUAL_PORTS } from './network.ts';
import { timedLines } from './progress.ts';

const API_PORT = 8787;
/** All is stopped by then, or ended by force. */
const PATIENCE_MS = 15_000;
const KINDS = ['anvil', 'hardhat'] as const;
const LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;

const USAGE = `usage: npm run localnet -- [--operators N] [--evm anvil|hardhat] [--any-ports] [--json] [--log LEVEL]

  --operators N     operators, each with an enclave of its own, 1 to ${MAX_OPERATORS} (default 5)
  --evm KIND        anvil or hardhat (default anvil where npm has it)
  --any-ports       any free ports, not the usual ones
  --folder PATH     where process id and log are kept (default .cache/localnet)
  --out FILE        network file to write (default deployments/localnet.json)
  --json            the network file on standard output, nothing else
  --log LEVEL       of the host: ${LEVELS.join(', ')} (default warn)

example: npm run localnet -- --any-ports`;

function readOptions() {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  try {
    const { values } = parseArgs({
      options: {
        operators: { ...text, default: '5' },
        evm: text,
        'any-ports': flag,
        folder: { ...text, default: LOCALNET_FOLDER },
        out: { ...text, default: path.join(ROOT, 'deployments/localnet.json') },
        json: flag,
        log: { ...text, default: 'warn' },
        // Given by `corridor localnet up --detach`
        detached: flag,
        help: { ...flag, short: 'h' },
      },
    });
    const { operators, evm, log } = values;
    const evmKind = evm === undefined ? undefined : KINDS.find((kind) => kind === evm);
    if (evm !== evmKind) throw new Error(`there is no EVM node ${evm}`);
    const logLevel = LEVELS.find((level) => level === log);
    if (logLevel === undefined) throw new Error(`there is no log level ${log}`);
    return { ...values, operators: demandOperators(operators), evm: evmKind, logLevel };
  } catch (error) {
    throw new CliError('InvalidOption', `${(error as Error).message}\n${USAGE}`);
  }
}

async function main(): Promise<number> {
  const options = readOptions();
  if (options.help) {
    console.log(USAGE);
    return EXIT.ok;
  }
  const { folder, out, json, operators, evm, logLevel } = options;
  claimLocalnet(folder, out);
  let isStarting = true;
  const stopped = untilStopped(!options.detached, () => {
    if (!isStarting) return;
    // What runs by now is ended by the watchdog.
    releaseLocalnet(folder, process.pid);
    process.exit(EXIT.interrupted);
  });
  let corridor: LocalCorridor | undefined;
  let isWritten = false;
  try {
    if (!options['any-ports']) await demandFreePorts();
    corridor = await LocalCorridor.start({
      operators,
      logLevel,
      ports: options['any-ports'] ? ANY_PORTS : USUAL_PORTS,
      apiPort: options['any-ports'] ? 0 : API_PORT,
      ...(evm === undefined ? {} : { evmKind: evm }),
      // A program that reads JSON is told nothing else; the log of one that was detached has all.
      onStep: timedLines((line) => (json && !options.detached ? undefined : console.error(line))),
    });
    const written = describeCorridor(corridor, await fundedOnSui(corridor));
    const network = parseNetworkFile(written);
    writeNetworkFile(out, written);
    isWritten = true;
    isStarting = false;
    markReady(folder);
    console.log(json ? JSON.stringify(written, null, 2) : render(network, out));
    const why = await Promise.race([stopped, corridor.network.ended]);
    if (!json || options.detached) console.error(why);
    return why === STOPPING ? EXIT.ok : EXIT.unavailable;
  } finally {
    if (isWritten) rmSync(out, { force: true });
    setTimeout(() => process.exit(EXIT.unavailable), PATIENCE_MS).unref();
    await corridor?.close();
    releaseLocalnet(folder, process.pid);
  }
}

const STOPPING = 'stopping';
const PARENT_MS = 1_000;

/** Resolves when this process is told to stop, or when the one that started it is gone, where it belongs to that. */
function untilStopped(hasParent: boolean, onStop: () => void): Promise<string> {
  return new Promise((resolve) => {
    const stop = (): void => {
      onStop();
      resolve(STOPPING);
    };
    // A terminal and the npm script that started this may both send a signal: none but the first does anything.
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
    const parent = process.ppid;
    if (hasParent) setInterval(() => process.ppid === parent || stop(), PARENT_MS).unref();
  });
}

/** @throws CliError naming each port that is taken */
async function demandFreePorts(): Promise<void> {
  const wanted = Object.entries({ ...USUAL_PORTS, api: API_PORT });
  const taken: string[] = [];
  for (const [name, port] of wanted) {
    const isFree = await new Promise<boolean>((resolve) => {
      const server = createServer()
        .once('error', () => resolve(false))
        .listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
    });
    if (!isFree) taken.push(`${port} (${name})`);
  }
  if (taken.length === 0) return;
  const ports = taken.length === 1 ? 'port' : 'ports';
  throw new CliError(
    'PortTaken',
    `${ports} ${taken.join(', ')} taken: end what listens there, or use --any-ports`,
    EXIT.unavailable,
  );
}

async function fundedOnSui({ network }: LocalCorridor): Promise<{ address: string; key: string }> {
  const key = Ed25519Keypair.generate();
  const address = key.toSuiAddress();
  await requestSuiFromFaucetV2({ host: network.sui.faucetUrl, recipient: address });
  return { address, key: key.getSecretKey() };
}

function writeNetworkFile(file: string, network: object): void {
  mkdirSync(path.dirname(file), { recursive: true });
  // Renamed, so that nobody reads half of it. Its keys are worth nothing, but are nobody else's business either.
  writeFileSync(`${file}.part`, `${JSON.stringify(network, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.part`, file);
}

function render({ chains, hosts, localnet }: NetworkFile, file: string): string {
  const { funded, recipients, pccs, enclaves } = localnet!;
  const lines: [string, string][] = [];
  for (const chain of chains) {
    const isEvm = chain.kind === 'evm';
    const { registry, outbox, inbox } = chain;
    const { address, key } = isEvm ? funded.evm : funded.sui;
    lines.push(
      ['', ''],
      [isEvm ? 'EVM chain' : 'Sui', `${chain.rpc[0]}  chain ${chain.chain}`],
      ...(isEvm ? [['  beacon', chain.beacon.join(' ')] as [string, string]] : []),
      ...(isEvm ? [] : [['  faucet', chain.faucet ?? ''] as [string, string]]),
      ['  registry', registry],
      ['  outbox', outbox],
      ['  inbox', inbox],
      ...(isEvm ? [] : [['  package', chain.package] as [string, string]]),
      ['  funded', address],
      ['  its key', key],
      ['  recipient', (isEvm ? recipients.evm : recipients.sui)[0]!],
    );
  }
  lines.push(['', ''], ['host', hosts.join(' ')], ['TEE vendor', pccs]);
  for (const { name, tee, signer } of enclaves) lines.push([name, `${signer}  ${tee.toUpperCase()}`]);
  lines.push(['', ''], ['written', file], ['stop', 'Ctrl-C, or npm run corridor -- localnet down']);
  return lines.map(([name, value]) => `${name.padEnd(12)}${value}`.trimEnd()).join('\n');
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    if (!(error instanceof CliError)) {
      console.error(error);
      process.exit(EXIT.failed);
    }
    const isRead = process.argv.includes('--json') && !process.argv.includes('--detached');
    const { code, message } = error;
    console.error(isRead ? JSON.stringify({ error: code, message }, null, 2) : message);
    process.exit(error.exitCode);
  },
);
