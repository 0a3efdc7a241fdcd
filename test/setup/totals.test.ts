import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { judge } from '../../scripts/totals.ts';

const REPOSITORY = path.join(import.meta.dirname, '../..');

/** What `npm test` makes of a stage, with mocha itself as the stage. */
describe('the judgement of a stage', () => {
  let directory: string;
  before(() => void (directory = mkdtempSync(path.join(tmpdir(), 'stages-'))));
  after(() => rmSync(directory, { recursive: true }));

  function mocha(source: string, ...flags: string[]): ReturnType<typeof judge> {
    const file = path.join(directory, 'some.test.js');
    writeFileSync(file, source);
    const program = path.join(REPOSITORY, 'node_modules/mocha/bin/mocha.js');
    const { status, stdout, stderr } = spawnSync(process.execPath, [program, '--no-config', ...flags, file], {
      cwd: directory,
      encoding: 'utf8',
    });
    return judge(true, status, stdout + stderr);
  }

  it('counts what passed and what failed', () => {
    assert.deepEqual(mocha("it('a', () => {}); it('b', () => {});", '--color'), { passed: 2, failed: 0 });
    assert.deepEqual(mocha("it('a', () => {}); it('b', () => { throw new Error('1 passing'); });"), {
      passed: 1,
      failed: 1,
    });
  });

  it('is red for a stage of tests in which none ran', () => {
    const lost = { passed: 0, failed: 1, lostTests: true };
    assert.deepEqual(mocha(''), lost);
    assert.deepEqual(mocha("describe('nothing', () => {});"), lost);
    assert.deepEqual(mocha("it.skip('a', () => {});"), lost);
    assert.deepEqual(mocha("it('a', () => {});", '--grep', 'b'), lost);
  });

  it('is red for a stage that broke off, whatever it counted before', () => {
    assert.deepEqual(mocha("throw new Error('before any test');"), { passed: 0, failed: 1 });
    assert.deepEqual(mocha("it('a', () => {}); after(() => process.exit(7));"), { passed: 0, failed: 1 });
    assert.deepEqual(judge(true, null, '  12 passing (3s)\n'), { passed: 12, failed: 1 });
    assert.deepEqual(judge(false, 2, ''), { passed: 0, failed: 1 });
    assert.deepEqual(judge(false, 0, ''), { passed: 1, failed: 0 });
  });

  it('reads the totals of Hardhat and of the Move runner, the last ones said', () => {
    assert.deepEqual(judge(true, 0, '  7 passing (1s)\n\n  51 passing (44 solidity, 7 nodejs)\n'), {
      passed: 51,
      failed: 0,
    });
    assert.deepEqual(judge(true, 1, 'dcap: 40 passed, 0 failed\n512 passed, 3 failed\n'), { passed: 512, failed: 3 });
  });
});
