/** The embedded database's thread: it owns PGlite and answers what the host's thread asks (pglite.ts). */
import { parentPort, workerData } from 'node:worker_threads';
import { PGlite, type Transaction } from '@electric-sql/pglite';
import type { Statement } from './database.ts';
import { largeBuffers, type PlainError, type Request, type ToHost, type ToThread } from './pglite-messages.ts';

/** PostgreSQL's number of the type. */
const BYTEA = 17;
/** What PostgreSQL says of an error (its protocol, section "Error and Notice Message Fields"), as both drivers name it. */
const ERROR_FIELDS = [
  ...['code', 'severity', 'detail', 'hint', 'position', 'where', 'schema', 'table', 'column', 'dataType'],
  ...['constraint', 'routine'],
];

interface OpenTransaction {
  /** Settles when it is its turn */
  readonly sql: Promise<Transaction>;
  readonly end: (isKept: boolean) => void;
  /** Settles when it has ended */
  readonly done: Promise<void>;
}

const host = parentPort!;
const transactions = new Map<number, OpenTransaction>();
const opening = PGlite.create(workerData as string, {
  // PGlite's own turn each byte into a number and a text of its own.
  parsers: { [BYTEA]: parseBytes },
  serializers: { [BYTEA]: serializeBytes },
});
/** Settles when what was asked before is done: there is one connection. */
let turn: Promise<unknown> = opening;

host.on('message', (request: ToThread) => {
  if (request.kind === 'begin') begin(request.transaction);
  else void answer(request.id, handle(request));
});
await answer(undefined, opening);

function inTurn<T>(work: (pglite: PGlite) => Promise<T>): Promise<T> {
  const done = turn.then(async () => work(await opening));
  turn = done.catch(() => {});
  return done;
}

async function handle(request: Request): Promise<unknown> {
  switch (request.kind) {
    case 'query':
      return inTurn((pglite) => query(pglite, request.statement));
    case 'execute':
      return inTurn((pglite) => execute(pglite, request.statement));
    case 'batch':
      return inTurn((pglite) =>
        pglite.transaction(async (sql) => {
          for (const statement of request.statements) await query(sql, statement);
        }),
      );
    case 'transaction':
      return query(await transactions.get(request.transaction)!.sql, request.statement);
    case 'end': {
      const { end, done } = transactions.get(request.transaction)!;
      transactions.delete(request.transaction);
      end(request.isKept);
      return done;
    }
    case 'close':
      return inTurn((pglite) => pglite.close());
  }
}

async function query(sql: Pick<Transaction, 'query'>, { text, values }: Statement): Promise<unknown[]> {
  return (await sql.query(text, values as unknown[])).rows;
}

async function execute(pglite: PGlite, statement: Statement): Promise<unknown[]> {
  try {
    if (statement.values && statement.values.length > 0) return await query(pglite, statement);
    return (await pglite.exec(statement.text)).flatMap(({ rows }) => rows);
  } catch (error) {
    // A script that began a transaction and failed in it has left it open. Nothing else has had its turn meanwhile.
    await pglite.exec('ROLLBACK').catch(() => {});
    throw error;
  }
}

/** Keeps the turn until the transaction ends. */
function begin(transaction: number): void {
  const sql = Promise.withResolvers<Transaction>();
  const ended = Promise.withResolvers<boolean>();
  const done = inTurn((pglite) =>
    pglite.transaction(async (tx) => {
      sql.resolve(tx);
      if (!(await ended.promise)) await tx.rollback();
    }),
  );
  // Whoever asks the transaction, or ends it, is told.
  done.catch(sql.reject);
  sql.promise.catch(() => {});
  transactions.set(transaction, { sql: sql.promise, end: ended.resolve, done });
}

async function answer(id: number | undefined, work: Promise<unknown>): Promise<void> {
  const say = (message: ToHost, transfer: ArrayBuffer[] = []): void =>
    host.postMessage(id === undefined ? message : { ...message, id }, transfer);
  try {
    const result = await work;
    const rows = Array.isArray(result) ? (result as unknown[]) : [];
    say({ rows }, largeBuffers(rows));
  } catch (error) {
    if (isFatal(error)) return end(error);
    say({ error: plain(error as Error) });
  }
}

function isFatal(error: unknown): boolean {
  // Emscripten's word for a program that has ended is no class of its own.
  return error instanceof WebAssembly.RuntimeError || (error as Error | undefined)?.name === 'ExitStatus';
}

/** Ends the thread: the server is in a state that nobody knows, so that nothing it says from now on can be relied on. */
function end(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}

function plain(error: Error): PlainError {
  const all = error as unknown as Record<string, unknown>;
  const fields = Object.fromEntries(
    ERROR_FIELDS.filter((name) => all[name] !== undefined).map((name) => [name, all[name]]),
  );
  return { message: error.message, fields };
}

/** @param text as PostgreSQL writes it: \x and hex */
function parseBytes(text: string): Uint8Array {
  const bytes = new Uint8Array((text.length - 2) / 2);
  Buffer.from(bytes.buffer).write(text.slice(2), 'hex');
  return bytes;
}

function serializeBytes(value: unknown): string {
  if (!(value instanceof Uint8Array)) throw new TypeError('bytea is given as Uint8Array');
  return `\\x${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex')}`;
}
