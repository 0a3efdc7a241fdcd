/** Where Corridor is: the description that a client is made from, as deployments/NETWORK.json has it. */
import { chainFamily, type ChainId } from '../protocol/index.ts';
import { CorridorError } from './errors.ts';

type HexText = `0x${string}`;

interface ChainPlace {
  /** Corridor's chain id */
  readonly chain: ChainId;
  /** Block or checkpoint before which nothing was sent and nothing delivered */
  readonly startHeight: bigint;
  /** Nodes in order of preference; none where clients are given instead */
  readonly rpc: readonly string[];
}

/** Corridor on an EVM chain. Addresses have 20 bytes. */
export interface EvmPlace extends ChainPlace {
  readonly kind: 'evm';
  readonly registry: HexText;
  readonly outbox: HexText;
  readonly inbox: HexText;
}

/** Corridor on a Sui network. Ids have 32 bytes. */
export interface SuiPlace extends ChainPlace {
  readonly kind: 'sui';
  /** The package `corridor` */
  readonly package: HexText;
  readonly registry: HexText;
  readonly outbox: HexText;
  readonly inbox: HexText;
}

export type Place = EvmPlace | SuiPlace;

/** Corridor on all chains that it connects. */
export interface Deployment {
  readonly network: string;
  readonly chains: readonly Place[];
  /** APIs of hosts (docs/operate.md). They are asked, never believed where a chain can be asked instead */
  readonly hosts: readonly string[];
}

/**
 * Reads deployments/NETWORK.json, parsed:
 *
 *     { "network": "localnet",
 *       "chains": [
 *         { "kind": "evm", "chain": "31337", "rpc": ["http://…"], "startHeight": "0",
 *           "registry": "0x…", "outbox": "0x…", "inbox": "0x…" },
 *         { "kind": "sui", "chain": "…", "rpc": ["http://…"], "startHeight": "0",
 *           "package": "0x…", "registry": "0x…", "outbox": "0x…", "inbox": "0x…" } ],
 *       "hosts": ["http://127.0.0.1:8787"] }
 *
 * Other fields are ignored.
 * @throws CorridorError `InvalidDeployment`, with every mistake in its message
 */
export function parseDeployment(value: unknown): Deployment {
  const problems: string[] = [];
  const root = isRecord(value) ? value : {};
  if (!isRecord(value)) problems.push('it is no JSON object');
  const listed = Array.isArray(root['chains']) ? root['chains'] : [];
  if (listed.length < 2) problems.push('chains: at least two are needed');
  const chains = listed.flatMap((entry, i) => readPlace(entry, (what) => problems.push(`chains.${i}${what}`)) ?? []);
  if (new Set(chains.map(({ chain }) => chain)).size < chains.length) problems.push('chains: a chain is listed twice');
  const hosts = readUrls(root['hosts'] ?? [], (what) => problems.push(`hosts${what}`));
  if (problems.length > 0) {
    throw new CorridorError('InvalidDeployment', `the deployment description is wrong:\n  ${problems.join('\n  ')}`);
  }
  return { network: typeof root['network'] === 'string' ? root['network'] : 'custom', chains, hosts };
}

type Tell = (problem: string) => void;

function readPlace(entry: unknown, tell: Tell): Place | undefined {
  if (!isRecord(entry)) return void tell(': it is no JSON object');
  const { kind } = entry;
  if (kind !== 'evm' && kind !== 'sui') return void tell('.kind: either "evm" or "sui"');
  let isGood = true;
  const fail: Tell = (problem) => {
    isGood = false;
    tell(problem);
  };
  const chain = readChain(entry['chain'], kind, fail);
  const startHeight = readU64(entry['startHeight'] ?? 0);
  if (startHeight === undefined) fail('.startHeight: a number or decimal text');
  const rpc = readUrls(entry['rpc'] ?? [], (what) => fail(`.rpc${what}`));
  const common = { chain, startHeight: startHeight ?? 0n, rpc };
  const bytes = kind === 'evm' ? 20 : 32;
  const address = (name: string): HexText => {
    const text = entry[name];
    if (typeof text === 'string' && new RegExp(`^0x[0-9a-fA-F]{${2 * bytes}}$`).test(text))
      return text.toLowerCase() as HexText;
    fail(`.${name}: 0x and ${2 * bytes} hex digits`);
    return '0x';
  };
  const contracts = { registry: address('registry'), outbox: address('outbox'), inbox: address('inbox') };
  const place: Place =
    kind === 'evm' ? { kind, ...common, ...contracts } : { kind, ...common, package: address('package'), ...contracts };
  return isGood ? place : undefined;
}

function readChain(value: unknown, kind: 'evm' | 'sui', fail: Tell): ChainId {
  const wrong = (): bigint => {
    fail(`.chain: the id of ${kind === 'evm' ? 'an EVM chain' : 'a Sui network'}, as decimal text`);
    return 0n;
  };
  const chain = readU64(value);
  if (chain === undefined) return wrong();
  try {
    return chainFamily(chain) === kind ? chain : wrong();
  } catch {
    return wrong();
  }
}

function readU64(value: unknown): bigint | undefined {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return BigInt(value);
  if (typeof value === 'string' && /^\d{1,20}$/.test(value) && BigInt(value) < 1n << 64n) return BigInt(value);
  return undefined;
}

function readUrls(value: unknown, fail: Tell): string[] {
  const isList = Array.isArray(value) && value.every((url) => typeof url === 'string' && /^https?:\/\/\S+$/.test(url));
  if (!isList) fail(': a list of http or https URLs');
  return isList ? (value as string[]) : [];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
