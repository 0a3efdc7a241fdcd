import assert from 'node:assert/strict';
import { WireError } from '../../../prover/protocol/wire/index.ts';

/** Name of the rule that an action breaks, or 'accepted'. */
export function ruleOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    assert.ok(error instanceof WireError, String((error as Error).stack));
    assert.ok(error.message.startsWith(`${error.code}: `) && error.message.length > error.code.length + 10);
    return error.code;
  }
  return 'accepted';
}
