/** Which rule of a contract a failed call broke. */
import { BaseError, ContractFunctionRevertedError, decodeErrorResult, type Hex } from 'viem';
import { dcapVerifierAbi, inboxAbi, outboxAbi, registryAbi } from './evm/index.ts';

const ERRORS = [...inboxAbi, ...registryAbi, ...outboxAbi, ...dcapVerifierAbi].filter(({ type }) => type === 'error');

/** The name of the custom error that a call ended with, or would end with. */
export function ruleOf(error: unknown): string | undefined {
  if (!(error instanceof BaseError)) return undefined;
  const reverted = error.walk((inner) => inner instanceof ContractFunctionRevertedError);
  if (reverted instanceof ContractFunctionRevertedError && reverted.data) return reverted.data.errorName;
  const raw = error.walk((inner) => typeof (inner as { data?: unknown }).data === 'string') as { data?: Hex } | null;
  if (!raw?.data || raw.data.length < 10) return undefined;
  try {
    return decodeErrorResult({ abi: ERRORS, data: raw.data }).errorName;
  } catch {
    return undefined;
  }
}

/** What a library says of an error, without its advice. */
export function shortMessage(error: unknown): string {
  return error instanceof BaseError ? error.shortMessage : (error as Error).message;
}
