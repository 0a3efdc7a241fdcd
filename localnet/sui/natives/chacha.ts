// The random generator that Sui's test natives draw from: ChaCha with 12 rounds, a 64-bit block counter and nonce 0.

const CONSTANTS = [0x61707865, 0x3320646e, 0x79622d32, 0x6b206574];

const rotate = (x: number, by: number): number => ((x << by) | (x >>> (32 - by))) >>> 0;

function quarterRound(s: Uint32Array, a: number, b: number, c: number, d: number): void {
  s[a]! += s[b]!;
  s[d] = rotate(s[d]! ^ s[a]!, 16);
  s[c]! += s[d]!;
  s[b] = rotate(s[b]! ^ s[c]!, 12);
  s[a]! += s[b]!;
  s[d] = rotate(s[d]! ^ s[a]!, 8);
  s[c]! += s[d]!;
  s[b] = rotate(s[b]! ^ s[c]!, 7);
}

/** A block of 64 bytes (RFC 8439, section 2.3, but for the number of rounds and the width of the counter). */
export function chachaBlock(key: Uint8Array, counter: bigint, rounds: number): Uint8Array {
  const view = new DataView(key.buffer, key.byteOffset, 32);
  const input = new Uint32Array(16);
  input.set(CONSTANTS);
  for (let i = 0; i < 8; i++) input[4 + i] = view.getUint32(4 * i, true);
  input[12] = Number(counter & 0xffff_ffffn);
  input[13] = Number(counter >> 32n);
  const state = input.slice();
  for (let i = 0; i < rounds; i += 2) {
    for (let j = 0; j < 4; j++) quarterRound(state, j, 4 + j, 8 + j, 12 + j);
    for (let j = 0; j < 4; j++) quarterRound(state, j, 4 + ((j + 1) & 3), 8 + ((j + 2) & 3), 12 + ((j + 3) & 3));
  }
  const out = new Uint8Array(64);
  const outView = new DataView(out.buffer);
  for (let i = 0; i < 16; i++) outView.setUint32(4 * i, (state[i]! + input[i]!) >>> 0, true);
  return out;
}

export class ChaChaRng {
  readonly #key: Uint8Array;
  #counter = 0n;
  #block: Uint8Array = new Uint8Array();

  /** @param seed 32 bytes. */
  constructor(seed: Uint8Array) {
    this.#key = seed.slice();
  }

  bytes(count: number): Uint8Array {
    const out = new Uint8Array(count);
    for (let at = 0; at < count;) {
      if (this.#block.length === 0) this.#block = chachaBlock(this.#key, this.#counter++, 12);
      const taken = this.#block.subarray(0, count - at);
      out.set(taken, at);
      at += taken.length;
      this.#block = this.#block.subarray(taken.length);
    }
    return out;
  }
}
