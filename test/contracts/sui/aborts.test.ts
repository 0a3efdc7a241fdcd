/** Every abort code of the Move packages has a test that reaches it, and names are append-only numbers. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const contracts = path.resolve(import.meta.dirname, '../../../contracts-move');

/** Aborts that the corpus of misbehaviour reaches in generated tests, by number instead of by name. */
const BY_NUMBER = new Set(['dcap']);

function texts(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.move'))
    .map((name) => readFileSync(path.join(folder, name), 'utf8'));
}

for (const name of readdirSync(contracts)) {
  describe(`aborts of contracts-move/${name}`, () => {
    const sources = texts(path.join(contracts, name, 'sources'));
    const tests = texts(path.join(contracts, name, 'tests')).join('\n');
    const expected = new Set(
      [...tests.matchAll(/expected_failure\(\s*abort_code = ([\w:]+)/g)].map(([, code = '']) => code),
    );
    for (const source of sources) {
      const module = /^module \w+::(\w+);$/m.exec(source)![1]!;
      const codes = [...source.matchAll(/^const (E[A-Z][a-z]\w*): u64 = (\d+);$/gm)];
      if (codes.length === 0) continue;

      it(`${module}: numbered once, each documented and reached`, () => {
        const numbers = codes.map(([, , number]) => number);
        assert.equal(new Set(numbers).size, numbers.length, 'a number is given twice');
        for (const [, code, number] of codes) {
          assert.match(source, new RegExp(`^/// .*\\n(/// .*\\n)*const ${code}: `, 'm'), `${code} has no comment`);
          const reached = [...expected].some(
            (wanted) =>
              wanted.endsWith(`${module}::${code}`) ||
              wanted === `adapter::${code}` ||
              (BY_NUMBER.has(name) && wanted.endsWith(`::${code}`)),
          );
          const byNumber = BY_NUMBER.has(name) && new RegExp(`abort_code = ${number}\\b`).test(tests);
          assert(reached || byNumber, `no test reaches ${module}::${code} (${number})`);
        }
      });
    }
  });
}
