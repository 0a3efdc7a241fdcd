/** Epochs as the message that clients read. */
import type { GrpcTypes } from '@mysten/sui/grpc';
import type { Epoch } from '../../ledger/ledger.ts';
import { PROTOCOL } from '../../ledger/protocol.ts';
import { project, type FieldMask } from '../field-mask.ts';
import { renderMembers, timestamp } from './common.ts';

/** Renders an epoch. What this network has no notion of, such as staking, is absent or zero. */
export function renderEpoch(epoch: Epoch, mask: FieldMask): GrpcTypes.Epoch {
  const { committee } = epoch.committee;
  return project<GrpcTypes.Epoch>(mask, {
    epoch: () => epoch.epoch,
    committee: () => ({ epoch: committee.epoch, members: renderMembers(committee.members) }),
    systemState: () => renderSystemState(epoch),
    firstCheckpoint: () => epoch.firstCheckpoint,
    lastCheckpoint: () => epoch.lastCheckpoint,
    start: () => timestamp(epoch.startMs),
    end: () => (epoch.endMs === undefined ? undefined : timestamp(epoch.endMs)),
    referenceGasPrice: () => epoch.referenceGasPrice,
    protocolConfig: (sub) =>
      project<GrpcTypes.ProtocolConfig>(sub, {
        protocolVersion: () => epoch.protocolVersion,
        /* eslint-disable @typescript-eslint/no-deprecated -- clients still read them */
        featureFlags: () => ({}),
        attributes: () => Object.fromEntries(Object.entries(PROTOCOL).map(([name, value]) => [name, String(value)])),
        /* eslint-enable @typescript-eslint/no-deprecated */
        configs: () => ({}),
      }),
  });
}

function renderSystemState({
  epoch,
  protocolVersion,
  referenceGasPrice,
  startMs,
  committee,
}: Epoch): GrpcTypes.SystemState {
  return {
    version: 2n,
    epoch,
    protocolVersion,
    referenceGasPrice,
    epochStartTimestampMs: startMs,
    safeMode: false,
    safeModeStorageRewards: 0n,
    safeModeComputationRewards: 0n,
    safeModeStorageRebates: 0n,
    safeModeNonRefundableStorageFee: 0n,
    validatorReportRecords: [],
    parameters: {
      // Epochs end when told to.
      epochDurationMs: 0n,
      stakeSubsidyStartEpoch: 0n,
      minValidatorCount: 1n,
      maxValidatorCount: BigInt(committee.committee.members.length),
      minValidatorJoiningStake: 0n,
      validatorLowStakeThreshold: 0n,
      validatorVeryLowStakeThreshold: 0n,
      validatorLowStakeGracePeriod: 0n,
    },
    storageFund: { totalObjectStorageRebates: 0n, nonRefundableBalance: 0n },
    stakeSubsidy: {
      balance: 0n,
      distributionCounter: 0n,
      currentDistributionAmount: 0n,
      stakeSubsidyPeriodLength: 0n,
      stakeSubsidyDecreaseRate: 0,
    },
  };
}
