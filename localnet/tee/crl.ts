import { authorityKeyId, ECDSA_SHA256, extension, keyIdentifier } from './certificate.ts';
import { der, integer, sequence, signatureBits, time } from './der.ts';
import { hex } from './encoding.ts';
import { sign, type Key } from './keys.ts';

export interface Revocation {
  /** Big-endian, at most 20 bytes */
  serial: Uint8Array;
  atSeconds: number;
  /** CRLReason (RFC 5280 section 5.3.1); Intel always says 1, key compromise. None if undefined */
  reason?: number;
}

export interface CrlFields {
  /** DER of the name */
  issuer: Uint8Array;
  issuerKey: Key;
  thisUpdateSeconds: number;
  nextUpdateSeconds: number;
  number: number;
  revoked: readonly Revocation[];
}

/** Encoded parts of a CRL, each open to change before it is signed. */
export interface CrlParts {
  version: Uint8Array;
  algorithm: Uint8Array;
  issuer: Uint8Array;
  thisUpdate: Uint8Array;
  nextUpdate: Uint8Array;
  /** Encoded entries. The list is left out when there are none */
  entries: Uint8Array[];
  /** Encoded whole, by name, in the order in which they are written. The list is left out when there are none */
  extensions: Record<string, Uint8Array>;
  outerAlgorithm: Uint8Array;
}

export const CRL_NUMBER_OID = '551d14';
export const AUTHORITY_KEY_OID = '551d23';
export const REASON_OID = '551d15';

/** The list of one extension that says why. */
export function reasonCode(reason: number): Uint8Array {
  return sequence(extension(REASON_OID, false, der(0x0a, Uint8Array.of(reason))));
}

export function crlEntry({ serial, atSeconds, reason }: Revocation): Uint8Array {
  const why = reason === undefined ? new Uint8Array() : reasonCode(reason);
  return sequence(integer(serial), time(atSeconds), why);
}

export function crlParts(fields: CrlFields): CrlParts {
  return {
    version: hex('020101'),
    algorithm: ECDSA_SHA256,
    issuer: fields.issuer,
    thisUpdate: time(fields.thisUpdateSeconds),
    nextUpdate: time(fields.nextUpdateSeconds),
    entries: fields.revoked.map(crlEntry),
    extensions: {
      number: extension(CRL_NUMBER_OID, false, integer(fields.number)),
      authorityKeyId: extension(AUTHORITY_KEY_OID, false, authorityKeyId(keyIdentifier(fields.issuerKey))),
    },
    outerAlgorithm: ECDSA_SHA256,
  };
}

/** The signed part of a CRL. */
export function writeCrlTbs(parts: CrlParts): Uint8Array {
  const { version, algorithm, issuer, thisUpdate, nextUpdate, entries, extensions } = parts;
  const list = entries.length === 0 ? new Uint8Array() : sequence(...entries);
  const all = Object.values(extensions);
  const tail = all.length === 0 ? new Uint8Array() : der(0xa0, sequence(...all));
  return sequence(version, algorithm, issuer, thisUpdate, nextUpdate, list, tail);
}

/** A CRL, signed. @returns DER */
export function writeCrl(parts: CrlParts, issuerKey: Key): Uint8Array {
  const tbs = writeCrlTbs(parts);
  return sequence(tbs, parts.outerAlgorithm, signatureBits(sign(tbs, issuerKey)));
}
