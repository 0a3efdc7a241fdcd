/**
 * Compares the light client's decoding and roots with lodestar's types on random values, for the preset that the
 * environment variable LODESTAR_PRESET selects: lodestar has one preset in a process. Prints what it compared.
 */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { BitArray } from '@chainsafe/ssz';
import { ACTIVE_PRESET, ForkName } from '@lodestar/params';
import { sszTypesFor } from '@lodestar/types';
import {
  PRESETS,
  decodeLightClientBootstrap,
  decodeLightClientFinalityUpdate,
  decodeLightClientUpdate,
  type LightClientUpdate,
} from '../../../prover/enclave/ethereum/index.ts';
import type { LightClientHeader } from '../../../prover/enclave/ethereum/containers.ts';

const preset = ACTIVE_PRESET as unknown as 'mainnet' | 'minimal';
const size = PRESETS[preset].syncCommitteeSize;
const config = { preset, genesisValidatorsRoot: new Uint8Array(32), forks: [], minParticipants: size };
const random = (length: number): Uint8Array => Uint8Array.from(randomBytes(length));
const roots = (count: number): Uint8Array[] => Array.from({ length: count }, () => random(32));
const u48 = (): number => randomBytes(6).readUIntBE(0, 6);
const u64 = (): bigint => randomBytes(8).readBigUInt64BE();

function header(round: number) {
  return {
    beacon: { slot: u48(), proposerIndex: u48(), parentRoot: random(32), stateRoot: random(32), bodyRoot: random(32) },
    execution: {
      parentHash: random(32),
      feeRecipient: random(20),
      stateRoot: random(32),
      receiptsRoot: random(32),
      logsBloom: random(256),
      prevRandao: random(32),
      blockNumber: u48(),
      gasLimit: u48(),
      gasUsed: u48(),
      timestamp: u48(),
      extraData: random((round * 8) % 33),
      baseFeePerGas: BigInt(`0x${randomBytes(32).toString('hex')}`),
      blockHash: random(32),
      transactionsRoot: random(32),
      withdrawalsRoot: random(32),
      blobGasUsed: u64(),
      excessBlobGas: u64(),
    },
    executionBranch: roots(4),
  };
}

let compared = 0;
function compareHeader(
  mine: LightClientHeader,
  theirs: ReturnType<typeof header>,
  type: ReturnType<typeof sszTypesFor<ForkName.electra>>,
): void {
  assert.deepEqual(mine.beacon.root, type.BeaconBlockHeader.hashTreeRoot(theirs.beacon));
  assert.deepEqual(mine.execution.root, type.ExecutionPayloadHeader.hashTreeRoot(theirs.execution));
  const { execution } = theirs;
  assert.deepEqual(
    { ...mine.execution, root: null, slot: mine.beacon.slot, body: mine.beacon.bodyRoot, state: mine.beacon.stateRoot },
    {
      parentHash: execution.parentHash,
      receiptsRoot: execution.receiptsRoot,
      blockNumber: BigInt(execution.blockNumber),
      timestamp: BigInt(execution.timestamp),
      blockHash: execution.blockHash,
      root: null,
      slot: theirs.beacon.slot,
      body: theirs.beacon.bodyRoot,
      state: theirs.beacon.stateRoot,
    },
  );
}

for (const fork of [ForkName.electra, ForkName.fulu] as const) {
  const type = sszTypesFor(fork) as ReturnType<typeof sszTypesFor<ForkName.electra>>;
  for (let round = 0; round < 10; round++) {
    const committee = { pubkeys: Array.from({ length: size }, () => random(48)), aggregatePubkey: random(48) };
    const update = {
      attestedHeader: header(round),
      nextSyncCommittee: committee,
      nextSyncCommitteeBranch: roots(6),
      finalizedHeader: header(round + 1),
      finalityBranch: roots(7),
      syncAggregate: { syncCommitteeBits: new BitArray(random(size / 8), size), syncCommitteeSignature: random(96) },
      signatureSlot: u48(),
    };
    const compare = (mine: LightClientUpdate): void => {
      compareHeader(mine.attestedHeader, update.attestedHeader, type);
      compareHeader(mine.finalizedHeader, update.finalizedHeader, type);
      assert.deepEqual(mine.finalityBranch, Uint8Array.from(Buffer.concat(update.finalityBranch)));
      assert.deepEqual(mine.syncAggregate.bits, update.syncAggregate.syncCommitteeBits.uint8Array);
      assert.deepEqual(mine.syncAggregate.signature, update.syncAggregate.syncCommitteeSignature);
      assert.equal(mine.signatureSlot, update.signatureSlot);
    };
    const full = decodeLightClientUpdate(config, type.LightClientUpdate.serialize(update));
    compare(full);
    assert.deepEqual(full.next!.syncCommittee.root, type.SyncCommittee.hashTreeRoot(committee));
    compare(decodeLightClientFinalityUpdate(config, type.LightClientFinalityUpdate.serialize(update)));
    const bootstrap = {
      header: header(round + 2),
      currentSyncCommittee: committee,
      currentSyncCommitteeBranch: roots(6),
    };
    const decoded = decodeLightClientBootstrap(config, type.LightClientBootstrap.serialize(bootstrap));
    compareHeader(decoded.header, bootstrap.header, type);
    assert.deepEqual(decoded.currentSyncCommittee.root, type.SyncCommittee.hashTreeRoot(committee));
    compared += 2;
  }
}
console.log(JSON.stringify({ preset, compared }));
