/** The command line as its user runs it, on a network of its own: from nothing to nothing. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createPublicClient, createWalletClient, http, type Hex } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { Ed25519Keypair } from '@mysten/sui/keypairs/ed25519';
import { ACCOUNTS, evmAccount } from '../../localnet/corridor/deployment.ts';
import { outboxAbi } from '../../prover/bindings/evm/index.ts';
import { isAlive } from '../../prover/cli/localnet-state.ts';
import { parseNetworkFile, type NetworkFile } from '../../prover/cli/network-file.ts';
import { run } from '../../prover/cli/program.ts';
import { parseDeployment } from '../../prover/sdk/index.ts';

const MAIN = path.resolve(import.meta.dirname, '../../prover/cli/main.ts');
const OPERATORS = 4;
/** How often a message is looked for, and how long it is waited in between. */
const LOOKS = 240;
const LOOK_MS = 250;

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

  /** As its user starts it: a process of its own. */
  function start(args: readonly string[], env: Record<string, string> = {}): Promise<Ran> {
    const child = spawn(process.execPath, [MAIN, ...args], { env: { ...process.env, ...env } });
    const said = { out: '', err: '' };
    child.stdout.on('data', (chunk: Buffer) => (said.out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (said.err += chunk.toString()));
    return new Promise((resolve) => child.once('close', (exitCode) => resolve({ exitCode, ...said })));
  }

  /** The same in this process, which takes a fraction of the time; but for what is about processes and their output. */
  async function corridor(args: readonly string[], env: Record<string, string> = {}): Promise<Ran> {
    if (args[0] === 'localnet' || args[0] === 'deploy') return start(args, env);
    const said = { out: '', err: '' };
    const before_ = Object.keys(env).map((name) => [name, process.env[name]] as const);
    Object.assign(process.env, env);
    try {
      const exitCode = await run(args, {
        out: (text) => void (said.out += `${text}\n`),
        err: (text) => void (said.err += `${text}\n`),
        isColoured: false,
      });
      return { exitCode, ...said };
    } finally {
      for (const [name, value] of before_) {
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
    }
  }

  /** What a command says to programs. */
  async function told<T>(args: readonly string[], exitCode = 0, env: Record<string, string> = {}): Promise<T> {
    const ran = await corridor([...args, '--json'], env);
    assert.equal(ran.exitCode, exitCode, `${args.join(' ')}: ${ran.out}${ran.err}`);
    return JSON.parse(ran.out) as T;
  }

  /** Exit code and name of what is refused. */
  async function refused(args: readonly string[], env: Record<string, string> = {}): Promise<[number | null, string]> {
    const { exitCode, out, err } = await corridor([...args, '--json'], env);
    assert.equal(out, '', args.join(' '));
    return [exitCode, (JSON.parse(err) as { error: string }).error];
  }

  const ofNode = (method: string, ...params: unknown[]): Promise<unknown> =>
    createPublicClient({ transport: http(evm().rpc[0]) }).request({ method, params } as never);

  /** What an account on EVM has, whatever it had. */
  const setBalance = (address: string, wei: bigint) => ofNode('hardhat_setBalance', address, `0x${wei.toString(16)}`);

  /** Does something of many transactions with a block for each at once, where there is one a second otherwise. */
  async function inNoTime<T>(task: () => Promise<T>): Promise<T> {
    await ofNode('evm_setAutomine', true);
    try {
      return await task();
    } finally {
      await ofNode('evm_setAutomine', false);
      await ofNode('anvil_setIntervalMining', 1).catch(() => ofNode('evm_setIntervalMining', 1_000));
    }
  }

  const evm = () => network.chains.find((chain) => chain.kind === 'evm')!;
  const sui = () => network.chains.find((chain) => chain.kind === 'sui')!;

  before(async () => {
    const up = await corridor([
      ...['localnet', 'up', '--detach', '--any-ports', '--operators', String(OPERATORS)],
      ...['--out', file, ...here],
    ]);
    assert.equal(up.exitCode, 0, up.err);
    const written: unknown = JSON.parse(readFileSync(file, 'utf8'));
    network = parseNetworkFile(written);
    assert.equal(parseDeployment(written).chains.length, 2);
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
      assert.ok(tries < LOOKS, 'the message is not delivered');
      await sleep(LOOK_MS);
    }
  });

  interface Tracked {
    message: string;
    delivered: boolean;
    stages: { stage: string }[];
  }
  const toEvm = () => ['send', '--from', 'sui', '--to', 'evm', '--recipient', network.localnet!.recipients.evm[0]!];

  it('delivers by command what hosts cannot pay for, once, and says why it does not', async () => {
    const submitter = evmAccount(ACCOUNTS.submitter).address;
    await setBalance(submitter, 0n);
    const { message } = await told<Tracked>([...toEvm(), '--body', 'by hand', ...on]);
    const deliver = ['deliver', message, ...on];
    const look = (exitCode: number) => told<Tracked>(['track', message, '--timeout', '0', ...on], exitCode);
    for (let tries = 0; ; tries++) {
      const { delivered, stages } = await look(3);
      assert.equal(delivered, false);
      if (stages.some(({ stage }) => stage === 'proven')) break;
      assert.ok(tries < LOOKS, 'the message is not proven');
      await sleep(LOOK_MS);
    }
    assert.deepEqual(await refused([...deliver, '--no-hosts']), [3, 'NotProven']);
    assert.deepEqual(await refused([...deliver, '--no-hosts', '--dry-run']), [3, 'NotProven']);
    const dry = await told<{ by: string; message: string }>([...deliver, '--dry-run']);
    assert.deepEqual([dry.by, dry.message], ['signatures of a host', message]);
    assert.equal((await look(3)).delivered, false, 'a dry run delivers nothing');
    const poor = await corridor(deliver, { CORRIDOR_EVM_KEY: `0x${'99'.repeat(32)}` });
    assert.equal(poor.exitCode, 4);
    assert.match(poor.err, /has 0 wei on chain 31337, and at least [1-9]\d+ wei are needed/);
    const done = await told<{ outcome: string; transaction: string; gas: string }>(deliver);
    assert.equal(done.outcome, 'delivered');
    const { delivered, stages } = await look(0);
    assert.deepEqual([delivered, stages.at(-1)], [true, { ...stages.at(-1)!, transaction: done.transaction }]);
    assert.deepEqual(await refused(deliver), [1, 'AlreadyDelivered']);
    await setBalance(submitter, 10n ** 20n);
  });

  it('says what an account has and needs who cannot pay, on both chains', async () => {
    const toSui = ['send', '--from', 'evm', '--to', 'sui', '--recipient', network.localnet!.recipients.sui[0]!];
    const poor = {
      CORRIDOR_EVM_KEY: `0x${'99'.repeat(32)}`,
      CORRIDOR_SUI_KEY: Ed25519Keypair.generate().getSecretKey(),
    };
    for (const [send, unit] of [
      [toSui, 'wei'],
      [toEvm(), 'MIST'],
    ] as const) {
      const { exitCode, err } = await corridor([...send, '--body', 'x', ...on], poor);
      assert.equal(exitCode, 4, err);
      assert.match(err, new RegExp(`has 0 ${unit} on chain \\d+, and at least [1-9]\\d+ ${unit} are needed`));
      assert.deepEqual(await refused([...send, '--body', 'x', ...on], poor), [4, 'InsufficientFunds']);
    }
    const [, operator] = network.localnet!.operators;
    await setBalance(operator!.evm.address, 0n);
    const renew = ['operator', 'renew', '--chain', 'evm', '--enclave', 'enclave-2', ...on];
    const { chains } = await told<{ chains: { error: string; message: string }[] }>(renew, 4, {
      CORRIDOR_EVM_KEY: operator!.evm.key,
    });
    assert.equal(chains[0]!.error, 'InsufficientFunds');
    await setBalance(operator!.evm.address, 10n ** 20n);
  });

  it('takes no node of another chain', async () => {
    const strange = path.join(folder, 'strange.json');
    const text = readFileSync(file, 'utf8');
    // The same nodes, said to be those of Sui's mainnet; and of Ethereum.
    writeFileSync(strange, text.replace(`"chain": "${sui().chain}"`, '"chain": "5980780306045815434"'));
    const commands = [['registry', 'list'], ['lane', 'status'], toEvm().concat('--body', 'x')];
    for (const command of commands) {
      assert.deepEqual(await refused([...command, '--network', strange]), [2, 'WrongChain'], command.join(' '));
    }
  });

  // Deployed by command, with the nodes of the same network.

  const write = (name: string, value: unknown): string => {
    writeFileSync(path.join(folder, name), JSON.stringify(value));
    return path.join(folder, name);
  };
  const account = (digit: string): string => `0x${digit.repeat(40)}`;
  const root = `0x${'44'.repeat(32)}`;
  const policy = { operators: 1, platforms: 1, vendors: 1 };
  const onEvm = {
    ...{ network: 'by-command-evm', chainId: 31_337, revocationKey: null, verifierRoot: root },
    ...{ governance: account('1'), guardian: account('2'), feeSink: account('3') },
    ...{ challengeBlocks: 300, acceptedTcbStatuses: [1], minimumEvaluationNumber: 0, operators: [account('4')] },
    ...{ entries: [], lanes: [], origins: [] },
  };
  const onSui = () => ({
    ...{ network: 'by-command-sui', isLocalnet: true, root, feeSink: `0x${'3'.repeat(64)}` },
    ...{ operators: [network.localnet!.funded.sui.address], acceptedTcbStatuses: [1], minimumEvaluationNumber: 0 },
    ...{ lanes: [] as object[], origins: [] as object[] },
  });
  const joined = () => path.join(folder, 'joined.json');
  const files = () => ['by-command-evm.json', 'by-command-sui.json'].map((name) => path.join(folder, name));
  const nodes = () => ['--rpc', `evm=${evm().rpc[0]}`, '--rpc', `sui=${sui().rpc[0]}`];
  const join = (out: string, ...more: string[]) => ['network', 'join', 'by-command', ...more, '--out', out, ...nodes()];

  it('deploys a network that both chains know, in a file that commands read', async () => {
    const keys = { evm: network.localnet!.funded.evm.key, sui: network.localnet!.funded.sui.key };
    const deploy = (kind: 'evm' | 'sui', config: object, step: string) =>
      told<{ deployment: { chain: string; contracts: { outbox: string }; objects: { outbox: string } } }>(
        [
          ...['deploy', kind, step, '--config', write(`${kind}${step}.json`, config), '--out', folder],
          ...['--rpc', { evm: evm(), sui: sui() }[kind].rpc[0]!],
        ],
        0,
        { CORRIDOR_DEPLOYER_KEY: keys[kind] },
      );
    const { deployment: first } = await deploy('sui', onSui(), '--start');
    const { deployment: second } = await inNoTime(() => deploy('evm', onEvm, '--start'));
    const fees = { base: 1_000, perByte: 10, perGas: 1 };
    const { chain, objects } = first;
    const knowing = {
      ...onEvm,
      lanes: [{ destinationChain: chain, fees }],
      origins: [{ chain, outbox: objects.outbox, generation: 1, policy: { signers: 1, ...policy } }],
    };
    await inNoTime(() => deploy('evm', knowing, '--finish'));
    const outbox = `0x${'0'.repeat(24)}${second.contracts.outbox.slice(2).toLowerCase()}`;
    await deploy(
      'sui',
      {
        ...onSui(),
        lanes: [{ destinationChain: second.chain, baseFee: 1_000, feePerByte: 10, feePerGas: 1 }],
        origins: [{ chain: second.chain, outbox, generation: 1, policy: { threshold: 1, ...policy } }],
      },
      '--finish',
    );
    await told(join(joined(), ...files()));
    const { chains } = parseDeployment(JSON.parse(readFileSync(joined(), 'utf8')));
    assert.deepEqual(
      chains.map((place) => [place.chain, place.outbox]),
      [
        [BigInt(second.chain), second.contracts.outbox.toLowerCase()],
        [BigInt(first.chain), first.objects.outbox],
      ],
    );
  });

  it('joins no deployments where the chains have something else than the files', async () => {
    const [evmFile, suiFile] = files() as [string, string];
    const other = path.join(folder, 'other.json');
    const changed = (file: string, change: (deployment: any) => void): string => {
      const deployment: unknown = JSON.parse(readFileSync(file, 'utf8'));
      change(deployment);
      return write(`changed-${path.basename(file)}`, deployment);
    };
    const ofAnother = changed(evmFile, ({ contracts }) => (contracts.inbox = evm().inbox));
    assert.deepEqual(await refused(join(other, ofAnother, suiFile)), [1, 'ChainDiffers']);
    const absent = changed(evmFile, ({ contracts }) => (contracts.inbox = account('9')));
    assert.deepEqual(await refused(join(other, absent, suiFile)), [2, 'NoContract']);
    const roots = [evmFile, suiFile].map((file) =>
      changed(file, (deployment) => {
        if (deployment.kind === 'evm') deployment.verifierRoot = `0x${'55'.repeat(32)}`;
        else deployment.verifier.root = `0x${'55'.repeat(32)}`;
      }),
    );
    assert.deepEqual(await refused(join(other, ...roots)), [1, 'ChainDiffers']);
    const toOther = changed(suiFile, ({ origins }) => (origins[0].outbox = `0x${'0'.repeat(24)}${'8'.repeat(40)}`));
    assert.deepEqual(await refused(join(other, evmFile, toOther)), [1, 'OutboxMismatch']);
    const poor = { CORRIDOR_DEPLOYER_KEY: Ed25519Keypair.generate().getSecretKey() };
    const config = write('poor.json', { ...onSui(), network: 'poor' });
    const deploy = ['deploy', 'sui', '--config', config, '--rpc', sui().rpc[0]!, '--out', folder];
    assert.deepEqual(await refused(deploy, poor), [4, 'InsufficientFunds']);
  });

  it('sends through what it has deployed, and waits as long as nobody proves that', async () => {
    const { funded, recipients } = network.localnet!;
    const keys = { CORRIDOR_EVM_KEY: funded.evm.key, CORRIDOR_SUI_KEY: funded.sui.key };
    const there = ['--network', joined()];
    for (const [from, to, recipient] of [
      ['evm', 'sui', recipients.sui[0]!],
      ['sui', 'evm', recipients.evm[0]!],
    ] as const) {
      const send = ['send', '--from', from, '--to', to, '--recipient', recipient, '--body', 'hello', ...there];
      const { message, sentIn } = await told<{ message: string; sentIn: string }>(send, 0, keys);
      const track = ['track', sentIn, '--from', from, '--timeout', '1', ...there];
      const late = await told<Tracked>(track, 3);
      assert.deepEqual([late.message, late.delivered, late.stages[0]!.stage], [message, false, 'sent']);
      const { exitCode, out, err } = await corridor(track);
      assert.equal(exitCode, 3);
      assert.match(out, /sent {6} in /);
      assert.equal(err, `error message ${message} is not delivered within 1 s\n`);
      for (const flags of [[], ['--dry-run']]) {
        assert.deepEqual(await refused(['deliver', message, ...flags, ...there], keys), [3, 'NotProven']);
      }
    }
    const { lanes } = await told<{ lanes: { departures: { sent: string }; arrivals: { open: string[] } }[] }>([
      ...['lane', 'status', ...there],
    ]);
    assert.deepEqual(
      lanes.map(({ departures, arrivals }) => [departures.sent, arrivals.open]),
      [
        ['1', ['0']],
        ['1', ['0']],
      ],
    );
    await told(['registry', 'list', ...there]);
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
    const renewed = await start(['operator', 'renew', ...of], keysOf(0));
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
