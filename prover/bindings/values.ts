/** Values that the contracts on EVM pack into one word, as plain data. */

/** Distinct signers, operators, platforms and vendors: of a quorum, or the least of each that a policy demands. */
export interface QuorumCounts {
  readonly signers: number;
  readonly operators: number;
  readonly platforms: number;
  readonly vendors: number;
}

/** Where a signer stands, by its code in a record. */
export const SIGNER_STATUSES = ['unknown', 'active', 'resigned', 'evicted', 'revoked'] as const;
export type SignerStatus = (typeof SIGNER_STATUSES)[number];

/** What a registry on EVM keeps of a signer for quorums; contracts-evm/src/registry/SignerRecord.sol. */
export interface SignerRecord {
  /** The last second at which it counts, since 1970. */
  readonly expiresAtSeconds: number;
  readonly judgementEpoch: number;
  /** From 1; 0 of a key that was revoked before anybody knew it. So is the operator's. */
  readonly platformIndex: number;
  readonly operatorIndex: number;
  /** 1 for Intel. */
  readonly vendor: number;
  readonly status: SignerStatus;
}

/**
 * A quorum or policy as the `uint32` that `Quorum` and `Policy` are.
 * @throws RangeError when a count is no whole number from 0 to 32
 */
export function packQuorum({ signers, operators, platforms, vendors }: QuorumCounts): number {
  for (const [name, count] of Object.entries({ signers, operators, platforms, vendors })) {
    if (!Number.isInteger(count) || count < 0 || count > 32) throw new RangeError(`${name} is ${count}, not 0 to 32`);
  }
  return signers * 2 ** 24 + operators * 2 ** 16 + platforms * 2 ** 8 + vendors;
}

/** The counts of a `Quorum` or `Policy`. */
export function readQuorum(packed: number): QuorumCounts {
  const byte = (shift: number): number => (packed >>> shift) & 0xff;
  return { signers: byte(24), operators: byte(16), platforms: byte(8), vendors: byte(0) };
}

/**
 * The fields of a `SignerRecord`.
 * @throws RangeError when the status is none of the five
 */
export function readSignerRecord(packed: bigint): SignerRecord {
  const field = (shift: bigint, bits: bigint): number => Number((packed >> shift) & ((1n << bits) - 1n));
  const status = SIGNER_STATUSES[field(0n, 8n)];
  if (status === undefined) throw new RangeError(`${field(0n, 8n)} is no status of a signer`);
  return {
    expiresAtSeconds: field(96n, 40n),
    judgementEpoch: field(64n, 32n),
    platformIndex: field(32n, 32n),
    operatorIndex: field(16n, 16n),
    vendor: field(8n, 8n),
    status,
  };
}
