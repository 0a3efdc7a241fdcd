import type { Role } from '../certificate.ts';
import type { CollateralParts } from '../collateral.ts';
import type { QuoteForm } from '../quote.ts';
import { roleOf, type CertificateName, type CrlName, type Draft } from './draft.ts';
import type { RuleName } from './rules.ts';

/**
 * Rows of docs/spec/dcap.md section 12, second table: where dcap-qvl accepts what we refuse, or judges otherwise.
 * The texts are the first column of that table.
 */
export const ORACLE_ROWS = {
  tdxModule: 'TDX module identity and its level, module version above 0',
  relaunch: 'TD report 1.5, relaunch',
  qeOnConfiguration: 'a QE that is `OutOfDate` on a platform that is `ConfigurationNeeded`',
  cpuSvn: 'SGX component SVNs',
  pceSvn: 'PCESVN of 32,768 and more',
  editions: 'PCEID, evaluation numbers of TCB info and QE identity',
  qeIdentity: 'QE identity',
  crls: 'CRLs',
  certificates: 'certificates',
  sgxExtension: 'SGX extension',
  qeReportData: 'QE report data',
  header: 'header: vendor, reserved bytes of header and report; sizes that leave bytes over',
  json: 'JSON',
  migration: 'MIGRATABLE set; MRSERVICETD not zero',
  protection: 'ICSSD, LASS',
  ppid: 'PPID zero',
  quoteChain: 'the chain inside a quote',
} as const;
export type OracleRow = keyof typeof ORACLE_ROWS;

/** Where a case is refused: when a part of the collateral is admitted, or when evidence is verified. */
export type Step = keyof Omit<CollateralParts, 'tcbInfoSignature' | 'qeIdentitySignature'> | 'verification';

/** One way to break one rule and no other. */
export interface Plan {
  rule: RuleName;
  /** Unique within the rule */
  about: string;
  step: Step;
  form: QuoteForm;
  edit: (draft: Draft) => void;
  /** The certificate's role, where the rule applies to several */
  role?: Role;
  /** Why dcap-qvl accepts it */
  oracle?: OracleRow;
}

const CERTIFICATE_STEPS: Record<CertificateName, Step> = {
  root: 'root',
  tcbSigning: 'tcbInfoSigner',
  qeSigning: 'qeIdentitySigner',
  pckCa: 'pckCa',
  pck: 'verification',
};

export function certificateStep(name: CertificateName): Step {
  return CERTIFICATE_STEPS[name];
}

/** A plan about a certificate. */
export function certificatePlan(
  rule: RuleName,
  name: CertificateName,
  about: string,
  edit: (draft: Draft) => void,
  oracle?: OracleRow,
  form: QuoteForm = 'tdx4',
): Plan {
  const head = { rule, about: `${name}: ${about}`, step: CERTIFICATE_STEPS[name], form, edit, role: roleOf(name) };
  return { ...head, ...(oracle && { oracle }) };
}

/** A plan about a CRL. */
export function crlPlan(
  rule: RuleName,
  name: CrlName,
  about: string,
  edit: (draft: Draft) => void,
  oracle?: OracleRow,
): Plan {
  const step: Step = name === 'root' ? 'rootCrl' : 'pckCrl';
  return { rule, about: `CRL of ${name}: ${about}`, step, form: 'tdx4', edit, ...(oracle && { oracle }) };
}

/** A plan about a quote. */
export function quotePlan(
  rule: RuleName,
  form: QuoteForm,
  about: string,
  edit: (draft: Draft) => void,
  oracle?: OracleRow,
): Plan {
  return { rule, about: `${form}: ${about}`, step: 'verification', form, edit, ...(oracle && { oracle }) };
}

/** A plan about TCB info or QE identity. */
export function documentPlan(
  rule: RuleName,
  step: 'tcbInfo' | 'qeIdentity',
  form: QuoteForm,
  about: string,
  edit: (draft: Draft) => void,
  oracle?: OracleRow,
): Plan {
  return { rule, about: `${step}, ${form}: ${about}`, step, form, edit, ...(oracle && { oracle }) };
}

/** A copy with bits of one byte inverted. */
export function flipBits(bytes: Uint8Array, offset: number, mask = 1): Uint8Array {
  const copy = bytes.slice();
  if (offset >= copy.length) throw new RangeError(`offset ${offset} is beyond ${copy.length} bytes`);
  copy[offset]! ^= mask;
  return copy;
}

/** A copy with bytes written at an offset. */
export function overwrite(bytes: Uint8Array, offset: number, value: ArrayLike<number>): Uint8Array {
  const copy = bytes.slice();
  copy.set(value, offset);
  return copy;
}

/** Where the parts of a quote are. */
export const LAYOUT: Record<QuoteForm, { body: number; bodyEnd: number; qeReport: number; leaf: number }> = {
  sgx3: { body: 48, bodyEnd: 432, qeReport: 564, leaf: 1052 },
  tdx4: { body: 48, bodyEnd: 632, qeReport: 770, leaf: 1258 },
  tdx5: { body: 54, bodyEnd: 638, qeReport: 776, leaf: 1264 },
  tdx5td15: { body: 54, bodyEnd: 702, qeReport: 840, leaf: 1328 },
};
export const TDX_FORMS: readonly QuoteForm[] = ['tdx4', 'tdx5', 'tdx5td15'];
