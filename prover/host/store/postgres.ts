/** A PostgreSQL server as a database. */
import pg from 'pg';
import type { Database } from './database.ts';
import { guarded, type Driver, type DriverTransaction } from './guarded.ts';

/** Connections to a server. */
const POOL_SIZE = 6;

/** @param idleMilliseconds how long nothing may be asked of an open transaction */
export function openPostgres(url: string, idleMilliseconds?: number): Database {
  const pool = new pg.Pool({ connectionString: url, max: POOL_SIZE, application_name: 'corridor' });
  // A connection that the server ends while it is idle is replaced when it is needed next.
  pool.on('error', () => {});
  const running = new Set<Promise<unknown>>();
  /** The pool forgets at its end what waits for a connection: it is ended when nothing waits. */
  const track = <T>(work: Promise<T>): Promise<T> => {
    const forget = (): void => void running.delete(done);
    const done: Promise<void> = work.then(forget, forget);
    running.add(done);
    return work;
  };
  const driver: Driver = {
    kind: 'postgres',
    // The pool connects again for as long as it takes.
    lost: new Promise(() => {}),
    query: <Row>(text: string, values: readonly unknown[] = []) =>
      track(pool.query(text, [...values]).then(({ rows }) => rows as Row[])),
    execute: (text, values) => track(execute(pool, text, values)),
    batch: (statements) => track(batch(pool, statements)),
    async begin() {
      const { promise: ended, resolve: end } = Promise.withResolvers<void>();
      void track(ended);
      try {
        return await begin(pool, end);
      } catch (error) {
        end();
        throw error;
      }
    },
    async close() {
      while (running.size > 0) await Promise.all(running);
      await pool.end();
    },
  };
  return guarded(driver, idleMilliseconds);
}

/** A connection for a transaction. It is not used again where it may be in a state that nobody knows. */
async function connection(pool: pg.Pool): Promise<{ client: pg.PoolClient; release(isBroken: boolean): void }> {
  const client = await pool.connect();
  let broken: Error | undefined;
  // The pool listens to idle connections alone: without this, a server that goes away ends the process.
  const onError = (error: Error): void => void (broken = error);
  client.on('error', onError);
  return {
    client,
    release(isBroken) {
      client.off('error', onError);
      client.release(broken ?? isBroken);
    },
  };
}

/** Several statements give several results. A connection on which one failed is not used again, as the pool does it. */
async function execute(pool: pg.Pool, text: string, values: readonly unknown[] = []): Promise<unknown[]> {
  const results: unknown = await pool.query(text, [...values]);
  return [results].flat().flatMap((result) => (result as { rows?: unknown[] }).rows ?? []);
}

async function batch(pool: pg.Pool, statements: Parameters<Driver['batch']>[0]): Promise<void> {
  const transaction = await begin(pool, () => {});
  try {
    for (const { text, values } of statements) await transaction.query(text, values);
  } catch (error) {
    await transaction.rollback();
    throw error;
  }
  await transaction.commit();
}

/** @param onEnd called when the transaction has ended */
async function begin(pool: pg.Pool, onEnd: () => void): Promise<DriverTransaction> {
  const { client, release } = await connection(pool);
  const end = (isBroken: boolean): void => {
    release(isBroken);
    onEnd();
  };
  try {
    await client.query('BEGIN');
  } catch (error) {
    release(true);
    throw error;
  }
  return {
    query: async <Row>(text: string, values: readonly unknown[] = []) =>
      (await client.query(text, [...values])).rows as Row[],
    async commit() {
      let isBroken = true;
      try {
        const { command } = await client.query('COMMIT');
        isBroken = false;
        // What a transaction answers in which a statement has failed.
        if (command === 'ROLLBACK') throw rolledBack();
      } finally {
        end(isBroken);
      }
    },
    async rollback() {
      let isBroken = false;
      await client.query('ROLLBACK').catch(() => (isBroken = true));
      end(isBroken);
    },
  };
}

/** What PGlite throws then, with the code of PostgreSQL for what is asked of such a transaction. */
function rolledBack(): Error {
  return Object.assign(new Error('the transaction was rolled back, since a statement of it had failed'), {
    code: '25P02',
  });
}
