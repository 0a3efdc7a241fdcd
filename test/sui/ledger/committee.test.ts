/** Committees and certificates. */
import assert from 'node:assert/strict';
import { bls12_381 } from '@noble/curves/bls12-381.js';
import type { Committee, Summary } from '../../../localnet/sui/ledger/bcs.ts';
import {
  CommitteeVerifier,
  LocalCommittee,
  checkpointMessage,
  equalStakes,
  quorumThreshold,
} from '../../../localnet/sui/ledger/committee.ts';
import { encodeRoaring } from '../../../localnet/sui/ledger/roaring.ts';

const digest = '11111111111111111111111111111111';
const summary: Summary = {
  epoch: 3n,
  sequenceNumber: 12n,
  networkTotalTransactions: 40n,
  contentDigest: digest,
  previousDigest: digest,
  epochRollingGasCostSummary: { computationCost: 1n, storageCost: 2n, storageRebate: 3n, nonRefundableStorageFee: 4n },
  timestampMs: 1_700_000_000_000n,
  checkpointCommitments: [],
  endOfEpochData: null,
  versionSpecificData: Uint8Array.of(0, 0),
};

describe('committees', () => {
  const local = new LocalCommittee('seed', 3n, equalStakes(4));
  const verifier = new CommitteeVerifier(local.committee);

  it('need more than two thirds of the stake, as Sui counts it', () => {
    // 2f + 1 of 3f + 1, f = 3,333.
    assert.equal(quorumThreshold(10_000n), 6_667n);
    assert.equal(quorumThreshold(4n), 3n);
    assert.equal(quorumThreshold(1n), 1n);
  });

  it('are the same under the same seed and epoch, and different otherwise', () => {
    const keys = (committee: LocalCommittee) =>
      committee.committee.members.map((m) => Buffer.from(m.publicKey).toString('hex'));
    assert.deepEqual(keys(new LocalCommittee('seed', 3n, equalStakes(4))), keys(local));
    assert.notDeepEqual(keys(new LocalCommittee('seed', 4n, equalStakes(4))), keys(local));
    assert.notDeepEqual(keys(new LocalCommittee('other', 3n, equalStakes(4))), keys(local));
    assert.deepEqual(keys(local), keys(local).toSorted());
  });

  it('sign intent, summary and epoch', () => {
    const message = checkpointMessage(summary);
    assert.deepEqual(message.subarray(0, 3), Uint8Array.of(2, 0, 0));
    assert.deepEqual(message.subarray(3, 11), Uint8Array.of(3, 0, 0, 0, 0, 0, 0, 0));
    assert.deepEqual(message.subarray(-8), Uint8Array.of(3, 0, 0, 0, 0, 0, 0, 0));
  });

  it('certify with all members or any quorum', () => {
    assert.deepEqual(verifier.verify(summary, local.certify(summary)), [0, 1, 2, 3]);
    assert.deepEqual(verifier.verify(summary, local.certify(summary, [3, 0, 1])), [0, 1, 3]);
  });

  it('make the certificate that aggregating single signatures makes', () => {
    const { shortSignatures } = bls12_381;
    const point = shortSignatures.hash(checkpointMessage(summary));
    const single = [0, 1, 2].map((index) => local.certify(summary, [index]).signature);
    for (const [index, signature] of single.entries()) {
      assert.ok(shortSignatures.verify(signature, point, local.committee.members[index]!.publicKey));
    }
    const aggregate = shortSignatures.aggregateSignatures(single).toBytes();
    assert.deepEqual(Uint8Array.from(aggregate), Uint8Array.from(local.certify(summary, [0, 1, 2]).signature));
  });

  it('refuse certificates below the quorum', () => {
    const certificate = local.certify(summary, [0, 1]);
    assert.throws(() => verifier.verify(summary, certificate), { code: 'QUORUM_NOT_REACHED' });
    assert.throws(() => verifier.verify(summary, { ...certificate, bitmap: encodeRoaring([]) }), {
      code: 'QUORUM_NOT_REACHED',
    });
  });

  it('refuse certificates that claim more signers than signed', () => {
    const certificate = { ...local.certify(summary, [0, 1]), bitmap: encodeRoaring([0, 1, 2]) };
    assert.throws(() => verifier.verify(summary, certificate), { code: 'SIGNATURE_INVALID' });
  });

  it('count stake, not heads', () => {
    const uneven = new LocalCommittee('seed', 3n, [9_997n, 1n, 1n, 1n]);
    const whale = uneven.committee.members.findIndex((member) => member.stake === 9_997n);
    const others = [0, 1, 2, 3].filter((index) => index !== whale);
    const judge = new CommitteeVerifier(uneven.committee);
    assert.deepEqual(judge.verify(summary, uneven.certify(summary, [whale])), [whale]);
    assert.throws(() => judge.verify(summary, uneven.certify(summary, others)), { code: 'QUORUM_NOT_REACHED' });
  });

  it('refuse other epochs, other committees and other summaries', () => {
    const certificate = local.certify(summary);
    assert.throws(() => verifier.verify({ ...summary, epoch: 4n }, certificate), { code: 'WRONG_EPOCH' });
    assert.throws(() => verifier.verify(summary, { ...certificate, epoch: 4n }), { code: 'WRONG_EPOCH' });
    assert.throws(() => local.certify({ ...summary, epoch: 4n }), { code: 'WRONG_EPOCH' });
    const stranger = new LocalCommittee('stranger', 3n, equalStakes(4));
    assert.throws(() => verifier.verify(summary, stranger.certify(summary)), { code: 'SIGNATURE_INVALID' });
    assert.throws(() => verifier.verify({ ...summary, sequenceNumber: 13n }, certificate), {
      code: 'SIGNATURE_INVALID',
    });
  });

  it('refuse signers that are no members, and bitmaps that are not canonical', () => {
    const certificate = local.certify(summary);
    const bitmap = (bytes: Uint8Array) => () => verifier.verify(summary, { ...certificate, bitmap: bytes });
    assert.throws(bitmap(encodeRoaring([0, 1, 2, 4])), { code: 'BITMAP_INVALID' });
    assert.throws(bitmap(Uint8Array.of(...certificate.bitmap, 0)), { code: 'BITMAP_INVALID' });
  });

  it('refuse signatures that are no points, and the point at infinity', () => {
    const certificate = local.certify(summary);
    for (const signature of [new Uint8Array(48), new Uint8Array(48).fill(0xff), bls12_381.G1.Point.ZERO.toBytes()]) {
      assert.throws(() => verifier.verify(summary, { ...certificate, signature }), { code: 'SIGNATURE_INVALID' });
    }
  });

  it('refuse members with bad keys, repeated keys or no stake', () => {
    const members = local.committee.members;
    const build = (list: Committee['members']) => () => new CommitteeVerifier({ epoch: 3n, members: list });
    const bad = { code: 'COMMITTEE_INVALID' };
    assert.throws(build([]), bad);
    assert.throws(build([members[0]!, members[0]!]), bad);
    assert.throws(build([{ ...members[0]!, stake: 0n }]), bad);
    assert.throws(build([{ ...members[0]!, publicKey: members[0]!.publicKey.subarray(1) }]), bad);
    assert.throws(build([{ ...members[0]!, publicKey: new Uint8Array(96) }]), bad);
    assert.throws(build([{ ...members[0]!, publicKey: bls12_381.G2.Point.ZERO.toBytes() }]), bad);
    const outside = Uint8Array.from(members[0]!.publicKey);
    outside[95]! ^= 1;
    assert.throws(build([{ ...members[0]!, publicKey: outside }]), bad);
  });

  it('have 10,000 voting power in all', () => {
    assert.throws(() => new LocalCommittee('seed', 0n, [1n, 2n]), { code: 'COMMITTEE_INVALID' });
    assert.throws(() => equalStakes(0), { code: 'COMMITTEE_INVALID' });
    assert.equal(
      equalStakes(7).reduce((sum, stake) => sum + stake, 0n),
      10_000n,
    );
  });
});
