/** Checkpoints of Sui over gRPC, in the BCS that their digests cover. Nothing that is got is verified here. */
import type { GrpcTypes, SuiGrpcClient } from '@mysten/sui/grpc';
import { concat } from '../../protocol/bytes.ts';
import { EvidenceError } from './errors.ts';

/** What a transaction did, in BCS; events are empty where it emitted none. */
export interface TransactionEvidence {
  readonly effects: Uint8Array;
  readonly events: Uint8Array;
}

/** Everything that proves the messages of one checkpoint. */
export interface CheckpointEvidence {
  /** BCS `CheckpointContents` */
  readonly contents: Uint8Array;
  /** In order */
  readonly transactions: readonly TransactionEvidence[];
}

/** Where an event is. */
export interface EventPlace {
  readonly checkpoint: bigint;
  readonly transactionIndex: number;
  readonly eventIndex: number;
}

type Checkpoint = GrpcTypes.Checkpoint;

/** Events that one request lists. */
const PAGE = 1000;

async function get(client: SuiGrpcClient, sequenceNumber: bigint | undefined, paths: string[]): Promise<Checkpoint> {
  const checkpointId =
    sequenceNumber === undefined ? { oneofKind: undefined } : { oneofKind: 'sequenceNumber' as const, sequenceNumber };
  const { response } = await reach(() => client.ledgerService.getCheckpoint({ checkpointId, readMask: { paths } }));
  if (!response.checkpoint) throw new EvidenceError('Missing', `the node has no checkpoint ${sequenceNumber}`);
  return response.checkpoint;
}

/** Turns what the transport throws into what the host expects of a node. */
async function reach<T>(call: () => PromiseLike<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    throw new EvidenceError(code === 'NOT_FOUND' ? 'Missing' : 'Unavailable', message);
  }
}

function bytes(value: GrpcTypes.Bcs | undefined, what: string): Uint8Array {
  if (!value?.value) throw new EvidenceError('Contradiction', `the node left out ${what}`);
  return value.value;
}

/** BCS `CheckpointSummary`. */
export async function fetchSummary(client: SuiGrpcClient, sequenceNumber: bigint): Promise<Uint8Array> {
  const { summary } = await get(client, sequenceNumber, ['summary.bcs']);
  return bytes(summary?.bcs, 'the summary');
}

/** A checkpoint's summary with its certificate. */
export interface CertifiedSummary {
  /** BCS `CheckpointSummary` */
  readonly summary: Uint8Array;
  /** BCS `CertifiedCheckpointSummary`: summary, epoch, signature, bitmap */
  readonly encoded: Uint8Array;
}

/** Of the newest checkpoint by default. */
export async function fetchCertified(client: SuiGrpcClient, sequenceNumber?: bigint): Promise<CertifiedSummary> {
  const { summary: given, signature } = await get(client, sequenceNumber, ['summary.bcs', 'signature']);
  if (!signature?.signature || !signature.bitmap)
    throw new EvidenceError('Contradiction', 'the node left out the certificate');
  const epoch = new Uint8Array(8);
  new DataView(epoch.buffer).setBigUint64(0, signature.epoch!, true);
  const { bitmap } = signature;
  const summary = bytes(given?.bcs, 'the summary');
  return { summary, encoded: concat(summary, epoch, signature.signature, uleb(bitmap.length), bitmap) };
}

export async function fetchEvidence(client: SuiGrpcClient, sequenceNumber: bigint): Promise<CheckpointEvidence> {
  const paths = ['contents.bcs', 'transactions.effects.bcs', 'transactions.events.bcs'];
  const { contents, transactions } = await get(client, sequenceNumber, paths);
  return { contents: bytes(contents?.bcs, 'the contents'), transactions: transactions.map(readTransaction) };
}

/** BCS `CheckpointContents`. */
export async function fetchContents(client: SuiGrpcClient, sequenceNumber: bigint): Promise<Uint8Array> {
  const { contents } = await get(client, sequenceNumber, ['contents.bcs']);
  return bytes(contents?.bcs, 'the contents');
}

/** One transaction by its digest, in Base58. */
export async function fetchTransaction(client: SuiGrpcClient, digest: string): Promise<TransactionEvidence> {
  const readMask = { paths: ['effects.bcs', 'events.bcs'] };
  const { response } = await reach(() => client.ledgerService.getTransaction({ digest, readMask }));
  if (!response.transaction) throw new EvidenceError('Missing', `the node has no transaction ${digest}`);
  return readTransaction(response.transaction);
}

function readTransaction({ effects, events }: GrpcTypes.ExecutedTransaction): TransactionEvidence {
  return { effects: bytes(effects?.bcs, 'effects'), events: events?.bcs?.value ?? new Uint8Array() };
}

/** Sequence number of the last checkpoint of an epoch that has ended. */
export async function lastOfEpoch(client: SuiGrpcClient, epoch: bigint): Promise<bigint> {
  const readMask = { paths: ['last_checkpoint'] };
  const { response } = await reach(() => client.ledgerService.getEpoch({ epoch, readMask }));
  const last = response.epoch?.lastCheckpoint;
  if (last === undefined) throw new EvidenceError('Missing', `epoch ${epoch} has not ended for the node`);
  return last;
}

/** Events of a type between two checkpoints, both included, in order. */
export async function listEvents(
  client: SuiGrpcClient,
  eventType: string,
  first: bigint,
  last: bigint,
): Promise<EventPlace[]> {
  const places: EventPlace[] = [];
  const filter = {
    terms: [{ literals: [{ negated: false, predicate: { oneofKind: 'eventType', eventType: { eventType } } }] }],
  };
  const readMask = { paths: ['checkpoint', 'transaction_index', 'event_index'] };
  for (let after: Uint8Array | undefined; ;) {
    const request = {
      readMask,
      startCheckpoint: first,
      endCheckpoint: last + 1n,
      filter,
      options: { limit: PAGE, ...(after ? { after } : {}) },
    };
    const call = client.ledgerService.listEvents(request as never);
    let count = 0;
    try {
      for await (const { event, watermark } of call.responses) {
        after = watermark?.cursor ?? after;
        if (!event) continue;
        count++;
        const { checkpoint, transactionIndex, eventIndex } = event;
        const place = {
          checkpoint: checkpoint!,
          transactionIndex: Number(transactionIndex),
          eventIndex: eventIndex!,
        };
        const isIn = place.checkpoint >= first && place.checkpoint <= last && count <= PAGE;
        // Or a node could go on for ever.
        if (!isIn || !follows(place, places.at(-1))) {
          throw new EvidenceError('Contradiction', 'the node lists events that were not asked for, or in no order');
        }
        places.push(place);
      }
    } catch (error) {
      if (error instanceof EvidenceError) throw error;
      throw new EvidenceError('Unavailable', (error as Error).message);
    }
    if (count < PAGE) return places;
  }
}

function follows(place: EventPlace, before: EventPlace | undefined): boolean {
  if (!before) return true;
  if (place.checkpoint !== before.checkpoint) return place.checkpoint > before.checkpoint;
  if (place.transactionIndex !== before.transactionIndex) return place.transactionIndex > before.transactionIndex;
  return place.eventIndex > before.eventIndex;
}

/** Calls back for each new checkpoint until the signal aborts or the node hangs up. */
export async function subscribe(client: SuiGrpcClient, callback: () => void, signal: AbortSignal): Promise<void> {
  const request = { readMask: { paths: ['sequence_number'] } };
  const call = client.subscriptionService.subscribeCheckpoints(request, { abort: signal });
  try {
    for await (const _ of call.responses) callback();
  } catch (error) {
    if (!signal.aborted) throw new EvidenceError('Unavailable', (error as Error).message);
  }
}

function uleb(value: number): Uint8Array {
  const out: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest >>>= 7) out.push((rest & 0x7f) | 0x80);
  return Uint8Array.of(...out, rest);
}
