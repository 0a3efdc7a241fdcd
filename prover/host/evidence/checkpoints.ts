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

type Checkpoint = GrpcTypes.Checkpoint;

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

const CERTIFIED = ['summary.bcs', 'signature'];

/** Of the newest checkpoint by default. */
export async function fetchCertified(client: SuiGrpcClient, sequenceNumber?: bigint): Promise<CertifiedSummary> {
  return readCertified(await get(client, sequenceNumber, CERTIFIED));
}

function readCertified({ summary: given, signature }: Checkpoint): CertifiedSummary {
  if (!signature?.signature || !signature.bitmap || signature.epoch === undefined)
    throw new EvidenceError('Contradiction', 'the node left out the certificate');
  const epoch = new Uint8Array(8);
  new DataView(epoch.buffer).setBigUint64(0, signature.epoch, true);
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

/** Calls back for each new checkpoint until the signal aborts or the node hangs up. */
export function subscribe(client: SuiGrpcClient, callback: () => void, signal: AbortSignal): Promise<void> {
  return listen(client, ['sequence_number'], callback, signal);
}

/** The same with each checkpoint's certificate: what is no certificate is left out. */
export function subscribeCertified(
  client: SuiGrpcClient,
  callback: (certified: CertifiedSummary | undefined) => void,
  signal: AbortSignal,
): Promise<void> {
  return listen(client, CERTIFIED, (checkpoint) => callback(checkpoint && certifiedIn(checkpoint)), signal);
}

function certifiedIn(checkpoint: Checkpoint): CertifiedSummary | undefined {
  try {
    return readCertified(checkpoint);
  } catch {
    return undefined;
  }
}

async function listen(
  client: SuiGrpcClient,
  paths: string[],
  callback: (checkpoint: Checkpoint | undefined) => void,
  signal: AbortSignal,
): Promise<void> {
  const call = client.subscriptionService.subscribeCheckpoints({ readMask: { paths } }, { abort: signal });
  try {
    for await (const { checkpoint } of call.responses) callback(checkpoint);
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
