/** The demo's messages as they go: a table that is drawn anew in its place on a terminal, and lines elsewhere. */
import { columns, paint } from '../prover/cli/output.ts';
import type { TrackedMessage } from '../prover/host/store/rows.ts';
import type { Sent } from './corridor/application.ts';

/** A message of the demo, and what is known of it. */
export interface Tracked {
  readonly direction: 'EVM → Sui' | 'Sui → EVM';
  readonly sent: Sent;
  /** Milliseconds since 1970, just before it was sent */
  readonly sentAt: number;
  readonly isRefusedFirst: boolean;
  state?: TrackedMessage | undefined;
  wasRefused: boolean;
  /** Its share of what its delivery took, in gas or MIST */
  deliveryGas?: bigint | undefined;
}

const NAMES = ['direction', 'nonce', 'message', 'to send', 'final', 'proven', 'delivered', 'to deliver', ''];
const REBATE = 'MIST below 0: Sui paid back more for storage that was freed than the transaction cost';
const CLEAR_LINE = '\u001B[2K';
const [NO_WRAP, WRAP] = ['\u001B[?7l', '\u001B[?7h'];
const up = (lines: number): string => `\u001B[${lines}A`;

/** What sending and delivering in a direction is counted in: gas on EVM, and on Sui MIST, less what storage pays back. */
export const UNITS = {
  'EVM → Sui': { send: 'gas', deliver: 'MIST' },
  'Sui → EVM': { send: 'MIST', deliver: 'gas' },
} as const;

/** Where a message is. */
export const STAGES = ['sent', 'final', 'proven', 'refused', 'delivered'] as const;

export function countsOf(tracked: readonly Tracked[]): Readonly<Record<(typeof STAGES)[number], number>> {
  const count = (has: (state: TrackedMessage) => unknown): number =>
    tracked.filter(({ state }) => state && has(state)).length;
  return {
    sent: tracked.length,
    final: count(() => true),
    proven: count(({ provenAt }) => provenAt),
    refused: tracked.filter(({ wasRefused }) => wasRefused).length,
    delivered: count(({ deliveredAt }) => deliveredAt),
  };
}

/** All messages with their times since they were sent. */
export function renderBoard(tracked: readonly Tracked[], isColoured: boolean): string {
  const look = { isColoured };
  const rows = tracked.map(({ direction, sent, sentAt, state, wasRefused, deliveryGas }) => {
    const after = (at: Date | undefined): string =>
      at ? `+${(Math.max(0, at.getTime() - sentAt) / 1000).toFixed(1)} s` : paint(look, 'dim', '…');
    const isThere = state?.deliveredAt !== undefined;
    const remark = isThere ? 'refused at first, delivered again' : 'refused, stays open';
    return [
      direction,
      String(sent.nonce & 0xffff_ffff_ffffn),
      `${sent.messageId.slice(0, 10)}…`,
      `${sent.gas} ${UNITS[direction].send}`,
      after(state?.finalAt),
      after(state?.provenAt),
      isThere ? paint(look, 'green', after(state.deliveredAt)) : after(undefined),
      deliveryGas === undefined ? '' : `${deliveryGas} ${UNITS[direction].deliver}`,
      wasRefused ? paint(look, isThere ? 'dim' : 'red', remark) : '',
    ];
  });
  const isBelow = tracked.some(({ sent, deliveryGas = 0n }) => sent.gas < 0n || deliveryGas < 0n);
  return columns(look, NAMES, rows) + (isBelow ? `\n${paint(look, 'dim', REBATE)}` : '');
}

/** Draws a text again and again in one place. */
export class LiveText {
  readonly #write: (text: string) => void;
  #lines = 0;

  constructor(write: (text: string) => void) {
    this.#write = write;
  }

  draw(text: string): void {
    const lines = text.split('\n');
    const back = this.#lines === 0 ? '' : up(this.#lines);
    this.#lines = lines.length;
    // A line that is too long is cut off: one that is wrapped would be two.
    this.#write(`${NO_WRAP}${back}${lines.map((line) => `${CLEAR_LINE}${line}\n`).join('')}${WRAP}`);
  }
}
