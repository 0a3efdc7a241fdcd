/** What the host's thread and the embedded database's say to each other, and how values cross over. */
import type { Statement } from './database.ts';

/** What the host's thread asks. Transactions are numbered by it. */
export type Request =
  | { readonly kind: 'query'; readonly statement: Statement }
  /** Several statements without values, or one with; the rows of all as one list */
  | { readonly kind: 'execute'; readonly statement: Statement }
  | { readonly kind: 'batch'; readonly statements: readonly Statement[] }
  | { readonly kind: 'transaction'; readonly transaction: number; readonly statement: Statement }
  | { readonly kind: 'end'; readonly transaction: number; readonly isKept: boolean }
  | { readonly kind: 'close' };

/** Begins a transaction, which is not answered: what is asked of it next fails where it cannot begin. */
export interface Begin {
  readonly kind: 'begin';
  readonly transaction: number;
}

export type ToThread = Begin | (Request & { readonly id: number });

/** An error with what PostgreSQL says of it, since a thread's errors arrive at another as their text alone. */
export interface PlainError {
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Without an id: that the database is open, or cannot be opened. */
export type ToHost = { readonly id?: number } & ({ readonly rows: unknown[] } | { readonly error: PlainError });

/** Bytes from which on a buffer is handed over rather than copied, which has a price of its own. */
const TRANSFERRED_BYTES = 16_384;

/**
 * A parameter as it can cross over. A view would take the whole of its buffer along; one of JSON is written here, since
 * what it is made of may not cross.
 * @param transfer takes what is handed over
 */
export function packValue(value: unknown, transfer: ArrayBuffer[]): unknown {
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  if (value instanceof Uint8Array) {
    const isWhole = value.buffer instanceof ArrayBuffer && value.byteLength === value.buffer.byteLength;
    if (isWhole && value.byteLength < TRANSFERRED_BYTES) return value;
    const copy = new Uint8Array(value);
    if (copy.byteLength >= TRANSFERRED_BYTES) transfer.push(copy.buffer);
    return copy;
  }
  if (Array.isArray(value)) return value.map((item) => packValue(item, transfer));
  return JSON.stringify(value, (_, item: unknown) => (typeof item === 'bigint' ? item.toString() : item));
}

/** Large buffers of rows that nobody else has. */
export function largeBuffers(rows: readonly unknown[]): ArrayBuffer[] {
  const found: ArrayBuffer[] = [];
  for (const row of rows) {
    for (const value of Object.values(row as object)) {
      if (value instanceof Uint8Array && value.byteLength >= TRANSFERRED_BYTES) found.push(value.buffer as ArrayBuffer);
    }
  }
  return found;
}
