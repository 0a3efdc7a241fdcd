/** Frames over a pair of streams: standard input and output, or the connections of a unix socket. */
import { rmSync, statSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import { encodeCbor } from '../protocol/wire/cbor.ts';
import { WireError } from '../protocol/wire/errors.ts';
import { FrameReader, encodeFrame } from '../protocol/wire/frames.ts';

/** Answers one request. Never throws. */
export type Handler = (request: Uint8Array) => Promise<Uint8Array>;

/** Connections at one time; with the bound of a frame they bound the memory that a host can take. */
const MAX_CONNECTIONS = 8;
/** Between two chunks of one frame, and while a reply is not read. */
const STALL_MILLISECONDS = 30_000;

/**
 * Answers the requests of a stream in their order, one at a time: the next one is not read before the reply has gone.
 * Ends with the stream, or with a frame that is too large.
 */
export async function serveStreams(input: Readable, output: Writable, handle: Handler): Promise<void> {
  await serve(new FrameReader(), input, output, handle);
}

/**
 * Listens on a unix socket, which only the user of this process may open. A socket that an earlier process left is
 * replaced. For vsock, a bridge inside the TEE leads to it (docs/spec/enclave.md section 3).
 */
export async function serveSocket(path: string, handle: Handler): Promise<Server> {
  const server = createServer({ allowHalfOpen: true }, (socket) => void serveConnection(socket, handle));
  server.maxConnections = MAX_CONNECTIONS;
  if (statSync(path, { throwIfNoEntry: false })?.isSocket()) rmSync(path);
  const mask = process.umask(0o177);
  try {
    await new Promise<void>((resolve, reject) => server.on('error', reject).listen(path, resolve));
  } finally {
    process.umask(mask);
  }
  return server;
}

async function serveConnection(socket: Socket, handle: Handler): Promise<void> {
  const reader = new FrameReader();
  // Reads and writes report it too; without a listener it would end the process.
  socket.on('error', () => {});
  socket.setTimeout(STALL_MILLISECONDS, () => {
    if (reader.isPartial || socket.writableLength > 0) socket.destroy();
  });
  try {
    await serve(reader, socket, socket, handle);
  } catch {
    // The other side is gone; nobody is left to be told.
  }
  socket.end();
}

async function serve(reader: FrameReader, input: Readable, output: Writable, handle: Handler): Promise<void> {
  try {
    // Not destroyed on return: the last reply goes out over the same socket.
    for await (const chunk of input.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>)
      for (const request of reader.push(chunk)) await write(output, await handle(request));
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    await write(output, encodeCbor({ error: error.code, message: error.message }));
  }
}

/** Waits until the reply has left this process, so that a host that does not read gets no more of its memory. */
function write(output: Writable, reply: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    output.once('close', reject);
    output.write(encodeFrame(reply), (error) => {
      output.off('close', reject);
      if (error) reject(error);
      else resolve();
    });
  });
}
