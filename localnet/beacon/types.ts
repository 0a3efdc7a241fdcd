/** SSZ types of the light-client protocol from Electra on (consensus-specs), for any committee size. */
import {
  BitVectorType,
  ByteListType,
  ByteVectorType,
  ContainerType,
  ListCompositeType,
  UintBigintType,
  UintNumberType,
  VectorCompositeType,
  type ValueOf,
} from '@chainsafe/ssz';

/** Constants by preset (consensus-specs presets/). */
export const PRESETS = {
  mainnet: { slotsPerEpoch: 32, epochsPerPeriod: 256, committeeSize: 512, secondsPerSlot: 12, maxWithdrawals: 16 },
  minimal: { slotsPerEpoch: 8, epochsPerPeriod: 8, committeeSize: 32, secondsPerSlot: 6, maxWithdrawals: 4 },
} as const;

export type PresetName = keyof typeof PRESETS;

const uint64 = new UintBigintType(8);
const slot = new UintNumberType(8);
const bytes4 = new ByteVectorType(4);
const bytes20 = new ByteVectorType(20);
const bytes32 = new ByteVectorType(32);
const bytes48 = new ByteVectorType(48);

export const ForkData = new ContainerType({ currentVersion: bytes4, genesisValidatorsRoot: bytes32 });
export const SigningData = new ContainerType({ objectRoot: bytes32, domain: bytes32 });
export const ForkRecord = new ContainerType({ previousVersion: bytes4, currentVersion: bytes4, epoch: slot });
export const Checkpoint = new ContainerType({ epoch: slot, root: bytes32 });

export const BeaconBlockHeader = new ContainerType({
  slot,
  proposerIndex: slot,
  parentRoot: bytes32,
  stateRoot: bytes32,
  bodyRoot: bytes32,
});

export const ExecutionPayloadHeader = new ContainerType({
  parentHash: bytes32,
  feeRecipient: bytes20,
  stateRoot: bytes32,
  receiptsRoot: bytes32,
  logsBloom: new ByteVectorType(256),
  prevRandao: bytes32,
  blockNumber: uint64,
  gasLimit: uint64,
  gasUsed: uint64,
  timestamp: uint64,
  extraData: new ByteListType(32),
  baseFeePerGas: new UintBigintType(32),
  blockHash: bytes32,
  transactionsRoot: bytes32,
  withdrawalsRoot: bytes32,
  blobGasUsed: uint64,
  excessBlobGas: uint64,
});

/** A payload's transactions, as EIP-2718 bytes. */
export const Transactions = new ListCompositeType(new ByteListType(2 ** 30), 2 ** 20);

const Withdrawal = new ContainerType({ index: uint64, validatorIndex: uint64, address: bytes20, amount: uint64 });

export const LightClientHeader = new ContainerType({
  beacon: BeaconBlockHeader,
  execution: ExecutionPayloadHeader,
  executionBranch: new VectorCompositeType(bytes32, 4),
});

/** The types that depend on the committee's size. */
function sizedTypes(preset: PresetName) {
  const { committeeSize, maxWithdrawals } = PRESETS[preset];
  const SyncCommittee = new ContainerType({
    pubkeys: new VectorCompositeType(bytes48, committeeSize),
    aggregatePubkey: bytes48,
  });
  const SyncAggregate = new ContainerType({
    syncCommitteeBits: new BitVectorType(committeeSize),
    syncCommitteeSignature: new ByteVectorType(96),
  });
  const committeeBranch = new VectorCompositeType(bytes32, 6);
  const finalityBranch = new VectorCompositeType(bytes32, 7);
  const LightClientBootstrap = new ContainerType({
    header: LightClientHeader,
    currentSyncCommittee: SyncCommittee,
    currentSyncCommitteeBranch: committeeBranch,
  });
  const LightClientUpdate = new ContainerType({
    attestedHeader: LightClientHeader,
    nextSyncCommittee: SyncCommittee,
    nextSyncCommitteeBranch: committeeBranch,
    finalizedHeader: LightClientHeader,
    finalityBranch,
    syncAggregate: SyncAggregate,
    signatureSlot: slot,
  });
  const LightClientFinalityUpdate = new ContainerType({
    attestedHeader: LightClientHeader,
    finalizedHeader: LightClientHeader,
    finalityBranch,
    syncAggregate: SyncAggregate,
    signatureSlot: slot,
  });
  const Withdrawals = new ListCompositeType(Withdrawal, maxWithdrawals);
  return {
    SyncCommittee,
    SyncAggregate,
    LightClientBootstrap,
    LightClientUpdate,
    LightClientFinalityUpdate,
    Withdrawals,
  };
}

const sized = { mainnet: sizedTypes('mainnet'), minimal: sizedTypes('minimal') };

/** The types of a preset. */
export function typesOf(preset: PresetName): ReturnType<typeof sizedTypes> {
  return sized[preset];
}

type Sized = ReturnType<typeof sizedTypes>;
export type HeaderValue = ValueOf<typeof LightClientHeader>;
export type BeaconHeaderValue = ValueOf<typeof BeaconBlockHeader>;
export type ExecutionValue = ValueOf<typeof ExecutionPayloadHeader>;
export type CommitteeValue = ValueOf<Sized['SyncCommittee']>;
export type AggregateValue = ValueOf<Sized['SyncAggregate']>;
export type BootstrapValue = ValueOf<Sized['LightClientBootstrap']>;
export type UpdateValue = ValueOf<Sized['LightClientUpdate']>;
export type FinalityUpdateValue = ValueOf<Sized['LightClientFinalityUpdate']>;
