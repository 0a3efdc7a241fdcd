/** Headers, receipt proofs and logs: honest, look-alike and forged. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { keccak256, toRlp, type Hex } from 'viem';
import {
  encodeMessage,
  encodeMessageSentLog,
  fromHex,
  hash,
  LOCALNET_EVM_CHAIN,
  suiChain,
  toHex,
  type EvmLog,
} from '../../../prover/protocol/index.ts';
import { rlpList } from '../../../prover/protocol/wire/index.ts';
import { verifyTrieProof } from '../../../prover/enclave/ethereum/trie.ts';
import * as eth from '../../../prover/enclave/ethereum/index.ts';
import { runs } from '../../fuzz.ts';
import { blockWith, buildTrie, headerRlp, keyOf, receiptBytes } from './tries.ts';
import { ruleOf } from './world.ts';

const CHAIN = LOCALNET_EVM_CHAIN;
const OUTBOX = fromHex(`0x${'00'.repeat(12)}${'aa'.repeat(20)}`);
const OTHER = fromHex(`0x${'00'.repeat(12)}${'bb'.repeat(20)}`);

function messageLog(nonce: bigint, outbox = OUTBOX, originChain = CHAIN, body = 'hello'): EvmLog {
  const encoded = encodeMessage({
    kind: 0,
    originChain,
    destinationChain: suiChain(Uint8Array.of(1, 2, 3, 4)),
    nonce,
    sender: fromHex(`0x${'00'.repeat(12)}${'cc'.repeat(20)}`),
    recipient: fromHex(`0x${'dd'.repeat(32)}`),
    executionGas: 100_000,
    body: new TextEncoder().encode(body),
  });
  return encodeMessageSentLog(outbox, encoded);
}

describe('ancestors', () => {
  const zero = new Uint8Array(32);
  const chain: { block: eth.ExecutionBlock; rlp: Uint8Array }[] = [];
  for (let number = 10n, parentHash: Uint8Array = zero; number < 20n; number++) {
    const fields = { parentHash, receiptsRoot: hash(Uint8Array.of(Number(number))), number, timestamp: 100n + number };
    const rlp = headerRlp(fields);
    chain.push({ block: { ...fields, hash: hash(rlp) }, rlp });
    parentHash = hash(rlp);
  }
  const head = chain[9]!.block;
  const downTo = (from: number, to: number): Uint8Array[] =>
    chain
      .slice(to, from)
      .map(({ rlp }) => rlp)
      .reverse();
  const at = (block: eth.ExecutionBlock): eth.Descent => ({ head: block, lowest: block, newest: [block] });
  /** A block whose parent is a header of the caller's making. */
  const childOf = (rlp: Uint8Array, number: bigint): eth.ExecutionBlock => ({ ...head, number, parentHash: hash(rlp) });

  it('are reached along parent hashes', () => {
    assert.deepEqual(eth.ancestorsOf(head, downTo(9, 3)).at(-1), chain[3]!.block);
    assert.deepEqual(eth.ancestorsOf(head, []), []);
  });

  it('are not reached past a gap, in another order, or by a header of another block', () => {
    assert.equal(
      ruleOf(() => eth.ancestorsOf(head, downTo(8, 3))),
      'WrongParent',
    );
    assert.equal(
      ruleOf(() => eth.ancestorsOf(head, downTo(9, 3).reverse())),
      'WrongParent',
    );
    assert.equal(
      ruleOf(() => eth.ancestorsOf(head, [chain[9]!.rlp])),
      'WrongParent',
    );
  });

  it('are not reached by a header with any byte changed', () => {
    const rlp = chain[8]!.rlp;
    for (let i = 0; i < rlp.length; i++) {
      const bytes = Uint8Array.from(rlp);
      bytes[i]! ^= 1;
      assert.equal(
        ruleOf(() => eth.ancestorsOf(head, [bytes])),
        'WrongParent',
      );
    }
  });

  it('are bounded in number for each call', () => {
    const many = Array.from({ length: eth.MAX_HEADERS + 1 }, () => chain[8]!.rlp);
    assert.equal(
      ruleOf(() => eth.ancestorsOf(head, many)),
      'TooManyHeaders',
    );
  });

  it('are as many as the bound says, and of a descent no more are kept', function () {
    this.timeout(60_000);
    const long: Uint8Array[] = [];
    for (let number = 0n, parentHash: Uint8Array = zero; number < 8_300n; number++) {
      const rlp = headerRlp({ parentHash, receiptsRoot: zero, number, timestamp: number });
      long.push(rlp);
      parentHash = hash(rlp);
    }
    const top = childOf(long.at(-1)!, 8_300n);
    const down = long.toReversed();
    assert.equal(eth.ancestorsOf(top, down.slice(0, 8_192)).length, 8_192);
    let descent = eth.extendDescent(at(top), down.slice(0, 8_192));
    assert.deepEqual([descent.newest.length, descent.lowest.number], [8_192, 108n]);
    assert.equal(descent.newest.at(-1)!.number, 109n);
    descent = eth.extendDescent(descent, down.slice(8_192, 8_250));
    assert.deepEqual([descent.newest.length, descent.lowest.number, descent.newest.at(-1)!.number], [8_192, 50n, 109n]);
  });

  it('share no memory with what they were read from', () => {
    const rlp = Uint8Array.from(chain[8]!.rlp);
    const [block] = eth.ancestorsOf(head, [rlp]);
    rlp.fill(0);
    assert.deepEqual(block, chain[8]!.block);
  });

  it('have headers of the forks that are known, with the next lower number', () => {
    const fields = { parentHash: zero, receiptsRoot: zero, number: 7n, timestamp: 1n };
    const judge = (rlp: Uint8Array) => ruleOf(() => eth.ancestorsOf(childOf(rlp, 8n), [rlp]));
    assert.equal(judge(headerRlp(fields)), 'accepted');
    assert.equal(judge(headerRlp({ ...fields, number: 6n })), 'MalformedHeader');
    assert.equal(judge(headerRlp({ ...fields, number: 8n })), 'MalformedHeader');
    assert.equal(judge(headerRlp({ ...fields, more: ['0x'] })), 'MalformedHeader');
    assert.equal(judge(headerRlp({ ...fields, less: 1 })), 'MalformedHeader');
    assert.equal(judge(headerRlp({ ...fields, receiptsRoot: new Uint8Array(31) })), 'MalformedHeader');
    assert.equal(judge(Uint8Array.from([...headerRlp(fields), 0])), 'MalformedRlp');
  });

  it('lead a new head down to the old one, in several steps', () => {
    const old = chain[2]!.block;
    let descent = at(head);
    descent = eth.extendDescent(descent, downTo(9, 6));
    assert.equal(
      ruleOf(() => eth.adoptHead(old, descent)),
      'HeadNotDescendant',
    );
    descent = eth.extendDescent(descent, downTo(6, 2));
    assert.equal(eth.adoptHead(old, descent), head);
    assert.equal(eth.adoptHead(head, at(head)), head);
  });

  it('keep the old head when a fork does not lead to it', () => {
    const fork = headerRlp({ parentHash: chain[1]!.block.hash, receiptsRoot: zero, number: 12n, timestamp: 112n });
    const top = childOf(fork, 13n);
    const descent = eth.extendDescent(at(top), [fork]);
    assert.equal(
      ruleOf(() => eth.adoptHead(chain[2]!.block, descent)),
      'HeadNotDescendant',
    );
    const below = eth.extendDescent(descent, [chain[1]!.rlp]);
    assert.equal(
      ruleOf(() => eth.adoptHead(chain[2]!.block, below)),
      'HeadNotDescendant',
    );
    assert.equal(
      ruleOf(() => eth.adoptHead(chain[9]!.block, at(chain[2]!.block))),
      'HeadNotDescendant',
    );
  });
});

describe('receipts', () => {
  // 300 receipts: keys of one, two and three bytes.
  const receipts = Array.from({ length: 300 }, (_, i) => receiptBytes({ type: i % 5, logs: [messageLog(BigInt(i))] }));
  const { block, prove } = blockWith(receipts);
  const judge = (index: number, proof: Uint8Array[], root = block.receiptsRoot) =>
    ruleOf(() => eth.verifyReceipt({ ...block, receiptsRoot: root }, index, proof));

  it('are proven at every index, for every type', () => {
    for (const index of [0, 1, 15, 16, 127, 128, 129, 255, 256, 299]) {
      const receipt = eth.verifyReceipt(block, index, prove(index));
      assert.deepEqual(receipt.logs, [messageLog(BigInt(index))]);
      assert.equal(eth.messageInReceipt(CHAIN, OUTBOX, receipt, 0).message.nonce, BigInt(index));
    }
  });

  it('are not proven under another root or index', () => {
    assert.equal(judge(3, prove(3), hash(Uint8Array.of(1))), 'WrongTrieNode');
    assert.equal(judge(4, prove(3)), 'WrongTrieNode');
    assert.equal(judge(300, prove(299)), 'AbsentKey');
    assert.equal(judge(299, prove(0)), 'WrongTrieNode');
    // The root is what the block says, never what the proof begins with.
    const other = blockWith([receipts[3]!, receipts[4]!]);
    assert.equal(judge(0, other.prove(0)), 'WrongTrieNode');
  });

  it('are not proven with a node changed, missing, repeated or added', () => {
    const honest = prove(200);
    for (const [i, node] of honest.entries()) {
      for (let offset = 0; offset < node.length; offset += 5) {
        const tampered = Uint8Array.from(node);
        tampered[offset]! ^= 4;
        assert.equal(judge(200, honest.with(i, tampered)), 'WrongTrieNode');
      }
      assert.notEqual(judge(200, honest.toSpliced(i, 1)), 'accepted');
      assert.notEqual(judge(200, honest.toSpliced(i, 0, node)), 'accepted');
    }
    assert.equal(judge(200, [...honest, honest.at(-1)!]), 'UnusedTrieNode');
    assert.equal(judge(200, []), 'WrongTrieNode');
    assert.equal(
      judge(
        200,
        Array.from({ length: 12 }, () => honest[0]!),
      ),
      'ProofTooLong',
    );
  });

  it('have an index that a block can have', () => {
    for (const index of [-1, 1.5, NaN, 2 ** 32, Infinity])
      assert.equal(judge(index, prove(0)), 'InvalidTransactionIndex');
  });

  it('stand in a trie of one', () => {
    const single = blockWith([receipts[0]!]);
    assert.equal(
      ruleOf(() => eth.verifyReceipt(single.block, 0, single.prove(0))),
      'accepted',
    );
    assert.equal(
      ruleOf(() => eth.verifyReceipt(single.block, 1, single.prove(0))),
      'AbsentKey',
    );
  });

  const reading = (receipt: Uint8Array): string => {
    const single = blockWith([receipt]);
    return ruleOf(() => eth.verifyReceipt(single.block, 0, single.prove(0)));
  };

  it('are read strictly', () => {
    assert.equal(reading(receiptBytes({})), 'accepted');
    assert.equal(reading(receiptBytes({ status: '0x' })), 'FailedTransaction');
    assert.equal(reading(receiptBytes({ status: '0x', logs: [messageLog(0n)] })), 'FailedTransaction');
    assert.equal(reading(receiptBytes({ status: '0x02' })), 'MalformedReceipt');
    assert.equal(reading(receiptBytes({ status: `0x${'11'.repeat(32)}` })), 'MalformedReceipt');
    assert.equal(reading(receiptBytes({ status: '0x0101' })), 'MalformedReceipt');
    assert.equal(reading(Uint8Array.of(0, ...receiptBytes({ type: 0 }))), 'MalformedReceipt');
    assert.equal(reading(receiptBytes({ type: 5 })), 'MalformedReceipt');
    assert.equal(reading(receiptBytes({ type: 0x7f })), 'MalformedReceipt');
    assert.equal(reading(receiptBytes({ bloom: '0x00' })), 'MalformedReceipt');
    assert.equal(reading(Uint8Array.from([...receiptBytes({}), 0])), 'MalformedRlp');
    assert.equal(reading(Uint8Array.of(2)), 'MalformedRlp');
    const [status, gas, bloom, logs] = rlpList(receiptBytes({ type: 0 })) as [
      Uint8Array,
      Uint8Array,
      Uint8Array,
      Uint8Array,
    ];
    const listOf = (...items: Uint8Array[]): Uint8Array => {
      const length = items.reduce((sum, item) => sum + item.length, 0);
      return Uint8Array.from([0xf9, length >> 8, length & 255, ...items.flatMap((item) => [...item])]);
    };
    assert.equal(reading(listOf(status, gas, bloom, logs)), 'accepted');
    assert.equal(reading(listOf(status, Uint8Array.of(0x82, 0, 1), bloom, logs)), 'MalformedRlp');
    assert.equal(reading(listOf(status, gas, bloom)), 'MalformedReceipt');
    assert.equal(reading(listOf(status, gas, bloom, logs, logs)), 'MalformedReceipt');
    const topic: Hex = `0x${'01'.repeat(32)}`;
    const address: Hex = `0x${'01'.repeat(20)}`;
    assert.equal(reading(receiptBytes({ rawLogs: [[address, Array<Hex>(4).fill(topic), '0x']] })), 'accepted');
    assert.equal(reading(receiptBytes({ rawLogs: [[address, Array<Hex>(5).fill(topic), '0x']] })), 'MalformedReceipt');
    assert.equal(reading(receiptBytes({ rawLogs: [[topic, [], '0x']] })), 'MalformedReceipt');
    assert.equal(reading(receiptBytes({ rawLogs: [[address, ['0x01'], '0x']] })), 'MalformedReceipt');
    assert.equal(reading(receiptBytes({ rawLogs: [[address, [topic, '0x01'], '0x']] })), 'MalformedReceipt');
    assert.equal(reading(receiptBytes({ rawLogs: [[address, []]] })), 'MalformedReceipt');
    assert.equal(reading(receiptBytes({ rawLogs: '0x01' })), 'MalformedRlp');
  });
});

describe('messages in receipts', () => {
  const judge = (logs: EvmLog[], logIndex: number, chain = CHAIN, outbox = OUTBOX): string => {
    const { block, prove } = blockWith([receiptBytes({ logs })]);
    return ruleOf(() => eth.messageInReceipt(chain, outbox, eth.verifyReceipt(block, 0, prove(0)), logIndex));
  };
  const honest = messageLog(7n);

  it('are read at their index', () => {
    assert.equal(judge([messageLog(1n, OTHER), honest], 1), 'accepted');
    for (const index of [2, -1, 0.5, NaN]) assert.equal(judge([messageLog(1n, OTHER), honest], index), 'LogMissing');
    assert.equal(judge([], 0), 'LogMissing');
  });

  it('are refused from another emitter, even one with the same message', () => {
    assert.equal(judge([messageLog(7n, OTHER)], 0), 'WrongEmitter');
    assert.equal(judge([{ ...honest, address: OTHER }], 0), 'WrongEmitter');
    assert.equal(judge([messageLog(1n, OTHER), honest], 0), 'WrongEmitter');
  });

  it('are refused in another event or encoding', () => {
    const [topic, id, destination] = honest.topics as [Uint8Array, Uint8Array, Uint8Array];
    const padded = Uint8Array.from([...honest.data, ...new Uint8Array(32)]);
    assert.equal(judge([{ ...honest, topics: [hash(topic), id, destination] }], 0), 'InvalidLogTopics');
    assert.equal(judge([{ ...honest, topics: [topic, id] }], 0), 'InvalidLogTopics');
    assert.equal(judge([{ ...honest, data: padded }], 0), 'InvalidLogData');
    assert.equal(judge([{ ...honest, topics: [topic, hash(id), destination] }], 0), 'InvalidLogMessageId');
    assert.equal(judge([{ ...honest, topics: [topic, id, hash(id)] }], 0), 'InvalidLogDestinationChain');
  });

  it("are refused as another chain's", () => {
    assert.equal(judge([messageLog(7n, OUTBOX, 1n)], 0), 'InvalidLogOriginChain');
    assert.equal(judge([honest], 0, 1n), 'InvalidLogOriginChain');
  });

  it('have one id wherever a duplicate log stands', () => {
    const { block, prove } = blockWith([
      receiptBytes({ logs: [honest, honest, messageLog(7n, OUTBOX, CHAIN, 'other')] }),
    ]);
    const receipt = eth.verifyReceipt(block, 0, prove(0));
    const [first, second, third] = [0, 1, 2].map((i) =>
      toHex(eth.messageInReceipt(CHAIN, OUTBOX, receipt, i).messageId),
    );
    assert.equal(first, second);
    assert.notEqual(first, third);
  });
});

describe('trie proofs', () => {
  const word = (byte: number): Uint8Array => new Uint8Array(40).fill(byte);
  const judge = (root: Uint8Array, key: Uint8Array, proof: Uint8Array[]) =>
    ruleOf(() => verifyTrieProof(root, key, proof));
  const raw = (value: unknown): Uint8Array => fromHex(toRlp(value as Hex));
  /** A proof over nodes that the caller makes, each under the hash of the next. */
  const rootOf = (node: Uint8Array): Uint8Array => fromHex(keccak256(node));

  it('agree with a trie of any keys of equal length', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.uint8Array({ minLength: 3, maxLength: 3 }), {
          minLength: 2,
          maxLength: 40,
          selector: (key) => toHex(key),
        }),
        fc.integer({ min: 1, max: 60 }),
        (keys, length) => {
          const [absent, ...present] = keys as [Uint8Array, ...Uint8Array[]];
          const trie = buildTrie(present.map((key, i) => [key, new Uint8Array(length).fill(i + 1)] as const));
          for (const [i, key] of present.entries()) {
            assert.deepEqual(verifyTrieProof(trie.root, key, trie.prove(key)), new Uint8Array(length).fill(i + 1));
          }
          const rule = judge(trie.root, absent, trie.prove(absent));
          assert.ok(rule === 'AbsentKey', rule);
        },
      ),
      runs(100),
    );
  });

  it('go through nodes that stand inside their parents', () => {
    const trie = buildTrie([
      [Uint8Array.of(0x12), Uint8Array.of(1)],
      [Uint8Array.of(0x13), Uint8Array.of(2)],
    ]);
    const proof = trie.prove(Uint8Array.of(0x13));
    assert.equal(proof.length, 1);
    assert.deepEqual(verifyTrieProof(trie.root, Uint8Array.of(0x13), proof), Uint8Array.of(2));
    assert.equal(judge(trie.root, Uint8Array.of(0x14), proof), 'AbsentKey');
  });

  it('refuse a node of 32 bytes or more inside another', () => {
    const judgeInner = (length: number): string => {
      // One byte each for the list's head, the path and the value's head.
      const inner = ['0x33', toHex(new Uint8Array(length - 3).fill(1))];
      assert.equal(raw(inner).length, length);
      const branch = raw([...Array<string>(2).fill('0x'), inner, ...Array<string>(14).fill('0x')]);
      return judge(rootOf(branch), Uint8Array.of(0x23), [branch]);
    };
    assert.deepEqual([31, 32, 43].map(judgeInner), ['accepted', 'MalformedTrieNode', 'MalformedTrieNode']);
  });

  it('are as long as the longest key of a receipt makes them', () => {
    // A branch at each of ten nibbles, and the leaf.
    const key = new Uint8Array(5);
    const others = Array.from({ length: 10 }, (_, i) => key.with(i >> 1, i % 2 === 0 ? 0x10 : 1));
    const trie = buildTrie([key, ...others].map((path, i) => [path, word(i)] as const));
    const proof = trie.prove(key);
    assert.equal(proof.length, 11);
    assert.deepEqual(verifyTrieProof(trie.root, key, proof), word(0));
  });

  it('share no memory with the value that they prove', () => {
    const leaf = raw(['0x2012', toHex(word(7))]);
    const value = verifyTrieProof(rootOf(leaf), Uint8Array.of(0x12), [leaf]);
    leaf.fill(0);
    assert.deepEqual(value, word(7));
  });

  it('refuse a deeper node for a leaf, and a leaf for a deeper node', () => {
    const leaf = raw(['0x35', toHex(word(7))]);
    const extension = raw(['0x0012', toHex(rootOf(leaf))]);
    // The extension stands where a leaf would: its child's hash is no value.
    assert.equal(judge(rootOf(extension), Uint8Array.of(0x12), [extension]), 'WrongTrieNode');
    assert.equal(judge(rootOf(extension), Uint8Array.of(0x12), [extension, leaf]), 'AbsentKey');
    // The leaf's value is a node: it is a value all the same.
    const node = raw(['0x35', toHex(word(9))]);
    const holder = raw(['0x2012', toHex(node)]);
    assert.equal(judge(rootOf(holder), Uint8Array.of(0x12, 0x35), [holder, node]), 'AbsentKey');
    assert.deepEqual(verifyTrieProof(rootOf(holder), Uint8Array.of(0x12), [holder]), node);
    assert.equal(judge(rootOf(holder), Uint8Array.of(0x12), [holder, node]), 'UnusedTrieNode');
  });

  it('refuse keys that end early or go on', () => {
    const leaf = raw(['0x2012', toHex(word(7))]);
    assert.equal(judge(rootOf(leaf), Uint8Array.of(0x12), [leaf]), 'accepted');
    for (const key of [[], [0x12, 0x34], [0x13], [0x02]])
      assert.equal(judge(rootOf(leaf), Uint8Array.from(key), [leaf]), 'AbsentKey');
    const branch = raw([toHex(rootOf(leaf)), ...Array<string>(16).fill('0x')]);
    assert.equal(judge(rootOf(branch), Uint8Array.of(), [branch]), 'AbsentKey');
    assert.equal(judge(rootOf(branch), Uint8Array.of(0x10), [branch]), 'AbsentKey');
  });

  it('refuse nodes of no valid form', () => {
    const forms = {
      'one item': ['0x2012'],
      'three items': ['0x2012', '0x01', '0x01'],
      'no prefix': ['0x', toHex(word(1))],
      'an unknown flag': ['0x4012', toHex(word(1))],
      'padding that is not zero': ['0x2112', toHex(word(1))],
      'an extension without a path': ['0x00', toHex(word(1).slice(0, 32))],
      'a branch with a value': [...Array<string>(16).fill('0x'), '0x01'],
      'a reference of 31 bytes': ['0x0012', toHex(word(1).slice(0, 31))],
    };
    for (const [name, form] of Object.entries(forms)) {
      const node = raw(form);
      assert.equal(judge(rootOf(node), Uint8Array.of(0x12), [node]), 'MalformedTrieNode', name);
    }
    const list = raw(['0x2012', ['0x01']]);
    assert.equal(judge(rootOf(list), Uint8Array.of(0x12), [list]), 'MalformedRlp');
  });

  it('keys receipts as viem encodes their index', () => assert.deepEqual(keyOf(128), Uint8Array.of(0x81, 0x80)));
});
