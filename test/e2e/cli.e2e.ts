/** The command line as its user runs it, on a network of its own: from nothing to nothing. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createPublicClient, createWalletClient, http, type Hex } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { outboxAbi } from '../../prover/bindings/evm/index.ts';
import { isAlive } from '../../prover/cli/localnet-state.ts';
import { parseNetworkFile, type NetworkFile } from '../../prover/cli/network-file.ts';
import { parseDeployment } from '../../prover/sdk/index.ts';

const MAIN = path.resolve(import.meta.dirname, '../../prover/cli/main.ts');
const OPERATORS = 4;

interface Ran {
  readonly exitCode: number | null;
  readonly out: string;
  readonly err: string;
}

describe('the command line, on a local network', function () {
  this.timeout(240_000);
  const folder = mkdtempSync(path.join(os.tmpdir(), 'corridor cli '));
  const file = path.join(folder, 'localnet.json');
  const here = ['--folder', path.join(folder, 'state')];
  const on = ['--network', file];
  let network: NetworkFile;

  function corridor(args: readonly string[], env: Record<string, string> = {}): Promise<Ran> {
    const child = spawn(process.execPath, [MAIN, ...args], { env: { ...process.env, ...env } });
    const said = { out: '', err: '' };
    child.stdout.on('data', (chunk: Buffer) => (said.out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (said.err += chunk.toString()));
    return new Promise((resolve) => child.once('close', (exitCode) => resolve({ exitCode, ...said })));
  }

  /** What a command says to programs. */
  async function told<T>(args: readonly string[], exitCode = 0, env: Record<string, string> = {}): Promise<T> {
    const ran = await corridor([...args, '--json'], env);
    assert.equal(ran.exitCode, exitCode, `${args.join(' ')}: ${ran.out}${ran.err}`);
    return JSON.parse(ran.out) as T;
  }

  const evm = () => network.chains.find((chain) => chain.kind === 'evm')!;
  const sui = () => network.chains.find((chain) => chain.kind === 'sui')!;

  before(async () => {
    const up = await corridor([
      ...['localnet', 'up', '--detach', '--any-ports', '--operators', String(OPERATORS)],
      ...['--out', file, '--json', ...here],
    ]);
    assert.equal(up.exitCode, 0, up.err);
    network = parseNetworkFile(JSON.parse(up.out));
    assert.equal(parseDeployment(JSON.parse(up.out)).chains.length, 2);
    assert.match(up.err, /\d s {2}deploying the contracts on both chains\n/);
  });

  after(async () => {
    await corridor(['localnet', 'down', ...here]);
    rmSync(folder, { recursive: true });
  });

  it('says that every part answers', async () => {
    const { state, parts } = await told<{ state: string; parts: { name: string; answers: boolean }[] }>([
      ...['localnet', 'status', ...here],
    ]);
    assert.equal(state, 'ready');
    assert.deepEqual(
      parts.map(({ name, answers }) => [name, answers]),
      ['EVM chain', 'beacon chain', 'Sui', 'faucet', 'TEE vendor', 'host'].map((name) => [name, true]),
    );
    const again = await corridor(['localnet', 'up', '--detach', '--any-ports', ...here, '--json']);
    assert.equal(again.exitCode, 1);
    assert.equal((JSON.parse(again.err) as { error: string }).error, 'AlreadyRunning');
  });

  it('lists the keys of all enclaves in both registries', async () => {
    interface Listed {
      chains: {
        view: { operators: number; entries: object[] };
        signers: { signer: string; counts: boolean; tee: string; operator: string }[];
      }[];
    }
    const { chains } = await told<Listed>(['registry', 'list', ...on]);
    const text = (value: object): string => JSON.stringify(value);
    for (const [i, kind] of (['evm', 'sui'] as const).entries()) {
      const { view, signers } = chains[i]!;
      assert.deepEqual([view.operators, view.entries.length], [OPERATORS, 2]);
      const shown = signers.map(({ signer, counts, tee, operator }) => text({ signer, counts, tee, operator }));
      const started = network.localnet!.enclaves.map(({ signer, tee }, operator) =>
        text({ signer, counts: true, tee: tee.toUpperCase(), operator: network.operators[operator]![kind] }),
      );
      assert.deepEqual(shown.sort(), started.sort());
    }
    await told(['registry', 'show', network.localnet!.enclaves[0]!.signer, ...on]);
    await told(['registry', 'show', `0x${'11'.repeat(20)}`, ...on], 1);
  });

  it('counts a message that was sent, and then that it was delivered', async () => {
    interface Lane {
      destinationChain: string;
      departures: { sent: string };
      arrivals: { open: string[] };
    }
    const lane = async (): Promise<Lane> => {
      const { lanes } = await told<{ lanes: Lane[] }>(['lane', 'status', ...on]);
      assert.equal(lanes.length, 2);
      return lanes.find(({ destinationChain }) => destinationChain === String(sui().chain))!;
    };
    assert.deepEqual(((await lane()) satisfies Lane).departures.sent, '0');
    const { localnet } = network;
    const transport = http(evm().rpc[0]);
    const wallet = createWalletClient({ transport, account: privateKeyToAccount(localnet!.funded.evm.key as Hex) });
    const client = createPublicClient({ transport, pollingInterval: 100 });
    const call = { address: evm().outbox, abi: outboxAbi } as const;
    const gas = 100_000;
    const value = await client.readContract({ ...call, functionName: 'quote', args: [sui().chain, 1, gas] });
    const args = [sui().chain, localnet!.recipients.sui[0]!, gas, '0x01'] as const;
    const hash = await wallet.writeContract({ ...call, functionName: 'send', args, value, chain: null });
    assert.equal((await client.waitForTransactionReceipt({ hash })).status, 'success');
    for (let tries = 0; ; tries++) {
      const { departures, arrivals } = await lane();
      assert.equal(departures.sent, '1');
      if (arrivals.open.length === 0) break;
      assert.deepEqual(arrivals.open, ['0']);
      assert.ok(tries < 30, 'the message is not delivered');
    }
  });

  it('tells where keys stand, lets their operator alone change that, and names the rule otherwise', async () => {
    interface Status {
      chains: { keys: { signer: string; status: string; counts: boolean; expiresAt: number }[] }[];
    }
    interface Done {
      chains: { transaction?: string; error?: string; message?: string }[];
    }
    const { localnet } = network;
    const keysOf = (operator: number): Record<string, string> => ({
      CORRIDOR_EVM_KEY: localnet!.operators[operator]!.evm.key,
      CORRIDOR_SUI_KEY: localnet!.operators[operator]!.sui.key,
    });
    const [enclave] = localnet!.enclaves;
    const of = ['--enclave', enclave!.name, ...on];
    const all = await told<Status>(['operator', 'status', ...on]);
    for (const { keys } of all.chains) {
      assert.deepEqual(
        keys.map(({ signer, counts }) => [signer, counts]),
        localnet!.enclaves.map(({ signer }) => [signer, true]),
      );
    }
    const known = await told<Done>(['operator', 'register', ...of], 1, keysOf(0));
    assert.deepEqual(
      known.chains.map(({ error }) => error),
      ['SignerKnown', 'SignerKnown'],
    );
    const strange = await told<Done>(['operator', 'renew', ...of], 1, keysOf(1));
    assert.deepEqual(
      strange.chains.map(({ error }) => error),
      ['NotTheOperator', 'NotTheOperator'],
    );
    assert.match(strange.chains[0]!.message!, /use the account or OperatorCap that registered it/);
    const resigned = await told<Done>(['operator', 'resign', ...of], 0, keysOf(0));
    assert.ok(resigned.chains.every(({ transaction }) => transaction !== undefined));
    const out = await told<Status>(['operator', 'status', ...of], 1);
    assert.deepEqual(
      out.chains.map(({ keys }) => [keys[0]!.status, keys[0]!.counts]),
      [
        ['resigned', false],
        ['resigned', false],
      ],
    );
    const renewed = await corridor(['operator', 'renew', ...of], keysOf(0));
    assert.equal(renewed.exitCode, 0, renewed.err);
    for (const secret of Object.values(keysOf(0))) {
      assert.ok(!`${renewed.out}${renewed.err}`.includes(secret.replace(/^0x/, '')), 'a key was printed');
    }
    await told(['operator', 'status', ...of], 0);
  });

  it('stops everything', async () => {
    const { pid } = network.localnet!;
    const { stopped } = await told<{ stopped: boolean }>(['localnet', 'down', ...here]);
    assert.deepEqual([stopped, isAlive(pid)], [true, false]);
    for (const url of [evm().rpc[0]!, sui().rpc[0]!, ...network.hosts]) await assert.rejects(fetch(url), url);
    assert.ok(network.localnet!.enclaves.every(({ pid: enclave }) => !isAlive(enclave)));
    await told(['localnet', 'status', ...here], 3);
    assert.equal((await corridor(['registry', 'list', ...on])).exitCode, 2);
  });
});
