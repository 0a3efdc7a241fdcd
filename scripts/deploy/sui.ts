/**
 * Deploys Corridor on Sui: publishes the packages, sets them up, reads back what is on chain, and writes
 * deployments/<network>.json. Where configuration depends on ids that publishing makes (an enclave's configuration
 * names outbox and inbox), call `publishSui`, then `setUpSui` and `finishDeployment`.
 *
 *   npm run deploy:sui -- --config FILE --rpc URL      with the deployer's key (suiprivkey...) in CORRIDOR_DEPLOYER_KEY
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { SuiGrpcClient } from '@mysten/sui/grpc';
import { Ed25519Keypair } from '@mysten/sui/keypairs/ed25519';
import { z } from 'zod';
import { toHex } from '../../prover/protocol/bytes.ts';
import { demand } from './errors.ts';
import { hexText, u64 } from './fields.ts';
import { measurementId } from './measurement.ts';
import {
  DEPLOYER_KEY,
  deployProgram,
  readStarted,
  removeStarted,
  UsageError,
  writeStarted,
  type DeployRequest,
} from './program.ts';
import { checkConfig, parseSuiConfig, type SuiDeployConfig } from './sui/config.ts';
import { readChain, type SuiContext } from './sui/context.ts';
import { publishSui, type Published, type PublishedPackage } from './sui/publish.ts';
import { rootOf, verifySui } from './sui/read-back.ts';
import { FIRST_VERIFIER, setUpSui, type SetUp } from './sui/set-up.ts';

export { DeployError } from './errors.ts';
export type { EntryConfig, LaneConfig, OriginConfig, PolicyConfig, SuiDeployConfig } from './sui/config.ts';
export type { SuiContext } from './sui/context.ts';
export { Governance, type SuiObjects } from './sui/governance.ts';
export { callsOf, publishSui, type Published } from './sui/publish.ts';
export { setUpSui, type SetUp } from './sui/set-up.ts';

/** deployments/<network>.json; integers above 2^53 and bytes are text. */
export interface SuiDeployment {
  kind: 'sui';
  network: string;
  /** Protocol's chain id, decimal */
  chain: string;
  /** Checkpoint before which nothing was registered, sent or delivered, decimal */
  startHeight: string;
  isLocalnet: boolean;
  packages: Record<'corridor' | 'dcap' | 'dcapEvidence', PublishedPackage>;
  objects: Record<'authority' | 'registry' | 'outbox' | 'inbox' | 'collateralStore', string>;
  capabilities: Record<'governance' | 'guardian', { id: string; owner: string }>;
  verifier: { number: number; witness: string; root: string };
  operators: { cap: string; owner: string }[];
  criteria: { acceptedTcbStatuses: number[]; minimumEvaluationNumber: number };
  /** Whose signature revokes, 20 bytes; null for nobody's yet */
  revocationKey: string | null;
  feeSink: string;
  entries: { number: number; teeType: number; measurement: string; configurationHash: string; notAfter: string }[];
  lanes: { destinationChain: string; baseFee: string; feePerByte: string; feePerGas: string }[];
  origins: { chain: string; outbox: string; generation: number; policy: Record<string, number> }[];
}

/** Folder of the files that deployments write. */
export const DEPLOYMENTS = path.resolve(import.meta.dirname, '../../deployments');

/**
 * Publishes, sets up, verifies and records.
 * @param folder where <network>.json is written
 * @throws DeployError for inconsistent input before anything is sent, or when something went wrong
 */
export async function deploySui(
  context: SuiContext,
  config: SuiDeployConfig,
  folder: string = DEPLOYMENTS,
): Promise<SuiDeployment> {
  checkConfig(config, (await readChain(context.client)).chain, context.signer.toSuiAddress());
  const published = await publishSui(context);
  const setUp = await setUpSui(context, published, config);
  return finishDeployment(context, published, setUp, config, folder);
}

/**
 * Reads a deployment back and writes its file.
 * @throws DeployError where the chain has something else than was asked for
 */
export async function finishDeployment(
  context: SuiContext,
  published: Published,
  setUp: SetUp,
  config: SuiDeployConfig,
  folder: string = DEPLOYMENTS,
): Promise<SuiDeployment> {
  const deployer = context.signer.toSuiAddress();
  // What is read back has no traffic yet.
  const { response } = await context.client.ledgerService.getServiceInfo({});
  await verifySui(context.client, published, setUp, config, deployer);
  const { packages, objects, caps } = published;
  const { governance = deployer, guardian = deployer } = config;
  const deployment: SuiDeployment = {
    kind: 'sui',
    network: config.network,
    chain: String((await readChain(context.client)).chain),
    startHeight: String(response.checkpointHeight ?? 0n),
    isLocalnet: config.isLocalnet,
    packages,
    objects: { ...objects, collateralStore: setUp.collateralStore },
    capabilities: {
      governance: { id: caps.governance, owner: governance },
      guardian: { id: caps.guardian, owner: guardian },
    },
    verifier: {
      number: FIRST_VERIFIER,
      witness: `${packages.dcapEvidence.id}::dcap_evidence::Dcap`,
      root: rootOf(config),
    },
    operators: setUp.operators,
    criteria: {
      acceptedTcbStatuses: [...config.acceptedTcbStatuses],
      minimumEvaluationNumber: config.minimumEvaluationNumber,
    },
    revocationKey: config.revocationKey ? toHex(config.revocationKey) : null,
    feeSink: config.feeSink,
    entries: (config.entries ?? []).map(({ teeType, registers, configurationHash, notAfter }, i) => ({
      number: i + 1,
      teeType,
      measurement: toHex(measurementId(teeType, registers)),
      configurationHash: toHex(configurationHash),
      notAfter: String(notAfter),
    })),
    lanes: config.lanes.map(({ destinationChain, baseFee, feePerByte, feePerGas }) => ({
      destinationChain: String(destinationChain),
      baseFee: String(baseFee),
      feePerByte: String(feePerByte),
      feePerGas: String(feePerGas),
    })),
    origins: config.origins.map(({ chain, outbox, generation, policy }) => ({
      chain: String(chain),
      outbox: `0x${Buffer.from(outbox).toString('hex')}`,
      generation,
      policy: { ...policy },
    })),
  };
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, `${config.network}.json`), `${JSON.stringify(deployment, null, 2)}\n`);
  return deployment;
}

/** @throws DeployError if the file is of no deployment on Sui */
export function readSuiDeployment(network: string, folder: string = DEPLOYMENTS): SuiDeployment {
  const deployment = JSON.parse(readFileSync(path.join(folder, `${network}.json`), 'utf8')) as SuiDeployment;
  demand(deployment.kind === 'sui', `${network} is no deployment on Sui`);
  return deployment;
}

const ids = <T extends string>(...names: T[]) =>
  z.object(Object.fromEntries(names.map((name) => [name, hexText(32)])) as Record<T, ReturnType<typeof hexText>>);
const publishedPackage = z.object({ id: hexText(32), digest: hexText(32) });
/** Packages that are published and not set up. */
const startedSchema = z.object({
  network: z.string(),
  kind: z.literal('sui'),
  chain: u64,
  packages: z.object({ corridor: publishedPackage, dcap: publishedPackage, dcapEvidence: publishedPackage }),
  objects: ids('authority', 'registry', 'outbox', 'inbox'),
  caps: ids('governance', 'guardian', 'setup'),
});

async function deployFromFile(request: DeployRequest): Promise<Pick<SuiDeployment, 'network' | 'packages'> & Shown> {
  const { config, rpc, key, directory, step } = request;
  const parsed = parseSuiConfig(config);
  const { network } = parsed;
  const context = { client: new SuiGrpcClient({ network, baseUrl: rpc }), signer: signerOf(key) };
  if (step === 'all') return deploySui(context, parsed, directory);
  const { chain } = await readChain(context.client);
  checkConfig(parsed, chain, context.signer.toSuiAddress());
  if (step === 'start') {
    return writeStarted(directory, { network, kind: 'sui', chain, ...(await publishSui(context)) });
  }
  const published = readStarted(startedSchema, request, network, chain);
  const setUp = await setUpSui(context, published, parsed);
  const deployment = await finishDeployment(context, published, setUp, parsed, directory);
  removeStarted(directory, network);
  return deployment;
}

/** What people are told of a deployment. */
interface Shown {
  readonly chain: bigint | string;
  readonly objects: Pick<SuiDeployment['objects'], 'registry' | 'outbox' | 'inbox'>;
}

function signerOf(key: string): Ed25519Keypair {
  try {
    return Ed25519Keypair.fromSecretKey(key);
  } catch {
    // The library's own message could show the key.
    throw new UsageError(`${DEPLOYER_KEY} is no Ed25519 key in the form suiprivkey1...`);
  }
}

if (import.meta.main) {
  await deployProgram(
    { kind: 'sui', folder: DEPLOYMENTS },
    deployFromFile,
    ({ chain, packages, objects: { registry, outbox, inbox } }) =>
      `chain ${chain}, package ${packages.corridor.id}, registry ${registry}, outbox ${outbox}, inbox ${inbox}`,
  );
}
