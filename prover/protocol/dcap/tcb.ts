import { check } from './errors.ts';
import type { QeIdentity } from './qe-identity.ts';
import type { IsvLevel, TcbStatus } from './signed-json.ts';
import { tcbInfoName, type TcbInfo, type TcbLevel, type TdxModule, type TdxModuleIdentity } from './tcb-info.ts';

/** What a PCK certificate says of a machine's patch level. */
export interface PlatformSvns {
  /** 16 SVNs, one byte each */
  tcbComponents: Uint8Array;
  pceSvn: number;
}

/** Judgement of one set of SVNs (docs/spec/dcap.md section 9). */
export interface TcbJudgement {
  status: TcbStatus;
  /** Numbers, ascending, no repeats */
  advisories: number[];
}

const OUT_OF_DATE: Partial<Record<TcbStatus, TcbStatus>> = {
  UpToDate: 'OutOfDate',
  SWHardeningNeeded: 'OutOfDate',
  ConfigurationNeeded: 'OutOfDateConfigurationNeeded',
  ConfigurationAndSWHardeningNeeded: 'OutOfDateConfigurationNeeded',
};
const NEEDS_CONFIGURATION: ReadonlySet<TcbStatus> = new Set([
  'ConfigurationNeeded',
  'ConfigurationAndSWHardeningNeeded',
  'OutOfDateConfigurationNeeded',
]);

/**
 * The expected TDX module of a trust domain.
 * @param teeTcbSvn 16 bytes; byte 1 is the module's version
 * @throws DcapError `TdxModuleIdentityMissing`
 */
export function expectedModule(info: TcbInfo, teeTcbSvn: Uint8Array): TdxModule | undefined {
  return teeTcbSvn[1] === 0 ? info.tdxModule : moduleIdentity(info, teeTcbSvn[1]!);
}

/**
 * Level of the quoting enclave.
 * @throws DcapError `QeLevelMissing`
 */
export function selectQeLevel(identity: QeIdentity, isvSvn: number): IsvLevel {
  const level = identity.levels.find((candidate) => candidate.isvSvn <= isvSvn);
  check(level !== undefined, 'QeLevelMissing', () => `ISVSVN ${isvSvn} of the quoting enclave is below every level`);
  return level;
}

/**
 * Selects platform and module level and merges them with the QE's.
 * @param teeTcbSvn 16 bytes, of TDX alone
 * @throws DcapError `TcbLevelMissing`, `TdxModuleIdentityMissing`, `TdxModuleLevelMissing`
 */
export function judgeTcb(info: TcbInfo, svns: PlatformSvns, qeLevel: IsvLevel, teeTcbSvn?: Uint8Array): TcbJudgement {
  const platform = info.levels.find((level) => matches(level, svns, teeTcbSvn));
  check(
    platform !== undefined,
    'TcbLevelMissing',
    () => `the machine is below every level of the ${tcbInfoName(info)}`,
  );
  const components = [qeLevel];
  if (teeTcbSvn && teeTcbSvn[1] !== 0) components.unshift(selectModuleLevel(info, teeTcbSvn));
  const advisories = new Set([platform, ...components].flatMap((level) => level.advisories));
  return {
    status: mergeStatus(
      platform.status,
      components.map(({ status }) => status),
    ),
    advisories: [...advisories].sort((a, b) => a - b),
  };
}

/** Makes a platform's status worse by those of the TDX module and the quoting enclave. */
export function mergeStatus(platform: TcbStatus, components: readonly TcbStatus[]): TcbStatus {
  if (components.includes('Revoked')) return 'Revoked';
  return components.includes('OutOfDate') ? (OUT_OF_DATE[platform] ?? platform) : platform;
}

/** Status of a trust domain whose module was updated under it: `launch` is that of its start, `now` the present one. */
export function relaunchStatus(launch: TcbStatus, now: TcbStatus): TcbStatus {
  const isLaunchOutOfDate = launch === 'OutOfDate' || launch === 'OutOfDateConfigurationNeeded';
  if (!isLaunchOutOfDate || OUT_OF_DATE[now] === undefined) return launch;
  const needsConfiguration = NEEDS_CONFIGURATION.has(launch) || NEEDS_CONFIGURATION.has(now);
  return needsConfiguration ? 'TDRelaunchAdvisedConfigurationNeeded' : 'TDRelaunchAdvised';
}

function matches(level: TcbLevel, { tcbComponents, pceSvn }: PlatformSvns, teeTcbSvn?: Uint8Array): boolean {
  if (!level.sgxComponents.every(({ svn }, i) => tcbComponents[i]! >= svn)) return false;
  if (pceSvn < level.pceSvn) return false;
  if (!teeTcbSvn) return true;
  // With a module version of its own, bytes 0 and 1 belong to the module identity.
  const first = teeTcbSvn[1] === 0 ? 0 : 2;
  return level.tdxComponents!.every(({ svn }, i) => i < first || teeTcbSvn[i]! >= svn);
}

function selectModuleLevel(info: TcbInfo, teeTcbSvn: Uint8Array): IsvLevel {
  const level = moduleIdentity(info, teeTcbSvn[1]!).levels.find((candidate) => candidate.isvSvn <= teeTcbSvn[0]!);
  check(
    level !== undefined,
    'TdxModuleLevelMissing',
    () => `SVN ${teeTcbSvn[0]} of TDX module ${teeTcbSvn[1]} is below every level; update the module`,
  );
  return level;
}

function moduleIdentity(info: TcbInfo, version: number): TdxModuleIdentity {
  const identity = info.tdxModuleIdentities.find((candidate) => candidate.version === version);
  check(
    identity !== undefined,
    'TdxModuleIdentityMissing',
    () => `the ${tcbInfoName(info)} has no TDX module version ${version}`,
  );
  return identity;
}
