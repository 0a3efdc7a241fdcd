/** Evidence that is in order by itself and does not fit its collateral: docs/spec/dcap.md section 9. */
import { DAY_SECONDS, hex, hexDigits, isoDate, u16 } from '../encoding.ts';
import { octets, integer, sequence, time } from '../der.ts';
import { sgxEntry } from '../sgx-extension.ts';
import { QUOTE_FORMS, type QuoteForm } from '../quote.ts';
import { CASE_TIME, caseSerial, EVALUATION_NUMBER, laterCrl, type CertificateName, type Draft } from './draft.ts';
import { body, both, noModuleDemand, qeReport, teeTcbSvn2 } from './edits.ts';
import { flipBits, quotePlan, TDX_FORMS, type OracleRow, type Plan } from './plan.ts';
import type { RuleName } from './rules.ts';

function inForms(
  forms: readonly QuoteForm[],
  rule: RuleName,
  about: string,
  edit: (draft: Draft) => void,
  oracle?: OracleRow,
): Plan[] {
  return forms.map((form) => quotePlan(rule, form, about, edit, oracle));
}

const fmspc = (bytes: Uint8Array) => (draft: Draft) => void (draft.sgx.fmspc = sgxEntry('04', octets(bytes)));
const matching: Plan[] = [
  ...inForms(QUOTE_FORMS, 'TcbInfoMissing', 'leaf of another FMSPC', fmspc(hex('00906ea10000'))),
  ...inForms(QUOTE_FORMS, 'TcbInfoMissing', 'FMSPC differs in the last byte', fmspc(hex('90c06f000001'))),
  ...inForms(QUOTE_FORMS, 'TcbInfoMissing', 'TCB info of another FMSPC', (draft) => {
    draft.tcbInfo.json.fmspc = '50806F000000';
  }),
  ...inForms(TDX_FORMS, 'TcbInfoMissing', 'TCB info of SGX for the same FMSPC', (draft) => {
    const { json } = draft.tcbInfo;
    json.id = 'SGX';
    delete json.tdxModule;
    delete json.tdxModuleIdentities;
    for (const { tcb } of json.tcbLevels) delete tcb.tdxtcbcomponents;
  }),
  ...QUOTE_FORMS.flatMap((form) =>
    ['0001', '0100', 'FFFF'].map((pceId) =>
      quotePlan(
        'PceIdMismatch',
        form,
        `PCEID ${pceId} of the TCB info`,
        (draft) => void (draft.tcbInfo.json.pceId = pceId),
        'editions',
      ),
    ),
  ),
  quotePlan(
    'PceIdMismatch',
    'tdx4',
    'PCEID 0100 of the leaf',
    (draft) => void (draft.sgx.pceId = sgxEntry('03', octets(hex('0100')))),
    'editions',
  ),
  quotePlan(
    'PceIdMismatch',
    'tdx4',
    'PCEID in the other order of bytes',
    (draft) => {
      draft.sgx.pceId = sgxEntry('03', octets(hex('0100')));
      draft.tcbInfo.json.pceId = '0001';
    },
    'editions',
  ),
  ...QUOTE_FORMS.flatMap((form) =>
    [EVALUATION_NUMBER - 1, EVALUATION_NUMBER + 1, 0].map((number) =>
      quotePlan(
        'QeIdentityMissing',
        form,
        `QE identity of edition ${number}`,
        (draft) => {
          draft.qeIdentity.json.tcbEvaluationDataNumber = number;
        },
        'editions',
      ),
    ),
  ),
  ...QUOTE_FORMS.map((form) =>
    quotePlan('QeIdentityMissing', form, 'QE identity of the other kind', (draft) => {
      draft.qeIdentity.json.id = form === 'sgx3' ? 'TD_QE' : 'QE';
    }),
  ),
];

/** Collateral that was in order when it was admitted, and ended since. */
function aged(part: string, end: (draft: Draft, at: number) => void): Plan[] {
  const plan = (form: QuoteForm, about: string, by: number): Plan =>
    quotePlan(
      'CollateralExpired',
      form,
      `${part} ended ${about} ago`,
      (draft) => {
        draft.admittedAtSeconds = CASE_TIME - by - DAY_SECONDS;
        end(draft, CASE_TIME - by);
      },
      AGED_CRL.has(part) ? 'crls' : undefined,
    );
  return [plan('sgx3', 'a second', 1), plan('tdx4', 'a second', 1), plan('tdx5td15', 'an hour', 3600)];
}

const AGED_CRL: ReadonlySet<string> = new Set(['root CRL', 'PCK CRL']);
const certificateEnd = (name: CertificateName) => (draft: Draft, at: number) =>
  void (draft.certificates[name].parts.validity = sequence(time(CASE_TIME - 300 * DAY_SECONDS), time(at)));

const ages: Plan[] = [
  ...aged('root', certificateEnd('root')),
  ...aged('PCK CA', certificateEnd('pckCa')),
  ...aged('TCB signing certificate', certificateEnd('tcbSigning')),
  ...aged('TCB signing certificate of the QE identity', certificateEnd('qeSigning')),
  ...aged('root CRL', (draft, at) => void (draft.crls.root.parts.nextUpdate = time(at))),
  ...aged('PCK CRL', (draft, at) => void (draft.crls.pckCa.parts.nextUpdate = time(at))),
  ...aged('TCB info', (draft, at) => void (draft.tcbInfo.json.nextUpdate = isoDate(at))),
  ...aged('QE identity', (draft, at) => void (draft.qeIdentity.json.nextUpdate = isoDate(at))),
];

const revocations: Plan[] = (['pckCa', 'tcbSigning', 'qeSigning'] as const).flatMap((name) =>
  QUOTE_FORMS.map((form) =>
    quotePlan('CollateralRevoked', form, `${name} revoked by a later root CRL`, (draft) => {
      draft.admittedAtSeconds = CASE_TIME - DAY_SECONDS;
      const serial = caseSerial(`revoked ${name}`);
      draft.certificates[name].parts.serial = integer(serial);
      draft.laterRootCrl = laterCrl([{ serial, atSeconds: CASE_TIME - 60, reason: 1 }]);
    }),
  ),
);

const identity = (draft: Draft, version: number) =>
  draft.tcbInfo.json.tdxModuleIdentities!.find(({ id }) => id === `TDX_0${version}`)!;

const modules: Plan[] = [
  ...TDX_FORMS.flatMap((form) => [
    ...[112, 115, 119].map((offset) =>
      quotePlan(
        'NonZeroSeamAttributes',
        form,
        `byte ${offset - 112}`,
        body(offset, [offset === 119 ? 0x80 : 1]),
        'tdxModule',
      ),
    ),
    quotePlan(
      'NonZeroSeamAttributes',
      form,
      'in quote and TCB info alike',
      both(body(112, [1]), (draft) => {
        identity(draft, 1).attributes = '0100000000000000';
      }),
      'tdxModule',
    ),
    quotePlan('NonZeroSeamAttributes', form, 'module version 0', both(body(0, [5, 0]), body(113, [1])), 'tdxModule'),
    ...[2, 4, 0x10, 0xff].map((version) =>
      quotePlan('TdxModuleIdentityMissing', form, `module version ${version}`, body(1, [version]), 'tdxModule'),
    ),
    quotePlan(
      'TdxModuleIdentityMissing',
      form,
      'TCB info without module identities',
      (draft) => {
        delete draft.tcbInfo.json.tdxModuleIdentities;
      },
      'tdxModule',
    ),
    ...[64, 88, 111].map((offset) =>
      quotePlan('TdxModuleMismatch', form, `byte ${offset - 64} of MRSIGNERSEAM`, body(offset, [0x10]), 'tdxModule'),
    ),
    quotePlan(
      'TdxModuleMismatch',
      form,
      'another signer in the module identity',
      (draft) => {
        identity(draft, 1).mrsigner = 'AB'.repeat(48);
      },
      'tdxModule',
    ),
    quotePlan(
      'TdxModuleMismatch',
      form,
      'module version 0, another signer in tdxModule',
      both(body(0, [5, 0]), (draft) => {
        draft.tcbInfo.json.tdxModule!.mrsigner = `01${'0'.repeat(94)}`;
      }),
      'tdxModule',
    ),
    quotePlan(
      'TdxModuleMismatch',
      form,
      'attributes of the identity not zero outside its mask',
      (draft) => {
        Object.assign(identity(draft, 1), { attributes: '0100000000000000', attributesMask: '0'.repeat(16) });
      },
      'tdxModule',
    ),
    quotePlan(
      'TdxModuleMismatch',
      form,
      'signed as the module of another version is',
      both(body(64, new Array<number>(48).fill(0x33)), (draft) => {
        identity(draft, 3).mrsigner = '33'.repeat(48);
      }),
      'tdxModule',
    ),
    quotePlan(
      'TdxModuleLevelMissing',
      form,
      'SVN below every level',
      (draft) => {
        identity(draft, 1).tcbLevels = [{ tcb: { isvsvn: 7 }, tcbDate: '2025-05-14T00:00:00Z', tcbStatus: 'UpToDate' }];
      },
      'tdxModule',
    ),
    quotePlan('TdxModuleLevelMissing', form, 'SVN 1', both(noModuleDemand, body(0, [1])), 'tdxModule'),
    quotePlan('TdxModuleLevelMissing', form, 'SVN 0', both(noModuleDemand, body(0, [0])), 'tdxModule'),
    quotePlan(
      'TdxModuleLevelMissing',
      form,
      'module version 3 with the SVN of version 1',
      both(noModuleDemand, body(0, [2, 3])),
      'tdxModule',
    ),
  ]),
  ...[2, 0xff].map((version) =>
    quotePlan(
      'TdxModuleIdentityMissing',
      'tdx5td15',
      `module version of now ${version}`,
      body(585, [version]),
      'relaunch',
    ),
  ),
  quotePlan('TdxModuleLevelMissing', 'tdx5td15', 'SVN of now 1', body(584, [1]), 'relaunch'),
];

const enclaves: Plan[] = QUOTE_FORMS.flatMap((form): Plan[] => {
  const other = form === 'sgx3' ? 2 : 1;
  return [
    ...[
      [16, 1],
      [17, 2],
      [18, 4],
      [19, 0x80],
    ].map(([offset, value]) =>
      quotePlan('QeMiscSelectMismatch', form, `MISCSELECT byte ${offset! - 16}`, qeReport(offset!, [value!])),
    ),
    quotePlan('QeAttributesMismatch', form, 'DEBUG', qeReport(48, [0x17])),
    quotePlan('QeAttributesMismatch', form, 'INIT missing', qeReport(48, [0x14])),
    quotePlan('QeAttributesMismatch', form, 'no PROVISION_KEY', qeReport(48, [0x05])),
    quotePlan('QeAttributesMismatch', form, 'a flag that no mask covers', qeReport(55, [0x80])),
    quotePlan(
      'QeAttributesMismatch',
      form,
      'bits that the mask hides, in the QE identity',
      (draft) => {
        // What is expected must fit its own mask: compared is the masked value with the whole expectation.
        draft.qeIdentity.json.attributes = '15000000000000000000000000000000';
      },
      'qeIdentity',
    ),
    ...[128, 143, 159].map((offset) =>
      quotePlan('QeSignerMismatch', form, `byte ${offset - 128}`, (draft) => {
        draft.quote.qeReport = flipBits(draft.quote.qeReport, offset);
      }),
    ),
    quotePlan('QeSignerMismatch', form, 'zeros', qeReport(128, new Uint8Array(32))),
    quotePlan('QeProductMismatch', form, 'the other quoting enclave', qeReport(256, u16(other))),
    quotePlan('QeProductMismatch', form, 'zero', qeReport(256, u16(0))),
    quotePlan('QeProductMismatch', form, 'high byte', qeReport(257, [1])),
    quotePlan('QeLevelMissing', form, 'one below the last level', qeReport(258, u16(form === 'sgx3' ? 3 : 1))),
    quotePlan('QeLevelMissing', form, 'zero', qeReport(258, u16(0))),
    quotePlan('QeLevelMissing', form, 'a single level above', (draft) => {
      draft.qeIdentity.json.tcbLevels.splice(1);
      draft.qeIdentity.json.tcbLevels[0]!.tcb.isvsvn = 0x0100;
    }),
  ];
});

/** Gives the machine another SVN in one component, and lets one level alone stand, which asks for more. */
function belowComponent(index: number): (draft: Draft) => void {
  return (draft) => {
    const [first] = draft.tcbInfo.json.tcbLevels;
    first!.tcb.sgxtcbcomponents[index]!.svn += 1;
    draft.tcbInfo.json.tcbLevels = [first!];
  };
}

const levels: Plan[] = [
  ...Array.from({ length: 16 }, (_, i) =>
    quotePlan('TcbLevelMissing', i % 2 ? 'tdx4' : 'sgx3', `component ${i + 1} below all`, belowComponent(i)),
  ),
  ...QUOTE_FORMS.map((form) =>
    quotePlan(
      'TcbLevelMissing',
      form,
      'PCESVN below all',
      (draft) => void (draft.tcb.pceSvn = sgxEntry('0211', integer(2))),
    ),
  ),
  ...[2, 3, 9, 15].flatMap((index) =>
    inForms(TDX_FORMS, 'TcbLevelMissing', `TDX component ${index} below all`, (draft) => {
      const [first] = draft.tcbInfo.json.tcbLevels;
      first!.tcb.tdxtcbcomponents![index]!.svn += 1;
      draft.tcbInfo.json.tcbLevels = [first!];
    }),
  ),
  ...inForms(
    TDX_FORMS,
    'TcbLevelMissing',
    'module version 0, TDX component 0 below all',
    both(body(0, [0, 0]), teeTcbSvn2(0, [0, 0])),
  ),
  ...inForms(
    TDX_FORMS,
    'TcbLevelMissing',
    'module version 0, TDX component 1 below all',
    both(body(0, [6, 0]), (draft) => {
      for (const { tcb } of draft.tcbInfo.json.tcbLevels) tcb.tdxtcbcomponents![1]!.svn = 1;
    }),
  ),
  quotePlan('TcbLevelMissing', 'tdx5td15', 'microcode of now below all', body(586, [0]), 'relaunch'),
];

const revoked: Plan[] = [
  ...QUOTE_FORMS.flatMap((form) => [
    quotePlan('TcbRevoked', form, 'platform level', (draft) => {
      for (let i = 1; i <= 16; i++)
        draft.tcb[`component${i}`] = sgxEntry(
          `02${hexDigits(Uint8Array.of(i))}`,
          integer([1, 1, 1, 1, 1, 1, 0, 1][i - 1] ?? 0),
        );
      draft.tcb.cpuSvn = sgxEntry('0212', octets(Uint8Array.of(1, 1, 1, 1, 1, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0)));
    }),
    quotePlan(
      'TcbRevoked',
      form,
      'first level',
      (draft) => void (draft.tcbInfo.json.tcbLevels[0]!.tcbStatus = 'Revoked'),
    ),
    quotePlan('TcbRevoked', form, 'quoting enclave', qeReport(258, u16(form === 'sgx3' ? 4 : 2))),
    quotePlan(
      'TcbRevoked',
      form,
      'quoting enclave, on a platform out of date',
      both(qeReport(258, u16(form === 'sgx3' ? 5 : 2)), (draft) => {
        draft.tcbInfo.json.tcbLevels[0]!.tcbStatus = 'OutOfDate';
      }),
    ),
  ]),
  ...TDX_FORMS.flatMap((form) => [
    quotePlan('TcbRevoked', form, 'TDX module', both(noModuleDemand, body(0, [2])), 'tdxModule'),
    quotePlan(
      'TcbRevoked',
      form,
      'TDX module, highest SVN of the level',
      both(noModuleDemand, body(0, [3])),
      'tdxModule',
    ),
  ]),
  quotePlan('TcbRevoked', 'tdx5td15', 'TDX module of now', body(584, [2]), 'relaunch'),
  quotePlan('TcbRevoked', 'tdx5td15', 'platform level of now', body(586, [1]), 'relaunch'),
];

export const judgementPlans: readonly Plan[] = [
  ...matching,
  ...ages,
  ...revocations,
  ...modules,
  ...enclaves,
  ...levels,
  ...revoked,
];
