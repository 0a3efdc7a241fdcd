import type { Role } from '../certificate.ts';
import type { CollateralParts } from '../collateral.ts';
import type { OracleRow, Step } from './plan.ts';
import { ruleNumber, type RuleName } from './rules.ts';

export interface CaseHead {
  /** Never changes meaning: `DCAP-05/sgx3-byte-0-of-the-vendor` */
  id: string;
  /** Name of the rule that is broken, and the only one */
  rule: RuleName;
  /** `DCAP-05` */
  number: string;
  /** What is wrong, for people */
  about: string;
}

/**
 * Evidence and collateral for a verification that must be refused by the rule.
 *
 * A verifier that admits and verifies at one time takes `collateral` and `evidence` at `at`. Where `admittedAt` is
 * earlier, the collateral is in order then: it is admitted first, `laterRootCrl` (if any) at `at` after it, and the
 * verification is what is refused. A store uploads the parts in the order of docs/spec/dcap.md section 2: all parts
 * before `step` are admitted, and the upload of `step`, or the verification, is refused.
 */
export interface VerificationCase extends CaseHead {
  kind: 'verification';
  step: Step;
  /** Role of the certificate, where the rule applies to certificates of several: the first argument of the error */
  role?: Role;
  /** Time of judgement, seconds since 1970 */
  at: number;
  /** Time of admission, seconds since 1970 */
  admittedAt: number;
  /** DER of the root that is configured, which is not always the collateral's */
  root: Uint8Array;
  /** sha256 of it, 32 bytes */
  rootFingerprint: Uint8Array;
  collateral: CollateralParts;
  /** DER of a root CRL that is admitted at `at` */
  laterRootCrl?: Uint8Array;
  /** Corridor's evidence: certification data of type 4 */
  evidence: Uint8Array;
  /** The same quote as the machine emits it: certification data of type 5 */
  quote: Uint8Array;
  /** Why dcap-qvl accepts it; it must refuse where this is absent */
  oracle?: OracleRow;
}

/** One call of a store on chain. */
export type StoreAction =
  | {
      do: 'upload';
      part: Exclude<Step, 'verification'>;
      bytes: Uint8Array;
      /** Of a document: 64 bytes r, s, and the DER of the TCB signing certificate */
      signature?: Uint8Array;
      signer?: Uint8Array;
      at: number;
    }
  /** For stores that prepare data ahead of verifications; nothing to do for others */
  | { do: 'refresh'; at: number }
  | { do: 'verify'; evidence: Uint8Array; evaluationNumber: number; at: number };

/**
 * Calls of a store that begin with an empty store; all succeed but the last, which is refused by the rule. All are at one
 * time, but for the last, which may be later.
 */
export interface StoreCase extends CaseHead {
  kind: 'store';
  rootFingerprint: Uint8Array;
  actions: StoreAction[];
}

/** Input of offline tools: a quote to be converted to evidence, or a collateral file (parsed JSON) to be read. */
export type ConversionCase = CaseHead & { kind: 'conversion' } & (
    { input: 'quote'; quote: Uint8Array } | { input: 'file'; file: unknown }
  );

export type RuleCase = VerificationCase | StoreCase | ConversionCase;

export function caseHead(rule: RuleName, about: string): CaseHead {
  return { id: caseId(rule, about), rule, number: ruleNumber(rule), about };
}

export function caseId(rule: RuleName, about: string): string {
  const words = about
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
  return `${ruleNumber(rule)}/${words}`;
}
