// The environment in which unit tests run: no ledger, and a transaction that test_scenario may replace.

import type { TypeTable } from '../vm/types.ts';
import { AWS_NITRO_ROOT, type NativeEnv } from './env.ts';
import { ObjectRuntime, TEST_OBJECT_LIMITS } from './object-runtime.ts';
import { TestScenario } from './scenario-state.ts';
import { TransactionContext } from './transaction-context.ts';

const ZERO_ADDRESS = `0x${'0'.repeat(64)}`;

export interface TestEnvOptions {
  readonly print?: (text: string) => void;
  /** SHA-256 of the root certificate of attestation documents, hex. */
  readonly nitroRoot?: string;
}

/** A fresh environment for one test. */
export function testEnv(types: TypeTable, options: TestEnvOptions = {}): NativeEnv {
  const scenario = new TestScenario();
  const facts = {
    sender: ZERO_ADDRESS,
    sponsor: null,
    digest: new Uint8Array(32),
    epoch: 0n,
    epochTimestampMs: 0n,
    referenceGasPrice: 0n,
    gasPrice: 0n,
    gasBudget: 0n,
  };
  return {
    transaction: new TransactionContext(facts, true),
    objects: new ObjectRuntime(types, scenario, new Map(), TEST_OBJECT_LIMITS),
    scenario,
    nitroRoot: options.nitroRoot ?? AWS_NITRO_ROOT,
    print: options.print ?? (() => {}),
    features: new Set(),
  };
}
