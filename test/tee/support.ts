import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import {
  admitCollateral,
  DcapError,
  verifyEvidence,
  withRootCrl,
  type AdmittedCollateral,
  type Collateral,
  type VerifiedReport,
} from '../../prover/protocol/dcap/index.ts';

/** Evidence with collateral, as the corpus has it. */
export interface Input {
  at: number;
  admittedAt?: number;
  rootFingerprint: Uint8Array;
  collateral: Collateral;
  laterRootCrl?: Uint8Array;
  evidence: Uint8Array;
  allowDebug?: boolean;
}

export type Verdict =
  { accepted: true; report: VerifiedReport } | { accepted: false; rule: string; phase: 'admission' | 'verification' };

const admittedSets = new Map<string, AdmittedCollateral>();

/** Admits collateral, once for all cases that share it. */
function admit({ collateral, rootFingerprint, at, admittedAt = at }: Input): AdmittedCollateral {
  const digest = createHash('sha256').update(String(admittedAt)).update(rootFingerprint);
  for (const part of Object.values(collateral)) digest.update(`${part.length} `).update(part);
  const id = digest.digest('hex');
  let set = admittedSets.get(id);
  if (!set) {
    set = admitCollateral(collateral, { rootFingerprint, atSeconds: admittedAt });
    admittedSets.set(id, set);
  }
  return set;
}

/** The verdict of prover/protocol/dcap. */
export function judge(input: Input): Verdict {
  let phase: 'admission' | 'verification' = 'admission';
  try {
    let set = admit(input);
    phase = 'verification';
    if (input.laterRootCrl) set = withRootCrl(set, input.laterRootCrl, input.at);
    const { at: atSeconds, allowDebug = false } = input;
    return { accepted: true, report: verifyEvidence(input.evidence, set, { atSeconds, allowDebug }) };
  } catch (error) {
    if (!(error instanceof DcapError)) throw error;
    return { accepted: false, rule: error.code, phase };
  }
}

const recordings = new URL('../../../shared/vectors/dcap/', import.meta.url);

/** A recorded file, or undefined where the recordings are not at hand, which it prints. */
export function recorded(name: string): Buffer | undefined {
  const url = new URL(name, recordings);
  if (existsSync(url)) return readFileSync(url);
  console.log(`      ${name} is not at hand: ../shared/vectors/dcap is absent`);
  return undefined;
}

/** DER certificates of a PEM text. */
export function certificatesOf(text: string): Buffer[] {
  const blocks = text.matchAll(/-----BEGIN CERTIFICATE-----([^-]*)-----END CERTIFICATE-----/g);
  return [...blocks].map(([, body]) => Buffer.from(body!, 'base64'));
}
