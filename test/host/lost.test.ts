import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { HostConfigInput } from '../../prover/host/config.ts';

const MAIN = path.resolve(import.meta.dirname, '../../prover/cli/main.ts');

/** Runs in the host's process before it does: ends the database's thread when a signal comes. */
const ENDER = `
  import threads from 'node:worker_threads';
  import { syncBuiltinESMExports } from 'node:module';
  const { Worker } = threads;
  threads.Worker = class extends Worker {
    constructor(url, options) {
      super(url, options);
      if (options.name === 'database') process.on('SIGUSR2', () => void this.terminate());
    }
  };
  syncBuiltinESMExports();`;

const folder = mkdtempSync(path.join(os.tmpdir(), 'corridor lost '));
after(() => rmSync(folder, { recursive: true, force: true }));

/** A chain whose nodes are out of reach, which keeps no host from being ready. */
function chain(id: number, minParticipants: number): HostConfigInput['chains'][number] {
  const nowhere = ['http://127.0.0.1:9'];
  const [root, contract] = [`0x${'11'.repeat(32)}`, `0x${'22'.repeat(20)}`];
  return {
    ...{ kind: 'ethereum', chain: id, rpc: nowhere, beacon: nowhere, preset: 'minimal', minParticipants },
    ...{ genesisValidatorsRoot: root, trustedBlockRoot: root, startHeight: 0, submitter: { env: 'SUBMITTER' } },
    ...{ registry: contract, outbox: contract, inbox: contract },
    forks: [{ name: 'electra', epoch: 0, version: '0x01000000' }],
  };
}

/** Starts a host, sends it a signal as soon as it is ready, and gives its end. */
async function startAndSignal(
  signal: NodeJS.Signals,
  minParticipants = 22,
): Promise<{ status: number | null; lines: string[] }> {
  const file = path.join(folder, 'host.json');
  const config: HostConfigInput = {
    name: 'lost',
    database: { kind: 'pglite', folder: 'data' },
    api: { port: 0 },
    chains: [chain(1, minParticipants), chain(2, minParticipants)],
  };
  writeFileSync(file, JSON.stringify(config));
  const child = spawn(process.execPath, [MAIN, 'prover', 'start', '--config', file], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {
      ...process.env,
      SUBMITTER: `0x${'33'.repeat(32)}`,
      NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(ENDER)}`,
    },
  });
  const lines: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => {
    lines.push(line);
    if (line.includes('"msg":"ready"')) child.kill(signal);
  });
  const [status] = (await once(child, 'close')) as [number | null];
  return { status, lines };
}

describe('a host whose database is gone', () => {
  it('says so in one line and ends with a fault, for whoever starts it again', async () => {
    const { status, lines } = await startAndSignal('SIGUSR2');
    const fatal = lines
      .map((line) => JSON.parse(line) as { level: number; msg: string; reason?: string })
      .filter(({ level }) => level === 60);
    assert.equal(status, 70, lines.join('\n'));
    assert.deepEqual(
      fatal.map(({ msg }) => msg),
      ['the database is gone; a new start goes on from its rows'],
    );
    assert.match(fatal[0]!.reason!, /the embedded database is gone/);
    // What it left is taken up by the next one, which ends in order.
    const { status: next, lines: told } = await startAndSignal('SIGTERM');
    assert.equal(next, 0, told.join('\n'));
  }).timeout(120_000);

  it('ends also when it cannot start, which it finds out when its queue is open', async () => {
    const { status, lines } = await startAndSignal('SIGTERM', 1);
    assert.equal(status, 70, lines.join('\n'));
    assert.match(lines.join('\n'), /minParticipants must be 22 to 32/);
  });
});
