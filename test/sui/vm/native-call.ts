// Calls native functions without Move code around them.

import type { NativeEnv } from '../../../localnet/sui/natives/env.ts';
import { suiNatives } from '../../../localnet/sui/natives/table.ts';
import { testEnv, type TestEnvOptions } from '../../../localnet/sui/natives/test-env.ts';
import { NativeAbort } from '../../../localnet/sui/vm/errors.ts';
import { Loader } from '../../../localnet/sui/vm/loader.ts';
import { SUI_LIMITS } from '../../../localnet/sui/vm/limits.ts';
import { Meter } from '../../../localnet/sui/vm/meter.ts';
import { NativeContext } from '../../../localnet/sui/vm/native.ts';
import { packagesOf } from '../../../localnet/sui/vm/packages.ts';
import type { Type } from '../../../localnet/sui/vm/types.ts';
import { Bytes, refTo, type Value } from '../../../localnet/sui/vm/values.ts';

const natives = suiNatives();

export class NativeHarness {
  readonly loader: Loader;
  readonly context: NativeContext<NativeEnv>;

  /** @param modules whose types the tests use. */
  constructor(modules: readonly Uint8Array[] = [], options: TestEnvOptions = {}, env?: (loader: Loader) => NativeEnv) {
    const packages = packagesOf(modules);
    this.loader = new Loader((id) => packages.get(id));
    const made = env ? env(this.loader) : testEnv(this.loader.types, options);
    this.context = new NativeContext(made, this.loader, SUI_LIMITS, new Meter());
  }

  get env(): NativeEnv {
    return this.context.env;
  }

  /** Calls `sui::hash::keccak256` and the like. */
  call(name: string, args: readonly Value[], types: readonly Type[] = []): Value | void {
    const [address, module, fn] = name.split('::') as [string, string, string];
    const full = `0x${(address === 'std' ? '1' : '2').padStart(64, '0')}::${module}::${fn}`;
    const native = natives.get(full);
    if (!native) throw new Error(`no native function ${name}`);
    this.context.cost = 0;
    return native(this.context, args, types);
  }

  /** The code with which a call aborts; null if it does not. */
  abortOf(name: string, args: readonly Value[], types: readonly Type[] = []): number | null {
    try {
      this.call(name, args, types);
    } catch (error) {
      if (error instanceof NativeAbort) return Number(error.code);
      throw error;
    }
    return null;
  }

  /** Calls a function on `&vector<u8>` arguments and further values. */
  onBytes(name: string, bytes: readonly Uint8Array[], ...rest: Value[]): Value | void {
    return this.call(name, [...bytes.map((b) => refTo(new Bytes(b.slice()))), ...rest]);
  }

  abortOnBytes(name: string, bytes: readonly Uint8Array[], ...rest: Value[]): number | null {
    return this.abortOf(name, [...bytes.map((b) => refTo(new Bytes(b.slice()))), ...rest]);
  }
}

export const fromHex = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'));
export const toHex = (value: Value | void | Uint8Array): string =>
  Buffer.from(value instanceof Uint8Array ? value : (value as Bytes).view()).toString('hex');
export const text = (value: string): Uint8Array => new TextEncoder().encode(value);
