import type { SentMessage } from '../protocol/message-sent.ts';
import type { CborInput } from '../protocol/wire/cbor.ts';
import { check } from '../protocol/wire/errors.ts';
import type { Fields } from '../protocol/wire/fields.ts';
import type { Lane } from './config.ts';
import { insist } from './errors.ts';

/** What a statement says of a final block. */
export interface Anchor {
  /** Block number, or checkpoint sequence number */
  readonly height: bigint;
  /** Execution block hash, or checkpoint digest; 32 bytes */
  readonly hash: Uint8Array;
  readonly timestampSeconds: bigint;
}

/** A final block with the messages that were proven in it, in order. */
export interface ProvenMessages {
  readonly height: bigint;
  readonly messages: readonly SentMessage[];
}

/** Follows one chain. A call that throws has changed nothing. */
export interface Follower {
  /** Moves the light client and the head (docs/spec/enclave.md section 5). */
  advance(request: Fields): void;
  /** What is final, for `status` and for the reply to `advance`. */
  status(): { readonly [field: string]: CborInput | undefined };
  /** The anchor and the messages that a `prove` request brings evidence for (section 6). Changes nothing. */
  prove(lane: Lane, request: Fields): { anchor: Anchor; proven: ProvenMessages[] };
}

/** Most messages in a statement, and so most blocks and receipts that one request brings evidence from. */
export const MAX_RUN = 256;

/** Takes the indices of messages out of one request: a few bytes that name a message are worth kilobytes of it. */
export class MessageIndices {
  #left = MAX_RUN;

  /** @throws WireError `InvalidField`, also when all that were taken are more than `MAX_RUN` */
  take(fields: Fields, name: string): number[] {
    const indices = fields.counts(name, MAX_RUN);
    this.#left -= indices.length;
    check(this.#left >= 0, 'InvalidField', () => `${name}: a request names at most ${MAX_RUN} messages`);
    return indices;
  }
}

/**
 * Looks final blocks up by height.
 * @param history blocks without gaps, upwards; the first of them is at height `lowest`
 * @param below its ancestors, downwards
 * @throws EnclaveError `UnknownBlock`
 */
export function finalBlocks<Block>(
  history: readonly Block[],
  below: readonly Block[],
  lowest: bigint,
): (height: bigint) => Block {
  return (height) => {
    const offset = Number(height - lowest);
    const block = offset >= 0 ? history[offset] : below[-offset - 1];
    insist(
      block !== undefined,
      'UnknownBlock',
      () =>
        `height ${height} is not among the final blocks from ${lowest - BigInt(below.length)} on; ` +
        'advance to it, or add the headers down to it',
    );
    return block;
  };
}
