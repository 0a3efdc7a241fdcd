/**
 * Two faults at once: the rule that is reached first must be named. A verifier that checks in another order names
 * another rule, and two verifiers disagree.
 */
import { authorityKeyId, EXTENSION_OIDS, extension } from '../certificate.ts';
import { crlEntry } from '../crl.ts';
import { integer, octets, sequence, time } from '../der.ts';
import { DAY_SECONDS, hex, isoDate, u16 } from '../encoding.ts';
import { keyBinding, type QuoteForm } from '../quote.ts';
import { sgxEntry } from '../sgx-extension.ts';
import type { VerificationCase } from './case.ts';
import { CASE_TIME, caseKey, caseSerial, type CertificateName, type Draft } from './draft.ts';
import { body, header, qeReport } from './edits.ts';
import { certificateStep, overwrite, type Plan, type Step } from './plan.ts';
import type { RuleName } from './rules.ts';

/** A fault that leaves room for others: no two of them change the same bytes. */
type Fault = readonly [rule: RuleName, step: Step, edit: (draft: Draft) => void, tee?: 'sgx' | 'tdx'];

const PAST = sequence(time(CASE_TIME - 300 * DAY_SECONDS), time(CASE_TIME - 1));
const FUTURE = sequence(time(CASE_TIME + 1), time(CASE_TIME + 9 * DAY_SECONDS));
const YESTERDAY = isoDate(CASE_TIME - DAY_SECONDS);

function certificateFault(
  rule: RuleName,
  name: CertificateName,
  change: (draft: Draft['certificates']['root']) => void,
): Fault {
  return [rule, certificateStep(name), (draft) => change(draft.certificates[name])];
}
/** Changes bits and keeps the others, which another fault may have changed. */
const setBit = (bit: number, isSet: boolean) => (draft: Draft) => {
  const offset = 120 + (bit >> 3);
  const before = draft.quote.body[offset]!;
  const mask = 1 << (bit & 7);
  draft.quote.body = overwrite(draft.quote.body, offset, [isSet ? before | mask : before & ~mask]);
};
const stranger = caseKey('stranger');

/** In the order in which docs/spec/dcap.md has them reached. */
const FAULTS: readonly Fault[] = [
  certificateFault('InvalidSerialNumber', 'root', ({ parts }) => void (parts.serial = hex('020100'))),
  certificateFault('InvalidKeyUsage', 'root', ({ parts }) => {
    parts.extensions.keyUsage = extension(EXTENSION_OIDS.keyUsage, true, hex('03020204'));
  }),
  certificateFault('CertificateExpired', 'root', ({ parts }) => void (parts.validity = PAST)),
  ['UnsupportedCrlVersion', 'rootCrl', ({ crls }) => void (crls.root.parts.version = hex('020100'))],
  ['CrlExpired', 'rootCrl', ({ crls }) => void (crls.root.parts.nextUpdate = time(CASE_TIME - 1))],
  ['InvalidCrlSignature', 'rootCrl', ({ crls }) => void (crls.root.signer = stranger)],
  certificateFault('CertificateNotYetValid', 'tcbSigning', ({ parts }) => void (parts.validity = FUTURE)),
  certificateFault('InvalidCertificateSignature', 'tcbSigning', (draft) => void (draft.signer = stranger)),
  ['InvalidTcbInfoSignature', 'tcbInfo', ({ tcbInfo }) => void (tcbInfo.signer = stranger)],
  ['UnsupportedTcbInfo', 'tcbInfo', ({ tcbInfo }) => void (tcbInfo.json.version = 4)],
  ['UnknownTcbStatus', 'tcbInfo', ({ tcbInfo }) => void (tcbInfo.json.tcbLevels[0]!.tcbStatus = 'Good')],
  ['UnknownAdvisory', 'tcbInfo', ({ tcbInfo }) => void (tcbInfo.json.tcbLevels[1]!.advisoryIDs = ['SA-1'])],
  ['TcbInfoExpired', 'tcbInfo', ({ tcbInfo }) => void (tcbInfo.json.nextUpdate = YESTERDAY)],
  certificateFault('CertificateExpired', 'qeSigning', ({ parts }) => {
    // A serial number of its own: it is another certificate than that of the TCB info.
    parts.serial = integer(caseSerial('second TCB signing'));
    parts.validity = PAST;
  }),
  ['InvalidQeIdentitySignature', 'qeIdentity', ({ qeIdentity }) => void (qeIdentity.signer = stranger)],
  ['UnsupportedQeIdentity', 'qeIdentity', ({ qeIdentity }) => void (qeIdentity.json.version = 1)],
  ['QeIdentityExpired', 'qeIdentity', ({ qeIdentity }) => void (qeIdentity.json.nextUpdate = YESTERDAY)],
  certificateFault('InvalidBasicConstraints', 'pckCa', ({ parts }) => {
    parts.extensions.basicConstraints = extension(EXTENSION_OIDS.basicConstraints, true, sequence());
  }),
  certificateFault('CertificateExpired', 'pckCa', ({ parts }) => void (parts.validity = PAST)),
  ['InvalidCrlExtension', 'pckCrl', ({ crls }) => void delete crls.pckCa.parts.extensions.number],
  ['InvalidCrlSignature', 'pckCrl', ({ crls }) => void (crls.pckCa.signer = stranger)],
  ['UnsupportedAttestationKeyType', 'verification', header(2, u16(3))],
  ['UnknownQeVendor', 'verification', header(12, [0])],
  ['ReservedHeaderField', 'verification', header(8, [1]), 'tdx'],
  ['InvalidQeAuthDataSize', 'verification', ({ quote }) => void (quote.qeAuthData = new Uint8Array(16))],
  ['ReservedReportField', 'verification', body(21, [1]), 'sgx'],
  ['ReservedTdAttributes', 'verification', setBit(40, true), 'tdx'],
  ['SeptVeNotDisabled', 'verification', setBit(28, false), 'tdx'],
  ['DebugNotAllowed', 'verification', setBit(0, true), 'tdx'],
  ['DebugNotAllowed', 'verification', body(48, [7]), 'sgx'],
  certificateFault('InvalidSerialNumber', 'pck', ({ parts }) => void (parts.serial = hex('020100'))),
  ['InvalidPpid', 'verification', ({ sgx }) => void (sgx.ppid = sgxEntry('01', octets()))],
  ['MalformedSgxExtension', 'verification', ({ sgx }) => void (sgx.sgxType = sgxEntry('05', hex('0a0109')))],
  certificateFault('PckCaMissing', 'pck', ({ parts }) => {
    const nobody = authorityKeyId(new Uint8Array(20).fill(9));
    parts.extensions.authorityKeyId = extension(EXTENSION_OIDS.authorityKeyId, false, nobody);
  }),
  certificateFault('IssuerMismatch', 'pck', ({ parts }) => void (parts.issuer = sequence())),
  certificateFault('CertificateExpired', 'pck', ({ parts }) => void (parts.validity = PAST)),
  [
    'CertificateRevoked',
    'verification',
    ({ crls }) => {
      crls.pckCa.parts.entries = [crlEntry({ serial: caseSerial('pck'), atSeconds: CASE_TIME - 9 })];
    },
  ],
  certificateFault('InvalidCertificateSignature', 'pck', (draft) => void (draft.signer = stranger)),
  ['InvalidQeReportSignature', 'verification', ({ quote }) => void (quote.qeReportSigner = stranger)],
  [
    'QeReportDataMismatch',
    'verification',
    ({ quote }) => {
      quote.bindsKey = false;
      quote.qeReport = overwrite(quote.qeReport, 320, keyBinding(stranger.publicKey, quote.qeAuthData));
    },
  ],
  ['InvalidQuoteSignature', 'verification', ({ quote }) => void (quote.quoteSigner = stranger)],
  ['TcbInfoMissing', 'verification', ({ sgx }) => void (sgx.fmspc = sgxEntry('04', octets(hex('00906ea10000'))))],
  ['PceIdMismatch', 'verification', ({ sgx }) => void (sgx.pceId = sgxEntry('03', octets(hex('0001'))))],
  ['QeIdentityMissing', 'verification', ({ qeIdentity }) => void (qeIdentity.json.tcbEvaluationDataNumber = 3)],
  ['NonZeroSeamAttributes', 'verification', body(112, [1]), 'tdx'],
  ['TdxModuleIdentityMissing', 'verification', body(1, [9]), 'tdx'],
  ['QeMiscSelectMismatch', 'verification', qeReport(16, [1])],
  ['QeAttributesMismatch', 'verification', qeReport(48, [0x17])],
  ['QeSignerMismatch', 'verification', qeReport(128, [0, 0, 0, 0])],
  ['QeProductMismatch', 'verification', qeReport(256, u16(9))],
  ['QeLevelMissing', 'verification', qeReport(258, u16(0))],
  [
    'TcbLevelMissing',
    'verification',
    ({ tcbInfo }) => {
      for (const { tcb } of tcbInfo.json.tcbLevels) tcb.sgxtcbcomponents[0]!.svn += 10;
    },
  ],
  ['TdxModuleLevelMissing', 'verification', body(0, [0]), 'tdx'],
];

/** A case of two faults; `rule` is that of the first. */
export interface OrderCase extends VerificationCase {
  /** The rule that must not be named */
  second: RuleName;
}

/** Pairs of faults as plans: each with the next one and the fourth after it. */
export function* orderPlans(): Generator<Plan & { second: RuleName }> {
  for (const form of ['sgx3', 'tdx4', 'tdx5td15'] as const satisfies QuoteForm[]) {
    const tee = form === 'sgx3' ? 'sgx' : 'tdx';
    const faults = FAULTS.filter(([, , , only]) => only === undefined || only === tee);
    // What comes before the verification is the same in every form.
    const isFirstForm = form === 'sgx3';
    for (const [i, [rule, step, edit]] of faults.entries()) {
      if (!isFirstForm && step !== 'verification') continue;
      for (const distance of [1, 4]) {
        const later = faults[i + distance];
        if (!later) continue;
        const [second, laterStep, laterEdit] = later;
        const about = `${form}: ${rule} in ${step} before ${second} in ${laterStep}`;
        const both = (draft: Draft): void => {
          edit(draft);
          laterEdit(draft);
        };
        yield { rule, about, step, form, edit: both, second };
      }
    }
  }
}
