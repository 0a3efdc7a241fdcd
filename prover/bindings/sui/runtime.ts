/** What the generated bindings of the Move packages are made of. */
import { bcs, type BcsType } from '@mysten/sui/bcs';
import {
  isArgument,
  type Transaction,
  type TransactionArgument,
  type TransactionObjectInput,
  type TransactionResult,
} from '@mysten/sui/transactions';

/** An object by its id, by reference, or as a result of an earlier command. */
export type ObjectInput = TransactionObjectInput;
/** A value, or a result of an earlier command. */
export type PureInput<T> = T | TransactionArgument;
/** A Move value that no client can write down: always a result of an earlier command. */
export type ResultInput = TransactionArgument;
/** An integer of 64 bits and more. */
export type Integer = number | bigint | string;

/** Name and function of the abort codes of a package, by module. */
export type AbortCodes = Readonly<Record<string, Readonly<Record<number, string>>>>;

/** A call of a Move function. */
export function call(
  tx: Transaction,
  target: string,
  args: TransactionArgument[],
  typeArguments: string[] = [],
): TransactionResult {
  return tx.moveCall({ target, arguments: args, typeArguments });
}

/** An object as an argument. */
export function objectArgument(tx: Transaction, input: ObjectInput): TransactionArgument {
  return tx.object(input);
}

/** A value as an argument, in the encoding of its Move type. */
export function pureArgument<T, Input>(
  tx: Transaction,
  type: BcsType<T, Input>,
  input: PureInput<Input>,
): TransactionArgument {
  return isResult(input) ? input : tx.pure(type.serialize(input as Input));
}

function isResult(input: unknown): input is TransactionArgument {
  return typeof input === 'function' || isArgument(input);
}

// Types of the framework that the packages hold.

export const moveId = bcs.Address;
export const moveString = bcs.string();
export const moveTypeName = bcs.struct('TypeName', { name: bcs.string() });
/** Its entries are dynamic fields of `id`. */
export const moveTable = bcs.struct('Table', { id: bcs.Address, size: bcs.u64() });
export const moveBalance = bcs.struct('Balance', { value: bcs.u64() });
