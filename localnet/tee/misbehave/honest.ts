/** Evidence and collateral that are in order, in all their variety, with the judgement that docs/spec/dcap.md gives. */
import type { CollateralParts } from '../collateral.ts';
import type { PlatformStatus } from '../documents.ts';
import type { QuoteForm } from '../quote.ts';
import { CASE_TIME, draftOf, ENDS, EVALUATION_NUMBER, issue } from './draft.ts';
import type { Edit } from './edits.ts';
import { honestCollateral } from './honest-collateral.ts';
import { honestReports } from './honest-reports.ts';
import type { OracleRow } from './plan.ts';

/** Intel's names of what a verification can end with. */
export type ExpectedStatus = PlatformStatus | 'TDRelaunchAdvised' | 'TDRelaunchAdvisedConfigurationNeeded';

/** What a verification must say. */
export interface Expected {
  status: ExpectedStatus;
  /** Numbers, ascending */
  advisories: number[];
  expiresAt: number;
  evaluationNumber: number;
}

/** What dcap-qvl says where it differs, and which row of docs/spec/dcap.md section 12 says why. */
export interface OracleDifference {
  row: OracleRow;
  /** Absent where it refuses */
  says?: { status: string; advisories: number[] };
}

/** Evidence that must be accepted, with everything that a verification reports. */
export interface HonestCase {
  id: string;
  about: string;
  form: QuoteForm;
  at: number;
  root: Uint8Array;
  rootFingerprint: Uint8Array;
  collateral: CollateralParts;
  evidence: Uint8Array;
  quote: Uint8Array;
  /** Evidence of a debug enclave, which offline tools alone accept, when asked to; dcap-qvl never does */
  allowDebug: boolean;
  expected: Expected;
  oracle?: OracleDifference;
}

export interface HonestPlan {
  about: string;
  form: QuoteForm;
  edit?: Edit;
  expected?: Partial<Expected>;
  oracle?: OracleDifference;
  allowDebug?: boolean;
}

/** What the honest draft gives. */
const DEFAULT_EXPECTED: Expected = {
  status: 'UpToDate',
  advisories: [],
  expiresAt: ENDS.pckCrl,
  evaluationNumber: EVALUATION_NUMBER,
};

/** Every honest case, built one by one, the same on every run. */
export function* honestCases(): Generator<HonestCase> {
  const plans = [...honestReports, ...honestCollateral];
  for (const { about, form, edit, expected, oracle, allowDebug = false } of plans) {
    const draft = draftOf(form);
    edit?.(draft);
    const { collateral, evidence, quote, trustedRoot, rootFingerprint } = issue(draft);
    yield {
      id: `honest/${form}-${about.toLowerCase().replace(/[^a-z0-9]+/g, '-')}`,
      about: `${form}: ${about}`,
      form,
      at: CASE_TIME,
      root: trustedRoot,
      rootFingerprint,
      collateral,
      evidence,
      quote,
      allowDebug,
      expected: { ...DEFAULT_EXPECTED, ...expected },
      ...(oracle && { oracle }),
    };
  }
}
