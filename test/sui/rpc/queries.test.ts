/** Events, dynamic fields, coins and packages through the stock client. */
import assert from 'node:assert/strict';
import { bcs } from '@mysten/sui/bcs';
import { GrpcTypes, RpcError, SuiGrpcClient } from '@mysten/sui/grpc';
import { deriveDynamicFieldID } from '@mysten/sui/utils';
import { type LocalDevnet, startDevnet } from '../../../localnet/sui/devnet.ts';
import type { EventValue } from '../../../localnet/sui/ledger/bcs.ts';
import type { Ledger } from '../../../localnet/sui/ledger/ledger.ts';
import type { MoveWrite } from '../../../localnet/sui/ledger/outcome.ts';
import { canonicalType, parseStruct, shortAddress } from '../../../localnet/sui/ledger/types.ts';
import { inProcessTransport } from '../../../localnet/sui/rpc/transport.ts';
import { ALICE, BOB, outcome, thing } from '../ledger/specimens.ts';
import { COUNTER, COUNTER_ID, COUNTER_V2, COUNTER_V2_ID } from './fixture-package.ts';

const PARENT = shortAddress(0x5000);
const VALUE = shortAddress(0x5001);
const code = (expected: string) => (error: unknown) => error instanceof RpcError && error.code === expected;
const u64 = (n: number): Uint8Array => bcs.u64().serialize(n).toBytes();

/** A dynamic field object as Move lays it out. */
function field(nameType: string, name: Uint8Array, valueType: string, value: Uint8Array): MoveWrite {
  const id = deriveDynamicFieldID(PARENT, nameType, name);
  const write = thing(id, { kind: 'object', parent: PARENT }, `0x2::dynamic_field::Field<${nameType},${valueType}>`);
  return { ...write, hasPublicTransfer: false, contents: Uint8Array.of(...write.contents, ...name, ...value) };
}

const WRAPPER = '0x2::dynamic_object_field::Wrapper<vector<u8>>';
const COUNTER_TYPE = `${COUNTER_ID}::counter::Counter`;
const fields = [
  field('u64', u64(7), 'bool', Uint8Array.of(1)),
  field('u64', u64(8), 'bool', Uint8Array.of(0)),
  field(WRAPPER, Uint8Array.of(2, 0x68, 0x69), '0x2::object::ID', bcs.Address.serialize(VALUE).toBytes()),
];
const COIN_TYPE = `${COUNTER_ID}::gold::GOLD`;
const text = (value: string): Uint8Array => bcs.string().serialize(value).toBytes();
const metadata = thing(shortAddress(0x6000), { kind: 'immutable' }, `0x2::coin::CoinMetadata<${COIN_TYPE}>`, [
  6,
  ...text('Gold'),
  ...text('GLD'),
  ...text('shiny'),
  1,
  ...text('https://x'),
]);
const treasury = thing(
  shortAddress(0x6001),
  { kind: 'address', address: ALICE },
  `0x2::coin::TreasuryCap<${COIN_TYPE}>`,
  [...u64(500)],
);

async function devnetWithEvents(): Promise<LocalDevnet> {
  const devnet = await startDevnet({
    seed: 'test',
    genesis: [
      COUNTER,
      COUNTER_V2,
      metadata,
      treasury,
      thing(PARENT, { kind: 'shared' }, COUNTER_TYPE),
      thing(VALUE, { kind: 'object', parent: fields[2]!.id }, COUNTER_TYPE, [...u64(5), 0, 0]),
      ...fields,
    ],
  });
  const event = (by: number, sender: string, type = `${COUNTER_ID}::counter::Bumped`): EventValue => ({
    packageId: COUNTER_V2_ID,
    module: by % 2 === 0 ? 'even' : 'odd',
    sender,
    type: parseStruct(type),
    contents: Uint8Array.of(...bcs.Address.serialize(PARENT).toBytes(), ...u64(by), 0),
  });
  const { ledger } = devnet;
  for (const events of [
    [event(1, ALICE), event(2, ALICE)],
    [],
    [event(3, BOB)],
    [event(4, ALICE, '0x2::coin::Minted<u8>')],
  ]) {
    ledger.commit(ledger.prepare(outcome({ events })));
    ledger.seal();
  }
  return devnet;
}

describe('queries', () => {
  let ledger: Ledger;
  let client: SuiGrpcClient;
  before(async () => {
    const devnet = await devnetWithEvents();
    ({ ledger } = devnet);
    client = new SuiGrpcClient({ network: 'localnet', transport: inProcessTransport(devnet) });
  });
  const amounts = (events: { bcs: Uint8Array }[]): number[] => events.map((event) => event.bcs[32]!);

  describe('events', () => {
    it('come in ledger order with their place, type, contents and JSON', async () => {
      const { events, hasNextPage } = await client.listEvents({});
      assert.deepEqual(amounts(events), [1, 2, 3, 4]);
      assert.equal(hasNextPage, false);
      const second = events[1]!;
      assert.deepEqual(
        [second.packageId, second.module, second.sender, second.eventType, second.checkpoint, second.eventIndex],
        [COUNTER_V2_ID, 'even', ALICE, `${COUNTER_ID}::counter::Bumped`, '1', 1],
      );
      assert.equal(second.transactionDigest, ledger.checkpoint(1n)!.transactions[0]!.digest);
      assert.deepEqual(second.json, { counter: PARENT, by: '2', note: '' });
      assert.equal(events[3]!.json, null, 'the type is unknown');
    });

    it('come in pages, forwards and backwards', async () => {
      for (const order of ['ascending', 'descending'] as const) {
        const expected = order === 'ascending' ? [1, 2, 3, 4] : [4, 3, 2, 1];
        const seen: number[] = [];
        let cursor: string | null = null;
        let pages = 0;
        for (;;) {
          const bounds = cursor === null ? {} : order === 'ascending' ? { after: cursor } : { before: cursor };
          const page: Awaited<ReturnType<typeof client.listEvents>> = await client.listEvents({
            limit: 1,
            order,
            ...bounds,
          });
          seen.push(...amounts(page.events));
          pages++;
          if (!page.hasNextPage) break;
          cursor = page.endCursor;
        }
        assert.deepEqual([seen, pages], [expected, 4]);
      }
    });

    it('are filtered by sender, emitting module and type', async () => {
      const list = async (filter: Parameters<typeof client.listEvents>[0]['filter']) =>
        amounts((await client.listEvents({ filter })).events);
      assert.deepEqual(await list({ sender: BOB }), [3]);
      assert.deepEqual(await list({ emitModule: `${COUNTER_V2_ID}::even` }), [2, 4]);
      assert.deepEqual(await list({ eventType: `${COUNTER_ID}::counter::Bumped` }), [1, 2, 3]);
      assert.deepEqual(await list({ eventType: `${COUNTER_ID}::counter` }), [1, 2, 3]);
      assert.deepEqual(await list({ eventType: '0x2::coin::Minted' }), [4]);
      assert.deepEqual(await list({ eventType: '0x2::coin::Minted<u8>' }), [4]);
      assert.deepEqual(await list({ eventType: '0x2::coin::Minted<u16>' }), []);
      assert.deepEqual(
        await list({ eventType: `${COUNTER_V2_ID}::counter::Bumped` }),
        [],
        'types go by the defining package',
      );
    });

    const raw = async (request: Partial<GrpcTypes.ListEventsRequest>) => {
      const frames: GrpcTypes.ListEventsResponse[] = [];
      const call = client.ledgerService.listEvents(request as GrpcTypes.ListEventsRequest);
      for await (const frame of call.responses) frames.push(frame);
      return frames;
    };
    const literal = (predicate: GrpcTypes.EventLiteral['predicate'], negated = false): GrpcTypes.EventLiteral => ({
      negated,
      predicate,
    });
    const bySender = (address: string): GrpcTypes.EventLiteral['predicate'] => ({
      oneofKind: 'sender',
      sender: { address },
    });
    const byModule = (module: string): GrpcTypes.EventLiteral['predicate'] => ({
      oneofKind: 'emitModule',
      emitModule: { module },
    });

    it('are filtered by any combination of literals', async () => {
      const readMask = { paths: ['contents'] };
      const list = async (...terms: GrpcTypes.EventTerm[]) =>
        (await raw({ readMask, filter: { terms } })).flatMap(({ event }) =>
          event ? [event.contents!.value![32]!] : [],
        );
      const even = byModule(`${COUNTER_V2_ID}::even`);
      assert.deepEqual(await list({ literals: [literal(bySender(ALICE)), literal(even, true)] }), [1]);
      assert.deepEqual(await list({ literals: [literal(bySender(BOB))] }, { literals: [literal(even)] }), [2, 3, 4]);
      assert.deepEqual(await list({ literals: [literal(bySender(ALICE), true)] }), [3]);
      assert.deepEqual(await list({ literals: [literal(byModule(COUNTER_V2_ID))] }), [1, 2, 3, 4]);
    });

    it('have a watermark on every frame and one end', async () => {
      const frames = await raw({});
      assert.ok(frames.every((frame) => frame.watermark?.cursor?.length));
      assert.deepEqual(
        frames.map((frame) => frame.end?.reason),
        [undefined, undefined, undefined, undefined, GrpcTypes.QueryEndReason.LEDGER_TIP],
      );
      const limited = await raw({ options: { limit: 2 } });
      assert.equal(limited.at(-1)!.end!.reason, GrpcTypes.QueryEndReason.ITEM_LIMIT);
      assert.ok(limited.at(-1)!.event);
      const bounded = await raw({ startCheckpoint: 1n, endCheckpoint: 3n });
      assert.deepEqual([bounded.length, bounded.at(-1)!.end!.reason], [3, GrpcTypes.QueryEndReason.CHECKPOINT_BOUND]);
      const before = limited.at(-1)!.watermark!.cursor!;
      const cut = await raw({ options: { before } });
      assert.deepEqual([cut.length, cut.at(-1)!.end!.reason], [2, GrpcTypes.QueryEndReason.CURSOR_BOUND]);
      assert.deepEqual(
        Object.keys(frames[0]!.event!).filter((key) => frames[0]!.event![key as 'module'] !== undefined),
        ['eventType'],
      );
    });

    it('are refused for malformed queries', async () => {
      const bad = code('INVALID_ARGUMENT');
      await assert.rejects(raw({ options: { after: Uint8Array.of(1, 2) } }), bad);
      await assert.rejects(raw({ options: { ordering: 7 as GrpcTypes.Ordering } }), bad);
      await assert.rejects(raw({ startCheckpoint: 3n, endCheckpoint: 2n }), bad);
      await assert.rejects(raw({ filter: { terms: [] } }), bad);
      await assert.rejects(raw({ filter: { terms: [{ literals: [] }] } }), bad);
      await assert.rejects(raw({ filter: { terms: [{ literals: [literal(bySender('alice'))] }] } }), bad);
      await assert.rejects(raw({ filter: { terms: [{ literals: [literal({ oneofKind: undefined })] }] } }), bad);
      await assert.rejects(
        raw({ filter: { terms: [{ literals: Array.from({ length: 33 }, () => literal(bySender(BOB))) }] } }),
        bad,
      );
      await assert.rejects(raw({ filter: { terms: [{ literals: [literal(byModule('0x2::a::b'))] }] } }), bad);
      await assert.rejects(raw({ readMask: { paths: ['nope'] } }), bad);
    });

    it('are streamed as they happen', async () => {
      const own = await devnetWithEvents();
      const stream = new SuiGrpcClient({ network: 'localnet', transport: inProcessTransport(own) });
      const call = stream.subscriptionService.subscribeEvents({ readMask: { paths: ['module', 'event_index'] } });
      await call.headers;
      const { events } = ledger.checkpoint(1n)!.transactions[0]!;
      own.ledger.commit(own.ledger.prepare(outcome({ events })));
      own.ledger.seal();
      const seen: unknown[] = [];
      for await (const { event, watermark } of call.responses) {
        seen.push(event?.module ?? watermark!.checkpoint);
        if (seen.length === 3) break;
      }
      assert.deepEqual(seen, ['odd', 'even', own.ledger.latestCheckpoint.summary.sequenceNumber]);
    });
  });

  describe('transactions and checkpoints', () => {
    const literal = (predicate: GrpcTypes.TransactionLiteral['predicate']): GrpcTypes.TransactionFilter => ({
      terms: [{ literals: [{ negated: false, predicate }] }],
    });
    const checkpoints = async (filter: GrpcTypes.TransactionFilter) => {
      const seen: bigint[] = [];
      for await (const { checkpoint } of client.ledgerService.listCheckpoints({ filter }).responses) {
        if (checkpoint) seen.push(checkpoint.sequenceNumber!);
      }
      return seen;
    };

    it('are found by what they changed, emitted and published', async () => {
      const emitted = (eventType: string) => literal({ oneofKind: 'eventType', eventType: { eventType } });
      assert.deepEqual(await checkpoints(emitted('0x2::coin')), [4n]);
      assert.deepEqual(
        await checkpoints(literal({ oneofKind: 'emitModule', emitModule: { module: `${COUNTER_V2_ID}::odd` } })),
        [1n, 3n],
      );
      assert.deepEqual(
        await checkpoints(literal({ oneofKind: 'affectedObject', affectedObject: { objectId: PARENT } })),
        [0n],
      );
      assert.deepEqual(
        await checkpoints(literal({ oneofKind: 'affectedAddress', affectedAddress: { address: ALICE } })),
        [0n],
      );
      assert.deepEqual(await checkpoints(literal({ oneofKind: 'packageWrite', packageWrite: {} })), [0n]);
      assert.deepEqual(await checkpoints(literal({ oneofKind: 'moveCall', moveCall: { function: '0x2' } })), []);
      assert.deepEqual(await checkpoints(literal({ oneofKind: 'sender', sender: { address: shortAddress(0) } })), [0n]);
    });

    it('show the genesis transaction with its packages', async () => {
      const { response } = await client.ledgerService.getTransaction({
        digest: ledger.checkpoint(0n)!.transactions[0]!.digest,
        readMask: { paths: ['transaction.kind', 'effects.changed_objects'] },
      });
      const { data } = response.transaction!.transaction!.kind!;
      assert.ok(data.oneofKind === 'genesis');
      assert.ok(data.genesis.objects.some((object) => object.package?.storageId === COUNTER_ID));
      const published = response.transaction!.effects!.changedObjects.find((change) => change.objectId === COUNTER_ID)!;
      assert.equal(published.outputState, GrpcTypes.ChangedObject_OutputObjectState.PACKAGE_WRITE);
      assert.equal(published.objectType, 'package');
    });
  });

  describe('dynamic fields', () => {
    it('are listed with names, kinds, types and values', async () => {
      const { dynamicFields } = await client.listDynamicFields({ parentId: PARENT, include: { value: true } });
      const byId = new Map(dynamicFields.map((entry) => [entry.fieldId, entry]));
      const plain = byId.get(fields[0]!.id)!;
      assert.deepEqual([plain.$kind, plain.name.type, plain.valueType], ['DynamicField', 'u64', 'bool']);
      assert.deepEqual(Uint8Array.from(plain.name.bcs), u64(7));
      assert.deepEqual(Uint8Array.from(plain.value.bcs), Uint8Array.of(1));
      const object = byId.get(fields[2]!.id)!;
      assert.deepEqual(
        [object.$kind, object.name.type, object.valueType],
        ['DynamicObject', 'vector<u8>', COUNTER_TYPE],
      );
      assert.equal((object as { childId: string }).childId, VALUE);
      assert.equal(object.type, canonicalType(fields[2]!.type));
      assert.equal(dynamicFields.length, 3);
    });

    it('come in pages', async () => {
      const first = await client.listDynamicFields({ parentId: PARENT, limit: 2 });
      assert.deepEqual([first.dynamicFields.length, first.hasNextPage], [2, true]);
      const second = await client.listDynamicFields({ parentId: PARENT, limit: 2, cursor: first.cursor });
      assert.deepEqual([second.dynamicFields.length, second.hasNextPage], [1, false]);
      assert.deepEqual((await client.listDynamicFields({ parentId: ALICE })).dynamicFields, []);
    });

    it('are found by name', async () => {
      const { dynamicField } = await client.getDynamicField({ parentId: PARENT, name: { type: 'u64', bcs: u64(8) } });
      assert.deepEqual([dynamicField.fieldId, dynamicField.value.type], [fields[1]!.id, 'bool']);
      assert.deepEqual(Uint8Array.from(dynamicField.value.bcs), Uint8Array.of(0));
      const name = { type: 'vector<u8>', bcs: Uint8Array.of(2, 0x68, 0x69) };
      const { object } = await client.getDynamicObjectField({ parentId: PARENT, name, include: { json: true } });
      assert.equal(object.objectId, VALUE);
      assert.deepEqual(object.json, { id: VALUE, value: '5', label: '', limit: null });
      await assert.rejects(client.getDynamicField({ parentId: PARENT, name: { type: 'u64', bcs: u64(9) } }), {
        code: 'notExists',
      });
    });
  });

  describe('coins and packages', () => {
    it('tell metadata and supply of a coin', async () => {
      const { coinMetadata } = await client.getCoinMetadata({ coinType: COIN_TYPE });
      assert.deepEqual(coinMetadata, {
        id: metadata.id,
        decimals: 6,
        name: 'Gold',
        symbol: 'GLD',
        description: 'shiny',
        iconUrl: 'https://x',
      });
      const { response } = await client.stateService.getCoinInfo({ coinType: COIN_TYPE });
      assert.equal(response.treasury!.totalSupply, 500n);
      await assert.rejects(client.stateService.getCoinInfo({ coinType: '0x2::no::COIN' }).response, code('NOT_FOUND'));
      await assert.rejects(client.stateService.getCoinInfo({ coinType: 'gold' }).response, code('INVALID_ARGUMENT'));
    });

    it('describe functions as the client reads them', async () => {
      const get = async (name: string) =>
        (await client.getMoveFunction({ packageId: COUNTER_ID, moduleName: 'counter', name })).function;
      const collect = await get('collect');
      assert.equal(collect.visibility, 'public');
      assert.equal(collect.parameters[0]!.reference, 'mutable');
      assert.deepEqual(collect.parameters[0]!.body, {
        $kind: 'datatype',
        datatype: { typeName: COUNTER_TYPE, typeParameters: [] },
      });
      const receiving = collect.parameters[1]!.body as { datatype: { typeName: string; typeParameters: unknown[] } };
      assert.equal(receiving.datatype.typeName, `${shortAddress(2)}::transfer::Receiving`);
      assert.equal(receiving.datatype.typeParameters.length, 1);
      const put = await get('put');
      assert.deepEqual(
        put.typeParameters.map((p) => p.constraints),
        [['store'], ['store', 'key']],
      );
      assert.deepEqual(put.parameters[2]!.body, {
        $kind: 'vector',
        vector: { $kind: 'vector', vector: { $kind: 'typeParameter', index: 0 } },
      });
      const hidden = await get('hidden');
      assert.deepEqual([hidden.visibility, hidden.isEntry], ['private', true]);
    });

    it('give packages with their modules, datatypes and versions', async () => {
      const { response } = await client.movePackageService.getPackage({ packageId: COUNTER_V2_ID });
      const found = response.package!;
      assert.deepEqual([found.storageId, found.originalId, found.version], [COUNTER_V2_ID, COUNTER_ID, 2n]);
      assert.deepEqual(Uint8Array.from(found.modules[0]!.contents!), COUNTER_V2.package.modules.get('counter'));
      const mood = found.modules[0]!.datatypes.find(({ name }) => name === 'Mood')!;
      assert.deepEqual(
        mood.variants.map(({ name }) => name),
        ['Calm', 'Busy'],
      );
      const datatype = (
        await client.movePackageService.getDatatype({ packageId: COUNTER_ID, moduleName: 'counter', name: 'Counter' })
      ).response.datatype!;
      assert.deepEqual(
        datatype.fields.map(({ name }) => name),
        ['id', 'value', 'label', 'limit'],
      );
      assert.deepEqual(datatype.abilities, [GrpcTypes.Ability.STORE, GrpcTypes.Ability.KEY]);
      const versions = (await client.movePackageService.listPackageVersions({ packageId: COUNTER_ID })).response
        .versions;
      assert.deepEqual(
        versions.map(({ packageId, version }) => [packageId, version]),
        [
          [COUNTER_ID, 1n],
          [COUNTER_V2_ID, 2n],
        ],
      );
    });

    it('answer for what is not there as Sui does', async () => {
      const service = client.movePackageService;
      await assert.rejects(service.getPackage({ packageId: ALICE }).response, code('NOT_FOUND'));
      await assert.rejects(service.getPackage({ packageId: PARENT }).response, code('INVALID_ARGUMENT'));
      await assert.rejects(service.getPackage({}).response, code('INVALID_ARGUMENT'));
      await assert.rejects(
        service.getFunction({ packageId: COUNTER_ID, moduleName: 'x', name: 'y' }).response,
        code('INTERNAL'),
      );
      await assert.rejects(
        service.getDatatype({ packageId: COUNTER_ID, moduleName: 'counter', name: 'y' }).response,
        code('INTERNAL'),
      );
    });

    it('give objects of packages as packages', async () => {
      const { object } = await client.getObject({ objectId: COUNTER_ID });
      assert.deepEqual([object.type, object.owner.$kind, object.version], ['package', 'Immutable', '1']);
    });
  });
});
