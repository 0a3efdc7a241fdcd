/** Frames on a byte stream: length (4 bytes, big-endian), then so many bytes of payload. */
import { concat } from '../bytes.ts';
import { check } from './errors.ts';

/** Longest payload. A run of 256 messages with full bodies and their receipts takes about 3 MB. */
export const MAX_FRAME_BYTES = 2 ** 23;

/** A payload with its length in front. */
export function encodeFrame(payload: Uint8Array): Uint8Array {
  check(payload.length <= MAX_FRAME_BYTES, 'FrameTooLarge', () => `${payload.length} bytes`);
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, payload.length);
  return concat(length, payload);
}

/** Cuts a stream into payloads. Holds one frame at most, whatever the sizes of the chunks. */
export class FrameReader {
  readonly #length = new Uint8Array(4);
  #payload: Uint8Array | null = null;
  #filled = 0;

  /** Whether a frame has begun and not ended. */
  get isPartial(): boolean {
    return this.#payload !== null || this.#filled > 0;
  }

  /**
   * The payloads that a chunk completes, one after the other.
   * @throws WireError `FrameTooLarge`: where the next frame begins is not known then
   */
  *push(chunk: Uint8Array): Generator<Uint8Array> {
    for (let position = 0; position < chunk.length;) {
      const target = this.#payload ?? this.#length;
      const part = chunk.subarray(position, position + target.length - this.#filled);
      target.set(part, this.#filled);
      this.#filled += part.length;
      position += part.length;
      if (this.#filled < target.length) return;
      this.#filled = 0;
      const isComplete = this.#payload !== null;
      this.#payload = isComplete ? null : this.#begin();
      if (isComplete) yield target;
    }
  }

  #begin(): Uint8Array {
    const length = new DataView(this.#length.buffer).getUint32(0);
    const isFrame = length > 0 && length <= MAX_FRAME_BYTES;
    check(isFrame, 'FrameTooLarge', () => `a frame of ${length} bytes; it has 1 to ${MAX_FRAME_BYTES}`);
    return new Uint8Array(length);
  }
}
