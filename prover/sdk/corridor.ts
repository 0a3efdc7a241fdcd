/** The client that applications use. */
import type { SuiGrpcClient } from '@mysten/sui/grpc';
import type { Transaction, TransactionResult } from '@mysten/sui/transactions';
import { createPublicClient, fallback, http, type PublicClient, type TransactionReceipt } from 'viem';
import { suiNode } from '../bindings/sui/node.ts';
import { decodeStatement, equalBytes, type ChainId } from '../protocol/index.ts';
import { toAddress, toBytes, toMessageId } from './addresses.ts';
import type { ChainReader } from './chain.ts';
import type { Deployment, Place } from './deployment.ts';
import { CorridorError } from './errors.ts';
import { EvmChain } from './evm.ts';
import { Hosts } from './hosts.ts';
import { checkProof, proofFromRun } from './proof.ts';
import { SuiChain, type ShownEvent } from './sui.ts';
import { track } from './track.ts';
import type {
  EvmCall,
  EvmPayer,
  Hex,
  MessageRequest,
  Proof,
  Received,
  Sent,
  Stage,
  SuiPayer,
  SuiSender,
  WaitOptions,
} from './types.ts';

export interface CorridorOptions {
  /** Clients by chain id in decimal, in place of ones for the deployment's nodes */
  readonly clients?: Readonly<Record<string, PublicClient | SuiGrpcClient>>;
  /** Hosts to ask in place of the deployment's; [] to ask none */
  readonly hosts?: readonly string[];
}

/** A message that was sent, its id, or the transaction that sent it. */
export type MessageReference = Sent | Hex | { readonly chain: ChainId; readonly transaction: string };

/** What became of a delivery. */
export interface Delivered {
  readonly outcome: 'delivered' | 'failed';
  /** None where a failure was foreseen, so that nothing was sent */
  readonly transaction?: string;
  /** Gas used, or MIST */
  readonly gas?: bigint;
  /** Why the recipient failed */
  readonly reason?: string;
}

/** A message that was sent, with what that cost. */
export type SentNow = Sent & { readonly gas: bigint };

type Pay = EvmPayer | SuiPayer;

/** Rules that a fresh set of signatures can get over, where a kept root cannot. */
const STALE: ReadonlySet<string> = new Set(['RootStale', 'RootNotKept', 'QuorumNotReached']);

export class Corridor {
  readonly deployment: Deployment;
  readonly #hosts: Hosts;
  readonly #chains = new Map<ChainId, EvmChain | SuiChain>();

  /** @throws CorridorError `UnknownChain` where a client is given for no chain of the deployment */
  constructor(deployment: Deployment, { clients = {}, hosts = deployment.hosts }: CorridorOptions = {}) {
    this.deployment = deployment;
    const outboxOf = (chain: ChainId): Uint8Array | undefined => {
      const place = deployment.chains.find((each) => each.chain === chain);
      return place && toAddress(chain, place.outbox);
    };
    for (const chain of Object.keys(clients)) this.#place(BigInt(chain));
    for (const place of deployment.chains) {
      const made = chainOf(place, clients[String(place.chain)], outboxOf);
      if (made) this.#chains.set(place.chain, made);
    }
    this.#hosts = new Hosts(hosts, outboxOf);
  }

  // Sending.

  /** What a message costs at its outbox, in wei or MIST. Gas comes on top. */
  async quoteFee({
    from,
    to,
    body,
    executionGas,
  }: Pick<MessageRequest, 'from' | 'to' | 'body' | 'executionGas'>): Promise<bigint> {
    const bodyLength = toBytes(body).length;
    return this.#reader(from).quoteFee({ to, bodyLength, ...(executionGas === undefined ? {} : { executionGas }) });
  }

  /**
   * Sends a message and waits until its transaction is executed.
   * @throws CorridorError `Refused` with the outbox's rule, before anything was sent
   */
  async send(request: MessageRequest & (EvmPayer | (SuiPayer & SuiSender))): Promise<SentNow> {
    if ('wallet' in request) {
      const chain = this.#evm(request.from);
      const { receipt, gas } = await chain.execute(await this.sendCall(request), request);
      return { ...one(chain.parseSent(receipt.logs)), gas };
    }
    const chain = this.#sui(request.from);
    // A coin that is named pays the fee itself.
    const fee = request.coin === undefined ? () => this.quoteFee(request) : undefined;
    const { transaction, gas, events } = await chain.mustExecute((tx) => this.addSend(tx, request), request, fee);
    return { ...one(chain.parseSent(events, transaction)), gas };
  }

  /** The call that sends a message from an EVM chain, with its fee, for wallets and contracts of any kind. */
  async sendCall(request: MessageRequest): Promise<EvmCall> {
    return this.#evm(request.from).sendCall(request, await this.quoteFee(request));
  }

  /**
   * Adds a message to a transaction on Sui, whatever else that does. Without a `senderCap` a new one is made, and goes
   * to the transaction's sender.
   * @returns message id and nonce, as results of a call
   */
  addSend(tx: Transaction, { senderCap, coin, ...request }: MessageRequest & SuiSender): TransactionResult {
    const chain = this.#sui(request.from);
    const pay = coin === undefined ? {} : { coin };
    if (senderCap !== undefined) return chain.addSend(tx, request, { senderCap, ...pay });
    const made = chain.addSender(tx);
    const added = chain.addSend(tx, request, { senderCap: made, ...pay });
    // Who that will be is not known yet while a transaction is composed.
    tx.transferObjects([made], tx.moveCall({ target: '0x2::tx_context::sender' }));
    return added;
  }

  /** Makes a capability to send on Sui, whose id is the sender that recipients see. It is a result for the transaction to keep. */
  addSender(tx: Transaction, chain: ChainId): TransactionResult {
    return this.#sui(chain).addSender(tx);
  }

  // Reading.

  /** What a transaction sent. */
  sentIn(chain: ChainId, transaction: string): Promise<Sent[]> {
    return this.#reader(chain).sentIn(transaction);
  }

  /** What a transaction handed to recipients, or failed to. */
  receivedIn(chain: ChainId, transaction: string): Promise<Received[]> {
    return this.#reader(chain).receivedIn(transaction);
  }

  /** What a receipt, or events on Sui, say was sent. */
  parseSent(chain: ChainId, source: TransactionReceipt | SuiSource): Sent[] {
    return 'events' in source
      ? this.#sui(chain).parseSent(source.events, source.digest)
      : this.#evm(chain).parseSent(source.logs);
  }

  /** What a receipt, or events on Sui, say was delivered, or failed to be. */
  parseReceived(chain: ChainId, source: TransactionReceipt | SuiSource): Received[] {
    return 'events' in source
      ? this.#sui(chain).parseReceived(source.events, source.digest)
      : this.#evm(chain).parseReceived(source.logs);
  }

  /**
   * A message by its id or transaction. An id alone is asked of hosts first, since chains are slow to look through.
   * @throws CorridorError `UnknownMessage`
   */
  async find(reference: MessageReference, { signal, onTrouble = () => {} }: WaitOptions = {}): Promise<Sent> {
    if (typeof reference === 'object') {
      return 'encoded' in reference ? reference : one(await this.sentIn(reference.chain, reference.transaction));
    }
    const id = toMessageId(reference);
    for (const { sent } of await this.#hosts.views(id, onTrouble, signal)) {
      const place = this.#chains.get(sent.message.originChain);
      if (!place) return sent;
      // The id vouches for the message alone: where it was sent is for its chain to say.
      try {
        const found = (await place.sentIn(sent.transaction)).find(({ messageId }) => messageId === id);
        if (found) return found;
        throw new CorridorError('Contradiction', `a host names ${sent.transaction}, which did not send message ${id}`);
      } catch (error) {
        onTrouble(error as Error);
        const { height: _, ...rest } = sent;
        if (error instanceof CorridorError && error.code === 'Unavailable') return rest;
      }
    }
    for (const chain of this.#chains.values()) {
      const found = await chain.find(id);
      if (found) return found;
    }
    throw new CorridorError('UnknownMessage', `neither hosts nor chains know a message ${id}; is it final yet?`);
  }

  /** Whether the destination has taken a message, by the word of the chain. */
  async isDelivered({ message }: Sent): Promise<boolean> {
    return this.#reader(message.destinationChain).isDelivered(message.originChain, message.nonce);
  }

  /**
   * The stages of a message as they happen: sent, final, proven, refused (again and again), delivered. Stages that nobody
   * who is asked can see are left out.
   * @throws CorridorError `UnknownMessage`, `Timeout`, `Contradiction`
   */
  async *track(reference: MessageReference, options: WaitOptions = {}): AsyncGenerator<Stage, void> {
    const sent = await this.find(reference, options);
    const { originChain, destinationChain } = sent.message;
    const [origin, destination] = [this.#chains.get(originChain), this.#chains.get(destinationChain)];
    if (!destination && !this.#hosts.areThere) this.#reader(destinationChain);
    yield* track(sent, { hosts: this.#hosts, origin, destination }, options);
  }

  // Delivering.

  /**
   * What anyone needs to deliver a message. From chain data alone where the destination keeps a root over it; with
   * signatures from hosts otherwise. It is checked.
   * @param from only one of the two
   * @throws CorridorError `NotProven`, `Contradiction`; ProtocolError where a proof does not hold
   */
  async proofOf(
    reference: MessageReference,
    { from, ...options }: WaitOptions & { readonly from?: 'chain' | 'host' } = {},
  ): Promise<Proof> {
    const sent = await this.find(reference, options);
    if (from !== 'host') {
      const proof = await this.#keptProof(sent);
      if (proof) return proof;
    }
    if (from === 'chain' || !this.#hosts.areThere) {
      const text = `chain ${sent.message.destinationChain} keeps no root over message ${sent.messageId}`;
      throw new CorridorError('NotProven', `${text}: signatures are needed, which hosts have`);
    }
    const proof = await this.#hosts.proof(sent.messageId, options.signal);
    this.#check(proof);
    return proof;
  }

  async #keptProof(sent: Sent): Promise<Proof | undefined> {
    const { originChain, destinationChain, nonce } = sent.message;
    const [origin, destination] = [this.#reader(originChain), this.#reader(destinationChain)];
    for await (const statement of destination.keptStatements(originChain, nonce)) {
      const { firstNonce, messageCount, anchorHeight } = decodeStatement(statement);
      const near = sent.height ?? (await origin.sentIn(sent.transaction))[0]?.height ?? anchorHeight;
      const place = { destinationChain, firstNonce, count: messageCount, near, until: anchorHeight };
      const proof = proofFromRun(statement, await origin.run(place), sent.messageId);
      this.#check(proof);
      return proof;
    }
    return undefined;
  }

  /** Checks that a proof holds, for the contracts of this deployment. */
  #check(proof: Proof): void {
    const { originChain, originOutbox, destinationChain, destinationInbox } = checkProof(proof);
    const isOurs =
      equalBytes(originOutbox, toAddress(originChain, this.#place(originChain).outbox)) &&
      equalBytes(destinationInbox, toAddress(destinationChain, this.#place(destinationChain).inbox));
    if (!isOurs) throw new CorridorError('Contradiction', 'the statement is about contracts of another deployment');
  }

  /**
   * The call that delivers a message on an EVM chain.
   * @throws ProtocolError or CorridorError where the proof does not hold
   */
  deliveryCall(proof: Proof): EvmCall {
    this.#check(proof);
    return this.#evm(decodeStatement(proof.statement).destinationChain).deliveryCall(proof);
  }

  /**
   * Adds the delivery of a message to a transaction on Sui: statement, proof, and the recipient's own function, which
   * gets the objects that its record names and nothing else. Put nothing of worth into the same transaction.
   * @param keep also keeps the root, so that the rest of the run can be delivered without signatures
   * @throws ProtocolError or CorridorError where the proof does not hold; `UnreachableRecipient`
   */
  async addDelivery(tx: Transaction, proof: Proof, options: { readonly keep?: boolean } = {}): Promise<void> {
    this.#check(proof);
    await this.#sui(decodeStatement(proof.statement).destinationChain).addDelivery(tx, proof, options);
  }

  /**
   * Delivers a message, or tries again where its recipient has failed.
   * @param options a proof, where there is one already; what pays on the destination
   * @throws CorridorError `AlreadyDelivered`, `NotProven`, `Refused` with the inbox's rule
   */
  async deliver(
    reference: MessageReference,
    { proof, ...options }: Pay & WaitOptions & { readonly proof?: Proof },
  ): Promise<Delivered> {
    const sent = await this.find(reference, options);
    if (await this.isDelivered(sent)) {
      throw new CorridorError('AlreadyDelivered', `message ${sent.messageId} was delivered before`);
    }
    try {
      return await this.#deliverBy(proof ?? (await this.proofOf(sent, options)), options);
    } catch (error) {
      // A root that was kept may have become too old meanwhile; hosts have signatures that count now.
      const isStale = error instanceof CorridorError && error.rule !== undefined && STALE.has(error.rule);
      if (!isStale || proof || !this.#hosts.areThere) throw error;
      return this.#deliverBy(await this.proofOf(sent, { ...options, from: 'host' }), options);
    }
  }

  async #deliverBy(proof: Proof, pay: Pay): Promise<Delivered> {
    const { destinationChain } = decodeStatement(proof.statement);
    if ('wallet' in pay) {
      const chain = this.#evm(destinationChain);
      const { receipt, gas, transaction } = await chain.execute(this.deliveryCall(proof), pay);
      const received = chain.parseReceived(receipt.logs).find(({ messageId }) => messageId === proof.messageId);
      const reason = received?.reason;
      return {
        outcome: received?.outcome ?? 'failed',
        transaction,
        gas,
        ...(reason === undefined ? {} : { reason: reason === '0x' ? 'the recipient failed' : reason }),
      };
    }
    const chain = this.#sui(destinationChain);
    this.#check(proof);
    let recipientCommand: number | undefined;
    const build = async (tx: Transaction): Promise<void> => {
      recipientCommand = await chain.addDelivery(tx, proof);
    };
    const done = await chain.execute(build, pay);
    if (done.kind === 'done') return { outcome: 'delivered', transaction: done.transaction, gas: done.gas };
    const { command, rule, text } = done.failure;
    if (command === recipientCommand) return { outcome: 'failed', reason: text };
    throw new CorridorError('Refused', `the inbox refuses: ${text}`, rule === undefined ? {} : { rule });
  }

  // Chains.

  #place(chain: ChainId): Place {
    const place = this.deployment.chains.find((each) => each.chain === chain);
    if (place) return place;
    const known = this.deployment.chains.map((each) => each.chain).join(', ');
    throw new CorridorError('UnknownChain', `the deployment has no chain ${chain}; it has ${known}`);
  }

  #reader(chain: ChainId): EvmChain | SuiChain {
    const place = this.#place(chain);
    const reader = this.#chains.get(place.chain);
    if (reader) return reader;
    throw new CorridorError('NoClient', `give a client for chain ${chain}, or name a node in the deployment`);
  }

  #evm(chain: ChainId): EvmChain {
    const reader: ChainReader = this.#reader(chain);
    if (reader instanceof EvmChain) return reader;
    throw new CorridorError('UnknownChain', `chain ${chain} is no EVM chain`);
  }

  #sui(chain: ChainId): SuiChain {
    const reader: ChainReader = this.#reader(chain);
    if (reader instanceof SuiChain) return reader;
    throw new CorridorError('UnknownChain', `chain ${chain} is no Sui network`);
  }
}

/** Events on Sui with the digest of their transaction, as executing or reading it gives them. */
export interface SuiSource {
  readonly digest: string;
  readonly events: readonly ShownEvent[];
}

/** A client for a deployment: `createCorridor(parseDeployment(json))`. */
export function createCorridor(deployment: Deployment, options: CorridorOptions = {}): Corridor {
  return new Corridor(deployment, options);
}

function chainOf(
  place: Place,
  given: PublicClient | SuiGrpcClient | undefined,
  outboxOf: (chain: ChainId) => Uint8Array | undefined,
): EvmChain | SuiChain | undefined {
  if (!given && place.rpc.length === 0) return undefined;
  if (place.kind === 'evm') {
    const transport = fallback(place.rpc.map((url) => http(url)));
    const client = given ?? createPublicClient({ transport, pollingInterval: 1_000 });
    return new EvmChain(place, client as PublicClient, outboxOf);
  }
  const client = given ?? suiNode(place.rpc[0]!);
  return new SuiChain(place, client as SuiGrpcClient, outboxOf);
}

function one(sent: readonly Sent[]): Sent {
  const [first] = sent;
  if (first) return first;
  throw new CorridorError('UnknownMessage', 'the transaction sent no message through the outbox of this deployment');
}
