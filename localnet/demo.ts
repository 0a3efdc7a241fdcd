/**
 * The main job on one machine: both chains, five operators' enclaves with keys that the chains themselves have verified,
 * and messages both ways, one in each direction to a recipient that fails at first.
 *
 *   npm run demo -- [--messages 10] [--operators 5] [--evm anvil|hardhat] [--json] [--log LEVEL]
 *
 * The exit status is 0 only when every message was delivered exactly once by both chains' own logs.
 */
import { parseArgs } from 'node:util';
import { fromHex } from '../prover/protocol/index.ts';
import type { TrackedMessage } from '../prover/host/store/rows.ts';
import type { Store } from '../prover/host/store/store.ts';
import type { Sent } from './corridor/application.ts';
import { audit, type Audit } from './corridor/audit.ts';
import { LocalCorridor } from './corridor/start.ts';

const USAGE = 'usage: demo [--messages N] [--operators N] [--evm anvil|hardhat] [--json] [--log LEVEL]';
/** Everything is over by then, or has failed. */
const PATIENCE_MS = 90_000;
const REFRESH_MS = 250;

interface Tracked {
  readonly direction: 'EVM → Sui' | 'Sui → EVM';
  readonly sent: Sent;
  readonly sentAt: number;
  readonly isRefusedFirst: boolean;
  state?: TrackedMessage | undefined;
  wasRefused: boolean;
}

const startedAt = performance.now();
const seconds = (milliseconds: number): string => (milliseconds / 1000).toFixed(1);

interface Arguments {
  readonly messages: number;
  readonly operators: number;
  readonly evm: 'anvil' | 'hardhat' | undefined;
  readonly json: boolean;
  readonly log: string;
}

function readArgs(): Arguments {
  try {
    const { values } = parseArgs({
      options: {
        messages: { type: 'string', default: '10' },
        operators: { type: 'string', default: '5' },
        evm: { type: 'string' },
        json: { type: 'boolean', default: false },
        log: { type: 'string', default: 'silent' },
      },
    });
    const count = (text: string, least: number): number => {
      if (!/^\d{1,3}$/.test(text) || Number(text) < least) throw new Error(`${text} is not a number from ${least} on`);
      return Number(text);
    };
    const { evm } = values;
    if (evm !== undefined && evm !== 'anvil' && evm !== 'hardhat') throw new Error(`there is no EVM node ${evm}`);
    const { json, log } = values;
    return { messages: count(values.messages, 2), operators: count(values.operators, 1), evm, json, log };
  } catch (error) {
    console.error(`${(error as Error).message}\n${USAGE}`);
    process.exit(2);
  }
}

async function main(): Promise<number> {
  const { messages, operators, evm, json, log } = readArgs();
  const say = (text: string): void => {
    if (!json) console.log(text);
  };
  const corridor = await LocalCorridor.start({
    operators,
    logLevel: log as 'silent',
    ...(evm === undefined ? {} : { evmKind: evm }),
    onStep: (step) => say(`${seconds(performance.now() - startedAt).padStart(6)} s  ${step}`),
  });
  try {
    for (const { enclave, gas } of corridor.registrations) {
      const [onEvm, onSui] = Object.values(gas);
      say(`          ${enclave}: registered, ${onEvm} gas on EVM, ${onSui} MIST on Sui`);
    }
    const { onEvm, onSui } = corridor.application;
    // The second recipient of each chain takes nothing until it is opened.
    await Promise.all([onEvm[1]!.setOpen(false), onSui[1]!.setOpen(false)]);
    say(`${seconds(performance.now() - startedAt).padStart(6)} s  sending ${messages} messages each way`);
    const tracked = await sendAll(corridor, messages);
    await follow(corridor.hosts[0]!.parts.store, tracked, say, async () => {
      await Promise.all([onEvm[1]!.setOpen(true), onSui[1]!.setOpen(true)]);
      say(`${seconds(performance.now() - startedAt).padStart(6)} s  the recipients that refused are open now`);
    });
    const found = await audit(corridor.deployment);
    report(tracked, found, say);
    const isGood = found.isExact && tracked.every(({ isRefusedFirst, wasRefused }) => isRefusedFirst === wasRefused);
    if (json) {
      const shown = { ok: isGood, seconds: Number(seconds(performance.now() - startedAt)), audit: found };
      console.log(JSON.stringify(shown, null, 2));
    }
    return isGood ? 0 : 1;
  } finally {
    await corridor.close();
    say(`${seconds(performance.now() - startedAt).padStart(6)} s  stopped`);
  }
}

async function sendAll({ application }: LocalCorridor, count: number): Promise<Tracked[]> {
  const bodies = Array.from({ length: count }, (_, i) => new TextEncoder().encode(`message ${i + 1}`));
  const { onEvm, onSui } = application;
  const last = bodies.length - 1;
  const directions = [
    { direction: 'EVM → Sui', send: application.sendFromEvm, recipients: onSui },
    { direction: 'Sui → EVM', send: application.sendFromSui, recipients: onEvm },
  ] as const;
  const sent = await Promise.all(
    directions.map(async ({ direction, send, recipients }) => {
      const honest = await send(recipients[0]!.address, bodies.slice(0, last));
      const refused = await send(recipients[1]!.address, bodies.slice(last));
      const sentAt = Date.now();
      const track =
        (isRefusedFirst: boolean) =>
        (one: Sent): Tracked => ({
          direction,
          sent: one,
          sentAt,
          isRefusedFirst,
          wasRefused: false,
        });
      return [...honest.map(track(false)), ...refused.map(track(true))];
    }),
  );
  return sent.flat();
}

/** Watches the host's store until everything is delivered, and says what changes. */
async function follow(
  store: Store,
  tracked: readonly Tracked[],
  say: (text: string) => void,
  openRecipients: () => Promise<void>,
): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  const said = new Map<string, string>();
  let isOpen = false;
  while (Date.now() < deadline) {
    for (const entry of tracked) {
      entry.state = await store.message(fromHex(entry.sent.messageId));
      if (entry.state?.failedAt) entry.wasRefused = true;
    }
    for (const [stage, count] of stages(tracked)) {
      const text = `${count} of ${tracked.length}`;
      if (said.get(stage) === text) continue;
      said.set(stage, text);
      if (count > 0) say(`${seconds(performance.now() - startedAt).padStart(6)} s  ${stage.padEnd(9)} ${text}`);
    }
    if (!isOpen && tracked.every(({ isRefusedFirst, wasRefused }) => !isRefusedFirst || wasRefused)) {
      isOpen = true;
      await openRecipients();
    }
    if (tracked.every(({ state }) => state?.deliveredAt)) return;
    await new Promise((resolve) => setTimeout(resolve, REFRESH_MS));
  }
  say(`gave up after ${PATIENCE_MS / 1000} s`);
}

function stages(tracked: readonly Tracked[]): [string, number][] {
  const count = (has: (state: TrackedMessage) => unknown): number =>
    tracked.filter(({ state }) => state && has(state)).length;
  return [
    ['final', count(() => true)],
    ['proven', count(({ provenAt }) => provenAt)],
    ['refused', tracked.filter(({ wasRefused }) => wasRefused).length],
    ['delivered', count(({ deliveredAt }) => deliveredAt)],
  ];
}

function report(
  tracked: readonly Tracked[],
  { evmToSui, suiToEvm, isExact }: Audit,
  say: (text: string) => void,
): void {
  const columns = ['direction', 'nonce', 'message', 'gas to send', 'final', 'proven', 'delivered', 'remark'];
  const rows = tracked.map(({ direction, sent, sentAt, state, wasRefused }) => {
    const after = (at: Date | undefined): string => (at ? `+${seconds(at.getTime() - sentAt)} s` : '—');
    return [
      direction,
      String(sent.nonce & 0xffff_ffff_ffffn),
      `${sent.messageId.slice(0, 10)}…`,
      String(sent.gas),
      after(state?.finalAt),
      after(state?.provenAt),
      after(state?.deliveredAt),
      wasRefused ? 'refused at first, delivered again' : '',
    ];
  });
  const widths = columns.map((name, i) => Math.max(name.length, ...rows.map((row) => row[i]!.length)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => cell.padEnd(widths[i]!))
      .join('  ')
      .trimEnd();
  say(`\n${line(columns)}\n${rows.map(line).join('\n')}\n`);
  for (const [name, { sent, delivered, missing, wrong }] of Object.entries({
    'EVM → Sui': evmToSui,
    'Sui → EVM': suiToEvm,
  })) {
    say(`${name}: ${sent} sent, ${delivered} delivered, ${missing.length} missing, ${wrong.length} wrong`);
  }
  say(isExact ? 'every message was delivered exactly once' : 'NOT every message was delivered exactly once');
}

process.exitCode = await main();
