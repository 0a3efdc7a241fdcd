/** Both chains with messages in them, and an enclave that follows them: what the tests of the whole program start from. */
import assert from 'node:assert/strict';
import { BeaconChain, type BeaconBlock, type BeaconOptions } from '../../localnet/beacon/chain.ts';
import { typesOf } from '../../localnet/beacon/types.ts';
import type { Checkpoint, Ledger } from '../../localnet/sui/ledger/ledger.ts';
import type { Attester } from '../../prover/enclave/attester.ts';
import { Enclave } from '../../prover/enclave/enclave.ts';
import { leastParticipants } from '../../prover/enclave/ethereum/index.ts';
import {
  EnclaveClient,
  EnclaveRefusal,
  type EthereumEvidence,
  type Proposal,
  type SuiEvidence,
} from '../../prover/host/enclave-client.ts';
import { encodeConfiguration, type ConfigurationInput } from '../../prover/host/enclave-configuration.ts';
import {
  encodeMessage,
  encodeMessageSentLog,
  fromHex,
  hash,
  LOCALNET_EVM_CHAIN,
  type EvmLog,
  type Message,
} from '../../prover/protocol/index.ts';
import { blockWith, headerRlp, receiptBytes, type ReceiptShape } from './ethereum/tries.ts';
import { emptyBlock } from './ethereum/world.ts';
import {
  CHAIN as SUI_CHAIN,
  OUTBOX as SUI_OUTBOX,
  PACKAGE,
  certifiedOf,
  commit,
  committeeBytes,
  contentsOf,
  eventsOf,
  messageEvent,
  newLedger,
  summaryBytes,
} from './sui/world.ts';

export const EVM_CHAIN = LOCALNET_EVM_CHAIN;
export { SUI_CHAIN, SUI_OUTBOX };
const address = (byte: number): Uint8Array => Uint8Array.from([...new Uint8Array(12), ...Array<number>(20).fill(byte)]);
const id = (byte: number): Uint8Array => new Uint8Array(32).fill(byte);
export const EVM_OUTBOX = address(0xaa);
export const EVM_INBOX = address(0xbb);
export const SUI_INBOX = id(0xcc);

/** An encoded message of the EVM outbox. */
export function evmMessage(nonce: bigint, changes: Partial<Message> = {}): Uint8Array {
  return encodeMessage({
    kind: 0,
    originChain: EVM_CHAIN,
    destinationChain: SUI_CHAIN,
    nonce,
    sender: address(0x5e),
    recipient: id(0xdd),
    executionGas: 100_000,
    body: new TextEncoder().encode(`message ${nonce}`),
    ...changes,
  });
}

export function evmLog(nonce: bigint, changes: Partial<Message> = {}, outbox = EVM_OUTBOX): EvmLog {
  return encodeMessageSentLog(outbox, evmMessage(nonce, changes));
}

/** An execution chain under a beacon chain. Block numbers are slots. */
export class EvmWorld {
  readonly beacon: BeaconChain;
  /** RLP by block number */
  readonly headers: Uint8Array[] = [];
  readonly #receipts: ReturnType<typeof blockWith>[] = [];
  readonly #prefix: Uint8Array;

  constructor(options: BeaconOptions & { prefix?: Uint8Array } = {}) {
    this.beacon = new BeaconChain({ seed: 'world', ...options });
    this.#prefix = options.prefix ?? new Uint8Array(32);
  }

  /** Adds a block with a transaction for each receipt. */
  add(...receipts: ReceiptShape[]): BeaconBlock {
    const built = blockWith(receipts.length > 0 ? receipts.map(receiptBytes) : [receiptBytes({})]);
    const number = this.headers.length;
    const parent = this.headers.at(-1);
    const fields = {
      parentHash: parent ? hash(parent) : this.#prefix,
      receiptsRoot: built.block.receiptsRoot,
      number: BigInt(number),
      timestamp: 1_750_000_000n + 12n * BigInt(number),
    };
    const rlp = headerRlp(fields);
    this.headers.push(rlp);
    this.#receipts.push(built);
    const { parentHash, receiptsRoot, timestamp } = fields;
    return this.beacon.addBlock(
      { ...emptyBlock(number), parentHash, receiptsRoot, timestamp, blockHash: hash(rlp) },
      number,
    );
  }

  /** Adds empty blocks until there are so many. */
  fillTo(count: number): this {
    while (this.headers.length < count) this.add();
    return this;
  }

  proof(block: number, index: number): Uint8Array[] {
    return this.#receipts[block]!.prove(index);
  }

  bootstrap(block: BeaconBlock): Uint8Array {
    return typesOf(this.beacon.preset).LightClientBootstrap.serialize(this.beacon.bootstrap(block));
  }

  periodUpdate(period: number): Uint8Array {
    return typesOf(this.beacon.preset).LightClientUpdate.serialize(this.beacon.periodUpdate(period)!);
  }

  /** The finality update that attests a slot, or the latest. */
  finalityUpdate(slot?: number): Uint8Array {
    const block = slot === undefined ? undefined : this.beacon.blockAt(slot)!;
    const value = block ? this.beacon.update(block) : this.beacon.finalityUpdate()!;
    return typesOf(this.beacon.preset).LightClientFinalityUpdate.serialize(value);
  }

  /** Headers from one block number down to another, both included. */
  down(from: number, to: number): Uint8Array[] {
    return this.headers.slice(to, from + 1).reverse();
  }

  /** Evidence for the first log of some transactions. */
  evidence(block: number, ...indexes: number[]): EthereumEvidence {
    const receipts = indexes.map((index) => ({ index, proof: this.proof(block, index), logs: [0] }));
    return { height: BigInt(block), receipts };
  }

  origin(start: BeaconBlock): Extract<ConfigurationInput['origins'][number], { preset: unknown }> {
    const { preset, genesisValidatorsRoot, forks } = this.beacon;
    const minParticipants = leastParticipants(preset);
    return { chain: EVM_CHAIN, preset, genesisValidatorsRoot, forks, minParticipants, trustedBlockRoot: start.root };
  }
}

/** Evidence for events of one checkpoint: for each transaction the indexes of its events. */
export function suiEvidence(checkpoint: Checkpoint, events: Parameters<typeof eventsOf>[0][]): SuiEvidence {
  return {
    height: checkpoint.summary.sequenceNumber as bigint,
    contents: contentsOf(checkpoint),
    transactions: checkpoint.transactions.map((transaction, index) => ({
      index,
      effects: transaction.effects,
      events: eventsOf(events[index]!),
      eventIndexes: events[index]!.map((_, i) => i),
    })),
  };
}

export function suiOrigin(ledger: Ledger): Extract<ConfigurationInput['origins'][number], { committee: Uint8Array }> {
  return { chain: SUI_CHAIN, committee: committeeBytes(ledger), messagePackage: fromHex(PACKAGE as `0x${string}`) };
}

export const EVM_LANE = {
  originChain: EVM_CHAIN,
  originOutbox: EVM_OUTBOX,
  destinationChain: SUI_CHAIN,
  generation: 0n,
  destinationInbox: SUI_INBOX,
};
export const SUI_LANE = {
  originChain: SUI_CHAIN,
  originOutbox: SUI_OUTBOX,
  destinationChain: EVM_CHAIN,
  generation: 0n,
  destinationInbox: EVM_INBOX,
};

/** A driver that has no hardware: fails, or gives what it is told. */
export function attester(quote?: Uint8Array): Attester {
  return {
    platform: 'test',
    quote: async (reportData) => quote ?? reportData,
  };
}

export function clientOf(configuration: Uint8Array, by: Attester = attester()): EnclaveClient {
  const enclave = new Enclave(configuration, by);
  return new EnclaveClient((request) => enclave.handle(request));
}

/** Name of the rule that a request breaks, or 'accepted'. */
export async function refusalOf(answer: Promise<unknown>): Promise<string> {
  try {
    await answer;
  } catch (error) {
    assert.ok(error instanceof EnclaveRefusal, String((error as Error).stack));
    assert.ok(error.message.startsWith(`${error.code}: `) && error.message.length > error.code.length + 10);
    return error.code;
  }
  return 'accepted';
}

export const evmProposal = (firstNonce: bigint, count: number, anchor: bigint): Proposal => ({
  originChain: EVM_CHAIN,
  originOutbox: EVM_OUTBOX,
  destinationChain: SUI_CHAIN,
  firstNonce,
  count,
  anchor,
});
export const suiProposal = (firstNonce: bigint, count: number, anchor: bigint): Proposal => ({
  originChain: SUI_CHAIN,
  originOutbox: SUI_OUTBOX,
  destinationChain: EVM_CHAIN,
  firstNonce,
  count,
  anchor,
});

export { certifiedOf, commit, contentsOf, encodeConfiguration, eventsOf, messageEvent };
export { newLedger, summaryBytes };
