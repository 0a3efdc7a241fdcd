/** What deliveries cost, as the chains themselves have it. */
import type { Hex } from 'viem';
import type { LocalDeployment } from './deployment.ts';

/** A message that is delivered, and where its share of the cost goes. */
interface Delivered {
  readonly state?: { readonly delivery?: string | undefined } | undefined;
  deliveryGas?: bigint | undefined;
}

/** Reads the gas of each delivery, MIST on Sui, and shares it out among the messages of the transaction. */
export async function readDeliveryGas(
  { evmClient, suiContext }: LocalDeployment,
  messages: readonly Delivered[],
): Promise<void> {
  const byTransaction = Map.groupBy(messages, ({ state }) => state?.delivery);
  for (const [transaction, delivered] of byTransaction) {
    if (transaction === undefined) continue;
    const gas = transaction.startsWith('0x') ? await onEvm(transaction as Hex) : await onSui(transaction);
    for (const message of delivered) message.deliveryGas = gas / BigInt(delivered.length);
  }

  async function onEvm(hash: Hex): Promise<bigint> {
    return (await evmClient.getTransactionReceipt({ hash })).gasUsed;
  }

  async function onSui(digest: string): Promise<bigint> {
    const { Transaction } = await suiContext.client.getTransaction({ digest, include: { effects: true } });
    const { computationCost, storageCost, storageRebate } = Transaction!.effects.gasUsed;
    return BigInt(computationCost) + BigInt(storageCost) - BigInt(storageRebate);
  }
}
