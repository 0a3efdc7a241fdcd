/** Where a lane stands, read from the chains themselves: at its origin what is sent, at its destination what of it is not delivered. */
import { bcs } from '@mysten/sui/bcs';
import type { SuiGrpcClient } from '@mysten/sui/grpc';
import { toHex, type Hex, type PublicClient } from 'viem';
import { ruleOf } from '../bindings/evm-failure.ts';
import { inboxAbi, outboxAbi } from '../bindings/evm/index.ts';
import { Inbox, InboxSpentKey, Origin, Outbox, OutboxLane } from '../bindings/sui/corridor.ts';
import { readObject, readTable, structKey, u64Key } from '../bindings/sui/read.ts';
import { readQuorum, type QuorumCounts } from '../bindings/values.ts';
import type { ConnectedChain } from './network.ts';
import type { EvmNetwork, SuiNetwork } from './network-file.ts';

/** A nonce is its generation in 16 bits, then its sequence in 48 (docs/spec/protocol.md). */
const SEQUENCE_BITS = 48n;
const MAX_SEQUENCE = (1n << SEQUENCE_BITS) - 1n;
/** Pays for what is only simulated. */
const NOBODY = '0x0000000000000000000000000000000000000001';

/** A lane at its origin. */
export interface Departures {
  readonly generation: number;
  /** Messages of this generation so far */
  readonly sent: bigint;
  /** Of a message, a byte of its body and a unit of execution gas; wei or MIST */
  readonly fees: { readonly base: bigint; readonly perByte: bigint; readonly perGas: bigint };
  /** Seconds since 1970; in the past where it is not paused */
  readonly pausedUntil: number;
}

/** The same lane at its destination. */
export interface Arrivals {
  readonly generation: number;
  /** The origin's outbox that is taken from, 32 bytes */
  readonly outbox: Hex;
  readonly policy: QuorumCounts;
  readonly pausedUntil: number;
  /** Sequences, of those that were asked for, that are not delivered */
  readonly open: readonly bigint[];
}

/** A lane at its origin; undefined where it is not open. */
export function readDepartures(chain: ConnectedChain, destination: bigint): Promise<Departures | undefined> {
  return chain.kind === 'evm'
    ? departuresOnEvm(chain.client, chain.place, destination)
    : departuresOnSui(chain.client, chain.place, destination);
}

/**
 * A lane at its destination; undefined where that does not take from the origin.
 * @param sequences to look for, of a generation
 */
export function readArrivals(
  chain: ConnectedChain,
  origin: bigint,
  generation: number,
  sequences: readonly bigint[],
): Promise<Arrivals | undefined> {
  const nonces = sequences.map((sequence) => (BigInt(generation) << SEQUENCE_BITS) | sequence);
  return chain.kind === 'evm'
    ? arrivalsOnEvm(chain.client, chain.place, origin, nonces)
    : arrivalsOnSui(chain.client, chain.place, origin, nonces);
}

const sequenceOf = (nonce: bigint): bigint => nonce & ((1n << SEQUENCE_BITS) - 1n);

async function departuresOnEvm(
  client: PublicClient,
  { outbox }: EvmNetwork,
  destination: bigint,
): Promise<Departures | undefined> {
  const [next, pausedUntil, , { base, perByte, perGas }] = await client.readContract({
    address: outbox,
    abi: outboxAbi,
    functionName: 'laneOf',
    args: [destination],
  });
  if (next === 0n) return undefined;
  return {
    generation: Number(next >> SEQUENCE_BITS),
    sent: await sentOnEvm(client, outbox, destination, next),
    fees: { base, perByte: BigInt(perByte), perGas: BigInt(perGas) },
    pausedUntil: Number(pausedUntil),
  };
}

/** How many messages of a generation there are. The last nonce of one is the next one still when it was given, too. */
async function sentOnEvm(client: PublicClient, outbox: Hex, destination: bigint, next: bigint): Promise<bigint> {
  const sequence = sequenceOf(next);
  if (sequence < MAX_SEQUENCE) return sequence;
  const read = { address: outbox, abi: outboxAbi } as const;
  const value = await client.readContract({ ...read, functionName: 'quote', args: [destination, 0, 0] });
  try {
    await client.simulateContract({
      ...read,
      functionName: 'send',
      args: [destination, toHex(1, { size: 32 }), 0, '0x'],
      value,
      account: NOBODY,
      stateOverride: [{ address: NOBODY, balance: value }],
    });
    return sequence;
  } catch (error) {
    const rule = ruleOf(error);
    if (rule === undefined) throw error;
    return rule === 'NonceOverflow' ? sequence + 1n : sequence;
  }
}

async function arrivalsOnEvm(
  client: PublicClient,
  { inbox }: EvmNetwork,
  origin: bigint,
  nonces: readonly bigint[],
): Promise<Arrivals | undefined> {
  const read = { address: inbox, abi: inboxAbi } as const;
  const terms = await client.readContract({ ...read, functionName: 'originOf', args: [origin] });
  if (terms.generation === 0) return undefined;
  const isDelivered = await Promise.all(
    nonces.map((nonce) => client.readContract({ ...read, functionName: 'isDelivered', args: [origin, nonce] })),
  );
  return {
    generation: terms.generation,
    outbox: terms.outbox,
    policy: readQuorum(terms.policy),
    pausedUntil: terms.pausedUntilSeconds,
    open: nonces.filter((_, i) => !isDelivered[i]).map(sequenceOf),
  };
}

async function departuresOnSui(
  client: SuiGrpcClient,
  { outbox }: SuiNetwork,
  destination: bigint,
): Promise<Departures | undefined> {
  const { lanes } = (await readObject(client, Outbox, outbox)).value;
  const lane = await readTable(client, lanes, u64Key(destination), OutboxLane);
  if (!lane) return undefined;
  const { base, per_byte, per_gas } = lane.fees;
  return {
    generation: lane.generation,
    sent: BigInt(lane.next_sequence),
    fees: { base: BigInt(base), perByte: BigInt(per_byte), perGas: BigInt(per_gas) },
    pausedUntil: Number(lane.pause.until),
  };
}

async function arrivalsOnSui(
  client: SuiGrpcClient,
  { inbox, package: packageId }: SuiNetwork,
  origin: bigint,
  nonces: readonly bigint[],
): Promise<Arrivals | undefined> {
  const { origins, spent } = (await readObject(client, Inbox, inbox)).value;
  const terms = await readTable(client, origins, u64Key(origin), Origin);
  if (!terms) return undefined;
  const { threshold: signers, operators, platforms, vendors } = terms.policy;
  // One bit for each nonce, 256 of them in a word.
  const words = new Map<bigint, bigint>();
  for (const word of new Set(nonces.map((nonce) => nonce >> 8n))) {
    const name = InboxSpentKey.serialize({ origin_chain: origin, word }).toBytes();
    const bits = await readTable(client, spent, structKey(`${packageId}::inbox::SpentKey`, name), bcs.u256());
    words.set(word, BigInt(bits ?? 0));
  }
  const isOpen = (nonce: bigint): boolean => ((words.get(nonce >> 8n)! >> (nonce & 0xffn)) & 1n) === 0n;
  return {
    generation: terms.generation,
    outbox: terms.outbox as Hex,
    policy: { signers, operators, platforms, vendors },
    pausedUntil: Number(terms.pause.until),
    open: nonces.filter(isOpen).map(sequenceOf),
  };
}
