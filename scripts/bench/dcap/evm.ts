/** Gas of uploads and verifications in Solidity, as transactions. */
import {
  dcapChain,
  evaluationNumberOf,
  uploadCall,
  verifyCall,
  verifyCompactCall,
  type Call,
  type Part,
} from '../../../contracts-evm/test/harness/dcap.ts';
import type { QuoteForm } from '../../../localnet/tee/index.ts';
import { compactEvidence } from '../../../prover/protocol/dcap/index.ts';
import type { Figures } from '../gas/figures.ts';
import { AT_SECONDS, measured } from './machines.ts';

const BEFORE_DOCUMENTS: readonly Part[] = ['root', 'rootCrl', 'tcbInfoSigner', 'pckCa', 'pckCrl'];
/** TCB info keeps the QE identity that was there when it came, so that a verification reads both at once. */
const USUAL: readonly Part[] = ['qeIdentity', 'tcbInfo'];
const SPLIT: readonly Part[] = ['tcbInfo', 'qeIdentity'];

/**
 * `verify_X` with the leaf as DER, `verify_X_compact` the same evidence compact; `tdx5` has a TD report 1.5.
 * `verify_tdx4_split` where the QE identity is newer than the TCB info.
 */
export async function evmFigures(): Promise<Figures> {
  const tdx4 = await gasOf('tdx4', USUAL);
  const tdx5 = await gasOf('tdx5td15', USUAL);
  const sgx3 = await gasOf('sgx3', USUAL);
  const split = await gasOf('tdx4', SPLIT);
  return {
    verify_tdx4: tdx4.verify,
    verify_tdx4_compact: tdx4.verifyCompact,
    verify_tdx4_split: split.verify,
    verify_tdx5: tdx5.verify,
    verify_tdx5_compact: tdx5.verifyCompact,
    verify_sgx3: sgx3.verify,
    verify_sgx3_compact: sgx3.verifyCompact,
    upload_tcb_info: tdx4.uploads.tcbInfo,
    upload_qe_identity: tdx4.uploads.qeIdentity,
    upload_root_crl: tdx4.uploads.rootCrl,
    upload_pck_ca: tdx4.uploads.pckCa,
    upload_pck_crl: tdx4.uploads.pckCrl,
    add_leaf_template: tdx4.addTemplate,
  };
}

async function gasOf(form: QuoteForm, documents: readonly Part[]) {
  const { evidence, collateral, rootFingerprint } = measured(form);
  const chain = await dcapChain(AT_SECONDS);
  const verifier = await chain.deployVerifier(rootFingerprint);
  const gas = async (call: Call): Promise<number> => Number((await verifier.send(call)).gasUsed);
  const uploads = {} as Record<Part, number>;
  for (const part of [...BEFORE_DOCUMENTS, ...documents]) uploads[part] = await gas(uploadCall(part, collateral));
  const number = evaluationNumberOf(collateral);
  const verify = await gas(verifyCall(evidence, number));
  const { templates, gasUsed: addTemplate } = await verifier.addTemplate(evidence, number);
  const compact = compactEvidence(evidence, templates);
  if (compact === undefined) throw new Error(`evidence of ${form} has no compact form`);
  const verifyCompact = await gas(verifyCompactCall(compact, number));
  await chain.connection.close();
  return { uploads, verify, verifyCompact, addTemplate };
}
