/** One SQL database, embedded (PGlite) or a PostgreSQL server; the SQL is the same for both. */

/** Where state is kept. */
export type DatabaseOptions =
  /** Embedded; in memory without a folder */
  | { readonly kind: 'pglite'; readonly folder?: string }
  /** A server, which several hosts may share when each has a schema of its own */
  | { readonly kind: 'postgres'; readonly url: string };

/** One statement with the values of its parameters. */
export interface Statement {
  readonly text: string;
  readonly values?: readonly unknown[];
}

/** Runs one statement. Rows have bytea as Uint8Array, numeric as text, timestamptz as Date. */
export interface Sql {
  query<Row = Record<string, unknown>>(text: string, values?: readonly unknown[]): Promise<Row[]>;
}

/** What pg-boss runs its statements through. */
export interface QueueSql {
  executeSql(text: string, values?: unknown[]): Promise<{ rows: unknown[] }>;
}

/** What is asked of it is done in the order in which it was asked, but for a server, which does several things at one time. */
export interface Database extends Sql {
  readonly kind: DatabaseOptions['kind'];
  /** For `new PgBoss({ db })`. */
  readonly queue: QueueSql;
  /** Resolves with the reason when the database is gone for good: all that is asked of it fails from then on. */
  readonly lost: Promise<Error>;
  /** Runs statements without parameters, several at once. */
  script(text: string): Promise<void>;
  /** Everything or nothing, of statements that are known beforehand: they take one way to the database and back. */
  batch(statements: readonly Statement[]): Promise<void>;
  /**
   * Everything or nothing, of statements of which one depends on another's rows. While it is open, the embedded database
   * does nothing else.
   * @param work asks `sql` alone; what it asks of the database itself fails with `NestedTransaction`
   */
  transaction<T>(work: (sql: Sql) => Promise<T>): Promise<T>;
  /** Does what was asked before; what is asked afterwards fails with `DatabaseClosed`. */
  close(): Promise<void>;
}

/** @throws Error where it cannot be opened; what is asked of it fails with DatabaseError or with an error of SQL, which has PostgreSQL's `code` */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  if (options.kind === 'pglite') return (await import('./pglite.ts')).openPglite(options.folder);
  return (await import('./postgres.ts')).openPostgres(options.url);
}
