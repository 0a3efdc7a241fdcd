/** What a unit of gas may cost: a node's word, up to a limit of ours. */
import type { PublicClient } from 'viem';

/** Wei; 500 gwei */
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
 * @throws GasTooDearError; whatever the client throws
 */
export async function feesWithin(client: PublicClient, most = DEFAULT_MAX_FEE): Promise<Fees> {
  const { maxFeePerGas = 0n, maxPriorityFeePerGas = 0n } = await client.estimateFeesPerGas();
  if (maxFeePerGas > most) {
    throw new GasTooDearError(`gas costs ${maxFeePerGas} wei, at most ${most} is allowed; wait, or allow more`);
  }
  return { maxFeePerGas, maxPriorityFeePerGas };
}
