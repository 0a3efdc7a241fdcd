/** Which local network runs on this machine: a state file with the process id, beside its log. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { CliError, EXIT } from './errors.ts';

export const ROOT = path.resolve(import.meta.dirname, '../..');
/** Where state and log go by default. */
export const LOCALNET_FOLDER = path.join(ROOT, '.cache/localnet');
/** The program that is a local network: no part of the product, which only starts it. */
export const LOCALNET_PROGRAM = path.join(ROOT, 'localnet/up.ts');

/** The most operators that a local network has. */
export const MAX_OPERATORS = 99;

/** @throws CliError unless a text says how many operators a local network is to have */
export function demandOperators(text: string): number {
  if (/^[1-9]\d?$/.test(text)) return Number(text);
  throw new CliError('InvalidNumber', `--operators ${text}: give a number from 1 to ${MAX_OPERATORS}`);
}

export interface LocalnetState {
  readonly pid: number;
  readonly state: 'starting' | 'ready';
  readonly startedAt: string;
  /** deployments/localnet.json, or where it was asked to be */
  readonly networkFile: string;
}

const fileIn = (folder: string): string => path.join(folder, 'state.json');
export const logIn = (folder: string): string => path.join(folder, 'localnet.log');

/** The network of a folder, if its process is there. What a process that is gone has left does not count. */
export function runningLocalnet(folder: string): LocalnetState | undefined {
  let state: LocalnetState;
  try {
    state = JSON.parse(readFileSync(fileIn(folder), 'utf8')) as LocalnetState;
  } catch {
    return undefined;
  }
  return isLocalnet(state.pid) ? state : undefined;
}

/**
 * Makes this process the network of a folder.
 * @throws CliError when there is one already
 */
export function claimLocalnet(folder: string, networkFile: string): void {
  const other = runningLocalnet(folder);
  if (other) {
    throw new CliError(
      'AlreadyRunning',
      `a local network runs already (process ${other.pid}): use it, or end it with \`corridor localnet down\``,
      EXIT.refused,
    );
  }
  mkdirSync(folder, { recursive: true });
  rmSync(fileIn(folder), { force: true });
  const state = { pid: process.pid, state: 'starting', startedAt: new Date().toISOString(), networkFile };
  try {
    writeFileSync(fileIn(folder), JSON.stringify(state), { flag: 'wx' });
  } catch {
    throw new CliError('AlreadyRunning', 'another local network starts at this moment', EXIT.refused);
  }
}

export function markReady(folder: string): void {
  const state = JSON.parse(readFileSync(fileIn(folder), 'utf8')) as LocalnetState;
  // Renamed, so that nobody reads half of it.
  writeFileSync(`${fileIn(folder)}.part`, JSON.stringify({ ...state, state: 'ready' }));
  renameSync(`${fileIn(folder)}.part`, fileIn(folder));
}

/** Takes the state of a process away, if it is still the one that is noted. */
export function releaseLocalnet(folder: string, pid: number): void {
  try {
    const state = JSON.parse(readFileSync(fileIn(folder), 'utf8')) as LocalnetState;
    if (state.pid === pid) rmSync(fileIn(folder), { force: true });
  } catch {
    // There is none.
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Whether a process id is still that of a local network: the system gives ids of ended processes to others. */
function isLocalnet(pid: number): boolean {
  if (!isAlive(pid)) return false;
  const command = commandOf(pid);
  return command === undefined || command.includes(path.basename(LOCALNET_PROGRAM));
}

function commandOf(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    // No Linux.
  }
  try {
    return execFileSync('ps', ['-p', String(pid), '-o', 'command='], { encoding: 'utf8' });
  } catch {
    return undefined;
  }
}
