/** A PostgreSQL server of its own for a test or a benchmark, in a temporary folder, from the machine's own package. */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { guardFolder, guardProcess } from '../guard.ts';

const run = promisify(execFile);

/** Where Debian's package `postgresql` puts its programs, one folder for each version. */
const DEBIAN = '/usr/lib/postgresql';
/** What anybody is told who lacks it. */
export const POSTGRES_HINT = "PostgreSQL is not on this machine; Debian's package `postgresql` has it";
const START_MS = 30_000;

export interface PostgresOptions {
  /** Whether what is committed outlasts a power cut, as in production; default false, which is faster */
  readonly isDurable?: boolean;
}

export interface Postgres {
  /** For a host's configuration */
  readonly url: string;
  /** Ends connections and starts again on the same port with the same data. */
  restart(): Promise<void>;
  /** Stops it without starting it again until `start`. */
  halt(): Promise<void>;
  start(): Promise<void>;
  /** Stops it and removes its folder. */
  close(): Promise<void>;
}

/** The folder of the newest server's programs; undefined where there is none. */
export function postgresPrograms(): string | undefined {
  const has = (folder: string): boolean => ['initdb', 'postgres'].every((name) => existsSync(path.join(folder, name)));
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [...versions.map((version) => path.join(DEBIAN, version, 'bin')), ...searchPath()];
  return folders.find(has);
}

function searchPath(): string[] {
  return (process.env['PATH'] ?? '').split(path.delimiter).filter((folder) => folder !== '');
}

/** The server refuses to run as root: then it runs as the user of its package, or as nobody. */
function user(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  const found = users.find(([name]) => name === 'postgres') ?? users.find(([name]) => name === 'nobody');
  if (!found) throw new Error('the server does not run as root, and there is no user postgres or nobody');
  return { uid: Number(found[2]), gid: Number(found[3]) };
}

/** Starts a new server on the loopback interface. */
export async function startPostgres({ isDurable = false }: PostgresOptions = {}): Promise<Postgres> {
  const programs = postgresPrograms();
  if (programs === undefined) throw new Error(POSTGRES_HINT);
  const folder = mkdtempSync(path.join(os.tmpdir(), 'corridor-postgres-'));
  guardFolder(folder);
  const data = path.join(folder, 'data');
  const identity = user();
  const password = randomBytes(16).toString('hex');
  const passwordFile = path.join(folder, 'password');
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (identity) for (const file of [folder, passwordFile]) chownSync(file, identity.uid, identity.gid);
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    const options = ['--auth=scram-sha-256', `--pwfile=${passwordFile}`, '--username=corridor', '--no-sync'];
    const initdb = ['-D', data, ...options, '--encoding=UTF8', '--locale=C'];
    await run(path.join(programs, 'initdb'), initdb, { cwd: folder, ...identity });
  } catch (error) {
    remove();
    throw error;
  }
  const port = await freePort();
  let server: ChildProcess | undefined;
  const start = async (): Promise<void> => {
    const settings = [
      `port=${port}`,
      'listen_addresses=127.0.0.1',
      'unix_socket_directories=',
      ...(isDurable ? [] : ['fsync=off']),
    ];
    const args = ['-D', data, ...settings.flatMap((setting) => ['-c', setting])];
    const child = spawn(path.join(programs, 'postgres'), args, {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
      ...identity,
    });
    server = child;
    guardProcess(child);
    await listening(child);
  };
  const halt = async (): Promise<void> => {
    const child = server;
    server = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    // The server's word for a fast shutdown: it ends connections and does not wait for their owners.
    child.kill('SIGINT');
    await once(child, 'close');
  };
  const close = async (): Promise<void> => {
    await halt();
    remove();
  };
  const restart = async (): Promise<void> => {
    await halt();
    await start();
  };
  try {
    await start();
  } catch (error) {
    await close();
    throw error;
  }
  return { url: `postgres://corridor:${password}@127.0.0.1:${port}/postgres`, restart, halt, start, close };
}

/** Resolves when the server says that it takes connections. */
function listening(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = '';
    const fail = (why: string): void => reject(new Error(`PostgreSQL did not start: ${why}\n${said}`));
    const timer = setTimeout(() => fail(`nothing heard of it for ${START_MS / 1000} s`), START_MS);
    child.stderr!.on('data', (chunk: Buffer) => {
      // What is said later is read too, so that it does not fill the pipe, and dropped.
      if (said.length < 10_000) said += chunk.toString();
      if (!said.includes('ready to accept connections')) return;
      clearTimeout(timer);
      resolve();
    });
    child.once('error', ({ message }) => fail(message));
    child.once('close', (code) => {
      clearTimeout(timer);
      fail(`it ended with ${code}`);
    });
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
