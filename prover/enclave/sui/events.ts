/** From a final checkpoint down to the messages in it: contents, effects, events. */
import { equalBytes } from '../../protocol/bytes.ts';
import type { ChainId } from '../../protocol/chain.ts';
import {
  MESSAGE_SENT_MODULE,
  MESSAGE_SENT_NAME,
  decodeMessageSentEvent,
  type SentMessage,
} from '../../protocol/message-sent.ts';
import { BcsReader } from '../../protocol/wire/bcs.ts';
import { check } from '../../protocol/wire/errors.ts';
import { demand } from '../errors.ts';
import type { Checkpoint } from './checkpoint.ts';
import { digestOf } from './digest.ts';

/** Digests of one transaction in a final checkpoint, 32 bytes each. */
export interface ExecutionDigests {
  readonly transaction: Uint8Array;
  readonly effects: Uint8Array;
}

/** The transactions of a final checkpoint, in order. */
export interface ProvenContents {
  readonly checkpoint: Checkpoint;
  readonly transactions: readonly ExecutionDigests[];
}

/** An event, without the fields that name the top-level call: they prove nothing. */
interface ProvenEvent {
  /** Defining package (32 bytes), module, name; and whether the type has parameters */
  readonly package: Uint8Array;
  readonly module: Uint8Array;
  readonly name: Uint8Array;
  readonly isGeneric: boolean;
  readonly contents: Uint8Array;
}

/** The events of a transaction that succeeded, in order of emission. */
export interface ProvenEvents {
  readonly checkpoint: Checkpoint;
  readonly events: readonly ProvenEvent[];
}

/** Bounds the recursion; Sui admits type arguments of depth 16. */
const MAX_TYPE_DEPTH = 64;

/**
 * The contents of a checkpoint.
 * @param contents BCS `CheckpointContents`, version 1 or 2
 * @throws LightClientError `WrongContents`; WireError `MalformedBcs`
 */
export function verifyContents(checkpoint: Checkpoint, contents: Uint8Array): ProvenContents {
  demand(
    equalBytes(digestOf('CheckpointContents', contents), checkpoint.contentDigest),
    'WrongContents',
    () => `the contents are not those of checkpoint ${checkpoint.sequenceNumber}`,
  );
  const reader = new BcsReader(contents);
  const readDigests = (): ExecutionDigests => ({ transaction: reader.digest(), effects: reader.digest() });
  let transactions: ExecutionDigests[];
  if (reader.variant(2) === 0) {
    transactions = reader.vector(readDigests);
    reader.vector(() => reader.vector(() => reader.bytes())); // user signatures
  } else {
    transactions = reader.vector(() => {
      const digests = readDigests();
      // User signatures, each with the version of its signer's aliases.
      reader.vector(() => [reader.bytes(), reader.option(() => reader.u64())]);
      return digests;
    });
  }
  reader.end();
  return { checkpoint, transactions };
}

/**
 * The events of a transaction.
 * @param index of the transaction in the checkpoint, from 0
 * @param effects BCS `TransactionEffects`, version 2
 * @param events BCS `TransactionEvents`
 * @throws WireError `MalformedBcs`
 * @throws LightClientError `TransactionMissing`, `WrongEffects`, `UnknownEffectsVersion`, `FailedTransaction`,
 * `WrongTransaction`, `WrongEvents`
 */
export function verifyEvents(
  { checkpoint, transactions }: ProvenContents,
  index: number,
  effects: Uint8Array,
  events: Uint8Array,
): ProvenEvents {
  const digests = transactions[index];
  demand(digests !== undefined, 'TransactionMissing', () => `${transactions.length} transactions, none at ${index}`);
  demand(
    equalBytes(digestOf('TransactionEffects', effects), digests.effects),
    'WrongEffects',
    () => `the effects are not those of transaction ${index}`,
  );
  const eventsDigest = readEffects(effects, digests.transaction);
  demand(eventsDigest !== null && equalBytes(digestOf('TransactionEvents', events), eventsDigest), 'WrongEvents', () =>
    eventsDigest ? 'the events are not those that the effects name' : 'the transaction emitted no events',
  );
  const reader = new BcsReader(events);
  const proven = reader.vector(() => readEvent(reader));
  reader.end();
  return { checkpoint, events: proven };
}

/**
 * The message in a proven event: exact type, exact outbox, exact encoding.
 * @param definingPackage the package that defines the event's type, 32 bytes
 * @param outbox id of the outbox that is followed, 32 bytes
 * @param eventIndex index of the event in its transaction, from 0
 * @throws LightClientError `EventMissing`, `WrongEventType`
 * @throws ProtocolError the rules of docs/spec/protocol.md section 5
 */
export function messageInEvents(
  chain: ChainId,
  definingPackage: Uint8Array,
  outbox: Uint8Array,
  { events }: ProvenEvents,
  eventIndex: number,
): SentMessage {
  const event = events[eventIndex];
  demand(event !== undefined, 'EventMissing', () => `${events.length} events, none at ${eventIndex}`);
  const isMessageSent =
    equalBytes(event.package, definingPackage) &&
    equalBytes(event.module, MODULE) &&
    equalBytes(event.name, NAME) &&
    !event.isGeneric;
  demand(isMessageSent, 'WrongEventType', () => 'the event is not the MessageSent of the configured package');
  return decodeMessageSentEvent(chain, outbox, event.contents);
}

const MODULE = new TextEncoder().encode(MESSAGE_SENT_MODULE);
const NAME = new TextEncoder().encode(MESSAGE_SENT_NAME);

/**
 * The events digest in `TransactionEffects` (sui-types, `effects/effects_v2.rs`). What follows it is not read: the
 * digest of the effects has fixed every byte already.
 */
function readEffects(effects: Uint8Array, transaction: Uint8Array): Uint8Array | null {
  const reader = new BcsReader(effects);
  const version = reader.uleb() + 1;
  demand(version === 2, 'UnknownEffectsVersion', () => `effects of version ${version}, 2 expected`);
  demand(reader.variant(2) === 0, 'FailedTransaction', () => 'the transaction failed: what it did was undone');
  reader.take(5 * 8); // epoch, gas costs
  const isSame = equalBytes(reader.digest(), transaction);
  demand(isSame, 'WrongTransaction', () => 'the effects are those of another transaction than the contents name');
  reader.option(() => reader.take(4)); // index of the gas object
  return reader.option(() => reader.digest());
}

/** `Event` (sui-types, `event.rs`). */
function readEvent(reader: BcsReader): ProvenEvent {
  reader.take(32); // package of the top-level call
  reader.bytes(); // its module
  reader.take(32); // sender of the transaction
  return { ...readStructTag(reader, 0), contents: reader.bytes() };
}

/** `StructTag` (move-core-types, `language_storage.rs`). */
function readStructTag(reader: BcsReader, depth: number): Omit<ProvenEvent, 'contents'> {
  const tag = { package: reader.take(32), module: reader.bytes(), name: reader.bytes() };
  const parameters = reader.vector(() => skipTypeTag(reader, depth + 1));
  return { ...tag, isGeneric: parameters.length > 0 };
}

/** `TypeTag`: of its eleven variants, 6 is a vector and 7 a struct. */
function skipTypeTag(reader: BcsReader, depth: number): void {
  check(depth <= MAX_TYPE_DEPTH, 'MalformedBcs', () => `a type nested deeper than ${MAX_TYPE_DEPTH}`);
  const variant = reader.variant(11);
  if (variant === 6) skipTypeTag(reader, depth + 1);
  if (variant === 7) readStructTag(reader, depth);
}
