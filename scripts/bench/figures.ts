/** The convention of every benchmark: its last line of output is one flat JSON object of figures. */

/**
 * Prints the figures as the last line. Call it once, at the end.
 * @param figures snake_case names, which stay once they are published, and finite numbers
 * @throws Error for a name or value that a reader of the line could not use
 */
export function printFigures(figures: Readonly<Record<string, number>>): void {
  const entries = Object.entries(figures);
  if (entries.length === 0) throw new Error('no figures: a benchmark that measured nothing has failed');
  for (const [name, value] of entries) {
    if (!/^[a-z][a-z0-9_]*$/.test(name)) throw new Error(`figure ${name}: names are snake_case`);
    if (!Number.isFinite(value)) throw new Error(`figure ${name} is ${value}: it was not measured`);
  }
  console.log(JSON.stringify(figures));
}
