/**
 * A message's whole way on one machine: an EVM node, the beacon chain that follows it, its REST API, and the enclave's
 * light client at the end. Headers, receipts and their roots are the node's own.
 */
import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import type { Server } from 'node:http';
import { network } from 'hardhat';
import { concatHex, getContractAddress, hexToBytes, numberToHex, size, toRlp, type Address, type Hex } from 'viem';
import { beaconServer } from '../../localnet/beacon/api.ts';
import { BeaconChain } from '../../localnet/beacon/chain.ts';
import { FollowError, executionInput, followBlocks, type Rpc, type RpcBlock } from '../../localnet/beacon/follow.ts';
import * as eth from '../../prover/enclave/ethereum/index.ts';
import {
  encodeMessage,
  encodeMessageSentLog,
  fromHex,
  LOCALNET_EVM_CHAIN,
  suiChain,
  toHex,
} from '../../prover/protocol/index.ts';
import { configOf, ruleOf } from '../enclave/ethereum/world.ts';
import { buildTrie, keyOf, receiptBytes } from '../enclave/ethereum/tries.ts';

const quantity = (value: Hex): Hex =>
  BigInt(value) === 0n ? '0x' : numberToHex(BigInt(value), { size: Math.ceil((value.length - 2) / 2) });

/** RLP of a block's header as the node shows it. */
function headerOf(block: RpcBlock): Uint8Array {
  const b = (name: string): Hex => block[name]!;
  const q = (name: string): Hex => quantity(b(name));
  return fromHex(
    toRlp([
      b('parentHash'),
      b('sha3Uncles'),
      b('miner'),
      b('stateRoot'),
      b('transactionsRoot'),
      b('receiptsRoot'),
      b('logsBloom'),
      q('difficulty'),
      q('number'),
      q('gasLimit'),
      q('gasUsed'),
      q('timestamp'),
      b('extraData'),
      b('mixHash'),
      b('nonce'),
      q('baseFeePerGas'),
      b('withdrawalsRoot'),
      q('blobGasUsed'),
      q('excessBlobGas'),
      b('parentBeaconBlockRoot'),
      b('requestsHash'),
    ]),
  );
}

/** Code that, run as a contract's creation, emits one log with three topics and leaves an empty contract behind. */
function emitter(topics: readonly Uint8Array[], data: Uint8Array): Hex {
  const push = (bytes: Uint8Array): Hex => concatHex([numberToHex(0x5f + bytes.length), toHex(bytes)]);
  const length = numberToHex(data.length, { size: 2 });
  // LOG3(0, length, topics), STOP
  const tail = concatHex([...topics.toReversed().map(push), '0x61', length, '0x5f', '0xa3', '0x00']);
  // CODECOPY(0, where the data begins, length), 8 bytes long
  const head = concatHex(['0x61', length, '0x61', numberToHex(8 + size(tail), { size: 2 }), '0x5f', '0x39']);
  return concatHex([head, tail, toHex(data)]);
}

describe('an EVM node with a beacon chain', function () {
  this.timeout(120_000);
  let rpc: Rpc;
  let server: Server;
  let base: string;
  let sender: Address;
  let outbox: Uint8Array;
  let sentIn: RpcBlock;
  const chain = new BeaconChain({ seed: 'devnet' });
  const blockBy = async (number: number): Promise<RpcBlock> =>
    (await rpc.request({ method: 'eth_getBlockByNumber', params: [numberToHex(number), true] })) as RpcBlock;
  /** One by one: blocks that `hardhat_mine` makes in bulk do not name each other as parents. */
  const mine = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i++) await rpc.request({ method: 'evm_mine' });
  };
  const get = async (path: string): Promise<Uint8Array> => {
    const response = await fetch(base + path, { headers: { accept: 'application/octet-stream' } });
    assert.equal(response.status, 200, path);
    return new Uint8Array(await response.arrayBuffer());
  };
  const getJson = async (path: string, status = 200): Promise<any> => {
    const response = await fetch(base + path);
    assert.equal(response.status, status, path);
    return response.json();
  };
  const encoded = encodeMessage({
    kind: 0,
    originChain: LOCALNET_EVM_CHAIN,
    destinationChain: suiChain(Uint8Array.of(1, 2, 3, 4)),
    nonce: 0n,
    sender: fromHex(`0x${'00'.repeat(12)}${'5e'.repeat(20)}`),
    recipient: fromHex(`0x${'dd'.repeat(32)}`),
    executionGas: 1,
    body: new TextEncoder().encode('from the node'),
  });

  before(async () => {
    const connection = await network.create();
    rpc = connection.provider as Rpc;
    [sender] = (await rpc.request({ method: 'eth_accounts' })) as [Address];
    await mine(20);
    const address = getContractAddress({ from: sender, nonce: 0n });
    outbox = Uint8Array.from([...new Uint8Array(12), ...hexToBytes(address)]);
    const { topics, data } = encodeMessageSentLog(outbox, encoded);
    const transaction = { from: sender, data: emitter(topics, data), gas: '0x100000' };
    const hash = await rpc.request({ method: 'eth_sendTransaction', params: [transaction] });
    const receipt = (await rpc.request({ method: 'eth_getTransactionReceipt', params: [hash] })) as Record<string, Hex>;
    assert.equal(receipt['status'], '0x1');
    sentIn = await blockBy(Number(receipt['blockNumber']));
    await mine(130);
    server = beaconServer(chain);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  after(() => {
    server?.closeAllConnections();
    server?.close();
  });

  it('answers that nothing is final before there are blocks', async () => {
    await getJson('/eth/v1/beacon/light_client/finality_update', 404);
    await getJson('/eth/v1/beacon/headers/head', 404);
  });

  it('follows the node, each block once', async () => {
    assert.equal(await followBlocks(chain, rpc), 152);
    assert.equal(await followBlocks(chain, rpc), 0);
    assert.equal(chain.head!.header.execution.blockNumber, 151n);
  });

  it('carries a message from the node to the light client', async () => {
    const config = configOf(chain);
    const genesis = await getJson('/eth/v1/beacon/genesis');
    assert.equal(genesis.data.genesis_validators_root, toHex(config.genesisValidatorsRoot));
    const { root } = (await getJson('/eth/v1/beacon/headers/16')).data;
    const bootstrap = eth.decodeLightClientBootstrap(
      config,
      await get(`/eth/v1/beacon/light_client/bootstrap/${root}`),
    );
    let store = eth.initializeLightClientStore(config, fromHex(root), bootstrap);
    const old = eth.finalizedBlock(store);
    assert.equal(old.number, 16n);

    const framed = Buffer.from(await get('/eth/v1/beacon/light_client/updates?start_period=0&count=10'));
    let count = 0;
    for (let position = 0; position < framed.length; count++) {
      const length = Number(framed.readBigUInt64LE(position));
      const update = eth.decodeLightClientUpdate(config, framed.subarray(position + 12, position + 8 + length));
      store = eth.processLightClientUpdate(config, store, update, 1000);
      position += 8 + length;
    }
    assert.equal(count, 3);
    const finality = await get('/eth/v1/beacon/light_client/finality_update');
    const update = eth.decodeLightClientFinalityUpdate(config, finality);
    if (update.finalizedHeader.beacon.slot > store.finalizedHeader.beacon.slot) {
      store = eth.processLightClientUpdate(config, store, update, 1000);
    }
    const head = eth.finalizedBlock(store);
    // The attested header is the last but one, 150, of epoch 18; final there is the start of epoch 16.
    assert.equal(head.number, 128n);
    assert.equal(toHex(head.hash), (await blockBy(128))['hash']);

    const headers: Uint8Array[] = [];
    for (let number = 127; number >= 16; number--) headers.push(headerOf(await blockBy(number)));
    assert.deepEqual(eth.adoptHead(old, eth.extendDescent(eth.beginDescent(store), headers)), head);

    const block = eth.ancestorsOf(head, headers.slice(0, 128 - Number(sentIn['number']))).at(-1)!;
    assert.equal(toHex(block.receiptsRoot), sentIn['receiptsRoot']);
    const proof = await proofIn(sentIn);
    const receipt = eth.verifyReceipt(block, 0, proof);
    const sent = eth.messageInReceipt(LOCALNET_EVM_CHAIN, outbox, receipt, 0);
    assert.deepEqual(sent.encoded, encoded);
    assert.equal(
      ruleOf(() => eth.verifyReceipt(head, 0, proof)),
      'WrongTrieNode',
    );
  });

  /** The proof of a block's only receipt, from what the node shows of it. */
  async function proofIn(block: RpcBlock): Promise<Uint8Array[]> {
    const [{ hash }] = block.transactions as unknown as [{ hash: Hex }];
    const shown = (await rpc.request({ method: 'eth_getTransactionReceipt', params: [hash] })) as any;
    const logs = shown.logs.map((log: any) => ({
      address: Uint8Array.from([...new Uint8Array(12), ...hexToBytes(log.address)]),
      topics: log.topics.map(fromHex),
      data: fromHex(log.data),
    }));
    const value = receiptBytes({ type: Number(shown.type), bloom: shown.logsBloom, logs, gas: BigInt(shown.gasUsed) });
    return buildTrie([[keyOf(0), value]]).prove(keyOf(0));
  }

  it('streams heads, finality and updates as blocks come', async () => {
    const controller = new AbortController();
    const topics = 'head,finalized_checkpoint,light_client_finality_update';
    const response = await fetch(`${base}/eth/v1/events?topics=${topics}`, { signal: controller.signal });
    await mine(1);
    assert.equal(await followBlocks(chain, rpc), 1);
    const reader = response.body!.getReader();
    let text = '';
    while (!/light_client_finality_update\ndata: .*\n\n/.test(text))
      text += Buffer.from((await reader.read()).value!).toString();
    controller.abort();
    const events = [...text.matchAll(/event: (\w+)\ndata: (.*)\n\n/g)].map(([, name, data]) => [
      name,
      JSON.parse(data!),
    ]);
    assert.deepEqual(
      events.map(([name]) => name),
      ['head', 'finalized_checkpoint', 'light_client_finality_update'],
    );
    assert.equal(events[0]![1].slot, '152');
    assert.equal(events[1]![1].epoch, '17');
    assert.equal(events[2]![1].data.attested_header.beacon.slot, '151');
  });

  it('refuses what it does not serve', async () => {
    await getJson('/eth/v1/beacon/light_client/bootstrap/head', 400);
    await getJson(`/eth/v1/beacon/light_client/bootstrap/0x${'00'.repeat(32)}`, 404);
    await getJson('/eth/v1/beacon/light_client/updates?start_period=x&count=1', 400);
    await getJson('/eth/v1/events?topics=everything', 400);
    await getJson('/eth/v2/beacon/blocks/head', 404);
    assert.equal((await fetch(`${base}/eth/v1/beacon/genesis`, { method: 'POST' })).status, 405);
  });

  it('follows the node when it replaces blocks that are not final', async () => {
    const follower = new BeaconChain({ seed: 'replaced' });
    await followBlocks(follower, rpc);
    const mineOne = async (timestamp: number): Promise<void> => {
      await rpc.request({ method: 'evm_setNextBlockTimestamp', params: [timestamp] });
      await mine(1);
    };
    const latest = Number((await blockBy(Number(follower.head!.header.execution.blockNumber)))['timestamp']);
    const snapshot = await rpc.request({ method: 'evm_snapshot' });
    for (const second of [10, 20]) await mineOne(latest + second);
    await followBlocks(follower, rpc);
    const replaced = follower.head!;
    await rpc.request({ method: 'evm_revert', params: [snapshot] });
    for (const second of [11, 21, 31]) await mineOne(latest + second);
    assert.equal(await followBlocks(follower, rpc), 3);
    assert.equal(follower.blockByRoot(replaced.root), undefined);
    const number = Number(follower.head!.header.execution.blockNumber);
    assert.deepEqual(
      [number, Buffer.from(follower.head!.header.execution.blockHash).toString('hex')],
      [Number(replaced.header.execution.blockNumber) + 1, (await blockBy(number))['hash']!.slice(2)],
    );
  });

  it('stops where the node has replaced a final block, or is too old', async () => {
    const fresh = new BeaconChain({ seed: 'reorganised' });
    fresh.addBlock(executionInput({ ...(await blockBy(0)), hash: `0x${'11'.repeat(32)}` } as unknown as RpcBlock), 0);
    await assert.rejects(
      followBlocks(fresh, rpc),
      (error) => error instanceof FollowError && error.code === 'REORGANISED',
    );
    const { blobGasUsed, ...old } = await blockBy(0);
    assert.throws(
      () => executionInput(old as RpcBlock),
      (error) => error instanceof FollowError && error.code === 'BLOCK_INCOMPLETE',
    );
  });
});
