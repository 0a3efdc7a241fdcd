/** A host that follows Ethereum by nodes that lie, fall behind or are out of reach. */
import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import { fromRlp, keccak256, type Hex } from 'viem';
import type { EnclaveClient, EthereumAdvance } from '../../prover/host/enclave-client.ts';
import type { BeaconClient } from '../../prover/host/evidence/beacon.ts';
import { EvidenceError } from '../../prover/host/evidence/errors.ts';
import type { EvmRequest } from '../../prover/host/evidence/execution.ts';
import { EthereumOrigin } from '../../prover/host/origins/ethereum.ts';
import { Store } from '../../prover/host/store/store.ts';
import { Turns } from '../../prover/host/turns.ts';
import { hash, toHex } from '../../prover/protocol/index.ts';
import { headerRlp } from '../enclave/ethereum/tries.ts';
import { clientOf, encodeConfiguration, EVM_CHAIN, EVM_LANE, EVM_OUTBOX, EvmWorld } from '../enclave/world.ts';
import { sharedDatabase, until } from './support.ts';

/** Fields of a header as JSON-RPC shows them, in the order of the RLP (EIP-7685 has the last one). */
const FIELDS = [
  ...['parentHash', 'sha3Uncles', 'miner', 'stateRoot', 'transactionsRoot', 'receiptsRoot', 'logsBloom', 'difficulty'],
  ...['number', 'gasLimit', 'gasUsed', 'timestamp', 'extraData', 'mixHash', 'nonce', 'baseFeePerGas'],
  ...['withdrawalsRoot', 'blobGasUsed', 'excessBlobGas', 'parentBeaconBlockRoot', 'requestsHash'],
];
const NUMBERS = new Set([
  ...['difficulty', 'number', 'gasLimit', 'gasUsed', 'timestamp', 'baseFeePerGas', 'blobGasUsed', 'excessBlobGas'],
]);

function shown(rlp: Uint8Array): Record<string, unknown> {
  const values = fromRlp(toHex(rlp), 'hex') as Hex[];
  const block = Object.fromEntries(
    FIELDS.map((name, i) => [name, values[i] === '0x' && NUMBERS.has(name) ? '0x0' : values[i]]),
  );
  return { ...block, hash: keccak256(rlp), transactions: [] };
}

/** A node that shows a chain's headers, and no other way to ask. */
function nodeOf(headers: readonly Uint8Array[], asked: string[] = []): EvmRequest {
  return async (method, [block]) => {
    asked.push(`${method} ${String(block)}`);
    if (method === 'eth_blockNumber') return `0x${(headers.length - 1).toString(16)}`;
    const found =
      method === 'eth_getBlockByHash'
        ? headers.find((rlp) => toHex(hash(rlp)) === block)
        : headers[Number(block as string)];
    return found ? shown(found) : null;
  };
}

const DOWN: EvmRequest = () => Promise.reject(new EvidenceError('Unavailable', 'it is down'));

describe('Ethereum as an origin', () => {
  const world = new EvmWorld().fillTo(45);
  const final = Number((world.beacon.finalityUpdate()!.finalizedHeader as { beacon: { slot: number } }).beacon.slot);
  const start = world.beacon.blockAt(1)!;
  /** Another chain, block by block with the same numbers. */
  const twin: Uint8Array[] = [];
  for (let number = 0; number < 45; number++) {
    const parent = twin.at(-1);
    const parentHash = parent ? hash(parent) : new Uint8Array(32).fill(1);
    const timestamp = 1_750_000_000n + 12n * BigInt(number);
    twin.push(headerRlp({ parentHash, receiptsRoot: new Uint8Array(32), number: BigInt(number), timestamp }));
  }
  /** What the beacon node's newest finality update attests; the latest block where there is no such slot */
  const shownSlot: { at?: number } = {};
  const beaconOf = (newest: { at?: number }) =>
    ({
      bootstrap: async () => world.bootstrap(start),
      finalityUpdate: async () => world.finalityUpdate(newest.at),
      updates: async (period: number) => [world.periodUpdate(period)],
    }) as unknown as BeaconClient;

  const open = async (
    schema: string,
    nodes: readonly EvmRequest[],
    onTrouble: (error: Error) => void = () => {},
    enclaves: readonly { client: EnclaveClient; advancing: Turns }[] = [],
    others: { beacons?: readonly BeaconClient[]; staleMilliseconds?: number } = {},
  ) => {
    const store = await Store.open(await sharedDatabase(), schema);
    const { preset, genesisValidatorsRoot, forks, minParticipants } = world.origin(start);
    const origin = new EthereumOrigin({
      chain: EVM_CHAIN,
      lightClient: { preset, genesisValidatorsRoot, forks, minParticipants },
      trustedBlockRoot: start.root,
      outbox: EVM_OUTBOX,
      nodes,
      beacons: [beaconOf(shownSlot)],
      store,
      enclaves: () => enclaves,
      stride: 5,
      onTrouble,
      ...others,
    });
    return { origin, store };
  };
  const stored = async (store: Store): Promise<string[]> =>
    (await store.headers(EVM_CHAIN, 0n, 1_000n)).map(({ hash: id }) => toHex(id)).toReversed();
  const truth = world.headers.slice(1, final + 1).map((rlp) => toHex(hash(rlp)));

  it('catches up over many strides, and by a block at a time after that', async () => {
    const { origin, store } = await open('strides', [nodeOf(world.headers)]);
    assert.equal(await origin.poll(), true);
    assert.ok(final > 20, `${final} blocks are several strides`);
    assert.deepEqual(await stored(store), truth);
    assert.equal(origin.head?.height, BigInt(final));
    assert.equal(await origin.poll(), false);
  });

  it('takes nothing in that does not lead to the finalized block, however far from it', async () => {
    // A fork in the first stride alone, each block of it sound in itself.
    const forked = world.headers.map((rlp, number) => (number >= 2 && number < 7 ? twin[number]! : rlp));
    const troubles: string[] = [];
    const { origin, store } = await open('forked', [nodeOf(forked)], (error) =>
      troubles.push((error as EvidenceError).code),
    );
    await assert.rejects(origin.poll(), { code: 'Contradiction' });
    assert.deepEqual(await stored(store), truth.slice(0, 1));
    assert.deepEqual(troubles, ['Contradiction']);
  });

  it('goes on with the next node where one lies', async () => {
    const liar = nodeOf(twin);
    const { origin, store } = await open('liar', [
      async (method, params) =>
        method === 'eth_getBlockByHash' ? nodeOf(world.headers)(method, params) : liar(method, params),
      nodeOf(world.headers),
    ]);
    await origin.poll();
    assert.deepEqual(await stored(store), truth);
  });

  it('begins with the block that it was told to, whatever a node shows for its hash', async () => {
    const liar: EvmRequest = async (method, params) =>
      method === 'eth_getBlockByHash' ? shown(twin[10]!) : nodeOf(world.headers)(method, params);
    const { origin, store } = await open('another_begin', [liar, nodeOf(world.headers)]);
    await origin.poll();
    assert.deepEqual(await stored(store), truth);
  });

  it('reads blocks before they are final, and asks for none of them again', async () => {
    shownSlot.at = 30;
    try {
      const asked: string[] = [];
      const { origin, store } = await open('early', [nodeOf(world.headers, asked)]);
      await origin.poll();
      const before = origin.head!.height;
      const newest = `eth_getBlockByNumber 0x${(world.headers.length - 1).toString(16)}`;
      await until('the newest block is read', () => asked.includes(newest));
      const last = asked.length;
      delete shownSlot.at;
      assert.equal(await origin.poll(), true);
      assert.ok(origin.head!.height > before);
      assert.deepEqual(await stored(store), truth);
      assert.deepEqual(
        asked.slice(last).filter((call) => !call.startsWith('eth_blockNumber')),
        [],
      );
    } finally {
      delete shownSlot.at;
    }
  });

  it('asks anew for blocks that were replaced after they were read, and for what was none', async () => {
    // Before they are final the node shows other blocks, some of them under wrong numbers.
    for (const [name, early] of Object.entries({
      replaced: world.headers.map((rlp, number) => (number > final - 3 ? twin[number]! : rlp)),
      misplaced: world.headers.map((rlp, number) => (number > final - 3 ? world.headers[number - 1]! : rlp)),
    })) {
      shownSlot.at = 30;
      try {
        const asked: string[] = [];
        const nodes = [nodeOf(early, asked)];
        const { origin, store } = await open(`early_${name}`, nodes);
        await origin.poll();
        await until('the newest block is read', () => asked.at(-1) === `eth_getBlockByNumber 0x${(44).toString(16)}`);
        nodes[0] = nodeOf(world.headers);
        delete shownSlot.at;
        assert.equal(await origin.poll(), true);
        assert.deepEqual(await stored(store), truth);
      } finally {
        delete shownSlot.at;
      }
    }
  });

  it('reads few blocks before they are final, however high a node says that its chain is', async () => {
    const asked: string[] = [];
    const honest = nodeOf(world.headers, asked);
    const boaster: EvmRequest = async (method, params) => {
      if (method === 'eth_blockNumber') return '0xffffffffffff';
      return (await honest(method, params)) ?? shown(twin[3]!);
    };
    const { origin } = await open('early_boast', [boaster]);
    await origin.poll();
    const numbers = (): bigint[] =>
      asked.filter((call) => call.startsWith('eth_getBlockByNumber')).map((call) => BigInt(call.split(' ')[1]!));
    const highest = BigInt(final) + 128n;
    await until('it has read as far as it goes', () => numbers().includes(highest));
    await wait(50);
    assert.equal(numbers().filter((number) => number > highest).length, 0);
  });

  it('lets the enclaves follow that it has led before, before it is asked to', async () => {
    const configuration = encodeConfiguration({ origins: [world.origin(start)], lanes: [EVM_LANE] });
    const [led, idle] = [0, 1].map(() => ({ client: clientOf(configuration), advancing: new Turns() }));
    const headOf = async ({ client }: { client: EnclaveClient }) => {
      const { origins } = await client.status();
      return origins.find(({ chain }) => chain === EVM_CHAIN)?.head?.height;
    };
    shownSlot.at = 30;
    try {
      const { origin } = await open('led', [nodeOf(world.headers)], () => {}, [led!, idle!]);
      await origin.poll();
      const before = origin.head!.height;
      await origin.advance(led!.client, before);
      assert.equal(await headOf(led!), before);
      delete shownSlot.at;
      assert.equal(await origin.poll(), true);
      assert.ok(origin.head!.height > before);
      await led!.advancing.run(async () => {});
      assert.equal(await headOf(led!), origin.head!.height);
      assert.equal(await headOf(idle!), undefined);
    } finally {
      delete shownSlot.at;
    }
  });

  it('asks an enclave anew where it is, which another host has led further', async () => {
    const client = clientOf(encodeConfiguration({ origins: [world.origin(start)], lanes: [EVM_LANE] }));
    shownSlot.at = 30;
    try {
      const { origin } = await open('shared', [nodeOf(world.headers)]);
      await origin.poll();
      await origin.advance(client, origin.head!.height);
      delete shownSlot.at;
      const { origin: other } = await open('shared_too', [nodeOf(world.headers)]);
      await other.poll();
      await other.advance(client, other.head!.height);
      await origin.poll();
      await assert.rejects(origin.advance(client, origin.head!.height), { code: 'IrrelevantUpdate' });
      await origin.advance(client, origin.head!.height);
    } finally {
      delete shownSlot.at;
    }
  });

  it('asks an enclave anew where it is, which has taken a part of what it was shown', async () => {
    const enclave = clientOf(encodeConfiguration({ origins: [world.origin(start)], lanes: [EVM_LANE] }));
    let isDown = false;
    const client = {
      status: () => enclave.status(),
      advanceEthereum: async (request: EthereumAdvance) => {
        if (request.headers && isDown) throw new Error('no headers now');
        return enclave.advanceEthereum(request);
      },
    } as unknown as EnclaveClient;
    shownSlot.at = 30;
    try {
      const { origin } = await open('in_part', [nodeOf(world.headers)]);
      await origin.poll();
      await origin.advance(client, origin.head!.height);
      delete shownSlot.at;
      await origin.poll();
      const { height } = origin.head!;
      isDown = true;
      await assert.rejects(origin.advance(client, height), { message: 'no headers now' });
      // Its light client has the finality update already, and takes none twice.
      isDown = false;
      await origin.advance(client, height);
      assert.equal((await enclave.status()).origins[0]?.head?.height, height);
    } finally {
      delete shownSlot.at;
    }
  });

  it('goes on with the next node where one shows more than a block can have', async () => {
    const honest = nodeOf(world.headers);
    const many = Array<Hex>(20_000).fill(`0x${'11'.repeat(32)}`);
    for (const [what, change] of Object.entries({
      many: { transactions: many },
      none: { transactions: undefined },
      odd: { transactions: [7, 'x'.repeat(66)] },
      long: { extraData: `0x${'11'.repeat(300)}` },
    })) {
      const codes: unknown[] = [];
      const liar: EvmRequest = async (method, params) => ({ ...((await honest(method, params)) as object), ...change });
      const { origin, store } = await open(`excess_${what}`, [liar, honest], (error) =>
        codes.push((error as EvidenceError).code),
      );
      await origin.poll();
      assert.deepEqual(await stored(store), truth);
      assert.deepEqual([...new Set(codes)], ['Contradiction']);
    }
  });

  it('asks the next beacon node where the first one shows nothing new for long', async () => {
    const troubles: string[] = [];
    const onTrouble = (error: Error): void => void troubles.push(error.message);
    const down = { finalityUpdate: () => Promise.reject(new Error('down')) } as unknown as BeaconClient;
    const beacons = [beaconOf({ at: 30 }), down, beaconOf({})];
    const nodes = [nodeOf(world.headers)];
    const patient = await open('stale_not_yet', nodes, onTrouble, [], { beacons });
    const { origin, store } = await open('stale', nodes, onTrouble, [], { beacons, staleMilliseconds: 0 });
    for (const one of [patient.origin, origin]) {
      await one.poll();
      assert.ok(one.head!.height < BigInt(final), 'the first one is behind');
      await one.poll();
    }
    assert.deepEqual(await stored(store), truth);
    assert.deepEqual(troubles, ['down']);
    assert.ok(patient.origin.head!.height < BigInt(final), 'it may be that nothing is new');
  });

  it('counts nodes that show another block than the final one', async () => {
    const nodes = [nodeOf(world.headers), nodeOf(twin), DOWN, nodeOf(world.headers.slice(0, 3))];
    const { origin } = await open('compared', nodes);
    assert.equal(await origin.disagreement(), 0, 'nothing is final yet');
    await origin.poll();
    assert.equal(await origin.disagreement(), 1);
  });

  it('begins where it was told to, though finality moves on while its nodes are down', async () => {
    const nodes = [DOWN];
    const { origin, store } = await open('down', nodes);
    await assert.rejects(origin.poll(), { code: 'Unavailable' });
    nodes[0] = async (method, params) =>
      method === 'eth_getBlockByHash' ? nodeOf(world.headers)(method, params) : DOWN(method, params);
    await assert.rejects(origin.poll(), { code: 'Unavailable' });
    nodes[0] = nodeOf(world.headers);
    await origin.poll();
    assert.deepEqual(await stored(store), truth);
  });
});
