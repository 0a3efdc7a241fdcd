import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readdirSync, readFileSync } from 'node:fs';
import { keccak256, zeroAddress, type Address, type Hex } from 'viem';
import {
  artifactOf,
  compiledArtifactOf,
  release,
  SOURCES,
  type ContractName,
} from '../../../scripts/deploy/evm/artifacts.ts';
import { DELAYS, INTEL_ROOT } from '../../../scripts/deploy/evm/config.ts';
import { RESTRICTED, ROLES } from '../../../scripts/deploy/evm/roles.ts';
import { hashesOf, isOf } from '../../../scripts/deploy/evm/sources.ts';
import { verifyDeployment } from '../../../scripts/deploy/evm/verify.ts';
import { deployEvm, parseConfig, renderDeployment, type EvmConfig } from '../../../scripts/deploy/evm.ts';
import { createChain, isMeasured, type TestChain } from '../harness/chain.ts';
import { bytes32 } from '../harness/fixtures.ts';
import { createWorld, entryTerms, FAR_CHAIN } from '../harness/world.ts';

/** A chain that is nobody's localnet. */
const PUBLIC_CHAIN = 11_155_111;

const POLICY = { signers: 3, operators: 2, platforms: 3, vendors: 1 };

describe('deployment on EVM', () => {
  let chain: TestChain;
  let config: EvmConfig;
  before(async () => {
    chain = await createChain({ chainId: PUBLIC_CHAIN });
    const [, governance, guardian, feeSink, first, second] = chain.accounts as [Address, ...Address[]] as Address[];
    config = {
      network: 'public-test',
      chainId: PUBLIC_CHAIN,
      governance: governance!,
      guardian: guardian!,
      feeSink: feeSink!,
      revocationKey: null,
      verifierRoot: INTEL_ROOT,
      challengeBlocks: 300,
      acceptedTcbStatuses: [1],
      minimumEvaluationNumber: 17,
      operators: [first!, second!],
      entries: [entryTerms({ verifierNumber: 1 }) as EvmConfig['entries'][number]],
      lanes: [{ destinationChain: FAR_CHAIN, fees: { base: 1_000_000n, perByte: 10n, perGas: 1n } }],
      origins: [{ chain: FAR_CHAIN, outbox: bytes32('outbox'), generation: 1, policy: POLICY }],
    };
  });

  const clients = () => ({ publicClient: chain.client, walletClient: chain.wallets[0]! });

  it('writes what it has read back, and leaves the deployer without a role', async () => {
    const directory = await mkdtemp(path.join(tmpdir(), 'deployments-'));
    try {
      const deployment = await deployEvm(clients(), config, directory);
      const written = await readFile(path.join(directory, 'public-test.json'), 'utf8');
      assert.equal(written, renderDeployment(deployment));
      const parsed = JSON.parse(written) as Record<string, any>;
      assert.equal(parsed['chain'], String(PUBLIC_CHAIN));
      for (const [name, address] of Object.entries(deployment.contracts)) {
        const code = await chain.client.getCode({ address });
        assert.equal(parsed['codeHashes'][name], keccak256(code!), name);
        // EIP-170; what is measured is larger than what is deployed.
        if (!isMeasured) assert.ok((code!.length - 2) / 2 <= 24_576, `${name} is too large`);
      }
      assert.deepEqual(deployment.delays, DELAYS);
      // The file says enough to read the same deployment back again.
      await verifyDeployment(clients(), deployment.contracts, parseConfig(written));
      const [entry, origin, lane] = [config.entries[0]!, config.origins[0]!, config.lanes[0]!];
      const first = (bytes: Hex): Hex => `0x00${bytes.slice(4)}`;
      const others: Partial<EvmConfig>[] = [
        { feeSink: config.guardian },
        { revocationKey: config.guardian },
        { minimumEvaluationNumber: 18 },
        { acceptedTcbStatuses: [1, 2] },
        { operators: [...config.operators].reverse() },
        { entries: [] },
        { entries: [{ ...entry, registers: first(entry.registers) }] },
        { entries: [{ ...entry, teeType: 1 }] },
        { entries: [{ ...entry, launch: `0x01${entry.launch.slice(4)}` }] },
        { entries: [{ ...entry, attributesMask: first(entry.attributesMask) }] },
        { entries: [{ ...entry, configurationHash: first(entry.configurationHash) }] },
        { lanes: [{ ...lane, fees: { ...lane.fees, perGas: 2n } }] },
        { origins: [{ ...origin, generation: 2 }] },
        { origins: [{ ...origin, policy: { ...POLICY, vendors: 2 } }] },
        { challengeBlocks: 301 },
        { verifierRoot: bytes32('simulated root') },
        { governance: config.guardian },
      ];
      for (const change of others) {
        const differs = verifyDeployment(clients(), deployment.contracts, { ...config, ...change });
        await assert.rejects(differs, { code: 'ReadBackDiffers' }, JSON.stringify(Object.keys(change)));
      }
      await assert.rejects(
        verifyDeployment(clients(), { ...deployment.contracts, registry: deployment.contracts.inbox }, config),
        { code: 'ReadBackDiffers' },
      );
    } finally {
      await rm(directory, { recursive: true });
    }
  });

  it('refuses what is inconsistent or too weak, before it sends anything', async () => {
    const deployer = chain.accounts[0]!;
    const origins = (policy: typeof POLICY): Partial<EvmConfig> => ({ origins: [{ ...config.origins[0]!, policy }] });
    const refused: readonly (readonly [string, Partial<EvmConfig>])[] = [
      ['WrongChain', { chainId: 1 }],
      ['InvalidAccount', { governance: zeroAddress }],
      ['InvalidAccount', { guardian: deployer }],
      ['InvalidAccount', { governance: deployer }],
      ['InvalidAccount', { guardian: config.governance }],
      ['InvalidAccount', { operators: [config.operators[0]!, zeroAddress] }],
      ['InvalidAccount', { operators: [config.operators[0]!, deployer] }],
      ['SimulatedRoot', { verifierRoot: bytes32('simulated root') }],
      ['TooFewOperators', { operators: [config.operators[0]!] }],
      ['InvalidPolicy', origins({ ...POLICY, signers: 0 })],
      ['InvalidPolicy', origins({ signers: 1, operators: 1, platforms: 1, vendors: 1 })],
      ['InvalidPolicy', origins({ ...POLICY, operators: 1 })],
      ['InvalidPolicy', origins({ ...POLICY, operators: 4 })],
      ['InvalidPolicy', origins({ ...POLICY, platforms: 2 })],
      ['InvalidPolicy', origins({ ...POLICY, vendors: 0 })],
      ['InvalidPolicy', origins({ signers: 33, operators: 2, platforms: 33, vendors: 1 })],
      ['InvalidConfiguration', { network: '../elsewhere' }],
      ['InvalidConfiguration', { operators: [config.operators[0]!, config.operators[0]!] }],
      ['InvalidConfiguration', { acceptedTcbStatuses: [9] }],
      ['InvalidConfiguration', { acceptedTcbStatuses: [1, 1] }],
      ['InvalidConfiguration', { challengeBlocks: 0 }],
      ['InvalidConfiguration', { challengeBlocks: 8_192 }],
      ['InvalidConfiguration', { lanes: [config.lanes[0]!, config.lanes[0]!] }],
      ['InvalidConfiguration', { origins: [config.origins[0]!, config.origins[0]!] }],
    ];
    const before = await chain.client.getBlockNumber();
    for (const [code, change] of refused) {
      await assert.rejects(
        deployEvm(clients(), { ...config, ...change }, null),
        { code },
        JSON.stringify(Object.keys(change)),
      );
    }
    assert.equal(await chain.client.getBlockNumber(), before);
  });

  it('takes on localnet what it refuses elsewhere', async () => {
    await createWorld({ policy: { signers: 1, operators: 1, platforms: 1, vendors: 1 }, operators: 1 });
  });

  it('deploys what the present sources compile to, from deployments/contracts or compiled anew', () => {
    for (const name of Object.keys(SOURCES) as ContractName[]) {
      const compiled = compiledArtifactOf(name);
      if (compiled.bytecode === '0x') continue;
      assert.deepEqual(artifactOf(name), compiled, name);
      const { deployed } = release(name, compiled);
      assert.ok(deployed.length > 0, name);
    }
    assert.ok(isOf(hashesOf()));
    for (const source of Object.keys(hashesOf())) assert.ok(!isOf({ ...hashesOf(), [source]: 'changed' }), source);
    const { 'contracts-evm/src/inbox/Inbox.sol': _, ...fewer } = hashesOf();
    assert.ok(!isOf(fewer));
    // Code that is not in the creation code, or there twice, could not be cut from it.
    for (const bytecode of ['0x6001', '0x60026002'] as const) {
      assert.throws(() => release('Echo', { ...compiledArtifactOf('Echo'), bytecode, deployedBytecode: '0x6002' }));
    }
  });

  it('gives each restricted function of the sources one role', () => {
    const sources = path.resolve(import.meta.dirname, '../../src');
    const restricted = readdirSync(sources, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.sol'))
      .flatMap((name) => [
        ...readFileSync(path.join(sources, name), 'utf8').matchAll(/function (\w+)\([^{;]*?\brestricted\b/g),
      ])
      .map((match) => match[1]!);
    const assigned = Object.values(RESTRICTED).flatMap((roles) => Object.values(roles).flat());
    assert.deepEqual([...restricted].sort(), [...assigned].sort());
    assert.equal(new Set(assigned).size, assigned.length);
    assert.equal(ROLES.admin, 0n);
  });
});
