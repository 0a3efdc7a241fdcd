/** Deploys Corridor on both chains of a local network, with a lane each way and one program on the allow lists. */
import { SuiGrpcClient } from '@mysten/sui/grpc';
import { fromBase58 } from '@mysten/sui/utils';
import { createPublicClient, createWalletClient, http, type Address, type Hex, type PublicClient } from 'viem';
import { mnemonicToAccount, type HDAccount } from 'viem/accounts';
import { configurationHash } from '../../prover/enclave/config.ts';
import { leastParticipants } from '../../prover/enclave/ethereum/index.ts';
import { encodeConfiguration } from '../../prover/host/enclave-configuration.ts';
import {
  concat,
  fromEvmAddress,
  fromHex,
  LOCALNET_EVM_CHAIN,
  suiChain as suiChainId,
  toHex,
} from '../../prover/protocol/index.ts';
import {
  completeEvm,
  startEvm,
  type EvmClients,
  type EvmConfig,
  type EvmDeployment,
} from '../../scripts/deploy/evm.ts';
import {
  finishDeployment,
  publishSui,
  setUpSui,
  type SuiContext,
  type SuiDeployConfig,
  type SuiDeployment,
} from '../../scripts/deploy/sui.ts';
import type { Network } from '../network.ts';
import { fetchCommittee } from './committee.ts';
import { quoteOptions, type LocalMachine } from './machines.ts';

/** The test mnemonic of anvil and Hardhat: its accounts have ether on every local node. */
const MNEMONIC = 'test test test test test test test test test test test junk';

/** Who is who among the accounts of a local EVM node. */
export const ACCOUNTS = {
  deployer: 0,
  governance: 1,
  guardian: 2,
  feeSink: 3,
  user: 4,
  submitter: 5,
  /** Whoever tries the network out */
  guest: 9,
  firstOperator: 10,
};

export function evmAccount(index: number): HDAccount {
  return mnemonicToAccount(MNEMONIC, { addressIndex: index });
}

/** The private key of such an account. */
export function evmKey(index: number): Hex {
  return toHex(evmAccount(index).getHdKey().privateKey!);
}

export interface DeploymentOptions {
  readonly operators: number;
  /** A machine of each kind of TEE: the program on it goes on the allow lists, in this order */
  readonly programs: readonly LocalMachine[];
  /** Signers, operators and platforms that a quorum needs */
  readonly threshold: number;
  /** Folder for <network>.json files; null to write none */
  readonly folder: string;
}

/** Both deployments and what enclaves are started with. */
export interface LocalDeployment {
  readonly evm: EvmDeployment;
  readonly sui: SuiDeployment;
  readonly suiContext: SuiContext;
  readonly evmClient: PublicClient;
  readonly configuration: Uint8Array;
  readonly trustedBlockRoot: Uint8Array;
  /** BCS of Sui's committee to start from */
  readonly committee: Uint8Array;
  readonly suiChain: bigint;
  /** Heights before which nothing was sent */
  readonly start: { readonly evm: bigint; readonly sui: bigint };
}

const CHALLENGE_BLOCKS = 3_600;
const UP_TO_DATE = 1;
const DAY_SECONDS = 86_400;
const FEES = { base: 1_000_000_000n, perByte: 1_000n, perGas: 1_000n };
const SUI_FEES = { baseFee: 1_000n, feePerByte: 10n, feePerGas: 1n };
const VERIFIER = 1;

/** Deploys everything. */
export async function deployLocal(network: Network, options: DeploymentOptions): Promise<LocalDeployment> {
  const { programs, operators, threshold, folder } = options;
  const transport = http(network.evm.url);
  const evmClient = createPublicClient({ transport, pollingInterval: 20, cacheTime: 0 });
  const clients: EvmClients = {
    publicClient: evmClient,
    walletClient: createWalletClient({ transport, account: evmAccount(ACCOUNTS.deployer) }),
  };
  const client = new SuiGrpcClient({ network: 'localnet', baseUrl: network.sui.url, format: 'binary' });
  const suiContext: SuiContext = { client, signer: network.sui.keypair };
  const evmBase = evmConfig(operators, network.vendor.rootFingerprint);

  // What each side must know of the other is known once both have addresses.
  const published = await publishSui(suiContext);
  const contracts = await startEvm(clients, evmBase);
  const { chainIdentifier } = await client.getChainIdentifier();
  const suiChain = suiChainId(fromBase58(chainIdentifier).slice(0, 4));

  const trustedBlockRoot = await finalBlock(network);
  const { beacon } = network;
  const evmChain = LOCALNET_EVM_CHAIN;
  const outboxes = { evm: fromEvmAddress(fromHex(contracts.outbox)), sui: fromHex(published.objects.outbox) };
  const inboxes = { evm: fromEvmAddress(fromHex(contracts.inbox)), sui: fromHex(published.objects.inbox) };
  const committee = await fetchCommittee(client);
  const configuration = encodeConfiguration({
    origins: [
      {
        chain: evmChain,
        preset: beacon.chain.preset,
        genesisValidatorsRoot: beacon.chain.genesisValidatorsRoot,
        forks: beacon.chain.forks,
        minParticipants: leastParticipants(beacon.chain.preset),
        trustedBlockRoot,
      },
      { chain: suiChain, committee, messagePackage: fromHex(published.packages.corridor.id) },
    ],
    lanes: [
      {
        originChain: evmChain,
        originOutbox: outboxes.evm,
        destinationChain: suiChain,
        generation: 1n,
        destinationInbox: inboxes.sui,
      },
      {
        originChain: suiChain,
        originOutbox: outboxes.sui,
        destinationChain: evmChain,
        generation: 1n,
        destinationInbox: inboxes.evm,
      },
    ],
  });

  const entries = programs.map((machine) => entryOf(machine, configurationHash(configuration)));
  const quorum = { operators: threshold, platforms: threshold, vendors: 1 };
  const evm = await completeEvm(
    clients,
    contracts,
    {
      ...evmBase,
      entries: entries.map((entry) => ({
        ...hexEntry(entry),
        verifierNumber: VERIFIER,
        notAfterSeconds: Number(entry.notAfter),
      })),
      lanes: [{ destinationChain: suiChain, fees: FEES }],
      origins: [
        { chain: suiChain, outbox: toHex(outboxes.sui), generation: 1, policy: { signers: threshold, ...quorum } },
      ],
    },
    folder,
  );
  const owner = suiContext.signer.toSuiAddress();
  const suiConfig: SuiDeployConfig = {
    network: 'localnet-sui',
    isLocalnet: true,
    root: network.vendor.rootFingerprint,
    operators: Array.from({ length: operators }, () => owner),
    acceptedTcbStatuses: [UP_TO_DATE],
    minimumEvaluationNumber: 0,
    feeSink: owner,
    lanes: [{ destinationChain: evmChain, ...SUI_FEES }],
    origins: [{ chain: evmChain, outbox: outboxes.evm, generation: 1, policy: { threshold, ...quorum } }],
    entries,
  };
  const setUp = await setUpSui(suiContext, published, suiConfig);
  const sui = await finishDeployment(suiContext, published, setUp, suiConfig, folder);
  const start = { evm: await evmClient.getBlockNumber(), sui: await latestCheckpoint(client) };
  return { evm, sui, suiContext, evmClient, configuration, trustedBlockRoot, committee, suiChain, start };
}

function evmConfig(operators: number, root: Uint8Array): EvmConfig {
  const address = (index: number): Address => evmAccount(index).address;
  return {
    network: 'localnet-evm',
    chainId: Number(LOCALNET_EVM_CHAIN),
    governance: address(ACCOUNTS.governance),
    guardian: address(ACCOUNTS.guardian),
    feeSink: address(ACCOUNTS.feeSink),
    revocationKey: null,
    verifierRoot: toHex(root),
    challengeBlocks: CHALLENGE_BLOCKS,
    acceptedTcbStatuses: [UP_TO_DATE],
    minimumEvaluationNumber: 0,
    operators: Array.from({ length: operators }, (_, i) => address(ACCOUNTS.firstOperator + i)),
    entries: [],
    lanes: [],
    origins: [],
  };
}

/** The program that a machine's quotes name, pinned with debug off and in this configuration. */
function entryOf(machine: LocalMachine, configuration: Uint8Array) {
  const { body } = machine.platform.quoteParts(quoteOptions(machine, new Uint8Array(64)));
  const zeros = (length: number): Uint8Array => new Uint8Array(length);
  const common = {
    configurationHash: configuration,
    notAfter: BigInt(Math.floor(Date.now() / 1000) + 60 * DAY_SECONDS),
  };
  // Where the fields are: docs/spec/dcap.md section 3. All of ATTRIBUTES and MISCSELECT is pinned, TDATTRIBUTES' first half.
  if (machine.tee === 'sgx') {
    return {
      ...common,
      teeType: 1,
      registers: body.slice(64, 96),
      attributesMask: concat(zeros(20).fill(0xff), zeros(12)),
      attributesValue: concat(body.slice(48, 64), body.slice(16, 20), zeros(12)),
      launch: concat(body.slice(192, 256), body.slice(260, 262)),
    };
  }
  return {
    ...common,
    teeType: 2,
    registers: concat(body.slice(136, 184), body.slice(328, 520)),
    attributesMask: concat(zeros(4).fill(0xff), zeros(28)),
    attributesValue: concat(body.slice(120, 124), zeros(28)),
    launch: concat(body.slice(184, 328), zeros(48)),
  };
}

function hexEntry({ teeType, ...entry }: ReturnType<typeof entryOf>) {
  const { registers, attributesMask, attributesValue, launch } = entry;
  return {
    teeType,
    registers: toHex(registers),
    attributesMask: toHex(attributesMask),
    attributesValue: toHex(attributesValue),
    launch: toHex(launch),
    configurationHash: toHex(entry.configurationHash),
  };
}

/** Root of a final beacon block, for which blocks are mined as long as there is none. */
async function finalBlock({ evm, beacon }: Network): Promise<Uint8Array> {
  for (;;) {
    const root = beacon.chain.head?.finalizedRoot;
    if (root) return root;
    await evm.rpc.request({ method: 'evm_mine' });
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function latestCheckpoint(client: SuiGrpcClient): Promise<bigint> {
  const { response } = await client.ledgerService.getServiceInfo({});
  return response.checkpointHeight!;
}
