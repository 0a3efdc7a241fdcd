import { equalBytes, toHex } from '../bytes.ts';
import { ECDSA_SHA256, readName, readSerial, readSignature, type Certificate } from './certificate.ts';
import { DerReader, readInteger, TAG } from './der.ts';
import { check } from './errors.ts';
import { verifyP256 } from './p256.ts';
import { isoDate, readTime } from './time.ts';

/** A certificate revocation list that fits docs/spec/dcap.md section 6.2. */
export interface Crl {
  der: Uint8Array;
  /** The signed part, tag and length included */
  tbs: Uint8Array;
  /** DER of the issuer's name */
  issuer: Uint8Array;
  /** 20 bytes */
  authorityKeyId: Uint8Array;
  thisUpdateSeconds: number;
  nextUpdateSeconds: number;
  /** Hex of the serials, without leading zeros; whoever is listed is revoked, whatever the reason and date */
  revokedSerials: ReadonlySet<string>;
  /** 64 bytes: r, s */
  signature: Uint8Array;
}

const VERSION_2 = Uint8Array.of(0x02, 0x01, 0x01);
const REASON_HEAD = Uint8Array.of(0x30, 0x0c, 0x30, 0x0a, 0x06, 0x03, 0x55, 0x1d, 0x15, 0x04, 0x03, 0x0a, 0x01);
const CRL_NUMBER_OID = Uint8Array.of(0x06, 0x03, 0x55, 0x1d, 0x14);
const KEY_ID_HEAD = Uint8Array.of(...[0x30, 0x1f, 0x06, 0x03, 0x55, 0x1d, 0x23, 0x04, 0x18, 0x30, 0x16, 0x80, 0x14]);

/**
 * Reads a CRL. Its signature and dates are not judged yet.
 * @throws DcapError DCAP-51 to DCAP-53, DCAP-22 to DCAP-24
 */
export function readCrl(der: Uint8Array): Crl {
  const bytes = new Uint8Array(der);
  const outer = new DerReader(bytes, 'MalformedCrl').last(TAG.sequence);
  const tbsStart = outer.position;
  const body = outer.element(TAG.sequence);
  const tbs = bytes.slice(tbsStart, body.end);

  body.expect(VERSION_2, 'UnsupportedCrlVersion');
  body.expect(ECDSA_SHA256, 'UnsupportedSignatureAlgorithm');
  const issuer = readName(body);
  const thisUpdateSeconds = readTime(body);
  const nextUpdateSeconds = readTime(body);
  const revokedSerials = body.peekTag() === TAG.sequence ? readEntries(body.element(TAG.sequence)) : new Set<string>();
  const authorityKeyId = readCrlExtensions(body.last(0xa0).last(TAG.sequence));

  outer.expect(ECDSA_SHA256, 'UnsupportedSignatureAlgorithm');
  const signature = readSignature(outer);
  return { der: bytes, tbs, issuer, authorityKeyId, thisUpdateSeconds, nextUpdateSeconds, revokedSerials, signature };
}

/**
 * Judges a CRL under the certificate that should have signed it: DCAP-54 to DCAP-57.
 * @throws DcapError `CrlIssuerMismatch`, `CrlNotYetValid`, `CrlExpired`, `InvalidCrlSignature`
 */
export function checkCrl(crl: Crl, issuer: Certificate, atSeconds: number): void {
  check(
    equalBytes(crl.issuer, issuer.subject) && equalBytes(crl.authorityKeyId, issuer.subjectKeyId),
    'CrlIssuerMismatch',
    () => `the CRL names another issuer than ${issuer.commonName} ${toHex(issuer.subjectKeyId)}`,
  );
  check(
    atSeconds >= crl.thisUpdateSeconds,
    'CrlNotYetValid',
    () => `the CRL of ${issuer.commonName} is valid from ${isoDate(crl.thisUpdateSeconds)} on`,
  );
  check(
    atSeconds <= crl.nextUpdateSeconds,
    'CrlExpired',
    () => `the CRL of ${issuer.commonName} was valid until ${isoDate(crl.nextUpdateSeconds)}; fetch the current one`,
  );
  check(
    verifyP256(crl.tbs, crl.signature, issuer.publicKey),
    'InvalidCrlSignature',
    () => `the CRL is not signed by ${issuer.commonName}`,
  );
}

function readEntries(list: DerReader): Set<string> {
  const serials = new Set<string>();
  check(!list.isAtEnd(), list.malformed, () => 'the list of revoked certificates is present and empty');
  while (!list.isAtEnd()) {
    const entry = list.element(TAG.sequence);
    serials.add(toHex(readSerial(entry)));
    readTime(entry);
    if (entry.isAtEnd()) continue;
    entry.expect(REASON_HEAD, 'InvalidCrlExtension');
    entry.take(1, 'InvalidCrlExtension');
    check(entry.isAtEnd(), 'InvalidCrlExtension', () => 'an entry has more than a reason code');
  }
  return serials;
}

/** Exactly CRL number and authority key identifier, in this order. Returns the key identifier. */
function readCrlExtensions(list: DerReader): Uint8Array {
  const rule = 'InvalidCrlExtension';
  const number = list.element(TAG.sequence, rule);
  number.expect(CRL_NUMBER_OID, rule);
  readInteger(number.last(TAG.octetString, rule).last(TAG.integer, rule), 20, rule);
  list.expect(KEY_ID_HEAD, rule);
  const authorityKeyId = list.take(20, rule);
  check(list.isAtEnd(), rule, () => 'unexpected extensions in a CRL');
  return authorityKeyId;
}
