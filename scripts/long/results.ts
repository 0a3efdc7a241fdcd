/** Results that are worth keeping: tables in docs/results whose rows are dated, and of which the latest of a kind stays. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const RESULTS = path.join(import.meta.dirname, '../../docs/results');

const cellsOf = (line: string): string[] =>
  line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());

/**
 * Writes a row into the first table of a file of docs/results: in place of the row with the same first cell, or as the
 * last one. A column named `date` is filled in. All around the table stays as somebody wrote it.
 * @param row by name of column
 */
export function recordRow(file: string, row: Readonly<Record<string, string | number>>, directory = RESULTS): void {
  const place = path.join(directory, file);
  const lines = readFileSync(place, 'utf8').split('\n');
  const head = lines.findIndex((line, i) => line.startsWith('|') && /^\|[-|: ]+\|$/.test(lines[i + 1] ?? ''));
  if (head < 0) throw new Error(`${file} has no table to write into`);
  const columns = cellsOf(lines[head]!);
  const values: Record<string, string | number> = { date: new Date().toISOString().slice(0, 10), ...row };
  const unknown = Object.keys(row).filter((name) => !columns.includes(name));
  if (unknown.length > 0) throw new Error(`${file} has no column ${unknown.join(', ')}; it has ${columns.join(', ')}`);
  const cells = columns.map((name) => String(values[name] ?? '').replaceAll('|', '\\|'));
  const rest = lines.findIndex((line, i) => i > head && !line.startsWith('|'));
  const end = rest < 0 ? lines.length : rest;
  const same = lines.findIndex((line, i) => i > head + 1 && i < end && cellsOf(line)[0] === cells[0]);
  lines.splice(same < 0 ? end : same, same < 0 ? 0 : 1, `| ${cells.join(' | ')} |`);
  writeFileSync(place, lines.join('\n'));
}
