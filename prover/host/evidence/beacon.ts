/** Client of a beacon node's light-client endpoints (ethereum/beacon-APIs), in SSZ. Nothing that it gets is verified. */
import { fromHex } from '../../protocol/index.ts';
import { EvidenceError } from './errors.ts';

/** Updates that one request may ask for (MAX_REQUEST_LIGHT_CLIENT_UPDATES). */
export const MAX_UPDATES = 128;
const SSZ = 'application/octet-stream';
const TIMEOUT_MS = 15_000;
/** Far above an update with 512 keys (26 KB), times as many as one request may get. */
const MAX_ANSWER_BYTES = 8 << 20;

export interface BeaconClient {
  readonly url: string;
  /** hash_tree_root of the validators at genesis, 32 bytes */
  genesisValidatorsRoot(): Promise<Uint8Array>;
  /** Root of a block, 32 bytes */
  blockRoot(block: 'finalized' | 'head' | bigint): Promise<Uint8Array>;
  /** SSZ `LightClientBootstrap` */
  bootstrap(root: Uint8Array): Promise<Uint8Array>;
  /** SSZ `LightClientUpdate`s of consecutive periods, as many as the node has */
  updates(startPeriod: number, count: number): Promise<Uint8Array[]>;
  /** SSZ `LightClientFinalityUpdate`; undefined while nothing is final */
  finalityUpdate(): Promise<Uint8Array | undefined>;
  /** Calls back whenever the node has a new finality update, until the signal aborts or the node hangs up. */
  onFinality(callback: () => void, signal: AbortSignal): Promise<void>;
}

/** @param url base URL of the node's REST API */
export function beaconClient(url: string): BeaconClient {
  const base = url.replace(/\/+$/, '');
  // The rest of a node's address may be a key.
  const { host } = new URL(url);
  const get = async (path: string, accept: string, signal?: AbortSignal): Promise<Response> => {
    const timeout = AbortSignal.timeout(TIMEOUT_MS);
    try {
      return await fetch(base + path, { headers: { accept }, redirect: 'error', signal: signal ?? timeout });
    } catch (error) {
      throw new EvidenceError('Unavailable', `${host}${path}: ${reason(error)}`);
    }
  };
  const bytes = async (path: string): Promise<Uint8Array | undefined> => {
    const response = await get(path, SSZ);
    if (response.status === 404) return undefined;
    if (!response.ok) throw new EvidenceError('Unavailable', `${host}${path} answered ${response.status}`);
    return readBounded(response, path);
  };
  const json = async (path: string): Promise<{ data?: Record<string, unknown> }> => {
    const response = await get(path, 'application/json');
    if (response.status === 404) throw new EvidenceError('Missing', `${host}${path} answered 404`);
    if (!response.ok) throw new EvidenceError('Unavailable', `${host}${path} answered ${response.status}`);
    return JSON.parse(new TextDecoder().decode(await readBounded(response, path))) as {
      data?: Record<string, unknown>;
    };
  };
  return {
    url: base,
    genesisValidatorsRoot: async () =>
      fromHex((await json('/eth/v1/beacon/genesis')).data?.['genesis_validators_root'] as string),
    blockRoot: async (block) => fromHex((await json(`/eth/v1/beacon/headers/${block}`)).data?.['root'] as string),
    async bootstrap(root) {
      const path = `/eth/v1/beacon/light_client/bootstrap/0x${Buffer.from(root).toString('hex')}`;
      const found = await bytes(path);
      if (!found) throw new EvidenceError('Missing', `${host}${path} answered 404; the node may have pruned it`);
      return found;
    },
    async updates(startPeriod, count) {
      const asked = Math.min(count, MAX_UPDATES);
      const framed = await bytes(`/eth/v1/beacon/light_client/updates?start_period=${startPeriod}&count=${asked}`);
      return framed ? splitUpdates(framed) : [];
    },
    finalityUpdate: () => bytes('/eth/v1/beacon/light_client/finality_update'),
    async onFinality(callback, signal) {
      const path = '/eth/v1/events?topics=light_client_finality_update';
      const response = await get(path, 'text/event-stream', signal);
      if (!response.ok) throw new EvidenceError('Unavailable', `${host}${path} answered ${response.status}`);
      const decoder = new TextDecoder();
      let last = '';
      try {
        for await (const chunk of response.body!) {
          // An event's name is all that is read: what it carries is asked for in SSZ.
          last = (last + decoder.decode(chunk, { stream: true })).slice(-(1 << 16));
          const at = last.lastIndexOf('event:');
          if (at === -1 || !last.slice(at).includes('\n\n')) continue;
          last = '';
          callback();
        }
      } catch (error) {
        if (!signal.aborted) throw new EvidenceError('Unavailable', `${host}${path}: ${reason(error)}`);
      }
    },
  };
}

/** Length of what follows (8 bytes, little-endian), fork digest (4 bytes), SSZ; one after the other. */
function splitUpdates(framed: Uint8Array): Uint8Array[] {
  const view = new DataView(framed.buffer, framed.byteOffset, framed.byteLength);
  const updates: Uint8Array[] = [];
  for (let position = 0; position < framed.length;) {
    const start = position + 8;
    const end = start <= framed.length ? start + Number(view.getBigUint64(position, true)) : Infinity;
    if (end > framed.length || end < start + 4) throw new EvidenceError('Contradiction', 'updates are framed wrongly');
    updates.push(framed.slice(start + 4, end));
    position = end;
  }
  return updates;
}

async function readBounded(response: Response, path: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    if (length > MAX_ANSWER_BYTES) throw new EvidenceError('Contradiction', `${path} gave more than a node should`);
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks));
}

function reason(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error ? `${message} (${cause.message})` : message;
}
