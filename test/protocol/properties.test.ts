import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import * as p from '../../prover/protocol/index.ts';
import { runs } from '../fuzz.ts';

/** A record with the prototype that decoders give, so that deepEqual compares like with like. */
const record = <T extends object>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> =>
  fc.record(model, { noNullPrototype: true }) as fc.Arbitrary<T>;

const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 }).filter((b) => !p.isZero(b));
const bytes20 = fc.uint8Array({ minLength: 20, maxLength: 20 }).filter((b) => !p.isZero(b));
const u32 = fc.integer({ min: 0, max: 0xffffffff });
const u64 = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n });
const evm = fc.bigInt({ min: 1n, max: (1n << 56n) - 1n });
const sui = fc.uint8Array({ minLength: 4, maxLength: 4 }).map(p.suiChain);
const chains = fc.tuple(fc.oneof(evm, sui), fc.oneof(evm, sui)).filter(([a, b]) => a !== b);
const addressOn = (chain: bigint): fc.Arbitrary<Uint8Array> =>
  p.chainFamily(chain) === 'evm' ? bytes20.map(p.fromEvmAddress) : bytes32;

const message: fc.Arbitrary<p.Message> = chains.chain(([originChain, destinationChain]) =>
  record({
    kind: fc.constantFrom<p.MessageKind>(0, 1),
    originChain: fc.constant(originChain),
    destinationChain: fc.constant(destinationChain),
    nonce: u64,
    sender: addressOn(originChain),
    recipient: addressOn(destinationChain),
    executionGas: u32,
    body: fc.uint8Array({ maxLength: 300 }),
  }),
);

const statement: fc.Arbitrary<p.Statement> = fc
  .tuple(chains, fc.integer({ min: 1, max: 256 }))
  .chain(([[originChain, destinationChain], messageCount]) =>
    record({
      originChain: fc.constant(originChain),
      originOutbox: addressOn(originChain),
      destinationChain: fc.constant(destinationChain),
      destinationInbox: addressOn(destinationChain),
      anchorHeight: u64,
      anchorHash: bytes32,
      anchorTimestampSeconds: u64,
      firstNonce: fc
        .tuple(
          fc.bigInt({ min: 0n, max: p.MAX_GENERATION }),
          fc.bigInt({ min: 0n, max: p.MAX_SEQUENCE - BigInt(messageCount - 1) }),
        )
        .map(([generation, sequence]) => p.joinNonce(generation, sequence)),
      messageCount: fc.constant(messageCount),
      messagesRoot: bytes32,
    }),
  );

const revocation: fc.Arbitrary<p.Revocation> = fc.oneof(
  record({ kind: fc.constant(p.REVOCATION_TARGET.signer), target: bytes20.map(p.fromEvmAddress) }),
  record({ kind: fc.constantFrom<p.RevocationTargetKind>(2, 3), target: bytes32 }),
);

const registration: fc.Arbitrary<p.Registration> = fc.oneof(evm, sui).chain((chain) =>
  record({
    chain: fc.constant(chain),
    registry: addressOn(chain),
    operator: addressOn(chain),
    challenge: bytes32,
    signer: bytes20,
    encryptionKey: bytes32,
    configurationHash: bytes32,
  }),
);

/** The code of the ProtocolError thrown; fails on any other error, so that a decoder never breaks in an untyped way. */
function ruleOf(call: () => unknown): p.Rule | undefined {
  try {
    call();
    return undefined;
  } catch (error) {
    assert(error instanceof p.ProtocolError, `untyped error: ${String(error)}`);
    return error.code;
  }
}

function flipByte(bytes: Uint8Array, at: number, mask: number): Uint8Array {
  const changed = bytes.slice();
  changed[at] = changed[at]! ^ mask;
  return changed;
}

const mask = fc.integer({ min: 1, max: 255 });
const anywhere = fc.nat();

const FORMATS = [
  { noun: 'message', values: message, encode: p.encodeMessage, decode: p.decodeMessage, fixed: false },
  { noun: 'statement', values: statement, encode: p.encodeStatement, decode: p.decodeStatement, fixed: true },
  { noun: 'revocation', values: revocation, encode: p.encodeRevocation, decode: p.decodeRevocation, fixed: true },
] as unknown as {
  noun: string;
  values: fc.Arbitrary<never>;
  encode: (value: never) => Uint8Array;
  decode: (bytes: Uint8Array) => unknown;
  fixed: boolean;
}[];

for (const { noun, values, encode, decode, fixed } of FORMATS) {
  describe(`${noun} encoding`, () => {
    it('decodes to what was encoded, and encodes to what was decoded', () => {
      fc.assert(
        fc.property(values, (value) => {
          const encoded = encode(value);
          const decoded = decode(encoded);
          assert.deepEqual(decoded, value);
          assert.deepEqual(encode(decoded as never), encoded);
        }),
      );
    });

    it('refuses every truncation', () => {
      fc.assert(
        fc.property(values, anywhere, (value, at) => {
          const encoded = encode(value);
          // A message's body has no fixed end, so only its header can be cut short.
          const length = at % (fixed ? encoded.length : p.MESSAGE_HEADER_BYTES);
          assert.match(ruleOf(() => decode(encoded.subarray(0, length))) ?? '', /Length$/);
        }),
      );
    });

    it('refuses or reads as another value every extension', () => {
      fc.assert(
        fc.property(values, fc.uint8Array({ minLength: 1, maxLength: 40 }), (value, extra) => {
          const longer = p.concat(encode(value), extra);
          if (fixed) assert.match(ruleOf(() => decode(longer)) ?? '', /Length$/);
          else assert.deepEqual((decode(longer) as p.Message).body.slice(-extra.length), extra);
        }),
      );
    });

    it('never gives two values for one byte string nor one value for two', () => {
      fc.assert(
        fc.property(values, anywhere, mask, (value, at, bits) => {
          const encoded = encode(value);
          const changed = flipByte(encoded, at % encoded.length, bits);
          if (ruleOf(() => decode(changed)) === undefined) {
            assert.notDeepEqual(decode(changed), value);
            assert.deepEqual(encode(decode(changed) as never), changed);
          }
        }),
      );
    });

    it('breaks in a typed way on any bytes', () => {
      fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => void ruleOf(() => decode(bytes))));
    });

    it('shares no memory with its input, not even a Buffer', () => {
      fc.assert(
        fc.property(values, (value) => {
          const buffer = Buffer.from(encode(value));
          const decoded = decode(buffer);
          buffer.fill(0xff);
          assert.deepEqual(decoded, value);
        }),
      );
    });
  });
}

describe('message', () => {
  it('refuses every unknown version and kind', () => {
    fc.assert(
      fc.property(message, fc.integer({ min: 0, max: 255 }), (value, byte) => {
        const encoded = p.encodeMessage(value);
        encoded[0] = byte;
        assert.equal(
          ruleOf(() => p.decodeMessage(encoded)),
          byte === 1 ? undefined : 'InvalidMessageVersion',
        );
        encoded[0] = 1;
        encoded[1] = byte;
        assert.equal(
          ruleOf(() => p.decodeMessage(encoded)),
          byte <= 1 ? undefined : 'InvalidMessageKind',
        );
      }),
    );
  });

  it('has another id after any change of a byte, and under another outbox', () => {
    fc.assert(
      fc.property(
        message,
        anywhere,
        mask,
        fc.array(bytes20, { minLength: 2, maxLength: 2 }),
        (value, at, bits, keys) => {
          const [outbox, other] = keys.map(p.fromEvmAddress) as [Uint8Array, Uint8Array];
          const encoded = p.encodeMessage(value);
          const id = p.messageId(outbox, encoded);
          const changed = flipByte(encoded, at % encoded.length, bits);
          if (ruleOf(() => p.decodeMessage(changed)) === undefined)
            assert.notDeepEqual(p.messageId(outbox, changed), id);
          if (!p.equalBytes(outbox, other)) assert.notDeepEqual(p.messageId(other, encoded), id);
        },
      ),
    );
  });

  it('names the field that does not fit its width', () => {
    const [value] = fc.sample(message, { numRuns: 1, seed: 1 }) as [p.Message];
    const broken: [Partial<Record<keyof p.Message, unknown>>, p.Rule][] = [
      [{ kind: 2 }, 'InvalidMessageKind'],
      [{ kind: -1 }, 'InvalidMessageKind'],
      [{ originChain: 1n << 64n }, 'InvalidMessageOriginChain'],
      [{ destinationChain: -1n }, 'InvalidMessageDestinationChain'],
      [{ nonce: 1n << 64n }, 'InvalidMessageNonce'],
      [{ nonce: 1.5 }, 'InvalidMessageNonce'],
      [{ sender: new Uint8Array(31) }, 'InvalidMessageSender'],
      [{ recipient: '0x00' }, 'InvalidMessageRecipient'],
      [{ executionGas: 2 ** 32 }, 'InvalidMessageExecutionGas'],
      [{ executionGas: Number.NaN }, 'InvalidMessageExecutionGas'],
      [{ body: [1, 2, 3] }, 'InvalidMessageLength'],
    ];
    for (const [change, rule] of broken) {
      assert.equal(
        ruleOf(() => p.encodeMessage({ ...value, ...change } as p.Message)),
        rule,
      );
    }
  });
});

describe('statement', () => {
  it('refuses every other tag', () => {
    fc.assert(
      fc.property(statement, fc.nat(31), mask, (value, at, bits) => {
        const changed = flipByte(p.encodeStatement(value), at, bits);
        assert.equal(
          ruleOf(() => p.decodeStatement(changed)),
          'InvalidStatementTag',
        );
      }),
    );
  });

  it('names the field that does not fit its width', () => {
    const [value] = fc.sample(statement, { numRuns: 1, seed: 1 }) as [p.Statement];
    const broken: [Partial<Record<keyof p.Statement, unknown>>, p.Rule][] = [
      [{ anchorHeight: 1n << 64n }, 'InvalidStatementAnchorHeight'],
      [{ anchorTimestampSeconds: -1n }, 'InvalidStatementAnchorTimestamp'],
      [{ firstNonce: 1n << 64n }, 'InvalidStatementNonce'],
      [{ messageCount: 257 }, 'InvalidStatementCount'],
      [{ messageCount: 2 ** 40 }, 'InvalidStatementCount'],
      [{ anchorHash: new Uint8Array(33) }, 'InvalidStatementAnchorHash'],
      [{ messagesRoot: new Uint8Array(0) }, 'InvalidStatementRoot'],
      [{ originOutbox: new Uint8Array(20) }, 'InvalidStatementOriginOutbox'],
      [{ destinationInbox: new Uint8Array(20) }, 'InvalidStatementDestinationInbox'],
    ];
    for (const [change, rule] of broken) {
      assert.equal(
        ruleOf(() => p.encodeStatement({ ...value, ...change } as p.Statement)),
        rule,
      );
    }
  });
});

describe('merkle proof', () => {
  const trees = fc.array(bytes32, { minLength: 1, maxLength: 70 });

  it('holds for its own leaf and index', () => {
    fc.assert(
      fc.property(trees, anywhere, (leaves, at) => {
        const index = at % leaves.length;
        p.verifyMerkleProof(p.merkleRoot(leaves), leaves[index]!, index, leaves.length, p.merkleProof(leaves, index));
      }),
    );
  });

  it('fails for every other index, count and leaf', () => {
    const few = fc.uniqueArray(bytes32, { minLength: 1, maxLength: 20, comparator: p.equalBytes });
    fc.assert(
      fc.property(few, anywhere, bytes32, (leaves, at, stranger) => {
        const index = at % leaves.length;
        const root = p.merkleRoot(leaves);
        const proof = p.merkleProof(leaves, index);
        for (let other = 0; other < leaves.length + 2; other++) {
          if (other === index) continue;
          assert(ruleOf(() => p.verifyMerkleProof(root, leaves[index]!, other, leaves.length, proof)));
          if (other < leaves.length) {
            assert(ruleOf(() => p.verifyMerkleProof(root, leaves[other]!, index, leaves.length, proof)));
          }
        }
        assert(ruleOf(() => p.verifyMerkleProof(root, stranger, index, leaves.length, proof)));
      }),
      runs(60),
    );
  });

  it('fails for every other count', () => {
    fc.assert(
      fc.property(trees, anywhere, fc.integer({ min: 0, max: 300 }), (leaves, at, count) => {
        const index = at % leaves.length;
        const proof = p.merkleProof(leaves, index);
        const rule = ruleOf(() => p.verifyMerkleProof(p.merkleRoot(leaves), leaves[index]!, index, count, proof));
        if (count === 0 || count > 256) assert.equal(rule, 'InvalidLeafCount');
        else if (count <= index) assert.equal(rule, 'InvalidProofIndex');
        else if (count !== leaves.length) assert.match(rule ?? '', /^InvalidProof(Length)?$/);
      }),
    );
  });

  it('of 3 leaves does not pass for 4, although both take two siblings', () => {
    const leaves = [1, 2, 3].map((byte) => new Uint8Array(32).fill(byte));
    const check = (count: number): void =>
      p.verifyMerkleProof(p.merkleRoot(leaves), leaves[0]!, 0, count, p.merkleProof(leaves, 0));
    check(3);
    assert.equal(
      ruleOf(() => check(4)),
      'InvalidProof',
    );
  });

  it('refuses extra and missing siblings', () => {
    fc.assert(
      fc.property(trees, anywhere, fc.integer({ min: 1, max: 64 }), (leaves, at, extra) => {
        const index = at % leaves.length;
        const proof = p.merkleProof(leaves, index);
        const check = (siblings: Uint8Array): p.Rule | undefined =>
          ruleOf(() => p.verifyMerkleProof(p.merkleRoot(leaves), leaves[index]!, index, leaves.length, siblings));
        assert.equal(check(p.concat(proof, new Uint8Array(extra))), 'InvalidProofLength');
        if (proof.length > 0) assert.equal(check(proof.subarray(0, proof.length - 1)), 'InvalidProofLength');
        if (proof.length > 0) assert.equal(check(proof.subarray(32)), 'InvalidProofLength');
      }),
    );
  });

  it('refuses a node given as a leaf', () => {
    fc.assert(
      fc.property(fc.array(bytes32, { minLength: 2, maxLength: 64 }), anywhere, (leaves, at) => {
        const root = p.merkleRoot(leaves);
        const pair = (at % (leaves.length >> 1)) * 2;
        const node = p.hash(Uint8Array.of(1), leaves[pair]!, leaves[pair + 1]!);
        const proof = p.merkleProof(leaves, pair).subarray(32);
        assert(ruleOf(() => p.verifyMerkleProof(root, node, pair, leaves.length, proof)));
        assert(ruleOf(() => p.verifyMerkleProof(root, node, pair >> 1, leaves.length, proof)));
        // The tree over the nodes has the same siblings and the same top: only the count in the root tells them apart.
        assert.equal(
          ruleOf(() => p.verifyMerkleProof(root, node, pair >> 1, (leaves.length + 1) >> 1, proof)),
          'InvalidProof',
        );
      }),
    );
  });
});

describe('signatures', () => {
  const key = fc.uint8Array({ minLength: 32, maxLength: 32 }).filter((k) => k[0]! < 0xff && !p.isZero(k));
  const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

  it('lead back to one signer; the high-s twin is refused', () => {
    fc.assert(
      fc.property(bytes32, key, (digest, secret) => {
        const signature = p.signDigest(digest, secret);
        const signer = p.recoverSigner(digest, signature);
        const again = p.recoverSigner(digest, p.signDigest(digest, secret));
        assert.deepEqual(signer, again);
        const s = order - p.readUint(signature, 32, 32);
        const twin = p.concat(
          signature.slice(0, 32),
          p.uint(s, 32, 'InvalidSignatureS'),
          Uint8Array.of(55 - signature[64]!),
        );
        assert.equal(
          ruleOf(() => p.recoverSigner(digest, twin)),
          'InvalidSignatureS',
        );
      }),
      runs(30),
    );
  });

  it('another digest or any changed byte never leads to the same signer', () => {
    fc.assert(
      fc.property(bytes32, bytes32, key, fc.nat(64), mask, (digest, other, secret, at, bits) => {
        const signature = p.signDigest(digest, secret);
        const signer = p.recoverSigner(digest, signature);
        const tries: [Uint8Array, Uint8Array][] = [[digest, flipByte(signature, at, bits)]];
        if (!p.equalBytes(digest, other)) tries.push([other, signature]);
        for (const [d, sig] of tries) {
          if (ruleOf(() => p.recoverSigner(d, sig)) === undefined) {
            assert.notDeepEqual(p.recoverSigner(d, sig), signer);
          }
        }
      }),
      runs(30),
    );
  });

  it('join into an ordered set, in which each signer stands once', () => {
    fc.assert(
      fc.property(bytes32, fc.array(key, { minLength: 1, maxLength: 5 }), (digest, secrets) => {
        const set = p.joinSignatures(
          digest,
          secrets.map((secret) => p.signDigest(digest, secret)),
        );
        const signers = p.recoverSigners(digest, set).map(p.toHex);
        assert.deepEqual(signers, [...new Set(signers)].sort());
        const twice = p.concat(set, set.slice(-65));
        assert.equal(
          ruleOf(() => p.recoverSigners(digest, twice)),
          'UnorderedSigners',
        );
      }),
      runs(20),
    );
  });

  it('a secret key never shows in an error', () => {
    const secret = new Uint8Array(32).fill(0xfe).fill(0xff, 0, 16);
    assert.throws(
      () => p.signDigest(new Uint8Array(32), secret.fill(0xff)),
      (error: unknown) =>
        error instanceof p.ProtocolError && error.code === 'InvalidSecretKey' && !/ff{3}|255,/.test(error.message),
    );
  });
});

describe('registration', () => {
  it("report data is its own and no other registration's", () => {
    fc.assert(
      fc.property(registration, registration, (one, other) => {
        const reportData = p.registrationReportData(one);
        p.checkReportData(one, reportData);
        assert.equal(reportData.length, 64);
        for (const field of Object.keys(one) as (keyof p.Registration)[]) {
          const mixed = { ...one, [field]: other[field] };
          if (!isDeepStrictEqual(mixed, one)) assert(ruleOf(() => p.checkReportData(mixed, reportData)));
        }
      }),
    );
  });

  it('report data with any changed byte is refused', () => {
    fc.assert(
      fc.property(registration, fc.nat(63), mask, (one, at, bits) => {
        const rule = ruleOf(() => p.checkReportData(one, flipByte(p.registrationReportData(one), at, bits)));
        assert.equal(rule, at < 32 ? 'InvalidReportData' : 'InvalidReportDataPadding');
      }),
    );
  });
});

describe('MessageSent', () => {
  const sentOn = (family: p.ChainFamily): fc.Arbitrary<[p.Message, Uint8Array]> =>
    message
      .filter((m) => p.chainFamily(m.originChain) === family)
      .chain((m) => fc.tuple(fc.constant(m), addressOn(m.originChain)));

  it('EVM log: reads what was sent, and nothing after any change', () => {
    fc.assert(
      fc.property(sentOn('evm'), anywhere, mask, ([value, outbox], at, bits) => {
        const encoded = p.encodeMessage(value);
        const log = p.encodeMessageSentLog(outbox, encoded);
        const read = p.decodeMessageSentLog(value.originChain, log);
        assert.deepEqual(read, { outbox, messageId: p.messageId(outbox, encoded), encoded, message: value });
        const data = flipByte(log.data, at % log.data.length, bits);
        assert(ruleOf(() => p.decodeMessageSentLog(value.originChain, { ...log, data })));
        const topics = log.topics.map((topic, i) => (i === at % 3 ? flipByte(topic, at % 32, bits) : topic));
        assert(ruleOf(() => p.decodeMessageSentLog(value.originChain, { ...log, topics })));
        assert(ruleOf(() => p.decodeMessageSentLog(value.originChain + 1n, log)));
        const address = flipByte(outbox, 12 + (at % 20), bits);
        assert(ruleOf(() => p.decodeMessageSentLog(value.originChain, { ...log, address })));
      }),
    );
  });

  it('Sui event: reads what was sent, and nothing after any change', () => {
    fc.assert(
      fc.property(sentOn('sui'), anywhere, mask, ([value, outbox], at, bits) => {
        const encoded = p.encodeMessage(value);
        const data = p.encodeMessageSentEvent(outbox, encoded);
        const read = p.decodeMessageSentEvent(value.originChain, outbox, data);
        assert.deepEqual(read, { outbox, messageId: p.messageId(outbox, encoded), encoded, message: value });
        const changed = flipByte(data, at % data.length, bits);
        assert(ruleOf(() => p.decodeMessageSentEvent(value.originChain, outbox, changed)));
        const other = flipByte(outbox, at % 32, bits);
        assert.equal(
          ruleOf(() => p.decodeMessageSentEvent(value.originChain, other, data)),
          'InvalidEventOutbox',
        );
      }),
    );
  });
});
