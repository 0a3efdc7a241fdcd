/** Transactions that the network itself sends: genesis, the clock's tick, the end of an epoch. */
import { bcs } from '@mysten/sui/bcs';
import { toBase58 } from '@mysten/sui/utils';
import { blake2b } from '@noble/hashes/blake2.js';
import type { GasCosts } from './bcs.ts';
import { encodeObject, type MoveRecord } from './objects.ts';
import type { ObjectWrite, OwnerWrite, TransactionOutcome } from './outcome.ts';
import { CLOCK_ID, CLOCK_TYPE, ZERO_ADDRESS, canonicalType, type Owner } from './types.ts';

type Kind = Extract<Parameters<typeof bcs.TransactionData.serialize>[0], { V1: unknown }>['V1']['kind'];

export const NO_GAS: GasCosts = {
  computationCost: 0n,
  storageCost: 0n,
  storageRebate: 0n,
  nonRefundableStorageFee: 0n,
};

/** What stands in the place of a user signature: scheme 0, signature and key all zeros. */
export const SYSTEM_SIGNATURE = new Uint8Array(97);

const ZERO_DIGEST = toBase58(new Uint8Array(32));

/** BCS of a transaction sent by the network: sender zero, price 1, budget 0. */
export function systemTransaction(kind: Kind): Uint8Array {
  return bcs.TransactionData.serialize({
    V1: {
      kind,
      sender: ZERO_ADDRESS,
      gasData: {
        payment: [{ objectId: ZERO_ADDRESS, version: 0, digest: ZERO_DIGEST }],
        owner: ZERO_ADDRESS,
        price: 1,
        budget: 0,
      },
      expiration: { None: true },
    },
  }).toBytes();
}

/** An outcome of a system transaction: it succeeds and costs nothing. */
export function systemOutcome(
  kind: Kind,
  changes: Partial<Pick<TransactionOutcome, 'inputs' | 'writes' | 'created'>> = {},
): TransactionOutcome {
  return {
    transaction: systemTransaction(kind),
    signatures: [SYSTEM_SIGNATURE],
    status: { Success: true },
    gasUsed: NO_GAS,
    inputs: changes.inputs ?? [],
    writes: changes.writes ?? [],
    created: changes.created ?? [],
    deleted: [],
    wrapped: [],
    events: [],
    loaded: [],
  };
}

/** Contents of the clock: its id and the time in milliseconds since the Unix epoch. */
function clockContents(timestampMs: bigint): Uint8Array {
  const contents = new Uint8Array(40);
  contents.set(Buffer.from(CLOCK_ID.slice(2), 'hex'));
  new DataView(contents.buffer).setBigUint64(32, timestampMs, true);
  return contents;
}

/** The time that a clock object shows. */
export function clockTime(clock: MoveRecord): bigint {
  const { contents } = clock;
  return new DataView(contents.buffer, contents.byteOffset, contents.byteLength).getBigUint64(32, true);
}

function clockWrite(timestampMs: bigint): ObjectWrite {
  return {
    kind: 'move',
    id: CLOCK_ID,
    type: CLOCK_TYPE,
    hasPublicTransfer: false,
    contents: clockContents(timestampMs),
    owner: { kind: 'shared' },
    storageRebate: 0n,
  };
}

/** Genesis: the given objects and the clock come into being at version 1. */
export function genesisOutcome(objects: readonly ObjectWrite[], timestampMs: bigint): TransactionOutcome {
  const writes = [...objects, clockWrite(timestampMs)];
  const raw = writes.map((write) => {
    const header = { version: 1n, previousTransaction: ZERO_DIGEST, storageRebate: 0n };
    const { id } = write;
    const bytes =
      write.kind === 'move'
        ? encodeObject({ ...header, ...write, type: canonicalType(write.type), owner: genesisOwner(write.owner) })
        : encodeObject({ ...header, ...write, id, owner: { $kind: 'Immutable', Immutable: true } });
    const { data, owner } = bcs.Object.parse(bytes);
    return { RawObject: { data, owner } };
  });
  const kind = { Genesis: { objects: raw } } as Kind;
  return systemOutcome(kind, { writes, created: writes.map(({ id }) => id) });
}

function genesisOwner(owner: OwnerWrite): Owner {
  switch (owner.kind) {
    case 'address':
      return { $kind: 'AddressOwner', AddressOwner: owner.address };
    case 'object':
      return { $kind: 'ObjectOwner', ObjectOwner: owner.parent };
    case 'shared':
      return { $kind: 'Shared', Shared: { initialSharedVersion: '1' } };
    case 'consensusAddress':
      return { $kind: 'ConsensusAddressOwner', ConsensusAddressOwner: { startVersion: '1', owner: owner.address } };
    case 'immutable':
      return { $kind: 'Immutable', Immutable: true };
  }
}

/** The clock's tick: what consensus sends at the head of every commit. */
export function clockOutcome(clock: MoveRecord, epoch: bigint, round: bigint, timestampMs: bigint): TransactionOutcome {
  const commit = (name: string): string =>
    toBase58(blake2b(new TextEncoder().encode(`${name}/${epoch}/${round}/${timestampMs}`), { dkLen: 32 }));
  return systemOutcome(
    {
      ConsensusCommitPrologueV4: {
        epoch,
        round,
        subDagIndex: null,
        commitTimestampMs: timestampMs,
        consensusCommitDigest: commit('commit'),
        consensusDeterminedVersionAssignments: { CancelledTransactionsV2: [] },
        additionalStateDigest: commit('state'),
      },
    },
    { inputs: [{ id: CLOCK_ID, version: clock.version, use: 'mutable' }], writes: [clockWrite(timestampMs)] },
  );
}

/** The last transaction of an epoch. */
export function changeEpochOutcome(
  next: bigint,
  protocolVersion: bigint,
  spent: GasCosts,
  startMs: bigint,
): TransactionOutcome {
  return systemOutcome({
    EndOfEpochTransaction: [
      {
        ChangeEpoch: {
          epoch: next,
          protocolVersion,
          storageCharge: spent.storageCost,
          computationCharge: spent.computationCost,
          storageRebate: spent.storageRebate,
          nonRefundableStorageFee: spent.nonRefundableStorageFee,
          epochStartTimestampMs: startMs,
          systemPackages: [],
        },
      },
    ],
  });
}
