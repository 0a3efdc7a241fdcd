import assert from 'node:assert/strict';
import { bcs } from '@mysten/sui/bcs';
import { Inputs, type Transaction } from '@mysten/sui/transactions';
import { coinBalance } from '../../../localnet/sui/ledger/objects.ts';
import { GAS_COIN_TYPE } from '../../../localnet/sui/ledger/types.ts';
import {
  argumentError,
  BUDGET,
  change,
  commandsOf,
  created,
  events,
  fixture,
  SUI,
  World,
  type TransactionDataV1,
} from './harness.ts';

describe('commands of programmable transactions', () => {
  let world: World;
  let yard: string;
  const call = (target: string) => `${yard}::${target}` as const;
  const me = () => world.alice.toSuiAddress();

  before(async function () {
    this.timeout(60_000);
    world = await World.create();
    yard = (await world.publish(await fixture('yard'))).id;
  });

  const newThing = async (value: number, owner = me()): Promise<string> => {
    const ran = await world.ok((tx) => {
      tx.transferObjects([tx.moveCall({ target: call('thing::new'), arguments: [tx.pure.u64(value)] })], owner);
    });
    return created(world, ran, 'Thing')[0]!;
  };
  const ref = (id: string) => Inputs.ObjectRef(world.ref(world.object(id)));
  const valueOf = (id: string): bigint => Buffer.from(world.object(id).contents).readBigUInt64LE(32);

  describe('MoveCall', () => {
    it('creates an object, emits its event under the package called, and gives it to the recipient', async () => {
      const ran = await world.ok((tx) => {
        tx.transferObjects([tx.moveCall({ target: call('thing::new'), arguments: [tx.pure.u64(5)] })], me());
      });
      const [id] = created(world, ran, 'Thing');
      assert.equal(valueOf(id!), 5n);
      assert.deepEqual(world.object(id!).owner, { $kind: 'AddressOwner', AddressOwner: me() });
      assert.equal(world.object(id!).hasPublicTransfer, true);
      const [event] = ran.committed.events;
      assert.equal(event!.packageId, yard);
      assert.equal(event!.module, 'thing');
      assert.equal(event!.sender, me());
      assert.deepEqual(event!.contents, Uint8Array.from([...Buffer.from(id!.slice(2), 'hex'), 5, 0, 0, 0, 0, 0, 0, 0]));
    });

    it('takes objects by reference, mutable reference and value', async () => {
      const [a, b] = [await newThing(3), await newThing(4)];
      const ran = await world.ok((tx) => {
        const [x, y] = [tx.object(ref(a)), tx.object(ref(b))];
        tx.moveCall({ target: call('thing::sum'), arguments: [x, x] });
        tx.moveCall({ target: call('thing::move_value'), arguments: [x, y] });
        tx.moveCall({ target: call('thing::destroy'), arguments: [x] });
      });
      assert.equal(valueOf(b), 7n);
      assert.equal(world.ledger.live(a), undefined);
      assert.equal(change(ran, a)!.idOperation.$kind, 'Deleted');
    });

    it('passes results of one command to the next, and nested ones', async () => {
      const ran = await world.ok((tx) => {
        const [one, two] = tx.moveCall({ target: call('thing::two') });
        tx.moveCall({ target: call('thing::move_value'), arguments: [two!, one!] });
        tx.transferObjects([one!, two!], me());
      });
      const values = created(world, ran, 'Thing').map(valueOf);
      assert.deepEqual(values.sort(), [0n, 3n]);
    });

    it('refuses a mutable reference next to another reference to the same object', async () => {
      const thing = await newThing(1);
      const twice = await world.fails((tx) => {
        const x = tx.object(ref(thing));
        tx.moveCall({ target: call('thing::move_value'), arguments: [x, x] });
      });
      assert.deepEqual(twice.error, argumentError('InvalidReferenceArgument', 0));
      assert.equal(twice.command, '0');
    });

    it('refuses an object that was taken before', async () => {
      const thing = await newThing(1);
      const { error, command } = await world.fails((tx) => {
        const x = tx.object(ref(thing));
        tx.moveCall({ target: call('thing::destroy'), arguments: [x] });
        tx.moveCall({ target: call('thing::value'), arguments: [x] });
      });
      assert.deepEqual(error, argumentError('ArgumentWithoutValue', 0));
      assert.equal(command, '1');
    });

    it('refuses values of another type, wrong numbers of arguments and unknown functions', async () => {
      const thing = await newThing(1);
      const wrongType = await world.fails((tx) => {
        tx.moveCall({ target: call('potato::peel'), arguments: [tx.object(ref(thing))] });
      });
      assert.deepEqual(wrongType.error, argumentError('TypeMismatch', 0));
      const arity = await world.fails((tx) => {
        tx.moveCall({ target: call('thing::sum'), arguments: [tx.object(ref(thing))] });
      });
      assert.equal((arity.error as { $kind: string }).$kind, 'ArityMismatch');
      const unknown = await world.fails((tx) => {
        tx.moveCall({ target: call('thing::nothing') });
      });
      assert.equal((unknown.error as { $kind: string }).$kind, 'FunctionNotFound');
      const module = await world.fails((tx) => {
        tx.moveCall({ target: call('nowhere::nothing') });
      });
      assert.equal((module.error as { $kind: string }).$kind, 'VMVerificationOrDeserializationError');
    });

    it('calls public and entry functions only', async () => {
      const thing = await newThing(1);
      await world.ok((tx) => {
        tx.moveCall({ target: call('potato::guarded'), arguments: [tx.object(ref(thing)), tx.pure.u64(8)] });
        tx.moveCall({ target: call('potato::friendly'), arguments: [tx.object(ref(thing)), tx.pure.u64(9)] });
      });
      assert.equal(valueOf(thing), 9n);
      const hidden = await world.fails((tx) => {
        tx.moveCall({ target: call('potato::hidden'), arguments: [tx.object(ref(thing))] });
      });
      assert.deepEqual(hidden.error, { $kind: 'NonEntryFunctionInvoked', NonEntryFunctionInvoked: true });
      assert.equal(valueOf(thing), 9n);
    });

    it('refuses functions that return references', async () => {
      const thing = await newThing(1);
      const { error } = await world.fails((tx) => {
        tx.moveCall({ target: call('thing::value_ref'), arguments: [tx.object(ref(thing))] });
      });
      assert.deepEqual(error, {
        $kind: 'InvalidPublicFunctionReturnType',
        InvalidPublicFunctionReturnType: { idx: 0 },
      });
    });

    it('refuses functions of transfer and event that are for the defining module alone', async () => {
      const thing = await newThing(1);
      for (const target of [
        '0x2::transfer::transfer',
        '0x2::transfer::share_object',
        '0x2::transfer::freeze_object',
      ] as const) {
        const { error } = await world.fails((tx) => {
          const rest = target.endsWith('transfer') ? [tx.pure.address(me())] : [];
          tx.moveCall({
            target,
            typeArguments: [`${yard}::thing::Thing`],
            arguments: [tx.object(ref(thing)), ...rest],
          });
        });
        assert.deepEqual(error, { $kind: 'NonEntryFunctionInvoked', NonEntryFunctionInvoked: true }, target);
      }
      const { error } = await world.fails((tx) => {
        const note = tx.moveCall({ target: call('potato::note'), arguments: [tx.pure.u64(1)] });
        tx.moveCall({ target: '0x2::event::emit', typeArguments: [`${yard}::potato::Note`], arguments: [note] });
      });
      assert.deepEqual(error, { $kind: 'NonEntryFunctionInvoked', NonEntryFunctionInvoked: true });
    });

    it('checks type arguments', async () => {
      const thing = await newThing(1);
      const type = `${yard}::thing::Thing`;
      await world.ok((tx) => {
        tx.moveCall({ target: call('plain::need_store'), typeArguments: [type], arguments: [tx.object(ref(thing))] });
      });
      const failing = async (typeArguments: string[]): Promise<object> => {
        const { error } = await world.fails((tx) => {
          tx.moveCall({ target: call('plain::need_store'), typeArguments, arguments: [tx.object(ref(thing))] });
        });
        return error;
      };
      const typeError = (kind: string) => ({
        $kind: 'TypeArgumentError',
        TypeArgumentError: { argumentIdx: 0, kind: { $kind: kind, [kind]: true } },
      });
      assert.deepEqual(await failing([`${yard}::thing::Nothing`]), typeError('TypeNotFound'));
      assert.deepEqual(await failing(['0x2::coin::Coin']), { $kind: 'TypeArityMismatch', TypeArityMismatch: true });
      assert.equal(((await failing([])) as { $kind: string }).$kind, 'VMVerificationOrDeserializationError');
      assert.equal(
        ((await failing([`${yard}::thing::Bound`])) as { $kind: string }).$kind,
        'VMVerificationOrDeserializationError',
      );
    });

    it('injects the context, with a sponsor where there is one', async () => {
      const bytes = await world.build(
        (tx) => {
          tx.moveCall({ target: call('plain::context') });
        },
        { sponsor: world.bob },
      );
      const { commands, transaction } = world.devnet.simulate(bytes, { checks: true, mockGas: false });
      const [sender, epoch, time, sponsor, rgp, price, digest] = commands[0]!.returnValues.map(({ value }) => value);
      const address = (of: string) => Uint8Array.from(Buffer.from(of.slice(2), 'hex'));
      assert.deepEqual(sender, address(me()));
      assert.equal(bcs.u64().parse(epoch!), '0');
      assert.equal(BigInt(bcs.u64().parse(time!)), world.ledger.currentEpoch.startMs);
      assert.deepEqual(sponsor, Uint8Array.from([1, ...address(world.bob.toSuiAddress())]));
      assert.equal(bcs.u64().parse(rgp!), '1000');
      assert.equal(bcs.u64().parse(price!), '1000');
      assert.equal(bcs.ObjectDigest.parse(digest!), transaction.digest);
    });

    it('injects the context wherever it stands', async () => {
      const bytes = await world.build((tx) => {
        tx.moveCall({ target: call('plain::context_first'), arguments: [tx.pure.u64(7)] });
        tx.moveCall({ target: call('plain::context_twice'), arguments: [tx.pure.u64(7)] });
      });
      const { commands } = world.devnet.simulate(bytes, { checks: true, mockGas: false });
      const [sender, value] = commands[0]!.returnValues;
      assert.equal(`0x${Buffer.from(sender!.value).toString('hex')}`, me());
      assert.equal(bcs.u64().parse(value!.value), '7');
      assert.deepEqual(commands[1]!.returnValues[0]!.value, Uint8Array.of(1));
      const arity = await world.fails((tx) => {
        tx.moveCall({ target: call('plain::context_first') });
      });
      assert.equal((arity.error as { $kind: string }).$kind, 'ArityMismatch');
      const twice = await world.fails((tx) => {
        tx.moveCall({ target: call('plain::context_twice_mutably') });
      });
      assert.deepEqual(twice.error, argumentError('InvalidReferenceArgument', 0));
    });

    it('runs the framework’s own functions', async () => {
      const ran = await world.ok((tx) => {
        const [coin] = tx.splitCoins(tx.gas, [1000]);
        const balance = tx.moveCall({
          target: '0x2::coin::into_balance',
          typeArguments: ['0x2::sui::SUI'],
          arguments: [coin!],
        });
        const back = tx.moveCall({
          target: '0x2::coin::from_balance',
          typeArguments: ['0x2::sui::SUI'],
          arguments: [balance],
        });
        tx.moveCall({
          target: '0x2::transfer::public_transfer',
          typeArguments: [GAS_COIN_TYPE],
          arguments: [back, tx.pure.address(me())],
        });
      });
      assert.equal(coinBalance(world.object(created(world, ran, 'Coin')[0]!)), 1000n);
    });
  });

  describe('values left over', () => {
    const potato = (tx: Parameters<Parameters<World['run']>[0]>[0]) =>
      tx.moveCall({ target: call('potato::grow'), arguments: [tx.pure.u64(1)] });

    it('refuses a hot potato that nothing takes, for the whole transaction', async () => {
      const { error, command } = await world.fails((tx) => {
        tx.splitCoins(tx.gas, [1]);
        potato(tx);
      });
      assert.deepEqual(error, {
        $kind: 'UnusedValueWithoutDrop',
        UnusedValueWithoutDrop: { resultIdx: 0, secondaryIdx: 0 },
      });
      assert.equal(command, null);
    });

    it('refuses one that is only borrowed, and accepts one that is used up', async () => {
      const { error } = await world.fails((tx) => {
        tx.moveCall({ target: call('potato::weigh'), arguments: [potato(tx)] });
      });
      assert.deepEqual(error, {
        $kind: 'UnusedValueWithoutDrop',
        UnusedValueWithoutDrop: { resultIdx: 0, secondaryIdx: 0 },
      });
      await world.ok((tx) => {
        const value = potato(tx);
        tx.moveCall({ target: call('potato::weigh'), arguments: [value] });
        tx.moveCall({ target: call('potato::peel'), arguments: [value] });
      });
    });

    it('names the second of two results', async () => {
      const { error } = await world.fails((tx) => {
        const [one] = tx.moveCall({ target: call('thing::two') });
        tx.transferObjects([one!], me());
      });
      assert.deepEqual(error, {
        $kind: 'UnusedValueWithoutDrop',
        UnusedValueWithoutDrop: { resultIdx: 0, secondaryIdx: 1 },
      });
    });

    it('counts the last copy of a value with copy and without drop as its use', async () => {
      await world.ok((tx) => {
        const weed = tx.moveCall({ target: call('potato::weed'), arguments: [tx.pure.u64(1)] });
        tx.moveCall({ target: call('potato::pull'), arguments: [weed] });
        tx.moveCall({ target: call('potato::pull'), arguments: [weed] });
      });
      const { error } = await world.fails((tx) => {
        tx.moveCall({ target: call('potato::weed'), arguments: [tx.pure.u64(1)] });
      });
      assert.deepEqual(error, {
        $kind: 'UnusedValueWithoutDrop',
        UnusedValueWithoutDrop: { resultIdx: 0, secondaryIdx: 0 },
      });
    });

    it('copies values with copy, and borrows them', async () => {
      const bytes = await world.build((tx) => {
        const note = tx.moveCall({ target: call('potato::note'), arguments: [tx.pure.u64(6)] });
        tx.moveCall({ target: call('potato::rewrite'), arguments: [note, tx.pure.u64(7)] });
        tx.moveCall({ target: call('potato::compare'), arguments: [note, note] });
        tx.moveCall({ target: call('potato::read'), arguments: [note] });
      });
      const { commands } = world.devnet.simulate(bytes, { checks: true, mockGas: false });
      assert.deepEqual(commands[2]!.returnValues[0]!.value, Uint8Array.of(1));
      assert.equal(bcs.u64().parse(commands[3]!.returnValues[0]!.value), '7');
      assert.equal(bcs.u64().parse(commands[1]!.mutatedReferences[0]!.value), '7');
    });
  });

  describe('entry functions that are not public', () => {
    it('take what hangs together with nothing hot', async () => {
      const thing = await newThing(1);
      await world.ok((tx) => {
        const x = tx.object(ref(thing));
        const potato = tx.moveCall({ target: call('potato::grow_on'), arguments: [x] });
        tx.moveCall({ target: call('potato::peel'), arguments: [potato] });
        tx.moveCall({ target: call('potato::guarded'), arguments: [x, tx.pure.u64(2)] });
      });
      assert.equal(valueOf(thing), 2n);
    });

    it('take a hot value itself, as the last of its clique', async () => {
      await world.ok((tx) => {
        const potato = tx.moveCall({ target: call('potato::grow'), arguments: [tx.pure.u64(1)] });
        tx.moveCall({ target: call('potato::guarded_peel'), arguments: [potato] });
      });
    });

    for (const [visibility, name] of [
      ['private', 'guarded'],
      ['of the package', 'friendly'],
    ]) {
      it(`refuse an object that hangs together with a hot potato: ${visibility}`, async () => {
        const thing = await newThing(1);
        const { error, command } = await world.fails((tx) => {
          const x = tx.object(ref(thing));
          const potato = tx.moveCall({ target: call('potato::grow_on'), arguments: [x] });
          tx.moveCall({ target: call(`potato::${name}`), arguments: [x, tx.pure.u64(2)] });
          tx.moveCall({ target: call('potato::peel'), arguments: [potato] });
        });
        assert.deepEqual(error, argumentError('InvalidArgumentToPrivateEntryFunction', 0));
        assert.equal(command, '1');
        assert.equal(valueOf(thing), 1n);
      });
    }

    it('refuse an object tied to a hot potato by way of a third', async () => {
      const [a, b] = [await newThing(1), await newThing(2)];
      const { error } = await world.fails((tx) => {
        const [x, y] = [tx.object(ref(a)), tx.object(ref(b))];
        const potato = tx.moveCall({ target: call('potato::grow_on'), arguments: [x] });
        tx.moveCall({ target: call('thing::move_value'), arguments: [x, y] });
        tx.moveCall({ target: call('potato::guarded'), arguments: [y, tx.pure.u64(2)] });
        tx.moveCall({ target: call('potato::peel'), arguments: [potato] });
      });
      assert.deepEqual(error, argumentError('InvalidArgumentToPrivateEntryFunction', 0));
    });
  });

  describe('SplitCoins and MergeCoins', () => {
    it('split and merge, and count to the last MIST', async () => {
      const gas = world.coin(world.alice);
      const before = coinBalance(gas)!;
      const ran = await world.ok(
        (tx) => {
          const coins = tx.splitCoins(tx.gas, [10, 20, 30]);
          tx.mergeCoins(coins[0]!, [coins[1]!]);
          tx.transferObjects([coins[0]!, coins[2]!], world.bob.toSuiAddress());
        },
        { gas: [gas] },
      );
      const balances = created(world, ran, 'Coin').map((id) => coinBalance(world.object(id)));
      assert.deepEqual(balances.sort(), [30n, 30n]);
      const { computationCost, storageCost, storageRebate } = ran.report.gasUsed;
      assert.equal(coinBalance(world.object(gas.id)), before - 60n - computationCost - storageCost + storageRebate);
    });

    it('refuse more than there is, with the budget set aside', async () => {
      const gas = world.coin(world.alice);
      const { error, command } = await world.fails(
        (tx) => {
          const [coin] = tx.splitCoins(tx.gas, [coinBalance(gas)! - BUDGET + 1n]);
          tx.transferObjects([coin!], me());
        },
        { gas: [gas] },
      );
      assert.deepEqual(error, { $kind: 'InsufficientCoinBalance', InsufficientCoinBalance: true });
      assert.equal(command, '0');
      await world.ok(
        (tx) => {
          const [coin] = tx.splitCoins(tx.gas, [coinBalance(world.object(gas.id))! - BUDGET]);
          tx.transferObjects([coin!], me());
        },
        { gas: [world.object(gas.id)] },
      );
    });

    it('refuse amounts that overflow, other types, and the gas coin as a source', async () => {
      const overflow = await world.fails((tx) => {
        const [a, b] = tx.splitCoins(tx.gas, [(1n << 64n) - 1n, 1]);
        tx.transferObjects([a!, b!], me());
      });
      assert.deepEqual(overflow.error, { $kind: 'CoinBalanceOverflow', CoinBalanceOverflow: true });
      const thing = await newThing(1);
      const split = await world.fails((tx) => {
        tx.splitCoins(tx.object(ref(thing)), [1]);
      });
      assert.deepEqual(split.error, argumentError('TypeMismatch', 0));
      const source = await world.fails((tx) => {
        const [coin] = tx.splitCoins(tx.gas, [1]);
        tx.mergeCoins(coin!, [tx.gas]);
        tx.transferObjects([coin!], me());
      });
      assert.deepEqual(source.error, argumentError('InvalidGasCoinUsage', 1));
      const itself = await world.fails((tx) => {
        const [coin] = tx.splitCoins(tx.gas, [1]);
        tx.mergeCoins(coin!, [coin!]);
      });
      assert.deepEqual(itself.error, argumentError('CannotMoveBorrowedValue', 1));
    });
  });

  describe('TransferObjects', () => {
    it('transfers objects with store, the whole gas coin included', async () => {
      const gas = world.coin(world.alice);
      const bob = world.bob.toSuiAddress();
      const ran = await world.ok((tx) => void tx.transferObjects([tx.gas], bob), { gas: [gas] });
      assert.deepEqual(world.object(gas.id).owner, { $kind: 'AddressOwner', AddressOwner: bob });
      const { computationCost, storageCost, storageRebate } = ran.report.gasUsed;
      assert.equal(coinBalance(world.object(gas.id)), 10n * SUI - computationCost - storageCost + storageRebate);
    });

    it('refuses objects without store and the gas coin used afterwards', async () => {
      const ran = await world.ok((tx) => {
        tx.moveCall({ target: call('thing::new_bound'), arguments: [tx.pure.u64(1)] });
      });
      const bound = created(world, ran, 'Bound')[0]!;
      assert.equal(world.object(bound).hasPublicTransfer, false);
      const { error } = await world.fails((tx) => {
        tx.transferObjects([tx.object(ref(bound))], world.bob.toSuiAddress());
      });
      assert.deepEqual(error, argumentError('InvalidTransferObject', 0));
      const after = await world.fails((tx) => {
        tx.transferObjects([tx.gas], me());
        tx.splitCoins(tx.gas, [1]);
      });
      assert.deepEqual(after.error, argumentError('ArgumentWithoutValue', 0));
      assert.equal(after.command, '1');
    });

    it('refuses a recipient that is no address, and pure bytes as an object', async () => {
      const thing = await newThing(1);
      const recipient = await world.fails((tx) => {
        tx.transferObjects([tx.object(ref(thing))], tx.pure.u64(1));
      });
      assert.deepEqual(recipient.error, argumentError('InvalidBCSBytes', 1));
      const bytes = await world.fails((tx) => {
        tx.transferObjects([tx.pure.u64(1)], me());
      });
      assert.deepEqual(bytes.error, argumentError('InvalidTransferObject', 0));
    });
  });

  describe('MakeMoveVec', () => {
    it('makes vectors of objects and of plain values', async () => {
      const [a, b] = [await newThing(3), await newThing(4)];
      const bytes = await world.build((tx) => {
        const things = tx.makeMoveVec({ elements: [tx.object(ref(a)), tx.object(ref(b))] });
        tx.moveCall({ target: call('thing::destroy_all'), arguments: [things] });
        const numbers = tx.makeMoveVec({ type: 'u64', elements: [tx.pure.u64(1), tx.pure.u64(2)] });
        tx.moveCall({ target: call('plain::refs'), arguments: [tx.pure.u64(7), numbers] });
        tx.makeMoveVec({ type: 'u8', elements: [tx.pure.u8(1), tx.pure.u8(2)] });
        tx.makeMoveVec({ type: 'address', elements: [] });
      });
      const { commands } = world.devnet.simulate(bytes, { checks: true, mockGas: false });
      assert.equal(bcs.u64().parse(commands[1]!.returnValues[0]!.value), '7');
      assert.equal(bcs.u64().parse(commands[3]!.returnValues[0]!.value), '3');
      assert.deepEqual(bcs.vector(bcs.u64()).parse(commands[3]!.mutatedReferences[0]!.value), ['1', '2', '7']);
      assert.deepEqual(commands[4]!.returnValues[0]!, { type: 'vector<u8>', value: Uint8Array.of(2, 1, 2) });
      assert.deepEqual(commands[5]!.returnValues[0]!, { type: 'vector<address>', value: Uint8Array.of(0) });
    });

    it('refuses elements of different types, and values without key where no type is given', async () => {
      const thing = await newThing(3);
      const mixed = await world.fails((tx) => {
        const [coin] = tx.splitCoins(tx.gas, [1]);
        tx.makeMoveVec({ elements: [tx.object(ref(thing)), coin!] });
      });
      assert.deepEqual(mixed.error, argumentError('TypeMismatch', 1));
      const plain = await world.fails((tx) => {
        tx.makeMoveVec({ elements: [tx.pure.u64(1)] });
      });
      assert.deepEqual(plain.error, argumentError('InvalidMakeMoveVecNonObjectArgument', 0));
      const left = await world.fails((tx) => {
        tx.makeMoveVec({ elements: [tx.object(ref(thing))] });
      });
      assert.equal((left.error as { $kind: string }).$kind, 'UnusedValueWithoutDrop');
    });
  });

  describe('arguments out of bounds', () => {
    it('name the index', async () => {
      /** Calls a function with one result, then one that takes an argument that the SDK would refuse. */
      const bad = async (target: string, argument: typeof bcs.Argument.$inferType) => {
        const edit = (data: TransactionDataV1) => {
          const call = commandsOf(data).commands[1]!.MoveCall!;
          call.arguments[0] = argument;
        };
        const build = (tx: Transaction) => {
          tx.moveCall({ target: call(target), arguments: target === 'thing::two' ? [] : [tx.pure.u64(1)] });
          tx.moveCall({ target: call('potato::read'), arguments: [tx.pure.u64(1)] });
        };
        const { error, command } = await world.fails(build, { edit });
        assert.equal(command, '1');
        return error;
      };
      const out = (idx: number) => argumentError({ $kind: 'IndexOutOfBounds', IndexOutOfBounds: { idx } }, 0);
      assert.deepEqual(await bad('potato::note', { $kind: 'Result', Result: 9 }), out(9));
      assert.deepEqual(await bad('potato::note', { $kind: 'Result', Result: 1 }), out(1));
      assert.deepEqual(await bad('potato::note', { $kind: 'NestedResult', NestedResult: [2, 0] }), out(2));
      assert.deepEqual(await bad('potato::note', { $kind: 'Input', Input: 3 }), out(3));
      const indices = { resultIdx: 0, secondaryIdx: 1 };
      const nested = { $kind: 'SecondaryIndexOutOfBounds', SecondaryIndexOutOfBounds: indices };
      assert.deepEqual(
        await bad('potato::note', { $kind: 'NestedResult', NestedResult: [0, 1] }),
        argumentError(nested, 0),
      );
      const arity = { $kind: 'InvalidResultArity', InvalidResultArity: { resultIdx: 0 } };
      assert.deepEqual(await bad('thing::two', { $kind: 'Result', Result: 0 }), argumentError(arity, 0));
    });
  });

  it('reports events of all commands in order', async () => {
    const ran = await world.ok((tx) => {
      for (const value of [1, 2, 3])
        tx.moveCall({ target: call('plain::say'), typeArguments: ['u64'], arguments: [tx.pure.u64(value)] });
    });
    assert.deepEqual(
      events(ran).map(([name, [first]]) => [name, first]),
      [
        ['plain::Said', 1],
        ['plain::Said', 2],
        ['plain::Said', 3],
      ],
    );
  });
});
