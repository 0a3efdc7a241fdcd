/** The ledger's formats against a checkpoint and a committee recorded from a real Sui node. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { bcs } from '@mysten/sui/bcs';
import { fromBase64 } from '@mysten/sui/utils';
import {
  CheckpointContents,
  CheckpointData,
  CheckpointSummary,
  TransactionEvents,
  ValidatorCommittee,
  decodeExact,
  digestOf,
  equalBytes,
  type FullCheckpoint,
} from '../../../localnet/sui/ledger/bcs.ts';
import { CommitteeError, CommitteeVerifier } from '../../../localnet/sui/ledger/committee.ts';
import { prepareTransaction, readEffects, type StateView } from '../../../localnet/sui/ledger/effects.ts';
import {
  encodeObject,
  recordFromBcs,
  type MoveRecord,
  type ObjectRecord,
} from '../../../localnet/sui/ledger/objects.ts';
import type { MoveWrite, OwnerWrite, TransactionOutcome } from '../../../localnet/sui/ledger/outcome.ts';
import { SYSTEM_SIGNATURE, systemTransaction } from '../../../localnet/sui/ledger/system.ts';
import { verifySignatures } from '../../../localnet/sui/ledger/signatures.ts';
import { CLOCK_ID, type Owner } from '../../../localnet/sui/ledger/types.ts';

const folder = new URL('../../../../shared/vectors/sui/', import.meta.url);
const checkpointFile = new URL('checkpoint_1137.chk', folder);
const committeeFile = new URL('committee.bcs', folder);

describe('recorded checkpoint', () => {
  let bytes: Uint8Array;
  let checkpoint: FullCheckpoint;

  before(function () {
    if (!existsSync(checkpointFile) || !existsSync(committeeFile)) {
      console.log('      ../shared/vectors/sui is absent: the recorded checkpoint is not tested');
      this.skip();
    }
    bytes = readFileSync(checkpointFile);
    checkpoint = decodeExact(CheckpointData, bytes, 'CheckpointData');
  });

  const committee = () => decodeExact(ValidatorCommittee, readFileSync(committeeFile), 'ValidatorCommittee');

  it('encodes to the same bytes again', () => {
    assert.ok(equalBytes(CheckpointData.serialize(checkpoint).toBytes(), bytes));
    assert.ok(equalBytes(ValidatorCommittee.serialize(committee()).toBytes(), readFileSync(committeeFile)));
  });

  it('carries a certificate that its committee verifies', () => {
    const { summary, signature } = checkpoint.summary;
    assert.deepEqual(new CommitteeVerifier(committee()).verify(summary, signature), [1, 2, 3]);
  });

  it('carries a certificate that fits no other summary, signer set or signature', () => {
    const { summary, signature } = checkpoint.summary;
    const verifier = new CommitteeVerifier(committee());
    const otherSummary = { ...summary, timestampMs: summary.timestampMs + 1n };
    const code = (fault: string) => (error: unknown) => error instanceof CommitteeError && error.code === fault;
    assert.throws(() => verifier.verify(otherSummary, signature), code('SIGNATURE_INVALID'));
    const bitmap = Uint8Array.from(signature.bitmap);
    bitmap[16] = 0; // signers 0, 2, 3
    assert.throws(() => verifier.verify(summary, { ...signature, bitmap }), code('SIGNATURE_INVALID'));
    const flipped = Uint8Array.from(signature.signature);
    flipped[47]! ^= 1;
    assert.throws(() => verifier.verify(summary, { ...signature, signature: flipped }), code('SIGNATURE_INVALID'));
    assert.throws(() => verifier.verify({ ...summary, epoch: 1n }, signature), code('WRONG_EPOCH'));
  });

  it('has the digests that its summary, contents and effects announce', () => {
    const { summary } = checkpoint.summary;
    const contents = CheckpointContents.serialize(checkpoint.contents).toBytes();
    assert.equal(digestOf('CheckpointContents', contents), summary.contentDigest);
    assert.equal(checkpoint.contents.$kind, 'V1');
    const digests = checkpoint.contents.V1!.transactions;
    assert.equal(digests.length, checkpoint.transactions.length);
    checkpoint.transactions.forEach(({ transaction, effects, events, outputObjects }, index) => {
      const data = bcs.TransactionData.serialize(transaction[0]!.intentMessage.value).toBytes();
      assert.equal(digestOf('TransactionData', data), digests[index]!.transaction);
      assert.equal(
        digestOf('TransactionEffects', bcs.TransactionEffects.serialize(effects).toBytes()),
        digests[index]!.effects,
      );
      const announced = effects.V2!.eventsDigest;
      assert.equal(
        events ? digestOf('TransactionEvents', TransactionEvents.serialize(events).toBytes()) : null,
        announced,
      );
      const outputs = new Map(outputObjects.map(recordFromBcs).map((object) => [object.id, object.digest]));
      for (const [id, change] of effects.V2!.changedObjects) {
        if (change.outputState.$kind === 'ObjectWrite')
          assert.equal(outputs.get(id), change.outputState.ObjectWrite[0]);
      }
    });
    assert.equal(digestOf('CheckpointSummary', CheckpointSummary.serialize(summary).toBytes()).length, 44);
  });

  it('has objects that encode to the same bytes again', () => {
    for (const { inputObjects, outputObjects } of checkpoint.transactions) {
      for (const object of [...inputObjects, ...outputObjects]) {
        assert.ok(equalBytes(encodeObject(recordFromBcs(object)), bcs.Object.serialize(object).toBytes()));
      }
    }
  });

  it('has user signatures that verify, and system signatures of zeros', () => {
    let users = 0;
    for (const { transaction } of checkpoint.transactions) {
      const { intentMessage, txSignatures } = transaction[0]!;
      const { V1 } = intentMessage.value;
      const data = bcs.TransactionData.serialize(intentMessage.value).toBytes();
      const signatures = txSignatures.map((signature) => fromBase64(signature));
      if (V1.kind.$kind === 'ProgrammableTransaction') {
        verifySignatures(data, signatures, [V1.sender, V1.gasData.owner]);
        users++;
      } else {
        assert.deepEqual(signatures, [SYSTEM_SIGNATURE]);
        assert.ok(equalBytes(systemTransaction(V1.kind), data));
      }
    }
    assert.equal(users, 5);
  });

  it('has effects that the ledger computes byte for byte from what happened to the objects', () => {
    checkpoint.transactions.forEach((recorded, index) => {
      const { state, outcome } = replay(recorded);
      const prepared = prepareTransaction(outcome, state);
      const expected = bcs.TransactionEffects.serialize(recorded.effects).toBytes();
      assert.ok(equalBytes(prepared.effects, expected), `effects of transaction ${index}`);
    });
  });

  it('refuses every truncation and extension', () => {
    for (const length of [0, 1, 100, bytes.length - 1]) {
      assert.throws(() => decodeExact(CheckpointData, bytes.subarray(0, length), 'CheckpointData'), {
        code: 'BCS_INVALID',
      });
    }
    assert.throws(() => decodeExact(CheckpointData, Buffer.concat([bytes, Uint8Array.of(0)]), 'CheckpointData'), {
      code: 'BCS_INVALID',
    });
  });
});

/** What an executor would report of a recorded transaction, and the state it ran on. */
function replay(recorded: FullCheckpoint['transactions'][number]): { state: StateView; outcome: TransactionOutcome } {
  const { intentMessage, txSignatures } = recorded.transaction[0]!;
  const before = new Map<string, ObjectRecord>(recorded.inputObjects.map(recordFromBcs).map((o) => [o.id, o]));
  const effects = readEffects(bcs.TransactionEffects.serialize(recorded.effects).toBytes());
  const gas = effects.gasObjectIndex === null ? undefined : effects.changedObjects[effects.gasObjectIndex]![0];
  const state: StateView = {
    height: 0,
    epoch: BigInt(effects.executedEpoch),
    live: (id) => before.get(id),
    at: (id, version) => (before.get(id)?.version === version ? before.get(id) : undefined),
    lastVersion: (id) => before.get(id)?.version,
    isWrapped: () => false,
  };
  const { computationCost, storageCost, storageRebate, nonRefundableStorageFee } = effects.gasUsed;
  const written = recorded.outputObjects.map(recordFromBcs) as MoveRecord[];
  const outcome: TransactionOutcome = {
    transaction: bcs.TransactionData.serialize(intentMessage.value).toBytes(),
    signatures: txSignatures.map((signature) => fromBase64(signature)),
    status: effects.status,
    gasUsed: {
      computationCost: BigInt(computationCost),
      storageCost: BigInt(storageCost),
      storageRebate: BigInt(storageRebate),
      nonRefundableStorageFee: BigInt(nonRefundableStorageFee),
    },
    ...(gas === undefined ? {} : { gasObject: gas }),
    inputs: [gas ?? CLOCK_ID].map((id) => ({ id, version: before.get(id)!.version, use: 'mutable' })),
    writes: written.map(({ id, type, hasPublicTransfer, contents, owner, storageRebate: rebate }): MoveWrite => ({
      kind: 'move',
      id,
      type,
      hasPublicTransfer,
      contents,
      owner: ownerWrite(owner),
      storageRebate: rebate,
    })),
    created: written.filter(({ id }) => !before.has(id)).map(({ id }) => id),
    deleted: [],
    wrapped: [],
    events: recorded.events?.data ?? [],
    loaded: [],
  };
  return { state, outcome };
}

function ownerWrite(owner: Owner): OwnerWrite {
  return owner.$kind === 'AddressOwner' ? { kind: 'address', address: owner.AddressOwner } : { kind: 'shared' };
}
