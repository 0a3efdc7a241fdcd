/** `corridor lane status`: what outboxes have numbered and inboxes have delivered, read from the chains themselves. */
import type { Command } from 'commander';
import { chainFamily } from '../protocol/index.ts';
import { CliError } from './errors.ts';
import { readArrivals, readDepartures, type Arrivals, type Departures } from './lane-state.ts';
import type { EvmNetwork, SuiNetwork } from './network-file.ts';
import { addNetworkOptions, chainName, onChain, readNetwork, type NetworkFlags } from './network.ts';
import { dateText, json, paint, table, type Shown, type Terminal } from './output.ts';

interface LaneFlags extends NetworkFlags {
  last: string;
  json?: boolean;
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

function render(
  terminal: Terminal,
  { originChain, departures, arrivals, asked }: LaneStatus,
): { [name: string]: Shown } {
  const { generation, sent, fees } = departures;
  const unit = chainFamily(originChain) === 'evm' ? 'wei' : 'MIST';
  const shown: { [name: string]: Shown } = {
    sent: `${sent} in generation ${generation}`,
    fees: `${fees.base} ${unit} + ${fees.perByte} ${unit} a byte + ${fees.perGas} ${unit} a unit of gas`,
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
