/**
 * The main job on one machine: both chains, five operators' enclaves with keys that the chains themselves have verified,
 * and messages both ways, one in each direction to a recipient that fails at first.
 *
 *   npm run demo -- [--messages 10] [--operators 5] [--evm anvil|hardhat] [--json] [--log LEVEL]
 *
 * The exit status is 0 only when every message was delivered exactly once by both chains' own logs.
 */
import { parseArgs } from 'node:util';
import { EXIT } from '../prover/cli/errors.ts';
import { processTerminal } from '../prover/cli/output.ts';
import { fromHex } from '../prover/protocol/index.ts';
import { countsOf, LiveText, renderBoard, STAGES, UNITS, type Tracked } from './board.ts';
import type { Sent } from './corridor/application.ts';
import { audit, type Audit } from './corridor/audit.ts';
import { readDeliveryGas } from './corridor/delivery-gas.ts';
import { LocalCorridor } from './corridor/start.ts';
import { timedLines } from './progress.ts';

const USAGE = `usage: npm run demo -- [--messages N] [--operators N] [--evm anvil|hardhat] [--json] [--log LEVEL]

  --messages N      each way, at least 2 (default 10); the last of them goes to a recipient that fails at first
  --operators N     operators, each with an enclave of its own (default 5)
  --evm KIND        anvil or hardhat (default anvil where npm has it)
  --json            one JSON value on standard output, nothing else
  --log LEVEL       of the host: debug, info, warn, error, silent (default silent)

example: npm run demo -- --messages 50`;
/** Everything is over by then, or has failed. */
const PATIENCE_MS = 90_000;
const REFRESH_MS = 250;
/** Of the table, beside its messages. */
const SPARE_ROWS = 7;

const startedAt = performance.now();
const { isColoured } = processTerminal;

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
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    if (values.help) {
      console.log(USAGE);
      process.exit(EXIT.ok);
    }
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
    process.exit(EXIT.usage);
  }
}

async function main(): Promise<number> {
  const { messages, operators, evm, json, log } = readArgs();
  const print = (text: string): void => {
    if (!json) console.log(text);
  };
  const say = timedLines(print);
  // What was started is ended by the watchdog.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => process.exit(EXIT.interrupted));
  const corridor = await LocalCorridor.start({
    operators,
    logLevel: log as 'silent',
    ...(evm === undefined ? {} : { evmKind: evm }),
    onStep: say,
  });
  try {
    corridor.registrations.forEach(({ enclave, gas }, i) => {
      const [onEvm, onSui] = Object.values(gas);
      const tee = corridor.enclaves[i]!.tee.toUpperCase();
      print(`          ${enclave} on ${tee}: registered, ${onEvm} gas on EVM, ${onSui} MIST on Sui`);
    });
    const { onEvm, onSui } = corridor.application;
    // The second recipient of each chain takes nothing until it is opened.
    await Promise.all([onEvm[1]!.setOpen(false), onSui[1]!.setOpen(false)]);
    say(`sending ${messages} messages each way, the last of them to recipients that refuse for now`);
    const tracked = await sendAll(corridor, messages);
    // A table that is higher than the terminal could not be drawn again in its place.
    const isLive = process.stdout.isTTY && process.stdout.rows > tracked.length + SPARE_ROWS;
    const show = json ? () => {} : isLive ? boardOn(tracked) : linesOf(tracked, say);
    const isDone = await follow(corridor, tracked, show, async () => {
      await Promise.all([onEvm[1]!.setOpen(true), onSui[1]!.setOpen(true)]);
      if (!isLive) say('the recipients that refused are open now');
    });
    if (!isLive) print(`\n${renderBoard(tracked, isColoured)}`);
    if (!isDone) say(`gave up after ${PATIENCE_MS / 1000} s`);
    const found = await audit(corridor.deployment);
    report(found, print);
    const isGood = found.isExact && tracked.every(({ isRefusedFirst, wasRefused }) => isRefusedFirst === wasRefused);
    if (json) console.log(JSON.stringify(jsonOf(isGood, corridor, tracked, found), null, 2));
    return isGood ? EXIT.ok : EXIT.refused;
  } finally {
    await corridor.close();
    say('stopped');
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
      const sendTo = async (recipient: 0 | 1, some: readonly Uint8Array[]): Promise<Tracked[]> => {
        const sentAt = Date.now();
        const done: readonly Sent[] = await send(recipients[recipient]!.address, some);
        const isRefusedFirst = recipient === 1;
        return done.map((one) => ({ direction, sent: one, sentAt, isRefusedFirst, wasRefused: false }));
      };
      return [...(await sendTo(0, bodies.slice(0, last))), ...(await sendTo(1, bodies.slice(last)))];
    }),
  );
  return sent.flat();
}

/** Watches the host's store until everything is delivered. @returns whether it came to that */
async function follow(
  corridor: LocalCorridor,
  tracked: readonly Tracked[],
  show: () => void,
  openRecipients: () => Promise<void>,
): Promise<boolean> {
  const { store } = corridor.hosts[0]!.parts;
  const deadline = Date.now() + PATIENCE_MS;
  let isOpen = false;
  while (Date.now() < deadline) {
    for (const entry of tracked) {
      entry.state = await store.message(fromHex(entry.sent.messageId));
      if (entry.state?.failedAt) entry.wasRefused = true;
    }
    const isDone = tracked.every(({ state }) => state?.deliveredAt);
    if (isDone) await readDeliveryGas(corridor.deployment, tracked);
    show();
    if (isDone) return true;
    if (!isOpen && tracked.every(({ isRefusedFirst, wasRefused }) => !isRefusedFirst || wasRefused)) {
      isOpen = true;
      await openRecipients();
    }
    await new Promise((resolve) => setTimeout(resolve, REFRESH_MS));
  }
  return false;
}

function boardOn(tracked: readonly Tracked[]): () => void {
  const live = new LiveText((text) => void process.stdout.write(text));
  return () => {
    const counts = countsOf(tracked);
    const now = ((performance.now() - startedAt) / 1000).toFixed(1).padStart(6);
    const summary = STAGES.map((stage) => `${counts[stage]} ${stage}`).join(', ');
    live.draw(`\n${renderBoard(tracked, isColoured)}\n\n${now} s  ${summary}`);
  };
}

/** A line for each stage whenever its count has changed. */
function linesOf(tracked: readonly Tracked[], say: (text: string) => void): () => void {
  const said = new Map<string, number>();
  return () => {
    const counts = countsOf(tracked);
    for (const stage of STAGES.slice(1)) {
      if (counts[stage] === (said.get(stage) ?? 0)) continue;
      said.set(stage, counts[stage]);
      say(`${stage.padEnd(9)} ${counts[stage]} of ${tracked.length}`);
    }
  };
}

function report({ evmToSui, suiToEvm, isExact }: Audit, print: (text: string) => void): void {
  print('');
  for (const [name, { sent, delivered, missing, wrong }] of Object.entries({
    'EVM → Sui': evmToSui,
    'Sui → EVM': suiToEvm,
  })) {
    print(`${name}: ${sent} sent, ${delivered} delivered, ${missing.length} missing, ${wrong.length} wrong`);
  }
  print(isExact ? 'every message was delivered exactly once' : 'NOT every message was delivered exactly once');
}

function jsonOf(ok: boolean, { registrations }: LocalCorridor, tracked: readonly Tracked[], found: Audit): object {
  return {
    ok,
    seconds: Number(((performance.now() - startedAt) / 1000).toFixed(1)),
    registrations: registrations.map(({ enclave, signer, gas }) => ({
      enclave,
      signer,
      gas: Object.fromEntries(Object.entries(gas).map(([chain, amount]) => [chain, String(amount)])),
    })),
    messages: tracked.map(({ direction, sent, sentAt, state, wasRefused, deliveryGas }) => ({
      direction,
      messageId: sent.messageId,
      transaction: sent.transaction,
      sentAt: new Date(sentAt).toISOString(),
      finalAt: state?.finalAt,
      provenAt: state?.provenAt,
      deliveredAt: state?.deliveredAt,
      wasRefused,
      gas: { send: String(sent.gas), deliver: deliveryGas === undefined ? undefined : String(deliveryGas) },
      units: UNITS[direction],
    })),
    audit: found,
  };
}

process.exitCode = await main();
