// The machine: loader, native functions and limits together, and sessions in which calls share gas and environment.

import { VmError } from './errors.ts';
import { execute } from './interpreter.ts';
import { type Limits, SUI_LIMITS } from './limits.ts';
import { type FunctionInstance, Loader, type PackageSource } from './loader.ts';
import type { Meter } from './meter.ts';
import { NativeContext, type NativeTable } from './native.ts';
import type { Value } from './values.ts';

export class Machine<Env> {
  readonly loader: Loader;
  readonly natives: NativeTable<Env>;
  readonly limits: Limits;

  /** @param source finds packages by storage id. */
  constructor(source: PackageSource, natives: NativeTable<Env>, limits: Limits = SUI_LIMITS) {
    this.loader = new Loader(source);
    this.natives = natives;
    this.limits = limits;
  }

  /** Calls of one transaction (or test): they share the meter and the environment of the native functions. */
  session(env: Env, meter: Meter): Session<Env> {
    return new Session(this, env, meter);
  }
}

export class Session<Env> {
  readonly machine: Machine<Env>;
  readonly meter: Meter;
  readonly context: NativeContext<Env>;

  constructor(machine: Machine<Env>, env: Env, meter: Meter) {
    this.machine = machine;
    this.meter = meter;
    this.context = new NativeContext(env, machine.loader, machine.limits, meter);
  }

  /**
   * Executes a function. Arguments must be values of the instance's parameter types; they are not copied.
   *
   * @returns the results, in order.
   * @throws MoveAbort if code aborts; VmError if a rule of the machine ends the execution. Nothing else.
   */
  call(instance: FunctionInstance, args: readonly Value[]): Value[] {
    if (args.length !== instance.parameters.length) {
      throw new VmError(
        'NUMBER_OF_ARGUMENTS_MISMATCH',
        `${args.length} for the ${instance.parameters.length} of ${instance.name}`,
      );
    }
    return execute(this, instance, args);
  }
}
