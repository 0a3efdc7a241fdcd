/** `sui.rpc.v2.StateService`: what addresses own, balances, coins, dynamic fields. */
import { bcs } from '@mysten/sui/bcs';
import { GrpcTypes } from '@mysten/sui/grpc';
import { coinBalance, type MoveRecord, type ObjectRecord } from '../../ledger/objects.ts';
import {
  SUI_ADDRESS,
  SUI_COIN_TYPE,
  ZERO_ADDRESS,
  coinTypeOf,
  formatStruct,
  formatType,
  ownerAddress,
  parseStruct,
  type StructTag,
  type TypeTag,
} from '../../ledger/types.ts';
import { FieldMask, project } from '../field-mask.ts';
import { lengthOf } from '../json.ts';
import { bcsMessage } from '../render/common.ts';
import { renderObject } from '../render/object.ts';
import type { Handlers } from '../router.ts';
import { invalid, missing, notFound } from '../status.ts';
import { address, page, pageSize, readToken, writeToken, type ServiceContext } from './context.ts';

const DEFAULT_MASK = { owned: 'object_id,version,object_type', field: 'parent,field_id' } as const;

/** A required struct type, canonical. */
function structType(field: string, text: string | undefined): string {
  if (text === undefined) throw missing(field);
  try {
    return formatStruct(parseStruct(text));
  } catch (error) {
    throw invalid(field, (error as Error).message);
  }
}

export function stateService(context: ServiceContext): Handlers {
  const { ledger, packages } = context;
  return {
    ListOwnedObjects: (request: GrpcTypes.ListOwnedObjectsRequest): GrpcTypes.ListOwnedObjectsResponse => {
      const owner = address('owner', request.owner);
      const type = request.objectType === undefined ? undefined : structType('object_type', request.objectType);
      const mask = FieldMask.parse(GrpcTypes.Object, request.readMask, DEFAULT_MASK.owned);
      const query = ['owned', owner, type ?? ''];
      const after = readToken(request.pageToken, query);
      const matching = [...ledger.objects.owned(owner)].filter(
        (object) => type === undefined || isOfType(object, type),
      );
      const sorted = matching.map((object) => ({ object, key: ownedKey(object) })).sort(byKey);
      const rest = after === undefined ? sorted : sorted.filter(({ key }) => key > after);
      const { items, more } = page(rest, pageSize(request.pageSize), ({ object }) => object.contents.length + 256);
      return {
        objects: items.map(({ object }) => renderObject(object, mask, packages)),
        ...(more ? { nextPageToken: writeToken(query, items.at(-1)!.key) } : {}),
      };
    },

    GetBalance: (request: GrpcTypes.GetBalanceRequest): GrpcTypes.GetBalanceResponse => {
      const owner = address('owner', request.owner);
      const coinType = structType('coin_type', request.coinType);
      return { balance: renderBalance(coinType, balancesOf(owner).get(coinType) ?? 0n) };
    },

    ListBalances: (request: GrpcTypes.ListBalancesRequest): GrpcTypes.ListBalancesResponse => {
      const owner = address('owner', request.owner);
      const query = ['balances', owner];
      const after = readToken(request.pageToken, query);
      const sorted = [...balancesOf(owner)].map(([key, balance]) => ({ key, balance })).sort(byKey);
      const rest = after === undefined ? sorted : sorted.filter(({ key }) => key > after);
      const { items, more } = page(rest, pageSize(request.pageSize), () => 256);
      return {
        balances: items.map(({ key, balance }) => renderBalance(key, balance)),
        ...(more ? { nextPageToken: writeToken(query, items.at(-1)!.key) } : {}),
      };
    },

    GetCoinInfo: (request: GrpcTypes.GetCoinInfoRequest): GrpcTypes.GetCoinInfoResponse => {
      const coinType = structType('coin_type', request.coinType);
      const metadata = ledger.objects.coinObject('CoinMetadata', coinType);
      const treasury = ledger.objects.coinObject('TreasuryCap', coinType);
      const regulated = ledger.objects.coinObject('RegulatedCoinMetadata', coinType);
      if (coinType === SUI_COIN_TYPE) return { coinType, metadata: suiMetadata(metadata), treasury: SUI_TREASURY };
      if (!metadata && !treasury && !regulated) throw notFound(`Coin type ${coinType}`);
      return {
        coinType,
        ...(metadata ? { metadata: renderMetadata(metadata) } : {}),
        ...(treasury ? { treasury: renderTreasury(treasury) } : {}),
        regulatedMetadata: renderRegulated(regulated),
      };
    },

    ListDynamicFields: (request: GrpcTypes.ListDynamicFieldsRequest): GrpcTypes.ListDynamicFieldsResponse => {
      const parent = address('parent', request.parent);
      const mask = FieldMask.parse(GrpcTypes.DynamicField, request.readMask, DEFAULT_MASK.field);
      const query = ['fields', parent];
      const after = readToken(request.pageToken, query);
      const fields = [...ledger.objects.children(parent)].flatMap((object) => readField(object) ?? []);
      const sorted = fields.sort((a, b) => (a.object.id < b.object.id ? -1 : 1));
      const rest = after === undefined ? sorted : sorted.filter(({ object }) => object.id > after);
      const { items, more } = page(rest, pageSize(request.pageSize), ({ object }) => object.contents.length + 256);
      return {
        dynamicFields: items.map((field) => renderField(parent, field, mask)),
        ...(more ? { nextPageToken: writeToken(query, items.at(-1)!.object.id) } : {}),
      };
    },
  };

  function balancesOf(owner: string): Map<string, bigint> {
    const sums = new Map<string, bigint>();
    for (const object of ledger.objects.owned(owner)) {
      const balance = coinBalance(object);
      if (balance === undefined) continue;
      const coinType = coinTypeOf(object.type)!;
      sums.set(coinType, (sums.get(coinType) ?? 0n) + balance);
    }
    return sums;
  }

  /** Takes a `Field<Name, Value>` apart; other children, the values of object fields, are none. */
  function readField(object: MoveRecord): FieldParts | undefined {
    const tag = parseStruct(object.type);
    if (tag.address !== SUI_ADDRESS || tag.module !== 'dynamic_field' || tag.name !== 'Field') return undefined;
    const [nameTag, valueTag] = tag.typeParams as [TypeTag, TypeTag];
    const wrapped = objectFieldName(nameTag);
    const nameType = formatType(wrapped ?? nameTag);
    const body = object.contents.subarray(32);
    const length = lengthOf(packages, nameType, body);
    if (length === undefined) return undefined;
    const parts = { object, nameType, name: body.subarray(0, length), value: body.subarray(length) };
    if (!wrapped) return { ...parts, valueType: formatType(valueTag) };
    return { ...parts, valueType: formatType(valueTag), childId: `0x${Buffer.from(parts.value).toString('hex')}` };
  }

  function renderField(parent: string, field: FieldParts, mask: FieldMask): GrpcTypes.DynamicField {
    const { DynamicField_DynamicFieldKind: Kind } = GrpcTypes;
    const { childId } = field;
    const child = childId === undefined ? undefined : ledger.live(childId);
    const childType = child?.kind === 'move' ? child.type : undefined;
    return project<GrpcTypes.DynamicField>(mask, {
      kind: () => (childId === undefined ? Kind.FIELD : Kind.OBJECT),
      parent: () => parent,
      fieldId: () => field.object.id,
      fieldObject: (sub) => renderObject(field.object, sub, packages),
      name: () => bcsMessage(field.nameType, field.name),
      value: () => bcsMessage(field.valueType, field.value),
      valueType: () => (childId === undefined ? field.valueType : childType),
      childId: () => childId,
      childObject: (sub) => child && renderObject(child, sub, packages),
    });
  }
}

interface FieldParts {
  readonly object: MoveRecord;
  readonly nameType: string;
  readonly name: Uint8Array;
  readonly valueType: string;
  readonly value: Uint8Array;
  readonly childId?: string;
}

/** The `N` of `0x2::dynamic_object_field::Wrapper<N>`. */
function objectFieldName(tag: TypeTag): TypeTag | undefined {
  if (!('struct' in tag) || !tag.struct) return undefined;
  const { address: home, module, name, typeParams } = tag.struct as StructTag;
  const isWrapper = home === SUI_ADDRESS && module === 'dynamic_object_field' && name === 'Wrapper';
  return isWrapper ? (typeParams[0] as TypeTag) : undefined;
}

/** A type without parameters stands for all its instantiations. */
function isOfType(object: MoveRecord, type: string): boolean {
  return object.type === type || (!type.includes('<') && object.type.startsWith(`${type}<`));
}

function byKey(a: { key: string }, b: { key: string }): number {
  return a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
}

const MAX_U64 = (1n << 64n) - 1n;

/** By type, then richest coins first, then id. */
function ownedKey(object: MoveRecord): string {
  const poverty = (MAX_U64 - (coinBalance(object) ?? 0n)).toString().padStart(20, '0');
  return `${object.type} ${poverty} ${object.id}`;
}

function renderBalance(coinType: string, balance: bigint): GrpcTypes.Balance {
  return { coinType, balance, coinBalance: balance, addressBalance: 0n };
}

const Metadata = bcs.struct('CoinMetadata', {
  id: bcs.Address,
  decimals: bcs.u8(),
  name: bcs.string(),
  symbol: bcs.string(),
  description: bcs.string(),
  iconUrl: bcs.option(bcs.string()),
});

function renderMetadata(object: ObjectRecord): GrpcTypes.CoinMetadata {
  const { iconUrl, ...rest } = Metadata.parse((object as MoveRecord).contents);
  return { ...rest, ...(iconUrl === null ? {} : { iconUrl }) };
}

function suiMetadata(object: ObjectRecord | undefined): GrpcTypes.CoinMetadata {
  return object ? renderMetadata(object) : { decimals: 9, name: 'Sui', symbol: 'SUI', description: '' };
}

const SUI_TREASURY: GrpcTypes.CoinTreasury = {
  totalSupply: 10_000_000_000_000_000_000n,
  supplyState: GrpcTypes.CoinTreasury_SupplyState.FIXED,
};

const Treasury = bcs.struct('TreasuryCap', { id: bcs.Address, totalSupply: bcs.u64() });

function renderTreasury(object: ObjectRecord): GrpcTypes.CoinTreasury {
  const { CoinTreasury_SupplyState: State } = GrpcTypes;
  const { id, totalSupply } = Treasury.parse((object as MoveRecord).contents);
  // A cap that nobody can use again fixes the supply.
  const fixed = object.owner.$kind === 'Immutable' || ownerAddress(object.owner) === ZERO_ADDRESS;
  const supplyState = fixed ? State.FIXED : State.SUPPLY_STATE_UNKNOWN;
  return { id, totalSupply: BigInt(totalSupply), supplyState };
}

const Regulated = bcs.struct('RegulatedCoinMetadata', { id: bcs.Address, metadata: bcs.Address, denyCap: bcs.Address });

function renderRegulated(object: ObjectRecord | undefined): GrpcTypes.RegulatedCoinMetadata {
  const { RegulatedCoinMetadata_CoinRegulatedState: State } = GrpcTypes;
  if (!object) return { coinRegulatedState: State.UNREGULATED };
  const { id, metadata, denyCap } = Regulated.parse((object as MoveRecord).contents);
  return { id, coinMetadataObject: metadata, denyCapObject: denyCap, coinRegulatedState: State.REGULATED };
}
