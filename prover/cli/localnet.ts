/** `corridor localnet …`: a whole network on this machine. It is a program of its own, which these commands start. */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import path from 'node:path';
import type { Command } from 'commander';
import { parseNetworkFile, type NetworkFile } from './network-file.ts';
import { CliError, EXIT } from './errors.ts';
import { userPath } from './files.ts';
import {
  demandOperators,
  isAlive,
  LOCALNET_FOLDER,
  LOCALNET_PROGRAM,
  logIn,
  MAX_OPERATORS,
  releaseLocalnet,
  ROOT,
  runningLocalnet,
  type LocalnetState,
} from './localnet-state.ts';
import { suiChainOf } from './network.ts';
import { json, paint, table, type Shown, type Terminal } from './output.ts';

interface Where {
  folder?: string;
  json?: boolean;
}

interface UpFlags extends Where {
  detach?: boolean;
  operators: string;
  evm?: string;
  anyPorts?: boolean;
  out?: string;
}

/** It is up within this time or not at all; the first start compiles the contracts. */
const START_MS = 300_000;
const STOP_MS = 20_000;
const POLL_MS = 100;
const TELL_MS = 1_000;
const PROBE_MS = 2_000;
const LOG_LINES = 20;

const folderOf = ({ folder }: Where): string => (folder === undefined ? LOCALNET_FOLDER : userPath(folder));

/** Adds `corridor localnet …`. */
export function addLocalnetCommands(program: Command, terminal: Terminal, setExitCode: (code: number) => void): void {
  const localnet = program
    .command('localnet')
    .description('a whole network on this machine: both chains, enclaves, a host');
  const folderOption = ['--folder <path>', 'where process id and log are kept (default: .cache/localnet)'] as const;

  localnet
    .command('up')
    .description(
      'start everything and leave it running, until Ctrl-C or `localnet down`; writes deployments/localnet.json',
    )
    .option('--detach', 'return as soon as it is ready')
    .option('--operators <n>', `operators, each with an enclave of its own: 1 to ${MAX_OPERATORS}`, '5')
    .option('--evm <kind>', 'EVM node: anvil or hardhat (default: anvil where npm has it)')
    .option('--any-ports', 'any free ports, not the usual ones')
    .option('--out <file>', 'network file to write (default: deployments/localnet.json)')
    .option(...folderOption)
    .option('--json', 'machine-readable output: the network file')
    .addHelpText('after', '\nExample:\n  corridor localnet up --detach')
    .action(async (flags: UpFlags) => {
      if (flags.detach) await upDetached(flags, terminal);
      else setExitCode(await upHere(flags));
    });

  localnet
    .command('down')
    .description('stop the network that runs, with everything that it started')
    .option(...folderOption)
    .option('--json', 'machine-readable output')
    .addHelpText('after', '\nExample:\n  corridor localnet down')
    .action(async (flags: Where) => {
      const pid = await down(folderOf(flags));
      const text = pid === undefined ? 'no local network runs' : `stopped (process ${pid})`;
      terminal.out(flags.json ? json({ stopped: pid !== undefined, pid: pid ?? null }) : text);
    });

  localnet
    .command('status')
    .description('say which parts answer; exit code 3 where one does not')
    .option(...folderOption)
    .option('--json', 'machine-readable output')
    .addHelpText('after', '\nExample:\n  corridor localnet status')
    .action(async (flags: Where) => {
      const state = runningLocalnet(folderOf(flags));
      const parts = state?.state === 'ready' ? await probe(readNetwork(state)) : [];
      const isGood = parts.length > 0 && parts.every(({ answers }) => answers);
      if (!isGood) setExitCode(EXIT.unavailable);
      if (flags.json) return terminal.out(json({ state: state?.state ?? 'stopped', ...state, parts }));
      if (!state) return terminal.out('no local network runs; start one with `corridor localnet up --detach`');
      const shown: { [name: string]: Shown } = {
        process: `${state.pid}, ${state.state}, since ${state.startedAt}`,
        file: state.networkFile,
      };
      for (const { name, url, answers, detail } of parts) {
        shown[name] =
          `${paint(terminal, answers ? 'green' : 'red', answers ? 'answers' : 'silent ')}  ${url}  ${detail}`;
      }
      terminal.out(table(terminal, shown));
    });
}

function programArgs({ operators, evm, anyPorts, out, ...rest }: UpFlags): string[] {
  demandOperators(operators);
  if (!existsSync(LOCALNET_PROGRAM)) {
    throw new CliError('NoLocalnet', 'a local network is part of the source tree only: clone the repository');
  }
  return [
    ...[LOCALNET_PROGRAM, '--folder', folderOf(rest), '--operators', operators],
    ...(evm === undefined ? [] : ['--evm', evm]),
    ...(anyPorts ? ['--any-ports'] : []),
    ...(out === undefined ? [] : ['--out', userPath(out)]),
    ...(rest.json ? ['--json'] : []),
  ];
}

/** Runs it in this terminal. */
async function upHere(flags: UpFlags): Promise<number> {
  const child = spawn(process.execPath, programArgs(flags), { stdio: 'inherit', cwd: ROOT });
  const forward = (signal: NodeJS.Signals): void => void child.kill(signal);
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, forward);
  const [code] = await endOf(child);
  for (const signal of signals) process.off(signal, forward);
  return code ?? EXIT.failed;
}

function endOf(child: ChildProcess): Promise<[code: number | null]> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve([code]));
  });
}

/** Starts it for itself, and says what it says until it is ready. */
async function upDetached(flags: UpFlags, terminal: Terminal): Promise<void> {
  const folder = folderOf(flags);
  const args = [...programArgs({ ...flags, json: true }), '--detached'];
  const other = runningLocalnet(folder);
  if (other) {
    const message = `a local network runs already (process ${other.pid}); end it with \`corridor localnet down\``;
    throw new CliError('AlreadyRunning', message, EXIT.refused);
  }
  mkdirSync(folder, { recursive: true });
  const log = logIn(folder);
  const output = openSync(log, 'w', 0o600);
  const child = spawn(process.execPath, args, { detached: true, stdio: ['ignore', output, output], cwd: ROOT });
  let ended: number | null | undefined;
  void endOf(child).then(
    ([code]) => (ended = code),
    () => (ended = null),
  );
  const deadline = Date.now() + START_MS;
  for (let told = 0, nextTell = 0; ; await sleep(POLL_MS)) {
    if (Date.now() >= nextTell) {
      nextTell = Date.now() + TELL_MS;
      const lines = stepsOf(log);
      for (const line of lines.slice(told)) terminal.err(line);
      told = lines.length;
    }
    if (ended !== undefined) {
      const last = readFileSync(log, 'utf8').trimEnd().split('\n').slice(-LOG_LINES).join('\n');
      throw new CliError('StartFailed', `the local network did not start:\n${last}`, ended || EXIT.failed);
    }
    const state = runningLocalnet(folder);
    if (state && state.pid === child.pid && state.state === 'ready') {
      child.unref();
      return showReady(state, flags, terminal, log);
    }
    if (Date.now() > deadline) {
      child.kill();
      throw new CliError(
        'StartFailed',
        `the local network is not ready after ${START_MS / 1000} s; see ${log}`,
        EXIT.unavailable,
      );
    }
  }
}

/** What a network says it does, each line with its time. */
function stepsOf(log: string): string[] {
  return readFileSync(log, 'utf8')
    .split('\n')
    .filter((line) => /^ *\d+\.\d s {2}/.test(line));
}

function showReady(state: LocalnetState, flags: UpFlags, terminal: Terminal, log: string): void {
  const network = readNetwork(state);
  if (flags.json) return terminal.out(readFileSync(state.networkFile, 'utf8').trimEnd());
  const { funded, recipients } = network.localnet!;
  const shown: { [name: string]: Shown } = { process: String(state.pid) };
  for (const { kind, rpc } of network.chains) shown[kind] = rpc[0]!;
  Object.assign(shown, {
    api: network.hosts.join(' '),
    'funded on EVM': `${funded.evm.address}  key ${funded.evm.key}`,
    'funded on Sui': `${funded.sui.address}  key ${funded.sui.key}`,
    'recipient on EVM': recipients.evm[0]!,
    'recipient on Sui': recipients.sui[0]!,
    file: state.networkFile,
    log,
  });
  terminal.out(table(terminal, shown));
}

/** Ends the network of a folder and gives its process id. */
async function down(folder: string): Promise<number | undefined> {
  const state = runningLocalnet(folder);
  if (!state) return undefined;
  const { pid } = state;
  const isGone = async (milliseconds: number): Promise<boolean> => {
    for (const deadline = Date.now() + milliseconds; Date.now() < deadline; await sleep(POLL_MS)) {
      if (!isAlive(pid)) return true;
    }
    return false;
  };
  process.kill(pid, 'SIGTERM');
  if (!(await isGone(STOP_MS))) {
    // Its watchdog ends what it started.
    process.kill(pid, 'SIGKILL');
    await isGone(STOP_MS);
  }
  releaseLocalnet(folder, pid);
  return pid;
}

function readNetwork({ networkFile }: LocalnetState): NetworkFile {
  try {
    return parseNetworkFile(JSON.parse(readFileSync(networkFile, 'utf8')));
  } catch (error) {
    throw new CliError(
      'UnreadableFile',
      `cannot read ${path.relative(process.cwd(), networkFile)}: ${(error as Error).message}`,
    );
  }
}

interface Part {
  readonly name: string;
  readonly url: string;
  readonly answers: boolean;
  readonly detail: string;
}

/** Asks every part of a network something. */
async function probe({ chains, hosts, localnet }: NetworkFile): Promise<Part[]> {
  const questions: [name: string, url: string, ask: (url: string) => Promise<string>][] = [];
  for (const chain of chains) {
    const [url] = chain.rpc as [string];
    if (chain.kind === 'evm') {
      questions.push(['EVM chain', url, askEvm(chain.chain)]);
      for (const beacon of chain.beacon) questions.push(['beacon chain', beacon, get('/eth/v1/beacon/genesis')]);
    } else {
      questions.push(['Sui', url, askSui(chain.chain)]);
      if (chain.faucet !== undefined) questions.push(['faucet', chain.faucet, get('/')]);
    }
  }
  if (localnet) questions.push(['TEE vendor', localnet.pccs, get('/sgx/certification/v4/rootcacrl')]);
  for (const url of hosts) questions.push(['host', url, askHost]);
  return Promise.all(
    questions.map(async ([name, url, ask]) => {
      try {
        return { name, url, answers: true, detail: await ask(url) };
      } catch (error) {
        return { name, url, answers: false, detail: (error as Error).message };
      }
    }),
  );
}

const limit = () => AbortSignal.timeout(PROBE_MS);

const get =
  (where: string) =>
  async (url: string): Promise<string> => {
    const response = await fetch(url + where, { signal: limit() });
    if (!response.ok) throw new Error(`status ${response.status}`);
    return '';
  };

/** Another node may have taken the port of one that has ended. */
function demandServed(found: bigint, wanted: bigint): void {
  if (found !== wanted) throw new Error(`serves chain ${found}, not ${wanted}`);
}

const askEvm =
  (chain: bigint) =>
  async (url: string): Promise<string> => {
    const ask = async (method: string): Promise<string> => {
      const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: [] });
      const headers = { 'content-type': 'application/json' };
      const response = await fetch(url, { method: 'POST', headers, body, signal: limit() });
      return ((await response.json()) as { result: string }).result;
    };
    demandServed(BigInt(await ask('eth_chainId')), chain);
    return `block ${Number(await ask('eth_blockNumber'))}`;
  };

const askSui =
  (chain: bigint) =>
  async (url: string): Promise<string> => {
    const { SuiGrpcClient } = await import('@mysten/sui/grpc');
    const client = new SuiGrpcClient({ network: 'custom', baseUrl: url });
    const { response } = await client.ledgerService.getServiceInfo({}, { abort: limit() });
    demandServed(suiChainOf(response.chainId!), chain);
    return `checkpoint ${response.checkpointHeight}`;
  };

async function askHost(url: string): Promise<string> {
  const response = await fetch(`${url}/ready`, { signal: limit() });
  const { ready, enclaves } = (await response.json()) as { ready: boolean; enclaves: Record<string, number> };
  const detail = `${enclaves['connected']} of ${enclaves['configured']} enclaves`;
  if (!ready) throw new Error(`not ready, ${detail}`);
  return detail;
}
