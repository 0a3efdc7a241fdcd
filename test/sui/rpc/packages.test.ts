/** Descriptors of packages, and Move values as JSON. */
import assert from 'node:assert/strict';
import { bcs } from '@mysten/sui/bcs';
import { Value } from './value-json.ts';
import type { ObjectRecord } from '../../../localnet/sui/ledger/objects.ts';
import { PackageReader } from '../../../localnet/sui/ledger/packages.ts';
import { shortAddress } from '../../../localnet/sui/ledger/types.ts';
import { lengthOf, renderJson } from '../../../localnet/sui/rpc/json.ts';
import { ledgerWith } from '../ledger/specimens.ts';
import { COUNTER, COUNTER_ID, COUNTER_V2, COUNTER_V2_ID, FRAMEWORK, USER, USER_ID } from './fixture-package.ts';

describe('package descriptors', () => {
  const ledger = ledgerWith([FRAMEWORK, COUNTER, COUNTER_V2, USER]);
  const reader = new PackageReader((id): ObjectRecord | undefined => ledger.live(id));

  it('tell functions with their signatures', () => {
    const put = reader.module(COUNTER_ID, 'counter')!.functions.get('put')!;
    assert.equal(put.visibility, 'public');
    assert.deepEqual(
      put.typeParameters.map((p) => p.constraints),
      [['store'], ['store', 'key']],
    );
    assert.deepEqual(put.parameters, [
      { body: { kind: 'parameter', index: 0 } },
      { reference: 'immutable', body: { kind: 'parameter', index: 1 } },
      { body: { kind: 'vector', element: { kind: 'vector', element: { kind: 'parameter', index: 0 } } } },
    ]);
    assert.equal(put.returns[1]!.reference, 'mutable');
    const hidden = reader.module(COUNTER_ID, 'counter')!.functions.get('hidden')!;
    assert.deepEqual([hidden.visibility, hidden.isEntry], ['private', true]);
  });

  it('name types by the package that first defined them, through upgrades and linkage', () => {
    const names = (id: string, module: string, name: string, list: 'parameters' | 'returns') =>
      reader
        .module(id, module)!
        .functions.get(name)!
        [list].map(({ body }) => body.kind === 'datatype' && `${body.package}::${body.name}`);
    assert.deepEqual(names(COUNTER_V2_ID, 'counter', 'extra', 'returns'), [
      `${COUNTER_V2_ID}::Extra`,
      `${COUNTER_ID}::Counter`,
    ]);
    assert.deepEqual(names(USER_ID, 'user', 'use_both', 'parameters'), [
      `${COUNTER_V2_ID}::Extra`,
      `${COUNTER_ID}::Counter`,
    ]);
    assert.equal(reader.module(COUNTER_V2_ID, 'counter')!.datatypes.get('Extra')!.definingId, COUNTER_V2_ID);
    assert.equal(reader.module(COUNTER_V2_ID, 'counter')!.datatypes.get('Box')!.definingId, COUNTER_ID);
  });

  it('are undefined for what is not there', () => {
    assert.equal(reader.module(shortAddress(0x99), 'counter'), undefined);
    assert.equal(reader.module(COUNTER_ID, 'nothing'), undefined);
    assert.equal(reader.module(shortAddress(6), 'clock'), undefined);
  });

  describe('and values as JSON', () => {
    const json = (type: string, bytes: Uint8Array) => {
      const value = renderJson(reader, type, bytes);
      return value && Value(value);
    };
    const id = bcs.Address.serialize('0x77').toBytes();
    const counterBytes = Uint8Array.of(...id, 9, 0, 0, 0, 0, 0, 0, 0, 2, 0x68, 0x69, 0);

    it('show structs by field, ids and strings as such, absent options as null', () => {
      assert.deepEqual(json(`${COUNTER_ID}::counter::Counter`, counterBytes), {
        id: shortAddress(0x77),
        value: '9',
        label: 'hi',
        limit: null,
      });
      const some = Uint8Array.of(...counterBytes.subarray(0, -1), 1, 5, 0, 0, 0);
      assert.equal((json(`${COUNTER_ID}::counter::Counter`, some) as { limit: number }).limit, 5);
    });

    it('show byte vectors in base64, small integers as numbers, large ones as strings', () => {
      assert.equal(json('vector<u8>', Uint8Array.of(3, 1, 2, 3)), 'AQID');
      assert.deepEqual(json('vector<u16>', Uint8Array.of(2, 1, 0, 0xff, 0xff)), [1, 65535]);
      assert.deepEqual(json('vector<u64>', Uint8Array.of(1, ...new Uint8Array(8).fill(0xff))), [
        '18446744073709551615',
      ]);
      assert.equal(json('u256', new Uint8Array(32).fill(0xff)), String(2n ** 256n - 1n));
      assert.equal(json('bool', Uint8Array.of(1)), true);
    });

    it('show variants under @variant', () => {
      assert.deepEqual(json(`${COUNTER_ID}::counter::Mood`, Uint8Array.of(0)), { '@variant': 'Calm' });
      assert.deepEqual(json(`${COUNTER_ID}::counter::Mood`, Uint8Array.of(1, 7, 0, 0, 0, 0, 0, 0, 0, 1, ...id)), {
        '@variant': 'Busy',
        since: '7',
        with: [shortAddress(0x77)],
      });
    });

    it('show generic structs with their arguments, and balances bare', () => {
      const coin = Uint8Array.of(...id, 4, 0, 0, 0, 0, 0, 0, 0);
      assert.deepEqual(json('0x2::coin::Coin<0x2::sui::SUI>', coin), { id: shortAddress(0x77), balance: '4' });
      const box = `${COUNTER_ID}::counter::Box<${COUNTER_ID}::counter::Box<vector<bool>>>`;
      assert.deepEqual(json(box, Uint8Array.of(2, 1, 0)), { content: { content: [true, false] } });
    });

    it('are left out when bytes and type do not fit, or the type is unknown', () => {
      const type = `${COUNTER_ID}::counter::Counter`;
      assert.equal(json(type, counterBytes.subarray(0, -1)), undefined);
      assert.equal(json(type, Uint8Array.of(...counterBytes, 0)), undefined);
      assert.equal(json('bool', Uint8Array.of(2)), undefined);
      assert.equal(json('vector<u8>', Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x0f)), undefined);
      assert.equal(json(`${COUNTER_ID}::counter::Mood`, Uint8Array.of(9)), undefined);
      assert.equal(json('0x99::a::B', Uint8Array.of()), undefined);
      assert.equal(json('no type', Uint8Array.of()), undefined);
    });

    it('are left out when too large', () => {
      const many = bcs.vector(bcs.bool()).serialize(new Array(20_000).fill(true)).toBytes();
      assert.equal(json('vector<bool>', many), undefined);
    });

    it('have a length that tells a name from what follows it', () => {
      assert.equal(lengthOf(reader, 'u64', new Uint8Array(40)), 8);
      assert.equal(lengthOf(reader, 'vector<u8>', Uint8Array.of(2, 1, 1, 9, 9)), 3);
      assert.equal(lengthOf(reader, '0x99::a::B', Uint8Array.of(1)), undefined);
    });
  });
});
