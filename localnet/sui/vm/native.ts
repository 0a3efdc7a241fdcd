// The interface between the machine and native functions.

import { NativeAbort, VmError } from './errors.ts';
import type { Limits } from './limits.ts';
import type { FunctionInstance, Loader } from './loader.ts';
import type { Meter } from './meter.ts';
import type { Type, TypeTable } from './types.ts';
import { Bytes, type Ref, type Value } from './values.ts';

/**
 * A native function: values in order of the parameters, type arguments in order of the type parameters. It returns its
 * result, or nothing. To abort it throws NativeAbort; to fail by a rule of the machine, VmError without a place.
 */
export type NativeFunction<Env> = (
  context: NativeContext<Env>,
  args: readonly Value[],
  typeArguments: readonly Type[],
) => Value | void;

/** Native functions by `address::module::name`, the address being an original id of 64 hex digits. */
export type NativeTable<Env> = ReadonlyMap<string, NativeFunction<Env>>;

/** What a native function sees of the execution it is part of. One context serves all calls of a session. */
export class NativeContext<Env> {
  readonly env: Env;
  readonly loader: Loader;
  readonly limits: Limits;
  readonly meter: Meter;
  /** The native function being called. */
  function: FunctionInstance | null = null;
  /** Internal gas units that the call has been charged so far. */
  cost = 0;

  constructor(env: Env, loader: Loader, limits: Limits, meter: Meter) {
    this.env = env;
    this.loader = loader;
    this.limits = limits;
    this.meter = meter;
  }

  get types(): TypeTable {
    return this.loader.types;
  }

  /**
   * Whether values of a closed type can be serialized: whether its layout is within the machine's limits. Natives that
   * need it abort with a code of their own if it is not.
   */
  hasLayout(type: Type): boolean {
    if (type.depth > this.limits.valueDepth) return false;
    try {
      this.types.layoutNodes(type, this.limits.layoutNodes);
      return true;
    } catch (error) {
      if (error instanceof VmError) return false;
      throw error;
    }
  }

  /** Charges internal gas units; fails at once if they cannot be paid. */
  charge(units: number): void {
    this.cost += units;
    if (!this.meter.affords(this.cost)) throw new VmError('OUT_OF_GAS', 'a native function costs more than is left');
  }

  /** Charges without failing, so that the error that follows is not hidden by the lack of gas. */
  chargeQuietly(units: number): void {
    this.cost += units;
  }

  abort(code: number): never {
    throw new NativeAbort(code);
  }
}

/** The bytes behind a `&vector<u8>`, valid until the vector changes. */
export function bytesAt(ref: Value | undefined): Uint8Array {
  return ((ref as Ref).get() as Bytes).view();
}

/** The bytes of a `vector<u8>` passed by value. */
export function bytesOf(value: Value | undefined): Uint8Array {
  return (value as Bytes).view();
}

/** A fresh `vector<u8>`; takes the array over. */
export function bytesResult(bytes: Uint8Array): Bytes {
  return new Bytes(bytes);
}
