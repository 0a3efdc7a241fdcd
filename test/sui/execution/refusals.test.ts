import assert from 'node:assert/strict';
import { bcs } from '@mysten/sui/bcs';
import { Ed25519Keypair } from '@mysten/sui/keypairs/ed25519';
import { Secp256k1Keypair } from '@mysten/sui/keypairs/secp256k1';
import { fromBase64 } from '@mysten/sui/utils';
import { coinBalance } from '../../../localnet/sui/ledger/objects.ts';
import { TransactionRefused } from '../../../localnet/sui/devnet-api.ts';
import { commandsOf, fixture, SUI, World, type TransactionDataV1 } from './harness.ts';

describe('transactions that may not run', () => {
  let world: World;
  let yard: string;
  const me = () => world.alice.toSuiAddress();
  const nothing = (): void => {};

  before(async function () {
    this.timeout(60_000);
    world = await World.create();
    yard = (await world.publish(await fixture('yard'))).id;
  });

  const refusedEdit = (message: RegExp, edit: (data: TransactionDataV1) => void) =>
    world.refused('INVALID_ARGUMENT', message, nothing, { edit });

  describe('for their signatures', () => {
    it('are signed by their sender', async () => {
      const bytes = await world.build(nothing);
      const signed = await world.sign(bytes);
      const other = await world.sign(bytes, { signer: world.bob });
      await world.refusedBytes('INVALID_ARGUMENT', /Invalid user signature/, bytes, other);
      await world.refusedBytes('INVALID_ARGUMENT', /Invalid user signature/, bytes, []);
      await world.refusedBytes('INVALID_ARGUMENT', /Invalid user signature/, bytes, [...signed, ...other]);
      const wrong = Uint8Array.from(signed[0]!);
      wrong[10]! ^= 1;
      await world.refusedBytes('INVALID_ARGUMENT', /Invalid user signature/, bytes, [wrong]);
      world.execute(bytes, signed);
    });

    it('are signed by their sponsor as well', async () => {
      const sponsor = world.bob;
      const bytes = await world.build(nothing, { sponsor });
      await world.refusedBytes('INVALID_ARGUMENT', /Invalid user signature/, bytes, await world.sign(bytes));
      await world.refusedBytes(
        'INVALID_ARGUMENT',
        /Invalid user signature/,
        bytes,
        await world.sign(bytes, { signer: sponsor }),
      );
      const { committed } = world.execute(bytes, await world.sign(bytes, { sponsor }));
      assert.equal(committed.signatures.length, 2);
    });

    it('are signed by a key of any of the three curves', async () => {
      const key = Secp256k1Keypair.fromSecretKey(new Uint8Array(32).fill(7));
      const [coin] = await world.devnet.faucet(key.toSuiAddress());
      const object = world.object(coin!.id);
      const bytes = await world.build(nothing, {
        edit: (data) => Object.assign(data, { sender: key.toSuiAddress() }),
        gas: [object],
      });
      const data = bcs.TransactionData.parse(bytes);
      data.V1.gasData.owner = key.toSuiAddress();
      const own = bcs.TransactionData.serialize(data).toBytes();
      world.execute(own, [fromBase64((await key.signTransaction(own)).signature)]);
    });

    it('give their first result when they come again, and are refused with other signatures', async () => {
      const bytes = await world.build(nothing, { sponsor: world.bob });
      const signatures = await world.sign(bytes, { sponsor: world.bob });
      const first = world.devnet.execute(bytes, signatures);
      const { height } = world.ledger;
      assert.equal(world.devnet.execute(bytes, signatures), first);
      assert.equal(world.devnet.execute(bytes, [...signatures].reverse()), first);
      assert.equal(world.ledger.height, height);
      await world.refusedBytes('INVALID_ARGUMENT', /Invalid user signature/, bytes, [signatures[0]!]);
    });
  });

  describe('for their gas', () => {
    it('pay with SUI coins of the gas owner, at their current version', async () => {
      await world.refused('INVALID_ARGUMENT', /not signed by the correct sender/, nothing, {
        gas: [world.coin(world.bob)],
      });
      await world.refused('INVALID_ARGUMENT', /Transaction gas payment missing/, nothing, { gas: [] });
      const coin = world.coin(world.alice);
      await world.ok(nothing, { gas: [coin] });
      await world.refused('FAILED_PRECONDITION', /not available for consumption/, nothing, {
        gas: [coin],
        budget: SUI - 1n,
      });
      const ran = await world.ok((tx) => {
        tx.transferObjects([tx.moveCall({ target: `${yard}::thing::new`, arguments: [tx.pure.u64(1)] })], me());
      });
      const thing = ran.committed.after
        .map(({ id }) => world.ledger.live(id)!)
        .find((o) => o.kind === 'move' && o.type.endsWith('::Thing'))!;
      assert(thing.kind === 'move');
      await world.refused('INVALID_ARGUMENT', /is not a gas object/, nothing, { gas: [thing] });
    });

    it('offer a price and a budget within the limits', async () => {
      const refused = (message: RegExp, options: { price?: bigint; budget?: bigint }) =>
        world.refused('INVALID_ARGUMENT', message, nothing, options);
      await refused(/Gas price 999 under reference gas price \(RGP\) 1000/, { price: 999n });
      await refused(/Gas price cannot exceed 50000000000 mist/, { price: 50_000_000_000n, budget: 50_000n * SUI });
      await refused(/Gas budget: 999999 is lower than min: 1000000/, { budget: 999_999n });
      await refused(/Gas budget: 50000000000001 is higher than max: 50000000000000/, { budget: 50_000_000_000_001n });
      const balance = coinBalance(world.coin(world.alice))!;
      await refused(/Balance of gas object 10000000000 is lower than the needed amount: 10000000001/, {
        budget: balance + 1n,
      });
      await world.ok(nothing, { budget: balance });
    });

    it('pay with 256 coins at most', async () => {
      const coin = world.coin(world.alice);
      const gas = Array.from({ length: 257 }, () => coin);
      await world.refused('INVALID_ARGUMENT', /maximum number of gas payment objects is 256/, nothing, { gas });
    });

    it('put all their coins into the first', async () => {
      const first = world.coin(world.alice);
      const others = [...world.ledger.objects.owned(me())]
        .filter((o) => o.version === 1n && o.id !== first.id)
        .slice(0, 2);
      const total = [first, ...others].reduce((sum, coin) => sum + coinBalance(coin)!, 0n);
      const ran = await world.ok(nothing, { gas: [first, ...others], budget: total });
      assert.deepEqual(
        others.map(({ id }) => world.ledger.live(id)),
        [undefined, undefined],
      );
      const { computationCost, storageCost, storageRebate } = ran.report.gasUsed;
      assert.equal(coinBalance(world.object(first.id)), total - computationCost - storageCost + storageRebate);
    });
  });

  describe('for their time', () => {
    it('expire with their epoch', async () => {
      const own = await World.create();
      await own.ok(nothing, { epoch: 0 });
      own.devnet.advanceEpoch();
      await own.refused('INVALID_ARGUMENT', /Transaction Expired/, nothing, { epoch: 0 });
      await own.ok(nothing, { epoch: 1 });
    });

    it('are for this chain, and for two epochs at most', async () => {
      const during = (change: object) => (data: TransactionDataV1) => {
        const chain = world.ledger.chainIdentifier;
        const range = {
          minEpoch: '0',
          maxEpoch: '1',
          minTimestamp: null,
          maxTimestamp: null,
          chain,
          nonce: 1,
          ...change,
        };
        Object.assign(data, { expiration: { $kind: 'ValidDuring', ValidDuring: range } });
      };
      await world.ok(nothing, { edit: during({}) });
      await refusedEdit(
        /does not match network chain ID/,
        during({ chain: world.ledger.chainIdentifier.replace(/^./, (c) => (c === '3' ? '4' : '3')) }),
      );
      await refusedEdit(/Transaction Expired/, during({ minEpoch: '1', maxEpoch: '2' }));
      await refusedEdit(/max_epoch must be at most min_epoch \+ 1/, during({ maxEpoch: '2' }));
      await refusedEdit(/Both min_epoch and max_epoch/, during({ maxEpoch: null }));
      await refusedEdit(/Timestamp-based/, during({ minTimestamp: '1' }));
    });
  });

  describe('for their form', () => {
    const refusedRaw = (bytes: Uint8Array, code = 'INVALID_ARGUMENT') =>
      assert.throws(
        () => world.devnet.execute(bytes, []),
        (error) => error instanceof TransactionRefused && error.code === code,
      );

    it('are whole transactions and nothing else', async () => {
      const bytes = await world.build(nothing);
      refusedRaw(Uint8Array.of());
      refusedRaw(bytes.subarray(0, -1));
      refusedRaw(Uint8Array.from([...bytes, 0]));
      refusedRaw(Uint8Array.from([1, ...bytes.subarray(1)]));
      refusedRaw(new Uint8Array(128 * 1024 + 1));
    });

    it('are of users, not of the network', async () => {
      const data = bcs.TransactionData.parse(await world.build(nothing)).V1;
      const system = bcs.TransactionData.serialize({ V1: { ...data, kind: { EndOfEpochTransaction: [] } } }).toBytes();
      refusedRaw(system);
    });

    it('withdraw nothing from address balances', async () => {
      const withdrawal = {
        FundsWithdrawal: {
          reservation: { MaxAmountU64: '1' },
          typeArg: { Balance: '0x2::sui::SUI' },
          withdrawFrom: { Sender: true },
        },
      };
      const bytes = await world.build(nothing, {
        edit: (data) => void (commandsOf(data).inputs as object[]).push({ $kind: 'FundsWithdrawal', ...withdrawal }),
      });
      refusedRaw(bytes, 'UNIMPLEMENTED');
    });

    it('keep to the limits on commands, arguments and types', async () => {
      const gasCoin = { $kind: 'GasCoin', GasCoin: true } as const;
      const splitOnce = { $kind: 'SplitCoins', SplitCoins: { coin: gasCoin, amounts: [{ $kind: 'Input', Input: 0 }] } };
      const fill = (count: number, command: object) => (data: TransactionDataV1) => {
        const program = commandsOf(data) as unknown as { inputs: object[]; commands: object[] };
        program.inputs.push({ $kind: 'Pure', Pure: { bytes: 'AQAAAAAAAAA=' } });
        program.commands = Array.from({ length: count }, () => command);
      };
      await refusedEdit(/maximum commands in a programmable transaction is 1024/, fill(1024, splitOnce));
      const arity = (count: number) => ({
        $kind: 'MakeMoveVec',
        MakeMoveVec: { type: 'u64', elements: Array.from({ length: count }, () => ({ $kind: 'Input', Input: 0 })) },
      });
      await refusedEdit(/maximum arguments in a programmable transaction command is 512/, fill(1, arity(512)));
      await world.ok(nothing, { edit: fill(1, arity(511)) });
      const typed = (type: string) => ({ $kind: 'MakeMoveVec', MakeMoveVec: { type, elements: [] } });
      await refusedEdit(/maximum type argument/, fill(1, typed(`${'vector<'.repeat(15)}u8${'>'.repeat(15)}`)));
      await world.ok(nothing, { edit: fill(1, typed(`${'vector<'.repeat(13)}u8${'>'.repeat(13)}`)) });
      await refusedEdit(
        /cannot have empty arguments/,
        fill(1, { $kind: 'MergeCoins', MergeCoins: { destination: gasCoin, sources: [] } }),
      );
      await refusedEdit(
        /cannot have empty arguments/,
        fill(1, { $kind: 'MakeMoveVec', MakeMoveVec: { type: null, elements: [] } }),
      );
      await refusedEdit(
        /cannot have empty arguments/,
        fill(1, { $kind: 'Publish', Publish: { modules: [], dependencies: [] } }),
      );
      const publish = { $kind: 'Publish', Publish: { modules: ['AA=='], dependencies: [] } };
      await refusedEdit(/5 max publish\/upgrade commands allowed, 6 provided/, fill(6, publish));
      const modules = {
        $kind: 'Publish',
        Publish: { modules: Array.from({ length: 64 }, () => 'AA=='), dependencies: [] },
      };
      await refusedEdit(/maximum modules in a programmable transaction upgrade command is 64/, fill(1, modules));
    });

    it('name packages that exist, and identifiers that Move has', async () => {
      const call =
        (target: string, typeArguments: string[] = []) =>
        (data: TransactionDataV1) => {
          const [id, module, name] = target.split('::');
          const command = { package: id, module, function: name, typeArguments, arguments: [] };
          (commandsOf(data).commands as object[]).push({ $kind: 'MoveCall', MoveCall: command });
        };
      const absent = `0x${'9'.repeat(64)}`;
      await refusedEdit(/Dependent package not found on-chain/, call(`${absent}::a::b`));
      await refusedEdit(/Dependent package not found on-chain/, call('0x2::coin::zero', [`${absent}::a::B`]));
      await refusedEdit(/a move object is passed: 0x0*6$|a move object is passed/, call('0x6::a::b'));
      await refusedEdit(/Invalid identifier/, call(`${yard}::thing::1two`));
      await refusedEdit(/Invalid identifier/, call(`${yard}::::x`));
    });
  });

  it('are not let in by a simulation either, signatures excepted', async () => {
    const bytes = await world.build(nothing, { gas: [world.coin(world.bob)] });
    assert.throws(() => world.devnet.simulate(bytes, { checks: true, mockGas: false }), TransactionRefused);
    const stranger = Ed25519Keypair.fromSecretKey(new Uint8Array(32).fill(3));
    const noGas = await world.build(nothing, { signer: stranger, gas: [] });
    assert.throws(() => world.devnet.simulate(noGas, { checks: true, mockGas: false }), TransactionRefused);
    const { mockGasId } = world.devnet.simulate(noGas, { checks: true, mockGas: true });
    assert.equal(mockGasId, `0x${'f'.repeat(64)}`);
  });
});
