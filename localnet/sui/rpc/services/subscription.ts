/** `sui.rpc.v2.SubscriptionService`: streams of what is sealed from now on. */
import { GrpcTypes } from '@mysten/sui/grpc';
import type { Checkpoint, Ledger } from '../../ledger/ledger.ts';
import { FieldMask } from '../field-mask.ts';
import { renderCheckpoint } from '../render/checkpoint.ts';
import { renderEvent } from '../render/effects.ts';
import { renderExecuted } from '../render/executed.ts';
import type { CallContext, Handlers } from '../router.ts';
import { RpcStatus } from '../status.ts';
import type { ServiceContext } from './context.ts';
import { eventFilter, transactionFilter } from './filters.ts';
import { DEFAULT_MASK } from './ledger.ts';
import { cursorAt, eventsOf } from './query.ts';

const MAX_SUBSCRIBERS = 1024;
/** Checkpoints that may wait for a slow client before its stream is ended. */
const MAX_BACKLOG = 256;

export function subscriptionService(context: ServiceContext): Handlers {
  const { ledger, packages } = context;
  let subscribers = 0;

  /** Begins a subscription; it ends when the signal aborts. */
  const subscribe = (signal: AbortSignal): AsyncIterable<Checkpoint> => {
    if (subscribers >= MAX_SUBSCRIBERS) throw new RpcStatus('UNAVAILABLE', 'too many existing subscriptions');
    subscribers++;
    return new Feed(ledger, signal, () => subscribers--).checkpoints();
  };

  /** Begins a subscription and turns each checkpoint into messages. */
  const stream = (
    signal: AbortSignal,
    messages: (checkpoint: Checkpoint) => Iterable<object>,
  ): AsyncIterable<object> => {
    const checkpoints = subscribe(signal);
    return (async function* () {
      for await (const checkpoint of checkpoints) yield* messages(checkpoint);
    })();
  };

  return {
    SubscribeCheckpoints: (request: GrpcTypes.SubscribeCheckpointsRequest, { signal }: CallContext) => {
      const mask = FieldMask.parse(GrpcTypes.Checkpoint, request.readMask, DEFAULT_MASK.checkpoint);
      const filter = request.filter && transactionFilter(request.filter, ledger);
      return stream(signal, function* (checkpoint): Generator<GrpcTypes.SubscribeCheckpointsResponse> {
        const matches = !filter || checkpoint.transactions.some(filter);
        yield {
          cursor: checkpoint.summary.sequenceNumber,
          ...(matches ? { checkpoint: renderCheckpoint(checkpoint, mask, context) } : {}),
        };
      });
    },

    SubscribeTransactions: (request: GrpcTypes.SubscribeTransactionsRequest, { signal }: CallContext) => {
      const mask = FieldMask.parse(GrpcTypes.ExecutedTransaction, request.readMask, DEFAULT_MASK.transaction);
      const filter = request.filter && transactionFilter(request.filter, ledger);
      return stream(signal, function* (checkpoint): Generator<GrpcTypes.SubscribeTransactionsResponse> {
        for (const item of checkpoint.transactions) {
          if (filter && !filter(item)) continue;
          const cursor = cursorAt(item.checkpoint, BigInt(item.sequence), 0n);
          yield { transaction: renderExecuted(item, mask, context), watermark: { cursor } };
        }
        yield covered(checkpoint);
      });
    },

    SubscribeEvents: (request: GrpcTypes.SubscribeEventsRequest, { signal }: CallContext) => {
      const mask = FieldMask.parse(GrpcTypes.Event, request.readMask, DEFAULT_MASK.event);
      const filter = request.filter && eventFilter(request.filter);
      return stream(signal, function* (checkpoint): Generator<GrpcTypes.SubscribeEventsResponse> {
        for (const transaction of checkpoint.transactions) {
          for (const { event, position } of eventsOf(transaction)) {
            if (filter && !filter(event)) continue;
            const cursor = cursorAt(position.checkpoint, BigInt(transaction.sequence), BigInt(position.eventIndex));
            yield { event: renderEvent(event, mask, packages, position), watermark: { cursor } };
          }
        }
        yield covered(checkpoint);
      });
    },
  };
}

/** A frame that only says how far the stream has come. */
function covered({ summary: { sequenceNumber } }: Checkpoint): { watermark: GrpcTypes.Watermark } {
  return { watermark: { cursor: cursorAt(sequenceNumber + 1n, 0n, 0n), checkpoint: sequenceNumber } };
}

/** Queues sealed checkpoints for one subscriber, from its construction until the signal aborts. */
class Feed {
  readonly #queue: Checkpoint[] = [];
  readonly #signal: AbortSignal;
  readonly #unsubscribe: () => void;
  readonly #onClose: () => void;
  #wake: (() => void) | undefined;
  #overflow = false;
  #closed = false;

  constructor(ledger: Ledger, signal: AbortSignal, onClose: () => void) {
    this.#signal = signal;
    this.#onClose = onClose;
    this.#unsubscribe = ledger.subscribe((checkpoint) => {
      if (this.#queue.length < MAX_BACKLOG) this.#queue.push(checkpoint);
      else this.#overflow = true;
      this.#wake?.();
    });
    signal.addEventListener('abort', this.#close);
    if (signal.aborted) this.#close();
  }

  async *checkpoints(): AsyncGenerator<Checkpoint> {
    try {
      while (!this.#signal.aborted) {
        const next = this.#queue.shift();
        if (next) yield next;
        else if (this.#overflow)
          throw new RpcStatus('RESOURCE_EXHAUSTED', 'the client reads too slowly; subscribe again');
        else await new Promise<void>((resolve) => (this.#wake = resolve));
      }
    } finally {
      this.#close();
    }
  }

  readonly #close = (): void => {
    this.#wake?.();
    if (this.#closed) return;
    this.#closed = true;
    this.#signal.removeEventListener('abort', this.#close);
    this.#unsubscribe();
    this.#onClose();
  };
}
