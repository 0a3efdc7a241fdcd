/** Sees to it that processes and folders of this process do not outlive it, even if it is killed. */
import { spawn, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import type { Writable } from 'node:stream';

let watchdog: Writable | undefined;

/** Has a child ended when this process has gone without ending it. */
export function guardProcess(child: ChildProcess): void {
  const { pid } = child;
  if (pid === undefined) return;
  tell({ process: pid });
  child.once('exit', () => tell({ ended: pid }));
}

/** Has a folder removed when this process ends. */
export function guardFolder(folder: string): void {
  tell({ folder });
}

function tell(notice: object): void {
  watchdog ??= startWatchdog();
  watchdog.write(`${JSON.stringify(notice)}\n`);
}

function startWatchdog(): Writable {
  const script = path.join(import.meta.dirname, 'watchdog.ts');
  // In a group of its own, where a terminal's signals do not reach it.
  const child = spawn(process.execPath, [script], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  child.on('error', () => {});
  child.stdin.on('error', () => {});
  // This process does not stay alive for it: with its end the pipe ends, and with that the watchdog.
  child.unref();
  (child.stdin as unknown as { unref(): void }).unref();
  return child.stdin;
}
