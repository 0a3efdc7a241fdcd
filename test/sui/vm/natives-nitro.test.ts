import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { encode } from 'cborg';
import { AWS_NITRO_ROOT } from '../../../localnet/sui/natives/env.ts';
import { parseNitroDocument } from '../../../localnet/sui/natives/nitro.ts';
import { parseCertificate } from '../../../localnet/sui/natives/x509.ts';
import { Bytes, refTo, type Struct, type Vec } from '../../../localnet/sui/vm/values.ts';
import { type CertificateSpec, document, fingerprint, issue, payload } from './certificates.ts';
import { NativeHarness, toHex } from './native-call.ts';

const LOAD = 'sui::nitro_attestation::load_nitro_attestation_internal';
const E_PARSE = 1;
const E_VERIFY = 2;
const NOW = BigInt(Date.parse('2025-06-15T12:00:00Z'));

function load(bytes: Uint8Array, root: string, now = NOW): Struct {
  const harness = new NativeHarness([], { nitroRoot: root });
  return harness.call(LOAD, [refTo(new Bytes(bytes.slice())), now]) as Struct;
}

function abortOf(bytes: Uint8Array, root: string, now = NOW): number | null {
  return new NativeHarness([], { nitroRoot: root }).abortOf(LOAD, [refTo(new Bytes(bytes.slice())), now]);
}

describe('sui natives: nitro_attestation', () => {
  const root = issue({ name: 'root' }, null);
  const middle = issue({ name: 'middle', constraints: { ca: true, pathLength: 0 } }, root);
  const leaf = issue({ name: 'leaf' }, middle);
  const trusted = fingerprint(root);
  const bundle = [root, middle];
  const signed = (change: Readonly<Record<string, unknown>> = {}): Uint8Array =>
    document(payload(leaf, bundle, change), leaf.key);

  it('loads a document, tagged or not', () => {
    for (const tagged of [false, true]) {
      const value = load(document(payload(leaf, bundle), leaf.key, { tagged }), trusted);
      const [moduleId, timestamp, digest, pcrs, publicKey, userData, nonce] = value.fields as [
        Bytes,
        bigint,
        Bytes,
        Vec,
        Struct,
        Struct,
        Struct,
      ];
      assert.equal(Buffer.from(moduleId.view()).toString(), 'i-0123-enc4567');
      assert.equal(timestamp, 1_750_000_000_000n);
      assert.equal(Buffer.from(digest.view()).toString(), 'SHA384');
      // Registers that are all zero are left out.
      const registers = pcrs.items.map((p) => (p as Struct).fields as [number, Bytes]);
      assert.deepEqual(
        registers.map(([index]) => index),
        [0, 1, 16],
      );
      assert.equal(toHex(registers[2]![1]), '03'.repeat(48));
      assert.equal(toHex((publicKey.fields[0] as Vec).items[0] as Bytes), '0405');
      assert.equal((userData.fields[0] as Vec).items.length, 0);
      assert.equal(((nonce.fields[0] as Vec).items[0] as Bytes).length, 0);
    }
  });

  it('refuses a signature over anything else', () => {
    const other = issue({ name: 'leaf' }, middle);
    assert.equal(abortOf(document(payload(leaf, bundle), other.key), trusted), E_VERIFY);
    const bytes = signed();
    const changed = bytes.slice();
    const at = Buffer.from(changed).indexOf('i-0123');
    changed[at]! ^= 1;
    assert.equal(abortOf(changed, trusted), E_VERIFY);
    const zero = document(payload(leaf, bundle), leaf.key, { signature: new Uint8Array(96) });
    assert.equal(abortOf(zero, trusted), E_VERIFY);
  });

  it('refuses chains to another root, even one of the same name', () => {
    const impostor = issue({ name: 'root' }, null);
    assert.equal(abortOf(signed(), fingerprint(impostor)), E_VERIFY);
    const fakeMiddle = issue({ name: 'middle', constraints: { ca: true } }, impostor);
    const fakeLeaf = issue({ name: 'leaf' }, fakeMiddle);
    assert.equal(abortOf(document(payload(fakeLeaf, [impostor, fakeMiddle]), fakeLeaf.key), trusted), E_VERIFY);
    // The genuine root on top of a chain that it did not issue.
    assert.equal(abortOf(document(payload(fakeLeaf, [root, fakeMiddle]), fakeLeaf.key), trusted), E_VERIFY);
    assert.equal(abortOf(document(payload(leaf, [middle, root]), leaf.key), trusted), E_VERIFY);
    assert.equal(abortOf(document(payload(leaf, [root]), leaf.key), trusted), E_VERIFY);
  });

  it('holds every certificate to its time, to the second', () => {
    const from = new Date('2025-06-15T11:59:59Z');
    const to = new Date('2025-06-15T12:00:01Z');
    const short = issue({ name: 'leaf', from, to }, middle);
    const bytes = document(payload(short, bundle), short.key);
    assert.equal(abortOf(bytes, trusted, NOW), null);
    assert.equal(abortOf(bytes, trusted, NOW - 1000n), null);
    assert.equal(abortOf(bytes, trusted, NOW - 1001n), E_VERIFY);
    assert.equal(abortOf(bytes, trusted, NOW + 1999n), null);
    assert.equal(abortOf(bytes, trusted, NOW + 2000n), E_VERIFY);
    const expired = issue({ name: 'middle', constraints: { ca: true }, to: new Date('2025-06-01') }, root);
    const under = issue({ name: 'leaf' }, expired);
    assert.equal(abortOf(document(payload(under, [root, expired]), under.key), trusted), E_VERIFY);
  });

  const middles: readonly [string, Partial<CertificateSpec>, number | null][] = [
    ['has no basic constraints', { constraints: null }, E_VERIFY],
    ['is no authority', { constraints: { ca: false } }, E_VERIFY],
    ['says so in an extension that is not critical', { constraints: { ca: true, critical: false } }, E_VERIFY],
    ['may not sign certificates', { usage: 0x80 }, E_VERIFY],
    ['has no key usage', { usage: null }, E_VERIFY],
    ['allows a path of length 0', { constraints: { ca: true, pathLength: 0 } }, null],
  ];
  for (const [name, spec, wanted] of middles) {
    it(`${wanted === null ? 'accepts' : 'refuses'} an issuer that ${name}`, () => {
      const issuer = issue({ name: 'middle', constraints: { ca: true }, ...spec }, root);
      const end = issue({ name: 'leaf' }, issuer);
      assert.equal(abortOf(document(payload(end, [root, issuer]), end.key), trusted), wanted);
    });
  }

  it('refuses chains longer than an authority allows', () => {
    const below = issue({ name: 'below', constraints: { ca: true } }, middle);
    const end = issue({ name: 'leaf' }, below);
    assert.equal(abortOf(document(payload(end, [root, middle, below]), end.key), trusted), E_VERIFY);
  });

  it('refuses a leaf that is an authority or may not sign', () => {
    for (const spec of [
      { constraints: { ca: true }, usage: 0x80 },
      { constraints: { ca: false, pathLength: 0 }, usage: 0x80 },
      { usage: 0x04 },
    ]) {
      const end = issue({ name: 'leaf', ...spec }, middle);
      assert.equal(abortOf(document(payload(end, bundle), end.key), trusted), E_VERIFY);
    }
  });

  it('refuses malformed documents with the code for parsing', () => {
    const parse = (bytes: Uint8Array): void => assert.equal(abortOf(bytes, trusted), E_PARSE);
    parse(new Uint8Array());
    parse(Uint8Array.of(0xff));
    parse(encode('text'));
    parse(encode([new Uint8Array(), new Map(), new Uint8Array()]));
    parse(Uint8Array.of(0xd1, ...signed())); // tag 17
    parse(document(payload(leaf, bundle), leaf.key, { header: encode(new Map([[1, -7]])) }));
    parse(
      document(payload(leaf, bundle), leaf.key, {
        header: encode(
          new Map([
            [1, -35],
            [4, 1],
          ]),
        ),
      }),
    );
    parse(document(payload(leaf, bundle), leaf.key, { signature: new Uint8Array(95) }));
    parse(document(new Uint8Array(), leaf.key));
    parse(document(encode('text'), leaf.key));
    parse(document(encode(new Map([['a'.repeat(17_000), 1]])), leaf.key));
    // Two entries of one name.
    const twice = encode(payload(leaf, bundle));
    const pair = encode(new Map([['module_id', 'other']])).subarray(1);
    parse(document(Uint8Array.of(twice[0]! + 1, ...twice.subarray(1), ...pair), leaf.key));
  });

  const fields: readonly [string, Readonly<Record<string, unknown>>][] = [
    ['no module id', { module_id: undefined }],
    ['an empty module id', { module_id: '' }],
    ['another digest', { digest: 'SHA256' }],
    ['a negative timestamp', { timestamp: -1 }],
    ['a timestamp that is no number', { timestamp: '1' }],
    ['no certificate', { certificate: undefined }],
    ['an oversized certificate', { certificate: new Uint8Array(1025) }],
    ['an empty chain', { cabundle: [] }],
    ['a chain of eleven', { cabundle: Array(11).fill(root.certificate) }],
    ['an oversized key', { public_key: new Uint8Array(1025) }],
    ['oversized user data', { user_data: new Uint8Array(513) }],
    ['an oversized nonce', { nonce: new Uint8Array(513) }],
    ['no registers', { pcrs: undefined }],
    ['a register of an odd length', { pcrs: new Map([[0, new Uint8Array(20)]]) }],
    ['a register with a negative index', { pcrs: new Map([[-1, new Uint8Array(48)]]) }],
    ['33 registers', { pcrs: new Map(Array.from({ length: 33 }, (_, i) => [i, new Uint8Array(48)])) }],
  ];
  for (const [name, change] of fields) {
    it(`refuses ${name}`, () => assert.equal(abortOf(signed(change), trusted), E_PARSE));
  }

  it('never fails in any other way on mutated documents', () => {
    const original = signed();
    let seed = 9;
    const next = (below: number): number => (seed = (seed * 1103515245 + 12345) & 0x7fffffff) % below;
    for (let i = 0; i < 400; i++) {
      const bytes = original.slice();
      for (let changes = 1 + next(4); changes > 0; changes--) bytes[next(bytes.length)] = next(256);
      const code = abortOf(i % 5 ? bytes : bytes.subarray(0, next(bytes.length)), trusted);
      // A change of the unprotected header or of an unused bit may leave a valid document.
      assert.ok(code === E_PARSE || code === E_VERIFY || code === null);
    }
  });

  it('reads certificates strictly', () => {
    const { certificate } = leaf;
    assert.equal(parseCertificate(certificate).notAfter, Date.parse('2026-01-01'));
    assert.throws(() => parseCertificate(Uint8Array.of(...certificate, 0)), /bytes follow/);
    for (let length = 0; length < certificate.length; length += 7) {
      assert.throws(() => parseCertificate(certificate.subarray(0, length)), /malformed certificate/);
    }
    const overlong = Uint8Array.of(0x30, 0x83, 0, certificate[2]!, certificate[3]!, ...certificate.subarray(4));
    assert.throws(() => parseCertificate(overlong), /malformed certificate/);
  });

  it('accepts a document of a real enclave under the root of AWS', function () {
    const file = new URL('../../../../shared/vectors/nitro/weather_2025-04-15.attestation.bin', import.meta.url);
    if (!existsSync(file)) {
      console.log('      (absent: ../shared/vectors/nitro/weather_2025-04-15.attestation.bin)');
      return this.skip();
    }
    const bytes = new Uint8Array(readFileSync(file));
    const valid = BigInt(Date.parse('2025-04-15T03:00:00Z'));
    const { document } = parseNitroDocument(bytes);
    assert.equal(createHash('sha256').update(document.cabundle[0]!).digest('hex'), AWS_NITRO_ROOT);
    const value = load(bytes, AWS_NITRO_ROOT, valid);
    assert.equal(value.fields[1], document.timestamp);
    assert.equal(abortOf(bytes, AWS_NITRO_ROOT, BigInt(Date.parse('2025-04-15T06:00:00Z'))), E_VERIFY);
    assert.equal(abortOf(bytes, AWS_NITRO_ROOT, BigInt(Date.parse('2025-04-15T02:00:00Z'))), E_VERIFY);
    assert.equal(abortOf(bytes, trusted, valid), E_VERIFY);
    const changed = bytes.slice();
    changed[changed.length - 1]! ^= 1;
    assert.equal(abortOf(changed, AWS_NITRO_ROOT, valid), E_VERIFY);
  });
});
