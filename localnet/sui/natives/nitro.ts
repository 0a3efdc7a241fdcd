// Native function of sui::nitro_attestation: reads and verifies an attestation document of an AWS Nitro enclave, a
// COSE_Sign1 (RFC 9052) signed with ECDSA over P-384 by a certificate that leads to a root.
// https://docs.aws.amazon.com/enclaves/latest/user/verify-root.html

import { decodeFirst, type DecodeOptions } from 'cborg';
import { createHash, verify as verifySignature, X509Certificate } from 'node:crypto';
import { bytesAt, bytesResult } from '../vm/native.ts';
import { struct, type Value, Vec } from '../vm/values.ts';
import { COST } from './costs.ts';
import type { NativeModule } from './env.ts';
import { type Certificate, parseCertificate } from './x509.ts';

const E_PARSE = 1;
const E_VERIFY = 2;

const MAX_PAYLOAD = 16_383;
const MAX_CERTIFICATE = 1024;
const MAX_CHAIN = 10;
const MAX_PUBLIC_KEY = 1024;
const MAX_USER_DATA = 512;
const MAX_PCRS = 32;
const SIGNATURE_BYTES = 96;
const COSE_SIGN1_TAG = 18;
/** COSE's name for ECDSA with SHA-384. */
const ALGORITHM_ES384 = -35;
/** Bits of the key usage extension. */
const DIGITAL_SIGNATURE = 0;
const KEY_CERT_SIGN = 5;

export interface NitroDocument {
  readonly moduleId: string;
  /** Milliseconds since 1970. */
  readonly timestamp: bigint;
  readonly digest: string;
  /** Registers that are not all zero, in order of their index. */
  readonly pcrs: readonly (readonly [index: number, value: Uint8Array])[];
  readonly certificate: Uint8Array;
  /** From the root down to the issuer of `certificate`. */
  readonly cabundle: readonly Uint8Array[];
  readonly publicKey: Uint8Array | null;
  readonly userData: Uint8Array | null;
  readonly nonce: Uint8Array | null;
}

export interface SignedNitroDocument {
  readonly document: NitroDocument;
  /** What the signature is over. */
  readonly message: Uint8Array;
  /** 96 bytes: r and s. */
  readonly signature: Uint8Array;
}

/** The document cannot be read, or does not verify. */
export class NitroError extends Error {
  constructor(detail: string) {
    super(`attestation document: ${detail}`);
    this.name = 'NitroError';
  }
}

function check(condition: boolean, detail: string): asserts condition {
  if (!condition) throw new NitroError(detail);
}

/** A tagged item; only the tag of COSE_Sign1 is known. */
class Tagged {
  readonly value: unknown;

  constructor(value: unknown) {
    this.value = value;
  }
}

const CBOR: DecodeOptions = {
  useMaps: true,
  rejectDuplicateMapKeys: true,
  // As Sui reads them: items may have indefinite length, and numbers need not be in their shortest form.
  strict: false,
  allowIndefinite: true,
  tags: Object.assign([], { [COSE_SIGN1_TAG]: (decode: () => unknown) => new Tagged(decode()) }),
};

/** The first CBOR item; as on Sui, what follows it does not matter. */
function cbor(bytes: Uint8Array, what: string): unknown {
  try {
    return decodeFirst(bytes, CBOR)[0];
  } catch (error) {
    throw new NitroError(`${what}: ${(error as Error).message}`);
  }
}

const isBytes = (value: unknown): value is Uint8Array => value instanceof Uint8Array;

/** Header of a CBOR byte string (RFC 8949, section 3) of a length below 2^16. */
function byteString(bytes: Uint8Array): Buffer {
  const { length } = bytes;
  const header = length < 24 ? [0x40 | length] : length < 256 ? [0x58, length] : [0x59, length >> 8, length & 0xff];
  return Buffer.concat([Uint8Array.from(header), bytes]);
}

/** What a COSE_Sign1 signature is over (RFC 9052, section 4.4): ["Signature1", protected, h'', payload]. */
function signedMessage(protectedHeader: Uint8Array, payload: Uint8Array): Uint8Array {
  const context = Buffer.from('Signature1');
  const head = Uint8Array.of(0x84, 0x60 | context.length);
  return new Uint8Array(
    Buffer.concat([head, context, byteString(protectedHeader), byteString(new Uint8Array()), byteString(payload)]),
  );
}

/** A byte string that may be absent or null. */
function optional(map: ReadonlyMap<unknown, unknown>, name: string, limit: number): Uint8Array | null {
  const value = map.get(name);
  if (!isBytes(value)) return null;
  check(value.length <= limit, `${name} exceeds ${limit} bytes`);
  return value;
}

function certificateBytes(value: unknown, what: string): Uint8Array {
  check(isBytes(value) && value.length > 0 && value.length <= MAX_CERTIFICATE, `${what} is no certificate`);
  return value;
}

function parsePcrs(value: unknown): [number, Uint8Array][] {
  check(value instanceof Map && value.size <= MAX_PCRS, `pcrs must be a map of at most ${MAX_PCRS} entries`);
  const pcrs: [number, Uint8Array][] = [];
  for (const [index, pcr] of value as Map<unknown, unknown>) {
    check(typeof index === 'number' && Number.isInteger(index) && index >= 0 && index <= 255, 'a PCR index is no u8');
    check(isBytes(pcr) && [32, 48, 64].includes(pcr.length), `PCR ${index} has no length of a digest`);
    if (index < MAX_PCRS && pcr.some((byte) => byte !== 0)) pcrs.push([index, pcr]);
  }
  return pcrs.sort(([a], [b]) => a - b);
}

function parsePayload(payload: Uint8Array): NitroDocument {
  const decoded = cbor(payload, 'payload');
  check(decoded instanceof Map, 'the payload is no map of names');
  const map = decoded as ReadonlyMap<unknown, unknown>;
  check(
    [...map.keys()].every((k) => typeof k === 'string'),
    'the payload is no map of names',
  );
  const moduleId = map.get('module_id');
  check(typeof moduleId === 'string' && moduleId.length > 0, 'module_id is missing');
  const digest = map.get('digest');
  check(digest === 'SHA384', 'digest must be SHA384');
  const timestamp = map.get('timestamp');
  check(
    (typeof timestamp === 'number' && Number.isInteger(timestamp)) || typeof timestamp === 'bigint',
    'timestamp is no integer',
  );
  check(timestamp >= 0 && BigInt(timestamp) < 1n << 64n, 'timestamp is no u64');
  const bundle = map.get('cabundle');
  check(
    Array.isArray(bundle) && bundle.length > 0 && bundle.length <= MAX_CHAIN,
    `cabundle must have 1 to ${MAX_CHAIN}`,
  );
  return {
    moduleId,
    digest,
    timestamp: BigInt(timestamp),
    certificate: certificateBytes(map.get('certificate'), 'certificate'),
    publicKey: optional(map, 'public_key', MAX_PUBLIC_KEY),
    userData: optional(map, 'user_data', MAX_USER_DATA),
    nonce: optional(map, 'nonce', MAX_USER_DATA),
    pcrs: parsePcrs(map.get('pcrs')),
    cabundle: (bundle as readonly unknown[]).map((c) => certificateBytes(c, 'an entry of cabundle')),
  };
}

/**
 * Reads an attestation document without judging its signature.
 *
 * @throws NitroError if it is malformed.
 */
export function parseNitroDocument(bytes: Uint8Array): SignedNitroDocument {
  const outer = cbor(bytes, 'document');
  const parts = outer instanceof Tagged ? outer.value : outer;
  check(Array.isArray(parts) && parts.length >= 4, 'a COSE_Sign1 has four parts');
  const [header, unprotected, payload, signature] = parts as unknown[];
  check(isBytes(header) && isBytes(payload) && isBytes(signature), 'header, payload and signature must be bytes');
  check(unprotected instanceof Map, 'the unprotected header must be a map');
  check(payload.length > 0 && payload.length <= MAX_PAYLOAD, `the payload exceeds ${MAX_PAYLOAD} bytes`);
  check(signature.length === SIGNATURE_BYTES, `the signature must have ${SIGNATURE_BYTES} bytes`);
  const algorithm = cbor(header, 'protected header');
  const isEs384 = algorithm instanceof Map && algorithm.size === 1 && algorithm.get(1) === ALGORITHM_ES384;
  check(isEs384, 'the protected header must name ES384 and nothing else');
  return { document: parsePayload(payload), message: signedMessage(header, payload), signature };
}

function checkUsage(certificate: Certificate, depth: number): void {
  const { keyUsage, basicConstraints } = certificate;
  check(keyUsage !== null, 'a certificate has no key usage');
  if (depth === 0) {
    check(keyUsage[DIGITAL_SIGNATURE] === true, 'the leaf may not sign');
    check(!basicConstraints?.ca && (basicConstraints?.pathLength ?? null) === null, 'the leaf is an authority');
    return;
  }
  check(keyUsage[KEY_CERT_SIGN] === true, 'an authority may not sign certificates');
  check(basicConstraints !== null && basicConstraints.critical && basicConstraints.ca, 'an issuer is no authority');
  const { pathLength } = basicConstraints;
  check(pathLength === null || depth - 1 <= pathLength, 'the chain is longer than an authority allows');
}

/**
 * Verifies a chain from the leaf to the root, which is its own issuer.
 *
 * @param root SHA-256 of the last certificate, hex.
 * @param now milliseconds since 1970; every certificate must be valid then, to the second.
 */
function verifyChain(chain: readonly Uint8Array[], root: string, now: bigint): void {
  const second = Number(BigInt.asIntN(64, now) / 1000n) * 1000;
  const last = chain.at(-1)!;
  check(createHash('sha256').update(last).digest('hex') === root.toLowerCase(), 'the chain leads to another root');
  const parsed = [...chain, last].map((der) => parseCertificate(der));
  const loaded = [...chain, last].map((der) => new X509Certificate(der));
  chain.forEach((_, depth) => {
    const certificate = parsed[depth]!;
    checkUsage(certificate, depth);
    check(certificate.notBefore <= second && second <= certificate.notAfter, 'a certificate is not valid at this time');
    const sameName = Buffer.compare(certificate.issuer, parsed[depth + 1]!.subject) === 0;
    check(sameName, 'a certificate was not issued by the next in the chain');
    check(loaded[depth]!.verify(loaded[depth + 1]!.publicKey), 'a certificate does not verify');
  });
}

/**
 * Verifies signature and certificates of a document.
 *
 * @param root SHA-256 of the root certificate, hex.
 * @param now milliseconds since 1970.
 * @throws NitroError if anything does not hold.
 */
export function verifyNitroDocument(signed: SignedNitroDocument, root: string, now: bigint): void {
  const { document, message, signature } = signed;
  try {
    const key = new X509Certificate(document.certificate).publicKey;
    check(key.asymmetricKeyDetails?.namedCurve === 'secp384r1', 'the leaf has no P-384 key');
    const valid = verifySignature('sha384', message, { key, dsaEncoding: 'ieee-p1363' }, signature);
    check(valid, 'the signature does not verify');
    verifyChain([document.certificate, ...[...document.cabundle].reverse()], root, now);
  } catch (error) {
    if (error instanceof NitroError) throw error;
    throw new NitroError((error as Error).message);
  }
}

const text = (value: string) => bytesResult(new TextEncoder().encode(value));
const option = (value: Uint8Array | null): Value => struct(new Vec(value ? [bytesResult(value.slice())] : []));

export const nitro_attestation: NativeModule = {
  load_nitro_attestation_internal(ctx, [ref, timestamp]) {
    const { nitro: cost } = COST;
    const bytes = bytesAt(ref);
    ctx.charge(cost.parse + cost.parsePerByte * bytes.length);
    let signed: SignedNitroDocument;
    try {
      signed = parseNitroDocument(bytes);
    } catch (error) {
      if (error instanceof NitroError) return ctx.abort(E_PARSE);
      throw error;
    }
    const { document } = signed;
    ctx.charge(cost.verify + cost.verifyPerCertificate * document.cabundle.length);
    try {
      verifyNitroDocument(signed, ctx.env.nitroRoot, timestamp as bigint);
    } catch (error) {
      if (error instanceof NitroError) return ctx.abort(E_VERIFY);
      throw error;
    }
    return struct(
      text(document.moduleId),
      document.timestamp,
      text(document.digest),
      new Vec(document.pcrs.map(([index, value]) => struct(index, bytesResult(value.slice())))),
      option(document.publicKey),
      option(document.userData),
      option(document.nonce),
    );
  },
};
