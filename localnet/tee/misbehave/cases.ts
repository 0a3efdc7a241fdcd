import { collateralFile, type CollateralFile } from '../collateral.ts';
import { caseHead, caseId, type RuleCase, type VerificationCase } from './case.ts';
import { certificatePlans } from './certificates.ts';
import { chainPlans } from './chain.ts';
import { conversionCases } from './conversion.ts';
import { crlPlans } from './crls.ts';
import { documentPlans } from './documents.ts';
import { CASE_TIME, draftOf, issue } from './draft.ts';
import { evidencePlans } from './evidence.ts';
import { judgementPlans } from './judgement.ts';
import { orderPlans, type OrderCase } from './order.ts';
import type { Plan } from './plan.ts';
import type { RuleName } from './rules.ts';
import { sgxPlans } from './sgx.ts';
import { storeCases } from './stores.ts';
import { swapPlans } from './swaps.ts';

/** Every way to break a rule by evidence or collateral, not yet built. */
export const PLANS: readonly Plan[] = [
  ...evidencePlans,
  ...certificatePlans,
  ...sgxPlans,
  ...chainPlans,
  ...crlPlans,
  ...documentPlans,
  ...judgementPlans,
  ...swapPlans,
];

export interface CaseFilter {
  /** Only these rules */
  rules?: readonly RuleName[];
  /** Only ids that contain this */
  id?: string;
}

/**
 * The shared corpus: cases that break one rule each, at least ten for every rule of docs/spec/dcap.md. They are built
 * one by one as the caller goes through them, and are the same on every run.
 */
export function* ruleCases(filter: CaseFilter = {}): Generator<RuleCase> {
  const isWanted = ({ rule, about }: { rule: RuleName; about: string }): boolean =>
    (!filter.rules || filter.rules.includes(rule)) && (!filter.id || caseId(rule, about).includes(filter.id));
  for (const plan of PLANS) if (isWanted(plan)) yield verificationCase(plan);
  for (const make of [storeCases, conversionCases]) for (const made of make()) if (isWanted(made)) yield made;
}

/** Cases of two faults, of which the first is named; not for dcap-qvl, which has an order of its own. */
export function* orderCases(): Generator<OrderCase> {
  for (const { second, ...plan } of orderPlans()) {
    const made = verificationCase(plan);
    yield { ...made, id: `order/${made.id}`, second };
  }
}

/** Builds one case. */
export function verificationCase(plan: Plan): VerificationCase {
  const { rule, about, step, role, oracle } = plan;
  const draft = draftOf(plan.form);
  plan.edit(draft);
  const { trustedRoot, ...issued } = issue(draft);
  return {
    kind: 'verification',
    ...caseHead(rule, about),
    step,
    at: CASE_TIME,
    admittedAt: draft.admittedAtSeconds ?? CASE_TIME,
    ...issued,
    root: trustedRoot,
    ...(role && { role }),
    ...(oracle && { oracle }),
  };
}

/** The collateral of a case as a JSON file. */
export function caseFile({ collateral }: VerificationCase): CollateralFile {
  return collateralFile(collateral);
}
