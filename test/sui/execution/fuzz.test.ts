/** Random transactions: none crashes the network, and none changes what it must not. */
import assert from 'node:assert/strict';
import { bcs } from '@mysten/sui/bcs';
import type { Ed25519Keypair } from '@mysten/sui/keypairs/ed25519';
import { Inputs } from '@mysten/sui/transactions';
import { TransactionRefused } from '../../../localnet/sui/devnet-api.ts';
import { readEffects } from '../../../localnet/sui/ledger/effects.ts';
import { coinBalance } from '../../../localnet/sui/ledger/objects.ts';
import { GAS_COIN_TYPE } from '../../../localnet/sui/ledger/types.ts';
import { seed, times } from '../../fuzz.ts';
import { commandsOf, created, fixture, World } from './harness.ts';

/** A small generator of repeatable random numbers (mulberry32). */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

const ROUNDS = times(150);

describe('random transactions', () => {
  let world: World;
  let yard: string;
  let counter: string;

  before(async function () {
    this.timeout(60_000);
    world = await World.create();
    const published = await world.publish(await fixture('yard'));
    yard = published.id;
    counter = created(world, published, 'Counter')[0]!;
    await mint(4, world.alice);
    await mint(2, world.bob);
  });

  /** Makes things for an account, paid by alice. */
  const mint = (count: number, owner: Ed25519Keypair) =>
    world.ok(
      (tx) => {
        for (let i = 0; i < count; i++) {
          const thing = tx.moveCall({ target: `${yard}::thing::new`, arguments: [tx.pure.u64(i)] });
          tx.transferObjects([thing], owner.toSuiAddress());
        }
      },
      { gas: [richest()] },
    );

  /** Up to ten things of an account. */
  const owned = (key: Ed25519Keypair): string[] =>
    [...world.ledger.objects.owned(key.toSuiAddress())]
      .filter(({ type }) => type === `${yard}::thing::Thing`)
      .map(({ id }) => id)
      .slice(0, 10);

  /** What accounts own, coins left out: by id. */
  const holdings = (): Map<string, string> => {
    const addresses = [world.alice, world.bob].map((key) => key.toSuiAddress());
    const owned = addresses.flatMap((address) =>
      [...world.ledger.objects.owned(address)].map((object) => [object, address] as const),
    );
    return new Map(
      owned.filter(([object]) => coinBalance(object) === undefined).map(([{ id }, address]) => [id, address]),
    );
  };

  /** The richest coin of alice: these transactions are more than she has coins. */
  const richest = () => {
    const coins = [...world.ledger.objects.owned(world.alice.toSuiAddress())].filter(
      (object) => object.type === GAS_COIN_TYPE,
    );
    return coins.reduce((a, b) => (coinBalance(b)! > coinBalance(a)! ? b : a));
  };

  /** SUI in the coins among some objects. */
  const suiIn = (keys: readonly { id: string; version: bigint }[]): bigint =>
    keys.reduce((sum, { id, version }) => sum + (coinBalance(world.ledger.at(id, version)!) ?? 0n), 0n);

  /** Executes; anything but a result or a refusal is a fault. Checks what no transaction of alice may do. */
  const judge = (bytes: Uint8Array, signatures: readonly Uint8Array[]): 'refused' | 'failed' | 'done' => {
    const before = holdings();
    const { height } = world.ledger;
    for (const checks of [true, false]) {
      try {
        world.devnet.simulate(bytes, { checks, mockGas: true });
      } catch (error) {
        if (!(error instanceof TransactionRefused)) throw error;
      }
    }
    assert.equal(world.ledger.height, height, 'a simulation commits nothing');
    let committed;
    try {
      committed = world.devnet.execute(bytes, signatures);
    } catch (error) {
      if (!(error instanceof TransactionRefused)) throw error;
      assert.equal(world.ledger.height, height, 'a refusal commits nothing');
      assert.deepEqual(holdings(), before);
      return 'refused';
    }
    const after = holdings();
    const { status, gasUsed } = readEffects(committed.effects);
    const bob = world.bob.toSuiAddress();
    for (const [id, owner] of before) if (owner === bob) assert.equal(after.get(id), bob, 'bob keeps what is his');
    const net = BigInt(gasUsed.computationCost) + BigInt(gasUsed.storageCost) - BigInt(gasUsed.storageRebate);
    assert.equal(suiIn(committed.after), suiIn(committed.replaced) - net, 'no SUI is made or lost');
    if (status.$kind === 'Success') return 'done';
    assert.deepEqual(after, before, 'a failure moves nothing');
    return 'failed';
  };

  it('made by changing bytes of good ones', async function () {
    this.timeout(120_000);
    const random = generator(seed(1));
    const results = new Map<string, number>();
    for (let round = 0; round < ROUNDS; round++) {
      const bytes = await world.build(
        (tx) => {
          const thing = tx.object(Inputs.ObjectRef(world.ref(world.object(owned(world.alice)[0]!))));
          const [coin] = tx.splitCoins(tx.gas, [1000]);
          tx.moveCall({ target: `${yard}::thing::set`, arguments: [thing, tx.pure.u64(5)] });
          const vector = tx.makeMoveVec({ type: 'u64', elements: [tx.pure.u64(5)] });
          tx.moveCall({ target: `${yard}::plain::refs`, arguments: [tx.pure.u64(1), vector] });
          tx.transferObjects([coin!], world.alice.toSuiAddress());
        },
        { gas: [richest()] },
      );
      const changes = 1 + random(3);
      for (let i = 0; i < changes; i++)
        bytes[random(bytes.length)] = random(2) ? random(256) : bytes[random(bytes.length)]!;
      const cut = random(20) === 0 ? bytes.subarray(0, random(bytes.length)) : bytes;
      const result = judge(cut, await world.sign(bytes.length === cut.length ? cut : bytes));
      results.set(result, (results.get(result) ?? 0) + 1);
    }
    assert(results.get('refused')! > 0, JSON.stringify([...results]));
    assert.equal(
      [...results.values()].reduce((a, b) => a + b),
      ROUNDS,
    );
  });

  it('made of random commands and arguments', async function () {
    this.timeout(120_000);
    const random = generator(seed(2));
    const pick = <T>(list: readonly T[]): T => list[random(list.length)]!;
    const results = new Map<string, number>();
    for (let round = 0; round < ROUNDS; round++) {
      if (owned(world.alice).length < 4) await mint(4, world.alice);
      const alive = [...owned(world.alice), ...owned(world.bob), counter].filter((id) => world.ledger.live(id));
      const bytes = await world.build(
        (tx) => {
          tx.pure.u64(random(5));
          tx.pure.address(pick([world.alice, world.bob]).toSuiAddress());
          tx.pure(bcs.vector(bcs.u64()).serialize([1, 2]));
          for (const id of alive) {
            const object = world.object(id);
            const { owner } = object;
            const theirs = owner.$kind === 'AddressOwner' && owner.AddressOwner === world.bob.toSuiAddress();
            // What is bob's is rarely asked for, since all of it is refused.
            if (theirs ? random(20) > 0 : random(3) === 0) continue;
            if (object.owner.$kind === 'Shared') {
              const mutable = random(4) > 0;
              tx.object(Inputs.SharedObjectRef({ objectId: id, mutable, ...object.owner.Shared }));
            } else if (object.owner.$kind !== 'ObjectOwner') tx.object(Inputs.ObjectRef(world.ref(object)));
          }
        },
        {
          gas: [richest()],
          edit: (data) => {
            const program = commandsOf(data) as unknown as { inputs: object[]; commands: object[] };
            program.commands.push(...randomCommands(yard, program.inputs.length, random));
          },
        },
      );
      const result = judge(bytes, await world.sign(bytes));
      results.set(result, (results.get(result) ?? 0) + 1);
    }
    for (const kind of ['done', 'failed', 'refused']) assert(results.get(kind)! > 0, JSON.stringify([...results]));
  });
});

/** Functions of the fixture: what they take and what they give, by rough kinds. */
const FUNCTIONS: readonly (readonly [name: string, takes: readonly Kind[], gives: readonly Kind[]])[] = [
  ['thing::new', ['number'], ['thing']],
  ['thing::two', [], ['thing', 'thing']],
  ['thing::value', ['thing'], ['number']],
  ['thing::set', ['thing', 'number'], []],
  ['thing::move_value', ['thing', 'thing'], []],
  ['thing::sum', ['thing', 'thing'], ['number']],
  ['thing::destroy', ['thing'], ['number']],
  ['thing::destroy_all', ['list'], ['number']],
  ['thing::share', ['thing'], []],
  ['thing::freeze_it', ['thing'], []],
  ['thing::give', ['thing', 'address'], []],
  ['thing::wrap', ['thing'], ['box']],
  ['thing::unwrap', ['box'], ['thing']],
  ['thing::smash', ['box'], ['number']],
  ['thing::attach', ['thing', 'number', 'thing'], []],
  ['thing::detach', ['thing', 'number'], ['thing']],
  ['thing::put', ['thing', 'number', 'number'], []],
  ['thing::take', ['thing', 'number'], ['number']],
  ['potato::grow', ['number'], ['potato']],
  ['potato::grow_on', ['thing'], ['potato']],
  ['potato::peel', ['potato'], ['number']],
  ['potato::guarded', ['thing', 'number'], []],
  ['potato::guarded_peel', ['potato'], []],
  ['potato::hidden', ['thing'], []],
  ['setup::increment', ['counter'], []],
  ['setup::pass_on', ['counter'], []],
  ['trouble::assert_never', ['number'], []],
];

type Kind = 'number' | 'address' | 'thing' | 'list' | 'box' | 'potato' | 'counter' | 'coin';

/** Inputs of the transactions below: a number, an address, a vector, then objects. */
const FIRST_OBJECT = 3;

/** Commands that mostly fit together, and sometimes do not. What is left over at the end is given away or used up. */
function randomCommands(yard: string, inputs: number, random: (below: number) => number): object[] {
  const commands: object[] = [];
  const pools = new Map<Kind, object[]>();
  const input = (index: number): object => ({ $kind: 'Input', Input: index });
  const pool = (kind: Kind): object[] => {
    if (!pools.has(kind)) pools.set(kind, []);
    return pools.get(kind)!;
  };
  pool('number').push(input(0));
  pool('address').push(input(1));
  for (let i = FIRST_OBJECT; i < inputs; i++) pool(random(6) === 0 ? 'counter' : 'thing').push(input(i));
  pool('coin').push({ $kind: 'GasCoin', GasCoin: true });
  const any = (): object => {
    const lists = [...pools.values()].filter(({ length }) => length > 0);
    const list = lists[random(lists.length)]!;
    return random(30) === 0 ? input(inputs + random(2)) : list[random(list.length)]!;
  };
  const take = (kind: Kind): object => {
    const list = pool(kind);
    if (list.length === 0 || random(40) === 0) return any();
    // Objects are mostly not used twice, numbers and addresses are.
    const index = random(list.length);
    return kind === 'number' || kind === 'address' || random(6) === 0 ? list[index]! : list.splice(index, 1)[0]!;
  };
  const push = (command: object, gives: readonly Kind[]): void => {
    const at = commands.push(command) - 1;
    gives.forEach((kind, i) => pool(kind).push({ $kind: 'NestedResult', NestedResult: [at, i] }));
  };
  const count = 1 + random(4);
  for (let i = 0; i < count; i++) {
    const kind = random(12);
    if (kind < 9) {
      const [target, takes, gives] = FUNCTIONS[random(FUNCTIONS.length)]!;
      const [module, name] = target.split('::');
      push(
        {
          $kind: 'MoveCall',
          MoveCall: { package: yard, module, function: name, typeArguments: [], arguments: takes.map(take) },
        },
        gives,
      );
    } else if (kind === 9) {
      push({ $kind: 'SplitCoins', SplitCoins: { coin: take('coin'), amounts: [take('number')] } }, ['coin']);
    } else if (kind === 10) {
      push({ $kind: 'MergeCoins', MergeCoins: { destination: take('coin'), sources: [take('coin')] } }, []);
    } else {
      const type = random(2) ? null : `${yard}::thing::Thing`;
      push({ $kind: 'MakeMoveVec', MakeMoveVec: { type, elements: [take('thing')] } }, ['list']);
    }
  }
  const results = (kind: Kind) => pool(kind).filter((argument) => 'NestedResult' in argument);
  const left = [...results('thing'), ...results('box'), ...results('coin')];
  if (left.length > 0) push({ $kind: 'TransferObjects', TransferObjects: { objects: left, address: input(1) } }, []);
  for (const potato of results('potato')) {
    const call = { package: yard, module: 'potato', function: 'peel', typeArguments: [], arguments: [potato] };
    push({ $kind: 'MoveCall', MoveCall: call }, []);
  }
  return commands;
}
