/** What a deployment on EVM is made of, and what is refused before anything is sent. */
import { isAddressEqual, zeroAddress, type Address, type Hex } from 'viem';
import type { QuorumCounts } from '../../../prover/bindings/values.ts';
import { LOCALNET_EVM_CHAIN } from '../../../prover/protocol/index.ts';
import { EvmDeployError } from './errors.ts';

/** SHA-256 of Intel's SGX root certificate, docs/spec/dcap.md section 2. */
export const INTEL_ROOT: Hex = '0x44a0196b2b99f889b8e149e95b807a350e7424964399e885a7cbb8ccfab674d3';

const DAY_SECONDS = 24 * 60 * 60;

/** How long governance waits, docs/spec/contracts.md section 8; nothing on localnet. */
export const DELAYS = { governanceSeconds: 2 * DAY_SECONDS, verifierSeconds: 7 * DAY_SECONDS };

/** An entry of the allow list, docs/spec/contracts.md section 2. */
export interface EntryTerms {
  readonly verifierNumber: number;
  /** 1 SGX, 2 TDX */
  readonly teeType: number;
  readonly notAfterSeconds: number;
  readonly registers: Hex;
  /** 32 bytes, left-aligned */
  readonly attributesMask: Hex;
  readonly attributesValue: Hex;
  readonly launch: Hex;
  readonly configurationHash: Hex;
}

export interface LaneTerms {
  readonly destinationChain: bigint;
  /** In wei: for a message, for a byte of its body, for a unit of execution gas */
  readonly fees: { readonly base: bigint; readonly perByte: bigint; readonly perGas: bigint };
}

export interface OriginTerms {
  readonly chain: bigint;
  /** 32-byte form */
  readonly outbox: Hex;
  readonly generation: number;
  readonly policy: QuorumCounts;
}

export interface EvmConfig {
  /** Names the file: deployments/<network>.json */
  readonly network: string;
  /** EIP-155 id */
  readonly chainId: number;
  readonly governance: Address;
  readonly guardian: Address;
  readonly feeSink: Address;
  /** Whose signature revokes; null for nobody's yet */
  readonly revocationKey: Address | null;
  /** SHA-256 of the root certificate that evidence rests on */
  readonly verifierRoot: Hex;
  /** Blocks of one hour, at most 8,191 */
  readonly challengeBlocks: number;
  /** Codes of docs/spec/dcap.md section 1 */
  readonly acceptedTcbStatuses: readonly number[];
  readonly minimumEvaluationNumber: number;
  readonly operators: readonly Address[];
  readonly entries: readonly EntryTerms[];
  readonly lanes: readonly LaneTerms[];
  readonly origins: readonly OriginTerms[];
}

/** Under which number a deployment admits its DCAP verifier. */
export const DCAP_VERIFIER_NUMBER = 1;

/** The most that accepted TCB statuses can be; `Revoked` never is. */
const HIGHEST_STATUS = 8;
const MAX_CHALLENGE_BLOCKS = 8_191;
const MAX_SIGNERS = 32;

/** Whether a chain is a network on somebody's machine, where less is demanded. */
export const isLocalnet = (chainId: number): boolean => BigInt(chainId) === LOCALNET_EVM_CHAIN;

/**
 * Refuses a configuration that is inconsistent, or too weak for a network that others use.
 * @throws EvmDeployError
 */
export function checkConfig(config: EvmConfig, deployer: Address): void {
  const demand: (holds: boolean, rule: EvmDeployError['code'], message: string) => void = (holds, rule, message) => {
    if (!holds) throw new EvmDeployError(rule, message);
  };
  const local = isLocalnet(config.chainId);
  demand(
    /^[a-z0-9][a-z0-9-]*$/.test(config.network),
    'InvalidConfiguration',
    `network is ${JSON.stringify(config.network)}: use lower-case letters, digits and hyphens`,
  );
  const { governance, guardian, feeSink } = config;
  for (const [role, account] of Object.entries({ governance, guardian, feeSink })) {
    demand(!isAddressEqual(account, zeroAddress), 'InvalidAccount', `${role} is the zero address`);
  }
  for (const [role, account] of Object.entries({ governance, guardian })) {
    demand(
      !isAddressEqual(account, deployer),
      'InvalidAccount',
      `${role} is the deployer, who is to hold no role: use another account`,
    );
  }
  demand(
    local || !isAddressEqual(governance, guardian),
    'InvalidAccount',
    'governance and guardian are one account: off localnet each watches the other',
  );
  demand(
    local || config.verifierRoot.toLowerCase() === INTEL_ROOT,
    'SimulatedRoot',
    `the verifier's root is ${config.verifierRoot}: off localnet only Intel's production root is accepted`,
  );
  const operators = new Set(config.operators.map((operator) => operator.toLowerCase()));
  demand(operators.size === config.operators.length, 'InvalidConfiguration', 'an operator is listed twice');
  demand(!operators.has(zeroAddress), 'InvalidAccount', 'an operator is the zero address');
  demand(
    local || !operators.has(deployer.toLowerCase() as Address),
    'InvalidAccount',
    'an operator is the deployer, who is to hold no role: use another account',
  );
  demand(
    local || operators.size >= 2,
    'TooFewOperators',
    `there are ${operators.size} operators: off localnet there must be two at least`,
  );
  for (const { chain, policy } of config.origins) checkPolicy(policy, `the policy of origin ${chain}`, local);
  demand(isUnique(config.origins.map(({ chain }) => chain)), 'InvalidConfiguration', 'an origin is listed twice');
  demand(
    isUnique(config.lanes.map(({ destinationChain }) => destinationChain)),
    'InvalidConfiguration',
    'a lane is listed twice',
  );
  demand(
    isUnique(config.acceptedTcbStatuses) &&
      config.acceptedTcbStatuses.every((status) => Number.isInteger(status) && status >= 1 && status <= HIGHEST_STATUS),
    'InvalidConfiguration',
    `accepted TCB statuses are ${config.acceptedTcbStatuses.join(', ')}: each is 1 to ${HIGHEST_STATUS} and there once`,
  );
  const { challengeBlocks } = config;
  demand(
    Number.isInteger(challengeBlocks) && challengeBlocks >= 1 && challengeBlocks <= MAX_CHALLENGE_BLOCKS,
    'InvalidConfiguration',
    `challengeBlocks is ${challengeBlocks}: it is 1 to ${MAX_CHALLENGE_BLOCKS}`,
  );
}

/** Refuses a policy that is not sound, docs/spec/contracts.md section 4. */
function checkPolicy(policy: QuorumCounts, name: string, local: boolean): void {
  const { signers, operators, platforms, vendors } = policy;
  const refuse = (why: string): never => {
    throw new EvmDeployError('InvalidPolicy', `${name}: ${why}`);
  };
  for (const count of [signers, operators, platforms, vendors]) {
    if (!Number.isInteger(count) || count < 1) refuse(`a count is ${count}: none is less than 1`);
    if (count > signers) refuse(`a count is ${count}, above the threshold of ${signers} signers`);
  }
  if (signers > MAX_SIGNERS) refuse(`the threshold is ${signers}: no more than ${MAX_SIGNERS} signatures fit`);
  if (local) return;
  if (signers < 2) refuse('a threshold of 1 is for localnet only');
  if (operators < 2) refuse('off localnet there are two operators at least');
  if (platforms !== signers) refuse('off localnet there are as many platforms as signers');
}

const isUnique = (values: readonly unknown[]): boolean => new Set(values).size === values.length;
