// What native functions work on: the transaction's context, its objects, and settings of the network.

import type { NativeFunction } from '../vm/native.ts';
import type { ObjectRuntime } from './object-runtime.ts';
import type { TestScenario } from './scenario-state.ts';
import type { TransactionContext } from './transaction-context.ts';

export interface NativeEnv {
  readonly transaction: TransactionContext;
  readonly objects: ObjectRuntime;
  /** Inventories of test_scenario; null outside of tests, where its functions do not work. */
  readonly scenario: TestScenario | null;
  /** SHA-256 of the root certificate that attestation documents must lead to, in lowercase hex. */
  readonly nitroRoot: string;
  /** Where std::debug prints to. */
  readonly print: (text: string) => void;
  /** Feature flags that sui::protocol_config reports. */
  readonly features: ReadonlySet<string>;
}

/** Fingerprint of the root of AWS Nitro Enclaves, as AWS publishes it (root.pem, "AWS_NitroEnclaves_Root-G1"). */
export const AWS_NITRO_ROOT = '641a0321a3e244efe456463195d606317ed7cdcc3c1756e09893f3c68f79bb5b';

export type SuiNative = NativeFunction<NativeEnv>;
/** Native functions of one module, by name. */
export type NativeModule = Readonly<Record<string, SuiNative>>;

/** Original ids of the packages that hold native functions. */
export const STD = `0x${'1'.padStart(64, '0')}`;
export const SUI = `0x${'2'.padStart(64, '0')}`;
