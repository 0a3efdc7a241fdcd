/** The light client against updates recorded from real consensus and execution clients. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { BitArray } from '@chainsafe/ssz';
import { toRlp, type Hex } from 'viem';
import { typesOf, type ExecutionValue, type HeaderValue, type UpdateValue } from '../../../localnet/beacon/types.ts';
import * as eth from '../../../prover/enclave/ethereum/index.ts';
import { fromHex, toHex } from '../../../prover/protocol/index.ts';
import { ruleOf, updateOf } from './world.ts';

const file = new URL('../../../../shared/vectors/beacon/minimal_fulu_updates.json', import.meta.url);
const EMPTY_TRIE = '0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421';
const EMPTY_REQUESTS = '0xe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
const EMPTY_OMMERS = '0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347';
/** Fixed part of a `LightClientUpdate` of the minimal preset before `signature_slot`. */
const SIGNATURE_SLOT_OFFSET = 4 + 33 * 48 + 6 * 32 + 4 + 7 * 32 + (4 + 96);
const TYPES = typesOf('minimal');

type Json = any;

function committeeOf(json: Json) {
  return { pubkeys: json.pubkeys.map(fromHex), aggregatePubkey: fromHex(json.aggregate_pubkey) };
}

function headerOf({ beacon, execution, execution_branch }: Json): HeaderValue {
  return {
    beacon: {
      slot: Number(beacon.slot),
      proposerIndex: Number(beacon.proposer_index),
      parentRoot: fromHex(beacon.parent_root),
      stateRoot: fromHex(beacon.state_root),
      bodyRoot: fromHex(beacon.body_root),
    },
    execution: executionOf(execution),
    executionBranch: execution_branch.map(fromHex),
  };
}

function executionOf(json: Json): ExecutionValue {
  return {
    parentHash: fromHex(json.parent_hash),
    feeRecipient: fromHex(json.fee_recipient),
    stateRoot: fromHex(json.state_root),
    receiptsRoot: fromHex(json.receipts_root),
    logsBloom: fromHex(json.logs_bloom),
    prevRandao: fromHex(json.prev_randao),
    blockNumber: BigInt(json.block_number),
    gasLimit: BigInt(json.gas_limit),
    gasUsed: BigInt(json.gas_used),
    timestamp: BigInt(json.timestamp),
    extraData: fromHex(json.extra_data),
    baseFeePerGas: BigInt(json.base_fee_per_gas),
    blockHash: fromHex(json.block_hash),
    transactionsRoot: fromHex(json.transactions_root),
    withdrawalsRoot: fromHex(json.withdrawals_root),
    blobGasUsed: BigInt(json.blob_gas_used),
    excessBlobGas: BigInt(json.excess_blob_gas),
  };
}

function updateValue(json: Json): UpdateValue {
  const bits = fromHex(json.sync_aggregate.sync_committee_bits);
  const noCommittee = TYPES.SyncCommittee.defaultValue();
  return {
    attestedHeader: headerOf(json.attested_header),
    nextSyncCommittee: json.next_sync_committee ? committeeOf(json.next_sync_committee) : noCommittee,
    nextSyncCommitteeBranch: (json.next_sync_committee_branch ?? Array(6).fill(`0x${'00'.repeat(32)}`)).map(fromHex),
    finalizedHeader: headerOf(json.finalized_header),
    finalityBranch: json.finality_branch.map(fromHex),
    syncAggregate: {
      syncCommitteeBits: new BitArray(bits, 32),
      syncCommitteeSignature: fromHex(json.sync_aggregate.sync_committee_signature),
    },
    signatureSlot: Number(json.signature_slot),
  };
}

describe('recorded updates of the minimal preset, Fulu', () => {
  let config: eth.EthereumConfig;
  let trusted: eth.LightClientStore;
  let updates: UpdateValue[];

  before(function () {
    if (!existsSync(file)) {
      console.log('      ../shared/vectors/beacon is absent: the recorded updates are not tested');
      this.skip();
    }
    const { initial_state, updates: recorded } = JSON.parse(readFileSync(file, 'utf8'));
    const { client_state, consensus_state } = initial_state;
    const { electra, fulu } = client_state.fork_parameters;
    config = eth.checkConfig({
      preset: 'minimal',
      genesisValidatorsRoot: fromHex(client_state.genesis_validators_root),
      forks: [
        { name: 'electra', epoch: electra.epoch, version: fromHex(electra.version) },
        { name: 'fulu', epoch: fulu.epoch, version: fromHex(fulu.version) },
      ],
      minParticipants: 22,
    });
    updates = recorded.map(({ consensus_update }: Json) => updateValue(consensus_update));
    // The trusted state names its committees by hash. The keys of its next one come with the first update that it signs;
    // that they are the right ones shows in the hash.
    const next = recorded[0].active_sync_committee.Next;
    const committee = updateOf(config, { ...updates[0]!, nextSyncCommittee: committeeOf(next) }).next!.syncCommittee;
    const expected = consensus_state.next_sync_committee;
    assert.equal(next.aggregate_pubkey, expected.aggregate_pubkey);
    assert.equal(
      toHex(TYPES.SyncCommittee.fields.pubkeys.hashTreeRoot(next.pubkeys.map(fromHex))),
      expected.pubkeys_hash,
    );
    const { finalizedHeader } = updateOf(config, updates[0]!);
    trusted = {
      finalizedHeader: { ...finalizedHeader, beacon: { ...finalizedHeader.beacon, slot: consensus_state.slot } },
      currentSyncCommittee: {
        pubkeys: new Uint8Array(32 * 48),
        aggregatePubkey: new Uint8Array(48),
        root: new Uint8Array(32),
      },
      nextSyncCommittee: committee,
    };
  });

  const verifyAll = (): eth.LightClientStore[] => {
    const stores = [trusted];
    for (const value of updates) {
      stores.push(eth.processLightClientUpdate(config, stores.at(-1)!, updateOf(config, value), value.signatureSlot));
    }
    return stores;
  };

  it('verify in order, across two committee periods', () => {
    const stores = verifyAll();
    assert.deepEqual(
      stores.map((store) => store.finalizedHeader.beacon.slot),
      [72, 128, 192, 216],
    );
    const numbers = stores.slice(1).map((store) => eth.finalizedBlock(store).number);
    assert.deepEqual(numbers, [128n, 192n, 216n]);
  });

  it('do not verify out of order', () => {
    const [, first, second] = verifyAll();
    const judge = (store: eth.LightClientStore, index: number) =>
      ruleOf(() => eth.processLightClientUpdate(config, store, updateOf(config, updates[index]!), 1000));
    assert.equal(judge(trusted, 1), 'SkippedPeriod');
    assert.equal(judge(trusted, 2), 'SkippedPeriod');
    assert.equal(judge(first!, 0), 'IrrelevantUpdate');
    assert.equal(judge(second!, 0), 'SkippedPeriod');
  });

  it('fail with any byte of any field changed', function () {
    this.timeout(120_000);
    const stores = verifyAll();
    const accepted: string[] = [];
    updates.forEach((value, index) => {
      const honest = TYPES.LightClientUpdate.serialize(value);
      // Two updates have 2,352 bytes of keys each; every thirteenth of those is enough.
      for (let offset = 0; offset < honest.length; offset += offset > 4 && offset < 1588 ? 13 : 1) {
        const bytes = Uint8Array.from(honest);
        bytes[offset]! ^= 1 << (offset % 8);
        const rule = ruleOf(() =>
          eth.processLightClientUpdate(config, stores[index]!, eth.decodeLightClientUpdate(config, bytes), 1000),
        );
        if (rule === 'accepted') accepted.push(`update ${index}, byte ${offset}`);
      }
    });
    // The slot of a signature is neither signed nor proven: it only selects committee and fork, and another slot of the
    // same period and fork selects the same ones. The last update is signed far enough from the end of its period.
    assert.deepEqual(accepted, ['update 2, byte 2108']);
    assert.equal(SIGNATURE_SLOT_OFFSET, 2108);
  });

  it('carry execution headers whose RLP is the parent that a child names', () => {
    for (const [index, value] of updates.entries()) {
      const { beacon, execution } = value.finalizedHeader;
      assert.equal(
        toHex(execution.transactionsRoot),
        '0x7ffe241ea60187fdb0187bfa22de35d1f9bed7ab061d9401fd47e34a54fbede1',
      );
      const number = (value: bigint): Hex => (value === 0n ? '0x' : `0x${padEven(value.toString(16))}`);
      const header = fromHex(
        toRlp([
          toHex(execution.parentHash),
          EMPTY_OMMERS,
          toHex(execution.feeRecipient),
          toHex(execution.stateRoot),
          EMPTY_TRIE,
          toHex(execution.receiptsRoot),
          toHex(execution.logsBloom),
          '0x',
          number(execution.blockNumber),
          number(execution.gasLimit),
          number(execution.gasUsed),
          number(execution.timestamp),
          toHex(execution.extraData),
          toHex(execution.prevRandao),
          '0x0000000000000000',
          number(execution.baseFeePerGas),
          EMPTY_TRIE,
          number(execution.blobGasUsed),
          number(execution.excessBlobGas),
          toHex(beacon.parentRoot),
          EMPTY_REQUESTS,
        ]),
      );
      const block = eth.finalizedBlock(verifyAll()[index + 1]!);
      const child = { ...block, number: block.number + 1n, parentHash: block.hash };
      assert.deepEqual(eth.ancestorsOf(child, [header]), [block]);
    }
  });
});

function padEven(hex: string): string {
  return hex.length % 2 ? `0${hex}` : hex;
}
