/** Budget estimation and gas coin selection, as Sui's RPC does them when asked for gas selection. */
import type { bcs } from '@mysten/sui/bcs';
import type { GasCosts } from '../../ledger/bcs.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { coinBalance, type MoveRecord } from '../../ledger/objects.ts';
import { PROTOCOL } from '../../ledger/protocol.ts';
import { GAS_COIN_TYPE } from '../../ledger/types.ts';
import { RpcStatus } from '../status.ts';

type Data = (typeof bcs.TransactionData.$inferType)['V1'];

/** Bytes of a gas coin, for the cost of loading one. */
const GAS_COIN_BYTES = 40n;
/** Gas units added to every estimate. */
const SAFE_OVERHEAD = 1000n;

/**
 * Budget in MIST for a transaction that cost `gasUsed` in a simulation with a mock coin.
 * @param mockStorageCost storage that the simulation charged for the mock coin, which execution will not write
 * @param coins number of gas coins that will pay; the first one was part of the simulation
 */
export function estimateBudget(gasUsed: GasCosts, price: bigint, mockStorageCost: bigint, coins: number): bigint {
  const { computationCost, storageCost, storageRebate } = gasUsed;
  const storage = storageCost > mockStorageCost ? storageCost - mockStorageCost : 0n;
  const net = computationCost + storage - storageRebate;
  const base = net > computationCost ? net : computationCost;
  const estimate = base + loadingCost(coins, price) + SAFE_OVERHEAD * price;
  const limit = BigInt(PROTOCOL.max_tx_gas);
  return estimate < limit ? estimate : limit;
}

/** MIST for loading gas coins beyond the first. */
function loadingCost(coins: number, price: bigint): bigint {
  const units = BigInt(Math.max(coins - 1, 0)) * GAS_COIN_BYTES * BigInt(PROTOCOL.obj_access_cost_read_per_byte);
  const step = BigInt(PROTOCOL.gas_rounding_step);
  return ((units + step - 1n) / step) * step * price;
}

/**
 * Chooses the gas: all coins of the gas owner up to the protocol's limit, richest first, that no input uses. As on Sui,
 * paying with all of them merges them into the first.
 * @param estimated whether the budget came from an estimate; it then grows by the cost of loading further coins
 * @throws RpcStatus INVALID_ARGUMENT when the balance does not suffice
 */
export function selectGas(ledger: Ledger, data: Data, estimated: boolean): Pick<Data['gasData'], 'payment' | 'budget'> {
  const { owner, price } = data.gasData;
  const used = usedObjects(data);
  const coins = [...ledger.objects.owned(owner)]
    .filter((object) => object.type === GAS_COIN_TYPE && object.owner.$kind === 'AddressOwner' && !used.has(object.id))
    .sort(richestFirst)
    .slice(0, PROTOCOL.max_gas_payment_objects);
  const balance = coins.reduce((sum, coin) => sum + coinBalance(coin)!, 0n);
  const grown = BigInt(data.gasData.budget) + (estimated ? loadingCost(coins.length, BigInt(price)) : 0n);
  const limit = BigInt(PROTOCOL.max_tx_gas);
  const budget = grown < limit ? grown : limit;
  if (coins.length === 0 || balance < budget) {
    throw new RpcStatus(
      'INVALID_ARGUMENT',
      `Unable to perform gas selection due to insufficient SUI balance for account ${owner} ` +
        `to satisfy required budget ${budget}; it has ${balance} MIST in coins that this transaction does not use`,
    );
  }
  return {
    payment: coins.map(({ id, version, digest }) => ({ objectId: id, version: String(version), digest })),
    budget: String(budget),
  };
}

function richestFirst(a: MoveRecord, b: MoveRecord): number {
  const [x, y] = [coinBalance(a)!, coinBalance(b)!];
  if (x !== y) return x > y ? -1 : 1;
  return a.id < b.id ? -1 : 1;
}

function usedObjects(data: Data): Set<string> {
  if (data.kind.$kind !== 'ProgrammableTransaction') return new Set();
  return new Set(
    data.kind.ProgrammableTransaction.inputs.flatMap(({ Object: object }) => {
      const ref = object?.ImmOrOwnedObject ?? object?.Receiving;
      return ref ? [ref.objectId] : [];
    }),
  );
}
