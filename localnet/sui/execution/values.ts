/** Values of framework structs that transactions make and take apart without calling a function. */
import { Bytes, struct, type Struct, type Value } from '../vm/values.ts';
import type { TransactionFacts } from '../natives/transaction-context.ts';

/** `0x2::object::ID` */
function idValue(id: string): Struct {
  return struct(id);
}

/** `0x2::object::UID` */
function uidValue(id: string): Struct {
  return struct(idValue(id));
}

const field = (value: Value, index: number): Value => (value as Struct).fields[index]!;
const addressIn = (id: Value): string => field(id, 0) as string;

/** `0x2::coin::Coin<T>`; the balance in the coin's smallest unit. */
export function coinValue(id: string, balance: bigint): Struct {
  return struct(uidValue(id), struct(balance));
}

/** Id of a coin's value. */
export function coinId(coin: Value): string {
  return addressIn(field(field(coin, 0), 0));
}

export function balanceOf(coin: Value): bigint {
  return field(field(coin, 1), 0) as bigint;
}

export function setBalance(coin: Value, balance: bigint): void {
  (field(coin, 1) as Struct).fields[0] = balance;
}

/** `0x2::transfer::Receiving<T>` */
export function receivingValue(id: string, version: bigint): Struct {
  return struct(idValue(id), version);
}

/** `0x2::tx_context::TxContext`: natives answer for all fields but the digest. */
export function contextValue({ sender, digest, epoch, epochTimestampMs }: TransactionFacts): Struct {
  return struct(sender, new Bytes(digest.slice()), epoch, epochTimestampMs, 0n);
}

/** A one-time witness: a struct with one bool. */
export function witnessValue(): Struct {
  return struct(true);
}

/** Upgrades may change everything that callers and stored values do not depend on. */
const POLICY_COMPATIBLE = 0;

/** `0x2::package::UpgradeCap` of a package just published. */
export function upgradeCapValue(id: string, packageId: string): Struct {
  return struct(uidValue(id), idValue(packageId), 1n, POLICY_COMPATIBLE);
}

/** `0x2::package::UpgradeTicket` */
export interface UpgradeTicket {
  readonly cap: string;
  readonly package: string;
  readonly policy: number;
  readonly digest: Uint8Array;
}

export function readUpgradeTicket(ticket: Value): UpgradeTicket {
  return {
    cap: addressIn(field(ticket, 0)),
    package: addressIn(field(ticket, 1)),
    policy: field(ticket, 2) as number,
    digest: (field(ticket, 3) as Bytes).view().slice(),
  };
}

/** `0x2::package::UpgradeReceipt` */
export function upgradeReceiptValue(cap: string, packageId: string): Struct {
  return struct(idValue(cap), idValue(packageId));
}
