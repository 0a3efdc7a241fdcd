/** Events of one type on Sui, page by page in either direction. */
import { GrpcTypes, type SuiGrpcClient } from '@mysten/sui/grpc';

const { Ordering, QueryEndReason } = GrpcTypes;

export interface SuiEvent {
  readonly bcs: Uint8Array;
  readonly transaction: string;
  readonly checkpoint: bigint;
}

export interface EventRange {
  readonly type: string;
  /** First and last checkpoint, both included */
  readonly from: bigint;
  readonly to?: bigint;
  readonly newestFirst?: boolean;
}

const PAGE = 1000;

/** A node ends a page early where it has looked through enough; only its reason says whether there is more. */
export async function* listEvents(
  client: SuiGrpcClient,
  { type, from, to, newestFirst = false }: EventRange,
): AsyncIterable<SuiEvent> {
  const literal = { negated: false, predicate: { oneofKind: 'eventType', eventType: { eventType: type } } };
  let cursor: Uint8Array | undefined;
  for (;;) {
    const bound = cursor === undefined ? {} : { [newestFirst ? 'before' : 'after']: cursor };
    const ordering = newestFirst ? Ordering.DESCENDING : Ordering.ASCENDING;
    const call = client.ledgerService.listEvents({
      readMask: { paths: ['contents', 'transaction_digest', 'checkpoint'] },
      startCheckpoint: from,
      ...(to === undefined ? {} : { endCheckpoint: to + 1n }),
      filter: { terms: [{ literals: [literal] }] },
      options: { limit: PAGE, ordering, ...bound },
    } as never);
    let reason: GrpcTypes.QueryEndReason | undefined;
    const before = cursor;
    for await (const { event, watermark, end } of call.responses) {
      cursor = watermark?.cursor ?? cursor;
      reason = end?.reason ?? reason;
      if (!event) continue;
      const { contents, transactionDigest, checkpoint } = event;
      yield { bcs: contents!.value!, transaction: transactionDigest!, checkpoint: checkpoint! };
    }
    const isCut = reason === QueryEndReason.ITEM_LIMIT || reason === QueryEndReason.SCAN_LIMIT;
    if (!isCut || cursor === before) return;
  }
}
