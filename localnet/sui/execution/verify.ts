/**
 * Rules on a typed transaction, checked before any of it runs: bytes fit their types, objects are used as their owners
 * allow, only callable functions are called, no value is used twice or left over that must not be.
 */
import { SUI_ADDRESS, STD_ADDRESS } from '../ledger/types.ts';
import { ABILITY } from '../vm/types.ts';
import { argumentFailure, ExecutionFailure, fail, inCommand } from './failure.ts';
import { receivedType } from './framework-types.ts';
import type { ByteInput, Place, Program, TypedArgument, TypedCommand } from './program.ts';
import { checkPure } from './pure.ts';
import { checkPrivateEntry } from './taint.ts';
import { backwards } from './typing.ts';

/**
 * Checks a typed transaction, and turns the last copy of each value into a move.
 * @param arbitrary whether any function may be called and any value passed, as a look at what functions return may
 * @throws ExecutionFailure
 */
export function verifyProgram(program: Program, arbitrary: boolean): void {
  if (!arbitrary) program.pure.forEach(checkBytes);
  program.receiving.forEach(checkReceiving);
  const each = (check: (command: TypedCommand) => void): void => {
    for (const command of program.commands) inCommand(command.index, () => check(command));
  };
  each(checkUsage);
  each((command) => checkFunction(command, arbitrary));
  checkMemory(each);
  moveLastCopies(program);
  if (!arbitrary) {
    checkDropped(program);
    checkPrivateEntry(program);
  }
}

// Inputs that are no objects yet.

function checkBytes({ place, command, argument }: ByteInput): void {
  const { origin, type } = place;
  if (origin.kind === 'pure') inCommand(command, () => checkPure(origin.bytes, type, argument));
}

function checkReceiving({ place, command, argument }: ByteInput): void {
  const type = receivedType(place.type);
  if (type && type.abilities() & ABILITY.KEY) return;
  const detail = `an object to be received is given for ${place.type.key}`;
  throw argumentFailure('TypeMismatch', argument, detail).at(command);
}

// Input objects and the gas coin.

function checkUsage({ action, arguments: args }: TypedCommand): void {
  for (const { place, mode, move, mutable, index } of args) {
    const { origin } = place;
    if (origin.kind === 'object' && !origin.usage.mutable) {
      const { id } = origin.record;
      const detail = `${id} is given as immutable`;
      if (mode === 'borrow' && mutable) throw argumentFailure('InvalidObjectByMutRef', index, detail);
      if (mode === 'use' && move) throw argumentFailure('InvalidObjectByValue', index, detail);
    }
    if (origin.kind === 'gas' && mode === 'use' && move && action.kind !== 'transfer') {
      throw argumentFailure('InvalidGasCoinUsage', index, 'the gas coin may be borrowed, or transferred whole');
    }
  }
}

// Functions.

/** Functions whose type parameter must be a type of the calling module: no transaction can call them. */
const INTERNAL_FUNCTIONS: ReadonlySet<string> = new Set([
  `${STD_ADDRESS}::internal::permit`,
  `${SUI_ADDRESS}::coin_registry::new_currency`,
  ...['emit', 'emit_authenticated'].map((name) => `${SUI_ADDRESS}::event::${name}`),
  ...['transfer', 'freeze_object', 'share_object', 'receive', 'party_transfer'].map(
    (name) => `${SUI_ADDRESS}::transfer::${name}`,
  ),
]);

function checkFunction({ action }: TypedCommand, arbitrary: boolean): void {
  if (action.kind !== 'call') return;
  const { image, name, returns } = action.function;
  const reference = returns.findIndex((type) => type.isReference);
  if (reference >= 0 && !arbitrary) {
    const status = { InvalidPublicFunctionReturnType: { idx: reference } };
    throw new ExecutionFailure(status, `${name} returns a reference`);
  }
  if (INTERNAL_FUNCTIONS.has(name)) {
    fail('NonEntryFunctionInvoked', `${name} takes types of the calling module only; a transaction has none`);
  }
  if (image.visibility !== 'Public' && !image.isEntry && !arbitrary) {
    fail('NonEntryFunctionInvoked', `${name} is neither public nor entry`);
  }
}

// Values and references.

/**
 * Checks that no value is used after it was taken, and that within a command a mutable reference is the only one to its
 * value. References that functions return (possible only without checks) are not followed further.
 */
function checkMemory(each: (check: (command: TypedCommand) => void) => void): void {
  const taken = new Set<Place>();
  each(({ action, arguments: args, results, dropped }) => {
    const borrowed = new Map<Place, TypedArgument[]>();
    for (const arg of args) {
      const { place, mode, index } = arg;
      if (arg.move && borrowed.has(place)) {
        throw argumentFailure('CannotMoveBorrowedValue', index, 'the command borrows it as well');
      }
      if (taken.has(place)) throw argumentFailure('ArgumentWithoutValue', index, 'it was taken before');
      arg.borrowed = borrowed.has(place);
      if (arg.move) taken.add(place);
      if (mode === 'borrow') borrowed.set(place, [...(borrowed.get(place) ?? []), arg]);
    }
    if (action.kind === 'call') {
      for (const arg of args) {
        if (!arg.mutable || borrowed.get(arg.place)!.length === 1) continue;
        throw argumentFailure('InvalidReferenceArgument', arg.index, 'the same value is borrowed twice, once mutably');
      }
    }
    results.forEach((place, i) => {
      if (dropped[i]) taken.add(place);
    });
  });
}

function moveLastCopies({ commands }: Program): void {
  const used = new Set<Place>();
  backwards(commands, (arg) => {
    const last = !used.has(arg.place);
    used.add(arg.place);
    if (last && arg.mode !== 'borrow' && !arg.borrowed) arg.move = true;
  });
}

/** Values that cannot be dropped must be used up. */
function checkDropped({ commands }: Program): void {
  const taken = new Set<Place>();
  for (const { arguments: args } of commands) for (const { place, move } of args) if (move) taken.add(place);
  for (const { index, results, dropped } of commands) {
    results.forEach((place, secondaryIdx) => {
      if (dropped[secondaryIdx] || taken.has(place) || place.type.abilities() & ABILITY.DROP) return;
      const status = { UnusedValueWithoutDrop: { resultIdx: index, secondaryIdx } };
      throw new ExecutionFailure(status, `a ${place.type.key} is left over; pass it to a function that takes it`);
    });
  }
}
