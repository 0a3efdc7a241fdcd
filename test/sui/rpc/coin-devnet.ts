/**
 * A test fixture: a devnet whose executor knows TransferObjects, SplitCoins and MergeCoins on SUI coins, and nothing
 * else. It stands in for the real executor where tests are about the ledger and the RPC.
 */
import { bcs } from '@mysten/sui/bcs';
import { fromBase64 } from '@mysten/sui/utils';
import { blake2b } from '@noble/hashes/blake2.js';
import { TransactionRefused, type Devnet, type FaucetCoin, type Simulation } from '../../../localnet/sui/devnet-api.ts';
import { Faucet } from '../../../localnet/sui/faucet.ts';
import { decodeExact, digestBytes, digestOf } from '../../../localnet/sui/ledger/bcs.ts';
import { Ledger, type CommittedTransaction, type LedgerOptions } from '../../../localnet/sui/ledger/ledger.ts';
import { coinBalance, coinContents, seal, type MoveRecord } from '../../../localnet/sui/ledger/objects.ts';
import type {
  ExecutionStatus,
  InputUse,
  ObjectWrite,
  TransactionOutcome,
} from '../../../localnet/sui/ledger/outcome.ts';
import { SignatureError, verifySignatures } from '../../../localnet/sui/ledger/signatures.ts';
import { GAS_COIN_TYPE } from '../../../localnet/sui/ledger/types.ts';

type Data = (typeof bcs.TransactionData.$inferType)['V1'];
type Argument = typeof bcs.Argument.$inferType;
type Failure = Extract<ExecutionStatus, { Failure: unknown }>['Failure']['error'];

const STORAGE_PRICE = 988_000n;
const MOCK_ID = `0x${'f'.repeat(64)}`;
const refuse = (message: string): never => {
  throw new TransactionRefused('INVALID_ARGUMENT', message);
};

interface Coin {
  id: string;
  balance: bigint;
  owner: string;
  record?: MoveRecord;
  gone: boolean;
}

class Fault extends Error {
  readonly error: Failure;
  constructor(error: Failure) {
    super('execution failed');
    this.error = error;
  }
}

export class CoinDevnet implements Devnet {
  readonly ledger: Ledger;
  readonly #faucet: Faucet;

  constructor(options: Partial<LedgerOptions> = {}) {
    const seed = options.seed ?? 'test';
    this.#faucet = new Faucet(seed);
    this.ledger = new Ledger({
      startMs: 1_700_000_000_000n,
      ...options,
      seed,
      genesis: [...this.#faucet.genesis(), ...(options.genesis ?? [])],
    });
  }

  simulate(transaction: Uint8Array, { mockGas }: { mockGas: boolean }): Simulation {
    const outcome = this.#run(transaction, [], mockGas);
    const mock = outcome.inputs.find((input) => input.phantom);
    return { transaction: this.ledger.prepare(outcome), commands: [], ...(mock ? { mockGasId: mock.id } : {}) };
  }

  execute(transaction: Uint8Array, signatures: readonly Uint8Array[]): CommittedTransaction {
    const { sender, gasData } = decodeExact(bcs.TransactionData, transaction, 'TransactionData').V1;
    try {
      verifySignatures(transaction, signatures, [sender, gasData.owner]);
    } catch (error) {
      if (error instanceof SignatureError) refuse(`Invalid user signature: ${error.message}`);
      throw error;
    }
    const known = this.ledger.transaction(digestOf('TransactionData', transaction));
    if (known) return known;
    const outcome = this.#run(transaction, signatures, false);
    const committed = this.ledger.commit(this.ledger.prepare(outcome));
    this.ledger.seal();
    return committed;
  }

  faucet(recipient: string): Promise<FaucetCoin[]> {
    return this.#faucet.give(this, recipient);
  }

  #run(transaction: Uint8Array, signatures: readonly Uint8Array[], mockGas: boolean): TransactionOutcome {
    const data = decodeExact(bcs.TransactionData, transaction, 'TransactionData').V1;
    const gas = this.#gas(data, mockGas);
    let run = new CoinRun(this.ledger, data, digestBytes('TransactionData', transaction), gas.coins);
    let status: ExecutionStatus = { Success: true };
    try {
      run.execute();
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      status = { Failure: { error: error.error, command: BigInt(run.command) } };
      run = new CoinRun(this.ledger, data, digestBytes('TransactionData', transaction), gas.coins);
    }
    return run.outcome(transaction, signatures, status, gas.inputs);
  }

  #gas({ gasData, sender }: Data, mockGas: boolean): { coins: Coin[]; inputs: InputUse[] } {
    if (gasData.payment.length > 0) {
      const coins = gasData.payment.map((ref) => ownedCoin(this.ledger, ref, gasData.owner));
      return { coins, inputs: coins.map(({ id, record }) => ({ id, version: record!.version, use: 'mutable' })) };
    }
    if (!mockGas) refuse('no gas payment');
    const record = seal({
      kind: 'move',
      id: MOCK_ID,
      version: 1n,
      owner: { $kind: 'AddressOwner', AddressOwner: sender },
      previousTransaction: '11111111111111111111111111111111',
      storageRebate: 0n,
      type: GAS_COIN_TYPE,
      hasPublicTransfer: true,
      contents: coinContents(MOCK_ID, 1_000_000_000_000_000_000n),
    });
    const coin = { id: MOCK_ID, balance: 1_000_000_000_000_000_000n, owner: sender, record, gone: false };
    return { coins: [coin], inputs: [{ id: MOCK_ID, version: 1n, use: 'mutable', phantom: record }] };
  }
}

function ownedCoin(ledger: Ledger, ref: { objectId: string; version: string; digest: string }, owner: string): Coin {
  const record = ledger.live(ref.objectId) ?? refuse(`object ${ref.objectId} not found`);
  if (record.version !== BigInt(ref.version) || record.digest !== ref.digest) {
    throw new TransactionRefused('FAILED_PRECONDITION', `object ${ref.objectId} is at version ${record.version}`);
  }
  if (record.kind !== 'move' || record.type !== GAS_COIN_TYPE) return refuse(`object ${record.id} is no SUI coin`);
  if (record.owner.$kind !== 'AddressOwner' || record.owner.AddressOwner !== owner)
    refuse(`${record.id} is not owned by ${owner}`);
  return { id: record.id, balance: coinBalance(record)!, owner, record, gone: false };
}

/** One execution of a transaction. */
class CoinRun {
  readonly #data: Data;
  readonly #digest: Uint8Array;
  readonly #gas: Coin[];
  readonly #inputs: (Coin | { pure: Uint8Array })[];
  readonly #results: Coin[][] = [];
  readonly #created: Coin[] = [];
  command = 0;

  constructor(ledger: Ledger, data: Data, digest: Uint8Array, gas: readonly Coin[]) {
    if (data.kind.$kind !== 'ProgrammableTransaction') refuse('only programmable transactions');
    this.#data = data;
    this.#digest = digest;
    this.#gas = gas.map((coin) => ({ ...coin }));
    this.#inputs = data.kind.ProgrammableTransaction!.inputs.map((input) => {
      if (input.Pure) return { pure: fromBase64(input.Pure.bytes) };
      const ref = input.Object?.ImmOrOwnedObject ?? refuse('only owned coins');
      return ownedCoin(ledger, ref, data.sender);
    });
    // Paying with several coins merges them into the first.
    for (const coin of this.#gas.slice(1)) this.#merge(this.#gas[0]!, coin);
  }

  execute(): void {
    for (const command of this.#data.kind.ProgrammableTransaction!.commands) {
      this.#results.push(this.#step(command));
      this.command++;
    }
  }

  #step(command: NonNullable<Data['kind']['ProgrammableTransaction']>['commands'][number]): Coin[] {
    if (command.SplitCoins) {
      const from = this.#coin(command.SplitCoins.coin);
      return command.SplitCoins.amounts.map((argument) => {
        const amount = BigInt(bcs.u64().parse(this.#pure(argument)));
        if (from.balance < amount) throw new Fault({ InsufficientCoinBalance: true });
        from.balance -= amount;
        const coin: Coin = { id: this.#freshId(), balance: amount, owner: this.#data.sender, gone: false };
        this.#created.push(coin);
        return coin;
      });
    }
    if (command.MergeCoins) {
      const into = this.#coin(command.MergeCoins.destination);
      for (const argument of command.MergeCoins.sources) this.#merge(into, this.#coin(argument));
      return [];
    }
    if (command.TransferObjects) {
      const recipient = bcs.Address.parse(this.#pure(command.TransferObjects.address));
      for (const argument of command.TransferObjects.objects) this.#coin(argument).owner = recipient;
      return [];
    }
    throw new TransactionRefused('UNIMPLEMENTED', `the coin fixture does not know ${command.$kind}`);
  }

  #merge(into: Coin, from: Coin): void {
    into.balance += from.balance;
    from.balance = 0n;
    from.gone = true;
  }

  #freshId(): string {
    const bytes = new Uint8Array(41);
    bytes[0] = 0xf1;
    bytes.set(this.#digest, 1);
    new DataView(bytes.buffer).setBigUint64(33, BigInt(this.#created.length), true);
    return `0x${Buffer.from(blake2b(bytes, { dkLen: 32 })).toString('hex')}`;
  }

  #coin(argument: Argument): Coin {
    const found =
      argument.$kind === 'GasCoin'
        ? this.#gas[0]
        : argument.$kind === 'Input'
          ? this.#inputs[argument.Input]
          : argument.$kind === 'Result'
            ? this.#results[argument.Result]?.[0]
            : this.#results[argument.NestedResult[0]]?.[argument.NestedResult[1]];
    if (!found || 'pure' in found || found.gone) {
      throw new Fault({ CommandArgumentError: { argIdx: 0, kind: { InvalidValueUsage: true } } });
    }
    return found;
  }

  #pure(argument: Argument): Uint8Array {
    const found = argument.$kind === 'Input' ? this.#inputs[argument.Input] : undefined;
    if (!found || !('pure' in found))
      throw new Fault({ CommandArgumentError: { argIdx: 0, kind: { TypeMismatch: true } } });
    return found.pure;
  }

  outcome(
    transaction: Uint8Array,
    signatures: readonly Uint8Array[],
    status: ExecutionStatus,
    gasInputs: readonly InputUse[],
  ): TransactionOutcome {
    const owned = this.#inputs.filter((input): input is Coin => 'id' in input);
    const coins = [...this.#gas, ...owned, ...this.#created];
    const live = coins.filter((coin) => !coin.gone);
    const old = [...this.#gas, ...owned].reduce((sum, coin) => sum + coin.record!.storageRebate, 0n);
    const rebate = (old * 99n) / 100n;
    const costs = {
      computationCost: 1000n * BigInt(this.#data.gasData.price),
      storageCost: BigInt(live.length) * STORAGE_PRICE,
      storageRebate: rebate,
      nonRefundableStorageFee: old - rebate,
    };
    const gas = this.#gas[0]!;
    gas.balance -= costs.computationCost + costs.storageCost - costs.storageRebate;
    if (gas.balance < 0n) refuse('the gas coin does not cover the cost');
    const writes = live.map(({ id, balance, owner }): ObjectWrite => ({
      kind: 'move',
      id,
      type: GAS_COIN_TYPE,
      hasPublicTransfer: true,
      contents: coinContents(id, balance),
      owner: { kind: 'address', address: owner },
      storageRebate: STORAGE_PRICE,
    }));
    return {
      transaction,
      signatures,
      status,
      gasUsed: costs,
      gasObject: gas.id,
      inputs: [
        ...gasInputs,
        ...owned.map(({ id, record }): InputUse => ({ id, version: record!.version, use: 'mutable' })),
      ],
      writes,
      created: this.#created.filter((coin) => !coin.gone).map((coin) => coin.id),
      deleted: coins.filter((coin) => coin.gone && coin.record).map((coin) => coin.id),
      wrapped: [],
      events: [],
      loaded: [],
    };
  }
}
