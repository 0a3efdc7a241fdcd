/** What is common to uploads of collateral to both kinds of chains. */
import { toHex } from '../protocol/bytes.ts';
import {
  readCertificate,
  readCrl,
  readQeIdentity,
  readTcbInfo,
  type Collateral,
  type QeIdentity,
  type TcbInfo,
} from '../protocol/dcap/index.ts';

/** Thrown when a store cannot take collateral. */
export class UploadError extends Error {
  readonly code: 'OtherRoot' | 'NoStore' | 'Refused' | 'GasTooDear';

  constructor(code: UploadError['code'], message: string) {
    super(message);
    this.name = 'UploadError';
    this.code = code;
  }
}

/** The order of uploads. The QE identity comes before the TCB info, which is then kept together with it on EVM chains. */
export const UPLOAD_ORDER = [
  'root',
  'rootCrl',
  'qeIdentitySigner',
  'qeIdentity',
  'tcbInfoSigner',
  'tcbInfo',
  'pckCa',
  'pckCrl',
] as const;
export type UploadPart = (typeof UPLOAD_ORDER)[number];

/** What collateral says of itself, as far as it decides whether a store has it. Nothing is verified: the chain does that. */
export interface CollateralFacts {
  rootCrlDate: number;
  tcbInfo: TcbInfo;
  qeIdentity: QeIdentity;
  /** Until when they are good, which the certificate of their signer bounds too */
  tcbInfoEnd: number;
  qeIdentityEnd: number;
  /** 20 bytes */
  pckCaKeyId: Uint8Array;
  pckCaEnd: number;
  pckCrlDate: number;
}

/** @throws DcapError where a part cannot be read */
export function factsOf(collateral: Collateral): CollateralFacts {
  const pckCa = readCertificate(collateral.pckCa, 'pckCa');
  const tcbInfo = readTcbInfo(collateral.tcbInfo);
  const qeIdentity = readQeIdentity(collateral.qeIdentity);
  const endOfSigner = (der: Uint8Array): number => readCertificate(der, 'tcbSigning').notAfterSeconds;
  return {
    rootCrlDate: readCrl(collateral.rootCrl).thisUpdateSeconds,
    tcbInfo,
    qeIdentity,
    tcbInfoEnd: Math.min(tcbInfo.nextUpdateSeconds, endOfSigner(collateral.tcbInfoSigner)),
    qeIdentityEnd: Math.min(qeIdentity.nextUpdateSeconds, endOfSigner(collateral.qeIdentitySigner)),
    pckCaKeyId: pckCa.subjectKeyId,
    pckCaEnd: pckCa.notAfterSeconds,
    pckCrlDate: readCrl(collateral.pckCrl).thisUpdateSeconds,
  };
}

/** @throws UploadError */
export function demandRoot(ofStore: string, ofCollateral: Uint8Array): void {
  const given = toHex(ofCollateral);
  if (ofStore !== given) {
    const message = `the store is for the root ${ofStore}, the collateral has ${given}: fetch from that root's vendor`;
    throw new UploadError('OtherRoot', message);
  }
}
