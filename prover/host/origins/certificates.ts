/** Certificates of Sui's checkpoints before they are checked: by what they say of themselves. */
import type { CertifiedSummary } from '../evidence/checkpoints.ts';
import { Recent } from '../recent.ts';
import { believable } from './common.ts';

/** The first field of a `CheckpointSummary`. */
export function certifiedEpoch(certified: CertifiedSummary): bigint {
  return u64At(certified, 0);
}

/** The second one: its sequence number. */
export function certifiedHeight(certified: CertifiedSummary): bigint {
  return u64At(certified, 8);
}

function u64At({ summary }: CertifiedSummary, offset: number): bigint {
  return believable(() => new DataView(summary.buffer, summary.byteOffset, summary.length).getBigUint64(offset, true));
}

/** Far more than there are checkpoints between two looks at them. */
const STREAM_BYTES = 4_000_000;
/** What one takes beside its bytes. */
const OVERHEAD = 500;

/** What a stream has shown of the newest checkpoints. It counts for no more than an answer to a question. */
export class CertificateStream {
  readonly #byHeight = new Recent<bigint, CertifiedSummary>(STREAM_BYTES);
  #newest: CertifiedSummary | undefined;

  add({ summary: shown, encoded }: CertifiedSummary): void {
    // One that is too short for a height is none.
    if (shown.length < 16) return;
    // What it is a part of, which may be far more, is not to be kept with it.
    const certified = { summary: Uint8Array.from(shown), encoded };
    this.#byHeight.set(certifiedHeight(certified), certified, shown.length + encoded.length + OVERHEAD);
    this.#newest = certified;
  }

  /** The newest one that was not taken yet. */
  takeNewest(): CertifiedSummary | undefined {
    const newest = this.#newest;
    this.#newest = undefined;
    return newest;
  }

  at(height: bigint): CertifiedSummary | undefined {
    return this.#byHeight.get(height);
  }
}
