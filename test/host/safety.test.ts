/** What must not get out of a host, or into it. */
import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ConfigError, parseConfig, readKey } from '../../prover/host/config.ts';
import { beaconClient } from '../../prover/host/evidence/beacon.ts';
import { PeerExchange } from '../../prover/host/exchange.ts';
import { boundedFetch } from '../../prover/host/fetch.ts';
import { createLog, redact } from '../../prover/host/log.ts';
import { evmClient, evmNode } from '../../prover/host/nodes.ts';
import type { StoredRun } from '../../prover/host/store/rows.ts';

const KEY = 'c0ffee-api-key';

describe('secrets of a host', () => {
  it('are in no log: of a URL only scheme and host', () => {
    const lines: string[] = [];
    const log = createLog('info', 'test', { write: (line) => void lines.push(line) });
    const reason = `HTTP request failed. URL: https://user:${KEY}@node.example/v3/${KEY}?token=${KEY}, and "wss://n.example/${KEY}"`;
    log.warn({ reason, count: 3 }, 'a node has trouble');
    assert.ok(!lines[0]!.includes(KEY), lines[0]);
    const { count, reason: shown } = JSON.parse(lines[0]!) as { count: number; reason: string };
    assert.equal(count, 3);
    assert.equal(shown, 'HTTP request failed. URL: https://node.example and "wss://n.example"');
    assert.equal(
      redact(`postgres://corridor:${KEY}@db.example:5432/x is out of reach`),
      'postgres://db.example:5432 is out of reach',
    );
    assert.ok(redact('x'.repeat(100_000)).length < 3_000);
  });

  it('are in no error of a node, a client or a key', async () => {
    const nowhere = `http://127.0.0.1:9/${KEY}`;
    const said = (asking: Promise<unknown>): Promise<string> =>
      asking.then(
        () => 'it answered',
        (error: unknown) => (error as Error).message,
      );
    const errors = [
      await said(evmNode(nowhere)('eth_chainId', [])),
      await said(beaconClient(nowhere).blockRoot('head')),
      redact(await said(evmClient([nowhere]).getChainId())),
    ];
    for (const message of errors) {
      assert.ok(message.includes('127.0.0.1:9') && !message.includes(KEY), message);
    }
    process.env['CORRIDOR_TEST_KEY'] = KEY;
    assert.throws(
      () =>
        readKey({ env: 'CORRIDOR_TEST_KEY' }, 'the key', (text) => {
          throw new Error(`cannot read ${text}`);
        }),
      (error: Error) => error instanceof ConfigError && !error.message.includes(KEY),
    );
  });

  it('are not in the configuration, which says what else is wrong at once', () => {
    assert.throws(
      () => parseConfig({ name: 'Host 1', database: { kind: 'postgres', url: `postgres://u:${KEY}@h/d` }, chains: [] }),
      (error: Error) =>
        ['name', 'database', 'chains'].every((field) => error.message.includes(field)) && !error.message.includes(KEY),
    );
  });
});

describe('places that a host talks to', () => {
  const hits: string[] = [];
  let inside: Server;
  let peer: Server;
  const addressOf = (server: Server): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const listen = (server: Server): Promise<void> => new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));

  before(async () => {
    inside = createServer((request, response) => {
      hits.push(request.url ?? '');
      response.end('{}');
    });
    await listen(inside);
    peer = createServer((request, response) => {
      if (request.url === '/endless') {
        const more = (): void =>
          void (response.write(Buffer.alloc(65_536)) ? setImmediate(more) : response.once('drain', more));
        return more();
      }
      response.writeHead(307, { location: `${addressOf(inside)}/metadata` }).end();
    });
    await listen(peer);
  });
  after(() => {
    for (const server of [inside, peer]) {
      server.closeAllConnections();
      server.close();
    }
  });

  it('cannot send it on to others', async () => {
    const url = addressOf(peer);
    const exchange = new PeerExchange(
      [
        { name: 'a', url: 'http://127.0.0.1:9' },
        { name: 'b', url },
      ],
      'a',
      1,
    );
    const run = { statement: new Uint8Array(204) } as StoredRun;
    await assert.rejects(exchange.share(run, [new Uint8Array(65)]), /^Error: b: /);
    await assert.rejects(evmNode(url)('eth_chainId', []), { code: 'Unavailable' });
    await assert.rejects(evmClient([url]).getChainId());
    await assert.rejects(beaconClient(url).finalityUpdate(), { code: 'Unavailable' });
    assert.deepEqual(hits, []);
  });

  it('cannot fill its memory', async () => {
    await assert.rejects(boundedFetch(`${addressOf(peer)}/endless`, {}, 1 << 20), /more than 1048576 bytes/);
  });
});
