import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { appendFileSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const REPOSITORY = path.join(import.meta.dirname, '../..');

/** scripts/setup.mjs in a project of its own, with a stand-in for npx that notes each call, since npm needs a network. */
describe('set-up', () => {
  let project: string;
  const file = (name: string): string => path.join(project, name);

  before(function () {
    if (process.platform === 'win32') this.skip();
    project = mkdtempSync(path.join(tmpdir(), 'set up '));
    for (const folder of ['scripts', 'tools', 'node_modules/node/bin']) mkdirSync(file(folder), { recursive: true });
    copyFileSync(path.join(REPOSITORY, 'scripts/setup.mjs'), file('scripts/setup.mjs'));
    writeFileSync(file('package.json'), JSON.stringify({ devDependencies: { node: '24.0.0' } }));
    writeFileSync(file('package-lock.json'), '{}');
    writeFileSync(file('node_modules/.package-lock.json'), '{}');
    writeFileSync(file('node_modules/node/bin/node'), '');
    writeFileSync(file('tools/npx'), '#!/bin/sh\necho "$*" >> calls\nexit "$(cat status)"\n', { mode: 0o755 });
    writeFileSync(file('calls'), '');
    writeFileSync(file('status'), '0');
  });
  after(() => project && rmSync(project, { recursive: true }));

  function setUp(): { installs: number; status: number | null; said: string } {
    const calls = (): number => readFileSync(file('calls'), 'utf8').split('\n').length;
    const before = calls();
    const env = { ...process.env, PATH: `${file('tools')}${path.delimiter}${process.env['PATH']}` };
    const { status, stderr } = spawnSync(process.execPath, [file('scripts/setup.mjs')], { env, encoding: 'utf8' });
    return { installs: calls() - before, status, said: stderr };
  }

  it('installs once, and again when the lock file changes', () => {
    assert.deepEqual([setUp().installs, setUp().installs], [1, 0]);
    appendFileSync(file('package-lock.json'), '\n');
    assert.deepEqual([setUp().installs, setUp().installs], [1, 0]);
  });

  it('notices an npm install that was not its own', () => {
    appendFileSync(file('node_modules/.package-lock.json'), '\n');
    assert.deepEqual([setUp().installs, setUp().installs], [1, 0]);
    rmSync(file('node_modules/.package-lock.json'));
    const { installs, status } = setUp();
    assert.deepEqual([installs, status], [1, 1]);
    writeFileSync(file('node_modules/.package-lock.json'), '{}');
    assert.deepEqual([setUp().installs, setUp().installs], [1, 0]);
  });

  it('ends with one sentence when npm fails, and tries again next time', () => {
    appendFileSync(file('package-lock.json'), '\n');
    writeFileSync(file('status'), '1');
    const failed = setUp();
    assert.equal(failed.status, 1);
    assert.match(failed.said, /^set-up: npm failed as shown above.*run the same command again\.$/m);
    writeFileSync(file('status'), '0');
    assert.deepEqual([setUp().installs, setUp().installs], [1, 0]);
  });
});
