/** Execution blocks: from a finalized beacon header back along parent hashes, and the rule that heads descend from heads. */
import { equalBytes } from '../../protocol/bytes.ts';
import { hash } from '../../protocol/hash.ts';
import { rlpList, rlpString, rlpUint } from '../../protocol/wire/rlp.ts';
import { demand } from '../errors.ts';
import type { LightClientStore } from './sync-protocol.ts';

/** A final execution block: the finalized one, or an ancestor of it. Only this module makes them. */
export interface ExecutionBlock {
  readonly number: bigint;
  /** 32 bytes, as the following ones */
  readonly hash: Uint8Array;
  readonly parentHash: Uint8Array;
  readonly receiptsRoot: Uint8Array;
  /** Seconds since 1970 */
  readonly timestamp: bigint;
}

/** Headers that one call takes: more than the blocks of one sync committee period of the mainnet preset. */
export const MAX_HEADERS = 8_192;

/** Fields of a header since Prague: from the parent's hash to the requests' hash (EIP-7685). Osaka adds none. */
const HEADER_FIELDS = 21;

/** The execution block of a store's finalized header, whose branch the store's own rules have checked. */
export function finalizedBlock({ finalizedHeader: { execution } }: LightClientStore): ExecutionBlock {
  const { blockNumber, blockHash, parentHash, receiptsRoot, timestamp } = execution;
  return { number: blockNumber, hash: blockHash, parentHash, receiptsRoot, timestamp };
}

/**
 * Ancestors of a final block, downwards.
 * @param headers RLP of the headers from the block's parent downwards, at most `MAX_HEADERS`
 * @returns the block of each header
 * @throws LightClientError `TooManyHeaders`, `WrongParent`, `MalformedHeader`; WireError `MalformedRlp`
 */
export function ancestorsOf(block: ExecutionBlock, headers: readonly Uint8Array[]): ExecutionBlock[] {
  demand(headers.length <= MAX_HEADERS, 'TooManyHeaders', () => `${headers.length} headers, at most ${MAX_HEADERS}`);
  let child = block;
  return headers.map((header) => (child = parentOf(child, header)));
}

function parentOf(block: ExecutionBlock, header: Uint8Array): ExecutionBlock {
  const found = hash(header);
  demand(
    equalBytes(found, block.parentHash),
    'WrongParent',
    () => `the header given is not that of the parent of block ${block.number}`,
  );
  const fields = rlpList(header);
  demand(
    fields.length === HEADER_FIELDS,
    'MalformedHeader',
    () => `${fields.length} fields, ${HEADER_FIELDS} expected`,
  );
  const hashField = (index: number): Uint8Array => {
    const bytes = rlpString(fields[index]!);
    demand(bytes.length === 32, 'MalformedHeader', () => `field ${index} has ${bytes.length} bytes, 32 expected`);
    return bytes.slice();
  };
  const number = rlpUint(fields[8]!);
  demand(number === block.number - 1n, 'MalformedHeader', () => `number ${number} below block ${block.number}`);
  return { number, hash: found, parentHash: hashField(0), receiptsRoot: hashField(5), timestamp: rlpUint(fields[11]!) };
}

/** The way back from a new head to the old one, which may take several requests. */
export interface Descent {
  readonly head: ExecutionBlock;
  /** The oldest ancestor of the head that has been reached */
  readonly lowest: ExecutionBlock;
  /** The head and its ancestors downwards, at most `MAX_HEADERS` of them */
  readonly newest: readonly ExecutionBlock[];
}

/** Begins at the store's finalized block. */
export function beginDescent(store: LightClientStore): Descent {
  const head = finalizedBlock(store);
  return { head, lowest: head, newest: [head] };
}

/**
 * Goes on downwards.
 * @throws as `ancestorsOf`
 */
export function extendDescent({ head, lowest, newest }: Descent, headers: readonly Uint8Array[]): Descent {
  const ancestors = ancestorsOf(lowest, headers);
  return {
    head,
    lowest: ancestors.at(-1) ?? lowest,
    newest: [...newest, ...ancestors.slice(0, MAX_HEADERS - newest.length)],
  };
}

/**
 * The new head, once its descent has reached the old one. Of two finalized blocks that do not descend from one another
 * the first stays, whatever a sync committee has signed.
 * @throws LightClientError `HeadNotDescendant`
 */
export function adoptHead(old: ExecutionBlock, { head, lowest }: Descent): ExecutionBlock {
  demand(equalBytes(lowest.hash, old.hash), 'HeadNotDescendant', () =>
    lowest.number > old.number
      ? `headers down to block ${lowest.number} are known, ${old.number} must be reached`
      : `block ${head.number} does not descend from block ${old.number}`,
  );
  return head;
}
