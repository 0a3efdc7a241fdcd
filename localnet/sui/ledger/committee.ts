/**
 * Validator committees: BLS12-381 with signatures in G1 and keys in G2 ("min-sig"), and the certificates that a quorum
 * of them puts under a checkpoint summary.
 */
import { bls12_381 } from '@noble/curves/bls12-381.js';
import { blake2b } from '@noble/hashes/blake2.js';
import { CheckpointSummary, ValidatorKey, equalBytes, type Certificate, type Committee, type Summary } from './bcs.ts';
import { decodeRoaring, encodeRoaring, RoaringError } from './roaring.ts';

const scheme = bls12_381.shortSignatures;
const { Fr } = bls12_381.fields;
type KeyPoint = ReturnType<typeof scheme.getPublicKey>;

/** All voting power of a committee, in basis points. */
export const TOTAL_VOTING_POWER = 10_000n;

/** Why a certificate or committee was refused. */
export type CommitteeFault =
  'COMMITTEE_INVALID' | 'WRONG_EPOCH' | 'BITMAP_INVALID' | 'QUORUM_NOT_REACHED' | 'SIGNATURE_INVALID';

/** Thrown when a committee or a certificate breaks a rule; `code` names the rule. */
export class CommitteeError extends Error {
  readonly code: CommitteeFault;
  constructor(code: CommitteeFault, message: string) {
    super(message);
    this.code = code;
    this.name = 'CommitteeError';
  }
}

/** Stake that must sign: more than two thirds, as `floor((total - 1) / 3) * 2 + 1`. */
export function quorumThreshold(total: bigint): bigint {
  return ((total - 1n) / 3n) * 2n + 1n;
}

/** The bytes that validators sign: intent [2, 0, 0], the summary's BCS, the epoch as u64 little-endian. */
export function checkpointMessage(summary: Summary): Uint8Array {
  const body = CheckpointSummary.serialize(summary).toBytes();
  const message = new Uint8Array(3 + body.length + 8);
  message[0] = 2;
  message.set(body, 3);
  new DataView(message.buffer).setBigUint64(3 + body.length, summary.epoch, true);
  return message;
}

/** Verifies certificates of one committee. Decodes the keys once: a pairing check then costs about 40 ms. */
export class CommitteeVerifier {
  readonly committee: Committee;
  readonly totalStake: bigint;
  readonly #points: KeyPoint[];

  /** @throws CommitteeError COMMITTEE_INVALID on an empty committee, zero stake, a repeated or malformed key */
  constructor(committee: Committee) {
    if (committee.members.length === 0) throw new CommitteeError('COMMITTEE_INVALID', 'the committee has no member');
    const seen = new Set<string>();
    let total = 0n;
    this.#points = committee.members.map(({ publicKey, stake }, index) => {
      const name = Buffer.from(publicKey).toString('hex');
      if (seen.has(name)) throw new CommitteeError('COMMITTEE_INVALID', `member ${index} repeats a key`);
      if (stake === 0n) throw new CommitteeError('COMMITTEE_INVALID', `member ${index} has no stake`);
      seen.add(name);
      total += stake;
      return decodeKey(publicKey, index);
    });
    this.committee = committee;
    this.totalStake = total;
  }

  /**
   * Checks that a quorum of this committee signed the summary.
   * @returns the signers' indices, ascending
   * @throws CommitteeError naming the rule broken: epoch, bitmap, quorum or signature
   */
  verify(summary: Summary, certificate: Certificate): number[] {
    const { epoch, members } = this.committee;
    if (summary.epoch !== epoch || certificate.epoch !== epoch) {
      const found = summary.epoch !== epoch ? summary.epoch : certificate.epoch;
      throw new CommitteeError('WRONG_EPOCH', `epoch ${found} cannot be judged by the committee of epoch ${epoch}`);
    }
    const signers = this.#signers(certificate.bitmap);
    const stake = signers.reduce((sum, index) => sum + members[index]!.stake, 0n);
    const quorum = quorumThreshold(this.totalStake);
    if (stake < quorum) {
      throw new CommitteeError('QUORUM_NOT_REACHED', `signers hold ${stake} of ${this.totalStake}, ${quorum} needed`);
    }
    const key = scheme.aggregatePublicKeys(signers.map((index) => this.#points[index]!));
    if (!verifySignature(certificate.signature, checkpointMessage(summary), key)) {
      throw new CommitteeError('SIGNATURE_INVALID', 'the aggregate signature does not match summary and signers');
    }
    return signers;
  }

  #signers(bitmap: Uint8Array): number[] {
    try {
      return decodeRoaring(bitmap, this.committee.members.length);
    } catch (error) {
      if (error instanceof RoaringError) throw new CommitteeError('BITMAP_INVALID', error.message);
      throw error;
    }
  }
}

function decodeKey(bytes: Uint8Array, index: number): KeyPoint {
  try {
    ValidatorKey.validate(bytes);
    const point = bls12_381.G2.Point.fromBytes(bytes);
    point.assertValidity();
    if (point.is0() || !equalBytes(point.toBytes(), bytes)) throw new Error('not the encoding of a key');
    return point;
  } catch (error) {
    throw new CommitteeError('COMMITTEE_INVALID', `key of member ${index}: ${(error as Error).message}`);
  }
}

function verifySignature(signature: Uint8Array, message: Uint8Array, key: KeyPoint): boolean {
  try {
    return scheme.verify(signature, scheme.hash(message), key);
  } catch {
    // Not a point of the group, or the signers' keys cancel out: no signature at all.
    return false;
  }
}

/** A member with its secret key. */
interface LocalMember {
  readonly secret: bigint;
  readonly publicKey: Uint8Array;
  readonly stake: bigint;
}

/** A committee together with its secret keys: what only a local network has. */
export class LocalCommittee {
  readonly epoch: bigint;
  readonly #seed: string;
  readonly #stakes: readonly bigint[];
  #members: readonly LocalMember[] | undefined;

  /**
   * A committee whose keys follow from a seed: the same seed, epoch and stakes give the same keys.
   * @param seed any text
   * @param stakes voting power of each member; must sum up to 10,000
   */
  constructor(seed: string, epoch: bigint, stakes: readonly bigint[]) {
    const total = stakes.reduce((sum, stake) => sum + stake, 0n);
    if (total !== TOTAL_VOTING_POWER || stakes.some((stake) => stake < 1n)) {
      throw new CommitteeError('COMMITTEE_INVALID', `voting power sums up to ${total}, must be ${TOTAL_VOTING_POWER}`);
    }
    this.epoch = epoch;
    this.#seed = seed;
    this.#stakes = stakes;
  }

  /** Voting power by member, in the order given. */
  get stakes(): readonly bigint[] {
    return this.#stakes;
  }

  /** The public part. Keys are derived when first needed, which takes some 20 ms each. */
  get committee(): Committee {
    const members = this.#keys().map(({ publicKey, stake }) => ({ publicKey, stake }));
    return { epoch: this.epoch, members };
  }

  #keys(): readonly LocalMember[] {
    if (this.#members) return this.#members;
    const members = this.#stakes.map((stake, index): LocalMember => {
      const name = `validator/${this.#seed}/${this.epoch}/${index}`;
      const secret = bls12_381.utils.randomSecretKey(blake2b(new TextEncoder().encode(name), { dkLen: 48 }));
      return { secret: Fr.fromBytes(secret), publicKey: scheme.getPublicKey(secret).toBytes(), stake };
    });
    // Sui orders a committee by key.
    this.#members = members.sort((a, b) => Buffer.compare(a.publicKey, b.publicKey));
    return this.#members;
  }

  /**
   * Certifies a summary by the given members (all by default).
   *
   * The aggregate of signatures over one message is the signature under the sum of the keys; holding all of them, one
   * multiplication replaces one per member and an addition each.
   */
  certify(summary: Summary, signers: readonly number[] = this.#stakes.map((_, index) => index)): Certificate {
    if (summary.epoch !== this.epoch) {
      throw new CommitteeError('WRONG_EPOCH', `committee ${this.epoch} cannot sign for ${summary.epoch}`);
    }
    const members = this.#keys();
    const secret = [...new Set(signers)].reduce((sum, index) => Fr.add(sum, members[index]!.secret), 0n);
    const point = scheme.sign(scheme.hash(checkpointMessage(summary)), Fr.toBytes(secret));
    return { epoch: summary.epoch, signature: point.toBytes(), bitmap: encodeRoaring(signers) };
  }
}

/** Voting power for `size` members: equal shares, the remainder to the first ones. */
export function equalStakes(size: number): bigint[] {
  const count = BigInt(size);
  if (size < 1 || count > TOTAL_VOTING_POWER) {
    throw new CommitteeError('COMMITTEE_INVALID', `a committee has 1 to ${TOTAL_VOTING_POWER} members, not ${size}`);
  }
  const share = TOTAL_VOTING_POWER / count;
  const rest = Number(TOTAL_VOTING_POWER % count);
  return Array.from({ length: size }, (_, i) => (i < rest ? share + 1n : share));
}
