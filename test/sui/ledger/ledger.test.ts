/** Checkpoints, epochs, the clock, and what a light client can check of them. */
import assert from 'node:assert/strict';
import { bcs } from '@mysten/sui/bcs';
import {
  CheckpointContents,
  CheckpointData,
  CheckpointSummary,
  TransactionEvents,
  decodeExact,
  digestOf,
  type EventValue,
} from '../../../localnet/sui/ledger/bcs.ts';
import { CommitteeVerifier } from '../../../localnet/sui/ledger/committee.ts';
import { fullCheckpoint, type Checkpoint, type Ledger } from '../../../localnet/sui/ledger/ledger.ts';
import type { MoveRecord } from '../../../localnet/sui/ledger/objects.ts';
import { clockTime } from '../../../localnet/sui/ledger/system.ts';
import { CLOCK_ID, shortAddress } from '../../../localnet/sui/ledger/types.ts';
import { ALICE, BOB, START_MS, coin, emptyTransaction, ledgerWith, outcome, thing } from './specimens.ts';

const A = shortAddress(0x100);
const event: EventValue = {
  packageId: shortAddress(0x5),
  module: 'm',
  sender: ALICE,
  type: { address: A, module: 'things', name: 'Happened', typeParams: [] },
  contents: Uint8Array.of(7),
};

/** Commits a transaction that emits an event and touches the coin. */
function step(ledger: Ledger): Checkpoint {
  const { version } = ledger.live(A)!;
  ledger.commit(
    ledger.prepare(outcome({ inputs: [{ id: A, version, use: 'mutable' }], events: [event], gasObject: A })),
  );
  return ledger.seal();
}

describe('ledger', () => {
  it('begins with a genesis checkpoint that names the chain', () => {
    const ledger = ledgerWith([coin(A, 5n)]);
    const genesis = ledger.checkpoint(0n)!;
    assert.equal(genesis.digest, ledger.chainIdentifier);
    assert.equal(genesis.summary.previousDigest, null);
    assert.equal(genesis.summary.networkTotalTransactions, 1n);
    assert.equal(ledger.live(A)!.version, 1n);
    const { kind } = bcs.TransactionData.parse(genesis.transactions[0]!.transaction).V1;
    assert.equal(kind.Genesis!.objects.length, 2);
  });

  it('chains checkpoints that verify from the transactions up', () => {
    const ledger = ledgerWith([coin(A, 5n)]);
    const verifier = new CommitteeVerifier(ledger.currentEpoch.committee.committee);
    let previous = ledger.checkpoint(0n)!;
    for (let i = 0; i < 3; i++) {
      const checkpoint = step(ledger);
      const { summary, contents } = checkpoint;
      assert.equal(summary.previousDigest, previous.digest);
      assert.equal(summary.sequenceNumber, previous.summary.sequenceNumber + 1n);
      assert.equal(checkpoint.digest, digestOf('CheckpointSummary', CheckpointSummary.serialize(summary).toBytes()));
      assert.equal(
        summary.contentDigest,
        digestOf('CheckpointContents', CheckpointContents.serialize(contents).toBytes()),
      );
      verifier.verify(summary, checkpoint.certificate());
      previous = checkpoint;
    }
    assert.equal(previous.summary.networkTotalTransactions, 4n);
  });

  for (const contentsVersion of [1, 2] as const) {
    it(`writes full checkpoints with contents version ${contentsVersion} that a light client can follow to the events`, () => {
      const ledger = ledgerWith([coin(A, 5n)], { contentsVersion });
      const bytes = CheckpointData.serialize(fullCheckpoint(ledger, step(ledger))).toBytes();
      const { summary, contents, transactions } = decodeExact(CheckpointData, bytes, 'CheckpointData');
      new CommitteeVerifier(ledger.currentEpoch.committee.committee).verify(summary.summary, summary.signature);
      assert.equal(contents.$kind, `V${contentsVersion}`);
      const digests = contents.$kind === 'V1' ? contents.V1.transactions[0]! : contents.V2.transactions[0]!.digests;
      const { transaction, effects, events, inputObjects, outputObjects } = transactions[0]!;
      const data = bcs.TransactionData.serialize(transaction[0]!.intentMessage.value).toBytes();
      assert.equal(digestOf('TransactionData', data), digests.transaction);
      assert.equal(
        digestOf('TransactionEffects', bcs.TransactionEffects.serialize(effects).toBytes()),
        digests.effects,
      );
      assert.equal(effects.V2!.transactionDigest, digests.transaction);
      assert.equal(
        digestOf('TransactionEvents', TransactionEvents.serialize(events!).toBytes()),
        effects.V2!.eventsDigest,
      );
      assert.deepEqual(events!.data, [event]);
      const [, { inputState, outputState }] = effects.V2!.changedObjects[0]!;
      assert.equal(digestOf('Object', bcs.Object.serialize(inputObjects[0]!).toBytes()), inputState.Exist![0][1]);
      assert.equal(digestOf('Object', bcs.Object.serialize(outputObjects[0]!).toBytes()), outputState.ObjectWrite![0]);
    });
  }

  it('is the same under the same seed and calls, and different under another seed', () => {
    const run = (seed: string) => {
      const ledger = ledgerWith([coin(A, 5n)], { seed });
      const { version } = ledger.live(A)!;
      const inputs = [{ id: A, version, use: 'mutable' }] as const;
      ledger.commit(ledger.prepare(outcome({ transaction: emptyTransaction(0), inputs, gasObject: A })));
      ledger.advanceClock(5n);
      const last = ledger.advanceEpoch();
      return [last.digest, Buffer.from(last.certificate().signature).toString('hex')];
    };
    assert.deepEqual(run('one'), run('one'));
    assert.notDeepEqual(run('one'), run('two'));
  });

  it('moves its clock by consensus commits, forward only', () => {
    const ledger = ledgerWith();
    assert.equal(ledger.nowMs, START_MS);
    const checkpoint = ledger.advanceClock(250n);
    assert.equal(ledger.nowMs, START_MS + 250n);
    assert.equal(checkpoint.summary.timestampMs, START_MS + 250n);
    const clock = ledger.live(CLOCK_ID) as MoveRecord;
    assert.equal(clockTime(clock), START_MS + 250n);
    assert.equal(clock.version, 2n);
    const { kind } = bcs.TransactionData.parse(checkpoint.transactions[0]!.transaction).V1;
    assert.equal(kind.ConsensusCommitPrologueV4!.commitTimestampMs, String(START_MS + 250n));
    assert.throws(() => ledger.setClock(START_MS), { code: 'CLOCK_INVALID' });
    assert.throws(() => ledger.advanceClock(-1n), { code: 'CLOCK_INVALID' });
    assert.throws(() => ledger.setClock(1n << 64n), { code: 'CLOCK_INVALID' });
    assert.equal(ledger.latestCheckpoint, checkpoint);
  });

  it('hands over to the committee that the last checkpoint of an epoch names', () => {
    const ledger = ledgerWith([coin(A, 5n)]);
    const first = new CommitteeVerifier(ledger.currentEpoch.committee.committee);
    const last = ledger.advanceEpoch({ stakes: [5_000n, 5_000n], referenceGasPrice: 750n });
    first.verify(last.summary, last.certificate());
    const end = last.summary.endOfEpochData!;
    const successor = new CommitteeVerifier({ epoch: 1n, members: end.nextEpochCommittee });
    const next = step(ledger);
    assert.equal(next.summary.epoch, 1n);
    assert.equal(next.summary.endOfEpochData, null);
    successor.verify(next.summary, next.certificate());
    assert.throws(() => first.verify(next.summary, next.certificate()), { code: 'WRONG_EPOCH' });
    const impostor = new CommitteeVerifier({ ...ledger.epochInfo(0n)!.committee.committee, epoch: 1n });
    assert.throws(() => impostor.verify(next.summary, next.certificate()), { name: 'CommitteeError' });
    assert.equal(ledger.currentEpoch.referenceGasPrice, 750n);
    assert.equal(ledger.epochInfo(0n)!.lastCheckpoint, last.summary.sequenceNumber);
    assert.equal(ledger.epochInfo(1n)!.firstCheckpoint, last.summary.sequenceNumber + 1n);
    assert.throws(() => ledger.advanceEpoch({ protocolVersion: 1n }), { code: 'EPOCH_INVALID' });
    assert.throws(() => ledger.advanceEpoch({ stakes: [1n] }), { code: 'COMMITTEE_INVALID' });
    assert.equal(ledger.epoch, 1n);
  });

  it('adds up gas over the epoch and begins anew in the next', () => {
    const ledger = ledgerWith([coin(A, 5n)]);
    const gasUsed = { computationCost: 1n, storageCost: 2n, storageRebate: 3n, nonRefundableStorageFee: 4n };
    const doubled = { computationCost: 2n, storageCost: 4n, storageRebate: 6n, nonRefundableStorageFee: 8n };
    for (let i = 0; i < 2; i++) ledger.commit(ledger.prepare(outcome({ gasUsed })));
    assert.deepEqual(ledger.seal().summary.epochRollingGasCostSummary, doubled);
    assert.deepEqual(ledger.advanceEpoch().summary.epochRollingGasCostSummary, doubled);
    assert.equal(ledger.seal().summary.epochRollingGasCostSummary.computationCost, 0n);
  });

  it('tells subscribers of every checkpoint until they leave', () => {
    const ledger = ledgerWith();
    const seen: bigint[] = [];
    const leave = ledger.subscribe(({ summary }) => seen.push(summary.sequenceNumber));
    ledger.seal();
    ledger.advanceClock(1n);
    leave();
    ledger.seal();
    assert.deepEqual(seen, [1n, 2n]);
  });

  it('finds transactions, checkpoints and objects by all their names', () => {
    const ledger = ledgerWith([coin(A, 5n)]);
    const checkpoint = step(ledger);
    const { digest } = checkpoint.transactions[0]!;
    assert.equal(ledger.transaction(digest)!.checkpoint, 1n);
    assert.equal(ledger.checkpointByDigest(checkpoint.digest), checkpoint);
    assert.equal(ledger.checkpoint(2n), undefined);
    assert.equal(ledger.at(A, 1n)!.version, 1n);
    assert.equal(ledger.at(A, 3n), undefined);
    assert.equal(ledger.transaction('nothing'), undefined);
  });

  it('keeps owners and children indexed through every change', () => {
    const ledger = ledgerWith([coin(A, 5n), thing(shortAddress(0x300), { kind: 'object', parent: A })]);
    const owned = (address: string) => [...ledger.objects.owned(address)].map(({ id }) => id);
    const children = (parent: string) => [...ledger.objects.children(parent)].map(({ id }) => id);
    assert.deepEqual(owned(ALICE), [A]);
    assert.deepEqual(children(A), [shortAddress(0x300)]);
    const inputs = [{ id: A, version: 1n, use: 'mutable' }] as const;
    ledger.commit(ledger.prepare(outcome({ inputs, writes: [coin(A, 5n, { kind: 'address', address: BOB })] })));
    assert.deepEqual([owned(ALICE), owned(BOB)], [[], [A]]);
    const parent = [{ id: A, version: 2n, use: 'mutable' }] as const;
    ledger.commit(ledger.prepare(outcome({ inputs: parent, deleted: [shortAddress(0x300)] })));
    assert.deepEqual(children(A), []);
    assert.deepEqual(owned(A), []);
  });

  it('goes back to a mark, again and again, and from there as it would have gone', () => {
    const ledger = ledgerWith([coin(A, 5n)]);
    step(ledger);
    const restore = ledger.mark();
    const show = () => ({
      latest: ledger.latestCheckpoint.digest,
      lowest: ledger.lowestCheckpoint,
      height: ledger.height,
      epoch: ledger.epoch,
      now: ledger.nowMs,
      coin: ledger.live(A),
      versions: ledger.objects.size,
      ofAlice: [...ledger.objects.owned(ALICE)],
      ofBob: [...ledger.objects.owned(BOB)],
      wrapped: ledger.isWrapped(A),
    });
    const marked = show();
    const commit = (number: number, changes: Parameters<typeof outcome>[0]) => {
      const inputs = [{ id: A, version: ledger.live(A)!.version, use: 'mutable' }] as const;
      return ledger.commit(ledger.prepare(outcome({ ...changes, inputs, transaction: emptyTransaction(number) })));
    };
    const ends = [0, 1].map(() => {
      const { digest } = commit(9_001, { writes: [coin(A, 5n, { kind: 'address', address: BOB })] });
      ledger.advanceClock(1000n);
      ledger.advanceEpoch();
      commit(9_002, { wrapped: [A] });
      const end = { ...show(), last: ledger.seal().digest };
      assert.notDeepEqual(end.ofAlice, marked.ofAlice);
      restore();
      assert.deepEqual(show(), marked);
      assert.equal(ledger.transaction(digest), undefined);
      assert.equal(ledger.checkpoint(2n), undefined);
      return end;
    });
    assert.deepEqual(ends[1], ends[0]);
  });

  it('forgets old history when told to, but no live object and nothing that kept checkpoints need', () => {
    const ledger = ledgerWith([coin(A, 5n), coin(shortAddress(0x200), 6n)], { retainCheckpoints: 3 });
    for (let i = 0; i < 10; i++) {
      ledger.setClock(ledger.nowMs + 1n);
      step(ledger);
    }
    assert.equal(ledger.lowestCheckpoint, 8n);
    assert.equal(ledger.checkpoint(7n), undefined);
    assert.equal(ledger.at(A, 1n), undefined);
    assert.ok(ledger.live(shortAddress(0x200)));
    assert.ok(ledger.objects.size < 15, `${ledger.objects.size} object versions`);
    for (let sequence = 8n; sequence <= 10n; sequence++) {
      fullCheckpoint(ledger, ledger.checkpoint(sequence)!);
    }
    assert.equal(ledger.latestCheckpoint.summary.sequenceNumber, 10n);
    // A forgotten id is still taken.
    const reborn = outcome({ writes: [coin(A, 1n)], created: [A] });
    assert.throws(() => ledger.prepare(reborn), { code: 'OUTCOME_INVALID' });
  });
});
