/** What every service works with, and the parsing of fields that many requests have. */
import { fromBase58 } from '@mysten/sui/utils';
import type { Devnet } from '../../devnet-api.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { PackageReader } from '../../ledger/packages.ts';
import { normalizeAddress } from '../../ledger/types.ts';
import { invalid, missing } from '../status.ts';

export interface ServiceContext {
  readonly devnet: Devnet;
  readonly ledger: Ledger;
  readonly packages: PackageReader;
}

export function serviceContext(devnet: Devnet): ServiceContext {
  const { ledger } = devnet;
  return { devnet, ledger, packages: new PackageReader((id) => ledger.live(id)) };
}

/** A required address or object id. */
export function address(field: string, value: string | undefined): string {
  if (value === undefined) throw missing(field);
  try {
    return normalizeAddress(value);
  } catch (error) {
    throw invalid(field, (error as Error).message);
  }
}

/** A required digest: 32 bytes in base58. */
export function digest(field: string, value: string | undefined): string {
  if (value === undefined) throw missing(field);
  let length = 0;
  try {
    // Base58 takes quadratic time; nothing longer than 44 characters can be a digest.
    if (value.length <= 44) length = fromBase58(value).length;
  } catch {
    // Reported below.
  }
  if (length !== 32) throw invalid(field, `"${value.slice(0, 80)}" is not 32 bytes in base58`);
  return value;
}

/** A required name. */
export function name(field: string, value: string | undefined): string {
  if (!value) throw missing(field);
  return value;
}

const DEFAULT_PAGE_SIZE = 50;
const MAX_PAGE_SIZE = 1000;
/** A page ends when its messages exceed this many bytes, roughly. */
export const MAX_PAGE_BYTES = 512 * 1024;

/** Number of items of a page. */
export function pageSize(size: number | undefined): number {
  return size === undefined ? DEFAULT_PAGE_SIZE : Math.min(Math.max(size, 1), MAX_PAGE_SIZE);
}

const MAX_TOKEN_BYTES = 16 * 1024;

/** Writes a page token: the query it belongs to and the key of the last item served. */
export function writeToken(query: readonly string[], last: string): Uint8Array {
  return Buffer.from(JSON.stringify([...query, last]));
}

/**
 * Reads the key of the last item served out of a page token.
 * @param query must be what the token was written for
 */
export function readToken(token: Uint8Array | undefined, query: readonly string[]): string | undefined {
  if (!token) return undefined;
  let parts: unknown;
  try {
    parts = token.length <= MAX_TOKEN_BYTES ? JSON.parse(Buffer.from(token).toString('utf8')) : undefined;
  } catch {
    // Reported below.
  }
  const fits =
    Array.isArray(parts) &&
    parts.length === query.length + 1 &&
    parts.every((part) => typeof part === 'string') &&
    query.every((part, index) => part === (parts as string[])[index]);
  if (!fits) throw invalid('page_token', 'not a token of this query; pass on what the last page gave');
  return (parts as string[]).at(-1);
}

/** One page of sorted items, and whether there are more. */
export function page<T>(
  items: readonly T[],
  size: number,
  bytesOf: (item: T) => number,
): { items: readonly T[]; more: boolean } {
  let bytes = 0;
  let count = 0;
  while (count < items.length && count < size && bytes < MAX_PAGE_BYTES) bytes += bytesOf(items[count++]!);
  return { items: items.slice(0, count), more: count < items.length };
}
