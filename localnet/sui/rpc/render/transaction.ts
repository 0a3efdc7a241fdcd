/** Transactions: Sui's BCS into the messages that clients read. */
import type { bcs } from '@mysten/sui/bcs';
import { GrpcTypes } from '@mysten/sui/grpc';
import { fromBase64 } from '../../base64.ts';
import { readTransactionData } from '../../ledger/codec/transaction.ts';
import { recordFromBcs } from '../../ledger/objects.ts';
import { canonicalType } from '../../ledger/types.ts';
import { project, FieldMask } from '../field-mask.ts';
import { bcsMessage, timestamp } from './common.ts';
import { renderObject } from './object.ts';

type Data = (typeof bcs.TransactionData.$inferType)['V1'];
type Kind = Data['kind'];
type ProgrammableTransaction = Extract<Kind, { $kind: 'ProgrammableTransaction' }>['ProgrammableTransaction'];
type CallArg = ProgrammableTransaction['inputs'][number];
type Command = ProgrammableTransaction['commands'][number];
type Argument = typeof bcs.Argument.$inferType;
type ChangeEpoch = Extract<Kind, { $kind: 'ChangeEpoch' }>['ChangeEpoch'];
type EndOfEpochKind = Extract<Kind, { $kind: 'EndOfEpochTransaction' }>['EndOfEpochTransaction'][number];
type KindMessage = GrpcTypes.TransactionKind;

const { TransactionKind_Kind: KindNumber, EndOfEpochTransactionKind_Kind: EndKind } = GrpcTypes;

/** Renders BCS `TransactionData` with its digest. */
export function renderTransaction(bytes: Uint8Array, digest: string, mask: FieldMask): GrpcTypes.Transaction {
  let parsed: Data | undefined;
  const data = (): Data => (parsed ??= readTransactionData(bytes).V1);
  return project<GrpcTypes.Transaction>(mask, {
    bcs: () => bcsMessage('TransactionData', bytes),
    digest: () => digest,
    version: () => 1,
    kind: () => renderKind(data().kind),
    sender: () => data().sender,
    gasPayment: () => renderGasPayment(data().gasData),
    expiration: () => renderExpiration(data().expiration),
  });
}

function renderGasPayment({ payment, owner, price, budget }: Data['gasData']): GrpcTypes.GasPayment {
  const objects = payment.map(({ objectId, version, digest }) => ({ objectId, version: BigInt(version), digest }));
  return { objects, owner, price: BigInt(price), budget: BigInt(budget) };
}

function renderExpiration(expiration: Data['expiration']): GrpcTypes.TransactionExpiration {
  const { TransactionExpiration_TransactionExpirationKind: ExpirationKind } = GrpcTypes;
  switch (expiration.$kind) {
    case 'None':
      return { kind: ExpirationKind.NONE };
    case 'Epoch':
      return { kind: ExpirationKind.EPOCH, epoch: BigInt(expiration.Epoch) };
    case 'ValidDuring':
      return { kind: ExpirationKind.VALID_DURING, ...renderWindow(expiration.ValidDuring) };
    case 'Validity': {
      const { allowedProposers } = expiration.Validity;
      const window = { kind: ExpirationKind.VALIDITY, ...renderWindow(expiration.Validity) };
      if (!allowedProposers) return window;
      const { epoch, proposers } = allowedProposers;
      return { ...window, allowedProposers: { epoch: BigInt(epoch), proposers: [...proposers] } };
    }
  }
}

type Window = Extract<Data['expiration'], { $kind: 'ValidDuring' }>['ValidDuring'];

function renderWindow(window: Window): Omit<GrpcTypes.TransactionExpiration, 'kind'> {
  const { minEpoch, maxEpoch, minTimestamp, maxTimestamp, chain, nonce } = window;
  return {
    ...(minEpoch === null ? {} : { minEpoch: BigInt(minEpoch) }),
    ...(maxEpoch === null ? {} : { epoch: BigInt(maxEpoch) }),
    ...(minTimestamp === null ? {} : { minTimestamp: timestamp(BigInt(minTimestamp)) }),
    ...(maxTimestamp === null ? {} : { maxTimestamp: timestamp(BigInt(maxTimestamp)) }),
    chain,
    nonce,
  };
}

function renderKind(kind: Kind): KindMessage {
  switch (kind.$kind) {
    case 'ProgrammableTransaction':
      return programmable(KindNumber.PROGRAMMABLE_TRANSACTION, kind.ProgrammableTransaction);
    case 'ProgrammableSystemTransaction':
      return programmable(KindNumber.PROGRAMMABLE_SYSTEM_TRANSACTION, kind.ProgrammableSystemTransaction);
    case 'ChangeEpoch':
      return {
        kind: KindNumber.CHANGE_EPOCH,
        data: { oneofKind: 'changeEpoch', changeEpoch: renderChangeEpoch(kind.ChangeEpoch) },
      };
    case 'Genesis':
      return { kind: KindNumber.GENESIS, data: { oneofKind: 'genesis', genesis: renderGenesis(kind.Genesis.objects) } };
    case 'EndOfEpochTransaction': {
      const transactions = kind.EndOfEpochTransaction.map(renderEndOfEpoch);
      return { kind: KindNumber.END_OF_EPOCH, data: { oneofKind: 'endOfEpoch', endOfEpoch: { transactions } } };
    }
    case 'ConsensusCommitPrologue':
      return prologue(KindNumber.CONSENSUS_COMMIT_PROLOGUE_V1, kind.ConsensusCommitPrologue);
    case 'ConsensusCommitPrologueV2':
      return prologue(KindNumber.CONSENSUS_COMMIT_PROLOGUE_V2, kind.ConsensusCommitPrologueV2);
    case 'ConsensusCommitPrologueV3':
      return prologue(KindNumber.CONSENSUS_COMMIT_PROLOGUE_V3, kind.ConsensusCommitPrologueV3);
    case 'ConsensusCommitPrologueV4':
      return prologue(KindNumber.CONSENSUS_COMMIT_PROLOGUE_V4, kind.ConsensusCommitPrologueV4);
    case 'AuthenticatorStateUpdate':
      return { kind: KindNumber.AUTHENTICATOR_STATE_UPDATE, data: { oneofKind: undefined } };
    case 'RandomnessStateUpdate':
      return { kind: KindNumber.RANDOMNESS_STATE_UPDATE, data: { oneofKind: undefined } };
  }
}

function programmable(
  kind: GrpcTypes.TransactionKind_Kind,
  { inputs, commands }: ProgrammableTransaction,
): KindMessage {
  const programmableTransaction = { inputs: inputs.map(renderInput), commands: commands.map(renderCommand) };
  return { kind, data: { oneofKind: 'programmableTransaction', programmableTransaction } };
}

function renderInput(input: CallArg): GrpcTypes.Input {
  const { Input_InputKind: InputKind, Input_Mutability: Mutability } = GrpcTypes;
  if (input.$kind === 'Pure') return { kind: InputKind.PURE, pure: fromBase64(input.Pure.bytes) };
  if (input.$kind === 'FundsWithdrawal') return renderWithdrawal(input.FundsWithdrawal);
  const object = input.Object;
  switch (object.$kind) {
    case 'ImmOrOwnedObject':
      return { kind: InputKind.IMMUTABLE_OR_OWNED, ...reference(object.ImmOrOwnedObject) };
    case 'Receiving':
      return { kind: InputKind.RECEIVING, ...reference(object.Receiving) };
    case 'SharedObject': {
      const { objectId, initialSharedVersion, mutable } = object.SharedObject;
      const mutability = mutable ? Mutability.MUTABLE : Mutability.IMMUTABLE;
      return { kind: InputKind.SHARED, objectId, version: BigInt(initialSharedVersion), mutable, mutability };
    }
  }
}

function reference({ objectId, version, digest }: { objectId: string; version: string; digest: string }) {
  return { objectId, version: BigInt(version), digest };
}

function renderWithdrawal(
  withdrawal: Extract<CallArg, { $kind: 'FundsWithdrawal' }>['FundsWithdrawal'],
): GrpcTypes.Input {
  const { FundsWithdrawal_Source: Source } = GrpcTypes;
  const { withdrawFrom } = withdrawal;
  const source = { Sender: Source.SENDER, Sponsor: Source.SPONSOR, SenderAllowance: Source.SENDER_ALLOWANCE };
  return {
    kind: GrpcTypes.Input_InputKind.FUNDS_WITHDRAWAL,
    fundsWithdrawal: {
      amount: BigInt(withdrawal.reservation.MaxAmountU64),
      coinType: canonicalType(withdrawal.typeArg.Balance),
      source: source[withdrawFrom.$kind],
      ...(withdrawFrom.$kind === 'SenderAllowance' ? withdrawFrom.SenderAllowance : {}),
    },
  };
}

/** An argument of a command. */
export function renderArgument(argument: Argument): GrpcTypes.Argument {
  const { Argument_ArgumentKind: ArgumentKind } = GrpcTypes;
  switch (argument.$kind) {
    case 'GasCoin':
      return { kind: ArgumentKind.GAS };
    case 'Input':
      return { kind: ArgumentKind.INPUT, input: argument.Input };
    case 'Result':
      return { kind: ArgumentKind.RESULT, result: argument.Result };
    case 'NestedResult': {
      const [result, subresult] = argument.NestedResult;
      return { kind: ArgumentKind.RESULT, result, subresult };
    }
  }
}

function renderCommand(command: Command): GrpcTypes.Command {
  return { command: renderCommandBody(command) };
}

function renderCommandBody(command: Command): GrpcTypes.Command['command'] {
  switch (command.$kind) {
    case 'MoveCall': {
      const { package: packageId, module, function: name, typeArguments, arguments: args } = command.MoveCall;
      const types = typeArguments.map(canonicalType);
      const call = {
        package: packageId,
        module,
        function: name,
        typeArguments: types,
        arguments: args.map(renderArgument),
      };
      return { oneofKind: 'moveCall', moveCall: call };
    }
    case 'TransferObjects': {
      const { objects, address } = command.TransferObjects;
      const transferObjects = { objects: objects.map(renderArgument), address: renderArgument(address) };
      return { oneofKind: 'transferObjects', transferObjects };
    }
    case 'SplitCoins': {
      const { coin, amounts } = command.SplitCoins;
      return {
        oneofKind: 'splitCoins',
        splitCoins: { coin: renderArgument(coin), amounts: amounts.map(renderArgument) },
      };
    }
    case 'MergeCoins': {
      const { destination, sources } = command.MergeCoins;
      const mergeCoins = { coin: renderArgument(destination), coinsToMerge: sources.map(renderArgument) };
      return { oneofKind: 'mergeCoins', mergeCoins };
    }
    case 'Publish': {
      const { modules, dependencies } = command.Publish;
      return { oneofKind: 'publish', publish: { modules: modules.map((code) => fromBase64(code)), dependencies } };
    }
    case 'MakeMoveVec': {
      const { type, elements } = command.MakeMoveVec;
      const elementType = type === null ? {} : { elementType: canonicalType(type) };
      return {
        oneofKind: 'makeMoveVector',
        makeMoveVector: { ...elementType, elements: elements.map(renderArgument) },
      };
    }
    case 'Upgrade': {
      const { modules, dependencies, package: packageId, ticket } = command.Upgrade;
      const upgrade = {
        modules: modules.map((code) => fromBase64(code)),
        dependencies,
        package: packageId,
        ticket: renderArgument(ticket),
      };
      return { oneofKind: 'upgrade', upgrade };
    }
  }
}

function renderChangeEpoch(change: ChangeEpoch): GrpcTypes.ChangeEpoch {
  return {
    epoch: BigInt(change.epoch),
    protocolVersion: BigInt(change.protocolVersion),
    storageCharge: BigInt(change.storageCharge),
    computationCharge: BigInt(change.computationCharge),
    storageRebate: BigInt(change.storageRebate),
    nonRefundableStorageFee: BigInt(change.nonRefundableStorageFee),
    epochStartTimestamp: timestamp(BigInt(change.epochStartTimestampMs)),
    systemPackages: change.systemPackages.map(([version, modules, dependencies]) => ({
      version: BigInt(version),
      modules: modules.map((code) => Uint8Array.from(code)),
      dependencies,
    })),
  };
}

function renderGenesis(
  objects: Extract<Kind, { $kind: 'Genesis' }>['Genesis']['objects'],
): GrpcTypes.GenesisTransaction {
  const zero = '11111111111111111111111111111111';
  const mask = FieldMask.of('object_id,version,owner,object_type,has_public_transfer,contents,package');
  return {
    objects: objects.map(({ RawObject: { data, owner } }) =>
      renderObject(recordFromBcs({ data, owner, previousTransaction: zero, storageRebate: '0' }), mask, undefined),
    ),
  };
}

function renderEndOfEpoch(item: EndOfEpochKind): GrpcTypes.EndOfEpochTransactionKind {
  if (item.$kind === 'ChangeEpoch') {
    return {
      kind: EndKind.CHANGE_EPOCH,
      data: { oneofKind: 'changeEpoch', changeEpoch: renderChangeEpoch(item.ChangeEpoch) },
    };
  }
  // Other steps of an epoch's end are not part of this network.
  return { kind: EndKind.KIND_UNKNOWN, data: { oneofKind: undefined } };
}

type Prologue = { epoch: string; round: string; commitTimestampMs: string } & Partial<
  Extract<Kind, { $kind: 'ConsensusCommitPrologueV4' }>['ConsensusCommitPrologueV4']
>;

function prologue(kind: GrpcTypes.TransactionKind_Kind, commit: Prologue): KindMessage {
  const { consensusCommitDigest, subDagIndex, additionalStateDigest, consensusDeterminedVersionAssignments } = commit;
  const consensusCommitPrologue: GrpcTypes.ConsensusCommitPrologue = {
    epoch: BigInt(commit.epoch),
    round: BigInt(commit.round),
    commitTimestamp: timestamp(BigInt(commit.commitTimestampMs)),
    ...(consensusCommitDigest === undefined ? {} : { consensusCommitDigest }),
    ...(subDagIndex === null || subDagIndex === undefined ? {} : { subDagIndex: BigInt(subDagIndex) }),
    ...(additionalStateDigest === undefined ? {} : { additionalStateDigest }),
  };
  if (consensusDeterminedVersionAssignments) {
    const version = consensusDeterminedVersionAssignments.$kind === 'CancelledTransactions' ? 1 : 2;
    // Nothing is ever cancelled here: there is no congestion.
    consensusCommitPrologue.consensusDeterminedVersionAssignments = { version, canceledTransactions: [] };
  }
  return { kind, data: { oneofKind: 'consensusCommitPrologue', consensusCommitPrologue } };
}
