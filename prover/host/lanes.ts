/** What a host's configuration says of chains and lanes, for the host and for the enclaves that it is to work with. */
import type { EthereumConfig } from '../enclave/ethereum/index.ts';
import { fromEvmAddress, fromHex } from '../protocol/index.ts';
import type { EthereumChainConfig, HostConfig, SuiChainConfig } from './config.ts';
import { encodeConfiguration } from './enclave-configuration.ts';
import type { ServedLane } from './runs.ts';

/** An address of a chain as 32 bytes. */
export function addressOf(chain: EthereumChainConfig | SuiChainConfig, text: `0x${string}`): Uint8Array {
  return chain.kind === 'sui' ? fromHex(text) : fromEvmAddress(fromHex(text));
}

/** Every chain to every other. */
export function lanesOf({ chains }: Pick<HostConfig, 'chains'>): ServedLane[] {
  return chains.flatMap((origin) =>
    chains
      .filter(({ chain }) => chain !== origin.chain)
      .map((destination) => ({
        originChain: origin.chain,
        outbox: addressOf(origin, origin.outbox),
        destinationChain: destination.chain,
        inbox: addressOf(destination, destination.inbox),
        generation: origin.generation,
      })),
  );
}

/** Where a light client of an Ethereum chain begins, and by which rules; not checked. */
export function lightClientOf(config: EthereumChainConfig): EthereumConfig {
  const { preset, minParticipants } = config;
  return {
    preset,
    genesisValidatorsRoot: fromHex(config.genesisValidatorsRoot),
    forks: config.forks.map(({ name, epoch, version }) => ({ name, epoch, version: fromHex(version) })),
    minParticipants,
  };
}

/**
 * The encoded configuration of the enclaves that serve what a host serves.
 * @throws LightClientError, EnclaveError: the rule of docs/spec/enclave.md section 2 that is broken
 */
export function enclaveConfigurationOf(config: Pick<HostConfig, 'chains'>): Uint8Array {
  return encodeConfiguration({
    origins: config.chains.map((chain) =>
      chain.kind === 'sui'
        ? { chain: chain.chain, committee: fromHex(chain.committee), messagePackage: fromHex(chain.package) }
        : { chain: chain.chain, ...lightClientOf(chain), trustedBlockRoot: fromHex(chain.trustedBlockRoot) },
    ),
    lanes: lanesOf(config).map(({ originChain, outbox, destinationChain, inbox, generation }) => ({
      ...{ originChain, destinationChain },
      originOutbox: outbox,
      destinationInbox: inbox,
      generation: BigInt(generation),
    })),
  });
}
