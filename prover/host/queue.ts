/** The durable queue between stages: pg-boss, in the host's own schema. */
import { PgBoss } from 'pg-boss';
import type { Database } from './store/database.ts';

/** What a stage does with a job; to throw is to have it again later. */
export type JobHandler = (data: JobData) => Promise<void>;

/** What a job is about: a digest or a message id, in hex. */
export interface JobData {
  readonly id: `0x${string}`;
}

interface Job {
  readonly id: string;
  readonly data: JobData;
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
const POLL_SECONDS = 0.5;

export class Queue {
  readonly #boss: PgBoss;
  readonly #db: Database;
  /** The table of jobs of all stages */
  readonly #jobs: string;
  readonly #workers = new Map<string, string[]>();

  private constructor(boss: PgBoss, db: Database, schema: string) {
    this.#boss = boss;
    this.#db = db;
    this.#jobs = `${schema}.job`;
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
    return new Queue(boss, db, schema);
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
    const work = (job: Job): Promise<void> => this.#work(name, job, handler);
    const workers: string[] = [];
    for (let i = 0; i < options.concurrency; i++) {
      const polling = { pollingIntervalSeconds: POLL_SECONDS, batchSize: 1 };
      workers.push(await this.#boss.work(name, polling, async ([job]: Job[]) => work(job!)));
    }
    this.#workers.set(name, workers);
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
    return new Set(rows.map(({ about }) => about));
  }

  /** Puts a job in unless one with that key is waiting already, and wakes whoever is idle. */
  async send(name: string, key: string, data: JobData, startAfterSeconds = 0): Promise<void> {
    await this.#boss.send(name, data, {
      singletonKey: key,
      ...(startAfterSeconds > 0 ? { startAfter: startAfterSeconds } : {}),
    });
    if (startAfterSeconds > 0) return;
    for (const worker of this.#workers.get(name) ?? []) this.#boss.notifyWorker(worker);
  }

  /** Jobs that wait or are worked on, by stage. */
  async depths(): Promise<Record<string, number>> {
    const queues = await this.#boss.getQueues([...this.#workers.keys()]);
    return Object.fromEntries(queues.map(({ name, queuedCount, activeCount }) => [name, queuedCount + activeCount]));
  }

  /** Lets jobs that are worked on end, for some seconds. */
  async close(): Promise<void> {
    await this.#boss.stop({ graceful: true, timeout: 5_000 });
  }
}
