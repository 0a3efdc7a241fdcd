import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import * as p from '../../prover/protocol/index.ts';

type Fields = Record<string, unknown>;
interface Vector {
  id: string;
  op: string;
  about: string;
  in: Fields;
  out?: Fields;
  error?: string;
}

const folder = path.join(import.meta.dirname, '../vectors');
const bytes = (value: unknown): Uint8Array => p.fromHex(value as string);
const list = (value: unknown): Uint8Array[] => (value as string[]).map(bytes);
const number = (value: unknown): number => value as number;
const u64 = (value: unknown): bigint => BigInt(value as string);

const toMessage = (f: Fields): p.Message => ({
  kind: number(f.kind) as p.MessageKind,
  originChain: u64(f.originChain),
  destinationChain: u64(f.destinationChain),
  nonce: u64(f.nonce),
  sender: bytes(f.sender),
  recipient: bytes(f.recipient),
  executionGas: number(f.executionGas),
  body: bytes(f.body),
});

const toStatement = (f: Fields): p.Statement => ({
  originChain: u64(f.originChain),
  originOutbox: bytes(f.originOutbox),
  destinationChain: u64(f.destinationChain),
  destinationInbox: bytes(f.destinationInbox),
  anchorHeight: u64(f.anchorHeight),
  anchorHash: bytes(f.anchorHash),
  anchorTimestampSeconds: u64(f.anchorTimestampSeconds),
  firstNonce: u64(f.firstNonce),
  messageCount: number(f.messageCount),
  messagesRoot: bytes(f.messagesRoot),
});

const toRegistration = (f: Fields): p.Registration => ({
  chain: u64(f.chain),
  registry: bytes(f.registry),
  operator: bytes(f.operator),
  challenge: bytes(f.challenge),
  signer: bytes(f.signer),
  encryptionKey: bytes(f.encryptionKey),
  configurationHash: bytes(f.configurationHash),
});

const messageDigest = (f: Fields): Uint8Array => p.hash(bytes(f.message));
const sent = (s: p.SentMessage): Fields => ({ messageId: s.messageId, bytes: s.encoded });

/** What each op of test/vectors/README.md calls. */
const OPS: Record<string, (f: Fields) => Fields> = {
  'chain.validate': (f) => ({ family: p.chainFamily(u64(f.chain)) === 'evm' ? 0 : 0x53 }),
  'chain.sui': (f) => ({ chain: p.suiChain(bytes(f.identifier)) }),
  'nonce.split': (f) => {
    const { generation, sequence } = p.splitNonce(u64(f.nonce));
    return { generation: Number(generation), sequence };
  },
  'message.decode': (f) => ({ ...p.decodeMessage(bytes(f.bytes)) }),
  'message.encode': (f) => ({ bytes: p.encodeMessage(toMessage(f)) }),
  'message.id': (f) => ({ messageId: p.messageId(bytes(f.outbox), bytes(f.bytes)) }),
  'messageSent.evm': (f) => {
    const { topics, data } = p.encodeMessageSentLog(bytes(f.outbox), bytes(f.bytes));
    return { topics, data };
  },
  'messageSent.sui': (f) => ({ data: p.encodeMessageSentEvent(bytes(f.outbox), bytes(f.bytes)) }),
  'messageSent.decodeEvm': (f) =>
    sent(
      p.decodeMessageSentLog(u64(f.chain), { address: bytes(f.emitter), topics: list(f.topics), data: bytes(f.data) }),
    ),
  'messageSent.decodeSui': (f) => sent(p.decodeMessageSentEvent(u64(f.chain), bytes(f.outbox), bytes(f.data))),
  'merkle.plainLeaf': (f) => ({ leaf: p.plainLeaf(u64(f.nonce), bytes(f.messageId)) }),
  'merkle.confidentialLeaf': (f) => ({
    leaf: p.confidentialLeaf(u64(f.nonce), bytes(f.messageId), bytes(f.deliveryHash)),
  }),
  'merkle.root': (f) => ({ root: p.merkleRoot(list(f.leaves)) }),
  'merkle.verify': (f) => {
    p.verifyMerkleProof(bytes(f.root), bytes(f.leaf), number(f.index), number(f.count), bytes(f.proof));
    return {};
  },
  'statement.decode': (f) => ({ ...p.decodeStatement(bytes(f.bytes)) }),
  'statement.encode': (f) => ({ bytes: p.encodeStatement(toStatement(f)) }),
  'statement.digest': (f) => ({ digest: p.statementDigest(bytes(f.bytes)) }),
  'signature.recover': (f) => ({ signer: p.recoverSigner(messageDigest(f), bytes(f.signature)) }),
  'signature.recoverSet': (f) => ({ signers: p.recoverSigners(messageDigest(f), bytes(f.signatures)) }),
  'registration.hash': (f) => ({ hash: p.registrationHash(toRegistration(f)) }),
  'registration.check': (f) => {
    p.checkReportData(toRegistration(f), bytes(f.reportData));
    return {};
  },
  'revocation.decode': (f) => ({ ...p.decodeRevocation(bytes(f.bytes)) }),
  'revocation.encode': (f) => ({
    bytes: p.encodeRevocation({ kind: number(f.kind) as p.RevocationTargetKind, target: bytes(f.target) }),
  }),
  'revocation.digest': (f) => ({ digest: p.revocationDigest(bytes(f.bytes)) }),
};

/** Bytes as hex and bigints as decimal, as the vectors write them. */
function toJson(value: unknown): unknown {
  if (value instanceof Uint8Array) return p.toHex(value);
  if (typeof value === 'bigint') return value.toString();
  if (Array.isArray(value)) return value.map(toJson);
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, toJson(field)]));
  }
  return value;
}

describe('vectors', () => {
  const files = readdirSync(folder).filter((file) => file.endsWith('.json'));
  const seen = new Set<string>();

  for (const file of files) {
    const { noun, vectors } = JSON.parse(readFileSync(path.join(folder, file), 'utf8')) as {
      noun: string;
      vectors: Vector[];
    };
    describe(noun, () => {
      for (const vector of vectors) {
        seen.add(vector.op);
        it(`${vector.id} ${vector.about}`, () => {
          const op = OPS[vector.op];
          assert(op, `no such op: ${vector.op}`);
          if (vector.error !== undefined) {
            const message = new RegExp(`^${vector.error}: (?!undefined).{10,}`);
            assert.throws(() => op(vector.in), { name: 'ProtocolError', code: vector.error, message });
          } else {
            assert.deepEqual(toJson(op(vector.in)), vector.out);
          }
        });
      }
    });
  }

  it('there is a vector for every op', () => {
    assert.deepEqual([...seen].sort(), Object.keys(OPS).sort());
  });
});
