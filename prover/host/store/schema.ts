/** Tables of a host, one schema for each host. u64 values are numeric(20), since bigint of SQL is signed. */
import type { Database } from './database.ts';

/**
 * Each entry is run once, in order, and never changed afterwards.
 */
const MIGRATIONS: readonly ((schema: string) => string)[] = [
  (s) => `
    CREATE TABLE ${s}.cursor (
      name text PRIMARY KEY,
      position numeric(20) NOT NULL
    );
    CREATE TABLE ${s}.header (
      chain numeric(20) NOT NULL,
      height numeric(20) NOT NULL,
      hash bytea NOT NULL,
      encoded bytea NOT NULL,
      time timestamptz NOT NULL,
      PRIMARY KEY (chain, height)
    );
    CREATE TABLE ${s}.evidence (
      chain numeric(20) NOT NULL,
      height numeric(20) NOT NULL,
      item integer NOT NULL,
      body bytea NOT NULL,
      PRIMARY KEY (chain, height, item)
    );
    CREATE TABLE ${s}.message (
      id bytea PRIMARY KEY,
      origin_chain numeric(20) NOT NULL,
      outbox bytea NOT NULL,
      destination_chain numeric(20) NOT NULL,
      nonce numeric(20) NOT NULL,
      encoded bytea NOT NULL,
      height numeric(20) NOT NULL,
      transaction_id text NOT NULL,
      transaction_index integer NOT NULL,
      event_index integer NOT NULL,
      final_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      failed_at timestamptz,
      failure text,
      delivered_at timestamptz,
      delivery text,
      UNIQUE (origin_chain, outbox, destination_chain, nonce)
    );
    CREATE INDEX message_open ON ${s}.message (origin_chain, destination_chain, nonce) WHERE delivered_at IS NULL;
    CREATE INDEX message_transaction ON ${s}.message (transaction_id);
    CREATE TABLE ${s}.run (
      digest bytea PRIMARY KEY,
      statement bytea NOT NULL,
      origin_chain numeric(20) NOT NULL,
      outbox bytea NOT NULL,
      destination_chain numeric(20) NOT NULL,
      first_nonce numeric(20) NOT NULL,
      last_nonce numeric(20) NOT NULL,
      anchor numeric(20) NOT NULL,
      proposed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      proven_at timestamptz,
      submitted_at timestamptz,
      done_at timestamptz
    );
    CREATE INDEX run_lane ON ${s}.run (origin_chain, outbox, destination_chain, first_nonce, last_nonce);
    CREATE INDEX run_open ON ${s}.run (proposed_at) WHERE done_at IS NULL;
    CREATE TABLE ${s}.signature (
      digest bytea NOT NULL,
      signer bytea NOT NULL,
      signature bytea NOT NULL,
      PRIMARY KEY (digest, signer)
    );
  `,
  // Keys that registries have taken; deliveries by others of messages that are not final here yet; blocks of deliveries, which may be replaced.
  (s) => `
    CREATE TABLE ${s}.signer (
      chain numeric(20) NOT NULL,
      signer bytea NOT NULL,
      PRIMARY KEY (chain, signer)
    );
    CREATE TABLE ${s}.early_delivery (
      id bytea PRIMARY KEY,
      delivery text NOT NULL,
      height numeric(20),
      seen_at timestamptz NOT NULL DEFAULT clock_timestamp()
    );
    ALTER TABLE ${s}.message ADD COLUMN delivery_height numeric(20);
    CREATE INDEX message_delivery ON ${s}.message (destination_chain, delivery_height) WHERE delivery_height IS NOT NULL;
    CREATE INDEX message_failed ON ${s}.message (failed_at) WHERE delivered_at IS NULL AND failed_at IS NOT NULL;
  `,
  // How often a recipient has failed at this host's cost.
  (s) => `ALTER TABLE ${s}.message ADD COLUMN paid_failures integer NOT NULL DEFAULT 0;`,
  // What is done with is found by when that was.
  (s) => `
    CREATE INDEX message_delivered ON ${s}.message (delivered_at) WHERE delivered_at IS NOT NULL;
    CREATE INDEX run_done ON ${s}.run (done_at) WHERE done_at IS NOT NULL;
  `,
];

/**
 * Makes a schema and brings its tables up to date.
 * @param schema letters, digits and underscores
 */
export async function migrate(db: Database, schema: string): Promise<void> {
  await db.script(`CREATE SCHEMA IF NOT EXISTS ${schema}`);
  await db.script(`CREATE TABLE IF NOT EXISTS ${schema}.migration (number integer PRIMARY KEY)`);
  const done = new Set(
    (await db.query<{ number: number }>(`SELECT number FROM ${schema}.migration`)).map((r) => r.number),
  );
  for (const [number, migration] of MIGRATIONS.entries()) {
    if (done.has(number)) continue;
    await db.script(`BEGIN; ${migration(schema)} INSERT INTO ${schema}.migration VALUES (${number}); COMMIT;`);
  }
}
