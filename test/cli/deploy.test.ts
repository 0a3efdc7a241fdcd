import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createPublicClient, http } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { startEvmNode, type EvmNode } from '../../localnet/evm/node.ts';
import { inboxAbi } from '../../prover/bindings/evm/index.ts';
import { DeployError } from '../../scripts/deploy/errors.ts';
import { parseConfig } from '../../scripts/deploy/evm/parse.ts';
import { parseSuiConfig } from '../../scripts/deploy/sui/config.ts';

const MAIN = path.resolve(import.meta.dirname, '../../prover/cli/main.ts');
/** The first account of the test mnemonic that every local node starts with. */
const KEY = '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80';
const account = (digit: number): string => `0x${String(digit).repeat(40)}`;
const CONFIG = {
  network: 'cli-test',
  chainId: 31_337,
  governance: account(1),
  guardian: account(2),
  feeSink: account(3),
  revocationKey: null,
  verifierRoot: `0x${'44'.repeat(32)}`,
  challengeBlocks: 300,
  acceptedTcbStatuses: [1],
  minimumEvaluationNumber: 17,
  operators: [account(4)],
  entries: [],
  lanes: [],
  origins: [],
};

describe('configurations of deployments', () => {
  const problemsOf = (parse: () => unknown): string[] => {
    try {
      parse();
    } catch (error) {
      assert.ok(error instanceof DeployError);
      assert.equal((error as { code?: string }).code, 'InvalidConfiguration');
      return error.message
        .split('\n')
        .slice(1)
        .map((line) => line.trim().split(':')[0]!);
    }
    return [];
  };

  it('are refused with every mistake at once', () => {
    assert.deepEqual(
      problemsOf(() => parseConfig(JSON.stringify(CONFIG))),
      [],
    );
    const { feeSink: _, ...lacking } = CONFIG;
    const wrong = { ...lacking, guardian: '0x12', operators: [account(4), 5], lanes: [{ destinationChain: -1 }] };
    assert.deepEqual(
      problemsOf(() => parseConfig(JSON.stringify(wrong))),
      ['guardian', 'feeSink', 'operators.1', 'lanes.0.destinationChain', 'lanes.0.fees'],
    );
    assert.deepEqual(
      problemsOf(() => parseSuiConfig(JSON.stringify({ network: 'x', root: 'amd', operators: [], lanes: {} }))),
      ['isLocalnet', 'root', 'acceptedTcbStatuses', 'minimumEvaluationNumber', 'feeSink', 'lanes', 'origins'],
    );
  });

  it('are refused when they are no JSON', () => {
    assert.throws(() => parseConfig('{'), /the configuration is not JSON/);
    assert.throws(() => parseSuiConfig('{'), /the configuration is not JSON/);
  });
});

describe('corridor deploy', function () {
  this.timeout(120_000);
  let folder: string;
  let node: EvmNode;

  before(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'corridor deploy '));
    node = await startEvmNode();
  });
  after(async () => {
    await node?.close();
    rmSync(folder, { recursive: true });
  });

  function deploy(config: object, rpc: string, key?: string, ...rest: string[]) {
    const file = path.join(mkdtempSync(path.join(folder, 'config ')), 'config.json');
    writeFileSync(file, JSON.stringify(config));
    const { CORRIDOR_DEPLOYER_KEY: _, ...env } = process.env;
    const args = ['deploy', 'evm', '--config', file, '--rpc', rpc, '--out', folder, '--json', ...rest];
    const child = spawn(process.execPath, [MAIN, ...args], { env: key ? { ...env, CORRIDOR_DEPLOYER_KEY: key } : env });
    const said = { out: '', err: '' };
    child.stdout.on('data', (chunk: Buffer) => (said.out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (said.err += chunk.toString()));
    return new Promise<{ exitCode: number | null; out: string; err: string }>((resolve) =>
      child.once('close', (exitCode) => resolve({ exitCode, ...said })),
    );
  }

  const told = ({ exitCode, err }: { exitCode: number | null; err: string }): unknown[] => {
    const { error } = JSON.parse(err) as { error: string };
    return [exitCode, error];
  };

  it('deploys, and writes where everything is', async () => {
    const { exitCode, out, err } = await deploy(CONFIG, node.url, KEY);
    assert.equal(exitCode, 0, err);
    const { file, deployment } = JSON.parse(out) as {
      file: string;
      deployment: { contracts: Record<'inbox' | 'registry', `0x${string}`> };
    };
    assert.equal(file, path.join(folder, 'cli-test.json'));
    assert.deepEqual(JSON.parse(readFileSync(file, 'utf8')), deployment);
    const client = createPublicClient({ transport: http(node.url) });
    const { inbox, registry } = deployment.contracts;
    const found = await client.readContract({ address: inbox, abi: inboxAbi, functionName: 'registry' });
    assert.equal(found.toLowerCase(), registry.toLowerCase());
    assert.ok(!err.includes(KEY.slice(2)));
  });

  it('deploys and sets up in two steps, where the other chain must know of it in between', async () => {
    const config = { ...CONFIG, network: 'in-two-steps' };
    const lane = { destinationChain: '5980780307871077245', fees: { base: 1, perByte: 2, perGas: 3 } };
    const whole = { ...config, lanes: [lane] };
    const early = await deploy(whole, node.url, KEY, '--finish');
    assert.deepEqual(told(early), [2, 'InvalidOption']);
    const started = await deploy(config, node.url, KEY, '--start');
    assert.equal(started.exitCode, 0, started.err);
    const first = JSON.parse(started.out) as { file: string; deployment: { chain: string; contracts: object } };
    assert.equal(first.file, path.join(folder, 'in-two-steps.started.json'));
    // What was meant in between is read back: another root is another verifier.
    const other = await deploy({ ...whole, verifierRoot: `0x${'55'.repeat(32)}` }, node.url, KEY, '--finish');
    assert.deepEqual(told(other), [1, 'ReadBackDiffers']);
    const again = await deploy(config, node.url, KEY, '--start');
    const { contracts } = (JSON.parse(again.out) as typeof first).deployment;
    const finished = await deploy(whole, node.url, KEY, '--finish');
    assert.equal(finished.exitCode, 0, finished.err);
    const { file, deployment } = JSON.parse(finished.out) as { file: string; deployment: Record<string, unknown> };
    assert.equal(file, path.join(folder, 'in-two-steps.json'));
    assert.deepEqual(deployment['contracts'], contracts);
    assert.match(String(deployment['startHeight']), /^[1-9]\d*$/);
    assert.ok(!existsSync(first.file), 'what was started is over');
    assert.deepEqual(told(await deploy(whole, node.url, KEY, '--start', '--finish')), [2, 'InvalidOption']);
  });

  it('says what a deployer has and needs who cannot pay', async () => {
    const poor = `0x${'77'.repeat(32)}`;
    const nothing = await deploy(CONFIG, node.url, poor);
    assert.deepEqual(told(nothing), [4, 'InsufficientFunds']);
    assert.match(
      nothing.err,
      /for the deployment of accessManager, .* has 0 wei on the EVM chain, and at least \d+ wei/,
    );
    const { address } = privateKeyToAccount(poor as `0x${string}`);
    await node.rpc.request({ method: 'hardhat_setBalance', params: [address, '0x9'] });
    assert.match((await deploy(CONFIG, node.url, poor)).err, / has 9 wei on the EVM chain, and at least \d{6,} wei/);
  });

  it('names what is wrong, and sends nothing', async () => {
    const [noKey, otherChain, noNode] = await Promise.all([
      deploy(CONFIG, node.url),
      deploy({ ...CONFIG, chainId: 31_338, operators: [account(4), account(5)] }, node.url, KEY),
      deploy(CONFIG, 'http://127.0.0.1:9', KEY),
    ]);
    assert.deepEqual(told(noKey), [2, 'InvalidOption']);
    assert.deepEqual(told(otherChain), [2, 'SimulatedRoot']);
    assert.deepEqual(told(noNode), [3, 'Unavailable']);
  });
});
