// The parts of an X.509 certificate that a chain of attestation certificates is judged by (RFC 5280), read from DER.
// Signatures and keys are left to node:crypto; it does not show key usage, path lengths or criticality.

/** The certificate is not DER as RFC 5280 has it. */
export class CertificateError extends Error {
  constructor(detail: string) {
    super(`malformed certificate: ${detail}`);
    this.name = 'CertificateError';
  }
}

export interface BasicConstraints {
  readonly critical: boolean;
  readonly ca: boolean;
  readonly pathLength: number | null;
}

export interface Certificate {
  /** DER of the names. */
  readonly issuer: Uint8Array;
  readonly subject: Uint8Array;
  /** Milliseconds since 1970; both ends are within. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** Bits of the key usage extension, bit 0 first; null if it is absent. */
  readonly keyUsage: readonly boolean[] | null;
  readonly basicConstraints: BasicConstraints | null;
}

const SEQUENCE = 0x30;
const INTEGER = 0x02;
const BIT_STRING = 0x03;
const OCTET_STRING = 0x04;
const BOOLEAN = 0x01;
const OID = 0x06;
const UTC_TIME = 0x17;
const GENERALIZED_TIME = 0x18;
const VERSION = 0xa0;
const EXTENSIONS = 0xa3;
const KEY_USAGE = '551d0f';
const BASIC_CONSTRAINTS = '551d13';

interface Element {
  readonly tag: number;
  /** Contents, and the whole element with its header. */
  readonly body: Uint8Array;
  readonly whole: Uint8Array;
}

/** Reads the elements of a constructed value one after another. */
class DerReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get done(): boolean {
    return this.#at === this.#bytes.length;
  }

  /** The tag of the next element, -1 at the end. */
  get tag(): number {
    return this.#bytes[this.#at] ?? -1;
  }

  #byte(): number {
    const byte = this.#bytes[this.#at++];
    if (byte === undefined) throw new CertificateError('it ends early');
    return byte;
  }

  next(tag: number | null = null): Element {
    const start = this.#at;
    const found = this.#byte();
    if (tag !== null && found !== tag) throw new CertificateError(`tag ${found} where ${tag} is wanted`);
    let length = this.#byte();
    if (length >= 0x80) {
      const count = length & 0x7f;
      if (count === 0 || count > 3) throw new CertificateError('a length has a form that DER does not use');
      length = 0;
      for (let i = 0; i < count; i++) length = length * 256 + this.#byte();
      if (length < 0x80 || length < 2 ** (8 * (count - 1))) throw new CertificateError('a length is overlong');
    }
    const end = this.#at + length;
    if (end > this.#bytes.length) throw new CertificateError('an element reaches beyond its container');
    const body = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return { tag: found, body, whole: this.#bytes.subarray(start, end) };
  }
}

/** UTCTime (years 1950 to 2049) or GeneralizedTime, both to the second and in UTC (RFC 5280, section 4.1.2.5). */
function parseTime({ tag, body }: Element): number {
  const text = Buffer.from(body).toString('latin1');
  const match = /^(\d{2}|\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})Z$/.exec(text);
  const digits = tag === UTC_TIME ? 2 : tag === GENERALIZED_TIME ? 4 : 0;
  if (!match || match[1]!.length !== digits) throw new CertificateError(`"${text}" is no time`);
  const [year, month, day, hour, minute, second] = match.slice(1).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const fullYear = digits === 4 ? year : year < 50 ? 2000 + year : 1900 + year;
  return Date.UTC(fullYear, month - 1, day, hour, minute, second);
}

/** The bits of a BIT STRING, first bit first. */
function parseBits(bytes: Uint8Array): boolean[] {
  const unused = bytes[0];
  if (unused === undefined || unused > 7) throw new CertificateError('a bit string has no valid count of unused bits');
  const bits: boolean[] = [];
  for (const byte of bytes.subarray(1)) for (let bit = 7; bit >= 0; bit--) bits.push(((byte >> bit) & 1) === 1);
  return bits.slice(0, bits.length - unused);
}

function parseBasicConstraints(value: Uint8Array, critical: boolean): BasicConstraints {
  const fields = new DerReader(new DerReader(value).next(SEQUENCE).body);
  const ca = fields.tag === BOOLEAN && fields.next().body[0] === 0xff;
  let pathLength: number | null = null;
  if (fields.tag === INTEGER) {
    const { body } = fields.next();
    if (body.length === 0 || body.length > 4 || body[0]! >= 0x80)
      throw new CertificateError('a path length is out of range');
    pathLength = body.reduce((n, byte) => n * 256 + byte, 0);
  }
  return { critical, ca, pathLength };
}

/**
 * Reads a certificate; bytes behind it are refused.
 *
 * @throws CertificateError if it is malformed or has an extension twice.
 */
export function parseCertificate(der: Uint8Array): Certificate {
  const outer = new DerReader(der);
  const certificate = new DerReader(outer.next(SEQUENCE).body);
  if (!outer.done) throw new CertificateError('bytes follow it');
  const body = new DerReader(certificate.next(SEQUENCE).body);
  if (body.tag === VERSION) body.next();
  body.next(INTEGER); // serial number
  body.next(SEQUENCE); // signature algorithm
  const issuer = body.next(SEQUENCE).whole;
  const validity = new DerReader(body.next(SEQUENCE).body);
  const notBefore = parseTime(validity.next());
  const notAfter = parseTime(validity.next());
  const subject = body.next(SEQUENCE).whole;
  body.next(SEQUENCE); // public key
  let keyUsage: boolean[] | null = null;
  let basicConstraints: BasicConstraints | null = null;
  while (!body.done) {
    const element = body.next();
    if (element.tag !== EXTENSIONS) continue;
    const extensions = new DerReader(new DerReader(element.body).next(SEQUENCE).body);
    const seen = new Set<string>();
    while (!extensions.done) {
      const fields = new DerReader(extensions.next(SEQUENCE).body);
      const oid = Buffer.from(fields.next(OID).body).toString('hex');
      if (seen.has(oid)) throw new CertificateError(`extension ${oid} occurs twice`);
      seen.add(oid);
      const critical = fields.tag === BOOLEAN && fields.next().body[0] === 0xff;
      const { body: value } = fields.next(OCTET_STRING);
      if (oid === KEY_USAGE) keyUsage = parseBits(new DerReader(value).next(BIT_STRING).body);
      if (oid === BASIC_CONSTRAINTS) basicConstraints = parseBasicConstraints(value, critical);
    }
  }
  return { issuer, subject, notBefore, notAfter, keyUsage, basicConstraints };
}
