import { demand } from '../errors.ts';

/** The constants of consensus-specs that differ between presets. */
export interface Preset {
  /** SLOTS_PER_EPOCH */
  slotsPerEpoch: number;
  /** EPOCHS_PER_SYNC_COMMITTEE_PERIOD */
  epochsPerSyncCommitteePeriod: number;
  /** SYNC_COMMITTEE_SIZE */
  syncCommitteeSize: number;
}

/** Both presets of consensus-specs (presets/mainnet, presets/minimal). */
export const PRESETS = {
  mainnet: { slotsPerEpoch: 32, epochsPerSyncCommitteePeriod: 256, syncCommitteeSize: 512 },
  minimal: { slotsPerEpoch: 8, epochsPerSyncCommitteePeriod: 8, syncCommitteeSize: 32 },
} as const satisfies Record<string, Preset>;

/** Generalized indices that a fork's containers put light-client data at. */
export interface ForkFormat {
  finalizedRoot: number;
  currentSyncCommittee: number;
  nextSyncCommittee: number;
  executionPayload: number;
}

/** electra/light-client/sync-protocol.md, "New constants"; Fulu adds one field to the state and moves none of these. */
const ELECTRA: ForkFormat = {
  finalizedRoot: 169,
  currentSyncCommittee: 86,
  nextSyncCommittee: 87,
  executionPayload: 25,
};

/** The forks whose formats this program knows. A name that is not here stops the client at that fork's first slot. */
const FORMATS: ReadonlyMap<string, ForkFormat> = new Map([
  ['electra', ELECTRA],
  ['fulu', ELECTRA],
]);

/** One entry of a fork schedule. */
export interface Fork {
  /** Lower-case name as in consensus-specs */
  name: string;
  /** First epoch */
  epoch: number;
  /** 4 bytes */
  version: Uint8Array;
}

/** What a light client of one Ethereum chain is configured with; covered by the enclave's configuration hash. */
export interface EthereumConfig {
  preset: keyof typeof PRESETS;
  /** 32 bytes */
  genesisValidatorsRoot: Uint8Array;
  /** In order of epoch. Slots before the first entry are refused */
  forks: readonly Fork[];
  /** Participants that a sync aggregate needs: at least two thirds of the committee, at most all of it */
  minParticipants: number;
}

/** The least floor that a preset allows: two thirds, rounded up. */
export function leastParticipants(preset: keyof typeof PRESETS): number {
  return Math.ceil((PRESETS[preset].syncCommitteeSize * 2) / 3);
}

/**
 * Checks a configuration. To be called once, before any other function gets it.
 * @returns a copy of its own
 * @throws LightClientError `InvalidConfiguration`
 */
export function checkConfig(config: EthereumConfig): EthereumConfig {
  const { preset, forks, minParticipants } = config;
  demand(Object.hasOwn(PRESETS, preset), 'InvalidConfiguration', () => `no preset ${preset}; mainnet or minimal`);
  const size = PRESETS[preset].syncCommitteeSize;
  const isFloor = Number.isInteger(minParticipants) && minParticipants * 3 >= size * 2 && minParticipants <= size;
  demand(isFloor, 'InvalidConfiguration', () => `minParticipants must be ${leastParticipants(preset)} to ${size}`);
  const isSchedule =
    forks.length > 0 &&
    forks.every(({ epoch }, i) => Number.isSafeInteger(epoch) && epoch >= 0 && epoch >= (forks[i - 1]?.epoch ?? 0)) &&
    forks.every(({ version }) => version instanceof Uint8Array && version.length === 4);
  demand(isSchedule, 'InvalidConfiguration', () => 'forks must ascend by epoch, with versions of 4 bytes');
  const root = config.genesisValidatorsRoot;
  demand(
    root instanceof Uint8Array && root.length === 32,
    'InvalidConfiguration',
    () => 'genesisValidatorsRoot: 32 bytes',
  );
  return {
    preset,
    genesisValidatorsRoot: Uint8Array.from(root),
    forks: forks.map(({ name, epoch, version }) => ({ name, epoch, version: Uint8Array.from(version) })),
    minParticipants,
  };
}

/** Epoch of a slot (phase0/beacon-chain.md, `compute_epoch_at_slot`). */
export function computeEpochAtSlot(config: EthereumConfig, slot: number): number {
  return Math.floor(slot / PRESETS[config.preset].slotsPerEpoch);
}

/** Sync committee period of a slot (altair/light-client/sync-protocol.md, `compute_sync_committee_period_at_slot`). */
export function computeSyncCommitteePeriodAtSlot(config: EthereumConfig, slot: number): number {
  return Math.floor(computeEpochAtSlot(config, slot) / PRESETS[config.preset].epochsPerSyncCommitteePeriod);
}

/**
 * The fork that is active at a slot, with its formats. What counts is the schedule, never the shape of the data.
 * @throws LightClientError `UnknownFork` before the schedule begins and in a fork whose formats are not known
 */
export function forkAtSlot(config: EthereumConfig, slot: number): { version: Uint8Array; format: ForkFormat } {
  const epoch = computeEpochAtSlot(config, slot);
  const fork = config.forks.findLast((entry) => entry.epoch <= epoch);
  const format = fork && FORMATS.get(fork.name);
  demand(
    format !== undefined,
    'UnknownFork',
    () => `slot ${slot} is in ${fork ? `fork ${fork.name}` : 'no configured fork'}; an enclave that knows it is needed`,
  );
  return { version: fork!.version, format };
}
