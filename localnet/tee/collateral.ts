import { pem } from './certificate.ts';
import { hexDigits } from './encoding.ts';

/** A signed document: bytes as signed, and 64 bytes r, s. */
export interface SignedDocument {
  document: Uint8Array;
  signature: Uint8Array;
}

/** Collateral for one machine, byte by byte, in the order in which it is admitted (docs/spec/dcap.md section 2). */
export interface CollateralParts {
  /** DER certificate */
  root: Uint8Array;
  /** DER CRL */
  rootCrl: Uint8Array;
  /** DER certificate */
  tcbInfoSigner: Uint8Array;
  /** JSON as signed */
  tcbInfo: Uint8Array;
  /** 64 bytes: r, s */
  tcbInfoSignature: Uint8Array;
  /** DER certificate */
  qeIdentitySigner: Uint8Array;
  /** JSON as signed */
  qeIdentity: Uint8Array;
  /** 64 bytes: r, s */
  qeIdentitySignature: Uint8Array;
  /** DER certificate */
  pckCa: Uint8Array;
  /** DER CRL */
  pckCrl: Uint8Array;
}

/** Collateral as PCCS clients store it: issuer chains as PEM, CRLs and signatures as hex, documents as text. */
export interface CollateralFile {
  pck_crl_issuer_chain: string;
  root_ca_crl: string;
  pck_crl: string;
  tcb_info_issuer_chain: string;
  tcb_info: string;
  tcb_info_signature: string;
  qe_identity_issuer_chain: string;
  qe_identity: string;
  qe_identity_signature: string;
}

/** Certificates one after the other as PEM. */
export function pemChain(...certificates: Uint8Array[]): string {
  return certificates.map((certificate) => pem(certificate)).join('');
}

export function collateralFile(parts: CollateralParts): CollateralFile {
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  return {
    pck_crl_issuer_chain: pemChain(parts.pckCa, parts.root),
    root_ca_crl: hexDigits(parts.rootCrl),
    pck_crl: hexDigits(parts.pckCrl),
    tcb_info_issuer_chain: pemChain(parts.tcbInfoSigner, parts.root),
    tcb_info: text(parts.tcbInfo),
    tcb_info_signature: hexDigits(parts.tcbInfoSignature),
    qe_identity_issuer_chain: pemChain(parts.qeIdentitySigner, parts.root),
    qe_identity: text(parts.qeIdentity),
    qe_identity_signature: hexDigits(parts.qeIdentitySignature),
  };
}
