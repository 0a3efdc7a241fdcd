import { EXIT } from './errors.ts';

/** A terminal and npm both pass Ctrl-C on: what follows within this time is the same one. */
const SAME_MS = 1_000;

/** Resolves when this process is told to stop. Who says it again later does not want to wait for an orderly end. */
export function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    let first: number | undefined;
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => {
        if (first !== undefined && performance.now() - first > SAME_MS) process.exit(EXIT.interrupted);
        first ??= performance.now();
        resolve();
      });
    }
  });
}
