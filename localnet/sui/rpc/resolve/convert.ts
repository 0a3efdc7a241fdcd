/** Transactions as clients send them in messages, into the parts of Sui's BCS. */
import type { bcs } from '@mysten/sui/bcs';
import { GrpcTypes } from '@mysten/sui/grpc';
import { toBase64 } from '../../base64.ts';
import { decodeTransactionData, encodeTransactionData } from '../../ledger/codec/transaction.ts';
import { canonicalType, formatType, parseType } from '../../ledger/types.ts';
import { milliseconds } from '../render/common.ts';
import { address, digest, name } from '../services/context.ts';
import { RpcStatus, invalid, missing } from '../status.ts';

/** `TransactionDataV1` as its BCS encoder takes it. */
export type DataV1 = Extract<Parameters<typeof bcs.TransactionData.serialize>[0], { V1: unknown }>['V1'];
type Programmable = Extract<DataV1['kind'], { ProgrammableTransaction: unknown }>['ProgrammableTransaction'];
export type CallArgInput = Programmable['inputs'] extends Iterable<infer T> ? T : never;
export type CommandInput = Programmable['commands'] extends Iterable<infer T> ? T : never;
export type ArgumentInput = Parameters<typeof bcs.Argument.serialize>[0];
type ObjectRef = { objectId: string; version: bigint; digest: string };

/** BCS of a transaction. */
export function encodeTransaction(data: DataV1): Uint8Array {
  try {
    return encodeTransactionData({ V1: data });
  } catch (error) {
    throw invalid('transaction', (error as Error).message);
  }
}

/**
 * Checks that bytes are the BCS of one transaction.
 * @throws RpcStatus INVALID_ARGUMENT
 */
export function checkTransaction(bytes: Uint8Array): Uint8Array {
  try {
    decodeTransactionData(bytes);
  } catch (error) {
    throw invalid('transaction', `invalid transaction: ${(error as Error).message}`);
  }
  return bytes;
}

/**
 * BCS of a transaction that leaves nothing open, from its BCS or its fields.
 * @throws RpcStatus INVALID_ARGUMENT naming the first field that is missing or wrong
 */
export function completeTransaction(message: GrpcTypes.Transaction): Uint8Array {
  if (message.bcs?.value) return checkTransaction(message.bcs.value);
  const sender = address('transaction.sender', message.sender);
  const program = programOf(message);
  const gas = message.gasPayment;
  if (!gas) throw missing('transaction.gas_payment');
  if (gas.price === undefined) throw missing('transaction.gas_payment.price');
  if (gas.budget === undefined) throw missing('transaction.gas_payment.budget');
  return encodeTransaction({
    kind: {
      ProgrammableTransaction: {
        inputs: program.inputs.map(completeInput),
        commands: program.commands.map(convertCommand),
      },
    },
    sender,
    gasData: {
      payment: gas.objects.map((ref) => objectRef('transaction.gas_payment.objects', ref)),
      owner: address('transaction.gas_payment.owner', gas.owner),
      price: gas.price,
      budget: gas.budget,
    },
    expiration: convertExpiration(message.expiration),
  });
}

/** The programmable transaction in a message. */
export function programOf(message: GrpcTypes.Transaction): GrpcTypes.ProgrammableTransaction {
  const data = message.kind?.data;
  if (data?.oneofKind !== 'programmableTransaction') throw missing('transaction.kind.programmable_transaction');
  return data.programmableTransaction;
}

function objectRef(field: string, ref: { objectId?: string; version?: bigint; digest?: string }): ObjectRef {
  if (ref.version === undefined) throw missing(`${field}.version`);
  return {
    objectId: address(`${field}.object_id`, ref.objectId),
    version: ref.version,
    digest: digest(`${field}.digest`, ref.digest),
  };
}

/** An input that leaves nothing open. */
export function completeInput(input: GrpcTypes.Input): CallArgInput {
  const { Input_InputKind: Kind } = GrpcTypes;
  switch (input.kind) {
    case Kind.PURE:
      if (!input.pure) throw missing('inputs.pure');
      return { Pure: { bytes: toBase64(input.pure) } };
    case Kind.IMMUTABLE_OR_OWNED:
      return { Object: { ImmOrOwnedObject: objectRef('inputs', input) } };
    case Kind.RECEIVING:
      return { Object: { Receiving: objectRef('inputs', input) } };
    case Kind.SHARED: {
      if (input.version === undefined) throw missing('inputs.version');
      const mutable = input.mutable ?? input.mutability === GrpcTypes.Input_Mutability.MUTABLE;
      const objectId = address('inputs.object_id', input.objectId);
      return { Object: { SharedObject: { objectId, initialSharedVersion: input.version, mutable } } };
    }
    case Kind.FUNDS_WITHDRAWAL:
      return convertWithdrawal(input.fundsWithdrawal);
    default:
      throw missing('inputs.kind');
  }
}

function convertWithdrawal(withdrawal: GrpcTypes.FundsWithdrawal | undefined): CallArgInput {
  const { FundsWithdrawal_Source: Source } = GrpcTypes;
  if (!withdrawal || withdrawal.amount === undefined) throw missing('inputs.funds_withdrawal.amount');
  const typeArg = { Balance: canonicalType(name('inputs.funds_withdrawal.coin_type', withdrawal.coinType)) };
  const reservation = { MaxAmountU64: withdrawal.amount };
  switch (withdrawal.source) {
    case Source.SENDER:
      return { FundsWithdrawal: { reservation, typeArg, withdrawFrom: { Sender: true } } };
    case Source.SPONSOR:
      return { FundsWithdrawal: { reservation, typeArg, withdrawFrom: { Sponsor: true } } };
    case Source.SENDER_ALLOWANCE: {
      const funder = address('inputs.funds_withdrawal.funder', withdrawal.funder);
      const allowance = address('inputs.funds_withdrawal.allowance', withdrawal.allowance);
      return { FundsWithdrawal: { reservation, typeArg, withdrawFrom: { SenderAllowance: { funder, allowance } } } };
    }
    default:
      throw missing('inputs.funds_withdrawal.source');
  }
}

function convertArgument(argument: GrpcTypes.Argument | undefined): ArgumentInput {
  const { Argument_ArgumentKind: Kind } = GrpcTypes;
  switch (argument?.kind) {
    case Kind.GAS:
      return { GasCoin: true };
    case Kind.INPUT:
      return { Input: index('input', argument.input) };
    case Kind.RESULT: {
      const result = index('result', argument.result);
      if (argument.subresult === undefined) return { Result: result };
      return { NestedResult: [result, index('subresult', argument.subresult)] };
    }
    default:
      throw missing('commands.arguments.kind');
  }
}

function index(field: string, value: number | undefined): number {
  if (value === undefined) throw missing(`commands.arguments.${field}`);
  if (value > 0xffff) throw invalid(`commands.arguments.${field}`, `${value} does not fit 16 bits`);
  return value;
}

function typeArgument(field: string, text: string): string {
  try {
    return formatType(parseType(text));
  } catch (error) {
    throw invalid(field, (error as Error).message);
  }
}

/** A command. */
export function convertCommand({ command }: GrpcTypes.Command): CommandInput {
  switch (command.oneofKind) {
    case 'moveCall': {
      const { typeArguments, arguments: args } = command.moveCall;
      return {
        MoveCall: {
          package: address('commands.move_call.package', command.moveCall.package),
          module: name('commands.move_call.module', command.moveCall.module),
          function: name('commands.move_call.function', command.moveCall.function),
          typeArguments: typeArguments.map((type) => typeArgument('commands.move_call.type_arguments', type)),
          arguments: args.map(convertArgument),
        },
      };
    }
    case 'transferObjects': {
      const { objects, address: recipient } = command.transferObjects;
      return { TransferObjects: { objects: objects.map(convertArgument), address: convertArgument(recipient) } };
    }
    case 'splitCoins': {
      const { coin, amounts } = command.splitCoins;
      return { SplitCoins: { coin: convertArgument(coin), amounts: amounts.map(convertArgument) } };
    }
    case 'mergeCoins': {
      const { coin, coinsToMerge } = command.mergeCoins;
      return { MergeCoins: { destination: convertArgument(coin), sources: coinsToMerge.map(convertArgument) } };
    }
    case 'publish': {
      const { modules, dependencies } = command.publish;
      return { Publish: { modules: modules.map(toBase64), dependencies: dependencies.map(packageId) } };
    }
    case 'makeMoveVector': {
      const { elementType, elements } = command.makeMoveVector;
      const type =
        elementType === undefined ? null : typeArgument('commands.make_move_vector.element_type', elementType);
      return { MakeMoveVec: { type, elements: elements.map(convertArgument) } };
    }
    case 'upgrade': {
      const { modules, dependencies, package: target, ticket } = command.upgrade;
      return {
        Upgrade: {
          modules: modules.map(toBase64),
          dependencies: dependencies.map(packageId),
          package: address('commands.upgrade.package', target),
          ticket: convertArgument(ticket),
        },
      };
    }
    default:
      throw missing('commands.command');
  }
}

function packageId(id: string): string {
  return address('commands.dependencies', id);
}

/** When a transaction expires; never, if the message does not say. */
export function convertExpiration(expiration: GrpcTypes.TransactionExpiration | undefined): DataV1['expiration'] {
  const { TransactionExpiration_TransactionExpirationKind: Kind } = GrpcTypes;
  switch (expiration?.kind) {
    case undefined:
    case Kind.NONE:
      return { None: true };
    case Kind.EPOCH: {
      if (expiration.epoch === undefined) throw missing('expiration.epoch');
      if (expiration.epoch > BigInt(Number.MAX_SAFE_INTEGER)) throw invalid('expiration.epoch', 'too large');
      return { Epoch: Number(expiration.epoch) };
    }
    case Kind.VALID_DURING:
      return { ValidDuring: convertWindow(expiration) };
    case Kind.VALIDITY: {
      const { allowedProposers } = expiration;
      const proposers = allowedProposers && {
        epoch: allowedProposers.epoch ?? 0n,
        proposers: allowedProposers.proposers,
      };
      return { Validity: { ...convertWindow(expiration), allowedProposers: proposers ?? null } };
    }
    default:
      throw invalid('expiration.kind', 'unknown');
  }
}

function convertWindow(expiration: GrpcTypes.TransactionExpiration) {
  const { minEpoch, epoch, minTimestamp, maxTimestamp, chain, nonce } = expiration;
  return {
    minEpoch: minEpoch ?? null,
    maxEpoch: epoch ?? null,
    minTimestamp: minTimestamp ? milliseconds(minTimestamp) : null,
    maxTimestamp: maxTimestamp ? milliseconds(maxTimestamp) : null,
    chain: digest('expiration.chain', chain),
    nonce: nonce ?? 0,
  };
}

/** Serialized form (flag || signature || key) of a user signature. */
export function convertSignature(message: GrpcTypes.UserSignature, position: number): Uint8Array {
  const field = `signatures[${position}]`;
  if (message.bcs?.value) return message.bcs.value;
  const body = message.signature;
  if (body.oneofKind !== 'simple') {
    throw new RpcStatus('INVALID_ARGUMENT', `${field}: give the serialized signature as bcs, or a simple signature`);
  }
  const { scheme, signature, publicKey } = body.simple;
  if (scheme === undefined || !signature || !publicKey) throw missing(`${field}.simple`);
  return Uint8Array.of(scheme, ...signature, ...publicKey);
}
