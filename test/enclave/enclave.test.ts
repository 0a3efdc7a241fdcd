/** The whole program: requests in, statements out; honest, mistaken and hostile. */
import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import fc from 'fast-check';
import { decode, encode } from 'cborg';
import { BeaconChain } from '../../localnet/beacon/chain.ts';
import { typesOf } from '../../localnet/beacon/types.ts';
import { digestOf } from '../../localnet/sui/ledger/bcs.ts';
import { equalStakes } from '../../localnet/sui/ledger/committee.ts';
import { Enclave } from '../../prover/enclave/enclave.ts';
import { decodeCbor, encodeCbor, type CborInput } from '../../prover/protocol/wire/index.ts';
import { MAX_FRAME_BYTES, encodeFrame } from '../../prover/protocol/wire/index.ts';
import { serveStreams } from '../../prover/enclave/serve.ts';
import { EnclaveClient, EnclaveRefusal, EnclaveUnavailable } from '../../prover/host/enclave-client.ts';
import {
  checkReportData,
  decodeStatement,
  hash,
  merkleRoot,
  messageId,
  plainLeaf,
  recoverSigner,
  statementDigest,
  suiChain,
} from '../../prover/protocol/index.ts';
import { headerRlp } from './ethereum/tries.ts';
import { emptyBlock } from './ethereum/world.ts';
import { certified } from './sui/world.ts';
import {
  EVM_CHAIN,
  EVM_INBOX,
  EVM_LANE,
  EVM_OUTBOX,
  EvmWorld,
  SUI_CHAIN,
  SUI_INBOX,
  SUI_LANE,
  SUI_OUTBOX,
  attester,
  certifiedOf,
  clientOf,
  commit,
  encodeConfiguration,
  evmLog,
  evmMessage,
  evmProposal,
  messageEvent,
  newLedger,
  refusalOf,
  suiEvidence,
  suiOrigin,
  suiProposal,
  summaryBytes,
} from './world.ts';
import { runs } from '../fuzz.ts';

const NOW = 1_000_000;
const START = 16;

/** Messages 0 to 3 in block 20, 4 in 21, 5 and 6 in one transaction of 22, others around them. */
function honestWorld(): EvmWorld {
  const world = new EvmWorld().fillTo(20);
  world.add(...[0n, 1n, 2n, 3n].map((nonce) => ({ logs: [evmLog(nonce)] })));
  world.add({}, { logs: [evmLog(4n)] }, { status: '0x', logs: [evmLog(5n)] });
  world.add({ logs: [evmLog(7n, {}, EVM_INBOX), evmLog(5n), evmLog(6n)] });
  return world.fillTo(120);
}

describe('an enclave that follows Ethereum', () => {
  const world = honestWorld();
  const ledger = newLedger();
  const start = world.beacon.blockAt(START)!;
  const configuration = encodeConfiguration({
    origins: [suiOrigin(ledger), world.origin(start)],
    lanes: [SUI_LANE, EVM_LANE],
  });
  const begin = async (): Promise<EnclaveClient> => {
    const client = clientOf(configuration);
    await client.advanceEthereum({ chain: EVM_CHAIN, currentSlot: NOW, bootstrap: world.bootstrap(start) });
    return client;
  };
  /** Head at block 32. */
  const started = async (): Promise<EnclaveClient> => {
    const client = await begin();
    const finalityUpdates = [world.finalityUpdate(48)];
    const headers = world.down(31, 16);
    await client.advanceEthereum({ chain: EVM_CHAIN, currentSlot: NOW, finalityUpdates, headers });
    return client;
  };

  it('signs a run of consecutive messages, and says what was asked', async () => {
    const client = await started();
    const { signer } = await client.status();
    const { statement, signature } = await client.proveEthereum(evmProposal(1n, 6, 30n), [
      world.evidence(20, 1, 2, 3),
      world.evidence(21, 1),
      { height: 22n, receipts: [{ index: 0, proof: world.proof(22, 0), logs: [1, 2] }] },
    ]);
    assert.deepEqual(recoverSigner(statementDigest(statement), signature), signer);
    const leaves = [1n, 2n, 3n, 4n, 5n, 6n].map((nonce) => plainLeaf(nonce, messageId(EVM_OUTBOX, evmMessage(nonce))));
    assert.deepEqual(decodeStatement(statement), {
      originChain: EVM_CHAIN,
      originOutbox: EVM_OUTBOX,
      destinationChain: SUI_CHAIN,
      destinationInbox: SUI_INBOX,
      anchorHeight: 30n,
      anchorHash: hash(world.headers[30]!),
      anchorTimestampSeconds: 1_750_000_360n,
      firstNonce: 1n,
      messageCount: 6,
      messagesRoot: merkleRoot(leaves),
    });
    const { lanes } = await client.status();
    assert.deepEqual(
      lanes.find(({ originChain }) => originChain === EVM_CHAIN),
      { ...EVM_LANE, next: 7n },
    );
  });

  it('signs the same bytes as another enclave, whose head is another', async () => {
    const [one, other] = [await started(), await started()];
    const finalityUpdates = [world.finalityUpdate(56)];
    await other.advanceEthereum({ chain: EVM_CHAIN, currentSlot: NOW, finalityUpdates, headers: world.down(39, 32) });
    const proposal = evmProposal(0n, 4, 22n);
    const results = await Promise.all(
      [one, other].map((c) => c.proveEthereum(proposal, [world.evidence(20, 0, 1, 2, 3)])),
    );
    assert.deepEqual(results[0]!.statement, results[1]!.statement);
    assert.notDeepEqual(results[0]!.signature, results[1]!.signature);
    assert.notDeepEqual((await one.status()).encryptionKey, (await other.status()).encryptionKey);
  });

  it('signs overlapping runs and the same run again', async () => {
    const client = await started();
    const run = (first: number, count: number, anchor = 32n) =>
      client.proveEthereum(evmProposal(BigInt(first), count, anchor), [
        world.evidence(20, ...Array.from({ length: count }, (_, i) => first + i)),
      ]);
    const first = await run(0, 4);
    assert.deepEqual(await run(0, 4), first);
    await run(2, 2, 31n);
    await run(1, 1, 20n);
    assert.equal((await client.status()).lanes[0]!.next, 4n);
  });

  it('needs headers for messages below its history, and takes them', async () => {
    const late = clientOf(
      encodeConfiguration({ origins: [world.origin(world.beacon.blockAt(32)!)], lanes: [EVM_LANE] }),
    );
    const bootstrap = world.bootstrap(world.beacon.blockAt(32)!);
    const { lowest, head } = await late.advanceEthereum({ chain: EVM_CHAIN, currentSlot: NOW, bootstrap });
    assert.deepEqual([lowest, head?.height], [32n, 32n]);
    const prove = (headers: Uint8Array[], anchor = 32n) =>
      refusalOf(late.proveEthereum({ ...evmProposal(0n, 1, anchor), headers }, [world.evidence(20, 0)]));
    assert.equal(await prove([]), 'UnknownBlock');
    assert.equal(await prove(world.down(31, 21)), 'UnknownBlock');
    assert.equal(await prove(world.down(31, 21), 20n), 'UnknownBlock');
    assert.equal(await prove(world.down(30, 20)), 'WrongParent');
    assert.equal(await prove(world.down(31, 20)), 'accepted');
    assert.equal(await prove(world.down(31, 18), 25n), 'accepted');
    // What one request brings is forgotten with it.
    assert.equal(await prove([]), 'UnknownBlock');
  });

  describe('refuses', () => {
    let client: EnclaveClient;
    before(async () => (client = await started()));
    const judge = (proposal = evmProposal(0n, 1, 32n), evidence = [world.evidence(20, 0)]) =>
      refusalOf(client.proveEthereum(proposal, evidence));

    it('an anchor before a message, or none that is final', async () => {
      assert.equal(await judge(evmProposal(0n, 1, 20n)), 'accepted');
      assert.equal(await judge(evmProposal(0n, 1, 19n)), 'MessageAfterAnchor');
      assert.equal(await judge(evmProposal(0n, 1, 33n)), 'UnknownBlock');
      assert.equal(await judge(evmProposal(0n, 1, 15n)), 'UnknownBlock');
      assert.equal(await judge(evmProposal(0n, 1, 2n ** 64n - 1n)), 'UnknownBlock');
    });

    it('a message of a block that is not final yet', async () => {
      const later = new EvmWorld().fillTo(33);
      later.add({ logs: [evmLog(0n)] });
      assert.equal(await judge(undefined, [later.evidence(33, 0)]), 'UnknownBlock');
      assert.equal(await judge(undefined, [{ ...later.evidence(33, 0), height: 32n }]), 'WrongTrieNode');
    });

    it('another count or order than proposed', async () => {
      assert.equal(await judge(evmProposal(0n, 2, 32n)), 'WrongMessageCount');
      assert.equal(await judge(evmProposal(0n, 0, 32n)), 'WrongMessageCount');
      assert.equal(await judge(evmProposal(0n, 0, 32n), []), 'InvalidLeafCount');
      assert.equal(await judge(evmProposal(0n, 1, 32n), [world.evidence(20, 0, 1)]), 'WrongMessageCount');
      assert.equal(await judge(evmProposal(1n, 1, 32n)), 'WrongMessageNonce');
      assert.equal(await judge(evmProposal(0n, 2, 32n), [world.evidence(20, 1, 0)]), 'WrongMessageNonce');
      assert.equal(await judge(evmProposal(0n, 2, 32n), [world.evidence(20, 0, 2)]), 'WrongMessageNonce');
      assert.equal(await judge(evmProposal(0n, 2, 32n), [world.evidence(20, 0, 0)]), 'WrongMessageNonce');
      assert.equal(
        await judge(evmProposal(0n, 2, 32n), [
          { ...world.evidence(20, 0), receipts: [{ ...world.evidence(20, 0).receipts[0]!, logs: [0, 0] }] },
        ]),
        'WrongMessageNonce',
      );
    });

    it('a failed transaction, another emitter, a log that is not there', async () => {
      assert.equal(await judge(evmProposal(5n, 1, 32n), [world.evidence(21, 2)]), 'FailedTransaction');
      assert.equal(await judge(evmProposal(7n, 1, 32n), [world.evidence(22, 0)]), 'WrongEmitter');
      assert.equal(await judge(evmProposal(5n, 1, 32n), [world.evidence(21, 0)]), 'LogMissing');
    });

    it('lanes that are not configured', async () => {
      const proposal = evmProposal(0n, 1, 32n);
      assert.equal(await judge({ ...proposal, destinationChain: 1n }), 'UnknownLane');
      assert.equal(await judge({ ...proposal, originOutbox: EVM_INBOX }), 'UnknownLane');
      assert.equal(await judge({ ...proposal, originChain: 1n }), 'UnknownLane');
      assert.equal(await judge({ ...proposal, firstNonce: 1n << 48n }), 'UnknownLane');
      assert.equal(await refusalOf(client.advanceEthereum({ chain: 1n, currentSlot: NOW })), 'UnknownOrigin');
    });

    it('fields that it does not know, wherever they stand', async () => {
      const enclave = new Enclave(configuration, attester());
      const send = async (request: CborInput): Promise<string> => {
        const reply = decode(await enclave.handle(encodeCbor(request))) as { error?: string };
        return reply.error ?? 'accepted';
      };
      const advance = {
        method: 'advance',
        chain: EVM_CHAIN,
        currentSlot: NOW,
        bootstrap: world.bootstrap(start),
        updates: [],
        finalityUpdates: [world.finalityUpdate(48)],
        headers: world.down(31, 16),
      };
      assert.equal(await send({ ...advance, more: 1 }), 'InvalidField');
      assert.equal(await send(advance), 'accepted');
      const item = world.evidence(20, 0);
      const [receipt] = item.receipts;
      const prove = { method: 'prove', ...evmProposal(0n, 1, 32n), headers: [], evidence: [{ ...item }] };
      assert.equal(await send({ ...prove, more: 1 }), 'InvalidField');
      assert.equal(await send({ ...prove, evidence: [{ ...item, more: 1 }] }), 'InvalidField');
      const receipts = [{ ...receipt!, more: 1 }];
      assert.equal(await send({ ...prove, evidence: [{ ...item, receipts }] }), 'InvalidField');
      assert.equal(await send({ ...prove, count: 257 }), 'InvalidField');
      assert.equal(await send(prove), 'accepted');
    });

    it('a second bootstrap, and updates that break a rule, without any change', async () => {
      const before = await client.status();
      const advance = (changes: Partial<Parameters<EnclaveClient['advanceEthereum']>[0]>) =>
        refusalOf(client.advanceEthereum({ chain: EVM_CHAIN, currentSlot: NOW, ...changes }));
      assert.equal(await advance({ bootstrap: world.bootstrap(start) }), 'AlreadyStarted');
      assert.equal(await advance({ finalityUpdates: [world.finalityUpdate(48)] }), 'IrrelevantUpdate');
      // The first of two is good: nothing of it stays when the second is not.
      const finalityUpdates = [world.finalityUpdate(56), world.finalityUpdate(48)];
      assert.equal(await advance({ finalityUpdates }), 'IrrelevantUpdate');
      assert.equal(await advance({ finalityUpdates: [world.finalityUpdate(56)], currentSlot: 56 }), 'FutureSlot');
      assert.equal(await advance({ updates: [world.finalityUpdate(56)] }), 'MalformedSsz');
      assert.equal(
        await advance({ finalityUpdates: [world.finalityUpdate(56)], headers: world.down(38, 32) }),
        'WrongParent',
      );
      assert.equal(await advance({ headers: world.down(31, 31) }), 'HeadNotDescendant');
      assert.deepEqual(await client.status(), before);
    });
  });

  it('INV-45: reads no more messages than a statement holds, however often a request names one', async () => {
    const client = await started();
    const named = (...counts: number[]) => ({
      height: 20n,
      receipts: counts.map((count) => ({
        ...world.evidence(20, 0).receipts[0]!,
        logs: Array<number>(count).fill(0),
      })),
    });
    const judge = (...evidence: ReturnType<typeof named>[]) =>
      refusalOf(client.proveEthereum(evmProposal(0n, 1, 32n), evidence));
    assert.equal(await judge(named(256)), 'WrongMessageCount');
    assert.equal(await judge(named(128, 127), named(1)), 'WrongMessageCount');
    assert.equal(await judge(named(257)), 'InvalidField');
    assert.equal(await judge(named(128, 129)), 'InvalidField');
    assert.equal(await judge(named(128, 128), named(1)), 'InvalidField');
    assert.equal(await judge(named(1)), 'accepted');
  });

  it('begins with a bootstrap of the configured root and no other', async () => {
    const client = clientOf(configuration);
    const advance = (bootstrap?: Uint8Array) =>
      refusalOf(client.advanceEthereum({ chain: EVM_CHAIN, currentSlot: NOW, ...(bootstrap ? { bootstrap } : {}) }));
    assert.equal(await advance(), 'NotStarted');
    assert.equal(await refusalOf(client.proveEthereum(evmProposal(0n, 1, 32n), [world.evidence(20, 0)])), 'NotStarted');
    assert.equal(await advance(world.bootstrap(world.beacon.blockAt(17)!)), 'UntrustedBootstrap');
    assert.equal(await advance(world.bootstrap(start)), 'accepted');
  });

  it('reaches a new head in several requests, and proves from the old one meanwhile', async () => {
    const client = await started();
    const advance = (changes: object) => client.advanceEthereum({ chain: EVM_CHAIN, currentSlot: NOW, ...changes });
    let status = await advance({ updates: [world.periodUpdate(0)], finalityUpdates: [world.finalityUpdate(88)] });
    assert.deepEqual([status.head?.height, status.finalizedHeight, status.descent], [32n, 72n, undefined]);
    status = await advance({ headers: world.down(71, 50) });
    assert.deepEqual(
      [status.head?.height, status.descent],
      [32n, { height: 50n, parentHash: hash(world.headers[49]!) }],
    );
    await client.proveEthereum(evmProposal(0n, 1, 32n), [world.evidence(20, 0)]);
    // A newer finalized block does not throw back a descent that has begun.
    status = await advance({ finalityUpdates: [world.finalityUpdate(104)], headers: world.down(49, 40) });
    assert.deepEqual([status.head?.height, status.finalizedHeight, status.descent?.height], [32n, 88n, 40n]);
    status = await advance({ headers: world.down(39, 32) });
    assert.deepEqual([status.head?.height, status.descent, status.lowest], [72n, undefined, 16n]);
    status = await advance({ headers: world.down(87, 72) });
    assert.deepEqual([status.head?.height, status.head?.hash], [88n, hash(world.headers[88]!)]);
    for (let anchor = 16n; anchor <= 88n; anchor++) {
      const answer = refusalOf(client.proveEthereum(evmProposal(0n, 1, anchor), [world.evidence(20, 0)]));
      assert.equal(await answer, anchor < 20n ? 'MessageAfterAnchor' : 'accepted');
    }
  });

  it('INV-45: keeps 8,192 blocks, however far a head is away', async function () {
    this.timeout(60_000);
    // Of a long chain of execution blocks few are in beacon blocks: the descent passes by all of them.
    const headers: Uint8Array[] = [];
    const beacon = new BeaconChain({ seed: 'long' });
    for (let number = 0; number < 8_500; number++) {
      const parentHash = number === 0 ? new Uint8Array(32) : hash(headers[number - 1]!);
      const fields = { parentHash, receiptsRoot: new Uint8Array(32), timestamp: BigInt(number) };
      const rlp = headerRlp({ ...fields, number: BigInt(number) });
      headers.push(rlp);
      const slot = number <= START ? number : number - 8_430;
      if (slot >= 0 && slot < 60 && (number <= START || slot > START))
        beacon.addBlock({ ...emptyBlock(number), ...fields, blockHash: hash(rlp) }, slot);
    }
    const trusted = beacon.blockAt(START)!;
    const { bootstrap, finality } = {
      bootstrap: typesOf('minimal').LightClientBootstrap.serialize(beacon.bootstrap(trusted)),
      finality: typesOf('minimal').LightClientFinalityUpdate.serialize(beacon.update(beacon.blockAt(48)!)),
    };
    const { preset, genesisValidatorsRoot, forks } = beacon;
    const origin = { chain: EVM_CHAIN, preset, genesisValidatorsRoot, forks, minParticipants: 22 };
    const client = clientOf(
      encodeConfiguration({ origins: [{ ...origin, trustedBlockRoot: trusted.root }], lanes: [EVM_LANE] }),
    );
    const advance = (changes: object) => client.advanceEthereum({ chain: EVM_CHAIN, currentSlot: NOW, ...changes });
    const down = (from: number, to: number): Uint8Array[] => headers.slice(to, from + 1).reverse();
    await advance({ bootstrap, finalityUpdates: [finality], headers: down(8_461, 270) });
    const status = await advance({ headers: down(269, 16) });
    assert.deepEqual([status.head?.height, status.lowest], [8_462n, 271n]);
    const prove = (anchor: bigint) =>
      refusalOf(client.proveEthereum(evmProposal(0n, 1, anchor), [{ height: anchor, receipts: [] }]));
    assert.deepEqual([await prove(271n), await prove(270n)], ['WrongMessageCount', 'UnknownBlock']);
  });

  it('INV-41: never follows a second branch that the committee finalizes, and signs nothing of it', async () => {
    // The same committees sign another history from block 25 on, in which nonce 5 is another message.
    const twin = new EvmWorld().fillTo(20);
    twin.add(...[0n, 1n, 2n, 3n].map((nonce) => ({ logs: [evmLog(nonce)] })));
    twin.add({}, { logs: [evmLog(4n)] }, { status: '0x', logs: [evmLog(5n)] });
    twin.add({ logs: [evmLog(5n, { executionGas: 7 })] });
    twin.fillTo(120);
    const client = await started();
    await client.proveEthereum(evmProposal(5n, 1, 32n), [
      { height: 22n, receipts: [{ index: 0, proof: world.proof(22, 0), logs: [1] }] },
    ]);
    const finalityUpdates = [twin.finalityUpdate(56)];
    const advance = (headers: Uint8Array[]) =>
      refusalOf(client.advanceEthereum({ chain: EVM_CHAIN, currentSlot: NOW, finalityUpdates, headers }));
    assert.equal(await advance(twin.down(39, 32)), 'HeadNotDescendant');
    assert.equal(await advance(twin.down(39, 22)), 'HeadNotDescendant');
    assert.equal(await advance([...twin.down(39, 33), ...world.down(32, 32)]), 'WrongParent');
    assert.equal(
      await refusalOf(client.proveEthereum(evmProposal(5n, 1, 32n), [twin.evidence(22, 0)])),
      'WrongTrieNode',
    );
  });

  it('refuses confidential messages and those of other lanes', async () => {
    const other = suiChain(Uint8Array.of(9, 9, 9, 9));
    const mixed = new EvmWorld().fillTo(20);
    mixed.add({ logs: [evmLog(0n, { destinationChain: other })] }, { logs: [evmLog(0n, { kind: 1 })] });
    mixed.add({ logs: [evmLog(1n << 48n)] });
    mixed.fillTo(60);
    const from = mixed.beacon.blockAt(START)!;
    const lanes = [EVM_LANE, { ...EVM_LANE, generation: 1n, destinationInbox: EVM_INBOX }];
    const client = clientOf(encodeConfiguration({ origins: [mixed.origin(from)], lanes }));
    await client.advanceEthereum({
      chain: EVM_CHAIN,
      currentSlot: NOW,
      bootstrap: mixed.bootstrap(from),
      finalityUpdates: [mixed.finalityUpdate(48)],
      headers: mixed.down(31, 16),
    });
    const judge = (first: bigint, block: number, index: number) =>
      refusalOf(client.proveEthereum(evmProposal(first, 1, 32n), [mixed.evidence(block, index)]));
    assert.equal(await judge(0n, 20, 0), 'WrongMessageLane');
    assert.equal(await judge(0n, 20, 1), 'ConfidentialMessage');
    assert.equal(await judge(0n, 21, 0), 'WrongMessageNonce');
    const { statement } = await client.proveEthereum(evmProposal(1n << 48n, 1, 32n), [mixed.evidence(21, 0)]);
    assert.deepEqual(decodeStatement(statement).destinationInbox, EVM_INBOX);
  });
});

describe('an enclave that follows Sui', () => {
  const ledger = newLedger();
  const configuration = encodeConfiguration({ origins: [suiOrigin(ledger)], lanes: [SUI_LANE] });
  const lists = [[messageEvent(0n)], [messageEvent(1n), messageEvent(2n)]];
  const made = [
    commit(ledger, [[]]),
    commit(ledger, lists),
    commit(ledger, [[]]),
    commit(ledger, [[messageEvent(3n)]]),
  ];
  const sequence = (i: number): bigint => made[i]!.summary.sequenceNumber as bigint;
  const summaries = (from: number, to: number): Uint8Array[] =>
    made
      .slice(to, from + 1)
      .reverse()
      .map(({ summary }) => summaryBytes(summary));
  const advance = (client: EnclaveClient, top: number, down: Uint8Array[] = []) =>
    client.advanceSui({ chain: SUI_CHAIN, certified: [certifiedOf(made[top]!)], summaries: down });
  const evidence = suiEvidence(made[1]!, lists);

  it('signs a run from checkpoints', async () => {
    const client = clientOf(configuration);
    const status = await advance(client, 3, summaries(2, 1));
    assert.deepEqual([status.head?.height, status.lowest, status.epoch], [sequence(3), sequence(1), 0n]);
    const { statement, signature } = await client.proveSui(suiProposal(0n, 4, sequence(3)), [
      evidence,
      suiEvidence(made[3]!, [[messageEvent(3n)]]),
    ]);
    const decoded = decodeStatement(statement);
    assert.deepEqual(recoverSigner(statementDigest(statement), signature), (await client.status()).signer);
    const { timestampMs } = made[3]!.summary;
    assert.equal(decoded.anchorTimestampSeconds, BigInt(timestampMs) / 1000n);
    assert.deepEqual([decoded.anchorHeight, decoded.messageCount], [sequence(3), 4]);
    assert.deepEqual(decoded.anchorHash, status.head!.hash);
    assert.deepEqual(decoded.destinationInbox, EVM_INBOX);
  });

  it('follows the committees from epoch to epoch, within one request too', async () => {
    const changing = newLedger({ seed: 'epochs' });
    const origins = [suiOrigin(changing)];
    const blocks = [
      commit(changing, [[]]),
      changing.advanceEpoch({ stakes: equalStakes(7) }),
      commit(changing, [[]]),
      changing.advanceEpoch({ stakes: equalStakes(5) }),
      commit(changing, [[]]),
    ].map(certifiedOf);
    const client = clientOf(encodeConfiguration({ origins, lanes: [SUI_LANE] }));
    assert.equal((await client.status()).origins[0]!.epoch, 0n);
    const send = (...certified: Uint8Array[]) => client.advanceSui({ chain: SUI_CHAIN, certified });
    assert.equal((await send(blocks[0]!)).epoch, 0n);
    assert.equal(await refusalOf(send(blocks[2]!)), 'WrongEpoch');
    assert.equal((await send(blocks[1]!, blocks[2]!)).epoch, 1n);
    assert.equal(await refusalOf(send(blocks[4]!)), 'WrongEpoch');
    assert.equal((await send(blocks[3]!)).epoch, 2n);
    assert.equal((await send(blocks[4]!)).epoch, 2n);
  });

  it('joins checkpoints into a history, and begins a new one past a gap', async () => {
    const client = clientOf(configuration);
    assert.equal(await refusalOf(client.advanceSui({ chain: SUI_CHAIN })), 'NotStarted');
    assert.equal(await refusalOf(client.proveSui(suiProposal(0n, 3, sequence(1)), [evidence])), 'NotStarted');
    assert.equal((await advance(client, 0)).lowest, sequence(0));
    assert.equal((await advance(client, 1)).lowest, sequence(0));
    assert.equal((await advance(client, 3)).lowest, sequence(3));
    const prove = (headers: Uint8Array[], anchor = sequence(3)) =>
      refusalOf(client.proveSui({ ...suiProposal(0n, 3, anchor), headers }, [evidence]));
    assert.equal(await prove([]), 'UnknownBlock');
    assert.equal(await prove(summaries(2, 1)), 'accepted');
    assert.equal(await prove(summaries(2, 1), sequence(1)), 'accepted');
    assert.equal(await prove(summaries(2, 0), sequence(0)), 'MessageAfterAnchor');
    assert.equal(await prove(summaries(1, 0)), 'WrongPredecessor');
    const { lowest } = await client.advanceSui({ chain: SUI_CHAIN, summaries: summaries(2, 0) });
    assert.equal(lowest, sequence(0));
    assert.equal(await prove([], sequence(1)), 'accepted');
    assert.equal(await refusalOf(advance(client, 1)), 'ConflictingCheckpoint');
  });

  it('refuses look-alikes', async () => {
    const client = clientOf(configuration);
    await advance(client, 3, summaries(2, 0));
    const judge = (changes: object, proposal = suiProposal(0n, 3, sequence(3))) =>
      refusalOf(client.proveSui(proposal, [{ ...evidence, ...changes }]));
    assert.equal(await judge({ height: sequence(2) }), 'WrongContents');
    assert.equal(await judge({ transactions: [evidence.transactions[0]!] }), 'WrongMessageCount');
    assert.equal(await judge({ transactions: evidence.transactions.toReversed() }), 'WrongMessageNonce');
    const [first, second] = evidence.transactions as [
      (typeof evidence.transactions)[0],
      (typeof evidence.transactions)[0],
    ];
    assert.equal(await judge({ transactions: [first, { ...second, eventIndexes: [1, 0] }] }), 'WrongMessageNonce');
    assert.equal(await judge({ transactions: [first, { ...second, eventIndexes: [0, 2] }] }), 'EventMissing');
    assert.equal(await judge({ transactions: [first, { ...second, index: 0 }] }), 'WrongEffects');
    assert.equal(await judge({}, { ...suiProposal(0n, 3, sequence(3)), originOutbox: SUI_INBOX }), 'UnknownLane');
    assert.equal(await judge({}), 'accepted');
  });

  it('INV-45: reads no more messages than a statement holds, however often a request names one', async () => {
    const client = clientOf(configuration);
    await advance(client, 1);
    const named = (count: number) => ({
      ...evidence,
      transactions: [{ ...evidence.transactions[0]!, eventIndexes: Array<number>(count).fill(0) }],
    });
    const judge = (...counts: number[]) =>
      refusalOf(client.proveSui(suiProposal(0n, 1, sequence(1)), counts.map(named)));
    assert.equal(await judge(128, 128), 'WrongMessageCount');
    assert.equal(await judge(128, 129), 'InvalidField');
    assert.equal(await judge(1), 'accepted');
  });

  it('INV-41: joins no history to a head that its checkpoints do not name', async () => {
    const client = clientOf(configuration);
    await advance(client, 0);
    // Certified all the same: the checkpoint after the head denies to have one before it.
    const orphan = summaryBytes({ ...made[1]!.summary, previousDigest: null });
    const previousDigest = digestOf('CheckpointSummary', orphan);
    const heir = { ...made[2]!.summary, previousDigest };
    const { committee } = ledger.currentEpoch;
    const request = { chain: SUI_CHAIN, certified: [certified(heir, committee.certify(heir))] };
    const before = await client.status();
    assert.equal(await refusalOf(client.advanceSui({ ...request, summaries: [orphan] })), 'ConflictingCheckpoint');
    assert.deepEqual(await client.status(), before);
  });

  it('refuses fields that it does not know, wherever they stand', async () => {
    const enclave = new Enclave(configuration, attester());
    const send = async (request: CborInput): Promise<string> => {
      const reply = decode(await enclave.handle(encodeCbor(request))) as { error?: string };
      return reply.error ?? 'accepted';
    };
    const certified = [certifiedOf(made[1]!)];
    const request = { method: 'advance', chain: SUI_CHAIN, certified, summaries: [] };
    assert.equal(await send({ ...request, more: 1 }), 'InvalidField');
    assert.equal(await send(request), 'accepted');
    const transactions = evidence.transactions.map((transaction) => ({ ...transaction }));
    const prove = { method: 'prove', ...suiProposal(0n, 3, sequence(1)), headers: [] };
    const sound = { ...evidence, transactions };
    assert.equal(await send({ ...prove, evidence: [{ ...sound, more: 1 }] }), 'InvalidField');
    const [first, ...others] = transactions;
    const loose = { ...sound, transactions: [{ ...first!, more: 1 }, ...others] };
    assert.equal(await send({ ...prove, evidence: [loose] }), 'InvalidField');
    assert.equal(await send({ ...prove, evidence: [sound] }), 'accepted');
  });

  it('INV-41: keeps to its first message of a nonce when the committee certifies a second history', async () => {
    // Keys and committee are the same: a quorum that signs two histories.
    const twin = newLedger();
    commit(twin, [[]]);
    const forged = [[messageEvent(0n, { contents: encodeOther() })]];
    const other = [commit(twin, forged), commit(twin, [[]]), commit(twin, [[]]), commit(twin, [[]])];
    const client = clientOf(configuration);
    await advance(client, 1);
    await client.proveSui(suiProposal(0n, 3, sequence(1)), [evidence]);
    const certified = [certifiedOf(other[3]!)];
    const down = (to: number): Uint8Array[] =>
      other
        .slice(to, 3)
        .reverse()
        .map(({ summary }) => summaryBytes(summary));
    // With the ancestors down to the old head the fork shows; across a gap the window holds.
    assert.equal(
      await refusalOf(client.advanceSui({ chain: SUI_CHAIN, certified, summaries: down(0) })),
      'ConflictingCheckpoint',
    );
    assert.equal(await refusalOf(client.advanceSui({ chain: SUI_CHAIN, certified })), 'accepted');
    const attempt = client.proveSui(
      { ...suiProposal(0n, 1, other[3]!.summary.sequenceNumber as bigint), headers: down(0) },
      [suiEvidence(other[0]!, forged)],
    );
    assert.equal(await refusalOf(attempt), 'ConflictingMessage');
  });

  function encodeOther(): Uint8Array {
    const { contents } = messageEvent(0n);
    const sent = evmMessage(0n, {
      originChain: SUI_CHAIN,
      destinationChain: EVM_CHAIN,
      sender: SUI_OUTBOX,
      recipient: EVM_INBOX,
    });
    const id = messageId(SUI_OUTBOX, sent);
    const length = [(sent.length & 0x7f) | 0x80, sent.length >> 7];
    assert.ok((contents as Uint8Array).length > 66);
    return Uint8Array.from([...SUI_OUTBOX, 32, ...id, ...(sent.length < 128 ? [sent.length] : length), ...sent]);
  }
});

describe('attest', () => {
  const world = new EvmWorld().fillTo(20);
  const configuration = encodeConfiguration({ origins: [world.origin(world.beacon.blockAt(16)!)], lanes: [EVM_LANE] });
  const request = {
    chain: EVM_CHAIN,
    registry: EVM_INBOX,
    operator: EVM_OUTBOX,
    challenge: new Uint8Array(32).fill(7),
  };

  it('binds keys, configuration, registry, operator and challenge into the report data', async () => {
    const client = clientOf(configuration);
    const { reportData, quote, ...identity } = await client.attest(request);
    checkReportData({ ...request, ...identity }, reportData);
    assert.deepEqual(quote, reportData);
    const { signer, encryptionKey, configurationHash, platform } = await client.status();
    assert.deepEqual({ signer, encryptionKey, configurationHash }, identity);
    assert.equal(platform, 'test');
    const tag = hash(new TextEncoder().encode('corridor.configuration.v1'));
    assert.deepEqual(configurationHash, hash(tag, configuration));
  });

  it('names the rule that a request breaks', async () => {
    const client = clientOf(configuration);
    assert.equal(await refusalOf(client.attest({ ...request, chain: 0n })), 'InvalidRegistrationChain');
    assert.equal(
      await refusalOf(client.attest({ ...request, challenge: new Uint8Array(32) })),
      'InvalidRegistrationChallenge',
    );
    assert.equal(await refusalOf(client.attest({ ...request, operator: new Uint8Array(31) })), 'InvalidField');
    // What this program does not know might have been meant to be bound, too.
    const more = await new Enclave(configuration, attester()).handle(
      encodeCbor({ method: 'attest', ...request, more: 1 }),
    );
    assert.equal((decode(more) as { error?: string }).error, 'InvalidField');
  });

  it('says no more of a defect than that there was one', async () => {
    const broken = { ...attester(), quote: () => Promise.reject(new TypeError('at /secret/place')) };
    const client = clientOf(configuration, broken);
    await assert.rejects(client.attest(request), (error: unknown) => {
      assert.ok(error instanceof EnclaveRefusal);
      assert.equal(error.code, 'InternalError');
      assert.ok(!error.message.includes('secret'));
      return true;
    });
  });
});

describe('requests', () => {
  const world = new EvmWorld().fillTo(20);
  const configuration = encodeConfiguration({ origins: [world.origin(world.beacon.blockAt(16)!)], lanes: [EVM_LANE] });
  const enclave = new Enclave(configuration, attester());
  const answer = async (request: Uint8Array): Promise<string> => {
    const reply = decode(await enclave.handle(request)) as Record<string, unknown>;
    return 'ok' in reply ? 'ok' : String(reply['error']);
  };

  it('are maps with a method and its fields, and nothing else', async () => {
    assert.equal(await answer(encode({ method: 'status' })), 'ok');
    assert.equal(await answer(encode({ method: 'halt' })), 'UnknownMethod');
    assert.equal(await answer(encode({ method: 'constructor' })), 'UnknownMethod');
    assert.equal(await answer(encode({})), 'InvalidField');
    assert.equal(await answer(encode([])), 'InvalidField');
    assert.equal(await answer(encode({ method: 1 })), 'InvalidField');
    assert.equal(await answer(encode({ method: 'status', more: 1 })), 'InvalidField');
    assert.equal(await answer(new Uint8Array()), 'MalformedFrame');
  });

  it('INV-45: get a reply that fits a frame, however long the name of an unknown field is', async () => {
    const name = 'x'.repeat(MAX_FRAME_BYTES - 21);
    const request = encodeCbor({ method: 'status', [name]: 0 });
    assert.equal(request.length, MAX_FRAME_BYTES);
    const reply = await enclave.handle(request);
    assert.ok(encodeFrame(reply).length < 200);
    assert.equal((decode(reply) as { error: string }).error, 'InvalidField');
  });

  it('are each answered with their own reply, also after one that was too long to send', async () => {
    const [there, back] = [new PassThrough(), new PassThrough()];
    const served = serveStreams(there, back, (request) => enclave.handle(request));
    const client = EnclaveClient.overStreams(back, there);
    const headers = [new Uint8Array(MAX_FRAME_BYTES)];
    await assert.rejects(client.proveEthereum({ ...evmProposal(0n, 1, 0n), headers }, []), { code: 'FrameTooLarge' });
    const [status, proven] = await Promise.all([
      client.status(),
      refusalOf(client.proveEthereum(evmProposal(0n, 1, 0n), [])),
    ]);
    assert.deepEqual([status.platform, proven], ['test', 'NotStarted']);
    there.end();
    await served;
  });

  it('are given up when no reply comes, or what is none', async () => {
    const silent = EnclaveClient.overStreams(new PassThrough(), new PassThrough(), 50);
    await Promise.all([
      assert.rejects(silent.status(), EnclaveUnavailable),
      assert.rejects(silent.status(), EnclaveUnavailable),
    ]);
    await assert.rejects(silent.status(), EnclaveUnavailable);
    const replies = [Uint8Array.of(0xff), encodeCbor({}), encodeCbor({ error: 1 }), encodeCbor({ ok: { signer: 1 } })];
    for (const reply of replies) {
      const stranger = new EnclaveClient(async () => reply);
      await assert.rejects(stranger.status(), EnclaveUnavailable);
    }
  });

  it('are waited for as long as replies keep coming', async function () {
    this.timeout(30_000);
    const [there, back] = [new PassThrough(), new PassThrough()];
    const handle = async (request: Uint8Array): Promise<Uint8Array> => {
      await setTimeout(400);
      return enclave.handle(request);
    };
    const served = serveStreams(there, back, handle);
    const client = EnclaveClient.overStreams(back, there, 2_000);
    const all = await Promise.all(Array.from({ length: 6 }, () => client.status()));
    assert.equal(all.length, 6);
    there.end();
    await served;
  });

  it('are answered, whatever the bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 64 }), async (bytes) => {
        assert.ok(decodeCbor(await enclave.handle(bytes)) instanceof Map);
      }),
      runs(500),
    );
  });
});
