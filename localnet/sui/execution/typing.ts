/**
 * Gives every argument of a transaction its type and its place, and says how it is used. Rules on what may be used how
 * come after (`verify.ts`, `taint.ts`); here it is only refused what has no meaning.
 */
import type { Argument } from '../ledger/outcome.ts';
import type { TypeTable, Type } from '../vm/types.ts';
import { ABILITY, KIND, ADDRESS, U64 } from '../vm/types.ts';
import { argumentFailure, fail, inCommand, type PlainFault } from './failure.ts';
import { isCoin, type FrameworkTypes } from './framework-types.ts';
import type { LoadedInputs } from './inputs.ts';
import type { LoadedCommand } from './load.ts';
import {
  Place,
  type Action,
  type ArgumentMode,
  type ByteInput,
  type Program,
  type TypedArgument,
  type TypedCommand,
} from './program.ts';
import type { Command, Transaction } from './transaction.ts';

/** What typing looks types up in. */
export interface TypingEnvironment {
  readonly types: TypeTable;
  readonly framework: FrameworkTypes;
  /** Type of an object, by the text under which it is stored. */
  objectType(type: string): Type;
}

/**
 * Types a transaction.
 * @param loaded one entry per command
 * @throws ExecutionFailure CommandArgumentError, ArityMismatch
 */
export function typeTransaction(
  transaction: Transaction,
  loaded: readonly LoadedCommand[],
  inputs: LoadedInputs,
  environment: TypingEnvironment,
): Program {
  return new Typing(transaction, inputs, environment).run(loaded);
}

/** An argument whose type may still depend on what wants it. */
type Source =
  | { readonly kind: 'place'; readonly place: Place }
  | { readonly kind: 'bytes'; readonly input: number; readonly argument: Argument };

class Typing {
  readonly #transaction: Transaction;
  readonly #environment: TypingEnvironment;
  readonly #context: Place;
  readonly #gas: Place;
  /** Places of input objects by input; absent for pure and receiving inputs. */
  readonly #objects = new Map<number, Place>();
  readonly #bytes = new Map<string, ByteInput>();
  readonly #results: (readonly Place[])[] = [];
  #command = 0;

  constructor(transaction: Transaction, inputs: LoadedInputs, environment: TypingEnvironment) {
    const { framework } = environment;
    this.#transaction = transaction;
    this.#environment = environment;
    this.#context = new Place({ kind: 'context' }, framework.context, null);
    this.#gas = new Place({ kind: 'gas' }, framework.gasCoin, { $kind: 'GasCoin', GasCoin: true });
    transaction.inputs.forEach((input, index) => {
      if (input.kind === 'pure' || input.kind === 'receiving') return;
      const record = inputs.objects.get(input.kind === 'shared' ? input.id : input.ref.id)!;
      const mutable = input.kind === 'shared' ? input.mutable : record.owner.$kind !== 'Immutable';
      const usage = { mutable, shared: record.owner.$kind === 'Shared' };
      const place = new Place(
        { kind: 'object', record, usage },
        environment.objectType(record.type),
        inputArgument(index),
      );
      this.#objects.set(index, place);
    });
  }

  run(loaded: readonly LoadedCommand[]): Program {
    const commands = this.#transaction.commands.map((command, index) => {
      this.#command = index;
      const typed = inCommand(index, () => this.#type(command, loaded[index]!));
      this.#results.push(typed.results);
      return typed;
    });
    moveLastReferences(commands);
    markUnused(commands);
    markShared(commands);
    const bytes = [...this.#bytes.values()];
    return {
      context: this.#context,
      gas: this.#gas,
      objects: [...this.#objects.values()],
      pure: bytes.filter(({ place }) => place.origin.kind === 'pure'),
      receiving: bytes.filter(({ place }) => place.origin.kind === 'receiving'),
      commands,
    };
  }

  #type(command: Command, loaded: LoadedCommand): TypedCommand {
    switch (command.kind) {
      case 'call':
        return this.#call(command, loaded);
      case 'transfer': {
        const objects = this.#sources(command.objects);
        const address = this.#source(command.address, objects.length);
        const movable = (abilities: number): boolean => (abilities & OBJECT) === OBJECT;
        const typed = objects.map((source, i) => this.#constrained(source, i, movable, 'InvalidTransferObject'));
        return this.#typed({ kind: 'transfer' }, [...typed, this.#argument(address, objects.length, ADDRESS)], []);
      }
      case 'split': {
        const coin = this.#source(command.coin, 0);
        const amounts = this.#sources(command.amounts, 1);
        const target = this.#coin(coin);
        const typed = amounts.map((source, i) => this.#argument(source, i + 1, U64));
        const type = target.type.elem!;
        return this.#typed(
          { kind: 'split', coin: type },
          [target, ...typed],
          typed.map(() => type),
        );
      }
      case 'merge': {
        const coin = this.#source(command.target, 0);
        const sources = this.#sources(command.sources, 1);
        const target = this.#coin(coin);
        const type = target.type.elem!;
        const typed = sources.map((source, i) => this.#argument(source, i + 1, type));
        return this.#typed({ kind: 'merge', coin: type }, [target, ...typed], []);
      }
      case 'vector':
        return this.#vector(command.elements, loaded.type);
      case 'publish': {
        const { modules, dependencies } = command;
        const { upgradeCap } = this.#environment.framework;
        return this.#typed({ kind: 'publish', modules, dependencies }, [], [upgradeCap]);
      }
      case 'upgrade': {
        const { upgradeTicket, upgradeReceipt } = this.#environment.framework;
        const ticket = this.#argument(this.#source(command.ticket, 0), 0, upgradeTicket);
        return this.#typed({ kind: 'upgrade', upgrade: command }, [ticket], [upgradeReceipt]);
      }
    }
  }

  #typed(action: Action, args: readonly TypedArgument[], results: readonly Type[]): TypedCommand {
    const index = this.#command;
    const places = results.map((type, i) => new Place({ kind: 'result' }, type, resultArgument(index, i)));
    return { index, action, arguments: args, results: places, dropped: [], consumesShared: false };
  }

  #call(command: Extract<Command, { kind: 'call' }>, { call }: LoadedCommand): TypedCommand {
    const { function: instance, linkage } = call!;
    const sources = this.#sources(command.arguments);
    const isContext = (type: Type): boolean => type.isReference && type.elem === this.#environment.framework.context;
    const count = instance.parameters.filter((type) => !isContext(type)).length;
    if (sources.length !== count) {
      fail('ArityMismatch', `${instance.name} takes ${count} arguments, ${sources.length} given`);
    }
    let next = 0;
    const args = instance.parameters.map((type, position) => {
      if (isContext(type)) return this.#borrow(this.#context, position, type);
      return this.#argument(sources[next]!, next++, type);
    });
    return this.#typed({ kind: 'call', function: instance, linkage, package: command.package }, args, instance.returns);
  }

  #vector(elements: readonly Argument[], element: Type | undefined): TypedCommand {
    const { types } = this.#environment;
    if (element) {
      const args = this.#sources(elements).map((source, i) => this.#argument(source, i, element));
      return this.#typed({ kind: 'vector', element }, args, [types.vector(element)]);
    }
    const isObject = (abilities: number): boolean => (abilities & ABILITY.KEY) !== 0;
    const kind = 'InvalidMakeMoveVecNonObjectArgument';
    const first = this.#constrained(this.#source(elements[0]!, 0), 0, isObject, kind);
    const rest = this.#sources(elements.slice(1), 1).map((source, i) => this.#argument(source, i + 1, first.type));
    return this.#typed({ kind: 'vector', element: first.type }, [first, ...rest], [types.vector(first.type)]);
  }

  // Where arguments come from.

  #sources(args: readonly Argument[], start = 0): Source[] {
    return args.map((argument, i) => this.#source(argument, start + i));
  }

  #source(argument: Argument, index: number): Source {
    switch (argument.$kind) {
      case 'GasCoin':
        return { kind: 'place', place: this.#gas };
      case 'Input': {
        const input = argument.Input;
        if (input >= this.#transaction.inputs.length) return outOfBounds(input, index);
        const place = this.#objects.get(input);
        return place ? { kind: 'place', place } : { kind: 'bytes', input, argument };
      }
      case 'Result': {
        const resultIdx = argument.Result;
        const results = this.#results[resultIdx];
        if (!results) return outOfBounds(resultIdx, index);
        if (results.length !== 1) {
          throw argumentFailure(
            { InvalidResultArity: { resultIdx } },
            index,
            `command ${resultIdx} has ${results.length} results`,
          );
        }
        return { kind: 'place', place: results[0]! };
      }
      case 'NestedResult': {
        const [resultIdx, secondaryIdx] = argument.NestedResult;
        const results = this.#results[resultIdx];
        if (!results) return outOfBounds(resultIdx, index);
        const place = results[secondaryIdx];
        if (place) return { kind: 'place', place };
        const fault = { SecondaryIndexOutOfBounds: { resultIdx, secondaryIdx } };
        throw argumentFailure(fault, index, `command ${resultIdx} has ${results.length} results`);
      }
    }
  }

  /** The place of bytes used at a type. */
  #bytesAt(input: number, argument: Argument, index: number, type: Type): Place {
    const key = `${input} ${type.key}`;
    const known = this.#bytes.get(key);
    if (known) return known.place;
    const given = this.#transaction.inputs[input]!;
    const origin =
      given.kind === 'pure'
        ? ({ kind: 'pure', bytes: given.bytes } as const)
        : ({ kind: 'receiving', ...(given as Extract<typeof given, { kind: 'receiving' }>).ref } as const);
    const place = new Place(origin, type, argument);
    this.#bytes.set(key, { place, command: this.#command, argument: index });
    return place;
  }

  // How arguments are used.

  #argument(source: Source, index: number, expected: Type): TypedArgument {
    const target = expected.isReference ? expected.elem! : expected;
    const place = source.kind === 'place' ? source.place : this.#bytesAt(source.input, source.argument, index, target);
    const { type } = place;
    const mismatch = (detail: string) => argumentFailure('TypeMismatch', index, detail);
    if (type.isReference) {
      if (type.elem !== target) throw mismatch(`${type.key} given for ${expected.key}`);
      if (!expected.isReference) {
        if (!(expected.abilities() & ABILITY.COPY))
          throw mismatch(`${expected.key} cannot be copied out of a reference`);
        return argument(index, place, 'read', expected);
      }
      if (type.kind === expected.kind) return argument(index, place, 'use', expected);
      if (expected.kind === KIND.MUT_REF) throw mismatch(`${type.key} given for ${expected.key}`);
      return argument(index, place, 'freeze', expected);
    }
    if (type !== target) throw mismatch(`${type.key} given for ${expected.key}`);
    if (expected.isReference) return this.#borrow(place, index, expected);
    return argument(index, place, 'use', expected);
  }

  #borrow(place: Place, index: number, type: Type): TypedArgument {
    return argument(index, place, 'borrow', type);
  }

  /** A value whose type is what it is, as long as the test holds. */
  #constrained(source: Source, index: number, test: (abilities: number) => boolean, fault: PlainFault): TypedArgument {
    const place = source.kind === 'place' ? source.place : undefined;
    if (!place || !test(place.type.abilities())) {
      throw argumentFailure(fault, index, place ? `${place.type.key} given` : 'bytes given');
    }
    return argument(index, place, 'use', place.type);
  }

  /** A coin that is changed in place. */
  #coin(source: Source): TypedArgument {
    const place = source.kind === 'place' ? source.place : undefined;
    const type = place?.type;
    const coin = type?.kind === KIND.MUT_REF ? type.elem! : type;
    if (!place || !type || !coin || !isCoin(coin)) {
      throw argumentFailure('TypeMismatch', 0, `${type?.key ?? 'bytes'} given for a coin`);
    }
    if (type.isReference) return argument(0, place, 'use', type);
    return this.#borrow(place, 0, this.#environment.types.reference(coin, true));
  }
}

const OBJECT = ABILITY.KEY | ABILITY.STORE;

function argument(index: number, place: Place, mode: ArgumentMode, type: Type): TypedArgument {
  const copied = mode === 'read' || mode === 'freeze' || (type.abilities() & ABILITY.COPY) !== 0;
  const move = mode === 'use' && !copied;
  return { index, place, mode, type, mutable: mode === 'borrow' && type.kind === KIND.MUT_REF, move, borrowed: false };
}

function inputArgument(index: number): Argument {
  return { $kind: 'Input', Input: index };
}

function resultArgument(command: number, index: number): Argument {
  return { $kind: 'NestedResult', NestedResult: [command, index] };
}

function outOfBounds(idx: number, index: number): never {
  throw argumentFailure({ IndexOutOfBounds: { idx } }, index, `nothing at ${idx}`);
}

/** Visits the arguments of all commands from the last to the first. */
export function backwards(commands: readonly TypedCommand[], visit: (argument: TypedArgument) => void): void {
  for (let i = commands.length - 1; i >= 0; i--) {
    const args = commands[i]!.arguments;
    for (let j = args.length - 1; j >= 0; j--) visit(args[j]!);
  }
}

/** A reference's last use takes it, so that what it borrows is free again. */
function moveLastReferences(commands: readonly TypedCommand[]): void {
  const used = new Set<Place>();
  backwards(commands, (arg) => {
    if (arg.mode === 'borrow' || !arg.place.type.isReference || used.has(arg.place)) return;
    used.add(arg.place);
    arg.move = true;
  });
}

function markUnused(commands: readonly TypedCommand[]): void {
  const used = new Set(commands.flatMap((command) => command.arguments.map(({ place }) => place)));
  for (const command of commands) {
    command.dropped = command.results.map((place) => (place.type.abilities() & ABILITY.DROP) !== 0 && !used.has(place));
  }
}

/** Marks the commands that use shared objects up. Vectors pass them on. */
function markShared(commands: readonly TypedCommand[]): void {
  const carriers = new Set<Place>();
  const carries = ({ mode, move, place }: TypedArgument): boolean =>
    mode === 'use' && move && (carriers.has(place) || (place.origin.kind === 'object' && place.origin.usage.shared));
  for (const command of commands) {
    const consumes = command.arguments.some(carries);
    if (command.action.kind === 'vector') {
      if (consumes) carriers.add(command.results[0]!);
    } else command.consumesShared = consumes;
  }
}
