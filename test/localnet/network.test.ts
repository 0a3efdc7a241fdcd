/** Evidence as a host gathers it from a local network's nodes, judged by the enclave's light client. */
import assert from 'node:assert/strict';
import { startBeacon, type BeaconService } from '../../localnet/beacon/start.ts';
import { startEvmNode, type EvmNode } from '../../localnet/evm/node.ts';
import * as eth from '../../prover/enclave/ethereum/index.ts';
import { beaconClient } from '../../prover/host/evidence/beacon.ts';
import { EvidenceError } from '../../prover/host/evidence/errors.ts';
import { fetchHeader, fetchReceipts, readHeader, type EvmRequest } from '../../prover/host/evidence/execution.ts';
import { configOf } from '../enclave/ethereum/world.ts';

const TRANSFERS = 40;
/** Slots of a sync committee period of the minimal preset. */
const PERIOD = 64;

for (const kind of ['anvil', 'hardhat'] as const) {
  describe(`evidence from ${kind}`, function () {
    this.timeout(120_000);
    let node: EvmNode;
    let beacon: BeaconService;
    const request: EvmRequest = (method, params) => node.rpc.request({ method, params });
    const mine = async (blocks: number): Promise<void> => {
      for (let i = 0; i < blocks; i++) await node.rpc.request({ method: 'evm_mine' });
    };
    const until = async (isTrue: () => boolean): Promise<void> => {
      while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 20));
    };

    before(async () => {
      node = await startEvmNode({ kind });
      await mine(4);
      beacon = await startBeacon(node.rpc, { fastFinality: true });
    });

    after(async () => {
      await beacon?.close();
      await node?.close();
    });

    it('is accepted by the light client, over several sync committee periods', async () => {
      const config = configOf(beacon.chain);
      const client = beaconClient(beacon.url);
      assert.deepEqual(await client.genesisValidatorsRoot(), config.genesisValidatorsRoot);
      const root = await client.blockRoot('finalized');
      const bootstrap = eth.decodeLightClientBootstrap(config, await client.bootstrap(root));
      let store = eth.initializeLightClientStore(config, root, bootstrap);
      const start = eth.finalizedBlock(store);

      await node.rpc.request({ method: 'evm_setAutomine', params: [false] });
      const [from, to] = (await request('eth_accounts', [])) as [string, string];
      for (let i = 0; i < TRANSFERS; i++) {
        // Receipts of two types and of different lengths.
        const fees = i % 3 === 0 ? { gasPrice: '0x77359400' } : { maxFeePerGas: '0x77359400' };
        await request('eth_sendTransaction', [{ from, to, value: '0x1', gas: '0x5208', ...fees }]);
      }
      await mine(1);
      const sentIn = BigInt((await request('eth_blockNumber', [])) as string);
      await mine(30);
      await until(() => beacon.chain.head!.header.execution.blockNumber === sentIn + 30n);

      const period = (slot: number): number => Math.floor(slot / PERIOD);
      for (const bytes of await client.updates(period(store.finalizedHeader.beacon.slot), 8)) {
        store = eth.processLightClientUpdate(config, store, eth.decodeLightClientUpdate(config, bytes), 1e6);
      }
      const update = eth.decodeLightClientFinalityUpdate(config, (await client.finalityUpdate())!);
      // The last period's update may have brought as much.
      if (update.finalizedHeader.beacon.slot > store.finalizedHeader.beacon.slot) {
        store = eth.processLightClientUpdate(config, store, update, 1e6);
      }
      const head = eth.finalizedBlock(store);
      assert.equal(head.number, sentIn + 27n);
      assert.ok(period(store.finalizedHeader.beacon.slot) >= 3);

      const headers: Uint8Array[] = [];
      for (let number = head.number - 1n; number >= start.number; number--) {
        headers.push((await fetchHeader(request, number)).rlp);
      }
      eth.adoptHead(start, eth.extendDescent(eth.beginDescent(store), headers));

      const header = await fetchHeader(request, sentIn);
      assert.equal(header.transactions.length, TRANSFERS);
      const { number, hash, parentHash, receiptsRoot, timestamp } = header;
      const bytes = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex.slice(2), 'hex'));
      const block = {
        number,
        hash: bytes(hash),
        parentHash: bytes(parentHash),
        receiptsRoot: bytes(receiptsRoot),
        timestamp,
      };
      const receipts = await fetchReceipts(request, header);
      assert.equal(receipts.logs.length, TRANSFERS);
      for (let index = 0; index < TRANSFERS; index++) {
        const proof = receipts.prove(index);
        eth.verifyReceipt(block, index, proof);
        assert.throws(() => eth.verifyReceipt(block, (index + 1) % TRANSFERS, proof));
      }
    });

    it('is refused where a node contradicts itself', async () => {
      const shown = (await request('eth_getBlockByNumber', ['latest', false])) as Parameters<typeof readHeader>[0];
      const isContradiction = (error: unknown): boolean =>
        error instanceof EvidenceError && error.code === 'Contradiction';
      assert.throws(() => readHeader({ ...shown, gasUsed: '0x77' }), isContradiction);
      assert.throws(() => readHeader({ ...shown, requestsHash: undefined }), isContradiction);
      const header = await fetchHeader(request, 5n);
      const wrongRoot = { ...header, receiptsRoot: header.hash };
      await assert.rejects(fetchReceipts(request, wrongRoot), isContradiction);
      await assert.rejects(
        fetchHeader(request, 10_000n),
        (error) => error instanceof EvidenceError && error.code === 'Missing',
      );
    });
  });
}

describe('a beacon client', () => {
  it('says that a node cannot be reached', async () => {
    const isUnavailable = (error: unknown): boolean => error instanceof EvidenceError && error.code === 'Unavailable';
    await assert.rejects(beaconClient('http://127.0.0.1:9').genesisValidatorsRoot(), isUnavailable);
    await assert.rejects(beaconClient('http://127.0.0.1:9').finalityUpdate(), isUnavailable);
  });
});
