/** Deployments of one chain each, as `corridor deploy` writes them, and what must hold between them to be one network. */
import { z } from 'zod';
import type { Configuration } from '../enclave/config.ts';
import { toHex, type ChainId } from '../protocol/index.ts';
import { toAddress } from '../sdk/index.ts';
import { CliError, EXIT } from './errors.ts';

const hex = (bytes: number) =>
  z
    .string()
    .regex(new RegExp(`^0x[0-9a-fA-F]{${2 * bytes}}$`), { error: `0x and ${2 * bytes} hex digits` })
    .transform((text) => text.toLowerCase() as `0x${string}`);
const u64 = z
  .union([z.number().int().nonnegative(), z.string().regex(/^\d{1,20}$/)], { error: 'a number, or decimal text' })
  .transform((value) => BigInt(value));

const common = {
  network: z.string(),
  chain: u64,
  startHeight: u64,
  lanes: z.array(z.object({ destinationChain: u64 })),
  origins: z.array(z.object({ chain: u64, outbox: hex(32), generation: z.number().int() })),
  entries: z.array(z.object({ configurationHash: hex(32) })),
};
const deployments = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('evm'),
    ...common,
    contracts: z.object({
      ...{ accessManager: hex(20), dcapVerifier: hex(20) },
      ...{ registry: hex(20), outbox: hex(20), inbox: hex(20) },
    }),
    verifierRoot: hex(32),
    operators: z.array(hex(20)),
  }),
  z.object({
    kind: z.literal('sui'),
    ...common,
    packages: z.object({
      corridor: z.object({ id: hex(32) }),
      dcap: z.object({ id: hex(32) }),
      dcapEvidence: z.object({ id: hex(32) }),
    }),
    objects: z.object({
      ...{ authority: hex(32), registry: hex(32), outbox: hex(32), inbox: hex(32), collateralStore: hex(32) },
    }),
    verifier: z.object({ root: hex(32) }),
    operators: z.array(z.object({ cap: hex(32) })),
  }),
]);

/** A file that `corridor deploy` has written. */
export type ChainDeployment = z.infer<typeof deployments>;

/** @throws CliError with every mistake in its message */
export function parseChainDeployment(value: unknown, file: string): ChainDeployment {
  const result = deployments.safeParse(value);
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, message }) => `${path.join('.') || '(whole file)'}: ${message}`);
  const text = `${file} is no deployment as \`corridor deploy\` writes it:\n  ${problems.join('\n  ')}`;
  throw new CliError('InvalidDeployment', text);
}

/** What does not fit between deployments. */
export type JoinRule =
  | 'SameChain'
  | 'NoLane'
  | 'LaneMissing'
  | 'OriginMissing'
  | 'OutboxMismatch'
  | 'InboxMismatch'
  | 'GenerationMismatch'
  | 'RootMismatch'
  | 'ConfigurationMismatch';

/** Deployed lanes start with it. */
const FIRST_GENERATION = 1;

const outboxOf = (one: ChainDeployment): `0x${string}` => addressOf(one, 'outbox');
const inboxOf = (one: ChainDeployment): `0x${string}` => addressOf(one, 'inbox');
export const rootOf = (one: ChainDeployment): `0x${string}` =>
  one.kind === 'evm' ? one.verifierRoot : one.verifier.root;

function addressOf(one: ChainDeployment, part: 'outbox' | 'inbox'): `0x${string}` {
  return toHex(toAddress(one.chain, one.kind === 'evm' ? one.contracts[part] : one.objects[part]));
}

/**
 * Checks that deployments know each other, and rest on the same evidence.
 * @param configuration what enclaves are started with, encoded, where it is to be checked, too
 * @throws CliError named after the first rule that is broken, with all of them in its message
 */
export function demandAgreement(all: readonly ChainDeployment[], configuration?: Configuration): void {
  const problems: [rule: JoinRule, text: string][] = [];
  const tell = (rule: JoinRule, text: string): void => void problems.push([rule, text]);
  const ids = all.map(({ chain }) => chain);
  for (const chain of new Set(ids.filter((chain, i) => ids.indexOf(chain) !== i))) {
    tell('SameChain', `chain ${chain} is in several files: a network has one deployment of each`);
  }
  const pairs = problems.length > 0 ? [] : pairsOf(all);
  for (const [origin, destination] of pairs) checkLane(origin, destination, tell);
  if (problems.length === 0 && !pairs.some(([origin, destination]) => hasLane(origin, destination.chain))) {
    tell('NoLane', `no lane leads from one of chains ${ids.join(', ')} to another`);
  }
  for (const [i, one] of all.entries()) {
    for (const other of all.slice(i + 1)) checkEvidence(one, other, tell);
  }
  if (configuration) checkConfiguration(all, configuration, tell);
  const [first] = problems;
  if (!first) return;
  const text = problems.map(([rule, what]) => `\n  ${rule}: ${what}`).join('');
  throw new CliError(first[0], `the deployments do not fit together:${text}`, EXIT.refused);
}

/** Each with each other, both ways. */
export function pairsOf<T>(all: readonly T[]): (readonly [origin: T, destination: T])[] {
  return all.flatMap((origin) =>
    all.filter((other) => other !== origin).map((destination) => [origin, destination] as const),
  );
}

type Tell = (rule: JoinRule, text: string) => void;

export function hasLane({ lanes }: ChainDeployment, destination: ChainId): boolean {
  return lanes.some(({ destinationChain }) => destinationChain === destination);
}

function checkLane(origin: ChainDeployment, destination: ChainDeployment, tell: Tell): void {
  const isOpen = hasLane(origin, destination.chain);
  const terms = destination.origins.find(({ chain }) => chain === origin.chain);
  if (!isOpen && !terms) return;
  const [from, to] = [origin.chain, destination.chain];
  if (!isOpen) return tell('LaneMissing', `chain ${to} takes messages of chain ${from}, which opens no lane to it`);
  if (!terms) return tell('OriginMissing', `chain ${from} has a lane to chain ${to}, which does not take from it`);
  if (terms.outbox !== outboxOf(origin)) {
    tell(
      'OutboxMismatch',
      `chain ${to} takes from outbox ${terms.outbox} of chain ${from}, and it is ${outboxOf(origin)}`,
    );
  }
  if (terms.generation !== FIRST_GENERATION) {
    const text = `chain ${to} takes generation ${terms.generation} of chain ${from}, which sends in ${FIRST_GENERATION}`;
    tell('GenerationMismatch', text);
  }
}

/** What one registry takes for evidence, the other must, too: each enclave registers at both. */
function checkEvidence(one: ChainDeployment, other: ChainDeployment, tell: Tell): void {
  const between = `chains ${one.chain} and ${other.chain}`;
  if (rootOf(one) !== rootOf(other)) {
    tell('RootMismatch', `the registries of ${between} rest on different roots: ${rootOf(one)} and ${rootOf(other)}`);
  }
  const hashes = new Set(one.entries.map((entry) => entry.configurationHash));
  const isShared = other.entries.some((entry) => hashes.has(entry.configurationHash));
  if (one.entries.length > 0 && other.entries.length > 0 && !isShared) {
    tell('ConfigurationMismatch', `the allow lists of ${between} have no configuration in common`);
  }
}

function checkConfiguration(all: readonly ChainDeployment[], { lanes, ...rest }: Configuration, tell: Tell): void {
  const hash = toHex(rest.hash);
  for (const { chain, entries } of all) {
    if (entries.some((entry) => entry.configurationHash === hash)) continue;
    tell('ConfigurationMismatch', `the allow list of chain ${chain} has no entry of configuration ${hash}`);
  }
  for (const [origin, destination] of pairsOf(all)) {
    if (!hasLane(origin, destination.chain)) continue;
    const way = `chain ${origin.chain} to chain ${destination.chain}`;
    const lane = lanes.find(
      ({ originChain, destinationChain, generation }) =>
        originChain === origin.chain &&
        destinationChain === destination.chain &&
        generation === BigInt(FIRST_GENERATION),
    );
    if (!lane) {
      tell('LaneMissing', `the enclaves' configuration has no lane of generation ${FIRST_GENERATION} from ${way}`);
      continue;
    }
    const [outbox, inbox] = [toHex(lane.originOutbox), toHex(lane.destinationInbox)];
    if (outbox !== outboxOf(origin)) {
      tell('OutboxMismatch', `the enclaves' lane from ${way} leaves outbox ${outbox}, and it is ${outboxOf(origin)}`);
    }
    if (inbox !== inboxOf(destination)) {
      tell('InboxMismatch', `the enclaves' lane from ${way} enters inbox ${inbox}, and it is ${inboxOf(destination)}`);
    }
  }
}

/** Nodes of a chain, and of an EVM chain the beacon chain's. */
export interface Nodes {
  readonly rpc: readonly string[];
  readonly beacon: readonly string[];
}

/** One chain of a network file (network-file.ts). */
export function describeChain(one: ChainDeployment, { rpc, beacon }: Nodes): object {
  const { kind, chain, startHeight } = one;
  const place = { kind, chain: String(chain), rpc, startHeight: String(startHeight) };
  if (one.kind === 'evm') return { ...place, ...(beacon.length > 0 ? { beacon } : {}), ...one.contracts };
  const { corridor, dcap, dcapEvidence } = one.packages;
  return { ...place, package: corridor.id, dcap: dcap.id, dcapEvidence: dcapEvidence.id, ...one.objects };
}

/** Who is admitted on each chain: the first of one file is the first of the other. */
export function describeOperators(all: readonly ChainDeployment[]): { evm?: string; sui?: string }[] {
  const evm = all.find((one) => one.kind === 'evm')?.operators ?? [];
  const sui = all.find((one) => one.kind === 'sui')?.operators ?? [];
  return Array.from({ length: Math.max(evm.length, sui.length) }, (_, i) => ({
    ...(evm[i] === undefined ? {} : { evm: evm[i] }),
    ...(sui[i] === undefined ? {} : { sui: sui[i].cap }),
  }));
}
