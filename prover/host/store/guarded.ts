/** What is the same for both databases: nothing is asked after the end, or past an open transaction, and none stays open. */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Database, DatabaseOptions, Sql, Statement } from './database.ts';
import { DatabaseError } from './errors.ts';

/** A database without these rules. */
export interface Driver extends Sql {
  readonly kind: DatabaseOptions['kind'];
  readonly lost: Promise<Error>;
  /** Without values there may be several statements; their rows come as one list. What fails leaves no transaction open. */
  execute(text: string, values?: readonly unknown[]): Promise<unknown[]>;
  batch(statements: readonly Statement[]): Promise<void>;
  begin(): Promise<DriverTransaction>;
  /** Called once. */
  close(): Promise<void>;
}

/** An open transaction, which is ended by one call of either. */
export interface DriverTransaction extends Sql {
  /** @throws when a statement had failed, so that nothing was kept */
  commit(): Promise<void>;
  /** Does not fail. */
  rollback(): Promise<void>;
}

/** How long nothing may be asked of an open transaction: its work is host code, which may wait for ever. */
const IDLE_MS = 30_000;

interface Scope {
  readonly database: Database;
  isOpen: boolean;
}

/** The transaction that runs the code that runs now. */
const scopes = new AsyncLocalStorage<Scope>();

/** @param idleMilliseconds how long nothing may be asked of an open transaction */
export function guarded(driver: Driver, idleMilliseconds = IDLE_MS): Database {
  let closing: Promise<void> | undefined;
  const check = (): void => {
    const scope = scopes.getStore();
    if (scope?.database === database && scope.isOpen) {
      throw new DatabaseError('NestedTransaction', 'inside of a transaction only the transaction itself can be asked');
    }
    if (closing) throw new DatabaseError('DatabaseClosed', 'the database is closed');
  };
  const database: Database = {
    kind: driver.kind,
    lost: driver.lost,
    queue: {
      async executeSql(text, values) {
        check();
        return { rows: await driver.execute(text, values) };
      },
    },
    async query(text, values) {
      check();
      return driver.query(text, values);
    },
    async script(text) {
      check();
      await driver.execute(text);
    },
    async batch(statements) {
      check();
      const [first, second] = statements;
      // One statement is a transaction by itself.
      if (second) await driver.batch(statements);
      else if (first) await driver.query(first.text, first.values);
    },
    async transaction(work) {
      check();
      const transaction = await driver.begin();
      const scope: Scope = { database, isOpen: true };
      const idle = new Idle(idleMilliseconds);
      const sql: Sql = {
        async query(text, values) {
          if (!scope.isOpen) throw new DatabaseError('TransactionEnded', 'the transaction has ended');
          return idle.except(() => transaction.query(text, values));
        },
      };
      let result;
      try {
        result = await Promise.race([scopes.run(scope, () => work(sql)), idle.tooLong]);
      } catch (error) {
        scope.isOpen = false;
        await transaction.rollback();
        throw error;
      } finally {
        scope.isOpen = false;
        idle.end();
      }
      await transaction.commit();
      return result;
    },
    close: () => (closing ??= driver.close()),
  };
  return database;
}

/** Looks for how long nothing is asked. */
class Idle {
  readonly tooLong: Promise<never>;
  readonly #milliseconds: number;
  readonly #fail: (error: Error) => void;
  #timer: NodeJS.Timeout | undefined;
  #asked = 0;
  #hasEnded = false;

  constructor(milliseconds: number) {
    this.#milliseconds = milliseconds;
    const { promise, reject } = Promise.withResolvers<never>();
    this.tooLong = promise;
    this.#fail = reject;
    this.#wait();
  }

  #wait(): void {
    if (this.#hasEnded) return;
    this.#timer = setTimeout(() => {
      const after = `after ${this.#milliseconds} ms in which nothing was asked of it`;
      this.#fail(new DatabaseError('TransactionIdle', `the transaction was rolled back ${after}`));
    }, this.#milliseconds);
  }

  /** Runs what does not count. */
  async except<T>(ask: () => Promise<T>): Promise<T> {
    this.#asked++;
    clearTimeout(this.#timer);
    try {
      return await ask();
    } finally {
      if (--this.#asked === 0) this.#wait();
    }
  }

  end(): void {
    this.#hasEnded = true;
    clearTimeout(this.#timer);
  }
}
