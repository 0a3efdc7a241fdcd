/**
 * BCS types of Sui that `@mysten/sui/bcs` lacks: checkpoints, their certificates and contents, committees, events.
 *
 * Layout facts that are easy to get wrong: digests and validator keys carry a length prefix although their length is
 * fixed; the aggregate signature (48 bytes) does not; the signer bitmap is a length-prefixed portable RoaringBitmap.
 *
 * Decoding is strict (`decodeExact`): one value has one encoding, and nothing may follow it.
 */
import { bcs, type BcsType } from '@mysten/sui/bcs';
import { toBase58 } from '@mysten/sui/utils';
import { blake2b } from '@noble/hashes/blake2.js';

/** Thrown when bytes are not the one canonical BCS encoding of the type asked for. */
export class BcsError extends Error {
  readonly code = 'BCS_INVALID';
  constructor(typeName: string, reason: string) {
    super(`not a canonical BCS ${typeName}: ${reason}; hand over exactly the bytes of one ${typeName}`);
    this.name = 'BcsError';
  }
}

/**
 * Decodes `bytes` as exactly one value of `type`.
 * @param typeName name used in the error
 * @throws BcsError on truncated, overlong or trailing bytes, unknown enum tags, invalid UTF-8, wrong digest lengths
 */
export function decodeExact<T, I>(type: BcsType<T, I>, bytes: Uint8Array, typeName: string): T {
  // The copy keeps the reader, which works on the underlying ArrayBuffer, inside the bytes it was given.
  const own = Uint8Array.from(bytes);
  let value: T;
  let again: Uint8Array;
  try {
    value = type.parse(own);
    again = type.serialize(value as unknown as I).toBytes();
  } catch (error) {
    throw new BcsError(typeName, error instanceof Error ? error.message : String(error));
  }
  if (again.length < own.length) throw new BcsError(typeName, `${own.length - again.length} bytes too many`);
  if (!equalBytes(again, own)) throw new BcsError(typeName, 'another encoding of the same value exists');
  return value;
}

/** Whether two byte strings are equal. Not constant time: ledger data is public. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && Buffer.compare(a, b) === 0;
}

/** Names that Sui puts in front of a value's BCS before hashing it. */
export type DigestDomain =
  | 'CheckpointSummary'
  | 'CheckpointContents'
  | 'TransactionData'
  | 'TransactionEffects'
  | 'TransactionEvents'
  | 'Object';

const encoder = new TextEncoder();
const domainPrefix = new Map<DigestDomain, Uint8Array>();

/** Digest of a BCS value: blake2b-256 of `"<domain>::" || bcs`, 32 bytes. */
export function digestBytes(domain: DigestDomain, value: Uint8Array): Uint8Array {
  let prefix = domainPrefix.get(domain);
  if (!prefix) domainPrefix.set(domain, (prefix = encoder.encode(`${domain}::`)));
  return blake2b.create({ dkLen: 32 }).update(prefix).update(value).digest();
}

/** `digestBytes` in base58, the form in which Sui shows digests. */
export function digestOf(domain: DigestDomain, value: Uint8Array): string {
  return toBase58(digestBytes(domain, value));
}

/** u64 as bigint. */
export const U64 = bcs.u64().transform({
  name: 'u64',
  input: (value: bigint) => value,
  output: (value): bigint => BigInt(value),
});

/** 32-byte digest with its length prefix, as base58. */
export const Digest = bcs.ObjectDigest;

/** Bytes of a known length that Sui nevertheless length-prefixes. */
function prefixedBytes(name: string, length: number) {
  const check = (value: Uint8Array): void => {
    if (value.length !== length) throw new TypeError(`${name} must be ${length} bytes, got ${value.length}`);
  };
  return bcs.byteVector().transform({
    name,
    input: (value: Uint8Array) => value,
    output: (value): Uint8Array => {
      const copy = Uint8Array.from(value);
      check(copy);
      return copy;
    },
    validate: check,
  });
}

/** Variable bytes, copied out of the reader's buffer. */
export const Bytes = bcs.byteVector().transform({
  name: 'bytes',
  input: (value: Uint8Array) => value,
  output: (value): Uint8Array => Uint8Array.from(value),
});

/** Compressed G2 point: a validator's public key, 96 bytes, and its name in the committee. */
export const ValidatorKey = prefixedBytes('ValidatorKey', 96);

/** Compressed G1 point: BLS signature, 48 bytes, no length prefix. */
export const BlsSignature = bcs.bytes(48).transform({
  name: 'BlsSignature',
  input: (value: Uint8Array) => value,
  output: (value): Uint8Array => Uint8Array.from(value),
});

/** Costs in MIST. */
export const GasCostSummary = bcs.struct('GasCostSummary', {
  computationCost: U64,
  storageCost: U64,
  storageRebate: U64,
  nonRefundableStorageFee: U64,
});

/** A committee member and its voting power, as it stands in the end-of-epoch data and in the committee. */
export const CommitteeMember = bcs.struct('ValidatorCommitteeMember', { publicKey: ValidatorKey, stake: U64 });

/** The validators of one epoch, in the order that signer bitmaps index. */
export const ValidatorCommittee = bcs.struct('ValidatorCommittee', {
  epoch: U64,
  members: bcs.vector(CommitteeMember),
});

/** What a checkpoint commits to beside its contents. */
export const CheckpointCommitment = bcs.enum('CheckpointCommitment', {
  EcmhLiveObjectSet: Digest,
  CheckpointArtifacts: Digest,
});

/** Present in the last checkpoint of an epoch only. */
export const EndOfEpochData = bcs.struct('EndOfEpochData', {
  nextEpochCommittee: bcs.vector(CommitteeMember),
  nextEpochProtocolVersion: U64,
  epochCommitments: bcs.vector(CheckpointCommitment),
});

/** What validators sign. `timestampMs` is milliseconds since the Unix epoch. */
export const CheckpointSummary = bcs.struct('CheckpointSummary', {
  epoch: U64,
  sequenceNumber: U64,
  networkTotalTransactions: U64,
  contentDigest: Digest,
  previousDigest: bcs.option(Digest),
  epochRollingGasCostSummary: GasCostSummary,
  timestampMs: U64,
  checkpointCommitments: bcs.vector(CheckpointCommitment),
  endOfEpochData: bcs.option(EndOfEpochData),
  versionSpecificData: Bytes,
});

/** A quorum's signature: `bitmap` is a portable RoaringBitmap of indices into the epoch's committee. */
export const AggregateSignature = bcs.struct('AuthorityStrongQuorumSignInfo', {
  epoch: U64,
  signature: BlsSignature,
  bitmap: Bytes,
});

/** A summary with its certificate. */
export const CertifiedSummary = bcs.struct('CertifiedCheckpointSummary', {
  summary: CheckpointSummary,
  signature: AggregateSignature,
});

/** Digests of one executed transaction. */
export const ExecutionDigests = bcs.struct('ExecutionDigests', { transaction: Digest, effects: Digest });

/** Entry of contents version 2: each signature names the version of the signer's aliases, if it has any. */
export const CheckpointTransactionInfo = bcs.struct('CheckpointTransactionContents', {
  digests: ExecutionDigests,
  signatures: bcs.vector(bcs.tuple([Bytes, bcs.option(U64)])),
});

/** The transactions of a checkpoint in causal order, with their user signatures (flag || signature || key). */
export const CheckpointContents = bcs.enum('CheckpointContents', {
  V1: bcs.struct('CheckpointContentsV1', {
    transactions: bcs.vector(ExecutionDigests),
    signatures: bcs.vector(bcs.vector(Bytes)),
  }),
  V2: bcs.struct('CheckpointContentsV2', { transactions: bcs.vector(CheckpointTransactionInfo) }),
});

/** `packageId` and `module` name the top-level call; the defining package stands in `type`. */
export const Event = bcs.struct('Event', {
  packageId: bcs.Address,
  module: bcs.string(),
  sender: bcs.Address,
  type: bcs.StructTag,
  contents: Bytes,
});

/** Events of one transaction, in order of emission. */
export const TransactionEvents = bcs.struct('TransactionEvents', { data: bcs.vector(Event) });

type EffectsValue = typeof bcs.TransactionEffects.$inferType;

/**
 * Effects of a transaction. The SDK's type reads the absent location of a `MovePrimitiveRuntimeError` as `true`, which it
 * cannot write again; here it is null.
 */
export const TransactionEffects = bcs.TransactionEffects.transform({
  output: (effects): EffectsValue => {
    const { status } = effects.V1 ?? effects.V2!;
    const error = status.Failure?.error;
    if (error?.$kind === 'MovePrimitiveRuntimeError' && (error.MovePrimitiveRuntimeError as unknown) === true) {
      error.MovePrimitiveRuntimeError = null;
    }
    return effects;
  },
});

/** One transaction in a full checkpoint. Objects are given as they were before and after it. */
export const CheckpointTransaction = bcs.struct('CheckpointTransaction', {
  /** A vector of one: the signed transaction with its intent. */
  transaction: bcs.SenderSignedData,
  effects: TransactionEffects,
  events: bcs.option(TransactionEvents),
  inputObjects: bcs.vector(bcs.Object),
  outputObjects: bcs.vector(bcs.Object),
});

/** A full checkpoint: the content of a `.chk` file. */
export const CheckpointData = bcs.struct('CheckpointData', {
  summary: CertifiedSummary,
  contents: CheckpointContents,
  transactions: bcs.vector(CheckpointTransaction),
});

export type GasCosts = typeof GasCostSummary.$inferType;
export type Committee = typeof ValidatorCommittee.$inferType;
export type Summary = typeof CheckpointSummary.$inferType;
export type Contents = typeof CheckpointContents.$inferType;
export type Certificate = typeof AggregateSignature.$inferType;
export type FullCheckpoint = typeof CheckpointData.$inferType;
export type EventValue = typeof Event.$inferType;
