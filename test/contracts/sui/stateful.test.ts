/**
 * Random sequences of calls, each compared with the model: exactly once (INV-20), no delivery without a quorum under
 * the present policy and revocation epoch (INV-21), no stale key (INV-22), no submission sunk by one signer (INV-23),
 * nonces without gaps (INV-24), pauses that lose nothing (INV-25).
 */
import assert from 'node:assert/strict';
import { bcs } from '@mysten/sui/bcs';
import type { Transaction } from '@mysten/sui/transactions';
import { decodeMessage, joinSignatures, signDigest, statementDigest, toHex } from '../../../prover/protocol/index.ts';
import { seed as seedOf, times } from '../../fuzz.ts';
import { createEnclave, platformId, World, type Enclave } from '../../scenarios/sui/world.ts';
import { Model, SPANS, type Key } from './model.ts';
import { ORIGIN_CHAIN, type Run } from './network.ts';

const SEEDS = Array.from({ length: times(2) }, (_, i) => seedOf(i + 1));
const STEPS = 120;
const HEAL_EVERY = 30;
const POLICY = [2, 2, 2, 1] as const;
const MINIMUM = 17;
const OPERATORS = 3;
const KEYS = 9;

/** xorshift32: a sequence is its seed. */
class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed * 0x9e3779b1 || 1;
  }

  below(limit: number): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return (this.#state >>> 0) % limit;
  }

  of<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }
}

/** A run, by the digest of its statement. */
interface Made {
  readonly name: string;
  /** Sequence of its first message */
  readonly first: number;
  readonly run: Run;
}

class Game {
  readonly #world: World;
  readonly #model: Model;
  readonly #random: Random;
  readonly #keys: Key[] = [];
  readonly #enclaves = new Map<Key, Enclave>();
  readonly #runs: Made[] = [];
  readonly #sender: string;
  readonly #sent: bigint[] = [];
  #sequence = 0;

  constructor(world: World, random: Random, sender: string) {
    this.#world = world;
    this.#random = random;
    this.#sender = sender;
    this.#model = new Model(world.network.now, POLICY, MINIMUM, OPERATORS);
    for (let i = 0; i < KEYS; i++) {
      const name = `key ${i}`;
      // Several keys for each operator; the last two share a machine.
      const enclave = createEnclave(name, i % OPERATORS, i < KEYS - 2 ? name : 'shared');
      const key = { name, operator: enclave.operator, platform: enclave.platform };
      this.#keys.push(key);
      this.#enclaves.set(key, enclave);
    }
  }

  /** What is compared, in words. */
  step(): Promise<string> {
    const weighted: [weight: number, action: () => Promise<string>][] = [
      [6, this.#register],
      [4, this.#renew],
      [12, this.#judge],
      [2, this.#tighten],
      [3, this.#loosen],
      [5, this.#accept],
      [8, this.#deliver],
      [8, this.#deliverKept],
      [4, this.#send],
      [2, this.#pause],
      [3, this.#wait],
      [1, this.#policy],
    ];
    const actions = weighted.flatMap(([weight, action]) => Array.from({ length: weight }, () => action));
    return this.#random.of(actions).call(this);
  }

  /** What operators and governance do when nothing moves any more; without it, chance alone rarely finds a quorum. */
  async heal(): Promise<string[]> {
    const played: string[] = [];
    for (let operator = 0; operator < OPERATORS; operator++) played.push(await this.#admit(operator));
    for (const { platform } of this.#keys) played.push(await this.#allow(platform));
    played.push(await this.#lower(MINIMUM));
    for (const key of this.#keys) {
      const how = this.#model.records.has(key) ? 'renew' : 'register';
      played.push(await this.#enter(how, key, MINIMUM + 1, this.#model.now + 60 * 86_400));
    }
    return played;
  }

  async #compare(what: string, expected: string, build: (tx: Transaction) => void): Promise<string> {
    const rule = (await this.#world.network.rule(build)) ?? 'ok';
    assert.equal(rule, expected, what);
    return `${what}: ${rule}`;
  }

  #register(): Promise<string> {
    return this.#enterAny('register');
  }

  #renew(): Promise<string> {
    return this.#enterAny('renew');
  }

  #enterAny(how: 'register' | 'renew'): Promise<string> {
    const evaluationNumber = MINIMUM - 1 + this.#random.below(6);
    const days = this.#random.of([1, 60, 60, 60]);
    const end = this.#random.below(12) === 0 ? this.#model.now - 1 : this.#model.now + days * 86_400;
    return this.#enter(how, this.#random.of(this.#keys), evaluationNumber, end);
  }

  async #enter(how: 'register' | 'renew', key: Key, evaluationNumber: number, end: number): Promise<string> {
    const enclave = this.#enclaves.get(key)!;
    const challenge = await this.#world.network.challenge(this.#world.operatorCap(enclave.operator));
    const expected = this.#model[how](key, { evaluationNumber, end });
    return this.#compare(`${how} ${key.name} of ${evaluationNumber}`, expected, (tx) =>
      this.#world.enter(tx, how, enclave, challenge, { evaluationNumber, expiresAt: BigInt(end) }),
    );
  }

  #judge(): Promise<string> {
    const key = this.#random.of(this.#keys);
    const { network } = this.#world;
    const { registry } = network.calls.corridor;
    const self = network.objects.registry;
    const enclave = this.#enclaves.get(key)!;
    const signer = toHex(enclave.signer);
    const rare = (['evict', 'resign', 'revoke'] as const)[this.#random.below(24)];
    const how = rare ?? 'rejudge';
    return this.#compare(`${how} ${key.name}`, this.#model[how](key), (tx) => {
      if (how === 'revoke') registry.revoke(tx, { self, guard: network.guard(tx), kind: 1, target: signer });
      else if (how === 'resign') {
        registry.resign(tx, { self, cap: this.#world.operatorCap(enclave.operator), signer });
      } else registry[how](tx, { self, signer });
    });
  }

  #tighten(): Promise<string> {
    const { network } = this.#world;
    const { tightening } = network.calls.corridor;
    const registry = network.objects.registry;
    const operator = this.#random.below(OPERATORS);
    const { platform } = this.#random.of(this.#keys);
    const evaluationNumber = MINIMUM + this.#random.below(3);
    return this.#random.of([
      () =>
        this.#compare(`remove operator ${operator}`, this.#model.removeOperator(operator), (tx) =>
          tightening.removeOperator(tx, {
            registry,
            guard: network.guard(tx),
            operator: this.#world.operatorCap(operator),
          }),
        ),
      () =>
        this.#compare(`deny ${platform}`, this.#model.denyPlatform(platform), (tx) =>
          tightening.deny(tx, { registry, guard: network.guard(tx), kind: 2, value: platformId(platform) }),
        ),
      () =>
        this.#compare(`raise to ${evaluationNumber}`, this.#model.raiseMinimum(evaluationNumber), (tx) =>
          tightening.raiseMinimum(tx, { registry, guard: network.guard(tx), evaluationNumber }),
        ),
    ])();
  }

  #loosen(): Promise<string> {
    return this.#random.of([
      () => this.#admit(this.#random.below(OPERATORS)),
      () => this.#allow(this.#random.of(this.#keys).platform),
      () => this.#lower(MINIMUM + this.#random.below(2)),
    ])();
  }

  get #schedule() {
    const { objects, deployment } = this.#world.network;
    return { authority: objects.authority, cap: deployment.capabilities.governance.id };
  }

  get #inRegistry() {
    return { ...this.#schedule, registry: this.#world.network.objects.registry };
  }

  #admit(index: number): Promise<string> {
    const { loosening } = this.#world.network.calls.corridor;
    const operator = this.#world.operatorCap(index);
    return this.#compare(`admit operator ${index}`, this.#model.admitOperator(index), (tx) => {
      const number = loosening.scheduleAdmitOperator(tx, { ...this.#schedule, operator });
      loosening.admitOperator(tx, { ...this.#inRegistry, number });
    });
  }

  #allow(platform: string): Promise<string> {
    const { loosening } = this.#world.network.calls.corridor;
    const subject = { kind: 2, value: platformId(platform), isListed: false };
    return this.#compare(`allow ${platform}`, this.#model.allowPlatform(platform), (tx) => {
      const number = loosening.scheduleAllow(tx, { ...this.#schedule, ...subject });
      loosening.allow(tx, { ...this.#inRegistry, number });
    });
  }

  #lower(evaluationNumber: number): Promise<string> {
    const { loosening } = this.#world.network.calls.corridor;
    return this.#compare(`lower to ${evaluationNumber}`, this.#model.lowerMinimum(evaluationNumber), (tx) => {
      const number = loosening.scheduleLowerMinimum(tx, { ...this.#schedule, evaluationNumber });
      loosening.lowerMinimum(tx, { ...this.#inRegistry, number });
    });
  }

  #policy(): Promise<string> {
    const { network } = this.#world;
    const { origins } = network.calls.corridor;
    const policy = this.#random.of([POLICY, [3, 3, 3, 1], [3, 2, 2, 1], [1, 1, 1, 1]] as const);
    this.#model.policy = policy;
    const [threshold, operators, platforms, vendors] = policy;
    return this.#compare(`policy ${policy.join()}`, 'ok', (tx) => {
      const wanted = { chain: ORIGIN_CHAIN, threshold, operators, platforms, vendors };
      const number = origins.scheduleSetPolicy(tx, { ...this.#schedule, ...wanted });
      origins.setPolicy(tx, { ...this.#schedule, inbox: network.objects.inbox, number });
    });
  }

  /** A run that was made before, or, more often while there are few, a new one of one to four messages. */
  #run(): Made {
    if (this.#runs.length > 0 && this.#random.below(2) > 0) return this.#random.of(this.#runs);
    // Every fourth run starts within the one before it: true statements may overlap.
    const first = this.#sequence > 0 && this.#random.below(4) === 0 ? this.#sequence - 1 : this.#sequence;
    const count = 1 + this.#random.below(4);
    const { network } = this.#world;
    const messages = Array.from({ length: count }, (_, i) => network.message(first + i));
    const run = network.run(messages);
    const made = { name: toHex(statementDigest(run.encoded)), first, run };
    this.#sequence = Math.max(this.#sequence, first + count);
    this.#runs.push(made);
    return made;
  }

  #signers(): Key[] {
    const chosen = this.#keys.filter(() => this.#random.below(5) > 0);
    return chosen.length > 0 ? chosen : [this.#keys[0]!];
  }

  #signatures({ encoded }: Run, signers: readonly Key[]): Uint8Array {
    const digest = statementDigest(encoded);
    return joinSignatures(
      digest,
      signers.map((key) => signDigest(digest, this.#enclaves.get(key)!.secretKey)),
    );
  }

  #accept(): Promise<string> {
    const { network } = this.#world;
    const { name, run } = this.#run();
    const signers = this.#signers();
    const what = `accept ${name} by ${signers.map((key) => key.name).join()}`;
    return this.#compare(what, this.#model.accept(name, signers), (tx) => {
      const accepted = network.accept(tx, run, this.#signatures(run, signers));
      network.calls.corridor.inbox.keep(tx, { self: network.objects.inbox, accepted });
    });
  }

  #deliver(): Promise<string> {
    const { network } = this.#world;
    const { name, first, run } = this.#run();
    const signers = this.#signers();
    const index = this.#random.below(run.messages.length);
    const what = `deliver ${first + index} of ${name} by ${signers.map((key) => key.name).join()}`;
    return this.#compare(what, this.#model.deliver(first + index, signers), (tx) =>
      network.deliver(tx, network.accept(tx, run, this.#signatures(run, signers)), run, index),
    );
  }

  #deliverKept(): Promise<string> {
    const { network } = this.#world;
    const { name, first, run } = this.#run();
    const index = this.#random.below(run.messages.length);
    const what = `deliver ${first + index} of kept ${name}`;
    return this.#compare(what, this.#model.deliverKept(name, first + index), (tx) => {
      const self = network.objects.inbox;
      const accepted = network.calls.corridor.inbox.restore(tx, { self, statement: run.encoded });
      network.deliver(tx, accepted, run, index);
    });
  }

  async #send(): Promise<string> {
    const { network } = this.#world;
    const expected = this.#model.send();
    const build = (tx: Transaction): void => {
      const [fee] = tx.splitCoins(tx.gas, [1_000]);
      network.calls.corridor.outbox.send(tx, {
        self: network.objects.outbox,
        cap: this.#sender,
        destinationChain: ORIGIN_CHAIN,
        recipient: `0x${'0'.repeat(24)}${'b'.repeat(40)}`,
        executionGas: 0,
        body: new Uint8Array(),
        fee: fee!,
      });
    };
    if (expected !== 'ok') return this.#compare('send', expected, build);
    const [sent] = network.sent(await network.ok(build));
    this.#sent.push(decodeMessage(sent!.message).nonce);
    return 'send: ok';
  }

  #pause(): Promise<string> {
    const { network } = this.#world;
    const { outbox, origins } = network.calls.corridor;
    const lane = { self: network.objects.outbox, destinationChain: ORIGIN_CHAIN };
    const origin = { inbox: network.objects.inbox, chain: ORIGIN_CHAIN };
    const { now } = this.#model;
    return this.#random.of([
      () =>
        this.#compare('pause lane', this.#model.lane.begin(now), (tx) =>
          outbox.pauseLane(tx, { ...lane, guard: network.guard(tx) }),
        ),
      () =>
        this.#compare('pause origin', this.#model.origin.begin(now), (tx) =>
          origins.pauseOrigin(tx, { ...origin, guard: network.guard(tx) }),
        ),
      () => {
        this.#model.lane.until = 0;
        return this.#compare('resume lane', 'ok', (tx) =>
          outbox.endLanePause(tx, { ...lane, guard: network.guard(tx) }),
        );
      },
      () => {
        this.#model.origin.until = 0;
        return this.#compare('resume origin', 'ok', (tx) =>
          origins.endOriginPause(tx, { ...origin, guard: network.guard(tx) }),
        );
      },
    ])();
  }

  async #wait(): Promise<string> {
    const seconds = this.#random.of(SPANS);
    this.#world.network.advance(seconds);
    this.#model.now += seconds;
    return `wait ${seconds}`;
  }

  /** Everything that the model knows is so on chain. */
  async check(): Promise<void> {
    const { network } = this.#world;
    const { inbox, registry } = network.calls.corridor;
    for (let sequence = 0; sequence < this.#sequence; sequence++) {
      const nonce = (1n << 48n) + BigInt(sequence);
      const isDelivered = await network.view(bcs.bool(), (tx) =>
        inbox.isDelivered(tx, { self: network.objects.inbox, originChain: ORIGIN_CHAIN, nonce }),
      );
      assert.equal(isDelivered, this.#model.delivered.has(sequence), `message ${sequence}`);
    }
    for (const [key, { signer }] of this.#enclaves) {
      const counts = await network.view(bcs.bool(), (tx) =>
        registry.counts(tx, { self: network.objects.registry, signer: toHex(signer) }),
      );
      assert.equal(counts, this.#model.counts(key), key.name);
    }
    assert.deepEqual(
      this.#sent,
      this.#sent.map((_, i) => (1n << 48n) + BigInt(i)),
    );
    assert.equal(this.#sent.length, this.#model.nextSequence);
  }

  get deliveries(): number {
    return this.#model.delivered.size;
  }
}

describe('the Move contracts and the model agree', function () {
  this.timeout(300_000);
  for (const seed of SEEDS) {
    it(`on the random sequence of seed ${seed}`, async () => {
      const world = await World.create(POLICY);
      const { network } = world;
      const made = await network.ok((tx) => {
        tx.transferObjects([network.calls.corridor.outbox.newSender(tx)], network.context.signer.toSuiAddress());
      });
      const sender = Object.entries(made.types).find(([, type]) => type.endsWith('::SenderCap'))![0];
      const game = new Game(world, new Random(seed), sender);
      const played: string[] = [];
      try {
        for (let i = 0; i < STEPS; i++) {
          if (i % HEAL_EVERY === 0) played.push(...(await game.heal()));
          played.push(await game.step());
        }
        await game.check();
      } catch (error) {
        throw new Error(`${(error as Error).message}\nafter ${played.length} steps:\n${played.slice(-15).join('\n')}`, {
          cause: error,
        });
      }
      assert(game.deliveries > 0, 'a sequence that delivers nothing shows nothing');
    });
  }
});
