/** PCK certificates whose SGX extension is wrong: docs/spec/dcap.md section 5. */
import { concat } from '../../../prover/protocol/bytes.ts';
import { EXTENSION_OIDS, extension } from '../certificate.ts';
import { integer, octets, sequence } from '../der.ts';
import { hex } from '../encoding.ts';
import type { QuoteForm } from '../quote.ts';
import { sgxEntry, SGX_OID, sgxParts, writeSgxExtension, type SgxParts } from '../sgx-extension.ts';
import { FMSPC, sgxFields, type Draft } from './draft.ts';
import { certificatePlan, overwrite, type OracleRow, type Plan } from './plan.ts';

const ROW: OracleRow = 'sgxExtension';

function malformed(about: string, edit: (draft: Draft) => void, oracle?: OracleRow): Plan {
  return certificatePlan('MalformedSgxExtension', 'pck', about, edit, oracle);
}

/** Changes entries of the extension. */
const entries = (change: (sgx: SgxParts) => void) => (draft: Draft) => change(draft.sgx);
/** Changes entries of the TCB entry. */
const tcb = (change: (tcb: SgxParts) => void) => (draft: Draft) => change(draft.tcb);
/** Replaces the whole value of the extension. */
const value = (bytes: () => Uint8Array) => (draft: Draft) =>
  void (draft.certificates.pck.parts.extensions.sgx = extension(EXTENSION_OIDS.sgx, false, bytes()));
/** Puts the entries into another order. */
function reorder(parts: SgxParts, keys: readonly string[]): void {
  const before = { ...parts };
  for (const key of Object.keys(parts)) delete parts[key];
  for (const key of keys) parts[key] = before[key]!;
}

const swapped = (a: string, b: string) => (parts: SgxParts) =>
  reorder(
    parts,
    Object.keys(parts).map((key) => (key === a ? b : key === b ? a : key)),
  );

const form: Plan[] = [
  malformed(
    'empty value',
    value(() => new Uint8Array()),
  ),
  malformed(
    'empty list',
    value(() => sequence()),
  ),
  malformed(
    'value a SET',
    value(() => concat(Uint8Array.of(0x31), honest().slice(1))),
  ),
  malformed(
    'a byte behind the list',
    value(() => concat(honest(), Uint8Array.of(0))),
    ROW,
  ),
  malformed(
    'list cut by one byte',
    value(() => honest().slice(0, -1)),
  ),
  ...['tcb', 'pceId', 'fmspc', 'sgxType', 'platformInstanceId', 'configuration'].map((key) =>
    malformed(
      `no ${key}`,
      entries((sgx) => void delete sgx[key]),
      key === 'tcb' || key === 'fmspc' ? undefined : ROW,
    ),
  ),
  malformed(
    'no PPID',
    entries((sgx) => void delete sgx.ppid),
    ROW,
  ),
  malformed(
    'an unknown entry at the end',
    entries((sgx) => void (sgx.more = sgxEntry('08', octets(hex('00'))))),
    ROW,
  ),
  malformed(
    'an unknown entry in the middle',
    entries((sgx) => {
      sgx.pceId = concat(sgx.pceId!, sgxEntry('08', octets()));
    }),
    ROW,
  ),
  malformed('PCEID and FMSPC swapped', entries(swapped('pceId', 'fmspc')), ROW),
  malformed('PPID behind the TCB', entries(swapped('ppid', 'tcb')), ROW),
  malformed('configuration before the platform instance', entries(swapped('platformInstanceId', 'configuration')), ROW),
  malformed(
    'FMSPC twice',
    entries((sgx) => void (sgx.fmspc = concat(sgx.fmspc!, sgxEntry('04', octets(hex('00906ea10000')))))),
    ROW,
  ),
  malformed(
    'entry under an OID outside the extension',
    entries((sgx) => {
      sgx.pceId = sequence(hex('060a2a864886f84d010d0203'), octets(hex('0000')));
    }),
    ROW,
  ),
  malformed(
    'entry with two values',
    entries((sgx) => {
      const inner = sgxEntry('03', octets(hex('0000')));
      sgx.pceId = sequence(inner.slice(2), hex('0500'));
    }),
    ROW,
  ),
];

const lengths: Plan[] = [
  malformed(
    'length of an entry not in its shortest form',
    entries((sgx) => void (sgx.ppid = concat(Uint8Array.of(0x30, 0x81), sgx.ppid!.slice(1)))),
    ROW,
  ),
  malformed(
    'length of a value not in its shortest form',
    entries((sgx) => void (sgx.pceId = sequence(hex(`060a${SGX_OID}03`), hex('04810200 00')))),
    ROW,
  ),
  malformed(
    'an entry goes on beyond the list',
    value(() => {
      const bytes = honest();
      // The entry of the configuration has 70 bytes.
      const last = bytes.length - 70;
      return overwrite(bytes, last + 1, [bytes[last + 1]! + 1]);
    }),
  ),
  malformed(
    'indefinite length',
    value(() => concat(Uint8Array.of(0x30, 0x80), honest().slice(4), new Uint8Array(2))),
  ),
];

const values: Plan[] = [
  malformed(
    'PPID an INTEGER',
    entries((sgx) => void (sgx.ppid = sgxEntry('01', integer(7)))),
    ROW,
  ),
  malformed(
    'PCEID of 1 byte',
    entries((sgx) => void (sgx.pceId = sgxEntry('03', octets(hex('00'))))),
    ROW,
  ),
  malformed(
    'PCEID of 3 bytes',
    entries((sgx) => void (sgx.pceId = sgxEntry('03', octets(hex('000000'))))),
    ROW,
  ),
  malformed(
    'FMSPC of 5 bytes',
    entries((sgx) => void (sgx.fmspc = sgxEntry('04', octets(FMSPC.slice(1))))),
  ),
  malformed(
    'FMSPC of 7 bytes',
    entries((sgx) => void (sgx.fmspc = sgxEntry('04', octets(FMSPC, hex('00'))))),
  ),
  malformed(
    'SGX type 3',
    entries((sgx) => void (sgx.sgxType = sgxEntry('05', hex('0a0103')))),
    ROW,
  ),
  malformed(
    'SGX type of 2 bytes',
    entries((sgx) => void (sgx.sgxType = sgxEntry('05', hex('0a020001')))),
    ROW,
  ),
  malformed(
    'SGX type an INTEGER',
    entries((sgx) => void (sgx.sgxType = sgxEntry('05', integer(1)))),
    ROW,
  ),
  malformed(
    'platform instance of 15 bytes',
    entries((sgx) => {
      sgx.platformInstanceId = sgxEntry('06', octets(new Uint8Array(15).fill(5)));
    }),
    ROW,
  ),
  malformed(
    'configuration an OCTET STRING',
    entries((sgx) => void (sgx.configuration = sgxEntry('07', octets()))),
    ROW,
  ),
];

const tcbEntries: Plan[] = [
  ...[1, 8, 16].flatMap((i) => {
    const key = `component${i}`;
    const suffix = `02${i.toString(16).padStart(2, '0')}`;
    return [
      malformed(
        `no component ${i}`,
        tcb((parts) => void delete parts[key]),
        ROW,
      ),
      malformed(
        `component ${i} of 256`,
        tcb((parts) => void (parts[key] = sgxEntry(suffix, integer(256)))),
        ROW,
      ),
      malformed(
        `component ${i} negative`,
        tcb((parts) => void (parts[key] = sgxEntry(suffix, hex('0201ff')))),
        ROW,
      ),
      malformed(
        `component ${i} with a needless zero`,
        tcb((parts) => void (parts[key] = sgxEntry(suffix, hex('02020001')))),
        ROW,
      ),
      malformed(
        `component ${i} empty`,
        tcb((parts) => void (parts[key] = sgxEntry(suffix, hex('0200')))),
        ROW,
      ),
    ];
  }),
  malformed('components 1 and 2 swapped', tcb(swapped('component1', 'component2')), ROW),
  malformed(
    'a 17th component',
    tcb((parts) => void (parts.component16 = concat(parts.component16!, sgxEntry('0213', integer(0))))),
    ROW,
  ),
  malformed(
    'an entry behind CPUSVN',
    tcb((parts) => void (parts.more = sgxEntry('0213', integer(0)))),
    ROW,
  ),
  malformed('CPUSVN before PCESVN', tcb(swapped('pceSvn', 'cpuSvn')), ROW),
  malformed(
    'no PCESVN',
    tcb((parts) => void delete parts.pceSvn),
  ),
  malformed(
    'PCESVN of 65,536',
    tcb((parts) => void (parts.pceSvn = sgxEntry('0211', integer(65536)))),
  ),
  malformed(
    'PCESVN negative',
    tcb((parts) => void (parts.pceSvn = sgxEntry('0211', hex('0201f3')))),
    ROW,
  ),
  malformed(
    'PCESVN an OCTET STRING',
    tcb((parts) => void (parts.pceSvn = sgxEntry('0211', octets(hex('0d'))))),
    ROW,
  ),
  malformed(
    'no CPUSVN',
    tcb((parts) => void delete parts.cpuSvn),
  ),
  malformed(
    'CPUSVN of 15 bytes',
    tcb((parts) => void (parts.cpuSvn = sgxEntry('0212', octets(new Uint8Array(15).fill(9))))),
  ),
  malformed(
    'CPUSVN of 17 bytes',
    tcb((parts) => void (parts.cpuSvn = sgxEntry('0212', octets(new Uint8Array(17).fill(9))))),
  ),
];

function ppid(about: string, bytes: Uint8Array, form: QuoteForm = 'tdx4'): Plan {
  const edit = (draft: Draft): void => void (draft.sgx.ppid = sgxEntry('01', octets(bytes)));
  return certificatePlan('InvalidPpid', 'pck', about, edit, 'ppid', form);
}

const ppids: Plan[] = [
  ppid('zero', new Uint8Array(16)),
  ppid('zero, SGX', new Uint8Array(16), 'sgx3'),
  ppid('zero, version 5', new Uint8Array(16), 'tdx5'),
  ppid('empty', new Uint8Array()),
  ppid('1 byte', hex('07')),
  ppid('8 bytes', new Uint8Array(8).fill(7)),
  ppid('15 bytes', new Uint8Array(15).fill(7)),
  ppid('17 bytes', new Uint8Array(17).fill(7)),
  ppid('32 bytes', new Uint8Array(32).fill(7)),
  ppid('encrypted with RSA-2048, 256 bytes', new Uint8Array(256).fill(0xa5)),
  ppid('encrypted with RSA-3072, 384 bytes', new Uint8Array(384).fill(0xa5)),
  ppid('encrypted with RSA-3072, SGX', new Uint8Array(384).fill(0xa5), 'sgx3'),
];

export const sgxPlans: readonly Plan[] = [...form, ...lengths, ...values, ...tcbEntries, ...ppids];

/** The honest value of the extension. */
function honest(): Uint8Array {
  return writeSgxExtension(sgxParts(sgxFields()));
}
