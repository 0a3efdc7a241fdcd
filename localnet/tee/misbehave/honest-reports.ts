/** Honest reports and patch levels: every status, boundaries of levels, relaunch, attributes. */
import { svns } from '../defaults.ts';
import { octets } from '../der.ts';
import { advisoryId, type PlatformStatus } from '../documents.ts';
import { hex, u16, u32 } from '../encoding.ts';
import { QUOTE_FORMS } from '../quote.ts';
import { sgxEntry, tcbParts } from '../sgx-extension.ts';
import { COMPONENTS, type Draft } from './draft.ts';
import { body, both, noModuleDemand, qeReport, teeTcbSvn2, type Edit } from './edits.ts';
import { flipQuoteSignatures } from './evidence.ts';
import type { ExpectedStatus, HonestPlan } from './honest.ts';
import { overwrite, TDX_FORMS } from './plan.ts';

const qeSvn = (svn: number): Edit => qeReport(258, u16(svn));
const components =
  (list: readonly number[], pceSvn = 13): Edit =>
  (draft) =>
    void (draft.tcb = tcbParts({ components: list, pceSvn, cpuSvn: Uint8Array.from(list) }));
const topStatus =
  (status: PlatformStatus, advisories?: number[]): Edit =>
  (draft) => {
    const level = draft.tcbInfo.json.tcbLevels[0]!;
    level.tcbStatus = status;
    if (advisories) level.advisoryIDs = advisories.map(advisoryId);
  };
const STATUSES: readonly PlatformStatus[] = [
  'UpToDate',
  'SWHardeningNeeded',
  'ConfigurationNeeded',
  'ConfigurationAndSWHardeningNeeded',
  'OutOfDate',
  'OutOfDateConfigurationNeeded',
];
/** What a component that is out of date makes of a platform's status (docs/spec/dcap.md section 9). */
const MADE_WORSE: Record<PlatformStatus, PlatformStatus> = {
  UpToDate: 'OutOfDate',
  SWHardeningNeeded: 'OutOfDate',
  ConfigurationNeeded: 'OutOfDateConfigurationNeeded',
  ConfigurationAndSWHardeningNeeded: 'OutOfDateConfigurationNeeded',
  OutOfDate: 'OutOfDate',
  OutOfDateConfigurationNeeded: 'OutOfDateConfigurationNeeded',
  Revoked: 'Revoked',
};

const levels: HonestPlan[] = [
  ...QUOTE_FORMS.map((form): HonestPlan => ({ about: 'as it should be', form })),
  ...STATUSES.flatMap((status) =>
    QUOTE_FORMS.map((form): HonestPlan => ({
      about: `platform ${status}`,
      form,
      edit: topStatus(status, [615, 289]),
      expected: { status, advisories: [289, 615] },
    })),
  ),
  ...STATUSES.flatMap((status) =>
    (['sgx3', 'tdx4'] as const).map((form): HonestPlan => {
      const worse = MADE_WORSE[status];
      const advisories = form === 'sgx3' ? [289, 615] : [289, 837];
      const differs = worse === 'OutOfDateConfigurationNeeded' && status !== worse;
      return {
        about: `platform ${status}, quoting enclave out of date`,
        form,
        edit: both(topStatus(status, [289]), qeSvn(form === 'sgx3' ? 6 : 3)),
        expected: { status: worse, advisories },
        ...(differs && { oracle: { row: 'qeOnConfiguration', says: { status: 'OutOfDate', advisories } } }),
      };
    }),
  ),
  ...STATUSES.map((status): HonestPlan => ({
    about: `platform ${status}, TDX module out of date`,
    form: 'tdx5',
    edit: both(topStatus(status, [289]), noModuleDemand, body(0, [4])),
    expected: { status: MADE_WORSE[status], advisories: [289, 1036, 1099] },
    oracle: { row: 'tdxModule', says: { status, advisories: [289] } },
  })),
  {
    about: 'TDX module at the highest SVN of a level out of date',
    form: 'tdx4',
    edit: body(0, [5]),
    expected: { status: 'OutOfDate', advisories: [1036, 1099] },
    oracle: { row: 'tdxModule', says: { status: 'UpToDate', advisories: [] } },
  },
  { about: 'TDX module of version 3', form: 'tdx4', edit: both(noModuleDemand, body(0, [3, 3])) },
  { about: 'TDX module at SVN 255', form: 'tdx5', edit: body(0, [255]) },
  ...TDX_FORMS.map((form): HonestPlan => ({
    about: 'module version 0, judged by tdxModule',
    form,
    edit: both(body(0, [5, 0])),
  })),
  {
    about: 'module version 0, TDX component 0 below the first level',
    form: 'tdx4',
    edit: both(body(0, [4, 0]), (draft) => {
      for (const level of draft.tcbInfo.json.tcbLevels.slice(1)) level.tcb.tdxtcbcomponents![0]!.svn = 4;
    }),
    expected: { status: 'OutOfDate', advisories: [1036, 1079] },
  },
  {
    about: 'module version 0 without module identities in the TCB info',
    form: 'tdx4',
    edit: both(body(0, [5, 0]), (draft) => void delete draft.tcbInfo.json.tdxModuleIdentities),
  },
  ...(['sgx3', 'tdx4'] as const).flatMap((form): HonestPlan[] => [
    {
      about: 'a component one below the first level',
      form,
      edit: components([2, ...COMPONENTS.slice(1)]),
      expected: { status: 'OutOfDate', advisories: [1036, 1079] },
    },
    {
      about: 'component 5 one below the first level',
      form,
      edit: components([3, 3, 2, 2, 3, ...COMPONENTS.slice(5)]),
      expected: { status: 'OutOfDate', advisories: [1036, 1079] },
    },
    { about: 'every component above the first level', form, edit: components(svns(9, 9, 9, 9, 9, 9, 9, 9)) },
    {
      about: 'PCESVN one below two levels',
      form,
      edit: components(COMPONENTS, 12),
      expected: { status: 'OutOfDate', advisories: [106, 115] },
    },
    { about: 'PCESVN above the first level', form, edit: components(COMPONENTS, 0x7fff) },
    {
      about: 'PCESVN of 65,535',
      form,
      edit: components(COMPONENTS, 0xffff),
      oracle: { row: 'pceSvn' },
    },
    { about: 'components of 255', form, edit: components(new Array<number>(16).fill(255)) },
    {
      about: 'CPUSVN says less than the components',
      form,
      edit: (draft) =>
        void (draft.tcb.cpuSvn = sgxEntry('0212', octets(Uint8Array.from(svns(2, 2, 2, 2, 3, 1, 0, 5))))),
      oracle: { row: 'cpuSvn', says: { status: 'OutOfDate', advisories: [1036, 1079] } },
    },
    { about: 'quoting enclave at the lowest SVN of its best level', form, edit: qeSvn(form === 'sgx3' ? 8 : 4) },
    { about: 'quoting enclave at SVN 65,535', form, edit: qeSvn(0xffff) },
  ]),
  ...TDX_FORMS.map((form): HonestPlan => ({
    about: 'microcode one below the first level',
    form,
    edit: both(body(2, [2]), teeTcbSvn2(0, [6, 1, 2])),
    expected: { status: 'OutOfDate', advisories: [1036, 1079] },
  })),
];

/** Relaunch: microcode 2 at launch is out of date, 3 is up to date. */
const relaunch: HonestPlan[] = [
  {
    about: 'launched out of date, up to date now',
    edit: both(body(2, [2]), teeTcbSvn2(0, [6, 1, 3])),
    expected: { status: 'TDRelaunchAdvised', advisories: [1036, 1079] },
    says: 'OutOfDate',
  },
  {
    about: 'launched out of date, needs software hardening now',
    edit: both(topStatus('SWHardeningNeeded', [615]), body(2, [2]), teeTcbSvn2(0, [6, 1, 3])),
    expected: { status: 'TDRelaunchAdvised', advisories: [1036, 1079] },
    says: 'OutOfDate',
  },
  ...(['ConfigurationNeeded', 'ConfigurationAndSWHardeningNeeded'] as const).map((status) => ({
    about: `launched out of date, ${status} now`,
    edit: both(topStatus(status), body(2, [2]), teeTcbSvn2(0, [6, 1, 3])),
    expected: { status: 'TDRelaunchAdvisedConfigurationNeeded', advisories: [1036, 1079] } as const,
    says: 'OutOfDate',
  })),
  {
    about: 'launched OutOfDateConfigurationNeeded, up to date now',
    edit: both(
      (draft: Draft) => void (draft.tcbInfo.json.tcbLevels[1]!.tcbStatus = 'OutOfDateConfigurationNeeded'),
      body(2, [2]),
      teeTcbSvn2(0, [6, 1, 3]),
    ),
    expected: { status: 'TDRelaunchAdvisedConfigurationNeeded', advisories: [1036, 1079] } as const,
    says: 'OutOfDateConfigurationNeeded',
  },
  {
    about: 'module updated under the trust domain',
    edit: both(body(0, [5]), teeTcbSvn2(0, [6, 1, 3])),
    expected: { status: 'TDRelaunchAdvised', advisories: [1036, 1099] } as const,
    says: 'UpToDate',
  },
  {
    about: 'module replaced by another version',
    edit: both(body(0, [5]), teeTcbSvn2(0, [3, 3, 3])),
    expected: { status: 'TDRelaunchAdvised', advisories: [1036, 1099] } as const,
    says: 'UpToDate',
  },
].map(({ about, edit, expected, says }): HonestPlan => {
  // dcap-qvl knows platform levels alone, not those of the module.
  const advisories = says === 'UpToDate' ? [] : [...expected.advisories];
  const head = { about: `TD report 1.5: ${about}`, form: 'tdx5td15' as const, edit };
  return {
    ...head,
    expected: { status: expected.status as ExpectedStatus, advisories: [...expected.advisories] },
    oracle: { row: 'relaunch', says: { status: says, advisories } },
  };
});

const noRelaunch: HonestPlan[] = [
  {
    about: 'TD report 1.5: out of date at launch and now',
    form: 'tdx5td15',
    edit: both(body(2, [2]), teeTcbSvn2(0, [6, 1, 2])),
    expected: { status: 'OutOfDate', advisories: [1036, 1079] },
  },
  { about: 'TD report 1.5: rolled back since launch', form: 'tdx5td15', edit: teeTcbSvn2(0, [6, 1, 2]) },
  {
    about: 'TD report 1.5: out of date at launch, and the quoting enclave with it',
    form: 'tdx5td15',
    edit: both(body(2, [2]), teeTcbSvn2(0, [6, 1, 3]), qeSvn(3)),
    expected: { status: 'OutOfDate', advisories: [837, 1036, 1079] },
  },
];

const attributes = (value: string): Edit => body(120, hex(value));
const reports: HonestPlan[] = [
  ...TDX_FORMS.flatMap((form): HonestPlan[] => [
    { about: 'PKS, KL and PERFMON', form, edit: attributes('000000d000000080') },
    { about: 'MIGRATABLE', form, edit: attributes('0000003000000000'), oracle: { row: 'migration' } },
    { about: 'ICSSD', form, edit: attributes('0000011000000000'), oracle: { row: 'protection' } },
    { about: 'LASS', form, edit: attributes('0000001800000000'), oracle: { row: 'protection' } },
    {
      about: 'DEBUG, where it is wanted',
      form,
      edit: attributes('0100001000000000'),
      allowDebug: true,
    },
    {
      about: 'owner fields, XFAM and MRSEAM set',
      form,
      edit: both(body(16, filled(48, 1)), body(128, filled(8, 2)), body(184, filled(144, 3))),
    },
  ]),
  { about: 'MRSERVICETD', form: 'tdx5td15', edit: body(600, filled(48, 5)), oracle: { row: 'migration' } },
  { about: 'DEBUG, where it is wanted', form: 'sgx3', edit: body(48, [7]), allowDebug: true },
  {
    about: 'every field of the report that is not reserved',
    form: 'sgx3',
    edit: both(body(16, filled(5, 1)), body(32, filled(16, 2)), body(192, filled(70, 3)), body(304, filled(16, 4))),
  },
  ...QUOTE_FORMS.map((form): HonestPlan => ({
    about: 'user data in the header',
    form,
    edit: (draft) => void (draft.quote.header = overwrite(draft.quote.header, 28, filled(20, 6))),
  })),
  {
    about: 'SVNs in the header',
    form: 'sgx3',
    edit: (draft) => void (draft.quote.header = overwrite(draft.quote.header, 8, u32(0xffffffff))),
  },
  ...QUOTE_FORMS.map((form): HonestPlan => ({
    about: 'the other valid s in both signatures of the quote',
    form,
    edit: (draft) => void (draft.finishQuote = (bytes) => flipQuoteSignatures(form, bytes)),
  })),
  {
    about: 'authentication data all ones, flags and MISCSELECT of the quoting enclave behind the mask',
    form: 'tdx4',
    edit: both(
      (draft) => void (draft.quote.qeAuthData = new Uint8Array(32).fill(0xff)),
      (draft) => void (draft.qeIdentity.json.miscselectMask = '00FFFFFF'),
      (draft) => void (draft.quote.qeReport = overwrite(overwrite(draft.quote.qeReport, 16, [0x40]), 48, [0x11])),
    ),
  },
];

/** Bytes none of which is zero. */
export function filled(length: number, seed: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => ((i + 1) * (2 * seed + 1)) & 0xff || 1);
}

export const honestReports: readonly HonestPlan[] = [...levels, ...relaunch, ...noRelaunch, ...reports];
