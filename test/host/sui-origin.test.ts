/** A host that follows Sui by nodes that leave things out. */
import assert from 'node:assert/strict';
import type { SuiGrpcClient } from '@mysten/sui/grpc';
import type { Checkpoint } from '../../localnet/sui/ledger/ledger.ts';
import type { EventValue } from '../../localnet/sui/ledger/bcs.ts';
import { decodeCommittee } from '../../prover/enclave/sui/index.ts';
import { SuiOrigin } from '../../prover/host/origins/sui.ts';
import { Store } from '../../prover/host/store/store.ts';
import { evmChain, fromHex } from '../../prover/protocol/index.ts';
import {
  CHAIN,
  commit,
  committeeBytes,
  contentsOf,
  eventsOf,
  messageEvent,
  newLedger,
  OUTBOX,
  PACKAGE,
  summaryBytes,
} from '../enclave/sui/world.ts';
import { sharedDatabase } from './support.ts';

interface Made {
  readonly checkpoint: Checkpoint;
  readonly lists: EventValue[][];
}

/** A node that has so many of the checkpoints, and shows no event whose nonce it is told to hide. */
function nodeOf(made: readonly Made[], upTo: () => number, hidden: ReadonlySet<number> = new Set()): SuiGrpcClient {
  const numberOf = ({ checkpoint }: Made): bigint => BigInt(checkpoint.summary.sequenceNumber as bigint);
  const shown = (): readonly Made[] => made.slice(0, upTo());
  return {
    ledgerService: {
      getCheckpoint: async ({ checkpointId }: { checkpointId: { sequenceNumber?: bigint } }) => {
        const wanted = checkpointId.sequenceNumber ?? numberOf(shown().at(-1)!);
        const found = shown().find((one) => numberOf(one) === wanted);
        if (!found) throw Object.assign(new Error('not here'), { code: 'NOT_FOUND' });
        const { checkpoint, lists } = found;
        const { epoch, signature, bitmap } = checkpoint.certificate();
        return {
          response: {
            checkpoint: {
              summary: { bcs: { value: summaryBytes(checkpoint.summary) } },
              signature: {
                epoch: BigInt(epoch),
                signature: Uint8Array.from(signature),
                bitmap: Uint8Array.from(bitmap),
              },
              contents: { bcs: { value: contentsOf(checkpoint) } },
              transactions: checkpoint.transactions.map(({ effects }, i) => ({
                digest: `tx${wanted}/${i}`,
                effects: { bcs: { value: effects } },
                events: { bcs: { value: eventsOf(lists[i]!) } },
              })),
            },
          },
        };
      },
      listEvents: ({ startCheckpoint, endCheckpoint }: { startCheckpoint: bigint; endCheckpoint: bigint }) => {
        let nonce = 0;
        const events = made.flatMap((one) =>
          one.lists.flatMap((list, transactionIndex) =>
            list.map((_, eventIndex) => ({ one, transactionIndex, eventIndex, nonce: nonce++ })),
          ),
        );
        const listed = events
          .filter(({ one }) => numberOf(one) >= startCheckpoint && numberOf(one) < endCheckpoint)
          .filter((event) => !hidden.has(event.nonce))
          .map(({ one, transactionIndex, eventIndex }) => ({
            event: { checkpoint: numberOf(one), transactionIndex: BigInt(transactionIndex), eventIndex },
          }));
        return {
          responses: (async function* () {
            yield* listed;
          })(),
        };
      },
    },
  } as unknown as SuiGrpcClient;
}

describe('Sui as an origin', () => {
  const ledger = newLedger();
  const committee = decodeCommittee(committeeBytes(ledger));
  const made: Made[] = [
    [[messageEvent(0n)]],
    [[messageEvent(1n), messageEvent(2n)], [messageEvent(3n)]],
    [[messageEvent(4n)]],
    [[messageEvent(5n)]],
  ].map((lists) => ({ checkpoint: commit(ledger, lists), lists }));
  const startHeight = BigInt(made[0]!.checkpoint.summary.sequenceNumber as bigint);

  const open = async (schema: string, nodes: readonly SuiGrpcClient[]) => {
    const store = await Store.open(await sharedDatabase(), schema);
    const messagePackage = fromHex(PACKAGE as `0x${string}`);
    const origin = new SuiOrigin({
      chain: CHAIN,
      committee,
      messagePackage,
      outbox: OUTBOX,
      startHeight,
      nodes,
      store,
    });
    return { origin, store };
  };
  const lane = { originChain: CHAIN, outbox: OUTBOX, destinationChain: evmChain(31337n) };
  const nonces = async (store: Store): Promise<number[]> =>
    (await store.messages(lane, 0n, 100)).map(({ nonce }) => Number(nonce));

  it('takes in what its node shows', async () => {
    const { origin, store } = await open('sui_all', [nodeOf(made, () => made.length)]);
    assert.equal(await origin.poll(), true);
    assert.deepEqual(await nonces(store), [0, 1, 2, 3, 4, 5]);
  });

  for (const [what, hidden] of [
    ['the first message of all', 0],
    ['one in the middle', 2],
    ['the last one so far', 3],
  ] as const) {
    it(`finds ${what} again that its node left out, once another node shows it`, async () => {
      let upTo = 2;
      const nodes = [nodeOf(made, () => upTo, new Set([hidden]))];
      const { origin, store } = await open(`sui_hidden_${hidden}`, nodes);
      // What is left out at the end is missed by nobody yet; else it is found out at once, and nothing taken in.
      await origin.poll().catch((error: unknown) => assert.equal((error as { code?: string }).code, 'Contradiction'));
      upTo = 4;
      await assert.rejects(origin.poll(), { code: 'Contradiction' });
      nodes.push(nodeOf(made, () => made.length));
      assert.equal(await origin.poll(), true);
      assert.deepEqual(await nonces(store), [0, 1, 2, 3, 4, 5]);
      assert.equal(origin.head?.height, startHeight + 3n);
    });
  }
});
