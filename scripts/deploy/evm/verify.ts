/** Reads a deployment back from the chain and compares it with what was meant. */
import { concatHex, hexToBytes, keccak256, padHex, toHex, type Abi, type Address, type Hex } from 'viem';
import {
  accessManagerAbi,
  dcapVerifierAbi,
  inboxAbi,
  outboxAbi,
  registryAbi,
} from '../../../prover/bindings/evm/index.ts';
import { packQuorum } from '../../../prover/bindings/values.ts';
import { measurementId } from '../measurement.ts';
import { artifactOf, immutablesOf, withoutImmutables } from './artifacts.ts';
import { DCAP_VERIFIER_NUMBER, type EntryTerms, type EvmConfig } from './config.ts';
import { ARTIFACT_OF, codeAt, deployerOf, type EvmClients, type EvmContracts } from './contracts.ts';
import { EvmDeployError } from './errors.ts';
import { restrictedSelectors, ROLES } from './roles.ts';
import { delaysOf } from './setup.ts';

/** Keccak-256 of the code of each contract. */
export type CodeHashes = Readonly<Record<keyof EvmContracts, Hex>>;

/** Generation of a lane that was just opened, with sequence 0. */
const FIRST_NONCE = 1n << 48n;

/**
 * Reads everything back.
 * @throws EvmDeployError `ReadBackDiffers` with what is not as it was meant
 */
export async function verifyDeployment(
  clients: EvmClients,
  contracts: EvmContracts,
  config: EvmConfig,
): Promise<CodeHashes> {
  const codeHashes = await verifyCode(clients, contracts, config);
  await verifyRegistry(clients, contracts, config);
  await verifyLanesAndOrigins(clients, contracts, config);
  await verifyRoles(clients, contracts, config);
  return codeHashes;
}

/** The code is what was built, and what its constructor decided is what was meant. */
async function verifyCode(clients: EvmClients, contracts: EvmContracts, config: EvmConfig): Promise<CodeHashes> {
  const word = (value: bigint | Hex): Hex => padHex(toHex(BigInt(value)), { size: 32 });
  const chain = word(BigInt(config.chainId));
  const { certificateJudge, documentJudge, evidenceReader, registry } = contracts;
  const immutables: Partial<Record<keyof EvmContracts, readonly Hex[]>> = {
    dcapVerifier: [config.verifierRoot, word(certificateJudge), word(documentJudge), word(evidenceReader)],
    registry: [chain, word(BigInt(config.challengeBlocks))],
    outbox: [chain],
    inbox: [chain, word(registry)],
  };
  const hashes: Partial<Record<keyof EvmContracts, Hex>> = {};
  for (const name of Object.keys(ARTIFACT_OF) as (keyof EvmContracts)[]) {
    const artifact = artifactOf(ARTIFACT_OF[name]);
    const code = await codeAt(clients, contracts[name]);
    demandEqual(`the code of ${name}`, withoutImmutables(code, artifact), artifact.deployedBytecode);
    const decided = immutablesOf(code, artifact).map((value) => value.toLowerCase());
    const meant = (immutables[name] ?? []).map((value) => value.toLowerCase());
    demandEqual(`what the constructor of ${name} decided`, decided.sort(), [...new Set(meant)].sort());
    hashes[name] = keccak256(code);
  }
  return hashes as CodeHashes;
}

async function verifyRegistry(clients: EvmClients, contracts: EvmContracts, config: EvmConfig): Promise<void> {
  const read = reader(clients, contracts.registry, registryAbi as Abi);
  demandEqual('authority of the registry', await read('authority'), contracts.accessManager);
  demandEqual('the DCAP verifier', await read('verifierOf', [DCAP_VERIFIER_NUMBER]), contracts.dcapVerifier);
  const root = await reader(clients, contracts.dcapVerifier, dcapVerifierAbi as Abi)('rootFingerprint');
  demandEqual('the root of the DCAP verifier', root, config.verifierRoot);
  const state = (await read('judgementState')) as Record<string, unknown>;
  const statuses = config.acceptedTcbStatuses.reduce((bits, status) => bits | (1 << status), 0);
  demandEqual('accepted TCB statuses', state['acceptedTcbStatuses'], statuses);
  demandEqual('minimum evaluation number', state['minimumEvaluationNumber'], config.minimumEvaluationNumber);
  demandEqual('number of operators', state['operatorCount'], config.operators.length);
  demandEqual('number of entries', state['entryCount'], config.entries.length);
  demandEqual('number of platforms', state['platformCount'], 0);
  const listing = [state['arePlatformsListed'], state['arePlatformFamiliesListed']];
  demandEqual('whether platforms and families must be listed', listing, [false, false]);
  for (const [i, operator] of config.operators.entries()) {
    demandEqual(`operator ${operator}`, await read('operatorOf', [operator]), [i + 1, true]);
  }
  for (const [i, terms] of config.entries.entries()) {
    demandEqual(`entry ${i + 1}`, await read('entryOf', [i + 1]), storedEntry(terms));
  }
  const key = config.revocationKey ?? '0x0000000000000000000000000000000000000000';
  demandEqual('the revocation key', await read('revocationKey'), key);
}

/** An entry as the registry keeps it: every field of `Entry` in RegistryTypes.sol. */
function storedEntry(terms: EntryTerms): Record<string, unknown> {
  const { verifierNumber, notAfterSeconds, configurationHash } = terms;
  // Attributes have 20 bytes there; what the others would hold is refused.
  const [attributesMask, attributesValue] = [terms.attributesMask.slice(0, 42), terms.attributesValue.slice(0, 42)];
  const id = toHex(measurementId(terms.teeType, hexToBytes(terms.registers)));
  const launchHash = keccak256(terms.launch);
  const value = padHex(attributesValue as Hex, { dir: 'right', size: 32 });
  const pinsHash = keccak256(concatHex([id, value, launchHash, configurationHash]));
  const entry = { verifierNumber, notAfterSeconds, isListed: true, attributesMask, pinsHash, attributesValue };
  return { ...entry, measurementId: id, launchHash, configurationHash };
}

async function verifyLanesAndOrigins(clients: EvmClients, contracts: EvmContracts, config: EvmConfig): Promise<void> {
  const outbox = reader(clients, contracts.outbox, outboxAbi as Abi);
  demandEqual('authority of the outbox', await outbox('authority'), contracts.accessManager);
  demandEqual('the sink of the fees', await outbox('feeSink'), config.feeSink);
  for (const { destinationChain, fees } of config.lanes) {
    const { base, perByte, perGas } = fees;
    const meant = [FIRST_NONCE, 0n, 0n, { base, perByte: Number(perByte), perGas: Number(perGas) }];
    demandEqual(`the lane to ${destinationChain}`, await outbox('laneOf', [destinationChain]), meant);
  }
  const inbox = reader(clients, contracts.inbox, inboxAbi as Abi);
  demandEqual('authority of the inbox', await inbox('authority'), contracts.accessManager);
  demandEqual('the registry of the inbox', await inbox('registry'), contracts.registry);
  for (const { chain, outbox: address, generation, policy } of config.origins) {
    const terms = {
      outbox: address,
      generation,
      policy: packQuorum(policy),
      pausedUntilSeconds: 0,
      pausableFromSeconds: 0,
      capMessages: 0,
      capWindowSeconds: 0,
    };
    demandEqual(`origin ${chain}`, await inbox('originOf', [chain]), terms);
  }
}

/** Roles are governance's, the guardian's and the inbox's with their delays, and the deployer has none. */
async function verifyRoles(clients: EvmClients, contracts: EvmContracts, config: EvmConfig): Promise<void> {
  const read = reader(clients, contracts.accessManager, accessManagerAbi as Abi);
  const { governanceSeconds, verifierSeconds } = delaysOf(config);
  const { governance, guardian } = config;
  const holders: readonly (readonly [role: bigint, account: Address, delay: number])[] = [
    [ROLES.admin, governance, verifierSeconds],
    [ROLES.governance, governance, governanceSeconds],
    [ROLES.verifierGovernance, governance, verifierSeconds],
    [ROLES.guardian, governance, 0],
    [ROLES.guardian, guardian, 0],
    [ROLES.inbox, contracts.inbox, 0],
  ];
  for (const [role, account, delay] of holders) {
    demandEqual(`role ${role} of ${account}`, await read('hasRole', [role, account]), [true, delay]);
  }
  const deployer = deployerOf(clients);
  for (const role of Object.values(ROLES)) {
    demandEqual(`role ${role} of the deployer`, await read('hasRole', [role, deployer]), [false, 0]);
  }
  for (const { contract, role, selectors } of restrictedSelectors()) {
    for (const selector of selectors) {
      const actual = await read('getTargetFunctionRole', [contracts[contract], selector]);
      demandEqual(`the role of ${selector} of the ${contract}`, actual, role);
    }
  }
  for (const role of [ROLES.governance, ROLES.verifierGovernance]) {
    demandEqual(`the guardian of role ${role}`, await read('getRoleGuardian', [role]), ROLES.guardian);
  }
}

function reader({ publicClient }: EvmClients, address: Address, abi: Abi) {
  return (functionName: string, args: readonly unknown[] = []): Promise<unknown> =>
    publicClient.readContract({ address, abi, functionName, args });
}

function demandEqual(what: string, actual: unknown, meant: unknown): void {
  const text = (value: unknown): string =>
    JSON.stringify(value, (_, part: unknown) =>
      typeof part === 'bigint' ? part.toString() : typeof part === 'string' ? part.toLowerCase() : part,
    );
  if (text(actual) === text(meant)) return;
  const short = (value: unknown): string => (text(value).length > 200 ? `${text(value).slice(0, 200)}…` : text(value));
  throw new EvmDeployError(
    'ReadBackDiffers',
    `${what} is ${short(actual)}, not ${short(meant)}: do not use this deployment`,
  );
}
