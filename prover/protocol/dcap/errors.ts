/** The rules of docs/spec/dcap.md by name, with their numbers. The name is the same in every implementation. */
export const DCAP_RULES = {
  TruncatedEvidence: 1,
  UnsupportedQuoteVersion: 2,
  UnsupportedAttestationKeyType: 3,
  UnsupportedTeeType: 4,
  UnknownQeVendor: 5,
  ReservedHeaderField: 6,
  UnsupportedBodyType: 7,
  InvalidBodySize: 8,
  InvalidSignatureDataSize: 9,
  UnsupportedCertificationData: 10,
  InvalidCertificationDataSize: 11,
  InvalidQeAuthDataSize: 12,
  ReservedReportField: 13,
  ReservedTdAttributes: 14,
  SeptVeNotDisabled: 15,
  DebugNotAllowed: 16,
  MalformedCertificate: 20,
  UnsupportedCertificateVersion: 21,
  InvalidSerialNumber: 22,
  UnsupportedSignatureAlgorithm: 23,
  InvalidValidity: 24,
  WrongSubject: 25,
  UnsupportedPublicKey: 26,
  UnknownExtension: 27,
  DuplicateExtension: 28,
  InvalidExtension: 29,
  InvalidKeyUsage: 30,
  InvalidBasicConstraints: 31,
  MissingExtension: 32,
  IssuerMismatch: 33,
  CertificateNotYetValid: 34,
  CertificateExpired: 35,
  CertificateRevoked: 36,
  InvalidCertificateSignature: 37,
  MalformedSgxExtension: 40,
  InvalidPpid: 41,
  UntrustedRoot: 50,
  MalformedCrl: 51,
  UnsupportedCrlVersion: 52,
  InvalidCrlExtension: 53,
  CrlIssuerMismatch: 54,
  CrlNotYetValid: 55,
  CrlExpired: 56,
  InvalidCrlSignature: 57,
  InvalidTcbInfoSignature: 60,
  MalformedTcbInfo: 61,
  UnsupportedTcbInfo: 62,
  UnknownTcbStatus: 63,
  UnknownAdvisory: 64,
  TooManyEntries: 65,
  UnorderedTcbLevels: 66,
  TcbInfoNotYetValid: 67,
  TcbInfoExpired: 68,
  InvalidQeIdentitySignature: 70,
  MalformedQeIdentity: 71,
  UnsupportedQeIdentity: 72,
  QeIdentityNotYetValid: 73,
  QeIdentityExpired: 74,
  CollateralMissing: 80,
  CollateralNotNewer: 81,
  StaleSnapshot: 82,
  PckCaMissing: 90,
  InvalidQeReportSignature: 91,
  QeReportDataMismatch: 92,
  InvalidQuoteSignature: 93,
  TcbInfoMissing: 100,
  CollateralExpired: 101,
  CollateralRevoked: 102,
  PceIdMismatch: 103,
  QeIdentityMissing: 104,
  NonZeroSeamAttributes: 105,
  TdxModuleIdentityMissing: 106,
  TdxModuleMismatch: 107,
  QeMiscSelectMismatch: 110,
  QeAttributesMismatch: 111,
  QeSignerMismatch: 112,
  QeProductMismatch: 113,
  QeLevelMissing: 114,
  TcbLevelMissing: 115,
  TdxModuleLevelMissing: 116,
  TcbRevoked: 117,
  TrailingBytes: 120,
  MalformedPem: 121,
  InvalidPemChain: 122,
  MalformedCollateralFile: 123,
} as const;

export type DcapRule = keyof typeof DCAP_RULES;

/** The rule's number as docs/spec/dcap.md writes it, for example `DCAP-09`. */
export function dcapRuleNumber(rule: DcapRule): string {
  return `DCAP-${String(DCAP_RULES[rule]).padStart(2, '0')}`;
}

/** Thrown by every function of prover/protocol/dcap: `code` is the broken rule, `detail` says what was found and what to do. */
export class DcapError extends Error {
  readonly code: DcapRule;
  readonly detail: string;

  constructor(code: DcapRule, detail: string) {
    super(`${code} (${dcapRuleNumber(code)}): ${detail}`);
    this.name = 'DcapError';
    this.code = code;
    this.detail = detail;
  }
}

/** Throws the rule unless the condition holds. The detail is a function so that the honest path pays nothing for it. */
export function check(condition: boolean, code: DcapRule, detail: () => string): asserts condition {
  if (!condition) throw new DcapError(code, detail());
}
