/** Reads objects and tables of the Move packages, in their BCS types. */
import { bcs, type BcsType } from '@mysten/sui/bcs';
import type { SuiGrpcClient } from '@mysten/sui/grpc';
import { deriveDynamicFieldID } from '@mysten/sui/utils';

/** A key of a Move table. */
export interface TableKey {
  /** Its Move type. */
  readonly tag: 'u32' | 'u64' | 'address' | { readonly struct: string };
  readonly bytes: Uint8Array;
}

export const u32Key = (value: number): TableKey => ({ tag: 'u32', bytes: bcs.u32().serialize(value).toBytes() });
export const u64Key = (value: bigint): TableKey => ({ tag: 'u64', bytes: bcs.u64().serialize(value).toBytes() });
export const addressKey = (value: string): TableKey => ({
  tag: 'address',
  bytes: bcs.Address.serialize(value).toBytes(),
});
export const idKey = (value: string): TableKey => structKey('0x2::object::ID', bcs.Address.serialize(value).toBytes());
/** @param type full Move type, as 0x2::object::ID */
export const structKey = (type: string, bytes: Uint8Array): TableKey => ({ tag: { struct: type }, bytes });

/** Contents of an object, and the address that owns it, if one does. */
export async function readObject<T, I>(
  client: SuiGrpcClient,
  type: BcsType<T, I>,
  objectId: string,
): Promise<{ value: T; owner: string | undefined }> {
  const { object } = await client.getObject({ objectId, include: { content: true } });
  const { owner, content } = object;
  return { value: type.parse(content), owner: owner.$kind === 'AddressOwner' ? owner.AddressOwner : undefined };
}

/** The value under a key of a Move table (or of an object's dynamic fields), or undefined. */
export async function readTable<T, I>(
  client: SuiGrpcClient,
  table: { readonly id: string },
  key: TableKey,
  type: BcsType<T, I>,
): Promise<T | undefined> {
  const tag = typeof key.tag === 'string' ? key.tag : key.tag.struct;
  const objectId = deriveDynamicFieldID(table.id, tag, key.bytes);
  const { objects } = await client.getObjects({ objectIds: [objectId], include: { content: true } });
  const [found] = objects;
  if (!found || found instanceof Error) return undefined;
  // A field is its id (32 bytes), its name as the key has it, and its value.
  return type.parse(found.content.slice(32 + key.bytes.length));
}
