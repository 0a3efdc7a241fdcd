/** Refusals of transactions before execution, in the words of a Sui node so that clients recognise them. */
import { TransactionRefused } from '../devnet-api.ts';

/** Inputs, gas or form of the transaction are at fault. */
export function refuseInput(message: string): never {
  throw new TransactionRefused(
    'INVALID_ARGUMENT',
    `Transaction execution failed due to issues with transaction inputs, please review the errors and try again: ${message}.`,
  );
}

/** The signatures are at fault. */
export function refuseSignature(message: string): never {
  throw new TransactionRefused('INVALID_ARGUMENT', `Invalid user signature: ${message}`);
}

/** An owned object is no longer at the version that the transaction names. */
export function refuseVersion(ref: { id: string; version: bigint; digest: string }, current: bigint): never {
  throw new TransactionRefused(
    'FAILED_PRECONDITION',
    `Object ID ${ref.id} Version 0x${ref.version.toString(16)} Digest ${ref.digest} is not available for consumption, ` +
      `current version: 0x${current.toString(16)}; another transaction used it: build the transaction anew`,
  );
}

/** A limit on size or number. */
export function refuseSize(limit: string, value: number): never {
  return refuseInput(`Size limit exceeded: ${limit} is ${value}`);
}

/** Something that this network does not have. */
export function refuseUnsupported(what: string): never {
  throw new TransactionRefused('UNIMPLEMENTED', `Feature is not supported: ${what}`);
}
