import assert from 'node:assert/strict';
import { bcs, type BcsType } from '@mysten/sui/bcs';
import fc from 'fast-check';
import { addressOf, deserialize, serialize } from '../../../localnet/sui/vm/bcs.ts';
import { VmError } from '../../../localnet/sui/vm/errors.ts';
import { Loader } from '../../../localnet/sui/vm/loader.ts';
import { packagesOf } from '../../../localnet/sui/vm/packages.ts';
import { formatType, parseTypeTag } from '../../../localnet/sui/vm/tag.ts';
import {
  ABILITY,
  ADDRESS,
  BOOL,
  SIGNER,
  type Type,
  U128,
  U16,
  U256,
  U32,
  U64,
  U8,
} from '../../../localnet/sui/vm/types.ts';
import { Bytes, copyValue, equalValues, refTo, Struct, type Value, Vec } from '../../../localnet/sui/vm/values.ts';
import { runs } from '../../fuzz.ts';
import { HERE, ModuleAssembler } from './assemble.ts';

const ALL = ABILITY.COPY | ABILITY.DROP | ABILITY.STORE;

/** Structs and enums to serialize: P { a: u8, b: bool }, Box<T> { value: T }, E { A, B { n: u64, v: vector<u8> } }. */
function datatypes(): Uint8Array {
  const module = new ModuleAssembler();
  module.struct(module.datatype('P', ALL), { a: 'U8', b: 'Bool' });
  module.struct(module.datatype('Box', ALL, [{ constraints: 0, is_phantom: false }]), { value: { TypeParameter: 0 } });
  module.enum(module.datatype('E', ALL), { A: { z: 'Bool' }, B: { n: 'U64', v: { Vector: 'U8' } } });
  return module.bytes();
}

describe('sui vm: BCS', () => {
  const packages = packagesOf([datatypes()]);
  const loader = new Loader((id) => packages.get(id));
  const { types } = loader;
  const typeOf = (text: string): Type => loader.type(parseTypeTag(text.replaceAll('@', `${HERE}::m::`)));
  const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
  const address = addressOf(Uint8Array.from({ length: 32 }, (_, i) => i));

  /** Serializes, compares with the wanted bytes, and reads them back. */
  const roundTrip = (type: Type, value: Value, wanted: string): void => {
    const bytes = serialize(types, type, value);
    assert.equal(hex(bytes), wanted);
    assert.ok(equalValues(deserialize(types, type, bytes), value));
  };

  it('writes primitives as the specification has them', () => {
    // Examples of https://github.com/diem/bcs, and little-endian integers worked out by hand.
    roundTrip(BOOL, true, '01');
    roundTrip(U8, 1, '01');
    roundTrip(U16, 4660, '3412');
    roundTrip(U32, 305419896, '78563412');
    roundTrip(U64, 1311768467750121216n, '00efcdab78563412');
    roundTrip(U128, (1n << 128n) - 2n, 'fe' + 'ff'.repeat(15));
    roundTrip(U256, 1n << 248n, '00'.repeat(31) + '01');
    roundTrip(ADDRESS, address, hex(Uint8Array.from({ length: 32 }, (_, i) => i)));
  });

  it('writes vectors, structs and enums', () => {
    roundTrip(typeOf('vector<u8>'), new Bytes(Uint8Array.of(1, 2)), '020102');
    roundTrip(typeOf('vector<u16>'), new Vec([1, 2]), '0201000200');
    roundTrip(
      typeOf('vector<vector<u8>>'),
      new Vec([new Bytes(Uint8Array.of(7)), new Bytes(new Uint8Array())]),
      '02010700',
    );
    roundTrip(typeOf('@P'), new Struct([5, true]), '0501');
    roundTrip(typeOf('@Box<@P>'), new Struct([new Struct([5, false])]), '0500');
    roundTrip(typeOf('@E'), new Struct([true], 0), '0001');
    roundTrip(typeOf('@E'), new Struct([1n, new Bytes(Uint8Array.of(9))], 1), '0101000000000000000109');
  });

  it('writes lengths as ULEB128', () => {
    const bytes = serialize(types, typeOf('vector<u8>'), new Bytes(new Uint8Array(300)));
    assert.equal(hex(bytes.subarray(0, 2)), 'ac02');
    assert.equal(bytes.length, 302);
    assert.equal((deserialize(types, typeOf('vector<u8>'), bytes) as Bytes).length, 300);
  });

  const refuses = (type: Type, text: string, detail: RegExp): void =>
    assert.throws(
      () => deserialize(types, type, new Uint8Array(Buffer.from(text, 'hex'))),
      (e) => e instanceof VmError && e.status === 'VALUE_DESERIALIZATION_ERROR' && detail.test(e.message),
    );

  it('refuses what is not canonical', () => {
    refuses(BOOL, '02', /bool/);
    refuses(U64, '01020304', /cut short/);
    refuses(U8, '', /cut short/);
    refuses(U8, '0102', /after the value/);
    refuses(typeOf('vector<u8>'), '0301', /3 bytes wanted/);
    refuses(typeOf('vector<u8>'), '8000', /shortest/);
    refuses(typeOf('vector<u8>'), 'ffffffff0f', /2\^31/);
    refuses(typeOf('vector<u8>'), 'ffffffffff01', /32 bits/);
    refuses(typeOf('vector<u64>'), 'ffffff0700', /elements wanted/);
    refuses(ADDRESS, '00', /32 bytes wanted/);
    refuses(typeOf('@E'), '02', /no variant 2/);
    refuses(typeOf('@E'), '800001', /shortest/);
  });

  it('refuses types that have no serialized form', () => {
    const reference = types.reference(U64, false);
    assert.throws(() => serialize(types, reference, refTo(1n)), /VALUE_SERIALIZATION_ERROR/);
    refuses(reference, '0100000000000000', /no serialized form/);
    assert.throws(() => deserialize(types, SIGNER, new Uint8Array(32)), /VALUE_DESERIALIZATION_ERROR/);
  });

  it('agrees with an independent implementation on random values', () => {
    const integer = (max: bigint) => fc.bigInt({ min: 0n, max });
    const text = (n: bigint): string => String(n);
    const cases: [Type, BcsType<never, never>, fc.Arbitrary<[Value, unknown]>][] = [
      [U8, bcs.u8() as never, fc.nat(255).map((n) => [n, n])],
      [U64, bcs.u64() as never, integer((1n << 64n) - 1n).map((n) => [n, text(n)])],
      [U128, bcs.u128() as never, integer((1n << 128n) - 1n).map((n) => [n, text(n)])],
      [U256, bcs.u256() as never, integer((1n << 256n) - 1n).map((n) => [n, text(n)])],
      [
        typeOf('vector<u32>'),
        bcs.vector(bcs.u32()) as never,
        fc.array(fc.nat(4294967295)).map((a) => [new Vec([...a]), a]),
      ],
      [
        typeOf('vector<vector<u8>>'),
        bcs.vector(bcs.vector(bcs.u8())) as never,
        fc
          .array(fc.uint8Array({ maxLength: 200 }))
          .map((a) => [new Vec(a.map((b) => new Bytes(b.slice()))), a.map((b) => [...b])]),
      ],
      [
        typeOf('@Box<vector<@P>>'),
        bcs.struct('Box', { value: bcs.vector(bcs.struct('P', { a: bcs.u8(), b: bcs.bool() })) }) as never,
        fc
          .array(fc.record({ a: fc.nat(255), b: fc.boolean() }))
          .map((a) => [new Struct([new Vec(a.map((p) => new Struct([p.a, p.b])))]), { value: a }]),
      ],
    ];
    for (const [type, oracle, values] of cases) {
      fc.assert(
        fc.property(values, ([value, plain]) => {
          const bytes = serialize(types, type, value);
          assert.equal(hex(bytes), hex(oracle.serialize(plain as never).toBytes()));
          const back = deserialize(types, type, bytes);
          assert.ok(equalValues(back, value) && equalValues(copyValue(back), value));
        }),
        runs(100),
      );
    }
  });

  it('never reads random bytes as anything but what it writes', () => {
    const of = ['u64', 'vector<u16>', '@P', '@E', '@Box<vector<@E>>', 'vector<vector<bool>>'].map(typeOf);
    fc.assert(
      fc.property(fc.constantFrom(...of), fc.uint8Array({ maxLength: 40 }), (type, bytes) => {
        let value: Value;
        try {
          value = deserialize(types, type, bytes);
        } catch (error) {
          assert.ok(error instanceof VmError);
          return;
        }
        assert.deepEqual(serialize(types, type, value), bytes);
      }),
      runs(2000),
    );
  });

  it('prints and parses type names', () => {
    for (const text of ['u8', 'vector<vector<address>>', `${HERE}::m::Box<${HERE}::m::P>`])
      assert.equal(formatType(typeOf(text)), text);
    assert.equal(formatType(typeOf('@Box<vector<u8>>'), 'defining', ''), `${HERE.slice(2)}::m::Box<vector<u8>>`);
    for (const bad of [
      '',
      'u7',
      'vector',
      'vector<u8',
      'vector<u8,u8>',
      '0x2::a',
      '2::a::B',
      '0x2::a::B<>',
      'u8 u8',
      '0x2::9a::B',
    ]) {
      assert.throws(() => parseTypeTag(bad), RangeError, bad);
    }
    assert.throws(() => parseTypeTag(`${'vector<'.repeat(129)}u8${'>'.repeat(129)}`), /deeper/);
  });
});
