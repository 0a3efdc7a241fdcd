/** gRPC statuses as errors. */
import { GrpcStatusCode } from '@mysten/sui/grpc';
import { TransactionRefused } from '../devnet-api.ts';
import { BcsError } from '../ledger/bcs.ts';
import { LedgerError } from '../ledger/types.ts';

/** Names of gRPC status codes. */
export type StatusName = keyof typeof GrpcStatusCode;

/** Thrown by a method to answer with a gRPC status. */
export class RpcStatus extends Error {
  readonly code: StatusName;
  constructor(code: StatusName, message: string) {
    super(message);
    this.code = code;
    this.name = 'RpcStatus';
  }

  /** The code's number on the wire. */
  get number(): number {
    return GrpcStatusCode[this.code];
  }
}

/** INVALID_ARGUMENT about one field of the request. */
export function invalid(field: string, reason: string): RpcStatus {
  return new RpcStatus('INVALID_ARGUMENT', `${field}: ${reason}`);
}

/** INVALID_ARGUMENT for a required field that is absent. */
export function missing(field: string): RpcStatus {
  return invalid(field, 'missing');
}

/** NOT_FOUND. */
export function notFound(what: string): RpcStatus {
  return new RpcStatus('NOT_FOUND', `${what} not found`);
}

/** Any error as a status. What is not the client's fault is INTERNAL, without details of this process. */
export function toStatus(error: unknown): RpcStatus {
  if (error instanceof RpcStatus) return error;
  if (error instanceof TransactionRefused) return new RpcStatus(error.code, error.message);
  if (error instanceof LedgerError && error.code === 'TYPE_INVALID')
    return new RpcStatus('INVALID_ARGUMENT', error.message);
  if (error instanceof BcsError) return new RpcStatus('INVALID_ARGUMENT', error.message);
  return new RpcStatus('INTERNAL', error instanceof Error ? `internal error: ${error.name}` : 'internal error');
}
