/** Effects and events as the messages that clients read. */
import { GrpcTypes } from '@mysten/sui/grpc';
import { digestOf, type EventValue } from '../../ledger/bcs.ts';
import { encodeEvents } from '../../ledger/codec/effects.ts';
import { readEffects, type EffectsV2 } from '../../ledger/effects.ts';
import type { ObjectRecord } from '../../ledger/objects.ts';
import type { PackageReader } from '../../ledger/packages.ts';
import { formatStruct, type ObjectKey, type StructTag } from '../../ledger/types.ts';
import { project, type FieldMask } from '../field-mask.ts';
import { renderJson } from '../json.ts';
import { bcsMessage, renderOwner } from './common.ts';
import { renderStatus } from './execution-status.ts';
import { objectType } from './object.ts';

/** What rendering effects needs beside them. */
export interface EffectsContext {
  /** Of the effects, in base58. */
  readonly digest: string;
  readonly packages: PackageReader;
  /** Finds the object before or after the transaction, to tell its type. */
  readonly object: (id: string) => ObjectRecord | undefined;
  readonly loaded: readonly (ObjectKey & { readonly digest: string })[];
}

type Change = EffectsV2['changedObjects'][number];

/** Renders BCS `TransactionEffects`. */
export function renderEffects(
  bytes: Uint8Array,
  mask: FieldMask,
  context: EffectsContext,
): GrpcTypes.TransactionEffects {
  const effects = readEffects(bytes);
  const change = (entry: Change): GrpcTypes.ChangedObject => renderChange(entry, effects.lamportVersion, context);
  return project<GrpcTypes.TransactionEffects>(mask, {
    bcs: () => bcsMessage('TransactionEffects', bytes),
    digest: () => context.digest,
    version: () => 2,
    status: () => renderStatus(effects.status, context.packages),
    epoch: () => BigInt(effects.executedEpoch),
    gasUsed: () => ({
      computationCost: BigInt(effects.gasUsed.computationCost),
      storageCost: BigInt(effects.gasUsed.storageCost),
      storageRebate: BigInt(effects.gasUsed.storageRebate),
      nonRefundableStorageFee: BigInt(effects.gasUsed.nonRefundableStorageFee),
    }),
    transactionDigest: () => effects.transactionDigest,
    gasObject: () =>
      effects.gasObjectIndex === null ? undefined : change(effects.changedObjects[effects.gasObjectIndex]!),
    eventsDigest: () => effects.eventsDigest ?? undefined,
    dependencies: () => effects.dependencies,
    lamportVersion: () => BigInt(effects.lamportVersion),
    changedObjects: () => effects.changedObjects.map(change),
    unchangedConsensusObjects: () => effects.unchangedConsensusObjects.map((entry) => renderUnchanged(entry, context)),
    auxiliaryDataDigest: () => effects.auxDataDigest ?? undefined,
    unchangedLoadedRuntimeObjects: () =>
      context.loaded.map(({ id, version, digest }) => ({ objectId: id, version, digest })),
  });
}

function renderChange([id, change]: Change, lamport: string, context: EffectsContext): GrpcTypes.ChangedObject {
  const { ChangedObject_InputObjectState: In, ChangedObject_OutputObjectState: Out } = GrpcTypes;
  const { ChangedObject_IdOperation: Operation } = GrpcTypes;
  const operations = { None: Operation.NONE, Created: Operation.CREATED, Deleted: Operation.DELETED };
  const object = context.object(id);
  const message: GrpcTypes.ChangedObject = {
    objectId: id,
    inputState: In.DOES_NOT_EXIST,
    outputState: Out.DOES_NOT_EXIST,
    idOperation: operations[change.idOperation.$kind],
    ...(object ? { objectType: objectType(object) } : {}),
  };
  if (change.inputState.$kind === 'Exist') {
    const [[version, digest], owner] = change.inputState.Exist;
    Object.assign(message, {
      inputState: In.EXISTS,
      inputVersion: BigInt(version),
      inputDigest: digest,
      inputOwner: renderOwner(owner),
    });
  }
  if (change.outputState.$kind === 'ObjectWrite') {
    const [digest, owner] = change.outputState.ObjectWrite;
    Object.assign(message, {
      outputState: Out.OBJECT_WRITE,
      outputVersion: BigInt(lamport),
      outputDigest: digest,
      outputOwner: renderOwner(owner),
    });
  }
  if (change.outputState.$kind === 'PackageWrite') {
    const [version, digest] = change.outputState.PackageWrite;
    Object.assign(message, {
      outputState: Out.PACKAGE_WRITE,
      outputVersion: BigInt(version),
      outputDigest: digest,
      outputOwner: renderOwner({ $kind: 'Immutable', Immutable: true }),
    });
  }
  return message;
}

function renderUnchanged(
  [id, state]: EffectsV2['unchangedConsensusObjects'][number],
  context: EffectsContext,
): GrpcTypes.UnchangedConsensusObject {
  const { UnchangedConsensusObject_UnchangedConsensusObjectKind: Kind } = GrpcTypes;
  const object = context.object(id);
  const common = { objectId: id, ...(object ? { objectType: objectType(object) } : {}) };
  switch (state.$kind) {
    case 'ReadOnlyRoot': {
      const [version, digest] = state.ReadOnlyRoot;
      return { ...common, kind: Kind.READ_ONLY_ROOT, version: BigInt(version), digest };
    }
    case 'MutateConsensusStreamEnded':
      return { ...common, kind: Kind.MUTATE_CONSENSUS_STREAM_ENDED, version: BigInt(state.MutateConsensusStreamEnded) };
    case 'ReadConsensusStreamEnded':
      return { ...common, kind: Kind.READ_CONSENSUS_STREAM_ENDED, version: BigInt(state.ReadConsensusStreamEnded) };
    case 'Cancelled':
      return { ...common, kind: Kind.CANCELED, version: BigInt(state.Cancelled) };
    case 'PerEpochConfig':
      return { ...common, kind: Kind.PER_EPOCH_CONFIG };
  }
}

/** Events of one type mostly share its tag. */
const eventTypes = new WeakMap<object, string>();

/** Canonical type of an event. */
export function eventType({ type }: EventValue): string {
  let text = eventTypes.get(type);
  if (text === undefined) eventTypes.set(type, (text = formatStruct(type as StructTag)));
  return text;
}

/** Where in the ledger an event stands; served by listings and subscriptions. */
export interface EventPosition {
  readonly checkpoint: bigint;
  readonly transactionDigest: string;
  readonly transactionIndex: bigint;
  readonly eventIndex: number;
}

export function renderEvent(
  event: EventValue,
  mask: FieldMask,
  packages: PackageReader,
  position?: EventPosition,
): GrpcTypes.Event {
  return project<GrpcTypes.Event>(mask, {
    packageId: () => event.packageId,
    module: () => event.module,
    sender: () => event.sender,
    eventType: () => eventType(event),
    contents: () => bcsMessage(eventType(event), event.contents),
    json: () => renderJson(packages, eventType(event), event.contents),
    checkpoint: () => position?.checkpoint,
    transactionDigest: () => position?.transactionDigest,
    transactionIndex: () => position?.transactionIndex,
    eventIndex: () => position?.eventIndex,
  });
}

/** Renders the events of a transaction, or nothing where there are none. */
export function renderEvents(
  events: readonly EventValue[],
  mask: FieldMask,
  packages: PackageReader,
): GrpcTypes.TransactionEvents | undefined {
  if (events.length === 0) return undefined;
  const bytes = (): Uint8Array => encodeEvents(events);
  return project<GrpcTypes.TransactionEvents>(mask, {
    bcs: () => bcsMessage('TransactionEvents', bytes()),
    digest: () => digestOf('TransactionEvents', bytes()),
    events: (sub) => events.map((event) => renderEvent(event, sub, packages)),
  });
}
