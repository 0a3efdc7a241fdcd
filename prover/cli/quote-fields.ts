import {
  chainOfQuote,
  dcapRuleNumber,
  isDebug,
  isMigratable,
  PCK_CHAIN,
  readCertificate,
  DcapError,
  type Certificate,
  type EnclaveReport,
  type Quote,
  type TdReport,
} from '../protocol/dcap/index.ts';

const KIND = { enclave: 'SGX enclave report', td10: 'TD report 1.0', td15: 'TD report 1.5' } as const;

/** Bits of TDATTRIBUTES by name (docs/spec/dcap.md section 3). */
const TD_ATTRIBUTES: [bit: number, name: string][] = [
  [0, 'DEBUG'],
  [16, 'ICSSD'],
  [27, 'LASS'],
  [28, 'SEPT_VE_DISABLE'],
  [29, 'MIGRATABLE'],
  [30, 'PKS'],
  [31, 'KL'],
  [63, 'PERFMON'],
];

/** Every field of a quote as plain data, for --json and for people. Nothing of it is verified. */
export function quoteFields(quote: Quote): Record<string, unknown> {
  const { header, report } = quote;
  return {
    header,
    body: {
      type: KIND[report.kind],
      debug: isDebug(report),
      ...(report.kind === 'enclave' ? {} : { migratable: isMigratable(report), attributes: attributeNames(report) }),
      ...withoutKind(report),
    },
    signature: {
      signature: quote.signature,
      attestationKey: quote.attestationKey,
      qeReport: withoutKind(quote.qeReport),
      qeReportSignature: quote.qeReportSignature,
      qeAuthenticationData: quote.qeAuthData,
      certificationDataType: quote.certificationDataType,
      certificationDataBytes: quote.certificationData.length,
    },
    certificates: certificates(quote),
  };
}

function withoutKind(report: EnclaveReport | TdReport): Record<string, unknown> {
  const { kind: _kind, ...fields } = report;
  return fields;
}

function attributeNames(report: TdReport): string[] {
  const isSet = (bit: number): boolean => ((report.tdAttributes[bit >> 3]! >> (bit & 7)) & 1) === 1;
  return TD_ATTRIBUTES.filter(([bit]) => isSet(bit)).map(([, name]) => name);
}

/** The certificates that a quote carries; one that cannot be read says why and hides nothing else of the quote. */
function certificates(quote: Quote): Record<string, unknown> {
  try {
    if (quote.certificationDataType !== PCK_CHAIN) return { pck: certificate(quote.certificationData, 'pck') };
    const chain = chainOfQuote(quote);
    return {
      pck: certificate(chain.pck, 'pck'),
      pckCa: certificate(chain.pckCa, 'pckCa'),
      root: certificate(chain.root, 'root'),
    };
  } catch (error) {
    return unreadable(error);
  }
}

function certificate(der: Uint8Array, role: 'pck' | 'pckCa' | 'root'): Record<string, unknown> {
  let read: Certificate;
  try {
    read = readCertificate(der, role);
  } catch (error) {
    return unreadable(error);
  }
  return {
    subject: read.commonName,
    serial: read.serial,
    notBefore: isoTime(read.notBeforeSeconds),
    notAfter: isoTime(read.notAfterSeconds),
    ...(read.sgx ? { sgx: read.sgx } : {}),
  };
}

function unreadable(error: unknown): Record<string, unknown> {
  if (!(error instanceof DcapError)) throw error;
  return { unreadable: `${error.code} (${dcapRuleNumber(error.code)}): ${error.detail}` };
}

export function isoTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000', '');
}
