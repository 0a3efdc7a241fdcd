import type { Certificate } from './certificate.ts';
import { check } from './errors.ts';
import { verifyP256 } from './p256.ts';
import { SignedJsonReader, type IsvLevel } from './signed-json.ts';
import type { TeeType } from './tcb-info.ts';
import { isoDate } from './time.ts';

/** Identity of Intel's quoting enclave, version 2, as Intel signed it (docs/spec/dcap.md section 6). */
export interface QeIdentity {
  tee: TeeType;
  issueDateSeconds: number;
  nextUpdateSeconds: number;
  evaluationNumber: number;
  /** 4 bytes */
  miscSelect: Uint8Array;
  /** 4 bytes */
  miscSelectMask: Uint8Array;
  /** 16 bytes */
  attributes: Uint8Array;
  /** 16 bytes */
  attributesMask: Uint8Array;
  /** 32 bytes */
  mrSigner: Uint8Array;
  isvProdId: number;
  /** Best first */
  levels: IsvLevel[];
}

/**
 * Checks and reads a QE identity: DCAP-70 to DCAP-74, DCAP-63 to DCAP-66.
 * @param document bytes as signed
 * @param signature 64 bytes: r, s
 * @param signer admitted TCB signing certificate
 * @throws DcapError
 */
export function admitQeIdentity(
  document: Uint8Array,
  signature: Uint8Array,
  signer: Certificate,
  atSeconds: number,
): QeIdentity {
  check(
    verifyP256(document, signature, signer.publicKey),
    'InvalidQeIdentitySignature',
    () => `the QE identity is not signed by ${signer.commonName}; pass the bytes exactly as Intel serves them`,
  );
  const identity = readQeIdentity(document);
  check(
    atSeconds >= identity.issueDateSeconds,
    'QeIdentityNotYetValid',
    () => `the QE identity is valid from ${isoDate(identity.issueDateSeconds)} on`,
  );
  check(
    atSeconds <= identity.nextUpdateSeconds,
    'QeIdentityExpired',
    () => `the QE identity was valid until ${isoDate(identity.nextUpdateSeconds)}; fetch the current one`,
  );
  return identity;
}

/**
 * Reads a QE identity without judging signature and dates, for display.
 * @throws DcapError DCAP-71, DCAP-72, DCAP-63 to DCAP-66
 */
export function readQeIdentity(document: Uint8Array): QeIdentity {
  const json = new SignedJsonReader(document, 'MalformedQeIdentity');
  json.literal('{"id":');
  const id = json.quoted();
  check(id === 'QE' || id === 'TD_QE', 'UnsupportedQeIdentity', () => `id ${JSON.stringify(id)} is not QE or TD_QE`);
  json.literal(',"version":');
  const version = json.int(0xffffffff);
  check(version === 2, 'UnsupportedQeIdentity', () => `version ${version} is not 2; use Intel's PCS API v4`);
  json.literal(',"issueDate":');
  const issueDateSeconds = json.quotedDate();
  json.literal(',"nextUpdate":');
  const nextUpdateSeconds = json.quotedDate();
  json.literal(',"tcbEvaluationDataNumber":');
  const evaluationNumber = json.int(0xffffffff);
  json.literal(',"miscselect":');
  const miscSelect = json.quotedHex(4);
  json.literal(',"miscselectMask":');
  const miscSelectMask = json.quotedHex(4);
  json.literal(',"attributes":');
  const attributes = json.quotedHex(16);
  json.literal(',"attributesMask":');
  const attributesMask = json.quotedHex(16);
  json.literal(',"mrsigner":');
  const mrSigner = json.quotedHex(32);
  json.literal(',"isvprodid":');
  const isvProdId = json.int(0xffff);
  json.literal(',"tcbLevels":');
  const levels = json.isvLevels();
  json.literal('}');
  json.end();
  const tee: TeeType = id === 'QE' ? 'sgx' : 'tdx';
  const head = { tee, issueDateSeconds, nextUpdateSeconds, evaluationNumber, miscSelect, miscSelectMask };
  return { ...head, attributes, attributesMask, mrSigner, isvProdId, levels };
}
