/** The host's side of an enclave's socket (docs/spec/enclave.md sections 3 to 6). */
import { connect } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import {
  decodeCbor,
  encodeCbor,
  encodeFrame,
  Fields,
  FrameReader,
  WireError,
  type CborInput,
} from '../protocol/wire/index.ts';

/** A request takes seconds. An enclave that says nothing for so long hangs, and whoever asked it would hang with it. */
const PATIENCE_MILLISECONDS = 60_000;

/** An enclave's refusal: `code` is the rule that it names. */
export class EnclaveRefusal extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = 'EnclaveRefusal';
    this.code = code;
  }
}

/** The connection to an enclave is gone, or what came over it is no reply, or nothing came for too long. */
export class EnclaveUnavailable extends Error {
  override readonly name = 'EnclaveUnavailable';
  /** It is there, and does not answer. */
  readonly isSilent: boolean;

  constructor(message: string, options: ErrorOptions & { readonly isSilent?: boolean } = {}) {
    super(message, options);
    this.isSilent = options.isSilent ?? false;
  }
}

/** What tells one enclave from another. */
export interface EnclaveIdentity {
  /** 20 bytes */
  signer: Uint8Array;
  /** X25519 public key, 32 bytes */
  encryptionKey: Uint8Array;
  /** 32 bytes */
  configurationHash: Uint8Array;
}

/** The registry that a quote is for. */
export interface AttestRequest {
  chain: bigint;
  /** 32 bytes each */
  registry: Uint8Array;
  operator: Uint8Array;
  challenge: Uint8Array;
}

export interface Attestation extends EnclaveIdentity {
  /** 64 bytes */
  reportData: Uint8Array;
  /** As the platform emits it: convert to Corridor's evidence before it goes on chain (docs/spec/dcap.md) */
  quote: Uint8Array;
}

export interface FinalHead {
  height: bigint;
  /** 32 bytes */
  hash: Uint8Array;
  timestampSeconds: bigint;
}

/** What an enclave holds for final on one chain. */
export interface OriginStatus {
  chain: bigint;
  /** Absent before the first `advance` */
  head?: FinalHead;
  /** Height of the oldest block that needs no headers in `prove` */
  lowest?: bigint;
  /** Ethereum: slot and height of the light client's finalized block, which may be ahead of the head */
  finalizedSlot?: number;
  finalizedHeight?: bigint;
  knowsNextSyncCommittee?: boolean;
  /** Ethereum: set while headers are lacking from here down to the head; the next one has this hash */
  descent?: { height: bigint; parentHash: Uint8Array };
  /** Sui: the epoch whose committee the next certificate must be of */
  epoch?: bigint;
}

export interface LaneStatus {
  originChain: bigint;
  originOutbox: Uint8Array;
  destinationChain: bigint;
  generation: bigint;
  destinationInbox: Uint8Array;
  /** The sequence after the highest one signed */
  next: bigint;
}

export interface EnclaveStatus extends EnclaveIdentity {
  platform: string;
  origins: OriginStatus[];
  lanes: LaneStatus[];
}

export interface EthereumAdvance {
  chain: bigint;
  /** By the host's clock */
  currentSlot: number;
  /** SSZ `LightClientBootstrap`, in the first request and in no other */
  bootstrap?: Uint8Array;
  /** SSZ `LightClientUpdate`, at most 8, in order */
  updates?: readonly Uint8Array[];
  /** SSZ `LightClientFinalityUpdate`, at most 8, after the updates */
  finalityUpdates?: readonly Uint8Array[];
  /** RLP from the parent of the finalized block (or of where the last request ended) down to the head, it included */
  headers?: readonly Uint8Array[];
}

export interface SuiAdvance {
  chain: bigint;
  /** BCS `CertifiedCheckpointSummary`, at most 8, upwards */
  certified?: readonly Uint8Array[];
  /** BCS `CheckpointSummary` from the predecessor of the last one downwards */
  summaries?: readonly Uint8Array[];
}

/** A run that is proposed: whoever proves the same one gets the same statement. */
export interface Proposal {
  originChain: bigint;
  /** 32 bytes */
  originOutbox: Uint8Array;
  destinationChain: bigint;
  firstNonce: bigint;
  /** 1 to 256 */
  count: number;
  /** Height of the anchor */
  anchor: bigint;
  /** Encoded headers or summaries from below the status's `lowest` downwards, where older blocks are needed */
  headers?: readonly Uint8Array[];
}

/** Receipts of one block, and the indices of the logs in them; together in the order of the run. */
export interface EthereumEvidence {
  height: bigint;
  receipts: readonly { index: number; proof: readonly Uint8Array[]; logs: readonly number[] }[];
}

/** Transactions of one checkpoint, and the indices of their events; together in the order of the run. */
export interface SuiEvidence {
  height: bigint;
  /** BCS */
  contents: Uint8Array;
  /** BCS effects and events */
  transactions: readonly {
    index: number;
    effects: Uint8Array;
    events: Uint8Array;
    eventIndexes: readonly number[];
  }[];
}

export interface SignedStatement {
  /** 204 bytes */
  statement: Uint8Array;
  /** 65 bytes */
  signature: Uint8Array;
}

/** Sends one request, resolves with its reply. */
export type Exchange = (request: Uint8Array) => Promise<Uint8Array>;

/** Talks to one enclave. Requests may be sent without waiting for replies; they are answered in order. */
export class EnclaveClient {
  /** Settles when the connection has ended, on whichever side. */
  readonly ended: Promise<void>;
  readonly #exchange: Exchange;
  readonly #close: () => void;

  /**
   * @param exchange a connection, or `handle` of an `Enclave` in this process
   * @param ended when that is over; never by default
   */
  constructor(exchange: Exchange, close: () => void = () => {}, ended = new Promise<void>(() => {})) {
    this.#exchange = exchange;
    this.#close = close;
    this.ended = ended;
  }

  /**
   * Connects to an enclave's socket.
   * @throws EnclaveUnavailable
   */
  static async connect(socketPath: string, patienceMilliseconds?: number): Promise<EnclaveClient> {
    const socket = connect(socketPath);
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', (error) => reject(new EnclaveUnavailable(`no enclave at ${socketPath}`, { cause: error })));
    });
    return EnclaveClient.overStreams(socket, socket, patienceMilliseconds);
  }

  /** Talks over a pair of streams, as to a child process that serves its standard input and output. */
  static overStreams(
    input: Readable,
    output: Writable,
    patienceMilliseconds: number = PATIENCE_MILLISECONDS,
  ): EnclaveClient {
    const streams = [...new Set([input, output])];
    const ended = new Promise<void>((resolve) => {
      for (const stream of streams) stream.once('close', resolve);
    });
    const close = (): void => {
      for (const stream of streams) stream.destroy();
    };
    return new EnclaveClient(exchangeOver(input, output, patienceMilliseconds), close, ended);
  }

  close(): void {
    this.#close();
  }

  async status(): Promise<EnclaveStatus> {
    return this.#call('status', {}, (reply) => ({
      ...identityOf(reply),
      platform: reply.text('platform'),
      origins: reply.maps('origins', Infinity).map((origin) => originOf(origin.u64('chain'), origin)),
      lanes: reply.maps('lanes', Infinity).map((lane) => ({
        originChain: lane.u64('originChain'),
        originOutbox: lane.bytes('originOutbox', 32),
        destinationChain: lane.u64('destinationChain'),
        generation: lane.u64('generation'),
        destinationInbox: lane.bytes('destinationInbox', 32),
        next: lane.u64('next'),
      })),
    }));
  }

  /** A quote over the report data of a registration (docs/spec/protocol.md section 9). */
  async attest({ chain, registry, operator, challenge }: AttestRequest): Promise<Attestation> {
    return this.#call('attest', { chain, registry, operator, challenge }, (reply) => ({
      ...identityOf(reply),
      reportData: reply.bytes('reportData', 64),
      quote: reply.bytes('quote'),
    }));
  }

  async advanceEthereum(request: EthereumAdvance): Promise<OriginStatus> {
    const { chain, currentSlot, bootstrap, updates = [], finalityUpdates = [], headers = [] } = request;
    const fields = { chain, currentSlot, bootstrap, updates, finalityUpdates, headers };
    return this.#call('advance', fields, (reply) => originOf(chain, reply));
  }

  async advanceSui({ chain, certified = [], summaries = [] }: SuiAdvance): Promise<OriginStatus> {
    return this.#call('advance', { chain, certified, summaries }, (reply) => originOf(chain, reply));
  }

  async proveEthereum(proposal: Proposal, evidence: readonly EthereumEvidence[]): Promise<SignedStatement> {
    const items = evidence.map(({ height, receipts }) => ({
      height,
      receipts: receipts.map(({ index, proof, logs }) => ({ index, proof, logs })),
    }));
    return this.#prove(proposal, items);
  }

  async proveSui(proposal: Proposal, evidence: readonly SuiEvidence[]): Promise<SignedStatement> {
    const items = evidence.map(({ height, contents, transactions }) => ({
      height,
      contents,
      transactions: transactions.map(({ index, effects, events, eventIndexes }) => ({
        index,
        effects,
        events,
        eventIndexes,
      })),
    }));
    return this.#prove(proposal, items);
  }

  async #prove(proposal: Proposal, evidence: CborInput): Promise<SignedStatement> {
    const { originChain, originOutbox, destinationChain, firstNonce, count, anchor, headers = [] } = proposal;
    const lane = { originChain, originOutbox, destinationChain };
    return this.#call('prove', { ...lane, firstNonce, count, anchor, headers, evidence }, (reply) => ({
      statement: reply.bytes('statement', 204),
      signature: reply.bytes('signature', 65),
    }));
  }

  async #call<Result>(
    method: string,
    fields: { [name: string]: CborInput | undefined },
    read: (reply: Fields) => Result,
  ): Promise<Result> {
    const reply = await this.#exchange(encodeCbor({ method, ...fields }));
    try {
      const decoded = new Fields(decodeCbor(reply));
      if (!decoded.has('ok')) throw new EnclaveRefusal(decoded.text('error'), decoded.text('message'));
      return read(decoded.map('ok'));
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      throw new EnclaveUnavailable(`what answers ${method} is no enclave of this version`, { cause: error });
    }
  }
}

function identityOf(reply: Fields): EnclaveIdentity {
  return {
    signer: reply.bytes('signer', 20),
    encryptionKey: reply.bytes('encryptionKey', 32),
    configurationHash: reply.bytes('configurationHash', 32),
  };
}

function originOf(chain: bigint, fields: Fields): OriginStatus {
  const status: OriginStatus = { chain };
  if (fields.has('head')) {
    const head = fields.map('head');
    const timestampSeconds = head.u64('timestampSeconds');
    status.head = { height: head.u64('height'), hash: head.bytes('hash', 32), timestampSeconds };
    status.lowest = fields.u64('lowest');
  }
  if (fields.has('epoch')) status.epoch = fields.u64('epoch');
  if (fields.has('finalizedSlot')) {
    status.finalizedSlot = fields.count('finalizedSlot');
    status.finalizedHeight = fields.u64('finalizedHeight');
    status.knowsNextSyncCommittee = fields.count('knowsNextSyncCommittee') === 1;
  }
  if (fields.has('descent')) {
    const descent = fields.map('descent');
    status.descent = { height: descent.u64('height'), parentHash: descent.bytes('parentHash', 32) };
  }
  return status;
}

/** Frames over streams: replies come in the order of the requests. */
function exchangeOver(input: Readable, output: Writable, patience: number): Exchange {
  const waiting: { resolve: (reply: Uint8Array) => void; reject: (error: Error) => void }[] = [];
  const reader = new FrameReader();
  let failure: EnclaveUnavailable | null = null;
  let deadline: NodeJS.Timeout | undefined;
  const fail = (error: EnclaveUnavailable): void => {
    failure ??= error;
    clearTimeout(deadline);
    output.destroy();
    for (const { reject } of waiting.splice(0)) reject(failure);
  };
  const waitOn = (): void => {
    clearTimeout(deadline);
    if (waiting.length === 0) return;
    const giveUp = (): void =>
      fail(new EnclaveUnavailable(`the enclave has not answered within ${patience} ms`, { isSilent: true }));
    deadline = setTimeout(giveUp, patience);
  };
  input.on('data', (chunk: Uint8Array) => {
    try {
      for (const reply of reader.push(chunk)) {
        waiting.shift()?.resolve(reply);
        waitOn();
      }
    } catch (cause) {
      fail(new EnclaveUnavailable('the enclave sent something else than frames', { cause }));
    }
  });
  for (const stream of new Set([input, output])) {
    stream.on('error', (cause) => fail(new EnclaveUnavailable('the connection to the enclave broke', { cause })));
    stream.on('close', () => fail(new EnclaveUnavailable('the connection to the enclave is closed')));
  }
  return (request) =>
    new Promise((resolve, reject) => {
      if (failure) return reject(failure);
      // Throws where the request is too long for a frame: none is sent then, and no reply is to be waited for.
      const frame = encodeFrame(request);
      waiting.push({ resolve, reject });
      if (waiting.length === 1) waitOn();
      output.write(frame);
    });
}
