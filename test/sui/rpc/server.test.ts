/** The HTTP servers: protocol details, the faucet, and what happens to bytes that make no sense. */
import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { GrpcTypes, RpcError, SuiGrpcClient } from '@mysten/sui/grpc';
import { Ed25519Keypair } from '@mysten/sui/keypairs/ed25519';
import { Transaction } from '@mysten/sui/transactions';
import fc from 'fast-check';
import { type LocalDevnet, startDevnet } from '../../../localnet/sui/devnet.ts';
import { CLOCK_ID, shortAddress } from '../../../localnet/sui/ledger/types.ts';
import { MAX_BODY_BYTES, MAX_MESSAGE_BYTES } from '../../../localnet/sui/rpc/frames.ts';
import { serve, type RunningServer } from '../../../localnet/sui/rpc/server.ts';
import { inProcessTransport } from '../../../localnet/sui/rpc/transport.ts';
import { runs } from '../../fuzz.ts';
import { COUNTER, COUNTER_ID } from './fixture-package.ts';

const SERVICE_INFO = '/sui.rpc.v2.LedgerService/GetServiceInfo';
const EMPTY = Uint8Array.of(0, 0, 0, 0, 0);

/** Status and message in the trailers of a binary response. */
function trailers(body: Uint8Array): { status: number; message: string; messages: number } {
  let at = 0;
  let messages = 0;
  while (body[at] === 0) {
    at += 5 + new DataView(body.buffer, body.byteOffset).getUint32(at + 1);
    messages++;
  }
  assert.equal(body[at], 0x80, 'a response ends with trailers');
  const length = new DataView(body.buffer, body.byteOffset).getUint32(at + 1);
  assert.equal(at + 5 + length, body.length, 'nothing follows the trailers');
  const text = Buffer.from(body.subarray(at + 5)).toString('latin1');
  const [, status, message] = /^grpc-status:(\d+)\r\ngrpc-message:(.*)\r\n$/.exec(text)!;
  return { status: Number(status), message: decodeURIComponent(message!), messages };
}

describe('RPC server', () => {
  let devnet: LocalDevnet;
  let server: RunningServer;

  before(async () => {
    devnet = await startDevnet({ seed: 'test', genesis: [COUNTER] });
    server = await serve(devnet, { port: 0, faucetPort: 0 });
  });
  after(() => server.close());

  const post = async (
    path: string,
    body: Uint8Array,
    type = 'application/grpc-web+proto',
    headers: Record<string, string> = {},
  ) => {
    const response = await fetch(server.url + path, {
      method: 'POST',
      headers: { 'content-type': type, ...headers },
      body: Uint8Array.from(body),
    });
    return { response, body: new Uint8Array(await response.arrayBuffer()) };
  };
  const alive = async (): Promise<void> => {
    const { body } = await post(SERVICE_INFO, EMPTY);
    assert.deepEqual([trailers(body).status, trailers(body).messages], [0, 1]);
  };

  it('answers a message and trailers', alive);

  it('answers text with text, frame by frame', async () => {
    const { response, body } = await post(SERVICE_INFO, Buffer.from('AAAAAAA='), 'application/grpc-web-text');
    assert.equal(response.headers.get('content-type'), 'application/grpc-web-text+proto');
    const frames = Buffer.from(body)
      .toString('latin1')
      .match(/[A-Za-z0-9+/]+={0,2}/g)!;
    const decoded = Buffer.concat(frames.map((text) => Buffer.from(text, 'base64')));
    assert.equal(trailers(decoded).status, 0);
  });

  it('lets any page call it', async () => {
    const headers = {
      'access-control-request-headers': 'x-grpc-web,content-type',
      'access-control-request-method': 'POST',
    };
    const preflight = await fetch(server.url + SERVICE_INFO, { method: 'OPTIONS', headers });
    assert.equal(preflight.status, 204);
    assert.equal(preflight.headers.get('access-control-allow-origin'), '*');
    assert.equal(preflight.headers.get('access-control-allow-headers'), 'x-grpc-web,content-type');
    const { response } = await post(SERVICE_INFO, EMPTY);
    assert.equal(response.headers.get('access-control-allow-origin'), '*');
    assert.match(response.headers.get('access-control-expose-headers')!, /grpc-status/);
  });

  it('refuses other methods, content types and paths', async () => {
    assert.equal((await fetch(server.url + SERVICE_INFO)).status, 405);
    assert.equal((await post(SERVICE_INFO, EMPTY, 'application/json')).response.status, 415);
    for (const path of [
      '/',
      '/sui.rpc.v2.LedgerService/Nothing',
      '/sui.rpc.v2.LedgerService',
      '/x/y/z',
      '/__proto__/constructor',
    ]) {
      const { response, body } = await post(path, EMPTY);
      if (path !== '/') assert.deepEqual([response.status, trailers(body).status], [200, 12]);
    }
    await alive();
  });

  it('refuses messages and bodies above the limit, and goes on', async () => {
    const announced = Uint8Array.of(0, 0x7f, 0xff, 0xff, 0xff, 1);
    assert.equal(trailers((await post(SERVICE_INFO, announced)).body).status, 11);
    const large = new Uint8Array(5 + MAX_MESSAGE_BYTES + 1);
    new DataView(large.buffer).setUint32(1, MAX_MESSAGE_BYTES + 1);
    assert.equal(trailers((await post(SERVICE_INFO, large)).body).status, 11);
    await alive();
  });

  it('answers a client that is still sending a body above the limit', async () => {
    const large = new Uint8Array(Math.floor(1.5 * MAX_BODY_BYTES));
    for (let i = 0; i < 5; i++) assert.equal(trailers((await post(SERVICE_INFO, large)).body).status, 11);
    await alive();
  });

  it('refuses batches of more than it can answer soon', async () => {
    const client = new SuiGrpcClient({ network: 'localnet', baseUrl: server.url });
    const refused = (error: unknown) => error instanceof RpcError && error.code === 'INVALID_ARGUMENT';
    const batch = (length: number) => {
      const requests = Array.from({ length }, () => ({ objectId: CLOCK_ID }));
      return client.ledgerService.batchGetObjects({ requests }).response;
    };
    assert.equal((await batch(1000)).objects.length, 1000);
    await assert.rejects(batch(1001), refused);
    const digests = Array.from({ length: 1001 }, () => '1'.repeat(32));
    await assert.rejects(client.ledgerService.batchGetTransactions({ digests }).response, refused);
  });

  it('stops reading a body that does not end', async () => {
    const target = new URL(server.url + SERVICE_INFO);
    const sent = await new Promise<number>((resolve) => {
      let bytes = 0;
      const chunk = Buffer.alloc(256 * 1024);
      const client = httpRequest(target, { method: 'POST', headers: { 'content-type': 'application/grpc-web+proto' } });
      const push = (): void => {
        while (client.writable && bytes < 4 * MAX_BODY_BYTES) {
          bytes += chunk.length;
          if (!client.write(chunk)) break;
        }
      };
      client.on('drain', push);
      client.on('response', (response) => response.resume().on('close', () => resolve(bytes)));
      client.on('error', () => resolve(bytes));
      push();
    });
    assert.ok(sent < 4 * MAX_BODY_BYTES, 'the server read on');
    await alive();
  });

  it('survives clients that leave in the middle', async () => {
    const { port } = new URL(server.url);
    const head = `POST ${SERVICE_INFO} HTTP/1.1\r\nHost: x\r\nContent-Type: application/grpc-web+proto\r\nContent-Length: 100\r\n\r\n`;
    for (const bytes of [head, `${head}\0\0\0`, 'POST / HTTP/1.1\r\n', 'garbage\r\n\r\n', '\0'.repeat(1000)]) {
      await new Promise<void>((resolve) => {
        const socket = connect(Number(port), '127.0.0.1', () =>
          socket.write(bytes, () => setTimeout(() => socket.destroy(), 10)),
        );
        socket.on('close', () => resolve());
        socket.on('error', () => undefined);
      });
    }
    await alive();
  });

  it('forgets subscribers that leave', async () => {
    const client = new SuiGrpcClient({ network: 'localnet', baseUrl: server.url, format: 'binary' });
    for (let i = 0; i < 20; i++) {
      const abort = new AbortController();
      const call = client.subscriptionService.subscribeCheckpoints({}, { abort: abort.signal });
      call.status.catch(() => undefined);
      call.trailers.catch(() => undefined);
      await call.headers;
      abort.abort();
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
    devnet.ledger.seal();
    await alive();
  });

  it('ends the stream of a client that reads too slowly', async () => {
    const { ledger } = devnet;
    const slow = new SuiGrpcClient({ network: 'localnet', transport: inProcessTransport(devnet) });
    // Nothing is read until a macrotask passes, and the backlog fills within this one.
    const call = slow.subscriptionService.subscribeCheckpoints({});
    await call.headers;
    for (let i = 0; i < 300; i++) ledger.seal();
    await assert.rejects(call.status, { code: 'RESOURCE_EXHAUSTED' });
  });

  it('ends its streams and stops when closed', async () => {
    const own = await serve(devnet, { port: 0, faucetPort: 0 });
    const client = new SuiGrpcClient({ network: 'localnet', baseUrl: own.url });
    const call = client.subscriptionService.subscribeCheckpoints({});
    await call.headers;
    const ended = assert.rejects(call.status);
    await own.close();
    await ended;
    await assert.rejects(fetch(own.url));
  });

  it('says that a port is taken, and leaves nothing behind', async () => {
    const port = Number(new URL(server.url).port);
    await assert.rejects(serve(devnet, { port: 0, faucetPort: port }), { code: 'EADDRINUSE' });
    await assert.rejects(serve(devnet, { port, faucetPort: 0 }), { code: 'EADDRINUSE' });
    await alive();
  });

  describe('faucet', () => {
    const gas = (body: string, path = '/v2/gas', url = server.faucetUrl) => fetch(url + path, { method: 'POST', body });
    const request = (recipient: unknown) => JSON.stringify({ FixedAmountRequest: { recipient } });

    it("answers on its own port and beside the RPC, on all of Sui's paths", async () => {
      const recipient = shortAddress(0xfa);
      for (const url of [server.faucetUrl, server.url]) {
        for (const path of ['/v2/gas', '/v1/gas', '/gas']) {
          const response = await gas(request(recipient), path, url);
          assert.equal(response.status, 200);
          assert.equal(response.headers.get('access-control-allow-origin'), '*');
          const { status, coins_sent: coins } = (await response.json()) as {
            status: string;
            coins_sent: { id: string; amount: number; transferTxDigest: string }[];
          };
          assert.equal(status, 'Success');
          for (const { id, amount, transferTxDigest } of coins) {
            assert.deepEqual(devnet.ledger.live(id)!.owner.AddressOwner, recipient);
            assert.equal(amount, 200_000_000_000);
            assert.ok(devnet.ledger.transaction(transferTxDigest));
          }
        }
      }
      assert.equal(await (await fetch(server.faucetUrl)).text(), 'OK');
    });

    it('serves requests that arrive together one after the other', async () => {
      const responses = await Promise.all(Array.from({ length: 8 }, (_, i) => gas(request(shortAddress(0x9000 + i)))));
      assert.deepEqual(
        responses.map(({ status }) => status),
        Array(8).fill(200),
      );
    });

    it('refuses what is no request', async () => {
      const height = devnet.ledger.height;
      const bodies = [
        '',
        '{',
        'null',
        '[]',
        '{"recipient":"0x1"}',
        request('nobody'),
        request(7),
        request('0x'),
        request(`0x${'1'.repeat(65)}`),
        'x'.repeat(5000),
      ];
      for (const body of bodies) assert.equal((await gas(body)).status, 422, body.slice(0, 40));
      assert.equal((await gas(request('0x1'), '/v3/gas')).status, 404);
      assert.equal((await fetch(`${server.faucetUrl}/v2/gas`)).status, 405);
      assert.equal((await fetch(`${server.faucetUrl}/v2/gas`, { method: 'OPTIONS' })).status, 204);
      assert.equal(devnet.ledger.height, height);
    });
  });

  describe('fuzzed', () => {
    const services = [
      GrpcTypes.LedgerService,
      GrpcTypes.StateService,
      GrpcTypes.MovePackageService,
      GrpcTypes.TransactionExecutionService,
      GrpcTypes.SignatureVerificationService,
      GrpcTypes.NameService,
    ];
    const methods = services.flatMap((service) =>
      service.methods.map((method) => ({ path: `/${service.typeName}/${method.name}`, method })),
    );

    /** Sends a body to a method; the answer must be well-formed and no fault of the server's own. */
    const send = async (path: string, body: Uint8Array): Promise<void> => {
      const { response, body: answer } = await post(path, body);
      assert.equal(response.status, 200);
      const { status, message } = trailers(answer);
      assert.ok(
        !message.startsWith('internal error'),
        `${path}: ${message} (${status}) for ${Buffer.from(body).toString('hex')}`,
      );
    };
    const framed = (message: Uint8Array): Uint8Array => {
      const body = new Uint8Array(5 + message.length);
      new DataView(body.buffer).setUint32(1, message.length);
      body.set(message, 5);
      return body;
    };
    const state = (): [number, string, number] => [
      devnet.ledger.height,
      devnet.ledger.latestCheckpoint.digest,
      devnet.ledger.objects.size,
    ];

    it('bodies change nothing and end nothing', async () => {
      const before = state();
      await fc.assert(
        fc.asyncProperty(
          fc.constantFrom(...methods),
          fc.uint8Array({ maxLength: 80 }),
          fc.boolean(),
          ({ path }, bytes, whole) => send(path, whole ? framed(bytes) : bytes),
        ),
        runs(600),
      );
      assert.deepEqual(state(), before);
      await alive();
    });

    it('mutations of real requests change nothing and end nothing', async () => {
      const signer = Ed25519Keypair.fromSecretKey(new Uint8Array(32).fill(9));
      await devnet.faucet(signer.toSuiAddress());
      const recorded = await record(devnet, signer);
      assert.ok(recorded.length >= 12);
      const before = state();
      const mutation = fc.record({
        at: fc.double({ min: 0, max: 0.999, noNaN: true }),
        byte: fc.nat(255),
        cut: fc.boolean(),
      });
      await fc.assert(
        fc.asyncProperty(
          fc.constantFrom(...recorded),
          fc.array(mutation, { minLength: 1, maxLength: 4 }),
          async ({ path, message }, mutations) => {
            let bytes = Uint8Array.from(message);
            for (const { at, byte, cut } of mutations) {
              const index = Math.floor(at * bytes.length);
              if (cut && bytes.length > 1)
                bytes = Uint8Array.of(...bytes.subarray(0, index), ...bytes.subarray(index + 1));
              else if (bytes.length > 0) bytes[index] = byte;
            }
            await send(path, framed(bytes));
          },
        ),
        runs(1500),
      );
      assert.deepEqual(state(), before, 'an unsigned or changed transaction was executed');
      await alive();
    }).timeout(120_000);

    it('text bodies end nothing', async () => {
      await fc.assert(
        fc.asyncProperty(fc.string({ unit: 'binary-ascii', maxLength: 60 }), async (text) => {
          const { response } = await post(SERVICE_INFO, Buffer.from(text), 'application/grpc-web-text');
          assert.equal(response.status, 200);
        }),
        runs(100),
      );
      await alive();
    });
  });
});

/** Requests of the stock client's flows, transactions unsigned by their sender so that none can be executed. */
async function record(devnet: LocalDevnet, signer: Ed25519Keypair): Promise<{ path: string; message: Uint8Array }[]> {
  const recorded: { path: string; message: Uint8Array }[] = [];
  const inner = inProcessTransport(devnet);
  const note = (
    method: { service: { typeName: string }; name: string; I: { toBinary(value: object): Uint8Array } },
    input: object,
  ): void => {
    recorded.push({ path: `/${method.service.typeName}/${method.name}`, message: method.I.toBinary(input) });
  };
  const transport: typeof inner = {
    mergeOptions: inner.mergeOptions.bind(inner),
    unary(method, input, options) {
      note(method, input);
      return inner.unary(method, input, options);
    },
    serverStreaming(method, input, options) {
      note(method, input);
      return inner.serverStreaming(method, input, options);
    },
    clientStreaming: inner.clientStreaming.bind(inner),
    duplex: inner.duplex.bind(inner),
  };
  const client = new SuiGrpcClient({ network: 'localnet', transport });
  const owner = signer.toSuiAddress();
  const transaction = new Transaction();
  const [coin] = transaction.splitCoins(transaction.gas, [5n]);
  transaction.transferObjects([coin!], shortAddress(7));
  transaction.setSender(owner);
  const bytes = await transaction.build({ client });
  await client.simulateTransaction({ transaction: bytes, include: { effects: true, commandResults: true } });
  const { signature } = await new Ed25519Keypair().signTransaction(bytes);
  await client
    .executeTransaction({ transaction: bytes, signatures: [signature], include: { effects: true } })
    .catch(() => undefined);
  await client.listCoins({ owner, limit: 1 });
  await client.listOwnedObjects({ owner, include: { json: true, objectBcs: true } });
  const { objects } = await client.listCoins({ owner });
  await client.getObjects({ objectIds: objects.map(({ objectId }) => objectId), include: { json: true } });
  await client.getBalance({ owner });
  await client.listBalances({ owner });
  await client.getCurrentSystemState();
  await client.listDynamicFields({ parentId: owner });
  await client.listEvents({ filter: { sender: owner } });
  await client.listTransactions({ filter: { sender: owner }, include: { effects: true, transaction: true } });
  await client.getMoveFunction({ packageId: COUNTER_ID, moduleName: 'counter', name: 'put' });
  await client.getTransaction({
    digest: devnet.ledger.checkpoint(0n)!.transactions[0]!.digest,
    include: { effects: true, events: true },
  });
  await client.ledgerService.getCheckpoint({
    checkpointId: { oneofKind: 'sequenceNumber', sequenceNumber: 1n },
    readMask: { paths: ['*'] },
  });
  return recorded;
}
