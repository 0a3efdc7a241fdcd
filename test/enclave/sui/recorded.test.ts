/** The Sui light client against a checkpoint and a committee recorded from a real node. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { bcs } from '@mysten/sui/bcs';
import {
  CheckpointContents,
  CheckpointData,
  TransactionEvents,
  decodeExact,
  type FullCheckpoint,
} from '../../../localnet/sui/ledger/bcs.ts';
import * as sui from '../../../prover/enclave/sui/index.ts';
import { times } from '../../fuzz.ts';
import { ruleOf } from '../ethereum/world.ts';
import { certified } from './world.ts';

const folder = new URL('../../../../shared/vectors/sui/', import.meta.url);
const files = ['checkpoint_1137.chk', 'committee.bcs'].map((name) => new URL(name, folder));

describe('recorded Sui checkpoint', () => {
  let committee: sui.Committee;
  let recorded: FullCheckpoint;
  let certificate: Uint8Array;

  before(function () {
    if (!files.every((file) => existsSync(file))) {
      console.log('      ../shared/vectors/sui is absent: the recorded checkpoint is not tested');
      this.skip();
    }
    recorded = decodeExact(CheckpointData, readFileSync(files[0]!), 'CheckpointData');
    committee = sui.decodeCommittee(readFileSync(files[1]!));
    certificate = certified(recorded.summary.summary, recorded.summary.signature);
  });

  it('verifies down to the events of each transaction', () => {
    const checkpoint = sui.verifyCheckpoint(committee, certificate);
    assert.equal(checkpoint.sequenceNumber, 1137n);
    const contents = sui.verifyContents(checkpoint, CheckpointContents.serialize(recorded.contents).toBytes());
    assert.equal(contents.transactions.length, recorded.transactions.length);
    let withEvents = 0;
    recorded.transactions.forEach(({ effects, events }, index) => {
      const effectsBytes = bcs.TransactionEffects.serialize(effects).toBytes();
      const eventsBytes = TransactionEvents.serialize(events ?? { data: [] }).toBytes();
      const rule = ruleOf(() => {
        const proven = sui.verifyEvents(contents, index, effectsBytes, eventsBytes);
        assert.equal(proven.events.length, events!.data.length);
        withEvents++;
      });
      const failed = effects.V2!.status.$kind === 'Failure';
      assert.equal(rule, failed ? 'FailedTransaction' : events ? 'accepted' : 'WrongEvents');
    });
    console.log(`      ${withEvents} of ${recorded.transactions.length} transactions have events`);
  });

  it('fails with any byte of summary, certificate, contents or effects changed', function () {
    this.timeout(600_000);
    // Each byte takes a verification: every eighth here, all of them in a long run.
    const step = times(1) > 1 ? 1 : 8;
    for (let i = 0; i < certificate.length; i += step) {
      const bytes = Uint8Array.from(certificate);
      bytes[i]! ^= 1 << ((i >> 3) % 8);
      assert.notEqual(
        ruleOf(() => sui.verifyCheckpoint(committee, bytes)),
        'accepted',
        `byte ${i}`,
      );
    }
    const checkpoint = sui.verifyCheckpoint(committee, certificate);
    const contents = CheckpointContents.serialize(recorded.contents).toBytes();
    for (let i = 0; i < contents.length; i++) {
      assert.equal(
        ruleOf(() => sui.verifyContents(checkpoint, contents.with(i, contents[i]! ^ 1))),
        'WrongContents',
      );
    }
    const proven = sui.verifyContents(checkpoint, contents);
    recorded.transactions.forEach(({ effects }, index) => {
      const bytes = bcs.TransactionEffects.serialize(effects).toBytes();
      for (let i = 0; i < bytes.length; i += 11) {
        const rule = ruleOf(() => sui.verifyEvents(proven, index, bytes.with(i, bytes[i]! ^ 1), Uint8Array.of(0)));
        assert.equal(rule, 'WrongEffects');
      }
    });
  });
});
