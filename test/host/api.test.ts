/** What anybody on the network can make a host's API hold for them. */
import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { startApi, type Api } from '../../prover/host/api/server.ts';
import type { StoredMessage } from '../../prover/host/store/rows.ts';
import { EVM, message, openWorld, SUI, until, type World } from './support.ts';

describe('the API', () => {
  let world: World;
  let api: Api;
  before(async () => {
    world = await openWorld('api');
    // The time of the limits stands still.
    api = await startApi(world.parts, () => 0);
  });
  after(async () => {
    await api.close();
    await world.close();
  });

  const list = async (path: string): Promise<{ nonce: string; encoded: string }[]> =>
    (await (await fetch(api.url + path)).json()) as never;

  it('gives a long list in parts, whatever messages are in it', async () => {
    const big = (n: number): StoredMessage => ({
      ...message(n),
      transactionId: 'tx',
      encoded: Uint8Array.from([...message(n).encoded, ...new Uint8Array(8_000)]),
    });
    await world.addFinal(...Array.from({ length: 100 }, (_, n) => big(n)));
    const nonces = Array.from({ length: 100 }, (_, n) => String(big(n).nonce));
    const ofLane: string[] = [];
    for (let before = ''; ; before = `&before=${ofLane.at(-1)}`) {
      const part = await list(`/v1/lanes/${SUI}/${EVM}/messages?limit=200${before}`);
      assert.ok(JSON.stringify(part).length < 600_000);
      if (part.length === 0) break;
      ofLane.push(...part.map(({ nonce }) => nonce));
    }
    assert.deepEqual(ofLane, nonces.toReversed());
    const ofTransaction: string[] = [];
    for (;;) {
      const part = await list(`/v1/transactions/tx/messages?skip=${ofTransaction.length}`);
      assert.ok(JSON.stringify(part).length < 600_000);
      if (part.length === 0) break;
      ofTransaction.push(...part.map(({ nonce }) => nonce));
    }
    assert.deepEqual(ofTransaction, nonces.toReversed());
  });

  it('lets one client hold so many connections, and others come in', async () => {
    const { port } = new URL(api.url);
    const sockets: Socket[] = [];
    let closed = 0;
    for (let i = 0; i < 100; i++) {
      const socket = connect(Number(port), '127.0.0.1');
      socket.on('error', () => {}).on('close', () => closed++);
      sockets.push(socket);
    }
    await until('the ones above the bound are closed', () => closed >= 36);
    const other = connect({ port: Number(port), host: '127.0.0.1', localAddress: '127.0.0.2' });
    let answer = '';
    other.on('data', (chunk) => (answer += chunk.toString()));
    other.write('GET /health HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
    await until('another client is answered', () => answer.includes('200 OK'));
    for (const socket of [...sockets, other]) socket.destroy();
  });
});
