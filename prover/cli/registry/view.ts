/** What a registry knows, whatever the chain. */
import type { SignerStatus } from '../../bindings/values.ts';
import { TCB_STATUSES } from '../../protocol/dcap/index.ts';

type Hex = `0x${string}`;

/** A signer, and what it was judged by. */
export interface SignerView {
  readonly signer: Hex;
  readonly status: SignerStatus;
  /** Whether it would count in a quorum now; if not, why */
  readonly counts: boolean;
  readonly reason?: string;
  /** Account on EVM, id of the `OperatorCap` on Sui */
  readonly operator?: string;
  readonly tee?: 'SGX' | 'TDX';
  readonly entry?: number;
  readonly verifier?: number;
  /** Seconds since 1970 */
  readonly expiresAt: number;
  readonly tcbStatus?: string;
  readonly advisories?: readonly number[];
  readonly evaluationNumber?: number;
  readonly platform?: Hex;
  readonly measurement?: Hex;
  readonly encryptionKey?: Hex;
  readonly configurationHash?: Hex;
}

export interface EntryView {
  readonly entry: number;
  readonly verifier: number;
  readonly measurement: Hex;
  readonly configurationHash: Hex;
  /** Seconds since 1970 */
  readonly notAfter: number;
}

export interface RegistryView {
  readonly judgementEpoch: number;
  readonly revocationEpoch: number;
  readonly minimumEvaluationNumber: number;
  readonly acceptedTcbStatuses: readonly string[];
  readonly operators: number;
  /** Those that stand */
  readonly entries: readonly EntryView[];
}

/** The part of a record that decides whether a signer counts. */
export interface Standing {
  readonly status: SignerStatus;
  readonly judgementEpoch: number;
  readonly expiresAt: number;
}

/** Whether a signer counts in a quorum (docs/spec/contracts.md section 2), and if not, why. */
export function judge(
  { status, judgementEpoch, expiresAt }: Standing,
  presentEpoch: number,
  now = Date.now() / 1000,
): { counts: boolean; reason?: string } {
  if (status === 'unknown') return { counts: false, reason: 'this registry does not know it' };
  if (status !== 'active') return { counts: false, reason: `it was ${status}` };
  if (judgementEpoch !== presentEpoch) {
    return { counts: false, reason: 'the criteria were tightened since it was judged: renew it, or have it rejudged' };
  }
  if (expiresAt < now) return { counts: false, reason: 'it has expired: renew it' };
  return { counts: true };
}

export function statusNames(bits: number): string[] {
  return TCB_STATUSES.filter((_, i) => (bits >> (i + 1)) & 1);
}

export const statusName = (code: number): string => TCB_STATUSES[code - 1] ?? `status ${code}`;
export const teeName = (code: number): 'SGX' | 'TDX' => (code === 1 ? 'SGX' : 'TDX');
