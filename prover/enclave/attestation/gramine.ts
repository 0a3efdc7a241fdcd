/**
 * Quotes through Gramine's pseudo-files (Gramine documentation, "Attestation and Secret Provisioning"): 64 bytes into
 * `user_report_data`, the quote out of `quote`, with `sgx.remote_attestation = "dcap"` in the manifest.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Attester } from '../attester.ts';
import { EnclaveError, insist } from '../main.ts';

/** @param directory of the interface; another one than Gramine's serves tests */
export function gramineAttester(directory = '/dev/attestation'): Attester {
  return { platform: 'sgx', quote: async (reportData) => quote(directory, reportData) };
}

function quote(directory: string, reportData: Uint8Array): Uint8Array {
  try {
    const type = readFileSync(path.join(directory, 'attestation_type'), 'latin1').trim();
    insist(type === 'dcap', 'AttestationFailed', () => `attestation type ${type}; the manifest must say dcap`);
    // Nothing runs between these two: both are synchronous, and the process has one thread that asks for quotes.
    writeFileSync(path.join(directory, 'user_report_data'), reportData);
    const bytes = readFileSync(path.join(directory, 'quote'));
    insist(bytes.length > 0, 'AttestationFailed', () => 'Gramine gave an empty quote');
    return bytes;
  } catch (error) {
    if (error instanceof EnclaveError) throw error;
    const { code = 'unreadable' } = error as NodeJS.ErrnoException;
    throw new EnclaveError('AttestationFailed', `${directory}: ${code}`);
  }
}
