/** Honest certificates, CRLs and signed documents in every form that docs/spec/dcap.md allows. */
import { crlPoints, EXTENSION_OIDS, extension } from '../certificate.ts';
import { crlEntry } from '../crl.ts';
import { svns } from '../defaults.ts';
import { der, integer, octets, oid, sequence, time } from '../der.ts';
import { advisoryId, isvLevelJson, platformLevelJson } from '../documents.ts';
import { DAY_SECONDS, hex, hexDigits, isoDate, u16, utf8 } from '../encoding.ts';
import { flipS } from '../keys.ts';
import { QUOTE_FORMS } from '../quote.ts';
import { sgxEntry } from '../sgx-extension.ts';
import { commonName, rename, withSignature } from './certificates.ts';
import { otherS } from './chain.ts';
import {
  asProcessor,
  CASE_TIME,
  CERTIFICATE_NAMES,
  COMPONENTS,
  caseSerial,
  type CertificateName,
  type Draft,
} from './draft.ts';
import { body, both, noModuleDemand, teeTcbSvn2, type Edit } from './edits.ts';
import type { Expected, HonestPlan } from './honest.ts';
import { filled } from './honest-reports.ts';
import { overwrite } from './plan.ts';

const inCertificate =
  (name: CertificateName, change: (draft: Draft['certificates'][CertificateName]['parts']) => void): Edit =>
  (draft) =>
    change(draft.certificates[name].parts);
const eachCertificate = (
  about: string,
  edit: (name: CertificateName) => Edit,
  expected?: (name: CertificateName) => Partial<Expected>,
): HonestPlan[] =>
  CERTIFICATE_NAMES.map((name) => ({
    about: `${name}: ${about}`,
    form: 'tdx4',
    edit: edit(name),
    ...(expected && { expected: expected(name) }),
  }));

const certificates: HonestPlan[] = [
  ...QUOTE_FORMS.map((form): HonestPlan => ({
    about: 'a machine of a single processor, under the processor CA',
    form,
    edit: asProcessor,
  })),
  ...eachCertificate('the other valid s', (name) => (draft) => {
    draft.certificates[name].finish = (bytes) => withSignature(bytes, otherS);
  }),
  ...eachCertificate('serial number of one byte', (name) =>
    inCertificate(name, (parts) => void (parts.serial = integer(CERTIFICATE_NAMES.indexOf(name) + 1))),
  ),
  ...eachCertificate('serial number of 20 bytes of ones', (name) =>
    inCertificate(name, (parts) => {
      parts.serial = integer(new Uint8Array(20).fill(0xff));
    }),
  ),
  ...eachCertificate('extensions in the other order', (name) =>
    inCertificate(name, (parts) => {
      parts.extensions = Object.fromEntries(Object.entries(parts.extensions).reverse());
    }),
  ),
  ...eachCertificate('another point of distribution', (name) =>
    inCertificate(name, (parts) => {
      parts.extensions.crlPoints = extension(
        EXTENSION_OIDS.crlPoints,
        false,
        crlPoints(`https://a.test/${'x'.repeat(300)}`),
      );
    }),
  ),
  ...eachCertificate('more names of its subject', (name) => (draft) => {
    const attribute = (type: string, text: string): Uint8Array => der(0x31, sequence(oid(type), der(0x0c, utf8(text))));
    rename(draft, name, sequence(attribute('550403', `x ${commonName(name)}`), attribute('550407', 'Ä')));
  }),
  ...eachCertificate('valid beyond 2050', (name) =>
    inCertificate(name, (parts) => {
      parts.validity = sequence(time(CASE_TIME - DAY_SECONDS), time(Date.UTC(2060, 1, 29) / 1000));
    }),
  ),
  ...eachCertificate(
    'begins and ends at the time of judgement',
    (name) => inCertificate(name, (parts) => void (parts.validity = sequence(time(CASE_TIME), time(CASE_TIME)))),
    () => ({ expiresAt: CASE_TIME }),
  ),
  ...(['root', 'pckCa'] as const).flatMap((name): HonestPlan[] => [
    { about: `${name}: no path length`, form: 'tdx4', edit: constraints(name, '30030101ff') },
    { about: `${name}: path length 127`, form: 'tdx4', edit: constraints(name, '30060101ff02017f') },
    { about: `${name}: key usage with digital signature too`, form: 'tdx4', edit: usage(name, '03020186') },
  ]),
  ...(['tcbSigning', 'pck'] as const).map((name): HonestPlan => ({
    about: `${name}: key usage digital signature alone`,
    form: 'tdx4',
    edit: usage(name, '03020780'),
  })),
  {
    about: 'QE identity under a second TCB signing certificate',
    form: 'tdx4',
    edit: inCertificate('qeSigning', (parts) => void (parts.serial = integer(caseSerial('second TCB signing')))),
  },
  {
    about: 'QE identity under a TCB signing certificate that ends first',
    form: 'sgx3',
    edit: inCertificate(
      'qeSigning',
      (parts) => void (parts.validity = sequence(time(CASE_TIME - DAY_SECONDS), time(CASE_TIME + 7))),
    ),
    expected: { expiresAt: CASE_TIME + 7 },
  },
  {
    about: 'a PCK CA in the chain of the quote that nobody signed',
    form: 'tdx4',
    edit: (draft) => {
      // Evidence has no chain. Letters of base64 amid the PCK CA: behind it is the root, of about 950 letters.
      const letters = new Uint8Array(8).fill(0x41);
      draft.finishQuote = (bytes, kind) => (kind === 'quote' ? overwrite(bytes, bytes.length - 1400, letters) : bytes);
    },
    oracle: { row: 'quoteChain' },
  },
  {
    about: 'configuration of the platform that nobody looks into',
    form: 'tdx4',
    edit: (draft) => void (draft.sgx.configuration = sgxEntry('07', sequence(octets(hex('01'))))),
  },
  {
    about: 'SGX type standard on a platform of several processors',
    form: 'tdx4',
    edit: (draft) => void (draft.sgx.sgxType = sgxEntry('05', hex('0a0100'))),
  },
  {
    about: 'PCEID other than zero',
    form: 'tdx4',
    edit: both(
      (draft) => void (draft.sgx.pceId = sgxEntry('03', octets(hex('0a01')))),
      (draft) => void (draft.tcbInfo.json.pceId = '0A01'),
    ),
  },
];

function constraints(name: CertificateName, value: string): Edit {
  return inCertificate(name, (parts) => {
    parts.extensions.basicConstraints = extension(EXTENSION_OIDS.basicConstraints, true, hex(value));
  });
}

function usage(name: CertificateName, value: string): Edit {
  return inCertificate(
    name,
    (parts) => void (parts.extensions.keyUsage = extension(EXTENSION_OIDS.keyUsage, true, hex(value))),
  );
}

const stranger = (n: number, reason?: number): Uint8Array =>
  crlEntry({
    serial: caseSerial(`stranger ${n}`),
    atSeconds: CASE_TIME - 9 * DAY_SECONDS,
    ...(reason !== undefined && { reason }),
  });
const entries =
  (name: 'root' | 'pckCa', ...list: Uint8Array[]): Edit =>
  (draft) =>
    void (draft.crls[name].parts.entries = list);

const crls: HonestPlan[] = [
  { about: 'PCK CRL without entries', form: 'tdx4', edit: entries('pckCa') },
  {
    about: 'entries with and without reasons',
    form: 'tdx4',
    edit: entries('pckCa', stranger(1), stranger(2, 8), stranger(3, 0)),
  },
  { about: 'root CRL with entries', form: 'sgx3', edit: entries('root', stranger(1, 1), stranger(2, 1)) },
  {
    about: 'PCK CRL of 70 entries',
    form: 'tdx4',
    edit: entries('pckCa', ...Array.from({ length: 70 }, (_, i) => stranger(i + 10, 1))),
  },
  {
    about: 'serial number of the machine on the CRL of another issuer',
    form: 'tdx4',
    edit: entries('root', crlEntry({ serial: caseSerial('pck'), atSeconds: CASE_TIME - DAY_SECONDS, reason: 1 })),
    oracle: { row: 'crls' },
  },
  {
    about: 'serial numbers on the CRL that go on where that of the machine ends',
    form: 'tdx4',
    edit: both(
      inCertificate('pck', (parts) => void (parts.serial = integer(hex('010203')))),
      entries(
        'pckCa',
        ...['01', '0102', '01020304', '020301'].map((serial) =>
          crlEntry({ serial: hex(serial), atSeconds: CASE_TIME - DAY_SECONDS }),
        ),
      ),
    ),
  },
  {
    about: 'CRL number of 20 bytes',
    form: 'tdx4',
    edit: (draft) =>
      void (draft.crls.root.parts.extensions.number = extension(
        '551d14',
        false,
        integer(new Uint8Array(20).fill(0xee)),
      )),
  },
  {
    about: 'the other valid s in the CRLs',
    form: 'tdx4',
    edit: (draft) => {
      for (const crl of Object.values(draft.crls)) crl.finish = (bytes) => withSignature(bytes, otherS);
    },
  },
  ...(['root', 'pckCa'] as const).map((name): HonestPlan => ({
    about: `CRL of ${name} begins and ends at the time of judgement`,
    form: 'tdx4',
    edit: ({ crls: lists }) => {
      lists[name].parts.thisUpdate = time(CASE_TIME);
      lists[name].parts.nextUpdate = time(CASE_TIME);
    },
    expected: { expiresAt: CASE_TIME },
  })),
];

const now0 = isoDate(CASE_TIME);
const documents: HonestPlan[] = [
  ...(['sgx3', 'tdx4'] as const).flatMap((form): HonestPlan[] => {
    const tee = form === 'sgx3' ? 'sgx' : 'tdx';
    return [
      {
        about: 'TCB info begins and ends at the time of judgement',
        form,
        edit: ({ tcbInfo }) => void Object.assign(tcbInfo.json, { issueDate: now0, nextUpdate: now0 }),
        expected: { expiresAt: CASE_TIME },
      },
      {
        about: 'QE identity begins and ends at the time of judgement',
        form,
        edit: ({ qeIdentity }) => void Object.assign(qeIdentity.json, { issueDate: now0, nextUpdate: now0 }),
        expected: { expiresAt: CASE_TIME },
      },
      ...[0, 1, 4294967295].map((evaluationNumber): HonestPlan => ({
        about: `edition ${evaluationNumber}`,
        form,
        edit: ({ tcbInfo, qeIdentity }) => {
          tcbInfo.json.tcbEvaluationDataNumber = evaluationNumber;
          qeIdentity.json.tcbEvaluationDataNumber = evaluationNumber;
        },
        expected: { evaluationNumber },
      })),
      {
        about: 'hex digits of the TCB info in lower case',
        form,
        edit: ({ tcbInfo }) =>
          void (tcbInfo.edit = (text) => text.replace(/"[0-9A-F]{12,}"/g, (digits) => digits.toLowerCase())),
      },
      {
        about: 'hex digits of the QE identity in lower case',
        form,
        edit: ({ qeIdentity }) =>
          void (qeIdentity.edit = (text) => text.replace(/"[0-9A-F]{8,}"/g, (digits) => digits.toLowerCase())),
      },
      {
        about: 'the other valid s under both documents',
        form,
        edit: ({ tcbInfo, qeIdentity }) => {
          tcbInfo.finish = qeIdentity.finish = (document, signature) => [document, flipS(signature)];
        },
      },
      {
        about: '64 platform levels, the last one fits',
        form,
        edit: ({ tcbInfo }) => {
          tcbInfo.json.tcbLevels = Array.from({ length: 64 }, (_, i) =>
            platformLevelJson(
              {
                sgx: COMPONENTS,
                pceSvn: 76 - i,
                tdx: svns(5, 0, 3),
                status: i === 63 ? 'SWHardeningNeeded' : 'UpToDate',
              },
              tee,
            ),
          );
        },
        expected: { status: 'SWHardeningNeeded' },
      },
      {
        about: '16 levels of the quoting enclave, the last one fits',
        form,
        edit: ({ qeIdentity, quote }) => {
          qeIdentity.json.tcbLevels = Array.from({ length: 16 }, (_, i) =>
            isvLevelJson({ isvSvn: 40 - 2 * i, status: i === 15 ? 'OutOfDate' : 'UpToDate', advisories: [i + 1] }),
          );
          quote.qeReport = overwrite(quote.qeReport, 258, u16(11));
        },
        expected: { status: 'OutOfDate', advisories: [16] },
      },
      {
        about: '64 advisories, some again in the level of the quoting enclave',
        form,
        edit: ({ tcbInfo, qeIdentity }) => {
          tcbInfo.json.tcbLevels[0]!.advisoryIDs = numbers(64).reverse().map(advisoryId);
          qeIdentity.json.tcbLevels[0]!.advisoryIDs = [99999, 5, 1].map(advisoryId);
        },
        expected: { advisories: [...numbers(64), 99999] },
      },
      {
        about: 'empty lists of advisories',
        form,
        edit: ({ tcbInfo, qeIdentity }) => {
          for (const level of [...tcbInfo.json.tcbLevels, ...qeIdentity.json.tcbLevels]) level.advisoryIDs = [];
        },
      },
      {
        about: 'labels of components of every allowed form',
        form,
        edit: ({ tcbInfo }) => {
          const { sgxtcbcomponents: list } = tcbInfo.json.tcbLevels[0]!.tcb;
          list[0] = { svn: list[0]!.svn, type: 'a type alone' };
          list[1] = { svn: list[1]!.svn, category: '', type: ' !#$%&()*+,-./:;<=>?@[]^_`{|}~' };
          list[2] = { svn: list[2]!.svn, category: 'x'.repeat(64) };
          list[3] = { svn: list[3]!.svn };
        },
      },
      {
        about: 'one level each',
        form,
        edit: ({ tcbInfo, qeIdentity }) => {
          tcbInfo.json.tcbLevels.splice(1);
          qeIdentity.json.tcbLevels.splice(1);
        },
      },
    ];
  }),
  {
    about: '16 module identities, the last one fits',
    form: 'tdx4',
    edit: ({ tcbInfo }) => {
      const [third, first] = tcbInfo.json.tdxModuleIdentities!;
      const others = Array.from({ length: 15 }, (_, i) => ({ ...third!, id: `TDX_${(0xa0 + i).toString(16)}` }));
      tcbInfo.json.tdxModuleIdentities = [...others, first!];
    },
  },
  {
    about: '16 levels of the module, the last one fits',
    form: 'tdx5',
    edit: both(noModuleDemand, ({ tcbInfo }) => {
      tcbInfo.json.tdxModuleIdentities![1]!.tcbLevels = Array.from({ length: 16 }, (_, i) =>
        isvLevelJson({ isvSvn: 21 - i, status: i === 15 ? 'UpToDate' : 'OutOfDate' }),
      );
    }),
  },
  {
    about: 'module identity whose id has letters in lower case',
    form: 'tdx4',
    edit: both(
      body(1, [0xab]),
      noModuleDemand,
      ({ tcbInfo }) => void (tcbInfo.json.tdxModuleIdentities![1]!.id = 'TDX_aB'),
    ),
  },
  {
    about: 'module signed by somebody whom its identity names',
    form: 'tdx4',
    edit: both(body(64, filled(48, 8)), ({ tcbInfo }) => {
      tcbInfo.json.tdxModuleIdentities![1]!.mrsigner = hexDigits(filled(48, 8));
    }),
  },
  {
    about: 'module identity that becomes out of date with the second level alone',
    form: 'tdx5td15',
    edit: both(noModuleDemand, body(0, [4]), teeTcbSvn2(0, [4, 1, 3])),
    expected: { status: 'OutOfDate', advisories: [1036, 1099] },
    oracle: { row: 'tdxModule', says: { status: 'UpToDate', advisories: [] } },
  },
];

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i + 1);
}

export const honestCollateral: readonly HonestPlan[] = [...certificates, ...crls, ...documents];
