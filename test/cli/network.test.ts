import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { judge } from '../../prover/cli/registry/view.ts';
import { refusalOf } from './support.ts';

const address = `0x${'ab'.repeat(20)}`;
const id = `0x${'cd'.repeat(32)}`;
/** Nobody listens there. */
const rpc = ['http://127.0.0.1:9'];
const NETWORK = {
  network: 'nowhere',
  chains: [
    { kind: 'evm', chain: '31337', rpc, startHeight: '0', registry: address, outbox: address, inbox: address },
    {
      kind: 'sui',
      chain: '5980780305148018689',
      rpc,
      startHeight: '0',
      package: id,
      registry: id,
      outbox: id,
      inbox: id,
    },
  ],
};

describe('commands that read a network', () => {
  let folder: string;
  let file: string;
  const write = (network: unknown): void => writeFileSync(file, JSON.stringify(network));

  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'corridor network '));
    file = path.join(folder, 'network.json');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  for (const words of [
    ['registry', 'list'],
    ['registry', 'show', address],
    ['lane', 'status'],
  ]) {
    it(`${words.join(' ')}: tell a wrong file from nodes that do not answer`, async () => {
      const [status, error, message] = await refusalOf(...words, '--network', file);
      assert.deepEqual([status, error], [2, 'UnknownNetwork']);
      assert.ok(message.includes(file));
      write({ ...NETWORK, chains: [NETWORK.chains[0], { ...NETWORK.chains[1], inbox: address }] });
      assert.deepEqual((await refusalOf(...words, '--network', file)).slice(0, 2), [2, 'InvalidDeployment']);
      write({ ...NETWORK, chains: [{ ...NETWORK.chains[0], dcapVerifier: id }, NETWORK.chains[1]] });
      const wrong = await refusalOf(...words, '--network', file);
      assert.deepEqual(wrong.slice(0, 2), [2, 'InvalidNetworkFile']);
      assert.match(wrong[2], /chains\.0\.dcapVerifier: 0x and 40 hex digits/);
      write(NETWORK);
      const silent = await refusalOf(...words, '--network', file);
      assert.deepEqual(silent.slice(0, 2), [3, 'Unavailable']);
      assert.match(silent[2], /no node of .* answers: http:\/\/127\.0\.0\.1:9/);
      const hosted = ['http://name:hidden@127.0.0.1:9/v3/hidden?key=hidden'];
      write({ ...NETWORK, chains: NETWORK.chains.map((chain) => ({ ...chain, rpc: hosted })) });
      const refused = await refusalOf(...words, '--network', file);
      assert.deepEqual(refused.slice(0, 2), [3, 'Unavailable']);
      assert.doesNotMatch(refused[2], /hidden/);
    });
  }

  /** Nodes of EVM chain 5, whatever they are asked for. */
  async function withStrangers<T>(task: (url: string) => Promise<T>): Promise<T> {
    const server = createServer((request, response) => {
      let text = '';
      request.on('data', (chunk: Buffer) => (text += chunk.toString()));
      request.on('end', () => {
        const { id: number, method } = JSON.parse(text) as { id: number; method: string };
        const result = method === 'eth_chainId' ? '0x5' : '0x';
        response.end(JSON.stringify({ jsonrpc: '2.0', id: number, result }));
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      return await task(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  }

  const key = { CORRIDOR_EVM_KEY: `0x${'01'.repeat(32)}` };
  for (const words of [
    ['registry', 'list'],
    ['registry', 'show', address],
    ['lane', 'status'],
    ['send', '--from', '1', '--to', '31337', '--recipient', address, '--body', 'x'],
    ['send', '--from', '1', '--to', '31337', '--recipient', address, '--body', 'x', '--quote'],
    ['track', id],
    ['deliver', id],
    ['operator', 'status', '--signer', address],
    ['operator', 'resign', '--signer', address],
  ]) {
    it(`${words.slice(0, 2).join(' ')}: take no node of another chain`, async () => {
      await withStrangers(async (url) => {
        const [evm] = NETWORK.chains;
        write({ ...NETWORK, chains: ['31337', '1'].map((chain) => ({ ...evm, chain, rpc: [url] })) });
        const before_ = process.env['CORRIDOR_EVM_KEY'];
        Object.assign(process.env, key);
        try {
          const [status, error, message] = await refusalOf(...words, '--network', file);
          assert.deepEqual([status, error], [2, 'WrongChain']);
          assert.match(message, /the network file's node of EVM chain (1|31337), and serves chain 5: /);
        } finally {
          if (before_ === undefined) delete process.env['CORRIDOR_EVM_KEY'];
          else process.env['CORRIDOR_EVM_KEY'] = before_;
        }
      });
    });
  }

  it('name what is wrong with an option', async () => {
    write(NETWORK);
    const on = ['--network', file];
    assert.deepEqual((await refusalOf('registry', 'show', '0x12', ...on)).slice(0, 2), [2, 'InvalidSigner']);
    assert.deepEqual((await refusalOf('registry', 'list', '--from', '-1', ...on)).slice(0, 2), [2, 'InvalidHeight']);
    assert.deepEqual((await refusalOf('lane', 'status', '--last', 'all', ...on)).slice(0, 2), [2, 'InvalidCount']);
  });
});

describe('a signer counts', () => {
  // docs/spec/contracts.md section 2: active, judged in the present epoch, until and including its last second.
  const record = { status: 'active', judgementEpoch: 3, expiresAt: 1_000 } as const;

  it('when it is active, judged by the present criteria and not expired', () => {
    assert.deepEqual(judge(record, 3, 1_000), { counts: true });
  });

  it('else not, and the reason says what to do', () => {
    for (const status of ['unknown', 'resigned', 'evicted', 'revoked'] as const) {
      assert.equal(judge({ ...record, status }, 3, 1_000).counts, false, status);
    }
    assert.match(judge(record, 4, 1_000).reason!, /tightened since it was judged/);
    assert.match(judge(record, 3, 1_001).reason!, /expired: renew/);
  });
});
