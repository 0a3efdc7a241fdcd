import { equalBytes, isZero, toHex } from '../bytes.ts';
import { DerReader, readInteger, TAG } from './der.ts';
import { check, DcapError } from './errors.ts';

/** 1.2.840.113741.1.13.1, the root of Intel's SGX extension, as OID content. */
export const SGX_EXTENSION_OID = Uint8Array.of(0x2a, 0x86, 0x48, 0x86, 0xf8, 0x4d, 0x01, 0x0d, 0x01);

export type SgxType = 'standard' | 'scalable' | 'scalableWithIntegrity';
const SGX_TYPES: readonly SgxType[] = ['standard', 'scalable', 'scalableWithIntegrity'];

/** What Intel certifies about a machine in its PCK certificate (docs/spec/dcap.md section 5). */
export interface SgxExtension {
  /** 16 bytes */
  ppid: Uint8Array;
  /** 16 SVNs, one byte each */
  tcbComponents: Uint8Array;
  pceSvn: number;
  /** 16 bytes */
  cpuSvn: Uint8Array;
  /** 2 bytes */
  pceId: Uint8Array;
  /** 6 bytes */
  fmspc: Uint8Array;
  sgxType: SgxType;
  /** 16 bytes, of platforms that can have several CPUs */
  platformInstanceId?: Uint8Array;
  /** For display: not judged, absent where it is not as Intel documents it */
  configuration?: { dynamicPlatform?: boolean; cachedKeys?: boolean; smtEnabled?: boolean };
}

/**
 * Reads the content of the SGX extension.
 * @throws DcapError `MalformedSgxExtension`, `InvalidPpid`
 */
export function readSgxExtension(content: DerReader): SgxExtension {
  const reader = new DerReader(content.bytes, 'MalformedSgxExtension', content.position, content.end);
  const entries = reader.last(TAG.sequence);
  const ppid = entry(entries, 1).last(TAG.octetString).rest();
  check(ppid.length === 16, 'InvalidPpid', () => `the PPID has ${ppid.length} bytes, not 16: it may be encrypted`);
  check(!isZero(ppid), 'InvalidPpid', () => 'the PPID is zero, so that it names no machine');

  const tcb = entry(entries, 2).last(TAG.sequence);
  const tcbComponents = new Uint8Array(16);
  for (let i = 0; i < 16; i++) tcbComponents[i] = smallInteger(entry(tcb, 2, i + 1), 1);
  const pceSvn = smallInteger(entry(tcb, 2, 17), 2);
  const cpuSvn = octets(entry(tcb, 2, 18), 16);
  atEnd(tcb);

  const pceId = octets(entry(entries, 3), 2);
  const fmspc = octets(entry(entries, 4), 6);
  const typeBytes = entry(entries, 5).last(TAG.enumerated).rest();
  const sgxType = typeBytes.length === 1 ? SGX_TYPES[typeBytes[0]!] : undefined;
  check(sgxType !== undefined, 'MalformedSgxExtension', () => `SGX type ${toHex(typeBytes)} is unknown`);
  const extension: SgxExtension = { ppid, tcbComponents, pceSvn, cpuSvn, pceId, fmspc, sgxType };
  if (!entries.isAtEnd()) {
    extension.platformInstanceId = octets(entry(entries, 6), 16);
    extension.configuration = displayConfiguration(entry(entries, 7).last(TAG.sequence));
    atEnd(entries);
  }
  return extension;
}

/** Enters the entry whose OID is the SGX extension's and the suffix; the value is next. */
function entry(reader: DerReader, ...suffix: number[]): DerReader {
  const inner = reader.element(TAG.sequence);
  const oid = inner.element(TAG.oid).rest();
  const expected = Uint8Array.of(...SGX_EXTENSION_OID, ...suffix);
  check(
    equalBytes(oid, expected),
    reader.malformed,
    () => `expected the entry ${toHex(expected)}, found ${toHex(oid)}`,
  );
  return inner;
}

function octets(inner: DerReader, length: number): Uint8Array {
  const bytes = inner.last(TAG.octetString).rest();
  check(bytes.length === length, inner.malformed, () => `a value has ${bytes.length} bytes, not ${length}`);
  return bytes;
}

function smallInteger(inner: DerReader, maxBytes: number): number {
  return readInteger(inner.last(TAG.integer), maxBytes, inner.malformed).reduce((sum, byte) => sum * 256 + byte, 0);
}

function atEnd(reader: DerReader): void {
  check(reader.isAtEnd(), reader.malformed, () => `unexpected bytes at ${reader.position}`);
}

function displayConfiguration(reader: DerReader): SgxExtension['configuration'] {
  const names = ['dynamicPlatform', 'cachedKeys', 'smtEnabled'] as const;
  const configuration: NonNullable<SgxExtension['configuration']> = {};
  try {
    for (let i = 0; !reader.isAtEnd(); i++) {
      const inner = reader.element(TAG.sequence);
      const oid = inner.element(TAG.oid).rest();
      const name = names[oid[oid.length - 1]! - 1];
      const value = inner.last(TAG.boolean).rest();
      if (name) configuration[name] = value[0] === 0xff;
    }
  } catch (error) {
    // The content is judged by nobody, so that a fault in it must not decide about the certificate.
    if (error instanceof DcapError) return undefined;
    throw error;
  }
  return configuration;
}
