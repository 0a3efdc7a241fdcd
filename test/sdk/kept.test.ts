/** Proofs from chain data alone: a root that an inbox on EVM keeps, over messages that an outbox on Sui has sent. */
import assert from 'node:assert/strict';
import { encodeAbiParameters, encodeEventTopics, encodeFunctionData, type Log } from 'viem';
import { inboxAbi } from '../../prover/bindings/evm/index.ts';
import { encodeMessageSentEvent, fromHex, hash, toHex } from '../../prover/protocol/index.ts';
import { createCorridor, proofFromRun, type Sent } from '../../prover/sdk/index.ts';
import { deploymentOf, EVM, PAGE, runOf, SUI } from './support.ts';

const deployment = deploymentOf();
const made = runOf(5, deployment);
const LATEST = 9_000n;

interface World {
  /** Where the root was kept, and by which call; newest last */
  readonly kept: readonly {
    readonly block: bigint;
    readonly input: string;
    readonly digest: string;
    isVoided?: boolean;
  }[];
  /** What the origin shows, with its checkpoints */
  readonly sent: readonly (Pick<Sent, 'encoded'> & { readonly checkpoint: bigint })[];
}

const digest = toHex(hash(made.statement));
const accept = encodeFunctionData({ abi: inboxAbi, functionName: 'accept', args: [toHex(made.statement), '0x'] });

function clientsOf({ kept, sent }: World) {
  const types = ['uint64', 'uint32', 'uint32', 'uint32'].map((type) => ({ type }));
  const logs = kept.map(({ block, digest: of }, i): Log => {
    const args = { digest: of as `0x${string}`, originChain: SUI };
    const topics = encodeEventTopics({ abi: inboxAbi, eventName: 'RootKept', args });
    const data = encodeAbiParameters(types, [1n << 48n, 5, 0x02020201, 1]);
    return { address: PAGE.inbox, topics, data, blockNumber: block, transactionHash: `0x${i}`, logIndex: 0 } as never;
  });
  const ranges: bigint[] = [];
  const evm = {
    getBlockNumber: async () => LATEST,
    getLogs: async ({ fromBlock, toBlock }: { fromBlock: bigint; toBlock: bigint }) => {
      ranges.push(toBlock - fromBlock + 1n);
      return logs.filter(({ blockNumber }) => blockNumber! >= fromBlock && blockNumber! <= toBlock);
    },
    getTransaction: async ({ hash: of }: { hash: string }) => ({ input: kept[Number(of.slice(2))]!.input }),
    readContract: async ({ args: [of] }: { args: [string] }) => [
      1,
      1,
      kept.find((each) => each.digest === of)!.isVoided,
    ],
  };
  const outbox = fromHex(deployment.chains[1]!.outbox);
  const type = `${PAGE.package}::message_sent::MessageSent`;
  const listEvents = (request: { startCheckpoint: bigint; endCheckpoint: bigint; options: { ordering: number } }) => {
    const found = sent
      .filter(({ checkpoint }) => checkpoint >= request.startCheckpoint && checkpoint < request.endCheckpoint)
      .map(({ encoded, checkpoint }) => {
        const value = encodeMessageSentEvent(outbox, encoded);
        return { event: { contents: { value }, transactionDigest: `at ${checkpoint}`, checkpoint, type } };
      });
    // In the enumeration of Sui's API 1 is newest first.
    return { responses: request.options.ordering === 1 ? found.reverse() : found };
  };
  return {
    clients: { [String(EVM)]: evm as never, [String(SUI)]: { ledgerService: { listEvents } } as never },
    ranges,
  };
}

const honest: World = {
  kept: [{ block: 1_500n, input: accept, digest }],
  sent: made.run.map(({ encoded }, i) => ({ encoded, checkpoint: BigInt(3 + i) })),
};
/** Of the five, checkpoints 3 to 7; the anchor is checkpoint 9. */
const wanted: Sent = { ...made.run[2]!, height: 5n };

const proofIn = (world: World) => {
  const { clients, ranges } = clientsOf(world);
  const corridor = createCorridor(deployment, { clients });
  return { proof: corridor.proofOf(wanted, { from: 'chain' }), ranges };
};

describe('a proof from chain data alone', () => {
  it('takes the statement from the transaction that kept its root, and the run from the origin', async () => {
    const { proof, ranges } = proofIn(honest);
    assert.deepEqual(await proof, proofFromRun(made.statement, made.run, wanted.messageId));
    assert.ok(ranges.length > 1 && ranges.every((blocks) => blocks <= 2_000n), 'in stretches that public nodes allow');
  });

  it('passes over roots that are voided, and calls that do not show the statement', async () => {
    const other = hash(Uint8Array.of(1));
    const voided = { block: 8_000n, input: accept, digest: toHex(other), isVoided: true };
    const hidden = { block: 8_500n, input: '0x12345678', digest: toHex(hash(Uint8Array.of(2))) };
    assert.equal((await proofIn({ ...honest, kept: [...honest.kept, voided, hidden] }).proof).index, 2);
    await assert.rejects(proofIn({ ...honest, kept: [voided, hidden] }).proof, { code: 'NotProven' });
    await assert.rejects(proofIn({ ...honest, kept: [] }).proof, { code: 'NotProven' });
  });

  it('is none where the origin leaves messages out, or shows others', async () => {
    for (const i of [0, 2, 4]) {
      const sent = honest.sent.filter((_, at) => at !== i);
      await assert.rejects(proofIn({ ...honest, sent }).proof, { code: 'Contradiction' });
    }
    const forged = honest.sent[1]!.encoded.slice();
    forged[forged.length - 1] = 0xee;
    const sent = honest.sent.map((each, i) => (i === 1 ? { ...each, encoded: forged } : each));
    await assert.rejects(proofIn({ ...honest, sent }).proof, { code: 'Contradiction' });
  });
});
