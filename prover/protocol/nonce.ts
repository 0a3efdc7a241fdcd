import { demand } from './errors.ts';

/** Nonce of a lane, u64 as a bigint: generation (u16), then sequence (u48) (docs/spec/protocol.md section 3). */
export type Nonce = bigint;

export const MAX_GENERATION = 0xffffn;
export const MAX_SEQUENCE = (1n << 48n) - 1n;

/**
 * Joins a generation (0 to 65,535) and a sequence (0 to 2^48 - 1).
 * @throws ProtocolError `InvalidNonce`
 */
export function joinNonce(generation: bigint, sequence: bigint): Nonce {
  demand(
    generation >= 0n && generation <= MAX_GENERATION,
    'InvalidNonce',
    () => `generation ${generation} is not a u16`,
  );
  demand(sequence >= 0n && sequence <= MAX_SEQUENCE, 'InvalidNonce', () => `sequence ${sequence} is not a u48`);
  return (generation << 48n) | sequence;
}

/**
 * Splits a nonce.
 * @throws ProtocolError `InvalidNonce` when it is not a u64
 */
export function splitNonce(nonce: Nonce): { generation: bigint; sequence: bigint } {
  demand(nonce >> 64n === 0n, 'InvalidNonce', () => `${nonce} is not a u64`);
  return { generation: nonce >> 48n, sequence: nonce & MAX_SEQUENCE };
}
