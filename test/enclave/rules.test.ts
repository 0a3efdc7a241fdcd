/** The rules of the enclave and its light clients: named alike in spec and code, and each of them broken by some test. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');

const TESTS = [
  'ethereum/sync-protocol.test.ts',
  'ethereum/execution.test.ts',
  'sui/checkpoint.test.ts',
  'sui/events.test.ts',
].map((name) => read(name));

/** The rules that a spec's tables list in their first column. */
function listedIn(spec: string): Set<string> {
  const cells = [...read(spec).matchAll(/^\| (`[A-Z]\w+`(?:, `[A-Z]\w+`)*) \|/gm)];
  return new Set(cells.flatMap(([, cell]) => [...cell!.matchAll(/`(\w+)`/g)].map(([, rule]) => rule!)));
}

function rulesOf(type: string): string[] {
  const [, union = ''] = read('../../prover/enclave/errors.ts').split(`export type ${type} =`);
  return [...union.split(';')[0]!.matchAll(/'(\w+)'/g)].map(([, rule]) => rule!);
}

describe('rules of the enclave', () => {
  const known = rulesOf('EnclaveRule');
  /** Rules that the tables of enclave.md repeat, and the one that no request should ever meet. */
  const others = new Set([...rulesOf('LightClientRule'), 'InvalidLeafCount', 'InternalError']);
  const tests = ['enclave.test.ts', 'configuration.test.ts', 'parts.test.ts', 'attestation.test.ts'].map(read);

  it('are those of docs/spec/enclave.md', () => {
    const listed = [...listedIn('../../docs/spec/enclave.md')].filter((rule) => !others.has(rule));
    assert.deepEqual(listed.sort(), known.toSorted());
  });

  for (const rule of known) {
    it(`${rule} is broken by a test`, () => assert.ok(tests.some((test) => test.includes(`'${rule}'`))));
  }
});

describe('rules of the light clients', () => {
  const known = rulesOf('LightClientRule');

  it('are those of docs/spec/light-clients.md', () => {
    assert.deepEqual([...listedIn('../../docs/spec/light-clients.md')].sort(), known.toSorted());
  });

  for (const rule of known) {
    it(`${rule} is broken by a test`, () => assert.ok(TESTS.some((test) => test.includes(`'${rule}'`))));
  }
});
