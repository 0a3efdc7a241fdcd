/** A whole Corridor on one machine: networks, contracts, enclaves with registered keys, hosts, and an application. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { Ed25519Keypair } from '@mysten/sui/keypairs/ed25519';
import { requestSuiFromFaucetV2 } from '@mysten/sui/faucet';
import { leastParticipants } from '../../prover/enclave/ethereum/index.ts';
import { parseConfig, type HostConfig, type HostConfigInput } from '../../prover/host/config.ts';
import { Host } from '../../prover/host/host.ts';
import type { Log } from '../../prover/host/log.ts';
import { LOCALNET_EVM_CHAIN, toHex } from '../../prover/protocol/index.ts';
import { guardFolder } from '../guard.ts';
import { ANY_PORTS, startNetwork, type Network, type NetworkPorts } from '../network.ts';
import { deployApplication, type LocalApplication } from './application.ts';
import { ACCOUNTS, deployLocal, evmKey, type LocalDeployment } from './deployment.ts';
import { registrarsOf, startLocalEnclave, uploadCollateral, type LocalEnclave } from './enclaves.ts';
import { createMachines, TEES, termsOf, type LocalMachine } from './machines.ts';

export interface CorridorOptions {
  readonly ports?: NetworkPorts;
  /** Operators, each with one enclave on a machine of its own; default 5 */
  readonly operators?: number;
  /** Signers that a quorum needs; default 4, or all where there are fewer */
  readonly threshold?: number;
  /** Hosts, among which the enclaves are shared out; default 1 */
  readonly hosts?: number;
  /** Where the API of the one host listens; any free port by default */
  readonly apiPort?: number;
  /** Milliseconds between EVM blocks once everything is deployed; default 1,000 */
  readonly blockMilliseconds?: number;
  readonly evmKind?: 'anvil' | 'hardhat';
  /** Where hosts keep their state; in memory by default */
  readonly database?: (host: string) => HostConfigInput['database'];
  /** Where hosts are to look for the nodes of a network, in order of preference; by default at those themselves */
  readonly nodes?: (network: Network) => Promise<NodeUrls> | NodeUrls;
  readonly batch?: HostConfigInput['batch'];
  readonly logLevel?: HostConfig['logLevel'];
  readonly stepInMilliseconds?: number;
  /** Whether hosts are started at once, in this process; default true. Their configurations are in `folder` either way */
  readonly startsHosts?: boolean;
  /** Where files go; a temporary folder that is removed at the end by default */
  readonly folder?: string;
  /** Told what is being done */
  readonly onStep?: (step: string) => void;
  readonly log?: (host: string) => Log;
}

/** Nodes of both chains and of the beacon chain. */
export interface NodeUrls {
  readonly evm: string[];
  readonly beacon: string[];
  readonly sui: string[];
}

/** What registering cost, in gas and MIST. */
export interface Registration {
  readonly enclave: string;
  readonly signer: string;
  readonly gas: Readonly<Record<string, bigint>>;
}

export class LocalCorridor {
  readonly options: CorridorOptions;
  readonly folder: string;
  readonly network: Network;
  readonly deployment: LocalDeployment;
  readonly machines: readonly LocalMachine[];
  readonly application: LocalApplication;
  readonly enclaves: LocalEnclave[] = [];
  readonly registrations: Registration[] = [];
  readonly hosts: Host[] = [];
  #configs: HostConfig[] = [];
  readonly #isTemporary: boolean;

  private constructor(
    options: CorridorOptions,
    folder: string,
    parts: Pick<LocalCorridor, 'network' | 'deployment' | 'machines' | 'application'>,
  ) {
    this.options = options;
    this.folder = folder;
    this.#isTemporary = options.folder === undefined;
    this.network = parts.network;
    this.deployment = parts.deployment;
    this.machines = parts.machines;
    this.application = parts.application;
  }

  /** Starts everything; what was started is stopped again when a part fails to. */
  static async start(options: CorridorOptions = {}): Promise<LocalCorridor> {
    const { operators = 5, blockMilliseconds = 1_000, hosts = 1, onStep = () => {} } = options;
    const threshold = options.threshold ?? Math.min(4, operators);
    // A unix socket's path may have about 100 bytes.
    const folder = options.folder ?? mkdtempSync(path.join(os.tmpdir(), 'corridor-'));
    mkdirSync(folder, { recursive: true });
    if (options.folder === undefined) guardFolder(folder);
    onStep('starting both networks, the beacon chain and the TEE vendor');
    const network = await startNetwork({
      ports: options.ports ?? ANY_PORTS,
      ...(options.evmKind === undefined ? {} : { evmKind: options.evmKind }),
    });
    let corridor: LocalCorridor | undefined;
    try {
      const machines = createMachines(network, operators);
      const programs = TEES.flatMap((kind) => machines.find(({ tee }) => tee === kind) ?? []);
      onStep('deploying the contracts on both chains');
      const deployment = await deployLocal(network, { operators, threshold, programs, folder });
      const application = await deployApplication(network, deployment);
      corridor = new LocalCorridor(options, folder, { network, deployment, machines, application });
      onStep('uploading collateral to both chains');
      for (const program of programs) await uploadCollateral(network, deployment, program);
      onStep(`starting ${operators} enclaves and registering their keys on both chains`);
      for (let operator = 0; operator < operators; operator++) await corridor.startEnclave(operator);
      await network.evm.setInterval(blockMilliseconds);
      await corridor.#configure(hosts);
      if (options.startsHosts === false) return corridor;
      onStep(hosts === 1 ? 'starting the host' : `starting ${hosts} hosts`);
      await Promise.all(corridor.#configs.map((_, index) => corridor!.startHost(index)));
      return corridor;
    } catch (error) {
      await corridor?.close();
      await network.close();
      throw error;
    }
  }

  /** Starts an operator's enclave and registers its new key on both chains. */
  async startEnclave(operator: number): Promise<LocalEnclave> {
    const { deployment, network, machines, folder } = this;
    const enclave = await startLocalEnclave(folder, operator, machines[operator]!, deployment.configuration);
    this.enclaves[operator] = enclave;
    const terms = { ...termsOf(machines[operator]!), evaluationNumber: network.vendor.evaluationNumber };
    const gas: Record<string, bigint> = {};
    for (const registrar of registrarsOf(network, deployment, operator)) {
      const entered = await registrar.enter(enclave.process.client, terms);
      gas[String(registrar.chain)] = entered.gas;
    }
    const { signer } = await enclave.process.client.status();
    this.registrations.push({ enclave: enclave.name, signer: toHex(signer), gas });
    return enclave;
  }

  get configs(): readonly HostConfig[] {
    return this.#configs;
  }

  /** Starts a host, or starts it again. */
  async startHost(index: number): Promise<Host> {
    const config = this.#configs[index]!;
    const host = await Host.start(config, this.options.log?.(config.name));
    this.hosts[index] = host;
    return host;
  }

  /** Stops all hosts and starts them again on other databases, where they begin anew. */
  async useDatabases(database: (host: string) => HostConfig['database']): Promise<void> {
    await Promise.all(this.hosts.splice(0).map((host) => host.stop()));
    this.#configs = this.#configs.map((config) => ({ ...config, database: database(config.name) }));
    await Promise.all(this.#configs.map((_, index) => this.startHost(index)));
  }

  async #configure(count: number): Promise<void> {
    const { options, deployment, network, folder } = this;
    const { batch, logLevel = 'warn', stepInMilliseconds = 3_000 } = options;
    const nodes = (await options.nodes?.(network)) ?? {
      evm: [network.evm.url],
      beacon: [network.beacon.url],
      sui: [network.sui.url],
    };
    // Hosts must know where the others are before they are there.
    const ports = count === 1 ? [options.apiPort ?? 0] : await freePorts(count);
    const hosts = ports.map((port, i) => ({ name: `host-${i + 1}`, url: `http://127.0.0.1:${port}` }));
    for (let index = 0; index < count; index++) {
      const name = `host-${index + 1}`;
      const key = Ed25519Keypair.generate();
      await requestSuiFromFaucetV2({ host: network.sui.faucetUrl, recipient: key.toSuiAddress() });
      const secretFile = (suffix: string, secret: string): { file: string } => {
        const file = path.join(folder, `${name}.${suffix}.key`);
        writeFileSync(file, `${secret}\n`, { mode: 0o600 });
        return { file };
      };
      const enclaves = this.enclaves
        .filter((_, operator) => operator % count === index)
        .map(({ name, socketPath }) => ({ name, socket: socketPath }));
      const database = options.database?.(name) ?? { kind: 'pglite' as const };
      const input: HostConfigInput = {
        name,
        database,
        api: { port: ports[index]! },
        ...(count === 1 ? {} : { hosts }),
        logLevel,
        enclaves,
        stepInMilliseconds,
        ...(batch === undefined ? {} : { batch }),
        chains: chainsOf(deployment, network, nodes, {
          evm: secretFile('evm', evmKey(ACCOUNTS.submitter + index)),
          sui: secretFile('sui', key.getSecretKey()),
        }),
      };
      writeFileSync(path.join(folder, `${name}.json`), `${JSON.stringify(input, null, 2)}\n`);
      this.#configs.push(parseConfig(input));
    }
  }

  /** Stops everything. */
  async close(): Promise<void> {
    await Promise.all(this.hosts.splice(0).map((host) => host.stop()));
    await Promise.all(this.enclaves.splice(0).map((enclave) => enclave.stop()));
    await this.network.close();
    if (this.#isTemporary) rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Ports that nobody uses now. */
async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise<Server>((resolve) => {
          const server = createServer().listen(0, '127.0.0.1', () => resolve(server));
        }),
    ),
  );
  return Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((resolve) => {
          const { port } = server.address() as AddressInfo;
          server.close(() => resolve(port));
        }),
    ),
  );
}

function chainsOf(
  { evm, sui, committee, suiChain, trustedBlockRoot, start }: LocalDeployment,
  network: Network,
  nodes: NodeUrls,
  keys: { evm: { file: string }; sui: { file: string } },
): HostConfigInput['chains'] {
  const { chain } = network.beacon;
  const lower = (text: string): string => text.toLowerCase();
  return [
    {
      kind: 'ethereum',
      chain: String(LOCALNET_EVM_CHAIN),
      rpc: nodes.evm,
      beacon: nodes.beacon,
      preset: chain.preset,
      genesisValidatorsRoot: toHex(chain.genesisValidatorsRoot),
      forks: chain.forks.map(({ name, epoch, version }) => ({ name, epoch, version: toHex(version) })),
      minParticipants: leastParticipants(chain.preset),
      trustedBlockRoot: toHex(trustedBlockRoot),
      registry: lower(evm.contracts.registry),
      outbox: lower(evm.contracts.outbox),
      inbox: lower(evm.contracts.inbox),
      startHeight: String(start.evm),
      submitter: keys.evm,
    },
    {
      kind: 'sui',
      chain: String(suiChain),
      rpc: nodes.sui,
      committee: toHex(committee),
      package: sui.packages.corridor.id,
      registry: sui.objects.registry,
      outbox: sui.objects.outbox,
      inbox: sui.objects.inbox,
      startHeight: String(start.sui),
      submitter: keys.sui,
    },
  ];
}
