/** Answers of Sui nodes that lie about their form: too long, without an end, or framed so that the client never ends. */
import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { GrpcTypes } from '@mysten/sui/grpc';
import { suiNode } from '../../prover/bindings/sui/node.ts';
import { subscribe, subscribeCertified } from '../../prover/host/evidence/checkpoints.ts';
import { listEvents } from '../../prover/host/evidence/events.ts';

const { GetServiceInfoResponse, ListEventsResponse, QueryEndReason, SubscribeCheckpointsResponse } = GrpcTypes;

function frame(flag: number, body: Uint8Array, length = body.length): Buffer {
  const header = Buffer.alloc(5);
  header[0] = flag;
  header.writeUInt32BE(length, 1);
  return Buffer.concat([header, body]);
}
const OK = frame(0x80, Buffer.from('grpc-status:0\r\n'));
const event = (checkpoint: bigint, eventIndex: number): Buffer =>
  frame(
    0,
    ListEventsResponse.toBinary(
      ListEventsResponse.create({ event: { checkpoint, transactionIndex: 0n, eventIndex } as never }),
    ),
  );

/** The last frame of a listing: why it ends, and how far it has come. */
const listed = (reason: GrpcTypes.QueryEndReason, cursor?: number, checkpoint?: bigint): Buffer => {
  const watermark = {
    ...(cursor === undefined ? {} : { cursor: Uint8Array.of(cursor) }),
    ...(checkpoint === undefined ? {} : { checkpoint }),
  };
  return frame(0, ListEventsResponse.toBinary(ListEventsResponse.create({ watermark, end: { reason } } as never)));
};
const RANGE = { types: ['0x1::a::B'], first: 3n, last: 4n };

describe('a Sui node', () => {
  let answer: (response: ServerResponse, request: IncomingMessage) => void;
  let server: Server;
  let url: string;
  before(async () => {
    server = createServer((request, response) => answer(response, request));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  const send = (response: ServerResponse, ...parts: Uint8Array[]): void => {
    response.writeHead(200, { 'content-type': 'application/grpc-web+proto' });
    response.end(Buffer.concat(parts));
  };
  const info = async (limits = {}) => (await suiNode(url, limits).ledgerService.getServiceInfo({})).response;

  it('is understood when it is honest', async () => {
    const shown = GetServiceInfoResponse.toBinary(GetServiceInfoResponse.create({ checkpointHeight: 7n }));
    answer = (response) => send(response, frame(0, shown), OK);
    assert.equal((await info()).checkpointHeight, 7n);
    answer = (response) => send(response, event(3n, 0), event(4n, 1), OK);
    const places = await listEvents(suiNode(url), RANGE);
    assert.deepEqual(
      places.map(({ checkpoint }) => checkpoint),
      [3n, 4n],
    );
  });

  it('does not stop the process with a length that the client takes for a negative one', async () => {
    answer = (response) => send(response, frame(0, Buffer.alloc(0), 0xff_ff_ff_fb));
    await assert.rejects(info(), /cut off/);
    await assert.rejects(listEvents(suiNode(url), RANGE), { code: 'Unavailable' });
    await assert.rejects(
      subscribe(suiNode(url), () => {}, new AbortController().signal),
      { code: 'Unavailable' },
    );
  });

  it('cannot fill the memory, in one message or in many', async () => {
    answer = (response) => {
      response.writeHead(200, { 'content-type': 'application/grpc-web+proto' });
      const more = (): void =>
        void (response.write(Buffer.alloc(65_536)) ? setImmediate(more) : response.once('drain', more));
      more();
    };
    await assert.rejects(info({ bytes: 1 << 20 }), /more than 1048576 bytes/);
    const empty = frame(0, Buffer.alloc(0));
    answer = (response) => send(response, ...Array<Buffer>(50).fill(empty), OK);
    await assert.rejects(listEvents(suiNode(url, { messages: 40 }), RANGE), { code: 'Unavailable' });
  });

  it('cannot keep anyone waiting who asks it', async () => {
    answer = () => {};
    await assert.rejects(info({ milliseconds: 50 }));
    answer = (response) => {
      response.writeHead(200, { 'content-type': 'application/grpc-web+proto' });
      response.write(Buffer.of(0));
    };
    await assert.rejects(info({ milliseconds: 50 }));
  });

  it('cannot answer in another form, or send on to another place', async () => {
    answer = (response) => {
      response.writeHead(200, { 'content-type': 'application/grpc-web-text' });
      response.end(Buffer.concat([frame(0, Buffer.alloc(0)), OK]).toString('base64'));
    };
    await assert.rejects(info(), /grpc-web-text/);
    answer = (response) => response.writeHead(307, { location: 'http://127.0.0.1:9/' }).end();
    await assert.rejects(info());
  });

  it('lists events in order and in the range that was asked for, a page at a time', async () => {
    for (const lies of [
      [event(3n, 1), event(3n, 0)],
      [event(3n, 0), event(3n, 0)],
      [event(2n, 0)],
      [event(5n, 0)],
      Array.from({ length: 1_001 }, (_, i) => event(3n, i)),
    ]) {
      answer = (response) => send(response, ...lies, OK);
      await assert.rejects(listEvents(suiNode(url), RANGE), { code: 'Contradiction' });
    }
  });

  it('is asked on where it has looked through enough for one answer', async () => {
    const pages = [
      [event(3n, 0), listed(QueryEndReason.SCAN_LIMIT, 1, 3n)],
      [listed(QueryEndReason.SCAN_LIMIT, 2, 3n)],
      [event(4n, 0), listed(QueryEndReason.ITEM_LIMIT, 3)],
      [event(4n, 1), listed(QueryEndReason.CHECKPOINT_BOUND, 4, 4n)],
    ];
    let asked = 0;
    answer = (response) => send(response, ...pages[asked++]!, OK);
    const places = await listEvents(suiNode(url), RANGE);
    assert.deepEqual(
      places.map(({ checkpoint, eventIndex }) => [Number(checkpoint), eventIndex]),
      [
        [3, 0],
        [4, 0],
        [4, 1],
      ],
    );
  });

  it('is not taken at its silence about checkpoints that it has not come to', async () => {
    for (const page of [
      [event(3n, 0), listed(QueryEndReason.LEDGER_TIP, 1, 3n)],
      [listed(QueryEndReason.LEDGER_TIP, 1)],
      [event(3n, 0), listed(QueryEndReason.SCAN_LIMIT)],
      // A reason that is not known here
      [event(3n, 0), listed(99 as GrpcTypes.QueryEndReason)],
    ]) {
      answer = (response) => send(response, ...page, OK);
      await assert.rejects(listEvents(suiNode(url), RANGE), { code: 'Missing' });
    }
    answer = (response) => send(response, event(4n, 0), listed(QueryEndReason.LEDGER_TIP, 1, 4n), OK);
    assert.equal((await listEvents(suiNode(url), RANGE)).length, 1);
  });

  it('cannot lead on without an end, by one cursor over and over', async () => {
    let asked = 0;
    answer = (response) => {
      asked++;
      send(response, listed(QueryEndReason.SCAN_LIMIT, 1), OK);
    };
    await assert.rejects(listEvents(suiNode(url), RANGE), { code: 'Missing' });
    assert.equal(asked, 2);
  });

  it('cannot lead on without an end, by cursors that take turns', async () => {
    let asked = 0;
    answer = (response) => {
      asked++;
      if (asked > 1_000) return response.destroy();
      send(response, listed(QueryEndReason.SCAN_LIMIT, asked % 2, 3n), OK);
    };
    await assert.rejects(listEvents(suiNode(url), RANGE), { code: 'Missing' });
    assert.ok(asked < 200, `${asked} answers`);
  });

  it('cannot fill the memory with events, answer for answer', async () => {
    let asked = 0;
    const pages = 300;
    const page = (from: number): Buffer => Buffer.concat(Array.from({ length: 1_000 }, (_, i) => event(3n, from + i)));
    answer = (response) => {
      if (asked === pages) return response.destroy();
      send(response, page(1_000 * asked++), listed(QueryEndReason.ITEM_LIMIT, asked % 250, 3n), OK);
    };
    await assert.rejects(listEvents(suiNode(url), RANGE), { code: 'Contradiction' });
    assert.ok(asked < pages, `${asked} answers`);
  });

  it('is heard though it leaves certificates out, which are then asked for', async () => {
    const without = { sequenceNumber: 1n, summary: { bcs: { value: new Uint8Array(40) } } };
    const shown = SubscribeCheckpointsResponse.create({ cursor: 1n, checkpoint: without } as never);
    answer = (response) => send(response, frame(0, SubscribeCheckpointsResponse.toBinary(shown)), OK);
    const heard: unknown[] = [];
    await subscribeCertified(suiNode(url), (certified) => heard.push(certified), new AbortController().signal);
    assert.deepEqual(heard, [undefined]);
  });

  it('is heard for as long as it has something to say', async () => {
    const next = frame(0, SubscribeCheckpointsResponse.toBinary(SubscribeCheckpointsResponse.create({ cursor: 1n })));
    // Frames need not end where what arrives at one time does.
    answer = (response) => {
      response.writeHead(200, { 'content-type': 'application/grpc-web+proto' });
      response.write(next.subarray(0, 3));
      setTimeout(() => response.end(Buffer.concat([next.subarray(3), next, OK])), 100);
    };
    let heard = 0;
    await subscribe(suiNode(url, { milliseconds: 20, bytes: 64 }), () => heard++, new AbortController().signal);
    assert.equal(heard, 2);
  });
});
