/**
 * A beacon chain for one machine: it puts execution blocks into beacon blocks of the format of Electra or Fulu, finalizes
 * them as the real chain does in good times, and signs them with sync committees whose keys it holds.
 *
 * There are no validators, attestations or balances. The state's tree has the real shape and the real values where a
 * light client can look (fork, finalized checkpoint, sync committees, latest execution header); its other fields are
 * zero. Everything follows from the options and the sequence of calls.
 */
import { LeafNode, Tree, subtreeFillToContents, zeroNode, type Node } from '@chainsafe/persistent-merkle-tree';
import { sha256 } from '@noble/hashes/sha2.js';
import { LocalSyncCommittee } from './committee.ts';
import {
  BeaconBlockHeader,
  Checkpoint,
  ExecutionPayloadHeader,
  ForkData,
  ForkRecord,
  PRESETS,
  SigningData,
  Transactions,
  typesOf,
  type BeaconHeaderValue,
  type BootstrapValue,
  type ExecutionValue,
  type FinalityUpdateValue,
  type HeaderValue,
  type PresetName,
  type UpdateValue,
} from './types.ts';

/** A fork of the schedule. */
export interface BeaconFork {
  readonly name: 'electra' | 'fulu';
  readonly epoch: number;
  /** 4 bytes */
  readonly version: Uint8Array;
}

/** How a chain begins. */
export interface BeaconOptions {
  readonly preset?: PresetName;
  /** Fixes the committees' keys. */
  readonly seed?: string;
  /** Seconds since 1970. */
  readonly genesisTime?: number;
  readonly secondsPerSlot?: number;
  /** Electra at genesis and Fulu from epoch 1 by default. */
  readonly forks?: readonly BeaconFork[];
}

/** What a beacon block takes over from an execution block; its transactions as EIP-2718 bytes. */
export type ExecutionInput = Omit<ExecutionValue, 'transactionsRoot' | 'withdrawalsRoot'> & {
  readonly transactions?: readonly Uint8Array[];
};

/** A block with the trees that branches are cut from. */
export interface BeaconBlock {
  readonly slot: number;
  readonly root: Uint8Array;
  readonly header: HeaderValue;
  readonly state: Tree;
  /** Latest finalized block as this block's state has it; absent while there is none. */
  readonly finalizedRoot?: Uint8Array;
}

/** What a signature is made with. Everything has its honest value by default. */
export interface Signing {
  readonly participants?: Iterable<number>;
  readonly committee?: LocalSyncCommittee;
  readonly forkVersion?: Uint8Array;
  readonly genesisValidatorsRoot?: Uint8Array;
  readonly domainType?: Uint8Array;
}

const ZERO_ROOT = new Uint8Array(32);
/** DOMAIN_SYNC_COMMITTEE (altair/beacon-chain.md). */
const SYNC_COMMITTEE_DOMAIN = Uint8Array.of(7, 0, 0, 0);
/** Positions in the tree: fields of `BeaconState` and of `BeaconBlockBody` since Electra. */
const STATE = {
  genesisTime: 0,
  genesisValidatorsRoot: 1,
  slot: 2,
  fork: 3,
  finalizedCheckpoint: 20,
  currentSyncCommittee: 22,
  nextSyncCommittee: 23,
  latestExecutionPayloadHeader: 24,
} as const;
const STATE_DEPTH = 6;
const BODY_DEPTH = 4;
const EXECUTION_PAYLOAD_FIELD = 9;
const FINALIZED_ROOT_GINDEX = 169n;
const CURRENT_COMMITTEE_GINDEX = 86n;
const NEXT_COMMITTEE_GINDEX = 87n;
const EXECUTION_GINDEX = 25n;

/** The chain. */
export class BeaconChain {
  readonly preset: PresetName;
  readonly genesisTime: number;
  readonly secondsPerSlot: number;
  readonly genesisValidatorsRoot: Uint8Array;
  readonly forks: readonly BeaconFork[];
  readonly #seed: string;
  readonly #blocks: BeaconBlock[] = [];
  readonly #byRoot = new Map<string, BeaconBlock>();
  readonly #committees = new Map<number, LocalSyncCommittee>();
  readonly #listeners = new Set<(block: BeaconBlock) => void>();
  /** Slot of the latest block that a finality update could name */
  #toldSlot = -1;

  constructor(options: BeaconOptions = {}) {
    this.preset = options.preset ?? 'minimal';
    this.#seed = options.seed ?? 'localnet';
    this.genesisTime = options.genesisTime ?? 1_750_000_000;
    this.secondsPerSlot = options.secondsPerSlot ?? PRESETS[this.preset].secondsPerSlot;
    this.genesisValidatorsRoot = sha256(new TextEncoder().encode(`validators/${this.#seed}`));
    this.forks = options.forks ?? [
      { name: 'electra', epoch: 0, version: Uint8Array.of(5, 0, 0, 0x7f) },
      { name: 'fulu', epoch: 1, version: Uint8Array.of(6, 0, 0, 0x7f) },
    ];
  }

  // Time.

  epochAt(slot: number): number {
    return Math.floor(slot / PRESETS[this.preset].slotsPerEpoch);
  }

  periodAt(slot: number): number {
    return Math.floor(this.epochAt(slot) / PRESETS[this.preset].epochsPerPeriod);
  }

  /** First slot of a sync committee period. */
  periodStart(period: number): number {
    return period * PRESETS[this.preset].slotsPerEpoch * PRESETS[this.preset].epochsPerPeriod;
  }

  forkAt(slot: number): BeaconFork {
    const fork = this.forks.findLast(({ epoch }) => epoch <= this.epochAt(slot));
    if (!fork) throw new RangeError(`no fork is scheduled for slot ${slot}; let the schedule begin at epoch 0`);
    return fork;
  }

  /** The committee of a period. Its keys are made when first needed. */
  committee(period: number): LocalSyncCommittee {
    let committee = this.#committees.get(period);
    if (!committee) {
      committee = new LocalSyncCommittee(this.preset, this.#seed, period);
      this.#committees.set(period, committee);
    }
    return committee;
  }

  // Blocks.

  get head(): BeaconBlock | undefined {
    return this.#blocks.at(-1);
  }

  /** Blocks in order of slot. */
  get blocks(): readonly BeaconBlock[] {
    return this.#blocks;
  }

  blockByRoot(root: Uint8Array): BeaconBlock | undefined {
    return this.#byRoot.get(keyOf(root));
  }

  /** The latest block at or before a slot. */
  blockAt(slot: number): BeaconBlock | undefined {
    return this.#blocks.findLast((block) => block.slot <= slot);
  }

  /** Calls back after each block; returns how to stop that. */
  onBlock(listener: (block: BeaconBlock) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Puts an execution block into a beacon block.
   * @param slot a slot after the head's; the next one by default, so that a gap is a run of missed slots
   */
  addBlock(input: ExecutionInput, slot: number = (this.head?.slot ?? -1) + 1): BeaconBlock {
    const parent = this.head;
    if (parent && slot <= parent.slot) throw new RangeError(`slot ${slot} is not after the head's, ${parent.slot}`);
    const execution = this.#payloadHeader(input);
    const executionRoot = ExecutionPayloadHeader.hashTreeRoot(execution);
    const body = treeOf(new Map([[EXECUTION_PAYLOAD_FIELD, leaf(executionRoot)]]), BODY_DEPTH);
    const finalized = this.#finalizedAt(slot);
    const state = this.#state(slot, executionRoot, finalized);
    const beacon: BeaconHeaderValue = {
      slot,
      proposerIndex: slot % PRESETS[this.preset].committeeSize,
      parentRoot: parent?.root ?? ZERO_ROOT,
      stateRoot: state.root,
      bodyRoot: body.root,
    };
    const block: BeaconBlock = {
      slot,
      root: BeaconBlockHeader.hashTreeRoot(beacon),
      header: { beacon, execution, executionBranch: body.getSingleProof(EXECUTION_GINDEX) },
      state,
      ...(finalized ? { finalizedRoot: finalized.root } : {}),
    };
    this.#blocks.push(block);
    this.#byRoot.set(keyOf(block.root), block);
    // With this block's signature the one before it can be shown, and what is final in its state.
    const told = parent?.finalizedRoot && this.blockByRoot(parent.finalizedRoot);
    if (told) this.#toldSlot = Math.max(this.#toldSlot, told.slot);
    for (const listener of this.#listeners) listener(block);
    return block;
  }

  /**
   * Takes the newest block away again, as when its proposer's block loses against another one.
   * @returns false when that cannot be: it is the first one, or an update may have told somebody that it is final
   */
  dropHead(): boolean {
    const head = this.head;
    if (!head || this.#blocks.length === 1 || head.slot <= this.#toldSlot) return false;
    this.#blocks.pop();
    this.#byRoot.delete(keyOf(head.root));
    return true;
  }

  #payloadHeader({ transactions = [], ...fields }: ExecutionInput): ExecutionValue {
    const { Withdrawals } = typesOf(this.preset);
    return {
      ...fields,
      transactionsRoot: Transactions.hashTreeRoot([...transactions]),
      withdrawalsRoot: Withdrawals.hashTreeRoot([]),
    };
  }

  /** With every epoch justified at its end, the state of an epoch has the start of the one before the last for final. */
  #finalizedAt(slot: number): BeaconBlock | undefined {
    const epoch = this.epochAt(slot) - 2;
    return epoch < 1 ? undefined : this.blockAt(epoch * PRESETS[this.preset].slotsPerEpoch);
  }

  #state(slot: number, executionRoot: Uint8Array, finalized?: BeaconBlock): Tree {
    const fork = this.forkAt(slot);
    const previous = this.forks[this.forks.indexOf(fork) - 1] ?? fork;
    const period = this.periodAt(slot);
    const committeeRoot = (of: number): Node => leaf(this.committee(of).root);
    const record = { previousVersion: previous.version, currentVersion: fork.version, epoch: fork.epoch };
    const checkpoint = { epoch: finalized ? this.epochAt(slot) - 2 : 0, root: finalized?.root ?? ZERO_ROOT };
    return treeOf(
      new Map<number, Node>([
        [STATE.genesisTime, leaf(uint64(this.genesisTime))],
        [STATE.genesisValidatorsRoot, leaf(this.genesisValidatorsRoot)],
        [STATE.slot, leaf(uint64(slot))],
        [STATE.fork, leaf(ForkRecord.hashTreeRoot(record))],
        // The branch to the finalized root begins below this field.
        [STATE.finalizedCheckpoint, Checkpoint.toView(checkpoint).node],
        [STATE.currentSyncCommittee, committeeRoot(period)],
        [STATE.nextSyncCommittee, committeeRoot(period + 1)],
        [STATE.latestExecutionPayloadHeader, leaf(executionRoot)],
      ]),
      STATE_DEPTH,
    );
  }

  // Light-client data.

  /** The starting point at a block. */
  bootstrap(block: BeaconBlock): BootstrapValue {
    return {
      header: block.header,
      currentSyncCommittee: this.committee(this.periodAt(block.slot)).value,
      currentSyncCommitteeBranch: block.state.getSingleProof(CURRENT_COMMITTEE_GINDEX),
    };
  }

  /**
   * What the sync committee at a slot says about an earlier block.
   * @param attested a block with a finalized one in its state
   * @param signatureSlot a later slot; the next one by default
   * @throws RangeError when nothing is final in that block's state
   */
  update(attested: BeaconBlock, signatureSlot = attested.slot + 1, signing: Signing = {}): UpdateValue {
    const finalized = attested.finalizedRoot && this.blockByRoot(attested.finalizedRoot);
    if (!finalized) throw new RangeError(`nothing is final at slot ${attested.slot}; add two epochs of blocks`);
    return {
      attestedHeader: attested.header,
      nextSyncCommittee: this.committee(this.periodAt(attested.slot) + 1).value,
      nextSyncCommitteeBranch: attested.state.getSingleProof(NEXT_COMMITTEE_GINDEX),
      finalizedHeader: finalized.header,
      finalityBranch: attested.state.getSingleProof(FINALIZED_ROOT_GINDEX),
      syncAggregate: this.sign(attested.header.beacon, signatureSlot, signing),
      signatureSlot,
    };
  }

  /** The update of a period that clients get to move on to the next one; undefined while the period has none. */
  periodUpdate(period: number): UpdateValue | undefined {
    // Finality within the period, so that the next committee can be believed; the latest such block.
    const attested = this.#signedBlocks().findLast(
      (block) =>
        this.periodAt(this.#signatureSlot(block)) === period &&
        block.finalizedRoot !== undefined &&
        this.periodAt(this.blockByRoot(block.finalizedRoot)!.slot) === period,
    );
    return attested && this.update(attested, this.#signatureSlot(attested));
  }

  /** The latest finality update; undefined while nothing is final. */
  finalityUpdate(): FinalityUpdateValue | undefined {
    const attested = this.#signedBlocks().findLast(({ finalizedRoot }) => finalizedRoot !== undefined);
    if (!attested) return undefined;
    const { nextSyncCommittee, nextSyncCommitteeBranch, ...rest } = this.update(
      attested,
      this.#signatureSlot(attested),
    );
    return rest;
  }

  /** Blocks whose signature a later block can carry: all but the head. */
  #signedBlocks(): readonly BeaconBlock[] {
    return this.#blocks.slice(0, -1);
  }

  /** Slot of the block that carries the signature: the next one that was not missed. */
  #signatureSlot(attested: BeaconBlock): number {
    return this.#blocks[this.#blocks.indexOf(attested) + 1]!.slot;
  }

  /** The aggregate that the committee at a slot makes over a header. */
  sign(header: BeaconHeaderValue, signatureSlot: number, signing: Signing = {}): UpdateValue['syncAggregate'] {
    const committee = signing.committee ?? this.committee(this.periodAt(signatureSlot));
    // The committee signs for the fork of the slot before its own.
    const currentVersion = signing.forkVersion ?? this.forkAt(Math.max(signatureSlot, 1) - 1).version;
    const genesisValidatorsRoot = signing.genesisValidatorsRoot ?? this.genesisValidatorsRoot;
    const forkDataRoot = ForkData.hashTreeRoot({ currentVersion, genesisValidatorsRoot });
    const domain = Uint8Array.from([...(signing.domainType ?? SYNC_COMMITTEE_DOMAIN), ...forkDataRoot.subarray(0, 28)]);
    const objectRoot = BeaconBlockHeader.hashTreeRoot(header);
    return committee.sign(SigningData.hashTreeRoot({ objectRoot, domain }), signing.participants);
  }
}

function leaf(root: Uint8Array): Node {
  return LeafNode.fromRoot(root);
}

/** A tree over fields, the ones not given being zero. */
function treeOf(fields: ReadonlyMap<number, Node>, depth: number): Tree {
  const nodes = Array.from({ length: 2 ** depth }, (_, index) => fields.get(index) ?? zeroNode(0));
  return new Tree(subtreeFillToContents(nodes, depth));
}

function uint64(value: number): Uint8Array {
  const bytes = new Uint8Array(32);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value), true);
  return bytes;
}

function keyOf(root: Uint8Array): string {
  return Buffer.from(root).toString('hex');
}
