/**
 * The sync protocol of Ethereum's light clients (consensus-specs: altair, capella and electra light-client/sync-protocol.md),
 * one function for each of the specification's, under its name.
 *
 * State in, state out: a store is never changed, and an update that breaks a rule leaves no trace. Two things of the
 * specification are left out on purpose: optimistic headers and forced updates, since nothing but finality is believed.
 */
import { concat, equalBytes } from '../../protocol/bytes.ts';
import { demand } from '../errors.ts';
import { verifyAggregate } from './bls.ts';
import { PRESETS, computeSyncCommitteePeriodAtSlot, forkAtSlot, type EthereumConfig } from './config.ts';
import type {
  LightClientBootstrap,
  LightClientHeader,
  LightClientUpdate,
  SyncAggregate,
  SyncCommittee,
} from './containers.ts';
import { chunk, hashPair, isValidMerkleBranch } from './ssz.ts';

/** DOMAIN_SYNC_COMMITTEE (altair/beacon-chain.md). */
const DOMAIN_SYNC_COMMITTEE = Uint8Array.of(7, 0, 0, 0);

/** `LightClientStore`, without what serves optimistic headers. */
export interface LightClientStore {
  readonly finalizedHeader: LightClientHeader;
  readonly currentSyncCommittee: SyncCommittee;
  /** Null while it is not known */
  readonly nextSyncCommittee: SyncCommittee | null;
}

/**
 * `initialize_light_client_store`: a store from a weak-subjectivity starting point.
 * @param trustedBlockRoot root of a beacon block that the configuration vouches for, 32 bytes
 * @throws LightClientError `UnknownFork`, `InvalidExecutionBranch`, `UntrustedBootstrap`, `InvalidCurrentSyncCommitteeBranch`
 */
export function initializeLightClientStore(
  config: EthereumConfig,
  trustedBlockRoot: Uint8Array,
  bootstrap: LightClientBootstrap,
): LightClientStore {
  const { header, currentSyncCommittee, currentSyncCommitteeBranch } = bootstrap;
  isValidLightClientHeader(config, header);
  demand(
    equalBytes(header.beacon.root, trustedBlockRoot),
    'UntrustedBootstrap',
    () => `the bootstrap of slot ${header.beacon.slot} is not that of the configured block root`,
  );
  const gindex = forkAtSlot(config, header.beacon.slot).format.currentSyncCommittee;
  demand(
    isValidMerkleBranch(currentSyncCommittee.root, currentSyncCommitteeBranch, gindex, header.beacon.stateRoot),
    'InvalidCurrentSyncCommitteeBranch',
    () => 'the sync committee is not the one in the state of the bootstrap header',
  );
  return { finalizedHeader: header, currentSyncCommittee, nextSyncCommittee: null };
}

/**
 * `is_valid_light_client_header`: the execution header is the one in the beacon block's body.
 * @throws LightClientError `UnknownFork`, `InvalidExecutionBranch`
 */
export function isValidLightClientHeader(config: EthereumConfig, header: LightClientHeader): void {
  const { beacon, execution, executionBranch } = header;
  const gindex = forkAtSlot(config, beacon.slot).format.executionPayload;
  demand(
    isValidMerkleBranch(execution.root, executionBranch, gindex, beacon.bodyRoot),
    'InvalidExecutionBranch',
    () => `the execution header is not the one in the body of the block at slot ${beacon.slot}`,
  );
}

/**
 * `validate_light_client_update`. Beyond the specification: an update must prove finality, and the configured number of
 * participants is demanded at once rather than when the update is applied.
 * @param currentSlot slot by the caller's clock
 * @throws LightClientError the rules of docs/spec/light-clients.md section 4
 */
export function validateLightClientUpdate(
  config: EthereumConfig,
  store: LightClientStore,
  update: LightClientUpdate,
  currentSlot: number,
): void {
  const { attestedHeader, finalizedHeader, finalityBranch, syncAggregate, signatureSlot, next } = update;
  const period = (slot: number): number => computeSyncCommitteePeriodAtSlot(config, slot);
  const participants = countParticipants(syncAggregate);
  demand(
    participants >= config.minParticipants,
    'LowParticipation',
    () => `${participants} of ${PRESETS[config.preset].syncCommitteeSize} signed, ${config.minParticipants} are needed`,
  );

  const attested = attestedHeader.beacon;
  const finalized = finalizedHeader.beacon;
  demand(
    currentSlot >= signatureSlot,
    'FutureSlot',
    () => `signed at slot ${signatureSlot}, it is slot ${currentSlot}; wait, or set the clock`,
  );
  demand(
    signatureSlot > attested.slot && attested.slot >= finalized.slot,
    'InvalidSlotOrder',
    () => `signature slot ${signatureSlot}, attested ${attested.slot}, finalized ${finalized.slot} do not descend`,
  );
  const storePeriod = period(store.finalizedHeader.beacon.slot);
  const signaturePeriod = period(signatureSlot);
  const isNextKnown = store.nextSyncCommittee !== null;
  demand(
    signaturePeriod === storePeriod || (isNextKnown && signaturePeriod === storePeriod + 1),
    'SkippedPeriod',
    () => `signed in period ${signaturePeriod}, the store knows ${storePeriod}${isNextKnown ? ' and the next' : ''}`,
  );
  demand(
    finalized.slot > store.finalizedHeader.beacon.slot || bringsNextSyncCommittee(config, store, update),
    'IrrelevantUpdate',
    () => `slot ${finalized.slot} is not after the finalized slot ${store.finalizedHeader.beacon.slot}`,
  );

  isValidLightClientHeader(config, attestedHeader);
  isValidLightClientHeader(config, finalizedHeader);
  const { format } = forkAtSlot(config, attested.slot);
  demand(
    isValidMerkleBranch(finalized.root, finalityBranch, format.finalizedRoot, attested.stateRoot),
    'InvalidFinalityBranch',
    () => 'the finalized header is not the finalized checkpoint in the state of the attested header',
  );
  if (next) {
    demand(
      !isNextKnown ||
        period(attested.slot) !== storePeriod ||
        equalBytes(next.syncCommittee.root, store.nextSyncCommittee!.root),
      'ConflictingSyncCommittee',
      () => `another next sync committee is known for period ${storePeriod + 1}`,
    );
    demand(
      isValidMerkleBranch(next.syncCommittee.root, next.branch, format.nextSyncCommittee, attested.stateRoot),
      'InvalidNextSyncCommitteeBranch',
      () => 'the next sync committee is not the one in the state of the attested header',
    );
  }

  const committee = signaturePeriod === storePeriod ? store.currentSyncCommittee : store.nextSyncCommittee!;
  // The committee signs the head of the slot before its own.
  const { version } = forkAtSlot(config, Math.max(signatureSlot, 1) - 1);
  const domain = computeDomain(DOMAIN_SYNC_COMMITTEE, version, config.genesisValidatorsRoot);
  demand(
    verifyAggregate(committee, syncAggregate.bits, computeSigningRoot(attested.root, domain), syncAggregate.signature),
    'InvalidSyncCommitteeSignature',
    () => `the signature is not that of the ${participants} participants over the header of slot ${attested.slot}`,
  );
}

/**
 * `process_light_client_update`: the store after a valid update.
 * @param currentSlot slot by the caller's clock
 * @throws LightClientError the rules of docs/spec/light-clients.md section 4
 */
export function processLightClientUpdate(
  config: EthereumConfig,
  store: LightClientStore,
  update: LightClientUpdate,
  currentSlot: number,
): LightClientStore {
  validateLightClientUpdate(config, store, update, currentSlot);
  return applyLightClientUpdate(config, store, update);
}

/** `apply_light_client_update`. The update has been validated against this very store. */
function applyLightClientUpdate(
  config: EthereumConfig,
  store: LightClientStore,
  update: LightClientUpdate,
): LightClientStore {
  const isNewer = update.finalizedHeader.beacon.slot > store.finalizedHeader.beacon.slot;
  const finalizedHeader = isNewer ? update.finalizedHeader : store.finalizedHeader;
  const next = update.next?.syncCommittee ?? null;
  const isNextPeriod =
    computeSyncCommitteePeriodAtSlot(config, update.finalizedHeader.beacon.slot) >
    computeSyncCommitteePeriodAtSlot(config, store.finalizedHeader.beacon.slot);
  // A period is entered only with its committee known: `SkippedPeriod` has seen to that.
  if (isNextPeriod) return { finalizedHeader, currentSyncCommittee: store.nextSyncCommittee!, nextSyncCommittee: next };
  return { ...store, finalizedHeader, nextSyncCommittee: store.nextSyncCommittee ?? next };
}

/** Whether an update brings the next committee that the store lacks, with finality in the same period. */
function bringsNextSyncCommittee(config: EthereumConfig, store: LightClientStore, update: LightClientUpdate): boolean {
  const period = (slot: number): number => computeSyncCommitteePeriodAtSlot(config, slot);
  const storePeriod = period(store.finalizedHeader.beacon.slot);
  return (
    store.nextSyncCommittee === null &&
    update.next !== undefined &&
    period(update.attestedHeader.beacon.slot) === storePeriod &&
    period(update.finalizedHeader.beacon.slot) === storePeriod
  );
}

function countParticipants({ bits }: SyncAggregate): number {
  let count = 0;
  for (const byte of bits) for (let rest = byte; rest !== 0; rest &= rest - 1) count++;
  return count;
}

/** `compute_domain` (phase0/beacon-chain.md), with `compute_fork_data_root`. 32 bytes. */
export function computeDomain(type: Uint8Array, version: Uint8Array, genesisValidatorsRoot: Uint8Array): Uint8Array {
  return concat(type, hashPair(chunk(version), genesisValidatorsRoot).subarray(0, 28));
}

/** `compute_signing_root` (phase0/beacon-chain.md). 32 bytes. */
export function computeSigningRoot(objectRoot: Uint8Array, domain: Uint8Array): Uint8Array {
  return hashPair(objectRoot, domain);
}
