/** One SQL database, embedded (PGlite) or a PostgreSQL server; the SQL is the same for both. */
import { mkdirSync } from 'node:fs';
import { fromPglite } from 'pg-boss';

/** Where state is kept. */
export type DatabaseOptions =
  /** Embedded; in memory without a folder */
  | { readonly kind: 'pglite'; readonly folder?: string }
  /** A server, which several hosts may share when each has a schema of its own */
  | { readonly kind: 'postgres'; readonly url: string };

/** Runs one statement. Rows have bytea as Uint8Array, numeric as text, timestamptz as Date. */
export interface Sql {
  query<Row = Record<string, unknown>>(text: string, values?: readonly unknown[]): Promise<Row[]>;
}

/** What pg-boss runs its statements through. */
export interface QueueSql {
  executeSql(text: string, values?: unknown[]): Promise<{ rows: unknown[] }>;
}

export interface Database extends Sql {
  readonly kind: DatabaseOptions['kind'];
  /** For `new PgBoss({ db })`. */
  readonly queue: QueueSql;
  /** Runs statements without parameters, several at once. */
  script(text: string): Promise<void>;
  /** Everything or nothing. */
  transaction<T>(work: (sql: Sql) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** Connections to a server. */
const POOL_SIZE = 6;

export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  return options.kind === 'pglite' ? openPglite(options.folder) : openPostgres(options.url);
}

async function openPglite(folder: string | undefined): Promise<Database> {
  const { PGlite } = await import('@electric-sql/pglite');
  if (folder !== undefined) mkdirSync(folder, { recursive: true });
  const pglite = await PGlite.create(folder ?? 'memory://');
  return {
    kind: 'pglite',
    queue: fromPglite(pglite as never),
    query: async <Row>(text: string, values: readonly unknown[] = []) =>
      (await pglite.query<Row>(text, [...values])).rows,
    script: async (text) => void (await pglite.exec(text)),
    transaction: (work) =>
      pglite.transaction((tx) =>
        work({
          query: async <Row>(text: string, values: readonly unknown[] = []) =>
            (await tx.query<Row>(text, [...values])).rows,
        }),
      ),
    close: () => pglite.close(),
  };
}

async function openPostgres(url: string): Promise<Database> {
  const { default: pg } = await import('pg');
  const pool = new pg.Pool({ connectionString: url, max: POOL_SIZE, application_name: 'corridor' });
  // A connection that the server ends while it is idle is replaced when it is needed next.
  pool.on('error', () => {});
  return {
    kind: 'postgres',
    queue: { executeSql: async (text, values) => unwrap(await pool.query(text, values)) },
    query: async <Row>(text: string, values: readonly unknown[] = []) =>
      (await pool.query(text, [...values])).rows as Row[],
    script: async (text) => void (await pool.query(text)),
    async transaction(work) {
      const client = await pool.connect();
      let broken: Error | undefined;
      // The pool listens to idle connections alone: without this, a server that goes away ends the process.
      const onError = (error: Error): void => void (broken = error);
      client.on('error', onError);
      try {
        await client.query('BEGIN');
        const result = await work({
          query: async <Row>(text: string, values: readonly unknown[] = []) =>
            (await client.query(text, [...values])).rows as Row[],
        });
        await client.query('COMMIT');
        return result;
      } catch (error) {
        await client.query('ROLLBACK').catch((failure: unknown) => (broken = failure as Error));
        throw error;
      } finally {
        client.off('error', onError);
        client.release(broken);
      }
    },
    close: () => pool.end(),
  };
}

/** Several statements without parameters give several results; pg-boss wants their rows as one list. */
function unwrap(result: unknown): { rows: unknown[] } {
  const list = Array.isArray(result) ? result : [result];
  return { rows: list.flatMap((one: { rows?: unknown[] }) => one.rows ?? []) };
}
