import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

const SIGNALS = JSON.stringify(path.resolve(import.meta.dirname, '../../prover/cli/signals.ts'));

describe('a process that is told to stop', () => {
  it('stops in order though Ctrl-C arrives twice, from the terminal and from npm', async () => {
    const script = `
      import { untilStopped } from ${SIGNALS};
      const stopped = untilStopped();
      const alive = setInterval(() => {}, 1000);
      console.log('ready');
      await stopped;
      console.log('stopping');
      await new Promise((resolve) => setTimeout(resolve, 100));
      clearInterval(alive);
      console.log('stopped');`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (said === 'ready\n') child.kill('SIGINT');
      if (said === 'ready\nstopping\n') child.kill('SIGINT');
    });
    const [code] = (await once(child, 'close')) as [number];
    assert.deepEqual([code, said], [0, 'ready\nstopping\nstopped\n']);
  });
});
