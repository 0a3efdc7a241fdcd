/** Deploys the contracts, and sends what sets them up. */
import {
  encodeDeployData,
  encodeFunctionData,
  type Abi,
  type Address,
  type Hash,
  type Hex,
  type PublicClient,
  type TransactionReceipt,
  type WalletClient,
} from 'viem';
import { evmShortfall, showShortfall } from '../../../prover/bindings/funds.ts';
import { FundsError } from '../errors.ts';
import { artifactOf, type ContractName } from './artifacts.ts';
import type { EvmConfig } from './config.ts';
import { EvmDeployError } from './errors.ts';

/** Clients of one chain; the wallet's account pays and holds no role afterwards. */
export interface EvmClients {
  readonly publicClient: PublicClient;
  readonly walletClient: WalletClient;
}

/** Where the contracts of a deployment are. */
export interface EvmContracts {
  readonly accessManager: Address;
  readonly certificateJudge: Address;
  readonly documentJudge: Address;
  readonly evidenceReader: Address;
  readonly dcapVerifier: Address;
  readonly registry: Address;
  readonly outbox: Address;
  readonly inbox: Address;
}

/** What each contract was built as. */
export const ARTIFACT_OF: Record<keyof EvmContracts, ContractName> = {
  accessManager: 'AccessManager',
  certificateJudge: 'CertificateJudge',
  documentJudge: 'DocumentJudge',
  evidenceReader: 'EvidenceReader',
  dcapVerifier: 'DcapVerifier',
  registry: 'Registry',
  outbox: 'Outbox',
  inbox: 'Inbox',
};

/** The account that deploys. */
export function deployerOf({ walletClient }: EvmClients): Address {
  if (!walletClient.account) throw new EvmDeployError('InvalidAccount', 'the wallet client has no account');
  return walletClient.account.address;
}

/** Deploys all contracts. The deployer is the manager's admin until `handOver`. */
export async function deployContracts(clients: EvmClients, config: EvmConfig): Promise<EvmContracts> {
  const deploy = async (contract: keyof EvmContracts, args: readonly unknown[] = []): Promise<Address> => {
    const { abi, bytecode } = artifactOf(ARTIFACT_OF[contract]);
    const { account, chain = null } = clients.walletClient;
    const what = `the deployment of ${contract}`;
    const hash = await pay(clients, what, { data: encodeDeployData({ abi, bytecode, args }) }, () =>
      clients.walletClient.deployContract({ abi, bytecode, args, account: account!, chain }),
    );
    const { contractAddress } = await receiptOf(clients, hash, what);
    if (!contractAddress) throw new EvmDeployError('TransactionFailed', `the deployment of ${contract} has no address`);
    return contractAddress;
  };
  const accessManager = await deploy('accessManager', [deployerOf(clients)]);
  const certificateJudge = await deploy('certificateJudge');
  const documentJudge = await deploy('documentJudge');
  const evidenceReader = await deploy('evidenceReader');
  const verifierParts = [config.verifierRoot, certificateJudge, documentJudge, evidenceReader];
  const dcapVerifier = await deploy('dcapVerifier', verifierParts);
  const registry = await deploy('registry', [accessManager, BigInt(config.challengeBlocks)]);
  const outbox = await deploy('outbox', [accessManager, config.feeSink]);
  const inbox = await deploy('inbox', [accessManager, registry]);
  return { accessManager, certificateJudge, documentJudge, evidenceReader, dcapVerifier, registry, outbox, inbox };
}

/** Calls a contract as the deployer and waits until that is in a block. */
export async function send(
  clients: EvmClients,
  address: Address,
  abi: Abi,
  functionName: string,
  args: readonly unknown[],
): Promise<TransactionReceipt> {
  const { account, chain = null } = clients.walletClient;
  const call = { address, abi, functionName, args, account: account!, chain };
  const data = encodeFunctionData({ abi, functionName, args });
  const hash = await pay(clients, functionName, { to: address, data }, () => clients.walletClient.writeContract(call));
  return receiptOf(clients, hash, functionName);
}

/** @throws FundsError where the deployer cannot pay */
async function pay(
  clients: EvmClients,
  what: string,
  call: { to?: Address; data: Hex },
  task: () => Promise<Hash>,
): Promise<Hash> {
  try {
    return await task();
  } catch (error) {
    const shortfall = await evmShortfall(clients.publicClient, deployerOf(clients), call, error);
    if (!shortfall) throw error;
    throw new FundsError(`for ${what}, which is not all, ${showShortfall(shortfall, 'the EVM chain')}`);
  }
}

/** The code at an address. */
export async function codeAt({ publicClient }: EvmClients, address: Address): Promise<Hex> {
  return (await publicClient.getCode({ address })) ?? '0x';
}

async function receiptOf(clients: EvmClients, hash: Hash, what: string): Promise<TransactionReceipt> {
  const receipt = await clients.publicClient.waitForTransactionReceipt({ hash });
  if (receipt.status !== 'success') throw new EvmDeployError('TransactionFailed', `${what} failed in ${hash}`);
  return receipt;
}
