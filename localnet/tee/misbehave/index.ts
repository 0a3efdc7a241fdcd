/** Misbehaviour of the simulated platform on request: the corpus that every verifier of docs/spec/dcap.md runs. */
export * from './case.ts';
export { caseFile, orderCases, ruleCases, verificationCase, PLANS, type CaseFilter } from './cases.ts';
export { CASE_TIME, draftOf, issue, type Draft, type Issued } from './draft.ts';
export { honestCases, type HonestCase } from './honest.ts';
export type { OrderCase } from './order.ts';
export { ORACLE_ROWS, type OracleRow, type Plan, type Step } from './plan.ts';
export { RULES, ruleNumber, type RuleName } from './rules.ts';
