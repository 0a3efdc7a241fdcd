/** What can be said about a transaction without looking at any object: its limits, its gas figures, its expiration. */
import { PROTOCOL } from '../ledger/protocol.ts';
import type { TypeTag } from '../vm/tag.ts';
import { FIGURES } from './figures.ts';
import { refuseInput, refuseSize, refuseUnsupported } from './refusal.ts';
import { packagesOfCommand, type Command, type Input, type Transaction } from './transaction.ts';

/** What the form depends on. */
export interface Network {
  readonly epoch: bigint;
  /** base58 of the genesis checkpoint's digest. */
  readonly chainIdentifier: string;
}

/**
 * Checks a transaction's form.
 * @param mockGas whether a transaction without gas payment will run on a mock coin
 * @throws TransactionRefused
 */
export function checkForm(transaction: Transaction, network: Network, mockGas: boolean): void {
  checkExpiration(transaction, network);
  const { payment } = transaction.gas;
  if (payment.length === 0 && !mockGas) refuseInput('Transaction gas payment missing');
  const maxCoins = PROTOCOL.max_gas_payment_objects;
  if (payment.length > maxCoins) refuseSize('maximum number of gas payment objects', maxCoins);
  checkGasFigures(transaction);

  const { inputs, commands } = transaction;
  const maxCommands = PROTOCOL.max_programmable_tx_commands;
  if (commands.length >= maxCommands) refuseSize('maximum commands in a programmable transaction', maxCommands);
  checkInputs(inputs, commands);
  const publications = commands.filter(({ kind }) => kind === 'publish' || kind === 'upgrade').length;
  if (publications > FIGURES.maxPublishCommands) {
    refuseInput(`${FIGURES.maxPublishCommands} max publish/upgrade commands allowed, ${publications} provided`);
  }
  commands.forEach(checkCommand);
}

function checkExpiration({ expiration }: Transaction, { epoch, chainIdentifier }: Network): void {
  const expired = (): never => refuseInput('Transaction Expired');
  switch (expiration.$kind) {
    case 'None':
      return;
    case 'Epoch':
      if (epoch > BigInt(expiration.Epoch)) expired();
      return;
    case 'ValidDuring': {
      const { minEpoch, maxEpoch, minTimestamp, maxTimestamp, chain } = expiration.ValidDuring;
      if (minTimestamp !== null || maxTimestamp !== null) {
        refuseInput('Feature is not supported: Timestamp-based transaction expiration is not yet supported');
      }
      if (minEpoch === null || maxEpoch === null) {
        return refuseInput('Feature is not supported: Both min_epoch and max_epoch must be specified');
      }
      const [min, max] = [BigInt(minEpoch), BigInt(maxEpoch)];
      if (max !== min && max !== min + 1n) {
        refuseInput('Feature is not supported: max_epoch must be at most min_epoch + 1');
      }
      if (chain !== chainIdentifier) {
        refuseInput(`Transaction chain ID ${chain} does not match network chain ID ${chainIdentifier}.`);
      }
      if (epoch < min || epoch > max) expired();
      return;
    }
    default:
      refuseUnsupported(`the expiration ${expiration.$kind}`);
  }
}

function checkGasFigures({ gas: { price, budget } }: Transaction): void {
  const { maxGasPrice, minTransactionUnits } = FIGURES;
  if (price >= maxGasPrice) refuseInput(`Gas price cannot exceed ${maxGasPrice} mist`);
  const max = BigInt(PROTOCOL.max_tx_gas);
  if (budget > max) refuseInput(`Gas budget: ${budget} is higher than max: ${max}`);
  const min = minTransactionUnits * price;
  if (budget < min) refuseInput(`Gas budget: ${budget} is lower than min: ${min}`);
}

function checkInputs(inputs: readonly Input[], commands: readonly Command[]): void {
  const seen = new Set<string>();
  for (const input of inputs) {
    const limit = PROTOCOL.max_pure_argument_size;
    if (input.kind === 'pure') {
      if (input.bytes.length >= limit) refuseSize('maximum pure argument size', limit);
      continue;
    }
    const id = input.kind === 'shared' ? input.id : input.ref.id;
    if (seen.has(id)) refuseInput("The transaction inputs contain duplicated ObjectRef's");
    seen.add(id);
  }
  const total = seen.size + new Set(commands.flatMap(packagesOfCommand)).size;
  const limit = PROTOCOL.max_input_objects;
  if (total > limit) refuseSize('maximum input + receiving objects in a transaction', limit);
}

function checkCommand(command: Command): void {
  switch (command.kind) {
    case 'call':
      checkTypes(command.typeArguments);
      return checkCount(command.arguments.length, 'maximum arguments in a move call');
    case 'transfer':
      return checkArguments(command.objects.length);
    case 'split':
      return checkArguments(command.amounts.length);
    case 'merge':
      return checkArguments(command.sources.length);
    case 'vector':
      if (command.type === null) return checkArguments(command.elements.length);
      checkTypes([command.type]);
      return checkCount(command.elements.length, 'maximum arguments in a programmable transaction command');
    default:
      checkPackage(command.modules.length, command.dependencies.length);
  }
}

function checkArguments(count: number): void {
  if (count === 0) refuseEmpty();
  checkCount(count, 'maximum arguments in a programmable transaction command');
}

function refuseEmpty(): never {
  return refuseInput(
    'TransferObjects, MergeCoin, and Publish cannot have empty arguments. ' +
      'If MakeMoveVec has empty arguments, it must have a type specified',
  );
}

function checkCount(count: number, what: string): void {
  if (count >= PROTOCOL.max_arguments) refuseSize(what, PROTOCOL.max_arguments);
}

function checkPackage(modules: number, dependencies: number): void {
  const { maxModulesInPublish, maxPackageDependencies } = FIGURES;
  if (modules === 0) refuseEmpty();
  if (modules >= maxModulesInPublish) {
    refuseSize('maximum modules in a programmable transaction upgrade command', maxModulesInPublish);
  }
  if (dependencies >= maxPackageDependencies) refuseSize('maximum package dependencies', maxPackageDependencies);
}

/** Counts the nodes of a command's types, and their depth. */
function checkTypes(tags: readonly TypeTag[]): void {
  let count = 0;
  const walk = (tag: TypeTag, depth: number): void => {
    count++;
    if (count >= PROTOCOL.max_type_arguments) {
      refuseSize('maximum type arguments in a call transaction', PROTOCOL.max_type_arguments);
    }
    if (depth >= PROTOCOL.max_type_argument_depth) {
      refuseSize('maximum type argument depth in a call transaction', PROTOCOL.max_type_argument_depth);
    }
    if (typeof tag === 'string') return;
    const inner = 'vector' in tag ? [tag.vector] : tag.typeArguments;
    for (const next of inner) walk(next, depth + 1);
  };
  for (const tag of tags) walk(tag, 1);
}
