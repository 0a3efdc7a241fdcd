/**
 * The embedded database, PGlite, in a thread of its own (pglite-worker.ts): it is WebAssembly, which works on the thread
 * that calls it for as long as a statement takes.
 */
import { mkdirSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import type { Database, Statement } from './database.ts';
import { DatabaseError } from './errors.ts';
import { guarded, type Driver, type DriverTransaction } from './guarded.ts';
import { packValue, type Request, type ToHost, type ToThread } from './pglite-messages.ts';

const IN_MEMORY = 'memory://';

export interface PgliteSettings {
  /** How long nothing may be asked of an open transaction */
  readonly idleMilliseconds?: number;
  /** Starts the thread, with what PGlite is opened with as its data */
  readonly startThread?: (workerData: string) => Worker;
}

/** @param folder in memory without one */
export async function openPglite(
  folder: string | undefined,
  { idleMilliseconds, startThread = startDatabase }: PgliteSettings = {},
): Promise<Database> {
  if (folder !== undefined) mkdirSync(folder, { recursive: true });
  const thread = new Thread(startThread(folder ?? IN_MEMORY));
  try {
    await thread.opened;
  } catch (error) {
    await thread.end();
    throw error;
  }
  return guarded(thread, idleMilliseconds);
}

function startDatabase(workerData: string): Worker {
  // Flags of the process are about its main program, and one of them (--input-type) forbids threads that are files.
  const options = { workerData, name: 'database', execArgv: [] };
  return new Worker(new URL('./pglite-worker.ts', import.meta.url), options);
}

interface Pending {
  resolve(rows: unknown[]): void;
  reject(error: Error): void;
}

class Thread implements Driver {
  readonly kind = 'pglite';
  readonly lost: Promise<Error>;
  /** Settles when the database is open, or cannot be opened. */
  readonly opened: Promise<unknown>;
  readonly #worker: Worker;
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;
  #lastTransaction = 0;
  #loss: DatabaseError | undefined;
  /** Whether the thread ends because it is to end. */
  #isEnding = false;

  constructor(worker: Worker) {
    this.#worker = worker;
    const lost = Promise.withResolvers<Error>();
    this.lost = lost.promise;
    // Answered first, before anything has an id.
    this.opened = this.#wait(0);
    worker.on('message', (message: ToHost) => this.#take(message));
    // An error is followed by the end; what cannot be read must not leave anybody waiting.
    let cause: unknown;
    worker.on('error', (error) => void (cause = error));
    worker.on('messageerror', (error) => {
      cause = error;
      void worker.terminate();
    });
    worker.on('exit', (status) => {
      const why = cause instanceof Error ? cause.message : `its thread ended with ${status}`;
      this.#loss = new DatabaseError('DatabaseLost', `the embedded database is gone: ${why}`, { cause });
      if (!this.#isEnding) lost.resolve(this.#loss);
      for (const { reject } of this.#pending.values()) reject(this.#loss);
      this.#pending.clear();
    });
  }

  query<Row>(text: string, values?: readonly unknown[]): Promise<Row[]> {
    const transfer: ArrayBuffer[] = [];
    return this.#ask({ kind: 'query', statement: pack({ text, values }, transfer) }, transfer) as Promise<Row[]>;
  }

  execute(text: string, values?: readonly unknown[]): Promise<unknown[]> {
    const transfer: ArrayBuffer[] = [];
    return this.#ask({ kind: 'execute', statement: pack({ text, values }, transfer) }, transfer);
  }

  async batch(statements: readonly Statement[]): Promise<void> {
    const transfer: ArrayBuffer[] = [];
    await this.#ask({ kind: 'batch', statements: statements.map((one) => pack(one, transfer)) }, transfer);
  }

  /** Says so to the thread and does not wait: what is asked next waits there for the transaction's turn. */
  async begin(): Promise<DriverTransaction> {
    const transaction = ++this.#lastTransaction;
    this.#post({ kind: 'begin', transaction });
    return {
      query: <Row>(text: string, values?: readonly unknown[]) => {
        const transfer: ArrayBuffer[] = [];
        const statement = pack({ text, values }, transfer);
        return this.#ask({ kind: 'transaction', transaction, statement }, transfer) as Promise<Row[]>;
      },
      commit: async () => void (await this.#ask({ kind: 'end', transaction, isKept: true })),
      rollback: async () => {
        await this.#ask({ kind: 'end', transaction, isKept: false }).catch(() => {});
      },
    };
  }

  async close(): Promise<void> {
    // Of what is gone nothing is left to be closed.
    if (this.#loss) return;
    await this.#ask({ kind: 'close' });
    await this.end();
  }

  /** Ends the thread as it is. */
  async end(): Promise<void> {
    this.#isEnding = true;
    await this.#worker.terminate();
  }

  async #ask(request: Request, transfer: readonly ArrayBuffer[] = []): Promise<unknown[]> {
    const id = ++this.#lastId;
    // It throws where a value cannot cross over.
    this.#post({ ...request, id }, transfer);
    return this.#wait(id);
  }

  #post(message: ToThread, transfer: readonly ArrayBuffer[] = []): void {
    if (this.#loss) throw this.#loss;
    this.#worker.postMessage(message, transfer);
  }

  /** The thread keeps the process alive while somebody waits for it. */
  #wait(id: number): Promise<unknown[]> {
    if (this.#pending.size === 0) this.#worker.ref();
    const { promise, resolve, reject } = Promise.withResolvers<unknown[]>();
    this.#pending.set(id, { resolve, reject });
    return promise;
  }

  #take(message: ToHost): void {
    const id = message.id ?? 0;
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    if (this.#pending.size === 0) this.#worker.unref();
    if ('error' in message) pending?.reject(Object.assign(new Error(message.error.message), message.error.fields));
    else pending?.resolve(message.rows);
  }
}

/** A statement as it can cross over. */
function pack(
  { text, values }: { text: string; values?: readonly unknown[] | undefined },
  transfer: ArrayBuffer[],
): Statement {
  return values === undefined ? { text } : { text, values: values.map((value) => packValue(value, transfer)) };
}
