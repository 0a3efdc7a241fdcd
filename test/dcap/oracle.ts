import dcapQvl from '@phala/dcap-qvl';
import { pem } from './forge.ts';
import type { Collateral } from '../../prover/protocol/dcap/index.ts';

/** What @phala/dcap-qvl, written by others from Intel's documents, says of a quote. */
export type OracleVerdict = { accepted: true; status: string; advisories: number[] } | { accepted: false; why: string };

/**
 * Asks the oracle.
 * @param quote as the machine emits it, with its PEM chain
 * @param trustedRoot DER
 */
export function askOracle(
  quote: Uint8Array,
  collateral: Collateral,
  trustedRoot: Uint8Array,
  at: number,
): OracleVerdict {
  const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
  const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');
  const chain = (...certificates: Uint8Array[]): string => certificates.map(pem).join('');
  try {
    const report = dcapQvl.QuoteVerifier.newWithRootCa(Buffer.from(trustedRoot)).verify(
      quote,
      {
        pck_crl_issuer_chain: chain(collateral.pckCa, collateral.root),
        root_ca_crl: hex(collateral.rootCrl),
        pck_crl: hex(collateral.pckCrl),
        tcb_info_issuer_chain: chain(collateral.tcbInfoSigner, collateral.root),
        tcb_info: text(collateral.tcbInfo),
        tcb_info_signature: hex(collateral.tcbInfoSignature),
        qe_identity_issuer_chain: chain(collateral.qeIdentitySigner, collateral.root),
        qe_identity: text(collateral.qeIdentity),
        qe_identity_signature: hex(collateral.qeIdentitySignature),
      },
      at,
    );
    const advisories = report.advisory_ids.map((id) => Number(id.slice(-5))).sort((a, b) => a - b);
    return { accepted: true, status: report.status, advisories };
  } catch (error) {
    return { accepted: false, why: error instanceof Error ? error.message : String(error) };
  }
}
