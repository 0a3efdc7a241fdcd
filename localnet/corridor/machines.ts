/** The simulated machines of a local network's operators. */
import type { Terms } from '../../prover/host/operators/registrar.ts';
import type { Network } from '../network.ts';
import { createPlatform, type Platform, type QuoteOptions } from '../tee/index.ts';

/** Kinds of TEE that a local network has, in the order of their entries on the allow lists. */
export const TEES = ['tdx', 'sgx'] as const;
export type LocalTee = (typeof TEES)[number];

/** A machine, and the kind of TEE that its operator uses of it. */
export interface LocalMachine {
  readonly platform: Platform;
  readonly tee: LocalTee;
}

/** Form of the quotes of each kind. */
export const FORMS = { tdx: 'tdx4', sgx: 'sgx3' } as const;

/** What enclaves on a machine register under. */
export function termsOf({ tee }: LocalMachine): Omit<Terms, 'evaluationNumber'> {
  return { verifier: 1, entry: TEES.indexOf(tee) + 1 };
}

/** A machine for each operator: of five, three with TDX and two with SGX. */
export function createMachines(network: Network, count: number): LocalMachine[] {
  return Array.from({ length: count }, (_, i) => ({
    platform: createPlatform({ vendor: network.vendor, seed: `machine ${i + 1}` }),
    tee: i % 5 < 3 ? ('tdx' as const) : ('sgx' as const),
  }));
}

/** What a machine is to quote for a report data of 64 bytes. */
export function quoteOptions({ tee }: LocalMachine, reportData: Uint8Array): QuoteOptions {
  return { form: FORMS[tee], reportData } as QuoteOptions;
}
