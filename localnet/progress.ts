/** Lines with the time since the start, for what takes seconds. */
export function timedLines(write: (line: string) => void): (text: string) => void {
  const startedAt = performance.now();
  return (text) => write(`${((performance.now() - startedAt) / 1000).toFixed(1).padStart(6)} s  ${text}`);
}
