/** What a host knows, in SQL: messages that are final, evidence for them, runs, signatures, cursors. */
import type { ChainId } from '../../protocol/index.ts';
import type { Database, Sql, Statement } from './database.ts';
import {
  hex,
  laneValues,
  printable,
  readMessage,
  readRun,
  readTracked,
  type Delivery,
  type LaneId,
  type MessageRow,
  type RunRow,
  type Signed,
  type StoredEvidence,
  type StoredHeader,
  type StoredMessage,
  type StoredRun,
  type TrackedMessage,
  type TrackedRow,
} from './rows.ts';
import { migrate } from './schema.ts';

export class Store {
  readonly db: Database;
  readonly #schema: string;

  private constructor(db: Database, schema: string) {
    this.db = db;
    this.#schema = schema;
  }

  /** Opens a host's tables, made where they are missing. */
  static async open(db: Database, schema: string): Promise<Store> {
    await migrate(db, schema);
    // Their blocks may have been replaced since, which only a process that has seen them would find out. Those that stand
    // are seen again, or found by asking the inbox.
    await db.query(`DELETE FROM ${schema}.early_delivery WHERE height IS NOT NULL`);
    return new Store(db, schema);
  }

  // Cursors.

  async cursor(name: string): Promise<bigint | undefined> {
    const [row] = await this.db.query<{ position: string }>(
      `SELECT position FROM ${this.#schema}.cursor WHERE name = $1`,
      [name],
    );
    return row && BigInt(row.position);
  }

  async setCursor(name: string, position: bigint): Promise<void> {
    await this.db.batch([this.#cursorAt(name, position)]);
  }

  #cursorAt(name: string, position: bigint): Statement {
    return {
      text: `INSERT INTO ${this.#schema}.cursor VALUES ($1, $2)
       ON CONFLICT (name) DO UPDATE SET position = GREATEST(cursor.position, EXCLUDED.position)`,
      values: [name, String(position)],
    };
  }

  // What an origin has made final.

  /** Keeps what a stretch of final blocks holds, and moves the cursor past it: all or nothing. */
  async addFinal(
    cursor: string,
    position: bigint,
    found: {
      headers: readonly StoredHeader[];
      evidence: readonly StoredEvidence[];
      messages: readonly StoredMessage[];
    },
  ): Promise<void> {
    await this.db.batch([
      ...this.#insertHeaders(found.headers),
      ...this.#insertEvidence(found.evidence),
      ...this.#insertMessages(found.messages),
      this.#cursorAt(cursor, position),
    ]);
  }

  async addHeaders(headers: readonly StoredHeader[]): Promise<void> {
    await this.db.batch(this.#insertHeaders(headers));
  }

  #insertHeaders(headers: readonly StoredHeader[]): Statement[] {
    return insertion(
      `INSERT INTO ${this.#schema}.header
       SELECT chain, height, decode(hash, 'hex'), decode(encoded, 'hex'), to_timestamp(time)
       FROM jsonb_to_recordset($1::jsonb)
         AS r(chain numeric, height numeric, hash text, encoded text, time double precision)
       ON CONFLICT DO NOTHING`,
      headers.map(({ chain, height, hash, encoded, timestampSeconds }) => ({
        chain: String(chain),
        height: String(height),
        hash: hex(hash),
        encoded: hex(encoded),
        time: Number(timestampSeconds),
      })),
    );
  }

  #insertEvidence(evidence: readonly StoredEvidence[]): Statement[] {
    return insertion(
      `INSERT INTO ${this.#schema}.evidence
       SELECT chain, height, item, decode(body, 'hex') FROM jsonb_to_recordset($1::jsonb)
         AS r(chain numeric, height numeric, item integer, body text)
       ON CONFLICT DO NOTHING`,
      evidence.map(({ chain, height, item, body }) => ({
        chain: String(chain),
        height: String(height),
        item,
        body: hex(body),
      })),
    );
  }

  #insertMessages(messages: readonly StoredMessage[]): Statement[] {
    const inserted = insertion(
      `INSERT INTO ${this.#schema}.message (id, origin_chain, outbox, destination_chain, nonce, encoded, height,
         transaction_id, transaction_index, event_index)
       SELECT decode(id, 'hex'), origin, decode(outbox, 'hex'), destination, nonce, decode(encoded, 'hex'), height,
         tx, tx_index, event_index
       FROM jsonb_to_recordset($1::jsonb)
         AS r(id text, origin numeric, outbox text, destination numeric, nonce numeric, encoded text, height numeric,
              tx text, tx_index integer, event_index integer)
       ON CONFLICT DO NOTHING`,
      messages.map((m) => ({
        id: hex(m.id),
        origin: String(m.originChain),
        outbox: hex(m.outbox),
        destination: String(m.destinationChain),
        nonce: String(m.nonce),
        encoded: hex(m.encoded),
        height: String(m.height),
        tx: m.transactionId,
        tx_index: m.transactionIndex,
        event_index: m.eventIndex,
      })),
    );
    const early = `WITH early AS (
         DELETE FROM ${this.#schema}.early_delivery e USING ${this.#schema}.message m WHERE e.id = m.id
         RETURNING e.*
       )
       UPDATE ${this.#schema}.message m
       SET delivered_at = early.seen_at, delivery = early.delivery, delivery_height = early.height
       FROM early WHERE m.id = early.id AND m.delivered_at IS NULL`;
    return messages.length === 0 ? [] : [...inserted, { text: early }];
  }

  async header(chain: ChainId, height: bigint): Promise<StoredHeader | undefined> {
    return (await this.headers(chain, height, height))[0];
  }

  /** Headers of a chain between two heights, both included, downwards. */
  async headers(chain: ChainId, lowest: bigint, highest: bigint): Promise<StoredHeader[]> {
    const rows = await this.db.query<{ height: string; hash: Uint8Array; encoded: Uint8Array; time: number | string }>(
      `SELECT height, hash, encoded, extract(epoch FROM time)::bigint AS time FROM ${this.#schema}.header
       WHERE chain = $1 AND height BETWEEN $2 AND $3 ORDER BY height DESC`,
      [String(chain), String(lowest), String(highest)],
    );
    return rows.map((row) => ({
      chain,
      height: BigInt(row.height),
      hash: row.hash,
      encoded: row.encoded,
      timestampSeconds: BigInt(row.time),
    }));
  }

  /** Evidence of a chain between two heights, both included, in order. */
  async evidence(chain: ChainId, lowest: bigint, highest: bigint): Promise<StoredEvidence[]> {
    const rows = await this.db.query<{ height: string; item: number; body: Uint8Array }>(
      `SELECT height, item, body FROM ${this.#schema}.evidence
       WHERE chain = $1 AND height BETWEEN $2 AND $3 ORDER BY height, item`,
      [String(chain), String(lowest), String(highest)],
    );
    return rows.map(({ height, item, body }) => ({ chain, height: BigInt(height), item, body }));
  }

  /** Drops headers and evidence that no open message needs, below a height. Nodes prune; we do so after delivery. */
  async prune(chain: ChainId, below: bigint): Promise<void> {
    const needed = `LEAST($2::numeric, (SELECT min(height) FROM ${this.#schema}.message
      WHERE origin_chain = $1 AND delivered_at IS NULL))`;
    for (const table of ['header', 'evidence']) {
      await this.db.query(`DELETE FROM ${this.#schema}.${table} WHERE chain = $1 AND height < ${needed}`, [
        String(chain),
        String(below),
      ]);
    }
    // A node may have shown deliveries of messages that never were.
    await this.db.query(`DELETE FROM ${this.#schema}.early_delivery WHERE seen_at < now() - interval '1 day'`);
  }

  /**
   * Forgets messages that were delivered before a time, and runs that were done with by then and have no message left.
   * The newest message of each lane stays: by it a gap after it is found.
   * @param limit most messages, and most runs
   * @returns how many messages and runs there were
   */
  async forget(before: Date, limit: number): Promise<{ messages: number; runs: number }> {
    const { db } = this;
    const s = this.#schema;
    const sameLane = (a: string, b: string): string =>
      `${a}.origin_chain = ${b}.origin_chain AND ${a}.outbox = ${b}.outbox
       AND ${a}.destination_chain = ${b}.destination_chain`;
    const messages = await db.query(
      `DELETE FROM ${s}.message WHERE id IN (
         SELECT m.id FROM ${s}.message m WHERE m.delivered_at < $1
         AND EXISTS (SELECT 1 FROM ${s}.message n WHERE ${sameLane('n', 'm')} AND n.nonce > m.nonce)
         ORDER BY m.delivered_at LIMIT $2
       ) RETURNING 1`,
      [before, limit],
    );
    const runs = await db.query(
      `WITH gone AS (
         DELETE FROM ${s}.run WHERE digest IN (
           SELECT r.digest FROM ${s}.run r WHERE r.done_at < $1 AND NOT EXISTS (
             SELECT 1 FROM ${s}.message m WHERE ${sameLane('m', 'r')} AND m.nonce BETWEEN r.first_nonce AND r.last_nonce
           ) ORDER BY r.done_at LIMIT $2
         ) RETURNING digest
       ), signatures AS (DELETE FROM ${s}.signature USING gone WHERE signature.digest = gone.digest)
       SELECT 1 FROM gone`,
      [before, limit],
    );
    return { messages: messages.length, runs: runs.length };
  }

  // Messages.

  /** Messages of a lane from a nonce on, in order, delivered or not. */
  async messages(lane: LaneId, firstNonce: bigint, limit: number): Promise<StoredMessage[]> {
    const rows = await this.db.query<MessageRow>(
      `SELECT * FROM ${this.#schema}.message
       WHERE origin_chain = $1 AND outbox = $2 AND destination_chain = $3 AND nonce >= $4 ORDER BY nonce LIMIT $5`,
      [...laneValues(lane), String(firstNonce), limit],
    );
    return rows.map(readMessage);
  }

  /**
   * Messages from the first open one on, from a nonce on, and since when that one is final.
   * @param end the first open one is before this nonce
   */
  async openFrom(
    lane: LaneId,
    nonce: bigint,
    limit: number,
    end?: bigint,
  ): Promise<{ messages: StoredMessage[]; oldest?: Date }> {
    const ofLane = 'origin_chain = $1 AND outbox = $2 AND destination_chain = $3';
    const rows = await this.db.query<MessageRow>(
      `SELECT * FROM ${this.#schema}.message WHERE ${ofLane} AND nonce >= (
         SELECT nonce FROM ${this.#schema}.message WHERE ${ofLane} AND nonce >= $4
         AND ($5::numeric IS NULL OR nonce < $5) AND delivered_at IS NULL ORDER BY nonce LIMIT 1
       ) ORDER BY nonce LIMIT $6`,
      [...laneValues(lane), String(nonce), end === undefined ? null : String(end), limit],
    );
    const [first] = rows;
    return first ? { messages: rows.map(readMessage), oldest: first.final_at } : { messages: [] };
  }

  /** The highest nonce of a lane that is stored, below a nonce. */
  async lastNonceBefore(lane: LaneId, nonce: bigint): Promise<bigint | undefined> {
    const [row] = await this.db.query<{ last: string | null }>(
      `SELECT max(nonce) AS last FROM ${this.#schema}.message
       WHERE origin_chain = $1 AND outbox = $2 AND destination_chain = $3 AND nonce < $4`,
      [...laneValues(lane), String(nonce)],
    );
    return typeof row?.last === 'string' ? BigInt(row.last) : undefined;
  }

  async message(id: Uint8Array): Promise<TrackedMessage | undefined> {
    return (await this.#tracked('m.id = $1', [id], 1))[0];
  }

  /** Messages that a transaction sent, but for so many of the first ones. */
  async messagesByTransaction(transactionId: string, limit: number, skip: number): Promise<TrackedMessage[]> {
    return this.#tracked('m.transaction_id = $1', [transactionId], limit, skip);
  }

  /** The newest messages of a lane. */
  async messagesByLane(lane: LaneId, limit: number, beforeNonce?: bigint): Promise<TrackedMessage[]> {
    const where = `m.origin_chain = $1 AND m.outbox = $2 AND m.destination_chain = $3
      AND ($4::numeric IS NULL OR m.nonce < $4)`;
    return this.#tracked(where, [...laneValues(lane), beforeNonce === undefined ? null : String(beforeNonce)], limit);
  }

  async #tracked(
    where: string,
    values: readonly unknown[],
    limit: number,
    skip = 0,
    sql: Sql = this.db,
  ): Promise<TrackedMessage[]> {
    const rows = await sql.query<TrackedRow>(
      `SELECT m.*, r.digest AS run, r.proven_at, r.submitted_at FROM ${this.#schema}.message m
       LEFT JOIN LATERAL (
         SELECT digest, proven_at, submitted_at FROM ${this.#schema}.run r
         WHERE r.origin_chain = m.origin_chain AND r.outbox = m.outbox AND r.destination_chain = m.destination_chain
           AND m.nonce BETWEEN r.first_nonce AND r.last_nonce
         ORDER BY proven_at DESC NULLS LAST, proposed_at DESC LIMIT 1
       ) r ON true
       WHERE ${where} ORDER BY m.origin_chain, m.nonce DESC, m.destination_chain
       LIMIT ${limit} OFFSET ${skip}`,
      values,
    );
    return rows.map(readTracked);
  }

  /**
   * Says that messages were delivered. What is not final here yet is kept in mind until it is.
   * @returns ids of those of which that is news
   */
  async markDelivered(deliveries: readonly Delivery[]): Promise<Uint8Array[]> {
    if (deliveries.length === 0) return [];
    const rows = JSON.stringify(
      deliveries.map(({ id, transaction, height }) => ({
        id: hex(id),
        delivery: transaction ?? null,
        height: height === undefined ? null : String(height),
      })),
    );
    const given = `SELECT DISTINCT ON (id) decode(id, 'hex') AS id, delivery, height
       FROM jsonb_to_recordset($1::jsonb) AS r(id text, delivery text, height numeric)`;
    const changed = await this.db.query<{ id: Uint8Array; is_new: boolean }>(
      `WITH given AS (${given}),
       before AS (SELECT m.id, m.delivered_at IS NULL AS is_new FROM ${this.#schema}.message m
         JOIN given g ON g.id = m.id
         WHERE m.delivered_at IS NULL OR (g.height IS NOT NULL AND m.delivery_height IS DISTINCT FROM g.height)
         FOR UPDATE OF m)
       UPDATE ${this.#schema}.message m
       SET delivered_at = COALESCE(m.delivered_at, clock_timestamp()), delivery = COALESCE(g.delivery, m.delivery),
           delivery_height = COALESCE(g.height, m.delivery_height)
       FROM given g, before b WHERE m.id = g.id AND m.id = b.id RETURNING m.id, b.is_new`,
      [rows],
    );
    // All of them final here, and found: none came early.
    if (changed.length === deliveries.length) return newOf(changed);
    await this.db.query(
      `INSERT INTO ${this.#schema}.early_delivery (id, delivery, height)
       SELECT g.id, g.delivery, g.height FROM (${given}) g
       WHERE g.delivery IS NOT NULL AND NOT EXISTS (SELECT 1 FROM ${this.#schema}.message m WHERE m.id = g.id)
       ON CONFLICT (id) DO UPDATE SET delivery = EXCLUDED.delivery, height = EXCLUDED.height`,
      [rows],
    );
    return newOf(changed);
  }

  /** Deliveries on a chain in blocks from a cursor on. */
  async deliveriesFrom(chain: ChainId, cursor: string): Promise<{ id: Uint8Array; height: bigint }[]> {
    const rows = await this.db.query<{ id: Uint8Array; delivery_height: string }>(
      `SELECT id, delivery_height FROM ${this.#schema}.message WHERE destination_chain = $1
       AND delivery_height >= COALESCE((SELECT position FROM ${this.#schema}.cursor WHERE name = $2), 0)`,
      [String(chain), cursor],
    );
    return rows.map((row) => ({ id: row.id, height: BigInt(row.delivery_height) }));
  }

  /**
   * Opens messages again whose deliveries are gone from their chain, and forgets those of messages that are not final yet.
   * @returns those that are final, with the run of each, if it is in one
   */
  async reopen(ids: readonly Uint8Array[]): Promise<{ message: StoredMessage; run?: Uint8Array }[]> {
    const given = `(SELECT decode(i, 'hex') FROM unnest($1::text[]) i)`;
    const values = [ids.map(hex)];
    // A message that is open in a run that is done would be left to itself.
    return this.db.transaction(async (sql) => {
      await sql.query(`DELETE FROM ${this.#schema}.early_delivery WHERE id IN ${given}`, values);
      const rows = await sql.query<MessageRow>(
        `UPDATE ${this.#schema}.message SET delivered_at = NULL, delivery = NULL, delivery_height = NULL
         WHERE id IN ${given} RETURNING *`,
        values,
      );
      const reopened = [];
      for (const row of rows) {
        const run = (await this.#tracked('m.id = $1', [row.id], 1, 0, sql))[0]?.run;
        if (run) await sql.query(`UPDATE ${this.#schema}.run SET done_at = NULL WHERE digest = $1`, [run]);
        reopened.push({ message: readMessage(row), ...(run ? { run } : {}) });
      }
      return reopened;
    });
  }

  /** Ids of open messages whose recipients have failed, but not so often at this host's cost. */
  async failedMessages(limit: number, mostPaid: number): Promise<Uint8Array[]> {
    const rows = await this.db.query<{ id: Uint8Array }>(
      `SELECT id FROM ${this.#schema}.message WHERE delivered_at IS NULL AND failed_at IS NOT NULL
       AND paid_failures < $2 ORDER BY failed_at LIMIT $1`,
      [limit, mostPaid],
    );
    return rows.map(({ id }) => id);
  }

  /**
   * Says that a message's recipient failed.
   * @param isPaid at this host's cost
   * @returns whether it is the first time
   */
  async markFailed(id: Uint8Array, failure: string, isPaid: boolean): Promise<boolean> {
    const rows = await this.db.query<{ before: Date | null }>(
      `UPDATE ${this.#schema}.message m SET failed_at = clock_timestamp(), failure = $2, paid_failures = m.paid_failures + $3
       FROM (SELECT failed_at FROM ${this.#schema}.message WHERE id = $1) before
       WHERE id = $1 AND delivered_at IS NULL RETURNING before.failed_at AS before`,
      [id, printable(failure), isPaid ? 1 : 0],
    );
    return rows.length > 0 && rows[0]!.before === null;
  }

  // Runs.

  async addRun(run: Omit<StoredRun, 'proposedAt'>): Promise<void> {
    await this.db.query(
      `INSERT INTO ${this.#schema}.run (digest, statement, origin_chain, outbox, destination_chain, first_nonce,
         last_nonce, anchor) VALUES ($4, $5, $1, $2, $3, $6, $7, $8) ON CONFLICT DO NOTHING`,
      [
        ...laneValues(run),
        run.digest,
        run.statement,
        String(run.firstNonce),
        String(run.lastNonce),
        String(run.anchor),
      ],
    );
  }

  async run(digest: Uint8Array): Promise<StoredRun | undefined> {
    const [row] = await this.db.query<RunRow>(`SELECT * FROM ${this.#schema}.run WHERE digest = $1`, [digest]);
    return row && readRun(row);
  }

  /** Runs that still have something to do, oldest first, but for so many of the oldest. */
  async openRuns(limit: number, skip = 0): Promise<StoredRun[]> {
    const rows = await this.db.query<RunRow>(
      `SELECT * FROM ${this.#schema}.run WHERE done_at IS NULL ORDER BY proposed_at, digest LIMIT $1 OFFSET $2`,
      [limit, skip],
    );
    return rows.map(readRun);
  }

  /**
   * The first stretch of a lane that no run covers, from a nonce on. Others' runs need not follow one another: nothing
   * that lies before them is left out.
   * @returns its first nonce, and the first one after it, which it lacks where no run follows
   */
  async uncovered(lane: LaneId, from: bigint): Promise<{ first: bigint; end?: bigint }> {
    let first = from;
    for (;;) {
      const rows = await this.db.query<Pick<RunRow, 'first_nonce' | 'last_nonce'>>(
        `SELECT first_nonce, last_nonce FROM ${this.#schema}.run WHERE origin_chain = $1 AND outbox = $2
         AND destination_chain = $3 AND first_nonce >= $4 AND last_nonce >= $5 ORDER BY first_nonce LIMIT ${RUNS_AT_ONCE}`,
        [...laneValues(lane), String(earliest(first)), String(first)],
      );
      for (const row of rows) {
        const begin = BigInt(row.first_nonce);
        if (begin > first) return { first, end: begin };
        const next = BigInt(row.last_nonce) + 1n;
        if (next > first) first = next;
      }
      if (rows.length < RUNS_AT_ONCE) return { first };
    }
  }

  async markRun(digest: Uint8Array, what: 'proven' | 'submitted' | 'done'): Promise<void> {
    await this.db.query(
      `UPDATE ${this.#schema}.run SET ${what}_at = COALESCE(${what}_at, clock_timestamp()) WHERE digest = $1`,
      [digest],
    );
  }

  /** Says that a run is not proven any more, and so not done either. */
  async reopenProof(digest: Uint8Array): Promise<void> {
    await this.db.query(`UPDATE ${this.#schema}.run SET proven_at = NULL, done_at = NULL WHERE digest = $1`, [digest]);
  }

  /** Messages of a run that are open still, in order. */
  async openMessages(
    run: Pick<StoredRun, keyof LaneId | 'firstNonce' | 'lastNonce'>,
  ): Promise<(StoredMessage & { readonly hasFailed: boolean })[]> {
    const rows = await this.db.query<MessageRow>(
      `SELECT * FROM ${this.#schema}.message WHERE origin_chain = $1 AND outbox = $2 AND destination_chain = $3
       AND nonce BETWEEN $4 AND $5 AND delivered_at IS NULL ORDER BY nonce`,
      [...laneValues(run), String(run.firstNonce), String(run.lastNonce)],
    );
    return rows.map((row) => ({ ...readMessage(row), hasFailed: row.failed_at !== null }));
  }

  // Signatures.

  /**
   * Keeps signatures, and whether the run is proven by them.
   * @returns whether any of them is new
   */
  async addSignatures(digest: Uint8Array, signed: readonly Signed[], isProven = false): Promise<boolean> {
    if (signed.length === 0 && !isProven) return false;
    const rows = await this.db.query(
      `WITH proven AS (
         UPDATE ${this.#schema}.run SET proven_at = COALESCE(proven_at, clock_timestamp()) WHERE digest = $1 AND $4
       )
       INSERT INTO ${this.#schema}.signature
       SELECT $1, decode(signer, 'hex'), decode(signature, 'hex') FROM unnest($2::text[], $3::text[]) AS s(signer, signature)
       ON CONFLICT DO NOTHING RETURNING 1`,
      [digest, signed.map(({ signer }) => hex(signer)), signed.map(({ signature }) => hex(signature)), isProven],
    );
    return rows.length > 0;
  }

  /** Signatures over a digest by signer, ascending. */
  async signatures(digest: Uint8Array): Promise<Signed[]> {
    return this.db.query(`SELECT signer, signature FROM ${this.#schema}.signature WHERE digest = $1 ORDER BY signer`, [
      digest,
    ]);
  }

  /** Keeps that a chain's registry has taken keys. */
  async addSigners(chain: ChainId, signers: readonly Uint8Array[]): Promise<void> {
    if (signers.length === 0) return;
    await this.db.query(
      `INSERT INTO ${this.#schema}.signer SELECT $1, decode(s, 'hex') FROM unnest($2::text[]) s ON CONFLICT DO NOTHING`,
      [String(chain), signers.map(hex)],
    );
  }

  /** Signers that a chain's registry has ever taken a key of, of some or of all. */
  async signers(chain: ChainId, among?: readonly Uint8Array[]): Promise<Uint8Array[]> {
    const rows = await this.db.query<{ signer: Uint8Array }>(
      `SELECT signer FROM ${this.#schema}.signer
       WHERE chain = $1 AND ($2::text[] IS NULL OR encode(signer, 'hex') = ANY ($2)) ORDER BY signer LIMIT 1000`,
      [String(chain), among ? among.map(hex) : null],
    );
    return rows.map(({ signer }) => signer);
  }

  /** First and last nonces of the runs that share messages with a run, once for each of some signers that has signed one. */
  async runsSignedOver(
    run: LaneId & Pick<StoredRun, 'firstNonce' | 'lastNonce'>,
    signers: readonly Uint8Array[],
  ): Promise<{ signer: Uint8Array; first: bigint; last: bigint }[]> {
    const rows = await this.db.query<Pick<RunRow, 'first_nonce' | 'last_nonce'> & { signer: Uint8Array }>(
      `SELECT s.signer, r.first_nonce, r.last_nonce FROM ${this.#schema}.run r
       JOIN ${this.#schema}.signature s ON s.digest = r.digest
       WHERE r.origin_chain = $1 AND r.outbox = $2 AND r.destination_chain = $3 AND r.first_nonce BETWEEN $4 AND $6
         AND r.last_nonce >= $5 AND encode(s.signer, 'hex') = ANY ($7) LIMIT 10000`,
      [
        ...laneValues(run),
        String(earliest(run.firstNonce)),
        String(run.firstNonce),
        String(run.lastNonce),
        signers.map(hex),
      ],
    );
    return rows.map((row) => ({
      signer: row.signer,
      first: BigInt(row.first_nonce),
      last: BigInt(row.last_nonce),
    }));
  }

  /** Figures for metrics. */
  async counts(): Promise<{ open: number; delivered: number; failed: number; openRuns: number }> {
    const [row] = await this.db.query<{ open: number; delivered: number; failed: number; open_runs: number }>(
      `SELECT count(*) FILTER (WHERE delivered_at IS NULL)::integer AS open,
              count(*) FILTER (WHERE delivered_at IS NOT NULL)::integer AS delivered,
              count(*) FILTER (WHERE delivered_at IS NULL AND failed_at IS NOT NULL)::integer AS failed,
              (SELECT count(*)::integer FROM ${this.#schema}.run WHERE done_at IS NULL) AS open_runs
       FROM ${this.#schema}.message`,
    );
    const { open_runs: openRuns, ...counts } = row!;
    return { ...counts, openRuns };
  }
}

/** Most messages of a run (docs/spec/protocol.md section 6). */
const MAX_RUN = 256n;
/** Runs that are looked at with one query. */
const RUNS_AT_ONCE = 1_000;

/** Inserts rows, which are the one parameter of a statement, as JSON; nothing where there are none. */
function insertion(text: string, rows: readonly object[]): Statement[] {
  return rows.length === 0 ? [] : [{ text, values: [JSON.stringify(rows)] }];
}

/** The first nonce of the earliest run that may reach a nonce. */
function earliest(nonce: bigint): bigint {
  return nonce >= MAX_RUN ? nonce - MAX_RUN + 1n : 0n;
}

function newOf(changed: readonly { id: Uint8Array; is_new: boolean }[]): Uint8Array[] {
  return changed.filter((row) => row.is_new).map(({ id }) => id);
}
