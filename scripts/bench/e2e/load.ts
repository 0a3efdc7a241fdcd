/** Traffic: signed beforehand where it can be, so that making it costs little beside what is measured. */
import { encodeFunctionData, type Hex } from 'viem';
import { ACCOUNTS, evmAccount } from '../../../localnet/corridor/deployment.ts';
import type { LocalCorridor } from '../../../localnet/corridor/start.ts';
import { outboxAbi } from '../../../prover/bindings/evm/index.ts';
import { LOCALNET_EVM_CHAIN, toHex } from '../../../prover/protocol/index.ts';

/** What the recipients of examples take for a short body, with room. */
export const EXECUTION_GAS = 30_000;
const BODY_BYTES = 32;
/** Of a call to `send`. */
const SEND_GAS = 150_000n;

/** Bodies that tell each other apart. */
export function bodies(count: number, from = 0): Uint8Array[] {
  return Array.from({ length: count }, (_, i) => {
    const body = new Uint8Array(BODY_BYTES);
    new DataView(body.buffer).setUint32(0, from + i);
    return body;
  });
}

/** So many messages from EVM to Sui, each in a transaction of its own, signed and in order. */
export async function signSends({ deployment, application }: LocalCorridor, count: number): Promise<Hex[]> {
  const { evm, evmClient, suiChain } = deployment;
  const account = evmAccount(ACCOUNTS.user);
  const args = [suiChain, BODY_BYTES, EXECUTION_GAS] as const;
  const { outbox } = evm.contracts;
  const value = await evmClient.readContract({ address: outbox, abi: outboxAbi, functionName: 'quote', args });
  const first = await evmClient.getTransactionCount({ address: account.address });
  const recipient = toHex(application.onSui[0]!.address);
  const signed: Hex[] = [];
  for (const [i, body] of bodies(count).entries()) {
    const call = [suiChain, recipient, EXECUTION_GAS, toHex(body)] as const;
    signed.push(
      await account.signTransaction({
        type: 'eip1559',
        chainId: Number(LOCALNET_EVM_CHAIN),
        to: outbox,
        value,
        data: encodeFunctionData({ abi: outboxAbi, functionName: 'send', args: call }),
        nonce: first + i,
        gas: SEND_GAS,
        maxFeePerGas: 10_000_000_000n,
        maxPriorityFeePerGas: 1_000_000_000n,
      }),
    );
  }
  return signed;
}

/** Hands signed transactions to a node in one request. */
export async function submitAll(url: string, signed: readonly Hex[]): Promise<void> {
  const calls = signed.map((raw, id) => ({ jsonrpc: '2.0', id, method: 'eth_sendRawTransaction', params: [raw] }));
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(calls) });
  for (const { error } of (await response.json()) as { error?: { message: string } }[]) {
    if (error) throw new Error(`a message was not sent: ${error.message}`);
  }
}
