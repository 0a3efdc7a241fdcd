/** A host's inside without chains and enclaves: its real store, queue, pipeline and API, and both ends told what to say. */
import type { Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { serveSocket } from '../../prover/enclave/serve.ts';
import { EnclavePool, type EnclaveAddress } from '../../prover/host/enclaves/pool.ts';
import type { HostConfig } from '../../prover/host/config.ts';
import type { Destination, Outcome, Proven, Submitted } from '../../prover/host/destinations/destination.ts';
import type { HostParts } from '../../prover/host/parts.ts';
import { createLog } from '../../prover/host/log.ts';
import { createMetrics } from '../../prover/host/metrics.ts';
import type { KeyStatus } from '../../prover/host/operators/registrar.ts';
import type { SignedStatement } from '../../prover/host/enclave-client.ts';
import type { Anchor, Origin, Run } from '../../prover/host/origins/origin.ts';
import { Pipeline, type Exchange } from '../../prover/host/pipeline.ts';
import type { ServedLane } from '../../prover/host/runs.ts';
import { Queue } from '../../prover/host/queue.ts';
import { openDatabase, type Database } from '../../prover/host/store/database.ts';
import type { StoredMessage } from '../../prover/host/store/rows.ts';
import { Store } from '../../prover/host/store/store.ts';
import {
  encodeMessage,
  encodeStatement,
  LOCALNET_EVM_CHAIN,
  merkleRoot,
  messageId,
  plainLeaf,
  signerAddress,
  suiChain,
  toHex,
} from '../../prover/protocol/index.ts';
import { encodeCbor } from '../../prover/protocol/wire/index.ts';
import { secp256k1 } from '@noble/curves/secp256k1.js';

export const SUI = suiChain(Uint8Array.of(1, 2, 3, 4));
export const EVM = LOCALNET_EVM_CHAIN;
const evmAddress = (byte: number): Uint8Array =>
  Uint8Array.from([...new Uint8Array(12), ...Array<number>(20).fill(byte)]);
const suiAddress = (byte: number): Uint8Array => new Uint8Array(32).fill(byte);

/** The lane from Sui to EVM. */
export const LANE: ServedLane = {
  originChain: SUI,
  outbox: suiAddress(0xa0),
  destinationChain: EVM,
  inbox: evmAddress(0xb0),
  generation: 1,
};

/** A signer with its key. */
export interface TestKey {
  readonly secret: Uint8Array;
  readonly signer: Uint8Array;
}

export function testKey(byte: number): TestKey {
  const secret = new Uint8Array(32).fill(byte);
  return { secret, signer: signerAddress(secp256k1.getPublicKey(secret)) };
}

/** The n-th message of the lane, final in the block of height 10 + n. */
export function message(n: number, changes: { executionGas?: number } = {}): StoredMessage {
  const nonce = (BigInt(LANE.generation) << 48n) + BigInt(n);
  const encoded = encodeMessage({
    kind: 0,
    originChain: SUI,
    destinationChain: EVM,
    nonce,
    sender: suiAddress(0x5e),
    recipient: evmAddress(0xdd),
    executionGas: changes.executionGas ?? 100_000,
    body: Uint8Array.of(n),
  });
  const id = messageId(LANE.outbox, encoded);
  const place = { height: 10n + BigInt(n), transactionId: `tx${n}`, transactionIndex: 0, eventIndex: 0 };
  return { originChain: SUI, outbox: LANE.outbox, destinationChain: EVM, id, nonce, encoded, ...place };
}

export const ANCHOR: Anchor = { height: 100n, hash: new Uint8Array(32).fill(0xac), timestampSeconds: 1_750_000_000n };

/** The statement over consecutive messages. */
export function statementOf(messages: readonly StoredMessage[], anchor = ANCHOR): Uint8Array {
  return encodeStatement({
    originChain: SUI,
    originOutbox: LANE.outbox,
    destinationChain: EVM,
    destinationInbox: LANE.inbox,
    anchorHeight: anchor.height,
    anchorHash: anchor.hash,
    anchorTimestampSeconds: anchor.timestampSeconds,
    firstNonce: messages[0]!.nonce,
    messageCount: messages.length,
    messagesRoot: merkleRoot(messages.map(({ nonce, id }) => plainLeaf(nonce, id))),
  });
}

/** A destination that does as it is told. */
export class ToldDestination implements Destination {
  readonly chain = EVM;
  readonly maxRun = 256;
  readonly concurrency = 2;
  /** Keys that count, in hex */
  readonly counting = new Set<string>();
  readonly asked: string[] = [];
  readonly submissions: number[][] = [];
  /** Ids, in hex, that the inbox holds for delivered */
  readonly spent = new Set<string>();
  isMet = false;
  onSubmit: (proven: Proven, open: readonly number[]) => Submitted = () => ({ outcomes: [], transactions: [] });

  fit = (messages: readonly StoredMessage[]): number => messages.length;
  quorum: Destination['quorum'] = async () => ({ isMet: this.isMet, detail: this.isMet ? 'enough' : 'too few' });
  async submit(proven: Proven, open: readonly number[]): Promise<Submitted> {
    this.submissions.push([...open]);
    return this.onSubmit(proven, open);
  }
  delivered = async (messages: readonly StoredMessage[], open: readonly number[]) =>
    open.filter((index) => this.spent.has(toHex(messages[index]!.id)));
  poll = async () => ({ outcomes: [], signers: [], next: 0n, isBehind: false });
  async key(signer: Uint8Array): Promise<KeyStatus> {
    this.asked.push(toHex(signer));
    const counts = this.counting.has(toHex(signer));
    return { signer: toHex(signer), status: counts ? 'active' : 'revoked', expiresAt: 2_000_000_000, counts };
  }
  watch = async () => {};
}

/** All is final that the store has. */
class ToldOrigin implements Origin {
  readonly chain = SUI;
  head: Anchor | undefined = ANCHOR;
  poll = async () => false;
  anchorAt = async (height: bigint): Promise<Anchor | undefined> =>
    height <= ANCHOR.height ? { ...ANCHOR, height } : undefined;
  watch = async () => {};
  disagreement = async () => 0;
  advance = async () => {};
  onProve: (run: Run) => Promise<SignedStatement> = () => Promise.reject(new Error('there is no enclave'));
  prove: Origin['prove'] = (_, run) => this.onProve(run);
}

export interface World {
  readonly parts: HostParts;
  readonly destination: ToldDestination;
  readonly origin: ToldOrigin;
  /** Alone, unless it is told otherwise */
  readonly exchange: { isAlone: boolean; share: Exchange['share'] };
  readonly db: Database;
  readonly schema: string;
  /** Makes messages final. */
  addFinal(...messages: readonly StoredMessage[]): Promise<void>;
  close(): Promise<void>;
}

let shared: Promise<Database> | undefined;
after(async () => (await shared)?.close());

/** The embedded database that all these tests share, each with a schema of its own. */
export function sharedDatabase(): Promise<Database> {
  shared ??= openDatabase({ kind: 'pglite' });
  return shared;
}

/** What listens where an enclave would, and knows who it is and nothing else. Ends its connections when it stops. */
export async function startToldEnclave(socket: string, { signer }: TestKey): Promise<{ stop(): Promise<void> }> {
  const identity = { signer, encryptionKey: new Uint8Array(32), configurationHash: new Uint8Array(32) };
  const status = encodeCbor({ ok: { ...identity, platform: 'test', origins: [], lanes: [] } });
  const server = await serveSocket(socket, async () => status);
  const connections = new Set<Socket>();
  server.on('connection', (connection: Socket) => void connections.add(connection));
  const stop = async (): Promise<void> => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const connection of connections) connection.destroy();
    await closed;
  };
  return { stop };
}

/** A host in a schema of its own. */
export async function openWorld(schema: string, addresses: readonly EnclaveAddress[] = []): Promise<World> {
  const db = await sharedDatabase();
  const store = await Store.open(db, schema);
  const log = createLog('silent', schema);
  const queue = await Queue.open(db, `${schema}_queue`, () => {});
  const [destination, origin] = [new ToldDestination(), new ToldOrigin()];
  const enclaves = new EnclavePool(addresses, () => {});
  const metrics = createMetrics();
  const origins = new Map<bigint, Origin>([[SUI, origin]]);
  const destinations = new Map<bigint, Destination>([[EVM, destination]]);
  const exchange = { isAlone: true, delay: () => 0, share: async (): Promise<void> => {} };
  const batch = { maxMessages: 256, maxAgeMilliseconds: 0 };
  const common = { store, queue, origins, destinations, enclaves, metrics, log, lanes: [LANE] };
  const pipeline = new Pipeline({ ...common, exchange, batch });
  const config = {
    name: schema,
    api: { host: '127.0.0.1', port: 0 },
    chains: [{ chain: EVM, registry: '0x00' }],
  } as unknown as HostConfig;
  return {
    parts: { ...common, config, pipeline },
    destination,
    origin,
    exchange,
    db,
    schema,
    addFinal: async (...messages) => {
      await store.addFinal('origin/test', 50n, { headers: [], evidence: [], messages });
    },
    close: async () => {
      await queue.close();
      enclaves.close();
    },
  };
}

export function deliveredOutcome(id: Uint8Array, transaction: string, height?: bigint): Outcome {
  return { id, kind: 'delivered', transaction, ...(height === undefined ? {} : { height }) };
}

/** Waits until something holds; fails with its name when it does not. */
export async function until(what: string, isSo: () => Promise<boolean> | boolean, seconds = 10): Promise<void> {
  const end = Date.now() + seconds * 1000;
  while (!(await isSo())) {
    if (Date.now() > end) throw new Error(`never: ${what}`);
    await wait(20);
  }
}
