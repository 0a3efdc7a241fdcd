/**
 * The gRPC-web wire format (https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-WEB.md).
 *
 * A body is a sequence of frames: flags (1 byte; 0 for a message, 0x80 for trailers, bit 0 for compression), length
 * (u32 big-endian), payload. In text mode the body is base64 of that. A response ends with one trailers frame, which
 * carries `grpc-status` and a percent-encoded `grpc-message`.
 */
import { RpcStatus, type StatusName } from './status.ts';
import { GrpcStatusCode } from '@mysten/sui/grpc';

/** Largest request message, as on Sui: 4 MiB. */
export const MAX_MESSAGE_BYTES = 4 * 1024 * 1024;
/** Largest request body: one message in one frame, in base64 in text mode. */
export const MAX_BODY_BYTES = Math.ceil(((MAX_MESSAGE_BYTES + 5) * 4) / 3) + 4;

const TRAILERS = 0x80;
const COMPRESSED = 0x01;
const HEADER_BYTES = 5;

/** How a body is encoded, by its content type. */
export type WireFormat = 'binary' | 'text';

/** The format that a content type names, or undefined when it is not gRPC-web. */
export function wireFormat(contentType: string | undefined): WireFormat | undefined {
  const type = contentType?.split(';')[0]!.trim().toLowerCase();
  if (type === 'application/grpc-web' || type === 'application/grpc-web+proto') return 'binary';
  if (type === 'application/grpc-web-text' || type === 'application/grpc-web-text+proto') return 'text';
  return undefined;
}

/** Content type of a response. */
export function contentType(format: WireFormat): string {
  return format === 'binary' ? 'application/grpc-web+proto' : 'application/grpc-web-text+proto';
}

/**
 * The one message of a request body.
 * @throws RpcStatus INTERNAL on anything but a single message frame, UNIMPLEMENTED on compression, OUT_OF_RANGE on a
 * message above the limit
 */
export function readRequest(body: Uint8Array, format: WireFormat): Uint8Array {
  const bytes = format === 'binary' ? body : decodeText(body);
  if (bytes.length < HEADER_BYTES) throw new RpcStatus('INTERNAL', 'the request has no message frame');
  const flags = bytes[0]!;
  if (flags & COMPRESSED)
    throw new RpcStatus('UNIMPLEMENTED', 'compressed messages are not supported; send them plain');
  if (flags !== 0) throw new RpcStatus('INTERNAL', `a request begins with a message frame, not with flags ${flags}`);
  const length = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(1);
  if (length > MAX_MESSAGE_BYTES) {
    throw new RpcStatus('OUT_OF_RANGE', `message of ${length} bytes, the limit is ${MAX_MESSAGE_BYTES}`);
  }
  if (bytes.length < HEADER_BYTES + length) throw new RpcStatus('INTERNAL', 'the message frame is truncated');
  if (bytes.length > HEADER_BYTES + length) throw new RpcStatus('INTERNAL', 'nothing may follow the message frame');
  return bytes.subarray(HEADER_BYTES);
}

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

function decodeText(body: Uint8Array): Uint8Array {
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('latin1');
  if (text.length % 4 !== 0 || !BASE64.test(text)) throw new RpcStatus('INTERNAL', 'the body is not base64');
  return Buffer.from(text, 'base64');
}

function frame(flags: number, payload: Uint8Array, format: WireFormat): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES + payload.length);
  bytes[0] = flags;
  new DataView(bytes.buffer).setUint32(1, payload.length);
  bytes.set(payload, HEADER_BYTES);
  // Each frame is base64 of its own, padding included, so that frames can be sent as they come.
  return format === 'binary' ? bytes : Buffer.from(Buffer.from(bytes).toString('base64'), 'latin1');
}

/** A frame with one response message. */
export function messageFrame(message: Uint8Array, format: WireFormat): Uint8Array {
  return frame(0, message, format);
}

/** The frame that ends a response. */
export function trailersFrame(code: StatusName, message: string, format: WireFormat): Uint8Array {
  const text = `grpc-status:${GrpcStatusCode[code]}\r\ngrpc-message:${encodeMessage(message)}\r\n`;
  return frame(TRAILERS, Buffer.from(text, 'latin1'), format);
}

const MAX_STATUS_MESSAGE = 4096;

/** Percent-encodes a status message: everything but printable ASCII, and the percent sign. */
function encodeMessage(message: string): string {
  const bytes = Buffer.from(message.slice(0, MAX_STATUS_MESSAGE), 'utf8');
  let text = '';
  for (const byte of bytes) {
    const plain = byte >= 0x20 && byte <= 0x7e && byte !== 0x25;
    text += plain ? String.fromCharCode(byte) : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return text;
}

const UNITS: Record<string, number> = { H: 3_600_000, M: 60_000, S: 1000, m: 1, u: 0.001, n: 0.000001 };

/** Milliseconds of a `grpc-timeout` header, or undefined when there is none. */
export function readTimeout(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const match = /^(\d{1,8})([HMSmun])$/.exec(header);
  if (!match) throw new RpcStatus('INVALID_ARGUMENT', 'grpc-timeout is malformed; send up to 8 digits and a unit');
  return Number(match[1]) * UNITS[match[2]!]!;
}
