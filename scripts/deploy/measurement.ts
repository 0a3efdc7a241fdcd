/** Measurement ids, docs/spec/contracts.md section 2. */
import { concat } from '../../prover/protocol/bytes.ts';
import { hash } from '../../prover/protocol/hash.ts';

const TAG = hash(new TextEncoder().encode('corridor.measurement.v1'));

/**
 * The id of a program.
 * @param teeType 1 SGX, 2 TDX
 * @param registers MRENCLAVE, or MRTD and RTMR0 to RTMR3
 */
export function measurementId(teeType: number, registers: Uint8Array): Uint8Array {
  return hash(concat(TAG, Uint8Array.of(teeType), registers));
}
