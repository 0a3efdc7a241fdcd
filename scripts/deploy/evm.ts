// Deploys Corridor on an EVM chain, reads back what it deployed and writes deployments/<network>.json.
//   npm run deploy:evm -- --config FILE --rpc URL      with the deployer's key in CORRIDOR_DEPLOYER_KEY
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createPublicClient, createWalletClient, http, type Hex } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { z } from 'zod';
import { checkConfig, DCAP_VERIFIER_NUMBER, type EvmConfig } from './evm/config.ts';
import { ARTIFACT_OF, deployContracts, deployerOf, type EvmClients, type EvmContracts } from './evm/contracts.ts';
import { EvmDeployError } from './evm/errors.ts';
import { parseConfig } from './evm/parse.ts';
import { hexText, u64 } from './fields.ts';
import {
  DEPLOYER_KEY,
  deployProgram,
  readStarted,
  removeStarted,
  toText,
  UsageError,
  writeStarted,
  type DeployRequest,
} from './program.ts';
import { delaysOf, handOver, setUp } from './evm/setup.ts';
import { verifyDeployment, type CodeHashes } from './evm/verify.ts';

export { type EntryTerms, type EvmConfig } from './evm/config.ts';
export { type EvmClients, type EvmContracts } from './evm/contracts.ts';
export { EvmDeployError } from './evm/errors.ts';
export { parseConfig } from './evm/parse.ts';

/** Where deployments are written. */
export const DEPLOYMENTS = path.resolve(import.meta.dirname, '../../deployments');

/** What is written: where everything is, what its code hashes to, and the terms that it was deployed with. */
export type EvmDeployment = Omit<EvmConfig, 'network'> & {
  readonly network: string;
  readonly kind: 'evm';
  /** Corridor's chain id */
  readonly chain: bigint;
  /** Block before which nothing was registered, sent or delivered */
  readonly startHeight: bigint;
  readonly contracts: EvmContracts;
  readonly codeHashes: CodeHashes;
  readonly verifierNumber: number;
  readonly delays: ReturnType<typeof delaysOf>;
};

/**
 * Deploys the contracts and leaves them with the deployer: for networks whose other side must know the addresses before
 * lanes and origins can be said. `completeEvm` ends it.
 * @throws EvmDeployError when the configuration is refused or a transaction fails
 */
export async function startEvm(clients: EvmClients, config: EvmConfig): Promise<EvmContracts> {
  await check(clients, config);
  return deployContracts(clients, config);
}

/**
 * Sets contracts up as configured, hands them over, reads everything back and writes deployments/<network>.json.
 * @param directory where to write; null to write nothing
 * @throws EvmDeployError also when what is read back is not what was meant; then do not use the deployment
 */
export async function completeEvm(
  clients: EvmClients,
  contracts: EvmContracts,
  config: EvmConfig,
  directory: string | null = DEPLOYMENTS,
): Promise<EvmDeployment> {
  await check(clients, config);
  await setUp(clients, contracts, config);
  await handOver(clients, contracts, config);
  // What is read back has no traffic yet.
  const startHeight = await clients.publicClient.getBlockNumber({ cacheTime: 0 });
  const codeHashes = await verifyDeployment(clients, contracts, config);
  const deployment: EvmDeployment = {
    ...config,
    kind: 'evm',
    chain: BigInt(config.chainId),
    startHeight,
    contracts,
    codeHashes,
    verifierNumber: DCAP_VERIFIER_NUMBER,
    delays: delaysOf(config),
  };
  if (directory !== null) {
    await mkdir(directory, { recursive: true });
    await writeFile(path.join(directory, `${config.network}.json`), renderDeployment(deployment));
  }
  return deployment;
}

/** Both in one. */
export async function deployEvm(
  clients: EvmClients,
  config: EvmConfig,
  directory: string | null = DEPLOYMENTS,
): Promise<EvmDeployment> {
  return completeEvm(clients, await startEvm(clients, config), config, directory);
}

/** A deployment as JSON; 64-bit numbers as decimal strings. */
export function renderDeployment(deployment: EvmDeployment): string {
  return `${toText(deployment)}\n`;
}

async function check(clients: EvmClients, config: EvmConfig): Promise<void> {
  checkConfig(config, deployerOf(clients));
  const chainId = await clients.publicClient.getChainId();
  if (chainId !== config.chainId) {
    const message = `the node's chain is ${chainId}, the configuration is for ${config.chainId}: check the RPC URL`;
    throw new EvmDeployError('WrongChain', message);
  }
}

/** Contracts that are deployed and not set up. */
const startedSchema = z.object({
  network: z.string(),
  kind: z.literal('evm'),
  chain: u64,
  contracts: z.object(
    Object.fromEntries(Object.keys(ARTIFACT_OF).map((name) => [name, hexText(20)])) as Record<
      keyof EvmContracts,
      ReturnType<typeof hexText>
    >,
  ),
});

async function deployFromFile(request: DeployRequest): Promise<z.infer<typeof startedSchema>> {
  const { config, rpc, key, directory, step } = request;
  const parsed = parseConfig(config);
  if (!/^0x[0-9a-fA-F]{64}$/.test(key)) throw new UsageError(`${DEPLOYER_KEY} is not 0x and 64 hex digits`);
  const transport = http(rpc, { retryCount: 1 });
  const clients: EvmClients = {
    publicClient: createPublicClient({ transport, pollingInterval: 500 }),
    walletClient: createWalletClient({ transport, account: privateKeyToAccount(key as Hex) }),
  };
  const { network } = parsed;
  const chain = BigInt(parsed.chainId);
  if (step === 'start') {
    const contracts = await startEvm(clients, parsed);
    return writeStarted(directory, { network, kind: 'evm', chain, contracts });
  }
  if (step === 'all') return deployEvm(clients, parsed, directory);
  const { contracts } = readStarted(startedSchema, request, network, chain);
  const deployment = await completeEvm(clients, contracts, parsed, directory);
  removeStarted(directory, network);
  return deployment;
}

if (import.meta.main) {
  await deployProgram(
    { kind: 'evm', folder: DEPLOYMENTS },
    deployFromFile,
    ({ chain, contracts: { registry, outbox, inbox } }) =>
      `chain ${chain}, registry ${registry}, outbox ${outbox}, inbox ${inbox}`,
  );
}
