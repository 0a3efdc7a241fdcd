/** Looks up the objects that a transaction names, and checks that its sender may use them as it says. */
import type { ObjectRecord, MoveRecord, PackageRecord } from '../ledger/objects.ts';
import { coinBalance, coinContents, seal } from '../ledger/objects.ts';
import { CLOCK_ID, GAS_COIN_TYPE, shortAddress, type Owner } from '../ledger/types.ts';
import { refuseInput, refuseVersion } from './refusal.ts';
import { packagesOfCommand, type Input, type ObjectRef, type Transaction } from './transaction.ts';

/** The objects of a transaction, as they are before it. */
export interface LoadedInputs {
  /** Objects among the inputs, received ones excepted, by id. */
  readonly objects: ReadonlyMap<string, MoveRecord>;
  /** Gas coins; the first one takes the others up. */
  readonly gas: readonly MoveRecord[];
  /** Whether the gas coin is a mock that the ledger does not hold. */
  readonly mockGas: boolean;
  /** Objects that may be received, by id; those received before are not in it. */
  readonly receiving: ReadonlyMap<string, MoveRecord>;
  /** Packages that the commands name. */
  readonly packages: readonly PackageRecord[];
}

/** Id of the mock coin that a simulation without payment runs on. */
export const MOCK_GAS_ID = `0x${'f'.repeat(64)}`;
const MOCK_GAS_BALANCE = 1_000_000_000_000_000_000n;
const GENESIS_DIGEST = '11111111111111111111111111111111';
const MAX_VERSION = 0x7fff_ffff_ffff_ffffn;
/** The authenticator state, which users cannot use at all. */
const AUTHENTICATOR_ID = shortAddress(7);
/** Objects that only the network may change. */
const READ_ONLY = new Set([CLOCK_ID, shortAddress(8)]);

type Live = (id: string) => ObjectRecord | undefined;

/**
 * Loads and checks the inputs of a transaction.
 * @param checkOwners false for a look at what functions return, where owners and gas do not matter
 * @throws TransactionRefused
 */
export function loadInputs(
  transaction: Transaction,
  live: Live,
  referenceGasPrice: bigint,
  options: { readonly checkOwners: boolean; readonly mockGas: boolean },
): LoadedInputs {
  const { sender, gas, inputs, commands } = transaction;
  const { checkOwners } = options;
  const objects = new Map<string, MoveRecord>();
  const receiving = new Map<string, MoveRecord>();
  for (const input of inputs) {
    if (input.kind === 'owned') objects.set(input.ref.id, ownedObject(input.ref, live));
    else if (input.kind === 'shared') objects.set(input.id, consensusObject(input, sender, live, checkOwners));
  }
  const packages = [...new Set(commands.flatMap(packagesOfCommand))].map((id) => packageObject(id, live));
  const mockGas = gas.payment.length === 0 && options.mockGas;
  const coins = mockGas ? [mockCoin(gas.owner)] : gas.payment.map((ref) => ownedObject(ref, live));
  checkGas(transaction, coins, referenceGasPrice);

  const used = new Set<string>();
  for (const { id, owner } of [...objects.values(), ...coins]) {
    if (owner.$kind !== 'Immutable' && used.has(id)) {
      refuseInput(`Mutable object ${id} cannot appear more than one in one transaction`);
    }
    used.add(id);
  }
  for (const coin of coins) if (checkOwners) checkOwner(coin, gas.owner);
  for (const input of inputs) {
    if (input.kind === 'owned' && checkOwners) checkOwner(objects.get(input.ref.id)!, sender);
    if (input.kind !== 'receiving') continue;
    const object = receivable(input.ref, live);
    if (used.has(input.ref.id)) refuseInput("The transaction inputs contain duplicated ObjectRef's");
    used.add(input.ref.id);
    if (object) receiving.set(object.id, object);
  }
  return { objects, gas: coins, mockGas, receiving, packages };
}

function notFound(id: string, version?: bigint): never {
  const at = version === undefined ? 'None' : `Some(SequenceNumber(${version}))`;
  return refuseInput(`Could not find the referenced object ${id} at version ${at}`);
}

/** An object at exactly the version and digest named. */
function ownedObject(ref: ObjectRef, live: Live): MoveRecord {
  const object = live(ref.id) ?? notFound(ref.id, ref.version);
  if (object.kind === 'package')
    return refuseInput(`A move object is expected, instead a move package is passed: ${ref.id}`);
  if (ref.version >= MAX_VERSION) refuseInput('Sequence numbers above the maximal value are not usable for transfers');
  if (object.version !== ref.version) refuseVersion(ref, object.version);
  checkDigest(ref, object);
  return object;
}

function checkDigest(ref: ObjectRef, { digest }: MoveRecord): void {
  if (digest !== ref.digest) refuseInput(`Invalid Object digest for object ${ref.id}. Expected digest : ${digest}`);
}

function checkOwner({ id, owner }: MoveRecord, expected: string): void {
  switch (owner.$kind) {
    case 'Immutable':
      return;
    case 'AddressOwner':
      if (owner.AddressOwner !== expected) refuseOwner(id, owner.AddressOwner, expected);
      return;
    case 'ObjectOwner':
      return refuseChild(id, owner.ObjectOwner);
    default:
      refuseInput('Object used as owned is not owned');
  }
}

function refuseOwner(id: string, actual: string, expected: string): never {
  return refuseInput(
    'Transaction was not signed by the correct sender: ' +
      `Object ${id} is owned by account address ${actual}, but given owner/signer address is ${expected}`,
  );
}

function refuseChild(id: string, parent: string): never {
  return refuseInput(
    `Object ${id} is owned by object ${parent}. Objects owned by other objects cannot be used as input arguments`,
  );
}

/** A shared object, or one owned by an address through consensus. */
function consensusObject(
  input: Extract<Input, { kind: 'shared' }>,
  sender: string,
  live: Live,
  checkOwners: boolean,
): MoveRecord {
  const { id, initialVersion, mutable } = input;
  const object = live(id) ?? notFound(id);
  if (object.kind === 'package')
    return refuseInput(`A move object is expected, instead a move package is passed: ${id}`);
  if (!checkOwners) return object;
  if (id === AUTHENTICATOR_ID) {
    refuseInput(`Object ${id} is a system object and cannot be accessed by user transactions`);
  }
  if (READ_ONLY.has(id) && mutable) refuseInput('Mutable parameter provided, immutable parameter expected');
  const since = startVersion(object.owner);
  if (since === undefined) return refuseInput('Object used as shared is not shared');
  if (since !== initialVersion) refuseInput('Wrong initial version given for shared object');
  if (object.owner.$kind === 'ConsensusAddressOwner' && object.owner.ConsensusAddressOwner.owner !== sender) {
    refuseOwner(id, object.owner.ConsensusAddressOwner.owner, sender);
  }
  return object;
}

function startVersion(owner: Owner): bigint | undefined {
  if (owner.$kind === 'Shared') return BigInt(owner.Shared.initialSharedVersion);
  if (owner.$kind === 'ConsensusAddressOwner') return BigInt(owner.ConsensusAddressOwner.startVersion);
  return undefined;
}

function packageObject(id: string, live: Live): PackageRecord {
  const object = live(id);
  if (!object) return refuseInput(`Dependent package not found on-chain: ${id}`);
  if (object.kind !== 'package')
    return refuseInput(`A move package is expected, instead a move object is passed: ${id}`);
  return object;
}

/**
 * An object to be received, or undefined if it is gone: the transaction may then run and find out. Whose it is, the
 * receiving function checks.
 */
function receivable(ref: ObjectRef, live: Live): MoveRecord | undefined {
  const object = live(ref.id);
  if (!object) return undefined;
  if (object.version !== ref.version) refuseVersion(ref, object.version);
  if (object.kind === 'package')
    return refuseInput(`A move object is expected, instead a move package is passed: ${ref.id}`);
  checkDigest(ref, object);
  switch (object.owner.$kind) {
    case 'AddressOwner':
      return object;
    case 'ObjectOwner':
      return refuseChild(ref.id, object.owner.ObjectOwner);
    case 'Immutable':
      return refuseInput('Immutable parameter provided, mutable parameter expected');
    default:
      return refuseInput('Object used as shared is not shared');
  }
}

function mockCoin(owner: string): MoveRecord {
  return seal({
    kind: 'move',
    id: MOCK_GAS_ID,
    version: 1n,
    owner: { $kind: 'AddressOwner', AddressOwner: owner },
    previousTransaction: GENESIS_DIGEST,
    storageRebate: 0n,
    type: GAS_COIN_TYPE,
    hasPublicTransfer: true,
    contents: coinContents(MOCK_GAS_ID, MOCK_GAS_BALANCE),
  });
}

function checkGas({ gas: { price, budget } }: Transaction, coins: readonly MoveRecord[], reference: bigint): void {
  if (price < reference) refuseInput(`Gas price ${price} under reference gas price (RGP) ${reference}`);
  let balance = 0n;
  for (const coin of coins) {
    if (coin.owner.$kind !== 'AddressOwner') {
      refuseInput(`Gas object is not an owned object with owner: ${JSON.stringify(coin.owner)}`);
    }
    if (coin.type !== GAS_COIN_TYPE) refuseInput(`Object ${coin.id} is not a gas object`);
    balance += coinBalance(coin)!;
  }
  if (balance < budget) {
    refuseInput(`Balance of gas object ${balance} is lower than the needed amount: ${budget}`);
  }
}

/** Gas units that a budget buys for computation. */
export function computationUnits({ gas: { price, budget } }: Transaction, maxUnits: number): number {
  const units = budget / price;
  return units > BigInt(maxUnits) ? maxUnits : Number(units);
}
