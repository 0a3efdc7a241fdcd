/** The rules of the light clients: named alike in spec and code, and each of them broken by some test. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');

const TESTS = [
  'ethereum/sync-protocol.test.ts',
  'ethereum/execution.test.ts',
  'sui/checkpoint.test.ts',
  'sui/events.test.ts',
].map((name) => read(name));

describe('rules of the light clients', () => {
  const [, union = ''] = read('../../prover/enclave/errors.ts').split('export type LightClientRule =');
  const known = [...union.split(';')[0]!.matchAll(/'(\w+)'/g)].map(([, rule]) => rule!);

  it('are those of docs/spec/light-clients.md', () => {
    const cells = [...read('../../docs/spec/light-clients.md').matchAll(/^\| (`[A-Z]\w+`(?:, `[A-Z]\w+`)*) \|/gm)];
    const listed = new Set(cells.flatMap(([, cell]) => [...cell!.matchAll(/`(\w+)`/g)].map(([, rule]) => rule!)));
    assert.deepEqual([...listed].sort(), [...known].sort());
  });

  for (const rule of known) {
    it(`${rule} is broken by a test`, () => assert.ok(TESTS.some((test) => test.includes(`'${rule}'`))));
  }
});
