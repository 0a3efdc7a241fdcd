/** The embedded database's thread (database.test.ts), which fails by itself when a statement tells it to. */
import { PGlite } from '@electric-sql/pglite';

/** A module whose start function is `unreachable`, by the WebAssembly core specification, section 5. */
const TRAP = Uint8Array.from([
  ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
  ...[0x01, 0x04, 0x01, 0x60, 0x00, 0x00],
  ...[0x03, 0x02, 0x01, 0x00],
  ...[0x08, 0x01, 0x00],
  ...[0x0a, 0x05, 0x01, 0x03, 0x00, 0x00, 0x0b],
]);

const { query } = PGlite.prototype;
PGlite.prototype.query = async function (text, ...rest) {
  if (text === 'TRAP') new WebAssembly.Instance(new WebAssembly.Module(TRAP));
  if (text === 'EXIT') process.exit(3);
  if (text === 'THROW') setImmediate(() => JSON.parse('no JSON'));
  return query.call(this, text, ...rest) as never;
};

await import('../../prover/host/store/pglite-worker.ts');
