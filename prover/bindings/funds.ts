/** Whether an account can pay for what has just failed: what it has, and what is needed. */
import type { SuiGrpcClient } from '@mysten/sui/grpc';
import { BaseError, maxUint128, type Address, type Hex, type PublicClient } from 'viem';

/** An account that cannot pay. */
export interface Shortfall {
  readonly account: string;
  readonly has: bigint;
  /** The least that is needed; undefined where no node says */
  readonly needs: bigint | undefined;
  readonly unit: 'wei' | 'MIST';
}

/** One sentence: who has what where, and what is needed. */
export function showShortfall({ account, has, needs, unit }: Shortfall, chain: string): string {
  const needed = needs === undefined || needs <= has ? 'more is needed' : `at least ${needs} ${unit} are needed`;
  return `account ${account} has ${has} ${unit} on ${chain}, and ${needed}: fund it`;
}

/**
 * Judges a call on EVM that a node or wallet would not take. Nodes differ in what they say then, so that balances decide.
 * @returns undefined where the account can pay, or where nobody says
 */
export async function evmShortfall(
  client: PublicClient,
  account: Address,
  call: { readonly to?: Address | undefined; readonly data: Hex; readonly value?: bigint },
  error: unknown,
): Promise<Shortfall | undefined> {
  const { value = 0n } = call;
  const isSaid = error instanceof BaseError && error.walk((inner) => isPoor(inner)) !== null;
  try {
    const has = await client.getBalance({ address: account });
    const [{ maxFeePerGas }, gas] = await Promise.all([
      client.estimateFeesPerGas(),
      // As if it were rich: a node estimates nothing for who cannot pay.
      client.estimateGas({
        ...{ ...call, account },
        stateOverride: [{ address: account, balance: maxUint128 }],
      }),
    ]).catch(() => [{ maxFeePerGas: 0n }, undefined] as const);
    const needs = gas === undefined ? undefined : value + (gas + gas / 10n) * maxFeePerGas;
    if (!isSaid && has >= (needs ?? value)) return undefined;
    return { account, has, needs: needs ?? (value > has ? value : undefined), unit: 'wei' };
  } catch {
    return undefined;
  }
}

const isPoor = (error: unknown): boolean => (error as Error).name === 'InsufficientFundsError';

/** What Sui's nodes and its client say to who cannot pay; the budget is named by nodes alone. */
const POOR_ON_SUI =
  /insufficient SUI balance|InsufficientCoinBalance|InsufficientGas|GasBalanceTooLow|No valid gas coins/i;
const BUDGET = /required budget (\d+)/;

/**
 * Judges a transaction on Sui that was refused.
 * @param said why
 * @param spends MIST that it pays beside gas, asked for where it matters
 * @returns undefined where it was refused for another reason, or where nobody says
 */
export async function suiShortfall(
  client: SuiGrpcClient,
  account: string,
  said: string,
  spends: () => Promise<bigint> = () => Promise.resolve(0n),
): Promise<Shortfall | undefined> {
  if (!POOR_ON_SUI.test(said)) return undefined;
  try {
    const { balance } = await client.getBalance({ owner: account });
    const has = BigInt(balance.balance);
    const budget = BUDGET.exec(said)?.[1];
    const needs = (await spends()) + BigInt(budget ?? 0);
    return { account, has, needs: needs > has ? needs : undefined, unit: 'MIST' };
  } catch {
    return undefined;
  }
}
