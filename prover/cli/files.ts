import { readFileSync } from 'node:fs';
import path from 'node:path';
import { CliError } from './errors.ts';

/** A path as the user means it: relative to where the command was typed, which npm scripts keep in INIT_CWD. */
export function userPath(file: string): string {
  return path.resolve(process.env.INIT_CWD ?? process.cwd(), file);
}

const REASONS: Record<string, string> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'it may not be read',
};

/** Bytes of a file. @throws CliError */
export function readBytes(file: string): Uint8Array {
  try {
    return readFileSync(userPath(file));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reason = REASONS[code ?? ''] ?? message;
    throw new CliError('UnreadableFile', `cannot read ${file}: ${reason}`);
  }
}

/** Parsed JSON of a file. @throws CliError */
export function readJson(file: string): unknown {
  const text = new TextDecoder().decode(readBytes(file));
  try {
    return JSON.parse(text);
  } catch {
    throw new CliError('InvalidJson', `${file} is not JSON`);
  }
}

/**
 * A quote file: raw bytes, or one line of hex or base64, as agents print them.
 * @throws CliError
 */
export function readQuoteFile(file: string): Uint8Array {
  const bytes = readBytes(file);
  // A quote starts with a little-endian version, so its second byte is zero, which no text has.
  if (bytes.length < 2 || bytes[1] === 0) return bytes;
  const text = new TextDecoder('latin1').decode(bytes).trim();
  const hex = /^(?:0x)?((?:[0-9a-fA-F]{2})+)$/.exec(text)?.[1];
  if (hex) return new Uint8Array(Buffer.from(hex, 'hex'));
  if (/^[A-Za-z0-9+/\s]+=*$/.test(text)) return new Uint8Array(Buffer.from(text, 'base64'));
  return bytes;
}

/**
 * Seconds since 1970 of a time given as seconds or as an ISO 8601 date; now where it is not given.
 * @throws CliError
 */
export function readTime(value: string | undefined): number {
  if (value === undefined) return Math.floor(Date.now() / 1000);
  if (/^\d{1,12}$/.test(value)) return Number(value);
  const milliseconds = /^\d{4}-\d\d-\d\d/.test(value) ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(milliseconds)) {
    throw new CliError(
      'InvalidTime',
      `${value} is no time; give seconds since 1970 or a date like 2026-03-01T00:00:00Z`,
    );
  }
  return Math.floor(milliseconds / 1000);
}
