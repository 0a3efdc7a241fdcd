/** Sui's validator committees, weighed by voting power. */
import { toHex } from '../../protocol/bytes.ts';
import { BcsReader } from '../../protocol/wire/bcs.ts';
import { demand } from '../errors.ts';
import { decodeKey, verifyAggregate, type KeyPoint } from './bls.ts';

/** All voting power of a committee, and what of it must sign (sui-types, `committee.rs`). */
export const TOTAL_VOTING_POWER = 10_000n;
export const QUORUM_THRESHOLD = 6_667n;
/** Far more than Sui admits; sets of that size have one form of bitmap. */
const MAX_MEMBERS = 4_096;

/** One validator. */
export interface CommitteeMember {
  /** Compressed point of G2, 96 bytes */
  readonly publicKey: Uint8Array;
  readonly stake: bigint;
}

/** The validators of one epoch, in the order that signer bitmaps index. */
export interface Committee {
  readonly epoch: bigint;
  readonly members: readonly CommitteeMember[];
}

/** Decoded keys by committee: they live as long as a state holds the committee. */
const decoded = new WeakMap<Committee, readonly KeyPoint[]>();

/**
 * A committee that has been checked: distinct keys, positive stakes that sum up to all voting power.
 * @throws LightClientError `InvalidCommittee`
 */
export function makeCommittee(epoch: bigint, members: readonly CommitteeMember[]): Committee {
  const total = members.reduce((sum, { stake }) => sum + stake, 0n);
  const isWhole =
    members.length <= MAX_MEMBERS && total === TOTAL_VOTING_POWER && members.every(({ stake }) => stake > 0n);
  demand(
    isWhole,
    'InvalidCommittee',
    () => `stakes must be positive and sum up to ${TOTAL_VOTING_POWER}, not ${total}`,
  );
  const keys = new Set(members.map(({ publicKey }) => toHex(publicKey)));
  demand(keys.size === members.length, 'InvalidCommittee', () => 'two members have the same key');
  return { epoch, members };
}

/** Reads a member as it stands in committees and in the end-of-epoch data. */
export function readMember(reader: BcsReader): CommitteeMember {
  return { publicKey: reader.prefixed(96), stake: reader.u64() };
}

/**
 * Decodes a committee: epoch, then members; the form of a configured starting point.
 * @throws WireError `MalformedBcs`; LightClientError `InvalidCommittee`
 */
export function decodeCommittee(bytes: Uint8Array): Committee {
  const reader = new BcsReader(bytes);
  const epoch = reader.u64();
  const members = reader.vector(() => readMember(reader));
  reader.end();
  return makeCommittee(epoch, members);
}

/**
 * Checks that members with a quorum of the voting power signed a message.
 * @param bitmap the signers as a portable RoaringBitmap
 * @param signature compressed point of G1, 48 bytes
 * @throws LightClientError `MalformedBitmap`, `QuorumNotReached`, `InvalidCommittee`, `InvalidCheckpointSignature`
 */
export function verifyQuorum(
  committee: Committee,
  message: Uint8Array,
  bitmap: Uint8Array,
  signature: Uint8Array,
): void {
  const signers = decodeSigners(bitmap, committee.members.length);
  const stake = signers.reduce((sum, index) => sum + committee.members[index]!.stake, 0n);
  demand(stake >= QUORUM_THRESHOLD, 'QuorumNotReached', () => `signers hold ${stake}, ${QUORUM_THRESHOLD} are needed`);
  const all = keysOf(committee);
  const keys = signers.map((index) => all[index]!);
  demand(
    verifyAggregate(keys, message, signature),
    'InvalidCheckpointSignature',
    () => `the signature is not that of the ${signers.length} signers over the checkpoint`,
  );
}

function keysOf(committee: Committee): readonly KeyPoint[] {
  let keys = decoded.get(committee);
  if (!keys) decoded.set(committee, (keys = committee.members.map(keyOf)));
  return keys;
}

function keyOf({ publicKey }: CommitteeMember, index: number): KeyPoint {
  const key = decodeKey(publicKey);
  demand(key !== undefined, 'InvalidCommittee', () => `the key of member ${index} is not a point of the group`);
  return key;
}

/**
 * Indices of signers, ascending, from a portable RoaringBitmap (RoaringFormatSpec) of one array container, the one form
 * that a set below 4,097 has without runs: cookie 12346 (u32), one container (u32), its key 0 (u16), cardinality − 1
 * (u16), its offset 16 (u32), the members (u16 each). All little-endian.
 */
function decodeSigners(bitmap: Uint8Array, limit: number): number[] {
  const view = new DataView(bitmap.buffer, bitmap.byteOffset, bitmap.byteLength);
  const u16 = (offset: number): number => view.getUint16(offset, true);
  const u32 = (offset: number): number => view.getUint32(offset, true);
  const isArray = bitmap.length >= 18 && u32(0) === 12346 && u32(4) === 1 && u16(8) === 0 && u32(12) === 16;
  demand(isArray, 'MalformedBitmap', () => 'not a RoaringBitmap of one array container');
  const count = u16(10) + 1;
  demand(bitmap.length === 16 + 2 * count, 'MalformedBitmap', () => `${bitmap.length} bytes for ${count} signers`);
  const signers = Array.from({ length: count }, (_, i) => u16(16 + 2 * i));
  const isSet = signers.every((index, i) => index < limit && (i === 0 || index > signers[i - 1]!));
  demand(isSet, 'MalformedBitmap', () => `signers must ascend and be below ${limit}`);
  return signers;
}
