/** A host that follows Sui by nodes that leave things out. */
import assert from 'node:assert/strict';
import type { SuiGrpcClient } from '@mysten/sui/grpc';
import { toBase58 } from '@mysten/sui/utils';
import type { Checkpoint } from '../../localnet/sui/ledger/ledger.ts';
import type { EventValue } from '../../localnet/sui/ledger/bcs.ts';
import { digestOf } from '../../prover/enclave/sui/digest.ts';
import { decodeCommittee, verifyContents } from '../../prover/enclave/sui/index.ts';
import type { EnclaveClient } from '../../prover/host/enclave-client.ts';
import { EvidenceError } from '../../prover/host/evidence/errors.ts';
import { SuiOrigin } from '../../prover/host/origins/sui.ts';
import { Store } from '../../prover/host/store/store.ts';
import { Turns } from '../../prover/host/turns.ts';
import {
  decodeMessage,
  encodeMessage,
  encodeMessageSentEvent,
  evmChain,
  fromHex,
} from '../../prover/protocol/index.ts';
import {
  certifiedOf,
  CHAIN,
  commit,
  committeeBytes,
  contentsOf,
  eventsOf,
  message,
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

/**
 * A node that has so many of the checkpoints, and shows no event whose nonce it is told to hide.
 * @param longest transactions of one checkpoint that it shows at one time
 */
function nodeOf(
  made: readonly Made[],
  upTo: () => number,
  hidden: ReadonlySet<number> = new Set(),
  longest = 1_000,
): SuiGrpcClient {
  const numberOf = ({ checkpoint }: Made): bigint => BigInt(checkpoint.summary.sequenceNumber as bigint);
  const shown = (): readonly Made[] => made.slice(0, upTo());
  return {
    ledgerService: {
      getTransaction: async ({ digest }: { digest: string }) => {
        for (const { checkpoint, lists } of shown()) {
          const execution = verifyContents(
            { contentDigest: digestOf('CheckpointContents', contentsOf(checkpoint)) } as never,
            contentsOf(checkpoint),
          ).transactions.findIndex(({ transaction }) => toBase58(transaction) === digest);
          if (execution === -1) continue;
          const { effects } = checkpoint.transactions[execution]!;
          const events = { bcs: { value: eventsOf(lists[execution]!) } };
          return { response: { transaction: { effects: { bcs: { value: effects } }, events } } };
        }
        throw Object.assign(new Error('not here'), { code: 'NOT_FOUND' });
      },
      getCheckpoint: async ({
        checkpointId,
        readMask,
      }: {
        checkpointId: { sequenceNumber?: bigint };
        readMask: { paths: string[] };
      }) => {
        const wanted = checkpointId.sequenceNumber ?? numberOf(shown().at(-1)!);
        const found = shown().find((one) => numberOf(one) === wanted);
        if (!found) throw Object.assign(new Error('not here'), { code: 'NOT_FOUND' });
        const { checkpoint, lists } = found;
        if (readMask.paths.includes('transactions.events.bcs') && lists.length > longest)
          throw new Error('the answer is too long');
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

/** An enclave that goes upwards wherever it is led, unless it is told to refuse. */
class ToldEnclave {
  readonly advancing = new Turns();
  readonly asked: { certified: readonly Uint8Array[] }[] = [];
  head: bigint | undefined;
  refuses = false;
  #epoch = 0n;

  #at(height: bigint) {
    return { chain: CHAIN, epoch: this.#epoch, head: { height } };
  }

  readonly client = {
    status: async () => ({ origins: this.head === undefined ? [] : [this.#at(this.head)] }),
    advanceSui: async (request: { certified: readonly Uint8Array[] }) => {
      this.asked.push(request);
      if (this.refuses) throw new Error('refused');
      const [certified] = request.certified as [Uint8Array];
      const view = new DataView(certified.buffer, certified.byteOffset);
      const height = view.getBigUint64(8, true);
      if (this.head !== undefined && height <= this.head) throw new Error('it is there already');
      this.#epoch = view.getBigUint64(0, true);
      this.head = height;
      return this.#at(height);
    },
  } as unknown as EnclaveClient;
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

  const open = async (
    schema: string,
    nodes: readonly SuiGrpcClient[],
    enclaves: readonly ToldEnclave[] = [],
    staleMilliseconds?: number,
  ) => {
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
      enclaves: () => enclaves,
      ...(staleMilliseconds === undefined ? {} : { staleMilliseconds }),
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

  it('leaves checkpoints that hold nothing of ours until one does', async () => {
    const mixed: Made[] = [[[messageEvent(0n)]], [[]], [[]], [[messageEvent(1n)]]].map((lists) => ({
      checkpoint: commit(ledger, lists),
      lists,
    }));
    const [first] = mixed.map(({ checkpoint }) => BigInt(checkpoint.summary.sequenceNumber as bigint));
    let upTo = 1;
    const { origin, store } = await open('sui_idle', [nodeOf([...made, ...mixed], () => made.length + upTo)]);
    assert.equal(await origin.poll(), true);
    assert.equal(origin.head?.height, first);
    upTo = 3;
    assert.equal(await origin.poll(), false);
    assert.equal(origin.head?.height, first);
    upTo = 4;
    assert.equal(await origin.poll(), true);
    assert.equal(origin.head?.height, first! + 3n);
    assert.equal((await store.headers(CHAIN, first!, first! + 3n)).length, 4);
  });

  it('shows a certificate to the enclaves that are level with it, and to no others', async () => {
    const [level, behind, refusing] = [new ToldEnclave(), new ToldEnclave(), new ToldEnclave()];
    let upTo = 2;
    const { origin } = await open('sui_lead', [nodeOf(made, () => upTo)], [level, behind, refusing]);
    await origin.poll();
    assert.equal(level.asked.length, 0, 'where it is is not known yet');
    const at = async ({ client }: ToldEnclave): Promise<void> => origin.advance(client, origin.head!.height);
    await at(level);
    await at(refusing);
    refusing.refuses = true;
    const asked = [level, behind, refusing].map((enclave) => enclave.asked.length);
    upTo = 3;
    assert.equal(await origin.poll(), true, 'whatever an enclave says');
    assert.deepEqual(
      [level, behind, refusing].map((enclave, i) => enclave.asked.length - asked[i]!),
      [1, 0, 1],
    );
    const certified = Uint8Array.from(certifiedOf(made[2]!.checkpoint));
    assert.deepEqual(level.asked.at(-1)!.certified, [certified]);
    await at(level);
    assert.equal(level.asked.length, asked[0]! + 1, 'it has been advanced already');
    await assert.rejects(at(refusing), { message: 'refused' });
    refusing.refuses = false;
    await at(refusing);
    assert.equal(refusing.head, origin.head!.height);
  });

  /** A node that tells of checkpoints without being asked, and notes of which it is asked for certificates. */
  const telling = (
    node: SuiGrpcClient,
    told: readonly Made[],
    forge = (signature: Uint8Array) => signature,
    forgeSummary = (summary: Uint8Array) => summary,
  ) => {
    const asked: (bigint | undefined)[] = [];
    const { ledgerService } = node;
    const checkpoints = told.map(({ checkpoint }) => {
      const { epoch, signature, bitmap } = checkpoint.certificate();
      return {
        summary: { bcs: { value: forgeSummary(Uint8Array.from(summaryBytes(checkpoint.summary))) } },
        signature: {
          epoch: BigInt(epoch),
          signature: forge(Uint8Array.from(signature)),
          bitmap: Uint8Array.from(bitmap),
        },
      };
    });
    const client = {
      ledgerService: {
        ...ledgerService,
        getCheckpoint: async (...args: Parameters<typeof ledgerService.getCheckpoint>) => {
          const [{ checkpointId, readMask }] = args;
          if (readMask?.paths?.includes('signature')) {
            asked.push(checkpointId?.oneofKind === 'sequenceNumber' ? checkpointId.sequenceNumber : undefined);
          }
          return ledgerService.getCheckpoint(...args);
        },
      },
      subscriptionService: {
        subscribeCheckpoints: () => ({
          responses: (async function* () {
            for (const checkpoint of checkpoints) yield { checkpoint };
          })(),
        }),
      },
    } as unknown as SuiGrpcClient;
    return { client, asked };
  };

  it('asks for no certificate that it was told', async () => {
    const { client, asked } = telling(
      nodeOf(made, () => made.length),
      made,
    );
    const { origin, store } = await open('sui_told', [client]);
    let heard = 0;
    await origin.watch(() => heard++, new AbortController().signal);
    assert.equal(heard, made.length);
    assert.equal(await origin.poll(), true);
    assert.deepEqual(await nonces(store), [0, 1, 2, 3, 4, 5]);
    assert.deepEqual(asked, []);
  });

  it('asks the next node for everything where what it was told is no certificate', async () => {
    const honest = nodeOf(made, () => made.length);
    const { client } = telling(honest, made, (signature) => signature.map((byte, i) => (i === 40 ? byte ^ 1 : byte)));
    const next = telling(honest, []);
    const { origin, store } = await open('sui_told_lies', [client, next.client]);
    await origin.watch(() => {}, new AbortController().signal);
    assert.equal(await origin.poll(), true);
    assert.deepEqual(await nonces(store), [0, 1, 2, 3, 4, 5]);
    assert.equal(next.asked.length, 1);
  });

  it('asks an enclave anew where it is, which another host has led further', async () => {
    const enclave = new ToldEnclave();
    let upTo = 2;
    const { origin } = await open('sui_shared', [nodeOf(made, () => upTo)]);
    await origin.poll();
    await origin.advance(enclave.client, origin.head!.height);
    upTo = 3;
    const { origin: other } = await open('sui_shared_too', [nodeOf(made, () => upTo)], [enclave]);
    await other.poll();
    await other.advance(enclave.client, other.head!.height);
    await origin.poll();
    await assert.rejects(origin.advance(enclave.client, origin.head!.height), { message: 'it is there already' });
    await origin.advance(enclave.client, origin.head!.height);
    // The same where it was led ahead of its host's own look.
    upTo = 4;
    const { origin: leading } = await open('sui_leading', [nodeOf(made, () => upTo)], [enclave]);
    upTo = 3;
    await leading.poll();
    await leading.advance(enclave.client, leading.head!.height);
    upTo = 4;
    await other.poll();
    await other.advance(enclave.client, other.head!.height);
    await leading.poll();
    await enclave.advancing.run(() => leading.advance(enclave.client, leading.head!.height));
  });

  /** The node in whose place another one answers for checkpoints. */
  const withCheckpoints = (
    { ledgerService }: SuiGrpcClient,
    getCheckpoint: (asked: Parameters<typeof ledgerService.getCheckpoint>[0]) => Promise<unknown>,
  ): SuiGrpcClient => ({ ledgerService: { ...ledgerService, getCheckpoint } }) as unknown as SuiGrpcClient;
  /** A summary with its last byte changed. */
  const changed = (summary: Uint8Array): Uint8Array => summary.with(-1, summary.at(-1)! ^ 1);

  it('goes by the next node alone where what it is told goes on being wrong', async () => {
    const honest = nodeOf(made, () => made.length);
    const liar = telling(honest, made, undefined, changed);
    const { signal } = new AbortController();
    const asking = withCheckpoints(honest, async (asked) => {
      await origin.watch(() => {}, signal);
      return honest.ledgerService.getCheckpoint(asked);
    });
    const { origin, store } = await open('sui_told_on', [liar.client, asking]);
    await origin.watch(() => {}, signal);
    assert.equal(await origin.poll(), true);
    assert.deepEqual(await nonces(store), [0, 1, 2, 3, 4, 5]);
  });

  it('asks its one node where what that tells is wrong over and over', async () => {
    const { client } = telling(
      nodeOf(made, () => made.length),
      made,
      undefined,
      changed,
    );
    const { origin, store } = await open('sui_told_over', [client]);
    const { signal } = new AbortController();
    await origin.watch(() => {}, signal);
    await assert.rejects(origin.poll(), { code: 'Contradiction' });
    await origin.watch(() => {}, signal);
    assert.equal(await origin.poll(), true);
    assert.deepEqual(await nonces(store), [0, 1, 2, 3, 4, 5]);
  });

  it('asks the next node where the first one shows nothing new for long', async () => {
    const [behind, honest] = [nodeOf(made, () => 2), nodeOf(made, () => made.length)];
    const patient = await open('sui_stale_not_yet', [behind, honest]);
    const { origin, store } = await open('sui_stale', [behind, nodeOf([], () => 0), honest], [], 0);
    for (const one of [patient.origin, origin]) {
      assert.equal(await one.poll(), true);
      assert.equal(one.head?.height, startHeight + 1n);
      await one.poll();
    }
    assert.deepEqual(await nonces(store), [0, 1, 2, 3, 4, 5]);
    assert.equal(patient.origin.head?.height, startHeight + 1n, 'it may be that nothing is new');
  });

  it('asks for the newest checkpoint where it is told of old ones', async () => {
    let upTo = 2;
    const { client } = telling(
      nodeOf(made, () => upTo),
      made.slice(0, 2),
    );
    const { origin, store } = await open('sui_told_old', [client]);
    await origin.poll();
    upTo = 4;
    await origin.watch(() => {}, new AbortController().signal);
    assert.equal(await origin.poll(), true);
    assert.deepEqual(await nonces(store), [0, 1, 2, 3, 4, 5]);
  });

  it('asks for no more than it wanted to where a node certifies another checkpoint', async () => {
    const honest = nodeOf(made, () => made.length);
    const at = (height: bigint): unknown => {
      const summary = Uint8Array.from(summaryBytes(made[0]!.checkpoint.summary));
      new DataView(summary.buffer).setBigUint64(8, height, true);
      const signature = { epoch: 0n, signature: new Uint8Array(48), bitmap: new Uint8Array(20) };
      return { response: { checkpoint: { summary: { bcs: { value: summary } }, signature } } };
    };
    const asked: bigint[] = [];
    const liar = withCheckpoints(honest, async ({ checkpointId, readMask }) => {
      if (checkpointId?.oneofKind !== 'sequenceNumber') return at(startHeight + 10_000n);
      if (readMask?.paths?.includes('signature')) return at(startHeight + 9_000n);
      asked.push(checkpointId.sequenceNumber);
      throw new Error('asked for a summary');
    });
    const { origin } = await open('sui_another', [liar]);
    await assert.rejects(origin.poll(), { code: 'Contradiction' });
    assert.deepEqual(asked, []);
  });

  it('takes in fewer checkpoints at one time where a node lists too many events of more', async () => {
    const honest = nodeOf(made, () => made.length);
    const { ledgerService } = honest;
    const full = {
      ledgerService: {
        ...ledgerService,
        listEvents: (request: { startCheckpoint: bigint; endCheckpoint: bigint }) => {
          if (request.endCheckpoint - request.startCheckpoint <= 2n) return ledgerService.listEvents(request as never);
          throw new EvidenceError('Contradiction', 'too many');
        },
      },
    } as unknown as SuiGrpcClient;
    const { origin, store } = await open('sui_full', [full]);
    for (let tries = 0; tries < 20; tries++) await origin.poll().catch(() => {});
    assert.deepEqual(await nonces(store), [0, 1, 2, 3, 4, 5]);
  });

  describe('with two lanes', () => {
    const [one, two] = [evmChain(31337n), evmChain(31338n)];
    const sent = (destinationChain: bigint, nonce: bigint): EventValue => ({
      ...messageEvent(nonce),
      contents: encodeMessageSentEvent(OUTBOX, encodeMessage({ ...decodeMessage(message(nonce)), destinationChain })),
    });
    const ledgerOf = newLedger();
    // In the order in which `hidden` counts them.
    const some = [[[sent(one, 0n)], [sent(two, 0n)]], [[sent(one, 1n)]], [[sent(two, 1n)]]].map((lists) => ({
      checkpoint: commit(ledgerOf, lists),
      lists,
    }));
    const messagesOf = async (store: Store, destinationChain: bigint): Promise<number[]> =>
      (await store.messages({ ...lane, destinationChain }, 0n, 10)).map(({ nonce }) => Number(nonce));

    it('takes the message of one lane for none of another', async () => {
      let upTo = 1;
      let listings = 0;
      const node = nodeOf(some, () => upTo, new Set([1]));
      const { ledgerService } = node;
      const listEvents = (request: never) => {
        if (++listings > 20) throw new Error('asked over and over');
        return ledgerService.listEvents(request);
      };
      const { origin, store } = await open('sui_two_lanes', [
        { ledgerService: { ...ledgerService, listEvents } } as unknown as SuiGrpcClient,
      ]);
      await origin.poll();
      assert.deepEqual([await messagesOf(store, one), await messagesOf(store, two)], [[0], []]);
      upTo = 3;
      await assert.rejects(origin.poll(), { code: 'Contradiction' });
    });

    it('takes nothing in again that was delivered and is forgotten, where it looks for what was left out', async () => {
      let upTo = 2;
      const hidden = new Set([1]);
      const { origin, store } = await open('sui_forgotten', [nodeOf(some, () => upTo, hidden)]);
      await origin.poll();
      assert.deepEqual(await messagesOf(store, one), [0, 1]);
      const [first] = await store.messages({ ...lane, destinationChain: one }, 0n, 1);
      await store.markDelivered([{ id: first!.id, transaction: 'tx' }]);
      await store.forget(new Date(Date.now() + 60_000), 10);
      assert.deepEqual(await messagesOf(store, one), [1]);
      hidden.clear();
      upTo = 3;
      await origin.poll();
      assert.deepEqual([await messagesOf(store, one), await messagesOf(store, two)], [[1], [0, 1]]);
    });
  });

  it('finds evidence again of which a node has shown another part later on', async () => {
    const lists = [[[messageEvent(0n)], [messageEvent(1n)]], [[messageEvent(2n)]]];
    const ledgerOf = newLedger();
    const some = lists.map((ofOne) => ({ checkpoint: commit(ledgerOf, ofOne), lists: ofOne }));
    const hidden = new Set([1]);
    let upTo = 1;
    const { origin, store } = await open('sui_parts', [nodeOf(some, () => upTo, hidden)]);
    await origin.poll();
    assert.deepEqual(await nonces(store), [0]);
    // The node shows what it left out, and leaves out what it showed.
    hidden.clear();
    hidden.add(0);
    upTo = 2;
    await origin.poll();
    assert.deepEqual(await nonces(store), [0, 1, 2]);
    const proven: number[] = [];
    const client = {
      proveSui: async (_: unknown, [{ transactions }]: [{ transactions: readonly { index: number }[] }]) =>
        void proven.push(...transactions.map(({ index }) => index)),
    } as unknown as EnclaveClient;
    const [first] = await store.messages(lane, 0n, 1);
    await origin.prove(client, { lane, messages: [first!], anchor: origin.head! });
    assert.deepEqual(proven, [0]);
  });

  it('takes in a checkpoint that has more in it than one answer holds', async () => {
    const { origin, store } = await open('sui_long', [nodeOf(made, () => made.length, new Set(), 1)]);
    assert.equal(await origin.poll(), true);
    assert.deepEqual(await nonces(store), [0, 1, 2, 3, 4, 5]);
  });

  it('takes in a message amid more than an enclave can be shown, and keeps nothing of that', async () => {
    const filler = Array.from({ length: 30 }, () => ({ ...messageEvent(9n), contents: new Uint8Array(250_000) }));
    const lists = [[messageEvent(0n), ...filler], [messageEvent(1n)]];
    const checkpoint = commit(newLedger(), lists);
    const height = BigInt(checkpoint.summary.sequenceNumber as bigint);
    const { origin, store } = await open('sui_amid', [nodeOf([{ checkpoint, lists }], () => 1)]);
    assert.equal(await origin.poll(), true);
    assert.deepEqual(await nonces(store), [0, 1]);
    const kept = await store.evidence(CHAIN, height, height);
    assert.deepEqual(
      kept.map(({ item }) => item),
      [-1, 1],
    );
  });

  it('asks a node for few checkpoints before it knows that they are final', async () => {
    const honest = nodeOf(made, () => made.length);
    let asked = 0;
    const liar = {
      ledgerService: {
        ...honest.ledgerService,
        getCheckpoint: async (...args: Parameters<typeof honest.ledgerService.getCheckpoint>) => {
          const answer = await honest.ledgerService.getCheckpoint(...args);
          if (args[0].readMask?.paths?.some((path) => path.startsWith('transactions'))) asked++;
          const signature = { ...answer.response.checkpoint!.signature, signature: new Uint8Array(48) };
          return { response: { checkpoint: { ...answer.response.checkpoint, signature } } };
        },
      },
    } as unknown as SuiGrpcClient;
    const { origin } = await open('sui_ahead', [liar]);
    await assert.rejects(origin.poll(), { code: 'Contradiction' });
    assert.ok(asked > 0 && asked <= 2, `${asked} were asked for`);
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
