/**
 * A real Sui network behind the same interface as the devnet: `sui start --with-faucet --force-regenesis`, where there is
 * a `sui` binary. It keeps nothing between runs.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import { requestSuiFromFaucetV2 } from '@mysten/sui/faucet';
import { SuiGrpcClient } from '@mysten/sui/grpc';
import { Ed25519Keypair } from '@mysten/sui/keypairs/ed25519';

/** Why the node does not run. */
export type NodeFault = 'NOT_FOUND' | 'EXITED' | 'TIMEOUT';

/** Thrown when there is no `sui`, or it ends or does not answer while starting. */
export class RealNodeError extends Error {
  readonly code: NodeFault;
  constructor(code: NodeFault, message: string) {
    super(message);
    this.code = code;
    this.name = 'RealNodeError';
  }
}

export interface RealNodeOptions {
  readonly port: number;
  readonly faucetPort: number;
  /** The binary; the first `sui` on PATH by default. */
  readonly binary?: string;
  /** Milliseconds until the network must answer and the faucet must have paid; two minutes by default. */
  readonly startTimeoutMs?: number;
  /** Milliseconds that the node has to end by itself before it is killed; ten seconds by default. */
  readonly stopTimeoutMs?: number;
}

export interface RealNode {
  readonly url: string;
  readonly faucetUrl: string;
  /** A new key that the faucet has funded. */
  readonly keypair: Ed25519Keypair;
  /** Settles when the node has ended by itself, with its exit code; null if a signal ended it. */
  readonly ended: Promise<number | null>;
  /** Ends the node. */
  close(): Promise<void>;
}

const POLL_MS = 250;
const LOG_LINES = 20;

/** The first `sui` on PATH, or undefined. */
export function findSui(paths = process.env['PATH'] ?? ''): string | undefined {
  const names = process.platform === 'win32' ? ['sui.exe'] : ['sui'];
  for (const directory of paths.split(path.delimiter)) {
    for (const name of names) {
      const file = path.join(directory, name);
      if (directory !== '' && isExecutable(file)) return file;
    }
  }
  return undefined;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * Starts a node and waits until it answers and its faucet has funded a new key.
 * @throws RealNodeError NOT_FOUND without a binary, EXITED with the node's last words, TIMEOUT
 */
export async function startRealNode(options: RealNodeOptions): Promise<RealNode> {
  const binary = options.binary ?? findSui();
  if (binary === undefined) {
    throw new RealNodeError(
      'NOT_FOUND',
      'there is no `sui` on PATH; install it, or leave --real out to run the devnet',
    );
  }
  const { port, faucetPort, startTimeoutMs = 120_000, stopTimeoutMs = 10_000 } = options;
  const args = [
    'start',
    '--force-regenesis',
    `--with-faucet=127.0.0.1:${faucetPort}`,
    '--fullnode-rpc-port',
    String(port),
  ];
  const child = spawn(binary, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const words = lastWords(child);
  const ended = new Promise<number | null>((resolve) => {
    child.once('error', () => resolve(null));
    child.once('exit', (code) => resolve(code));
  });
  const [url, faucetUrl] = [`http://127.0.0.1:${port}`, `http://127.0.0.1:${faucetPort}`];
  const close = (): Promise<void> => stop(child, ended, stopTimeoutMs);
  const exited = ended.then((code) => {
    throw new RealNodeError('EXITED', `${binary} ended with code ${code} while starting:\n${words()}`);
  });
  const cancel = new AbortController();
  try {
    const keypair = await Promise.race([ready(url, faucetUrl, startTimeoutMs, cancel.signal), exited]);
    return { url, faucetUrl, keypair, ended, close };
  } catch (error) {
    cancel.abort();
    await close();
    throw error;
  } finally {
    exited.catch(() => {});
  }
}

/** Collects the last lines that the node printed. */
function lastWords(child: ChildProcess): () => string {
  let lines: string[] = [];
  const take = (chunk: Buffer): void => {
    lines = [
      ...lines,
      ...chunk
        .toString('utf8')
        .split('\n')
        .filter((line) => line !== ''),
    ].slice(-LOG_LINES);
  };
  child.stdout!.on('data', take);
  child.stderr!.on('data', take);
  child.once('error', (error) => lines.push(error.message));
  return () => lines.join('\n');
}

async function ready(
  url: string,
  faucetUrl: string,
  timeoutMs: number,
  cancelled: AbortSignal,
): Promise<Ed25519Keypair> {
  const keypair = Ed25519Keypair.generate();
  const client = new SuiGrpcClient({ network: 'localnet', baseUrl: url });
  const deadline = Date.now() + timeoutMs;
  const attempt = async (what: string, step: () => Promise<unknown>): Promise<void> => {
    for (;;) {
      let last: string;
      if (cancelled.aborted) throw new Error('cancelled');
      try {
        await step();
        return;
      } catch (error) {
        last = (error as Error).message;
      }
      if (Date.now() > deadline) {
        throw new RealNodeError('TIMEOUT', `${what} did not work within ${timeoutMs} ms: ${last}`);
      }
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  };
  await attempt(`the network at ${url}`, () => client.ledgerService.getServiceInfo({}).response);
  await attempt(`the faucet at ${faucetUrl}`, () =>
    requestSuiFromFaucetV2({ host: faucetUrl, recipient: keypair.toSuiAddress() }),
  );
  return keypair;
}

async function stop(child: ChildProcess, ended: Promise<number | null>, timeoutMs: number): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  child.kill('SIGINT');
  const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
  await ended;
  clearTimeout(timer);
}
