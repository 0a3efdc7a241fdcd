/** What a unit of gas may cost: a node's word, up to a limit of ours. */
import type { PublicClient } from 'viem';

/** What a host allows where its configuration says nothing: 500 gwei, in wei */
export const DEFAULT_MAX_FEE = 500_000_000_000n;

interface Fees {
  /** Wei for a unit of gas, as EIP-1559 has them */
  readonly maxFeePerGas: bigint;
  readonly maxPriorityFeePerGas: bigint;
}

/** Gas costs more than was allowed: wait, or allow more. */
export class GasTooDearError extends Error {
  override readonly name = 'GasTooDearError';
  readonly code = 'GasTooDear';
}

/**
 * What a node estimates.
 * @param most wei for a unit of gas; without it the node's word counts, for whoever sends by hand
 * @throws GasTooDearError; whatever the client throws
 */
export async function feesWithin(client: PublicClient, most?: bigint): Promise<Fees> {
  const { maxFeePerGas = 0n, maxPriorityFeePerGas = 0n } = await client.estimateFeesPerGas();
  if (most !== undefined && maxFeePerGas > most) {
    throw new GasTooDearError(`gas costs ${maxFeePerGas} wei, at most ${most} is allowed; wait, or allow more`);
  }
  return { maxFeePerGas, maxPriorityFeePerGas };
}
