/** Executes transactions of users against a ledger's state, without changing it. */
import type { GasCosts } from '../ledger/bcs.ts';
import type { ObjectRecord } from '../ledger/objects.ts';
import type { CommandResult, InputUse, ObjectWrite, TransactionOutcome } from '../ledger/outcome.ts';
import type { NativeEnv } from '../natives/env.ts';
import { ObjectRuntime, type ObjectSource, type Owner } from '../natives/object-runtime.ts';
import { suiNatives } from '../natives/table.ts';
import { TransactionContext, type TransactionFacts } from '../natives/transaction-context.ts';
import { Machine } from '../vm/machine.ts';
import { MAX_COMPUTATION_UNITS, Meter } from '../vm/meter.ts';
import { parseTypeTag } from '../vm/tag.ts';
import type { Type } from '../vm/types.ts';
import { checkLimits, finishRun, hasPublicTransfer, runtimeOwner, type Changes, type Draft } from './changes.ts';
import { type ExecutionFailure, machineFailure } from './failure.ts';
import { checkForm } from './form.ts';
import { FrameworkTypes } from './framework-types.ts';
import { settle, smashedCoin, type Settlement } from './gas.ts';
import { computationUnits, loadInputs, MOCK_GAS_ID, type LoadedInputs } from './inputs.ts';
import { loadCommands } from './load.ts';
import { chargeInputs, chargeParts, chargeTypes } from './metering.ts';
import { PackageStore } from './packages.ts';
import type { Program } from './program.ts';
import { Run } from './run.ts';
import type { Transaction } from './transaction.ts';
import { typeTransaction, type TypingEnvironment } from './typing.ts';
import { verifyProgram } from './verify.ts';

/** The state that transactions are executed against. */
export interface State {
  readonly epoch: bigint;
  /** Start of the epoch in milliseconds. */
  readonly epochStartMs: bigint;
  /** MIST per gas unit. */
  readonly referenceGasPrice: bigint;
  /** base58. */
  readonly chainIdentifier: string;
  live(id: string): ObjectRecord | undefined;
  at(id: string, version: bigint): ObjectRecord | undefined;
  /** Whether the object is inside another one. */
  isWrapped(id: string): boolean;
}

/** Settings of the network. */
export interface ExecutorOptions {
  /** SHA-256 of the root certificate of attestation documents, hex. */
  readonly nitroRoot: string;
  /** Where std::debug prints to. */
  readonly print: (text: string) => void;
  /** Feature flags that sui::protocol_config reports. */
  readonly features: ReadonlySet<string>;
}

/** How to execute. */
export interface ExecuteMode {
  /** Whether owners matter, and only public and entry functions may be called, with values that are theirs. */
  readonly checks: boolean;
  readonly mockGas: boolean;
  /** Whether to note what commands return. */
  readonly track: boolean;
}

/** Figures of one execution, for tests and benchmarks. Clients of the network never see them. */
export interface ExecutionReport {
  /** Bytecode instructions as Sui's meter counts them, those that commands count for included. */
  readonly instructions: number;
  readonly nativeCalls: number;
  /** Abstract memory allocated in total. */
  readonly memory: number;
  /** Computation units spent, before rounding. */
  readonly computationUnits: number;
  readonly gasUsed: GasCosts;
  /** Why it failed, in more detail than the status says; absent for a success. */
  readonly failure?: string;
}

export interface Executed {
  readonly outcome: TransactionOutcome;
  readonly commands: readonly CommandResult[];
  readonly mockGasId?: string;
  readonly report: ExecutionReport;
}

/** Executes transactions. It keeps what it learnt of packages, and nothing of transactions. */
export class Executor {
  readonly packages: PackageStore;
  readonly #machine: Machine<NativeEnv>;
  readonly #state: State;
  readonly #options: ExecutorOptions;
  readonly #environment: TypingEnvironment;
  readonly #types = new Map<string, Type>();

  /** @param state must hold the framework's packages */
  constructor(state: State, options: ExecutorOptions) {
    this.#state = state;
    this.#options = options;
    this.packages = new PackageStore((id) => state.live(id));
    this.#machine = new Machine(this.packages.view, suiNatives());
    const { loader } = this.#machine;
    this.packages.attach(loader);
    this.#environment = {
      types: loader.types,
      framework: new FrameworkTypes(loader),
      objectType: (type) => this.#objectType(type),
    };
  }

  /**
   * Checks whether a transaction may run, signatures excepted.
   * @throws TransactionRefused
   */
  check(transaction: Transaction, { checks, mockGas }: Pick<ExecuteMode, 'checks' | 'mockGas'>): LoadedInputs {
    checkForm(transaction, this.#state, mockGas);
    const live = (id: string) => this.#state.live(id);
    return loadInputs(transaction, live, this.#state.referenceGasPrice, { checkOwners: checks, mockGas });
  }

  /**
   * Executes a transaction. Signatures are the caller's business, and so is what becomes of the packages that it
   * publishes: call `packages.keepAdded` after committing it, `packages.forgetAdded` otherwise.
   * @throws TransactionRefused when it may not run at all
   */
  execute(transaction: Transaction, signatures: readonly Uint8Array[], mode: ExecuteMode): Executed {
    const inputs = this.check(transaction, mode);
    const meter = new Meter({ units: computationUnits(transaction, MAX_COMPUTATION_UNITS) });
    const attempt = this.#attempt(transaction, inputs, meter, mode);
    const mutable = transaction.inputs.flatMap((input) => {
      if (input.kind !== 'owned' && input.kind !== 'shared') return [];
      const record = inputs.objects.get(input.kind === 'shared' ? input.id : input.ref.id)!;
      const isMutable = input.kind === 'shared' ? input.mutable : record.owner.$kind !== 'Immutable';
      return isMutable ? [record] : [];
    });
    const settlement = settle(
      {
        coins: inputs.gas,
        coinType: this.#environment.framework.gasCoin,
        mutable: mutable.map((record) => [record, this.#objectType(record.type)] as const),
        price: transaction.gas.price,
        referencePrice: this.#state.referenceGasPrice,
        budget: transaction.gas.budget,
        units: meter.unitsPriced,
      },
      attempt.changes,
      attempt.failure,
    );
    const { failure, costs: gasUsed } = settlement;
    if (failure) this.packages.forgetAdded();
    if (!mode.checks) this.#adopt(settlement.changes);
    const uses = inputUses(inputs, new Set(mutable.map(({ id }) => id)));
    const report: ExecutionReport = {
      instructions: meter.instructions,
      nativeCalls: meter.nativeCalls,
      memory: meter.memory,
      computationUnits: meter.unitsUsed,
      gasUsed,
      ...(failure ? { failure: failure.message } : {}),
    };
    return {
      outcome: outcomeOf(transaction, signatures, inputs, uses, settlement, failure ? [] : attempt.events),
      commands: failure ? [] : attempt.commands,
      report,
      ...(inputs.mockGas ? { mockGasId: inputs.gas[0]!.id } : {}),
    };
  }

  /** Objects that a look without checks made out of bytes: to the ledger, those that are left are new. */
  #adopt({ written, created, deleted }: Changes): void {
    const unknown = (id: string): boolean => !this.#state.live(id) && !this.#state.isWrapped(id) && id !== MOCK_GAS_ID;
    for (const id of written.keys()) if (unknown(id)) created.add(id);
    for (const id of deleted) if (unknown(id)) deleted.delete(id);
  }

  /** Type of an object, by the text under which the ledger holds it. */
  #objectType(text: string): Type {
    let type = this.#types.get(text);
    if (!type) this.#types.set(text, (type = this.packages.loader.type(parseTypeTag(text))));
    return type;
  }

  /** Runs the commands; the changes are those of a success. */
  #attempt(transaction: Transaction, inputs: LoadedInputs, meter: Meter, mode: ExecuteMode): Attempt {
    let run: Run | undefined;
    try {
      chargeInputs(meter, inputs, ({ type }) => this.#objectType(type));
      const program = this.#compile(transaction, inputs, meter, mode);
      run = this.#start(transaction, inputs, meter, program, mode);
      const reserved = transaction.gas.budget;
      run.run(smashedCoin(inputs.gas), reserved);
      const gas = { place: program.gas, record: inputs.gas[0]!, reserved };
      const changes = finishRun(run, program.objects, gas, (id, version) => this.#state.at(id, version));
      checkLimits(changes, inputs.objects.size + inputs.gas.length + inputs.packages.length);
      return { changes, failure: null, events: run.events, commands: run.results };
    } catch (error) {
      const failure = machineFailure(error, (id) => id);
      return { changes: null, failure, events: [], commands: [] };
    }
  }

  #compile(transaction: Transaction, inputs: LoadedInputs, meter: Meter, { checks }: ExecuteMode): Program {
    chargeParts(meter, transaction);
    const loaded = loadCommands(transaction, this.packages);
    const program = typeTransaction(transaction, loaded, inputs, this.#environment);
    chargeTypes(meter, program, loaded);
    verifyProgram(program, !checks);
    return program;
  }

  #start(transaction: Transaction, inputs: LoadedInputs, meter: Meter, program: Program, mode: ExecuteMode): Run {
    const { nitroRoot, print, features } = this.#options;
    const objects = new ObjectRuntime(this.#environment.types, this.#source(inputs), ownersOf(inputs));
    const context = new TransactionContext(this.#facts(transaction));
    const env: NativeEnv = { transaction: context, objects, scenario: null, nitroRoot, print, features };
    return new Run(this.#machine.session(env, meter), this.packages, program, mode.track);
  }

  #facts({ sender, gas, digest }: Transaction): TransactionFacts {
    const { epoch, epochStartMs, referenceGasPrice } = this.#state;
    return {
      sender,
      sponsor: gas.owner === sender ? null : gas.owner,
      digest,
      epoch,
      epochTimestampMs: epochStartMs,
      referenceGasPrice,
      gasPrice: gas.price,
      gasBudget: gas.budget,
    };
  }

  /** How the object runtime reaches the ledger: children of objects, and objects that this transaction may receive. */
  #source(inputs: LoadedInputs): ObjectSource {
    return {
      readChild: (parent, child) => {
        const object = this.#state.live(child);
        if (object?.kind !== 'move' || object.owner.$kind !== 'ObjectOwner') return undefined;
        return object.owner.ObjectOwner === parent ? object : undefined;
      },
      receive: (parent, id, version) => {
        const object = inputs.receiving.get(id);
        const owned = object?.owner.$kind === 'AddressOwner' && object.owner.AddressOwner === parent;
        return owned && object.version === version ? object : undefined;
      },
    };
  }
}

interface Attempt {
  readonly changes: Changes | null;
  readonly failure: ExecutionFailure | null;
  readonly events: TransactionOutcome['events'];
  readonly commands: readonly CommandResult[];
}

function ownersOf({ objects, gas }: LoadedInputs): Map<string, Owner> {
  const owners = new Map<string, Owner>();
  for (const { id, owner } of [...objects.values(), gas[0]!]) owners.set(id, runtimeOwner(owner));
  return owners;
}

function inputUses({ objects, gas, mockGas, receiving }: LoadedInputs, mutable: ReadonlySet<string>): InputUse[] {
  return [
    ...[...objects.values()].map(({ id, version }): InputUse => {
      return { id, version, use: mutable.has(id) ? 'mutable' : 'read' };
    }),
    ...gas.map((coin): InputUse => {
      const { id, version } = coin;
      return { id, version, use: 'mutable', ...(mockGas ? { phantom: coin } : {}) };
    }),
    ...[...receiving.values()].map(({ id, version }): InputUse => ({ id, version, use: 'receiving' })),
  ];
}

function outcomeOf(
  { bytes, digestText }: Transaction,
  signatures: readonly Uint8Array[],
  { gas, packages }: LoadedInputs,
  uses: readonly InputUse[],
  { costs, changes, rebates, failure }: Settlement,
  events: TransactionOutcome['events'],
): TransactionOutcome {
  const { written, modified, created, deleted, read } = changes;
  const gone = (id: string): boolean => !written.has(id) && !deleted.has(id);
  const inputs = new Set(uses.map(({ id }) => id));
  return {
    transaction: bytes,
    digest: digestText,
    signatures,
    status: failure ? { Failure: { error: failure.status, command: commandOf(failure) } } : { Success: true },
    gasUsed: costs,
    gasObject: gas[0]!.id,
    inputs: uses,
    writes: [...written.values()].map((draft) => writeOf(draft, rebates.get(draft.id)!)),
    created: [...created],
    deleted: [...deleted],
    wrapped: [...[...modified.keys()].filter(gone), ...[...created].filter(gone)],
    events,
    loaded: [...packages.map(({ id, version }) => ({ id, version })), ...read.filter(({ id }) => !inputs.has(id))],
  };
}

function commandOf({ command }: ExecutionFailure): bigint | null {
  return command === null ? null : BigInt(command);
}

function writeOf(draft: Draft, storageRebate: bigint): ObjectWrite {
  if (draft.kind === 'package') {
    const { id, version, value } = draft;
    return { kind: 'package', id, version, package: value, storageRebate };
  }
  const { id, type, contents, owner } = draft;
  return {
    kind: 'move',
    id,
    type: type.key,
    hasPublicTransfer: hasPublicTransfer(type),
    contents,
    owner,
    storageRebate,
  };
}
