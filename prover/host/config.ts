/** The host's one configuration file: its schema, and all that is wrong with a file at once. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';

/** Thrown with every error of a configuration in its message. */
export class ConfigError extends Error {
  readonly code = 'InvalidConfiguration';
  constructor(message: string) {
    super(message);
    this.name = 'ConfigError';
  }
}

const hex = (bytes?: number) =>
  z
    .string()
    .regex(bytes === undefined ? /^0x(?:[0-9a-f]{2})*$/ : new RegExp(`^0x[0-9a-f]{${2 * bytes}}$`), {
      error: bytes === undefined ? 'bytes in lower-case hex with 0x' : `${bytes} bytes in lower-case hex with 0x`,
    })
    .transform((text) => text as `0x${string}`);
const u64 = z
  .union([z.number().int().nonnegative(), z.string().regex(/^\d{1,20}$/)])
  .transform((value) => BigInt(value))
  .refine((value) => value < 1n << 64n, { error: 'an unsigned integer of 64 bits, as a number or decimal text' });
const url = z.url({ protocol: /^https?$/ });
const urls = z.array(url).min(1);
/** A secret is never in the file itself. */
const secret = z.union([z.strictObject({ env: z.string().min(1) }), z.strictObject({ file: z.string().min(1) })], {
  error: 'either { "env": NAME } or { "file": PATH }: secrets are not written into the configuration',
});
export type SecretReference = z.infer<typeof secret>;

/** Numbers of the evidence verifier, and of the entries of the allow list that enclaves may be under. */
const terms = {
  verifier: z.number().int().positive().default(1),
  entries: z.array(z.number().int().positive()).min(1).default([1]),
};

const ethereum = z.strictObject({
  kind: z.literal('ethereum'),
  chain: u64,
  rpc: urls,
  beacon: urls,
  preset: z.enum(['mainnet', 'minimal']),
  genesisValidatorsRoot: hex(32),
  forks: z.array(z.strictObject({ name: z.string(), epoch: z.number().int().nonnegative(), version: hex(4) })).min(1),
  minParticipants: z.number().int().positive(),
  trustedBlockRoot: hex(32),
  registry: hex(20),
  outbox: hex(20),
  inbox: hex(20),
  generation: z.number().int().min(1).max(0xffff).default(1),
  startHeight: u64,
  submitter: secret,
  maxFeePerGas: u64.optional(),
  /** With it the host registers and renews its enclaves' keys and uploads collateral */
  operator: z.strictObject({ key: secret, ...terms, dcapVerifier: hex(20) }).optional(),
});

const sui = z.strictObject({
  kind: z.literal('sui'),
  chain: u64,
  rpc: urls,
  committee: hex(),
  package: hex(32),
  registry: hex(32),
  outbox: hex(32),
  inbox: hex(32),
  generation: z.number().int().min(1).max(0xffff).default(1),
  startHeight: u64,
  submitter: secret,
  maxGasBudget: u64.optional(),
  /** As on Ethereum: the owner of the capability, the capability, the packages of evidence and their store */
  operator: z
    .strictObject({
      key: secret,
      ...terms,
      cap: hex(32),
      dcap: hex(32),
      dcapEvidence: hex(32),
      collateralStore: hex(32),
    })
    .optional(),
});

const schema = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/, { error: 'lower-case letters, digits and hyphens, at most 40' }),
  database: z
    .union([
      z.strictObject({ kind: z.literal('pglite'), folder: z.string().min(1).optional() }),
      z.strictObject({
        kind: z.literal('postgres'),
        url: secret,
        /** Hosts that share a server have a schema each */
        schema: z
          .string()
          .regex(/^[a-z][a-z0-9_]{0,39}$/)
          .default('corridor'),
      }),
    ])
    .default({ kind: 'pglite', folder: '.corridor/data' }),
  api: z
    .strictObject({ host: z.string().default('127.0.0.1'), port: z.number().int().min(0).max(65_535).default(8787) })
    .default({ host: '127.0.0.1', port: 8787 }),
  logLevel: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
  enclaves: z.array(z.strictObject({ name: z.string().min(1), socket: z.string().min(1) })).default([]),
  /** All operators' hosts in the order in which they take turns, this one among them by its name */
  hosts: z.array(z.strictObject({ name: z.string(), url })).default([]),
  /** How long a host waits for the one before it to propose or submit */
  stepInMilliseconds: z.number().int().positive().default(10_000),
  batch: z
    .strictObject({
      maxMessages: z.number().int().min(1).max(256).default(256),
      maxAgeMilliseconds: z.number().int().nonnegative().default(0),
    })
    .default({ maxMessages: 256, maxAgeMilliseconds: 0 }),
  /** Days after which what was delivered is forgotten */
  keepDays: z.number().positive().default(30),
  keys: z
    .strictObject({
      /** A key is renewed so long before it expires */
      renewBeforeHours: z.number().positive().default(336),
      checkEverySeconds: z.number().positive().default(60),
      /** Edition of the collateral to be judged by; the one that is fetched by default */
      evaluationNumber: z.number().int().nonnegative().optional(),
      /** A PCS or PCCS from which collateral is fetched and uploaded to the chains */
      collateral: z
        .strictObject({
          url,
          rootCrlUrl: url.optional(),
          edition: z.enum(['early', 'standard']).default('standard'),
          everyHours: z.number().positive().default(6),
        })
        .optional(),
    })
    .prefault({}),
  chains: z.array(z.discriminatedUnion('kind', [ethereum, sui])).min(2),
});

export type HostConfig = z.infer<typeof schema>;
export type EthereumChainConfig = z.infer<typeof ethereum>;
export type SuiChainConfig = z.infer<typeof sui>;
/** The same as it stands in a file. */
export type HostConfigInput = z.input<typeof schema>;

/**
 * Checks a configuration.
 * @throws ConfigError
 */
export function parseConfig(value: unknown): HostConfig {
  const result = schema.safeParse(value);
  const problems = result.success ? contradictions(result.data) : result.error.issues.map(describe);
  if (problems.length > 0) throw new ConfigError(`the configuration is wrong:\n  ${problems.join('\n  ')}`);
  return result.data!;
}

/** Reads a configuration file. Paths in it are relative to it. */
export function readConfig(file: string): HostConfig {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new ConfigError(`cannot read ${file}: ${(error as Error).message}`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new ConfigError(`${file} is not JSON: ${(error as Error).message}`);
  }
  const config = parseConfig(value);
  const at = (relative: string): string => path.resolve(path.dirname(file), relative);
  const { database } = config;
  return {
    ...config,
    database:
      database.kind === 'pglite' && database.folder !== undefined
        ? { ...database, folder: at(database.folder) }
        : database,
    enclaves: config.enclaves.map(({ name, socket }) => ({ name, socket: at(socket) })),
    chains: config.chains.map((chain) => withPaths(chain, at)),
  };
}

function withPaths<C extends EthereumChainConfig | SuiChainConfig>(chain: C, at: (relative: string) => string): C {
  const absolute = (reference: SecretReference): SecretReference =>
    'file' in reference ? { file: at(reference.file) } : reference;
  const { submitter, operator } = chain;
  return {
    ...chain,
    submitter: absolute(submitter),
    ...(operator ? { operator: { ...operator, key: absolute(operator.key) } } : {}),
  };
}

/**
 * A key that a reference stands for.
 * @throws ConfigError that never repeats the key, which what a library says of a malformed one may
 */
export function readKey<T>(reference: SecretReference, what: string, read: (text: string) => T): T {
  const text = readSecret(reference, what);
  try {
    return read(text);
  } catch {
    throw new ConfigError(`${what}: what the reference leads to is no key of that chain`);
  }
}

/**
 * The text that a reference stands for, without surrounding space. It is never logged.
 * @throws ConfigError
 */
export function readSecret(reference: SecretReference, what: string): string {
  if ('env' in reference) {
    const value = process.env[reference.env];
    if (!value) throw new ConfigError(`${what}: the environment variable ${reference.env} is not set`);
    return value.trim();
  }
  try {
    return readFileSync(reference.file, 'utf8').trim();
  } catch (error) {
    throw new ConfigError(`${what}: cannot read ${reference.file}: ${(error as NodeJS.ErrnoException).code}`);
  }
}

function describe({ path: where, message }: z.core.$ZodIssue): string {
  return `${where.length === 0 ? '(whole file)' : where.join('.')}: ${message}`;
}

function contradictions({ chains, hosts, name, keys }: HostConfig): string[] {
  const problems: string[] = [];
  const ids = chains.map(({ chain }) => chain);
  if (new Set(ids).size < ids.length) problems.push('chains: a chain is listed twice');
  if (hosts.length > 0 && !hosts.some((host) => host.name === name)) {
    problems.push(`hosts: none is called ${name}, which is this one`);
  }
  const isOperator = chains.some(({ operator }) => operator !== undefined);
  if (isOperator && keys.evaluationNumber === undefined && !keys.collateral) {
    problems.push('keys: an operator needs keys.collateral, or else keys.evaluationNumber');
  }
  return problems;
}
