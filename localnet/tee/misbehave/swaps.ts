/** Parts in the place of others, each rightly signed, and keys that are no point of the curve. */
import { concat } from '../../../prover/protocol/bytes.ts';
import { P256_KEY_HEAD } from '../certificate.ts';
import { writeDocument } from '../documents.ts';
import { hex } from '../encoding.ts';
import { sign } from '../keys.ts';
import { keyBinding, QUOTE_FORMS } from '../quote.ts';
import { caseKey, issueCertificate, issueCrl, roleOf, type CertificateName, type Draft } from './draft.ts';
import { certificatePlan, crlPlan, documentPlan, quotePlan, type Plan } from './plan.ts';

/** Certificates that are in order, but of another role. */
const ROLES: readonly [place: CertificateName, other: CertificateName][] = [
  ['tcbSigning', 'pckCa'],
  ['tcbSigning', 'root'],
  ['qeSigning', 'pckCa'],
  ['qeSigning', 'root'],
  ['pckCa', 'tcbSigning'],
  ['pckCa', 'root'],
  ['pck', 'tcbSigning'],
  ['pck', 'pckCa'],
  ['pck', 'root'],
];

const certificates: Plan[] = ROLES.map(([place, other]) =>
  certificatePlan('WrongSubject', place, `the certificate of ${other} in its place`, (draft) => {
    // Issued now: the draft of the other one is not changed by this case.
    const bytes = issueCertificate(draft.certificates[other]);
    draft.certificates[place].finish = () => bytes;
  }),
);

const crls: Plan[] = (['root', 'pckCa'] as const).map((name) =>
  crlPlan(
    'CrlIssuerMismatch',
    name,
    'the CRL of the other CA in its place',
    (draft) => {
      const bytes = issueCrl(draft.crls[name === 'root' ? 'pckCa' : 'root']);
      draft.crls[name].finish = () => bytes;
    },
    'crls',
  ),
);

const documents: Plan[] = (['sgx3', 'tdx4'] as const).flatMap((form) => [
  documentPlan('UnsupportedTcbInfo', 'tcbInfo', form, 'the QE identity in its place', (draft) => {
    const text = new TextDecoder().decode(writeDocument(draft.qeIdentity.json));
    draft.tcbInfo.edit = () => text;
  }),
  documentPlan('UnsupportedQeIdentity', 'qeIdentity', form, 'the TCB info in its place', (draft) => {
    const text = new TextDecoder().decode(writeDocument(draft.tcbInfo.json));
    draft.qeIdentity.edit = () => text;
  }),
  documentPlan('InvalidTcbInfoSignature', 'tcbInfo', form, 'the signature of the QE identity', (draft) => {
    draft.tcbInfo.finish = (document) => [document, signatureOf(draft, 'qeIdentity')];
  }),
  documentPlan('InvalidQeIdentitySignature', 'qeIdentity', form, 'the signature of the TCB info', (draft) => {
    draft.qeIdentity.finish = (document) => [document, signatureOf(draft, 'tcbInfo')];
  }),
]);

function signatureOf(draft: Draft, name: 'tcbInfo' | 'qeIdentity'): Uint8Array {
  return sign(writeDocument(draft[name].json), draft[name].signer);
}

/** Two machines: parts of the one in the quote of the other. */
const machines: Plan[] = QUOTE_FORMS.flatMap((form) => [
  quotePlan('InvalidQeReportSignature', form, 'QE report of another machine', (draft) => {
    draft.quote.qeReportSigner = caseKey('PCK of another machine');
    draft.quote.qeReport = draft.quote.qeReport.map((byte, i) => (i < 16 ? byte + 1 : byte));
  }),
  quotePlan('QeReportDataMismatch', form, 'QE report for the attestation key of another machine', (draft) => {
    draft.quote.bindsKey = false;
    const { publicKey } = caseKey('attestation of another machine');
    draft.quote.qeReport.set(keyBinding(publicKey, draft.quote.qeAuthData), 320);
  }),
  quotePlan('InvalidQuoteSignature', form, 'signed by the attestation key of another machine', (draft) => {
    draft.quote.quoteSigner = caseKey('attestation of another machine');
  }),
]);

const NO_POINTS: readonly [about: string, point: Uint8Array][] = [
  ['zeros', new Uint8Array(64)],
  ['off the curve', new Uint8Array(64).fill(3)],
  ['x above the prime', concat(new Uint8Array(32).fill(0xff), new Uint8Array(32).fill(1))],
  // The generator of secp256k1.
  [
    'of another curve',
    hex(
      '79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798' +
        '483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8',
    ),
  ],
];

/** A certified key that is no point verifies nothing: the fault shows in what the key should have signed. */
const noPoints: Plan[] = NO_POINTS.flatMap(([about, point]) => {
  const change = (name: CertificateName) => (draft: Draft) =>
    void (draft.certificates[name].parts.publicKey = concat(P256_KEY_HEAD, point));
  const words = (name: CertificateName): string => `key of ${roleOf(name)} no point: ${about}`;
  return [
    crlPlan('InvalidCrlSignature', 'root', words('root'), change('root')),
    crlPlan('InvalidCrlSignature', 'pckCa', words('pckCa'), change('pckCa')),
    documentPlan('InvalidTcbInfoSignature', 'tcbInfo', 'tdx4', words('tcbSigning'), change('tcbSigning')),
    documentPlan('InvalidQeIdentitySignature', 'qeIdentity', 'tdx4', words('qeSigning'), change('qeSigning')),
    quotePlan('InvalidQeReportSignature', 'tdx4', words('pck'), change('pck')),
  ];
});

export const swapPlans: readonly Plan[] = [...certificates, ...crls, ...documents, ...machines, ...noPoints];
