/** What a deployment on Sui is asked to be, and what it must not be. */
import { z } from 'zod';
import { isValidSuiAddress, normalizeSuiAddress } from '@mysten/sui/utils';
import { chainFamily, isAddressOn } from '../../../prover/protocol/chain.ts';
import { isZero, toHex } from '../../../prover/protocol/bytes.ts';
import { demand, DeployError } from '../errors.ts';
import { bytesText, readJsonAs, u64, whole } from '../fields.ts';

/** The least of each that a quorum has; docs/spec/contracts.md section 4. */
export interface PolicyConfig {
  threshold: number;
  operators: number;
  platforms: number;
  vendors: number;
}

export interface LaneConfig {
  destinationChain: bigint;
  /** MIST */
  baseFee: bigint;
  feePerByte: bigint;
  feePerGas: bigint;
}

export interface OriginConfig {
  chain: bigint;
  /** 32 bytes */
  outbox: Uint8Array;
  generation: number;
  policy: PolicyConfig;
}

/** An entry of the allow list, as `corridor::entry` has it. */
export interface EntryConfig {
  verifier: number;
  /** 1 SGX, 2 TDX */
  teeType: number;
  registers: Uint8Array;
  /** 32 bytes each, left-aligned */
  attributesMask: Uint8Array;
  attributesValue: Uint8Array;
  launch: Uint8Array;
  /** 32 bytes */
  configurationHash: Uint8Array;
  /** Seconds since 1970 */
  notAfter: bigint;
}

export interface SuiDeployConfig {
  /** Names the file that is written: deployments/<network>.json */
  network: string;
  isLocalnet: boolean;
  /** `intel`, or the SHA-256 of a simulated vendor's root certificate, on a local network only */
  root: 'intel' | Uint8Array;
  /** Owners of the capabilities: two, each of whom watches the other; on a local network by default the deployer */
  governance?: string;
  guardian?: string;
  /** One `OperatorCap` is made for each of these addresses, and admitted */
  operators: readonly string[];
  /** Codes of docs/spec/dcap.md section 1 */
  acceptedTcbStatuses: readonly number[];
  minimumEvaluationNumber: number;
  /** 20 bytes; left out, no signed revocation is taken */
  revocationKey?: Uint8Array;
  feeSink: string;
  lanes: readonly LaneConfig[];
  origins: readonly OriginConfig[];
  entries?: readonly Omit<EntryConfig, 'verifier'>[];
}

const fileSchema = z.object({
  network: z.string(),
  isLocalnet: z.boolean(),
  root: z.union([z.literal('intel'), bytesText(32)], { error: 'intel, or 32 bytes in hex with 0x' }),
  governance: z.string().optional(),
  guardian: z.string().optional(),
  operators: z.array(z.string()),
  acceptedTcbStatuses: z.array(whole),
  minimumEvaluationNumber: whole,
  revocationKey: bytesText(20).optional(),
  feeSink: z.string(),
  lanes: z.array(z.object({ destinationChain: u64, baseFee: u64, feePerByte: u64, feePerGas: u64 })),
  origins: z.array(
    z.object({
      chain: u64,
      outbox: bytesText(32),
      generation: whole,
      policy: z.object({ threshold: whole, operators: whole, platforms: whole, vendors: whole }),
    }),
  ),
  entries: z
    .array(
      z.object({
        teeType: whole,
        registers: bytesText(),
        attributesMask: bytesText(32),
        attributesValue: bytesText(32),
        launch: bytesText(),
        configurationHash: bytesText(32),
        notAfter: u64,
      }),
    )
    .optional(),
});

/**
 * Reads a configuration file, which has bytes as hex and integers of more than 53 bits as decimal text; `checkConfig`
 * judges it.
 * @throws DeployError with every part that is missing or of the wrong form
 */
export function parseSuiConfig(text: string): SuiDeployConfig {
  return readJsonAs(fileSchema, text, (message) => new ConfigFileError(message)) as SuiDeployConfig;
}

/** What the file says cannot be read. */
class ConfigFileError extends DeployError {
  readonly code = 'InvalidConfiguration';
}

const MAX_THRESHOLD = 32;
const MIN_TCB_STATUS = 1;
const MAX_TCB_STATUS = 8;
/** First four bytes of the genesis digests of Sui's public networks. */
const PUBLIC_NETWORKS: Readonly<Record<string, string>> = { '0x35834a8a': 'mainnet', '0x4c78adac': 'testnet' };

/**
 * Refuses inconsistent input before anything is sent.
 * @param chain id of the chain that the node says it is
 * @param deployer whose transactions make the deployment, and who is to hold no role off a local network
 * @throws DeployError
 */
export function checkConfig(config: SuiDeployConfig, chain: bigint, deployer: string): void {
  const { isLocalnet, root } = config;
  demand(/^[\w-]+$/.test(config.network), `network ${config.network} must be a plain file name`);
  const known = PUBLIC_NETWORKS[`0x${(chain & 0xffff_ffffn).toString(16).padStart(8, '0')}`];
  demand(!isLocalnet || !known, `this is Sui ${known}: it cannot be deployed to as a local network`);
  if (root !== 'intel') {
    demand(isLocalnet, 'off a local network the root must be intel: anyone can make quotes under a simulated one');
    demand(root.length === 32 && !isZero(root), 'the root must be intel or a SHA-256 of 32 bytes, not zero');
  }
  checkOperators(config);
  for (const status of config.acceptedTcbStatuses) {
    demand(
      Number.isInteger(status) && status >= MIN_TCB_STATUS && status <= MAX_TCB_STATUS,
      `TCB status ${status} cannot be accepted: the codes are 1 to 8`,
    );
  }
  demand(config.acceptedTcbStatuses.length > 0, 'no TCB status is accepted: no key could ever register');
  demandUnique(config.acceptedTcbStatuses.map(String), 'TCB status');
  const { revocationKey } = config;
  demand(!revocationKey || (revocationKey.length === 20 && !isZero(revocationKey)), 'the revocation key has 20 bytes');
  for (const [name, address] of Object.entries({ ...owners(config), feeSink: config.feeSink })) {
    demand(isAccount(address), `${name} ${address} must be a Sui address other than zero`);
  }
  if (!isLocalnet) checkWatch(config, deployer);
  checkChains(config, chain);
}

/** Off a local network nobody is both governance and guardian, and the deployer is nothing at all. */
function checkWatch({ governance, guardian, operators }: SuiDeployConfig, deployer: string): void {
  demand(governance !== undefined && guardian !== undefined, 'off a local network governance and guardian are needed');
  demand(
    normalizeSuiAddress(governance) !== normalizeSuiAddress(guardian),
    'governance and guardian are one account: off a local network each watches the other',
  );
  for (const [role, holder] of [
    ['governance', governance],
    ['guardian', guardian],
    ...operators.map((one) => ['an operator', one]),
  ]) {
    demand(
      normalizeSuiAddress(holder!) !== normalizeSuiAddress(deployer),
      `${role} is the deployer, who is to hold no role: use another account`,
    );
  }
}

function owners({ governance, guardian }: SuiDeployConfig): Record<string, string> {
  return { ...(governance !== undefined && { governance }), ...(guardian !== undefined && { guardian }) };
}

function checkOperators({ operators, isLocalnet }: SuiDeployConfig): void {
  for (const operator of operators) demand(isAccount(operator), `operator ${operator} must be a Sui address`);
  demand(operators.length > 0, 'at least one operator is needed');
  if (isLocalnet) return;
  demand(operators.length >= 2, 'off a local network at least two operators are needed');
  demandUnique(
    operators.map((operator) => normalizeSuiAddress(operator)),
    'operator',
  );
}

function checkChains({ lanes, origins, isLocalnet, operators }: SuiDeployConfig, own: bigint): void {
  for (const { destinationChain } of lanes) checkChain(destinationChain, own, 'lane to');
  demandUnique(
    lanes.map(({ destinationChain }) => String(destinationChain)),
    'lane to',
  );
  for (const { chain, outbox, generation, policy } of origins) {
    checkChain(chain, own, 'origin');
    demand(isAddressOn(chain, outbox), `outbox ${toHex(outbox)} is no address on chain ${chain}`);
    demand(Number.isInteger(generation) && generation >= 1 && generation <= 0xffff, `generation ${generation}`);
    checkPolicy(policy, isLocalnet, operators.length);
  }
  demandUnique(
    origins.map(({ chain }) => String(chain)),
    'origin',
  );
}

function checkChain(chain: bigint, own: bigint, what: string): void {
  chainFamily(chain);
  demand(chain !== own, `${what} ${chain}: that is this chain itself`);
}

/** docs/spec/contracts.md section 4. */
function checkPolicy(policy: PolicyConfig, isLocalnet: boolean, operators: number): void {
  const shown = JSON.stringify(policy);
  const { threshold, platforms } = policy;
  demand(
    Number.isInteger(threshold) && threshold >= 1 && threshold <= MAX_THRESHOLD,
    `policy ${shown}: the threshold is 1 to 32`,
  );
  for (const name of ['operators', 'platforms', 'vendors'] as const) {
    const value = policy[name];
    demand(Number.isInteger(value) && value >= 1 && value <= threshold, `policy ${shown}: ${name} is 1 to threshold`);
  }
  demand(policy.operators <= operators, `policy ${shown} needs ${policy.operators} operators, ${operators} are given`);
  if (isLocalnet) return;
  demand(threshold >= 2, `policy ${shown}: one signer must not suffice off a local network`);
  demand(policy.operators >= 2, `policy ${shown}: one operator must not suffice off a local network`);
  demand(platforms === threshold, `policy ${shown}: off a local network every signer needs a platform of its own`);
}

function demandUnique(names: readonly string[], what: string): void {
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  demand(twice === undefined, `${what} ${twice} is given twice`);
}

function isAccount(address: string): boolean {
  return isValidSuiAddress(address) && BigInt(address) !== 0n;
}
