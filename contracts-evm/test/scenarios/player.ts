/** Plays scenarios against the contracts on EVM. */
import assert from 'node:assert/strict';
import { keccak256, pad, toBytes, toHex, zeroAddress, type Address, type Hex } from 'viem';
import { readQuorum, readSignerRecord } from '../../../prover/bindings/values.ts';
import { eventsOf, type Contract } from '../harness/chain.ts';
import * as fixtures from '../harness/fixtures.ts';
import {
  createWorld,
  entryTerms,
  FAR_CHAIN,
  nonceOf,
  packQuorum,
  PROGRAM,
  recipientOf,
  type Enclave,
  type Evidence,
  type Run,
  type World,
} from '../harness/world.ts';
import { spoil, type Counts, type EntryKind, type Scenario, type StatementChanges, type Step } from './format.ts';

const OPERATORS = ['alice', 'bob', 'carol', 'dave', 'erin'];
/** A chain that is no origin, and one that is not home. */
const OTHER_CHAIN = 10n;

const quorumOf = ([signers, operators, platforms, vendors]: Counts) => ({ signers, operators, platforms, vendors });

/** What a step calls: a contract, a function, its arguments, and from whom. */
interface Call {
  readonly contract: Contract;
  readonly name: string;
  readonly args: readonly unknown[];
  readonly from: Address;
  readonly value?: bigint;
}

let stage: Awaited<ReturnType<typeof createStage>> | undefined;

async function createStage() {
  const world = await createWorld();
  const taker = await world.chain.deploy('EmittingRecipient', [world.inbox.address]);
  const refuser = await world.chain.deploy('UnrulyRecipient');
  // Its second way to behave is to refuse.
  await refuser.send('behave', [1, refuser.address, '0x']);
  return { world, taker, refuser, snapshot: await world.chain.testClient.snapshot() };
}

/** A world in the middle of a scenario. */
export class Player {
  readonly #world: World;
  readonly #taker: Contract;
  readonly #refuser: Contract;
  readonly #enclaves = new Map<string, Enclave>();
  readonly #runs = new Map<string, Run>();
  #fees: readonly [number, number, number] = [1_000, 10, 3];

  private constructor(world: World, taker: Contract, refuser: Contract) {
    this.#world = world;
    this.#taker = taker;
    this.#refuser = refuser;
  }

  /** A world as it was deployed, which all scenarios have one after the other. */
  static async start({ policy }: Scenario): Promise<Player> {
    stage ??= await createStage();
    const { world, taker, refuser, snapshot } = stage;
    const { testClient } = world.chain;
    await testClient.revert({ id: snapshot });
    // It is used up.
    stage.snapshot = await testClient.snapshot();
    if (policy) await world.govern(world.inbox, 'setPolicy', [FAR_CHAIN, packQuorum(quorumOf(policy))]);
    return new Player(world, taker, refuser);
  }

  /** Plays one step, which must end as it says. */
  async play(step: Step): Promise<void> {
    if (step.do === 'wait') return this.#world.chain.pass(step.seconds!);
    if (step.do === 'expect') return this.#expect(step);
    const { contract, name, args, from, value = 0n } = await this.#callOf(step);
    const outcome = typeof step.outcome === 'object' ? step.outcome.evm : (step.outcome ?? 'ok');
    if (outcome !== 'ok') {
      await contract.refuses(outcome, name, args, { from, value });
      return;
    }
    const sink = this.#world.feeSink;
    const before = step.do === 'collect' ? await this.#world.chain.client.getBalance({ address: sink }) : 0n;
    const receipt = await contract.send(name, args, { from, value });
    if (step.do === 'collect') {
      const after = await this.#world.chain.client.getBalance({ address: sink });
      assert.equal(after - before, BigInt(step.amount!), 'what was collected');
    }
    if (step.do === 'setFees') this.#fees = step.fees!;
    const events = eventsOf(receipt, contract);
    const judged = events.find((event) => event.name === 'SignerJudged');
    if (judged) this.#enclave(step.enclave!).facts = (judged.args as { facts: unknown }).facts;
    if (step.do === 'send' && step.nonce !== undefined) {
      const [lane] = (await this.#world.outbox.read('laneOf', [FAR_CHAIN])) as [bigint];
      assert.equal(lane - 1n, nonceOf(step.nonce, step.generation), 'another nonce was given');
    }
    if (step.do.startsWith('deliver')) {
      const failed = events
        .filter((event) => event.name === 'DeliveryFailed')
        .map(({ args }) => (args as { nonce: bigint }).nonce);
      const run = this.#runs.get(step.statement!)!;
      const expected = (step.fails ?? []).map((index) => run.firstNonce + BigInt(index));
      assert.deepEqual(failed, expected, 'other recipients failed');
    }
  }

  async #callOf(step: Step): Promise<Call> {
    const { registry, outbox, inbox, guardian, governance, anyone } = this.#world;
    const call = (
      contract: Contract,
      name: string,
      args: readonly unknown[],
      usual: Address,
      value?: bigint,
    ): Call => ({
      contract,
      name,
      args,
      from: step.by === undefined ? usual : this.#account(step.by),
      ...(value !== undefined && { value }),
    });
    switch (step.do) {
      case 'register':
      case 'renew': {
        const { enclave, args } = await this.#application(step);
        const kept = step.do === 'renew' ? [this.#factsOf(enclave)] : [];
        return call(registry, step.do, [...args, ...kept], enclave.operator);
      }
      case 'rejudge':
      case 'evict': {
        const enclave = this.#enclave(step.enclave!);
        return call(registry, step.do, [enclave.signer, this.#factsOf(enclave)], anyone);
      }
      case 'resign': {
        const { signer, operator } = this.#enclave(step.enclave!);
        return call(registry, 'resign', [signer], operator);
      }
      case 'revoke':
        return this.#revocation(step, call);
      case 'tighten':
      case 'loosen': {
        const [name, args] = this.#change(step);
        return call(registry, name, args, step.do === 'tighten' ? guardian : governance);
      }
      case 'send': {
        const { bytes = 0, gas = 0, fee = 'exact', to = 'far' } = step;
        const difference = { exact: 0n, short: -1n, over: 1n }[fee];
        const [base, perByte, perGas] = this.#fees;
        const value = BigInt(base + perByte * bytes + perGas * gas) + difference;
        const args = [
          to === 'far' ? FAR_CHAIN : OTHER_CHAIN,
          fixtures.bytes32('recipient'),
          gas,
          fixtures.bytes('body', bytes),
        ];
        return call(outbox, 'send', args, anyone, value);
      }
      case 'accept': {
        const run = await this.#run(step);
        return call(inbox, 'accept', [run.statement, await this.#signatures(run, step)], anyone);
      }
      case 'deliver': {
        const run = await this.#run(step);
        const messages = (await this.#messages(run, step)).filter((_, i) => !step.missing?.includes(i));
        return call(inbox, 'deliver', [run.statement, await this.#signatures(run, step), messages], anyone);
      }
      case 'deliverOne': {
        const run = await this.#run(step);
        const index = step.index!;
        const { length } = run.messages;
        const proof = run.proof(step.proof === 'other' ? (index + 1) % length : Math.min(index, length - 1));
        const following = this.#message('taker', run.firstNonce + BigInt(index), {});
        const message = (await this.#messages(run, step))[index] ?? following;
        return call(
          inbox,
          'deliverOne',
          [run.statement, await this.#signatures(run, step), index, proof, message],
          anyone,
        );
      }
      case 'void':
        return call(inbox, 'voidRoot', [(await this.#run(step)).statement], guardian);
      case 'report': {
        const nonce = nonceOf(step.sequence ?? 0);
        const side = async (name: string, signer: string) => {
          const run = await this.#run({ do: 'use', statement: name });
          const index = Number(nonce - run.firstNonce);
          const signature = await fixtures.signDigest(run.digest, this.#enclave(signer).key);
          const leaf = run.leaves[index] ?? run.leaves[0];
          return { statement: run.statement, signature, leaf, proof: run.proof(index in run.leaves ? index : 0) };
        };
        const sides = [await side(step.a!, step.signer!), await side(step.b!, step.otherSigner ?? step.signer!)];
        return call(inbox, 'reportEquivocation', [nonce, ...sides], anyone);
      }
      case 'pause':
      case 'resume':
      case 'allowPause': {
        const noun = step.what === 'lane' ? 'Lane' : 'Origin';
        const name = step.do === 'allowPause' ? `allow${noun}Pause` : `${step.do}${noun}`;
        const usual = step.do === 'allowPause' ? governance : guardian;
        return call(step.what === 'lane' ? outbox : inbox, name, [FAR_CHAIN], usual);
      }
      case 'setPolicy':
        return call(inbox, 'setPolicy', [FAR_CHAIN, Buffer.from(step.policy!).readUInt32BE()], governance);
      case 'setCap':
        return call(inbox, 'setCap', [FAR_CHAIN, step.messages, step.seconds], governance);
      case 'raiseGeneration':
        return call(outbox, 'raiseGeneration', [FAR_CHAIN], governance);
      case 'setFees':
      case 'openLane': {
        const [base, perByte, perGas] = step.fees ?? this.#fees;
        const to = { far: FAR_CHAIN, nowhere: OTHER_CHAIN, home: BigInt(this.#world.chain.chainId) }[step.to ?? 'far'];
        return call(outbox, step.do, [to, { base, perByte, perGas }], governance);
      }
      case 'addOrigin': {
        const policy = packQuorum(quorumOf([3, 2, 3, 1]));
        return call(inbox, 'addOrigin', [FAR_CHAIN, fixtures.bytes32('far outbox'), 1, policy], governance);
      }
      case 'collect':
        return call(outbox, 'collectFees', [], anyone);
      default:
        throw new Error(`no step is called ${step.do}`);
    }
  }

  /** A key with evidence for it, changed as the step says. */
  async #application(step: Step): Promise<{ enclave: Enclave; args: unknown[] }> {
    const enclave = this.#enclave(step.enclave!, step);
    const evidence: Partial<Evidence> = {};
    if (step.tcbStatus !== undefined) evidence.tcbStatus = step.tcbStatus;
    if (step.evaluationNumber !== undefined) evidence.evaluationNumber = step.evaluationNumber;
    if (step.advisories) evidence.advisories = step.advisories.map(BigInt);
    if (step.family !== undefined) evidence.platformFamily = fixtures.bytes32(`family ${step.family}`);
    if (step.platform !== undefined) evidence.platformId = fixtures.bytes32(`platform ${step.platform}`);
    if (step.endsInSeconds !== undefined) {
      evidence.expiresAtSeconds = BigInt((await this.#world.chain.now()) + step.endsInSeconds);
    }
    if (step.attributes === 'debug') evidence.attributes = `0x01${PROGRAM.attributes.slice(4)}`;
    if (step.registers === 'other') evidence.registers = fixtures.bytes('other registers', 240);
    const candidate = {
      ...(step.entry !== undefined && { entryNumber: step.entry }),
      ...(step.verifier !== undefined && { verifierNumber: step.verifier }),
      ...(step.configuration === 'other' && { configurationHash: fixtures.bytes32('other configuration') }),
      ...(step.encryptionKey === 'other' && { encryptionKey: fixtures.bytes32('other encryption key') }),
      ...(step.challenge === 'stale' && { challengeBlock: (await this.#world.chain.client.getBlockNumber()) + 100n }),
    };
    if (step.reportDataOf !== undefined) {
      const other = this.#enclave(step.reportDataOf);
      const challengeBlock = (await this.#world.chain.client.getBlockNumber()) - 1n;
      const theirs = {
        verifierNumber: 2,
        entryNumber: 1,
        challengeBlock,
        ...other,
        configurationHash: fixtures.bytes32('configuration'),
      };
      evidence.reportData = await this.#world.reportDataOf(theirs, other.operator);
    }
    const { candidate: asked, evidence: bytes } = await this.#world.application(enclave, candidate, evidence);
    return { enclave, args: [asked, bytes] };
  }

  async #revocation(
    step: Step,
    call: (contract: Contract, name: string, args: readonly unknown[], usual: Address) => Call,
  ): Promise<Call> {
    const { registry, guardian, anyone } = this.#world;
    let [kind, target, name] = [
      1,
      step.enclave === undefined ? '0x' : this.#enclave(step.enclave).signer,
      'revoke',
    ] as [number, Hex, string];
    if (step.platformOf !== undefined) [kind, target, name] = [2, this.#platformOf(step.platformOf), 'revokePlatform'];
    if (step.programOf !== undefined) [kind, target, name] = [3, MEASUREMENT, 'revokeMeasurement'];
    if (step.key === undefined) return call(registry, name, [target], guardian);
    const revocation = fixtures.encodeRevocation(kind, pad(target.toLowerCase() as Hex));
    const key = fixtures.bytes32(step.key === 'other' ? 'other revocation key' : 'revocation key');
    const signature = await fixtures.signDigest(keccak256(revocation), key);
    return call(registry, 'submitRevocation', [revocation, signature], anyone);
  }

  /** The function that tightens or loosens what a step names. */
  #change(step: Step): [name: string, args: unknown[]] {
    const listing = (value: unknown): unknown[] => [value === 'platforms', value === 'families'];
    const changes: Record<string, (value: never) => [string, unknown[]]> = {
      removeOperator: (value: string) => ['removeOperator', [this.#account(value)]],
      admitOperator: (value: string) => ['admitOperator', [this.#account(value)]],
      removeEntry: (value: number) => ['removeEntry', [value]],
      denyAdvisory: (value: number) => ['denyAdvisory', [value]],
      allowAdvisory: (value: number) => ['allowAdvisory', [value]],
      denyPlatformOf: (value: string) => ['denyPlatform', [this.#platformOf(value)]],
      allowPlatformOf: (value: string) => ['allowPlatform', [this.#platformOf(value), false]],
      listPlatformOf: (value: string) => ['allowPlatform', [this.#platformOf(value), true]],
      denyFamily: (value: string) => ['denyPlatformFamily', [fixtures.bytes32(`family ${value}`)]],
      allowFamily: (value: string) => ['allowPlatformFamily', [fixtures.bytes32(`family ${value}`), false]],
      listFamily: (value: string) => ['allowPlatformFamily', [fixtures.bytes32(`family ${value}`), true]],
      raiseMinimum: (value: number) => ['raiseMinimumEvaluationNumber', [value]],
      lowerMinimum: (value: number) => ['lowerMinimumEvaluationNumber', [value]],
      rejectTcbStatus: (value: number) => ['rejectTcbStatus', [value]],
      acceptTcbStatus: (value: number) => ['acceptTcbStatus', [value]],
      requireListing: (value: string) => ['requireListing', listing(value)],
      waiveListing: (value: string) => ['waiveListing', listing(value)],
      addEntry: (value: EntryKind) => ['addEntry', [entryTerms(ENTRIES[value])]],
    };
    for (const [name, make] of Object.entries(changes)) if (name in step) return make(step[name] as never);
    throw new Error(`${step.do} names nothing to change`);
  }

  /** The statement of a step: made when it is named first. */
  async #run(step: Step): Promise<Run> {
    const name = step.statement!;
    const known = this.#runs.get(name);
    if (known) return known;
    const { first = 0, messages = ['taker'], but = {} } = step as Step & { messages?: string[] };
    const generation = but.generation ?? 1;
    const nonceAt = (i: number): bigint => nonceOf(first + i + (but.gap && i > 0 ? 1 : 0), generation);
    const bytes = but.sameMessagesAs
      ? (await this.#run({ do: 'use', statement: but.sameMessagesAs })).messages
      : messages.map((recipient, i) => this.#message(recipient, nonceAt(i), but));
    const run = await this.#world.runOf(bytes, {
      ...(but.destinationInbox && { destinationInbox: fixtures.evmAddress('other inbox') }),
      ...(but.destinationChain && { destinationChain: OTHER_CHAIN }),
      ...(but.originOutbox && { originOutbox: fixtures.bytes32('other outbox') }),
      ...(but.originChain && { originChain: OTHER_CHAIN, originOutbox: fixtures.evmAddress('other outbox') }),
      ...(but.anchorAhead !== undefined && {
        anchorTimestampSeconds: BigInt((await this.#world.chain.now()) + but.anchorAhead),
      }),
    });
    this.#runs.set(name, run);
    return run;
  }

  #message(recipient: string, nonce: bigint, { variant = '', messageOrigin, confidential }: StatementChanges): Hex {
    const to = recipient === 'refuser' ? this.#refuser : this.#taker;
    return this.#world.message({
      nonce,
      recipient: recipientOf(to),
      body: fixtures.bytes(`body ${variant}`, 64),
      ...(messageOrigin && { originChain: OTHER_CHAIN, sender: fixtures.evmAddress('sender') }),
      ...(confidential && { kind: 1 }),
    });
  }

  /** The messages of a run, some exchanged for others with the same nonces. */
  async #messages(run: Run, { swapped = [] }: Step): Promise<Hex[]> {
    return run.messages.map((message, i) =>
      swapped.includes(i) ? this.#message('taker', run.firstNonce + BigInt(i), { variant: 'swapped' }) : message,
    );
  }

  async #signatures(run: Run, { signers = [], strangers = 0, spoilt }: Step): Promise<Hex> {
    const known = signers.map((name) => this.#enclave(name));
    const unknown = Array.from({ length: strangers }, (_, i) => this.#world.createEnclave(`stranger ${i}`));
    return toHex(spoil(toBytes(await this.#world.signed(run.digest, [...known, ...unknown])), spoilt));
  }

  /** By what an enclave was judged. */
  #factsOf({ facts }: Enclave): unknown {
    return facts ?? NO_FACTS;
  }

  /** An enclave by name; e1 to e5 run for one operator each. */
  #enclave(name: string, { operator, platform, vendor }: Partial<Step> = {}): Enclave {
    const known = this.#enclaves.get(name);
    if (known) return known;
    const number = /^e[1-5]$/.test(name) ? Number(name[1]) - 1 : 0;
    const enclave = this.#world.createEnclave(name, {
      operator: operator === undefined ? number : OPERATORS.indexOf(operator),
      ...(platform !== undefined && { platform }),
      ...(vendor !== undefined && { vendor }),
    });
    this.#enclaves.set(name, enclave);
    return enclave;
  }

  #platformOf(name: string): Hex {
    return this.#enclave(name).platformId;
  }

  #account(name: string): Address {
    const { guardian, governance, anyone, operators } = this.#world;
    const account = { guardian, governance, anyone }[name] ?? operators[OPERATORS.indexOf(name)];
    assert.ok(account, `nobody is called ${name}`);
    return account;
  }

  async #expect(step: Step): Promise<void> {
    const { registry, outbox, inbox, chain } = this.#world;
    for (const [sequences, isDelivered] of [
      [step.delivered ?? [], true],
      [step.open ?? [], false],
    ] as const) {
      for (const sequence of sequences) {
        assert.equal(
          await inbox.read('isDelivered', [FAR_CHAIN, nonceOf(sequence)]),
          isDelivered,
          `message ${sequence}`,
        );
      }
    }
    for (const [name, counts] of Object.entries(step.kept ?? {})) {
      const run = await this.#run({ do: 'use', statement: name });
      const [quorum] = (await inbox.read('keptRootOf', [run.digest])) as [number];
      assert.deepEqual(readQuorum(quorum), quorumOf(counts), `what is kept of ${name}`);
    }
    for (const [name, signers] of Object.entries(step.counts ?? {})) {
      const run = await this.#run({ do: 'use', statement: name });
      for (const [enclave, counts] of [...this.#enclaves.keys()].map((one) => [one, signers.includes(one)] as const)) {
        const signatures = await this.#signatures(run, { do: 'use', signers: [enclave] });
        const [quorum] = (await registry.read('tally', [run.digest, signatures])) as [number];
        assert.equal(readQuorum(quorum).signers, counts ? 1 : 0, `whether ${enclave} counts`);
      }
    }
    for (const [name, status] of Object.entries(step.status ?? {})) {
      const record = (await registry.read('recordOf', [this.#enclave(name).signer])) as bigint;
      assert.equal(readSignerRecord(record).status, status, `the status of ${name}`);
    }
    if (step.nextSequence !== undefined) {
      const [nonce] = (await outbox.read('laneOf', [FAR_CHAIN])) as [bigint];
      assert.equal(nonce & 0xffff_ffff_ffffn, BigInt(step.nextSequence), 'the next sequence');
    }
    for (const [what, isPaused] of Object.entries(step.paused ?? {})) {
      const [, lane] = (await outbox.read('laneOf', [FAR_CHAIN])) as [bigint, bigint];
      const { pausedUntilSeconds } = (await inbox.read('originOf', [FAR_CHAIN])) as { pausedUntilSeconds: number };
      const until = what === 'lane' ? Number(lane) : pausedUntilSeconds;
      assert.equal(until > (await chain.now()), isPaused, `whether the ${what} is paused`);
    }
  }
}

/** The one program's measurement id, docs/spec/contracts.md section 2. */
const MEASUREMENT = keccak256(
  `${fixtures.tag('corridor.measurement.v1')}${PROGRAM.teeType.toString(16).padStart(2, '0')}${PROGRAM.registers.slice(2)}`,
);

const wide = (attributes: Hex): Hex => pad(attributes, { dir: 'right', size: 32 });

/** Entries that are not as the program's. */
const ENTRIES: Record<EntryKind, Record<string, unknown>> = {
  same: {},
  debugOpen: { attributesMask: wide(`0x00${'ff'.repeat(15)}`) },
  debugOn: { attributesValue: wide(`0x01${PROGRAM.attributes.slice(4)}`) },
  migratable: { attributesValue: wide(`0x00000030${PROGRAM.attributes.slice(10)}`) },
  valueOutsideMask: { attributesMask: wide(`0x${'ff'.repeat(8)}`) },
  noConfiguration: { configurationHash: `0x${'00'.repeat(32)}` },
};

const ZERO = pad('0x');
/** Of a key that never was judged. */
const NO_FACTS = {
  operator: zeroAddress,
  verifier: zeroAddress,
  verifierNumber: 0,
  entryNumber: 0,
  teeType: 0,
  tcbStatus: 0,
  evaluationNumber: 0,
  evidenceEndSeconds: 0n,
  platformId: ZERO,
  platformFamily: ZERO,
  measurementId: ZERO,
  encryptionKey: ZERO,
  configurationHash: ZERO,
  advisories: [],
};
