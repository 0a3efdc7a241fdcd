import { asBytes, concat, readUint, uint } from './bytes.ts';
import { chainFamily, demandAddress, demandDestination, type ChainId } from './chain.ts';
import { demand } from './errors.ts';
import { hash, TAG_MESSAGE } from './hash.ts';
import type { Nonce } from './nonce.ts';

export const MESSAGE_VERSION = 1;
export const MESSAGE_HEADER_BYTES = 94;
export const MAX_BODY_BYTES = 8192;

/** Byte 1 of a message: who can read its body. */
export const MESSAGE_KIND = { plain: 0, confidential: 1 } as const;
export type MessageKind = (typeof MESSAGE_KIND)[keyof typeof MESSAGE_KIND];

/** A message (docs/spec/protocol.md section 4). Addresses are 32 bytes, execution gas is a u32, the body at most 8,192 bytes. */
export interface Message {
  kind: MessageKind;
  originChain: ChainId;
  destinationChain: ChainId;
  nonce: Nonce;
  sender: Uint8Array;
  recipient: Uint8Array;
  executionGas: number;
  body: Uint8Array;
}

/**
 * Encodes a message: 94 bytes of header, then the body.
 * @throws ProtocolError the rules of section 4
 */
export function encodeMessage(message: Message): Uint8Array {
  const body = asBytes(message.body, 'InvalidMessageLength');
  demandLength(MESSAGE_HEADER_BYTES + body.length);
  const { originChain, destinationChain } = message;
  const kind = demandKind(message.kind);
  chainFamily(originChain, 'InvalidMessageOriginChain');
  demandDestination(originChain, destinationChain, 'InvalidMessageDestinationChain');
  // Field by field, so that the first rule broken is the one that is named.
  return concat(
    Uint8Array.of(MESSAGE_VERSION, kind),
    uint(originChain, 8, 'InvalidMessageOriginChain'),
    uint(destinationChain, 8, 'InvalidMessageDestinationChain'),
    uint(message.nonce, 8, 'InvalidMessageNonce'),
    demandAddress(originChain, message.sender, 'InvalidMessageSender', 'sender'),
    demandAddress(destinationChain, message.recipient, 'InvalidMessageRecipient', 'recipient'),
    uint(message.executionGas, 4, 'InvalidMessageExecutionGas'),
    body,
  );
}

/**
 * Decodes a message and checks every rule of section 4. The result shares no memory with the input.
 * @param encoded 94 to 8,286 bytes
 * @throws ProtocolError the rules of section 4
 */
export function decodeMessage(encoded: Uint8Array): Message {
  const bytes = asBytes(encoded, 'InvalidMessageLength');
  demandLength(bytes.length);
  const version = bytes[0]!;
  demand(version === MESSAGE_VERSION, 'InvalidMessageVersion', () => `version ${version}; this build reads version 1`);
  const message: Message = {
    kind: demandKind(bytes[1]!),
    originChain: readUint(bytes, 2, 8),
    destinationChain: readUint(bytes, 10, 8),
    nonce: readUint(bytes, 18, 8),
    sender: bytes.slice(26, 58),
    recipient: bytes.slice(58, 90),
    executionGas: Number(readUint(bytes, 90, 4)),
    body: bytes.slice(94),
  };
  chainFamily(message.originChain, 'InvalidMessageOriginChain');
  demandDestination(message.originChain, message.destinationChain, 'InvalidMessageDestinationChain');
  demandAddress(message.originChain, message.sender, 'InvalidMessageSender', 'sender');
  demandAddress(message.destinationChain, message.recipient, 'InvalidMessageRecipient', 'recipient');
  return message;
}

/**
 * Message id: hash of tag, origin chain, origin outbox and the encoded message. 32 bytes.
 * @param outbox the origin outbox, 32 bytes
 * @param encoded an encoded message; it is decoded and checked
 * @throws ProtocolError the rules of section 4, `InvalidMessageOutbox`
 */
export function messageId(outbox: Uint8Array, encoded: Uint8Array): Uint8Array {
  const bytes = asBytes(encoded, 'InvalidMessageLength');
  const { originChain } = decodeMessage(bytes);
  const address = demandAddress(originChain, outbox, 'InvalidMessageOutbox', 'origin outbox');
  return hash(TAG_MESSAGE, bytes.subarray(2, 10), address, bytes);
}

function demandLength(length: number): void {
  demand(
    length >= MESSAGE_HEADER_BYTES && length <= MESSAGE_HEADER_BYTES + MAX_BODY_BYTES,
    'InvalidMessageLength',
    () => `${length} bytes; a message has ${MESSAGE_HEADER_BYTES} and a body of at most ${MAX_BODY_BYTES}`,
  );
}

function demandKind(kind: number): MessageKind {
  const isKnown = kind === MESSAGE_KIND.plain || kind === MESSAGE_KIND.confidential;
  demand(isKnown, 'InvalidMessageKind', () => `kind ${String(kind)}; known are 0 (plain) and 1 (confidential)`);
  return kind;
}
