import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onceInRun } from '../../localnet/sui/build/test-results.ts';

describe('results of Move tests in one run of everything', () => {
  let folder: string;
  before(() => void (folder = mkdtempSync(path.join(tmpdir(), 'results-'))));
  after(() => rmSync(folder, { recursive: true }));

  it('are made once for each key, and again in another run', async () => {
    let count = 0;
    const run = async (key: string, at?: string) => onceInRun(key, async () => ({ made: ++count }), at);
    assert.deepEqual([await run('aa', folder), await run('aa', folder)], [{ made: 1 }, { made: 1 }]);
    assert.deepEqual(await run('bb', folder), { made: 2 });
    const other = mkdtempSync(path.join(tmpdir(), 'results-'));
    try {
      assert.deepEqual(await run('aa', other), { made: 3 });
    } finally {
      rmSync(other, { recursive: true });
    }
  });

  it('are not kept of a run that failed to give any', async () => {
    await assert.rejects(
      onceInRun('cc', () => Promise.reject(new Error('none')), folder),
      /none/,
    );
    assert.equal(await onceInRun('cc', async () => 'some', folder), 'some');
  });
});
