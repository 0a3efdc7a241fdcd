/** Corridor on a Sui network, read through its gRPC client. */
import { bcs } from '@mysten/sui/bcs';
import { TransactionError, type SuiClientTypes } from '@mysten/sui/client';
import type { SuiGrpcClient } from '@mysten/sui/grpc';
import { Transaction, type TransactionResult } from '@mysten/sui/transactions';
import { fromBase64 } from '@mysten/sui/utils';
import {
  corridorCalls,
  Inbox,
  InboxMessageDelivered,
  InboxRootKept,
  InboxSpentKey,
  MessageSent,
} from '../bindings/sui/corridor.ts';
import { callRecipient, findRecipient } from '../bindings/sui/discovery.ts';
import { suiShortfall, showShortfall } from '../bindings/funds.ts';
import { failureOf, type SuiFailure } from '../bindings/sui/failure.ts';
import { readObject, readTable, structKey } from '../bindings/sui/read.ts';
import {
  decodeMessage,
  decodeMessageSentEvent,
  fromHex,
  messageId,
  ProtocolError,
  toHex,
  type ChainId,
  type Message,
} from '../protocol/index.ts';
import { toAddress, toBytes } from './addresses.ts';
import { DEFAULT_EXECUTION_GAS, type ChainReader, type Executed, type Happened, type RunPlace } from './chain.ts';
import type { SuiPlace } from './deployment.ts';
import { CorridorError } from './errors.ts';
import { findStatement } from './proof.ts';
import { listEvents, type EventRange, type SuiEvent } from './sui-events.ts';
import type { Hex, MessageRequest, Proof, Received, Sent, SuiPayer, SuiSender } from './types.ts';

/** An event as transactions show it. */
export type ShownEvent = Pick<SuiClientTypes.Event, 'eventType' | 'bcs'>;

/** What ran on Sui, or would have failed. */
export type SuiOutcome =
  | (Executed & { readonly kind: 'done'; readonly events: readonly ShownEvent[] })
  | { readonly kind: 'failed'; readonly failure: SuiFailure };

export class SuiChain implements ChainReader {
  readonly kind = 'sui';
  readonly chain: ChainId;
  readonly place: SuiPlace;
  readonly #client: SuiGrpcClient;
  readonly #outboxOf: (chain: ChainId) => Uint8Array | undefined;
  readonly #calls: ReturnType<typeof corridorCalls>;
  #spentTable: string | undefined;

  /** @param outboxOf the outboxes of other chains, which ids of received messages are bound to */
  constructor(place: SuiPlace, client: SuiGrpcClient, outboxOf: (chain: ChainId) => Uint8Array | undefined) {
    this.chain = place.chain;
    this.place = place;
    this.#client = client;
    this.#outboxOf = outboxOf;
    this.#calls = corridorCalls(place.package);
  }

  async quoteFee({
    to,
    bodyLength,
    executionGas = DEFAULT_EXECUTION_GAS,
  }: Parameters<ChainReader['quoteFee']>[0]): Promise<bigint> {
    const transaction = new Transaction();
    this.#calls.outbox.quote(transaction, {
      self: this.place.outbox,
      destinationChain: to,
      bodyLength,
      executionGas,
    });
    transaction.setSender(NOBODY);
    const result = await this.#reach(() =>
      this.#client.simulateTransaction({ transaction, checksEnabled: false, include: { commandResults: true } }),
    );
    if (result.$kind !== 'Transaction') throw this.#refused(this.#failure(result.FailedTransaction.status));
    return BigInt(bcs.u64().parse(result.commandResults[0]!.returnValues[0]!.bcs));
  }

  /**
   * Adds a message to a transaction, which may do anything else beside. The fee is quoted and split within it.
   * @returns id and nonce of the message, as results of the call
   */
  addSend(
    tx: Transaction,
    { to, recipient, body, executionGas = DEFAULT_EXECUTION_GAS }: MessageRequest,
    { senderCap, coin = tx.gas }: SuiSender & { readonly senderCap: NonNullable<SuiSender['senderCap']> },
  ): TransactionResult {
    const { outbox } = this.#calls;
    const bytes = toBytes(body);
    const lane = { self: this.place.outbox, destinationChain: to, executionGas };
    const [fee] = tx.splitCoins(coin, [outbox.quote(tx, { ...lane, bodyLength: bytes.length })]);
    const address = toHex(toAddress(to, recipient));
    return outbox.send(tx, { ...lane, cap: senderCap, recipient: address, body: bytes, fee: fee! });
  }

  /** Adds the making of a sender's capability, whose id is the sender that recipients see. */
  addSender(tx: Transaction): TransactionResult {
    return this.#calls.outbox.newSender(tx);
  }

  /**
   * Adds the delivery of a message: by signatures, or by the root that is kept where there are none. Nobody else's code
   * should run in the same transaction, and nothing of worth be at hand in it.
   * @param keep also keeps the root, so that the other messages of the run need no signatures
   * @returns index of the command that is the recipient's own
   * @throws CorridorError `UnreachableRecipient`
   */
  async addDelivery(tx: Transaction, proof: Proof, { keep = false } = {}): Promise<number> {
    const { inbox, registry, package: corridor } = this.place;
    const recipientId = toHex(decodeMessage(proof.encoded).recipient);
    const recipient = await this.#reach(() => findRecipient(this.#client, corridor, recipientId));
    if ('reason' in recipient) throw new CorridorError('UnreachableRecipient', `${recipientId}: ${recipient.reason}`);
    const accepted = this.#accept(tx, proof);
    const message = this.#calls.message.decode(tx, { bytes: proof.encoded });
    const { index, siblings } = proof;
    const args = { self: inbox, registry, accepted, index, proof: siblings, message };
    const delivery = this.#calls.inbox.deliver(tx, args);
    if (keep) this.#calls.inbox.keep(tx, { self: inbox, accepted });
    callRecipient(tx, recipient, delivery);
    return tx.getData().commands.length - 1;
  }

  #accept(tx: Transaction, { statement, signatures }: Proof): TransactionResult {
    const { inbox: self, registry } = this.place;
    return signatures.length > 0
      ? this.#calls.inbox.accept(tx, { self, registry, statement, signatures })
      : this.#calls.inbox.restore(tx, { self, statement });
  }

  /**
   * Simulates, then signs, executes and waits: a failure that can be foreseen costs nothing.
   * @param spends what it pays beside gas, MIST
   * @throws CorridorError `InsufficientFunds`, `Unavailable`
   */
  async execute(build: (tx: Transaction) => unknown, { signer }: SuiPayer, spends = nothing): Promise<SuiOutcome> {
    const demandFunds = async (said: string): Promise<void> => {
      const shortfall = await suiShortfall(this.#client, signer.toSuiAddress(), said, spends);
      if (shortfall) throw new CorridorError('InsufficientFunds', showShortfall(shortfall, `chain ${this.chain}`));
    };
    const pay = async <T>(task: () => Promise<T>): Promise<T> => {
      try {
        return await task();
      } catch (error) {
        await demandFunds((error as Error).message);
        throw this.#unavailable(error);
      }
    };
    const failed = async (status: SuiClientTypes.ExecutionStatus): Promise<SuiOutcome> => {
      const failure = this.#failure(status);
      if (failure.rule === undefined) await demandFunds(failure.text);
      return { kind: 'failed', failure };
    };
    const make = async (): Promise<Transaction> => {
      const transaction = new Transaction();
      await build(transaction);
      transaction.setSenderIfNotSet(signer.toSuiAddress());
      return transaction;
    };
    const rehearsal = await make();
    const simulated = await pay(() => this.#client.simulateTransaction({ transaction: rehearsal }));
    if (simulated.$kind !== 'Transaction') return failed(simulated.FailedTransaction.status);
    const transaction = await make();
    const include = { effects: true, events: true } as const;
    const result = await pay(() => this.#client.signAndExecuteTransaction({ transaction, signer, include }));
    if (result.$kind !== 'Transaction') return failed(result.FailedTransaction.status);
    const { digest, effects, events } = result.Transaction;
    await this.#reach(() => this.#client.waitForTransaction({ digest }));
    const { computationCost, storageCost, storageRebate } = effects.gasUsed;
    const gas = BigInt(computationCost) + BigInt(storageCost) - BigInt(storageRebate);
    return { kind: 'done', transaction: digest, gas, events };
  }

  /** As `execute`, where a failure is an error. @throws CorridorError `Refused` */
  async mustExecute(
    build: (tx: Transaction) => unknown,
    payer: SuiPayer,
    spends = nothing,
  ): Promise<Extract<SuiOutcome, { kind: 'done' }>> {
    const outcome = await this.execute(build, payer, spends);
    if (outcome.kind === 'failed') throw this.#refused(outcome.failure);
    return outcome;
  }

  #failure(status: SuiClientTypes.ExecutionStatus): SuiFailure {
    return failureOf(this.place.package, status);
  }

  #refused({ rule, text }: SuiFailure): CorridorError {
    const options = rule === undefined ? {} : { rule };
    return new CorridorError('Refused', `the contract on chain ${this.chain} refuses: ${text}`, options);
  }

  async sentIn(transaction: string): Promise<Sent[]> {
    const { events, checkpoint } = await this.#transaction(transaction);
    return this.parseSent(events, transaction, checkpoint === null ? undefined : BigInt(checkpoint));
  }

  /** What events of a transaction say was sent. Events of other types and outboxes are passed over. */
  parseSent(events: readonly ShownEvent[], transaction: string, height?: bigint): Sent[] {
    const type = this.#typeOf(MessageSent);
    return events
      .filter(({ eventType }) => eventType === type)
      .flatMap((event) => this.#readSent(event.bcs, transaction, height) ?? []);
  }

  #readSent(data: Uint8Array, transaction: string, height: bigint | undefined): Sent | undefined {
    try {
      const read = decodeMessageSentEvent(this.chain, fromHex(this.place.outbox), data);
      const id = toHex(read.messageId);
      const { message, encoded, outbox } = read;
      return { messageId: id, message, encoded, outbox, transaction, ...(height === undefined ? {} : { height }) };
    } catch (error) {
      // Anyone may make an object of the outbox's type; only one is the outbox.
      if (error instanceof ProtocolError && error.code === 'InvalidEventOutbox') return undefined;
      throw error;
    }
  }

  async find(id: Hex): Promise<Sent | undefined> {
    for await (const event of this.#events(MessageSent, { newestFirst: true })) {
      const sent = this.#readSent(event.bcs, event.transaction, event.checkpoint);
      if (sent?.messageId === id) return sent;
    }
    return undefined;
  }

  async isFinal({ transaction, height }: Sent): Promise<boolean> {
    // What is in a checkpoint is final: there are no others of that number.
    return height !== undefined || (await this.#transaction(transaction)).checkpoint !== null;
  }

  async run({ destinationChain, firstNonce, count, near, until }: RunPlace): Promise<Sent[]> {
    const last = firstNonce + BigInt(count) - 1n;
    const found = new Map<bigint, Sent>();
    const take = ({ bcs: data, transaction, checkpoint }: SuiEvent): bigint | undefined => {
      const sent = this.#readSent(data, transaction, checkpoint);
      if (sent?.message.destinationChain !== destinationChain) return undefined;
      const { nonce } = sent.message;
      if (nonce >= firstNonce && nonce <= last) found.set(nonce, sent);
      return nonce;
    };
    for await (const event of this.#events(MessageSent, { from: near, to: until })) {
      const nonce = take(event);
      if (nonce !== undefined && nonce >= last) break;
    }
    if (near > 0n && !found.has(firstNonce)) {
      for await (const event of this.#events(MessageSent, { to: near - 1n, newestFirst: true })) {
        const nonce = take(event);
        if (nonce !== undefined && nonce <= firstNonce) break;
      }
    }
    return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, sent]) => sent);
  }

  async isDelivered(originChain: ChainId, nonce: bigint): Promise<boolean> {
    return this.#reach(async () => {
      this.#spentTable ??= (await readObject(this.#client, Inbox, this.place.inbox)).value.spent.id;
      const type = `${this.place.package}::inbox::SpentKey`;
      const bytes = InboxSpentKey.serialize({ origin_chain: originChain, word: nonce >> 8n }).toBytes();
      const word = await readTable(this.#client, { id: this.#spentTable }, structKey(type, bytes), bcs.u256());
      return ((BigInt(word ?? 0) >> (nonce & 0xffn)) & 1n) === 1n;
    });
  }

  async deliveryOf(originChain: ChainId, nonce: bigint): Promise<Received | undefined> {
    for await (const { bcs: data, transaction } of this.#events(InboxMessageDelivered, { newestFirst: true })) {
      const received = readDelivered(data, transaction);
      if (received.originChain === originChain && received.nonce === nonce) return received;
    }
    return undefined;
  }

  async happened(_id: Hex, originChain: ChainId, nonce: bigint, from: bigint | undefined): Promise<Happened> {
    const { response } = await this.#reach(() => this.#client.ledgerService.getServiceInfo({}));
    const latest = response.checkpointHeight!;
    const first = from ?? (latest > FIRST_LOOK ? latest - FIRST_LOOK : 0n);
    let isProven = false;
    if (first <= latest) {
      for await (const { bcs: data } of this.#events(InboxRootKept, { from: first, to: latest })) {
        isProven ||= covers(InboxRootKept.parse(data), originChain, nonce);
      }
    }
    // A recipient that fails on Sui undoes its transaction, which nobody sends therefore: no failure is seen on chain.
    return { failures: [], isProven, next: latest + 1n };
  }

  async *keptStatements(originChain: ChainId, nonce: bigint): AsyncIterable<Uint8Array> {
    const seen = new Set<string>();
    for await (const { bcs: data, transaction } of this.#events(InboxRootKept, { newestFirst: true })) {
      const kept = InboxRootKept.parse(data);
      if (!covers(kept, originChain, nonce) || seen.has(kept.digest)) continue;
      seen.add(kept.digest);
      const { bcs: encoded } = await this.#transaction(transaction);
      const statement = findStatement(encoded, fromHex(kept.digest));
      if (statement) yield statement;
    }
  }

  async receivedIn(transaction: string): Promise<Received[]> {
    const { events, transaction: data } = await this.#transaction(transaction);
    return this.parseReceived(events, transaction, data.inputs);
  }

  /**
   * What events of a transaction say was delivered.
   * @param inputs of the transaction, which show the messages themselves
   */
  parseReceived(
    events: readonly ShownEvent[],
    transaction: string,
    inputs: SuiClientTypes.TransactionData['inputs'] = [],
  ): Received[] {
    const shown = this.#messagesIn(inputs);
    const type = this.#typeOf(InboxMessageDelivered);
    return events
      .filter(({ eventType }) => eventType === type)
      .map((event) => {
        const received = readDelivered(event.bcs, transaction);
        const message = shown.get(received.messageId);
        return message ? { ...received, message } : received;
      });
  }

  /** Messages among the inputs of a transaction, by their ids: what no event names by id is not believed. */
  #messagesIn(inputs: SuiClientTypes.TransactionData['inputs']): Map<Hex, Message> {
    const messages = new Map<Hex, Message>();
    for (const input of inputs) {
      if (!('Pure' in input) || !input.Pure) continue;
      try {
        const bytes = Uint8Array.from(bcs.byteVector().parse(fromBase64(input.Pure.bytes)));
        const message = decodeMessage(bytes);
        const outbox = this.#outboxOf(message.originChain);
        if (outbox) messages.set(toHex(messageId(outbox, bytes)), message);
      } catch {
        // Another input, which is no message.
      }
    }
    return messages;
  }

  #typeOf({ name }: { readonly name: string }): string {
    return `${this.place.package}::${name}`;
  }

  async *#events(type: { readonly name: string }, range: Partial<EventRange>): AsyncIterable<SuiEvent> {
    const from = range.from ?? this.place.startHeight;
    if (range.to !== undefined && range.to < from) return;
    try {
      yield* listEvents(this.#client, { ...range, from, type: this.#typeOf(type) });
    } catch (error) {
      throw this.#unavailable(error);
    }
  }

  async #transaction(digest: string) {
    try {
      const include = { events: true, transaction: true, bcs: true } as const;
      const result = await this.#client.getTransaction({ digest, include });
      return result.$kind === 'Transaction' ? result.Transaction : result.FailedTransaction;
    } catch (error) {
      if (error instanceof TransactionError && error.reason === 'notFound') {
        const text = `chain ${this.chain} has no transaction ${digest}`;
        throw new CorridorError('UnknownMessage', text, { cause: error });
      }
      throw this.#unavailable(error);
    }
  }

  async #reach<T>(ask: () => Promise<T> | PromiseLike<T>): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      throw this.#unavailable(error);
    }
  }

  #unavailable(error: unknown): Error {
    if (error instanceof CorridorError || error instanceof ProtocolError) return error;
    return new CorridorError('Unavailable', `chain ${this.chain}: ${(error as Error).message}`, { cause: error });
  }
}

const nothing = (): Promise<bigint> => Promise.resolve(0n);
/** Asks for quotes, which cost nothing. */
const NOBODY = `0x${'00'.repeat(31)}01`;
/** Checkpoints below the newest that a first look begins at: some ten minutes. */
const FIRST_LOOK = 3_000n;

function readDelivered(data: Uint8Array, transaction: string): Received {
  const { message_id, origin_chain, nonce } = InboxMessageDelivered.parse(data);
  return {
    messageId: message_id as Hex,
    originChain: BigInt(origin_chain),
    nonce: BigInt(nonce),
    transaction,
    outcome: 'delivered',
  };
}

function covers(kept: typeof InboxRootKept.$inferType, originChain: ChainId, nonce: bigint): boolean {
  const first = BigInt(kept.first_nonce);
  return BigInt(kept.origin_chain) === originChain && nonce >= first && nonce < first + BigInt(kept.message_count);
}
