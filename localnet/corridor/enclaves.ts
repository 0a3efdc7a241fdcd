/** Operators of a local network: an enclave each, in a process of its own, on a simulated machine of its own. */
import { rmSync } from 'node:fs';
import type { Server } from 'node:http';
import path from 'node:path';
import { createWalletClient, http } from 'viem';
import { fetchCollateral, requestOfQuote } from '../../prover/host/pcs.ts';
import { startEnclave, type EnclaveProcess } from '../../prover/host/enclave-process.ts';
import { newerOnEvm, uploadToEvm } from '../../prover/host/collateral-evm.ts';
import { newerOnSui, uploadToSui } from '../../prover/host/collateral-sui.ts';
import { EvmRegistrar } from '../../prover/host/operators/evm.ts';
import { SuiRegistrar } from '../../prover/host/operators/sui.ts';
import type { Registrar } from '../../prover/host/operators/registrar.ts';
import { collateralFromFile } from '../../prover/protocol/dcap/index.ts';
import { LOCALNET_EVM_CHAIN } from '../../prover/protocol/index.ts';
import { guardProcess } from '../guard.ts';
import type { Network } from '../network.ts';
import { startAgent } from '../tee/agent.ts';
import { ACCOUNTS, evmAccount, type LocalDeployment } from './deployment.ts';
import { FORMS, quoteOptions, type LocalMachine, type LocalTee } from './machines.ts';

/** The program on a simulated platform. */
const ENTRY = path.resolve(import.meta.dirname, '../tee/enclave.ts');

/** One operator's enclave. */
export interface LocalEnclave {
  readonly name: string;
  readonly operator: number;
  readonly tee: LocalTee;
  readonly socketPath: string;
  readonly process: EnclaveProcess;
  /** Ends the process; its keys are gone. */
  stop(): Promise<void>;
}

/**
 * Starts an operator's enclave behind its machine's quoting agent.
 * @param folder where sockets and configuration go
 */
export async function startLocalEnclave(
  folder: string,
  operator: number,
  { platform, tee }: LocalMachine,
  configuration: Uint8Array,
): Promise<LocalEnclave> {
  const name = `enclave-${operator + 1}`;
  const directory = path.join(folder, name);
  const agentPath = path.join(folder, `agent-${operator + 1}.sock`);
  const agent: Server = await startAgent(agentPath, platform, { form: FORMS[tee] });
  try {
    rmSync(path.join(directory, 'enclave.sock'), { force: true });
    const command = [process.execPath, ENTRY, agentPath] as const;
    const enclave = await startEnclave({ command: [...command], configuration, directory, onSpawn: guardProcess });
    const stop = async (): Promise<void> => {
      agent.closeAllConnections();
      agent.close();
      await enclave.stop();
    };
    return { name, operator, tee, socketPath: enclave.socketPath, process: enclave, stop };
  } catch (error) {
    agent.close();
    throw error;
  }
}

/** An operator's access to both registries. */
export function registrarsOf(network: Network, deployment: LocalDeployment, operator: number): Registrar[] {
  const { evm, sui, suiContext, evmClient, suiChain } = deployment;
  const wallet = createWalletClient({
    transport: http(network.evm.url),
    account: evmAccount(ACCOUNTS.firstOperator + operator),
  });
  return [
    new EvmRegistrar({ chain: LOCALNET_EVM_CHAIN, client: evmClient, wallet, registry: evm.contracts.registry }),
    new SuiRegistrar({
      chain: suiChain,
      client: suiContext.client,
      key: suiContext.signer as never,
      cap: sui.operators[operator]!.cap,
      packages: packagesOf(deployment),
      registry: sui.objects.registry,
      collateralStore: sui.objects.collateralStore,
    }),
  ];
}

function packagesOf({ sui: { packages } }: LocalDeployment) {
  return { corridor: packages.corridor.id, dcap: packages.dcap.id, dcapEvidence: packages.dcapEvidence.id };
}

/** Fetches the collateral of a machine from the vendor's service and uploads it to both chains. */
export async function uploadCollateral(
  network: Network,
  { evm, sui, suiContext, evmClient }: LocalDeployment,
  machine: LocalMachine,
): Promise<void> {
  const { quote } = machine.platform.quote(quoteOptions(machine, new Uint8Array(64)));
  const parts = collateralFromFile(await fetchCollateral({ ...requestOfQuote(quote), url: network.pccs.url }));
  const wallet = createWalletClient({ transport: http(network.evm.url), account: evmAccount(ACCOUNTS.user) });
  const onEvm = { client: evmClient, address: evm.contracts.dcapVerifier };
  const onSui = {
    client: suiContext.client,
    packageId: sui.packages.dcap.id,
    storeId: sui.objects.collateralStore,
  };
  await Promise.all([
    uploadToEvm(onEvm, wallet, parts, await newerOnEvm(onEvm, parts)),
    uploadToSui(onSui, suiContext.signer, parts, await newerOnSui(onSui, parts)),
  ]);
}
