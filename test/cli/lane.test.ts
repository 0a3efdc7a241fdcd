import assert from 'node:assert/strict';
import { createPublicClient, createWalletClient, encodeAbiParameters, http, keccak256, type Hex } from 'viem';
import { mnemonicToAccount } from 'viem/accounts';
import { startEvmNode, type EvmNode } from '../../localnet/evm/node.ts';
import { outboxAbi } from '../../prover/bindings/evm/index.ts';
import { readDepartures } from '../../prover/cli/lane-state.ts';
import type { EvmNetwork } from '../../prover/cli/network-file.ts';
import { deployEvm } from '../../scripts/deploy/evm.ts';

const SUI = 0x5300000035834a8an;
/** The highest sequence: 48 bits (docs/spec/protocol.md). */
const MAX_SEQUENCE = (1n << 48n) - 1n;
const MNEMONIC = 'test test test test test test test test test test test junk';
const account = (addressIndex: number) => mnemonicToAccount(MNEMONIC, { addressIndex });

describe('a lane on EVM', function () {
  this.timeout(60_000);
  let node: EvmNode;
  before(async () => void (node = await startEvmNode()));
  after(() => node?.close());

  it('has sent all of its nonces only once the last one was given', async () => {
    const transport = http(node.url);
    const publicClient = createPublicClient({ transport, pollingInterval: 20, cacheTime: 0 });
    const walletClient = createWalletClient({ transport, account: account(0) });
    const fees = { base: 5n, perByte: 0n, perGas: 0n };
    const { contracts } = await deployEvm(
      { publicClient, walletClient },
      {
        ...{ network: 'lane-test', chainId: 31_337, challengeBlocks: 300, minimumEvaluationNumber: 0 },
        ...{ governance: account(1).address, guardian: account(2).address, feeSink: account(3).address },
        ...{ revocationKey: null, verifierRoot: `0x${'44'.repeat(32)}`, acceptedTcbStatuses: [1] },
        ...{ operators: [], entries: [], origins: [], lanes: [{ destinationChain: SUI, fees }] },
      },
      null,
    );
    const { outbox } = contracts;
    const place = { kind: 'evm', outbox } as EvmNetwork;
    const sent = async () => (await readDepartures({ kind: 'evm', client: publicClient, place }, SUI))?.sent;
    const send = async () => {
      const args = [SUI, `0x${'5c'.repeat(32)}`, 0, '0x'] as const;
      const call = { address: outbox, abi: outboxAbi, functionName: 'send', args, value: 5n } as const;
      const hash = await walletClient.writeContract({ ...call, chain: null });
      assert.equal((await publicClient.waitForTransactionReceipt({ hash })).status, 'success');
    };
    assert.equal(await sent(), 0n);
    await send();
    assert.equal(await sent(), 1n);

    // Its nonce set to the last but one: the lane is where a mapping has it, in whichever slot that is.
    const slots = [0, 1, 2, 3].map((slot) =>
      keccak256(encodeAbiParameters([{ type: 'uint64' }, { type: 'uint256' }], [SUI, BigInt(slot)])),
    );
    const values = await Promise.all(slots.map((slot) => publicClient.getStorageAt({ address: outbox, slot })));
    const at = values.findIndex((value) => BigInt(value ?? 0) !== 0n);
    const lane = BigInt(values[at]!);
    const first = (1n << 48n) | 1n;
    const hex = lane.toString(16).padStart(64, '0');
    const nonceAt = hex.indexOf(first.toString(16).padStart(16, '0'));
    assert.ok(at >= 0 && nonceAt >= 0, 'the lane is found');
    const last = ((1n << 48n) | (MAX_SEQUENCE - 1n)).toString(16).padStart(16, '0');
    const changed: Hex = `0x${hex.slice(0, nonceAt)}${last}${hex.slice(nonceAt + 16)}`;
    await node.rpc.request({ method: 'hardhat_setStorageAt', params: [outbox, slots[at]!, changed] });
    assert.equal(await sent(), MAX_SEQUENCE - 1n);
    await send();
    assert.equal(await sent(), MAX_SEQUENCE);
    await send();
    assert.equal(await sent(), MAX_SEQUENCE + 1n);
    await assert.rejects(send(), /NonceOverflow/);
  });
});
