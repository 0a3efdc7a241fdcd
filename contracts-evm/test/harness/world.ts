/**
 * Registry, outbox and inbox as the deployment script leaves them, enclaves' keys that any test may sign with, and a far
 * chain of which messages come. Bytes are those of ./fixtures.ts, which shares nothing with the contracts.
 */
import { encodeAbiParameters, keccak256, pad, type Abi, type Address, type Hex } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import {
  accessManagerAbi,
  dcapVerifierAbi,
  inboxAbi,
  outboxAbi,
  registryAbi,
} from '../../../prover/bindings/evm/index.ts';
import { packQuorum, type QuorumCounts } from '../../../prover/bindings/values.ts';
import { deployEvm, type EvmConfig } from '../../../scripts/deploy/evm.ts';
import { createChain, eventsOf, type Contract } from './chain.ts';
import * as fixtures from './fixtures.ts';

/** Where messages come from. */
export const FAR_CHAIN = fixtures.SUI_CHAIN;
export const FAR_OUTBOX = fixtures.bytes32('far outbox');
export const FAR_SENDER = fixtures.bytes32('far sender');
export const GENERATION = 1;

/** The verifier that believes what it is told, under a number of its own. */
export const STATED_VERIFIER = 2;
export const CONFIGURATION = fixtures.bytes32('configuration');
const ROOT = fixtures.bytes32('simulated root');

/** A program that runs in trust domains. */
export const PROGRAM = {
  teeType: 2,
  registers: fixtures.bytes('registers', 240),
  attributes: `0x00000010${'00'.repeat(4)}e718060000000000` as Hex,
  launch: `0x${'00'.repeat(192)}` as Hex,
};

export const DEFAULT_POLICY: QuorumCounts = { signers: 3, operators: 2, platforms: 3, vendors: 1 };

/** What hardware says of an enclave, field by field as in IEvidenceVerifier.sol. */
export interface Evidence {
  vendor: number;
  teeType: number;
  tcbStatus: number;
  isMigratable: boolean;
  evaluationNumber: number;
  expiresAtSeconds: bigint;
  platformFamily: Hex;
  platformId: Hex;
  reportData: Hex;
  registers: Hex;
  attributes: Hex;
  launch: Hex;
  advisories: bigint[];
}

/** What an operator asks to have registered, as in RegistryTypes.sol. */
export interface Candidate {
  verifierNumber: number;
  entryNumber: number;
  challengeBlock: bigint;
  signer: Address;
  encryptionKey: Hex;
  configurationHash: Hex;
}

/** An enclave with its key. */
export interface Enclave {
  readonly name: string;
  readonly key: Hex;
  readonly signer: Address;
  readonly operator: Address;
  readonly platformId: Hex;
  readonly vendor: number;
  readonly encryptionKey: Hex;
  /** By which it was judged, once it was. */
  facts?: any;
}

export interface EnclaveOptions {
  readonly operator?: number;
  readonly platform?: string;
  readonly vendor?: number;
}

export interface WorldOptions {
  readonly chainId?: number;
  readonly policy?: QuorumCounts;
  /** How many accounts are admitted as operators; default 5 */
  readonly operators?: number;
  readonly config?: Partial<EvmConfig>;
  /** The time of the first block, as in `createChain` */
  readonly atSeconds?: number;
}

export type World = Awaited<ReturnType<typeof createWorld>>;

/** Accounts by what they are: deployer, governance, guardian, fee sink, anyone, then operators. */
const ROLE_ACCOUNTS = 5;

/** What a statement is about, and what proves it. */
export interface Run {
  readonly statement: Hex;
  readonly digest: Hex;
  readonly messages: readonly Hex[];
  readonly ids: readonly Hex[];
  readonly leaves: readonly Hex[];
  readonly firstNonce: bigint;
  proof(index: number): Hex;
}

export async function createWorld(options: WorldOptions = {}) {
  const { chainId = 31_337, policy = DEFAULT_POLICY, operators: operatorCount = 5 } = options;
  const chain = await createChain({
    chainId,
    ...(options.atSeconds !== undefined && { atSeconds: options.atSeconds }),
  });
  const [deployer, governance, guardian, feeSink, anyone] = chain.accounts as [
    Address,
    Address,
    Address,
    Address,
    Address,
  ];
  const operators = chain.accounts.slice(ROLE_ACCOUNTS, ROLE_ACCOUNTS + operatorCount);
  const config: EvmConfig = {
    network: 'test',
    chainId,
    governance,
    guardian,
    feeSink,
    revocationKey: privateKeyToAccount(fixtures.bytes32('revocation key')).address,
    verifierRoot: ROOT,
    challengeBlocks: 300,
    acceptedTcbStatuses: [1, 2],
    minimumEvaluationNumber: 17,
    operators,
    entries: [],
    lanes: [{ destinationChain: FAR_CHAIN, fees: { base: 1_000n, perByte: 10n, perGas: 3n } }],
    origins: [{ chain: FAR_CHAIN, outbox: FAR_OUTBOX, generation: GENERATION, policy }],
    ...options.config,
  };
  const deployment = await deployEvm({ publicClient: chain.client, walletClient: chain.wallets[0]! }, config, null);
  const { contracts } = deployment;
  const manager = chain.attach(contracts.accessManager, accessManagerAbi as Abi);
  chain.attach(contracts.dcapVerifier, dcapVerifierAbi as Abi);
  const registry = chain.attach(contracts.registry, registryAbi as Abi);
  const outbox = chain.attach(contracts.outbox, outboxAbi as Abi);
  const inbox = chain.attach(contracts.inbox, inboxAbi as Abi);

  /** Calls as governance, at once: localnet has no delays. */
  const govern = (contract: Contract, name: string, args: readonly unknown[] = []) =>
    contract.send(name, args, { from: governance });
  /** Calls as the guardian. */
  const guard = (contract: Contract, name: string, args: readonly unknown[] = []) =>
    contract.send(name, args, { from: guardian });

  const statedVerifier = await chain.deploy('StatedVerifier', [ROOT]);
  if (chainId === 31_337) {
    await govern(registry, 'setVerifier', [STATED_VERIFIER, statedVerifier.address]);
    await govern(registry, 'addEntry', [entryTerms()]);
  }
  const entryNumber = config.entries.length + 1;

  /** An enclave that is not registered yet. */
  function createEnclave(name: string, { operator = 0, platform = name, vendor = 1 }: EnclaveOptions = {}): Enclave {
    const key = fixtures.bytes32(`key of ${name}`);
    return {
      name,
      key,
      signer: privateKeyToAccount(key).address,
      operator: operators[operator]!,
      platformId: fixtures.bytes32(`platform ${platform}`),
      vendor,
      encryptionKey: fixtures.bytes32(`encryption key of ${name}`),
    };
  }

  /** What an enclave's operator would register now, and its evidence. */
  async function application(enclave: Enclave, overrides: Partial<Candidate> = {}, evidence: Partial<Evidence> = {}) {
    const candidate: Candidate = {
      verifierNumber: STATED_VERIFIER,
      entryNumber,
      // The one before the last: a simulated call runs in the last block, whose hash it does not know.
      challengeBlock: (await chain.client.getBlockNumber()) - 1n,
      signer: enclave.signer,
      encryptionKey: enclave.encryptionKey,
      configurationHash: CONFIGURATION,
      ...overrides,
    };
    const reportData = await reportDataOf(candidate, enclave.operator);
    const facts: Evidence = {
      vendor: enclave.vendor,
      ...PROGRAM,
      tcbStatus: 1,
      isMigratable: false,
      evaluationNumber: 19,
      expiresAtSeconds: BigInt((await chain.now()) + 40 * 86_400),
      platformFamily: pad('0x90c06f000000', { dir: 'right' }),
      platformId: enclave.platformId,
      reportData,
      advisories: [],
      ...evidence,
    };
    return { candidate, evidence: encodeEvidence(facts) };
  }

  /** What an enclave puts into its quote for a candidate. */
  async function reportDataOf(candidate: Candidate, operator: Address): Promise<Hex> {
    const block = await chain.client.getBlock({ blockNumber: candidate.challengeBlock }).catch(() => undefined);
    const hash = fixtures.registrationHash({
      chain: BigInt(chainId),
      registry: pad(registry.address),
      operator: pad(operator),
      challenge: block?.hash ?? fixtures.bytes32('no such block'),
      signer: candidate.signer,
      encryptionKey: candidate.encryptionKey,
      configurationHash: candidate.configurationHash,
    });
    return `${hash}${'00'.repeat(32)}`;
  }

  /** Registers an enclave's key. */
  async function register(enclave: Enclave, evidence: Partial<Evidence> = {}): Promise<Enclave> {
    const { candidate, evidence: bytes } = await application(enclave, {}, evidence);
    const receipt = await registry.send('register', [candidate, bytes], { from: enclave.operator });
    enclave.facts = eventsOf(receipt, registry).find(({ name }) => name === 'SignerJudged')!.args.facts;
    return enclave;
  }

  /** Registers so many enclaves, each with an operator and a platform of its own. */
  async function registerMany(count: number): Promise<Enclave[]> {
    const enclaves: Enclave[] = [];
    for (let i = 0; i < count; i++) {
      enclaves.push(await register(createEnclave(`enclave ${i}`, { operator: i % operators.length })));
    }
    return enclaves;
  }

  /** A message from the far chain. */
  function message(fields: Partial<fixtures.MessageFields> = {}): Hex {
    return fixtures.encodeMessage({
      originChain: FAR_CHAIN,
      destinationChain: BigInt(chainId),
      nonce: nonceOf(0),
      sender: FAR_SENDER,
      executionGas: 100_000,
      ...fields,
    });
  }

  /** A statement over messages, which by default have consecutive nonces. */
  async function runOf(messages: readonly Hex[], fields: Partial<fixtures.StatementFields> = {}): Promise<Run> {
    const firstNonce = fields.firstNonce ?? BigInt(`0x${messages[0]!.slice(2 + 36, 2 + 52)}`);
    const ids = messages.map((bytes) => fixtures.messageId(FAR_CHAIN, fields.originOutbox ?? FAR_OUTBOX, bytes));
    const leaves = ids.map((id, i) => fixtures.plainLeaf(firstNonce + BigInt(i), id));
    const statement = fixtures.encodeStatement({
      originChain: FAR_CHAIN,
      originOutbox: FAR_OUTBOX,
      destinationChain: BigInt(chainId),
      destinationInbox: pad(inbox.address),
      anchorTimestampSeconds: BigInt(await chain.now()),
      firstNonce,
      messageCount: messages.length,
      messagesRoot: fixtures.root(leaves),
      ...fields,
    });
    const digest = keccak256(statement);
    return { statement, digest, messages, ids, leaves, firstNonce, proof: (index) => fixtures.proof(leaves, index) };
  }

  /** A signature set over a digest, in the order that it must have. */
  async function signed(digest: Hex, enclaves: readonly Enclave[]): Promise<Hex> {
    const ascending = [...enclaves].sort((a, b) => (BigInt(a.signer) < BigInt(b.signer) ? -1 : 1));
    return fixtures.signSet(
      digest,
      ascending.map(({ key }) => key),
    );
  }

  return {
    chain,
    config,
    deployment,
    deployer,
    governance,
    guardian,
    feeSink,
    anyone,
    operators,
    manager,
    registry,
    outbox,
    inbox,
    statedVerifier,
    entryNumber,
    govern,
    guard,
    createEnclave,
    application,
    reportDataOf,
    register,
    registerMany,
    message,
    runOf,
    signed,
  };
}

/** The nonce of a sequence in the generation that is served. */
export const nonceOf = (sequence: number | bigint, generation = GENERATION): bigint =>
  (BigInt(generation) << 48n) | BigInt(sequence);

/** A recipient's address in the form that messages have it. */
export const recipientOf = ({ address }: { address: Address }): Hex => pad(address);

/** A sound entry for the program, under the verifier that believes what it is told. */
export function entryTerms(overrides: Record<string, unknown> = {}) {
  const value = pad(PROGRAM.attributes, { dir: 'right', size: 32 });
  return {
    verifierNumber: STATED_VERIFIER,
    teeType: PROGRAM.teeType,
    notAfterSeconds: 4_000_000_000,
    registers: PROGRAM.registers,
    attributesMask: pad(`0x${'ff'.repeat(16)}`, { dir: 'right', size: 32 }) as Hex,
    attributesValue: value,
    launch: PROGRAM.launch,
    configurationHash: CONFIGURATION,
    ...overrides,
  };
}

const JUDGED_EVIDENCE = [
  {
    type: 'tuple',
    components: [
      { name: 'vendor', type: 'uint8' },
      { name: 'teeType', type: 'uint8' },
      { name: 'tcbStatus', type: 'uint8' },
      { name: 'isMigratable', type: 'bool' },
      { name: 'evaluationNumber', type: 'uint32' },
      { name: 'expiresAtSeconds', type: 'uint64' },
      { name: 'platformFamily', type: 'bytes32' },
      { name: 'platformId', type: 'bytes32' },
      { name: 'reportData', type: 'bytes' },
      { name: 'registers', type: 'bytes' },
      { name: 'attributes', type: 'bytes' },
      { name: 'launch', type: 'bytes' },
      { name: 'advisories', type: 'uint256[]' },
    ],
  },
] as const;

/** Evidence of the verifier that believes what it is told. */
export const encodeEvidence = (facts: Evidence): Hex => encodeAbiParameters(JUDGED_EVIDENCE, [facts]);

export { packQuorum };
