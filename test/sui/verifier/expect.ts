import assert from 'node:assert/strict';
import { type Rule, VerificationError } from '../../../localnet/sui/verifier/errors.ts';

/** Runs `verify`, which must refuse by `rule` and nothing else; gives the error. */
export function refuses(rule: Rule, verify: () => void): VerificationError {
  try {
    verify();
  } catch (error) {
    if (!(error instanceof VerificationError)) throw error;
    assert.equal(error.rule, rule, error.message);
    return error;
  }
  assert.fail(`${rule} was not found`);
}
