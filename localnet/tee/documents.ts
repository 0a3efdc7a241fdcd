/**
 * TCB info version 3 and QE identity version 2 as Intel's PCS API v4 emits them: JSON whose keys are in Intel's order
 * (objects keep the order in which keys were set) and without white space. The bytes are what is signed.
 */
import { hexDigits, isoDate, utf8 } from './encoding.ts';

export type Tee = 'sgx' | 'tdx';

/** Intel's names of statuses; modules and quoting enclaves have `UpToDate`, `OutOfDate` and `Revoked` alone. */
export type PlatformStatus =
  | 'UpToDate'
  | 'SWHardeningNeeded'
  | 'ConfigurationNeeded'
  | 'ConfigurationAndSWHardeningNeeded'
  | 'OutOfDate'
  | 'OutOfDateConfigurationNeeded'
  | 'Revoked';
export type IsvStatus = 'UpToDate' | 'OutOfDate' | 'Revoked';

/** One level of a platform, best first in a list. */
export interface PlatformLevel {
  /** 16 SVNs */
  sgx: readonly number[];
  pceSvn: number;
  /** 16 SVNs, needed in TCB info of TDX and left out in that of SGX */
  tdx?: readonly number[];
  status: PlatformStatus;
  /** Numbers: 615 is INTEL-SA-00615. The key is left out if undefined */
  advisories?: readonly number[];
  dateSeconds?: number;
}

/** One level of a TDX module or a quoting enclave, best first in a list. */
export interface IsvLevel {
  isvSvn: number;
  status: IsvStatus;
  advisories?: readonly number[];
  dateSeconds?: number;
}

export interface TdxModuleIdentity {
  /** TEE_TCB_SVN[1] of the trust domains that it judges */
  version: number;
  /** 48 bytes */
  mrSigner?: Uint8Array;
  /** 8 bytes */
  attributes?: Uint8Array;
  levels: readonly IsvLevel[];
}

export interface TcbInfoFields {
  tee: Tee;
  issueDateSeconds: number;
  nextUpdateSeconds: number;
  /** 6 bytes */
  fmspc: Uint8Array;
  /** 2 bytes */
  pceId: Uint8Array;
  evaluationNumber: number;
  /** 48 bytes: MRSIGNER of modules of version 0 */
  moduleMrSigner?: Uint8Array;
  /** The key is left out if undefined */
  moduleIdentities?: readonly TdxModuleIdentity[];
  levels: readonly PlatformLevel[];
}

export interface QeIdentityFields {
  tee: Tee;
  issueDateSeconds: number;
  nextUpdateSeconds: number;
  evaluationNumber: number;
  /** 4 bytes each */
  miscSelect: Uint8Array;
  miscSelectMask: Uint8Array;
  /** 16 bytes each */
  attributes: Uint8Array;
  attributesMask: Uint8Array;
  /** 32 bytes */
  mrSigner: Uint8Array;
  isvProdId: number;
  levels: readonly IsvLevel[];
}

export interface ComponentJson {
  svn: number;
  category?: string;
  type?: string;
}
export interface LevelTailJson {
  tcbDate: string;
  tcbStatus: string;
  advisoryIDs?: unknown[];
}
export interface IsvLevelJson extends LevelTailJson {
  tcb: { isvsvn: number };
}
export interface PlatformLevelJson extends LevelTailJson {
  tcb: { sgxtcbcomponents: ComponentJson[]; pcesvn: number; tdxtcbcomponents?: ComponentJson[] };
}
export interface TdxModuleJson {
  mrsigner: string;
  attributes: string;
  attributesMask: string;
}
export interface TcbInfoJson {
  id: string;
  version: number;
  issueDate: string;
  nextUpdate: string;
  fmspc: string;
  pceId: string;
  tcbType: number;
  tcbEvaluationDataNumber: number;
  tdxModule?: TdxModuleJson;
  tdxModuleIdentities?: ({ id: string } & TdxModuleJson & { tcbLevels: IsvLevelJson[] })[];
  tcbLevels: PlatformLevelJson[];
}
export interface QeIdentityJson {
  id: string;
  version: number;
  issueDate: string;
  nextUpdate: string;
  tcbEvaluationDataNumber: number;
  miscselect: string;
  miscselectMask: string;
  attributes: string;
  attributesMask: string;
  mrsigner: string;
  isvprodid: number;
  tcbLevels: IsvLevelJson[];
}

const LEVEL_DATE_SECONDS = Date.UTC(2025, 4, 14) / 1000;
type Labels = readonly (readonly [category: string, type?: string])[];
/** Intel's words for components, those of the platforms that have TDX. */
const SGX_LABELS: Labels = [
  ['BIOS', 'Early Microcode Update'],
  ['OS/VMM', 'SGX Late Microcode Update'],
  ['OS/VMM', 'TXT SINIT'],
  ['BIOS'],
  ['BIOS'],
  ['BIOS'],
  [''],
  ['OS/VMM', 'SEAMLDR ACM'],
];
const TDX_LABELS: Labels = [
  ['OS/VMM', 'TDX Module'],
  ['OS/VMM', 'TDX Module'],
  ['OS/VMM', 'TDX Late Microcode Update'],
];

const upper = (bytes: Uint8Array): string => hexDigits(bytes).toUpperCase();

/** The bytes that are signed. */
export function writeDocument(json: TcbInfoJson | QeIdentityJson): Uint8Array {
  return utf8(JSON.stringify(json));
}

export function advisoryId(number: number): string {
  return `INTEL-SA-${String(number).padStart(5, '0')}`;
}

function components(svns: readonly number[], labels: Labels): ComponentJson[] {
  return svns.map((svn, i) => {
    const [category, type] = labels[i] ?? [];
    return { svn, ...(category && { category }), ...(type && { type }) };
  });
}

function levelTail(level: PlatformLevel | IsvLevel): LevelTailJson {
  const { advisories, dateSeconds = LEVEL_DATE_SECONDS } = level;
  return {
    tcbDate: isoDate(dateSeconds),
    tcbStatus: level.status,
    ...(advisories && { advisoryIDs: advisories.map(advisoryId) }),
  };
}

export function isvLevelJson(level: IsvLevel): IsvLevelJson {
  return { tcb: { isvsvn: level.isvSvn }, ...levelTail(level) };
}

export function platformLevelJson(level: PlatformLevel, tee: Tee): PlatformLevelJson {
  const tcb: PlatformLevelJson['tcb'] = { sgxtcbcomponents: components(level.sgx, SGX_LABELS), pcesvn: level.pceSvn };
  if (tee === 'tdx') {
    if (!level.tdx) throw new TypeError('a level of TDX needs its TDX components');
    tcb.tdxtcbcomponents = components(level.tdx, TDX_LABELS);
  }
  return { tcb, ...levelTail(level) };
}

function moduleJson(mrSigner?: Uint8Array, attributes?: Uint8Array): TdxModuleJson {
  return {
    mrsigner: mrSigner ? upper(mrSigner) : '0'.repeat(96),
    attributes: attributes ? upper(attributes) : '0'.repeat(16),
    attributesMask: 'F'.repeat(16),
  };
}

export function tcbInfoJson(fields: TcbInfoFields): TcbInfoJson {
  const { tee, moduleIdentities } = fields;
  const identities = moduleIdentities?.map(({ version, mrSigner, attributes, levels }) => ({
    id: `TDX_${upper(Uint8Array.of(version))}`,
    ...moduleJson(mrSigner, attributes),
    tcbLevels: levels.map(isvLevelJson),
  }));
  return {
    id: tee.toUpperCase(),
    version: 3,
    issueDate: isoDate(fields.issueDateSeconds),
    nextUpdate: isoDate(fields.nextUpdateSeconds),
    fmspc: upper(fields.fmspc),
    pceId: upper(fields.pceId),
    tcbType: 0,
    tcbEvaluationDataNumber: fields.evaluationNumber,
    ...(tee === 'tdx' && { tdxModule: moduleJson(fields.moduleMrSigner) }),
    ...(tee === 'tdx' && identities && { tdxModuleIdentities: identities }),
    tcbLevels: fields.levels.map((level) => platformLevelJson(level, tee)),
  };
}

export function qeIdentityJson(fields: QeIdentityFields): QeIdentityJson {
  return {
    id: fields.tee === 'sgx' ? 'QE' : 'TD_QE',
    version: 2,
    issueDate: isoDate(fields.issueDateSeconds),
    nextUpdate: isoDate(fields.nextUpdateSeconds),
    tcbEvaluationDataNumber: fields.evaluationNumber,
    miscselect: upper(fields.miscSelect),
    miscselectMask: upper(fields.miscSelectMask),
    attributes: upper(fields.attributes),
    attributesMask: upper(fields.attributesMask),
    mrsigner: upper(fields.mrSigner),
    isvprodid: fields.isvProdId,
    tcbLevels: fields.levels.map(isvLevelJson),
  };
}
