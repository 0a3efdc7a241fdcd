/** Objects as the ledger keeps them, and their BCS. */
import { bcs } from '@mysten/sui/bcs';
import { digestOf } from './bcs.ts';
import { Cache } from '../cache.ts';
import { orElse, Writer } from './codec/buffers.ts';
import { writeMove } from './codec/objects.ts';
import {
  GAS_COIN_TYPE,
  IMMUTABLE,
  SUI_ADDRESS,
  canonicalType,
  coinTypeOf,
  formatStruct,
  parseStruct,
  shortAddress,
  type Owner,
  type StructTag,
} from './types.ts';

interface RecordBase {
  /** `0x` and 64 digits. */
  readonly id: string;
  readonly version: bigint;
  /** base58 of the 32-byte object digest. */
  readonly digest: string;
  readonly owner: Owner;
  /** Digest of the transaction that wrote this version. */
  readonly previousTransaction: string;
  /** MIST returned when the object is deleted. */
  readonly storageRebate: bigint;
}

/** A Move object. */
export interface MoveRecord extends RecordBase {
  readonly kind: 'move';
  /** Canonical type. */
  readonly type: string;
  readonly hasPublicTransfer: boolean;
  /** BCS of the struct; begins with the 32-byte id. */
  readonly contents: Uint8Array;
}

/** A published package. */
export interface PackageRecord extends RecordBase {
  readonly kind: 'package';
  readonly package: PackageValue;
}

export type ObjectRecord = MoveRecord | PackageRecord;

/** What a package holds beside its id and version. */
export interface PackageValue {
  /** Bytecode by module name. */
  readonly modules: ReadonlyMap<string, Uint8Array>;
  /** In which package each type was first defined. */
  readonly typeOrigins: readonly { moduleName: string; datatypeName: string; package: string }[];
  /** Which version of each dependency this package runs with, keyed by the dependency's original id. */
  readonly linkage: ReadonlyMap<string, { upgradedId: string; upgradedVersion: bigint }>;
}

type ObjectValue = Parameters<typeof bcs.Object.serialize>[0];
type MoveObjectType = Parameters<typeof bcs.MoveObject.serialize>[0]['type'];

const STAKED_SUI = `${shortAddress(3)}::staking_pool::StakedSui`;

/** Sui abbreviates the types of the commonest objects. */
function typeToBcs(type: string): MoveObjectType {
  if (type === GAS_COIN_TYPE) return { GasCoin: true };
  if (type === STAKED_SUI) return { StakedSui: true };
  const coin = coinTypeOf(type);
  return coin === undefined ? { Other: parseStruct(type) } : { Coin: coin };
}

const typeBytes = new Cache<Uint8Array>(2000);
/** Longer ones are not kept. */
const MAX_CACHED_TYPE = 4096;

/** BCS `MoveObjectType`. */
function encodeType(type: string): Uint8Array {
  const encode = (): Uint8Array => bcs.MoveObjectType.serialize(typeToBcs(type)).toBytes();
  return type.length > MAX_CACHED_TYPE ? encode() : typeBytes.get(type, encode);
}

function typeFromBcs(type: (typeof bcs.MoveObject.$inferType)['type']): string {
  switch (type.$kind) {
    case 'GasCoin':
      return GAS_COIN_TYPE;
    case 'StakedSui':
      return STAKED_SUI;
    case 'Coin':
      return canonicalType(`${SUI_ADDRESS}::coin::Coin<${type.Coin}>`);
    case 'Other':
      return canonicalType(formatStruct(type.Other as StructTag));
    default:
      throw new Error(`objects of type ${type.$kind} are not part of this ledger`);
  }
}

/** An object's BCS (`ObjectInner`). */
export function encodeObject(object: Omit<MoveRecord, 'digest'> | Omit<PackageRecord, 'digest'>): Uint8Array {
  if (object.kind === 'package') return encodeBySdk(object);
  return orElse(
    () => encodeQuickly(object),
    () => encodeBySdk(object),
  );
}

/** @throws where it leaves an object to the SDK */
export function encodeQuickly(object: Omit<MoveRecord, 'digest'>): Uint8Array {
  const writer = new Writer();
  writeMove(writer, object, encodeType(object.type));
  return writer.finish();
}

export function encodeBySdk(object: Omit<MoveRecord, 'digest'> | Omit<PackageRecord, 'digest'>): Uint8Array {
  const { owner, previousTransaction, storageRebate } = object;
  const data: ObjectValue['data'] =
    object.kind === 'move'
      ? {
          Move: {
            type: typeToBcs(object.type),
            hasPublicTransfer: object.hasPublicTransfer,
            version: object.version,
            contents: object.contents,
          },
        }
      : {
          Package: {
            id: object.id,
            version: object.version,
            moduleMap: new Map(object.package.modules),
            typeOriginTable: [...object.package.typeOrigins],
            linkageTable: new Map(object.package.linkage),
          },
        };
  return bcs.Object.serialize({ data, owner, previousTransaction, storageRebate }).toBytes();
}

/** The id of a Move object: the first 32 bytes of its contents. */
export function idOfContents(contents: Uint8Array): string {
  return `0x${Buffer.from(contents.subarray(0, 32)).toString('hex')}`;
}

/** Reads an object out of its decoded BCS, e.g. from a recorded checkpoint. */
export function recordFromBcs(value: typeof bcs.Object.$inferType): ObjectRecord {
  const { data, owner, previousTransaction } = value;
  const storageRebate = BigInt(value.storageRebate);
  if (data.$kind === 'Move') {
    const { type, hasPublicTransfer, version, contents } = data.Move;
    const bytes = Uint8Array.from(contents);
    const rest = { kind: 'move', owner, previousTransaction, storageRebate, hasPublicTransfer } as const;
    return seal({
      ...rest,
      id: idOfContents(bytes),
      version: BigInt(version),
      type: typeFromBcs(type),
      contents: bytes,
    });
  }
  const { id, version, moduleMap, typeOriginTable, linkageTable } = data.Package;
  const linkage = [...linkageTable].map(
    ([original, { upgradedId, upgradedVersion }]) =>
      [original, { upgradedId, upgradedVersion: BigInt(upgradedVersion) }] as const,
  );
  const modules = [...moduleMap].map(([name, code]) => [name, Uint8Array.from(code)] as const);
  return seal({
    kind: 'package',
    id,
    version: BigInt(version),
    owner,
    previousTransaction,
    storageRebate,
    package: { modules: new Map(modules), typeOrigins: typeOriginTable, linkage: new Map(linkage) },
  });
}

/** Completes a record with its digest. */
export function seal(object: Omit<MoveRecord, 'digest'>): MoveRecord;
export function seal(object: Omit<PackageRecord, 'digest'>): PackageRecord;
export function seal(object: Omit<MoveRecord, 'digest'> | Omit<PackageRecord, 'digest'>): ObjectRecord {
  return { ...object, digest: digestOf('Object', encodeObject(object)) } as ObjectRecord;
}

/** Owner of every package. */
export const PACKAGE_OWNER: Owner = IMMUTABLE;

/** Balance of a coin object in its smallest unit, or undefined when the object is no coin. */
export function coinBalance(object: ObjectRecord): bigint | undefined {
  if (object.kind !== 'move' || coinTypeOf(object.type) === undefined || object.contents.length !== 40)
    return undefined;
  const { contents } = object;
  return new DataView(contents.buffer, contents.byteOffset, contents.byteLength).getBigUint64(32, true);
}

/** Contents of a coin: id (32 bytes) and balance (u64 little-endian). */
export function coinContents(id: string, balance: bigint): Uint8Array {
  const contents = new Uint8Array(40);
  contents.set(Buffer.from(id.slice(2), 'hex'));
  new DataView(contents.buffer).setBigUint64(32, balance, true);
  return contents;
}
