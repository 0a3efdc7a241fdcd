// Makes X.509 certificates and attestation documents for tests: small DER and CBOR writers, signatures by node:crypto.

import { encode } from 'cborg';
import { createHash, createPrivateKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

const der = (tag: number, ...parts: Uint8Array[]): Buffer => {
  const body = Buffer.concat(parts);
  const { length } = body;
  const header = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Uint8Array.from([tag, ...header]), body]);
};
const oid = (hex: string): Buffer => der(0x06, Buffer.from(hex, 'hex'));
const sequence = (...parts: Uint8Array[]): Buffer => der(0x30, ...parts);
const boolean = (value: boolean): Buffer => der(0x01, Uint8Array.of(value ? 0xff : 0));
const integer = (value: number): Buffer => der(0x02, Uint8Array.of(value));

const ECDSA_SHA384 = sequence(oid('2a8648ce3d040303'));
const nameOf = (name: string): Buffer => sequence(der(0x31, sequence(oid('550403'), der(0x0c, Buffer.from(name)))));

/** Bits of the key usage extension: digitalSignature and keyCertSign. */
const DIGITAL_SIGNATURE = 0x80;
const KEY_CERT_SIGN = 0x04;

export interface CertificateSpec {
  readonly name: string;
  readonly from?: Date;
  readonly to?: Date;
  /** Basic constraints; null leaves the extension out. */
  readonly constraints?: { readonly ca: boolean; readonly pathLength?: number; readonly critical?: boolean } | null;
  /** Bits of the key usage; null leaves the extension out. */
  readonly usage?: number | null;
}

export interface Issued {
  readonly name: string;
  readonly certificate: Uint8Array;
  readonly key: KeyObject;
}

const time = (date: Date): Buffer =>
  der(0x18, Buffer.from(`${date.toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`));

/** Issues a certificate over a fresh P-384 key, self-signed if there is no issuer. */
export function issue(spec: CertificateSpec, issuer: Issued | null): Issued {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
  const isLeaf = issuer !== null && spec.constraints === undefined;
  const constraints = spec.constraints === undefined ? (isLeaf ? null : { ca: true }) : spec.constraints;
  const usage = spec.usage === undefined ? (isLeaf ? DIGITAL_SIGNATURE : KEY_CERT_SIGN) : spec.usage;
  const extensions: Buffer[] = [];
  if (constraints) {
    const fields = [
      ...(constraints.ca ? [boolean(true)] : []),
      ...(constraints.pathLength === undefined ? [] : [integer(constraints.pathLength)]),
    ];
    const critical = constraints.critical ?? true;
    extensions.push(sequence(oid('551d13'), ...(critical ? [boolean(true)] : []), der(0x04, sequence(...fields))));
  }
  if (usage !== null) {
    extensions.push(sequence(oid('551d0f'), boolean(true), der(0x04, der(0x03, Uint8Array.of(0, usage)))));
  }
  const body = sequence(
    der(0xa0, integer(2)),
    integer(1),
    ECDSA_SHA384,
    nameOf(issuer?.name ?? spec.name),
    sequence(time(spec.from ?? new Date('2025-01-01')), time(spec.to ?? new Date('2026-01-01'))),
    nameOf(spec.name),
    publicKey.export({ format: 'der', type: 'spki' }),
    ...(extensions.length ? [der(0xa3, sequence(...extensions))] : []),
  );
  const signature = sign('sha384', body, issuer?.key ?? privateKey);
  const certificate = sequence(body, ECDSA_SHA384, der(0x03, Uint8Array.of(0), signature));
  return {
    name: spec.name,
    certificate: new Uint8Array(certificate),
    key: createPrivateKey(privateKey.export({ format: 'pem', type: 'pkcs8' })),
  };
}

export const fingerprint = (issued: Issued): string => createHash('sha256').update(issued.certificate).digest('hex');

/** A payload with all fields; values given replace or (as undefined) remove them. */
export function payload(
  leaf: Issued,
  chain: readonly Issued[],
  change: Readonly<Record<string, unknown>> = {},
): Map<string, unknown> {
  const fields: Record<string, unknown> = {
    module_id: 'i-0123-enc4567',
    digest: 'SHA384',
    timestamp: 1_750_000_000_000,
    pcrs: new Map([
      [0, new Uint8Array(48).fill(1)],
      [1, new Uint8Array(48).fill(2)],
      [2, new Uint8Array(48)],
      [16, new Uint8Array(48).fill(3)],
    ]),
    certificate: leaf.certificate,
    cabundle: chain.map((c) => c.certificate),
    public_key: Uint8Array.of(4, 5),
    user_data: null,
    nonce: new Uint8Array(),
    ...change,
  };
  return new Map(Object.entries(fields).filter(([, v]) => v !== undefined));
}

const ES384 = encode(new Map([[1, -35]]));

export interface SignOptions {
  readonly header?: Uint8Array;
  /** Bytes of the signature, in place of a valid one. */
  readonly signature?: Uint8Array;
  readonly tagged?: boolean;
}

/** Signs a payload as COSE_Sign1. */
export function document(
  content: ReadonlyMap<string, unknown> | Uint8Array,
  key: KeyObject,
  options: SignOptions = {},
): Uint8Array {
  const header = options.header ?? ES384;
  const body = content instanceof Uint8Array ? content : encode(content);
  const message = encode(['Signature1', header, new Uint8Array(), body]);
  const signature = options.signature ?? new Uint8Array(sign('sha384', message, { key, dsaEncoding: 'ieee-p1363' }));
  const parts = encode([header, new Map(), body, signature]);
  return options.tagged ? Uint8Array.of(0xd2, ...parts) : parts;
}
