import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { readModuleHeader } from '../../localnet/sui/build/bytecode.ts';
import { MoveTestTimeout, runMoveTests } from '../../localnet/sui/build/test-runner.ts';
import { fixture, PUBLISHED_FRAMEWORK_DIGESTS } from './fixtures.ts';

const SCRIPTS = fileURLToPath(new URL('../../scripts/move/', import.meta.url));
const OFFLINE = "data:text/javascript,globalThis.fetch = () => Promise.reject(new TypeError('fetch failed'))";

interface Outcome {
  readonly status: number | null;
  readonly output: string;
  readonly lastLine: string;
  readonly seconds: number;
}

function run(script: 'build' | 'test', args: string[], nodeArgs: string[] = []): Outcome {
  const started = performance.now();
  const child = spawnSync(process.execPath, [...nodeArgs, path.join(SCRIPTS, `${script}.ts`), ...args], {
    encoding: 'utf8',
  });
  const output = child.stdout + child.stderr;
  const lastLine = child.stdout.trimEnd().split('\n').at(-1)!;
  return { status: child.status, output, lastLine, seconds: (performance.now() - started) / 1000 };
}

async function until(condition: () => boolean): Promise<void> {
  const end = performance.now() + 40_000;
  while (!condition()) {
    assert.ok(performance.now() < end, 'waited too long');
    await setTimeout(100);
  }
}

/** Processor time of a process, from Linux's clock of 100 ticks a second. */
function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

describe('move:test', () => {
  it('passes when every test passes, and counts over packages', () => {
    const { status, output, lastLine } = run('test', [fixture('middle'), fixture('macros')]);
    assert.equal(status, 0, output);
    assert.match(output, /\[ PASS +\] middle::pair_tests::left_counts/);
    assert.match(output, /\[ PASS +\] macros::macro_tests::sorting_is_stable/);
    assert.equal(lastLine, 'move tests: 12 passed, 0 failed');
  });

  it('runs the whole surface of the framework', () => {
    const { status, output, lastLine } = run('test', [fixture('surface')]);
    assert.equal(status, 0, output);
    assert.equal(lastLine, 'move tests: 25 passed, 0 failed');
  });

  it('fails when a test fails, and shows the abort code, module and name', () => {
    const { status, output, lastLine } = run('test', [fixture('failing')]);
    assert.equal(status, 1);
    assert.match(output, /aborted with code 4242 originating in the module failing::gate/);
    assert.match(output, /'ETooEarly'/);
    assert.equal(lastLine, 'move tests: 3 passed, 2 failed');
  });

  it('runs only the tests that a filter names', () => {
    const passing = run('test', [fixture('failing'), '--filter', 'is_expected']);
    assert.equal(passing.status, 0, passing.output);
    assert.equal(passing.lastLine, 'move tests: 2 passed, 0 failed');
    const one = run('test', [fixture('looping'), '--filter=loop_tests::ends']);
    assert.equal(one.lastLine, 'move tests: 1 passed, 0 failed');
    const none = run('test', [fixture('failing'), '--filter', 'nothing_like_it']);
    assert.equal(none.status, 1);
    assert.match(none.output, /no Move test has nothing_like_it in its name/);
  });

  it('kills a looping test at the limit, says so, and goes on', () => {
    const { status, output, lastLine, seconds } = run('test', [
      fixture('looping'),
      fixture('middle'),
      '--timeout',
      '6',
    ]);
    assert.equal(status, 1);
    assert.match(output, /killed after 6 s: a test loops or the limit is too low/);
    assert.equal(lastLine, 'move tests: 2 passed, 1 failed');
    assert.ok(seconds < 30, `${seconds} s`);
  });

  it('counts a package that does not compile as a failure', () => {
    const { status, output, lastLine } = run('test', [fixture('broken')]);
    assert.equal(status, 1);
    assert.match(output, /mistake\.move:4/);
    assert.equal(lastLine, 'move tests: 0 passed, 1 failed');
  });

  it('refuses a command line it does not understand', () => {
    for (const args of [['no-such-package'], ['--framework=mine'], ['--timeout', 'soon'], ['--fliter', 'x']]) {
      const { status, output } = run('test', args);
      assert.equal(status, 2, output);
      assert.equal(output.trimEnd().split('\n').length, 1);
    }
  });
});

describe('runMoveTests', () => {
  it('throws when the time is up', async () => {
    const started = performance.now();
    await assert.rejects(runMoveTests(fixture('looping'), { timeoutMs: 4000 }), MoveTestTimeout);
    assert.ok(performance.now() - started < 15_000);
  });

  it('takes a looping test with it when it is killed', async function () {
    if (process.platform !== 'linux') this.skip();
    const parent = spawn(process.execPath, [path.join(SCRIPTS, 'test.ts'), fixture('looping')], { stdio: 'ignore' });
    const closed = new Promise((resolve) => parent.once('close', resolve));
    const children = (): string => readFileSync(`/proc/${parent.pid}/task/${parent.pid}/children`, 'utf8').trim();
    await until(() => children() !== '');
    const child = Number(children());
    // Long enough for the compiler to be through and the test to loop.
    await until(() => cpuSeconds(child) > 4);
    parent.kill('SIGKILL');
    await closed;
    await until(
      () => !existsSync(`/proc/${child}`) || /^State:\s+Z/m.test(readFileSync(`/proc/${child}/status`, 'utf8')),
    );
  });

  it('gives totals and what the runner said', async () => {
    const totals = await runMoveTests(fixture('failing'), { filter: 'fails_with_a_code' });
    assert.deepEqual([totals.name, totals.passed, totals.failed], ['failing', 0, 1]);
    assert.match(totals.output, /4242/);
  });
});

describe('move:build', () => {
  it('prints modules, sizes and digest, and writes nothing', () => {
    const { status, output, lastLine } = run('build', [fixture('surface')]);
    assert.equal(status, 0, output);
    assert.match(output, /^ {2}vault +\d+ bytes$/m);
    assert.match(output, new RegExp(`digest ${PUBLISHED_FRAMEWORK_DIGESTS.surface}`));
    assert.equal(lastLine, 'move build: 1 built, 0 failed');
    assert.ok(
      !existsSync(path.join(fixture('surface'), 'build')) && !existsSync(path.join(fixture('surface'), 'Move.lock')),
    );
  });

  it('writes what a publish transaction needs to --out', () => {
    const out = mkdtempSync(path.join(os.tmpdir(), 'move-out-'));
    try {
      assert.equal(run('build', [fixture('base'), '--out', out]).status, 0);
      const module = readFileSync(path.join(out, 'base', 'counter.mv'));
      assert.equal(readModuleHeader(module).self.name, 'counter');
      const json = JSON.parse(readFileSync(path.join(out, 'base', 'build.json'), 'utf8')) as Record<string, unknown>;
      assert.deepEqual(json['modules'], [module.toString('base64')]);
      assert.equal(json['digest'], PUBLISHED_FRAMEWORK_DIGESTS.base);
    } finally {
      rmSync(out, { recursive: true });
    }
  });

  it('fails when a package does not compile', () => {
    const { status, output, lastLine } = run('build', [fixture('broken'), fixture('base')]);
    assert.equal(status, 1);
    assert.match(output, /broken does not compile/);
    assert.equal(lastLine, 'move build: 1 built, 1 failed');
  });

  it('says in one sentence that the published framework needs the network', () => {
    const { status, output } = run('build', [fixture('base'), '--framework=github'], ['--import', OFFLINE]);
    assert.equal(status, 1);
    const sentences = output.split('\n').filter((line) => line.includes('GitHub'));
    assert.deepEqual(sentences.length, 1);
    assert.match(
      sentences[0]!,
      /could not be downloaded from GitHub: check the network, or build with --framework=local/,
    );
  });

  it('gives the same bytes against the published framework', function () {
    if (process.env['CORRIDOR_NETWORK_TESTS'] !== '1') {
      console.log('      needs GitHub: set CORRIDOR_NETWORK_TESTS=1 where there is network');
      this.skip();
    }
    this.timeout(300_000);
    const { status, output } = run('build', [fixture('surface'), fixture('macros'), '--compare']);
    assert.equal(status, 0, output);
    assert.equal(output.match(/the same bytes against the subset and the published framework/g)?.length, 2);
  });
});
