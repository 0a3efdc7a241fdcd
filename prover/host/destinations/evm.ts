/** An EVM chain as a destination. */
import {
  BaseError,
  encodeFunctionData,
  HttpRequestError,
  parseEventLogs,
  toFunctionSelector,
  type Address,
  type Hex,
  type PublicClient,
} from 'viem';
import type { PrivateKeyAccount } from 'viem/accounts';
import { inboxAbi, messageRecipientAbi, registryAbi } from '../../bindings/evm/index.ts';
import { readQuorum } from '../../bindings/values.ts';
import { decodeMessage, decodeStatement, fromHex, toHex, type ChainId } from '../../protocol/index.ts';
import { KeyCache } from '../operators/key-cache.ts';
import { readKeyOnEvm } from '../operators/keys.ts';
import type { KeyStatus } from '../operators/registrar.ts';
import type { StoredMessage } from '../store/rows.ts';
import {
  SubmissionError,
  type Destination,
  type Outcome,
  type Proven,
  type QuorumState,
  type Seen,
  type Submitted,
} from './destination.ts';
import { DEFAULT_MAX_FEE } from '../fees.ts';
import { EvmSender, isTooMuch } from './evm-sender.ts';
import { proofOf } from './proof.ts';

export interface EvmDestinationOptions {
  readonly chain: ChainId;
  readonly client: PublicClient;
  readonly inbox: Address;
  readonly registry: Address;
  /** Who pays */
  readonly account: PrivateKeyAccount;
  /** Block of the deployment, from which deliveries are looked for */
  readonly startBlock: bigint;
  /** Most that a unit of gas may cost, wei */
  readonly maxFeePerGas?: bigint;
}

/** Gas that one transaction may take (EIP-7825), less what estimates may be short of. */
const MAX_GAS = 16_000_000n;
/** What a message costs beside its recipient's gas and its bytes, at most. */
const GAS_PER_MESSAGE = 60_000n;
const GAS_PER_BYTE = 60n;
const MAX_RUN = 256;
/** Blocks of one query for logs. */
const LOG_RANGE = 2_000n;
/** Such queries before what was found is noted. */
const RANGES = 20;
const STILL = 'the recipient would fail still';

export class EvmDestination implements Destination {
  readonly chain: ChainId;
  readonly maxRun = MAX_RUN;
  /** Transactions of one account that nodes keep waiting (geth: 64). */
  readonly concurrency = 64;
  readonly #options: EvmDestinationOptions;
  readonly #client: PublicClient;
  readonly #sender: EvmSender;
  readonly #keys: KeyCache;

  constructor(options: EvmDestinationOptions) {
    this.chain = options.chain;
    this.#options = options;
    this.#client = options.client;
    this.#sender = new EvmSender({
      client: this.#client,
      account: options.account,
      chainId: Number(options.chain),
      maxFeePerGas: options.maxFeePerGas ?? DEFAULT_MAX_FEE,
      maxGas: MAX_GAS,
    });
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

  async submit(proven: Proven, open: readonly number[], isRetry = false): Promise<Submitted> {
    const outcomes: Outcome[] = [];
    let left = open;
    if (isRetry) {
      const would = await Promise.all(open.map((index) => this.#wouldTake(proven, index)));
      left = open.filter((_, i) => would[i]);
      for (const index of open) {
        if (!left.includes(index)) outcomes.push({ id: proven.messages[index]!.id, kind: 'failed', reason: STILL });
      }
    }
    const transactions: Submitted['transactions'][number][] = [];
    const send = async (name: string, data: Hex): Promise<void> => {
      const sent = await this.#sender.send(`${toHex(proven.digest)}/${name}`, { to: this.#options.inbox, data });
      if (!sent) return;
      const { transactionHash, gasUsed, status, logs } = sent.receipt;
      transactions.push({ id: transactionHash, gas: gasUsed, sentAt: sent.sentAt });
      // Somebody was faster between the estimate and the block; what is open still is tried again.
      if (status === 'reverted') throw new SubmissionError('Reverted', `transaction ${transactionHash} was reverted`);
      const found = outcomesOf(logs, this.#options.inbox);
      outcomes.push(...found.map((one) => (one.kind === 'failed' ? { ...one, isPaid: true } : one)));
    };
    let trouble: Error | undefined;
    const isWhole = left.length > 1 || proven.messages.length === 1;
    if (isWhole && left.length > 0) {
      try {
        await send('whole', this.#whole(proven));
        return { outcomes, transactions };
      } catch (error) {
        // One message that takes too much must not keep the others back: each by itself, then.
        if (proven.messages.length === 1 || !isTooMuch(error)) trouble = error as Error;
      }
    }
    for (const index of trouble ? [] : left) {
      try {
        await send(String(index), this.#single(proven, index));
      } catch (error) {
        trouble = error as Error;
      }
    }
    return { outcomes, transactions, ...(trouble ? { trouble } : {}) };
  }

  /** Whether a recipient would take a message now: to find that out in a block again and again would cost again and again. */
  async #wouldTake({ digest, signatures, messages }: Proven, index: number): Promise<boolean> {
    const { inbox, registry } = this.#options;
    const { id, encoded } = messages[index]!;
    const { originChain, sender, recipient, nonce, executionGas, body } = decodeMessage(encoded);
    const args = [toHex(digest), toHex(signatures)] as const;
    const [quorum] = await this.#client.readContract({
      address: registry,
      abi: registryAbi,
      functionName: 'tally',
      args,
    });
    const data = encodeFunctionData({
      abi: messageRecipientAbi,
      functionName: 'onMessage',
      args: [originChain, toHex(sender), toHex(id), nonce, quorum, toHex(body)],
    });
    const to: Address = `0x${toHex(recipient).slice(-40)}`;
    // Its own costs come on top: a call from outside pays for being a transaction.
    const gas = BigInt(executionGas) + 21_000n + 16n * BigInt(data.length / 2);
    try {
      const { data: answer } = await this.#client.call({ account: inbox, to, data, gas });
      return answer?.slice(0, 10) === toFunctionSelector(messageRecipientAbi[0]) && answer.length === 66;
    } catch (error) {
      if (error instanceof BaseError && error.walk((cause) => cause instanceof HttpRequestError)) throw error;
      return false;
    }
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

  async poll(from: bigint | undefined): Promise<Seen> {
    const first = from ?? this.#options.startBlock;
    const latest = await this.#client.getBlockNumber();
    const outcomes: Outcome[] = [];
    const signers: Uint8Array[] = [];
    const { inbox, registry } = this.#options;
    let next = first;
    for (let i = 0; i < RANGES && next <= latest; i++, next += LOG_RANGE) {
      const toBlock = next + LOG_RANGE - 1n < latest ? next + LOG_RANGE - 1n : latest;
      const shown = await this.#client.getLogs({ address: [inbox, registry], fromBlock: next, toBlock });
      // Whatever a node makes up lies where it is looked at again.
      const logs = shown.filter(
        ({ blockNumber }) => blockNumber !== null && blockNumber >= next && blockNumber <= toBlock,
      );
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
