/** A simulated chain of its own for a test, with calls that end in a value or a named error. */
import assert from 'node:assert/strict';
import { artifacts, globalOptions, network } from 'hardhat';
import {
  createPublicClient,
  createWalletClient,
  custom,
  decodeErrorResult,
  decodeFunctionResult,
  encodeDeployData,
  defineChain,
  encodeFunctionData,
  getAddress,
  parseEventLogs,
  type Abi,
  type Address,
  type Hex,
  type Log,
  type TransactionReceipt,
} from 'viem';

/** A revert has the code of an internal error, which viem takes for a fault of the node and asks again, three times. */
const NO_RETRY = { retryCount: 0 };

/** How a call ended: with a result, or with a named error and its arguments. */
export type Outcome =
  | { result: unknown; error?: undefined; args?: undefined }
  | { result?: undefined; error: string; args: readonly unknown[] };

export interface CallOptions {
  readonly from?: Address;
  readonly value?: bigint;
  readonly gas?: bigint;
}

/** A contract at an address: calls by function name. */
export interface Contract {
  readonly address: Address;
  readonly abi: Abi;
  /** What a call would do; nothing changes. */
  call(functionName: string, args?: readonly unknown[], options?: CallOptions): Promise<Outcome>;
  /** What a call gives back, which must succeed. */
  read(functionName: string, args?: readonly unknown[], options?: CallOptions): Promise<any>;
  /** Sends a call, which must succeed. */
  send(functionName: string, args?: readonly unknown[], options?: CallOptions): Promise<TransactionReceipt>;
  /** Sends a call, which must be refused by this rule, and changes nothing. */
  refuses(
    rule: string,
    functionName: string,
    args?: readonly unknown[],
    options?: CallOptions,
  ): Promise<readonly unknown[]>;
}

export type TestChain = Awaited<ReturnType<typeof createChain>>;

/** Whether the contracts report where they run: scripts/long/coverage. */
export const isMeasured = globalOptions.coverage;

/** Leaves a test out where contracts report where they run, and says why. */
export function skipMeasured(test: { skip(): void }, reason: string): void {
  if (!isMeasured) return;
  console.log(`      not measured: ${reason}`);
  test.skip();
}

/**
 * Most gas of a transaction, EIP-7825. Code under measurement needs up to nine times as much, and its configuration has no
 * limit; but for each unit of gas the chain keeps 200 bytes of traces until a call is over: five gigabytes of this much.
 */
export const MAX_GAS = isMeasured ? 25_000_000n : 16_777_216n;

/**
 * Starts a chain. Errors are named by the ABIs of all contracts that were ever attached to it.
 * @param options `atSeconds`: the time of the first block; each transaction's is one second later, so that all hashes are
 * the same in every run. Without it the chain has the system's time.
 */
export async function createChain({ chainId = 31_337, atSeconds }: { chainId?: number; atSeconds?: number } = {}) {
  const connection = await network.create({
    override: {
      chainId,
      allowBlocksWithSameTimestamp: true,
      ...(atSeconds !== undefined && { initialDate: new Date(atSeconds * 1000).toISOString() }),
    },
  });
  const { provider, viem } = connection;
  let timestamp = atSeconds;
  const transport = custom(
    {
      async request(call: { method: string; params?: unknown[] }): Promise<unknown> {
        if (timestamp !== undefined && call.method === 'eth_sendTransaction') {
          await provider.request({ method: 'evm_setNextBlockTimestamp', params: [++timestamp] });
        }
        return provider.request(call);
      },
    },
    NO_RETRY,
  );
  const chain = defineChain({
    id: chainId,
    name: 'simulated',
    nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
    rpcUrls: { default: { http: [] } },
  });
  const client = createPublicClient({ chain, transport, cacheTime: 0, pollingInterval: 1 });
  const testClient = await viem.getTestClient();
  const names = (await provider.request({ method: 'eth_accounts' })) as Address[];
  const accounts = names.map((account) => getAddress(account));
  const wallets = accounts.map((account) => createWalletClient({ account, chain, transport }));
  const errors = new Map<string, Abi[number]>();

  function learnErrors(abi: Abi): void {
    for (const item of abi) if (item.type === 'error') errors.set(JSON.stringify(item), item);
  }

  /** What a call that failed was refused by. */
  function namedError(error: unknown): Outcome & { error: string } {
    const { errorName, args = [] } = decodeErrorResult({ abi: [...errors.values()], data: revertData(error) });
    return { error: errorName, args };
  }

  function attach(address: Address, abi: Abi): Contract {
    learnErrors(abi);

    async function call(
      functionName: string,
      args: readonly unknown[] = [],
      options: CallOptions = {},
    ): Promise<Outcome> {
      const data = encodeFunctionData({ abi, functionName, args });
      const { from: account = accounts[0]!, value = 0n, gas = MAX_GAS } = options;
      try {
        const { data: result = '0x' } = await client.call({ account, to: address, data, value, gas });
        return { result: decodeFunctionResult({ abi, functionName, data: result }) };
      } catch (error) {
        return namedError(error);
      }
    }

    async function read(
      functionName: string,
      args: readonly unknown[] = [],
      options: CallOptions = {},
    ): Promise<unknown> {
      const outcome = await call(functionName, args, options);
      assert.equal(
        outcome.error,
        undefined,
        `${functionName} fails with ${outcome.error}(${outcome.args?.join(', ')})`,
      );
      return outcome.result;
    }

    async function send(functionName: string, args: readonly unknown[] = [], options: CallOptions = {}) {
      // A call first, for the name of an error.
      await read(functionName, args, options);
      const { from = accounts[0]!, value = 0n, gas = MAX_GAS } = options;
      const wallet = wallets.find(({ account }) => account.address.toLowerCase() === from.toLowerCase());
      assert.ok(wallet, `${from} is no account of this chain`);
      const data = encodeFunctionData({ abi, functionName, args });
      const hash = await wallet.sendTransaction({ to: address, data, value, gas });
      const receipt = await client.waitForTransactionReceipt({ hash });
      assert.equal(receipt.status, 'success', `${functionName} fails`);
      return receipt;
    }

    async function refuses(
      rule: string,
      functionName: string,
      args: readonly unknown[] = [],
      options: CallOptions = {},
    ) {
      const outcome = await call(functionName, args, options);
      assert.equal(outcome.error, rule, `${functionName} ends with ${outcome.error ?? 'success'}, not ${rule}`);
      return outcome.args!;
    }

    return { address, abi, call, read, send, refuses };
  }

  /** Deploys a contract of the build by name. */
  async function deploy(name: string, args: readonly unknown[] = []): Promise<Contract> {
    const { abi, bytecode } = await artifacts.readArtifact(name);
    const hash = await wallets[0]!.deployContract({ abi: abi as Abi, bytecode: bytecode as Hex, args });
    const { contractAddress } = await client.waitForTransactionReceipt({ hash });
    return attach(contractAddress!, abi as Abi);
  }

  /** Would deploy a contract of the build, which must be refused by this rule. */
  async function refusesToDeploy(rule: string, name: string, args: readonly unknown[]): Promise<readonly unknown[]> {
    const { abi, bytecode } = await artifacts.readArtifact(name);
    learnErrors(abi as Abi);
    const data = encodeDeployData({ abi: abi as Abi, bytecode: bytecode as Hex, args });
    try {
      await client.call({ account: accounts[0]!, data, gas: MAX_GAS });
    } catch (failure) {
      const { error, args: errorArgs } = namedError(failure);
      assert.equal(error, rule, `the deployment of ${name} ends with ${error}, not ${rule}`);
      return errorArgs;
    }
    assert.fail(`${name} is deployed, not refused by ${rule}`);
  }

  /** The chain's time, seconds since 1970. */
  async function now(): Promise<number> {
    return Number((await client.getBlock()).timestamp);
  }

  /** Lets time pass. */
  async function pass(seconds: number): Promise<void> {
    await testClient.increaseTime({ seconds });
    await testClient.mine({ blocks: 1 });
  }

  /** Does something and undoes it. */
  async function undone<T>(action: () => Promise<T>): Promise<T> {
    const id = await testClient.snapshot();
    try {
      return await action();
    } finally {
      await testClient.revert({ id });
    }
  }

  return {
    connection,
    chainId,
    client,
    testClient,
    wallets,
    accounts,
    attach,
    deploy,
    refusesToDeploy,
    now,
    pass,
    undone,
  };
}

/** The events of a receipt that a contract has emitted, by name. */
export function eventsOf(receipt: { logs: Log[] }, contract: Contract): { name: string; args: any }[] {
  const logs = receipt.logs.filter((log) => log.address.toLowerCase() === contract.address.toLowerCase());
  return parseEventLogs({ abi: contract.abi, logs }).map((event) => {
    const { eventName, args } = event as unknown as { eventName: string; args: unknown };
    return { name: eventName, args };
  });
}

/** The data that a call reverted with. */
function revertData(error: unknown): Hex {
  for (
    let cause = error as { cause?: unknown; data?: unknown } | undefined;
    cause;
    cause = cause.cause as typeof cause
  ) {
    const data = typeof cause.data === 'object' ? (cause.data as { data?: unknown } | null)?.data : cause.data;
    if (typeof data === 'string' && data.startsWith('0x') && data.length > 2) return data as Hex;
  }
  throw error;
}
