/**
 * A hostile host: it holds two histories of each chain that the same committees have signed, and sends any sequence of
 * requests made of them, whole, mixed, mangled or random. A reference model says of each statement whether it may have
 * been signed, from nothing but the bytes that were sent and the histories themselves.
 */
import assert from 'node:assert/strict';
import { decode } from 'cborg';
import { encodeCbor, type CborInput } from '../../prover/protocol/wire/index.ts';
import {
  concat,
  decodeStatement,
  hash,
  merkleRoot,
  messageId,
  plainLeaf,
  recoverSigner,
  statementDigest,
  toHex,
} from '../../prover/protocol/index.ts';
import { digestBytes } from '../../localnet/sui/ledger/bcs.ts';
import { message as suiMessage } from './sui/world.ts';
import {
  EVM_CHAIN,
  EVM_LANE,
  EVM_OUTBOX,
  EvmWorld,
  SUI_CHAIN,
  SUI_LANE,
  SUI_OUTBOX,
  certifiedOf,
  commit,
  encodeConfiguration,
  evmLog,
  evmMessage,
  messageEvent,
  newLedger,
  suiEvidence,
  suiOrigin,
  summaryBytes,
} from './world.ts';

/** A small generator of random numbers (xorshift32), so that a seed repeats a run. */
class Dice {
  #state: number;
  constructor(seed: number) {
    this.#state = seed || 1;
  }
  below(limit: number): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return (this.#state >>> 0) % limit;
  }
  chance(percent: number): boolean {
    return this.below(100) < percent;
  }
  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }
}

/** One block of a history, as the model knows it. */
interface Block {
  readonly height: bigint;
  readonly hash: string;
  readonly parent: string;
  readonly timestampSeconds: bigint;
  /** Leaf by nonce */
  readonly leaves: ReadonlyMap<bigint, Uint8Array>;
}

/** A history with what a host can send of it. */
interface History {
  readonly blocks: ReadonlyMap<bigint, Block>;
  /** Bytes that make a block final when the enclave sees them, in hex, and the block's height */
  readonly proofs: ReadonlyMap<string, bigint>;
  readonly advance: (dice: Dice, head: bigint | undefined) => { [field: string]: CborInput };
  readonly evidence: (nonce: bigint) => CborInput | undefined;
  /** Encoded headers or summaries from below one height down to another */
  readonly down: (from: bigint, to: bigint) => Uint8Array[];
}

export interface Chain {
  readonly chain: bigint;
  readonly lane: typeof EVM_LANE;
  readonly histories: readonly History[];
}

const START = 16;
const FIRST_MESSAGE = 20;
const MESSAGE_BLOCKS = 14;
const FORK = 26;
const LENGTH = 136;

/** Blocks 20 to 33 with three messages each, every one in its transaction, after one that failed and one of a stranger. */
function evmHistory(isTwin: boolean): { world: EvmWorld; history: History } {
  const world = new EvmWorld().fillTo(FIRST_MESSAGE);
  const leaves = new Map<number, Map<bigint, Uint8Array>>();
  const places = new Map<bigint, { block: number; index: number }>();
  for (let i = 0; i < MESSAGE_BLOCKS; i++) {
    const block = FIRST_MESSAGE + i;
    const gas = isTwin && block >= FORK ? 7 : 100_000;
    const nonces = [0n, 1n, 2n].map((offset) => BigInt(3 * i) + offset);
    const forged = evmLog(nonces[0]!, { executionGas: 666 });
    world.add(
      { status: '0x', logs: [forged] },
      { logs: [{ ...forged, address: SUI_LANE.destinationInbox }] },
      ...nonces.map((nonce) => ({ logs: [evmLog(nonce, { executionGas: gas })] })),
    );
    nonces.forEach((nonce, at) => places.set(nonce, { block, index: 2 + at }));
    const leafOf = (nonce: bigint): Uint8Array =>
      plainLeaf(nonce, messageId(EVM_OUTBOX, evmMessage(nonce, { executionGas: gas })));
    leaves.set(block, new Map(nonces.map((nonce) => [nonce, leafOf(nonce)])));
  }
  world.fillTo(LENGTH);
  const blocks = world.headers.map((header, number): [bigint, Block] => [
    BigInt(number),
    {
      height: BigInt(number),
      hash: toHex(hash(header)),
      parent: number === 0 ? '' : toHex(hash(world.headers[number - 1]!)),
      timestampSeconds: 1_750_000_000n + 12n * BigInt(number),
      leaves: leaves.get(number) ?? new Map<bigint, Uint8Array>(),
    },
  ]);
  const updates = new Map<number, Uint8Array>();
  for (let slot = 24; slot < LENGTH - 1; slot++) updates.set(slot, world.finalityUpdate(slot));
  const finalizedBy = (slot: number): bigint => BigInt((Math.floor(slot / 8) - 2) * 8);
  const proofs = new Map([...updates].map(([slot, bytes]) => [toHex(bytes), finalizedBy(slot)]));
  const start = world.beacon.blockAt(START)!;
  const bootstrap = world.bootstrap(start);
  proofs.set(toHex(bootstrap), BigInt(START));
  const periodUpdates = [0, 1].map((period) => world.periodUpdate(period));
  // Finality of the last block of a period, signed in it.
  for (const [period, bytes] of periodUpdates.entries())
    proofs.set(toHex(bytes), finalizedBy(world.beacon.periodUpdate(period)!.attestedHeader.beacon.slot));
  const history: History = {
    blocks: new Map(blocks),
    proofs,
    down: (from, to) => world.down(Number(from) - 1, Number(to)),
    evidence: (nonce) => {
      const place = places.get(nonce);
      return place && { ...world.evidence(place.block, place.index) };
    },
    advance: (dice, known) => {
      const head = known ?? BigInt(START);
      const slot = 24 + dice.below(LENGTH - 25);
      const top = finalizedBy(slot);
      const to = dice.chance(70) ? head : head + BigInt(dice.below(9)) - 4n;
      return {
        currentSlot: dice.chance(95) ? 1000 : slot,
        ...(dice.chance(known === undefined ? 80 : 5) ? { bootstrap } : {}),
        updates: dice.chance(40) ? [dice.pick(periodUpdates)] : [],
        finalityUpdates: dice.chance(90) ? [updates.get(slot)!] : [],
        headers: dice.chance(80) && top > to && to >= 0n ? history.down(top, to) : [],
      };
    },
  };
  return { world, history };
}

/** Twenty-four checkpoints with two messages each; the twin's are others from the fifth on. */
function suiHistory(isTwin: boolean): { ledger: ReturnType<typeof newLedger>; history: History } {
  const ledger = newLedger();
  const eventOf = (nonce: bigint, isForged: boolean) => {
    const event = messageEvent(nonce);
    if (!isForged) return event;
    const encoded = suiMessage(nonce);
    encoded[93] = 7; // execution gas
    const id = messageId(SUI_OUTBOX, encoded);
    const { contents } = event;
    assert.ok(contents instanceof Uint8Array);
    const tail = contents.subarray(65, contents.length - encoded.length);
    return { ...event, contents: concat(SUI_OUTBOX, Uint8Array.of(32), id, tail, encoded) };
  };
  const leafOf = (nonce: bigint, isForged: boolean): Uint8Array => {
    const encoded = suiMessage(nonce);
    if (isForged) encoded[93] = 7;
    return plainLeaf(nonce, messageId(SUI_OUTBOX, encoded));
  };
  const made = Array.from({ length: 24 }, (_, i) => {
    const isForged = isTwin && i >= 4;
    const nonces = [BigInt(2 * i), BigInt(2 * i) + 1n];
    const lists = nonces.map((nonce) => [eventOf(nonce, isForged)]);
    return { checkpoint: commit(ledger, lists), lists, nonces, isForged };
  });
  const heightOf = (i: number): bigint => BigInt(made[i]!.checkpoint.summary.sequenceNumber);
  const bytes = made.map(({ checkpoint }) => summaryBytes(checkpoint.summary));
  const digests = bytes.map((summary) => toHex(digestBytes('CheckpointSummary', summary)));
  const blocks = made.map(({ checkpoint, nonces, isForged }, i): [bigint, Block] => [
    heightOf(i),
    {
      height: heightOf(i),
      hash: digests[i]!,
      parent: digests[i - 1] ?? '',
      timestampSeconds: BigInt(checkpoint.summary.timestampMs) / 1000n,
      leaves: new Map(nonces.map((nonce) => [nonce, leafOf(nonce, isForged)])),
    },
  ]);
  const certified = made.map(({ checkpoint }) => certifiedOf(checkpoint));
  const lowest = heightOf(0);
  const down = (from: bigint, to: bigint): Uint8Array[] =>
    bytes.slice(Math.max(0, Number(to - lowest)), Math.max(0, Number(from - lowest))).toReversed();
  const history: History = {
    blocks: new Map(blocks),
    proofs: new Map(certified.map((proof, i) => [toHex(proof), heightOf(i)])),
    down,
    evidence: (nonce) => {
      const source = made[Number(nonce / 2n)];
      if (!source) return undefined;
      const whole = suiEvidence(source.checkpoint, source.lists);
      return { ...whole, transactions: [{ ...whole.transactions[Number(nonce % 2n)]! }] };
    },
    advance: (dice, known) => {
      const head = known ?? lowest;
      const next = known === undefined ? 0 : Number(known - lowest) + 1 + dice.below(3);
      const i = dice.chance(85) ? Math.min(next, made.length - 1) : dice.below(made.length);
      const summaries = dice.chance(40) ? down(heightOf(i), dice.chance(70) ? head : lowest) : [];
      return { certified: dice.chance(85) ? [certified[i]!] : [], summaries };
    },
  };
  return { ledger, history };
}

/** Both chains with both their histories, and a configuration that follows them. */
export function hostileWorld(): { chains: readonly Chain[]; configuration: Uint8Array } {
  const evm = [evmHistory(false), evmHistory(true)];
  const sui = [suiHistory(false), suiHistory(true)];
  const start = evm[0]!.world.beacon.blockAt(START)!;
  return {
    configuration: encodeConfiguration({
      origins: [suiOrigin(sui[0]!.ledger), evm[0]!.world.origin(start)],
      lanes: [SUI_LANE, EVM_LANE],
    }),
    chains: [
      { chain: EVM_CHAIN, lane: EVM_LANE, histories: evm.map(({ history }) => history) },
      { chain: SUI_CHAIN, lane: SUI_LANE, histories: sui.map(({ history }) => history) },
    ],
  };
}

/** What may be signed, judged by the bytes that an enclave was sent. */
export class Model {
  readonly #chains: readonly Chain[];
  /** Hashes of final blocks: those that sent bytes prove, and their ancestors */
  readonly #final = new Set<string>();
  readonly #signed = new Map<string, string>();
  statements = 0;

  constructor(chains: readonly Chain[]) {
    this.#chains = chains;
  }

  /** Takes note of a request, whatever it is: what is final in it is from now on. */
  see(request: Uint8Array): void {
    for (const bytes of byteStrings(request)) {
      for (const { histories } of this.#chains) {
        for (const { proofs, blocks } of histories) {
          const height = proofs.get(toHex(bytes));
          let block = height === undefined ? undefined : blocks.get(height);
          for (; block && !this.#final.has(block.hash); block = blocks.get(block.height - 1n))
            this.#final.add(block.hash);
        }
      }
    }
  }

  /** Throws unless the statement is one that an honest enclave may have signed, and agrees with all before it. */
  judge(statement: Uint8Array, signature: Uint8Array, signer: Uint8Array): void {
    this.statements++;
    assert.deepEqual(recoverSigner(statementDigest(statement), signature), signer);
    const said = decodeStatement(statement);
    const chain = this.#chains.find((one) => one.chain === said.originChain)!;
    const { originOutbox, destinationChain, destinationInbox } = said;
    const { lane } = chain;
    assert.deepEqual(
      { originOutbox, destinationChain, destinationInbox },
      {
        originOutbox: lane.originOutbox,
        destinationChain: lane.destinationChain,
        destinationInbox: lane.destinationInbox,
      },
    );
    const anchorHash = toHex(said.anchorHash);
    assert.ok(this.#final.has(anchorHash), 'INV-40: the anchor is not final');
    const history = chain.histories.find(({ blocks }) => blocks.get(said.anchorHeight)?.hash === anchorHash);
    assert.ok(history, 'the anchor is of no history');
    assert.equal(history.blocks.get(said.anchorHeight)!.timestampSeconds, said.anchorTimestampSeconds);
    const below = [...history.blocks.values()].filter(({ height }) => height <= said.anchorHeight);
    const known = new Map(below.flatMap(({ leaves }) => [...leaves]));
    const leaves = Array.from({ length: said.messageCount }, (_, i) => known.get(said.firstNonce + BigInt(i)));
    assert.ok(
      leaves.every((leaf) => leaf !== undefined),
      'INV-40: a message that is not final at the anchor',
    );
    assert.deepEqual(said.messagesRoot, merkleRoot(leaves));
    for (const [i, leaf] of leaves.entries()) {
      const key = `${said.originChain}/${said.firstNonce + BigInt(i)}`;
      assert.equal(this.#signed.get(key) ?? toHex(leaf), toHex(leaf), `INV-41: two leaves for ${key}`);
      this.#signed.set(key, toHex(leaf));
    }
  }
}

/** Every byte string in a request that decodes at all. */
function byteStrings(request: Uint8Array): Uint8Array[] {
  const found: Uint8Array[] = [];
  const walk = (value: unknown): void => {
    if (value instanceof Uint8Array) found.push(value);
    else if (Array.isArray(value)) value.forEach(walk);
    else if (value instanceof Map) [...value.values()].forEach(walk);
  };
  try {
    walk(decode(request, { useMaps: true }));
  } catch {
    // Nothing that the enclave could read either: its decoder takes less than cborg.
  }
  return found;
}

/** Sends what it likes, seldom what would be honest. */
export class HostileHost {
  readonly #dice: Dice;
  readonly #chains: readonly Chain[];
  /** Heads that the enclave has named */
  readonly #heads = new Map<bigint, bigint>();
  /** Which of the two histories it is pushing, for each chain */
  readonly #pushed = new Map<bigint, number>();

  constructor(seed: number, chains: readonly Chain[]) {
    this.#dice = new Dice(seed);
    this.#chains = chains;
  }

  learn(chain: bigint, head: bigint): void {
    this.#heads.set(chain, head);
  }

  next(): Uint8Array {
    const dice = this.#dice;
    if (dice.chance(4)) return Uint8Array.from({ length: dice.below(200) }, () => dice.below(256));
    const request = encodeCbor(this.#make());
    if (!dice.chance(20)) return request;
    const mangled = Uint8Array.from(request);
    for (let i = 1 + dice.below(3); i > 0; i--) mangled[dice.below(mangled.length)]! ^= 1 << dice.below(8);
    return dice.chance(80) ? mangled : mangled.subarray(0, dice.below(mangled.length));
  }

  #make(): { [field: string]: CborInput } {
    const dice = this.#dice;
    // Checks of Sui's certificates take long: fewer of them.
    const { chain, lane, histories } = dice.chance(65) ? this.#chains[0]! : this.#chains[1]!;
    if (!this.#pushed.has(chain) || dice.chance(7)) this.#pushed.set(chain, dice.chance(60) ? 0 : 1);
    const history = dice.chance(85) ? histories[this.#pushed.get(chain)!]! : dice.pick(histories);
    const known = this.#heads.get(chain);
    const head = known ?? BigInt(START);
    const { originChain, originOutbox, destinationChain, destinationInbox } = lane;
    if (dice.chance(3)) return { method: 'status' };
    if (dice.chance(3)) {
      const registration = { registry: originOutbox, operator: originOutbox, challenge: destinationInbox };
      return { method: 'attest', chain, ...registration };
    }
    if (dice.chance(known === undefined ? 70 : 20))
      return { method: 'advance', chain, ...history.advance(dice, known) };

    const first = BigInt(dice.below(chain === SUI_CHAIN ? 32 : 44));
    const count = 1 + dice.below(3);
    const nonces = Array.from({ length: count }, (_, i) => first + BigInt(i));
    // Now and then a message of the other history, one twice, or two in the wrong order.
    const evidence = nonces.flatMap(
      (nonce) => (dice.chance(97) ? history : dice.pick(histories)).evidence(nonce) ?? [],
    );
    if (dice.chance(5)) evidence.reverse();
    if (dice.chance(5)) evidence.push(...evidence.slice(0, 1));
    const near = dice.chance(50) ? head : ((evidence.at(-1) as { height?: bigint } | undefined)?.height ?? head);
    const anchor = dice.chance(70) ? head : near + BigInt(dice.below(8)) - 3n;
    return {
      method: 'prove',
      originChain,
      originOutbox,
      destinationChain,
      firstNonce: first,
      count: dice.chance(95) ? count : count + 1,
      anchor: anchor < 0n ? 0n : anchor,
      headers: dice.chance(50) ? history.down(head, head > 24n ? head - 24n : 0n) : [],
      evidence,
    };
  }
}
