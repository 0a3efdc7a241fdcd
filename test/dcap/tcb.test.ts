import assert from 'node:assert/strict';
import { mergeStatus, relaunchStatus, verify, type TcbStatus } from '../../prover/protocol/dcap/index.ts';
import { AT, COMPONENTS, der, forge, sgxEntry, tcbEntries, u16, type Form, type World } from './forge.ts';
import { askOracle } from './oracle.ts';

interface Judged {
  name: string;
  world: World;
  status: TcbStatus;
  advisories: number[];
  /** Where the oracle finds another status: its status, by docs/spec/dcap.md section 12 */
  oracle?: { status: string; advisories: number[] };
}

function machine(components: number[], pceSvn = 13): Pick<World, 'sgx'> {
  return { sgx: (entries) => void (entries.tcb = sgxEntry('02', der(0x30, ...tcbEntries(components, pceSvn)))) };
}
const first = (svn: number): number[] => [svn, ...COMPONENTS.slice(1)];
const qeSvn = (svn: number) => (parts: { qeReport: Uint8Array }) => void parts.qeReport.set(u16(svn), 258);
const tcbSvn =
  (...svns: number[]) =>
  (parts: { body: Uint8Array }) =>
    void parts.body.set(svns, 0);

/** Expected by Intel's algorithm on the levels that forge.ts lists. */
const LEVELS: Judged[] = [
  ...(['sgx3', 'tdx4'] as Form[]).flatMap((form): Judged[] => [
    {
      name: `${form}: PCESVN 12, second level`,
      world: { form, ...machine(COMPONENTS, 12) },
      status: 'OutOfDate',
      advisories: [615],
    },
    {
      name: `${form}: PCESVN 65,535`,
      world: { form, ...machine(COMPONENTS, 65_535) },
      status: 'UpToDate',
      advisories: [],
      oracle: { status: 'refused', advisories: [] },
    },
    {
      name: `${form}: third level`,
      world: { form, ...machine(first(4)) },
      status: 'ConfigurationNeeded',
      advisories: [289, 615],
    },
    {
      name: `${form}: fourth level`,
      world: { form, ...machine(first(3), 11) },
      status: 'SWHardeningNeeded',
      advisories: [334],
    },
    {
      name: `${form}: quoting enclave out of date, machine up to date`,
      world: { form, quote: qeSvn(7) },
      status: 'OutOfDate',
      advisories: [477, 615],
    },
    {
      name: `${form}: quoting enclave out of date, machine to be configured`,
      world: { form, ...machine(first(4)), quote: qeSvn(6) },
      status: 'OutOfDateConfigurationNeeded',
      advisories: [289, 477, 615],
      oracle: { status: 'OutOfDate', advisories: [289, 477, 615] },
    },
    {
      name: `${form}: quoting enclave out of date, machine to be hardened`,
      world: { form, ...machine(first(3)), quote: qeSvn(6) },
      status: 'OutOfDate',
      advisories: [334, 477, 615],
    },
    {
      name: `${form}: quoting enclave newer than Intel lists`,
      world: { form, quote: qeSvn(900) },
      status: 'UpToDate',
      advisories: [],
    },
  ]),
  { name: 'module version 3', world: { quote: tcbSvn(3, 3, 5) }, status: 'UpToDate', advisories: [] },
  {
    name: 'module 1 SVN 4 is out of date',
    world: { quote: tcbSvn(4, 1, 5) },
    status: 'OutOfDate',
    advisories: [1036],
    oracle: { status: 'UpToDate', advisories: [] },
  },
  {
    name: 'module 1 SVN 3, though the platform level has SVN 9',
    world: {
      quote: tcbSvn(3, 1, 5),
      tcbInfo: (info) => void (info.tcbLevels[0].tcb.tdxtcbcomponents[0].svn = 9),
    },
    status: 'OutOfDate',
    advisories: [1036],
    oracle: { status: 'OutOfDate', advisories: [615] },
  },
  {
    name: 'module out of date on a machine to be configured',
    world: { ...machine(first(4)), quote: tcbSvn(4, 1, 5) },
    status: 'OutOfDateConfigurationNeeded',
    advisories: [289, 615, 1036],
    oracle: { status: 'ConfigurationNeeded', advisories: [289, 615] },
  },
  {
    name: 'module version 0: all 16 components',
    world: { quote: tcbSvn(3, 0, 5) },
    status: 'UpToDate',
    advisories: [],
  },
  {
    name: 'module version 0, SVN 2: a level further down',
    world: { quote: tcbSvn(2, 0, 5) },
    status: 'SWHardeningNeeded',
    advisories: [334],
  },
  {
    name: 'TDX component 2 selects the third level',
    world: { quote: tcbSvn(5, 1, 4) },
    status: 'ConfigurationNeeded',
    advisories: [289, 615],
  },
  {
    name: 'no tdxModuleIdentities and module version 0',
    world: { quote: tcbSvn(5, 0, 5), tcbInfo: (info) => void delete info.tdxModuleIdentities },
    status: 'UpToDate',
    advisories: [],
  },
  {
    name: 'module identity in lower case',
    world: { quote: tcbSvn(5, 10, 5), tcbInfo: (info) => void (info.tdxModuleIdentities[1].id = 'TDX_0a') },
    status: 'UpToDate',
    advisories: [],
  },
  {
    name: 'LASS and ICSSD are known attributes',
    world: { quote: (parts) => void parts.body.set([0, 0, 1, 0x18], 120) },
    status: 'UpToDate',
    advisories: [],
    oracle: { status: 'refused', advisories: [] },
  },
  {
    name: 'MIGRATABLE is reported',
    world: { quote: (parts) => void parts.body.set([0x30], 123) },
    status: 'UpToDate',
    advisories: [],
    oracle: { status: 'refused', advisories: [] },
  },
  {
    name: 'MRSERVICETD is reported',
    world: { form: 'tdx5td15', quote: (parts) => void parts.body.set([1], 600) },
    status: 'UpToDate',
    advisories: [],
    oracle: { status: 'refused', advisories: [] },
  },
  ...relaunch(
    'module of launch out of date, of now not',
    [4, 1, 5],
    [5, 1, 5],
    'TDRelaunchAdvised',
    [1036],
    'UpToDate',
  ),
  ...relaunch('another module version now', [4, 1, 5], [3, 3, 5], 'TDRelaunchAdvised', [1036], 'UpToDate'),
  ...relaunch('both out of date', [4, 1, 5], [4, 1, 5], 'OutOfDate', [1036], 'UpToDate'),
  ...relaunch('launch up to date, now out of date', [5, 1, 5], [4, 1, 5], 'UpToDate', [], 'UpToDate'),
  ...relaunch('now to be configured', [4, 1, 5], [5, 1, 4], 'TDRelaunchAdvisedConfigurationNeeded', [1036], 'UpToDate'),
  ...relaunch(
    'launch out of date and to be configured',
    [4, 1, 4],
    [5, 1, 5],
    'TDRelaunchAdvisedConfigurationNeeded',
    [289, 615, 1036],
    'ConfigurationNeeded',
    [289, 615],
  ),
];

function relaunch(
  name: string,
  launch: number[],
  now: number[],
  status: TcbStatus,
  advisories: number[],
  oracleStatus: string,
  oracleAdvisories: number[] = [],
): Judged[] {
  const quote: World['quote'] = ({ body }) => {
    body.set(launch, 0);
    body.set(now, 584);
  };
  const world: World = { form: 'tdx5td15', quote };
  return [
    {
      name: `TD report 1.5: ${name}`,
      world,
      status,
      advisories,
      oracle: { status: oracleStatus, advisories: oracleAdvisories },
    },
  ];
}

describe('TCB levels', () => {
  for (const { name, world, status, advisories, oracle } of LEVELS) {
    it(name, () => {
      const { evidence, quote, collateral, rootFingerprint } = forge(world);
      const report = verify(evidence, collateral, { rootFingerprint, atSeconds: AT });
      assert.deepEqual([report.tcbStatus, report.advisories], [status, advisories]);
      const asked = askOracle(quote, collateral, collateral.root, AT);
      const found = asked.accepted ? [asked.status, asked.advisories] : ['refused', []];
      assert.deepEqual(found, oracle ? [oracle.status, oracle.advisories] : [status, advisories]);
    });
  }

  /** Intel's QVL, EvaluateTcb: what OutOfDate of a component does to each status of a platform. */
  const WITH_OUT_OF_DATE: [TcbStatus, TcbStatus][] = [
    ['UpToDate', 'OutOfDate'],
    ['SWHardeningNeeded', 'OutOfDate'],
    ['ConfigurationNeeded', 'OutOfDateConfigurationNeeded'],
    ['ConfigurationAndSWHardeningNeeded', 'OutOfDateConfigurationNeeded'],
    ['OutOfDate', 'OutOfDate'],
    ['OutOfDateConfigurationNeeded', 'OutOfDateConfigurationNeeded'],
    ['Revoked', 'Revoked'],
  ];

  it('statuses merge as in Intel’s library', () => {
    for (const [platform, outOfDate] of WITH_OUT_OF_DATE) {
      assert.equal(mergeStatus(platform, ['UpToDate', 'UpToDate']), platform);
      assert.equal(mergeStatus(platform, ['OutOfDate', 'UpToDate']), outOfDate);
      assert.equal(mergeStatus(platform, ['UpToDate', 'OutOfDate']), outOfDate);
      assert.equal(mergeStatus(platform, ['OutOfDate', 'Revoked']), 'Revoked');
    }
  });

  it('relaunch is advised as in Intel’s library', () => {
    const good: TcbStatus[] = ['UpToDate', 'SWHardeningNeeded'];
    const configured: TcbStatus[] = ['ConfigurationNeeded', 'ConfigurationAndSWHardeningNeeded'];
    for (const now of good) assert.equal(relaunchStatus('OutOfDate', now), 'TDRelaunchAdvised');
    for (const now of configured)
      assert.equal(relaunchStatus('OutOfDate', now), 'TDRelaunchAdvisedConfigurationNeeded');
    for (const now of [...good, ...configured])
      assert.equal(relaunchStatus('OutOfDateConfigurationNeeded', now), 'TDRelaunchAdvisedConfigurationNeeded');
    for (const now of ['OutOfDate', 'OutOfDateConfigurationNeeded', 'Revoked'] as TcbStatus[])
      assert.equal(relaunchStatus('OutOfDate', now), 'OutOfDate');
    for (const launch of [...good, ...configured]) assert.equal(relaunchStatus(launch, 'UpToDate'), launch);
  });
});
