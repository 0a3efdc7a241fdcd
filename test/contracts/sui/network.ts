/**
 * Corridor deployed on a local Sui network, with operators whose enclaves have quotes of the simulated platform. What
 * the enclaves would sign, tests sign with their keys.
 */
import assert from 'node:assert/strict';
import path from 'node:path';
import type { BcsType } from '@mysten/sui/bcs';
import { SuiGrpcClient } from '@mysten/sui/grpc';
import { Ed25519Keypair } from '@mysten/sui/keypairs/ed25519';
import { Inputs, Transaction, type TransactionPlugin, type TransactionResult } from '@mysten/sui/transactions';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { buildPackage } from '../../../localnet/sui/build/builder.ts';
import { LocalDevnet, startDevnet } from '../../../localnet/sui/devnet.ts';
import type { ExecutionReport } from '../../../localnet/sui/execution/executor.ts';
import { GAS_COIN_TYPE } from '../../../localnet/sui/ledger/types.ts';
import { inProcessTransport } from '../../../localnet/sui/rpc/transport.ts';
import type { TdxQuoteOptions } from '../../../localnet/tee/platform.ts';
import { createPlatform, Vendor, type Platform } from '../../../localnet/tee/index.ts';
import {
  CORRIDOR_ABORTS,
  InboxMessageDelivered,
  MessageSent,
  type InboxMessageDelivered as Delivered,
} from '../../../prover/bindings/sui/corridor.ts';
import { uploadCollateral } from '../../../prover/bindings/sui/collateral.ts';
import { DCAP_ABORTS } from '../../../prover/bindings/sui/dcap.ts';
import { DCAP_EVIDENCE_ABORTS } from '../../../prover/bindings/sui/dcap-evidence.ts';
import type { ObjectInput } from '../../../prover/bindings/sui/runtime.ts';
import {
  concat,
  encodeMessage,
  encodeStatement,
  evmChain,
  fromHex,
  joinSignatures,
  merkleProof,
  MESSAGE_KIND,
  merkleRoot,
  messageId,
  plainLeaf,
  registrationReportData,
  signDigest,
  signerAddress,
  statementDigest,
  toHex,
  type Message,
  type Statement,
} from '../../../prover/protocol/index.ts';
import { hash } from '../../../prover/protocol/hash.ts';
import {
  callsOf,
  finishDeployment,
  Governance,
  publishSui,
  setUpSui,
  type SuiContext,
  type SuiDeployConfig,
  type SuiDeployment,
} from '../../../scripts/deploy/sui.ts';
import { changed, execute } from '../../../scripts/deploy/sui/context.ts';
import { temporaryFolder } from './folder.ts';

/** 2025-06-15, in the life of the simulated vendor's certificates. */
export const START_SECONDS = 1_750_000_000;
export const ORIGIN_CHAIN = evmChain(31337);
export const ORIGIN_OUTBOX = concat(new Uint8Array(12), new Uint8Array(20).fill(0xee));
export const SENDER = concat(new Uint8Array(12), new Uint8Array(20).fill(0xaa));
export const CONFIGURATION = hash(new TextEncoder().encode('configuration'));
const GENERATION = 1;
/** `generation (2) ‖ sequence (6)` */
export const nonceOf = (sequence: number, generation: number = GENERATION): bigint =>
  (BigInt(generation) << 48n) | BigInt(sequence);

/** An enclave of an operator, on a machine of its own. */
export interface Enclave {
  readonly operator: { cap: string; owner: string };
  readonly machine: Platform;
  readonly secretKey: Uint8Array;
  /** 20 bytes, left-padded to 32 */
  readonly signer: Uint8Array;
  readonly encryptionKey: Uint8Array;
}

export interface NetworkOptions {
  readonly seed?: string;
  readonly enclaves?: number;
  /** Operators admitted; default one for each enclave */
  readonly operators?: number;
  readonly policy?: SuiDeployConfig['origins'][number]['policy'];
  /** Further changes of what is deployed */
  readonly config?: Partial<SuiDeployConfig>;
}

/** An executed transaction. */
export interface Ran {
  readonly digest: string;
  readonly events: readonly { eventType: string; bcs: Uint8Array }[];
  readonly types: Readonly<Record<string, string>>;
  readonly report: ExecutionReport;
}

/** A run of messages with everything that a delivery needs. */
export interface Run {
  readonly statement: Statement;
  readonly encoded: Uint8Array;
  readonly messages: readonly Message[];
  readonly ids: readonly Uint8Array[];
  proof(index: number): Uint8Array;
}

export class Network {
  readonly devnet: LocalDevnet;
  readonly context: SuiContext;
  readonly vendor: Vendor;
  readonly deployment: SuiDeployment;
  readonly config: SuiDeployConfig;
  readonly enclaves: Enclave[] = [];
  /** The echo package, and its shared object. */
  readonly echo: { packageId: string; object: string; recipient: Uint8Array };

  private constructor(parts: Pick<Network, 'devnet' | 'context' | 'vendor' | 'deployment' | 'config' | 'echo'>) {
    ({
      devnet: this.devnet,
      context: this.context,
      vendor: this.vendor,
      deployment: this.deployment,
      config: this.config,
      echo: this.echo,
    } = parts);
  }

  /** Starts a network, deploys, uploads collateral and registers enclaves. */
  static async start(options: NetworkOptions = {}): Promise<Network> {
    const { seed = 'corridor', enclaves = 5 } = options;
    const devnet = await startDevnet({ seed, startMs: BigInt(START_SECONDS) * 1000n });
    const signer = Ed25519Keypair.fromSecretKey(hash(new TextEncoder().encode(seed)));
    await devnet.faucet(signer.toSuiAddress());
    const client = new SuiGrpcClient({ network: 'localnet', transport: inProcessTransport(devnet) });
    const context = { client, signer };
    const vendor = new Vendor({ seed, clock: () => Number(devnet.ledger.nowMs / 1000n) });
    const machines = Array.from({ length: enclaves }, (_, i) => createPlatform({ vendor, seed: `machine ${i}` }));
    const { threshold, operators, platforms, vendors } = options.policy ?? {
      threshold: 3,
      operators: 3,
      platforms: 3,
      vendors: 1,
    };
    const config: SuiDeployConfig = {
      network: 'test',
      isLocalnet: true,
      root: vendor.rootFingerprint,
      operators: Array.from({ length: options.operators ?? enclaves }, () => signer.toSuiAddress()),
      acceptedTcbStatuses: [1, 2],
      minimumEvaluationNumber: 0,
      revocationKey: signerAddress(secp256k1.getPublicKey(REVOCATION_KEY, false)),
      feeSink: `0x${'5'.repeat(64)}`,
      lanes: [{ destinationChain: ORIGIN_CHAIN, baseFee: 1000n, feePerByte: 10n, feePerGas: 1n }],
      origins: [
        {
          chain: ORIGIN_CHAIN,
          outbox: ORIGIN_OUTBOX,
          generation: GENERATION,
          policy: { threshold, operators, platforms, vendors },
        },
      ],
      entries: machines.slice(0, 1).map((machine) => entryOf(machine)),
      ...options.config,
    };
    const published = await publishSui(context);
    const setUp = await setUpSui(context, published, config);
    const deployment = await finishDeployment(context, published, setUp, config, temporaryFolder());
    const echo = await publishEcho(context, deployment);
    const network = new Network({ devnet, context, vendor, deployment, config, echo });
    if (machines[0]) await network.upload(machines[0]);
    for (const [i, machine] of machines.entries()) {
      const enclave = network.enclave(machine, i);
      network.enclaves.push(enclave);
      await network.register(enclave);
    }
    return network;
  }

  get calls() {
    return callsOf(this.deployment);
  }

  get objects() {
    return this.deployment.objects;
  }

  get chain(): bigint {
    return BigInt(this.deployment.chain);
  }

  get witness(): string {
    return this.deployment.verifier.witness;
  }

  get now(): number {
    return Number(this.devnet.ledger.nowMs / 1000n);
  }

  advance(seconds: number): void {
    this.devnet.advanceClock(BigInt(seconds) * 1000n);
  }

  // Transactions.

  async #run(build: (tx: Transaction) => unknown, plugin?: TransactionPlugin, signer = this.context.signer) {
    const transaction = new Transaction();
    await build(transaction);
    if (plugin) transaction.addBuildPlugin(plugin);
    return this.context.client.signAndExecuteTransaction({
      transaction,
      signer,
      include: { effects: true, events: true, objectTypes: true },
    });
  }

  /**
   * Resolves a transaction from the ledger, all shared objects mutably. The client's own way simulates it first, so that
   * one that fails would never be executed.
   */
  readonly #resolve: TransactionPlugin = async (data, _, next) => {
    const { ledger } = this.devnet;
    data.inputs = data.inputs.map((input) => {
      if (input.$kind !== 'UnresolvedObject') return input;
      const object = ledger.live(input.UnresolvedObject.objectId);
      assert(object?.kind === 'move', `object ${input.UnresolvedObject.objectId} exists`);
      const { id: objectId, version, digest, owner } = object;
      if (owner.Shared) return Inputs.SharedObjectRef({ objectId, mutable: true, ...owner.Shared });
      return Inputs.ObjectRef({ objectId, version: String(version), digest });
    }) as typeof data.inputs;
    const owner = this.context.signer.toSuiAddress();
    const payment = [...ledger.objects.owned(owner)]
      .filter(({ type }) => type === GAS_COIN_TYPE)
      .map(({ id, version, digest }) => ({ objectId: id, version: String(version), digest }));
    data.gasData = { ...data.gasData, owner, price: '1000', budget: '20000000000', payment };
    data.expiration = { $kind: 'None', None: true };
    await next();
  };

  /** A transaction that must succeed, of the deployer or of somebody else. */
  async ok(build: (tx: Transaction) => unknown, signer = this.context.signer): Promise<Ran> {
    const result = await this.#run(build, undefined, signer);
    assert(result.$kind === 'Transaction', JSON.stringify(result.FailedTransaction?.status));
    const { digest, events, objectTypes } = result.Transaction;
    return { digest, events, types: objectTypes, report: this.devnet.report(digest)! };
  }

  /** The rule that a transaction breaks, as the spec names it; undefined when it succeeds. */
  async rule(build: (tx: Transaction) => unknown): Promise<string | undefined> {
    const result = await this.#run(build, this.#resolve);
    if (result.$kind === 'Transaction') return undefined;
    const { status } = result.FailedTransaction;
    assert(!status.success);
    const { error } = status;
    if (error.$kind !== 'MoveAbort') return JSON.stringify(error);
    const { location, abortCode } = error.MoveAbort;
    return ruleOf(location?.package, location?.module, Number(abortCode), this.deployment);
  }

  /** Checks that a transaction breaks a rule and changes nothing. */
  async refuses(rule: string, build: (tx: Transaction) => unknown): Promise<void> {
    assert.equal(await this.rule(build), rule);
  }

  /** What the last command of a transaction returns, which is not executed. */
  async view<T, I>(type: BcsType<T, I>, build: (tx: Transaction) => void): Promise<T> {
    const transaction = new Transaction();
    build(transaction);
    transaction.setSender(this.context.signer.toSuiAddress());
    const { client } = this.context;
    const result = await client.simulateTransaction({ transaction, include: { commandResults: true } });
    assert(result.$kind === 'Transaction', JSON.stringify(result.FailedTransaction?.status));
    return type.parse(result.commandResults.at(-1)!.returnValues[0]!.bcs);
  }

  /** Publishes a package that depends on corridor, and returns its id. */
  publish(folder: string): Promise<string> {
    return publishOn(this.context, this.deployment, folder);
  }

  // Registry.

  enclave(machine: Platform, operator: number, name: string = `enclave ${operator}`): Enclave {
    const secretKey = hash(new TextEncoder().encode(`key of ${name}`));
    return {
      operator: this.deployment.operators[operator]!,
      machine,
      secretKey,
      signer: concat(new Uint8Array(12), signerAddress(secp256k1.getPublicKey(secretKey, false))),
      encryptionKey: hash(new TextEncoder().encode(`encryption key of ${name}`)),
    };
  }

  async upload(machine: Platform): Promise<void> {
    await this.ok((tx) =>
      uploadCollateral(tx, this.calls.dcap, this.objects.collateralStore, machine.collateralParts({ tee: 'tdx' })),
    );
  }

  /** A challenge for an operator. */
  async challenge(cap: string): Promise<string> {
    const { registry } = this.calls.corridor;
    const made = await this.ok((tx) => {
      const challenge = registry.newChallenge(tx, { cap });
      tx.transferObjects([challenge], this.context.signer.toSuiAddress());
    });
    return Object.entries(made.types).find(([, type]) => type.endsWith('::registry::Challenge'))![0];
  }

  /** A quote's evidence for a registration; `report` changes fields of the report. */
  evidence(
    enclave: Enclave,
    challenge: string,
    changes: Partial<Parameters<typeof registrationReportData>[0]> = {},
    report: Partial<TdxQuoteOptions> = {},
  ) {
    const reportData = registrationReportData({
      chain: this.chain,
      registry: fromHex(this.objects.registry),
      operator: fromHex(enclave.operator.cap),
      challenge: fromHex(challenge),
      signer: enclave.signer.slice(12),
      encryptionKey: enclave.encryptionKey,
      configurationHash: CONFIGURATION,
      ...changes,
    });
    return enclave.machine.quote({ ...report, form: 'tdx4', reportData }).evidence;
  }

  /** The commands that verify evidence and register or renew. */
  enter(
    tx: Transaction,
    how: 'register' | 'renew',
    enclave: Enclave,
    challenge: string,
    evidence: Uint8Array,
    changes: { verifier?: number; entry?: number; cap?: ObjectInput; store?: string; number?: number } = {},
  ): void {
    const { dcap, dcapEvidence, corridor } = this.calls;
    const { verifier = 1, entry = 1, cap = enclave.operator.cap } = changes;
    const { store = this.objects.collateralStore, number = this.vendor.evaluationNumber } = changes;
    const report = dcap.dcap.verify(tx, { store, evidence, evaluationNumber: number });
    corridor.registry[how](tx, [this.witness], {
      self: this.objects.registry,
      cap,
      challenge,
      verifier,
      entry,
      signer: toHex(enclave.signer),
      encryptionKey: toHex(enclave.encryptionKey),
      configurationHash: toHex(CONFIGURATION),
      evidence: dcapEvidence.dcapEvidence.judge(tx, { report }),
    });
  }

  async register(enclave: Enclave, how: 'register' | 'renew' = 'register'): Promise<Ran> {
    const challenge = await this.challenge(enclave.operator.cap);
    const evidence = this.evidence(enclave, challenge);
    return this.ok((tx) => this.enter(tx, how, enclave, challenge, evidence));
  }

  // Governance and guardian.

  govern(tx: Transaction, act: (governance: Governance) => void): void {
    act(new Governance(tx, this.calls.corridor, this.objects, this.deployment.capabilities.governance.id));
  }

  guard(tx: Transaction): TransactionResult {
    return this.calls.corridor.authority.guard(tx, {
      self: this.objects.authority,
      cap: this.deployment.capabilities.guardian.id,
    });
  }

  // Messages and statements.

  message(sequence: number, changes: Partial<Message> = {}): Message {
    return {
      kind: MESSAGE_KIND.plain,
      originChain: ORIGIN_CHAIN,
      destinationChain: this.chain,
      nonce: nonceOf(sequence),
      sender: SENDER,
      recipient: this.echo.recipient,
      executionGas: 100_000,
      body: new TextEncoder().encode(`message ${sequence}`),
      ...changes,
    };
  }

  run(messages: readonly Message[], changes: Partial<Statement> = {}): Run {
    const ids = messages.map((message) => messageId(ORIGIN_OUTBOX, encodeMessage(message)));
    const leaves = messages.map((message, i) => plainLeaf(message.nonce, ids[i]!));
    const statement: Statement = {
      originChain: ORIGIN_CHAIN,
      originOutbox: ORIGIN_OUTBOX,
      destinationChain: this.chain,
      destinationInbox: fromHex(this.objects.inbox),
      anchorHeight: 100n,
      anchorHash: hash(new TextEncoder().encode('anchor')),
      anchorTimestampSeconds: BigInt(this.now),
      firstNonce: messages[0]!.nonce,
      messageCount: messages.length,
      messagesRoot: merkleRoot(leaves),
      ...changes,
    };
    return {
      statement,
      encoded: encodeStatement(statement),
      messages,
      ids,
      proof: (index) => merkleProof(leaves, index),
    };
  }

  sign(run: Pick<Run, 'encoded'>, enclaves: readonly Enclave[] = this.enclaves.slice(0, 3)): Uint8Array {
    const digest = statementDigest(run.encoded);
    return joinSignatures(
      digest,
      enclaves.map(({ secretKey }) => signDigest(digest, secretKey)),
    );
  }

  accept(tx: Transaction, run: Pick<Run, 'encoded'>, signatures: Uint8Array): TransactionResult {
    return this.calls.corridor.inbox.accept(tx, {
      self: this.objects.inbox,
      registry: this.objects.registry,
      statement: run.encoded,
      signatures,
    });
  }

  moveMessage(tx: Transaction, message: Message): TransactionResult {
    return this.calls.corridor.message.new(tx, {
      kind: message.kind,
      originChain: message.originChain,
      destinationChain: message.destinationChain,
      nonce: message.nonce,
      sender: toHex(message.sender),
      recipient: toHex(message.recipient),
      executionGas: message.executionGas,
      body: message.body,
    });
  }

  /** Delivers one message of a run to its recipient, with a proof. */
  deliver(tx: Transaction, accepted: TransactionResult, run: Run, index: number, echo: ObjectInput = this.echo.object) {
    const delivery = this.calls.corridor.inbox.deliver(tx, {
      self: this.objects.inbox,
      registry: this.objects.registry,
      accepted,
      index,
      proof: run.proof(index),
      message: this.moveMessage(tx, run.messages[index]!),
    });
    this.receive(tx, delivery, echo);
  }

  receive(tx: Transaction, delivery: TransactionResult, echo: ObjectInput = this.echo.object): void {
    tx.moveCall({ target: `${this.echo.packageId}::echo::receive`, arguments: [tx.object(echo as string), delivery] });
  }

  /** Accepts and delivers a whole run. */
  deliverRun(tx: Transaction, run: Run, signatures: Uint8Array = this.sign(run)): void {
    const { inbox } = this.calls.corridor;
    const accepted = this.accept(tx, run, signatures);
    inbox.proveRun(tx, { accepted, messageIds: run.ids.map(toHex) });
    run.messages.forEach((message, index) => {
      const delivery = inbox.deliverProven(tx, {
        self: this.objects.inbox,
        registry: this.objects.registry,
        accepted,
        index,
        message: this.moveMessage(tx, message),
      });
      this.receive(tx, delivery);
    });
  }

  /** Messages that a transaction sent. */
  sent({ events }: Ran) {
    return this.#eventsOf(events, MessageSent);
  }

  /** Messages that a transaction delivered. */
  delivered({ events }: Ran): Delivered[] {
    return this.#eventsOf(events, InboxMessageDelivered);
  }

  #eventsOf<T>(events: Ran['events'], type: { name: string; parse(bytes: Uint8Array): T }): T[] {
    const name = `${this.deployment.packages.corridor.id}::${type.name}`;
    return events.filter(({ eventType }) => eventType === name).map(({ bcs }) => type.parse(bcs));
  }
}

/** The guardian's key for revocations that are valid everywhere. */
export const REVOCATION_KEY = hash(new TextEncoder().encode('revocation key'));

/** Mask and value of attributes that matter: all of TDATTRIBUTES' first half, so DEBUG and MIGRATABLE too. */
export const ATTRIBUTES_MASK = concat(new Uint8Array(4).fill(0xff), new Uint8Array(28));

/** An entry of the allow list for the program that a machine runs. */
export function entryOf(machine: Platform) {
  const { body } = machine.quoteParts({ form: 'tdx4', reportData: new Uint8Array(64) });
  return {
    teeType: 2,
    registers: concat(body.slice(136, 184), body.slice(328, 520)),
    attributesMask: ATTRIBUTES_MASK,
    attributesValue: concat(body.slice(120, 124), new Uint8Array(28)),
    launch: concat(body.slice(184, 328), new Uint8Array(48)),
    configurationHash: CONFIGURATION,
    notAfter: BigInt(START_SECONDS + 60 * 86_400),
  };
}

function ruleOf(
  packageId: string | undefined,
  module: string | undefined,
  code: number,
  { packages }: SuiDeployment,
): string {
  const aborts = new Map([
    [packages.corridor.id, CORRIDOR_ABORTS],
    [packages.dcap.id, DCAP_ABORTS],
    [packages.dcapEvidence.id, DCAP_EVIDENCE_ABORTS],
  ]).get(packageId ?? '');
  return aborts?.[module ?? '']?.[code] ?? `${packageId}::${module} ${code}`;
}

async function publishOn(context: SuiContext, { packages }: SuiDeployment, folder: string): Promise<string> {
  const { modules, dependencies } = await buildPackage(folder, {
    published: { corridor: { publishedAt: packages.corridor.id } },
  });
  const { packageId } = await execute(context, `publishing ${folder}`, (tx) => {
    const cap = tx.publish({ modules: modules.map((module) => [...module]), dependencies });
    tx.transferObjects([cap], context.signer.toSuiAddress());
  });
  return packageId!;
}

async function publishEcho(context: SuiContext, deployment: SuiDeployment): Promise<Network['echo']> {
  const packageId = await publishOn(context, deployment, path.join(import.meta.dirname, 'fixtures/echo'));
  const made = await execute(context, 'making the recipient', (tx) => {
    tx.moveCall({ target: `${packageId}::echo::new`, arguments: [tx.pure.u8(0)] });
  });
  const object = changed(made, `${packageId}::echo::Echo`);
  return { packageId, object, recipient: await recipientOf(context, object) };
}

/** The id of the capability inside of an echo, behind its own id. */
export async function recipientOf({ client }: SuiContext, object: string): Promise<Uint8Array> {
  const { object: found } = await client.getObject({ objectId: object, include: { content: true } });
  return found.content.slice(32, 64);
}
