/** BLS signatures of Ethereum's consensus: minimal public key size, proof of possession (phase0/beacon-chain.md, "BLS signatures"). */
import { PublicKey, Signature, fastAggregateVerify } from '@chainsafe/blst';
import { demand } from '../errors.ts';
import type { SyncCommittee } from './containers.ts';

/**
 * Decoded keys by committee. A store holds two committees, so at most two sets of keys live as long as their period
 * does, and go with it.
 */
const decoded = new WeakMap<SyncCommittee, readonly PublicKey[]>();

/**
 * `bls.FastAggregateVerify` over the members of a committee whose bit is set. The suite is blst's own:
 * `BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_`.
 * @param message signing root, 32 bytes
 * @param signature compressed point of G2, 96 bytes
 * @throws LightClientError `InvalidSyncCommitteeKey` when a member's key is no point of the group, or infinity
 */
export function verifyAggregate(
  committee: SyncCommittee,
  bits: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  const keys = keysOf(committee).filter((_, i) => (bits[i >> 3]! >> (i & 7)) & 1);
  try {
    return fastAggregateVerify(message, keys, Signature.fromBytes(signature), true);
  } catch {
    // Not the encoding of a point of the group: no signature at all.
    return false;
  }
}

function keysOf(committee: SyncCommittee): readonly PublicKey[] {
  const known = decoded.get(committee);
  if (known) return known;
  const keys: PublicKey[] = [];
  for (let i = 0; i < committee.pubkeys.length; i += 48)
    keys.push(decodeKey(committee.pubkeys.subarray(i, i + 48), i / 48));
  decoded.set(committee, keys);
  return keys;
}

function decodeKey(bytes: Uint8Array, index: number): PublicKey {
  let key: PublicKey | undefined;
  try {
    key = PublicKey.fromBytes(bytes, true);
  } catch {
    // Reported below, with the index.
  }
  demand(key !== undefined, 'InvalidSyncCommitteeKey', () => `the key of member ${index} is not a point of the group`);
  return key;
}
