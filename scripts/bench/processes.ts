/** What Linux says of a process in /proc; other systems have no such place. */
import { readFileSync } from 'node:fs';

if (process.platform !== 'linux') throw new Error('processor time and memory are read from /proc: run this on Linux');

/**
 * Processor seconds of a process so far, in user and kernel mode, all threads.
 * @throws Error when there is no such process any more
 */
export function processorSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1')
    .replace(/^.*\) /, '')
    .split(' ');
  // utime and stime are fields 14 and 15; two are cut off. Linux counts in hundredths of a second.
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** Resident memory of a process. */
export function residentMb(pid: number): number {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))!;
  return Number(kilobytes) / 1024;
}
