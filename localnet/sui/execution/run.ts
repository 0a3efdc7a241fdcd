/** Runs the commands of a typed and verified transaction. */
import type { EventValue } from '../ledger/bcs.ts';
import type { CommandResult, CommandValue } from '../ledger/outcome.ts';
import { parseStruct, type StructTag } from '../ledger/types.ts';
import type { NativeEnv } from '../natives/env.ts';
import { deserialize, serialize } from '../vm/bcs.ts';
import { VmError } from '../vm/errors.ts';
import type { FunctionInstance, Linkage } from '../vm/loader.ts';
import type { Session } from '../vm/machine.ts';
import { abstractSize } from '../vm/size.ts';
import { KIND, type Type } from '../vm/types.ts';
import { Bytes, copyValue, Ref, Vec, type Value } from '../vm/values.ts';
import { argumentFailure, fail, inCommand, machineFailure } from './failure.ts';
import type { PackageStore } from './packages.ts';
import type { Place, Program, TypedArgument, TypedCommand } from './program.ts';
import { publish, upgrade } from './publish.ts';
import { balanceOf, coinId, coinValue, contextValue, receivingValue, setBalance } from './values.ts';

/** Abstract size that a move to the stack is charged for, whatever the value. */
const MOVED_SIZE = 8;
const MAX_U64 = (1n << 64n) - 1n;

/** What a transaction's commands work on. */
export class Run {
  readonly session: Session<NativeEnv>;
  readonly packages: PackageStore;
  readonly events: EventValue[] = [];
  readonly results: CommandResult[] = [];
  readonly #program: Program;
  readonly #track: boolean;
  #eventsTaken = 0;

  /** @param track whether to note what commands return, for simulations */
  constructor(session: Session<NativeEnv>, packages: PackageStore, program: Program, track: boolean) {
    this.session = session;
    this.packages = packages;
    this.#program = program;
    this.#track = track;
  }

  get env(): NativeEnv {
    return this.session.context.env;
  }

  /**
   * Loads the input objects and the gas coin, then runs all commands.
   * @param gasContents BCS of the gas coin after all gas coins were put into it
   * @param reserved MIST of it that the transaction cannot spend, since they may be needed for gas
   * @throws ExecutionFailure
   */
  run(gasContents: Uint8Array, reserved: bigint): void {
    const { context, gas, objects, commands } = this.#program;
    for (const place of objects) {
      if (place.origin.kind === 'object') this.#load(place, place.origin.record.contents);
    }
    this.#load(gas, gasContents);
    setBalance(gas.cell[0]!, balanceOf(gas.cell[0]!) - reserved);
    context.cell[0] = contextValue(this.env.transaction.facts);
    for (const command of commands) inCommand(command.index, () => this.#command(command));
  }

  /** Runs a step of the machine; what goes wrong in it becomes a failure. */
  machine<T>(step: () => T, linkage?: Linkage): T {
    try {
      return step();
    } catch (error) {
      throw machineFailure(error, linkage ? this.packages.relocation(linkage) : (id) => id);
    }
  }

  // Values.

  #load(place: Place, bytes: Uint8Array): void {
    const { types } = this.packages.loader;
    this.#store(
      place,
      this.machine(() => deserialize(types, place.type, bytes)),
    );
  }

  /** Puts a value from outside into its place; charged as a copy and a store. */
  #store(place: Place, value: Value): void {
    this.#charge(1, 0, abstractSize(this.packages.loader.types, place.type, value));
    this.#charge(0, 1, 0);
    place.cell[0] = value;
  }

  #charge(pushes: number, pops: number, size: number): void {
    this.machine(() => this.session.meter.charge(pushes, pops, size));
  }

  #materialize(place: Place, argument: number): void {
    const { origin } = place;
    if (place.cell.length > 0) return;
    if (origin.kind === 'receiving') return this.#store(place, receivingValue(origin.id, origin.version));
    if (origin.kind !== 'pure') throw argumentFailure('ArgumentWithoutValue', argument, 'it was taken before');
    const { types } = this.packages.loader;
    let value: Value;
    try {
      value = deserialize(types, place.type, origin.bytes);
    } catch (error) {
      if (!(error instanceof VmError)) throw error;
      throw argumentFailure('InvalidBCSBytes', argument, error.message);
    }
    this.#store(place, value);
  }

  #argument({ place, mode, move, index, type }: TypedArgument): Value {
    this.#materialize(place, index);
    const { types } = this.packages.loader;
    if (mode === 'borrow') {
      this.#charge(1, 0, MOVED_SIZE);
      return new Ref(place.cell, 0);
    }
    let value = place.cell[0]!;
    if (move) {
      this.#charge(1, 0, MOVED_SIZE);
      place.cell.length = 0;
    } else {
      this.#charge(1, 0, abstractSize(types, place.type, value));
      value = copyValue(value);
    }
    if (mode !== 'read') return value;
    const target = (value as Ref).get();
    this.#charge(1, 1, abstractSize(types, type, target));
    return copyValue(target);
  }

  // Commands.

  #command(command: TypedCommand): void {
    const { action, arguments: args, results, dropped } = command;
    const values = this.#execute(command);
    if (this.#track) this.#note(command, values);
    // The command itself counts as an instruction that takes its arguments off the stack, and results of a call too.
    this.#charge(0, args.length + (action.kind === 'call' ? values.length : 0), 0);
    results.forEach((place, i) => {
      if (!dropped[i]) place.cell[0] = values[i]!;
    });
  }

  #execute({ action, arguments: args }: TypedCommand): readonly Value[] {
    switch (action.kind) {
      case 'call':
        return this.call(action.function, action.linkage, this.#arguments(args), action.package);
      case 'transfer': {
        const objects = this.#arguments(args.slice(0, -1));
        const address = this.#argument(args.at(-1)!) as string;
        objects.forEach((object, i) => {
          const owner = { kind: 'address', address } as const;
          this.machine(() => this.env.objects.transfer(owner, args[i]!.type, object));
        });
        return [];
      }
      case 'split':
        return this.#split(args);
      case 'merge':
        return this.#merge(args);
      case 'vector':
        return [packVector(action.element, this.#arguments(args))];
      case 'publish':
        return [publish(this, action.modules, action.dependencies)];
      case 'upgrade':
        return [upgrade(this, action.upgrade, this.#argument(args[0]!))];
    }
  }

  #arguments(args: readonly TypedArgument[]): Value[] {
    return args.map((arg) => this.#argument(arg));
  }

  /**
   * Calls a function and takes the events that it emitted.
   * @param packageId storage id of the package that the transaction named
   */
  call(instance: FunctionInstance, linkage: Linkage, args: readonly Value[], packageId: string): Value[] {
    const values = this.machine(() => this.session.call(instance, args), linkage);
    this.#takeEvents(packageId, instance.module.image.id.name);
    return values;
  }

  #takeEvents(packageId: string, module: string): void {
    const { events } = this.env.objects;
    const { types } = this.packages.loader;
    const { sender } = this.env.transaction.facts;
    for (; this.#eventsTaken < events.length; this.#eventsTaken++) {
      const { type, value } = events[this.#eventsTaken]!;
      const contents = this.machine(() => serialize(types, type, value));
      this.events.push({ packageId, module, sender, type: structTagOf(type), contents });
    }
  }

  #split([coin, ...amounts]: readonly TypedArgument[]): Value[] {
    const reference = this.#argument(coin!) as Ref;
    const values = this.#arguments(amounts) as bigint[];
    const total = values.reduce((sum, amount) => sum + amount, 0n);
    if (total > MAX_U64) fail('CoinBalanceOverflow', `the amounts sum up to ${total}`);
    const balance = this.#balance(reference);
    if (balance < total) fail('InsufficientCoinBalance', `balance: ${balance} required: ${total}`);
    setBalance(reference.get(), balance - total);
    return values.map((amount) => coinValue(this.freshId(), amount));
  }

  #merge([target, ...sources]: readonly TypedArgument[]): Value[] {
    const reference = this.#argument(target!) as Ref;
    const coins = this.#arguments(sources);
    let sum = 0n;
    for (const coin of coins) {
      this.machine(() => this.env.objects.deleteId(coinId(coin)));
      sum += balanceOf(coin);
    }
    const balance = this.#balance(reference) + sum;
    if (balance > MAX_U64) fail('CoinBalanceOverflow', `the coins sum up to ${balance}`);
    setBalance(reference.get(), balance);
    return [];
  }

  /** Reads a coin's balance; charged as a copy of the reference that is then popped. */
  #balance(coin: Ref): bigint {
    this.#charge(1, 0, MOVED_SIZE);
    this.#charge(0, 1, 0);
    return balanceOf(coin.get());
  }

  /** The id for a new object, noted as made. */
  freshId(): string {
    const { transaction, objects } = this.env;
    const id = transaction.freshId();
    this.machine(() => objects.newId(id));
    return id;
  }

  /** A reference to the context, for `init`. */
  contextReference(): Ref {
    this.#charge(1, 0, MOVED_SIZE);
    this.#charge(0, 1, 0);
    return new Ref(this.#program.context.cell, 0);
  }

  // What simulations show.

  #note({ action, arguments: args, results }: TypedCommand, values: readonly Value[]): void {
    const changed = action.kind === 'call' || action.kind === 'split' || action.kind === 'merge' ? args : [];
    const references = changed.filter(({ type, place }) => type.kind === KIND.MUT_REF && place.argument !== null);
    this.results.push({
      returnValues: values.map((value, i) => this.#show(results[i]!.type, value)),
      mutatedReferences: references.flatMap(({ place, type, mode }): CommandValue[] => {
        const held = place.cell[0];
        if (held === undefined) return [];
        const value = mode === 'borrow' ? held : (held as Ref).get();
        return [{ ...this.#show(type.elem!, value), argument: place.argument! }];
      }),
    });
  }

  #show(type: Type, value: Value): CommandValue {
    if (type.isReference) return this.#show(type.elem!, (value as Ref).get());
    const { types } = this.packages.loader;
    return { type: type.key, value: this.machine(() => serialize(types, type, value)) };
  }
}

/** Tags of the types of events; equal events share theirs, which nobody changes. */
const structTags = new WeakMap<Type, StructTag>();

function structTagOf(type: Type): StructTag {
  let tag = structTags.get(type);
  if (!tag) structTags.set(type, (tag = parseStruct(type.key)));
  return tag;
}

function packVector(element: Type, values: readonly Value[]): Value {
  return element.kind === KIND.U8 ? new Bytes(Uint8Array.from(values as number[])) : new Vec([...values]);
}
