/** Changes that make one byte string of another, found so that tests name what differs rather than everything. */

/** From `at` on, in the result of the patches before it, `removed` bytes give way to `inserted`. */
export interface Patch {
  readonly at: number;
  readonly removed: number;
  readonly inserted: Uint8Array;
}

/** Shortest run of equal bytes that is worth a patch of its own. */
const MIN_RUN = 10;

interface Run {
  readonly from: number;
  readonly to: number;
  readonly length: number;
}

/** Patches that make `after` of `before`, front to back. */
export function patchesOf(before: Uint8Array, after: Uint8Array): Patch[] {
  const runs = commonRuns(before, after, 0, before.length, 0, after.length);
  const patches: Patch[] = [];
  let from = 0;
  let to = 0;
  for (const run of [...runs, { from: before.length, to: after.length, length: 0 }]) {
    if (run.from > from || run.to > to)
      patches.push({ at: to, removed: run.from - from, inserted: after.slice(to, run.to) });
    from = run.from + run.length;
    to = run.to + run.length;
  }
  return patches;
}

/** Applies patches in order. */
export function applyPatches(before: Uint8Array, patches: readonly Patch[]): Uint8Array {
  return patches.reduce((bytes, { at, removed, inserted }) => {
    const patched = new Uint8Array(bytes.length - removed + inserted.length);
    patched.set(bytes.subarray(0, at));
    patched.set(inserted, at);
    patched.set(bytes.subarray(at + removed), at + inserted.length);
    return patched;
  }, before);
}

/** Runs that both have, in order: common ends first, then the longest in between, then what is left and right of it. */
function commonRuns(a: Uint8Array, b: Uint8Array, aFrom: number, aTo: number, bFrom: number, bTo: number): Run[] {
  let start = 0;
  while (aFrom + start < aTo && bFrom + start < bTo && a[aFrom + start] === b[bFrom + start]) start++;
  let end = 0;
  while (aTo - end > aFrom + start && bTo - end > bFrom + start && a[aTo - end - 1] === b[bTo - end - 1]) end++;
  const [aStart, aEnd, bStart, bEnd] = [aFrom + start, aTo - end, bFrom + start, bTo - end];
  const longest = longestRun(a, b, aStart, aEnd, bStart, bEnd);
  const inner = longest
    ? [
        ...commonRuns(a, b, aStart, longest.from, bStart, longest.to),
        longest,
        ...commonRuns(a, b, longest.from + longest.length, aEnd, longest.to + longest.length, bEnd),
      ]
    : [];
  const runs = [{ from: aFrom, to: bFrom, length: start }, ...inner, { from: aEnd, to: bEnd, length: end }];
  return runs.filter(({ length }) => length > 0);
}

/** The longest run of at least `MIN_RUN` bytes, if any. */
function longestRun(
  a: Uint8Array,
  b: Uint8Array,
  aFrom: number,
  aTo: number,
  bFrom: number,
  bTo: number,
): Run | undefined {
  let best: Run | undefined;
  let before = new Uint16Array(bTo - bFrom + 1);
  for (let i = aFrom; i < aTo; i++) {
    const now = new Uint16Array(bTo - bFrom + 1);
    for (let j = bFrom; j < bTo; j++) {
      if (a[i] !== b[j]) continue;
      const length = before[j - bFrom]! + 1;
      now[j - bFrom + 1] = length;
      if (length >= MIN_RUN && length > (best?.length ?? 0))
        best = { from: i + 1 - length, to: j + 1 - length, length };
    }
    before = now;
  }
  return best;
}
