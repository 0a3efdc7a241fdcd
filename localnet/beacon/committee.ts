/** Sync committees with their secret keys: what only a local network has. */
import { SecretKey, aggregatePublicKeys } from '@chainsafe/blst';
import { BitArray } from '@chainsafe/ssz';
import { sha256 } from '@noble/hashes/sha2.js';
import { PRESETS, typesOf, type AggregateValue, type CommitteeValue, type PresetName } from './types.ts';

/** Order of the groups of BLS12-381. */
const ORDER = 0x73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001n;

const INFINITY = Uint8Array.of(0xc0, ...new Uint8Array(95));

/** A committee whose keys follow from a seed and a period. */
export class LocalSyncCommittee {
  readonly value: CommitteeValue;
  /** hash_tree_root of the value */
  readonly root: Uint8Array;
  readonly #secrets: readonly bigint[];

  constructor(preset: PresetName, seed: string, period: number) {
    const secrets = Array.from({ length: PRESETS[preset].committeeSize }, (_, index) =>
      SecretKey.fromKeygen(sha256(new TextEncoder().encode(`sync-committee/${seed}/${period}/${index}`))),
    );
    const keys = secrets.map((secret) => secret.toPublicKey());
    this.value = {
      pubkeys: keys.map((key) => key.toBytes()),
      aggregatePubkey: aggregatePublicKeys(keys).toBytes(),
    };
    this.root = typesOf(preset).SyncCommittee.hashTreeRoot(this.value);
    this.#secrets = secrets.map((secret) => BigInt(`0x${Buffer.from(secret.toBytes()).toString('hex')}`));
  }

  get size(): number {
    return this.#secrets.length;
  }

  /**
   * The aggregate of some members over a signing root.
   *
   * The aggregate of signatures over one message is the signature under the sum of the keys: one signature replaces 512.
   * @param participants indices of those who sign; all by default
   */
  sign(signingRoot: Uint8Array, participants: Iterable<number> = this.#secrets.keys()): AggregateValue {
    const signers = [...new Set(participants)];
    const sum = signers.reduce((total, index) => (total + this.#secrets[index]!) % ORDER, 0n);
    // Of nobody's signatures the specification makes the point at infinity.
    if (signers.length === 0)
      return { syncCommitteeBits: BitArray.fromBitLen(this.size), syncCommitteeSignature: INFINITY };
    const secret = SecretKey.fromHex(`0x${sum.toString(16).padStart(64, '0')}`);
    const bits = BitArray.fromBitLen(this.size);
    for (const index of signers) bits.set(index, true);
    return { syncCommitteeBits: bits, syncCommitteeSignature: secret.sign(signingRoot).toBytes() };
  }
}
