/**
 * Outlives the process that started it by a moment, whatever became of that one (a crash, SIGKILL), and ends what it
 * left behind. It reads one JSON object a line: {"process": PID}, {"ended": PID}, {"folder": PATH}. At the end of its
 * input it kills the processes and removes the folders.
 */
import { rmSync } from 'node:fs';
import { createInterface } from 'node:readline';

interface Notice {
  readonly process?: number;
  readonly ended?: number;
  readonly folder?: string;
}

const processes = new Set<number>();
const folders = new Set<string>();

// Ctrl-C reaches every process of a terminal; this one ends with its input alone.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});

for await (const line of createInterface({ input: process.stdin })) {
  const notice = JSON.parse(line) as Notice;
  if (notice.process !== undefined) processes.add(notice.process);
  if (notice.ended !== undefined) processes.delete(notice.ended);
  if (notice.folder !== undefined) folders.add(notice.folder);
}
for (const pid of processes) {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended meanwhile.
  }
}
for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
