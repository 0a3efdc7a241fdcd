import assert from 'node:assert/strict';
import { Inputs, Transaction } from '@mysten/sui/transactions';
import { blake2b } from '@noble/hashes/blake2.js';
import { upgradeDigest } from '../../../localnet/sui/execution/publish.ts';
import type { BuiltPackage } from '../../../localnet/sui/build/builder.ts';
import type { PackageRecord } from '../../../localnet/sui/ledger/objects.ts';
import { ExecutionFailure } from '../../../localnet/sui/execution/failure.ts';
import { checkPackageSize } from '../../../localnet/sui/execution/packages.ts';
import { created, events, fixture, packageOf, World, type Ran } from './harness.ts';

const COMPATIBLE = 0;
const ADDITIVE = 128;
const DEP_ONLY = 192;

describe('packages', () => {
  let world: World;
  let shed: BuiltPackage;
  const me = () => world.alice.toSuiAddress();

  before(async function () {
    this.timeout(60_000);
    world = await World.create();
    shed = await fixture('shed');
  });

  const bytesOf = ({ modules }: Pick<BuiltPackage, 'modules'>) => modules.map((module) => [...module]);
  const record = (id: string): PackageRecord => {
    const object = world.ledger.live(id);
    assert(object?.kind === 'package');
    return object;
  };
  const owned = (id: string) => Inputs.ObjectRef(world.ref(world.object(id)));

  describe('published', () => {
    it('run their initializers with the real witness, and give an upgrade capability', async () => {
      const ran = await world.publish(await fixture('yard'));
      assert.equal(created(world, ran, 'UpgradeCap').length, 1);
      assert.equal(created(world, ran, 'AdminCap').length, 1);
      assert.equal(created(world, ran, 'Publisher').length, 1);
      const [counter] = created(world, ran, 'Counter');
      assert.equal(world.object(counter!).owner.$kind, 'Shared');
      assert.deepEqual(
        events(ran).map(([name]) => name),
        ['setup::Ready'],
      );
      assert.equal(ran.committed.events[0]!.packageId, ran.id);
      const cap = Buffer.from(world.object(created(world, ran, 'UpgradeCap')[0]!).contents);
      assert.equal(`0x${cap.subarray(32, 64).toString('hex')}`, ran.id);
      assert.equal(cap.readBigUInt64LE(64), 1n);
      assert.equal(cap[72], COMPATIBLE);
    });

    it('carry their own address, origins of types and linkage', async () => {
      const { id } = await world.publish(shed);
      const { package: value, version, owner } = record(id);
      assert.equal(version, 1n);
      assert.equal(owner.$kind, 'Immutable');
      assert.deepEqual(value.typeOrigins, [{ moduleName: 'tool', datatypeName: 'Tool', package: id }]);
      assert.deepEqual([...value.linkage.keys()].sort(), [...shed.dependencies].sort());
      assert.notEqual(Buffer.from(value.modules.get('tool')!).indexOf(Buffer.from(id.slice(2), 'hex')), -1);
    });

    const publishFails = async (modules: number[][], dependencies: string[]): Promise<string> => {
      const { error } = await world.fails((tx) => {
        tx.transferObjects([tx.publish({ modules, dependencies })], me());
      });
      return (error as { $kind: string }).$kind;
    };

    it('at another address than 0x0 are refused', async () => {
      const { modules } = await fixture('shed');
      const own = world.ledger.live((await world.publish(shed)).id) as PackageRecord;
      assert.equal(
        await publishFails([[...own.package.modules.get('tool')!]], shed.dependencies),
        'PublishErrorNonZeroAddress',
      );
      assert.equal(modules.length, 1);
    });

    it('that are no bytecode, or compiled for tests, are refused', async () => {
      const [module] = bytesOf(shed);
      assert.equal(await publishFails([[1, 2, 3]], shed.dependencies), 'VMVerificationOrDeserializationError');
      assert.equal(
        await publishFails([module!.slice(0, -1)], shed.dependencies),
        'VMVerificationOrDeserializationError',
      );
      assert.equal(
        await publishFails([[0xde, 0xad, 0xc0, 0xde, ...module!.slice(4)]], shed.dependencies),
        'VMVerificationOrDeserializationError',
      );
      assert.equal(await publishFails([module!, module!], shed.dependencies), 'VMVerificationOrDeserializationError');
    });

    it('without a dependency, or with two versions of one, are refused', async () => {
      assert.equal(await publishFails(bytesOf(shed), shed.dependencies.slice(0, 1)), 'PublishUpgradeMissingDependency');
    });

    it('that the verifier refuses are not there afterwards, and nothing of them ran', async () => {
      // `tool::uses` made to return more than it has: its last byte before `Ret` becomes a pop.
      const [module] = bytesOf(shed);
      const broken = [...module!];
      const at = findReadField(broken);
      broken[at] = 0x01; // Pop
      const { error, committed, report } = await world.fails((tx) => {
        tx.transferObjects([tx.publish({ modules: [broken], dependencies: shed.dependencies })], me());
      });
      assert.equal((error as { $kind: string }).$kind, 'VMVerificationOrDeserializationError', report.failure);
      assert(committed.after.every(({ id }) => world.ledger.live(id)!.kind === 'move'));
      assert.equal((await world.publish(shed)).effects.status.$kind, 'Success');
    });

    it('in a transaction that fails later are not there', async () => {
      const yard = (await world.publish(await fixture('yard'))).id;
      const before = world.ledger.objects.packages().length;
      const { command } = await world.fails((tx) => {
        tx.transferObjects([tx.publish({ modules: bytesOf(shed), dependencies: shed.dependencies })], me());
        tx.moveCall({ target: `${yard}::trouble::asked` });
      });
      assert.equal(command, '2');
      assert.equal(world.ledger.objects.packages().length, before);
    });

    it('in a simulation are not there', async () => {
      const bytes = await world.build((tx) => {
        tx.transferObjects([tx.publish({ modules: bytesOf(shed), dependencies: shed.dependencies })], me());
      });
      const before = world.ledger.objects.packages().length;
      const { transaction } = world.devnet.simulate(bytes, { checks: true, mockGas: false });
      const written = transaction.after.find(({ kind }) => kind === 'package')!;
      assert.equal(world.ledger.live(written.id), undefined);
      const ran = world.execute(bytes, await world.sign(bytes));
      assert.equal(packageOf(ran), written.id);
      assert.equal(world.ledger.objects.packages().length, before + 1);
    });
  });

  describe('upgraded', () => {
    const capOf = (ran: Ran): string => created(world, ran, 'UpgradeCap')[0]!;

    /** Commands of an upgrade; parts can be replaced by wrong ones. */
    const upgrade =
      (
        cap: string,
        current: string,
        next: BuiltPackage,
        wrong: { policy?: number; digest?: Uint8Array; package?: string } = {},
      ) =>
      (tx: Transaction): void => {
        const capability = tx.object(owned(cap));
        const digest = tx.pure.vector('u8', [...(wrong.digest ?? upgradeDigest(next.modules, next.dependencies))]);
        const ticket = tx.moveCall({
          target: '0x2::package::authorize_upgrade',
          arguments: [capability, tx.pure.u8(wrong.policy ?? COMPATIBLE), digest],
        });
        const receipt = tx.upgrade({
          modules: bytesOf(next),
          dependencies: next.dependencies,
          package: wrong.package ?? current,
          ticket,
        });
        tx.moveCall({ target: '0x2::package::commit_upgrade', arguments: [capability, receipt] });
      };
    const upgradeError = async (build: (tx: Transaction) => void): Promise<object> => {
      const { error } = await world.fails(build);
      const { PackageUpgradeError } = error as { PackageUpgradeError?: { upgradeError: object } };
      assert(PackageUpgradeError, JSON.stringify(error));
      return PackageUpgradeError.upgradeError;
    };
    const versionOf = async (id: string): Promise<string> => {
      const { error } = await world.fails((tx) => void tx.moveCall({ target: `${id}::tool::fail` }));
      return (error as { MoveAbort: [unknown, string] }).MoveAbort[1];
    };

    it('have a new id and version, and old objects work with them', async () => {
      const first = await world.publish(shed);
      const made = await world.ok((tx) => {
        tx.transferObjects([tx.moveCall({ target: `${first.id}::tool::new` })], me());
      });
      const [tool] = created(world, made, 'Tool');
      const next = await fixture('shed_next');
      const second = packageOf(await world.ok(upgrade(capOf(first), first.id, next)));
      assert.notEqual(second, first.id);
      const { version, package: value } = record(second);
      assert.equal(version, 2n);
      assert.deepEqual(
        value.typeOrigins.map(({ datatypeName, package: id }) => [datatypeName, id]).sort(),
        [
          ['Handle', second],
          ['Tool', first.id],
        ].sort(),
      );
      await world.ok((tx) => {
        tx.moveCall({ target: `${second}::tool::use_twice`, arguments: [tx.object(owned(tool!))] });
        tx.moveCall({ target: `${first.id}::tool::use_it`, arguments: [tx.object(owned(tool!))] });
      });
      assert.equal(world.object(tool!).type, `${first.id}::tool::Tool`);
      assert.equal(Buffer.from(world.object(tool!).contents).readBigUInt64LE(32), 3n);
      const handle = await world.ok((tx) => {
        tx.transferObjects([tx.moveCall({ target: `${second}::tool::handle` })], me());
      });
      assert.equal(world.object(created(world, handle, 'Handle')[0]!).type, `${second}::tool::Handle`);
      // Either version stays callable, and an abort names the version that was called.
      assert.equal(await versionOf(first.id), '1');
      assert.equal(await versionOf(second), '2');
      const { error } = await world.fails((tx) => void tx.moveCall({ target: `${second}::tool::fail` }));
      assert.equal((error as { MoveAbort: [{ module: { address: string } }] }).MoveAbort[0].module.address, second);
    });

    it('leave packages that depend on the old version with it, until they choose the new one', async () => {
      const first = await world.publish(shed);
      const published = { publishedAt: first.id, originalId: first.id };
      const neighbour = await fixture('neighbour', { published: { shed: published } });
      const { id: old } = await world.publish(neighbour);
      const second = packageOf(await world.ok(upgrade(capOf(first), first.id, await fixture('shed_next'))));
      const linked = async (id: string): Promise<bigint> => {
        const bytes = await world.build((tx) => void tx.moveCall({ target: `${id}::borrower::linked_version` }));
        const { commands } = world.devnet.simulate(bytes, { checks: true, mockGas: false });
        return Buffer.from(commands[0]!.returnValues[0]!.value).readBigUInt64LE(0);
      };
      assert.equal(await linked(old), 1n);
      const dependencies = neighbour.dependencies.map((id) => (id === first.id ? second : id));
      const { id: young } = await world.publish({ ...neighbour, dependencies });
      assert.equal(await linked(young), 2n);
      assert.deepEqual(record(young).package.linkage.get(first.id), { upgradedId: second, upgradedVersion: 2n });
      // The new one takes tools of the type of old.
      await world.ok((tx) => {
        const tool = tx.moveCall({ target: `${first.id}::tool::new` });
        tx.transferObjects([tx.moveCall({ target: `${young}::borrower::rack`, arguments: [tool] })], me());
      });
      const both = await world.fails((tx) => {
        tx.transferObjects(
          [tx.publish({ modules: bytesOf(neighbour), dependencies: [...dependencies, first.id] })],
          me(),
        );
      });
      assert.equal((both.error as { $kind: string }).$kind, 'InvalidLinkage');
      const downgrade = await world.fails((tx) => {
        const oldShed = neighbour.dependencies;
        tx.transferObjects([tx.publish({ modules: bytesOf(shed), dependencies: [...oldShed, young] })], me());
      });
      assert.equal((downgrade.error as { $kind: string }).$kind, 'PublishUpgradeDependencyDowngrade');
    });

    it('need the ticket for exactly their code and their package', async () => {
      const first = await world.publish(shed);
      const next = await fixture('shed_next');
      const cap = capOf(first);
      const digest = new Uint8Array(32).fill(1);
      const wrong = await upgradeError(upgrade(cap, first.id, next, { digest }));
      assert.deepEqual(wrong, {
        $kind: 'DigestDoesNotMatch',
        DigestDoesNotMatch: { digest: upgradeDigest(next.modules, next.dependencies) },
      });
      const other = await world.publish(shed);
      assert.deepEqual(await upgradeError(upgrade(cap, first.id, next, { package: other.id })), {
        $kind: 'PackageIDDoesNotMatch',
        PackageIDDoesNotMatch: { packageId: other.id, ticketId: first.id },
      });
      assert.deepEqual(await upgradeError(upgrade(cap, first.id, next, { policy: 5 })), {
        $kind: 'UnknownUpgradePolicy',
        UnknownUpgradePolicy: { policy: 5 },
      });
    });

    it('are compatible with what was there', async () => {
      const first = await world.publish(shed);
      const cap = capOf(first);
      const incompatible = { $kind: 'IncompatibleUpgrade', IncompatibleUpgrade: true };
      assert.deepEqual(await upgradeError(upgrade(cap, first.id, await fixture('shed_broken'))), incompatible);
      const changed = await fixture('shed_changed');
      for (const policy of [ADDITIVE, DEP_ONLY]) {
        assert.deepEqual(await upgradeError(upgrade(cap, first.id, changed, { policy })), incompatible);
      }
      const next = await fixture('shed_next');
      assert.deepEqual(await upgradeError(upgrade(cap, first.id, next, { policy: DEP_ONLY })), incompatible);
      await world.ok(upgrade(cap, first.id, shed, { policy: DEP_ONLY }));
    });

    it('may be limited by their capability', async () => {
      const first = await world.publish(shed);
      const cap = capOf(first);
      await world.ok(
        (tx) => void tx.moveCall({ target: '0x2::package::only_dep_upgrades', arguments: [tx.object(owned(cap))] }),
      );
      const { error } = await world.fails(upgrade(cap, first.id, await fixture('shed_next')));
      const [location, code] = (error as { MoveAbort: [{ module: { name: string } }, string] }).MoveAbort;
      assert.deepEqual([location.module.name, code], ['package', '1']);
      await world.ok(
        (tx) => void tx.moveCall({ target: '0x2::package::make_immutable', arguments: [tx.object(owned(cap))] }),
      );
      assert.equal(world.ledger.live(cap), undefined);
    });

    it('need the receipt handed in, and add no module with an initializer', async () => {
      const first = await world.publish(shed);
      const cap = capOf(first);
      const next = await fixture('shed_next');
      const { error } = await world.fails((tx) => {
        const digest = tx.pure.vector('u8', [...upgradeDigest(next.modules, next.dependencies)]);
        const ticket = tx.moveCall({
          target: '0x2::package::authorize_upgrade',
          arguments: [tx.object(owned(cap)), tx.pure.u8(0), digest],
        });
        tx.upgrade({ modules: bytesOf(next), dependencies: next.dependencies, package: first.id, ticket });
      });
      assert.equal((error as { $kind: string }).$kind, 'UnusedValueWithoutDrop');
      const late = await world.fails(upgrade(cap, first.id, await fixture('shed_init')));
      assert.deepEqual(late.error, { $kind: 'FeatureNotYetSupported', FeatureNotYetSupported: true });
    });

    it('cannot be forged: a ticket comes from its capability alone', async () => {
      const first = await world.publish(shed);
      const next = await fixture('shed_next');
      const { error } = await world.fails((tx) => {
        tx.upgrade({
          modules: bytesOf(next),
          dependencies: next.dependencies,
          package: first.id,
          ticket: tx.pure.u64(1),
        });
      });
      assert.match(JSON.stringify(error), /InvalidUsageOfPureArg/);
      await world.refused(
        'INVALID_ARGUMENT',
        /not signed by the correct sender/,
        upgrade(capOf(first), first.id, next),
        { signer: world.bob },
      );
    });
  });

  it('have the digest that the compiler computes', async () => {
    const { modules, dependencies, digest } = shed;
    assert.deepEqual(upgradeDigest(modules, dependencies), digest);
    const parts = [
      ...modules.map((m) => blake2b(m, { dkLen: 32 })),
      ...dependencies.map((d) => Buffer.from(d.slice(2), 'hex')),
    ];
    assert.deepEqual(
      upgradeDigest([...modules].reverse(), [...dependencies].reverse()),
      blake2b(Buffer.concat(parts.sort(Buffer.compare)), { dkLen: 32 }),
    );
  });

  it('of more than 100 KB are refused', () => {
    const value = (length: number) => ({
      modules: new Map([['m', new Uint8Array(length)]]),
      typeOrigins: [{ moduleName: 'm', datatypeName: 'T', package: '0x0' }],
      linkage: new Map([['0x2', { upgradedId: '0x2', upgradedVersion: 1n }]]),
    });
    // Beside the code: 8 for the version, 1 for the name, 1 + 1 + 32 for the type, 32 + 32 + 8 for the dependency.
    const most = 100 * 1024 - 8 - 1 - 34 - 72;
    checkPackageSize(value(most));
    assert.throws(
      () => checkPackageSize(value(most + 1)),
      (error) => error instanceof ExecutionFailure && 'MovePackageTooBig' in error.status,
    );
  });
});

/** Offset of the `ReadRef` in `tool::uses`: the only one after an immutable field borrow. */
function findReadField(module: readonly number[]): number {
  const IMM_BORROW_FIELD = 0x10;
  const READ_REF = 0x14;
  const RET = 0x02;
  for (let i = 0; i + 3 < module.length; i++) {
    if (module[i] === IMM_BORROW_FIELD && module[i + 2] === READ_REF && module[i + 3] === RET) return i + 2;
  }
  throw new Error('no such code');
}
