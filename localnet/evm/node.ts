/**
 * The EVM node of a local network: anvil, whose binary npm installs for the platforms it knows, and Hardhat's node
 * everywhere else. Both mine a block for each transaction until an interval is set.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { LOCALNET_EVM_CHAIN } from '../../prover/protocol/index.ts';
import type { Rpc } from '../beacon/follow.ts';
import { guardProcess } from '../guard.ts';

export interface EvmNodeOptions {
  /** Any free port by default. */
  readonly port?: number;
  /** Which program to run; anvil where npm has it by default. */
  readonly kind?: 'anvil' | 'hardhat';
}

export interface EvmNode {
  readonly kind: 'anvil' | 'hardhat';
  readonly url: string;
  readonly rpc: Rpc;
  /** Settles when the node ends without having been closed. */
  readonly ended: Promise<string>;
  /** From now on a block every so many milliseconds, whatever is sent; 0 for one at once for each transaction. */
  setInterval(milliseconds: number): Promise<void>;
  close(): Promise<void>;
}

/** Thrown when no node could be started. */
export class EvmNodeError extends Error {
  readonly code = 'EVM_NODE_FAILED';
  constructor(message: string) {
    super(message);
    this.name = 'EvmNodeError';
  }
}

/** A node is up within this time or not at all; a first start of Hardhat on a slow machine takes most of it. */
const START_MS = 60_000;

/** Starts a node on the loopback interface, with chain id 31337 and the rules of Osaka. */
export async function startEvmNode(options: EvmNodeOptions = {}): Promise<EvmNode> {
  const anvil = anvilBinary();
  const kind = options.kind ?? (anvil === undefined ? 'hardhat' : 'anvil');
  if (kind === 'hardhat') return startHardhat(options.port ?? 0);
  if (anvil === undefined) {
    throw new EvmNodeError(`npm has no anvil for ${process.platform} ${process.arch}; use Hardhat's node`);
  }
  return startAnvil(anvil, options.port ?? 0);
}

/** The platform package's binary itself: the wrapper that npm puts on the path would be one more process to end. */
function anvilBinary(): string | undefined {
  const architecture = process.arch === 'x64' ? 'amd64' : process.arch;
  const system = process.platform === 'win32' ? 'win32' : process.platform;
  const file = process.platform === 'win32' ? 'anvil.exe' : 'anvil';
  try {
    const require = createRequire(import.meta.url);
    // Platform packages are dependencies of the wrapper, so that they are looked up from where it is.
    const from = createRequire(require.resolve('@foundry-rs/anvil/package.json'));
    const folder = path.dirname(from.resolve(`@foundry-rs/anvil-${system}-${architecture}/package.json`));
    return path.join(folder, 'bin', file);
  } catch {
    return undefined;
  }
}

async function startAnvil(binary: string, port: number): Promise<EvmNode> {
  const args = ['--host', '127.0.0.1', '--port', String(port), '--chain-id', String(LOCALNET_EVM_CHAIN)];
  // Accounts of the well-known test mnemonic, with enough for any test. A transaction keeps to Osaka's gas cap.
  const child = spawn(
    binary,
    [...args, '--hardfork', 'osaka', '--accounts', '40', '--balance', '1000000', '--enable-tx-gas-limit'],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      // Ctrl-C on a terminal goes to every process of its group: this one is ended last, by who started it.
      detached: true,
    },
  );
  guardProcess(child);
  let isClosing = false;
  const ended = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => {
      if (!isClosing) resolve(`anvil ended by itself with ${signal ?? `status ${code}`}`);
    });
  });
  const url = await listeningUrl(child);
  // What is not read would stop the node once the pipe is full.
  child.stdout!.resume();
  child.stderr!.resume();
  const rpc = httpRpc(url);
  return {
    kind: 'anvil',
    url,
    rpc,
    ended,
    setInterval: async (milliseconds) => {
      await rpc.request({ method: 'evm_setAutomine', params: [milliseconds === 0] });
      // Seconds; anvil takes fractions by its own name for it alone.
      await rpc.request({ method: 'anvil_setIntervalMining', params: [Math.ceil(milliseconds / 1000)] });
    },
    close: () => {
      isClosing = true;
      return stop(child);
    },
  };
}

/** The address that anvil prints once it listens. */
function listeningUrl(child: ChildProcess): Promise<string> {
  const lines = createInterface({ input: child.stdout! });
  let said = '';
  return new Promise((resolve, reject) => {
    const fail = (why: string): void => {
      child.kill();
      reject(new EvmNodeError(`anvil did not start: ${why}${said ? `\n${said}` : ''}`));
    };
    const timer = setTimeout(() => fail(`nothing heard of it for ${START_MS / 1000} s`), START_MS);
    child.stderr!.on('data', (chunk: Buffer) => (said += chunk.toString()));
    child.once('error', (error) => fail(error.message));
    child.once('exit', (code) => fail(`it ended with status ${code}`));
    lines.on('line', (line) => {
      const address = /^Listening on (\S+)$/.exec(line)?.[1];
      if (address === undefined) return;
      clearTimeout(timer);
      child.removeAllListeners('error').removeAllListeners('exit');
      child.on('error', () => {});
      lines.close();
      resolve(`http://${address}`);
    });
  });
}

/** Ends a process for good: asked first, then not. */
export function stop(child: ChildProcess, patienceMs = 3_000): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), patienceMs);
    child.once('exit', () => {
      clearTimeout(timer);
      resolve();
    });
    child.kill('SIGTERM');
  });
}

async function startHardhat(port: number): Promise<EvmNode> {
  const { network } = await import('hardhat');
  const override = { chainId: Number(LOCALNET_EVM_CHAIN) };
  const server = await network.createServer({ network: 'default', override }, '127.0.0.1', port);
  const { address, port: taken } = await server.listen();
  const url = `http://${address}:${taken}`;
  const rpc = httpRpc(url);
  return {
    kind: 'hardhat',
    url,
    rpc,
    ended: new Promise(() => {}),
    setInterval: async (milliseconds) => {
      await rpc.request({ method: 'evm_setAutomine', params: [milliseconds === 0] });
      await rpc.request({ method: 'evm_setIntervalMining', params: [milliseconds] });
    },
    close: () => server.close(),
  };
}

/** JSON-RPC over HTTP, one call at a time. */
export function httpRpc(url: string): Rpc {
  let id = 0;
  return {
    async request({ method, params = [] }) {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ jsonrpc: '2.0', id: ++id, method, params }),
      });
      const answer = (await response.json()) as { result?: unknown; error?: { message: string } };
      if (answer.error) throw new EvmNodeError(`${method}: ${answer.error.message}`);
      return answer.result;
    },
  };
}
