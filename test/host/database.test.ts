import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { Worker, type WorkerOptions } from 'node:worker_threads';
import { postgresPrograms, startPostgres, type Postgres } from '../../localnet/postgres/cluster.ts';
import { openDatabase, type Database, type Sql } from '../../prover/host/store/database.ts';
import { openPglite } from '../../prover/host/store/pglite.ts';
import { openPostgres } from '../../prover/host/store/postgres.ts';

const STORE = new URL('../../prover/host/store/', import.meta.url);
const OWN_THREAD = new URL('pglite-worker.ts', STORE);
const FAILING_THREAD = new URL('./failing-thread.ts', import.meta.url);

const folder = mkdtempSync(path.join(os.tmpdir(), 'corridor database '));
after(() => rmSync(folder, { recursive: true, force: true }));

const code = (expected: string) => (error: Error & { code?: string }) => error.code === expected;
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const numbers = async (sql: Sql, table: string): Promise<number[]> =>
  (await sql.query<{ n: number }>(`SELECT n FROM ${table} ORDER BY n`)).map(({ n }) => n);

interface Kind {
  readonly name: string;
  /** Whether a transaction keeps others waiting */
  readonly isAlone: boolean;
  /** @returns why it cannot be tested here */
  readonly missing?: () => string | undefined;
  open(idleMilliseconds?: number): Promise<Database>;
  readonly end?: () => Promise<void>;
}

let postgres: Promise<Postgres> | undefined;
let folders = 0;
const kinds: Kind[] = [
  {
    name: 'PGlite in memory',
    isAlone: true,
    open: (idleMilliseconds) => openPglite(undefined, idle(idleMilliseconds)),
  },
  {
    name: 'PGlite in a folder',
    isAlone: true,
    open: (idleMilliseconds) => openPglite(path.join(folder, `data ${folders++}`), idle(idleMilliseconds)),
  },
  {
    name: 'PostgreSQL',
    isAlone: false,
    missing: () => (postgresPrograms() ? undefined : 'PostgreSQL is not on this machine'),
    open: async (idleMilliseconds) => openPostgres((await (postgres ??= startPostgres())).url, idleMilliseconds),
    end: async () => (await postgres)?.close(),
  },
];

function idle(idleMilliseconds: number | undefined): { idleMilliseconds?: number } {
  return idleMilliseconds === undefined ? {} : { idleMilliseconds };
}

for (const { name, isAlone, missing, open, end } of kinds) {
  describe(`the database, ${name}`, () => {
    let db: Database;
    let tables = 0;
    const table = async (columns = 'n integer PRIMARY KEY'): Promise<string> => {
      const made = `made_${tables++}`;
      await db.script(`DROP TABLE IF EXISTS ${made}; CREATE TABLE ${made} (${columns});`);
      return made;
    };
    before(async function () {
      if (missing?.()) return this.skip();
      db = await open();
    });
    after(async () => {
      await db?.close();
      await end?.();
    });

    it('takes and gives bytes, large numbers, times, JSON and lists', async () => {
      const t = await table('b bytea, large numeric(20), at timestamptz, j jsonb, list text[], i integer, yes boolean');
      const at = new Date('2026-02-03T04:05:06.789Z');
      const buffer = new Uint8Array(100_000).fill(7);
      // A view of a large buffer, one of Node's pool, and nothing.
      for (const bytes of [buffer.subarray(10, 14), Buffer.from([7, 7, 7, 7]), new Uint8Array()]) {
        await db.query(`DELETE FROM ${t}`);
        const values = [bytes, String(2n ** 64n - 1n), at, { deep: [1, 'two'] }, ['a"b', 'c,d'], -5, true];
        await db.query(`INSERT INTO ${t} VALUES ($1, $2, $3, $4, $5, $6, $7)`, values);
        const [row] = await db.query<Record<string, unknown>>(`SELECT * FROM ${t}`);
        assert.ok(row!['b'] instanceof Uint8Array);
        assert.deepEqual({ ...row, b: Uint8Array.from(row!['b']) }, {
          b: Uint8Array.from(bytes),
          large: '18446744073709551615',
          at,
          j: { deep: [1, 'two'] },
          list: ['a"b', 'c,d'],
          i: -5,
          yes: true,
        } as never);
      }
      await db.query(`UPDATE ${t} SET b = $1, at = $2`, [null, undefined]);
      assert.deepEqual(await db.query(`SELECT b, at FROM ${t}`), [{ b: null, at: null }]);
    });

    it('takes and gives 8 MB, and leaves them to whoever gave them', async () => {
      const t = await table('b bytea');
      const bytes = new Uint8Array(randomBytes(8 * 1024 * 1024));
      const before = sha256(bytes);
      await db.query(`INSERT INTO ${t} VALUES ($1)`, [bytes]);
      assert.equal(sha256(bytes), before);
      const [row] = await db.query<{ b: Uint8Array; digest: Uint8Array }>(`SELECT b, sha256(b) AS digest FROM ${t}`);
      assert.equal(sha256(row!.b), before);
      assert.equal(Buffer.from(row!.digest).toString('hex'), before);
    });

    it("gives PostgreSQL's word for what is wrong, and goes on", async () => {
      const t = await table();
      await db.query(`INSERT INTO ${t} VALUES (1)`);
      await assert.rejects(db.query(`INSERT INTO ${t} VALUES ($1)`, [1]), (error: Error) => {
        assert.ok(error instanceof Error);
        assert.match(error.message, /duplicate key value/);
        const { code, constraint, table: where, severity } = error as unknown as Record<string, unknown>;
        assert.deepEqual({ code, constraint, where, severity }, {
          code: '23505',
          constraint: `${t}_pkey`,
          where: t,
          severity: 'ERROR',
        } as never);
        return true;
      });
      await assert.rejects(db.query('SELECT $1::integer', ['many']), code('22P02'));
      await assert.rejects(db.query('SELEC 1'), code('42601'));
      assert.deepEqual(await numbers(db, t), [1]);
    });

    it('leaves no transaction open in which a script failed, not even for what was asked right behind it', async () => {
      const t = await table();
      const results = await Promise.allSettled([
        db.script(`BEGIN; INSERT INTO ${t} VALUES (1); SELECT 1 / 0; COMMIT;`),
        db.query(`INSERT INTO ${t} VALUES (2)`),
        db.queue.executeSql(`BEGIN; INSERT INTO ${t} VALUES (3); SELECT 1 / 0; COMMIT;`),
        db.query(`INSERT INTO ${t} VALUES (4)`),
      ]);
      assert.deepEqual(
        results.map((result) => (result.status === 'rejected' ? (result.reason as { code: string }).code : 'done')),
        ['22012', 'done', '22012', 'done'],
      );
      assert.deepEqual(await numbers(db, t), [2, 4]);
    });

    it('gives the queue the rows of several statements as one list, and those of one with values', async () => {
      const t = await table();
      const several = `BEGIN; INSERT INTO ${t} VALUES (1), (2) RETURNING n; SELECT 3 AS n; COMMIT;`;
      assert.deepEqual(await db.queue.executeSql(several), { rows: [{ n: 1 }, { n: 2 }, { n: 3 }] });
      assert.deepEqual(await db.queue.executeSql('SELECT $1::integer AS n', [4]), { rows: [{ n: 4 }] });
      assert.deepEqual(await db.queue.executeSql('SELECT 5 AS n; SELECT 6 AS n', []), { rows: [{ n: 5 }, { n: 6 }] });
      const values = [{ n: 7, list: ['a'] }];
      assert.deepEqual(await db.queue.executeSql('SELECT $1::jsonb AS j', values), { rows: [{ j: values[0] }] });
    });

    it('does all of a batch, or nothing', async () => {
      const t = await table();
      const insert = (n: number) => ({ text: `INSERT INTO ${t} VALUES ($1)`, values: [n] });
      await db.batch([]);
      await db.batch([insert(1)]);
      await db.batch([insert(2), { text: `UPDATE ${t} SET n = n + 10` }, insert(3)]);
      await assert.rejects(db.batch([insert(4), insert(3), insert(5)]), code('23505'));
      assert.deepEqual(await numbers(db, t), [3, 11, 12]);
    });

    it('does all of a transaction, or nothing', async () => {
      const t = await table();
      const result = await db.transaction(async (sql) => {
        const [row] = await sql.query<{ n: number }>(`INSERT INTO ${t} VALUES (1) RETURNING n`);
        await sql.query(`INSERT INTO ${t} VALUES ($1)`, [row!.n + 1]);
        return row!.n;
      });
      assert.equal(result, 1);
      const own = new Error('of its own');
      const fails = db.transaction(async (sql) => {
        await sql.query(`INSERT INTO ${t} VALUES (3)`);
        throw own;
      });
      await assert.rejects(fails, own);
      await assert.rejects(
        db.transaction((sql) => sql.query(`INSERT INTO ${t} VALUES (4), (1)`)),
        code('23505'),
      );
      assert.deepEqual(await numbers(db, t), [1, 2]);
    });

    it('says that nothing was kept where the failure of a statement was passed over', async () => {
      const t = await table();
      const careless = db.transaction(async (sql) => {
        await sql.query(`INSERT INTO ${t} VALUES (1)`);
        await sql.query('SELECT 1 / 0').catch(() => {});
      });
      await assert.rejects(careless, code('25P02'));
      assert.deepEqual(await numbers(db, t), []);
    });

    it('shows nobody a transaction that is half done', async () => {
      const t = await table();
      const order: string[] = [];
      const others: Promise<unknown>[] = [];
      const first = Promise.withResolvers<void>();
      const transaction = db.transaction(async (sql) => {
        await sql.query(`INSERT INTO ${t} VALUES (1)`);
        first.resolve();
        await wait(100);
        await sql.query(`INSERT INTO ${t} VALUES (2)`);
        order.push('transaction');
      });
      await first.promise;
      others.push(numbers(db, t).finally(() => order.push('other')));
      await transaction;
      const [seen] = await Promise.all(others);
      // The embedded database has one connection, for which others wait.
      assert.deepEqual(seen, isAlone ? [1, 2] : []);
      assert.deepEqual(order, isAlone ? ['transaction', 'other'] : ['other', 'transaction']);
    });

    it('refuses to be asked past its open transaction, which could wait for itself for ever', async () => {
      const t = await table();
      await db.transaction(async (sql) => {
        await sql.query(`INSERT INTO ${t} VALUES (1)`);
        const past = [
          () => db.query('SELECT 1'),
          () => db.script('SELECT 1'),
          () => db.batch([{ text: 'SELECT 1' }]),
          () => db.queue.executeSql('SELECT 1'),
          () => db.transaction(async () => {}),
        ];
        for (const ask of past) await assert.rejects(ask(), code('NestedTransaction'));
      });
      let leaked: Sql | undefined;
      await db.transaction(async (sql) => void (leaked = sql));
      await assert.rejects(leaked!.query('SELECT 1'), code('TransactionEnded'));
      assert.deepEqual(await numbers(db, t), [1]);
    });

    it('rolls a transaction back whose work asks nothing more and does not end, and says so', async () => {
      const t = await table();
      const impatient = await open(200);
      // In memory, another database has other tables.
      await impatient.script(`CREATE TABLE IF NOT EXISTS ${t} (n integer PRIMARY KEY)`);
      const stuck = impatient.transaction(async (sql) => {
        await sql.query(`INSERT INTO ${t} VALUES (1)`);
        await new Promise(() => {});
      });
      const behind = impatient.query('SELECT 1');
      await assert.rejects(stuck, code('TransactionIdle'));
      await behind;
      assert.deepEqual(await numbers(impatient, t), []);
      // A statement that takes long is not idle.
      await impatient.transaction(async (sql) => {
        await sql.query('SELECT pg_sleep(0.4)');
        await sql.query(`INSERT INTO ${t} VALUES (2)`);
      });
      assert.deepEqual(await numbers(impatient, t), [2]);
      await impatient.close();
    });

    it('answers each of many that ask at once with what is theirs', async () => {
      const t = await table('n integer PRIMARY KEY, number serial');
      const asked = Array.from({ length: 300 }, (_, n) =>
        db.query<{ n: number; number: number }>(`INSERT INTO ${t} VALUES ($1) RETURNING n, number`, [n]),
      );
      const rows = (await Promise.all(asked)).map(([row]) => row!);
      assert.deepEqual(
        rows.map(({ n }) => n),
        rows.map((_, n) => n),
      );
      if (isAlone) assert.ok(rows.every(({ n, number }) => number === n + 1));
    });

    it('does what was asked before it is closed, and nothing afterwards', async () => {
      const other = await open();
      // More than a server has connections for.
      const asked = [...Array(20).keys()].map((n) => other.query('SELECT pg_sleep(0.01), $1::integer AS n', [n]));
      const transaction = other.transaction(async (sql) => {
        await sql.query('SELECT 1');
        await wait(50);
        return sql.query('SELECT 2 AS two');
      });
      const closed = other.close();
      await assert.rejects(other.query('SELECT 1'), code('DatabaseClosed'));
      await assert.rejects(
        other.transaction((sql) => sql.query('SELECT 1')),
        code('DatabaseClosed'),
      );
      assert.deepEqual(
        (await Promise.all(asked)).map(([row]) => row!['n']),
        [...Array(20).keys()],
      );
      assert.deepEqual(await transaction, [{ two: 2 }]);
      await closed;
      await other.close();
      await assert.rejects(other.batch([{ text: 'SELECT 1' }]), code('DatabaseClosed'));
      assert.equal(await Promise.race([other.lost, wait(50, 'not lost')]), 'not lost');
    });
  });
}

describe("the embedded database's thread", () => {
  /** Opens a database and gives its thread away. */
  async function withThread(url = OWN_THREAD, options: WorkerOptions = {}): Promise<{ db: Database; thread: Worker }> {
    let thread: Worker | undefined;
    const startThread = (workerData: string): Worker => (thread = new Worker(url, { ...options, workerData }));
    const db = await openPglite(undefined, { startThread });
    return { db, thread: thread! };
  }

  /** Everything that waits and everything that comes fails, it is told, and it can be closed all the same. */
  async function assertLost(db: Database, waiting: readonly Promise<unknown>[], why: RegExp): Promise<void> {
    for (const result of await Promise.allSettled(waiting)) {
      assert.equal(result.status, 'rejected');
      assert.equal((result.reason as { code: string }).code, 'DatabaseLost');
    }
    assert.match((await db.lost).message, why);
    const late = [() => db.query('SELECT 1'), () => db.script('SELECT 1'), () => db.transaction(async () => {})];
    for (const ask of late) await assert.rejects(ask(), code('DatabaseLost'));
    await db.close();
    await assert.rejects(db.query('SELECT 1'), code('DatabaseClosed'));
  }

  it('leaves the host its own while a statement takes long', async () => {
    const { db } = await withThread();
    let ticks = 0;
    const timer = setInterval(() => ticks++, 10);
    await db.query('SELECT count(*) FROM generate_series(1, 2000000) AS n WHERE n % 7 = 3');
    const during = ticks;
    clearInterval(timer);
    await db.close();
    assert.ok(during >= 3, `${during} ticks`);
  });

  it('is missed when it is killed in the middle of statements and a transaction', async () => {
    const { db, thread } = await withThread();
    const waiting = [1, 2, 3].map(() => db.query('SELECT pg_sleep(1)'));
    waiting.push(
      db.transaction((sql) => sql.query('SELECT 1')),
      db.batch([{ text: 'SELECT 1' }, { text: 'SELECT 2' }]) as never,
    );
    await wait(50);
    await thread.terminate();
    await assertLost(db, waiting, /the embedded database is gone/);
  });

  it('is missed by a transaction that is open meanwhile', async () => {
    const { db, thread } = await withThread();
    const transaction = db.transaction(async (sql) => {
      await sql.query('SELECT 1');
      await thread.terminate();
      await sql.query('SELECT 2');
    });
    await assertLost(db, [transaction], /the embedded database is gone/);
  });

  for (const [statement, why] of [
    ['TRAP', /unreachable/],
    ['EXIT', /its thread ended with 3/],
    ['THROW', /JSON/],
  ] as const) {
    it(`is missed when it ends by itself: ${statement}`, async () => {
      const { db } = await withThread(FAILING_THREAD);
      assert.deepEqual(await db.query('SELECT 1 AS n'), [{ n: 1 }]);
      const waiting = [db.query(statement), db.query('SELECT pg_sleep(0.5)')];
      // What has nothing to do with a statement ends the thread between two of them.
      if (statement === 'THROW') await Promise.allSettled(waiting.splice(0));
      await assertLost(db, waiting, why);
    });
  }

  it('is missed when it has no memory left', async () => {
    const { db } = await withThread(OWN_THREAD, { resourceLimits: { maxOldGenerationSizeMb: 100 } });
    const large = db.query(`SELECT n, repeat('x', 500) || n AS t FROM generate_series(1, 400000) AS n`);
    await assertLost(db, [large], /memory/);
  });

  it('says what cannot cross over to it, and goes on', async () => {
    const { db } = await withThread();
    await assert.rejects(db.query('SELECT $1::text', [() => {}]), /could not be cloned/);
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    await assert.rejects(db.query('SELECT $1::jsonb', [circle]), /circular/);
    await assert.rejects(db.query('SELECT $1::bytea', ['text']), /Uint8Array/);
    assert.deepEqual(await db.query('SELECT 1 AS n'), [{ n: 1 }]);
    await db.close();
  });

  it('does not stay when the database cannot be opened', async () => {
    const notAFolder = path.join(folder, 'file');
    writeFileSync(notAFolder, '');
    await assert.rejects(openDatabase({ kind: 'pglite', folder: notAFolder }), code('EEXIST'));
    const ofAnother = path.join(folder, 'of another version');
    const first = await openDatabase({ kind: 'pglite', folder: ofAnother });
    await first.close();
    writeFileSync(path.join(ofAnother, 'PG_VERSION'), '9\n');
    await assert.rejects(openDatabase({ kind: 'pglite', folder: ofAnother }));
  });

  it('has all that it said was kept after the process was killed, and nothing by halves', async () => {
    const at = path.join(folder, 'killed');
    const child = spawn(process.execPath, [
      '--input-type=module',
      '--eval',
      `import { openDatabase } from ${JSON.stringify(new URL('database.ts', STORE).href)};
       const db = await openDatabase({ kind: 'pglite', folder: ${JSON.stringify(at)} });
       await db.script('CREATE TABLE t (n integer)');
       for (let n = 0; ; n += 2) {
         await db.batch([n, n + 1].map((v) => ({ text: 'INSERT INTO t VALUES ($1)', values: [v] })));
         console.log(n + 1);
       }`,
    ]);
    let said = -1;
    createInterface({ input: child.stdout }).on('line', (line) => {
      said = Number(line);
      if (said > 100) child.kill('SIGKILL');
    });
    await once(child, 'close');
    const db = await openDatabase({ kind: 'pglite', folder: at });
    const kept = await numbers(db, 't');
    await db.close();
    assert.ok(said > 100);
    assert.ok(kept.length > said && kept.length % 2 === 0);
    assert.deepEqual(kept, [...kept.keys()]);
  });

  it('keeps no process alive that has nothing to ask', async () => {
    const child = spawn(process.execPath, [
      '--input-type=module',
      '--eval',
      `import { openDatabase } from ${JSON.stringify(new URL('database.ts', STORE).href)};
       const db = await openDatabase({ kind: 'pglite' });
       console.log((await db.query('SELECT 1 AS n'))[0].n);`,
    ]);
    let output = '';
    child.stdout.on('data', (text) => (output += text));
    const [status] = await once(child, 'close');
    assert.deepEqual([status, output], [0, '1\n']);
  });
});
