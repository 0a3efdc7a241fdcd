/** `sui.rpc.v2.LedgerService`: objects, transactions, checkpoints, epochs, and listings over the whole ledger. */
import { GrpcTypes } from '@mysten/sui/grpc';
import type { Checkpoint, CommittedTransaction } from '../../ledger/ledger.ts';
import { FieldMask } from '../field-mask.ts';
import { renderCheckpoint } from '../render/checkpoint.ts';
import { timestamp } from '../render/common.ts';
import { renderEvent } from '../render/effects.ts';
import { renderEpoch } from '../render/epoch.ts';
import { renderExecuted } from '../render/executed.ts';
import { renderObject } from '../render/object.ts';
import type { Handlers } from '../router.ts';
import { invalid, notFound, toStatus } from '../status.ts';
import { address, digest, type ServiceContext } from './context.ts';
import { eventFilter, transactionFilter } from './filters.ts';
import { listCheckpoints, listEvents, listTransactions, type Listed, type Scan } from './query.ts';

/** Masks that apply when a request has none. */
export const DEFAULT_MASK = {
  transaction: 'digest',
  checkpoint: 'sequence_number,digest',
  event: 'event_type',
  epoch: 'epoch,first_checkpoint,last_checkpoint,start,end,reference_gas_price,protocol_config.protocol_version',
  object: 'object_id,version,digest',
} as const;

type Status = Extract<GrpcTypes.GetObjectResult['result'], { oneofKind: 'error' }>['error'];

/** An error inside a batch. */
function errorResult(error: unknown): { oneofKind: 'error'; error: Status } {
  const status = toStatus(error);
  return { oneofKind: 'error', error: { code: status.number, message: status.message, details: [] } };
}

export function ledgerService(context: ServiceContext): Handlers {
  const { ledger, packages } = context;

  const object = ({ objectId, version }: GrpcTypes.GetObjectRequest, mask: FieldMask): GrpcTypes.Object => {
    const id = address('object_id', objectId);
    const record = version === undefined ? ledger.live(id) : ledger.at(id, version);
    if (!record) throw notFound(version === undefined ? `Object ${id}` : `Object ${id} with version ${version}`);
    return renderObject(record, mask, packages);
  };
  const transaction = (text: string | undefined, mask: FieldMask): GrpcTypes.ExecutedTransaction => {
    const committed = ledger.transaction(digest('digest', text));
    if (!committed) throw notFound(`Transaction ${text}`);
    return renderExecuted(committed, mask, context);
  };
  const objectMask = (mask: GrpcTypes.GetObjectRequest['readMask']): FieldMask =>
    FieldMask.parse(GrpcTypes.Object, mask, DEFAULT_MASK.object);
  const transactionMask = (mask: GrpcTypes.GetTransactionRequest['readMask']): FieldMask =>
    FieldMask.parse(GrpcTypes.ExecutedTransaction, mask, DEFAULT_MASK.transaction);
  const checkpointMask = (mask: GrpcTypes.GetCheckpointRequest['readMask']): FieldMask =>
    FieldMask.parse(GrpcTypes.Checkpoint, mask, DEFAULT_MASK.checkpoint);

  return {
    GetServiceInfo: (): GrpcTypes.GetServiceInfoResponse => {
      const { summary } = ledger.latestCheckpoint;
      return {
        chainId: ledger.chainIdentifier,
        chain: 'unknown',
        epoch: summary.epoch,
        checkpointHeight: summary.sequenceNumber,
        timestamp: timestamp(summary.timestampMs),
        lowestAvailableCheckpoint: ledger.lowestCheckpoint,
        lowestAvailableCheckpointObjects: ledger.lowestCheckpoint,
        server: 'corridor-localnet',
      };
    },

    GetObject: (request: GrpcTypes.GetObjectRequest): GrpcTypes.GetObjectResponse => ({
      object: object(request, objectMask(request.readMask)),
    }),

    BatchGetObjects: (request: GrpcTypes.BatchGetObjectsRequest): GrpcTypes.BatchGetObjectsResponse => {
      const mask = objectMask(request.readMask);
      checkBatch('requests', request.requests);
      // Malformed ids fail the whole batch, absent objects only themselves.
      request.requests.forEach(({ objectId }, index) => address(`requests[${index}].object_id`, objectId));
      const objects = request.requests.map((item): GrpcTypes.GetObjectResult => {
        try {
          return { result: { oneofKind: 'object', object: object(item, mask) } };
        } catch (error) {
          return { result: errorResult(error) };
        }
      });
      return { objects };
    },

    GetTransaction: (request: GrpcTypes.GetTransactionRequest): GrpcTypes.GetTransactionResponse => ({
      transaction: transaction(request.digest, transactionMask(request.readMask)),
    }),

    BatchGetTransactions: (request: GrpcTypes.BatchGetTransactionsRequest): GrpcTypes.BatchGetTransactionsResponse => {
      const mask = transactionMask(request.readMask);
      checkBatch('digests', request.digests);
      const transactions = request.digests.map((item): GrpcTypes.GetTransactionResult => {
        try {
          return { result: { oneofKind: 'transaction', transaction: transaction(item, mask) } };
        } catch (error) {
          return { result: errorResult(error) };
        }
      });
      return { transactions };
    },

    GetCheckpoint: (request: GrpcTypes.GetCheckpointRequest): GrpcTypes.GetCheckpointResponse => {
      const mask = checkpointMask(request.readMask);
      const id = request.checkpointId;
      let checkpoint: Checkpoint | undefined = ledger.latestCheckpoint;
      if (id.oneofKind === 'sequenceNumber') {
        checkpoint = ledger.checkpoint(id.sequenceNumber);
        if (!checkpoint) throw notFound(`Checkpoint ${id.sequenceNumber}`);
      } else if (id.oneofKind === 'digest') {
        checkpoint = ledger.checkpointByDigest(digest('digest', id.digest));
        if (!checkpoint) throw notFound(`Checkpoint ${id.digest}`);
      }
      return { checkpoint: renderCheckpoint(checkpoint, mask, context) };
    },

    GetEpoch: (request: GrpcTypes.GetEpochRequest): GrpcTypes.GetEpochResponse => {
      const mask = FieldMask.parse(GrpcTypes.Epoch, request.readMask, DEFAULT_MASK.epoch);
      const epoch = request.epoch === undefined ? ledger.currentEpoch : ledger.epochInfo(request.epoch);
      if (!epoch) throw notFound(`Epoch ${request.epoch}`);
      return { epoch: renderEpoch(epoch, mask) };
    },

    ListCheckpoints: (request: GrpcTypes.ListCheckpointsRequest) => {
      const mask = checkpointMask(request.readMask);
      const filter = request.filter && transactionFilter(request.filter, ledger);
      const matches = (checkpoint: Checkpoint): boolean => !filter || checkpoint.transactions.some(filter);
      const render = (checkpoint: Checkpoint): Partial<GrpcTypes.ListCheckpointsResponse> => ({
        checkpoint: renderCheckpoint(checkpoint, mask, context),
      });
      return frames(listCheckpoints(ledger, request, matches), render);
    },

    ListTransactions: (request: GrpcTypes.ListTransactionsRequest) => {
      const mask = transactionMask(request.readMask);
      const filter = request.filter && transactionFilter(request.filter, ledger);
      const render = (item: CommittedTransaction): Partial<GrpcTypes.ListTransactionsResponse> => ({
        transaction: renderExecuted(item, mask, context),
      });
      return frames(listTransactions(ledger, request, filter ?? (() => true)), render);
    },

    ListEvents: (request: GrpcTypes.ListEventsRequest) => {
      const mask = FieldMask.parse(GrpcTypes.Event, request.readMask, DEFAULT_MASK.event);
      const filter = request.filter && eventFilter(request.filter);
      return frames(listEvents(ledger, request, filter ?? (() => true)), ({ event, position }) => ({
        event: renderEvent(event, mask, packages, position),
      }));
    },
  };
}

/** Sui has no limit but that of the message, of which a batch could keep this single thread busy for minutes. */
const MAX_BATCH = 1000;

function checkBatch(field: string, items: readonly unknown[]): void {
  if (items.length > MAX_BATCH) {
    throw invalid(field, `${items.length} in one batch, this network answers ${MAX_BATCH}; send several`);
  }
}

/** Frames of a listing: items with their watermarks, and the end. */
async function* frames<T, R extends object>(scan: Scan<T>, render: (item: T) => R): AsyncGenerator<object> {
  for (const { item, watermark, end } of scan as Iterable<Listed<T>>) {
    yield {
      ...(item === undefined ? {} : render(item)),
      watermark,
      ...(end === undefined ? {} : { end: { reason: end } }),
    };
  }
}
