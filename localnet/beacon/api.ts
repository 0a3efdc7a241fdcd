/**
 * The light-client part of the beacon REST API (ethereum/beacon-APIs), over a local chain: genesis, fork schedule,
 * headers, bootstrap, updates, finality update, and the event stream. JSON, or SSZ where the request accepts
 * `application/octet-stream` and the specification offers it.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Type } from '@chainsafe/ssz';
import type { BeaconBlock, BeaconChain } from './chain.ts';
import { BeaconBlockHeader, ForkData, typesOf } from './types.ts';

/** Updates that one request gets (MAX_REQUEST_LIGHT_CLIENT_UPDATES). */
const MAX_UPDATES = 128;
const SSZ = 'application/octet-stream';
const TOPICS = ['head', 'finalized_checkpoint', 'light_client_finality_update'] as const;
type Topic = (typeof TOPICS)[number];

/** An answer other than 200. */
class HttpError extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

const hex = (bytes: Uint8Array): string => `0x${Buffer.from(bytes).toString('hex')}`;

/** Snake case and decimal strings, as the API has them: what SSZ types call their JSON form. */
function json<T>(type: Type<T>, value: T): unknown {
  return snake(type.toJson(value));
}

function snake(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(snake);
  if (value === null || typeof value !== 'object') return value;
  const name = (key: string): string => key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [name(key), snake(inner)]));
}

/** A server over a chain; `listen` it wherever it is wanted, `close` ends its event streams too. */
export function beaconServer(chain: BeaconChain): Server {
  const server = createServer((request, response) => {
    try {
      answer(chain, request, response);
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
      send(response, error.status, { code: error.status, message: error.message });
    }
  });
  return server;
}

function answer(chain: BeaconChain, request: IncomingMessage, response: ServerResponse): void {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
  if (request.method !== 'GET') throw new HttpError(405, 'only GET is served');
  const types = typesOf(chain.preset);
  const wantsSsz = (request.headers.accept ?? '').includes(SSZ);
  const sendOne = <T>(type: Type<T>, value: T, slot: number): void => {
    const version = chain.forkAt(slot).name;
    response.setHeader('Eth-Consensus-Version', version);
    if (wantsSsz) sendBytes(response, type.serialize(value));
    else send(response, 200, { version, data: json(type, value) });
  };
  const [, matched, argument] =
    /^\/eth\/v1\/([a-z_/]+?)(?:\/(0x[0-9a-fA-F]{64}|head|finalized|\d+))?$/.exec(pathname) ?? [];
  switch (matched) {
    case 'beacon/genesis': {
      const data = {
        genesis_time: String(chain.genesisTime),
        genesis_validators_root: hex(chain.genesisValidatorsRoot),
        genesis_fork_version: hex(chain.forks[0]!.version),
      };
      return send(response, 200, { data });
    }
    case 'config/fork_schedule': {
      const data = chain.forks.map(({ version, epoch }, i) => ({
        previous_version: hex((chain.forks[i - 1] ?? chain.forks[0]!).version),
        current_version: hex(version),
        epoch: String(epoch),
      }));
      return send(response, 200, { data });
    }
    case 'beacon/headers': {
      const block = findBlock(chain, argument ?? 'head');
      const header = { message: json(BeaconBlockHeader, block.header.beacon), signature: hex(new Uint8Array(96)) };
      const data = { root: hex(block.root), canonical: true, header };
      return send(response, 200, { execution_optimistic: false, finalized: isFinal(chain, block), data });
    }
    case 'beacon/light_client/bootstrap': {
      if (!argument?.startsWith('0x')) throw new HttpError(400, 'the path must end with the root of a block');
      const block = findBlock(chain, argument);
      return sendOne(types.LightClientBootstrap, chain.bootstrap(block), block.slot);
    }
    case 'beacon/light_client/updates': {
      const start = period(searchParams.get('start_period'));
      const count = Math.min(period(searchParams.get('count')), MAX_UPDATES);
      const updates = Array.from({ length: count }, (_, i) => chain.periodUpdate(start + i)).filter(
        (u) => u !== undefined,
      );
      if (!wantsSsz) {
        const list = updates.map((update) => ({
          version: chain.forkAt(update.attestedHeader.beacon.slot).name,
          data: json(types.LightClientUpdate, update),
        }));
        return send(response, 200, list);
      }
      // Each update is framed: length of what follows (8 bytes, little-endian), fork digest (4), SSZ.
      const frames = updates.flatMap((update) => {
        const bytes = types.LightClientUpdate.serialize(update);
        const length = Buffer.alloc(8);
        length.writeBigUInt64LE(BigInt(bytes.length + 4));
        return [length, forkDigest(chain, update.attestedHeader.beacon.slot), bytes];
      });
      return sendBytes(response, Buffer.concat(frames));
    }
    case 'beacon/light_client/finality_update': {
      const update = chain.finalityUpdate();
      if (!update) throw new HttpError(404, 'nothing is final yet');
      return sendOne(types.LightClientFinalityUpdate, update, update.attestedHeader.beacon.slot);
    }
    case 'events':
      return stream(chain, (searchParams.get('topics') ?? '').split(','), response);
    default:
      throw new HttpError(404, `nothing is served under ${pathname}`);
  }
}

function period(text: string | null): number {
  if (text === null || !/^\d{1,12}$/.test(text)) throw new HttpError(400, 'start_period and count must be numbers');
  return Number(text);
}

function findBlock(chain: BeaconChain, id: string): BeaconBlock {
  let block: BeaconBlock | undefined;
  if (id === 'head') block = chain.head;
  else if (id === 'finalized') block = chain.head?.finalizedRoot && chain.blockByRoot(chain.head.finalizedRoot);
  else if (id.startsWith('0x')) block = chain.blockByRoot(Buffer.from(id.slice(2), 'hex'));
  else block = chain.blocks.find(({ slot }) => slot === Number(id));
  if (!block) throw new HttpError(404, `no block ${id}`);
  return block;
}

function isFinal(chain: BeaconChain, block: BeaconBlock): boolean {
  const root = chain.head?.finalizedRoot;
  return root !== undefined && block.slot <= chain.blockByRoot(root)!.slot;
}

/** First four bytes of the fork data's root. The real Fulu mixes its blob schedule in; a local chain has none. */
function forkDigest(chain: BeaconChain, slot: number): Uint8Array {
  const { version: currentVersion } = chain.forkAt(slot);
  return ForkData.hashTreeRoot({ currentVersion, genesisValidatorsRoot: chain.genesisValidatorsRoot }).subarray(0, 4);
}

function stream(chain: BeaconChain, topics: readonly string[], response: ServerResponse): void {
  const wanted = new Set(topics);
  const isKnown = topics.every((topic) => (TOPICS as readonly string[]).includes(topic));
  if (!isKnown) throw new HttpError(400, `topics must be among ${TOPICS.join(', ')}`);
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
  response.flushHeaders();
  const emit = (topic: Topic, data: unknown): void => {
    if (wanted.has(topic)) response.write(`event: ${topic}\ndata: ${JSON.stringify(data)}\n\n`);
  };
  let finalized = chain.head?.finalizedRoot;
  const stop = chain.onBlock((block) => {
    const { stateRoot } = block.header.beacon;
    emit('head', {
      slot: String(block.slot),
      block: hex(block.root),
      state: hex(stateRoot),
      execution_optimistic: false,
    });
    if (block.finalizedRoot && (!finalized || Buffer.compare(block.finalizedRoot, finalized) !== 0)) {
      finalized = block.finalizedRoot;
      const { beacon } = chain.blockByRoot(finalized)!.header;
      const epoch = chain.epochAt(block.slot) - 2;
      emit('finalized_checkpoint', {
        block: hex(finalized),
        state: hex(beacon.stateRoot),
        epoch: String(epoch),
        execution_optimistic: false,
      });
    }
    const update = wanted.has('light_client_finality_update') ? chain.finalityUpdate() : undefined;
    if (update) {
      const version = chain.forkAt(update.attestedHeader.beacon.slot).name;
      emit('light_client_finality_update', {
        version,
        data: json(typesOf(chain.preset).LightClientFinalityUpdate, update),
      });
    }
  });
  response.on('close', stop);
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify(body));
}

function sendBytes(response: ServerResponse, bytes: Uint8Array): void {
  response.writeHead(200, { 'Content-Type': SSZ });
  response.end(bytes);
}
