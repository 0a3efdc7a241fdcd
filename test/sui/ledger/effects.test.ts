/** What becomes of an object in a transaction, and how the effects say it. */
import assert from 'node:assert/strict';
import { digestOf, TransactionEvents, type EventValue } from '../../../localnet/sui/ledger/bcs.ts';
import { balanceChanges, readEffects, type EffectsV2 } from '../../../localnet/sui/ledger/effects.ts';
import type { Ledger } from '../../../localnet/sui/ledger/ledger.ts';
import type { OwnerWrite, TransactionOutcome } from '../../../localnet/sui/ledger/outcome.ts';
import { CLOCK_ID, shortAddress } from '../../../localnet/sui/ledger/types.ts';
import { ALICE, BOB, coin, ledgerWith, outcome, thing } from './specimens.ts';

const A = shortAddress(0x100);
const B = shortAddress(0x200);
const toAlice: OwnerWrite = { kind: 'address', address: ALICE };
const invalid = { code: 'OUTCOME_INVALID' };

function commit(ledger: Ledger, changes: Partial<TransactionOutcome>): EffectsV2 {
  const effects = readEffects(ledger.commit(ledger.prepare(outcome(changes))).effects);
  ledger.seal();
  return effects;
}

function change(effects: EffectsV2, id: string) {
  const entry = effects.changedObjects.find(([changed]) => changed === id);
  return entry && [entry[1].inputState.$kind, entry[1].outputState.$kind, entry[1].idOperation.$kind];
}

const use = (ledger: Ledger, id: string, how: 'mutable' | 'read' | 'receiving' = 'mutable') => ({
  id,
  version: ledger.live(id)!.version,
  use: how,
});

describe('effects of a transaction', () => {
  let ledger: Ledger;
  beforeEach(() => {
    ledger = ledgerWith([thing(A, toAlice)]);
  });

  it('create an object', () => {
    const effects = commit(ledger, { writes: [thing(B, toAlice)], created: [B] });
    assert.deepEqual(change(effects, B), ['NotExist', 'ObjectWrite', 'Created']);
    assert.equal(ledger.live(B)!.version, 1n);
    assert.equal(effects.lamportVersion, '1');
  });

  it('mutate an object: one version above all inputs', () => {
    commit(ledger, { inputs: [use(ledger, A)] });
    commit(ledger, { writes: [thing(B, toAlice)], created: [B] });
    const effects = commit(ledger, {
      inputs: [use(ledger, A), use(ledger, B)],
      writes: [thing(B, { kind: 'address', address: BOB })],
    });
    assert.equal(effects.lamportVersion, '3');
    assert.deepEqual(change(effects, B), ['Exist', 'ObjectWrite', 'None']);
    assert.equal(ledger.live(B)!.version, 3n);
    // Taken mutably and left alone: rewritten at the new version.
    assert.deepEqual(change(effects, A), ['Exist', 'ObjectWrite', 'None']);
    assert.equal(ledger.live(A)!.version, 3n);
    assert.deepEqual(ledger.at(A, 2n)!.owner, ledger.live(A)!.owner);
  });

  it('delete an object', () => {
    const effects = commit(ledger, { inputs: [use(ledger, A)], deleted: [A] });
    assert.deepEqual(change(effects, A), ['Exist', 'NotExist', 'Deleted']);
    assert.equal(ledger.live(A), undefined);
    assert.ok(ledger.at(A, 1n), 'history is kept');
  });

  it('wrap, unwrap and delete while wrapped', () => {
    commit(ledger, { writes: [thing(B, toAlice)], created: [B] });
    const wrap = commit(ledger, { inputs: [use(ledger, A), use(ledger, B)], wrapped: [A] });
    assert.deepEqual(change(wrap, A), ['Exist', 'NotExist', 'None']);
    assert.equal(ledger.live(A), undefined);
    const unwrap = commit(ledger, { inputs: [use(ledger, B)], writes: [thing(A, toAlice)] });
    assert.deepEqual(change(unwrap, A), ['NotExist', 'ObjectWrite', 'None']);
    commit(ledger, { inputs: [use(ledger, A), use(ledger, B)], wrapped: [A] });
    const gone = commit(ledger, { inputs: [use(ledger, B)], deleted: [A] });
    assert.deepEqual(change(gone, A), ['NotExist', 'NotExist', 'Deleted']);
    assert.throws(() => commit(ledger, { inputs: [use(ledger, B)], writes: [thing(A, toAlice)] }), invalid);
  });

  it('create an object and wrap it at once', () => {
    const effects = commit(ledger, { created: [B], wrapped: [B] });
    assert.deepEqual(change(effects, B), ['NotExist', 'NotExist', 'Created']);
    const unwrap = commit(ledger, { inputs: [use(ledger, A)], writes: [thing(B, toAlice)] });
    assert.deepEqual(change(unwrap, B), ['NotExist', 'ObjectWrite', 'None']);
  });

  it('never give an object a version that it had before', () => {
    commit(ledger, { inputs: [use(ledger, A)], wrapped: [A] });
    assert.throws(() => commit(ledger, { writes: [thing(A, toAlice)] }), invalid);
  });

  it('share an object, and keep the version since when it is shared', () => {
    commit(ledger, { inputs: [use(ledger, A)] });
    commit(ledger, { inputs: [use(ledger, A)], writes: [thing(A, { kind: 'shared' })] });
    assert.deepEqual(ledger.live(A)!.owner.Shared, { initialSharedVersion: '3' });
    commit(ledger, { inputs: [use(ledger, A)], writes: [thing(A, { kind: 'shared' }, undefined, [1])] });
    assert.deepEqual(ledger.live(A)!.owner.Shared, { initialSharedVersion: '3' });
    assert.equal(ledger.live(A)!.version, 4n);
  });

  it('transfer through consensus, with a start version that changes with the owner', () => {
    const to = (address: string): OwnerWrite => ({ kind: 'consensusAddress', address });
    commit(ledger, { inputs: [use(ledger, A)], writes: [thing(A, to(BOB))] });
    assert.deepEqual(ledger.live(A)!.owner.ConsensusAddressOwner, { startVersion: '2', owner: BOB });
    commit(ledger, { inputs: [use(ledger, A)], writes: [thing(A, to(BOB), undefined, [1])] });
    assert.deepEqual(ledger.live(A)!.owner.ConsensusAddressOwner, { startVersion: '2', owner: BOB });
    commit(ledger, { inputs: [use(ledger, A)], writes: [thing(A, to(ALICE))] });
    assert.deepEqual(ledger.live(A)!.owner.ConsensusAddressOwner, { startVersion: '4', owner: ALICE });
  });

  it('read a shared object: unchanged, but it counts for the version and the dependencies', () => {
    const clock = ledger.live(CLOCK_ID)!;
    const effects = commit(ledger, {
      inputs: [use(ledger, CLOCK_ID, 'read')],
      writes: [thing(B, toAlice)],
      created: [B],
    });
    assert.deepEqual(effects.unchangedConsensusObjects, [
      [CLOCK_ID, { ReadOnlyRoot: ['1', clock.digest], $kind: 'ReadOnlyRoot' }],
    ]);
    assert.equal(effects.lamportVersion, '2');
    assert.deepEqual(effects.dependencies, [clock.previousTransaction]);
    assert.equal(ledger.live(CLOCK_ID)!.version, 1n);
  });

  it('leave immutable and unreceived objects alone', () => {
    commit(ledger, { inputs: [use(ledger, A)], writes: [thing(A, { kind: 'immutable' })] });
    commit(ledger, { writes: [thing(B, toAlice)], created: [B] });
    const effects = commit(ledger, { inputs: [use(ledger, A, 'read'), use(ledger, B, 'receiving')] });
    assert.deepEqual(effects.changedObjects, []);
    assert.deepEqual(effects.unchangedConsensusObjects, []);
    assert.equal(effects.lamportVersion, '3');
  });

  it('depend on the transactions that wrote what was used, once each, ordered by their bytes', () => {
    commit(ledger, { writes: [thing(B, toAlice)], created: [B] });
    const effects = commit(ledger, {
      inputs: [use(ledger, A), use(ledger, B)],
      loaded: [{ id: CLOCK_ID, version: 1n }],
    });
    assert.equal(effects.dependencies.length, 2);
    assert.ok(effects.dependencies.includes(ledger.at(A, 1n)!.previousTransaction));
    assert.ok(effects.dependencies.includes(ledger.at(B, 1n)!.previousTransaction));
  });

  it('list changed objects by id and point at the gas object', () => {
    const effects = commit(ledger, {
      inputs: [use(ledger, A)],
      writes: [thing(B, toAlice)],
      created: [B],
      gasObject: B,
    });
    assert.deepEqual(
      effects.changedObjects.map(([id]) => id),
      [A, B],
    );
    assert.equal(effects.gasObjectIndex, 1);
  });

  it('commit to the events', () => {
    const event: EventValue = {
      packageId: B,
      module: 'caller',
      sender: ALICE,
      type: { address: A, module: 'things', name: 'Happened', typeParams: [] },
      contents: Uint8Array.of(1, 2, 3),
    };
    const effects = commit(ledger, { events: [event] });
    assert.equal(
      effects.eventsDigest,
      digestOf('TransactionEvents', TransactionEvents.serialize({ data: [event] }).toBytes()),
    );
    assert.equal(commit(ledger, {}).eventsDigest, null);
  });

  describe('are refused when the outcome', () => {
    const cases: [string, () => Partial<TransactionOutcome>][] = [
      ['uses an input at another version', () => ({ inputs: [{ id: A, version: 7n, use: 'mutable' }] })],
      ['uses an input that does not exist', () => ({ inputs: [{ id: B, version: 1n, use: 'read' }] })],
      ['lists an input twice', () => ({ inputs: [use(ledger, A), use(ledger, A)] })],
      ['writes what was never created', () => ({ writes: [thing(B, toAlice)] })],
      ['creates what exists', () => ({ writes: [thing(A, toAlice)], created: [A] })],
      ['creates what is nowhere', () => ({ created: [B] })],
      ['deletes what never existed', () => ({ deleted: [B] })],
      ['wraps what never existed', () => ({ wrapped: [B] })],
      ['writes and deletes an object', () => ({ inputs: [use(ledger, A)], writes: [thing(A, toAlice)], deleted: [A] })],
      ['wraps and deletes an object', () => ({ inputs: [use(ledger, A)], wrapped: [A], deleted: [A] })],
      ['writes an object twice', () => ({ writes: [thing(B, toAlice), thing(B, toAlice)], created: [B] })],
      [
        'puts contents under another id',
        () => ({ writes: [{ ...thing(B, toAlice), id: shortAddress(0x300) }], created: [shortAddress(0x300)] }),
      ],
      ['writes a short id', () => ({ writes: [{ ...thing(B, toAlice), id: '0x200' }], created: ['0x200'] })],
      ['pays with an object that did not change', () => ({ gasObject: A })],
      ['loaded what never existed', () => ({ loaded: [{ id: B, version: 1n }] })],
    ];
    for (const [name, build] of cases) {
      it(name, () => {
        const before = ledger.height;
        assert.throws(() => commit(ledger, build()), invalid);
        assert.equal(ledger.height, before);
        assert.equal(ledger.live(A)!.version, 1n);
      });
    }

    it('changes an immutable object', () => {
      commit(ledger, { inputs: [use(ledger, A)], writes: [thing(A, { kind: 'immutable' })] });
      assert.throws(() => commit(ledger, { inputs: [use(ledger, A, 'read')], writes: [thing(A, toAlice)] }), invalid);
      assert.throws(() => commit(ledger, { inputs: [use(ledger, A)] }), invalid);
    });

    it('creates an object anew after it was deleted', () => {
      commit(ledger, { inputs: [use(ledger, A)], deleted: [A] });
      assert.throws(() => commit(ledger, { writes: [thing(A, toAlice)], created: [A] }), invalid);
    });

    it('is stale', () => {
      const prepared = ledger.prepare(outcome({ inputs: [use(ledger, A)] }));
      commit(ledger, {});
      assert.throws(() => ledger.commit(prepared), { code: 'OUTCOME_STALE' });
    });

    it('stands on an object that only a simulation has', () => {
      const phantom = { ...ledger.live(A)!, id: B };
      const prepared = ledger.prepare(outcome({ inputs: [{ id: B, version: 1n, use: 'read', phantom }] }));
      assert.throws(() => ledger.commit(prepared), invalid);
    });
  });
});

describe('balance changes', () => {
  it('add up coins by owner and type and leave out what cancels', () => {
    const ledger = ledgerWith([coin(A, 100n), coin(B, 50n)]);
    const prepared = ledger.prepare(
      outcome({
        inputs: [use(ledger, A), use(ledger, B)],
        writes: [coin(A, 120n), coin(B, 25n, { kind: 'address', address: BOB })],
      }),
    );
    const changes = balanceChanges(prepared.replaced, prepared.after);
    assert.deepEqual(
      changes.map(({ address, amount }) => [address, amount]),
      [
        [BOB, 25n],
        [ALICE, -30n],
      ],
    );
    const swapped = ledger.prepare(
      outcome({ inputs: [use(ledger, A), use(ledger, B)], writes: [coin(A, 50n), coin(B, 100n)] }),
    );
    assert.deepEqual(balanceChanges(swapped.replaced, swapped.after), []);
  });

  it('count objects owned by objects, not shared or immutable ones', () => {
    const ledger = ledgerWith([coin(A, 100n)]);
    const spend = (owner: OwnerWrite) => {
      const prepared = ledger.prepare(outcome({ inputs: [use(ledger, A)], writes: [coin(A, 100n, owner)] }));
      return balanceChanges(prepared.replaced, prepared.after).map(({ address, amount }) => [address, amount]);
    };
    assert.deepEqual(
      spend({ kind: 'object', parent: B }),
      [
        [B, 100n],
        [ALICE, -100n],
      ].toSorted(),
    );
    assert.deepEqual(spend({ kind: 'shared' }), [[ALICE, -100n]]);
    assert.deepEqual(spend({ kind: 'immutable' }), [[ALICE, -100n]]);
  });
});
