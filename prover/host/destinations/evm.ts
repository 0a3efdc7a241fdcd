/** An EVM chain as a destination. */
import {
  createPublicClient,
  encodeFunctionData,
  fallback,
  http,
  parseEventLogs,
  type Address,
  type Hex,
  type PublicClient,
} from 'viem';
import type { PrivateKeyAccount } from 'viem/accounts';
import { inboxAbi, registryAbi } from '../../bindings/evm/index.ts';
import { readQuorum } from '../../bindings/values.ts';
import { decodeMessage, decodeStatement, fromHex, toHex, type ChainId } from '../../protocol/index.ts';
import { KeyCache } from '../operators/key-cache.ts';
import { readKeyOnEvm } from '../operators/keys.ts';
import type { KeyStatus } from '../operators/registrar.ts';
import type { StoredMessage } from '../store/rows.ts';
import { Turns } from '../turns.ts';
import {
  SubmissionError,
  type Destination,
  type Outcome,
  type Proven,
  type QuorumState,
  type Seen,
  type Submitted,
} from './destination.ts';
import { ruleOf, shortMessage } from '../../bindings/evm-failure.ts';
import { proofOf } from './proof.ts';

export interface EvmDestinationOptions {
  readonly chain: ChainId;
  /** In order of preference */
  readonly urls: readonly string[];
  readonly inbox: Address;
  readonly registry: Address;
  /** Who pays */
  readonly account: PrivateKeyAccount;
  /** Block of the deployment, from which deliveries are looked for */
  readonly startBlock: bigint;
  /** Most that a unit of gas may cost, wei */
  readonly maxFeePerGas?: bigint;
  readonly pollMilliseconds?: number;
}

/** Gas that one transaction may take (EIP-7825), less what estimates may be short of. */
const MAX_GAS = 16_000_000n;
/** What a message costs beside its recipient's gas and its bytes, at most. */
const GAS_PER_MESSAGE = 60_000n;
const GAS_PER_BYTE = 60n;
const MAX_RUN = 256;
const DEFAULT_MAX_FEE = 500_000_000_000n;
/** Blocks of one query for logs. */
const LOG_RANGE = 2_000n;
/** Such queries before what was found is noted. */
const RANGES = 20;
const RECEIPT_TIMEOUT_MS = 90_000;

export class EvmDestination implements Destination {
  readonly chain: ChainId;
  readonly maxRun = MAX_RUN;
  readonly #options: EvmDestinationOptions;
  readonly #client: PublicClient;
  readonly #sending = new Turns();
  readonly #keys: KeyCache;
  #nonce: number | undefined;

  constructor(options: EvmDestinationOptions) {
    this.chain = options.chain;
    this.#options = options;
    const pollingInterval = options.pollMilliseconds ?? 250;
    const transports = options.urls.map((url) => http(url, { retryCount: 1, batch: true }));
    this.#client = createPublicClient({ transport: fallback(transports), pollingInterval, cacheTime: 0 });
    this.#keys = new KeyCache((signer) => readKeyOnEvm(this.#client, options.registry, signer));
  }

  fit(messages: readonly StoredMessage[]): number {
    let gas = 300_000n;
    let count = 0;
    for (const { encoded } of messages.slice(0, MAX_RUN)) {
      const { executionGas } = decodeMessage(encoded);
      // A call leaves a 64th behind, so that the promise needs a 63rd more.
      gas += (BigInt(executionGas) * 64n) / 63n + GAS_PER_MESSAGE + GAS_PER_BYTE * BigInt(encoded.length);
      if (gas > MAX_GAS && count > 0) break;
      count++;
    }
    return count;
  }

  async quorum({
    digest,
    statement,
    signatures,
  }: Pick<Proven, 'digest' | 'statement' | 'signatures'>): Promise<QuorumState> {
    const { originChain } = decodeStatement(statement);
    const { inbox, registry } = this.#options;
    const [[counted], terms] = await Promise.all([
      this.#client.readContract({
        address: registry,
        abi: registryAbi,
        functionName: 'tally',
        args: [toHex(digest), toHex(signatures)],
      }),
      this.#client.readContract({ address: inbox, abi: inboxAbi, functionName: 'originOf', args: [originChain] }),
    ]);
    const counts = readQuorum(counted);
    const policy = readQuorum(terms.policy);
    const isMet =
      policy.signers > 0 &&
      counts.signers >= policy.signers &&
      counts.operators >= policy.operators &&
      counts.platforms >= policy.platforms &&
      counts.vendors >= policy.vendors;
    const text = ({ signers, operators, platforms, vendors }: typeof counts): string =>
      `${signers} signers, ${operators} operators, ${platforms} platforms, ${vendors} vendors`;
    return { isMet, counts, detail: `${text(counts)} count; ${text(policy)} are needed` };
  }

  async submit(proven: Proven, open: readonly number[]): Promise<Submitted> {
    const [only] = open;
    const isSingle = open.length === 1 && proven.messages.length > 1;
    const data = isSingle ? this.#single(proven, only!) : this.#whole(proven);
    const sent = await this.#send(data);
    if (!sent) return { outcomes: [], transactions: [] };
    const receipt = await this.#client.waitForTransactionReceipt({ hash: sent.hash, timeout: RECEIPT_TIMEOUT_MS });
    const transactions = [{ id: sent.hash, gas: receipt.gasUsed, sentAt: sent.at }];
    if (receipt.status === 'reverted') {
      // Somebody was faster between the estimate and the block; what is open still is tried again.
      throw new SubmissionError('Reverted', `transaction ${sent.hash} was reverted`);
    }
    return { outcomes: outcomesOf(receipt.logs, this.#options.inbox), transactions };
  }

  #whole({ statement, signatures, messages }: Proven): Hex {
    const bodies = messages.map(({ encoded }) => toHex(encoded));
    return encodeFunctionData({
      abi: inboxAbi,
      functionName: 'deliver',
      args: [toHex(statement), toHex(signatures), bodies],
    });
  }

  #single(proven: Proven, index: number): Hex {
    const { statement, signatures, messages } = proven;
    const proof = proofOf(proven, index);
    return encodeFunctionData({
      abi: inboxAbi,
      functionName: 'deliverOne',
      args: [toHex(statement), toHex(signatures), index, toHex(proof), toHex(messages[index]!.encoded)],
    });
  }

  /** @returns undefined when there is nothing left to deliver */
  async #send(data: Hex): Promise<{ hash: Hex; at: number } | undefined> {
    const { account, inbox, maxFeePerGas: cap = DEFAULT_MAX_FEE } = this.#options;
    let gas: bigint;
    try {
      gas = await this.#client.estimateGas({ account, to: inbox, data });
    } catch (error) {
      const rule = ruleOf(error);
      if (rule === 'NothingToDeliver' || rule === 'AlreadyDelivered') return undefined;
      throw new SubmissionError(rule ?? 'Unavailable', `the inbox would refuse: ${shortMessage(error)}`);
    }
    if (gas > MAX_GAS) throw new SubmissionError('TooMuchGas', `delivery takes ${gas} gas, one transaction ${MAX_GAS}`);
    return this.#sending.run(async () => {
      const fees = await this.#client.estimateFeesPerGas();
      const maxFeePerGas = fees.maxFeePerGas ?? 0n;
      if (maxFeePerGas > cap) {
        throw new SubmissionError('GasTooDear', `gas costs ${maxFeePerGas} wei, at most ${cap} is allowed; wait`);
      }
      this.#nonce ??= await this.#client.getTransactionCount({ address: account.address, blockTag: 'pending' });
      const transaction = await account.signTransaction({
        type: 'eip1559',
        chainId: Number(this.chain),
        to: inbox,
        data,
        nonce: this.#nonce,
        gas: gas + gas / 10n,
        maxFeePerGas,
        maxPriorityFeePerGas: fees.maxPriorityFeePerGas ?? 0n,
      });
      try {
        const hash = await this.#client.sendRawTransaction({ serializedTransaction: transaction });
        this.#nonce++;
        return { hash, at: Date.now() };
      } catch (error) {
        this.#nonce = undefined;
        throw new SubmissionError('Unavailable', `the transaction was not taken: ${shortMessage(error)}`);
      }
    });
  }

  async poll(from: bigint | undefined): Promise<Seen> {
    const first = from ?? this.#options.startBlock;
    const latest = await this.#client.getBlockNumber();
    const outcomes: Outcome[] = [];
    const signers: Uint8Array[] = [];
    const { inbox, registry } = this.#options;
    let next = first;
    for (let i = 0; i < RANGES && next <= latest; i++, next += LOG_RANGE) {
      const toBlock = next + LOG_RANGE - 1n < latest ? next + LOG_RANGE - 1n : latest;
      const logs = await this.#client.getLogs({ address: [inbox, registry], fromBlock: next, toBlock });
      outcomes.push(...outcomesOf(logs, inbox));
      const judged = parseEventLogs({ abi: registryAbi, eventName: 'SignerJudged', logs: logsOf(logs, registry) });
      signers.push(...judged.map(({ args }) => fromHex(args.signer.toLowerCase())));
    }
    if (next <= latest) return { outcomes, signers, next, isBehind: true };
    // The newest blocks are read again: they may be replaced yet.
    const reread = { from: first, to: latest };
    return { outcomes, signers, next: latest > first + REREAD ? latest - REREAD : first, isBehind: false, reread };
  }

  key(signer: Uint8Array): Promise<KeyStatus> {
    return this.#keys.status(signer);
  }

  async delivered(messages: readonly StoredMessage[], open: readonly number[]): Promise<number[]> {
    const latest = await this.#client.getBlockNumber();
    // What is younger is found, and found gone, by its block.
    if (latest <= REREAD) return [];
    const inbox = { address: this.#options.inbox, abi: inboxAbi, functionName: 'isDelivered' } as const;
    const answers = await Promise.all(
      open.map((index) => {
        const { originChain, nonce } = messages[index]!;
        return this.#client.readContract({ ...inbox, args: [originChain, nonce], blockNumber: latest - REREAD });
      }),
    );
    return open.filter((_, i) => answers[i]);
  }

  async watch(callback: () => void, signal: AbortSignal): Promise<void> {
    const stop = this.#client.watchBlockNumber({ onBlockNumber: callback, onError: () => {} });
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    stop();
  }
}

/** Blocks that may be replaced: more than any reorganisation of a healthy chain. */
const REREAD = 16n;

type Logs = Parameters<typeof parseEventLogs>[0]['logs'];

function logsOf(logs: Logs, contract: Address): Logs {
  return logs.filter(({ address }) => address.toLowerCase() === contract.toLowerCase());
}

function outcomesOf(logs: Logs, inbox: Address): Outcome[] {
  const parsed = parseEventLogs({
    abi: inboxAbi,
    eventName: ['MessageDelivered', 'DeliveryFailed'],
    logs: logsOf(logs, inbox),
  });
  return parsed.map(({ eventName, args, transactionHash, blockNumber }): Outcome => {
    const id = fromHex(args.messageId);
    if (eventName === 'MessageDelivered') {
      return { id, kind: 'delivered', transaction: transactionHash, height: blockNumber };
    }
    return {
      id,
      kind: 'failed',
      reason: args.reason === '0x' ? 'the recipient failed' : `the recipient: ${args.reason}`,
    };
  });
}
