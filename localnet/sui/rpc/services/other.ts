/** Small services: signature checks, names, and control of a local network's clock and checkpoints. */
import type { GrpcTypes } from '@mysten/sui/grpc';
import { SignatureError, signingDigest, verifySignature } from '../../ledger/signatures.ts';
import { convertSignature } from '../resolve/convert.ts';
import type { Handlers } from '../router.ts';
import { RpcStatus, invalid, missing } from '../status.ts';
import { address, type ServiceContext } from './context.ts';

/** `sui.rpc.v2.SignatureVerificationService`: signatures of transactions. */
export function signatureService(): Handlers {
  return {
    VerifySignature: (request: GrpcTypes.VerifySignatureRequest): GrpcTypes.VerifySignatureResponse => {
      const { message, signature } = request;
      if (!message?.value) throw missing('message');
      if (!signature) throw missing('signature');
      if (message.name !== 'TransactionData') throw invalid('message.name', 'only TransactionData is supported here');
      const expected = request.address === undefined ? undefined : address('address', request.address);
      try {
        const signer = verifySignature(signingDigest(message.value), convertSignature(signature, 0));
        if (expected !== undefined && signer !== expected) return { isValid: false, reason: `signed by ${signer}` };
        return { isValid: true };
      } catch (error) {
        if (error instanceof SignatureError) return { isValid: false, reason: error.message };
        throw error;
      }
    },
  };
}

/** `sui.rpc.v2.NameService`: there are no names on a local network, as Sui says it. */
export function nameService(): Handlers {
  const unavailable = (): never => {
    throw new RpcStatus('UNIMPLEMENTED', 'SuiNS not configured for this network');
  };
  return { LookupName: unavailable, ReverseLookupName: unavailable };
}

/** Longest step of the clock: ten years. */
const MAX_STEP_MS = 10n * 365n * 24n * 3_600_000n;

/** `sui.forking.v1alpha.ForkingService`: what clients of local networks use to move time and checkpoints. */
export function forkingService({ ledger }: ServiceContext): Handlers {
  return {
    AdvanceClock: ({ durationMs }: GrpcTypes.AdvanceClockRequest): GrpcTypes.AdvanceClockResponse => {
      if (durationMs === undefined) throw missing('duration_ms');
      if (durationMs > MAX_STEP_MS) throw invalid('duration_ms', `at most ${MAX_STEP_MS}`);
      const { digest } = ledger.setClock(ledger.nowMs + durationMs);
      ledger.seal();
      return { timestampMs: ledger.nowMs, txDigest: digest };
    },

    AdvanceCheckpoint: (): GrpcTypes.AdvanceCheckpointResponse => {
      const { summary } = ledger.seal();
      return { checkpointSequenceNumber: summary.sequenceNumber, timestampMs: summary.timestampMs };
    },

    GetStatus: (): GrpcTypes.GetStatusResponse => {
      const { summary } = ledger.latestCheckpoint;
      return {
        epoch: ledger.epoch,
        checkpointSequenceNumber: summary.sequenceNumber,
        timestampMs: summary.timestampMs,
        forkedAtCheckpoint: 0n,
      };
    },
  };
}
