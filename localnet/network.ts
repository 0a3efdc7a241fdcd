/** Both chains, the beacon chain and the vendor of simulated TEE platforms of a local network, in one process. */
import { startBeacon, type BeaconService } from './beacon/start.ts';
import type { BeaconOptions } from './beacon/chain.ts';
import { startEvmNode, type EvmNode, type EvmNodeOptions } from './evm/node.ts';
import { startLocalnet, type Localnet } from './sui/start.ts';
import { startPccs, Vendor, type Pccs } from './tee/index.ts';

/** Where to listen; 0 takes any free port. */
export interface NetworkPorts {
  readonly evm: number;
  readonly beacon: number;
  readonly sui: number;
  readonly faucet: number;
  readonly pccs: number;
}

/** The ports that each of these has elsewhere too. */
export const USUAL_PORTS: NetworkPorts = { evm: 8545, beacon: 5052, sui: 9000, faucet: 9123, pccs: 8081 };
export const ANY_PORTS: NetworkPorts = { evm: 0, beacon: 0, sui: 0, faucet: 0, pccs: 0 };

export interface NetworkOptions {
  readonly ports?: NetworkPorts;
  readonly evmKind?: EvmNodeOptions['kind'];
  readonly preset?: BeaconOptions['preset'];
  /** Whether an EVM block is final three blocks later instead of two epochs later. Default true. */
  readonly fastFinality?: boolean;
}

/** A network that runs. */
export interface Network {
  readonly evm: EvmNode;
  readonly beacon: BeaconService;
  readonly sui: Localnet;
  readonly vendor: Vendor;
  readonly pccs: Pccs;
  /** Settles with the reason when a part ends by itself. */
  readonly ended: Promise<string>;
  close(): Promise<void>;
}

/** Seed of the vendor that every simulated platform of a local network is made by. */
export const VENDOR_SEED = 'localnet';

/** Starts everything; what was started is stopped again when one part fails to. */
export async function startNetwork(options: NetworkOptions = {}): Promise<Network> {
  const { ports = ANY_PORTS, evmKind, preset, fastFinality = true } = options;
  const started: { close(): Promise<void> }[] = [];
  const keep = <T extends { close(): Promise<void> }>(part: T): T => {
    started.unshift(part);
    return part;
  };
  const close = async (): Promise<void> => {
    for (const part of started.splice(0)) await part.close();
  };
  try {
    const evm = keep(await startEvmNode({ port: ports.evm, ...(evmKind === undefined ? {} : { kind: evmKind }) }));
    const beacon = keep(
      await startBeacon(evm.rpc, { port: ports.beacon, fastFinality, ...(preset === undefined ? {} : { preset }) }),
    );
    const sui = keep(await startLocalnet({ port: ports.sui, faucetPort: ports.faucet }));
    const vendor = new Vendor({ seed: VENDOR_SEED });
    const pccs = keep(await startPccs(vendor, { port: ports.pccs }));
    const ended = Promise.race([
      evm.ended,
      beacon.ended.then((error) => `the beacon chain stopped: ${error.message}`),
      sui.ended.then(() => 'the Sui network ended by itself'),
    ]);
    return { evm, beacon, sui, vendor, pccs, ended, close };
  } catch (error) {
    await close();
    throw error;
  }
}
