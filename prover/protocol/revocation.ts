import { asBytes, asNonZeroBytes, concat, equalBytes, isZero } from './bytes.ts';
import { demand } from './errors.ts';
import { hash, TAG_REVOCATION } from './hash.ts';

export const REVOCATION_BYTES = 65;

/** Byte 32 of a revocation: what it names. */
export const REVOCATION_TARGET = { signer: 1, platform: 2, measurement: 3 } as const;
export type RevocationTargetKind = (typeof REVOCATION_TARGET)[keyof typeof REVOCATION_TARGET];

/** A revocation that is valid on every registry (docs/spec/protocol.md section 10). */
export interface Revocation {
  kind: RevocationTargetKind;
  /** 32 bytes: signer address left-padded, platform id or measurement id */
  target: Uint8Array;
}

/**
 * Encodes a revocation, 65 bytes.
 * @throws ProtocolError the rules of section 10
 */
export function encodeRevocation(revocation: Revocation): Uint8Array {
  const kind = demandKind(revocation.kind);
  return concat(TAG_REVOCATION, Uint8Array.of(kind), demandTarget(kind, revocation.target));
}

/**
 * Decodes a revocation and checks every rule of section 10.
 * @param encoded 65 bytes
 * @throws ProtocolError the rules of section 10
 */
export function decodeRevocation(encoded: Uint8Array): Revocation {
  const bytes = asBytes(encoded, 'InvalidRevocationLength');
  demand(
    bytes.length === REVOCATION_BYTES,
    'InvalidRevocationLength',
    () => `${bytes.length} bytes; a revocation has ${REVOCATION_BYTES}`,
  );
  demand(
    equalBytes(bytes.subarray(0, 32), TAG_REVOCATION),
    'InvalidRevocationTag',
    () => 'the first 32 bytes are not the tag of a revocation, version 1',
  );
  const kind = demandKind(bytes[32]!);
  return { kind, target: demandTarget(kind, bytes.subarray(33)) };
}

/**
 * Digest of an encoded revocation, the 32 bytes that the guardian signs.
 * @throws ProtocolError the rules of section 10: what is not a revocation has no digest
 */
export function revocationDigest(encoded: Uint8Array): Uint8Array {
  const bytes = asBytes(encoded, 'InvalidRevocationLength');
  decodeRevocation(bytes);
  return hash(bytes);
}

function demandKind(kind: number): RevocationTargetKind {
  const known: readonly number[] = Object.values(REVOCATION_TARGET);
  demand(
    known.includes(kind),
    'InvalidRevocationTargetKind',
    () => `kind ${String(kind)}; known are 1 (signer), 2 (platform) and 3 (measurement)`,
  );
  return kind as RevocationTargetKind;
}

function demandTarget(kind: RevocationTargetKind, target: Uint8Array): Uint8Array {
  const bytes = asNonZeroBytes(target, 32, 'InvalidRevocationTarget');
  demand(
    kind !== REVOCATION_TARGET.signer || isZero(bytes.subarray(0, 12)),
    'InvalidRevocationTarget',
    () => 'the first 12 bytes of a signer must be zero',
  );
  return bytes;
}
