/** A Sui network as a destination. */
import { bcs } from '@mysten/sui/bcs';
import { SimulationError } from '@mysten/sui/client';
import type { Signer } from '@mysten/sui/cryptography';
import type { GrpcTypes, SuiGrpcClient } from '@mysten/sui/grpc';
import { Transaction } from '@mysten/sui/transactions';
import {
  Inbox,
  InboxMessageDelivered,
  InboxSpentKey,
  RegistrySignerJudged,
  corridorCalls,
} from '../../bindings/sui/corridor.ts';
import { callRecipient, type SuiRecipient } from '../../bindings/sui/discovery.ts';
import { readObject, readTable, structKey } from '../../bindings/sui/read.ts';
import { decodeMessage, fromHex, toHex, type ChainId } from '../../protocol/index.ts';
import { firstThatCan } from '../origins/common.ts';
import { subscribe } from '../evidence/checkpoints.ts';
import { fetchEvents } from '../evidence/events.ts';
import { KeyCache } from '../operators/key-cache.ts';
import { readKeyOnSui } from '../operators/keys.ts';
import type { KeyStatus } from '../operators/registrar.ts';
import type { StoredMessage } from '../store/rows.ts';
import { Turns } from '../turns.ts';
import {
  SubmissionError,
  type Destination,
  type Outcome,
  type Proven,
  type QuorumState,
  type Seen,
  type Submitted,
} from './destination.ts';
import { failureOf, type SuiFailure } from '../../bindings/sui/failure.ts';
import { Recipients } from './sui-recipients.ts';

export interface SuiDestinationOptions {
  readonly chain: ChainId;
  /** In order of preference */
  readonly nodes: readonly SuiGrpcClient[];
  /** The package `corridor` */
  readonly packageId: string;
  readonly inbox: string;
  readonly registry: string;
  /** Who pays, and owns nothing else of worth: recipients run within its transactions */
  readonly signer: Signer;
  /** Checkpoint of the deployment, from which deliveries are looked for */
  readonly startHeight: bigint;
  /** Most MIST for one transaction */
  readonly maxGasBudget?: bigint;
}

/** Native calls and instructions of a longer run would come near the limits of one transaction. */
const MAX_RUN = 64;
/** Bytes of messages in one transaction, which may have 128 KiB. */
const MAX_BYTES = 90_000;
const DEFAULT_GAS_BUDGET = 2_000_000_000n;
/** What a delivery takes at most without its recipients: signatures, the run's root, and each message by itself. */
const MIST_PER_DELIVERY = 50_000_000n;
const MIST_PER_MESSAGE = 10_000_000n;
/** What a recipient gets for a unit of the message's execution gas (docs/spec/contracts.md section 6). */
const MIST_PER_EXECUTION_GAS = 100n;

export class SuiDestination implements Destination {
  readonly chain: ChainId;
  readonly maxRun = MAX_RUN;
  /** One is sent at a time; the next ones are looked at meanwhile. */
  readonly concurrency = 4;
  readonly #options: SuiDestinationOptions;
  readonly #calls: ReturnType<typeof corridorCalls>;
  readonly #recipients: Recipients;
  /** One transaction at a time: all of them pay with the same coins. */
  readonly #sending = new Turns();
  readonly #keys: KeyCache;
  #spentTable: string | undefined;

  constructor(options: SuiDestinationOptions) {
    this.chain = options.chain;
    this.#options = options;
    this.#calls = corridorCalls(options.packageId);
    this.#recipients = new Recipients(options.packageId);
    this.#keys = new KeyCache((signer) => this.#ask((node) => readKeyOnSui(node, options.registry, signer)));
  }

  fit(messages: readonly StoredMessage[]): number {
    return Math.min(messages.length, MAX_RUN);
  }

  async quorum({ statement, signatures }: Pick<Proven, 'digest' | 'statement' | 'signatures'>): Promise<QuorumState> {
    const transaction = new Transaction();
    this.#accept(transaction, statement, signatures);
    const failure = await this.#simulate(transaction);
    if (!failure) return { isMet: true, detail: 'the inbox would accept it' };
    if (failure.rule === 'QuorumNotReached') return { isMet: false, detail: 'too few signers count' };
    throw new SubmissionError(failure.rule ?? 'Refused', `the inbox would refuse: ${failure.text}`);
  }

  async submit(proven: Proven, open: readonly number[], isRetry = false): Promise<Submitted> {
    // What others have delivered is found out by trying, which costs nothing and goes well as a rule.
    const still = isRetry ? await this.#unspent(proven.messages, open) : open;
    const all = new Results();
    for (const { recipient, indexes } of groups(proven.messages, still)) {
      try {
        await this.#deliverGroup(proven, indexes, recipient, all);
      } catch (error) {
        // The other recipients do not wait for this one.
        all.trouble = error as Error;
      }
    }
    // What stays open can be delivered by anyone then, from the root that is kept since the first time.
    if (!isRetry && all.outcomes.some(({ kind }) => kind === 'failed')) all.transactions.push(await this.#keep(proven));
    return all;
  }

  /** Messages of one recipient in one transaction; one at which its code fails is left out, and it is tried again. */
  async #deliverGroup(proven: Proven, indexes: readonly number[], recipientId: string, all: Results): Promise<void> {
    const recipient = await this.#ask((node) => this.#recipients.find(node, recipientId));
    if ('reason' in recipient) {
      for (const index of indexes) all.failed(proven, index, recipient.reason);
      return;
    }
    let left = [...indexes];
    while (left.length > 0) {
      const { build, messageOfCommand } = this.#delivery(proven, left, recipient);
      const budget = allowanceOf(left.map((index) => proven.messages[index]!));
      const done = await this.#execute(build, budget).catch((error: unknown) => {
        if (!isNoCall(error)) throw error;
        return undefined;
      });
      if (!done) {
        for (const index of left) all.failed(proven, index, 'what its discovery record names cannot be called');
        return;
      }
      if ('transaction' in done) {
        all.delivered(proven, left, done.transaction);
        return;
      }
      const { failure, isPaid } = done;
      const { rule, text, command } = failure;
      // Whatever rule a recipient's code names, it is the recipient that has failed; so it is where nothing is named.
      const isOther = rule === undefined && left.length === 1;
      const guilty = isOther ? left[0] : command === undefined ? undefined : messageOfCommand.get(command);
      if (guilty !== undefined) {
        this.#recipients.forget(recipientId);
        all.failed(proven, guilty, text, isPaid);
        left = left.filter((index) => index !== guilty);
      } else if (rule === 'AlreadyDelivered') {
        const before = left.length;
        left = await this.#unspent(proven.messages, left);
        if (left.length === before) return;
        continue;
      } else if (rule !== undefined) throw new SubmissionError(rule, `the inbox would refuse: ${text}`);
      // What fails in a block though it did not before may do so once more for each of the others: all at once no more.
      if (isPaid || guilty === undefined) {
        for (const index of left) await this.#deliverGroup(proven, [index], recipientId, all);
        return;
      }
    }
  }

  #delivery(proven: Proven, indexes: readonly number[], recipient: SuiRecipient) {
    const { inbox, registry } = this.#options;
    const messageOfCommand = new Map<number, number>();
    const build = (): Transaction => {
      const transaction = new Transaction();
      const accepted = this.#accept(transaction, proven.statement, proven.signatures);
      this.#calls.inbox.proveRun(transaction, { accepted, messageIds: proven.messages.map(({ id }) => toHex(id)) });
      for (const index of indexes) {
        const message = this.#calls.message.decode(transaction, { bytes: proven.messages[index]!.encoded });
        const args = { self: inbox, registry, accepted, index, message };
        const call = callRecipient(transaction, recipient, this.#calls.inbox.deliverProven(transaction, args));
        messageOfCommand.set(call.Result, index);
      }
      return transaction;
    };
    return { build, messageOfCommand };
  }

  async #keep({ statement, signatures }: Proven): Promise<Sent> {
    const done = await this.#execute(() => {
      const transaction = new Transaction();
      const accepted = this.#accept(transaction, statement, signatures);
      this.#calls.inbox.keep(transaction, { self: this.#options.inbox, accepted });
      return transaction;
    });
    if ('transaction' in done) return done.transaction;
    throw new SubmissionError(done.failure.rule ?? 'Refused', `the root was not kept: ${done.failure.text}`);
  }

  #accept(transaction: Transaction, statement: Uint8Array, signatures: Uint8Array) {
    const { inbox, registry } = this.#options;
    return this.#calls.inbox.accept(transaction, { self: inbox, registry, statement, signatures });
  }

  /** The indexes whose nonces are not spent. */
  async #unspent(messages: readonly StoredMessage[], indexes: readonly number[]): Promise<number[]> {
    return this.#ask(async (node) => {
      this.#spentTable ??= (await readObject(node, Inbox, this.#options.inbox)).value.spent.id;
      const type = `${this.#options.packageId}::inbox::SpentKey`;
      const words = new Map<bigint, bigint>();
      for (const index of indexes) {
        const { originChain, nonce } = messages[index]!;
        const word = nonce >> 8n;
        if (words.has(word)) continue;
        const key = structKey(type, InboxSpentKey.serialize({ origin_chain: originChain, word }).toBytes());
        words.set(word, BigInt((await readTable(node, { id: this.#spentTable }, key, bcs.u256())) ?? 0));
      }
      return indexes.filter((index) => {
        const { nonce } = messages[index]!;
        return ((words.get(nonce >> 8n)! >> (nonce & 0xffn)) & 1n) === 0n;
      });
    });
  }

  async #simulate(transaction: Transaction): Promise<SuiFailure | undefined> {
    transaction.setSenderIfNotSet(this.#options.signer.toSuiAddress());
    return this.#ask(async (node) => {
      const result = await node.simulateTransaction({ transaction, include: { effects: true } });
      return result.$kind === 'Transaction' ? undefined : this.#failure(result.FailedTransaction.status);
    });
  }

  #failure(status: Parameters<typeof failureOf>[1]): SuiFailure {
    return failureOf(this.#options.packageId, status);
  }

  /**
   * Simulates, then executes: a failure that can be foreseen costs nothing.
   * @param allowance most MIST that it may take
   */
  async #execute(build: () => Transaction, allowance?: bigint): Promise<Executed> {
    const { signer, maxGasBudget = DEFAULT_GAS_BUDGET } = this.#options;
    return this.#sending.run(() =>
      this.#ask(async (node) => {
        let transaction: Transaction;
        try {
          transaction = build();
        } catch (error) {
          throw new UnbuildableError((error as Error).message);
        }
        transaction.setSenderIfNotSet(signer.toSuiAddress());
        const isWithin = allowance !== undefined && allowance < maxGasBudget;
        transaction.setGasBudgetIfNotSet(isWithin ? allowance : maxGasBudget);
        const built = await this.#resolve(transaction, node);
        if (!(built instanceof Uint8Array)) return { failure: built, isPaid: false };
        const sentAt = Date.now();
        const request = { transaction: built, signer, include: { effects: true } } as const;
        const result = await node.signAndExecuteTransaction(request);
        if (result.$kind !== 'Transaction') {
          return { failure: this.#failure(result.FailedTransaction.status), isPaid: true };
        }
        const { digest, effects } = result.Transaction;
        const { computationCost, storageCost, storageRebate } = effects.gasUsed;
        const gas = BigInt(computationCost) + BigInt(storageCost) - BigInt(storageRebate);
        return { transaction: { id: digest, gas, sentAt } };
      }),
    );
  }

  /** Versions of objects and coins to pay with, which a node finds by simulating: it says what would fail at once. */
  async #resolve(transaction: Transaction, client: SuiGrpcClient): Promise<Uint8Array | SuiFailure> {
    try {
      return await transaction.build({ client });
    } catch (error) {
      if (!(error instanceof SimulationError)) throw error;
      if (error.executionError) return this.#failure({ success: false, error: error.executionError });
      // What the node itself said tells a refusal from a node that is out of reach.
      throw error.cause instanceof Error ? error.cause : error;
    }
  }

  async poll(from: bigint | undefined): Promise<Seen> {
    const deliveries = `${this.#options.packageId}::${InboxMessageDelivered.name}`;
    const judgements = `${this.#options.packageId}::${RegistrySignerJudged.name}`;
    return this.#ask(async (node) => {
      const { response } = await node.ledgerService.getServiceInfo({});
      const latest = response.checkpointHeight!;
      const first = from ?? this.#options.startHeight;
      const outcomes: Outcome[] = [];
      const signers: Uint8Array[] = [];
      if (first > latest) return { outcomes, signers, next: first, isBehind: false };
      const range = { types: [deliveries, judgements], first, last: latest };
      const take = ({ eventType, contents, transactionDigest }: GrpcTypes.Event): void => {
        const bytes = contents!.value!;
        if (eventType?.endsWith(`::${RegistrySignerJudged.name}`)) {
          signers.push(fromHex(RegistrySignerJudged.parse(bytes).signer).slice(12));
          return;
        }
        const { message_id } = InboxMessageDelivered.parse(bytes);
        outcomes.push({ id: fromHex(message_id), kind: 'delivered', transaction: transactionDigest! });
      };
      let next = first;
      let after: Uint8Array | undefined;
      for (let pages = 0; pages < PAGES; pages++) {
        const page = await fetchEvents(node, range, EVENT_FIELDS, after);
        for (const event of page.events) take(event);
        if (page.isWhole) return { outcomes, signers, next: latest + 1n, isBehind: false };
        // An answer may end within a checkpoint: that one is read again, where this is the last.
        const reached = page.covered === undefined ? page.events.at(-1)?.checkpoint : page.covered + 1n;
        if (reached !== undefined && reached > next) next = reached;
        after = page.after;
        if (!after) return { outcomes, signers, next, isBehind: false };
      }
      return { outcomes, signers, next, isBehind: true };
    });
  }

  key(signer: Uint8Array): Promise<KeyStatus> {
    return this.#keys.status(signer);
  }

  async delivered(messages: readonly StoredMessage[], open: readonly number[]): Promise<number[]> {
    const still = new Set(await this.#unspent(messages, open));
    return open.filter((index) => !still.has(index));
  }

  async watch(callback: () => void, signal: AbortSignal): Promise<void> {
    await this.#ask((node) => subscribe(node, callback, signal));
  }

  #ask<T>(ask: (node: SuiGrpcClient) => Promise<T>): Promise<T> {
    return firstThatCan(this.#options.nodes, undefined, ask);
  }
}

/** Answers with events before what was found is noted. */
const PAGES = 20;
const EVENT_FIELDS = ['event_type', 'contents', 'transaction_digest', 'checkpoint'];

/** Whether a transaction was none, by the client that builds it or by the node. A record may name anything. */
function isNoCall(error: unknown): boolean {
  return error instanceof UnbuildableError || (error as { code?: unknown }).code === 'INVALID_ARGUMENT';
}

class UnbuildableError extends Error {
  override readonly name = 'UnbuildableError';
}

type Sent = Submitted['transactions'][number];
type Executed = { readonly transaction: Sent } | { readonly failure: SuiFailure; readonly isPaid: boolean };

/**
 * Most MIST that the delivery of messages to one recipient may take: what Corridor itself takes, and what the message
 * promises. A recipient may burn what it gets, or store things with it and take the rebate for itself later.
 */
function allowanceOf(messages: readonly StoredMessage[]): bigint {
  return messages.reduce(
    (sum, { encoded }) => sum + MIST_PER_MESSAGE + BigInt(decodeMessage(encoded).executionGas) * MIST_PER_EXECUTION_GAS,
    MIST_PER_DELIVERY,
  );
}

/** What became of the messages of a run, so far. */
class Results implements Submitted {
  readonly outcomes: Outcome[] = [];
  readonly transactions: Sent[] = [];
  trouble?: Error;

  delivered({ messages }: Proven, indexes: readonly number[], transaction: Sent): void {
    this.transactions.push(transaction);
    for (const index of indexes) {
      this.outcomes.push({ id: messages[index]!.id, kind: 'delivered', transaction: transaction.id });
    }
  }

  failed({ messages }: Proven, index: number, reason: string, isPaid = false): void {
    this.outcomes.push({ id: messages[index]!.id, kind: 'failed', reason, ...(isPaid ? { isPaid } : {}) });
  }
}

/** Open messages by recipient, as many together as one transaction holds: nobody else's code runs beside it. */
function groups(
  messages: readonly StoredMessage[],
  open: readonly number[],
): { recipient: string; indexes: number[] }[] {
  const byRecipient = new Map<string, { indexes: number[]; bytes: number }[]>();
  for (const index of open) {
    const { encoded } = messages[index]!;
    const recipient = toHex(decodeMessage(encoded).recipient);
    const chunks = byRecipient.get(recipient) ?? [];
    byRecipient.set(recipient, chunks);
    const last = chunks.at(-1);
    if (last && last.bytes + encoded.length <= MAX_BYTES) {
      last.indexes.push(index);
      last.bytes += encoded.length;
    } else chunks.push({ indexes: [index], bytes: encoded.length });
  }
  return [...byRecipient].flatMap(([recipient, chunks]) => chunks.map(({ indexes }) => ({ recipient, indexes })));
}
