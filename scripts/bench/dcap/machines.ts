/**
 * What the DCAP benchmark measures with: simulated machines, and collateral as large as the largest on record of Intel.
 * That is TCB info with 11 platform levels (of SGX; TDX has had 3) and 20 advisories on the last, and 64 entries on the
 * CRL of the PCK CA.
 */
import { Platform, Vendor, type PlatformLevel, type QuoteForm } from '../../../localnet/tee/index.ts';
import type { Collateral } from '../../../prover/protocol/dcap/index.ts';

/** When everything is uploaded and verified. */
export const AT_SECONDS = Date.UTC(2026, 5, 1) / 1000;

const ADVISORY_COUNT = 20;
const LEVEL_COUNT = 11;
const REVOKED_COUNT = 64;

/** Evidence of a machine that reaches the last of the levels alone, so that all of them are looked at. */
export interface Measured {
  evidence: Uint8Array;
  collateral: Collateral;
  rootFingerprint: Uint8Array;
}

export function measured(form: QuoteForm): Measured {
  const vendor = new Vendor({ seed: 'bench', clock: () => AT_SECONDS - 86_400 });
  const machine = new Platform({ vendor, levels: levelsDownTo(machineComponents()), components: machineComponents() });
  for (let i = 0; i < REVOKED_COUNT; i++) new Platform({ vendor, seed: `revoked ${i}` }).revoke();
  // No byte is zero: calldata costs as much as it can.
  const reportData = Uint8Array.from({ length: 64 }, (_, i) => i + 1);
  const tee = form === 'sgx3' ? 'sgx' : 'tdx';
  const { evidence } = machine.quote({ form, reportData });
  return { evidence, collateral: machine.collateralParts({ tee }), rootFingerprint: vendor.rootFingerprint };
}

function machineComponents(): number[] {
  return [3, 3, 2, 2, 4, 1, 0, 5, ...new Array<number>(8).fill(0)];
}

/** Levels from the best to one that `components` reach. */
function levelsDownTo(components: readonly number[]): PlatformLevel[] {
  return Array.from({ length: LEVEL_COUNT }, (_, i) => ({
    sgx: components.map((svn, k) => (k === 0 ? svn + LEVEL_COUNT - 1 - i : svn)),
    pceSvn: 13,
    tdx: [5, 0, 3, ...new Array<number>(13).fill(0)],
    status: i === 0 ? 'UpToDate' : 'OutOfDate',
    advisories: Array.from({ length: Math.min(2 * i, ADVISORY_COUNT) }, (_, k) => 1000 + 11 * k),
  }));
}
