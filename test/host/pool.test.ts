/** Enclaves that do not answer. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { EnclaveUnavailable } from '../../prover/host/enclave-client.ts';
import { EnclavePool } from '../../prover/host/enclaves/pool.ts';
import { encodeCbor, encodeFrame } from '../../prover/protocol/wire/index.ts';
import { until } from './support.ts';

describe('a pool of enclaves', () => {
  let folder: string;
  const open: { server: Server; sockets: Socket[] }[] = [];
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'corridor-pool-'));
  });
  after(() => {
    for (const { server, sockets } of open) {
      for (const socket of sockets) socket.destroy();
      server.close();
    }
    rmSync(folder, { recursive: true });
  });
  /** A process at a socket that takes connections. */
  const listen = async (name: string, answer: (socket: Socket) => void) => {
    const sockets: Socket[] = [];
    const server = createServer((socket) => {
      sockets.push(socket);
      socket.on('error', () => {}).on('data', () => answer(socket));
    });
    const socket = path.join(folder, name);
    await new Promise<void>((resolve) => server.listen(socket, resolve));
    open.push({ server, sockets });
    return { address: { name, socket }, sockets };
  };
  const status = encodeFrame(
    encodeCbor({
      ok: {
        signer: new Uint8Array(20).fill(1),
        encryptionKey: new Uint8Array(32).fill(1),
        configurationHash: new Uint8Array(32).fill(1),
        platform: 'sgx',
        origins: [],
        lanes: [],
      },
    }),
  );

  it('gives the others while one takes its connection and says nothing', async () => {
    const silent = await listen('silent', () => {});
    const good = await listen('good', (socket) => void socket.write(status));
    const pool = new EnclavePool([silent.address, good.address], () => {});
    const names = (await pool.all()).map(({ name }) => name);
    assert.deepEqual(names, ['good']);
    assert.equal(silent.sockets[0]?.destroyed, false, 'it is waited for still');
    await pool.all();
    assert.equal(silent.sockets.length, 1, 'and not asked once more meanwhile');
    pool.close();
  });

  it('leaves one alone that was lost because it said nothing, and looks for one that was gone', async () => {
    const one = await listen('one', (socket) => void socket.write(status));
    const pool = new EnclavePool([one.address], () => {});
    const [first] = await pool.all();
    pool.lost(first!, new EnclaveUnavailable('the connection broke'));
    const [second] = await pool.all();
    assert.equal(one.sockets.length, 2);
    pool.lost(second!, new EnclaveUnavailable('it says nothing', { isSilent: true }));
    assert.deepEqual(await pool.all(), []);
    assert.equal(one.sockets.length, 2);
    pool.close();
  });

  it('tells of one that appears later', async () => {
    const changes: (string | undefined)[] = [];
    let speak = (): void => {};
    const late = await listen('late', (socket) => (speak = () => void socket.write(status)));
    const pool = new EnclavePool([late.address], (_, signer) => changes.push(signer));
    assert.deepEqual(await pool.all(), []);
    speak();
    await until('it is there', () => changes.length === 1);
    assert.equal(pool.connected.length, 1);
    pool.close();
  });
});
