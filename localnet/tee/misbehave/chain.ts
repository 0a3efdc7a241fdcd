/** Roots, issuers, dates, revocations and signatures of certificates: docs/spec/dcap.md sections 4, 6.1 and 8. */
import { concat } from '../../../prover/protocol/bytes.ts';
import {
  authorityKeyId,
  COMMON_NAMES,
  distinguishedName,
  EXTENSION_OIDS,
  extension,
  keyIdentifier,
  P256_KEY_HEAD,
  type CertificateParts,
} from '../certificate.ts';
import { crlEntry } from '../crl.ts';
import { sequence, time } from '../der.ts';
import { DAY_SECONDS, hex } from '../encoding.ts';
import { flipS, keyOf } from '../keys.ts';
import { QUOTE_FORMS } from '../quote.ts';
import { Vendor } from '../vendor.ts';
import { withSignature } from './certificates.ts';
import {
  CASE_TIME,
  caseKey,
  CERTIFICATE_NAMES,
  caseSerial,
  issueCertificate,
  type CertificateName,
  type Draft,
} from './draft.ts';
import { certificatePlan, flipBits, type OracleRow, type Plan } from './plan.ts';

const ISSUED: readonly CertificateName[] = ['tcbSigning', 'qeSigning', 'pckCa', 'pck'];

const keyId = (bytes: Uint8Array) => (parts: CertificateParts) =>
  void (parts.extensions.authorityKeyId = extension(EXTENSION_OIDS.authorityKeyId, false, authorityKeyId(bytes)));
const of = (name: CertificateName, change: (parts: CertificateParts) => void) => (draft: Draft) =>
  change(draft.certificates[name].parts);

const issuers: Plan[] = [
  ...CERTIFICATE_NAMES.flatMap((name) => [
    certificatePlan(
      'IssuerMismatch',
      name,
      'issued by itself, it says, under another name',
      (draft) => {
        draft.certificates[name].parts.issuer = distinguishedName(`Second ${COMMON_NAMES.root}`);
      },
      'certificates',
    ),
    certificatePlan(
      'IssuerMismatch',
      name,
      'issuer without its last part',
      (draft) => {
        const { parts } = draft.certificates[name];
        parts.issuer = sequence(parts.issuer.slice(2, -13));
      },
      'certificates',
    ),
    certificatePlan(
      'IssuerMismatch',
      name,
      'issuer in other letter case',
      (draft) => {
        const { parts } = draft.certificates[name];
        parts.issuer = flipBits(parts.issuer, 14, 0x20);
      },
      'certificates',
    ),
  ]),
  ...CERTIFICATE_NAMES.filter((name) => name !== 'pck').map((name) =>
    certificatePlan(
      'IssuerMismatch',
      name,
      'authority key identifier of nobody',
      of(name, keyId(new Uint8Array(20).fill(9))),
      'certificates',
    ),
  ),
];

/** A leaf's key identifier selects its PCK CA. */
const missingCa: Plan[] = QUOTE_FORMS.flatMap((form) => [
  certificatePlan(
    'PckCaMissing',
    'pck',
    `${form}: authority key identifier of nobody`,
    of('pck', keyId(new Uint8Array(20).fill(9))),
    'certificates',
    form,
  ),
  certificatePlan(
    'PckCaMissing',
    'pck',
    `${form}: authority key identifier of the root`,
    of('pck', (parts) => {
      keyId(keyIdentifier(caseKey('root')))(parts);
    }),
    'certificates',
    form,
  ),
  certificatePlan(
    'PckCaMissing',
    'pck',
    `${form}: of the other PCK CA, whose certificate is not at hand`,
    (draft) => {
      const { parts } = draft.certificates.pck;
      draft.certificates.pck.signer = caseKey('processor');
      parts.issuer = distinguishedName(COMMON_NAMES.processor);
      keyId(keyIdentifier(caseKey('processor')))(parts);
    },
    undefined,
    form,
  ),
]);

const FAR = CASE_TIME + 1000 * DAY_SECONDS;
const LONG_AGO = CASE_TIME - 300 * DAY_SECONDS;
const window = (name: CertificateName, from: number, to: number) =>
  of(name, (parts) => void (parts.validity = sequence(time(from), time(to))));

const dates: Plan[] = CERTIFICATE_NAMES.flatMap((name) => [
  certificatePlan('CertificateNotYetValid', name, 'by a second', window(name, CASE_TIME + 1, FAR)),
  certificatePlan('CertificateNotYetValid', name, 'by a year', window(name, CASE_TIME + 365 * DAY_SECONDS, FAR)),
  certificatePlan(
    'CertificateNotYetValid',
    name,
    'valid from 2050 on',
    window(name, Date.UTC(2050, 0, 1) / 1000, Date.UTC(2060, 0, 1) / 1000),
  ),
  certificatePlan('CertificateExpired', name, 'by a second', window(name, LONG_AGO, CASE_TIME - 1)),
  certificatePlan(
    'CertificateExpired',
    name,
    'by a year',
    window(name, CASE_TIME - 900 * DAY_SECONDS, CASE_TIME - 365 * DAY_SECONDS),
  ),
  certificatePlan(
    'CertificateExpired',
    name,
    'in the last century',
    window(name, Date.UTC(1971, 1, 3) / 1000, Date.UTC(1999, 11, 31) / 1000),
  ),
]);

const stranger = (n: number) => crlEntry({ serial: caseSerial(`stranger ${n}`), atSeconds: LONG_AGO, reason: 1 });

const revoked: Plan[] = ISSUED.flatMap((name) => {
  const crl = name === 'pck' ? 'pckCa' : 'root';
  const plan = (
    about: string,
    entries: (own: Uint8Array) => Uint8Array[],
    reason?: number,
    atSeconds = LONG_AGO,
  ): Plan =>
    certificatePlan('CertificateRevoked', name, about, (draft) => {
      // Its own serial number, so that the other TCB signing certificate is not revoked with it.
      const serial = caseSerial(`revoked ${name}`);
      draft.certificates[name].parts.serial = serialElement(serial);
      draft.crls[crl].parts.entries = entries(crlEntry({ serial, atSeconds, ...(reason !== undefined && { reason }) }));
    });
  return [
    plan('alone on the CRL', (own) => [own], 1),
    plan('first on the CRL', (own) => [own, stranger(1), stranger(2)], 1),
    plan('last on the CRL', (own) => [stranger(1), stranger(2), own], 1),
    plan('listed twice', (own) => [own, own], 1),
    plan('without a reason', (own) => [stranger(1), own]),
    plan('reason removeFromCRL', (own) => [own], 8),
    plan('reason certificateHold', (own) => [own], 6),
    plan('from tomorrow on', (own) => [own], 1, CASE_TIME + DAY_SECONDS),
  ];
});

function serialElement(serial: Uint8Array): Uint8Array {
  const content = serial[0]! >= 0x80 ? concat(Uint8Array.of(0), serial) : serial;
  return concat(Uint8Array.of(0x02, content.length), content);
}

const ORDER = hex('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551');
const asInteger = (magnitude: Uint8Array): Uint8Array =>
  magnitude[0]! >= 0x80 ? concat(Uint8Array.of(0), magnitude) : magnitude;

const signatures: Plan[] = ISSUED.flatMap((name) => {
  const signedBy = (key: string): Plan =>
    certificatePlan('InvalidCertificateSignature', name, `signed by ${key}`, (draft) => {
      draft.certificates[name].signer = caseKey(key);
    });
  const changed = (about: string, change: (r: Uint8Array, s: Uint8Array) => Uint8Array[]): Plan =>
    certificatePlan('InvalidCertificateSignature', name, about, (draft) => {
      draft.certificates[name].finish = (bytes) => withSignature(bytes, change);
    });
  return [
    signedBy(name === 'qeSigning' ? 'tcbSigning' : name),
    signedBy(name === 'pck' ? 'root' : 'pck'),
    signedBy('stranger'),
    changed('r and s swapped', (r, s) => [s, r]),
    changed('r zero', (_, s) => [Uint8Array.of(0), s]),
    changed('s zero', (r) => [r, Uint8Array.of(0)]),
    changed('r and s one', () => [Uint8Array.of(1), Uint8Array.of(1)]),
    changed('r the order', (_, s) => [asInteger(ORDER), s]),
    changed('s the order', (r) => [r, asInteger(ORDER)]),
    certificatePlan('InvalidCertificateSignature', name, 'one bit of the serial number changed', (draft) => {
      draft.certificates[name].finish = (bytes) => flipBits(bytes, 20);
    }),
  ];
});

const KEY_ROW: OracleRow = 'certificates';

/** Collateral whose root is not the one that is configured. */
function root(about: string, edit: (draft: Draft) => void, oracle?: OracleRow): Plan {
  const withTrusted = (draft: Draft): void => {
    draft.trustedRoot = issueCertificate(draft.certificates.root);
    edit(draft);
  };
  return certificatePlan('UntrustedRoot', 'root', about, withTrusted, oracle);
}

const roots: Plan[] = [
  // dcap-qvl trusts the key of the root and not its certificate.
  root(
    'the same root under another serial number',
    of('root', (parts) => void (parts.serial = hex('020107'))),
    KEY_ROW,
  ),
  root('the same root, renewed', window('root', LONG_AGO - 1, FAR), KEY_ROW),
  root(
    'the same root with the other valid s',
    (draft) => {
      draft.certificates.root.finish = (bytes) => withSignature(bytes, otherS);
    },
    KEY_ROW,
  ),
  root('a byte behind its end', (draft) => {
    draft.certificates.root.finish = (bytes) => concat(bytes, Uint8Array.of(0));
  }),
  root('cut by one byte', (draft) => {
    draft.certificates.root.finish = (bytes) => bytes.slice(0, -1);
  }),
  root('empty', (draft) => void (draft.certificates.root.finish = () => new Uint8Array())),
  root('the PCK CA in its place', (draft) => {
    draft.certificates.root.finish = () => issueCertificate(draft.certificates.pckCa);
  }),
  root('the TCB signing certificate in its place', (draft) => {
    draft.certificates.root.finish = () => issueCertificate(draft.certificates.tcbSigning);
  }),
  root('another vendor of this simulation', (draft) => {
    draft.certificates.root.finish = () => new Vendor({ seed: 'another vendor' }).root;
  }),
  ...QUOTE_FORMS.map((form): Plan => ({
    ...root(`${form}: everything in order under the root of a stranger`, (draft) => underStranger(draft)),
    form,
  })),
];

/** The other valid signature, as contents of INTEGERs. */
export function otherS(r: Uint8Array, s: Uint8Array): Uint8Array[] {
  const fixed = new Uint8Array(64);
  for (const [content, end] of [
    [r, 32],
    [s, 64],
  ] as const) {
    const value = content.length > 32 ? content.slice(1) : content;
    fixed.set(value, end - value.length);
  }
  const flipped = flipS(fixed).slice(32);
  const start = flipped.findIndex((byte) => byte !== 0);
  return [r, asInteger(flipped.slice(start))];
}

/** Signs everything by a root of somebody else who uses the same names. */
function underStranger(draft: Draft): void {
  const strangerRoot = keyOf('stranger', 'root');
  const { certificates, crls } = draft;
  certificates.root.parts.publicKey = concat(P256_KEY_HEAD, strangerRoot.publicKey);
  for (const name of ['root', 'pckCa', 'tcbSigning', 'qeSigning'] as const) certificates[name].signer = strangerRoot;
  crls.root.signer = strangerRoot;
}

export const chainPlans: readonly Plan[] = [...roots, ...issuers, ...missingCa, ...dates, ...revoked, ...signatures];
