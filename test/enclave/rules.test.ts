/** The rules of the enclave and its light clients: named alike in spec and code, and each of them broken by some test. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');

/** Tests of the encodings, whose rules stand in the tables of both specs. */
const WIRE_TESTS = ['cbor', 'frames', 'rlp', 'bcs'].map((name) => read(`../protocol/wire/${name}.test.ts`));
/** Encodings of the chains; the others are those of frames. */
const CHAIN_ENCODINGS = ['MalformedRlp', 'MalformedBcs'];

/** The rules that a spec's tables list in their first column. */
function listedIn(spec: string): Set<string> {
  const cells = [...read(spec).matchAll(/^\| (`[A-Z]\w+`(?:, `[A-Z]\w+`)*) \|/gm)];
  return new Set(cells.flatMap(([, cell]) => [...cell!.matchAll(/`(\w+)`/g)].map(([, rule]) => rule!)));
}

function rulesOf(type: string, file = '../../prover/enclave/errors.ts'): string[] {
  const [, union = ''] = read(file).split(`export type ${type} =`);
  return [...union.split(';')[0]!.matchAll(/'(\w+)'/g)].map(([, rule]) => rule!);
}

const wireRules = rulesOf('WireRule', '../../prover/protocol/wire/errors.ts');

describe('rules of the enclave', () => {
  const known = [...rulesOf('EnclaveRule'), ...wireRules.filter((rule) => !CHAIN_ENCODINGS.includes(rule))];
  /** Rules that the tables of enclave.md repeat, and the one that no request should ever meet. */
  const others = new Set([...rulesOf('LightClientRule'), ...CHAIN_ENCODINGS, 'InvalidLeafCount', 'InternalError']);
  const tests = ['enclave.test.ts', 'configuration.test.ts', 'parts.test.ts', 'attestation.test.ts'].map(read);

  it('are those of docs/spec/enclave.md', () => {
    const listed = [...listedIn('../../docs/spec/enclave.md')].filter((rule) => !others.has(rule));
    assert.deepEqual(listed.sort(), known.toSorted());
  });

  for (const rule of known) {
    it(`${rule} is broken by a test`, () => {
      assert.ok([...tests, ...WIRE_TESTS].some((test) => test.includes(`'${rule}'`)));
    });
  }
});

describe('rules of the light clients', () => {
  const known = [...rulesOf('LightClientRule'), ...wireRules.filter((rule) => CHAIN_ENCODINGS.includes(rule))];
  const tests = ['ethereum/sync-protocol', 'ethereum/execution', 'sui/checkpoint', 'sui/events'].map((name) =>
    read(`${name}.test.ts`),
  );

  it('are those of docs/spec/light-clients.md', () => {
    assert.deepEqual([...listedIn('../../docs/spec/light-clients.md')].sort(), known.toSorted());
  });

  for (const rule of known) {
    it(`${rule} is broken by a test`, () => {
      assert.ok([...tests, ...WIRE_TESTS].some((test) => test.includes(`'${rule}'`)));
    });
  }
});
