/** A million messages through the built enclave in a process of its own. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { BeaconChain } from '../../../localnet/beacon/chain.ts';
import { typesOf } from '../../../localnet/beacon/types.ts';
import { MAX_HEADERS, leastParticipants } from '../../../prover/enclave/ethereum/index.ts';
import { WINDOW } from '../../../prover/enclave/window.ts';
import { encodeConfiguration } from '../../../prover/host/enclave-configuration.ts';
import type { EthereumEvidence } from '../../../prover/host/enclave-client.ts';
import { startEnclave, type EnclaveProcess } from '../../../prover/host/enclave-process.ts';
import {
  encodeMessage,
  encodeMessageSentLog,
  fromEvmAddress,
  hash,
  LOCALNET_EVM_CHAIN,
  suiChain,
} from '../../../prover/protocol/index.ts';
import { blockWith, headerRlp, receiptBytes } from '../../../test/enclave/ethereum/tries.ts';
import { emptyBlock } from '../../../test/enclave/ethereum/world.ts';
import { bundleEnclave } from '../../enclave/bundle.ts';
import { processorSeconds, residentMb } from '../processes.ts';

export interface Throughput {
  readonly count: number;
  /** Messages by processor seconds of the enclave's process */
  readonly perSecond: number;
  /** Resident memory of that process after each sixteenth of the messages. It moves with the collector's habits */
  readonly memoryMb: readonly number[];
  /** What was left of its heap by each full collection after window and history were full: what it holds on to */
  readonly heldMb: readonly number[];
}

const BATCH = 64;
/** Blocks before the first message, so that the history is all but full when memory is looked at first. */
const EMPTY_BLOCKS = MAX_HEADERS - 192;
/** Transactions of a block that send nothing, before those that send one message each. */
const OTHERS = 8;
const OUTBOX = fromEvmAddress(new Uint8Array(20).fill(0xaa));
const SENDER = fromEvmAddress(new Uint8Array(20).fill(0x5e));
const ORIGIN = LOCALNET_EVM_CHAIN;
const DESTINATION = suiChain(Uint8Array.of(1, 2, 3, 4));
const OTHER_RECEIPT = receiptBytes({});

/** One block of 72 transactions, the last 64 of which send a message with a body of 64 bytes each. */
function makeBlock(first: bigint): { receiptsRoot: Uint8Array; evidence: Omit<EthereumEvidence, 'height'> } {
  const receipts = Array.from({ length: BATCH }, (_, i) => {
    const encoded = encodeMessage({
      kind: 0,
      originChain: ORIGIN,
      destinationChain: DESTINATION,
      nonce: first + BigInt(i),
      sender: SENDER,
      recipient: new Uint8Array(32).fill(0xdd),
      executionGas: 100_000,
      body: new Uint8Array(64).fill(i),
    });
    return receiptBytes({ logs: [encodeMessageSentLog(OUTBOX, encoded)] });
  });
  const { block, prove } = blockWith([...Array<Uint8Array>(OTHERS).fill(OTHER_RECEIPT), ...receipts]);
  const proofs = receipts.map((_, i) => ({ index: OTHERS + i, proof: prove(OTHERS + i), logs: [0] }));
  return { receiptsRoot: block.receiptsRoot, evidence: { receipts: proofs } };
}

/** The enclave's chain, made as it is needed: of a block nothing stays but its header. */
class Source {
  readonly beacon = new BeaconChain({ preset: 'mainnet', seed: 'bench' });
  #parent = new Uint8Array(32);
  #number = 0;
  #next = 0n;
  #headers: Uint8Array[] = [];
  #evidence: EthereumEvidence[] = [];

  get number(): number {
    return this.#number;
  }

  addBlock(hasMessages: boolean): void {
    const number = this.#number++;
    const made = hasMessages ? makeBlock(this.#next) : undefined;
    const { receiptsRoot = new Uint8Array(32) } = made ?? {};
    const timestamp = 1_750_000_000n + 12n * BigInt(number);
    const fields = { parentHash: this.#parent, receiptsRoot, timestamp };
    const rlp = headerRlp({ ...fields, number: BigInt(number) });
    this.#parent = Uint8Array.from(hash(rlp));
    this.beacon.addBlock({ ...emptyBlock(number), ...fields, blockHash: this.#parent }, number);
    this.#headers.push(rlp);
    if (!made) return;
    this.#evidence.push({ height: BigInt(number), ...made.evidence });
    this.#next += BigInt(BATCH);
  }

  /** Headers from below a height down to another, which is included; those are then forgotten. */
  takeHeaders(above: bigint, down: bigint): Uint8Array[] {
    const oldest = this.#number - this.#headers.length;
    const taken = this.#headers.slice(Number(down) - oldest, Number(above) - oldest);
    this.#headers.splice(0, Number(above) - oldest);
    return taken.reverse();
  }

  /** Evidence up to a height, which is then forgotten. */
  takeEvidence(height: bigint): EthereumEvidence[] {
    const count = this.#evidence.filter((item) => item.height <= height).length;
    return this.#evidence.splice(0, count);
  }
}

export async function proveMessages(count: number): Promise<Throughput> {
  const directory = mkdtempSync(path.join(tmpdir(), 'bench-'));
  const source = new Source();
  const start = 64;
  while (source.number <= start) source.addBlock(false);
  const { preset, genesisValidatorsRoot, forks } = source.beacon;
  const trusted = source.beacon.blockAt(start)!;
  const configuration = encodeConfiguration({
    origins: [
      {
        chain: ORIGIN,
        preset,
        genesisValidatorsRoot,
        forks,
        minParticipants: leastParticipants(preset),
        trustedBlockRoot: trusted.root,
      },
    ],
    lanes: [
      {
        originChain: ORIGIN,
        originOutbox: OUTBOX,
        destinationChain: DESTINATION,
        generation: 0n,
        destinationInbox: new Uint8Array(32).fill(0xcc),
      },
    ],
  });
  mkdirSync(directory, { recursive: true });
  for (const [name, bytes] of (await bundleEnclave()).files) writeFileSync(path.join(directory, name), bytes);
  // A shell, that its output may go to a file; it becomes the enclave's process.
  const collections = path.join(directory, 'collections.log');
  const script = `exec "$0" --trace-gc "$@" > '${collections}'`;
  const command = ['/bin/sh', '-c', script, process.execPath, path.join(directory, 'enclave-dstack.mjs')] as const;
  const enclave = await startEnclave({ command, configuration, directory });
  try {
    const types = typesOf(preset);
    const bootstrap = types.LightClientBootstrap.serialize(source.beacon.bootstrap(trusted));
    await enclave.client.advanceEthereum({ chain: ORIGIN, currentSlot: start, bootstrap });
    return await run(source, enclave, count, () => heldAfter(collections));
  } finally {
    await enclave.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Megabytes of the heap after each full collection so far (node --trace-gc). */
function heldAfter(log: string): number[] {
  const collections = readFileSync(log, 'latin1').matchAll(/: Mark-Compact .*? -> ([\d.]+) \(/g);
  return [...collections].map(([, megabytes]) => Number(megabytes));
}

async function run(
  source: Source,
  { client, process: child }: EnclaveProcess,
  count: number,
  held: () => number[],
): Promise<Throughput> {
  const types = typesOf('mainnet');
  const pid = child.pid!;
  let done = 0;
  let seconds = 0;
  let headHeight = 64n;
  while (source.number < EMPTY_BLOCKS) source.addBlock(false);
  const memoryMb: number[] = [];
  let before = Infinity;
  while (done < count) {
    const update = source.beacon.finalityUpdate();
    const height = update?.finalizedHeader.execution.blockNumber ?? 0n;
    if (!update || height <= headHeight) {
      source.addBlock(true);
      continue;
    }
    const started = processorSeconds(pid);
    const { origins } = await client.status();
    const periodUpdate = origins[0]!.knowsNextSyncCommittee
      ? undefined
      : source.beacon.periodUpdate(source.beacon.periodAt(update.signatureSlot));
    const isPeriodUpdateLast = periodUpdate?.finalizedHeader.beacon.slot === update.finalizedHeader.beacon.slot;
    await client.advanceEthereum({
      chain: ORIGIN,
      currentSlot: source.number,
      updates: periodUpdate ? [types.LightClientUpdate.serialize(periodUpdate)] : [],
      finalityUpdates: isPeriodUpdateLast ? [] : [types.LightClientFinalityUpdate.serialize(update)],
      headers: source.takeHeaders(height, headHeight),
    });
    headHeight = height;
    for (const evidence of source.takeEvidence(height)) {
      const proposal = {
        originChain: ORIGIN,
        originOutbox: OUTBOX,
        destinationChain: DESTINATION,
        firstNonce: BigInt(done),
        count: BATCH,
        anchor: height,
      };
      const proven = client.proveEthereum(proposal, [evidence]);
      // The next block is made while the enclave works.
      source.addBlock(true);
      await proven;
      done += BATCH;
    }
    seconds += processorSeconds(pid) - started;
    process.stderr.write(`\r${done} messages, ${Math.round(done / seconds)} a second`);
    if (done < ((memoryMb.length + 1) * count) / 16) continue;
    memoryMb.push(residentMb(pid));
    if (done >= 2 * WINDOW) before = Math.min(before, held().length);
  }
  process.stderr.write('\n');
  return { count: done, perSecond: done / seconds, memoryMb, heldMb: held().slice(before) };
}
