import { stripVTControlCharacters, styleText } from 'node:util';

/** A value to show: a leaf as text, or named values below it. */
export type Shown = string | { [name: string]: Shown };

type Style = 'bold' | 'red' | 'green' | 'dim';

/** Where a command writes: results to `out`, progress and errors to `err`. Tests put their own in. */
export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  isColoured: boolean;
}

/** The process's own streams; colour only on a terminal, and never where NO_COLOR is set. */
export const processTerminal: Terminal = {
  out: (text) => void process.stdout.write(`${text}\n`),
  err: (text) => void process.stderr.write(`${text}\n`),
  isColoured: process.stdout.isTTY && !process.env.NO_COLOR,
};

export function paint(terminal: Pick<Terminal, 'isColoured'>, style: Style, text: string): string {
  return terminal.isColoured ? styleText(style, text, { validateStream: false }) : text;
}

/** Values one below another, names padded to one column, groups under a heading. */
export function table(terminal: Terminal, values: { [name: string]: Shown }, indent = ''): string {
  const names = Object.entries(values).filter(([, value]) => typeof value === 'string');
  const width = Math.max(0, ...names.map(([name]) => name.length));
  return Object.entries(values)
    .map(([name, value]) =>
      typeof value === 'string'
        ? `${indent}${paint(terminal, 'dim', name.padEnd(width))}  ${value}`
        : `${indent}${paint(terminal, 'bold', name)}\n${table(terminal, value, `${indent}  `)}`,
    )
    .join('\n');
}

/** Rows below their headings, each column as wide as what is in it. */
export function columns(
  terminal: Pick<Terminal, 'isColoured'>,
  names: readonly string[],
  rows: readonly (readonly string[])[],
  indent = '',
): string {
  const widthOf = (cell: string): number => stripVTControlCharacters(cell).length;
  const widths = names.map((name, i) => Math.max(name.length, ...rows.map((row) => widthOf(row[i]!))));
  const line = (cells: readonly string[]): string =>
    indent +
    cells
      .map((cell, i) => cell + ' '.repeat(widths[i]! - widthOf(cell)))
      .join('  ')
      .trimEnd();
  return [line(names.map((name) => paint(terminal, 'dim', name))), ...rows.map(line)].join('\n');
}

/** A second since 1970, to the minute. */
export function dateText(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** JSON for programs: bytes as 0x and hex, bigints as decimal strings, two spaces of indent. */
export function json(value: unknown): string {
  return JSON.stringify(
    value,
    (_key, field: unknown) => {
      if (field instanceof Uint8Array) return `0x${Buffer.from(field).toString('hex')}`;
      return typeof field === 'bigint' ? field.toString() : field;
    },
    2,
  );
}
