import { concat } from '../../prover/protocol/bytes.ts';
import { der, integer, octets, oid, sequence } from './der.ts';

/** 1.2.840.113741.1.13.1 as OID content in hex. */
export const SGX_OID = '2a864886f84d010d01';

/** What a PCK certificate says of its machine (docs/spec/dcap.md section 5). */
export interface SgxFields {
  /** 16 bytes */
  ppid: Uint8Array;
  /** 16 SVNs of one byte */
  components: readonly number[];
  pceSvn: number;
  /** 16 bytes */
  cpuSvn: Uint8Array;
  /** 2 bytes */
  pceId: Uint8Array;
  /** 6 bytes */
  fmspc: Uint8Array;
  /** 0 standard, 1 scalable, 2 scalable with integrity */
  sgxType: 0 | 1 | 2;
  /** 16 bytes; with the configuration, on platforms of several CPUs alone */
  platformInstanceId?: Uint8Array;
  configuration?: PlatformConfiguration;
}

export interface PlatformConfiguration {
  dynamicPlatform: boolean;
  cachedKeys: boolean;
  smtEnabled: boolean;
}

/** Entries of the extension, each encoded whole, in the order in which they are written. */
export type SgxParts = Record<string, Uint8Array>;

/** An entry: OID of the extension with a suffix in hex, and an encoded value. */
export function sgxEntry(suffix: string, value: Uint8Array): Uint8Array {
  return sequence(oid(SGX_OID + suffix), value);
}

export function sgxParts(fields: SgxFields): SgxParts {
  const parts: SgxParts = {
    ppid: sgxEntry('01', octets(fields.ppid)),
    tcb: sgxEntry('02', sequence(...Object.values(tcbParts(fields)))),
    pceId: sgxEntry('03', octets(fields.pceId)),
    fmspc: sgxEntry('04', octets(fields.fmspc)),
    sgxType: sgxEntry('05', der(0x0a, Uint8Array.of(fields.sgxType))),
  };
  if (fields.platformInstanceId) parts.platformInstanceId = sgxEntry('06', octets(fields.platformInstanceId));
  if (fields.configuration) {
    const { dynamicPlatform, cachedKeys, smtEnabled } = fields.configuration;
    const flags = [dynamicPlatform, cachedKeys, smtEnabled].map((flag, i) =>
      sgxEntry(`070${i + 1}`, der(0x01, Uint8Array.of(flag ? 0xff : 0))),
    );
    parts.configuration = sgxEntry('07', sequence(...flags));
  }
  return parts;
}

/** The 18 entries inside the TCB entry. */
export function tcbParts(fields: Pick<SgxFields, 'components' | 'pceSvn' | 'cpuSvn'>): SgxParts {
  const parts: SgxParts = {};
  fields.components.forEach((svn, i) => {
    parts[`component${i + 1}`] = sgxEntry(`02${(i + 1).toString(16).padStart(2, '0')}`, integer(svn));
  });
  parts.pceSvn = sgxEntry('0211', integer(fields.pceSvn));
  parts.cpuSvn = sgxEntry('0212', octets(fields.cpuSvn));
  return parts;
}

/** The content of the extension's OCTET STRING. */
export function writeSgxExtension(parts: SgxParts): Uint8Array {
  return sequence(concat(...Object.values(parts)));
}
