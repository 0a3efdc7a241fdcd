/** An operator at a registry on EVM. */
import { encodeFunctionData, parseEventLogs, type Address, type Hex, type PublicClient, type WalletClient } from 'viem';
import { registryAbi } from '../../bindings/evm/index.ts';
import { evidenceFromQuote, judgeInput } from '../../protocol/dcap/index.ts';
import { fromEvmAddress, fromHex, toHex } from '../../protocol/index.ts';
import { ruleOf, shortMessage } from '../../bindings/evm-failure.ts';
import { evmShortfall, showShortfall } from '../../bindings/funds.ts';
import type { EnclaveClient } from '../enclave-client.ts';
import { feesWithin, GasTooDearError } from '../fees.ts';
import { readKeyOnEvm } from './keys.ts';
import { refusal, type KeyStatus, type Registrar, type Terms } from './registrar.ts';

export interface EvmOperatorOptions {
  readonly chain: bigint;
  readonly client: PublicClient;
  /** Its account is the operator */
  readonly wallet: WalletClient;
  readonly registry: Address;
  /** Most that a unit of gas may cost, wei */
  readonly maxFeePerGas?: bigint;
}

/** Blocks of one query for logs, and how many of them there are: more than any chain has grown in the life of a key. */
const LOG_RANGE = 2_000n;
const LOG_RANGES = 20_000;
const MAX_GAS = 16_700_000n;

export class EvmRegistrar implements Registrar {
  readonly chain: bigint;
  readonly #o: EvmOperatorOptions;

  constructor(options: EvmOperatorOptions) {
    this.chain = options.chain;
    this.#o = options;
  }

  async enter(enclave: EnclaveClient, { verifier, entry, evaluationNumber }: Terms) {
    const { client, registry } = this.#o;
    // The newest block may be replaced yet; its parent hardly.
    const latest = await client.getBlock();
    const challenge = latest.number! > 0n ? await client.getBlock({ blockNumber: latest.number! - 1n }) : latest;
    const operator = this.#account.address;
    const { quote, signer, encryptionKey, configurationHash } = await enclave.attest({
      chain: this.chain,
      registry: fromEvmAddress(fromHex(registry)),
      operator: fromEvmAddress(fromHex(operator)),
      challenge: fromHex(challenge.hash!),
    });
    const candidate = {
      verifierNumber: verifier,
      entryNumber: entry,
      challengeBlock: challenge.number!,
      signer: toHex(signer),
      encryptionKey: toHex(encryptionKey),
      configurationHash: toHex(configurationHash),
    };
    const evidence = toHex(judgeInput(evaluationNumber, evidenceFromQuote(quote), 'der'));
    const renewed = (await this.status(signer)).status !== 'unknown';
    const { hash: transaction, gas } = renewed
      ? await this.#send('renew', [candidate, evidence, await this.#kept(toHex(signer))])
      : await this.#send('register', [candidate, evidence]);
    return { transaction, gas, renewed };
  }

  async resign(signer: Uint8Array): Promise<string> {
    return (await this.#send('resign', [toHex(signer)])).hash;
  }

  status(signer: Uint8Array): Promise<KeyStatus> {
    return readKeyOnEvm(this.#o.client, this.#o.registry, signer);
  }

  /** The facts that the registry keeps the hash of, from the event that told them. */
  async #kept(signer: Hex): Promise<unknown> {
    const { client, registry } = this.#o;
    let last = await client.getBlockNumber();
    for (let ranges = 0; ranges < LOG_RANGES && last >= 0n; ranges++, last -= LOG_RANGE) {
      const first = last >= LOG_RANGE ? last - LOG_RANGE + 1n : 0n;
      const logs = await client.getLogs({ address: registry, fromBlock: first, toBlock: last });
      const judged = parseEventLogs({ abi: registryAbi, eventName: 'SignerJudged', logs, args: { signer } });
      if (judged.length > 0) return judged.at(-1)!.args.facts;
      if (first === 0n) break;
    }
    throw refusal('FactsMismatch', `no node tells under which facts ${signer} was judged; use one with older logs`);
  }

  get #account() {
    const { account } = this.#o.wallet;
    if (!account) throw new TypeError('the wallet has no account');
    return account;
  }

  async #send(functionName: string, args: readonly unknown[]): Promise<{ hash: Hex; gas: bigint }> {
    return sendCall(this.#o, functionName, args);
  }
}

async function sendCall(
  { client, wallet, registry: address, maxFeePerGas }: EvmOperatorOptions,
  functionName: string,
  args: readonly unknown[],
): Promise<{ hash: Hex; gas: bigint }> {
  const abi = registryAbi;
  const account = wallet.account!;
  const call = { address, abi, functionName, args, account } as never;
  try {
    const gas = await client.estimateContractGas(call);
    const limit = gas + gas / 10n < MAX_GAS ? gas + gas / 10n : MAX_GAS;
    const fees = await feesWithin(client, maxFeePerGas);
    const hash = await wallet.writeContract({ ...(call as object), ...fees, gas: limit, chain: null } as never);
    const receipt = await client.waitForTransactionReceipt({ hash });
    if (receipt.status !== 'success') throw refusal('Reverted', `${functionName} was reverted in ${hash}`);
    return { hash, gas: receipt.gasUsed };
  } catch (error) {
    if (error instanceof GasTooDearError) throw refusal(error.code, error.message);
    const rule = ruleOf(error);
    if (rule === undefined) {
      const data = encodeFunctionData({ abi, functionName, args } as never);
      const shortfall = await evmShortfall(client, account.address, { to: address, data }, error);
      if (!shortfall) throw error;
      throw refusal('InsufficientFunds', `for ${functionName} ${showShortfall(shortfall, 'the EVM chain')}`);
    }
    throw refusal(rule, `${functionName} was refused (${shortMessage(error)})`);
  }
}
