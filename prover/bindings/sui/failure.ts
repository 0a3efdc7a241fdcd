/** Why a transaction on Sui failed, in the terms of the contracts. */
import type { SuiClientTypes } from '@mysten/sui/client';
import { CORRIDOR_ABORTS } from './corridor.ts';

export interface SuiFailure {
  /** The rule that one of Corridor's own modules named; undefined when it was somebody else's code that failed */
  readonly rule?: string;
  /** For people */
  readonly text: string;
  /** Index of the command that failed */
  readonly command?: number;
}

type Status = SuiClientTypes.ExecutionStatus;

export function failureOf(packageId: string, status: Status): SuiFailure {
  if (status.success) return { text: 'it did not fail' };
  const { error } = status;
  const abort = error.$kind === 'MoveAbort' ? error.MoveAbort : undefined;
  const command = error.command === undefined ? {} : { command: error.command };
  if (!abort) return { text: error.message, ...command };
  const { location, abortCode, cleverError } = abort;
  const where = location ? `${location.package ?? ''}::${location.module ?? ''}` : 'unknown code';
  const code = cleverError?.constantName ?? abortCode;
  const isOurs = location?.package !== undefined && BigInt(location.package) === BigInt(packageId);
  const rule = isOurs ? CORRIDOR_ABORTS[location.module ?? '']?.[Number(abortCode)] : undefined;
  return { ...(rule === undefined ? {} : { rule }), text: `${where} aborted with ${rule ?? code}`, ...command };
}
