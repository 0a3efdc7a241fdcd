/**
 * The light-client containers of Electra and Fulu, decoded from SSZ (altair, capella, electra: light-client/sync-protocol.md).
 *
 * A decoded container carries hash tree roots computed from its own bytes; only these functions make such values, and
 * all of them are copies. One value has one encoding: anything else is refused.
 */
import { isZero } from '../../protocol/bytes.ts';
import { demand } from '../errors.ts';
import { PRESETS, type EthereumConfig } from './config.ts';
import { SszCursor, chunk, chunks, hashPair, merkleize } from './ssz.ts';

/** `BeaconBlockHeader` (phase0/beacon-chain.md). */
export interface BeaconBlockHeader {
  slot: number;
  stateRoot: Uint8Array;
  bodyRoot: Uint8Array;
  /** hash_tree_root, 32 bytes: the block's root */
  root: Uint8Array;
}

/** What of `ExecutionPayloadHeader` (deneb/beacon-chain.md) is used. */
export interface ExecutionPayloadHeader {
  parentHash: Uint8Array;
  receiptsRoot: Uint8Array;
  blockNumber: bigint;
  /** Seconds since 1970 */
  timestamp: bigint;
  blockHash: Uint8Array;
  /** hash_tree_root, 32 bytes */
  root: Uint8Array;
}

/** `LightClientHeader` (capella). The branch is not checked yet: `isValidLightClientHeader` does. */
export interface LightClientHeader {
  beacon: BeaconBlockHeader;
  execution: ExecutionPayloadHeader;
  executionBranch: Uint8Array;
}

/** `SyncCommittee` (altair/beacon-chain.md). */
export interface SyncCommittee {
  /** Compressed keys in order, 48 bytes each */
  pubkeys: Uint8Array;
  /** Their sum, 48 bytes; not used, as it is the participants' sum that is needed */
  aggregatePubkey: Uint8Array;
  /** hash_tree_root, 32 bytes */
  root: Uint8Array;
}

/** `SyncAggregate` (altair/beacon-chain.md). */
export interface SyncAggregate {
  /** One bit for each member, the first in the lowest bit of the first byte */
  bits: Uint8Array;
  /** Compressed signature, 96 bytes */
  signature: Uint8Array;
}

/** `LightClientBootstrap`. */
export interface LightClientBootstrap {
  header: LightClientHeader;
  currentSyncCommittee: SyncCommittee;
  currentSyncCommitteeBranch: Uint8Array;
}

/** `LightClientUpdate` and `LightClientFinalityUpdate` in one: the latter has no next committee. */
export interface LightClientUpdate {
  attestedHeader: LightClientHeader;
  /** Absent also where the container has an empty branch (`is_sync_committee_update`) */
  next?: { syncCommittee: SyncCommittee; branch: Uint8Array };
  finalizedHeader: LightClientHeader;
  finalityBranch: Uint8Array;
  syncAggregate: SyncAggregate;
  signatureSlot: number;
}

/** Bytes of a branch in the state, which the types of electra fix: 6 siblings to a committee, 7 to the finalized root. */
const COMMITTEE_BRANCH = 6 * 32;
const FINALITY_BRANCH = 7 * 32;
const EXECUTION_BRANCH = 4 * 32;

/**
 * Decodes a `LightClientBootstrap`.
 * @throws LightClientError `MalformedSsz`
 */
export function decodeLightClientBootstrap(config: EthereumConfig, bytes: Uint8Array): LightClientBootstrap {
  const cursor = cursorOver(bytes);
  const offset = cursor.uint(4);
  const currentSyncCommittee = takeSyncCommittee(config, cursor);
  const currentSyncCommitteeBranch = cursor.take(COMMITTEE_BRANCH);
  const [header] = cursor.variable([offset]);
  return { header: decodeLightClientHeader(header!), currentSyncCommittee, currentSyncCommitteeBranch };
}

/**
 * Decodes a `LightClientUpdate`.
 * @throws LightClientError `MalformedSsz`
 */
export function decodeLightClientUpdate(config: EthereumConfig, bytes: Uint8Array): LightClientUpdate {
  const cursor = cursorOver(bytes);
  const attestedOffset = cursor.uint(4);
  const syncCommittee = takeSyncCommittee(config, cursor);
  const branch = cursor.take(COMMITTEE_BRANCH);
  const update = takeFinality(config, cursor, attestedOffset);
  if (!isZero(branch)) return { ...update, next: { syncCommittee, branch } };
  const { pubkeys, aggregatePubkey } = syncCommittee;
  demand(isZero(pubkeys) && isZero(aggregatePubkey), 'MalformedSsz', () => 'a next sync committee without its branch');
  return update;
}

/**
 * Decodes a `LightClientFinalityUpdate`.
 * @throws LightClientError `MalformedSsz`
 */
export function decodeLightClientFinalityUpdate(config: EthereumConfig, bytes: Uint8Array): LightClientUpdate {
  const cursor = cursorOver(bytes);
  return takeFinality(config, cursor, cursor.uint(4));
}

/** The fields that both updates end with. */
function takeFinality(config: EthereumConfig, cursor: SszCursor, attestedOffset: number): LightClientUpdate {
  const finalizedOffset = cursor.uint(4);
  const finalityBranch = cursor.take(FINALITY_BRANCH);
  const bits = cursor.take(PRESETS[config.preset].syncCommitteeSize / 8);
  const syncAggregate = { bits, signature: cursor.take(96) };
  const signatureSlot = cursor.uint(8);
  const [attested, finalized] = cursor.variable([attestedOffset, finalizedOffset]);
  const attestedHeader = decodeLightClientHeader(attested!);
  const finalizedHeader = decodeLightClientHeader(finalized!);
  return { attestedHeader, finalizedHeader, finalityBranch, syncAggregate, signatureSlot };
}

function takeSyncCommittee(config: EthereumConfig, cursor: SszCursor): SyncCommittee {
  const pubkeys = cursor.take(PRESETS[config.preset].syncCommitteeSize * 48);
  const keyRoots: Uint8Array[] = [];
  for (let i = 0; i < pubkeys.length; i += 48) keyRoots.push(keyRoot(pubkeys.subarray(i, i + 48)));
  const aggregatePubkey = cursor.take(48);
  return { pubkeys, aggregatePubkey, root: hashPair(merkleize(keyRoots), keyRoot(aggregatePubkey)) };
}

function keyRoot(key: Uint8Array): Uint8Array {
  return merkleize(chunks(key));
}

function decodeLightClientHeader(bytes: Uint8Array): LightClientHeader {
  const cursor = new SszCursor(bytes);
  const beacon = decodeBeaconBlockHeader(cursor.take(112));
  const offset = cursor.uint(4);
  const executionBranch = cursor.take(EXECUTION_BRANCH);
  const [execution] = cursor.variable([offset]);
  return { beacon, execution: decodeExecutionPayloadHeader(execution!), executionBranch };
}

function decodeBeaconBlockHeader(bytes: Uint8Array): BeaconBlockHeader {
  const cursor = new SszCursor(bytes);
  const slot = cursor.uint(8);
  const [proposerIndex, parentRoot, stateRoot, bodyRoot] = [8, 32, 32, 32].map((length) => cursor.take(length));
  const fields = [bytes.subarray(0, 8), proposerIndex!, parentRoot!, stateRoot!, bodyRoot!];
  return { slot, stateRoot: stateRoot!, bodyRoot: bodyRoot!, root: merkleize(fields.map(chunk)) };
}

function decodeExecutionPayloadHeader(bytes: Uint8Array): ExecutionPayloadHeader {
  const cursor = new SszCursor(bytes);
  const take = (lengths: number[]): Uint8Array[] => lengths.map((length) => cursor.take(length));
  // parent hash, fee recipient, state root, receipts root, logs bloom, randao, number, gas limit, gas used, timestamp
  const front = take([32, 20, 32, 32, 256, 32, 8, 8, 8, 8]);
  const offset = cursor.uint(4);
  // base fee, block hash, transactions root, withdrawals root, blob gas used, excess blob gas
  const back = take([32, 32, 32, 32, 8, 8]);
  const [extraData] = cursor.variable([offset]);
  demand(extraData!.length <= 32, 'MalformedSsz', () => `${extraData!.length} bytes of extra data, at most 32 allowed`);
  // A byte list is its chunks, then its length mixed in.
  const extraRoot = hashPair(chunk(extraData!), chunk(Uint8Array.of(extraData!.length)));
  const roots = [...front, extraRoot, ...back].map((field) =>
    field.length > 32 ? merkleize(chunks(field)) : chunk(field),
  );
  return {
    parentHash: front[0]!,
    receiptsRoot: front[3]!,
    blockNumber: u64(front[6]!),
    timestamp: u64(front[9]!),
    blockHash: back[1]!,
    root: merkleize(roots),
  };
}

function u64(bytes: Uint8Array): bigint {
  return new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
}

function cursorOver(bytes: Uint8Array): SszCursor {
  demand(bytes instanceof Uint8Array, 'MalformedSsz', () => 'expected a Uint8Array');
  return new SszCursor(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength));
}
