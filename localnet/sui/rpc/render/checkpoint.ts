/** Checkpoints as the message that clients read. */
import { GrpcTypes } from '@mysten/sui/grpc';
import { CheckpointContents, CheckpointSummary, type Summary } from '../../ledger/bcs.ts';
import type { Checkpoint } from '../../ledger/ledger.ts';
import { FieldMask, project } from '../field-mask.ts';
import { bcsMessage, renderGas, renderMembers, timestamp } from './common.ts';
import { renderExecuted, sortObjects, type RenderContext } from './executed.ts';
import { renderObject } from './object.ts';
import { renderSignature } from './signature.ts';

const EVERYTHING = FieldMask.everything();

/** Renders a checkpoint. */
export function renderCheckpoint(
  checkpoint: Checkpoint,
  mask: FieldMask,
  context: RenderContext,
): GrpcTypes.Checkpoint {
  const { summary, contents, digest, transactions } = checkpoint;
  return project<GrpcTypes.Checkpoint>(mask, {
    sequenceNumber: () => summary.sequenceNumber,
    digest: () => digest,
    summary: (sub) => renderSummary(summary, digest, sub),
    signature: () => {
      const { epoch, signature, bitmap } = checkpoint.certificate();
      return { epoch, signature, bitmap };
    },
    contents: (sub) =>
      project<GrpcTypes.CheckpointContents>(sub, {
        bcs: () => bcsMessage('CheckpointContents', CheckpointContents.serialize(contents).toBytes()),
        digest: () => summary.contentDigest,
        version: () => (contents.$kind === 'V1' ? 1 : 2),
        transactions: () =>
          transactions.map((transaction) => ({
            transaction: transaction.digest,
            effects: transaction.effectsDigest,
            signatures: transaction.signatures.map((signature) => renderSignature(signature, EVERYTHING)),
            addressAliasesVersions: contents.$kind === 'V1' ? [] : transaction.signatures.map(() => ({})),
          })),
      }),
    transactions: (sub) => transactions.map((transaction) => renderExecuted(transaction, sub, context)),
    objects: (sub) =>
      project<GrpcTypes.ObjectSet>(sub, {
        objects: (inner) => {
          const keys = transactions.flatMap(({ replaced, read, after }) => [...replaced, ...read, ...after]);
          const objects = keys.flatMap(({ id, version }) => context.ledger.at(id, version) ?? []);
          return sortObjects(objects).map((object) => renderObject(object, inner, context.packages));
        },
      }),
  });
}

function renderSummary(summary: Summary, digest: string, mask: FieldMask): GrpcTypes.CheckpointSummary {
  return project<GrpcTypes.CheckpointSummary>(mask, {
    bcs: () => bcsMessage('CheckpointSummary', CheckpointSummary.serialize(summary).toBytes()),
    digest: () => digest,
    epoch: () => summary.epoch,
    sequenceNumber: () => summary.sequenceNumber,
    totalNetworkTransactions: () => summary.networkTotalTransactions,
    contentDigest: () => summary.contentDigest,
    previousDigest: () => summary.previousDigest ?? undefined,
    epochRollingGasCostSummary: () => renderGas(summary.epochRollingGasCostSummary),
    timestamp: () => timestamp(summary.timestampMs),
    commitments: () => summary.checkpointCommitments.map(renderCommitment),
    endOfEpochData: () => {
      const end = summary.endOfEpochData;
      if (!end) return undefined;
      return {
        nextEpochCommittee: renderMembers(end.nextEpochCommittee),
        nextEpochProtocolVersion: end.nextEpochProtocolVersion,
        epochCommitments: end.epochCommitments.map(renderCommitment),
      };
    },
    versionSpecificData: () => summary.versionSpecificData,
  });
}

function renderCommitment(commitment: Summary['checkpointCommitments'][number]): GrpcTypes.CheckpointCommitment {
  const { CheckpointCommitment_CheckpointCommitmentKind: Kind } = GrpcTypes;
  return commitment.$kind === 'EcmhLiveObjectSet'
    ? { kind: Kind.ECMH_LIVE_OBJECT_SET, digest: commitment.EcmhLiveObjectSet }
    : { kind: Kind.CHECKPOINT_ARTIFACTS, digest: commitment.CheckpointArtifacts };
}
