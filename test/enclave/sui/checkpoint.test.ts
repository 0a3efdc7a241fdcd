/** Certified checkpoints against a devnet's: certificates, quorum, bitmaps, hand-over, hash chain. */
import assert from 'node:assert/strict';
import { bls12_381 } from '@noble/curves/bls12-381.js';
import { ValidatorCommittee, digestBytes, type Certificate } from '../../../localnet/sui/ledger/bcs.ts';
import { CommitteeVerifier, LocalCommittee, equalStakes } from '../../../localnet/sui/ledger/committee.ts';
import { encodeRoaring } from '../../../localnet/sui/ledger/roaring.ts';
import * as sui from '../../../prover/enclave/sui/index.ts';
import { outsideOfG2, ruleOf } from '../ethereum/world.ts';
import { certified, certifiedOf, commit, committeeBytes, newLedger, summaryBytes } from './world.ts';

/** Signers 3, 4 and 5 hold 6,667 of the voting power, signers 0 to 2 and 4 and 5 hold 6,667, others less. */
const STAKES = [1n, 1n, 3331n, 3333n, 3333n, 1n];

describe('Sui checkpoints', () => {
  const ledger = newLedger();
  const committee = sui.decodeCommittee(committeeBytes(ledger));
  const honest = commit(ledger, [[]]);
  const certificate = honest.certificate();
  const judge = (summary = honest.summary, changes: Partial<Certificate> = {}, by = committee) =>
    ruleOf(() => sui.verifyCheckpoint(by, certified(summary, { ...certificate, ...changes })));

  it('are read as they are certified', () => {
    const checkpoint = sui.verifyCheckpoint(committee, certifiedOf(honest));
    assert.equal(checkpoint.sequenceNumber, honest.summary.sequenceNumber);
    assert.equal(checkpoint.epoch, 0n);
    assert.equal(checkpoint.timestampMs, honest.summary.timestampMs);
    assert.equal(checkpoint.nextMembers, null);
    const again = sui.verifyCheckpoint(committee, Buffer.concat([certifiedOf(honest)]));
    assert.deepEqual(again, checkpoint);
  });

  it('fail with any byte changed', function () {
    this.timeout(300_000);
    const bytes = certifiedOf(honest);
    for (let i = 0; i < bytes.length; i += 3) {
      const changed = Uint8Array.from(bytes);
      changed[i]! ^= 1 << (i % 8);
      assert.notEqual(
        ruleOf(() => sui.verifyCheckpoint(committee, changed)),
        'accepted',
        `byte ${i}`,
      );
    }
  });

  it('fail truncated, extended, or not being bytes at all', () => {
    const bytes = certifiedOf(honest);
    for (let length = 0; length < bytes.length; length++) {
      assert.equal(
        ruleOf(() => sui.verifyCheckpoint(committee, bytes.subarray(0, length))),
        'MalformedBcs',
      );
    }
    assert.equal(
      ruleOf(() => sui.verifyCheckpoint(committee, Buffer.concat([bytes, Buffer.of(0)]))),
      'MalformedBcs',
    );
    assert.equal(
      ruleOf(() => sui.verifyCheckpoint(committee, null as unknown as Uint8Array)),
      'MalformedBcs',
    );
  });

  it('fail under the committee of another epoch or network', () => {
    assert.equal(judge(honest.summary, { epoch: 1n }), 'WrongEpoch');
    assert.equal(judge({ ...honest.summary, epoch: 1n }), 'WrongEpoch');
    assert.equal(judge(honest.summary, {}, { ...committee, epoch: 1n }), 'WrongEpoch');
    const stranger = sui.decodeCommittee(committeeBytes(newLedger({ seed: 'stranger' })));
    assert.equal(judge(honest.summary, {}, stranger), 'InvalidCheckpointSignature');
  });

  it('fail with a signature that is another, infinity, or no point', () => {
    const other = commit(ledger, [[]]).certificate();
    assert.equal(judge(honest.summary, { signature: other.signature }), 'InvalidCheckpointSignature');
    const infinity = Uint8Array.of(0xc0, ...new Uint8Array(47));
    assert.equal(judge(honest.summary, { signature: infinity }), 'InvalidCheckpointSignature');
    assert.equal(judge(honest.summary, { signature: new Uint8Array(48) }), 'InvalidCheckpointSignature');
    const negative = bls12_381.G1.Point.fromBytes(certificate.signature).negate().toBytes();
    assert.equal(judge(honest.summary, { signature: negative }), 'InvalidCheckpointSignature');
  });

  it('need more than two thirds of the voting power, as the ledger has it', () => {
    const local = new LocalCommittee('weights', 0n, STAKES);
    const weighed = sui.decodeCommittee(ValidatorCommittee.serialize(local.committee).toBytes());
    const reference = new CommitteeVerifier(local.committee);
    let accepted = 0;
    for (let set = 1; set < 64; set++) {
      const signers = [0, 1, 2, 3, 4, 5].filter((i) => set & (1 << i));
      const signed = local.certify(honest.summary, signers);
      const stake = signers.reduce((sum, i) => sum + weighed.members[i]!.stake, 0n);
      // Pairings take long: only sets near the threshold are verified in full.
      if (stake >= 6_667n && stake > 6_670n) continue;
      const rule = ruleOf(() => sui.verifyCheckpoint(weighed, certified(honest.summary, signed)));
      assert.equal(rule, stake >= 6_667n ? 'accepted' : 'QuorumNotReached', String(stake));
      if (rule === 'accepted') accepted++;
      if (rule === 'accepted') reference.verify(honest.summary, signed);
    }
    assert.ok(accepted > 0);
  });

  it('fail with signers who did not sign or are not named', () => {
    assert.equal(judge(honest.summary, { bitmap: encodeRoaring([0, 1, 2]) }), 'InvalidCheckpointSignature');
    assert.equal(judge(honest.summary, { bitmap: encodeRoaring([0, 1]) }), 'QuorumNotReached');
  });

  it('fail with a bitmap that is not the one encoding of a set of members', () => {
    const bitmap = encodeRoaring([0, 1, 2, 3]);
    const edit = (offset: number, value: number): Uint8Array => bitmap.with(offset, value);
    const wrong: Record<string, Uint8Array> = {
      empty: new Uint8Array(0),
      nobody: encodeRoaring([]),
      'a member beyond the committee': encodeRoaring([0, 1, 2, 4]),
      'a value in a second container': encodeRoaring([0, 1, 2, 3, 65_536]),
      'a bitmap container': encodeRoaring(Array.from({ length: 5000 }, (_, i) => i)),
      'the cookie of runs': edit(0, 0x3b),
      'another cookie': edit(3, 1),
      'no container': edit(4, 0),
      'another key': edit(8, 1),
      'a greater cardinality': edit(10, 4),
      'a smaller cardinality': edit(10, 2),
      'another offset': edit(12, 18),
      'a repeated member': edit(18, 0),
      'members out of order': edit(16, 2),
      'a trailing byte': Uint8Array.of(...bitmap, 0),
      'a missing byte': bitmap.slice(0, -1),
    };
    for (const [name, bytes] of Object.entries(wrong)) {
      assert.equal(judge(honest.summary, { bitmap: bytes }), 'MalformedBitmap', name);
    }
  });

  describe('committees', () => {
    const { members } = committee;
    const decode = (changed: { publicKey: Uint8Array; stake: bigint }[]) =>
      ruleOf(() => sui.decodeCommittee(ValidatorCommittee.serialize({ epoch: 0n, members: changed }).toBytes()));

    it('hold all voting power in distinct keys', () => {
      const [a, b, c, d] = members as [
        sui.CommitteeMember,
        sui.CommitteeMember,
        sui.CommitteeMember,
        sui.CommitteeMember,
      ];
      assert.equal(decode([a, b, c, d]), 'accepted');
      assert.equal(decode([a, b, c]), 'InvalidCommittee');
      assert.equal(decode([]), 'InvalidCommittee');
      assert.equal(decode([a, b, c, { ...d, stake: 2501n }]), 'InvalidCommittee');
      assert.equal(decode([a, b, { ...c, stake: 5000n }, { ...d, stake: 0n }]), 'InvalidCommittee');
      assert.equal(decode([a, b, c, { ...d, publicKey: a.publicKey }]), 'InvalidCommittee');
    });

    it('have at most 4,096 members', () => {
      const many = (count: number) =>
        Array.from({ length: count }, (_, i) => ({
          publicKey: Uint8Array.of(i >> 8, i & 255, ...new Uint8Array(94)),
          stake: i === 0 ? 10_001n - BigInt(count) : 1n,
        }));
      assert.deepEqual(
        [4096, 4097].map((count) => decode(many(count))),
        ['accepted', 'InvalidCommittee'],
      );
    });

    it('are decoded strictly', () => {
      const bytes = committeeBytes(ledger);
      for (let length = 0; length < bytes.length; length += 5) {
        assert.equal(
          ruleOf(() => sui.decodeCommittee(bytes.subarray(0, length))),
          'MalformedBcs',
        );
      }
      assert.equal(
        ruleOf(() => sui.decodeCommittee(Buffer.concat([bytes, Buffer.of(0)]))),
        'MalformedBcs',
      );
      // The count of members in two bytes where one does.
      const overlong = Buffer.concat([bytes.subarray(0, 8), Buffer.of(0x84, 0), bytes.subarray(9)]);
      assert.equal(
        ruleOf(() => sui.decodeCommittee(overlong)),
        'MalformedBcs',
      );
    });

    it('have keys that are points of the group', () => {
      const infinity = Uint8Array.of(0xc0, ...new Uint8Array(95));
      for (const publicKey of [new Uint8Array(96), infinity, new Uint8Array(96).fill(0xff), outsideOfG2()]) {
        const poor = { ...committee, members: [{ ...members[0]!, publicKey }, ...members.slice(1)] };
        assert.equal(judge(honest.summary, {}, poor), 'InvalidCommittee');
      }
    });
  });

  describe('epochs', () => {
    const changing = newLedger({ seed: 'changing' });
    const first = sui.decodeCommittee(committeeBytes(changing));
    const before = sui.verifyCheckpoint(first, certifiedOf(commit(changing, [[]])));
    const last = sui.verifyCheckpoint(first, certifiedOf(changing.advanceEpoch({ stakes: equalStakes(7) })));
    const after = commit(changing, [[]]);

    it('hand over to the committee that their last checkpoint names', () => {
      const second = sui.nextCommittee(first, last);
      assert.equal(second.epoch, 1n);
      assert.equal(second.members.length, 7);
      assert.deepEqual(second, sui.decodeCommittee(committeeBytes(changing)));
      assert.equal(sui.verifyCheckpoint(second, certifiedOf(after)).epoch, 1n);
      assert.equal(
        ruleOf(() => sui.verifyCheckpoint(first, certifiedOf(after))),
        'WrongEpoch',
      );
    });

    it('do not hand over before their last checkpoint, or twice', () => {
      assert.equal(
        ruleOf(() => sui.nextCommittee(first, before)),
        'EndOfEpochMissing',
      );
      assert.equal(
        ruleOf(() => sui.nextCommittee(sui.nextCommittee(first, last), last)),
        'WrongEpoch',
      );
    });

    it('chain their checkpoints by digest', () => {
      const head = sui.verifyCheckpoint(sui.nextCommittee(first, last), certifiedOf(after));
      const all = [2n, 1n, 0n].map((sequence) => summaryBytes(changing.checkpoint(sequence)!.summary));
      assert.deepEqual(sui.predecessorsOf(head, all.slice(0, 1)), [last]);
      assert.deepEqual(sui.predecessorsOf(head, all.slice(0, 2)), [last, before]);
      assert.equal(sui.predecessorsOf(head, all).at(-1)!.sequenceNumber, 0n);
      assert.deepEqual(sui.predecessorsOf(head, []), []);
      const judge = (summaries: Uint8Array[]) => ruleOf(() => sui.predecessorsOf(head, summaries));
      assert.equal(judge(all.slice(1)), 'WrongPredecessor');
      assert.equal(judge([...all, all[2]!]), 'WrongPredecessor');
      assert.equal(judge([all[0]!.with(0, 1)]), 'WrongPredecessor');
      // The digest fits, the number does not: what is looked up by its number would be another checkpoint.
      for (const sequenceNumber of [head.sequenceNumber - 1n, head.sequenceNumber + 1n])
        assert.equal(
          ruleOf(() => sui.predecessorsOf({ ...head, sequenceNumber }, all)),
          'WrongPredecessor',
        );
      // The digest fits, but what it is of goes on after the summary.
      const longer = Uint8Array.of(...all[0]!, 0);
      const previousDigest = digestBytes('CheckpointSummary', longer);
      assert.equal(
        ruleOf(() => sui.predecessorsOf({ ...head, previousDigest }, [longer])),
        'MalformedBcs',
      );
      const many = (count: number): Uint8Array[] => Array<Uint8Array>(count).fill(all[0]!);
      assert.equal(judge(many(sui.MAX_CHECKPOINTS)), 'WrongPredecessor');
      assert.equal(judge(many(sui.MAX_CHECKPOINTS + 1)), 'TooManyCheckpoints');
    });

    it('move heads forward only', () => {
      const head = sui.verifyCheckpoint(sui.nextCommittee(first, last), certifiedOf(after));
      assert.equal(sui.adoptCheckpoint(before, last), last);
      assert.equal(sui.adoptCheckpoint(before, head), head);
      assert.equal(sui.adoptCheckpoint(head, head), head);
      const twin = { ...last, digest: before.digest };
      const orphan = { ...last, previousDigest: last.digest };
      const parentless = { ...last, previousDigest: null };
      const rejuvenated = { ...head, epoch: 0n };
      for (const [old, next] of [
        [last, before],
        [last, twin],
        [before, orphan],
        [before, parentless],
        [
          { ...last, epoch: 1n },
          { ...rejuvenated, sequenceNumber: 9n },
        ],
      ] as const) {
        assert.equal(
          ruleOf(() => sui.adoptCheckpoint(old, next)),
          'ConflictingCheckpoint',
        );
      }
    });
  });
});
