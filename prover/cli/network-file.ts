/**
 * deployments/NETWORK.json: the description that applications start from (prover/sdk/deployment.ts), with what operators
 * need beside it, and what a local network tells about itself.
 */
import { z } from 'zod';
import { parseDeployment, type Deployment, type EvmPlace, type SuiPlace } from '../sdk/deployment.ts';

const hexOf = (bytes: number) =>
  z
    .string()
    .regex(new RegExp(`^0x[0-9a-fA-F]{${2 * bytes}}$`), { error: `0x and ${2 * bytes} hex digits` })
    .transform((text) => text.toLowerCase() as `0x${string}`);
const url = z.url({ protocol: /^https?$/ });

const evmParts = z.object({
  beacon: z.array(url).default([]),
  accessManager: hexOf(20).optional(),
  dcapVerifier: hexOf(20).optional(),
});
const suiParts = z.object({
  faucet: url.optional(),
  /** Packages beside `corridor` */
  dcap: hexOf(32).optional(),
  dcapEvidence: hexOf(32).optional(),
  authority: hexOf(32).optional(),
  collateralStore: hexOf(32).optional(),
});

/** An account and its key: hex on EVM, suiprivkey… on Sui. */
const account = z.object({ address: z.string(), key: z.string() });
/** What only a network on one machine has. */
const localnet = z.object({
  pid: z.number().int(),
  /** Service in the form of Intel's, for the simulated platforms; and the edition of its collateral */
  pccs: url,
  evaluationNumber: z.number().int(),
  /** The host's own configuration file */
  hostConfig: z.string(),
  enclaves: z.array(
    z.object({
      name: z.string(),
      tee: z.string(),
      entry: z.number().int(),
      socket: z.string(),
      pid: z.number().int(),
      signer: hexOf(20),
    }),
  ),
  /** Rich accounts that nothing else uses */
  funded: z.object({ evm: account, sui: account }),
  operators: z.array(z.object({ evm: account, sui: account })),
  /** The example application's recipients on each chain, in 32 bytes */
  recipients: z.object({ evm: z.array(hexOf(32)), sui: z.array(hexOf(32)) }),
});

const extras = z.object({
  chains: z.array(z.unknown()),
  /** Who is admitted, by registry: an account on EVM, the id of an `OperatorCap` on Sui */
  operators: z.array(z.object({ evm: hexOf(20).optional(), sui: hexOf(32).optional() })).default([]),
  localnet: localnet.optional(),
});

export type EvmNetwork = EvmPlace & z.infer<typeof evmParts>;
export type SuiNetwork = SuiPlace & z.infer<typeof suiParts>;
export type NetworkFile = Omit<Deployment, 'chains'> &
  Omit<z.infer<typeof extras>, 'chains'> & { readonly chains: readonly (EvmNetwork | SuiNetwork)[] };

/** Thrown with everything that is wrong with a network file beyond what the SDK reads of it. */
export class NetworkFileError extends Error {
  readonly code = 'InvalidNetworkFile';
  constructor(problems: readonly string[]) {
    super(`the network file is wrong:\n  ${problems.join('\n  ')}`);
    this.name = 'NetworkFileError';
  }
}

/**
 * Checks the parsed JSON of a network file.
 * @throws CorridorError `InvalidDeployment`; NetworkFileError
 */
export function parseNetworkFile(value: unknown): NetworkFile {
  const { chains: places, ...deployment } = parseDeployment(value);
  const { chains: listed, ...rest } = checked(extras, value, '');
  const chains = places.map((place, i) => {
    const where = `chains.${i}.`;
    return place.kind === 'evm'
      ? { ...checked(evmParts, listed[i], where), ...place }
      : { ...checked(suiParts, listed[i], where), ...place };
  });
  return { ...deployment, ...rest, chains };
}

function checked<T>(schema: z.ZodType<T>, value: unknown, where: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new NetworkFileError(result.error.issues.map(({ path, message }) => `${where}${path.join('.')}: ${message}`));
}
