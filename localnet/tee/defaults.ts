/** What the simulated vendor publishes and its machines report unless told otherwise, in the manner of Intel's own. */
import { concat } from '../../prover/protocol/bytes.ts';
import type { IsvLevel, PlatformLevel, QeIdentityFields, TdxModuleIdentity, Tee } from './documents.ts';
import { hex } from './encoding.ts';
import { derive } from './keys.ts';

export const DEFAULT_EVALUATION_NUMBER = 19;
export const DEFAULT_FMSPC = hex('90c06f000000');
export const DEFAULT_PCE_ID = hex('0000');

/** SVNs from the first on; the others are zero. */
export function svns(...first: number[]): number[] {
  return [...first, ...new Array<number>(16 - first.length).fill(0)];
}

/** SVNs of a machine that is up to date. */
export const DEFAULT_COMPONENTS: readonly number[] = svns(3, 3, 2, 2, 4, 1, 0, 5);
export const DEFAULT_PCE_SVN = 13;
/** TDX module 1.x (byte 1) at SVN 6 (byte 0), microcode at 3 (byte 2) */
export const DEFAULT_TEE_TCB_SVN: readonly number[] = svns(6, 1, 3);
export const DEFAULT_QE_ISV_SVN: Record<Tee, number> = { sgx: 10, tdx: 6 };

const OLD_ADVISORIES = [106, 115, 135, 203, 220, 233, 270, 293, 320, 329, 381, 389, 477, 837];
const RECENT_ADVISORIES = [1036, 1079, 1099, 1103, 1111];

export const DEFAULT_LEVELS: readonly PlatformLevel[] = [
  { sgx: DEFAULT_COMPONENTS, pceSvn: DEFAULT_PCE_SVN, tdx: svns(5, 0, 3), status: 'UpToDate' },
  {
    sgx: svns(2, 2, 2, 2, 3, 1, 0, 5),
    pceSvn: 13,
    tdx: svns(5, 0, 2),
    status: 'OutOfDate',
    advisories: RECENT_ADVISORIES,
  },
  {
    sgx: svns(2, 2, 2, 2, 3, 1, 0, 5),
    pceSvn: 5,
    tdx: svns(5, 0, 2),
    status: 'OutOfDate',
    advisories: [...OLD_ADVISORIES, ...RECENT_ADVISORIES],
  },
];

export const DEFAULT_MODULE_IDENTITIES: readonly TdxModuleIdentity[] = [
  { version: 3, levels: [{ isvSvn: 3, status: 'UpToDate' }] },
  {
    version: 1,
    levels: [
      { isvSvn: 6, status: 'UpToDate' },
      { isvSvn: 4, status: 'OutOfDate', advisories: [1036, 1099] },
      { isvSvn: 2, status: 'OutOfDate', advisories: [1036, 1099] },
    ],
  },
];

export const DEFAULT_QE_LEVELS: Record<Tee, readonly IsvLevel[]> = {
  sgx: [
    { isvSvn: 8, status: 'UpToDate' },
    { isvSvn: 6, status: 'OutOfDate', advisories: [615] },
    { isvSvn: 5, status: 'OutOfDate', advisories: [477, 615] },
  ],
  tdx: [{ isvSvn: 4, status: 'UpToDate' }],
};

/** A seed of its own: what the quoting enclaves are does not depend on the vendor's keys. */
const ENCLAVES = 'quoting enclaves';

/** Measurement and signer of the quoting enclaves. */
export const QE_IDENTITY: Record<Tee, { mrEnclave: Uint8Array; mrSigner: Uint8Array; isvProdId: number }> = {
  sgx: { mrEnclave: derive(ENCLAVES, 'QE'), mrSigner: derive(ENCLAVES, 'signer of QE'), isvProdId: 1 },
  tdx: { mrEnclave: derive(ENCLAVES, 'TD_QE'), mrSigner: derive(ENCLAVES, 'signer of TD_QE'), isvProdId: 2 },
};

/** Flags INIT, MODE64BIT and PROVISION_KEY, and the XFRM of the recorded quoting enclaves. */
export const QE_ATTRIBUTES = hex('1500000000000000 e700000000000000');

/** The part of a QE identity that does not change between editions. */
export function qeIdentityBase(
  tee: Tee,
): Pick<
  QeIdentityFields,
  'tee' | 'miscSelect' | 'miscSelectMask' | 'attributes' | 'attributesMask' | 'mrSigner' | 'isvProdId'
> {
  const { mrSigner, isvProdId } = QE_IDENTITY[tee];
  return {
    tee,
    miscSelect: hex('00000000'),
    miscSelectMask: hex('ffffffff'),
    attributes: hex('1100000000000000 0000000000000000'),
    attributesMask: hex('fbffffffffffffff 0000000000000000'),
    mrSigner,
    isvProdId,
  };
}

/** INIT and MODE64BIT; XFRM of x87, SSE, AVX */
export const DEFAULT_SGX_ATTRIBUTES = hex('0500000000000000 0700000000000000');
/** SEPT_VE_DISABLE, bit 28 */
export const DEFAULT_TD_ATTRIBUTES = hex('0000001000000000');
export const DEFAULT_XFAM = hex('e718060000000000');

/** A register of 48 bytes that stands for something of this name. */
export function register48(seed: string, name: string): Uint8Array {
  return concat(derive(seed, `${name}, first part`), derive(seed, `${name}, second part`)).slice(0, 48);
}
