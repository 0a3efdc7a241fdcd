/** The quick codecs against those of the SDK: whatever they accept, they accept as those do. */
import assert from 'node:assert/strict';
import { bcs } from '@mysten/sui/bcs';
import { toBase58 } from '@mysten/sui/utils';
import fc from 'fast-check';
import {
  TransactionEffects,
  TransactionEvents,
  decodeExact,
  type EventValue,
} from '../../../localnet/sui/ledger/bcs.ts';
import {
  decodeEffects,
  decodeEffectsQuickly,
  encodeEffects,
  encodeEffectsQuickly,
  encodeEvents,
  encodeEventsQuickly,
  type EffectsInput,
} from '../../../localnet/sui/ledger/codec/effects.ts';
import {
  decodeQuickly,
  decodeTransactionData,
  encodeQuickly,
  encodeTransactionData,
  readTransactionData,
  type TransactionInput,
} from '../../../localnet/sui/ledger/codec/transaction.ts';
import {
  encodeBySdk,
  encodeObject,
  encodeQuickly as encodeObjectQuickly,
} from '../../../localnet/sui/ledger/objects.ts';
import type { MoveRecord } from '../../../localnet/sui/ledger/objects.ts';
import { GAS_COIN_TYPE, parseStruct, shortAddress, type Owner } from '../../../localnet/sui/ledger/types.ts';
import { runs } from '../../fuzz.ts';

const bytesOf = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const address = fc.oneof(
  bytesOf(32).map((bytes) => `0x${Buffer.from(bytes).toString('hex')}`),
  fc.constant(shortAddress(2)),
);
const digest = fc.oneof(
  bytesOf(32).map((bytes) => toBase58(bytes)),
  fc.constant(toBase58(new Uint8Array(32))),
);
const u16 = fc.integer({ min: 0, max: 0xffff });
const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
const u64 = fc.oneof(
  fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
  fc.nat().map(BigInt),
  fc.constantFrom(0n, (1n << 53n) + 1n, (1n << 64n) - 1n),
);
const word = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,9}$/);
const { type } = fc.letrec<{ type: string }>((tie) => ({
  type: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom('bool', 'u8', 'u16', 'u32', 'u64', 'u128', 'u256', 'address', 'signer'),
    tie('type').map((inner) => `vector<${inner}>`),
    fc
      .tuple(address, word, word, fc.array(tie('type'), { maxLength: 3 }))
      .map(([at, module, name, args]) => `${at}::${module}::${name}${args.length > 0 ? `<${args.join(', ')}>` : ''}`),
  ),
}));
const struct = type.filter((text) => text.startsWith('0x')).map((text) => parseStruct(text));
const option = <T>(some: fc.Arbitrary<T>) => fc.option(some, { nil: null });
const few = <T>(item: fc.Arbitrary<T>) => fc.array(item, { maxLength: 4 });

// Transactions.

const reference = fc.record({ objectId: address, version: u64, digest });
const argument = fc.oneof(
  fc.constant({ GasCoin: true as const }),
  u16.map((Input) => ({ Input })),
  u16.map((Result) => ({ Result })),
  fc.tuple(u16, u16).map((NestedResult) => ({ NestedResult })),
);
const input = fc.oneof(
  fc.uint8Array({ maxLength: 300 }).map((bytes) => ({ Pure: { bytes: Buffer.from(bytes).toString('base64') } })),
  reference.map((ImmOrOwnedObject) => ({ Object: { ImmOrOwnedObject } })),
  reference.map((Receiving) => ({ Object: { Receiving } })),
  fc
    .record({ objectId: address, initialSharedVersion: u64, mutable: fc.boolean() })
    .map((SharedObject) => ({ Object: { SharedObject } })),
);
const command = fc.oneof(
  fc
    .record({
      package: address,
      module: word,
      function: word,
      typeArguments: few(type),
      arguments: few(argument),
    })
    .map((MoveCall) => ({ MoveCall })),
  fc.record({ objects: few(argument), address: argument }).map((TransferObjects) => ({ TransferObjects })),
  fc.record({ coin: argument, amounts: few(argument) }).map((SplitCoins) => ({ SplitCoins })),
  fc.record({ destination: argument, sources: few(argument) }).map((MergeCoins) => ({ MergeCoins })),
);
const expiration = fc.oneof(
  fc.constant({ None: true as const }),
  fc.maxSafeNat().map((Epoch) => ({ Epoch })),
  fc
    .record({
      minEpoch: option(u64),
      maxEpoch: option(u64),
      minTimestamp: option(u64),
      maxTimestamp: option(u64),
      chain: digest,
      nonce: u32,
    })
    .map((ValidDuring) => ({ ValidDuring })),
);
const transaction: fc.Arbitrary<TransactionInput> = fc
  .record({
    kind: fc
      .record({ inputs: few(input), commands: few(command) })
      .map((ProgrammableTransaction) => ({ ProgrammableTransaction })),
    sender: address,
    gasData: fc.record({ payment: few(reference), owner: address, price: u64, budget: u64 }),
    expiration,
  })
  .map((V1) => ({ V1 }) as TransactionInput);

const sdkTransaction = (value: TransactionInput): Uint8Array => bcs.TransactionData.serialize(value).toBytes();

/** What a function gives, or what it throws. */
function outcome<T>(run: () => T): { value: T } | { error: string } {
  try {
    return { value: run() };
  } catch (error) {
    return { error: (error as Error).message };
  }
}

/** Changes of some bytes: flipped, cut, with bytes behind them. */
const mutation = fc.record({
  at: fc.nat(),
  to: fc.integer({ min: 0, max: 255 }),
  end: fc.oneof({ weight: 4, arbitrary: fc.constant('same') }, fc.constantFrom('shorter', 'longer')),
});

function mutate(bytes: Uint8Array, { at, to, end }: { at: number; to: number; end: string }): Uint8Array {
  const changed = Uint8Array.from(bytes);
  changed[at % changed.length] = to;
  if (end === 'shorter') return changed.slice(0, at % changed.length);
  return end === 'longer' ? Uint8Array.of(...changed, to) : changed;
}

describe('quick codec of transactions', () => {
  it('reads and writes what the SDK reads and writes', () => {
    fc.assert(
      fc.property(transaction, (value) => {
        const bytes = sdkTransaction(value);
        assert.deepEqual(encodeQuickly(value), bytes);
        const decoded = decodeQuickly(bytes);
        assert.deepEqual(decoded, bcs.TransactionData.parse(bytes));
        assert.deepEqual(encodeQuickly(decoded), bytes);
      }),
      runs(300),
    );
  });

  it('judges changed bytes as the SDK does', () => {
    fc.assert(
      fc.property(transaction, mutation, (value, change) => {
        const bytes = mutate(sdkTransaction(value), change);
        const exact = outcome(() => decodeExact(bcs.TransactionData, bytes, 'TransactionData'));
        assert.deepEqual(
          outcome(() => decodeTransactionData(bytes)),
          exact,
        );
        if ('value' in exact) assert.deepEqual(readTransactionData(bytes), exact.value);
        else assert.throws(() => decodeQuickly(bytes));
      }),
      runs(1000),
    );
  });

  it('reads nothing twice: a length, a boolean or an option in another encoding', () => {
    const empty = { kind: { ProgrammableTransaction: { inputs: [], commands: [] } }, sender: shortAddress(1) };
    const gasData = { payment: [], owner: shortAddress(1), price: 1, budget: 1 };
    const bytes = sdkTransaction({ V1: { ...empty, gasData, expiration: { None: true } } });
    decodeQuickly(bytes);
    // The number of inputs, as two bytes.
    assert.throws(() => decodeQuickly(Uint8Array.of(...bytes.subarray(0, 2), 0x80, 0, ...bytes.subarray(3))));
    // The same and so long that its weights are infinite.
    const endless = Uint8Array.of(...bytes.subarray(0, 2), ...new Uint8Array(160).fill(0x80), 1, ...bytes.subarray(3));
    assert.throws(() => decodeQuickly(endless));
    assert.throws(() => decodeTransactionData(endless), { code: 'BCS_INVALID' });
    assert.throws(() => decodeQuickly(Uint8Array.of(...bytes, 0)));
    assert.throws(() => decodeQuickly(bytes.subarray(0, -1)));
  });

  it('refuses names in types that read as something else', () => {
    const call = { package: shortAddress(2), module: 'm', function: 'f', arguments: [] };
    const typed = { ...call, typeArguments: [`${shortAddress(2)}::mmmm::N`] };
    const kind = { ProgrammableTransaction: { inputs: [], commands: [{ MoveCall: typed }] } };
    const gasData = { payment: [], owner: shortAddress(1), price: 1, budget: 1 };
    const bytes = Buffer.from(
      sdkTransaction({ V1: { kind, sender: shortAddress(1), gasData, expiration: { None: true } } }),
    );
    const at = bytes.indexOf('mmmm');
    decodeTransactionData(bytes);
    bytes.write('m::x', at);
    assert.throws(() => decodeTransactionData(bytes), { code: 'BCS_INVALID' });
    for (const name of ['m<u8', 'a, b', '::mm']) {
      bytes.write(name, at);
      assert.deepEqual(
        outcome(() => decodeTransactionData(bytes)),
        outcome(() => decodeExact(bcs.TransactionData, bytes, 'TransactionData')),
      );
    }
  });

  it('leaves to the SDK what it does not know, and its errors', () => {
    const base = {
      sender: shortAddress(1),
      gasData: { payment: [], owner: shortAddress(1), price: 1, budget: 1 },
      expiration: { None: true as const },
    };
    const with_ = (commands: object[], changes: object = {}, inputs: object[] = []): TransactionInput =>
      ({
        V1: { ...base, kind: { ProgrammableTransaction: { inputs, commands } }, ...changes },
      }) as unknown as TransactionInput;
    const rare = [
      with_([{ Publish: { modules: ['AAEC'], dependencies: [shortAddress(1)] } }]),
      with_([{ MakeMoveVec: { type: 'u8', elements: [] } }]),
      with_([], { sender: '0x1' }),
      with_([], {}, [{ Pure: { bytes: 'AA' } }]),
      with_([{ MoveCall: { package: '0x2', module: 'münze', function: 'f', typeArguments: [], arguments: [] } }]),
    ];
    for (const value of rare) {
      assert.throws(() => encodeQuickly(value));
      const bytes = sdkTransaction(value);
      assert.deepEqual(encodeTransactionData(value), bytes);
      assert.deepEqual(decodeTransactionData(bytes), bcs.TransactionData.parse(bytes));
    }
    const wrong = [
      with_([], { sender: 'nobody' }),
      with_([], {}, [{ Pure: { bytes: 'A-_A' } }]),
      with_([{ SplitCoins: { coin: { GasCoin: true, Input: 1 }, amounts: [] } }]),
      with_([{ SplitCoins: { coin: { Input: 70_000 }, amounts: [] } }]),
      with_([], { gasData: { ...base.gasData, budget: 1n << 64n } }),
      with_([], { gasData: { ...base.gasData, price: -1 } }),
      with_([], { gasData: { ...base.gasData, payment: [{ objectId: shortAddress(1), version: 1, digest: '11' }] } }),
    ];
    for (const value of wrong) {
      const said = outcome(() => sdkTransaction(value));
      assert.ok('error' in said);
      assert.deepEqual(
        outcome(() => encodeTransactionData(value)),
        said,
      );
    }
  });
});

// Effects, events and objects.

const owner: fc.Arbitrary<Owner> = fc.oneof(
  address.map((at): Owner => ({ $kind: 'AddressOwner', AddressOwner: at })),
  address.map((at): Owner => ({ $kind: 'ObjectOwner', ObjectOwner: at })),
  u64.map((at): Owner => ({ $kind: 'Shared', Shared: { initialSharedVersion: String(at) } })),
  fc.constant<Owner>({ $kind: 'Immutable', Immutable: true }),
  fc.tuple(u64, address).map(([at, who]): Owner => {
    return { $kind: 'ConsensusAddressOwner', ConsensusAddressOwner: { startVersion: String(at), owner: who } };
  }),
);
const version = fc.tuple(u64, digest);
const none = fc.constant({ NotExist: true as const });
const change = fc.record({
  inputState: fc.oneof(
    none,
    fc.tuple(version, owner).map((Exist) => ({ Exist })),
  ),
  outputState: fc.oneof(
    none,
    fc.tuple(digest, owner).map((ObjectWrite) => ({ ObjectWrite })),
    version.map((PackageWrite) => ({ PackageWrite })),
  ),
  idOperation: fc.constantFrom({ None: true }, { Created: true }, { Deleted: true }),
});
const unchanged = fc.oneof(
  version.map((ReadOnlyRoot) => ({ ReadOnlyRoot })),
  u64.map((MutateConsensusStreamEnded) => ({ MutateConsensusStreamEnded })),
  u64.map((ReadConsensusStreamEnded) => ({ ReadConsensusStreamEnded })),
  u64.map((Cancelled) => ({ Cancelled })),
  fc.constant({ PerEpochConfig: true }),
);
const effects = fc
  .record({
    status: fc.constant({ Success: true }),
    executedEpoch: u64,
    gasUsed: fc.record({
      computationCost: u64,
      storageCost: u64,
      storageRebate: u64,
      nonRefundableStorageFee: u64,
    }),
    transactionDigest: digest,
    gasObjectIndex: option(u32),
    eventsDigest: option(digest),
    dependencies: few(digest),
    lamportVersion: u64,
    changedObjects: few(fc.tuple(address, change)),
    unchangedConsensusObjects: few(fc.tuple(address, unchanged)),
    auxDataDigest: option(digest),
  })
  .map((V2) => ({ V2 }) as unknown as EffectsInput);

const sdkEffects = (value: EffectsInput): Uint8Array => TransactionEffects.serialize(value as never).toBytes();

describe('quick codec of effects, events and objects', () => {
  it('reads and writes effects as the SDK does', () => {
    fc.assert(
      fc.property(effects, (value) => {
        const bytes = sdkEffects(value);
        assert.deepEqual(encodeEffectsQuickly(value), bytes);
        assert.deepEqual(decodeEffectsQuickly(bytes), TransactionEffects.parse(bytes));
      }),
      runs(300),
    );
  });

  it('accepts no changed effects that the SDK refuses', () => {
    fc.assert(
      fc.property(effects, mutation, (value, changed) => {
        const bytes = mutate(sdkEffects(value), changed);
        const quick = outcome(() => decodeEffectsQuickly(bytes));
        if ('value' in quick)
          assert.deepEqual(quick.value, decodeExact(TransactionEffects, bytes, 'TransactionEffects'));
      }),
      runs(500),
    );
  });

  it('leaves failures to the SDK', () => {
    const [value] = fc.sample(effects, { numRuns: 1, seed: 1 });
    const status = { Failure: { error: { MovePrimitiveRuntimeError: null }, command: 1n } };
    const failed = { V2: { ...(value as { V2: object }).V2, status } } as unknown as EffectsInput;
    assert.throws(() => encodeEffectsQuickly(failed));
    const bytes = encodeEffects(failed);
    assert.deepEqual(bytes, sdkEffects(failed));
    assert.throws(() => decodeEffectsQuickly(bytes));
    assert.deepEqual(decodeEffects(bytes), TransactionEffects.parse(bytes));
  });

  it('writes events as the SDK does', () => {
    const event = fc.record({
      packageId: address,
      module: word,
      sender: address,
      type: struct,
      contents: fc.uint8Array({ maxLength: 2000 }),
    });
    fc.assert(
      fc.property(few(event), (events) => {
        const bytes = TransactionEvents.serialize({ data: events }).toBytes();
        assert.deepEqual(encodeEventsQuickly(events), bytes);
      }),
      runs(200),
    );
    const foreign: EventValue = {
      packageId: '0x2',
      module: 'münze',
      sender: '0x3',
      type: parseStruct('0x2::a::B'),
      contents: Uint8Array.of(1),
    };
    assert.throws(() => encodeEventsQuickly([foreign]));
    assert.deepEqual(encodeEvents([foreign]), TransactionEvents.serialize({ data: [foreign] }).toBytes());
  });

  it('writes objects as the SDK does', () => {
    const names = fc.oneof(
      type.filter((text) => text.startsWith('0x')).map((text) => text.replaceAll(', ', ',')),
      fc.constantFrom(GAS_COIN_TYPE, `${shortAddress(3)}::staking_pool::StakedSui`),
      type.map((text) => `${shortAddress(2)}::coin::Coin<${text.replaceAll(', ', ',')}>`),
    );
    const object = fc
      .record({
        id: address,
        version: u64,
        owner,
        previousTransaction: digest,
        storageRebate: u64,
        type: names,
        hasPublicTransfer: fc.boolean(),
        contents: fc.uint8Array({ maxLength: 3000 }),
      })
      .map((fields): Omit<MoveRecord, 'digest'> => ({ kind: 'move', ...fields }));
    fc.assert(
      fc.property(object, (value) => {
        const bytes = encodeBySdk(value);
        // The second time its type is known.
        for (let i = 0; i < 2; i++) assert.deepEqual(encodeObjectQuickly(value), bytes);
        assert.deepEqual(encodeObject({ ...value, owner: { ...value.owner } }), bytes);
      }),
      runs(200),
    );
  });
});
