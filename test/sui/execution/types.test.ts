import assert from 'node:assert/strict';
import { Inputs, type Transaction } from '@mysten/sui/transactions';
import { created, fixture, World } from './harness.ts';

const DEEPEST_TYPE_ARGUMENT = 16;

describe('types', () => {
  let world: World;
  let nest: string;

  before(async function () {
    this.timeout(60_000);
    world = await World.create();
    nest = (await world.publish(await fixture('nest'))).id;
  });

  // What a transaction names is limited to 16 nodes, what code makes of it by the machine, to 128.
  for (const [name, isSo] of [
    ['deep', (type: string) => type.split('<').length - 1 > DEEPEST_TYPE_ARGUMENT],
    ['long', (type: string) => type.length > 4096],
  ] as const) {
    it(`of objects and events may be ${name}er than a transaction could name them`, async () => {
      const ran = await world.ok((tx) => {
        tx.moveCall({ target: `${nest}::nest::${name}` });
      });
      const thing = world.object(created(world, ran, 'Thing')[0]!);
      assert(isSo(thing.type), thing.type);
      const [event] = ran.committed.events;
      assert.equal(event!.type.name, 'Note');
      const give = (tx: Transaction): void => {
        tx.transferObjects([tx.object(Inputs.ObjectRef(world.ref(thing)))], world.bob.toSuiAddress());
      };
      await world.ok(give);
      assert.deepEqual(world.object(thing.id).owner, {
        $kind: 'AddressOwner',
        AddressOwner: world.bob.toSuiAddress(),
      });
    });
  }

  it('that a transaction names are limited', async () => {
    const vectors = (depth: number): string => (depth === 1 ? 'u8' : `vector<${vectors(depth - 1)}>`);
    const make = (type: string) => (tx: Transaction) => void tx.makeMoveVec({ type, elements: [] });
    await world.ok(make(vectors(DEEPEST_TYPE_ARGUMENT - 1)));
    await world.refused('INVALID_ARGUMENT', /maximum type argument/, make(vectors(DEEPEST_TYPE_ARGUMENT)));
    await world.refused('INVALID_ARGUMENT', /maximum type argument/, make(vectors(100)));
    await world.refused('INVALID_ARGUMENT', /nested deeper/, make(vectors(1000)));
  });
});
