import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import jsSha3 from 'js-sha3';
import { filler, hex, keccak, patched, toBigInt, uint, unhex } from '../../scripts/vectors/bytes.ts';
import { buildSuites, findStaleFiles, renderFiles, VECTORS_DIRECTORY } from '../../scripts/vectors/generate.ts';
import { OPERATIONS } from '../../scripts/vectors/operations.ts';
import {
  abiBytes,
  chainFamily,
  merkleRoot,
  node,
  TOPIC_MESSAGE_SENT,
  uleb,
  verifyProof,
} from '../../scripts/vectors/reference.ts';
import * as curve from '../../scripts/vectors/secp256k1.ts';
import * as answers from '../../scripts/vectors/self-check.ts';
import { brokenFromHereOn, newSuite } from '../../scripts/vectors/suite.ts';
import type { Suite, Vector } from '../../scripts/vectors/suite.ts';

const root = path.resolve(import.meta.dirname, '../..');
const spec = readFileSync(path.join(root, 'docs/spec/protocol.md'), 'utf8');
const readme = readFileSync(path.join(VECTORS_DIRECTORY, 'README.md'), 'utf8');
const sha256 = (text: string | Uint8Array): Buffer => createHash('sha256').update(text).digest();

/** The text of sections `from` to `to` of the spec. */
function sections(text: string, from: number, to: number): string {
  const parts = text.split(/^## (?=\d+\. )/m).filter((part) => {
    const number = Number.parseInt(part, 10);
    return number >= from && number <= to;
  });
  assert.equal(parts.length, to - from + 1, `the spec has no sections ${from} to ${to}`);
  return parts.join('');
}

/** Names of the rules that bytes of the right width can break: from the rule tables and from the prose. */
function ruleNames(text: string): Set<string> {
  const body = sections(text, 2, 10);
  const names = new Set<string>();
  let inRuleTable = false;
  for (const line of body.split('\n')) {
    if (!line.startsWith('|')) inRuleTable = false;
    else if (/^\| *rule\b/.test(line)) inRuleTable = true;
    const row = inRuleTable ? /^\| *`([A-Za-z0-9]+)` *\|/.exec(line) : null;
    if (row?.[1] !== undefined) names.add(row[1]);
  }
  for (const [, name = ''] of body.matchAll(/`(Invalid[A-Za-z0-9]*)`/g)) names.add(name);
  for (const [, sentence = ''] of body.matchAll(/\(([^()]*) exist for that[^()]*\)/g)) {
    for (const [, name = ''] of sentence.matchAll(/`([A-Za-z0-9]+)`/g)) names.delete(name);
  }
  return names;
}

/** Operations of the table of the README, in its order. */
function readmeOperations(): string[] {
  return [...readme.matchAll(/^\| `([a-z][A-Za-z]*\.[a-z][A-Za-z]*)` \|/gm)].map(([, op = '']) => op);
}

describe('vector generator', () => {
  let suites: Suite[];
  let vectors: Vector[];
  before(() => {
    suites = buildSuites();
    vectors = suites.flatMap((suite) => suite.vectors);
  });

  describe('primitives', () => {
    it('Keccak-256 gives the published digests', () => {
      for (const [text, digest] of answers.KECCAK_ANSWERS) assert.equal(hex(keccak(Buffer.from(text))), digest);
      assert.equal(hex(keccak(Buffer.from('a'), Buffer.from('bc'))), answers.KECCAK_ANSWERS[1]?.[1]);
    });

    it('RFC 6979 gives the published nonces and signatures', () => {
      for (const { key, text, k, r, s } of answers.NONCE_ANSWERS) {
        assert.equal(curve.deterministicNonce(key, sha256(text)), k);
        const signature = curve.sign(key, sha256(text));
        assert.deepEqual([signature.r, signature.s], [r, s]);
      }
    });

    it('private keys have their Ethereum addresses', () => {
      for (const [key, address] of answers.ADDRESS_ANSWERS) {
        assert.equal(hex(curve.addressOf(curve.publicKey(key))), address);
      }
    });

    it('recovers the signer of the ECRECOVER test of go-ethereum, and another one for the other v', () => {
      const { digest, signature, signer } = answers.RECOVER_ANSWER;
      const key = curve.recover(digest, signature);
      assert.ok(key !== null);
      assert.equal(hex(curve.addressOf(key)), signer);
      const other = curve.recover(digest, { ...signature, v: 27 });
      assert.ok(other !== null);
      assert.notEqual(hex(curve.addressOf(other)), signer);
    });

    it('the group law holds where formulas have their exceptions', () => {
      const { G, N } = curve;
      const minusG = { x: G.x, y: curve.P - G.y };
      assert.equal(curve.multiply(G, N), null);
      assert.equal(curve.multiply(G, 0n), null);
      assert.deepEqual(curve.multiply(G, N - 1n), minusG);
      assert.equal(curve.add(G, minusG), null);
      assert.deepEqual(curve.add(G, null), G);
      assert.deepEqual(curve.add(null, G), G);
      assert.deepEqual(curve.add(G, G), curve.multiply(G, 2n));
      // SEC 2's generator doubled, as it is published with the curve's test vectors.
      assert.equal(curve.multiply(G, 2n)?.x, 0xc6047f9441ed7d6d3045406e95c07cd85c778e4b8cef3ca7abac09b95c709ee5n);
      const [a, b] = [toBigInt(filler('a', 32)), toBigInt(filler('b', 32))];
      assert.deepEqual(curve.add(curve.multiply(G, a), curve.multiply(G, b)), curve.multiply(G, curve.mod(a + b, N)));
    });

    it('finds points by their x coordinate alone where the curve has one', () => {
      assert.deepEqual(curve.pointAt(curve.G.x, false), curve.G);
      assert.equal(curve.pointAt(curve.G.x, true)?.y, curve.P - curve.G.y);
      assert.equal(curve.pointAt(5n, false), null);
      assert.equal(curve.pointAt(curve.P + curve.G.x, false), null);
    });

    it('agrees with node:crypto on keys and signatures', () => {
      for (let i = 0; i < 4; i += 1) {
        const key = toBigInt(filler(`test key ${i}`, 32)) % curve.N;
        const own = curve.publicKey(key);
        const openssl = answers.opensslPublicKey(key);
        assert.equal(hex(Buffer.concat([Buffer.of(4), uint(own.x, 32), uint(own.y, 32)])), hex(openssl));
        const message = filler(`test message ${i}`, 50);
        const signature = curve.sign(key, sha256(message));
        assert.ok(signature.s <= curve.HALF_N);
        assert.ok(answers.opensslVerifies(openssl, message, signature));
        assert.ok(!answers.opensslVerifies(openssl, patched(message, 0, [1, 2]), signature));
        assert.deepEqual(curve.recover(sha256(message), signature), own);
      }
    });

    it('integers and hex are taken only in their one form', () => {
      assert.equal(hex(uint(258n, 4)), '0x00000102');
      assert.equal(hex(uint(2n ** 64n - 1n, 8)), '0xffffffffffffffff');
      assert.throws(() => uint(256, 1), RangeError);
      assert.throws(() => uint(-1, 1), RangeError);
      assert.equal(toBigInt(unhex('0x0102')), 258n);
      for (const text of ['', '0', '0x0', '0xAB', 'ab', '0xab ', 7]) assert.throws(() => unhex(text), TypeError);
    });

    it('filler depends on its label alone', () => {
      assert.deepEqual(filler('x', 33).subarray(0, 32), filler('x', 32));
      assert.notDeepEqual(filler('x', 32), filler('y', 32));
      assert.equal(filler('x', 0).length, 0);
      assert.equal(
        new Set(Array.from({ length: 100 }, (_, i) => hex(filler('x', 3200).subarray(32 * i, 32 * i + 32)))).size,
        100,
      );
    });

    it('ULEB128 and ABI encoding give the examples of their standards', () => {
      // BCS: https://github.com/diem/bcs, section "ULEB128-Encoded Integers".
      for (const [value, bytes] of [
        [1, '0x01'],
        [128, '0x8001'],
        [16384, '0x808001'],
        [2097152, '0x80808001'],
        [9487, '0x8f4a'],
      ] as const) {
        assert.equal(hex(uleb(value)), bytes);
      }
      // Solidity, "Contract ABI Specification": the bytes "dave" behind an offset.
      const dave = '0000000000000000000000000000000000000000000000000000000000000004' + '64617665'.padEnd(64, '0');
      assert.equal(hex(abiBytes(Buffer.from('dave'))), '0x' + '20'.padStart(64, '0') + dave);
      assert.equal(abiBytes(Buffer.alloc(32)).length, 96);
      assert.equal(hex(TOPIC_MESSAGE_SENT), hex(keccak(Buffer.from('MessageSent(bytes32,uint64,bytes)'))));
    });

    it('a tree of three carries its last leaf up, and its root holds the count', () => {
      const [a, b, c] = [filler('a', 32), filler('b', 32), filler('c', 32)] as const;
      const hashHex = (...parts: string[]): string => '0x' + jsSha3.keccak256(Buffer.from(parts.join(''), 'hex'));
      const [aHex, bHex, cHex] = [a, b, c].map((bytes) => bytes.toString('hex')) as [string, string, string];
      const top = hashHex('01', hashHex('01', aHex, bHex).slice(2), cHex);
      const three = hashHex('03', '00000003', top.slice(2));
      assert.equal(hex(merkleRoot([a, b, c])), three);
      assert.notEqual(hex(merkleRoot([a, b, c, c])), three);
      assert.equal(hex(merkleRoot([a])), hashHex('03', '00000001', aHex));
      verifyProof(unhex(three), c, 2, 3, node(a, b));
      assert.throws(() => verifyProof(unhex(three), c, 2, 4, node(a, b)), { rule: 'InvalidProofLength' });
      assert.throws(() => verifyProof(unhex(top), c, 2, 3, node(a, b)), { rule: 'InvalidProof' });
    });
  });

  describe('writing', () => {
    it('stops where the stated outcome is not what the reference finds', () => {
      const writer = newSuite('chain', 2);
      assert.throws(() => writer.valid('validate', 'x', { chain: '0' }), /stated valid, .* finds InvalidChain/);
      assert.throws(() => writer.invalid('validate', 'x', { chain: '1' }, 'InvalidChain'), /finds valid/);
      assert.throws(() => writer.invalid('validate', 'x', { chain: '0' }, 'InvalidOther'), /stated InvalidOther/);
      assert.throws(() => writer.valid('unknown', 'x', {}), /no operation chain.unknown/);
      assert.deepEqual(writer.suite.vectors, []);
    });

    it('stops where a value does not have its form or width', () => {
      const writer = newSuite('chain', 2);
      for (const chain of [1, '01', '0x1', '-1', String(2n ** 64n)]) {
        assert.throws(
          () => writer.valid('validate', 'x', { chain }),
          (error: Error) => error.cause instanceof TypeError,
        );
      }
      for (const identifier of ['0x000000', '0x0000000000', '00000000']) {
        assert.throws(
          () => writer.valid('sui', 'x', { identifier }),
          (error: Error) => error.cause instanceof TypeError,
        );
      }
      assert.throws(() => OPERATIONS['revocation.encode']?.({ kind: 256, target: hex(Buffer.alloc(32)) }), TypeError);
      assert.throws(() => chainFamily(2n ** 64n, 'InvalidChain'), RangeError);
    });

    it('breaks each rule together with all later ones', () => {
      const breach = (rule: string) => ({ rule, about: rule, apply: (value: string) => value + rule });
      assert.deepEqual(brokenFromHereOn('', ['A', 'B', 'C'].map(breach)), [
        { value: 'CBA', rule: 'A' },
        { value: 'CB', rule: 'B' },
      ]);
    });

    it('gives the same bytes every time', () => {
      assert.deepEqual(renderFiles(buildSuites()), renderFiles(suites));
    });

    it('gives the committed files', () => {
      assert.deepEqual(findStaleFiles(VECTORS_DIRECTORY, renderFiles(suites)), []);
    });

    it('gives JSON that reads back', () => {
      for (const [name, contents] of renderFiles(suites)) {
        const suite = suites.find(({ noun }) => `${noun}.json` === name);
        assert.deepEqual(JSON.parse(contents), suite);
      }
    });

    it('--check names what is missing, changed or foreign', () => {
      const directory = mkdtempSync(path.join(tmpdir(), 'corridor-vectors-'));
      try {
        const files = renderFiles(suites);
        for (const [name, contents] of files) writeFileSync(path.join(directory, name), contents);
        assert.deepEqual(findStaleFiles(directory, files), []);

        const nonce = files.get('nonce.json') ?? '';
        writeFileSync(path.join(directory, 'nonce.json'), nonce.replace('nonce-split-003', 'nonce-split-030'));
        writeFileSync(path.join(directory, 'chain.json'), (files.get('chain.json') ?? '') + '\n');
        rmSync(path.join(directory, 'merkle.json'));
        writeFileSync(path.join(directory, 'other.json'), '{}');
        const problems = findStaleFiles(directory, files).toSorted();
        assert.equal(problems.length, 4);
        assert.match(problems[0] ?? '', /^chain\.json differs from line \d+ on$/);
        assert.equal(problems[1], 'merkle.json is missing');
        assert.equal(problems[2], 'nonce.json differs from line 4 on');
        assert.equal(problems[3], 'other.json is written by no suite');
        assert.equal(findStaleFiles(path.join(directory, 'absent'), files).length, files.size);
      } finally {
        rmSync(directory, { recursive: true });
      }
    });

    it('the command fails with a clear message for a stale file and for an unknown option, and only then', () => {
      const copy = mkdtempSync(path.join(tmpdir(), 'corridor-vectors-'));
      try {
        for (const name of ['package.json', 'scripts/vectors', 'test/vectors']) {
          cpSync(path.join(root, name), path.join(copy, name), { recursive: true });
        }
        symlinkSync(path.join(root, 'node_modules'), path.join(copy, 'node_modules'));
        const run = (option: string) =>
          spawnSync(process.execPath, ['scripts/vectors/generate.ts', option], { cwd: copy, encoding: 'utf8' });
        const fresh = run('--check');
        assert.equal(fresh.status, 0, fresh.stderr);

        const chain = path.join(copy, 'test/vectors/chain.json');
        writeFileSync(chain, readFileSync(chain, 'utf8').replace('"family":83', '"family":84'));
        const stale = run('--check');
        assert.equal(stale.status, 1);
        assert.match(stale.stderr, /test\/vectors is stale; run "node scripts\/vectors\/generate\.ts"/);
        assert.match(stale.stderr, /chain\.json differs from line \d+ on/);

        const unknown = run('--chek');
        assert.notEqual(unknown.status, 0);
        assert.match(unknown.stderr, /unknown option --chek/);
      } finally {
        rmSync(copy, { recursive: true });
      }
    });

    it('imports nothing of the implementations and none of their libraries', () => {
      const folder = path.join(root, 'scripts/vectors');
      const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
      assert.ok(files.length >= 10);
      for (const name of files) {
        const file = path.join(folder, name);
        const source = readFileSync(file, 'utf8');
        assert.doesNotMatch(source, /\b(?:import|require)\s*\(|createRequire/, `${name} loads code by a call`);
        for (const [, target = ''] of source.matchAll(/\bfrom '([^']+)'/g)) {
          const inside =
            target.startsWith('.') && path.resolve(path.dirname(file), target).startsWith(folder + path.sep);
          assert.ok(inside || isBuiltin(target) || target === 'js-sha3', `${name} imports ${target}`);
        }
      }
    });
  });

  describe('coverage', () => {
    it('has at least 300 vectors, within 700 KiB and with few long bodies', () => {
      const files = renderFiles(suites);
      assert.ok(vectors.length >= 300, `${vectors.length} vectors`);
      const size = [...files.values()].reduce((sum, contents) => sum + Buffer.byteLength(contents), 0);
      assert.ok(size < 700 * 1024, `${size} bytes`);
      assert.ok(vectors.filter((vector) => JSON.stringify(vector).length > 16_000).length <= 10);
    });

    it('numbers vectors without gaps under unique ids', () => {
      assert.equal(new Set(vectors.map(({ id }) => id)).size, vectors.length);
      const counts = new Map<string, number>();
      for (const { id, op } of vectors) {
        const number = (counts.get(op) ?? 0) + 1;
        counts.set(op, number);
        const kebab = op.replace('.', '-').replace(/[A-Z]/g, (letter) => '-' + letter.toLowerCase());
        assert.equal(id, `${kebab}-${String(number).padStart(3, '0')}`);
      }
    });

    it('no two vectors ask the same', () => {
      const seen = new Map<string, string>();
      for (const { id, op, in: input } of vectors) {
        const key = JSON.stringify([op, input]);
        assert.equal(seen.get(key), undefined, `${id} repeats ${seen.get(key)}`);
        seen.set(key, id);
      }
    });

    it('has exactly the operations of the README, each with valid vectors', () => {
      const operations = readmeOperations();
      assert.ok(operations.length >= 24);
      assert.deepEqual(Object.keys(OPERATIONS).toSorted(), operations.toSorted());
      for (const op of operations) {
        assert.ok(
          vectors.some((vector) => vector.op === op && vector.out !== undefined),
          `${op} has no valid vector`,
        );
      }
    });

    it('every operation that can fail has invalid vectors', () => {
      const total = ['chain.sui', 'nonce.split', 'merkle.plainLeaf', 'merkle.confidentialLeaf'];
      for (const op of readmeOperations()) {
        const fails = vectors.some((vector) => vector.op === op && vector.error !== undefined);
        assert.equal(fails, !total.includes(op), op);
      }
    });

    it('a vector has either an outcome or an error', () => {
      for (const { id, out, error } of vectors) assert.equal(out === undefined, error !== undefined, id);
    });

    it('breaks every rule of sections 2 to 10, and no other', () => {
      const rules = ruleNames(spec);
      assert.ok(rules.size >= 45, `the spec's tables give only ${rules.size} rules`);
      const broken = new Set(vectors.flatMap(({ error }) => error ?? []));
      assert.deepEqual(
        [...rules].filter((rule) => !broken.has(rule)),
        [],
        'rules without a vector',
      );
      assert.deepEqual(
        [...broken].filter((rule) => !rules.has(rule)),
        [],
        'rules that the spec does not name',
      );
    });

    it('sees a rule that the spec gains, in a table of any section and in the prose', () => {
      for (const rule of ['InvalidMessageLength', 'InvalidLogData', 'InvalidProof', 'UnorderedSigners']) {
        const row = `| \`${rule}\` |`;
        assert.ok(spec.includes(row));
        assert.ok(ruleNames(spec.replace(row, `| \`GainedRule\` | broken when gained |\n${row}`)).has('GainedRule'));
      }
      const prose = spec.replace('(`InvalidMessageOutbox`)', '(`InvalidMessageOutbox`, `InvalidGained`)');
      assert.ok(ruleNames(prose).has('InvalidGained'));
      assert.ok(!ruleNames(spec).has('InvalidMessageNonce'));
      assert.ok(!ruleNames(spec).has('InvalidStatementAnchorHeight'));
    });
  });
});
