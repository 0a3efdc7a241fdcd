// All native functions, by the names under which bytecode declares them.

import type { NativeTable } from '../vm/native.ts';
import { bls12381, group_ops } from './bls.ts';
import { dynamic_field } from './dynamic-field.ts';
import { ecdsa_k1, ecdsa_r1 } from './ecdsa.ts';
import { ecvrf } from './ecvrf.ts';
import { type NativeEnv, type NativeModule, STD, SUI, type SuiNative } from './env.ts';
import * as hashes from './hashes.ts';
import { nitro_attestation } from './nitro.ts';
import * as objects from './objects.ts';
import { test_scenario } from './scenario.ts';
import * as std from './std.ts';

const STD_MODULES: Readonly<Record<string, NativeModule>> = {
  bcs: std.bcs,
  debug: std.debug,
  hash: std.hash,
  string: std.string,
  type_name: std.type_name,
  unit_test: std.unit_test,
  vector: std.vector,
};

const SUI_MODULES: Readonly<Record<string, NativeModule>> = {
  address: objects.address,
  bls12381,
  dynamic_field,
  ecdsa_k1,
  ecdsa_r1,
  ecvrf,
  ed25519: hashes.ed25519,
  event: objects.event,
  group_ops,
  hash: hashes.hash,
  hmac: hashes.hmac,
  nitro_attestation,
  object: objects.object,
  protocol_config: objects.protocol_config,
  random: objects.random,
  test_scenario,
  test_utils: objects.test_utils,
  transfer: objects.transfer,
  tx_context: objects.tx_context,
  types: objects.types,
};

/** Builds the table of native functions. */
export function suiNatives(): NativeTable<NativeEnv> {
  const table = new Map<string, SuiNative>();
  for (const [address, modules] of [
    [STD, STD_MODULES],
    [SUI, SUI_MODULES],
  ] as const) {
    for (const [module, functions] of Object.entries(modules)) {
      for (const [name, native] of Object.entries(functions)) table.set(`${address}::${module}::${name}`, native);
    }
  }
  return table;
}
