import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import * as p from '../../prover/protocol/index.ts';
import { asBytes } from '../../prover/protocol/bytes.ts';

const filled = (length: number, byte = 7): Uint8Array => new Uint8Array(length).fill(byte);
const leaves = [1, 2, 3, 4, 5].map((byte) => filled(32, byte));
const evmSecret = (key: number): Uint8Array => p.concat(new Uint8Array(31), Uint8Array.of(key));

function expectRule(code: p.Rule, call: () => unknown): void {
  // The message names the rule and says what was wrong.
  assert.throws(call, { name: 'ProtocolError', code, message: new RegExp(`^${code}: (?!undefined).{10,}`) });
}

/** What the vectors cannot say, since Solidity and Move have no such values, or no such function. */
describe('arguments that only TypeScript can be given', () => {
  it('an index that is negative or no integer', () => {
    for (const index of [-1, 0.5, Number.NaN, Infinity, -Infinity]) {
      expectRule('InvalidProofIndex', () => p.merkleProof(leaves, index));
      expectRule('InvalidProofIndex', () =>
        p.verifyMerkleProof(p.merkleRoot(leaves), leaves[0]!, index, 5, p.merkleProof(leaves, 0)),
      );
    }
    expectRule('InvalidProofIndex', () => p.merkleProof(leaves, 5));
  });

  it('a count that is no integer', () => {
    for (const count of [4.5, Number.NaN, -1, Infinity]) {
      expectRule('InvalidLeafCount', () =>
        p.verifyMerkleProof(p.merkleRoot(leaves), leaves[0]!, 0, count, p.merkleProof(leaves, 0)),
      );
    }
  });

  it('leaves, ids, hashes and roots of another length than 32', () => {
    for (const length of [0, 31, 33]) {
      expectRule('InvalidLeaf', () => p.plainLeaf(1n, filled(length)));
      expectRule('InvalidLeaf', () => p.confidentialLeaf(1n, filled(length), filled(32)));
      expectRule('InvalidLeaf', () => p.confidentialLeaf(1n, filled(32), filled(length)));
      expectRule('InvalidLeaf', () => p.merkleRoot([filled(32), filled(length)]));
      expectRule('InvalidLeaf', () => p.verifyMerkleProof(filled(32), filled(length), 0, 1, filled(0)));
      expectRule('InvalidProof', () => p.verifyMerkleProof(filled(length), filled(32), 0, 1, filled(0)));
    }
    expectRule('InvalidNonce', () => p.plainLeaf(1n << 64n, filled(32)));
    expectRule('InvalidNonce', () => p.plainLeaf(-1n, filled(32)));
  });

  it('a proof and a root share no memory with the leaves', () => {
    const mutable = leaves.map((leaf) => leaf.slice());
    const root = p.merkleRoot(mutable.slice(0, 1));
    const proof = p.merkleProof(mutable, 4);
    const copies = [root.slice(), proof.slice()];
    for (const leaf of mutable) leaf.fill(0xff);
    assert.deepEqual([root, proof], copies);
  });

  it('digests and keys of another length', () => {
    const signature = p.signDigest(filled(32), evmSecret(1));
    for (const length of [0, 31, 33, 64]) {
      expectRule('InvalidDigest', () => p.signDigest(filled(length), evmSecret(1)));
      expectRule('InvalidDigest', () => p.recoverSigner(filled(length), signature));
      expectRule('InvalidDigest', () => p.recoverSigners(filled(length), signature));
      expectRule('InvalidSecretKey', () => p.signDigest(filled(32), filled(length)));
    }
    expectRule('InvalidSecretKey', () => p.signDigest(filled(32), new Uint8Array(32)));
  });

  it('a registration whose signer is not 20 bytes', () => {
    const registration = {
      chain: 1n,
      registry: p.fromEvmAddress(filled(20)),
      operator: p.fromEvmAddress(filled(20, 8)),
      challenge: filled(32),
      signer: filled(20),
      encryptionKey: filled(32),
      configurationHash: filled(32),
    };
    p.registrationHash(registration);
    for (const length of [0, 19, 21, 32]) {
      expectRule('InvalidRegistrationSigner', () => p.registrationHash({ ...registration, signer: filled(length) }));
    }
  });

  it('generations and sequences beyond their widths', () => {
    assert.equal(p.joinNonce(p.MAX_GENERATION, p.MAX_SEQUENCE), (1n << 64n) - 1n);
    assert.equal(p.joinNonce(0n, 0n), 0n);
    expectRule('InvalidNonce', () => p.joinNonce(p.MAX_GENERATION + 1n, 0n));
    expectRule('InvalidNonce', () => p.joinNonce(-1n, 0n));
    expectRule('InvalidNonce', () => p.joinNonce(0n, p.MAX_SEQUENCE + 1n));
    expectRule('InvalidNonce', () => p.joinNonce(0n, -1n));
    expectRule('InvalidNonce', () => p.splitNonce(1n << 64n));
    expectRule('InvalidNonce', () => p.splitNonce(-1n));
  });

  it('chains of the wrong family', () => {
    const sui = p.suiChain(filled(4));
    assert.equal(p.evmChain(31337), p.LOCALNET_EVM_CHAIN);
    for (const id of [sui, 0n, 1n << 56n, -1, 1.5]) expectRule('InvalidChain', () => p.evmChain(id));
    for (const length of [0, 3, 5, 32]) expectRule('InvalidChain', () => p.suiChain(filled(length)));
    expectRule('InvalidChain', () => p.chainFamily(1 as unknown as bigint));
  });

  it('addresses with padding that is not zero', () => {
    const padded = p.fromEvmAddress(filled(20));
    assert.deepEqual(p.toEvmAddress(padded), filled(20));
    for (let at = 0; at < 12; at++) {
      const dirty = padded.slice();
      dirty[at] = 1;
      expectRule('InvalidAddress', () => p.toEvmAddress(dirty));
    }
    expectRule('InvalidAddress', () => p.toEvmAddress(filled(20)));
    expectRule('InvalidAddress', () => p.fromEvmAddress(filled(32)));
  });

  it('what is no address on a chain, and what one looks like there', () => {
    const sui = p.suiChain(filled(4));
    assert.deepEqual([p.isAddressOn(1n, p.fromEvmAddress(filled(20))), p.isAddressOn(sui, filled(32))], [true, true]);
    for (const chain of [1n, sui]) {
      const noBytes: unknown[] = [undefined, '0x07', Array.from(filled(32)), new Uint16Array(32).fill(7)];
      const likes = [filled(0), filled(20), filled(31), filled(33), filled(32, 0), ...noBytes];
      for (const like of likes) assert.equal(p.isAddressOn(chain, like as Uint8Array), false);
    }
    const registration = (chain: p.ChainId) => () =>
      p.registrationHash({ chain, registry: filled(31) } as p.Registration);
    assert.throws(
      registration(1n),
      /: registry must be 32 bytes, not zero, the first 12 of them zero on an EVM chain$/,
    );
    assert.throws(registration(sui), /: registry must be 32 bytes, not zero$/);
  });

  it('hex of odd length, without 0x or with other letters', () => {
    assert.deepEqual(p.fromHex('0xaB00'), Uint8Array.of(0xab, 0));
    for (const hex of ['0x1', '12', '0x1g', '0X12', '0x12 ', '', '0x123'])
      expectRule('InvalidHex', () => p.fromHex(hex));
    assert.deepEqual(p.fromHex('0x'), new Uint8Array());
  });
});

describe('signers', () => {
  it('have the address that Ethereum gives their key', () => {
    // The address of secret key 1, known to every explorer.
    const expected = '0x7e5f4552091a69125d5dfcb7b8c2659029395bdf';
    const generator = p.fromHex('0x0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798');
    assert.equal(p.toHex(p.signerAddress(generator)), expected);
    const digest = filled(32);
    assert.equal(p.toHex(p.recoverSigner(digest, p.signDigest(digest, evmSecret(1)))), expected);
    expectRule('UnrecoverableSignature', () => p.signerAddress(filled(33)));
  });

  it('join into a set of at most 32', () => {
    const digest = filled(32);
    const signatures = Array.from({ length: 33 }, (_, i) => p.signDigest(digest, evmSecret(i + 1)));
    assert.equal(p.recoverSigners(digest, p.joinSignatures(digest, signatures.slice(0, 32))).length, 32);
    expectRule('InvalidSignatureCount', () => p.joinSignatures(digest, signatures));
    expectRule('InvalidSignatureCount', () => p.joinSignatures(digest, []));
  });
});

describe('readers of MessageSent', () => {
  const outbox = p.fromEvmAddress(filled(20));
  const message = p.encodeMessage({
    kind: 0,
    originChain: 1n,
    destinationChain: p.suiChain(filled(4)),
    nonce: 0n,
    sender: p.fromEvmAddress(filled(20, 3)),
    recipient: filled(32),
    executionGas: 0,
    body: filled(10),
  });

  it('share no memory with the log', () => {
    const log = p.encodeMessageSentLog(outbox, message);
    const mutable = { address: Buffer.from(log.address), topics: log.topics, data: Buffer.from(log.data) };
    const read = p.decodeMessageSentLog(1n, mutable);
    mutable.address.fill(0xff);
    mutable.data.fill(0xff);
    assert.deepEqual(read.outbox, outbox);
    assert.deepEqual(read.encoded, message);
  });

  it('call a canonical event with a message of 16,384 bytes too long, not badly encoded', () => {
    // From here on the length takes three bytes of ULEB128.
    const body = filled(16_384);
    const event = p.concat(filled(32), Uint8Array.of(32), filled(32), Uint8Array.of(0x80, 0x80, 0x01), body);
    expectRule('InvalidMessageLength', () => p.decodeMessageSentEvent(p.suiChain(filled(4)), filled(32), event));
  });

  it('read a length as BCS does: up to five bytes, a u32, in its shortest form', () => {
    const chain = p.suiChain(filled(4));
    const event = (length: readonly number[], body: number): Uint8Array =>
      p.concat(filled(32), Uint8Array.of(32), filled(32), Uint8Array.from(length), new Uint8Array(body));
    const read = (length: readonly number[], body: number) => () =>
      p.decodeMessageSentEvent(chain, filled(32), event(length, body));
    // 2^21 bytes: canonical, and far too long for a message.
    expectRule('InvalidMessageLength', read([0x80, 0x80, 0x80, 0x01], 2 ** 21));
    expectRule('InvalidEventData', read([0x80, 0x80, 0x80, 0x01], 2 ** 21 - 1));
    expectRule('InvalidEventData', read([0xff, 0xff, 0xff, 0xff, 0x0f], 10));
    expectRule('InvalidEventData', read([0x80, 0x80, 0x80, 0x80, 0x10], 0));
    expectRule('InvalidEventData', read([0x80, 0x80, 0x80, 0x80, 0x80, 0x01], 0));
    for (const padded of [
      [0x80, 0],
      [0x8a, 0x80, 0],
      [0x8a, 0x80, 0x80, 0x80, 0],
    ]) {
      expectRule('InvalidEventData', read(padded, padded[0]! & 0x7f));
    }
    expectRule('InvalidEventData', read([0x80, 0x80], 0));
  });
});

describe('encoders name the first rule broken', () => {
  const message = (change: object): p.Message => ({
    kind: 0,
    originChain: 1n,
    destinationChain: 2n,
    nonce: 0n,
    sender: p.fromEvmAddress(filled(20)),
    recipient: p.fromEvmAddress(filled(20)),
    executionGas: 0,
    body: filled(10),
    ...change,
  });
  const statement = (change: object): p.Statement => ({
    originChain: 1n,
    originOutbox: p.fromEvmAddress(filled(20)),
    destinationChain: 2n,
    destinationInbox: p.fromEvmAddress(filled(20)),
    anchorHeight: 1n,
    anchorHash: filled(32),
    anchorTimestampSeconds: 1n,
    firstNonce: 0n,
    messageCount: 1,
    messagesRoot: filled(32),
    ...change,
  });
  /** Breaks each field together with all later ones, by its value or by its width; the first must be named. */
  function inOrder(encode: (change: object) => unknown, steps: readonly (readonly [object, p.Rule])[]): void {
    encode({});
    for (const [i, [own, rule]] of steps.entries()) {
      const later = Object.assign(
        {},
        ...steps
          .slice(i)
          .map(([change]) => change)
          .reverse(),
      ) as object;
      expectRule(rule, () => encode({ ...later, ...own }));
    }
  }

  it('of a message', () => {
    inOrder(
      (change) => p.encodeMessage(message(change)),
      [
        [{ body: filled(8193) }, 'InvalidMessageLength'],
        [{ kind: 2 }, 'InvalidMessageKind'],
        [{ originChain: 0n }, 'InvalidMessageOriginChain'],
        [{ destinationChain: 1n << 64n }, 'InvalidMessageDestinationChain'],
        [{ nonce: 1n << 64n }, 'InvalidMessageNonce'],
        [{ sender: filled(31) }, 'InvalidMessageSender'],
        [{ recipient: filled(33) }, 'InvalidMessageRecipient'],
        [{ executionGas: 2 ** 32 }, 'InvalidMessageExecutionGas'],
      ],
    );
    // A value of another width after one that is merely wrong, and the other way round.
    expectRule('InvalidMessageKind', () => p.encodeMessage(message({ kind: 2, sender: filled(31) })));
    expectRule('InvalidMessageSender', () => p.encodeMessage(message({ sender: filled(32), recipient: filled(31) })));
  });

  it('of a statement', () => {
    inOrder(
      (change) => p.encodeStatement(statement(change)),
      [
        [{ originChain: 0n }, 'InvalidStatementOriginChain'],
        [{ originOutbox: filled(31) }, 'InvalidStatementOriginOutbox'],
        [{ destinationChain: 0n }, 'InvalidStatementDestinationChain'],
        [{ destinationInbox: filled(32) }, 'InvalidStatementDestinationInbox'],
        [{ anchorHeight: -1n }, 'InvalidStatementAnchorHeight'],
        [{ anchorHash: filled(32, 0) }, 'InvalidStatementAnchorHash'],
        [{ anchorTimestampSeconds: 1n << 64n }, 'InvalidStatementAnchorTimestamp'],
        [{ messageCount: 0 }, 'InvalidStatementCount'],
        [{ firstNonce: 1n << 64n }, 'InvalidStatementNonce'],
        [{ messagesRoot: filled(31) }, 'InvalidStatementRoot'],
      ],
    );
  });

  it('of a revocation', () => {
    const encode = (change: object): unknown => p.encodeRevocation({ kind: 2, target: filled(32), ...change });
    inOrder(encode, [
      [{ kind: 4 }, 'InvalidRevocationTargetKind'],
      [{ target: filled(31) }, 'InvalidRevocationTarget'],
    ]);
    for (const kind of [0, 1.5, -1, '1', undefined]) {
      expectRule('InvalidRevocationTargetKind', () => encode({ kind, target: filled(31) }));
    }
  });
});

describe('what is checked is what is hashed', () => {
  it('a copy, whatever the memory behind the argument', () => {
    const shared = new Uint8Array(new SharedArrayBuffer(32)).fill(7);
    const buffer = Buffer.alloc(32, 7);
    for (const value of [shared, buffer, buffer.subarray(0)]) {
      const copy = asBytes(value, 'InvalidLeaf');
      assert.deepEqual(copy, filled(32));
      assert(copy.buffer instanceof ArrayBuffer);
      value.fill(9);
      assert.deepEqual(copy, filled(32));
      value.fill(7);
    }
  });

  it('memory that is gone breaks a rule, not the program', () => {
    const gone = filled(32);
    structuredClone(gone.buffer, { transfer: [gone.buffer] });
    expectRule('InvalidLeaf', () => p.merkleRoot([gone]));
    expectRule('InvalidStatementLength', () => p.decodeStatement(gone));
    expectRule('InvalidDigest', () => p.recoverSigner(gone, filled(65)));
  });

  it('what is no byte array breaks a rule', () => {
    const likes: unknown[] = [undefined, null, '0x07', [7], { length: 32 }, new Uint16Array(32), new ArrayBuffer(32)];
    for (const like of likes) expectRule('InvalidLeaf', () => asBytes(like as Uint8Array, 'InvalidLeaf'));
  });

  it('holes in a list are no leaves, topics or signatures', () => {
    const holes = new Array<Uint8Array>(3);
    expectRule('InvalidLeaf', () => p.merkleRoot(holes));
    expectRule('InvalidSignatureLength', () => p.joinSignatures(filled(32), holes));
    expectRule('InvalidLogTopics', () =>
      p.decodeMessageSentLog(1n, { address: filled(32), topics: holes, data: filled(0) }),
    );
  });

  it('a registration whose registry changes while its later fields are read', () => {
    const honest: p.Registration = {
      chain: 1n,
      registry: p.fromEvmAddress(filled(20)),
      operator: p.fromEvmAddress(filled(20, 8)),
      challenge: filled(32),
      signer: filled(20),
      encryptionKey: filled(32),
      configurationHash: filled(32),
    };
    const expected = p.registrationHash(honest);
    const registry = honest.registry.slice();
    const hash = p.registrationHash({
      ...honest,
      registry,
      get challenge() {
        registry.fill(0xff);
        return honest.challenge;
      },
    });
    assert.deepEqual(hash, expected);
  });

  it('a caller who writes into a topic changes no later log', () => {
    const encoded = p.encodeMessage({
      kind: 0,
      originChain: 1n,
      destinationChain: 2n,
      nonce: 0n,
      sender: p.fromEvmAddress(filled(20)),
      recipient: p.fromEvmAddress(filled(20)),
      executionGas: 0,
      body: filled(0),
    });
    const outbox = p.fromEvmAddress(filled(20));
    const first = p.encodeMessageSentLog(outbox, encoded);
    first.topics[0]!.fill(0);
    p.decodeMessageSentLog(1n, p.encodeMessageSentLog(outbox, encoded));
  });
});

describe('rules', () => {
  it('of errors.ts are those of the spec', () => {
    const read = (file: string): string => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
    const rules = [...read('prover/protocol/errors.ts').matchAll(/^ {2}\| '(\w+)'/gm)].map(([, name]) => name!);
    assert(rules.length > 50);
    const spec = read('docs/spec/protocol.md');
    assert.deepEqual(
      rules.filter((rule) => !spec.includes(`\`${rule}\``)),
      [],
    );
  });
});
