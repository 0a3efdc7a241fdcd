/**
 * Completes transactions that clients leave open: object versions and digests, whether an object is owned, shared or
 * received, the mutability of shared ones, gas price, budget and expiration. Gas coins are chosen in `gas.ts`.
 */
import { GrpcTypes } from '@mysten/sui/grpc';
import { toBase64 } from '../../base64.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { coinBalance, type ObjectRecord } from '../../ledger/objects.ts';
import type { PackageReader, Signature } from '../../ledger/packages.ts';
import { PROTOCOL } from '../../ledger/protocol.ts';
import { GAS_COIN_TYPE, SUI_ADDRESS } from '../../ledger/types.ts';
import { address, digest } from '../services/context.ts';
import { RpcStatus, invalid, notFound } from '../status.ts';
import {
  completeInput,
  convertCommand,
  convertExpiration,
  programOf,
  type CallArgInput,
  type CommandInput,
  type DataV1,
} from './convert.ts';

type ObjectRef = { objectId: string; version: bigint; digest: string };
type OpenRef = { objectId?: string; version?: bigint; digest?: string };

/** Completes a transaction message. Gas payment stays empty where the message has none. */
export function resolveTransaction(message: GrpcTypes.Transaction, ledger: Ledger, packages: PackageReader): DataV1 {
  const sender = address('transaction.sender', message.sender);
  const program = programOf(message);
  const commands = program.commands.map(convertCommand);
  checkFunctions(commands, ledger, packages);
  const inputs = program.inputs.map((input, index) =>
    new InputResolver(ledger, packages, commands, index).resolve(input),
  );
  return {
    kind: { ProgrammableTransaction: { inputs, commands } },
    sender,
    gasData: resolveGas(message.gasPayment, sender, ledger),
    expiration: convertExpiration(message.expiration),
  };
}

function resolveGas(gas: GrpcTypes.GasPayment | undefined, sender: string, ledger: Ledger): DataV1['gasData'] {
  const price = gas?.price ?? ledger.currentEpoch.referenceGasPrice;
  const coins = (gas?.objects ?? []).map((ref) => {
    const object = liveObject(ledger, 'payment', ref.objectId);
    if (object.kind !== 'move' || object.type !== GAS_COIN_TYPE)
      throw invalid('payment', `object ${object.id} is no gas coin`);
    return { ref: checkReference(object, ref), balance: coinBalance(object)! };
  });
  const total = coins.reduce((sum, coin) => sum + coin.balance, 0n);
  const limit = BigInt(PROTOCOL.max_tx_gas);
  return {
    payment: coins.map((coin) => coin.ref),
    owner: gas?.owner === undefined ? sender : address('owner', gas.owner),
    price,
    budget: gas?.budget ?? (coins.length > 0 && total < limit ? total : limit),
  };
}

function liveObject(ledger: Ledger, field: string, objectId: string | undefined): ObjectRecord {
  const id = address(`${field}.object_id`, objectId);
  const object = ledger.live(id);
  if (!object) throw notFound(`Object ${id}`);
  return object;
}

/** Every function called must exist before anything else is judged. */
function checkFunctions(commands: readonly CommandInput[], ledger: Ledger, packages: PackageReader): void {
  for (const command of commands) {
    if (!('MoveCall' in command) || !command.MoveCall) continue;
    const { package: id, module, function: name } = command.MoveCall;
    const object = ledger.live(id as string);
    if (!object) throw notFound(`Object ${id as string}`);
    if (object.kind !== 'package') throw new RpcStatus('INVALID_ARGUMENT', `object ${object.id} is not a package`);
    if (!packages.module(object.id, module)?.functions.has(name)) {
      throw new RpcStatus('INVALID_ARGUMENT', `unable to find function ${object.id}::${module}::${name}`);
    }
  }
}

/** A reference to the live version; what the client said of it must be right. */
function checkReference(object: ObjectRecord, ref: OpenRef): ObjectRef {
  if (object.owner.$kind !== 'AddressOwner' && object.owner.$kind !== 'Immutable') {
    throw new RpcStatus('INVALID_ARGUMENT', `object ${object.id} is not Immutable or AddressOwned`);
  }
  if (ref.version !== undefined && ref.version !== object.version) {
    const versions = `provided: ${ref.version} actual: ${object.version}`;
    throw new RpcStatus('INVALID_ARGUMENT', `provided version of ${object.id} doesn't match, ${versions}`);
  }
  if (ref.digest !== undefined && digest('digest', ref.digest) !== object.digest) {
    const digests = `provided: ${ref.digest} actual: ${object.digest}`;
    throw new RpcStatus('INVALID_ARGUMENT', `provided digest of ${object.id} doesn't match, ${digests}`);
  }
  return { objectId: object.id, version: object.version, digest: object.digest };
}

/** Resolves one input by the commands that use it. */
class InputResolver {
  readonly #ledger: Ledger;
  readonly #packages: PackageReader;
  readonly #commands: readonly CommandInput[];
  readonly #index: number;

  constructor(ledger: Ledger, packages: PackageReader, commands: readonly CommandInput[], index: number) {
    this.#ledger = ledger;
    this.#packages = packages;
    this.#commands = commands;
    this.#index = index;
  }

  resolve(input: GrpcTypes.Input): CallArgInput {
    const { Input_InputKind: Kind } = GrpcTypes;
    if (input.literal) {
      throw new RpcStatus('UNIMPLEMENTED', 'literal inputs are not resolved by this network; send pure BCS bytes');
    }
    switch (input.kind) {
      case Kind.IMMUTABLE_OR_OWNED:
        return { Object: { ImmOrOwnedObject: checkReference(this.#object(input), input) } };
      case Kind.RECEIVING:
        return { Object: { Receiving: checkReference(this.#object(input), input) } };
      case Kind.SHARED:
        return this.#shared(this.#object(input));
      case undefined:
        return input.pure ? { Pure: { bytes: toBase64(input.pure) } } : this.#any(input);
      default:
        return completeInput(input);
    }
  }

  #object(input: GrpcTypes.Input): ObjectRecord {
    return liveObject(this.#ledger, 'inputs', input.objectId);
  }

  #any(input: GrpcTypes.Input): CallArgInput {
    const object = this.#object(input);
    switch (object.owner.$kind) {
      case 'Immutable':
        return { Object: { ImmOrOwnedObject: checkReference(object, input) } };
      case 'AddressOwner': {
        const ref = checkReference(object, input);
        return { Object: this.#isReceiving() ? { Receiving: ref } : { ImmOrOwnedObject: ref } };
      }
      case 'ObjectOwner':
        throw new RpcStatus('INVALID_ARGUMENT', `object ${object.id} is object owned and cannot be used as an input`);
      default:
        return this.#shared(object);
    }
  }

  #shared(object: ObjectRecord): CallArgInput {
    const { owner } = object;
    if (owner.$kind !== 'Shared' && owner.$kind !== 'ConsensusAddressOwner') {
      throw new RpcStatus('INVALID_ARGUMENT', `object ${object.id} is not a shared or consensus object`);
    }
    const start =
      owner.$kind === 'Shared' ? owner.Shared.initialSharedVersion : owner.ConsensusAddressOwner.startVersion;
    const shared = { objectId: object.id, initialSharedVersion: BigInt(start), mutable: this.#isMutable() };
    return { Object: { SharedObject: shared } };
  }

  /** Parameters that this input is passed as, over all Move calls. */
  *#parameters(): Generator<Signature> {
    for (const command of this.#commands) {
      if (!('MoveCall' in command) || !command.MoveCall) continue;
      const { package: id, module, function: name, arguments: args } = command.MoveCall;
      const { parameters: all } = this.#packages.module(id as string, module)!.functions.get(name)!;
      const parameters = all.filter((parameter) => !isContext(parameter));
      for (const [position, argument] of [...args].entries()) {
        if (!this.#isThis(argument)) continue;
        const parameter = parameters[position];
        if (!parameter) throw new RpcStatus('INVALID_ARGUMENT', 'invalid input parameter');
        yield parameter;
      }
    }
  }

  #isReceiving(): boolean {
    return [...this.#parameters()].some(
      ({ body }) =>
        body.kind === 'datatype' &&
        body.package === SUI_ADDRESS &&
        body.module === 'transfer' &&
        body.name === 'Receiving',
    );
  }

  /** Whether any use of the input needs more than an immutable reference. */
  #isMutable(): boolean {
    const byCalls = [...this.#parameters()].some(
      ({ reference, body }) =>
        reference === 'mutable' || (reference === undefined && (body.kind === 'datatype' || body.kind === 'parameter')),
    );
    return byCalls || this.#commands.some((command) => this.#changesCoins(command));
  }

  #changesCoins(command: CommandInput): boolean {
    if ('SplitCoins' in command && command.SplitCoins) return this.#isThis(command.SplitCoins.coin);
    if ('MergeCoins' in command && command.MergeCoins) {
      return [command.MergeCoins.destination, ...command.MergeCoins.sources].some((arg) => this.#isThis(arg));
    }
    if ('MakeMoveVec' in command && command.MakeMoveVec) {
      return [...command.MakeMoveVec.elements].some((argument) => this.#isThis(argument));
    }
    return false;
  }

  #isThis(argument: unknown): boolean {
    return (argument as { Input?: number }).Input === this.#index;
  }
}

/** Whether a parameter is the transaction's context, which the network passes by itself. */
function isContext({ reference, body }: Signature): boolean {
  if (reference === undefined || body.kind !== 'datatype') return false;
  return body.package === SUI_ADDRESS && body.module === 'tx_context' && body.name === 'TxContext';
}
