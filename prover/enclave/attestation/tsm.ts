/**
 * Quotes through configfs-tsm, Linux's interface to TEEs from version 6.7 on (Documentation/ABI/testing/configfs-tsm):
 * a directory is made for the report, `inblob` is written, `outblob` read, and `generation` counts the writes, so that
 * a report that somebody else has changed is noticed.
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Attester } from '../attester.ts';
import { EnclaveError, insist } from '../main.ts';

const REPORTS = '/sys/kernel/config/tsm/report';
const PROVIDER = 'tdx_guest';

/** @param reports the directory of the interface; another one than the kernel's serves tests */
export function tsmAttester(reports: string = REPORTS): Attester {
  return { platform: 'tdx', quote: async (reportData) => quote(reports, reportData) };
}

function quote(reports: string, reportData: Uint8Array): Uint8Array {
  const directory = path.join(reports, `corridor-${randomBytes(8).toString('hex')}`);
  const read = (name: string): Buffer => readFileSync(path.join(directory, name));
  const text = (name: string): string => read(name).toString('latin1').trim();
  try {
    mkdirSync(directory);
    try {
      const provider = text('provider');
      insist(provider === PROVIDER, 'AttestationFailed', () => `provider ${provider}; expected ${PROVIDER}`);
      const before = Number(text('generation'));
      writeFileSync(path.join(directory, 'inblob'), reportData);
      const outblob = read('outblob');
      const writes = Number(text('generation')) - before;
      insist(writes === 1, 'AttestationFailed', () => `the report was written ${writes} times; try again`);
      insist(outblob.length > 0, 'AttestationFailed', () => 'the kernel gave an empty quote');
      return outblob;
    } finally {
      rmdirSync(directory);
    }
  } catch (error) {
    if (error instanceof EnclaveError) throw error;
    throw new EnclaveError('AttestationFailed', `${reports}: ${(error as NodeJS.ErrnoException).code ?? 'unreadable'}`);
  }
}
