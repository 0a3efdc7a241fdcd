import assert from 'node:assert/strict';
import { bcs } from '@mysten/sui/bcs';
import { checkPure } from '../../../localnet/sui/execution/pure.ts';
import { ExecutionFailure } from '../../../localnet/sui/execution/failure.ts';
import { Executor } from '../../../localnet/sui/execution/executor.ts';
import { parseTypeTag } from '../../../localnet/sui/vm/tag.ts';
import { argumentError, fixture, World } from './harness.ts';

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));

describe('arguments given as bytes', () => {
  let world: World;
  let yard: string;
  let check: (type: string, bytes: Uint8Array) => string;
  const call = (target: string) => `${yard}::${target}` as const;

  before(async function () {
    this.timeout(60_000);
    world = await World.create();
    yard = (await world.publish(await fixture('yard'))).id;
    const { ledger } = world;
    const state = {
      ...ledger.currentEpoch,
      epochStartMs: 0n,
      chainIdentifier: '',
      live: (id: string) => ledger.live(id),
      at: () => undefined,
      isWrapped: () => false,
    };
    const { packages } = new Executor(state, { nitroRoot: '', print: () => {}, features: new Set() });
    check = (type, bytes) => {
      try {
        checkPure(bytes, packages.loader.type(parseTypeTag(type.replaceAll('YARD', yard))), 3);
        return 'ok';
      } catch (error) {
        if (!(error instanceof ExecutionFailure) || !('CommandArgumentError' in error.status)) throw error;
        const { argIdx, kind } = error.status.CommandArgumentError!;
        assert.equal(argIdx, 3);
        return Object.keys(kind)[0]!;
      }
    };
  });

  it('of every plain type are accepted when they are its BCS, whole and nothing else', () => {
    const cases: [string, Uint8Array][] = [
      ['bool', hex('01')],
      ['u8', hex('ff')],
      ['u16', hex('ffff')],
      ['u32', hex('ffffffff')],
      ['u64', hex('ff'.repeat(8))],
      ['u128', hex('ff'.repeat(16))],
      ['u256', hex('ff'.repeat(32))],
      ['address', hex('ab'.repeat(32))],
      ['0x2::object::ID', hex('ab'.repeat(32))],
      ['vector<u8>', hex('03 010203')],
      ['vector<vector<u16>>', hex('02 01 0100 00')],
      ['0x1::option::Option<u8>', hex('01 05')],
      ['0x1::option::Option<u8>', hex('00')],
      ['0x1::option::Option<0x1::option::Option<u8>>', hex('01 01 05')],
      ['0x1::string::String', hex('06 c3a4e282ac58')],
      ['0x1::ascii::String', hex('03 616263')],
      ['vector<0x1::string::String>', hex('02 01 61 00')],
      ['0x1::option::Option<0x1::string::String>', hex('01 01 61')],
    ];
    for (const [type, bytes] of cases) {
      assert.equal(check(type, bytes), 'ok', type);
      assert.equal(
        check(type, bytes.subarray(0, -1)),
        bytes.length === 1 && type.includes('vector') ? 'ok' : 'InvalidBCSBytes',
        type,
      );
      assert.equal(check(type, Uint8Array.from([...bytes, 0])), 'InvalidBCSBytes', `${type} with a byte too many`);
    }
  });

  it('that are no value of the type are refused', () => {
    const cases: [string, string][] = [
      ['bool', '02'],
      ['0x1::option::Option<u8>', '02 05 05'],
      ['0x1::string::String', '01 ff'],
      ['0x1::string::String', '02 c328'],
      ['0x1::string::String', '03 eda080'], // a surrogate
      ['0x1::ascii::String', '01 80'],
      ['vector<0x1::ascii::String>', '01 01 80'],
      ['0x1::option::Option<0x1::string::String>', '01 01 ff'],
      ['vector<u8>', '8300 010203'], // a length that is not in its shortest form
      ['vector<u64>', 'ffffffff7f'],
      ['vector<bool>', '01 02'],
    ];
    for (const [type, bytes] of cases) assert.equal(check(type, hex(bytes)), 'InvalidBCSBytes', `${type} ${bytes}`);
  });

  it('are refused for types that only Move code makes', () => {
    const types = [
      'YARD::plain::Pair',
      'YARD::thing::Thing',
      '0x2::coin::Coin<0x2::sui::SUI>',
      'vector<YARD::plain::Pair>',
      '0x2::object::UID',
    ];
    for (const type of [...types, '0x1::option::Option<YARD::plain::Pair>', '0x1::type_name::TypeName']) {
      assert.equal(check(type, hex('00'.repeat(32))), 'InvalidUsageOfPureArg', type);
    }
  });

  it('reach the function', async () => {
    const bytes = await world.build((tx) => {
      tx.moveCall({
        target: call('plain::numbers'),
        arguments: [tx.pure.u8(1), tx.pure.u16(2), tx.pure.u32(3), tx.pure.u64(4), tx.pure.u128(5n), tx.pure.u256(6n)],
      });
      tx.moveCall({
        target: call('plain::texts'),
        arguments: [
          tx.pure.string('äö'),
          tx.pure.string('abc'),
          tx.pure.option('string', 'x'),
          tx.pure.vector('string', ['a', 'b']),
        ],
      });
      tx.moveCall({
        target: call('plain::nested'),
        arguments: [
          tx.pure(bcs.vector(bcs.vector(bcs.u8())).serialize([[1], []])),
          tx.pure(bcs.vector(bcs.option(bcs.bool())).serialize([true, null])),
          tx.pure.vector('address', ['0x1']),
        ],
      });
    });
    const { commands } = world.devnet.simulate(bytes, { checks: true, mockGas: false });
    const results = commands.map(({ returnValues }) => returnValues[0]!.value);
    assert.equal(bcs.u256().parse(results[0]!), '21');
    assert.equal(bcs.u64().parse(results[1]!), String(4 + 3 + 1 + 2));
    assert.equal(bcs.u64().parse(results[2]!), '5');
  });

  it('are read at each type that they are used at, and changed for one type only', async () => {
    const bytes = await world.build((tx) => {
      const input = tx.pure(bcs.vector(bcs.u64()).serialize([1, 2]));
      const number = tx.pure.u64(9);
      tx.moveCall({ target: call('plain::refs'), arguments: [number, input] });
      tx.moveCall({ target: call('plain::refs'), arguments: [number, input] });
      tx.moveCall({ target: call('plain::say'), typeArguments: ['vector<u64>'], arguments: [input] });
      tx.moveCall({ target: call('plain::say'), typeArguments: ['u64'], arguments: [number] });
    });
    const { commands } = world.devnet.simulate(bytes, { checks: true, mockGas: false });
    const lengths = commands.slice(0, 2).map(({ returnValues }) => bcs.u64().parse(returnValues[0]!.value));
    assert.deepEqual(lengths, ['3', '4']);
    const changed = commands[1]!.mutatedReferences[0]!;
    assert.deepEqual(changed.argument, { $kind: 'Input', Input: 0 });
    assert.deepEqual(bcs.vector(bcs.u64()).parse(changed.value), ['1', '2', '9', '9']);
  });

  it('fail the command that wants them first', async () => {
    const { error, command } = await world.fails((tx) => {
      tx.moveCall({ target: call('potato::note'), arguments: [tx.pure.u64(1)] });
      tx.moveCall({
        target: call('plain::texts'),
        arguments: [
          tx.pure(hex('01 ff')),
          tx.pure.string(''),
          tx.pure.option('string', null),
          tx.pure.vector('string', []),
        ],
      });
    });
    assert.deepEqual(error, argumentError('InvalidBCSBytes', 0));
    assert.equal(command, '1');
    const struct = await world.fails((tx) => {
      tx.moveCall({ target: call('plain::pair'), arguments: [tx.pure(hex('00'.repeat(16)))] });
    });
    assert.deepEqual(struct.error, argumentError('InvalidUsageOfPureArg', 0));
  });

  it('of 16 KB or more are refused', async () => {
    const say = (length: number) => (tx: Parameters<Parameters<World['run']>[0]>[0]) =>
      void tx.moveCall({
        target: call('plain::say'),
        typeArguments: ['vector<u8>'],
        arguments: [tx.pure(bcs.byteVector().serialize(new Uint8Array(length)))],
      });
    // The length itself takes two bytes.
    await world.ok(say(16 * 1024 - 3));
    await world.refused('INVALID_ARGUMENT', /maximum pure argument size is 16384/, say(16 * 1024 - 2));
  });
});
