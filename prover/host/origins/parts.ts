/** Byte strings in one: each with its length (4 bytes, big-endian) in front. */
import { concat } from '../../protocol/bytes.ts';

export function packParts(parts: readonly Uint8Array[]): Uint8Array {
  return concat(
    ...parts.flatMap((part) => {
      const length = new Uint8Array(4);
      new DataView(length.buffer).setUint32(0, part.length);
      return [length, part];
    }),
  );
}

export function unpackParts(packed: Uint8Array): Uint8Array[] {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  const parts: Uint8Array[] = [];
  for (let at = 0; at < packed.length;) {
    const end = at + 4 + view.getUint32(at);
    parts.push(packed.subarray(at + 4, end));
    at = end;
  }
  return parts;
}
