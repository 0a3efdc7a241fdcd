/** The durable queue between stages: pg-boss, in the host's own schema. */
import { PgBoss } from 'pg-boss';
import type { Database } from './store/database.ts';
import { printable } from './store/rows.ts';
import { Wakeup } from './wakeup.ts';

/** What a stage does with a job; to throw is to have it again later. */
export type JobHandler = (data: JobData) => Promise<void>;

/** What a job is about: a digest or a message id, in hex. */
export interface JobData {
  readonly id: `0x${string}`;
}

interface Job {
  readonly id: string;
  readonly data: JobData;
  readonly retryCount: number;
}

export interface StageOptions {
  /** Jobs at one time. */
  readonly concurrency: number;
  /** Seconds before the first retry; doubles up to the longest. */
  readonly retrySeconds: number;
  readonly longestRetrySeconds: number;
  /** Seconds after which a job counts as lost with the process that had it. */
  readonly expireSeconds: number;
}

/** Far more attempts than patience: with pauses of a minute it is a month. */
const RETRY_LIMIT = 50_000;
/** How often it is looked whether jobs' pauses are over; new ones wake their stage. */
const POLL_MS = 500;
/** How often a stage looks by itself. */
const IDLE_MS = 15_000;
/** After the database has failed. */
const PAUSE_MS = 1_000;
/** How long jobs that are worked on may take to end when the host stops. */
const PATIENCE_MS = 5_000;

export class Queue {
  readonly #boss: PgBoss;
  readonly #db: Database;
  /** The table of jobs of all stages */
  readonly #jobs: string;
  readonly #onError: (error: Error) => void;
  readonly #stages = new Map<string, Stage>();
  readonly #closing = new Wakeup();
  readonly #looking: Promise<void>;
  #isClosed = false;

  private constructor(boss: PgBoss, db: Database, schema: string, onError: (error: Error) => void) {
    this.#boss = boss;
    this.#db = db;
    this.#onError = onError;
    this.#jobs = `${schema}.job`;
    this.#looking = this.#look();
  }

  /** @param onError told about trouble in the background; what is in the queue stays there */
  static async open(db: Database, schema: string, onError: (error: Error) => void): Promise<Queue> {
    const boss = new PgBoss({
      db: db.queue,
      backend: db.kind,
      schema,
      superviseIntervalSeconds: 10,
      maintenanceIntervalSeconds: 60,
    });
    boss.on('error', onError);
    await boss.start();
    return new Queue(boss, db, schema, onError);
  }

  /** Makes a stage's queue and begins to work on it, first of all on what a process that died had in its hands. */
  async stage(name: string, options: StageOptions, handler: JobHandler): Promise<void> {
    await this.#boss.createQueue(name, {
      policy: 'short',
      retryLimit: RETRY_LIMIT,
      retryDelay: options.retrySeconds,
      retryBackoff: true,
      retryDelayMax: options.longestRetrySeconds,
      expireInSeconds: options.expireSeconds,
      deleteAfterSeconds: 3600,
    });
    // A schema is one host's, so that nobody else works on these.
    await this.#db.query(
      `UPDATE ${this.#jobs} SET state = 'retry', start_after = now() WHERE name = $1 AND state = 'active'`,
      [name],
    );
    const boss = this.#boss;
    const source: JobSource = {
      fetch: (count) => boss.fetch<JobData>(name, { batchSize: count }) as Promise<Job[]>,
      work: (job) => this.#work(name, job, handler),
      complete: async (job) => void (await boss.complete(name, job as never)),
      // Whoever wrote a contract that refuses chose the text: where the database did not take it, the job would never end.
      fail: async (job, { message }) => void (await boss.fail(name, job as never, { message: printable(message) })),
      workNow: handler,
      keep: (key, data) => this.send(name, key, data, options.retrySeconds),
      onError: this.#onError,
    };
    this.#stages.set(name, new Stage(options.concurrency, source));
  }

  /** Wakes the stages that have jobs whose pauses are over: one question for all of them. */
  async #look(): Promise<void> {
    while (!this.#isClosed) {
      await this.#closing.sleep(POLL_MS);
      if (this.#isClosed) return;
      try {
        const due = await this.#db.query<{ name: string }>(
          `SELECT DISTINCT name FROM ${this.#jobs} WHERE state < 'active' AND NOT blocked AND start_after <= now()`,
        );
        for (const { name } of due) this.#stages.get(name)?.wake();
      } catch (error) {
        this.#onError(error as Error);
      }
    }
  }

  /** A job that fails is not kept beside another one for the same key: that one does the work again just as well. */
  async #work(name: string, { id, data }: Job, handler: JobHandler): Promise<void> {
    try {
      await handler(data);
    } catch (error) {
      const others = await this.#db.query(
        `SELECT 1 FROM ${this.#jobs} WHERE name = $1 AND data->>'id' = $2 AND state < 'active' AND NOT blocked
         AND id <> $3 LIMIT 1`,
        [name, data.id, id],
      );
      if (others.length === 0) throw error;
    }
  }

  /** What jobs of a stage that wait or are worked on are about. */
  async pending(name: string): Promise<ReadonlySet<string>> {
    const rows = await this.#db.query<{ about: string }>(
      `SELECT DISTINCT data->>'id' AS about FROM ${this.#jobs}
       WHERE name = $1 AND state <= 'active'`,
      [name],
    );
    return new Set([...rows.map(({ about }) => about), ...(this.#stages.get(name)?.direct ?? [])]);
  }

  /**
   * Does a job at once where its stage has room, and only otherwise, or when it fails, puts it into the queue: a write,
   * a read and a write less on the way of what goes well. A process that dies meanwhile leaves nothing of the job behind:
   * whatever is done this way must be found undone by the next one (`Pipeline.sweep`).
   */
  async now(name: string, key: string, data: JobData): Promise<void> {
    if (!this.#stages.get(name)?.begin(key, data)) await this.send(name, key, data);
  }

  /** Puts a job in unless one with that key is waiting already, and wakes whoever is idle. */
  async send(name: string, key: string, data: JobData, startAfterSeconds = 0): Promise<void> {
    await this.#boss.send(name, data, {
      singletonKey: key,
      ...(startAfterSeconds > 0 ? { startAfter: startAfterSeconds } : {}),
    });
    if (startAfterSeconds === 0) this.#stages.get(name)?.wake();
  }

  /** Jobs that wait or are worked on, by stage. */
  async depths(): Promise<Record<string, number>> {
    // Counted, since what pg-boss says of its queues is up to a minute old.
    const rows = await this.#db.query<{ name: string; count: number }>(
      `SELECT name, count(*)::integer AS count FROM ${this.#jobs} WHERE state <= 'active' GROUP BY name`,
    );
    const counts = new Map(rows.map(({ name, count }) => [name, count]));
    return Object.fromEntries(
      [...this.#stages].map(([name, { direct }]) => [name, (counts.get(name) ?? 0) + direct.size]),
    );
  }

  /** Lets jobs that are worked on end, for some seconds. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#closing.wake();
    await Promise.all([this.#looking, ...[...this.#stages.values()].map((stage) => stage.close())]);
    await this.#boss.stop({ graceful: true, timeout: PATIENCE_MS });
  }
}

interface JobSource {
  fetch(count: number): Promise<Job[]>;
  work(job: Job): Promise<void>;
  complete(job: Job): Promise<void>;
  fail(job: Job, error: Error): Promise<void>;
  /** Does what is not in the queue. */
  workNow(data: JobData): Promise<void>;
  /** Puts what was not in the queue into it, for later. */
  keep(key: string, data: JobData): Promise<void>;
  onError(error: Error): void;
}

/** Works on a stage's jobs, so many at one time, for all of which one query looks. */
class Stage {
  readonly #concurrency: number;
  readonly #source: JobSource;
  /** Keys of the jobs that are done without the queue. */
  readonly direct = new Set<string>();
  readonly #wakeup = new Wakeup();
  readonly #running = new Set<Promise<void>>();
  readonly #loop: Promise<void>;
  #isClosed = false;

  constructor(concurrency: number, source: JobSource) {
    this.#concurrency = concurrency;
    this.#source = source;
    this.#loop = this.#run();
  }

  wake(): void {
    this.#wakeup.wake();
  }

  async #run(): Promise<void> {
    while (!this.#isClosed) {
      const free = this.#concurrency - this.#running.size;
      let pause = IDLE_MS;
      try {
        const jobs = free > 0 ? await this.#source.fetch(free) : [];
        for (const job of jobs) this.#begin(job);
        // There may be more.
        if (jobs.length > 0 && jobs.length === free) pause = 0;
      } catch (error) {
        this.#source.onError(error as Error);
        pause = PAUSE_MS;
      }
      if (!this.#isClosed && (pause > 0 || this.#running.size >= this.#concurrency)) {
        await this.#wakeup.sleep(Math.max(pause, PAUSE_MS));
      }
    }
  }

  /** @returns whether there was room, and no job for that key under way */
  begin(key: string, data: JobData): boolean {
    if (this.#isClosed || this.#running.size >= this.#concurrency || this.direct.has(key)) return false;
    this.direct.add(key);
    this.#track(this.#workNow(key, data).finally(() => this.direct.delete(key)));
    return true;
  }

  async #workNow(key: string, data: JobData): Promise<void> {
    try {
      await this.#source.workNow(data);
    } catch {
      // The handler has told why. It is found undone at the next start where this fails too.
      await this.#settle(() => this.#source.keep(key, data));
    }
  }

  #begin(job: Job): void {
    this.#track(this.#work(job));
  }

  #track(begun: Promise<void>): void {
    const work: Promise<void> = begun.finally(() => {
      const wasFull = this.#running.size >= this.#concurrency;
      this.#running.delete(work);
      if (wasFull) this.wake();
    });
    this.#running.add(work);
  }

  async #work(job: Job): Promise<void> {
    const { work, complete, fail } = this.#source;
    try {
      await work(job);
    } catch (error) {
      return this.#settle(() => fail(job, error as Error));
    }
    await this.#settle(() => complete(job));
  }

  /** What is not settled counts as worked on until it expires, so that a database that is away for a moment is waited for. */
  async #settle(how: () => Promise<void>): Promise<void> {
    for (;;) {
      try {
        return await how();
      } catch (error) {
        this.#source.onError(error as Error);
        if (this.#isClosed) return;
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      }
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.wake();
    await this.#loop;
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise((resolve) => (timer = setTimeout(resolve, PATIENCE_MS)));
    await Promise.race([Promise.all(this.#running), patience]);
    clearTimeout(timer);
  }
}
