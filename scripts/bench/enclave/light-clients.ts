/** The light clients against the cryptography that they cannot do without, in one process. */
import { PublicKey, Signature, fastAggregateVerify } from '@chainsafe/blst';
import { bls12_381 } from '@noble/curves/bls12-381.js';
import { BeaconChain } from '../../../localnet/beacon/chain.ts';
import { SigningData, BeaconBlockHeader, ForkData, typesOf } from '../../../localnet/beacon/types.ts';
import { AggregateSignature, CheckpointSummary, ValidatorCommittee } from '../../../localnet/sui/ledger/bcs.ts';
import { LocalCommittee, equalStakes } from '../../../localnet/sui/ledger/committee.ts';
import * as eth from '../../../prover/enclave/ethereum/index.ts';
import * as sui from '../../../prover/enclave/sui/index.ts';
import { emptyBlock } from '../../../test/enclave/ethereum/world.ts';
import { commit, newLedger } from '../../../test/enclave/sui/world.ts';

/** Medians in milliseconds. */
export interface Comparison {
  readonly ours: number;
  readonly reference: number;
}

/** Runs both in turn, so that whatever else the machine does falls on both. */
function compare(rounds: number, ours: () => unknown, reference: () => unknown): Comparison {
  const times: [number[], number[]] = [[], []];
  for (let i = -3; i < rounds; i++) {
    for (const [which, run] of [ours, reference].entries()) {
      const started = performance.now();
      run();
      if (i >= 0) times[which]!.push(performance.now() - started);
    }
  }
  const [mine, theirs] = times.map((list) => list.sort((a, b) => a - b)[list.length >> 1]!);
  return { ours: mine!, reference: theirs! };
}

/** A finality update of the mainnet preset. */
export function finalityUpdateRatio(): Comparison {
  const chain = new BeaconChain({ preset: 'mainnet', seed: 'bench' });
  for (let slot = 0; slot < 170; slot++) chain.addBlock(emptyBlock(slot), slot);
  const { preset, genesisValidatorsRoot, forks } = chain;
  const minParticipants = eth.leastParticipants(preset);
  const config = eth.checkConfig({ preset, genesisValidatorsRoot, forks, minParticipants });
  const types = typesOf(preset);
  const start = chain.blockAt(64)!;
  const bootstrap = types.LightClientBootstrap.serialize(chain.bootstrap(start));
  const store = eth.initializeLightClientStore(config, start.root, eth.decodeLightClientBootstrap(config, bootstrap));
  const update = chain.finalityUpdate()!;
  const bytes = types.LightClientFinalityUpdate.serialize(update);

  const keys = chain.committee(0).value.pubkeys.map((key) => PublicKey.fromBytes(key, true));
  const { version: currentVersion } = chain.forkAt(update.signatureSlot - 1);
  const forkDataRoot = ForkData.hashTreeRoot({ currentVersion, genesisValidatorsRoot });
  const domain = Uint8Array.from([7, 0, 0, 0, ...forkDataRoot.subarray(0, 28)]);
  const objectRoot = BeaconBlockHeader.hashTreeRoot(update.attestedHeader.beacon);
  const message = SigningData.hashTreeRoot({ objectRoot, domain });
  const { syncCommitteeSignature } = update.syncAggregate;
  return compare(
    200,
    () => {
      const decoded = eth.decodeLightClientFinalityUpdate(config, bytes);
      const after = eth.processLightClientUpdate(config, store, decoded, update.signatureSlot);
      if (after.finalizedHeader.beacon.slot !== 96) throw new Error('the update was not stored');
    },
    () => {
      if (!fastAggregateVerify(message, keys, Signature.fromBytes(syncCommitteeSignature), true))
        throw new Error('blst refuses the signature');
    },
  );
}

/** A checkpoint certified by all of 110 validators. */
export function suiCheckpointRatio(): Comparison {
  const validators = new LocalCommittee('bench', 0n, equalStakes(110));
  const { summary } = commit(newLedger(), [[]]);
  const summaryBytes = CheckpointSummary.serialize(summary).toBytes();
  const certificate = validators.certify(summary);
  const certified = Buffer.concat([summaryBytes, AggregateSignature.serialize(certificate).toBytes()]);
  const committee = sui.decodeCommittee(ValidatorCommittee.serialize(validators.committee).toBytes());

  const scheme = bls12_381.shortSignatures;
  const keys = committee.members.map(({ publicKey }) => bls12_381.G2.Point.fromBytes(publicKey));
  const message = Buffer.concat([Buffer.of(2, 0, 0), summaryBytes, new Uint8Array(8)]);
  return compare(
    20,
    () => sui.verifyCheckpoint(committee, certified),
    () => {
      const key = scheme.aggregatePublicKeys(keys);
      if (!scheme.verify(certificate.signature as Uint8Array, scheme.hash(message), key))
        throw new Error('noble refuses the signature');
    },
  );
}
