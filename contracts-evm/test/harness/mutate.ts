/** Damaged input for differential tests, the same on every run. */

/** Numbers below a bound (mulberry32). */
export function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** A digit becomes another digit, or a letter another letter: what a text says changes, and rarely its form. */
export function reword(bytes: Uint8Array, random: (below: number) => number): Uint8Array {
  const changed = bytes.slice();
  let at = random(bytes.length);
  const isDigit = (): boolean => bytes[at]! >= 0x30 && bytes[at]! <= 0x39;
  const isLetter = (): boolean => (bytes[at]! | 0x20) >= 0x61 && (bytes[at]! | 0x20) <= 0x7a;
  while (!isDigit() && !isLetter()) at = (at + 1) % bytes.length;
  changed[at] = isDigit() ? 0x30 + random(10) : (bytes[at]! & 0x60) + 1 + random(26);
  return changed;
}

/** One of the ways in which bytes go wrong: changed, left out, doubled, moved, cut, gone on. */
export function mutate(bytes: Uint8Array, random: (below: number) => number): Uint8Array {
  const at = random(bytes.length);
  const length = 1 + random(Math.min(12, bytes.length - at));
  const [before, part, behind] = [bytes.subarray(0, at), bytes.subarray(at, at + length), bytes.subarray(at + length)];
  const changed = bytes.slice();
  switch (random(7)) {
    case 0:
      changed[at]! ^= 1 << random(8);
      return changed;
    case 1:
      changed[at] = random(256);
      return changed;
    case 2:
      return Uint8Array.from([...before, ...behind]);
    case 3:
      return Uint8Array.from([...before, ...part, ...part, ...behind]);
    case 4:
      changed[at] = bytes[random(bytes.length)]!;
      return changed;
    case 5:
      return Uint8Array.from(before);
    default:
      return Uint8Array.from([...bytes, ...part]);
  }
}
