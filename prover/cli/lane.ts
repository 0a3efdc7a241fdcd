/** `corridor lane status`: what outboxes have numbered and inboxes have delivered, read from the chains themselves. */
import { bcs } from '@mysten/sui/bcs';
import type { SuiGrpcClient } from '@mysten/sui/grpc';
import type { Command } from 'commander';
import type { PublicClient } from 'viem';
import { inboxAbi, outboxAbi } from '../bindings/evm/index.ts';
import { Inbox, InboxSpentKey, Origin, Outbox, OutboxLane } from '../bindings/sui/corridor.ts';
import { readObject, readTable, structKey, u64Key } from '../bindings/sui/read.ts';
import { readQuorum, type QuorumCounts } from '../bindings/values.ts';
import { CliError } from './errors.ts';
import type { EvmNetwork, SuiNetwork } from './network-file.ts';
import {
  addNetworkOptions,
  chainName,
  onChain,
  readNetwork,
  type ConnectedChain,
  type NetworkFlags,
} from './network.ts';
import { dateText, json, paint, table, type Shown, type Terminal } from './output.ts';

interface LaneFlags extends NetworkFlags {
  last: string;
  json?: boolean;
}

/** A lane at its origin. */
interface Departures {
  readonly generation: number;
  /** Messages of this generation so far */
  readonly sent: bigint;
  /** Of a message, a byte of its body and a unit of execution gas; wei or MIST */
  readonly fees: { readonly base: bigint; readonly perByte: bigint; readonly perGas: bigint };
  /** Seconds since 1970; in the past where it is not paused */
  readonly pausedUntil: number;
}

/** The same lane at its destination. */
interface Arrivals {
  readonly generation: number;
  readonly policy: QuorumCounts;
  readonly pausedUntil: number;
  /** Sequences, of those that were asked for, that are not delivered */
  readonly open: readonly bigint[];
}

interface LaneStatus {
  readonly originChain: bigint;
  readonly destinationChain: bigint;
  readonly departures: Departures;
  /** Undefined where the destination does not take from this origin */
  readonly arrivals: Arrivals | undefined;
  /** How many of the newest messages were asked for */
  readonly asked: number;
}

/** A nonce is its generation in 16 bits, then its sequence in 48 (docs/spec/protocol.md). */
const SEQUENCE_BITS = 48n;
const SHOWN_OPEN = 10;
const MAX_LAST = 10_000;

/** Adds `corridor lane …`. */
export function addLaneCommands(program: Command, terminal: Terminal): void {
  const lane = program.command('lane').description('lanes between chains, read from the chains');

  addNetworkOptions(lane.command('status'))
    .description('what each lane has sent, and what of it is not delivered')
    .option('--last <n>', 'how many of the newest messages to look for at the destination', '256')
    .option('--json', 'machine-readable output')
    .addHelpText('after', '\nExample:\n  corridor lane status --network localnet')
    .action(async (flags: LaneFlags) => {
      const last = Number(flags.last);
      if (!/^\d{1,5}$/.test(flags.last) || last > MAX_LAST) {
        throw new CliError('InvalidCount', `--last ${flags.last} is no number up to ${MAX_LAST}`);
      }
      const { chains } = readNetwork(flags);
      const pairs = chains.flatMap((origin) =>
        chains.filter((other) => other !== origin).map((destination) => [origin, destination] as const),
      );
      const found = await Promise.all(pairs.map(([origin, destination]) => readLane(origin, destination, last)));
      const lanes = found.filter((one) => one !== undefined);
      if (flags.json) return terminal.out(json({ lanes }));
      if (lanes.length === 0) return terminal.out('no lane is open between these chains');
      const name = (id: bigint): string => chainName(chains.find(({ chain }) => chain === id)!);
      const shown = lanes.map((one): [string, Shown] => [
        `${name(one.originChain)} → ${name(one.destinationChain)}`,
        render(terminal, one),
      ]);
      terminal.out(table(terminal, Object.fromEntries(shown)));
    });
}

async function readLane(
  origin: EvmNetwork | SuiNetwork,
  destination: EvmNetwork | SuiNetwork,
  last: number,
): Promise<LaneStatus | undefined> {
  const departures = await onChain(origin, (chain) => readDepartures(chain, destination.chain));
  if (!departures) return undefined;
  const { sent, generation } = departures;
  const asked = sent < BigInt(last) ? Number(sent) : last;
  const sequences = Array.from({ length: asked }, (_, i) => sent - BigInt(asked) + BigInt(i));
  const arrivals = await onChain(destination, (chain) => readArrivals(chain, origin.chain, generation, sequences));
  return { originChain: origin.chain, destinationChain: destination.chain, departures, arrivals, asked };
}

function readDepartures(chain: ConnectedChain, destination: bigint): Promise<Departures | undefined> {
  return chain.kind === 'evm'
    ? departuresOnEvm(chain.client, chain.place, destination)
    : departuresOnSui(chain.client, chain.place, destination);
}

function readArrivals(
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
    sent: sequenceOf(next),
    fees: { base, perByte: BigInt(perByte), perGas: BigInt(perGas) },
    pausedUntil: Number(pausedUntil),
  };
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
    policy: { signers, operators, platforms, vendors },
    pausedUntil: Number(terms.pause.until),
    open: nonces.filter(isOpen).map(sequenceOf),
  };
}

function render(terminal: Terminal, { departures, arrivals, asked }: LaneStatus): { [name: string]: Shown } {
  const { generation, sent, fees } = departures;
  const shown: { [name: string]: Shown } = {
    sent: `${sent} in generation ${generation}`,
    fees: `${fees.base} + ${fees.perByte} a byte + ${fees.perGas} a unit of gas`,
  };
  const pause = (until: number): string | undefined =>
    until > Date.now() / 1000 ? paint(terminal, 'red', `until ${dateText(until)}`) : undefined;
  const atOrigin = pause(departures.pausedUntil);
  if (atOrigin !== undefined) shown['paused at origin'] = atOrigin;
  if (!arrivals) return { ...shown, delivered: paint(terminal, 'red', 'the destination does not take this origin') };
  const { open, policy } = arrivals;
  const list = open.slice(0, SHOWN_OPEN).join(', ') + (open.length > SHOWN_OPEN ? ', …' : '');
  shown['delivered'] =
    open.length === 0
      ? paint(terminal, 'green', asked === Number(sent) ? 'all' : `all of the newest ${asked}`)
      : `${asked - open.length} of the newest ${asked}; not yet: ${list}`;
  shown['policy'] =
    `${policy.signers} signers of ${policy.operators} operators on ${policy.platforms} platforms, ${policy.vendors} vendors`;
  const atDestination = pause(arrivals.pausedUntil);
  if (atDestination !== undefined) shown['paused at destination'] = atDestination;
  if (arrivals.generation !== generation) {
    const told = `the destination takes generation ${arrivals.generation}, the origin sends in ${generation}`;
    shown['generations'] = paint(terminal, 'red', told);
  }
  return shown;
}
