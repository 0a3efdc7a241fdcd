/** A hostile host against a reference model: any sequence of requests, for a while here and for minutes in the long run. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { connect } from 'node:net';
import { decode } from 'cborg';
import { Enclave } from '../../prover/enclave/enclave.ts';
import { FrameReader, encodeFrame } from '../../prover/protocol/wire/index.ts';
import { startEnclave } from '../../prover/host/enclave-process.ts';
import { seed as seedOf, times } from '../fuzz.ts';
import { HostileHost, Model, hostileWorld } from './hostile.ts';
import { attester } from './world.ts';

interface Reply {
  ok?: {
    statement?: Uint8Array;
    signature?: Uint8Array;
    signer?: Uint8Array;
    origins?: { chain: number | bigint; head?: { height: number | bigint } }[];
  };
  error?: string;
}

describe('a hostile host', function () {
  this.timeout(120_000);
  const world = hostileWorld();
  const read = (reply: Uint8Array): Reply => decode(reply) as Reply;

  /** Sends requests to a new enclave; returns how often each rule was named. */
  async function attack(seed: number, count: number): Promise<{ model: Model; seen: Map<string, number> }> {
    const enclave = new Enclave(world.configuration, attester());
    const status = async (): Promise<Uint8Array> =>
      enclave.handle(Uint8Array.from([0xa1, 0x66, ...Buffer.from('method'), 0x66, ...Buffer.from('status')]));
    const { signer } = read(await status()).ok!;
    const host = new HostileHost(seed, world.chains);
    const model = new Model(world.chains);
    const seen = new Map<string, number>();
    let before = await status();
    for (let i = 0; i < count; i++) {
      const request = host.next();
      model.see(request);
      const { ok, error } = read(await enclave.handle(request));
      const what = ok ? (ok.statement ? 'statement' : 'ok') : error!;
      seen.set(what, (seen.get(what) ?? 0) + 1);
      if (ok?.statement) model.judge(ok.statement, ok.signature!, signer!);
      const after = await status();
      // INV-43: what is refused has changed nothing.
      if (error) assert.deepEqual(Buffer.from(after), Buffer.from(before), `seed ${seed}, request ${i}: ${error}`);
      before = after;
      for (const { chain, head } of read(after).ok!.origins!) if (head) host.learn(BigInt(chain), BigInt(head.height));
    }
    return { model, seen };
  }

  it('INV-40, INV-41, INV-43: gets no statement but true ones, and no two that differ', async () => {
    const all = new Map<string, number>();
    let statements = 0;
    for (let i = 1; i <= times(4); i++) {
      const { model, seen } = await attack(seedOf(i * 7919), 500);
      statements += model.statements;
      for (const [what, count] of seen) all.set(what, (all.get(what) ?? 0) + count);
    }
    // The attack has reached what it is meant to reach.
    for (const what of [
      'HeadNotDescendant',
      'ConflictingMessage',
      'ConflictingCheckpoint',
      'MalformedFrame',
      'InvalidField',
      'UnknownBlock',
      'MessageAfterAnchor',
    ])
      assert.ok(all.has(what), `${what} among ${[...all.keys()].join(', ')}`);
    assert.ok(!all.has('InternalError'));
    assert.ok(statements > 100, `${statements} statements`);
    console.log(`      ${statements} statements, refused by ${all.size - 2} rules`);
  });

  it('INV-45: does not make the process end, or grow beyond its bounds', async function () {
    const directory = mkdtempSync(path.join(tmpdir(), 'hostile-'));
    const script = fileURLToPath(new URL('../../localnet/tee/enclave.ts', import.meta.url));
    const {
      client,
      process: child,
      socketPath,
      stop,
    } = await startEnclave({
      command: [process.execPath, script, path.join(directory, 'no-agent.sock')],
      configuration: world.configuration,
      directory,
    });
    try {
      const host = new HostileHost(seedOf(4711), world.chains);
      const { signer } = await client.status();
      for (let round = 0; round < times(12); round++) {
        const socket = connect(socketPath);
        socket.on('error', () => {});
        const replies: Uint8Array[] = [];
        const reader = new FrameReader();
        socket.on('data', (chunk) => replies.push(...reader.push(chunk)));
        const count = 30;
        for (let i = 0; i < count; i++) {
          const request = host.next();
          socket.write(request.length > 0 ? encodeFrame(request) : Buffer.alloc(0));
        }
        // Some leave in the middle of a frame, some without reading, some with a frame that never ends.
        const end = round % 4;
        if (end === 0) socket.write(Buffer.of(0, 0x7f, 0xff, 0xff, 1, 2, 3));
        if (end === 1) socket.write(Buffer.of(0xff, 0xff, 0xff, 0xff));
        if (end === 2) socket.destroy();
        else if (end === 3) socket.end();
        await client.status();
        socket.destroy();
        for (const reply of replies) assert.ok('ok' in read(reply) || 'error' in read(reply));
      }
      assert.deepEqual((await client.status()).signer, signer);
      assert.equal(child.exitCode, null);
      if (process.platform === 'linux') {
        const [, kilobytes] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${child.pid}/status`, 'latin1'))!;
        assert.ok(Number(kilobytes) < 400_000, `${kilobytes} kB`);
      }
    } finally {
      await stop();
      rmSync(directory, { recursive: true, force: true });
    }
  });
});
