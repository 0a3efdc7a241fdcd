/**
 * Sets of signer indices as Sui's certificates carry them: the portable RoaringBitmap format
 * (https://github.com/RoaringBitmap/RoaringFormatSpec) in the form without run containers.
 *
 * ```
 * u32  cookie 12346
 * u32  number of containers n
 * n *  u16 high half of the values, u16 cardinality - 1     (keys strictly ascending)
 * n *  u32 offset of the container from the first byte
 * n *  container: up to 4096 values: their low halves as sorted u16; more: a bitmap of 8192 bytes
 * ```
 * All integers are little-endian. One set has exactly one encoding: the decoder refuses every other one. The variant
 * with run containers (cookie 12347) is refused too, since Sui never writes it.
 */
const COOKIE_NO_RUNS = 12346;
const COOKIE_RUNS = 12347;
const ARRAY_LIMIT = 4096;
const BITMAP_BYTES = 8192;
const KEYS = 65536;

/** Thrown when bytes are not the canonical encoding of a set below the limit. */
export class RoaringError extends Error {
  readonly code = 'ROARING_INVALID';
  constructor(reason: string) {
    super(`not a canonical RoaringBitmap: ${reason}; hand over the signer bitmap as the certificate carries it`);
    this.name = 'RoaringError';
  }
}

/**
 * Decodes a bitmap into its members, ascending.
 * @param limit every member must be below it; bounds the work as well (at most 2^32)
 * @throws RoaringError on anything but the canonical encoding
 */
export function decodeRoaring(bytes: Uint8Array, limit: number): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 8) throw new RoaringError(`${bytes.length} bytes are too few for the header`);
  const cookie = view.getUint32(0, true);
  if ((cookie & 0xffff) === COOKIE_RUNS) throw new RoaringError('run containers are not used by Sui');
  if (cookie !== COOKIE_NO_RUNS) throw new RoaringError(`unknown cookie ${cookie}`);
  const count = view.getUint32(4, true);
  if (count > KEYS) throw new RoaringError(`${count} containers`);
  const headerEnd = 8 + count * 8;
  if (bytes.length < headerEnd) throw new RoaringError('truncated header');

  const values: number[] = [];
  let position = headerEnd;
  let lastKey = -1;
  for (let i = 0; i < count; i++) {
    const key = view.getUint16(8 + i * 4, true);
    const cardinality = view.getUint16(10 + i * 4, true) + 1;
    if (key <= lastKey) throw new RoaringError('container keys do not ascend');
    lastKey = key;
    if (key * KEYS >= limit) throw new RoaringError(`a member is not below ${limit}`);
    if (view.getUint32(8 + count * 4 + i * 4, true) !== position) throw new RoaringError('wrong container offset');
    const size = cardinality <= ARRAY_LIMIT ? cardinality * 2 : BITMAP_BYTES;
    if (bytes.length < position + size) throw new RoaringError('truncated container');
    const read = cardinality <= ARRAY_LIMIT ? readArray : readBits;
    read(view, position, cardinality, key * KEYS, values);
    position += size;
  }
  if (position !== bytes.length) throw new RoaringError(`${bytes.length - position} bytes too many`);
  const last = values.at(-1);
  if (last !== undefined && last >= limit) throw new RoaringError(`member ${last} is not below ${limit}`);
  return values;
}

function readArray(view: DataView, start: number, cardinality: number, base: number, out: number[]): void {
  let last = -1;
  for (let i = 0; i < cardinality; i++) {
    const low = view.getUint16(start + i * 2, true);
    if (low <= last) throw new RoaringError('members do not ascend');
    last = low;
    out.push(base + low);
  }
}

function readBits(view: DataView, start: number, cardinality: number, base: number, out: number[]): void {
  let found = 0;
  for (let byte = 0; byte < BITMAP_BYTES; byte++) {
    const bits = view.getUint8(start + byte);
    for (let bit = 0; bit < 8; bit++) {
      if (!(bits & (1 << bit))) continue;
      found++;
      out.push(base + byte * 8 + bit);
    }
  }
  if (found !== cardinality) throw new RoaringError(`${found} members in a container that announces ${cardinality}`);
}

/** Encodes a set of u32 values; order and repetition of the input do not matter. */
export function encodeRoaring(values: Iterable<number>): Uint8Array {
  const containers = new Map<number, number[]>();
  for (const value of [...new Set(values)].sort((a, b) => a - b)) {
    if (!Number.isInteger(value) || value < 0 || value > 0xffffffff) throw new RoaringError(`${value} is not a u32`);
    const key = Math.floor(value / KEYS);
    const low = value % KEYS;
    const lows = containers.get(key);
    if (lows) lows.push(low);
    else containers.set(key, [low]);
  }
  const sizeOf = (lows: number[]): number => (lows.length <= ARRAY_LIMIT ? lows.length * 2 : BITMAP_BYTES);
  const total = [...containers.values()].reduce((sum, lows) => sum + sizeOf(lows), 8 + containers.size * 8);
  const bytes = new Uint8Array(total);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, COOKIE_NO_RUNS, true);
  view.setUint32(4, containers.size, true);
  let position = 8 + containers.size * 8;
  let i = 0;
  for (const [key, lows] of containers) {
    view.setUint16(8 + i * 4, key, true);
    view.setUint16(10 + i * 4, lows.length - 1, true);
    view.setUint32(8 + containers.size * 4 + i * 4, position, true);
    if (lows.length <= ARRAY_LIMIT) lows.forEach((low, j) => view.setUint16(position + j * 2, low, true));
    else for (const low of lows) bytes[position + (low >> 3)]! |= 1 << (low & 7);
    position += sizeOf(lows);
    i++;
  }
  return bytes;
}
