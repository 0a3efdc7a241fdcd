/** When each message reached each stage, put together from what chains, host and enclaves say. */
import type { HostProcess, LogLine } from '../../../localnet/corridor/host-process.ts';
import type { LocalCorridor } from '../../../localnet/corridor/start.ts';
import type { EventValue } from '../../../localnet/sui/ledger/bcs.ts';
import { LOCALNET_EVM_CHAIN, MESSAGE_SENT_MODULE, MESSAGE_SENT_NAME } from '../../../prover/protocol/index.ts';

/** Milliseconds of one message's way through the host. */
export interface Parts {
  /** From finality data being there until the message and its evidence are verified and stored */
  readonly notice: number;
  /** Until enough enclaves have signed, and the destination has said that they suffice */
  readonly prove: number;
  /** Until the delivery transaction is at the node */
  readonly submit: number;
  readonly total: number;
}

/** Notes when blocks of either chain become final, where that is known first. */
export class FinalityTimes {
  readonly #evm: { height: bigint; at: number }[] = [];
  readonly #sui = new Map<bigint, number>();
  readonly #stop: (() => void)[];

  constructor({ network }: LocalCorridor) {
    const { chain } = network.beacon;
    const devnet = network.sui.devnet!;
    this.#stop = [
      chain.onBlock(() => {
        // What the newest block's predecessor holds for final can be shown now: the newest one signs it.
        const root = chain.blocks.at(-2)?.finalizedRoot;
        const height = root && chain.blockByRoot(root)?.header.execution.blockNumber;
        if (height !== undefined) this.#evm.push({ height, at: Date.now() });
      }),
      devnet.ledger.subscribe((checkpoint) => {
        // The local network makes certificates when they are asked for, where validators have made them by now.
        const hasMessages = checkpoint.transactions.some(({ events }) => events.some(isMessage));
        if (hasMessages) checkpoint.certificate();
        this.#sui.set(checkpoint.summary.sequenceNumber, Date.now());
      }),
    ];
  }

  /** Since when a block has been final; undefined when that was before anybody looked. */
  at(chain: bigint, height: bigint): number | undefined {
    if (chain !== LOCALNET_EVM_CHAIN) return this.#sui.get(height);
    const index = this.#evm.findIndex((entry) => entry.height >= height);
    return index <= 0 ? undefined : this.#evm[index]!.at;
  }

  close(): void {
    for (const stop of this.#stop) stop();
  }
}

function isMessage({ type }: EventValue): boolean {
  return type.module === MESSAGE_SENT_MODULE && type.name === MESSAGE_SENT_NAME;
}

/** Listens to a host's log for deliveries that it sends. */
export class Submissions {
  readonly #sentAt = new Map<string, number>();
  count = 0;
  last = 0;

  readonly take = (line: LogLine): void => {
    if (line.msg !== 'submitted') return;
    const at = line['sentAt'] as number;
    this.#sentAt.set(line['transaction'] as string, at);
    this.last = Math.max(this.last, at);
    this.count++;
  };

  at(transaction: string): number | undefined {
    return this.#sentAt.get(transaction);
  }
}

interface Shown {
  readonly messageId: string;
  readonly nonce: string;
  readonly height: string;
  readonly finalAt: string;
  readonly provenAt?: string;
  readonly delivery?: string;
}

const PAGE = 200;
/** Below the rate at which a host lets one address ask. */
const PAUSE_MS = 15;

/** All messages of a lane as a host's API shows them. */
export async function messagesOf({ url }: HostProcess, origin: bigint, destination: bigint): Promise<Shown[]> {
  const found: Shown[] = [];
  for (let before = ''; ;) {
    const response = await fetch(`${url}/v1/lanes/${origin}/${destination}/messages?limit=${PAGE}${before}`);
    if (!response.ok) throw new Error(`the host answered ${response.status}`);
    const page = (await response.json()) as Shown[];
    found.push(...page);
    if (page.length === 0) return found;
    before = `&before=${page.at(-1)!.nonce}`;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

/** The parts of each message's time that can be told, for those that were delivered by this host. */
export function partsOf(
  origin: bigint,
  messages: readonly Shown[],
  finality: FinalityTimes,
  submissions: Submissions,
): Parts[] {
  return messages.flatMap(({ height, finalAt, provenAt, delivery }) => {
    const from = finality.at(origin, BigInt(height));
    const sent = delivery === undefined ? undefined : submissions.at(delivery);
    if (from === undefined || sent === undefined || provenAt === undefined) return [];
    const [stored, proven] = [Date.parse(finalAt), Date.parse(provenAt)];
    return [{ notice: stored - from, prove: proven - stored, submit: sent - proven, total: sent - from }];
  });
}

/** @param share from 0 to 1 */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;
}
