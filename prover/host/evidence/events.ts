/** Events of Sui as a node lists them: it ends an answer where it has looked through enough, or where it has come to. */
import { GrpcTypes, type SuiGrpcClient } from '@mysten/sui/grpc';
import { min } from '../origins/common.ts';
import { EvidenceError } from './errors.ts';

const { QueryEndReason } = GrpcTypes;

/** Events that one answer lists. */
const PAGE = 1000;
/** Why an answer ends that is not cut. */
const ENDS: ReadonlySet<GrpcTypes.QueryEndReason> = new Set([
  QueryEndReason.CHECKPOINT_BOUND,
  QueryEndReason.CURSOR_BOUND,
  QueryEndReason.LEDGER_TIP,
]);
/** Events of one listing: who has more to list is to be asked about fewer checkpoints. */
const MAX_PLACES = 200_000;
/** Answers in a row that neither list an event nor have come further: some scans take many. */
const MAX_IDLE = 100;

export interface EventRange {
  /** Full Move types, any of which an event may have */
  readonly types: readonly string[];
  /** Checkpoints, both included */
  readonly first: bigint;
  readonly last: bigint;
}

/** One answer. */
export interface EventPage {
  readonly events: readonly GrpcTypes.Event[];
  /** Whether it has all events of the range from where it began */
  readonly isWhole: boolean;
  /** Where the next answer would begin, if there can be one at once */
  readonly after?: Uint8Array;
  /** The last checkpoint of which it has all events */
  readonly covered?: bigint;
}

/**
 * One answer of a node, of which nothing is verified.
 * @param paths fields of each event
 * @throws EvidenceError `Unavailable`; `Contradiction` when there are more events than were asked for
 */
export async function fetchEvents(
  client: SuiGrpcClient,
  { types, first, last }: EventRange,
  paths: readonly string[],
  after?: Uint8Array,
): Promise<EventPage> {
  const terms = types.map((eventType) => ({
    literals: [{ negated: false, predicate: { oneofKind: 'eventType', eventType: { eventType } } }],
  }));
  const events: GrpcTypes.Event[] = [];
  let cursor: Uint8Array | undefined;
  let covered: bigint | undefined;
  let reason: GrpcTypes.QueryEndReason | undefined;
  try {
    const call = client.ledgerService.listEvents({
      readMask: { paths },
      startCheckpoint: first,
      endCheckpoint: last + 1n,
      filter: { terms },
      options: { limit: PAGE, ...(after ? { after } : {}) },
    } as never);
    for await (const { event, watermark, end } of call.responses) {
      cursor = watermark?.cursor ?? cursor;
      covered = watermark?.checkpoint ?? covered;
      reason = end?.reason ?? reason;
      if (event) events.push(event);
      // Or a node could go on for ever.
      if (events.length > PAGE) throw new EvidenceError('Contradiction', 'the node lists more events than asked for');
    }
  } catch (error) {
    if (error instanceof EvidenceError) throw error;
    throw new EvidenceError('Unavailable', (error as Error).message);
  }
  const isSilent = reason === undefined || reason === QueryEndReason.UNKNOWN;
  // Of a reason that is not known here, the worst is taken.
  const isCut = isSilent ? events.length === PAGE : !ENDS.has(reason!);
  const isShort = reason === QueryEndReason.LEDGER_TIP && (covered === undefined || covered < last);
  return {
    events,
    isWhole: !isCut && !isShort,
    ...(isCut && cursor ? { after: cursor } : {}),
    ...(covered === undefined ? {} : { covered }),
  };
}

/** Where an event is. */
export interface EventPlace {
  readonly checkpoint: bigint;
  readonly transactionIndex: number;
  readonly eventIndex: number;
}

/**
 * Places of all events in a range, in order.
 * @throws EvidenceError `Missing` when the node has not come to the end of the range yet; `Contradiction`, also when there
 * are more than are listed at one time; `Unavailable`
 */
export async function listEvents(client: SuiGrpcClient, range: EventRange): Promise<EventPlace[]> {
  const places: EventPlace[] = [];
  let reached = -1n;
  let idle = 0;
  for (let after: Uint8Array | undefined; ;) {
    const page = await fetchEvents(client, range, ['checkpoint', 'transaction_index', 'event_index'], after);
    for (const { checkpoint, transactionIndex, eventIndex } of page.events) {
      const place = {
        checkpoint: checkpoint!,
        transactionIndex: Number(transactionIndex),
        eventIndex: eventIndex!,
      };
      const isIn = place.checkpoint >= range.first && place.checkpoint <= range.last;
      if (!isIn || !follows(place, places.at(-1))) {
        throw new EvidenceError('Contradiction', 'the node lists events that were not asked for, or in no order');
      }
      places.push(place);
    }
    if (page.isWhole) return places;
    if (places.length > MAX_PLACES) throw new EvidenceError('Contradiction', 'the node lists too many events');
    const covered = min(page.covered ?? -1n, range.last);
    idle = page.events.length > 0 || covered > reached ? 0 : idle + 1;
    if (covered > reached) reached = covered;
    if (idle > MAX_IDLE) throw new EvidenceError('Missing', 'the node looks through nothing more, answer for answer');
    // Without a step forward it would be asked the same for ever.
    if (!page.after || (after && Buffer.compare(page.after, after) === 0)) {
      throw new EvidenceError('Missing', `the node has looked through no more than ${page.covered ?? 'nothing'}`);
    }
    after = page.after;
  }
}

function follows(place: EventPlace, before: EventPlace | undefined): boolean {
  if (!before) return true;
  if (place.checkpoint !== before.checkpoint) return place.checkpoint > before.checkpoint;
  if (place.transactionIndex !== before.transactionIndex) return place.transactionIndex > before.transactionIndex;
  return place.eventIndex > before.eventIndex;
}
