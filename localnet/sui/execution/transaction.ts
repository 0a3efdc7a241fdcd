/** Transactions of users as the executor works with them, decoded from BCS `TransactionData`. */
import type { bcs } from '@mysten/sui/bcs';
import { toBase58 } from '@mysten/sui/utils';
import { fromBase64 } from '../base64.ts';
import { BcsError, digestBytes } from '../ledger/bcs.ts';
import { decodeTransactionData } from '../ledger/codec/transaction.ts';
import type { Argument } from '../ledger/outcome.ts';
import { PROTOCOL } from '../ledger/protocol.ts';
import { parseTypeTag, type TypeTag } from '../vm/tag.ts';
import { refuseInput, refuseSize, refuseUnsupported } from './refusal.ts';

/** One version of one object, with its digest in base58. */
export interface ObjectRef {
  /** `0x` and 64 digits. */
  readonly id: string;
  readonly version: bigint;
  readonly digest: string;
}

export type Input =
  | { readonly kind: 'pure'; readonly bytes: Uint8Array }
  | { readonly kind: 'owned'; readonly ref: ObjectRef }
  | { readonly kind: 'shared'; readonly id: string; readonly initialVersion: bigint; readonly mutable: boolean }
  | { readonly kind: 'receiving'; readonly ref: ObjectRef };

export interface MoveCall {
  readonly kind: 'call';
  readonly package: string;
  readonly module: string;
  readonly function: string;
  readonly typeArguments: readonly TypeTag[];
  readonly arguments: readonly Argument[];
}

export interface Upgrade {
  readonly kind: 'upgrade';
  readonly modules: readonly Uint8Array[];
  readonly dependencies: readonly string[];
  readonly package: string;
  readonly ticket: Argument;
}

export type Command =
  | MoveCall
  | { readonly kind: 'transfer'; readonly objects: readonly Argument[]; readonly address: Argument }
  | { readonly kind: 'split'; readonly coin: Argument; readonly amounts: readonly Argument[] }
  | { readonly kind: 'merge'; readonly target: Argument; readonly sources: readonly Argument[] }
  | { readonly kind: 'vector'; readonly type: TypeTag | null; readonly elements: readonly Argument[] }
  | { readonly kind: 'publish'; readonly modules: readonly Uint8Array[]; readonly dependencies: readonly string[] }
  | Upgrade;

type Data = (typeof bcs.TransactionData.$inferType)['V1'];
export type Expiration = Data['expiration'];

export interface Transaction {
  readonly bytes: Uint8Array;
  /** 32 bytes. */
  readonly digest: Uint8Array;
  /** `digest` in base58. */
  readonly digestText: string;
  readonly sender: string;
  readonly gas: {
    readonly payment: readonly ObjectRef[];
    readonly owner: string;
    /** MIST per gas unit. */
    readonly price: bigint;
    /** MIST. */
    readonly budget: bigint;
  };
  readonly expiration: Expiration;
  readonly inputs: readonly Input[];
  readonly commands: readonly Command[];
}

/**
 * Decodes a transaction. Limits on its parts are `checkForm`'s.
 * @param bytes BCS `TransactionData`, at most 128 KB
 * @throws TransactionRefused when the bytes are no transaction, or one of a kind that users cannot send
 */
export function decodeTransaction(bytes: Uint8Array): Transaction {
  const limit = PROTOCOL.max_tx_size_bytes;
  if (bytes.length > limit) refuseSize(`serialized transaction size exceeded maximum of ${limit}`, bytes.length);
  let data: Data;
  try {
    data = decodeTransactionData(bytes).V1;
  } catch (error) {
    if (error instanceof BcsError) return refuseInput(error.message);
    throw error;
  }
  const { kind, sender, gasData, expiration } = data;
  if (kind.$kind !== 'ProgrammableTransaction') {
    return refuseInput(`transactions of the kind ${kind.$kind} are sent by the network alone`);
  }
  const { inputs, commands } = kind.ProgrammableTransaction;
  const digest = digestBytes('TransactionData', bytes);
  return {
    bytes,
    digest,
    digestText: toBase58(digest),
    sender,
    gas: {
      payment: gasData.payment.map(objectRef),
      owner: gasData.owner,
      price: BigInt(gasData.price),
      budget: BigInt(gasData.budget),
    },
    expiration,
    inputs: inputs.map(decodeInput),
    commands: commands.map(decodeCommand),
  };
}

function objectRef(ref: { objectId: string; version: string; digest: string }): ObjectRef {
  return { id: ref.objectId, version: BigInt(ref.version), digest: ref.digest };
}

function decodeInput(input: typeof bcs.CallArg.$inferType): Input {
  switch (input.$kind) {
    case 'Pure':
      return { kind: 'pure', bytes: fromBase64(input.Pure.bytes) };
    case 'Object': {
      const object = input.Object;
      if (object.$kind === 'ImmOrOwnedObject') return { kind: 'owned', ref: objectRef(object.ImmOrOwnedObject) };
      if (object.$kind === 'Receiving') return { kind: 'receiving', ref: objectRef(object.Receiving) };
      const { objectId, initialSharedVersion, mutable } = object.SharedObject;
      return { kind: 'shared', id: objectId, initialVersion: BigInt(initialSharedVersion), mutable };
    }
    default:
      return refuseUnsupported('withdrawals from address balances; pay with coins');
  }
}

function decodeCommand(command: typeof bcs.Command.$inferType): Command {
  switch (command.$kind) {
    case 'MoveCall': {
      const { package: id, module, function: name, typeArguments, arguments: args } = command.MoveCall;
      for (const identifier of [module, name]) {
        if (!IDENTIFIER.test(identifier)) refuseInput(`Invalid identifier found in the transaction: ${identifier}`);
      }
      const tags = typeArguments.map(typeTag);
      return { kind: 'call', package: id, module, function: name, typeArguments: tags, arguments: args };
    }
    case 'TransferObjects':
      return { kind: 'transfer', ...command.TransferObjects };
    case 'SplitCoins':
      return { kind: 'split', ...command.SplitCoins };
    case 'MergeCoins':
      return { kind: 'merge', target: command.MergeCoins.destination, sources: command.MergeCoins.sources };
    case 'MakeMoveVec': {
      const { type, elements } = command.MakeMoveVec;
      return { kind: 'vector', type: type === null ? null : typeTag(type), elements };
    }
    case 'Publish': {
      const { modules, dependencies } = command.Publish;
      return { kind: 'publish', modules: modules.map((module) => fromBase64(module)), dependencies };
    }
    case 'Upgrade': {
      const { modules, dependencies, package: id, ticket } = command.Upgrade;
      return {
        kind: 'upgrade',
        modules: modules.map((module) => fromBase64(module)),
        dependencies,
        package: id,
        ticket,
      };
    }
    default:
      return refuseUnsupported(`the command ${(command as { $kind: string }).$kind}`);
  }
}

const IDENTIFIER = /^(?:[A-Za-z][A-Za-z0-9_]*|_[A-Za-z0-9_]+)$/;

function typeTag(text: string): TypeTag {
  try {
    return parseTypeTag(text);
  } catch (error) {
    return refuseInput(`Invalid identifier found in the transaction: ${(error as Error).message}`);
  }
}

/** Addresses of the packages that a type names. */
export function packagesOfTag(tag: TypeTag): string[] {
  if (typeof tag === 'string') return [];
  if ('vector' in tag) return packagesOfTag(tag.vector);
  return [tag.address, ...tag.typeArguments.flatMap(packagesOfTag)];
}

/** Packages that a command needs as inputs. */
export function packagesOfCommand(command: Command): string[] {
  switch (command.kind) {
    case 'call':
      return [command.package, ...command.typeArguments.flatMap(packagesOfTag)];
    case 'vector':
      return command.type === null ? [] : packagesOfTag(command.type);
    case 'publish':
      return [...command.dependencies];
    case 'upgrade':
      return [...command.dependencies, command.package];
    default:
      return [];
  }
}
