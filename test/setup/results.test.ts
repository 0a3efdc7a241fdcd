import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { recordRow } from '../../scripts/long/results.ts';

describe('tables of results', () => {
  let directory: string;
  before(() => void (directory = mkdtempSync(path.join(tmpdir(), 'results-'))));
  after(() => rmSync(directory, { recursive: true }));

  const HEAD = '# Title\n\nA | in words.\n\n| module | date | killed |\n|---|---|---|\n';
  const TAIL = '\nWhat somebody wrote.\n';
  function written(rows: string, ...calls: Parameters<typeof recordRow>[1][]): string {
    writeFileSync(path.join(directory, 'a.md'), HEAD + rows + TAIL);
    for (const row of calls) recordRow('a.md', row, directory);
    const text = readFileSync(path.join(directory, 'a.md'), 'utf8');
    assert.ok(text.startsWith(HEAD) && text.endsWith(TAIL), text);
    return text.slice(HEAD.length, -TAIL.length);
  }

  it('get a new row at their end, and a newer one in the place of the older', () => {
    const old = '| chain | 2020-01-02 | 3 |\n| nonce | 2020-01-02 | 4 |\n';
    assert.equal(written('', { module: 'chain', date: 'd', killed: 1 }), '| chain | d | 1 |\n');
    assert.equal(written(old, { killed: 5, module: 'new', date: 'd' }), `${old}| new | d | 5 |\n`);
    assert.equal(
      written(old, { module: 'chain', date: 'd', killed: 5 }, { module: 'chain', date: 'e', killed: 6 }),
      '| chain | e | 6 |\n| nonce | 2020-01-02 | 4 |\n',
    );
  });

  it('have the date of the day where none is given', () => {
    assert.match(written('', { module: 'chain', killed: 0 }), /^\| chain \| \d{4}-\d\d-\d\d \| 0 \|\n$/);
  });

  it('refuse what they have no column for', () => {
    assert.throws(
      () => written('', { module: 'chain', survived: 1 }),
      /no column survived; it has module, date, killed/,
    );
    writeFileSync(path.join(directory, 'a.md'), '# Title\n| no table\n');
    assert.throws(() => recordRow('a.md', {}, directory), /no table/);
  });
});
