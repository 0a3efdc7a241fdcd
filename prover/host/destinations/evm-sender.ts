/** Sends one account's transactions to an EVM chain, and sees each through: one that is stuck is replaced. */
import { setTimeout as wait } from 'node:timers/promises';
import {
  TransactionReceiptNotFoundError,
  type Address,
  type Hex,
  type PublicClient,
  type TransactionReceipt,
} from 'viem';
import type { PrivateKeyAccount } from 'viem/accounts';
import { ruleOf, shortMessage } from '../../bindings/evm-failure.ts';
import { Turns } from '../turns.ts';
import { SubmissionError } from './destination.ts';

export interface EvmSenderOptions {
  readonly client: PublicClient;
  readonly account: PrivateKeyAccount;
  readonly chainId: number;
  /** Most that a unit of gas may cost, wei */
  readonly maxFeePerGas: bigint;
  /** Most gas of one transaction */
  readonly maxGas: bigint;
  /** When a transaction counts as stuck */
  readonly stuckMilliseconds?: number;
  /** How long one call of `send` waits; the next one for the same goes on */
  readonly patienceMilliseconds?: number;
  readonly pollMilliseconds?: number;
}

export interface Call {
  readonly to: Address;
  readonly data: Hex;
}

export interface Sent {
  readonly receipt: TransactionReceipt;
  /** When it was first sent, milliseconds since 1970 */
  readonly sentAt: number;
}

/** Rules that say that others have done it. */
const OBSOLETE = ['NothingToDeliver', 'AlreadyDelivered'];
const TRANSFER_GAS = 21_000n;
/** Looks at a nonce that is used by no transaction of ours that a node shows, before it is given up. */
const LOOKS = 4;

interface Fees {
  readonly maxFeePerGas: bigint;
  readonly maxPriorityFeePerGas: bigint;
}

interface Pending {
  readonly call: Call;
  readonly nonce: number;
  readonly gas: bigint;
  readonly sentAt: number;
  /** Of all its versions */
  readonly hashes: Hex[];
  /** The newest version */
  raw: Hex;
  fees: Fees;
  touchedAt: number;
  isCancelled: boolean;
  looks: number;
}

export class EvmSender {
  readonly #o: EvmSenderOptions;
  readonly #sending = new Turns();
  readonly #pending = new Map<string, Pending>();
  readonly #active = new Map<string, Promise<Sent | undefined>>();

  constructor(options: EvmSenderOptions) {
    this.#o = options;
  }

  /**
   * Sends a call and waits until it is in a block; where it was sent before under that name, it only waits.
   * @returns undefined when others have done it already, which costs nothing
   * @throws SubmissionError
   */
  send(name: string, call: Call): Promise<Sent | undefined> {
    const active = this.#active.get(name);
    if (active) return active;
    const sending = this.#send(name, call).finally(() => this.#active.delete(name));
    this.#active.set(name, sending);
    return sending;
  }

  async #send(name: string, call: Call): Promise<Sent | undefined> {
    let pending = this.#pending.get(name);
    // The estimate comes right before the signature: whoever was faster until then is seen.
    pending ??= await this.#sending.run(async () => {
      const [gas, fees, nonce] = await Promise.all([this.#estimate(call), this.#fees(), this.#nextNonce()]);
      return gas === undefined ? undefined : this.#first(name, call, gas, fees, nonce);
    });
    return pending && this.#settle(name, pending);
  }

  /** @returns undefined when there is nothing left to do */
  async #estimate(call: Call): Promise<bigint | undefined> {
    const { client, account, maxGas } = this.#o;
    let gas: bigint;
    try {
      gas = await client.estimateGas({ account, ...call });
    } catch (error) {
      const rule = ruleOf(error);
      if (rule !== undefined && OBSOLETE.includes(rule)) return undefined;
      throw new SubmissionError(rule ?? 'Unavailable', `the inbox would refuse: ${shortMessage(error)}`);
    }
    if (gas > maxGas) throw new SubmissionError('TooMuchGas', `it takes ${gas} gas, and one transaction has ${maxGas}`);
    return gas + gas / 10n;
  }

  /** Asked for each time: others may use the account, and a node may have forgotten what we sent or lost it with its block. */
  async #nextNonce(): Promise<number> {
    const { client, account } = this.#o;
    const shown = await client
      .getTransactionCount({ address: account.address, blockTag: 'pending' })
      .catch((error: unknown) => Promise.reject(unavailable(error)));
    // Ours that the node does not show are sent again under their nonces.
    return Math.max(shown, ...[...this.#pending.values()].map(({ nonce }) => nonce + 1));
  }

  async #first(name: string, call: Call, gas: bigint, fees: Fees, nonce: number): Promise<Pending> {
    const { client, maxFeePerGas: cap } = this.#o;
    if (fees.maxFeePerGas > cap) {
      throw new SubmissionError('GasTooDear', `gas costs ${fees.maxFeePerGas} wei, at most ${cap} is allowed; wait`);
    }
    const raw = await this.#sign(call, nonce, gas, fees);
    let hash: Hex;
    try {
      hash = await client.sendRawTransaction({ serializedTransaction: raw });
    } catch (error) {
      throw new SubmissionError('Unavailable', `the transaction was not taken: ${shortMessage(error)}`);
    }
    const now = Date.now();
    const state = { raw, fees, touchedAt: now, isCancelled: false, looks: 0 };
    const pending: Pending = { call, nonce, gas, sentAt: now, hashes: [hash], ...state };
    this.#pending.set(name, pending);
    return pending;
  }

  async #settle(name: string, pending: Pending): Promise<Sent | undefined> {
    const { stuckMilliseconds: stuck = 45_000, patienceMilliseconds = 120_000, pollMilliseconds = 250 } = this.#o;
    const deadline = Date.now() + patienceMilliseconds;
    for (;;) {
      const receipt = await this.#receiptOf(pending);
      if (receipt) {
        this.#pending.delete(name);
        // Any of its versions may have got into a block.
        const isCall = receipt.to?.toLowerCase() === pending.call.to.toLowerCase();
        return isCall ? { receipt, sentAt: pending.sentAt } : undefined;
      }
      if (Date.now() - pending.touchedAt >= stuck) await this.#sending.run(() => this.#unstick(name, pending));
      if (Date.now() > deadline) {
        throw new SubmissionError('Pending', `transaction ${pending.hashes.at(-1)} is in no block yet`);
      }
      await wait(pollMilliseconds);
    }
  }

  async #receiptOf({ hashes }: Pending): Promise<TransactionReceipt | undefined> {
    for (const hash of hashes.toReversed()) {
      try {
        return await this.#o.client.getTransactionReceipt({ hash });
      } catch (error) {
        if (!(error instanceof TransactionReceiptNotFoundError)) throw unavailable(error);
      }
    }
    return undefined;
  }

  /** Sees to it that the lowest nonce that is in no block gets into one: all others wait for it. */
  async #unstick(name: string, pending: Pending): Promise<void> {
    const { client, account } = this.#o;
    const lowest = await client
      .getTransactionCount({ address: account.address, blockTag: 'latest' })
      .catch((error: unknown) => Promise.reject(unavailable(error)));
    if (lowest > pending.nonce) {
      if (++pending.looks < LOOKS) return;
      this.#pending.delete(name);
      throw new SubmissionError('Replaced', `nonce ${pending.nonce} was used by another transaction of this account`);
    }
    pending.touchedAt = Date.now();
    const blocking = [...this.#pending.values()].find(({ nonce }) => nonce === lowest);
    if (blocking) return this.#replace(blocking);
    // A transaction of a process before this one, or none at all where a node has forgotten it.
    await this.#cancel(lowest, await this.#fees());
  }

  /** Sends a dearer version; a transfer of nothing where others have done the work meanwhile. */
  async #replace(pending: Pending): Promise<void> {
    const { client, maxFeePerGas: cap } = this.#o;
    const isNeeded = !pending.isCancelled && (await this.#isNeeded(pending.call));
    const fees = dearer(pending.fees, await this.#fees());
    if (fees.maxFeePerGas > cap) {
      // It may only have been forgotten.
      await client.sendRawTransaction({ serializedTransaction: pending.raw }).catch(() => {});
      return;
    }
    const raw = isNeeded
      ? await this.#sign(pending.call, pending.nonce, pending.gas, fees)
      : await this.#sign(this.#nothing, pending.nonce, TRANSFER_GAS, fees);
    pending.touchedAt = Date.now();
    pending.fees = fees;
    try {
      pending.hashes.push(await client.sendRawTransaction({ serializedTransaction: raw }));
      pending.raw = raw;
      pending.isCancelled = !isNeeded;
    } catch {
      // Too cheap still, or in a block by now; the next look tells.
    }
  }

  /** Whether a call would still do something; one that would be refused now is not worth its gas. */
  async #isNeeded(call: Call): Promise<boolean> {
    try {
      return (await this.#estimate(call)) !== undefined;
    } catch (error) {
      if (error instanceof SubmissionError && error.code !== 'Unavailable') return false;
      throw error;
    }
  }

  /** Takes a nonce for a transfer of nothing, dearer and dearer until the node prefers it. */
  async #cancel(nonce: number, first: Fees): Promise<void> {
    const { client, maxFeePerGas: cap } = this.#o;
    for (let fees = first; fees.maxFeePerGas <= cap; fees = dearer(fees, fees)) {
      const raw = await this.#sign(this.#nothing, nonce, TRANSFER_GAS, fees);
      try {
        await client.sendRawTransaction({ serializedTransaction: raw });
        return;
      } catch (error) {
        if (!/underpriced/i.test(String((error as Error).message))) return;
      }
    }
  }

  get #nothing(): Call {
    return { to: this.#o.account.address, data: '0x' };
  }

  async #fees(): Promise<Fees> {
    const fees = await this.#o.client
      .estimateFeesPerGas()
      .catch((error: unknown) => Promise.reject(unavailable(error)));
    return { maxFeePerGas: fees.maxFeePerGas ?? 0n, maxPriorityFeePerGas: fees.maxPriorityFeePerGas ?? 0n };
  }

  #sign(call: Call, nonce: number, gas: bigint, fees: Fees): Promise<Hex> {
    const { account, chainId } = this.#o;
    return account.signTransaction({ type: 'eip1559', chainId, ...call, nonce, gas, ...fees });
  }
}

/** Whether a call takes more gas than one transaction can have. */
export function isTooMuch(error: unknown): boolean {
  const { code, message } = error as { code?: unknown; message?: string };
  if (code === 'TooMuchGas' || code === 'InsufficientGas') return true;
  const said = /gas required exceeds|out of gas|exceeds (?:block )?gas limit|gas limit too high/i;
  return code === 'Unavailable' && said.test(message ?? '');
}

/** Nodes want a tenth more at least. */
function dearer(before: Fees, now: Fees): Fees {
  const raised = (fee: bigint): bigint => fee + fee / 4n + 1n;
  const higher = (a: bigint, b: bigint): bigint => (a > b ? a : b);
  return {
    maxFeePerGas: higher(raised(before.maxFeePerGas), now.maxFeePerGas),
    maxPriorityFeePerGas: higher(raised(before.maxPriorityFeePerGas), now.maxPriorityFeePerGas),
  };
}

function unavailable(error: unknown): SubmissionError {
  return new SubmissionError('Unavailable', `no node tells: ${shortMessage(error)}`);
}
