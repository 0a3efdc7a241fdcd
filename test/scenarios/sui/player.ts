/** Plays scenarios against the Move contracts on a local Sui network. */
import assert from 'node:assert/strict';
import { bcs } from '@mysten/sui/bcs';
import type { Transaction, TransactionResult } from '@mysten/sui/transactions';
import {
  registersUsually,
  spoil,
  type Counts,
  type EntryKind,
  type Scenario,
  type StatementChanges,
  type Step,
} from '../../../contracts-evm/test/scenarios/format.ts';
import { coinBalance } from '../../../localnet/sui/ledger/objects.ts';
import {
  Inbox,
  InboxKept,
  Origin,
  Outbox,
  OutboxLane,
  Registry,
  Signer,
} from '../../../prover/bindings/sui/corridor.ts';
import { addressKey, readObject, readTable, u64Key } from '../../../prover/bindings/sui/read.ts';
import { hash } from '../../../prover/protocol/hash.ts';
import {
  concat,
  encodeRevocation,
  fromHex,
  MESSAGE_KIND,
  plainLeaf,
  revocationDigest,
  signDigest,
  statementDigest,
  toHex,
  type Message,
} from '../../../prover/protocol/index.ts';
import { nonceOf, ORIGIN_CHAIN, ORIGIN_OUTBOX, REVOCATION_KEY, type Run } from '../../contracts/sui/network.ts';
import {
  createEnclave,
  familyId,
  filler,
  OPERATORS,
  OTHER_CHAIN,
  OTHER_SUI,
  platformId,
  PROGRAM,
  PROGRAM_ENTRY,
  World,
  type Enclave,
  type Evidence,
} from './world.ts';

const USUAL_POLICY: Counts = [3, 2, 3, 1];
const STATUSES = ['unknown', 'active', 'resigned', 'evicted', 'revoked'];
const RECIPIENT_ON_EVM = `0x${'0'.repeat(24)}${'b'.repeat(40)}`;
/** `EFailToRecoverPubKey` of the framework. */
const UNRECOVERABLE = /^0x0*2::ecdsa_k1 0$/;
/** Of the errors of a recipient. */
const REFUSED = /::echo 2$/;

type Build = (tx: Transaction) => void;

let stage: Awaited<ReturnType<typeof createStage>> | undefined;

/** The world, and marks of its ledger: at number i, i enclaves are registered. */
async function createStage() {
  const world = await World.create(USUAL_POLICY);
  const { network } = world;
  const made = await network.ok((tx) => {
    tx.transferObjects([network.calls.corridor.outbox.newSender(tx)], network.context.signer.toSuiAddress());
  });
  const sender = Object.entries(made.types).find(([, type]) => type.endsWith('::SenderCap'))![0];
  return { world, sender, marks: [network.devnet.ledger.mark()] };
}

/** A world in the middle of a scenario. */
export class Player {
  readonly #world: World;
  readonly #sender: string;
  readonly #enclaves = new Map<string, Enclave>();
  readonly #runs = new Map<string, Run>();
  #fees: readonly [number, number, number] = [1_000, 10, 3];

  private constructor(world: World, sender: string) {
    this.#world = world;
    this.#sender = sender;
  }

  /**
   * A world as it was deployed, which all scenarios have one after the other. The registrations with which most of them
   * begin are played once.
   */
  static async start({ policy, steps }: Scenario): Promise<{ player: Player; played: number }> {
    stage ??= await createStage();
    const { world, sender, marks } = stage;
    const player = new Player(world, sender);
    let played = 0;
    while (registersUsually(steps[played], played)) played++;
    marks[Math.min(played, marks.length - 1)]!();
    for (let i = 0; i < played; i++) {
      if (marks[i + 1]) player.#enclave(steps[i]!.enclave!);
      else {
        await player.play(steps[i]!);
        marks.push(world.network.devnet.ledger.mark());
      }
    }
    if (policy) await player.play({ do: 'setPolicy', policy });
    return { player, played };
  }

  /** Plays one step, which must end as it says. */
  async play(step: Step): Promise<void> {
    const { network } = this.#world;
    if (step.do === 'wait') return network.advance(step.seconds!);
    if (step.do === 'expect') return this.#expect(step);
    const outcome = typeof step.outcome === 'object' ? step.outcome.sui : (step.outcome ?? 'ok');
    if (step.do.startsWith('deliver')) return this.#deliver(step, outcome);
    const build = await this.#build(step);
    const before = this.#collected();
    const rule = await network.rule(build);
    // docs/spec/protocol.md section 8: it is the framework's abort that stands for this rule.
    assert.equal(UNRECOVERABLE.test(rule ?? '') ? 'UnrecoverableSignature' : (rule ?? 'ok'), outcome);
    if (step.do === 'collect') assert.equal(this.#collected() - before, BigInt(step.amount!), 'what was collected');
    if (step.do === 'setFees' && rule === undefined) this.#fees = step.fees!;
    if (step.do === 'send' && step.nonce !== undefined) {
      const lane = await this.#lane();
      assert.equal(BigInt(lane.next_sequence) - 1n, BigInt(step.nonce), 'another nonce was given');
      assert.equal(lane.generation, step.generation ?? 1, 'in another generation');
    }
  }

  /** The transaction of a step other than a delivery. */
  async #build(step: Step): Promise<Build> {
    const { network } = this.#world;
    const { corridor } = network.calls;
    const { registry, outbox, inbox } = network.objects;
    const guarded =
      (build: (tx: Transaction, guard: TransactionResult) => void): Build =>
      (tx) =>
        build(tx, step.by === 'governance' ? this.#governanceGuard(tx) : network.guard(tx));
    switch (step.do) {
      case 'register':
      case 'renew':
        return this.#application(step);
      case 'rejudge':
      case 'evict': {
        const how = step.do;
        const signer = toHex(this.#enclave(step.enclave!).signer);
        return (tx) => corridor.registry[how](tx, { self: registry, signer });
      }
      case 'resign': {
        const { signer, operator } = this.#enclave(step.enclave!);
        const cap = this.#world.operatorCap(step.by === undefined ? operator : OPERATORS.indexOf(step.by));
        return (tx) => corridor.registry.resign(tx, { self: registry, cap, signer: toHex(signer) });
      }
      case 'revoke':
        return this.#revocation(step);
      case 'tighten':
        return guarded((tx, guard) => this.#tighten(tx, guard, step));
      case 'loosen':
        return (tx) => this.#loosen(tx, step);
      case 'send':
        return this.#send(step);
      case 'accept': {
        const run = this.#run(step);
        return (tx) => {
          const accepted = network.accept(tx, run, this.#signatures(run, step));
          corridor.inbox.keep(tx, { self: inbox, accepted });
        };
      }
      case 'void': {
        const digest = toHex(statementDigest(this.#run(step).encoded));
        return guarded((tx, guard) => corridor.inbox.voidRoot(tx, { self: inbox, guard, digest }));
      }
      case 'report':
        return this.#report(step);
      case 'pause':
      case 'resume':
        return guarded((tx, guard) => {
          const [lane, origin] = [
            { self: outbox, guard, destinationChain: ORIGIN_CHAIN },
            { inbox, guard },
          ];
          if (step.what === 'lane') corridor.outbox[step.do === 'pause' ? 'pauseLane' : 'endLanePause'](tx, lane);
          else
            corridor.origins[step.do === 'pause' ? 'pauseOrigin' : 'endOriginPause'](tx, {
              ...origin,
              chain: ORIGIN_CHAIN,
            });
        });
      case 'allowPause':
      case 'setPolicy':
      case 'setCap':
      case 'raiseGeneration':
      case 'setFees':
      case 'openLane':
      case 'addOrigin':
        return (tx) => this.#govern(tx, step);
      case 'collect':
        return (tx) => corridor.outbox.collectFees(tx, { self: outbox });
      default:
        throw new Error(`no step is called ${step.do}`);
    }
  }

  #govern(tx: Transaction, step: Step): void {
    const { network } = this.#world;
    const { outbox, origins } = network.calls.corridor;
    const cap = network.deployment.capabilities.governance.id;
    const { authority, inbox } = network.objects;
    const schedule = { authority, cap };
    const lane = { ...schedule, destinationChain: ORIGIN_CHAIN };
    const origin = { ...schedule, chain: ORIGIN_CHAIN };
    const inOutbox = (number: TransactionResult) => ({ ...schedule, self: network.objects.outbox, number });
    const inInbox = (number: TransactionResult) => ({ ...schedule, inbox, number });
    if (step.do === 'setFees' || step.do === 'openLane') {
      const destinationChain = { far: ORIGIN_CHAIN, nowhere: OTHER_CHAIN, home: network.chain }[step.to ?? 'far'];
      const [baseFee, feePerByte, feePerGas] = step.fees ?? this.#fees;
      const terms = { ...schedule, destinationChain, baseFee, feePerByte, feePerGas };
      if (step.do === 'setFees') outbox.setFees(tx, inOutbox(outbox.scheduleSetFees(tx, terms)));
      else outbox.openLane(tx, inOutbox(outbox.scheduleOpenLane(tx, terms)));
    } else if (step.do === 'addOrigin') {
      const policy = { threshold: 3, operators: 2, platforms: 3, vendors: 1 };
      const terms = { ...origin, outbox: toHex(ORIGIN_OUTBOX), generation: 1, ...policy };
      origins.addOrigin(tx, inInbox(origins.scheduleAddOrigin(tx, terms)));
    } else if (step.do === 'raiseGeneration')
      outbox.raiseGeneration(tx, inOutbox(outbox.scheduleRaiseGeneration(tx, lane)));
    else if (step.do === 'allowPause' && step.what === 'lane') {
      outbox.allowLanePause(tx, inOutbox(outbox.scheduleAllowLanePause(tx, lane)));
    } else if (step.do === 'allowPause') {
      origins.allowOriginPause(tx, inInbox(origins.scheduleAllowOriginPause(tx, origin)));
    } else if (step.do === 'setPolicy') {
      const [threshold, operators, platforms, vendors] = step.policy!;
      const policy = { threshold, operators, platforms, vendors };
      origins.setPolicy(tx, inInbox(origins.scheduleSetPolicy(tx, { ...origin, ...policy })));
    } else {
      const cap = { limit: step.messages as number, windowSeconds: step.seconds! };
      origins.setCap(tx, inInbox(origins.scheduleSetCap(tx, { ...origin, ...cap })));
    }
  }

  async #application(step: Step): Promise<Build> {
    const enclave = this.#enclave(step.enclave!, step);
    const { network } = this.#world;
    const changes: Partial<Evidence> = {
      ...(step.tcbStatus !== undefined && { tcbStatus: step.tcbStatus }),
      ...(step.evaluationNumber !== undefined && { evaluationNumber: step.evaluationNumber }),
      ...(step.advisories && { advisories: step.advisories }),
      ...(step.family !== undefined && { family: step.family }),
      ...(step.platform !== undefined && { platform: step.platform }),
      ...(step.endsInSeconds !== undefined && { expiresAt: BigInt(network.now + step.endsInSeconds) }),
      ...(step.attributes && { attributes: concat(Uint8Array.of(1), PROGRAM.attributes.slice(1)) }),
      ...(step.registers && { registers: filler('other registers', 240) }),
      ...(step.configuration && { configurationHash: filler('other configuration', 32) }),
      ...(step.encryptionKey && { encryptionKey: filler('other encryption key', 32) }),
      ...(step.entry !== undefined && { entry: step.entry }),
      ...(step.verifier !== undefined && { verifier: step.verifier }),
      ...(step.reportDataOf !== undefined && { reportDataOf: this.#enclave(step.reportDataOf) }),
    };
    const operator = step.by === undefined ? enclave.operator : OPERATORS.indexOf(step.by);
    const challenge = await network.challenge(this.#world.operatorCap(operator));
    if (step.challenge === 'stale') network.advance(3601);
    return (tx) => this.#world.enter(tx, step.do as 'register' | 'renew', { ...enclave, operator }, challenge, changes);
  }

  #revocation(step: Step): Build {
    const { network } = this.#world;
    const { registry } = network.calls.corridor;
    const self = network.objects.registry;
    let [kind, target]: [1 | 2 | 3, Uint8Array] = [1, new Uint8Array()];
    if (step.enclave !== undefined) target = this.#enclave(step.enclave).signer;
    if (step.platformOf !== undefined) [kind, target] = [2, fromHex(this.#platformOf(step.platformOf))];
    if (step.programOf !== undefined) [kind, target] = [3, MEASUREMENT];
    if (step.key === undefined) {
      return (tx) => void registry.revoke(tx, { self, guard: network.guard(tx), kind, target: toHex(target) });
    }
    const revocation = encodeRevocation({ kind, target });
    const key = step.key === 'other' ? filler('other revocation key', 32) : REVOCATION_KEY;
    const signature = signDigest(revocationDigest(revocation), key);
    return (tx) => void registry.submitRevocation(tx, { self, revocation, signature });
  }

  #tighten(tx: Transaction, guard: TransactionResult, step: Step): void {
    const { network } = this.#world;
    const { tightening } = network.calls.corridor;
    const common = { registry: network.objects.registry, guard };
    const deny = (kind: number, value: string) => tightening.deny(tx, { ...common, kind, value });
    if (step['removeOperator'] !== undefined) {
      const operator = this.#world.operatorCap(OPERATORS.indexOf(step['removeOperator'] as string));
      tightening.removeOperator(tx, { ...common, operator });
    } else if (step['removeEntry'] !== undefined) {
      tightening.removeEntry(tx, { ...common, number: step['removeEntry'] as number });
    } else if (step['denyAdvisory'] !== undefined) deny(1, advisory(step['denyAdvisory'] as number));
    else if (step['denyPlatformOf'] !== undefined) deny(2, this.#platformOf(step['denyPlatformOf'] as string));
    else if (step['denyFamily'] !== undefined) deny(3, familyId(step['denyFamily'] as string));
    else if (step['raiseMinimum'] !== undefined) {
      tightening.raiseMinimum(tx, { ...common, evaluationNumber: step['raiseMinimum'] as number });
    } else if (step['rejectTcbStatus'] !== undefined) {
      tightening.refuseStatus(tx, { ...common, status: step['rejectTcbStatus'] as number });
    } else if (step['requireListing'] !== undefined) {
      tightening.demandListing(tx, { ...common, kind: step['requireListing'] === 'platforms' ? 2 : 3 });
    } else throw new Error('nothing is named to tighten');
  }

  #loosen(tx: Transaction, step: Step): void {
    const { network } = this.#world;
    const { loosening } = network.calls.corridor;
    const { authority, registry } = network.objects;
    const schedule = { authority, cap: network.deployment.capabilities.governance.id };
    const now = (number: TransactionResult) => ({ ...schedule, registry, number });
    const allow = (kind: number, value: string, isListed: boolean): void => {
      loosening.allow(tx, now(loosening.scheduleAllow(tx, { ...schedule, kind, value, isListed })));
    };
    if (step['admitOperator'] !== undefined) {
      const operator = this.#world.operatorCap(OPERATORS.indexOf(step['admitOperator'] as string));
      loosening.admitOperator(tx, now(loosening.scheduleAdmitOperator(tx, { ...schedule, operator })));
    } else if (step['allowAdvisory'] !== undefined) allow(1, advisory(step['allowAdvisory'] as number), false);
    else if (step['allowPlatformOf'] !== undefined)
      allow(2, this.#platformOf(step['allowPlatformOf'] as string), false);
    else if (step['listPlatformOf'] !== undefined) allow(2, this.#platformOf(step['listPlatformOf'] as string), true);
    else if (step['allowFamily'] !== undefined) allow(3, familyId(step['allowFamily'] as string), false);
    else if (step['listFamily'] !== undefined) allow(3, familyId(step['listFamily'] as string), true);
    else if (step['lowerMinimum'] !== undefined) {
      const evaluationNumber = step['lowerMinimum'] as number;
      loosening.lowerMinimum(tx, now(loosening.scheduleLowerMinimum(tx, { ...schedule, evaluationNumber })));
    } else if (step['acceptTcbStatus'] !== undefined) {
      const status = step['acceptTcbStatus'] as number;
      loosening.acceptStatus(tx, now(loosening.scheduleAcceptStatus(tx, { ...schedule, status })));
    } else if (step['addEntry'] !== undefined) {
      const { attributesMask, attributesValue, configurationHash, ...rest } = ENTRIES[step['addEntry'] as EntryKind];
      const entry = {
        ...rest,
        attributesMask: toHex(attributesMask),
        attributesValue: toHex(attributesValue),
        configurationHash: toHex(configurationHash),
      };
      loosening.addEntry(tx, now(loosening.scheduleAddEntry(tx, { ...schedule, ...entry })));
    } else if (step['waiveListing'] !== undefined) {
      const kind = step['waiveListing'] === 'platforms' ? 2 : 3;
      loosening.waiveListing(tx, now(loosening.scheduleWaiveListing(tx, { ...schedule, kind })));
    } else throw new Error('nothing is named to loosen');
  }

  #send(step: Step): Build {
    const { network } = this.#world;
    const { bytes = 0, gas = 0, fee = 'exact', to = 'far' } = step;
    const [base, perByte, perGas] = this.#fees;
    const value = base + perByte * bytes + perGas * gas + { exact: 0, short: -1, over: 1 }[fee];
    return (tx) => {
      const [coin] = tx.splitCoins(tx.gas, [value]);
      network.calls.corridor.outbox.send(tx, {
        self: network.objects.outbox,
        cap: this.#sender,
        destinationChain: { far: ORIGIN_CHAIN, nowhere: OTHER_CHAIN, home: network.chain }[to],
        recipient: RECIPIENT_ON_EVM,
        executionGas: gas,
        body: filler('body', bytes),
        fee: coin!,
      });
    };
  }

  // Deliveries.

  /**
   * Delivers in one transaction what is open and does not fail, then each message that fails in one of its own, as a
   * relayer does that has simulated them.
   */
  async #deliver(step: Step, outcome: string): Promise<void> {
    const { network } = this.#world;
    const run = this.#run(step);
    const { fails = [] } = step;
    const all = run.messages.map((_, i) => i);
    const asked = step.do === 'deliver' ? all : [step.index!];
    const isOpen = await Promise.all(all.map((i) => this.#isOpen(run.messages[i]!)));
    const open = asked.filter((i) => isOpen[i]);
    // Where nothing is open, a relayer that tries all the same meets the rule.
    const chosen = (open.length > 0 ? open : asked).filter((i) => !fails.includes(i));
    if (chosen.length > 0) {
      const rule = await network.rule((tx) => this.#deliverAll(tx, run, step, chosen));
      assert.equal(rule ?? 'ok', outcome);
    }
    for (const index of fails) {
      const rule = await network.rule((tx) => this.#deliverAll(tx, run, step, [index]));
      assert.match(rule ?? 'ok', REFUSED, 'the recipient refuses');
    }
  }

  #deliverAll(tx: Transaction, run: Run, step: Step, indices: readonly number[]): void {
    const { network } = this.#world;
    const { inbox } = network.calls.corridor;
    const self = network.objects.inbox;
    const accepted = step.signers
      ? network.accept(tx, run, this.#signatures(run, step))
      : inbox.restore(tx, { self, statement: run.encoded });
    const messages = run.messages.map((message, i) =>
      step.swapped?.includes(i) ? this.#message('taker', message.nonce, { variant: 'swapped' }) : message,
    );
    const common = { self, registry: network.objects.registry, accepted };
    if (step.do === 'deliver') {
      const ids = messages
        .map((message) => network.run([message]).ids[0]!)
        .filter((_, i) => !step.missing?.includes(i));
      inbox.proveRun(tx, { accepted, messageIds: ids.map(toHex) });
    }
    for (const index of indices) {
      messages[index] ??= this.#message('taker', run.statement.firstNonce + BigInt(index));
      const message = network.moveMessage(tx, messages[index]);
      const delivery =
        step.do === 'deliver'
          ? inbox.deliverProven(tx, { ...common, index, message })
          : inbox.deliver(tx, { ...common, index, proof: this.#proof(run, step, index), message });
      network.receive(tx, delivery, this.#world.echo(messages[index].recipient));
    }
    if (step.signers && indices.length < run.messages.length) inbox.keep(tx, { self, accepted });
  }

  #proof(run: Run, step: Step, index: number): Uint8Array {
    const { length } = run.messages;
    return run.proof(step.proof === 'other' ? (index + 1) % length : Math.min(index, length - 1));
  }

  async #isOpen({ nonce }: Message): Promise<boolean> {
    const { network } = this.#world;
    return !(await network.view(bcs.bool(), (tx) => {
      network.calls.corridor.inbox.isDelivered(tx, { self: network.objects.inbox, originChain: ORIGIN_CHAIN, nonce });
    }));
  }

  #report(step: Step): Build {
    const { network } = this.#world;
    const nonce = nonceOf(step.sequence ?? 0);
    const side = (name: string, signer: string) => {
      const run = this.#run({ do: 'use', statement: name });
      const index = Number(nonce - run.statement.firstNonce);
      const at = index in run.ids ? index : 0;
      return {
        statement: run.encoded,
        signature: signDigest(statementDigest(run.encoded), this.#enclave(signer).secretKey),
        leaf: toHex(plainLeaf(run.messages[at]!.nonce, run.ids[at]!)),
        proof: run.proof(at),
      };
    };
    const [a, b] = [side(step.a!, step.signer!), side(step.b!, step.otherSigner ?? step.signer!)];
    const { inbox, registry } = network.objects;
    return (tx) =>
      void network.calls.corridor.equivocation.report(tx, {
        inbox,
        registry,
        nonce,
        statementA: a.statement,
        signatureA: a.signature,
        leafA: a.leaf,
        proofA: a.proof,
        statementB: b.statement,
        signatureB: b.signature,
        leafB: b.leaf,
        proofB: b.proof,
      });
  }

  // Names.

  /** The statement of a step: made when it is named first. */
  #run(step: Step): Run {
    const name = step.statement!;
    const known = this.#runs.get(name);
    if (known) return known;
    const { network } = this.#world;
    const { first = 0, messages = ['taker'], but = {} } = step as Step & { messages?: string[] };
    const generation = but.generation ?? 1;
    const nonceAt = (i: number): bigint => nonceOf(first + i + (but.gap && i > 0 ? 1 : 0), generation);
    const sent = but.sameMessagesAs
      ? this.#run({ do: 'use', statement: but.sameMessagesAs }).messages
      : messages.map((recipient, i) => this.#message(recipient, nonceAt(i), but));
    const run = network.run(sent, {
      ...(but.destinationInbox && { destinationInbox: filler('other inbox', 32) }),
      ...(but.destinationChain && { destinationChain: OTHER_SUI }),
      ...(but.originOutbox && { originOutbox: concat(new Uint8Array(12), filler('other outbox', 20)) }),
      ...(but.originChain && { originChain: OTHER_CHAIN }),
      ...(but.anchorAhead !== undefined && { anchorTimestampSeconds: BigInt(network.now + but.anchorAhead) }),
    });
    this.#runs.set(name, run);
    return run;
  }

  #message(recipient: string, nonce: bigint, but: StatementChanges = {}): Message {
    const { variant = '', messageOrigin, confidential } = but;
    return this.#world.network.message(0, {
      nonce,
      recipient: this.#world.recipient(recipient),
      body: filler(`body ${variant}`, 64),
      ...(messageOrigin && { originChain: OTHER_CHAIN }),
      ...(confidential && { kind: MESSAGE_KIND.confidential }),
    });
  }

  #signatures(run: Run, { signers = [], strangers = 0, spoilt }: Step): Uint8Array {
    const digest = statementDigest(run.encoded);
    const known = signers.map((name) => this.#enclave(name));
    const unknown = Array.from({ length: strangers }, (_, i) => createEnclave(`stranger ${i}`, 0));
    const ascending = [...known, ...unknown].sort((a, b) => Buffer.compare(a.signer, b.signer));
    return spoil(concat(...ascending.map(({ secretKey }) => signDigest(digest, secretKey))), spoilt);
  }

  /** An enclave by name; e1 to e5 run for one operator each. */
  #enclave(name: string, { operator, platform, vendor }: Partial<Step> = {}): Enclave {
    const known = this.#enclaves.get(name);
    if (known) return known;
    const number = /^e[1-5]$/.test(name) ? Number(name[1]) - 1 : 0;
    const enclave = createEnclave(name, operator ? OPERATORS.indexOf(operator) : number, platform, vendor);
    this.#enclaves.set(name, enclave);
    return enclave;
  }

  #platformOf(name: string): string {
    return platformId(this.#enclave(name).platform);
  }

  // Looking.

  async #expect(step: Step): Promise<void> {
    const { network } = this.#world;
    const { client } = network.context;
    for (const [sequences, isDelivered] of [
      [step.delivered ?? [], true],
      [step.open ?? [], false],
    ] as const) {
      for (const sequence of sequences) {
        const isOpen = await this.#isOpen(this.#message('taker', nonceOf(sequence)));
        assert.equal(!isOpen, isDelivered, `message ${sequence}`);
      }
    }
    const inbox = (await readObject(client, Inbox, network.objects.inbox)).value;
    for (const [name, [signers, operators, platforms, vendors]] of Object.entries(step.kept ?? {})) {
      const digest = toHex(statementDigest(this.#run({ do: 'use', statement: name }).encoded));
      const kept = await readTable(client, inbox.kept, addressKey(digest), InboxKept);
      const nothing = { signers: 0, operators: 0, platforms: 0, vendors: 0 };
      assert.deepEqual(kept?.quorum ?? nothing, { signers, operators, platforms, vendors }, `what is kept of ${name}`);
    }
    for (const [name, signers] of Object.entries(step.counts ?? {})) {
      this.#run({ do: 'use', statement: name });
      for (const [enclave, { signer }] of this.#enclaves) {
        const counts = await network.view(bcs.bool(), (tx) => {
          network.calls.corridor.registry.counts(tx, { self: network.objects.registry, signer: toHex(signer) });
        });
        assert.equal(counts, signers.includes(enclave), `whether ${enclave} counts`);
      }
    }
    const registry = (await readObject(client, Registry, network.objects.registry)).value;
    for (const [name, status] of Object.entries(step.status ?? {})) {
      const key = addressKey(toHex(this.#enclave(name).signer));
      const record = await readTable(client, registry.signers, key, Signer);
      assert.equal(STATUSES[record?.status ?? 0], status, `the status of ${name}`);
    }
    const lane = await this.#lane();
    if (step.nextSequence !== undefined) assert.equal(lane.next_sequence, String(step.nextSequence));
    const origin = await readTable(client, inbox.origins, u64Key(ORIGIN_CHAIN), Origin);
    for (const [what, isPaused] of Object.entries(step.paused ?? {})) {
      const { until } = what === 'lane' ? lane.pause : origin!.pause;
      assert.equal(Number(until) > network.now, isPaused, `whether the ${what} is paused`);
    }
  }

  /** What the sink of the fees has. */
  #collected(): bigint {
    const { network } = this.#world;
    const coins = [...network.devnet.ledger.objects.owned(network.config.feeSink)];
    return coins.reduce((sum, coin) => sum + (coinBalance(coin) ?? 0n), 0n);
  }

  #governanceGuard(tx: Transaction): TransactionResult {
    const { calls, deployment } = this.#world.network;
    return calls.corridor.authority.governanceGuard(tx, { governanceCap: deployment.capabilities.governance.id });
  }

  async #lane(): Promise<typeof OutboxLane.$inferType> {
    const { network } = this.#world;
    const { client } = network.context;
    const outbox = (await readObject(client, Outbox, network.objects.outbox)).value;
    return (await readTable(client, outbox.lanes, u64Key(ORIGIN_CHAIN), OutboxLane))!;
  }
}

const advisory = (number: number): string => `0x${number.toString(16).padStart(64, '0')}`;

/** The one program's measurement id, docs/spec/contracts.md section 2. */
const MEASUREMENT = hash(
  hash(new TextEncoder().encode('corridor.measurement.v1')),
  Uint8Array.of(PROGRAM.teeType),
  PROGRAM.registers,
);

const { attributesMask: mask, attributesValue: value } = PROGRAM_ENTRY;
const withByte = (bytes: Uint8Array, at: number, byte: number): Uint8Array =>
  concat(bytes.slice(0, at), Uint8Array.of(byte), bytes.slice(at + 1));

/** Entries that are not as the program's. */
const ENTRIES: Record<EntryKind, typeof PROGRAM_ENTRY> = {
  same: PROGRAM_ENTRY,
  debugOpen: { ...PROGRAM_ENTRY, attributesMask: withByte(mask, 0, 0) },
  debugOn: { ...PROGRAM_ENTRY, attributesValue: withByte(value, 0, 1) },
  migratable: { ...PROGRAM_ENTRY, attributesValue: withByte(value, 3, 0x30) },
  valueOutsideMask: { ...PROGRAM_ENTRY, attributesMask: concat(mask.slice(0, 8), new Uint8Array(24)) },
  noConfiguration: { ...PROGRAM_ENTRY, configurationHash: new Uint8Array(32) },
};
