import { merkleProof, plainLeaf } from '../../protocol/index.ts';
import type { StoredMessage } from '../store/rows.ts';

/** Leaves of a run's tree. */
export function leavesOf(messages: readonly StoredMessage[]): Uint8Array[] {
  return messages.map(({ nonce, id }) => plainLeaf(nonce, id));
}

/** Siblings of one message's leaf. */
export function proofOf({ messages }: { readonly messages: readonly StoredMessage[] }, index: number): Uint8Array {
  return merkleProof(leavesOf(messages), index);
}
