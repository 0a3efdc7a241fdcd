/** Writes what an enclave is started with (docs/spec/enclave.md section 2). Nothing here is trusted: the enclave checks all of it. */
import { decodeConfiguration, laneKey, type Lane } from '../enclave/config.ts';
import type { EthereumConfig } from '../enclave/ethereum/index.ts';
import { encodeCbor, type CborInput } from '../protocol/wire/index.ts';

/** An Ethereum chain that messages come from. */
export interface EthereumOriginInput extends EthereumConfig {
  chain: bigint;
  /** Root of the beacon block to start from, 32 bytes */
  trustedBlockRoot: Uint8Array;
}

/** A Sui network that messages come from. */
export interface SuiOriginInput {
  chain: bigint;
  /** The committee to start from: BCS of docs/spec/light-clients.md section 7 */
  committee: Uint8Array;
  /** The package that defines `MessageSent`, 32 bytes */
  messagePackage: Uint8Array;
}

export interface ConfigurationInput {
  origins: readonly (EthereumOriginInput | SuiOriginInput)[];
  lanes: readonly Lane[];
}

/**
 * The encoded configuration, in any order of origins and lanes.
 * @throws the errors of `decodeConfiguration`: what comes out is what an enclave accepts
 */
export function encodeConfiguration({ origins, lanes }: ConfigurationInput): Uint8Array {
  const encoded = encodeCbor({
    version: 1,
    origins: origins.toSorted((a, b) => (a.chain < b.chain ? -1 : 1)).map(originFields),
    lanes: lanes
      .toSorted((a, b) => (laneKey(a) < laneKey(b) ? -1 : 1))
      .map(({ originChain, originOutbox, destinationChain, generation, destinationInbox }) => ({
        originChain,
        originOutbox,
        destinationChain,
        generation,
        destinationInbox,
      })),
  });
  decodeConfiguration(encoded);
  return encoded;
}

function originFields(origin: EthereumOriginInput | SuiOriginInput): CborInput {
  if ('committee' in origin) {
    const { chain, committee, messagePackage } = origin;
    return { kind: 'sui', chain, committee, messagePackage };
  }
  const { chain, preset, genesisValidatorsRoot, minParticipants, trustedBlockRoot } = origin;
  const forks = origin.forks.map(({ name, epoch, version }) => ({ name, epoch, version }));
  return { kind: 'ethereum', chain, preset, genesisValidatorsRoot, forks, minParticipants, trustedBlockRoot };
}
