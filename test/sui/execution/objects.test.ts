import assert from 'node:assert/strict';
import { Inputs } from '@mysten/sui/transactions';
import { argumentError, change, created, fixture, World, type Ran } from './harness.ts';

describe('ownership of objects', () => {
  let world: World;
  let yard: string;
  let setup: Ran;
  const call = (target: string) => `${yard}::${target}` as const;
  const me = () => world.alice.toSuiAddress();
  const bob = () => world.bob.toSuiAddress();

  before(async function () {
    this.timeout(60_000);
    world = await World.create();
    const published = await world.publish(await fixture('yard'));
    setup = published;
    yard = published.id;
  });

  const newThing = async (value: number, owner = me()): Promise<string> => {
    const ran = await world.ok((tx) => {
      tx.transferObjects([tx.moveCall({ target: call('thing::new'), arguments: [tx.pure.u64(value)] })], owner);
    });
    return created(world, ran, 'Thing')[0]!;
  };
  const owned = (id: string) => Inputs.ObjectRef(world.ref(world.object(id)));
  const receiving = (id: string) => Inputs.ReceivingRef(world.ref(world.object(id)));
  const shared = (id: string, mutable: boolean, initialSharedVersion = sharedSince(id)) =>
    Inputs.SharedObjectRef({ objectId: id, mutable, initialSharedVersion });
  const sharedSince = (id: string): string => {
    const { owner } = world.object(id);
    assert(owner.$kind === 'Shared');
    return owner.Shared.initialSharedVersion;
  };
  const valueOf = (id: string): bigint => Buffer.from(world.object(id).contents).readBigUInt64LE(32);
  const newCounter = async (): Promise<string> => {
    const ran = await world.publish(await fixture('yard'));
    const [counter] = created(world, ran, 'Counter');
    return counter!;
  };

  describe('owned', () => {
    it('are used by their owner alone', async () => {
      const thing = await newThing(1, bob());
      await world.refused(
        'INVALID_ARGUMENT',
        /not signed by the correct sender: Object 0x.* is owned by account address/,
        (tx) => {
          tx.moveCall({ target: call('thing::set'), arguments: [tx.object(owned(thing)), tx.pure.u64(5)] });
        },
      );
      await world.ok(
        (tx) => void tx.moveCall({ target: call('thing::set'), arguments: [tx.object(owned(thing)), tx.pure.u64(5)] }),
        { signer: world.bob },
      );
      assert.equal(valueOf(thing), 5n);
    });

    it('are used at their current version and digest', async () => {
      const thing = await newThing(1);
      const stale = world.ref(world.object(thing));
      const set = (reference: typeof stale) => (tx: Parameters<Parameters<World['run']>[0]>[0]) =>
        void tx.moveCall({
          target: call('thing::set'),
          arguments: [tx.object(Inputs.ObjectRef(reference)), tx.pure.u64(5)],
        });
      const first = await world.ok(set(stale));
      await world.refused('FAILED_PRECONDITION', /is not available for consumption, current version: 0x/, set(stale));
      await world.refused('FAILED_PRECONDITION', /not available for consumption/, set({ ...stale, version: '999' }));
      const current = world.ref(world.object(thing));
      await world.refused('INVALID_ARGUMENT', /Invalid Object digest/, set({ ...current, digest: stale.digest }));
      await world.refused(
        'INVALID_ARGUMENT',
        /Could not find the referenced object/,
        set({ ...current, objectId: `0x${'7'.repeat(64)}` }),
      );
      await world.refused('INVALID_ARGUMENT', /a move package is passed/, set({ ...current, objectId: yard }));
      assert.equal(world.object(thing).version, BigInt(first.effects.lamportVersion));
    });

    it('serve one of two transactions that use the same version', async () => {
      const thing = await newThing(1);
      const transfer = (to: string) => (tx: Parameters<Parameters<World['run']>[0]>[0]) =>
        void tx.transferObjects([tx.object(owned(thing))], to);
      const [mine, theirs] = [await world.build(transfer(me())), await world.build(transfer(bob()))];
      const signatures = [await world.sign(mine), await world.sign(theirs)];
      world.execute(theirs, signatures[1]!);
      await world.refusedBytes('FAILED_PRECONDITION', /not available for consumption/, mine, signatures[0]!);
      assert.deepEqual(world.object(thing).owner, { $kind: 'AddressOwner', AddressOwner: bob() });
    });

    it('move on to a new version even when the transaction fails', async () => {
      const thing = await newThing(1);
      const before = world.object(thing);
      const { effects } = await world.fails((tx) => {
        tx.moveCall({ target: call('trouble::set_and_abort'), arguments: [tx.object(owned(thing))] });
      });
      assert.equal(world.object(thing).version, BigInt(effects.lamportVersion));
      assert.notEqual(world.object(thing).version, before.version);
      assert.equal(valueOf(thing), 1n);
      assert.equal(world.object(thing).storageRebate, before.storageRebate);
    });

    it('appear once in a transaction, and not as its gas as well', async () => {
      const gas = world.coin(world.alice);
      await world.refused(
        'INVALID_ARGUMENT',
        /Mutable object 0x.* cannot appear more than one/,
        (tx) => void tx.transferObjects([tx.object(owned(gas.id))], bob()),
        { gas: [gas] },
      );
      await world.refused('INVALID_ARGUMENT', /Mutable object 0x.* cannot appear more than one/, () => {}, {
        gas: [gas, gas],
      });
    });

    it('that are used as shared are refused', async () => {
      const thing = await newThing(1);
      await world.refused('INVALID_ARGUMENT', /Object used as shared is not shared/, (tx) => {
        tx.moveCall({ target: call('thing::value'), arguments: [tx.object(shared(thing, true, '1'))] });
      });
    });
  });

  describe('shared', () => {
    it('are used by anyone, mutably and immutably', async () => {
      const counter = created(world, setup, 'Counter')[0]!;
      for (const signer of [world.alice, world.bob]) {
        await world.ok(
          (tx) => void tx.moveCall({ target: call('setup::increment'), arguments: [tx.object(shared(counter, true))] }),
          { signer },
        );
      }
      assert.equal(valueOf(counter), 2n);
      const { version } = world.object(counter);
      const read = await world.ok(
        (tx) => void tx.moveCall({ target: call('setup::value'), arguments: [tx.object(shared(counter, false))] }),
      );
      assert.equal(world.object(counter).version, version);
      assert.equal(change(read, counter), undefined);
      assert.deepEqual(
        read.effects.unchangedConsensusObjects.map(([id]) => id),
        [counter],
      );
      const unchanged = await world.ok(
        (tx) => void tx.moveCall({ target: call('setup::value'), arguments: [tx.object(shared(counter, true))] }),
      );
      assert.equal(change(unchanged, counter)!.outputState.$kind, 'ObjectWrite');
    });

    it('given as immutable are neither borrowed mutably nor taken', async () => {
      const counter = created(world, setup, 'Counter')[0]!;
      const mutable = await world.fails((tx) => {
        tx.moveCall({ target: call('setup::increment'), arguments: [tx.object(shared(counter, false))] });
      });
      assert.deepEqual(mutable.error, argumentError('InvalidObjectByMutRef', 0));
      const value = await world.fails((tx) => {
        tx.moveCall({ target: call('setup::pass_on'), arguments: [tx.object(shared(counter, false))] });
      });
      assert.deepEqual(value.error, argumentError('InvalidObjectByValue', 0));
    });

    it('are named with the version that they were shared at, and not as owned', async () => {
      const counter = created(world, setup, 'Counter')[0]!;
      await world.refused('INVALID_ARGUMENT', /Wrong initial version given for shared object/, (tx) => {
        tx.moveCall({ target: call('setup::value'), arguments: [tx.object(shared(counter, true, '1'))] });
      });
      await world.refused('INVALID_ARGUMENT', /Object used as owned is not owned/, (tx) => {
        tx.moveCall({ target: call('setup::value'), arguments: [tx.object(owned(counter))] });
      });
    });

    it('taken by value are shared again at the version of old, or deleted', async () => {
      const counter = await newCounter();
      const home = world.object(counter).type.split('::')[0]!;
      const since = sharedSince(counter);
      await world.ok(
        (tx) => void tx.moveCall({ target: `${home}::setup::pass_on`, arguments: [tx.object(shared(counter, true))] }),
      );
      assert.equal(sharedSince(counter), since);
      const ran = await world.ok(
        (tx) => void tx.moveCall({ target: `${home}::setup::remove`, arguments: [tx.object(shared(counter, true))] }),
      );
      assert.equal(change(ran, counter)!.idOperation.$kind, 'Deleted');
      await world.refused('INVALID_ARGUMENT', /Could not find the referenced object/, (tx) => {
        tx.moveCall({ target: `${home}::setup::value`, arguments: [tx.object(shared(counter, true, since))] });
      });
    });

    it('taken by value are neither given away nor frozen', async () => {
      const counter = await newCounter();
      const home = world.object(counter).type.split('::')[0]!;
      const stolen = await world.fails((tx) => {
        tx.moveCall({
          target: `${home}::setup::steal`,
          arguments: [tx.object(shared(counter, true)), tx.pure.address(me())],
        });
      });
      const expected = { $kind: 'SharedObjectOperationNotAllowed', SharedObjectOperationNotAllowed: true };
      assert.deepEqual(stolen.error, expected);
      const frozen = await world.fails((tx) => {
        tx.moveCall({ target: `${home}::setup::freeze_it`, arguments: [tx.object(shared(counter, true))] });
      });
      assert.deepEqual(frozen.error, expected);
      assert.equal(world.object(counter).owner.$kind, 'Shared');
    });

    it('taken by value in a vector are accounted for by what takes the vector', async () => {
      const counter = await newCounter();
      const home = world.object(counter).type.split('::')[0]!;
      const left = await world.fails((tx) => {
        tx.makeMoveVec({ elements: [tx.object(shared(counter, true))] });
      });
      assert.equal((left.error as { $kind: string }).$kind, 'UnusedValueWithoutDrop');
      await world.ok((tx) => {
        const all = tx.makeMoveVec({ elements: [tx.object(shared(counter, true))] });
        tx.moveCall({ target: `${home}::setup::remove_all`, arguments: [all] });
      });
      assert.equal(world.ledger.live(counter), undefined);
    });

    it('taken by value keep what they were used with out of private entry functions', async () => {
      const counter = await newCounter();
      const home = world.object(counter).type.split('::')[0]!;
      const near = (last: boolean) => (tx: Parameters<Parameters<World['run']>[0]>[0]) => {
        const thing = tx.moveCall({ target: `${home}::thing::new`, arguments: [tx.pure.u64(1)] });
        const guarded = () => tx.moveCall({ target: `${home}::potato::guarded`, arguments: [thing, tx.pure.u64(2)] });
        if (!last) guarded();
        tx.moveCall({ target: `${home}::setup::remove_near`, arguments: [tx.object(shared(counter, true)), thing] });
        if (last) guarded();
        tx.transferObjects([thing], me());
      };
      const { error, command } = await world.fails(near(true));
      assert.deepEqual(error, argumentError('InvalidArgumentToPrivateEntryFunction', 0));
      assert.equal(command, '2');
      await world.ok(near(false));
    });

    it('are made of new objects only', async () => {
      const ran = await world.ok((tx) => {
        tx.moveCall({
          target: call('thing::share'),
          arguments: [tx.moveCall({ target: call('thing::new'), arguments: [tx.pure.u64(1)] })],
        });
      });
      const [thing] = created(world, ran, 'Thing');
      assert.equal(sharedSince(thing!), ran.effects.lamportVersion);
      const old = await newThing(1);
      const { error } = await world.fails((tx) => {
        tx.moveCall({ target: call('thing::share'), arguments: [tx.object(owned(old))] });
      });
      const { MoveAbort } = error as { MoveAbort: [{ module: { name: string }; functionName: string }, string] };
      assert.equal(MoveAbort[0].module.name, 'transfer');
      assert.equal(MoveAbort[0].functionName, 'share_object_impl');
      assert.equal(MoveAbort[1], '0');
    });
  });

  describe('immutable', () => {
    it('are read by anyone and changed by no one', async () => {
      const thing = await newThing(4);
      await world.ok(
        (tx) => void tx.moveCall({ target: call('thing::freeze_it'), arguments: [tx.object(owned(thing))] }),
      );
      assert.equal(world.object(thing).owner.$kind, 'Immutable');
      const { version } = world.object(thing);
      await world.ok((tx) => void tx.moveCall({ target: call('thing::value'), arguments: [tx.object(owned(thing))] }), {
        signer: world.bob,
      });
      const set = await world.fails((tx) => {
        tx.moveCall({ target: call('thing::set'), arguments: [tx.object(owned(thing)), tx.pure.u64(5)] });
      });
      assert.deepEqual(set.error, argumentError('InvalidObjectByMutRef', 0));
      const taken = await world.fails((tx) => void tx.transferObjects([tx.object(owned(thing))], me()));
      assert.deepEqual(taken.error, argumentError('InvalidObjectByValue', 0));
      assert.equal(world.object(thing).version, version);
    });
  });

  describe('wrapped', () => {
    it('leave the ledger, and come back at a new version', async () => {
      const thing = await newThing(6);
      const wrapped = await world.ok((tx) => {
        tx.transferObjects([tx.moveCall({ target: call('thing::wrap'), arguments: [tx.object(owned(thing))] })], me());
      });
      assert.equal(world.ledger.live(thing), undefined);
      const gone = change(wrapped, thing)!;
      assert.deepEqual(
        [gone.inputState.$kind, gone.outputState.$kind, gone.idOperation.$kind],
        ['Exist', 'NotExist', 'None'],
      );
      const [box] = created(world, wrapped, 'Box');
      const back = await world.ok((tx) => {
        tx.transferObjects([tx.moveCall({ target: call('thing::unwrap'), arguments: [tx.object(owned(box!))] })], me());
      });
      const here = change(back, thing)!;
      assert.deepEqual(
        [here.inputState.$kind, here.outputState.$kind, here.idOperation.$kind],
        ['NotExist', 'ObjectWrite', 'None'],
      );
      assert.equal(valueOf(thing), 6n);
      assert.equal(change(back, box!)!.idOperation.$kind, 'Deleted');
    });

    it('are deleted together with what holds them', async () => {
      const thing = await newThing(6);
      const [box] = created(
        world,
        await world.ok((tx) => {
          tx.transferObjects(
            [tx.moveCall({ target: call('thing::wrap'), arguments: [tx.object(owned(thing))] })],
            me(),
          );
        }),
        'Box',
      );
      const ran = await world.ok(
        (tx) => void tx.moveCall({ target: call('thing::smash'), arguments: [tx.object(owned(box!))] }),
      );
      const gone = change(ran, thing)!;
      assert.deepEqual(
        [gone.inputState.$kind, gone.outputState.$kind, gone.idOperation.$kind],
        ['NotExist', 'NotExist', 'Deleted'],
      );
    });

    it('or deleted in the transaction that makes them leave no trace', async () => {
      const ran = await world.ok((tx) => {
        const thing = tx.moveCall({ target: call('thing::new'), arguments: [tx.pure.u64(1)] });
        tx.moveCall({ target: call('thing::destroy'), arguments: [thing] });
        const other = tx.moveCall({ target: call('thing::new'), arguments: [tx.pure.u64(2)] });
        tx.transferObjects([tx.moveCall({ target: call('thing::wrap'), arguments: [other] })], me());
      });
      const kinds = ran.effects.changedObjects.map(([, c]) =>
        [c.inputState.$kind, c.outputState.$kind, c.idOperation.$kind].join(' '),
      );
      assert.deepEqual(kinds.sort(), [
        'Exist ObjectWrite None',
        'NotExist NotExist Created',
        'NotExist ObjectWrite Created',
      ]);
    });
  });

  describe('children', () => {
    it('are attached, changed through their parent, and detached', async () => {
      const [parent, child] = [await newThing(1), await newThing(2)];
      await world.ok((tx) => {
        tx.moveCall({
          target: call('thing::attach'),
          arguments: [tx.object(owned(parent)), tx.pure.u64(9), tx.object(owned(child))],
        });
      });
      assert.equal(world.object(child).owner.$kind, 'ObjectOwner');
      const changed = await world.ok((tx) => {
        tx.moveCall({
          target: call('thing::set_child'),
          arguments: [tx.object(owned(parent)), tx.pure.u64(9), tx.pure.u64(77)],
        });
      });
      assert.equal(valueOf(child), 77n);
      assert.equal(change(changed, child)!.outputState.$kind, 'ObjectWrite');
      const read = await world.ok((tx) => {
        tx.moveCall({ target: call('thing::child_value'), arguments: [tx.object(owned(parent)), tx.pure.u64(9)] });
      });
      assert.equal(change(read, child), undefined);
      const ran = await world.ok((tx) => {
        tx.transferObjects(
          [tx.moveCall({ target: call('thing::detach'), arguments: [tx.object(owned(parent)), tx.pure.u64(9)] })],
          me(),
        );
      });
      assert.deepEqual(world.object(child).owner, { $kind: 'AddressOwner', AddressOwner: me() });
      assert.deepEqual(
        ran.effects.changedObjects.filter(([, { idOperation }]) => idOperation.$kind === 'Deleted').length,
        1,
      );
    });

    it('are no inputs of transactions', async () => {
      const [parent, child] = [await newThing(1), await newThing(2)];
      await world.ok((tx) => {
        tx.moveCall({
          target: call('thing::attach'),
          arguments: [tx.object(owned(parent)), tx.pure.u64(9), tx.object(owned(child))],
        });
      });
      await world.refused('INVALID_ARGUMENT', /is owned by object 0x.* cannot be used as input/, (tx) => {
        tx.moveCall({ target: call('thing::value'), arguments: [tx.object(owned(child))] });
      });
    });

    it('keep their id when added again, in the same transaction and in a later one', async () => {
      const parent = await newThing(1);
      /** Puts values under one name; null takes the value there. */
      const put = async (...steps: (number | null)[]) =>
        world.ok((tx) => {
          const thing = tx.object(owned(parent));
          for (const step of steps) {
            if (step === null) tx.moveCall({ target: call('thing::take'), arguments: [thing, tx.pure.u64(5)] });
            else tx.moveCall({ target: call('thing::put'), arguments: [thing, tx.pure.u64(5), tx.pure.u64(step)] });
          }
        });
      const first = await put(1);
      const [field] = created(world, first, 'Field');
      const again = await put(null, 2);
      assert.equal(change(again, field!)!.idOperation.$kind, 'None');
      assert.equal(change(again, field!)!.inputState.$kind, 'Exist');
      const gone = await put(null);
      assert.equal(change(gone, field!)!.idOperation.$kind, 'Deleted');
      const back = await put(3);
      assert.equal(change(back, field!)!.idOperation.$kind, 'Created');
      assert.equal(world.object(field!).version, BigInt(back.effects.lamportVersion));
    });
  });

  describe('received', () => {
    it('are taken from the address of an object by whoever may change it', async () => {
      const parent = await newThing(1);
      const letter = await newThing(2, parent);
      const ran = await world.ok((tx) => {
        const thing = tx.moveCall({
          target: call('thing::receive'),
          arguments: [tx.object(owned(parent)), tx.object(receiving(letter))],
        });
        tx.transferObjects([thing], bob());
      });
      assert.deepEqual(world.object(letter).owner, { $kind: 'AddressOwner', AddressOwner: bob() });
      assert.equal(change(ran, letter)!.inputState.$kind, 'Exist');
    });

    it('can be deleted on receipt, without store', async () => {
      const parent = await newThing(1);
      const [bound] = created(
        world,
        await world.ok((tx) => void tx.moveCall({ target: call('thing::new_bound'), arguments: [tx.pure.u64(3)] })),
        'Bound',
      );
      await world.ok(
        (tx) =>
          void tx.moveCall({
            target: call('thing::bind'),
            arguments: [tx.object(owned(bound!)), tx.pure.address(parent)],
          }),
      );
      const ran = await world.ok((tx) => {
        tx.moveCall({
          target: call('thing::receive_bound'),
          arguments: [tx.object(owned(parent)), tx.object(receiving(bound!))],
        });
      });
      assert.equal(change(ran, bound!)!.idOperation.$kind, 'Deleted');
    });

    it('belong to the object that receives them', async () => {
      const [parent, other] = [await newThing(1), await newThing(2)];
      const letter = await newThing(3, other);
      const { error } = await world.fails((tx) => {
        const thing = tx.moveCall({
          target: call('thing::receive'),
          arguments: [tx.object(owned(parent)), tx.object(receiving(letter))],
        });
        tx.transferObjects([thing], me());
      });
      const { MoveAbort } = error as { MoveAbort: [{ functionName: string }, string] };
      assert.deepEqual([MoveAbort[0].functionName, MoveAbort[1]], ['receive_impl', '3']);
      const mine = await newThing(4);
      const own = await world.fails((tx) => {
        const thing = tx.moveCall({
          target: call('thing::receive'),
          arguments: [tx.object(owned(parent)), tx.object(receiving(mine))],
        });
        tx.transferObjects([thing], me());
      });
      assert.equal((own.error as { $kind: string }).$kind, 'MoveAbort');
      assert.deepEqual(world.object(letter).owner, { $kind: 'AddressOwner', AddressOwner: other });
    });

    it('left alone are not changed, and stale ones refused', async () => {
      const parent = await newThing(1);
      const letter = await newThing(2, parent);
      const stale = receiving(letter);
      const ran = await world.ok((tx) => void tx.object(stale));
      assert.equal(change(ran, letter), undefined);
      await world.ok((tx) => {
        const thing = tx.moveCall({
          target: call('thing::receive'),
          arguments: [tx.object(owned(parent)), tx.object(stale)],
        });
        tx.transferObjects([thing], parent);
      });
      await world.refused('FAILED_PRECONDITION', /not available for consumption/, (tx) => void tx.object(stale));
      await world.refused(
        'INVALID_ARGUMENT',
        /contain duplicated ObjectRef/,
        (tx) => {
          tx.object(receiving(letter));
          tx.object(Inputs.ObjectRef(world.ref(world.object(letter))));
        },
        { edit: (data) => void duplicateLast(data) },
      );
    });

    it('of another type, and used as something else, are refused', async () => {
      const parent = await newThing(1);
      const coin = await world.ok((tx) => {
        const [split] = tx.splitCoins(tx.gas, [1]);
        tx.transferObjects([split!], parent);
      });
      const [id] = created(world, coin, 'Coin');
      const { error } = await world.fails((tx) => {
        const thing = tx.moveCall({
          target: call('thing::receive'),
          arguments: [tx.object(owned(parent)), tx.object(receiving(id!))],
        });
        tx.transferObjects([thing], me());
      });
      const { MoveAbort } = error as { MoveAbort: [{ functionName: string }, string] };
      assert.deepEqual([MoveAbort[0].functionName, MoveAbort[1]], ['receive_impl', '2']);
      const plain = await world.fails((tx) => {
        tx.moveCall({ target: call('thing::value'), arguments: [tx.object(receiving(id!))] });
      });
      assert.deepEqual(plain.error, argumentError('TypeMismatch', 0));
    });
  });

  describe('of a party', () => {
    it('are ordered by consensus and used by their owner alone', async () => {
      const thing = await newThing(1);
      await world.ok((tx) => {
        tx.moveCall({
          target: call('thing::give_to_party'),
          arguments: [tx.object(owned(thing)), tx.pure.address(me())],
        });
      });
      const { owner } = world.object(thing);
      assert(owner.$kind === 'ConsensusAddressOwner');
      const { startVersion } = owner.ConsensusAddressOwner;
      const use = (tx: Parameters<Parameters<World['run']>[0]>[0]) =>
        void tx.moveCall({
          target: call('thing::set'),
          arguments: [tx.object(shared(thing, true, startVersion)), tx.pure.u64(8)],
        });
      await world.refused('INVALID_ARGUMENT', /not signed by the correct sender/, use, { signer: world.bob });
      await world.ok(use);
      assert.equal(valueOf(thing), 8n);
      await world.ok((tx) => void tx.transferObjects([tx.object(shared(thing, true, startVersion))], bob()));
      assert.deepEqual(world.object(thing).owner, { $kind: 'AddressOwner', AddressOwner: bob() });
    });
  });

  describe('the clock', () => {
    it('is read, and changed by the network alone', async () => {
      const build = (mutable: boolean) => (tx: Parameters<Parameters<World['run']>[0]>[0]) => {
        tx.moveCall({
          target: call('plain::time'),
          arguments: [tx.object(Inputs.SharedObjectRef({ objectId: '0x6', initialSharedVersion: 1, mutable }))],
        });
      };
      await world.ok(build(false));
      await world.refused('INVALID_ARGUMENT', /Mutable parameter provided, immutable parameter expected/, build(true));
    });
  });
});

/** Makes the last two inputs name the same object. */
function duplicateLast(data: import('./harness.ts').TransactionDataV1): void {
  assert(data.kind.$kind === 'ProgrammableTransaction');
  const { inputs } = data.kind.ProgrammableTransaction;
  inputs.push(inputs[0]!);
}
