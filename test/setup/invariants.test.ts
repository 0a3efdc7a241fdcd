import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.resolve(import.meta.dirname, '../..');
const spec = readFileSync(path.join(ROOT, 'docs/spec/invariants.md'), 'utf8');
const [rules = '', tests = ''] = spec.split('\n## Tests\n');
const numbersIn = (text: string): string[] => [...text.matchAll(/^\| (INV-\d\d) /gm)].map(([, number]) => number!);

describe('the tests that hold the invariants', () => {
  it('are named for each, and for nothing else', () => {
    const numbers = numbersIn(rules);
    assert.ok(numbers.length > 20);
    assert.deepEqual(numbersIn(tests), numbers);
  });

  it('exist under that name', () => {
    const entries = [...tests.matchAll(/`([^`]+)`(?:: (.*?))?(?:<br>| \|$)/gm)];
    // Every backtick belongs to an entry that was understood.
    assert.equal(entries.length * 2, tests.split('`').length - 1);
    for (const [, file, name] of entries) {
      const place = path.join(ROOT, file!);
      assert.ok(existsSync(place), `docs/spec/invariants.md names ${file}, which is not there`);
      if (name) assert.ok(readFileSync(place, 'utf8').includes(name), `${file} has no test named ${name}`);
    }
  });
});
