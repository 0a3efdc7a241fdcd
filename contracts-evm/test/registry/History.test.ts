/**
 * Challenges of more than 256 blocks ago on a node that keeps the history of EIP-2935 as mainnet does: anvil. Hardhat's
 * own chain has none, so that Registry.test.ts puts a history there.
 */
import assert from 'node:assert/strict';
import { artifacts } from 'hardhat';
import {
  createPublicClient,
  createWalletClient,
  decodeErrorResult,
  encodeFunctionData,
  http,
  pad,
  type Abi,
  type Address,
  type Hex,
} from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { EvmNodeError, startEvmNode, type EvmNode } from '../../../localnet/evm/node.ts';
import { registryAbi } from '../../../prover/bindings/evm/index.ts';
import { deployEvm, type EvmClients } from '../../../scripts/deploy/evm.ts';
import { skipMeasured } from '../harness/chain.ts';
import * as fixtures from '../harness/fixtures.ts';
import { CONFIGURATION, encodeEvidence, entryTerms, PROGRAM, STATED_VERIFIER } from '../harness/world.ts';

const CHAIN = 31_337;
const ROOT = fixtures.bytes32('simulated root');
/** Blocks that a challenge may be old. */
const CHALLENGE_BLOCKS = 400;
/** BLOCKHASH knows no more. */
const RECENT = 256;
const HISTORY: Address = '0x0000F90827F1C53a10cb7A02335B175320002935';

describe('challenges from the history of EIP-2935', function () {
  let node: EvmNode;
  let clients: EvmClients;
  let registry: Address;
  let operator: Address;

  before(async function () {
    skipMeasured(this, 'Anvil deploys nothing as large as what is measured');
    try {
      node = await startEvmNode({ kind: 'anvil' });
    } catch (error) {
      // npm has no anvil for some platforms.
      if (error instanceof EvmNodeError && /npm has no anvil/.test(error.message)) this.skip();
      throw error;
    }
    const accounts = (await node.rpc.request({ method: 'eth_accounts' })) as Address[];
    const [deployer, governance, guardian, feeSink, first] = accounts as [Address, Address, Address, Address, Address];
    operator = first;
    const transport = http(node.url, { retryCount: 0 });
    const publicClient = createPublicClient({ transport, cacheTime: 0, pollingInterval: 20 });
    clients = { publicClient, walletClient: createWalletClient({ transport, account: deployer }) };
    const { contracts } = await deployEvm(
      clients,
      {
        network: 'history',
        chainId: CHAIN,
        governance,
        guardian,
        feeSink,
        revocationKey: null,
        verifierRoot: ROOT,
        challengeBlocks: CHALLENGE_BLOCKS,
        acceptedTcbStatuses: [1],
        minimumEvaluationNumber: 17,
        operators: [operator],
        entries: [],
        lanes: [],
        origins: [],
      },
      null,
    );
    registry = contracts.registry;
    const { abi, bytecode } = await artifacts.readArtifact('StatedVerifier');
    const stated = { abi: abi as Abi, bytecode: bytecode as Hex, args: [ROOT], account: deployer, chain: null };
    const hash = await clients.walletClient.deployContract(stated);
    const { contractAddress: verifier } = await publicClient.waitForTransactionReceipt({ hash });
    await send(governance, 'setVerifier', [STATED_VERIFIER, verifier]);
    await send(governance, 'addEntry', [entryTerms()]);
    await node.rpc.request({ method: 'anvil_mine', params: [`0x${(CHALLENGE_BLOCKS + 50).toString(16)}`] });
  });
  after(() => node?.close());

  const send = async (from: Address, functionName: string, args: readonly unknown[]): Promise<void> => {
    const call = { address: registry, abi: registryAbi as Abi, functionName, args, account: from, chain: null };
    const hash = await clients.walletClient.writeContract(call);
    const { status } = await clients.publicClient.waitForTransactionReceipt({ hash });
    assert.equal(status, 'success', functionName);
  };

  /** A registration by evidence for the block so many blocks ago, or for a hash that is not that block's. */
  async function registration(name: string, age: number, challenge?: Hex): Promise<readonly unknown[]> {
    const head = await clients.publicClient.getBlock();
    const block = await clients.publicClient.getBlock({ blockNumber: head.number - BigInt(age) });
    const candidate = {
      verifierNumber: STATED_VERIFIER,
      entryNumber: 1,
      challengeBlock: block.number,
      signer: privateKeyToAccount(fixtures.bytes32(`key of ${name}`)).address,
      encryptionKey: fixtures.bytes32(`encryption key of ${name}`),
      configurationHash: CONFIGURATION,
    };
    const hash = fixtures.registrationHash({
      chain: BigInt(CHAIN),
      registry: pad(registry),
      operator: pad(operator),
      challenge: challenge ?? block.hash,
      signer: candidate.signer,
      encryptionKey: candidate.encryptionKey,
      configurationHash: CONFIGURATION,
    });
    const evidence = encodeEvidence({
      vendor: 1,
      ...PROGRAM,
      tcbStatus: 1,
      isMigratable: false,
      evaluationNumber: 19,
      expiresAtSeconds: head.timestamp + 40n * 86_400n,
      platformFamily: pad('0x90c06f000000', { dir: 'right' }),
      platformId: fixtures.bytes32(`platform ${name}`),
      reportData: `${hash}${'00'.repeat(32)}`,
      advisories: [],
    });
    return [candidate, evidence];
  }

  async function refuses(rule: string, args: readonly unknown[]): Promise<void> {
    const data = encodeFunctionData({ abi: registryAbi as Abi, functionName: 'register', args });
    const call = { from: operator, to: registry, data };
    const response = await fetch(node.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_call', params: [call, 'latest'] }),
    });
    const { error } = (await response.json()) as { error?: { data: Hex } };
    assert.ok(error, 'it is not refused');
    assert.equal(decodeErrorResult({ abi: registryAbi, data: error.data }).errorName, rule);
  }

  it('the node keeps the hash of every block behind what BLOCKHASH knows', async () => {
    const head = await clients.publicClient.getBlockNumber();
    for (const age of [RECENT + 1, RECENT + 100, CHALLENGE_BLOCKS]) {
      const { hash, number } = await clients.publicClient.getBlock({ blockNumber: head - BigInt(age) });
      const data = pad(`0x${number.toString(16)}`, { size: 32 });
      assert.equal((await clients.publicClient.call({ to: HISTORY, data })).data, hash);
    }
  });

  it('a key registers with a block that only the history knows, and with one that both know', async () => {
    await send(operator, 'register', await registration('old', RECENT + 100));
    await send(operator, 'register', await registration('recent', RECENT - 10));
  });

  it('evidence for another hash is refused, and so is a block that is too old', async () => {
    await refuses('InvalidReportData', await registration('forged', RECENT + 100, fixtures.bytes32('another hash')));
    await refuses('StaleChallenge', await registration('late', CHALLENGE_BLOCKS + 5));
  });
});
