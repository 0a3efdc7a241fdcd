import { filler, hex, keccak, toBigInt, uint, zeros } from '../bytes.ts';
import { layRevocation, layStatement } from '../reference.ts';
import { addressOf, G, HALF_N, inverse, mod, multiply, N, P, pointAt, publicKey, recover, sign } from '../secp256k1.ts';
import type { Signature } from '../secp256k1.ts';
import { newSuite } from '../suite.ts';
import type { Suite, SuiteWriter } from '../suite.ts';
import { EVM_CHAIN, SUI_CHAIN } from './samples.ts';
import { sampleStatement } from './statement.ts';

/** What is signed wherever the message does not matter. */
const TEXT = Buffer.from('corridor', 'ascii');

const encode = ({ r, s, v }: { r: bigint; s: bigint; v: number }): Buffer =>
  Buffer.concat([uint(r, 32), uint(s, 32), uint(v, 1)]);

interface Signer {
  readonly key: bigint;
  readonly address: Buffer;
  /** Over TEXT. */
  readonly signature: Buffer;
}

function signer(label: string): Signer {
  const key = (toBigInt(filler(`key ${label}`, 32)) % (N - 1n)) + 1n;
  return { key, address: addressOf(publicKey(key)), signature: encode(sign(key, keccak(TEXT))) };
}

const malleated = ({ r, s, v }: Signature): Signature => ({ r, s: N - s, v: v === 27 ? 28 : 27 });

/** The first x from `start` on, going by `step`, of which `wanted` is true. */
function search(start: bigint, step: bigint, wanted: (x: bigint) => boolean): bigint {
  let x = start;
  while (!wanted(x)) x += step;
  return x;
}

const onCurve = (x: bigint): boolean => pointAt(x, false) !== null;

/** A signature of the digest for which recovery gives the point at infinity: s·R = z·G. */
function infinitySignature(digest: Uint8Array): Signature {
  const k = toBigInt(filler('nonce of infinity', 32)) % N;
  const point = multiply(G, k);
  if (point === null) throw new Error('the nonce is a multiple of the group order');
  const s = mod(toBigInt(digest) * inverse(k, N), N);
  const odd = (point.y & 1n) === 1n;
  return s <= HALF_N ? { r: point.x, s, v: odd ? 28 : 27 } : { r: point.x, s: N - s, v: odd ? 27 : 28 };
}

function goodSignatures({ valid }: SuiteWriter): void {
  const messages: [about: string, message: Buffer][] = [
    ['a statement', layStatement(sampleStatement(EVM_CHAIN, SUI_CHAIN))],
    ['a text', TEXT],
    ['a revocation', layRevocation(2, filler('platform', 32))],
    ['no bytes', zeros(0)],
    ['one byte', zeros(1)],
    ['135 bytes, one less than a block of Keccak', filler('block', 135)],
    ['136 bytes, a block of Keccak', filler('block', 136)],
    ['137 bytes, one more than a block of Keccak', filler('block', 137)],
  ];
  const keys: [about: string, key: bigint][] = [
    ['private key 1', 1n],
    ['private key 2', 2n],
    ['the highest private key', N - 1n],
    ['a private key', signer('a').key],
  ];
  for (const [about, message] of messages) {
    const input = { message: hex(message), signature: hex(encode(sign(signer('a').key, keccak(message)))) };
    valid('recover', about, input);
  }
  for (const [about, key] of keys) {
    for (let i = 0; i < 3; i += 1) {
      const message = filler(`message of ${key} ${i}`, 40);
      const input = { message: hex(message), signature: hex(encode(sign(key, keccak(message)))) };
      valid('recover', `${about}, message ${i + 1}`, input);
    }
  }

  const digest = keccak(TEXT);
  const own = sign(signer('a').key, digest);
  const about = 'another signer is recovered';
  const wrong = (message: Buffer, signature: Signature) => ({
    message: hex(message),
    signature: hex(encode(signature)),
  });
  valid('recover', `${about}: the message differs in its last bit`, wrong(flipLast(TEXT), own));
  valid('recover', `${about}: the other v`, wrong(TEXT, { ...own, v: own.v === 27 ? 28 : 27 }));
  valid('recover', `${about}: s is one more`, wrong(TEXT, { ...own, s: own.s === HALF_N ? 1n : own.s + 1n }));

  // Chosen r and s sign every digest for some key.
  const lowR = search(1n, 1n, onCurve);
  const highR = search(N - 1n, -1n, onCurve);
  const chosen: [about: string, r: bigint, s: bigint][] = [
    ['s is 1', own.r, 1n],
    ['s is half the order', own.r, HALF_N],
    ['s fills 31 bytes', own.r, 2n ** 248n - 1n],
    ['the lowest r', lowR, own.s],
    ['the lowest r, s is 1', lowR, 1n],
    ['the highest r', highR, own.s],
    ['the highest r, s is half the order', highR, HALF_N],
    ['r and s are the x coordinate of G', G.x, G.x],
  ];
  for (const [label, r, s] of chosen) {
    for (const v of [27, 28]) valid('recover', `${label}, v is ${v}`, wrong(TEXT, { r, s, v }));
  }
}

const flipLast = (bytes: Buffer): Buffer => Buffer.concat([bytes.subarray(0, -1), Buffer.of((bytes.at(-1) ?? 0) ^ 1)]);

function badSignatures({ invalid }: SuiteWriter): void {
  const digest = keccak(TEXT);
  const own = sign(signer('a').key, digest);
  const bytes = encode(own);
  const bad = (about: string, signature: Buffer, rule: string): void =>
    invalid('recover', about, { message: hex(TEXT), signature: hex(signature) }, rule);

  const compact = uint(own.s + (own.v === 28 ? 2n ** 255n : 0n), 32);
  const lengths: [about: string, signature: Buffer][] = [
    ['no bytes', zeros(0)],
    ['one byte', bytes.subarray(0, 1)],
    ['r alone', bytes.subarray(0, 32)],
    ['without v', bytes.subarray(0, 64)],
    ['64 bytes with the parity in the top bit of s (EIP-2098)', Buffer.concat([bytes.subarray(0, 32), compact])],
    ['one zero byte follows', Buffer.concat([bytes, zeros(1)])],
    ['two signatures', Buffer.concat([bytes, bytes])],
    ['no bytes set, 64 of them', zeros(64)],
  ];
  for (const [about, signature] of lengths) bad(about, signature, 'InvalidSignatureLength');

  const scalars: [about: string, s: bigint][] = [
    ['zero', 0n],
    ['one above half the order', HALF_N + 1n],
    ['the order minus one', N - 1n],
    ['the order', N],
    ['the order plus one', N + 1n],
    ['the order plus a valid s', N + (own.s % (2n ** 256n - N))],
    ['2^255', 2n ** 255n],
    ['all ones', 2n ** 256n - 1n],
  ];
  for (const [about, s] of scalars) {
    bad(`s: ${about}`, encode({ ...own, s }), 'InvalidSignatureS');
  }
  for (let i = 0; i < 2; i += 1) {
    const twin = malleated(sign(signer(`malleated ${i}`).key, digest));
    bad(`the twin with a high s of a valid signature ${i + 1}`, encode(twin), 'InvalidSignatureS');
  }

  for (const v of [0, 1, 2, 26, 29, 30, 37, 38, 155, 156, 255]) {
    bad(`v is ${v}`, encode({ ...own, v }), 'InvalidSignatureV');
  }

  const lowestOn = search(1n, 1n, onCurve);
  const beyondOrder = search(N + 1n, 1n, onCurve);
  // A verifier that reads v as "r may be r + n" would find a point for this one.
  const onlyPlusOrder = search(1n, 1n, (r) => !onCurve(r) && onCurve(r + N));
  const xs: [about: string, r: bigint][] = [
    ['zero', 0n],
    ['the lowest that is no x coordinate', search(1n, 1n, (x) => !onCurve(x))],
    ['the highest below the order that is no x coordinate', search(N - 1n, -1n, (x) => !onCurve(x))],
    ['no x coordinate', search(toBigInt(filler('off the curve', 32)) >> 1n, 1n, (x) => !onCurve(x))],
    ['no x coordinate, while r plus the order is one', onlyPlusOrder],
    ['the order', N],
    ['the order plus the lowest x coordinate', N + lowestOn],
    ['the lowest x coordinate above the order', beyondOrder],
    ['the highest x coordinate', search(P - 1n, -1n, onCurve)],
    ['the order of the field', P],
    ['the order of the field plus the lowest x coordinate', P + lowestOn],
    ['all ones', 2n ** 256n - 1n],
  ];
  for (const [about, r] of xs) {
    for (const v of [27, 28]) bad(`r: ${about}, v is ${v}`, encode({ ...own, r, v }), 'UnrecoverableSignature');
  }
  const infinity = infinitySignature(digest);
  const other = { ...infinity, v: infinity.v === 27 ? 28 : 27 };
  if (recover(digest, infinity) !== null || recover(digest, other) === null) {
    throw new Error('the point at infinity is missed');
  }
  bad('the recovered key is the point at infinity', encode(infinity), 'UnrecoverableSignature');

  bad('nothing is set', zeros(65), 'InvalidSignatureS');
  bad('s and v and r', encode({ r: 0n, s: N, v: 26 }), 'InvalidSignatureS');
  bad('high s and v', encode({ ...malleated(own), v: 29 }), 'InvalidSignatureS');
  bad('high s and r', encode({ ...malleated(own), r: 0n }), 'InvalidSignatureS');
  bad('v and r', encode({ ...own, r: 0n, v: 0 }), 'InvalidSignatureV');
  bad('r plus the order under v 29', encode({ ...own, r: onlyPlusOrder, v: 29 }), 'InvalidSignatureV');
  bad('all ones', Buffer.alloc(65, 0xff), 'InvalidSignatureS');
}

function setCases({ valid, invalid }: SuiteWriter): void {
  const all = Array.from({ length: 33 }, (_, i) => signer(`set ${i}`));
  const ascending = all.toSorted((a, b) => Buffer.compare(a.address, b.address));
  const input = (...signatures: Uint8Array[]) => ({
    message: hex(TEXT),
    signatures: hex(Buffer.concat(signatures)),
  });
  const good = (about: string, signers: readonly Signer[]): void =>
    valid('recoverSet', about, input(...signers.map(({ signature }) => signature)));
  const bad = (about: string, signatures: readonly Uint8Array[], rule: string): void =>
    invalid('recoverSet', about, input(...signatures), rule);
  const bytes = ascending.map(({ signature }) => signature);
  const [first = zeros(65), second = zeros(65), third = zeros(65)] = bytes;

  good('one signature', ascending.slice(0, 1));
  good('two signatures', ascending.slice(0, 2));
  good('three signatures', ascending.slice(10, 13));
  good('32 signatures', ascending.slice(0, 32));
  const low = ascending.filter(({ address }) => (address[0] ?? 0) < 0x80).at(-1) ?? ascending[0]!;
  const high = ascending.find(({ address }) => (address[0] ?? 0) >= 0x80) ?? ascending[32]!;
  good('the second address has its top bit set', [low, high]);
  const [near, next] = closePair();
  good('addresses with the same first byte', [near, next]);
  const { key } = ascending[0]!;
  const elsewhere = keccak(zeros(3));
  const foreign = [encode(sign(key, elsewhere)), first].map((signature) => ({
    signature,
    address: addressOf(recover(keccak(TEXT), decode(signature))!),
  }));
  const ordered = foreign.toSorted((a, b) => Buffer.compare(a.address, b.address));
  valid(
    'recoverSet',
    'a signature of another message recovers another signer',
    input(...ordered.map((x) => x.signature)),
  );

  bad('one byte', [zeros(1)], 'InvalidSignatureLength');
  bad('64 bytes', [first.subarray(0, 64)], 'InvalidSignatureLength');
  bad('66 bytes', [first, zeros(1)], 'InvalidSignatureLength');
  bad('two signatures without the last byte', [first, second.subarray(0, 64)], 'InvalidSignatureLength');
  bad('two signatures and a byte', [first, second, zeros(1)], 'InvalidSignatureLength');
  bad(
    'three signatures without v',
    [first, second, third].map((signature) => signature.subarray(0, 64)),
    'InvalidSignatureLength',
  );
  bad('no signatures', [], 'InvalidSignatureCount');
  bad('33 signatures', bytes, 'InvalidSignatureCount');

  const parts = decode(second);
  const highS = encode(malleated(parts));
  const wrongV = encode({ ...parts, v: 29 });
  const noPoint = encode({ ...parts, r: N });
  const infinity = encode(infinitySignature(keccak(TEXT)));
  const breaches: [about: string, signature: Buffer, rule: string][] = [
    ['a high s', highS, 'InvalidSignatureS'],
    ['v 29', wrongV, 'InvalidSignatureV'],
    ['v 0', encode({ ...parts, v: parts.v - 27 }), 'InvalidSignatureV'],
    ['r the order', noPoint, 'UnrecoverableSignature'],
    ['the point at infinity', infinity, 'UnrecoverableSignature'],
  ];
  for (const [about, signature, rule] of breaches) {
    bad(`the first of three has ${about}`, [signature, second, third], rule);
    bad(`the second of three has ${about}`, [first, signature, third], rule);
    bad(`the second has ${about} and is out of order`, [second, signature, third], rule);
    bad(`the second is out of order and the third has ${about}`, [second, first, signature], 'UnorderedSigners');
  }
  bad('the last of 32 has a high s', [...bytes.slice(0, 31), highS], 'InvalidSignatureS');
  bad('the first has a wrong v and the second a high s', [wrongV, highS], 'InvalidSignatureV');
  bad('the first has no point and the second a high s', [noPoint, highS], 'UnrecoverableSignature');
  bad('the first has no point and the second a wrong v', [noPoint, wrongV], 'UnrecoverableSignature');

  bad('two in descending order', [second, first], 'UnorderedSigners');
  bad('the top bit of the first address is set', [high.signature, low.signature], 'UnorderedSigners');
  bad('the same first byte, descending', [next.signature, near.signature], 'UnorderedSigners');
  bad('the same signature twice', [first, first], 'UnorderedSigners');
  bad('the last two are the same', [first, second, second], 'UnorderedSigners');
  bad('the first comes again at the end', [first, second, first], 'UnorderedSigners');
  bad('the last two change places', [first, third, second], 'UnorderedSigners');
  bad('the last two of 32 change places', [...bytes.slice(0, 30), bytes[31]!, bytes[30]!], 'UnorderedSigners');
  // One signer can sign one digest in many ways; the order still counts him once.
  const again = resign(ascending[0]!, keccak(TEXT));
  bad('one signer with two signatures', [first, again], 'UnorderedSigners');
  bad('one signer with two signatures, the other way', [again, first], 'UnorderedSigners');
  bad('a signature and its twin with a high s', [second, highS], 'InvalidSignatureS');
}

function decode(signature: Buffer): Signature {
  const [r, s] = [toBigInt(signature.subarray(0, 32)), toBigInt(signature.subarray(32, 64))];
  return { r, s, v: signature[64] ?? 0 };
}

/** A second signature of the same digest by the same key, with another nonce. */
function resign({ key }: Signer, digest: Buffer): Buffer {
  const k = toBigInt(filler('another nonce', 32)) % N;
  const point = multiply(G, k);
  if (point === null) throw new Error('the nonce is a multiple of the group order');
  const s = mod(inverse(k, N) * (toBigInt(digest) + point.x * key), N);
  const honest = { r: point.x, s, v: (point.y & 1n) === 1n ? 28 : 27 };
  return encode(s > HALF_N ? malleated(honest) : honest);
}

/** Two signers in ascending order whose addresses share their first byte. */
function closePair(): [Signer, Signer] {
  const byFirst = new Map<number, Signer>();
  for (let i = 0; ; i += 1) {
    const found = signer(`close ${i}`);
    const before = byFirst.get(found.address[0] ?? 0);
    if (before !== undefined) {
      return Buffer.compare(before.address, found.address) < 0 ? [before, found] : [found, before];
    }
    byFirst.set(found.address[0] ?? 0, found);
  }
}

/** Section 8. */
export function signatureSuite(): Suite {
  const writer = newSuite('signature', 8);
  goodSignatures(writer);
  badSignatures(writer);
  setCases(writer);
  return writer.suite;
}
