/** A host in a process of its own, as operators run it: for what must be measured apart, or killed. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { guardProcess } from '../guard.ts';

const CLI = path.resolve(import.meta.dirname, '../../prover/cli/main.ts');
/** The last lines that are shown when a host ends before it is ready. */
const KEPT_LINES = 20;

/** A line of a host's log. */
export interface LogLine {
  readonly time: string;
  readonly msg: string;
  readonly [field: string]: unknown;
}

export interface HostProcessOptions {
  /** Its configuration file */
  readonly config: string;
  /** Told of each line that the host logs */
  readonly onLine?: (line: LogLine) => void;
  readonly env?: Readonly<Record<string, string>>;
}

export interface HostProcess {
  readonly process: ChildProcess;
  /** Where its API is */
  readonly url: string;
  /** Milliseconds from the start of the process until it was ready */
  readonly readyMilliseconds: number;
  /** Settles when the process has ended, however it did. */
  readonly ended: Promise<void>;
  /** Ends it as an operator does. */
  stop(): Promise<void>;
  /** Ends it as a power cut does. */
  kill(): Promise<void>;
}

/** Starts `corridor prover start` and resolves when it is ready. */
export async function startHostProcess({ config, onLine, env }: HostProcessOptions): Promise<HostProcess> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, [CLI, 'prover', 'start', '--config', config], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, ...env },
  });
  guardProcess(child);
  const ended = once(child, 'close').then(() => {});
  const last: string[] = [];
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stderr }).on('line', (text) => {
      last.push(text);
      if (last.length > KEPT_LINES) last.shift();
      const line = parse(text);
      if (!line) return;
      if (line.msg === 'ready') resolve(line['api'] as string);
      onLine?.(line);
    });
    child.once('error', reject);
    child.once('close', (code, signal) =>
      reject(new Error(`the host ended with ${signal ?? code} before it was ready:\n${last.join('\n')}`)),
    );
  });
  const readyMilliseconds = performance.now() - startedAt;
  const end = (signal: NodeJS.Signals) => async (): Promise<void> => {
    child.kill(signal);
    await ended;
  };
  return { process: child, url, readyMilliseconds, ended, stop: end('SIGTERM'), kill: end('SIGKILL') };
}

function parse(text: string): LogLine | undefined {
  try {
    return JSON.parse(text) as LogLine;
  } catch {
    return undefined;
  }
}
