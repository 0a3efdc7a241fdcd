/** Which update a light client of Ethereum needs next, without trying. */
import { PRESETS, type EthereumConfig, type LightClientUpdate } from '../../enclave/ethereum/index.ts';

/** What a light client has. */
export interface Known {
  /** Slot of its finalized header */
  readonly slot: number;
  readonly knowsNextCommittee: boolean;
}

/** Sync committee period of a slot. */
export function periodOf({ preset }: EthereumConfig, slot: number): number {
  const { slotsPerEpoch, epochsPerSyncCommitteePeriod } = PRESETS[preset];
  return Math.floor(slot / slotsPerEpoch / epochsPerSyncCommitteePeriod);
}

/**
 * The next step towards a finality update: the update itself, or the update of a period, by which the light client
 * learns the committee that follows.
 * @returns undefined when the finality update brings nothing
 */
export function nextStep(
  config: EthereumConfig,
  known: Known,
  target: LightClientUpdate,
): 'finality' | number | undefined {
  if (target.finalizedHeader.beacon.slot <= known.slot) return undefined;
  const period = periodOf(config, known.slot);
  const signed = periodOf(config, target.signatureSlot);
  if (signed === period || (signed === period + 1 && known.knowsNextCommittee)) return 'finality';
  return known.knowsNextCommittee ? period + 1 : period;
}

/** Whether the update of a period would not be refused as irrelevant. */
export function bringsAnything(config: EthereumConfig, known: Known, update: LightClientUpdate): boolean {
  const { slot } = update.finalizedHeader.beacon;
  if (slot > known.slot) return true;
  const bringsNext = update.next !== undefined && periodOf(config, slot) === periodOf(config, known.slot);
  return bringsNext && !known.knowsNextCommittee;
}
