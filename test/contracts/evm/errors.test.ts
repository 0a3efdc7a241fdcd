/** Every error of the Solidity contracts is documented and thrown, and some test reaches it by its name. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { RULES } from '../../../localnet/tee/misbehave/index.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const texts = (...patterns: string[]): string[] =>
  globSync(patterns, { cwd: root }).map((file) => readFileSync(path.join(root, file), 'utf8'));

/** Of the corpus of misbehaviour, whose runner demands of each rule that it was reached: contracts-evm/test/dcap/Rules.test.ts. */
const isRule = (name: string): boolean => name in RULES;

/** How a test names what it expects: in a list or a call of TypeScript, by selector in Solidity, as a scenario's outcome. */
const EXPECTATIONS = /(?<![=!]== )'(\w+)'|\.(\w+)\.selector\b|"(?:outcome|evm)": "(\w+)"/g;

describe('errors of contracts-evm', () => {
  const sources = texts('contracts-evm/src/**/*.sol').join('\n');
  const tests = texts('contracts-evm/test/**/*.test.ts', 'contracts-evm/test/**/*.t.sol', 'test/scenarios/*.json');
  const expected = new Set(
    tests.flatMap((text) => [...text.matchAll(EXPECTATIONS)].flatMap(([, ...names]) => names.filter(Boolean))),
  );
  const errors = [...sources.matchAll(/^ *error (\w+)\(/gm)].map(([, name = '']) => name);

  it('are each declared once, documented and thrown', () => {
    assert.deepEqual(
      errors.filter((name, i) => errors.indexOf(name) !== i),
      [],
      'declared twice',
    );
    for (const name of errors) {
      const documented = new RegExp(`^ */// @notice (DCAP-\\d+: t|T)hrown .*\\n( */// .*\\n)* *error ${name}\\(`, 'm');
      assert.match(sources, documented, `${name} does not say when it is thrown`);
      assert.match(
        sources,
        new RegExp(`\\b${name}(\\(|\\.selector)[^]*\\b${name}(\\(|\\.selector)`),
        `${name} is never thrown`,
      );
    }
  });

  it('are each reached by a test', () => {
    assert.ok(errors.length > 150, 'the sources are elsewhere');
    const missed = errors.filter((name) => !isRule(name) && !expected.has(name));
    assert.deepEqual(missed, [], 'no test expects these by name');
  });
});
