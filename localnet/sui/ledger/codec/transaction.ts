/**
 * `TransactionData` of programmable transactions: values as `bcs.TransactionData` of the SDK has them. Packages that are
 * published or upgraded, vectors that are made and withdrawals are left to the SDK.
 */
import { bcs } from '@mysten/sui/bcs';
import { decodeExact } from '../bcs.ts';
import { giveUp, orElse, Reader, Writer } from './buffers.ts';
import { readTypeTag, writeTypeTag } from './types.ts';

/** A decoded transaction. */
export type TransactionValue = typeof bcs.TransactionData.$inferType;
/** A transaction as it can be encoded. */
export type TransactionInput = Parameters<typeof bcs.TransactionData.serialize>[0];

type Data = TransactionValue['V1'];
type Argument = typeof bcs.Argument.$inferType;
type CallArg = typeof bcs.CallArg.$inferType;
type Command = typeof bcs.Command.$inferType;
type Expiration = Data['expiration'];
type ObjectRef = Data['gasData']['payment'][number];

/**
 * Decodes exactly one transaction, as `decodeExact` does.
 * @throws BcsError
 */
export function decodeTransactionData(bytes: Uint8Array): TransactionValue {
  return orElse(
    () => decodeQuickly(bytes),
    () => decodeExact(bcs.TransactionData, bytes, 'TransactionData'),
  );
}

/** Reads a transaction that was decoded before, or that the network itself has made. */
export function readTransactionData(bytes: Uint8Array): TransactionValue {
  return orElse(
    () => decodeQuickly(bytes),
    () => bcs.TransactionData.parse(bytes),
  );
}

/** @throws where it leaves a transaction to the SDK */
export function decodeQuickly(bytes: Uint8Array): TransactionValue {
  const reader = new Reader(bytes);
  const value = readTransaction(reader);
  reader.end();
  return value;
}

/**
 * BCS of a transaction.
 * @throws whatever the SDK throws at a value that is none
 */
export function encodeTransactionData(value: TransactionInput): Uint8Array {
  return orElse(
    () => encodeQuickly(value),
    () => bcs.TransactionData.serialize(value).toBytes(),
  );
}

/** @throws where it leaves a transaction to the SDK */
export function encodeQuickly(value: TransactionInput): Uint8Array {
  const writer = new Writer();
  writeTransaction(writer, value as TransactionValue);
  return writer.finish();
}

// Variants by number.
const VERSIONS = ['V1'];
const KINDS = ['ProgrammableTransaction'];
const CALL_ARGS = ['Pure', 'Object'];
const OBJECT_ARGS = ['ImmOrOwnedObject', 'SharedObject', 'Receiving'];
const ARGUMENTS = ['GasCoin', 'Input', 'Result', 'NestedResult'];
const COMMANDS = ['MoveCall', 'TransferObjects', 'SplitCoins', 'MergeCoins'];
const EXPIRATIONS = ['None', 'Epoch', 'ValidDuring'];

function readTransaction(r: Reader): TransactionValue {
  if (r.uleb() >= VERSIONS.length || r.uleb() >= KINDS.length) giveUp('a transaction of the network');
  const inputs = r.vector(readCallArg);
  const commands = r.vector(readCommand);
  const kind: Data['kind'] = {
    ProgrammableTransaction: { inputs, commands },
    $kind: 'ProgrammableTransaction',
  };
  const sender = r.address();
  const gasData = { payment: r.vector(readRef), owner: r.address(), price: r.u64(), budget: r.u64() };
  return { V1: { kind, sender, gasData, expiration: readExpiration(r) }, $kind: 'V1' };
}

const readRef = (r: Reader): ObjectRef => ({ objectId: r.address(), version: r.u64(), digest: r.digest() });

function readCallArg(r: Reader): CallArg {
  switch (CALL_ARGS[r.uleb()]) {
    case 'Pure':
      return { Pure: { bytes: r.base64() }, $kind: 'Pure' };
    case 'Object':
      return { Object: readObjectArg(r), $kind: 'Object' };
    default:
      return giveUp('an input');
  }
}

function readObjectArg(r: Reader): NonNullable<CallArg['Object']> {
  switch (OBJECT_ARGS[r.uleb()]) {
    case 'ImmOrOwnedObject':
      return { ImmOrOwnedObject: readRef(r), $kind: 'ImmOrOwnedObject' };
    case 'SharedObject': {
      const SharedObject = { objectId: r.address(), initialSharedVersion: r.u64(), mutable: r.bool() };
      return { SharedObject, $kind: 'SharedObject' };
    }
    case 'Receiving':
      return { Receiving: readRef(r), $kind: 'Receiving' };
    default:
      return giveUp('an object');
  }
}

function readArgument(r: Reader): Argument {
  switch (ARGUMENTS[r.uleb()]) {
    case 'GasCoin':
      return { GasCoin: true, $kind: 'GasCoin' };
    case 'Input':
      return { Input: r.u16(), $kind: 'Input' };
    case 'Result':
      return { Result: r.u16(), $kind: 'Result' };
    case 'NestedResult':
      return { NestedResult: [r.u16(), r.u16()], $kind: 'NestedResult' };
    default:
      return giveUp('an argument');
  }
}

function readCommand(r: Reader): Command {
  switch (COMMANDS[r.uleb()]) {
    case 'MoveCall': {
      const MoveCall = {
        package: r.address(),
        module: r.ascii(),
        function: r.ascii(),
        typeArguments: r.vector(readTypeTag),
        arguments: r.vector(readArgument),
      };
      return { MoveCall, $kind: 'MoveCall' };
    }
    case 'TransferObjects': {
      const TransferObjects = { objects: r.vector(readArgument), address: readArgument(r) };
      return { TransferObjects, $kind: 'TransferObjects' };
    }
    case 'SplitCoins': {
      const SplitCoins = { coin: readArgument(r), amounts: r.vector(readArgument) };
      return { SplitCoins, $kind: 'SplitCoins' };
    }
    case 'MergeCoins': {
      const MergeCoins = { destination: readArgument(r), sources: r.vector(readArgument) };
      return { MergeCoins, $kind: 'MergeCoins' };
    }
    default:
      return giveUp('a command');
  }
}

const readU64 = (r: Reader): string => r.u64();

function readExpiration(r: Reader): Expiration {
  switch (EXPIRATIONS[r.uleb()]) {
    case 'None':
      return { None: true, $kind: 'None' };
    case 'Epoch': {
      const epoch = Number(r.u64());
      return Number.isSafeInteger(epoch) ? { Epoch: epoch, $kind: 'Epoch' } : giveUp('an epoch');
    }
    case 'ValidDuring': {
      const ValidDuring = {
        minEpoch: r.option(readU64),
        maxEpoch: r.option(readU64),
        minTimestamp: r.option(readU64),
        maxTimestamp: r.option(readU64),
        chain: r.digest(),
        nonce: r.u32(),
      };
      return { ValidDuring, $kind: 'ValidDuring' };
    }
    default:
      return giveUp('an expiration');
  }
}

// Writing. What callers hand over has the shape of what is read, with numbers of any kind and without `$kind`.

function writeTransaction(w: Writer, value: TransactionValue): void {
  const data: Data = w.variant(value, VERSIONS)[1];
  const program: NonNullable<Data['kind']['ProgrammableTransaction']> = w.variant(data.kind, KINDS)[1];
  w.vector(program.inputs, writeCallArg);
  w.vector(program.commands, writeCommand);
  w.address(data.sender);
  const { payment, owner, price, budget } = data.gasData;
  w.vector(payment, writeRef);
  w.address(owner);
  w.u64(price);
  w.u64(budget);
  writeExpiration(w, data.expiration);
}

function writeRef(w: Writer, { objectId, version, digest }: ObjectRef): void {
  w.address(objectId);
  w.u64(version);
  w.digest(digest);
}

function writeCallArg(w: Writer, value: CallArg): void {
  const [name, contents] = w.variant(value, CALL_ARGS);
  if (name === 'Object') return writeObjectArg(w, contents);
  const { bytes } = contents as { bytes: string };
  w.base64(bytes);
}

function writeObjectArg(w: Writer, value: NonNullable<CallArg['Object']>): void {
  const [name, contents] = w.variant(value, OBJECT_ARGS);
  if (name !== 'SharedObject') return writeRef(w, contents);
  const { objectId, initialSharedVersion, mutable } = contents as NonNullable<(typeof value)['SharedObject']>;
  w.address(objectId);
  w.u64(initialSharedVersion);
  w.bool(mutable);
}

function writeArgument(w: Writer, value: Argument): void {
  const [name, contents] = w.variant(value, ARGUMENTS);
  if (name === 'Input' || name === 'Result') return w.u16(contents);
  if (name === 'GasCoin') return;
  const pair = contents as unknown as [number, number];
  if (pair.length !== 2) giveUp('a nested result');
  w.u16(pair[0]);
  w.u16(pair[1]);
}

function writeCommand(w: Writer, value: Command): void {
  const [name, contents] = w.variant(value, COMMANDS);
  switch (name) {
    case 'MoveCall': {
      const call = contents as NonNullable<Command['MoveCall']>;
      w.address(call.package);
      w.ascii(call.module);
      w.ascii(call.function);
      w.vector(call.typeArguments, writeTypeTag);
      return w.vector(call.arguments, writeArgument);
    }
    case 'TransferObjects': {
      const { objects, address } = contents as NonNullable<Command['TransferObjects']>;
      w.vector(objects, writeArgument);
      return writeArgument(w, address);
    }
    case 'SplitCoins': {
      const { coin, amounts } = contents as NonNullable<Command['SplitCoins']>;
      writeArgument(w, coin);
      return w.vector(amounts, writeArgument);
    }
    default: {
      const { destination, sources } = contents as NonNullable<Command['MergeCoins']>;
      writeArgument(w, destination);
      return w.vector(sources, writeArgument);
    }
  }
}

const writeU64 = (w: Writer, value: string | number | bigint): void => w.u64(value);

function writeExpiration(w: Writer, value: Expiration): void {
  const [name, contents] = w.variant(value, EXPIRATIONS);
  if (name === 'Epoch') return w.u64(contents);
  if (name === 'None') return;
  const window = contents as NonNullable<Expiration['ValidDuring']>;
  w.option(window.minEpoch, writeU64);
  w.option(window.maxEpoch, writeU64);
  w.option(window.minTimestamp, writeU64);
  w.option(window.maxTimestamp, writeU64);
  w.digest(window.chain);
  w.u32(window.nonce);
}
