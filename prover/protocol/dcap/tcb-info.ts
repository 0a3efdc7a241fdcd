import { equalBytes, toHex } from '../bytes.ts';
import type { Certificate } from './certificate.ts';
import { check } from './errors.ts';
import { verifyP256 } from './p256.ts';
import { SignedJsonReader, type IsvLevel, type TcbStatus } from './signed-json.ts';
import { isoDate } from './time.ts';

export const MAX_TCB_LEVELS = 64;
export const MAX_TDX_MODULE_IDENTITIES = 16;
const U32 = 0xffffffff;

export type TeeType = 'sgx' | 'tdx';

/** Category and type are Intel's words for display. */
export interface TcbComponent {
  svn: number;
  category?: string;
  type?: string;
}

/** One platform level: SVNs of microcode and firmware, and Intel's status for them. */
export interface TcbLevel {
  /** 16 components */
  sgxComponents: TcbComponent[];
  pceSvn: number;
  /** 16 components, of TDX alone */
  tdxComponents?: TcbComponent[];
  tcbDateSeconds: number;
  status: TcbStatus;
  /** Numbers of Intel's security advisories */
  advisories: number[];
}

export interface TdxModule {
  /** 48 bytes */
  mrSigner: Uint8Array;
  /** 8 bytes */
  attributes: Uint8Array;
  /** 8 bytes */
  attributesMask: Uint8Array;
}

export interface TdxModuleIdentity extends TdxModule {
  /** Version of the module, the number behind `TDX_` */
  version: number;
  levels: IsvLevel[];
}

/** TCB info version 3 as Intel signed it (docs/spec/dcap.md section 6). */
export interface TcbInfo {
  tee: TeeType;
  issueDateSeconds: number;
  nextUpdateSeconds: number;
  /** 6 bytes */
  fmspc: Uint8Array;
  /** 2 bytes */
  pceId: Uint8Array;
  evaluationNumber: number;
  /** Of TDX alone */
  tdxModule?: TdxModule;
  tdxModuleIdentities: TdxModuleIdentity[];
  /** Best first */
  levels: TcbLevel[];
}

/**
 * Checks and reads TCB info: DCAP-60 to DCAP-68.
 * @param document bytes as signed
 * @param signature 64 bytes: r, s
 * @param signer admitted TCB signing certificate
 * @throws DcapError
 */
export function admitTcbInfo(
  document: Uint8Array,
  signature: Uint8Array,
  signer: Certificate,
  atSeconds: number,
): TcbInfo {
  check(
    verifyP256(document, signature, signer.publicKey),
    'InvalidTcbInfoSignature',
    () => `the TCB info is not signed by ${signer.commonName}; pass the bytes exactly as Intel serves them`,
  );
  const info = readTcbInfo(document);
  check(
    atSeconds >= info.issueDateSeconds,
    'TcbInfoNotYetValid',
    () => `the TCB info is valid from ${isoDate(info.issueDateSeconds)} on`,
  );
  check(
    atSeconds <= info.nextUpdateSeconds,
    'TcbInfoExpired',
    () => `the TCB info was valid until ${isoDate(info.nextUpdateSeconds)}; fetch the current one`,
  );
  return info;
}

/**
 * Reads TCB info without judging signature and dates, for display.
 * @throws DcapError DCAP-61 to DCAP-66
 */
export function readTcbInfo(document: Uint8Array): TcbInfo {
  const json = new SignedJsonReader(document, 'MalformedTcbInfo');
  json.literal('{"id":');
  const id = json.quoted();
  check(id === 'SGX' || id === 'TDX', 'UnsupportedTcbInfo', () => `id ${JSON.stringify(id)} is not SGX or TDX`);
  const tee: TeeType = id === 'SGX' ? 'sgx' : 'tdx';
  json.literal(',"version":');
  const version = json.int(U32);
  check(version === 3, 'UnsupportedTcbInfo', () => `version ${version} is not 3; use Intel's PCS API v4`);
  json.literal(',"issueDate":');
  const issueDateSeconds = json.quotedDate();
  json.literal(',"nextUpdate":');
  const nextUpdateSeconds = json.quotedDate();
  json.literal(',"fmspc":');
  const fmspc = json.quotedHex(6);
  json.literal(',"pceId":');
  const pceId = json.quotedHex(2);
  json.literal(',"tcbType":');
  const tcbType = json.int(U32);
  check(tcbType === 0, 'UnsupportedTcbInfo', () => `tcbType ${tcbType} is not 0`);
  json.literal(',"tcbEvaluationDataNumber":');
  const evaluationNumber = json.int(U32);
  let tdxModule: TdxModule | undefined;
  let tdxModuleIdentities: TdxModuleIdentity[] = [];
  if (tee === 'tdx') {
    json.literal(',"tdxModule":{');
    tdxModule = readModule(json);
    json.literal('}');
    if (json.tryLiteral(',"tdxModuleIdentities":')) tdxModuleIdentities = readIdentities(json);
  }
  json.literal(',"tcbLevels":');
  const levels = readLevels(json, tee);
  json.literal('}');
  json.end();
  const head = { tee, issueDateSeconds, nextUpdateSeconds, fmspc, pceId, evaluationNumber };
  return { ...head, ...(tdxModule && { tdxModule }), tdxModuleIdentities, levels };
}

function readModule(json: SignedJsonReader): TdxModule {
  json.literal('"mrsigner":');
  const mrSigner = json.quotedHex(48);
  json.literal(',"attributes":');
  const attributes = json.quotedHex(8);
  json.literal(',"attributesMask":');
  return { mrSigner, attributes, attributesMask: json.quotedHex(8) };
}

function readIdentities(json: SignedJsonReader): TdxModuleIdentity[] {
  const identities: TdxModuleIdentity[] = [];
  json.array(MAX_TDX_MODULE_IDENTITIES, () => {
    json.literal('{"id":"TDX_');
    const version = json.hexDigits(1)[0]!;
    json.literal('"');
    const isNew = identities.every((identity) => identity.version !== version);
    check(isNew, 'UnorderedTcbLevels', () => `TDX module identity ${version} appears twice`);
    json.literal(',');
    const module = readModule(json);
    json.literal(',"tcbLevels":');
    const levels = json.isvLevels();
    json.literal('}');
    identities.push({ version, ...module, levels });
  });
  return identities;
}

function readLevels(json: SignedJsonReader, tee: TeeType): TcbLevel[] {
  const levels: TcbLevel[] = [];
  json.array(MAX_TCB_LEVELS, () => {
    json.literal('{"tcb":{"sgxtcbcomponents":');
    const sgxComponents = readComponents(json);
    json.literal(',"pcesvn":');
    const pceSvn = json.int(0xffff);
    let tdxComponents: TcbComponent[] | undefined;
    if (tee === 'tdx') {
      json.literal(',"tdxtcbcomponents":');
      tdxComponents = readComponents(json);
    }
    json.literal('}');
    const level = { sgxComponents, pceSvn, ...(tdxComponents && { tdxComponents }), ...json.levelTail('platform') };
    const previous = levels.at(-1);
    check(
      previous === undefined || isBelow(level, previous),
      'UnorderedTcbLevels',
      () => `level ${levels.length} is not below the one before it`,
    );
    levels.push(level);
  });
  return levels;
}

function readComponents(json: SignedJsonReader): TcbComponent[] {
  const components: TcbComponent[] = [];
  json.literal('[');
  for (let i = 0; i < 16; i++) {
    json.literal(i === 0 ? '{"svn":' : ',{"svn":');
    const component: TcbComponent = { svn: json.int(0xff) };
    if (json.tryLiteral(',"category":')) component.category = json.quoted();
    if (json.tryLiteral(',"type":')) component.type = json.quoted();
    json.literal('}');
    components.push(component);
  }
  json.literal(']');
  return components;
}

function isBelow(level: TcbLevel, previous: TcbLevel): boolean {
  const order = (l: TcbLevel): number[] => [
    ...l.sgxComponents.map(({ svn }) => svn),
    l.pceSvn,
    ...(l.tdxComponents ?? []).map(({ svn }) => svn),
  ];
  const before = order(previous);
  const after = order(level);
  const i = after.findIndex((value, index) => value !== before[index]);
  return i >= 0 && after[i]! < before[i]!;
}

/** Whether TCB info is for a machine. */
export function isTcbInfoFor(info: TcbInfo, tee: TeeType, fmspc: Uint8Array): boolean {
  return info.tee === tee && equalBytes(info.fmspc, fmspc);
}

/** For messages: which TCB info this is. */
export function tcbInfoName(info: TcbInfo): string {
  return `${info.tee.toUpperCase()} TCB info of FMSPC ${toHex(info.fmspc)}, edition ${info.evaluationNumber}`;
}
