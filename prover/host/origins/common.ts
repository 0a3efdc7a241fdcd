import type { SentMessage } from '../../protocol/index.ts';
import { EvidenceError } from '../evidence/errors.ts';
import type { StoredMessage } from '../store/rows.ts';

/** A message as the store has it. */
export function storedMessage(
  { messageId, outbox, encoded, message }: SentMessage,
  height: bigint,
  transactionId: string,
  transactionIndex: number,
  eventIndex: number,
): StoredMessage {
  const { originChain, destinationChain, nonce } = message;
  const lane = { originChain, outbox, destinationChain };
  return { ...lane, id: messageId, nonce, encoded, height, transactionId, transactionIndex, eventIndex };
}

/** Neighbours of one key together, in order. */
export function groupBy<T, K>(items: readonly T[], keyOf: (item: T) => K): [K, T[]][] {
  const groups: [K, T[]][] = [];
  for (const item of items) {
    const key = keyOf(item);
    const last = groups.at(-1);
    if (last && last[0] === key) last[1].push(item);
    else groups.push([key, [item]]);
  }
  return groups;
}

/** Maps in order, so many at one time. */
export async function inParallel<T, R>(items: readonly T[], work: (item: T) => Promise<R>, atOnce = 16): Promise<R[]> {
  const results = new Array<R>(items.length);
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length) {
      const index = next++;
      results[index] = await work(items[index]!);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker));
  return results;
}

/** What a node gave breaks a rule: then it contradicts the chain. */
export function believable<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new EvidenceError('Contradiction', (error as Error).message);
  }
}

/**
 * The first answer that a node can give.
 * @param onTrouble told what is wrong with the ones before
 */
export async function firstThatCan<Node, T>(
  nodes: readonly Node[],
  onTrouble: ((error: Error) => void) | undefined,
  ask: (node: Node) => Promise<T>,
): Promise<T> {
  let last: Error = new EvidenceError('Unavailable', 'no node is configured');
  for (const node of nodes) {
    try {
      return await ask(node);
    } catch (error) {
      last = error as Error;
      onTrouble?.(last);
    }
  }
  throw last;
}

/** Tells when the other nodes are to be asked, since the first one has shown nothing new for long: it may be behind. */
export class Staleness {
  readonly #milliseconds: number;
  #at = performance.now();

  constructor(milliseconds: number) {
    this.#milliseconds = milliseconds;
  }

  /**
   * Asks the other nodes one after the other, where that is due, until one shows something new.
   * @param isNew whether the first one has
   * @param onTrouble told what is wrong with those that cannot be asked
   * @param ask whether a node shows something new
   */
  async others<Node>(
    isNew: boolean,
    nodes: readonly Node[],
    onTrouble: ((error: Error) => void) | undefined,
    ask: (node: Node) => Promise<boolean>,
  ): Promise<boolean> {
    const now = performance.now();
    const isLong = now - this.#at >= this.#milliseconds;
    if (isNew || isLong) this.#at = now;
    if (isNew || !isLong) return isNew;
    for (const node of nodes.slice(1)) {
      try {
        if (await ask(node)) return true;
      } catch (error) {
        onTrouble?.(error as Error);
      }
    }
    return false;
  }
}

/** How many nodes answer with something else, or with what is no answer; those out of reach are not counted. */
export async function countDifferent<Node>(
  nodes: readonly Node[],
  expected: string,
  ask: (node: Node) => Promise<string>,
): Promise<number> {
  const answers = await Promise.all(
    nodes.map((node) =>
      ask(node).catch((error: unknown) =>
        error instanceof EvidenceError && error.code === 'Contradiction' ? error.code : undefined,
      ),
    ),
  );
  return answers.filter((answer) => answer !== undefined && answer !== expected).length;
}

export function min(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

export function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
