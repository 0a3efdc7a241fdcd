import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { claimLocalnet, isAlive, runningLocalnet } from '../../prover/cli/localnet-state.ts';
import { corridor, refusalOf } from './support.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');

async function eventually(isTrue: () => boolean, what: string): Promise<void> {
  for (const deadline = Date.now() + 10_000; !isTrue(); await new Promise((resolve) => setTimeout(resolve, 20))) {
    if (Date.now() > deadline) assert.fail(`it never came to this: ${what}`);
  }
}

describe('corridor localnet', function () {
  this.timeout(30_000);
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'corridor localnet '));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('says that none runs, also where one was killed and its process id is somebody else’s now', async () => {
    const status = await corridor('localnet', 'status', '--folder', folder, '--json');
    assert.deepEqual([status.exitCode, JSON.parse(status.out)], [3, { state: 'stopped', parts: [] }]);
    // This process: alive, and no local network.
    const state = { pid: process.pid, state: 'ready', startedAt: '', networkFile: path.join(folder, 'none.json') };
    writeFileSync(path.join(folder, 'state.json'), JSON.stringify(state));
    assert.equal(runningLocalnet(folder), undefined);
    const down = await corridor('localnet', 'down', '--folder', folder, '--json');
    assert.deepEqual([down.exitCode, JSON.parse(down.out)], [0, { stopped: false, pid: null }]);
    claimLocalnet(folder, 'network.json');
    assert.equal(
      (JSON.parse(readFileSync(path.join(folder, 'state.json'), 'utf8')) as { state: string }).state,
      'starting',
    );
  });

  it('says what is wrong with an option, and starts nothing', async () => {
    for (const operators of ['many', '0', '100', '-1']) {
      const [exitCode, error, message] = await refusalOf(
        ...['localnet', 'up', '--detach', '--folder', folder, `--operators=${operators}`],
      );
      assert.deepEqual([exitCode, error], [2, 'InvalidNumber']);
      assert.equal(message, `--operators ${operators}: give a number from 1 to 99`);
    }
    const kind = await refusalOf('localnet', 'up', '--detach', '--folder', folder, '--evm', 'geth');
    assert.deepEqual(kind.slice(0, 2), [2, 'StartFailed']);
    assert.match(kind[2], /there is no EVM node geth/);
    assert.equal(runningLocalnet(folder), undefined);
  });
});

describe('what a local network started', function () {
  this.timeout(30_000);

  it('ends with it, even when it is killed: processes, and folders', async () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'corridor guard '));
    const kept = path.join(folder, 'kept');
    mkdirSync(kept);
    // Guards a process that would stay for a minute, tells its id, and waits.
    const guard = JSON.stringify(path.join(ROOT, 'localnet/guard.ts'));
    const script = `
      import { spawn } from 'node:child_process';
      import { guardFolder, guardProcess } from ${guard};
      const forever = () => spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)'], { stdio: 'ignore' });
      const [left, ended] = [forever(), forever()];
      for (const child of [left, ended]) guardProcess(child);
      guardFolder(${JSON.stringify(kept)});
      ended.once('exit', () => console.log(left.pid));
      ended.kill();
      setInterval(() => {}, 1000);`;
    const child: ChildProcess = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      const [said] = (await once(child.stdout!, 'data')) as [Buffer];
      const left = Number(said.toString());
      assert.ok(isAlive(left) && existsSync(kept));
      child.kill('SIGKILL');
      await eventually(() => !isAlive(left), 'the process has ended');
      await eventually(() => !existsSync(kept), 'the folder is gone');
    } finally {
      child.kill('SIGKILL');
      rmSync(folder, { recursive: true });
    }
  });
});
