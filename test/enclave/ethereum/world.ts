/** A beacon chain with blocks, and the light client's view of it: what the tests of the sync protocol start from. */
import assert from 'node:assert/strict';
import { bls12_381 } from '@noble/curves/bls12-381.js';
import {
  BeaconChain,
  type BeaconBlock,
  type BeaconOptions,
  type ExecutionInput,
} from '../../../localnet/beacon/chain.ts';
import {
  typesOf,
  type BootstrapValue,
  type FinalityUpdateValue,
  type PresetName,
  type UpdateValue,
} from '../../../localnet/beacon/types.ts';
import { EnclaveError, LightClientError } from '../../../prover/enclave/errors.ts';
import * as eth from '../../../prover/enclave/ethereum/index.ts';
import { ProtocolError } from '../../../prover/protocol/index.ts';
import { WireError } from '../../../prover/protocol/wire/index.ts';

/** A block without transactions, filled with what its number gives. */
export function emptyBlock(number: number): ExecutionInput {
  const bytes = (length: number, tag: number): Uint8Array => new Uint8Array(length).fill((number * 7 + tag) % 251);
  return {
    parentHash: bytes(32, 1),
    feeRecipient: bytes(20, 2),
    stateRoot: bytes(32, 3),
    receiptsRoot: bytes(32, 4),
    logsBloom: bytes(256, 5),
    prevRandao: bytes(32, 6),
    blockNumber: BigInt(number),
    gasLimit: 60_000_000n,
    gasUsed: BigInt(number) * 21_000n,
    timestamp: 1_750_000_000n + BigInt(number) * 12n,
    extraData: bytes(number % 33, 7),
    baseFeePerGas: BigInt(number) ** 5n,
    blockHash: bytes(32, 8),
    blobGasUsed: 0n,
    excessBlobGas: BigInt(number),
  };
}

export function chainWith(slots: number, options: BeaconOptions = {}): BeaconChain {
  const chain = new BeaconChain(options);
  for (let slot = 0; slot < slots; slot++) chain.addBlock(emptyBlock(slot), slot);
  return chain;
}

export function configOf(chain: BeaconChain, changes: Partial<eth.EthereumConfig> = {}): eth.EthereumConfig {
  return eth.checkConfig({
    preset: chain.preset,
    genesisValidatorsRoot: chain.genesisValidatorsRoot,
    forks: chain.forks,
    minParticipants: eth.leastParticipants(chain.preset),
    ...changes,
  });
}

export function bootstrapOf(config: eth.EthereumConfig, value: BootstrapValue): eth.LightClientBootstrap {
  return eth.decodeLightClientBootstrap(config, typesOf(config.preset).LightClientBootstrap.serialize(value));
}

export function updateOf(config: eth.EthereumConfig, value: UpdateValue): eth.LightClientUpdate {
  return eth.decodeLightClientUpdate(config, typesOf(config.preset).LightClientUpdate.serialize(value));
}

export function finalityUpdateOf(config: eth.EthereumConfig, value: FinalityUpdateValue): eth.LightClientUpdate {
  return eth.decodeLightClientFinalityUpdate(config, typesOf(config.preset).LightClientFinalityUpdate.serialize(value));
}

/** A store that starts at a block. */
export function storeAt(chain: BeaconChain, block: BeaconBlock, config = configOf(chain)): eth.LightClientStore {
  return eth.initializeLightClientStore(config, block.root, bootstrapOf(config, chain.bootstrap(block)));
}

/** Deep copy of an update's value with a change made to it. */
export function changed(preset: PresetName, value: UpdateValue, change: (update: UpdateValue) => void): UpdateValue {
  const copy = typesOf(preset).LightClientUpdate.clone(value);
  change(copy);
  return copy;
}

/** Name of the rule that an action breaks, or 'accepted'. */
export function ruleOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    assert.ok(isRule(error), String((error as Error).stack));
    assert.ok(error.message.startsWith(`${error.code}: `) && error.message.length > error.code.length + 10);
    return error.code;
  }
  return 'accepted';
}

function isRule(error: unknown): error is WireError | LightClientError | EnclaveError | ProtocolError {
  return [WireError, LightClientError, EnclaveError, ProtocolError].some((type) => error instanceof type);
}

/** A point of the curve of G2 that is not in the group: the cofactor is large, so the first x with a y will do. */
export function outsideOfG2(): Uint8Array {
  const { Fp2 } = bls12_381.fields;
  const b = Fp2.fromBigTuple([4n, 4n]);
  for (let x = 1; x < 256; x++) {
    const c0 = Fp2.fromBigTuple([BigInt(x), 0n]);
    try {
      const y = Fp2.sqrt(Fp2.add(Fp2.mul(Fp2.sqr(c0), c0), b));
      if (bls12_381.G2.Point.fromAffine({ x: c0, y }).isTorsionFree()) continue;
      const bytes = new Uint8Array(96);
      bytes[0] = 0x80;
      bytes[95] = x;
      return bytes;
    } catch {
      // No point has this x.
    }
  }
  throw new Error('no x below 256 has a point');
}
