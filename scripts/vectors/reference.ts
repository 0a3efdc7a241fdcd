// The protocol's rules, written from docs/spec/protocol.md alone and sharing no code with the
// implementations under test. Plain and slow on purpose: decoders accept loosely and then compare with the
// canonical encoding.
import { isZero, keccak, toBigInt, uint, zeros } from './bytes.ts';
import { addressOf, HALF_N, recover } from './secp256k1.ts';

/** An input breaks a rule of the spec. */
export class BrokenRule extends Error {
  /** The rule's name in the spec. */
  readonly rule: string;

  constructor(rule: string) {
    super(`the input breaks ${rule}`);
    this.name = 'BrokenRule';
    this.rule = rule;
  }
}

/** Throws BrokenRule unless the condition holds. */
export function demand(holds: boolean, rule: string): void {
  if (!holds) throw new BrokenRule(rule);
}

const tag = (name: string): Buffer => keccak(Buffer.from(name, 'ascii'));

/** Section 1. */
export const TAG_MESSAGE = tag('corridor.message.v1');
export const TAG_STATEMENT = tag('corridor.statement.v1');
export const TAG_REGISTRATION = tag('corridor.registration.v1');
export const TAG_REVOCATION = tag('corridor.revocation.v1');

export const EVM_FAMILY = 0;
export const SUI_FAMILY = 0x53;

/** Section 2. Throws BrokenRule with `rule` for an id that is neither of EVM nor of Sui. */
export function chainFamily(chain: bigint, rule: string): number {
  const bytes = uint(chain, 8);
  const evm = bytes[0] === EVM_FAMILY && !isZero(bytes);
  const sui = bytes[0] === SUI_FAMILY && isZero(bytes.subarray(1, 4));
  demand(evm || sui, rule);
  return evm ? EVM_FAMILY : SUI_FAMILY;
}

/** Section 2: the id of the Sui chain with this identifier of 4 bytes. */
export function suiChain(identifier: Uint8Array): bigint {
  return toBigInt(Buffer.concat([Buffer.of(SUI_FAMILY), zeros(3), identifier]));
}

/** Section 3. */
export function splitNonce(nonce: bigint): { generation: number; sequence: bigint } {
  const bytes = uint(nonce, 8);
  return { generation: Number(toBigInt(bytes.subarray(0, 2))), sequence: toBigInt(bytes.subarray(2)) };
}

/** Section 1: whether 32 bytes are an address of a chain of this family. */
function wellFormed(address: Uint8Array, family: number): boolean {
  return address.length === 32 && !isZero(address) && (family === SUI_FAMILY || isZero(address.subarray(0, 12)));
}

export interface Message {
  readonly kind: number;
  readonly originChain: bigint;
  readonly destinationChain: bigint;
  readonly nonce: bigint;
  readonly sender: Uint8Array;
  readonly recipient: Uint8Array;
  readonly executionGas: number;
  readonly body: Uint8Array;
}

/** Section 4's layout without its rules. */
export function layMessage(message: Message): Buffer {
  return Buffer.concat([
    uint(1, 1),
    uint(message.kind, 1),
    uint(message.originChain, 8),
    uint(message.destinationChain, 8),
    uint(message.nonce, 8),
    message.sender,
    message.recipient,
    uint(message.executionGas, 4),
    message.body,
  ]);
}

/** Section 4. */
export function decodeMessage(bytes: Uint8Array): Message {
  demand(bytes.length >= 94 && bytes.length <= 94 + 8192, 'InvalidMessageLength');
  demand(bytes[0] === 1, 'InvalidMessageVersion');
  const kind = bytes[1] ?? 0;
  demand(kind <= 1, 'InvalidMessageKind');
  const originChain = toBigInt(bytes.subarray(2, 10));
  const originFamily = chainFamily(originChain, 'InvalidMessageOriginChain');
  const destinationChain = toBigInt(bytes.subarray(10, 18));
  const destinationFamily = chainFamily(destinationChain, 'InvalidMessageDestinationChain');
  demand(destinationChain !== originChain, 'InvalidMessageDestinationChain');
  const sender = bytes.subarray(26, 58);
  demand(wellFormed(sender, originFamily), 'InvalidMessageSender');
  const recipient = bytes.subarray(58, 90);
  demand(wellFormed(recipient, destinationFamily), 'InvalidMessageRecipient');
  return {
    kind,
    originChain,
    destinationChain,
    nonce: toBigInt(bytes.subarray(18, 26)),
    sender,
    recipient,
    executionGas: Number(toBigInt(bytes.subarray(90, 94))),
    body: bytes.subarray(94),
  };
}

/** Section 4: the encoder's rules are those of the decoder. */
export function encodeMessage(message: Message): Buffer {
  const bytes = layMessage(message);
  decodeMessage(bytes);
  return bytes;
}

/** Section 4's id without its rules, 32 bytes. */
export function layMessageId(originChain: bigint, outbox: Uint8Array, bytes: Uint8Array): Buffer {
  return keccak(TAG_MESSAGE, uint(originChain, 8), outbox, bytes);
}

/** Section 4. */
export function messageId(outbox: Uint8Array, bytes: Uint8Array): Buffer {
  const { originChain } = decodeMessage(bytes);
  demand(wellFormed(outbox, chainFamily(originChain, 'InvalidMessageOriginChain')), 'InvalidMessageOutbox');
  return layMessageId(originChain, outbox, bytes);
}

/** Section 5: the first topic of the EVM event. */
export const TOPIC_MESSAGE_SENT = keccak(Buffer.from('MessageSent(bytes32,uint64,bytes)', 'ascii'));

/** Canonical ABI encoding of one `bytes`. */
export function abiBytes(bytes: Uint8Array): Buffer {
  return Buffer.concat([uint(32, 32), uint(bytes.length, 32), bytes, zeros((32 - (bytes.length % 32)) % 32)]);
}

/** Section 5, EVM. */
export function evmLog(outbox: Uint8Array, bytes: Uint8Array): { topics: Buffer[]; data: Buffer } {
  const id = messageId(outbox, bytes);
  const { destinationChain } = decodeMessage(bytes);
  return { topics: [TOPIC_MESSAGE_SENT, id, uint(destinationChain, 32)], data: abiBytes(bytes) };
}

/** Section 5, EVM. */
export function decodeEvmLog(
  chain: bigint,
  emitter: Uint8Array,
  topics: readonly Uint8Array[],
  data: Uint8Array,
): { messageId: Buffer; bytes: Uint8Array } {
  const threeWords = topics.length === 3 && topics.every((topic) => topic.length === 32);
  demand(threeWords && TOPIC_MESSAGE_SENT.equals(topics[0] ?? zeros(0)), 'InvalidLogTopics');
  const [, idTopic = zeros(0), destinationTopic = zeros(0)] = topics;
  const length = toBigInt(data.subarray(32, 64));
  const bytes = data.subarray(64, 64 + Number(length));
  demand(abiBytes(bytes).equals(data), 'InvalidLogData');
  const message = decodeMessage(bytes);
  demand(message.originChain === chain && chain < 2n ** 56n, 'InvalidLogOriginChain');
  demand(uint(message.destinationChain, 32).equals(destinationTopic), 'InvalidLogDestinationChain');
  const id = messageId(emitter, bytes);
  demand(id.equals(idTopic), 'InvalidLogMessageId');
  return { messageId: id, bytes };
}

/** ULEB128 in its shortest form, as BCS writes lengths. */
export function uleb(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return Buffer.from([...bytes, rest]);
}

/** BCS of the Sui event. */
export function bcsEvent(outbox: Uint8Array, id: Uint8Array, bytes: Uint8Array): Buffer {
  return Buffer.concat([outbox, uleb(id.length), id, uleb(bytes.length), bytes]);
}

/** Section 5, Sui. */
export function suiEvent(outbox: Uint8Array, bytes: Uint8Array): Buffer {
  return bcsEvent(outbox, messageId(outbox, bytes), bytes);
}

/** A BCS byte vector read loosely: any ULEB128 form, cut off at the end of the data. */
function looseVector(data: Uint8Array, offset: number): { value: Uint8Array; end: number } {
  let length = 0;
  let at = offset;
  for (let scale = 1; at < data.length; scale *= 128) {
    const byte = data[at] ?? 0;
    at += 1;
    length += (byte % 128) * scale;
    if (byte < 128) break;
  }
  const value = data.subarray(at, Math.min(at + length, data.length));
  return { value, end: at + value.length };
}

/** Section 5, Sui. */
export function decodeSuiEvent(
  chain: bigint,
  outbox: Uint8Array,
  data: Uint8Array,
): { messageId: Buffer; bytes: Uint8Array } {
  const eventOutbox = data.subarray(0, 32);
  const { value: eventId, end } = looseVector(data, 32);
  const { value: bytes } = looseVector(data, end);
  const canonical = bcsEvent(eventOutbox, eventId, bytes).equals(data);
  demand(canonical && eventOutbox.length === 32 && eventId.length === 32, 'InvalidEventData');
  demand(Buffer.from(eventOutbox).equals(outbox), 'InvalidEventOutbox');
  const message = decodeMessage(bytes);
  demand(message.originChain === chain && chain >= 2n ** 56n, 'InvalidEventOriginChain');
  const id = messageId(outbox, bytes);
  demand(id.equals(eventId), 'InvalidEventMessageId');
  return { messageId: id, bytes };
}

/** Section 6. */
export function plainLeaf(nonce: bigint, id: Uint8Array): Buffer {
  return keccak(Buffer.of(0), uint(nonce, 8), id);
}

/** Section 6. */
export function confidentialLeaf(nonce: bigint, id: Uint8Array, deliveryHash: Uint8Array): Buffer {
  return keccak(Buffer.of(2), uint(nonce, 8), id, deliveryHash);
}

/** Section 6. */
export function node(left: Uint8Array, right: Uint8Array): Buffer {
  return keccak(Buffer.of(1), left, right);
}

/** Section 6: what the statement commits to, the top node under its count of leaves. */
export function countedRoot(count: number, top: Uint8Array): Buffer {
  return keccak(Buffer.of(3), uint(BigInt(count), 4), top);
}

/** Section 6: all levels of the tree, the leaves first and the top node last. */
export function merkleLevels(leaves: readonly Uint8Array[]): Uint8Array[][] {
  demand(leaves.length >= 1 && leaves.length <= 256, 'InvalidLeafCount');
  const levels: Uint8Array[][] = [[...leaves]];
  for (let level = levels[0] ?? []; level.length > 1;) {
    const above: Uint8Array[] = [];
    for (let i = 0; i < level.length; i += 2) {
      const [left = zeros(0), right] = level.slice(i, i + 2);
      above.push(right === undefined ? left : node(left, right));
    }
    levels.push(above);
    level = above;
  }
  return levels;
}

/** Section 6. */
export function merkleRoot(leaves: readonly Uint8Array[]): Uint8Array {
  return countedRoot(leaves.length, merkleLevels(leaves).at(-1)?.[0] ?? zeros(0));
}

/** Section 6. */
export function verifyProof(root: Uint8Array, leaf: Uint8Array, index: number, count: number, proof: Uint8Array): void {
  demand(count >= 1 && count <= 256, 'InvalidLeafCount');
  demand(index < count, 'InvalidProofIndex');
  const sides: ('left' | 'right')[] = [];
  for (let i = index, width = count; width > 1; i = Math.floor(i / 2), width = Math.ceil(width / 2)) {
    if (i % 2 === 1) sides.push('left');
    else if (i + 1 < width) sides.push('right');
  }
  demand(proof.length === 32 * sides.length, 'InvalidProofLength');
  let hash = Buffer.from(leaf);
  sides.forEach((side, i) => {
    const sibling = proof.subarray(32 * i, 32 * i + 32);
    hash = Buffer.from(side === 'left' ? node(sibling, hash) : node(hash, sibling));
  });
  demand(countedRoot(count, hash).equals(root), 'InvalidProof');
}

export interface Statement {
  readonly originChain: bigint;
  readonly originOutbox: Uint8Array;
  readonly destinationChain: bigint;
  readonly destinationInbox: Uint8Array;
  readonly anchorHeight: bigint;
  readonly anchorHash: Uint8Array;
  readonly anchorTimestampSeconds: bigint;
  readonly firstNonce: bigint;
  readonly messageCount: number;
  readonly messagesRoot: Uint8Array;
}

/** Section 7's layout without its rules. */
export function layStatement(statement: Statement): Buffer {
  return Buffer.concat([
    TAG_STATEMENT,
    uint(statement.originChain, 8),
    statement.originOutbox,
    uint(statement.destinationChain, 8),
    statement.destinationInbox,
    uint(statement.anchorHeight, 8),
    statement.anchorHash,
    uint(statement.anchorTimestampSeconds, 8),
    uint(statement.firstNonce, 8),
    uint(statement.messageCount, 4),
    statement.messagesRoot,
  ]);
}

/** Section 7. */
export function decodeStatement(bytes: Uint8Array): Statement {
  demand(bytes.length === 204, 'InvalidStatementLength');
  demand(TAG_STATEMENT.equals(bytes.subarray(0, 32)), 'InvalidStatementTag');
  const originChain = toBigInt(bytes.subarray(32, 40));
  const originFamily = chainFamily(originChain, 'InvalidStatementOriginChain');
  const originOutbox = bytes.subarray(40, 72);
  demand(wellFormed(originOutbox, originFamily), 'InvalidStatementOriginOutbox');
  const destinationChain = toBigInt(bytes.subarray(72, 80));
  const destinationFamily = chainFamily(destinationChain, 'InvalidStatementDestinationChain');
  demand(destinationChain !== originChain, 'InvalidStatementDestinationChain');
  const destinationInbox = bytes.subarray(80, 112);
  demand(wellFormed(destinationInbox, destinationFamily), 'InvalidStatementDestinationInbox');
  const anchorHash = bytes.subarray(120, 152);
  demand(!isZero(anchorHash), 'InvalidStatementAnchorHash');
  const messageCount = Number(toBigInt(bytes.subarray(168, 172)));
  demand(messageCount >= 1 && messageCount <= 256, 'InvalidStatementCount');
  const firstNonce = toBigInt(bytes.subarray(160, 168));
  const lastSequence = splitNonce(firstNonce).sequence + BigInt(messageCount) - 1n;
  demand(lastSequence <= 2n ** 48n - 1n, 'InvalidStatementNonce');
  const messagesRoot = bytes.subarray(172, 204);
  demand(!isZero(messagesRoot), 'InvalidStatementRoot');
  return {
    originChain,
    originOutbox,
    destinationChain,
    destinationInbox,
    anchorHeight: toBigInt(bytes.subarray(112, 120)),
    anchorHash,
    anchorTimestampSeconds: toBigInt(bytes.subarray(152, 160)),
    firstNonce,
    messageCount,
    messagesRoot,
  };
}

/** Section 7: the encoder's rules are those of the decoder. */
export function encodeStatement(statement: Statement): Buffer {
  const bytes = layStatement(statement);
  decodeStatement(bytes);
  return bytes;
}

/** Section 7. */
export function statementDigest(bytes: Uint8Array): Buffer {
  decodeStatement(bytes);
  return keccak(bytes);
}

/** Section 8: the address of 20 bytes that signed the digest. */
export function recoverSigner(digest: Uint8Array, signature: Uint8Array): Buffer {
  demand(signature.length === 65, 'InvalidSignatureLength');
  const r = toBigInt(signature.subarray(0, 32));
  const s = toBigInt(signature.subarray(32, 64));
  const v = signature[64] ?? 0;
  demand(s !== 0n && s <= HALF_N, 'InvalidSignatureS');
  demand(v === 27 || v === 28, 'InvalidSignatureV');
  const key = recover(digest, { r, s, v });
  if (key === null) throw new BrokenRule('UnrecoverableSignature');
  return addressOf(key);
}

/** Section 8. */
export function recoverSet(digest: Uint8Array, signatures: Uint8Array): Buffer[] {
  demand(signatures.length % 65 === 0, 'InvalidSignatureLength');
  demand(signatures.length >= 65 && signatures.length <= 32 * 65, 'InvalidSignatureCount');
  const signers: Buffer[] = [];
  for (let at = 0; at < signatures.length; at += 65) {
    const signer = recoverSigner(digest, signatures.subarray(at, at + 65));
    const before = signers.at(-1);
    demand(before === undefined || toBigInt(signer) > toBigInt(before), 'UnorderedSigners');
    signers.push(signer);
  }
  return signers;
}

export interface Registration {
  readonly chain: bigint;
  readonly registry: Uint8Array;
  readonly operator: Uint8Array;
  readonly challenge: Uint8Array;
  /** 20 bytes. */
  readonly signer: Uint8Array;
  readonly encryptionKey: Uint8Array;
  readonly configurationHash: Uint8Array;
}

/** Section 9's layout without its rules, 232 bytes. */
export function layRegistration(registration: Registration): Buffer {
  return Buffer.concat([
    TAG_REGISTRATION,
    uint(registration.chain, 8),
    registration.registry,
    registration.operator,
    registration.challenge,
    zeros(12),
    registration.signer,
    registration.encryptionKey,
    registration.configurationHash,
  ]);
}

/** Section 9. */
export function registrationHash(registration: Registration): Buffer {
  const family = chainFamily(registration.chain, 'InvalidRegistrationChain');
  demand(wellFormed(registration.registry, family), 'InvalidRegistrationRegistry');
  demand(wellFormed(registration.operator, family), 'InvalidRegistrationOperator');
  demand(!isZero(registration.challenge), 'InvalidRegistrationChallenge');
  demand(!isZero(registration.signer), 'InvalidRegistrationSigner');
  demand(!isZero(registration.encryptionKey), 'InvalidRegistrationEncryptionKey');
  demand(!isZero(registration.configurationHash), 'InvalidRegistrationConfiguration');
  return keccak(layRegistration(registration));
}

/** Section 9. */
export function checkReportData(registration: Registration, reportData: Uint8Array): void {
  const hash = registrationHash(registration);
  demand(reportData.length === 64, 'InvalidReportDataLength');
  demand(isZero(reportData.subarray(32)), 'InvalidReportDataPadding');
  demand(hash.equals(reportData.subarray(0, 32)), 'InvalidReportData');
}

/** Section 10's layout without its rules. */
export function layRevocation(kind: number, target: Uint8Array): Buffer {
  return Buffer.concat([TAG_REVOCATION, uint(kind, 1), target]);
}

/** Section 10. */
export function decodeRevocation(bytes: Uint8Array): { kind: number; target: Uint8Array } {
  demand(bytes.length === 65, 'InvalidRevocationLength');
  demand(TAG_REVOCATION.equals(bytes.subarray(0, 32)), 'InvalidRevocationTag');
  const kind = bytes[32] ?? 0;
  demand(kind >= 1 && kind <= 3, 'InvalidRevocationTargetKind');
  const target = bytes.subarray(33);
  demand(!isZero(target) && (kind !== 1 || isZero(target.subarray(0, 12))), 'InvalidRevocationTarget');
  return { kind, target };
}

/** Section 10: the encoder's rules are those of the decoder. */
export function encodeRevocation(kind: number, target: Uint8Array): Buffer {
  const bytes = layRevocation(kind, target);
  decodeRevocation(bytes);
  return bytes;
}

/** Section 10. */
export function revocationDigest(bytes: Uint8Array): Buffer {
  decodeRevocation(bytes);
  return keccak(bytes);
}
