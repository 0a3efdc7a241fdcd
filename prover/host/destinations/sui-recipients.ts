/** Recipients on Sui as the host keeps them in mind. */
import type { SuiGrpcClient } from '@mysten/sui/grpc';
import { findRecipient, type SuiRecipient, type UnreachableRecipient } from '../../bindings/sui/discovery.ts';

/** Recipients that are kept in mind. */
const MAX_KNOWN = 10_000;
const TTL_MS = 60_000;

/** Looks records up, and keeps them for a minute. */
export class Recipients {
  readonly #packageId: string;
  readonly #known = new Map<string, { recipient: SuiRecipient; at: number }>();

  constructor(packageId: string) {
    this.#packageId = packageId;
  }

  forget(id: string): void {
    this.#known.delete(id);
  }

  async find(node: SuiGrpcClient, id: string): Promise<SuiRecipient | UnreachableRecipient> {
    const known = this.#known.get(id);
    if (known && Date.now() - known.at < TTL_MS) return known.recipient;
    const recipient = await findRecipient(node, this.#packageId, id);
    if ('reason' in recipient) return recipient;
    if (this.#known.size >= MAX_KNOWN) this.#known.clear();
    this.#known.set(id, { recipient, at: Date.now() });
    return recipient;
  }
}
