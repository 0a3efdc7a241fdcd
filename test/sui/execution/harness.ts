/** A devnet with a few accounts, and short ways to build, run and judge transactions on it. */
import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { bcs } from '@mysten/sui/bcs';
import { Ed25519Keypair } from '@mysten/sui/keypairs/ed25519';
import { Transaction } from '@mysten/sui/transactions';
import { fromBase64 } from '@mysten/sui/utils';
import {
  buildFramework,
  buildPackage,
  type BuiltPackage,
  type BuildOptions,
} from '../../../localnet/sui/build/builder.ts';
import { LocalDevnet, type DevnetOptions } from '../../../localnet/sui/devnet.ts';
import { TransactionRefused, type RefusalCode } from '../../../localnet/sui/devnet-api.ts';
import type { ExecutionReport } from '../../../localnet/sui/execution/executor.ts';
import { genesisCoin, seededKeypair } from '../../../localnet/sui/faucet.ts';
import { readEffects, type EffectsV2 } from '../../../localnet/sui/ledger/effects.ts';
import type { CommittedTransaction } from '../../../localnet/sui/ledger/ledger.ts';
import { coinBalance, type MoveRecord, type ObjectRecord } from '../../../localnet/sui/ledger/objects.ts';
import { GAS_COIN_TYPE } from '../../../localnet/sui/ledger/types.ts';

export const SUI = 1_000_000_000n;
const COINS_EACH = 200;
const COIN = 10n * SUI;
export const BUDGET = SUI;
export const PRICE = 1000n;

/** Compiles a package of test/sui/execution/fixtures. */
export function fixture(name: string, options: BuildOptions = {}): Promise<BuiltPackage> {
  return buildPackage(fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url)), options);
}

/** An executed transaction. */
export interface Ran {
  readonly committed: CommittedTransaction;
  readonly effects: EffectsV2;
  readonly report: ExecutionReport;
}

export interface RunOptions {
  readonly signer?: Ed25519Keypair;
  readonly sponsor?: Ed25519Keypair;
  readonly budget?: bigint;
  readonly price?: bigint;
  /** Gas coins; the owner's next unused coin by default. */
  readonly gas?: readonly MoveRecord[];
  readonly epoch?: number;
  /** Changes the transaction after the SDK has built it, to what the SDK would not build. */
  readonly edit?: (data: TransactionDataV1) => void;
}

export type TransactionDataV1 = (typeof bcs.TransactionData.$inferType)['V1'];

type Build = (tx: Transaction) => void;

export class World {
  readonly devnet: LocalDevnet;
  readonly alice: Ed25519Keypair;
  readonly bob: Ed25519Keypair;

  private constructor(devnet: LocalDevnet, alice: Ed25519Keypair, bob: Ed25519Keypair) {
    this.devnet = devnet;
    this.alice = alice;
    this.bob = bob;
  }

  static async create(options: Partial<DevnetOptions> = {}): Promise<World> {
    const seed = options.seed ?? 'test';
    const [alice, bob] = [seededKeypair(seed, 'alice'), seededKeypair(seed, 'bob')];
    const genesis = [alice, bob].flatMap((key) =>
      Array.from({ length: COINS_EACH }, (_, i) =>
        genesisCoin(seed, `${key.toSuiAddress()}/${i}`, key.toSuiAddress(), COIN),
      ),
    );
    const framework = options.framework ?? (await buildFramework());
    return new World(new LocalDevnet({ ...options, seed, framework, genesis }), alice, bob);
  }

  get ledger() {
    return this.devnet.ledger;
  }

  /** An object that must exist. */
  object(id: string): MoveRecord {
    const object = this.ledger.live(id);
    assert(object?.kind === 'move', `object ${id} exists`);
    return object;
  }

  ref({ id, version, digest }: ObjectRecord) {
    return { objectId: id, version: version.toString(), digest };
  }

  /** A gas coin that no transaction has used. */
  coin(owner: Ed25519Keypair): MoveRecord {
    const address = owner.toSuiAddress();
    const coins = [...this.ledger.objects.owned(address)]
      .filter((object) => object.type === GAS_COIN_TYPE && object.version === 1n && coinBalance(object) === COIN)
      .sort((a, b) => (a.id < b.id ? -1 : 1));
    const coin = coins[0];
    assert(coin, `an unused coin of ${address} is left`);
    return coin;
  }

  /** Builds a transaction with nothing left open. */
  async build(build: Build, options: RunOptions = {}): Promise<Uint8Array> {
    const { signer = this.alice, sponsor = signer, budget = BUDGET, price = PRICE } = options;
    const tx = new Transaction();
    tx.setSender(signer.toSuiAddress());
    tx.setGasOwner(sponsor.toSuiAddress());
    tx.setGasPrice(price);
    tx.setGasBudget(budget);
    tx.setGasPayment((options.gas ?? [this.coin(sponsor)]).map((coin) => this.ref(coin)));
    tx.setExpiration(options.epoch === undefined ? { None: true } : { Epoch: options.epoch });
    build(tx);
    const bytes = await tx.build();
    if (!options.edit) return bytes;
    const data = bcs.TransactionData.parse(bytes);
    options.edit(data.V1);
    return bcs.TransactionData.serialize(data).toBytes();
  }

  async sign(bytes: Uint8Array, { signer = this.alice, sponsor }: RunOptions = {}): Promise<Uint8Array[]> {
    const keys = sponsor ? [signer, sponsor] : [signer];
    return Promise.all(keys.map(async (key) => fromBase64((await key.signTransaction(bytes)).signature)));
  }

  /** Builds, signs and executes a transaction, whatever its status. */
  async run(build: Build, options: RunOptions = {}): Promise<Ran> {
    const bytes = await this.build(build, options);
    return this.execute(bytes, await this.sign(bytes, options));
  }

  execute(bytes: Uint8Array, signatures: readonly Uint8Array[]): Ran {
    const committed = this.devnet.execute(bytes, signatures);
    return { committed, effects: readEffects(committed.effects), report: this.devnet.report(committed.digest)! };
  }

  /** As `run`, for a transaction that must succeed. */
  async ok(build: Build, options: RunOptions = {}): Promise<Ran> {
    const ran = await this.run(build, options);
    assert.equal(ran.effects.status.$kind, 'Success', ran.report.failure);
    return ran;
  }

  /** Runs a transaction that must fail, and checks that it changed nothing but the gas coin and versions. */
  async fails(build: Build, options: RunOptions = {}): Promise<{ error: object; command: string | null } & Ran> {
    const ran = await this.run(build, options);
    const { status } = ran.effects;
    assert.equal(status.$kind, 'Failure', 'the transaction fails');
    assert.equal(ran.committed.events.length, 0, 'a failure emits nothing');
    for (const { id } of ran.committed.after) {
      const [before, after] = [ran.committed.replaced.find((key) => key.id === id), this.ledger.live(id)];
      assert(before, `${id} existed before`);
      const old = this.ledger.at(id, before.version);
      assert(old?.kind === 'move' && after?.kind === 'move');
      assert.deepEqual(after.owner, old.owner, 'a failure moves nothing');
      if (id !== gasId(ran.effects)) assert.deepEqual(after.contents, old.contents, 'a failure writes nothing');
    }
    return { ...ran, ...(status as Extract<typeof status, { $kind: 'Failure' }>).Failure };
  }

  /** A transaction that must be refused with a code and a message. */
  async refused(code: RefusalCode, message: RegExp, build: Build, options: RunOptions = {}): Promise<void> {
    const bytes = await this.build(build, options);
    await this.refusedBytes(code, message, bytes, await this.sign(bytes, options));
  }

  async refusedBytes(
    code: RefusalCode,
    message: RegExp,
    bytes: Uint8Array,
    signatures: readonly Uint8Array[],
  ): Promise<void> {
    const { height } = this.ledger;
    const checkpoint = this.ledger.latestCheckpoint.digest;
    assert.throws(
      () => this.devnet.execute(bytes, signatures),
      (error) => error instanceof TransactionRefused && error.code === code && message.test(error.message),
      `${code} ${message}`,
    );
    assert.equal(this.ledger.height, height, 'a refusal commits nothing');
    assert.equal(this.ledger.latestCheckpoint.digest, checkpoint);
  }

  /** Publishes a package; the upgrade capability goes to the signer. */
  async publish({ modules, dependencies }: BuiltPackage, options: RunOptions = {}): Promise<Ran & { id: string }> {
    const { signer = this.alice } = options;
    const ran = await this.ok((tx) => {
      const cap = tx.publish({ modules: modules.map((module) => [...module]), dependencies });
      tx.transferObjects([cap], signer.toSuiAddress());
    }, options);
    return { ...ran, id: packageOf(ran) };
  }
}

function gasId({ changedObjects, gasObjectIndex }: EffectsV2): string | undefined {
  return gasObjectIndex === null ? undefined : changedObjects[gasObjectIndex]![0];
}

/** Id of the package that a transaction wrote. */
export function packageOf({ effects }: Ran): string {
  const change = effects.changedObjects.find(([, { outputState }]) => outputState.$kind === 'PackageWrite');
  assert(change, 'a package was written');
  return change[0];
}

/** Ids of the objects that a transaction created and that stand on their own, by struct name. */
export function created(world: World, { effects, committed }: Ran, name: string): string[] {
  return effects.changedObjects
    .filter(
      ([, { idOperation, outputState }]) => idOperation.$kind === 'Created' && outputState.$kind === 'ObjectWrite',
    )
    .map(([id]) => id)
    .filter((id) => {
      const version = committed.after.find((key) => key.id === id)!.version;
      const object = world.ledger.at(id, version);
      return object?.kind === 'move' && new RegExp(`::${name}(<|$)`).test(object.type);
    });
}

/** Events of a transaction as [module::name, contents]. */
export function events({ committed }: Ran): [string, Uint8Array][] {
  return committed.events.map(({ type, contents }) => [`${type.module}::${type.name}`, contents]);
}

/** What the change of an object was, as its effects say. */
export function change({ effects }: Ran, id: string) {
  const found = effects.changedObjects.find(([changed]) => changed === id);
  return found?.[1];
}

/** `CommandArgumentError` of a kind at an argument. */
export function argumentError(kind: string | object, argIdx: number): object {
  const fault = typeof kind === 'string' ? { $kind: kind, [kind]: true } : kind;
  return { $kind: 'CommandArgumentError', CommandArgumentError: { argIdx, kind: fault } };
}

/** The commands of a decoded transaction. */
export function commandsOf({ kind }: TransactionDataV1) {
  assert(kind.$kind === 'ProgrammableTransaction');
  return kind.ProgrammableTransaction;
}
