/** Corridor on an EVM chain, read through viem. */
import {
  decodeFunctionData,
  encodeFunctionData,
  parseEventLogs,
  type Log,
  type PublicClient,
  type TransactionReceipt,
} from 'viem';
import { inboxAbi, outboxAbi } from '../bindings/evm/index.ts';
import { ruleOf, shortMessage } from '../bindings/evm-failure.ts';
import { evmShortfall, showShortfall } from '../bindings/funds.ts';
import {
  decodeMessage,
  decodeMessageSentLog,
  fromEvmAddress,
  fromHex,
  messageId,
  toHex,
  type ChainId,
  type Message,
} from '../protocol/index.ts';
import { toAddress, toBytes } from './addresses.ts';
import { DEFAULT_EXECUTION_GAS, type ChainReader, type Executed, type Happened, type RunPlace } from './chain.ts';
import type { EvmPlace } from './deployment.ts';
import { CorridorError } from './errors.ts';
import { findStatement } from './proof.ts';
import type { EvmCall, EvmPayer, Hex, MessageRequest, Proof, Received, Sent } from './types.ts';

/** Blocks of one query for logs: what public nodes allow. */
const LOG_RANGE = 2_000n;
/** Blocks below the newest that may be replaced yet, and that a first look begins at. */
const REREAD = 64n;

/** How often a transaction is looked for, and how long it is waited in between. */
const LOOKS = 5;
const LOOK_AGAIN_MS = 400;

type Logs = readonly Log[];

export class EvmChain implements ChainReader {
  readonly kind = 'evm';
  readonly chain: ChainId;
  readonly place: EvmPlace;
  readonly #client: PublicClient;
  readonly #outboxOf: (chain: ChainId) => Uint8Array | undefined;

  /** @param outboxOf the outboxes of other chains, which ids of received messages are bound to */
  constructor(place: EvmPlace, client: PublicClient, outboxOf: (chain: ChainId) => Uint8Array | undefined) {
    this.chain = place.chain;
    this.place = place;
    this.#client = client;
    this.#outboxOf = outboxOf;
  }

  async quoteFee({
    to,
    bodyLength,
    executionGas = DEFAULT_EXECUTION_GAS,
  }: Parameters<ChainReader['quoteFee']>[0]): Promise<bigint> {
    const { outbox: address } = this.place;
    return this.#reach(() =>
      this.#client.readContract({
        address,
        abi: outboxAbi,
        functionName: 'quote',
        args: [to, bodyLength, executionGas],
      }),
    );
  }

  /** The call that sends a message. */
  sendCall({ to, recipient, body, executionGas = DEFAULT_EXECUTION_GAS }: MessageRequest, fee: bigint): EvmCall {
    const args = [to, toHex(toAddress(to, recipient)), executionGas, toHex(toBytes(body))] as const;
    return {
      to: this.place.outbox,
      data: encodeFunctionData({ abi: outboxAbi, functionName: 'send', args }),
      value: fee,
    };
  }

  /** The call that delivers a message: by signatures, or by the root that is kept where there are none. */
  deliveryCall({ statement, signatures, index, siblings, encoded }: Proof): EvmCall {
    const args = [toHex(statement), toHex(signatures), index, toHex(siblings), toHex(encoded)] as const;
    const data = encodeFunctionData({ abi: inboxAbi, functionName: 'deliverOne', args });
    return { to: this.place.inbox, data, value: 0n };
  }

  /**
   * Sends a call and waits for its receipt. A call that would fail is not sent.
   * @throws CorridorError `Refused` with the contract's rule, `NoAccount`, `WrongChain`, `InsufficientFunds`, `Unavailable`
   */
  async execute(call: EvmCall, { wallet }: EvmPayer): Promise<Executed & { receipt: TransactionReceipt }> {
    const { account } = wallet;
    if (!account) throw new CorridorError('NoAccount', 'the wallet client has no account to send from');
    // On another chain the value would go to an address that is not the outbox.
    const actual = await this.#reach(() => wallet.getChainId());
    if (BigInt(actual) !== this.chain)
      throw new CorridorError('WrongChain', `the wallet is on chain ${actual}; switch it to ${this.chain}`);
    const pay = async <T>(task: () => Promise<T>): Promise<T> => {
      try {
        return await task();
      } catch (error) {
        if (ruleOf(error) !== undefined) throw this.#trouble(error);
        const shortfall = await evmShortfall(this.#client, account.address, call, error);
        if (!shortfall) throw this.#trouble(error);
        const text = showShortfall(shortfall, `chain ${this.chain}`);
        throw new CorridorError('InsufficientFunds', text, { cause: error });
      }
    };
    const gas = await pay(() => this.#client.estimateGas({ ...call, account }));
    // An estimate is exact for its block; the next one may cost a little more.
    const request = { ...call, account, gas: gas + gas / 10n, chain: wallet.chain ?? null };
    const hash = await pay(() => wallet.sendTransaction(request));
    const receipt = await this.#reach(() => this.#client.waitForTransactionReceipt({ hash }));
    if (receipt.status === 'reverted') throw new CorridorError('Refused', `transaction ${hash} was reverted`);
    return { transaction: hash, gas: receipt.gasUsed, receipt };
  }

  async sentIn(transaction: string): Promise<Sent[]> {
    return this.parseSent((await this.#receipt(transaction)).logs);
  }

  /** What the logs of a receipt say was sent. Logs of other contracts are passed over. */
  parseSent(logs: Logs): Sent[] {
    return this.#ours(logs, this.place.outbox, 'MessageSent').map(({ address, topics, data, ...log }) => {
      const read = decodeMessageSentLog(this.chain, {
        address: fromEvmAddress(fromHex(address)),
        topics: topics.map(fromHex),
        data: fromHex(data),
      });
      const { message, encoded, outbox } = read;
      const id = toHex(read.messageId);
      const height = log.blockNumber === null ? {} : { height: log.blockNumber };
      return { messageId: id, message, encoded, outbox, transaction: log.transactionHash!, ...height };
    });
  }

  async find(id: Hex): Promise<Sent | undefined> {
    for await (const logs of this.#downwards(this.place.outbox)) {
      const found = this.parseSent(logs).find((sent) => sent.messageId === id);
      if (found) return found;
    }
    return undefined;
  }

  async isFinal({ height, transaction }: Sent): Promise<boolean> {
    if (height === undefined) return false;
    const { number } = await this.#reach(() => this.#client.getBlock({ blockTag: 'finalized' }));
    if (number < height) return false;
    // A reorganisation may have moved it.
    const { blockNumber } = await this.#receipt(transaction);
    return blockNumber <= number;
  }

  async run({ destinationChain, firstNonce, count, near, until }: RunPlace): Promise<Sent[]> {
    const found = new Map<bigint, Sent>();
    const take = (logs: Logs): void => {
      for (const sent of this.parseSent(logs)) {
        const { message } = sent;
        const isOurs = message.destinationChain === destinationChain;
        if (isOurs && message.nonce >= firstNonce && message.nonce < firstNonce + BigInt(count))
          found.set(message.nonce, sent);
      }
    };
    for (let from = near; from <= until && !found.has(firstNonce + BigInt(count) - 1n); from += LOG_RANGE) {
      take(await this.#logs(this.place.outbox, from, min(until, from + LOG_RANGE - 1n)));
    }
    for await (const logs of this.#downwards(this.place.outbox, near - 1n)) {
      if (found.has(firstNonce)) break;
      take(logs);
    }
    return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, sent]) => sent);
  }

  async isDelivered(originChain: ChainId, nonce: bigint): Promise<boolean> {
    const { inbox: address } = this.place;
    const args = [originChain, nonce] as const;
    return this.#reach(() => this.#client.readContract({ address, abi: inboxAbi, functionName: 'isDelivered', args }));
  }

  async deliveryOf(originChain: ChainId, nonce: bigint): Promise<Received | undefined> {
    for await (const logs of this.#downwards(this.place.inbox)) {
      const isIt = (received: Received): boolean =>
        received.originChain === originChain && received.nonce === nonce && received.outcome === 'delivered';
      const found = this.parseReceived(logs).find(isIt);
      if (found) return found;
    }
    return undefined;
  }

  async happened(id: Hex, originChain: ChainId, nonce: bigint, from: bigint | undefined): Promise<Happened> {
    const latest = await this.#reach(() => this.#client.getBlockNumber({ cacheTime: 0 }));
    const failures: Received[] = [];
    let isProven = false;
    let next = from ?? max(this.place.startHeight, latest - REREAD);
    for (; next <= latest; next += LOG_RANGE) {
      const logs = await this.#logs(this.place.inbox, next, min(latest, next + LOG_RANGE - 1n));
      failures.push(...this.parseReceived(logs).filter((r) => r.messageId === id && r.outcome === 'failed'));
      isProven ||= this.#kept(logs, originChain, nonce).length > 0;
    }
    return { failures, isProven, next: max(this.place.startHeight, latest - REREAD) };
  }

  async *keptStatements(originChain: ChainId, nonce: bigint): AsyncIterable<Uint8Array> {
    const { inbox: address } = this.place;
    const seen = new Set<Hex>();
    for await (const logs of this.#downwards(address)) {
      for (const { args, transactionHash } of this.#kept(logs, originChain, nonce).reverse()) {
        const { digest } = args;
        if (seen.has(digest)) continue;
        seen.add(digest);
        const kept = await this.#reach(() =>
          this.#client.readContract({ address, abi: inboxAbi, functionName: 'keptRootOf', args: [digest] }),
        );
        if (kept[2]) continue;
        const { input } = await this.#known(transactionHash, (hash) => this.#client.getTransaction({ hash }));
        const statement = findStatement(fromHex(input), fromHex(digest));
        if (statement) yield statement;
      }
    }
  }

  async receivedIn(transaction: string): Promise<Received[]> {
    const [{ logs }, { input }] = await Promise.all([
      this.#receipt(transaction),
      this.#known(transaction, (hash) => this.#client.getTransaction({ hash })),
    ]);
    return this.parseReceived(logs, input);
  }

  /**
   * What the logs of a receipt say was delivered, or failed to be.
   * @param input of the transaction, which shows the messages themselves where it called the inbox
   */
  parseReceived(logs: Logs, input?: Hex): Received[] {
    const shown = input === undefined ? new Map<Hex, Message>() : this.#messagesIn(input);
    const parsed = parseEventLogs({
      abi: inboxAbi,
      eventName: ['MessageDelivered', 'DeliveryFailed'],
      logs: this.#at(logs, this.place.inbox),
    });
    return parsed.map(({ eventName, args, transactionHash }): Received => {
      const { messageId: id, originChain, nonce } = args;
      const message = shown.get(id);
      const common = {
        messageId: id,
        originChain,
        nonce,
        transaction: transactionHash,
        ...(message ? { message } : {}),
      };
      return eventName === 'MessageDelivered'
        ? { ...common, outcome: 'delivered' }
        : { ...common, outcome: 'failed', reason: args.reason };
    });
  }

  /** Messages in a call of the inbox, by their ids: what the logs do not name by id is not believed. */
  #messagesIn(input: Hex): Map<Hex, Message> {
    const messages = new Map<Hex, Message>();
    try {
      const { functionName, args } = decodeFunctionData({ abi: inboxAbi, data: input });
      const encoded = functionName === 'deliver' ? args[2] : functionName === 'deliverOne' ? [args[4]] : [];
      for (const bytes of encoded.map(fromHex)) {
        const message = decodeMessage(bytes);
        const outbox = this.#outboxOf(message.originChain);
        if (outbox) messages.set(toHex(messageId(outbox, bytes)), message);
      }
    } catch {
      // Another contract was called, which called the inbox: the logs alone tell.
    }
    return messages;
  }

  #kept(logs: Logs, originChain: ChainId, nonce: bigint) {
    const parsed = parseEventLogs({ abi: inboxAbi, eventName: 'RootKept', logs: this.#at(logs, this.place.inbox) });
    return parsed.filter(
      ({ args }) =>
        args.originChain === originChain &&
        nonce >= args.firstNonce &&
        nonce < args.firstNonce + BigInt(args.messageCount),
    );
  }

  #ours(logs: Logs, address: Hex, eventName: 'MessageSent') {
    return parseEventLogs({ abi: outboxAbi, eventName, logs: this.#at(logs, address) });
  }

  #at(logs: Logs, address: Hex): Log[] {
    return logs.filter((log) => log.address.toLowerCase() === address);
  }

  /** All logs of a contract up to a height, from the newest blocks to the oldest. */
  async *#downwards(address: Hex, top?: bigint): AsyncIterable<Logs> {
    const { startHeight } = this.place;
    let last = top ?? (await this.#reach(() => this.#client.getBlockNumber({ cacheTime: 0 })));
    for (; last >= startHeight; last -= LOG_RANGE) {
      yield this.#logs(address, max(startHeight, last - LOG_RANGE + 1n), last);
    }
  }

  #logs(address: Hex, fromBlock: bigint, toBlock: bigint): Promise<Logs> {
    return this.#reach(() => this.#client.getLogs({ address, fromBlock, toBlock }));
  }

  #receipt(transaction: string): Promise<TransactionReceipt> {
    return this.#known(transaction, (hash) => this.#client.getTransactionReceipt({ hash }));
  }

  /** Of several nodes behind one address, one may have what the next has not yet: it is asked again for a while. */
  async #known<T>(transaction: string, ask: (hash: Hex) => Promise<T>): Promise<T> {
    for (let left = LOOKS; ; left--) {
      try {
        return await ask(transaction as Hex);
      } catch (error) {
        const isUnknown = /^Transaction(Receipt)?NotFoundError$/.test((error as Error).name);
        if (!isUnknown) throw this.#trouble(error);
        if (left <= 1) {
          const text = `chain ${this.chain} has no transaction ${transaction}`;
          throw new CorridorError('UnknownMessage', text, { cause: error });
        }
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
    }
  }

  async #reach<T>(ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      throw this.#trouble(error);
    }
  }

  #trouble(error: unknown): CorridorError {
    const rule = ruleOf(error);
    const text = shortMessage(error);
    return rule === undefined
      ? new CorridorError('Unavailable', `chain ${this.chain}: ${text}`, { cause: error })
      : new CorridorError('Refused', `the contract on chain ${this.chain} refuses: ${rule}`, { rule, cause: error });
  }
}

function min(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
