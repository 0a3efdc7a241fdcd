/**
 * Valid structures of docs/spec/protocol.md, put together with viem alone: an implementation that shares nothing with
 * the contracts. Each builder takes overrides for the fields that a test is about.
 */
import { bytesToHex, encodePacked, hexToBytes, keccak256, sha256, size, stringToHex, type Hex } from 'viem';
import { privateKeyToAccount, sign } from 'viem/accounts';

export type MessageFields = {
  version: number;
  kind: number;
  originChain: bigint;
  destinationChain: bigint;
  nonce: bigint;
  sender: Hex;
  recipient: Hex;
  executionGas: number;
  body: Hex;
};

export type StatementFields = {
  tag: Hex;
  originChain: bigint;
  originOutbox: Hex;
  destinationChain: bigint;
  destinationInbox: Hex;
  anchorHeight: bigint;
  anchorHash: Hex;
  anchorTimestampSeconds: bigint;
  firstNonce: bigint;
  messageCount: number;
  messagesRoot: Hex;
};

export type RegistrationFields = {
  chain: bigint;
  registry: Hex;
  operator: Hex;
  challenge: Hex;
  signer: Hex;
  encryptionKey: Hex;
  configurationHash: Hex;
};

/** keccak256 of the ASCII name, section 1. */
export const tag = (name: string): Hex => keccak256(stringToHex(name));

/** 32 bytes that look random and depend on the name alone. */
export const bytes32 = (name: string): Hex => sha256(stringToHex(name));

/** `length` such bytes. */
export function bytes(name: string, length: number): Hex {
  const parts: Uint8Array[] = [];
  for (let i = 0; i * 32 < length; i++) parts.push(hexToBytes(bytes32(`${name} ${i}`)));
  return bytesToHex(Buffer.concat(parts).subarray(0, length));
}

/** An EVM address in its 32-byte form, section 1. */
export const evmAddress = (name: string): Hex => `0x${'00'.repeat(12)}${bytes32(name).slice(26)}`;

/** Ethereum's mainnet, section 2. */
export const EVM_CHAIN = 1n;

/** A Sui chain whose identifier is 35834a8a, section 2. */
export const SUI_CHAIN = 0x5300000035834a8an;

/** A message from an EVM chain to Sui with a body of 64 bytes, unless overridden. */
export function messageFields(fields: Partial<MessageFields> = {}): MessageFields {
  return {
    version: 1,
    kind: 0,
    originChain: EVM_CHAIN,
    destinationChain: SUI_CHAIN,
    nonce: (3n << 48n) | 7n,
    sender: evmAddress('sender'),
    recipient: bytes32('recipient'),
    executionGas: 200_000,
    body: bytes('body', 64),
    ...fields,
  };
}

/** The message of section 4, whatever its fields: nothing is checked. */
export function encodeMessage(fields: Partial<MessageFields> = {}): Hex {
  const message = messageFields(fields);
  return encodePacked(
    ['uint8', 'uint8', 'uint64', 'uint64', 'uint64', 'bytes32', 'bytes32', 'uint32', 'bytes'],
    [
      message.version,
      message.kind,
      message.originChain,
      message.destinationChain,
      message.nonce,
      message.sender,
      message.recipient,
      message.executionGas,
      message.body,
    ],
  );
}

/** The message id of section 4. */
export const messageId = (originChain: bigint, outbox: Hex, message: Hex): Hex =>
  keccak256(
    encodePacked(['bytes32', 'uint64', 'bytes32', 'bytes'], [tag('corridor.message.v1'), originChain, outbox, message]),
  );

/** The leaf of a plain message, section 6. */
export const plainLeaf = (nonce: bigint, id: Hex): Hex =>
  keccak256(encodePacked(['uint8', 'uint64', 'bytes32'], [0, nonce, id]));

/** The node over two others, section 6. */
export const node = (left: Hex, right: Hex): Hex =>
  keccak256(encodePacked(['uint8', 'bytes32', 'bytes32'], [1, left, right]));

/** All levels of the tree of section 6, leaves first. */
export function levels(leaves: readonly Hex[]): Hex[][] {
  const result = [[...leaves]];
  for (let level = result[0]!; level.length > 1; level = result.at(-1)!) {
    const above: Hex[] = [];
    for (let i = 0; i < level.length; i += 2) {
      const right = level[i + 1];
      above.push(right === undefined ? level[i]! : node(level[i]!, right));
    }
    result.push(above);
  }
  return result;
}

/** The root of section 6. */
export const root = (leaves: readonly Hex[]): Hex =>
  keccak256(encodePacked(['uint8', 'uint32', 'bytes32'], [3, leaves.length, levels(leaves).at(-1)![0]!]));

/** The siblings of a leaf from the leaf upwards, section 6. */
export function proof(leaves: readonly Hex[], index: number): Hex {
  let siblings = '';
  for (const level of levels(leaves)) {
    siblings += (level[index ^ 1] ?? '0x').slice(2);
    index >>= 1;
  }
  return `0x${siblings}`;
}

/** A statement about one message from an EVM chain to Sui, unless overridden. */
export function statementFields(fields: Partial<StatementFields> = {}): StatementFields {
  return {
    tag: tag('corridor.statement.v1'),
    originChain: EVM_CHAIN,
    originOutbox: evmAddress('outbox'),
    destinationChain: SUI_CHAIN,
    destinationInbox: bytes32('inbox'),
    anchorHeight: 23_000_000n,
    anchorHash: bytes32('anchor'),
    anchorTimestampSeconds: 1_760_000_000n,
    firstNonce: (3n << 48n) | 7n,
    messageCount: 1,
    messagesRoot: bytes32('root'),
    ...fields,
  };
}

/** The statement of section 7, whatever its fields: nothing is checked. */
export function encodeStatement(fields: Partial<StatementFields> = {}): Hex {
  const statement = statementFields(fields);
  return encodePacked(
    ['bytes32', 'uint64', 'bytes32', 'uint64', 'bytes32', 'uint64', 'bytes32', 'uint64', 'uint64', 'uint32', 'bytes32'],
    [
      statement.tag,
      statement.originChain,
      statement.originOutbox,
      statement.destinationChain,
      statement.destinationInbox,
      statement.anchorHeight,
      statement.anchorHash,
      statement.anchorTimestampSeconds,
      statement.firstNonce,
      statement.messageCount,
      statement.messagesRoot,
    ],
  );
}

/** A registration on an EVM chain, unless overridden. */
export function registrationFields(fields: Partial<RegistrationFields> = {}): RegistrationFields {
  return {
    chain: EVM_CHAIN,
    registry: evmAddress('registry'),
    operator: evmAddress('operator'),
    challenge: bytes32('challenge'),
    signer: `0x${bytes32('signer').slice(26)}`,
    encryptionKey: bytes32('encryption key'),
    configurationHash: bytes32('configuration'),
    ...fields,
  };
}

/** The hash of section 9. */
export function registrationHash(fields: RegistrationFields): Hex {
  return keccak256(
    encodePacked(
      ['bytes32', 'uint64', 'bytes32', 'bytes32', 'bytes32', 'bytes12', 'address', 'bytes32', 'bytes32'],
      [
        tag('corridor.registration.v1'),
        fields.chain,
        fields.registry,
        fields.operator,
        fields.challenge,
        `0x${'00'.repeat(12)}`,
        fields.signer,
        fields.encryptionKey,
        fields.configurationHash,
      ],
    ),
  );
}

/** The revocation of section 10, whatever its fields: nothing is checked. */
export const encodeRevocation = (kind: number, target: Hex, opening = tag('corridor.revocation.v1')): Hex =>
  encodePacked(['bytes32', 'uint8', 'bytes32'], [opening, kind, target]);

/** Signers by name, in ascending order of address. */
export function signers(names: readonly string[]): { key: Hex; address: Hex }[] {
  return names
    .map((name) => ({ key: bytes32(name), address: privateKeyToAccount(bytes32(name)).address }))
    .sort((a, b) => (BigInt(a.address) < BigInt(b.address) ? -1 : 1));
}

/** The signature of section 8 under a private key. */
export async function signDigest(digest: Hex, key: Hex): Promise<Hex> {
  const signature = await sign({ hash: digest, privateKey: key, to: 'hex' });
  if (size(signature) !== 65) throw new Error(`viem gave a signature of ${size(signature)} bytes`);
  return signature;
}

/** A signature set of section 8: each signer's signature, in the order given. */
export async function signSet(digest: Hex, keys: readonly Hex[]): Promise<Hex> {
  const signatures = await Promise.all(keys.map((key) => signDigest(digest, key)));
  return `0x${signatures.map((signature) => signature.slice(2)).join('')}`;
}
