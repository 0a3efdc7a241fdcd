/** Which network a command is about: a file of deployments, or a host's configuration. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { SuiGrpcClient } from '@mysten/sui/grpc';
import type { Command } from 'commander';
import { createPublicClient, http, type PublicClient } from 'viem';
import { shortMessage } from '../bindings/evm-failure.ts';
import { suiNode } from '../bindings/sui/node.ts';
import { readConfig } from '../host/config.ts';
import { redact } from '../host/log.ts';
import { CliError, EXIT } from './errors.ts';
import { readJson, userPath } from './files.ts';
import { ROOT } from './localnet-state.ts';
import { parseNetworkFile, type EvmNetwork, type NetworkFile, type SuiNetwork } from './network-file.ts';

export interface NetworkFlags {
  network?: string;
  config?: string;
}

const DEFAULT_NETWORK = 'localnet';
const TIMEOUT_MS = 15_000;

export function addNetworkOptions(command: Command): Command {
  return command
    .option(
      '--network <name>',
      'network file, or NAME for deployments/NAME.json (default: CORRIDOR_NETWORK, else localnet)',
    )
    .option('--config <file>', "a host's configuration file instead of a network file");
}

/** @throws CliError, ConfigError, NetworkFileError, CorridorError */
export function readNetwork({ network, config }: NetworkFlags): NetworkFile {
  if (config !== undefined) return fromConfig(userPath(config));
  const name = network ?? process.env['CORRIDOR_NETWORK'] ?? DEFAULT_NETWORK;
  const isFile = name.endsWith('.json') || name.includes('/') || name.includes(path.sep);
  const file = isFile ? userPath(name) : path.join(ROOT, 'deployments', `${name}.json`);
  if (!existsSync(file)) {
    const start = name === DEFAULT_NETWORK ? 'start it with `corridor localnet up --detach`, or ' : '';
    throw new CliError('UnknownNetwork', `there is no ${file}: ${start}name another with --network or --config`);
  }
  return parseNetworkFile(readJson(file));
}

function fromConfig(file: string): NetworkFile {
  const { name, chains } = readConfig(file);
  return parseNetworkFile({
    network: name,
    chains: chains.map(({ kind, chain, startHeight, operator, ...place }) => ({
      ...operator,
      ...place,
      kind: kind === 'ethereum' ? 'evm' : 'sui',
      chain: String(chain),
      startHeight: String(startHeight),
    })),
  });
}

/** What a chain is called. */
export function chainName({ kind, chain }: Pick<EvmNetwork | SuiNetwork, 'kind' | 'chain'>): string {
  return kind === 'evm' ? `EVM chain ${chain}` : `Sui (chain ${chain})`;
}

export type Connected<Place> = Place extends SuiNetwork
  ? { readonly kind: 'sui'; readonly place: Place; readonly client: SuiGrpcClient }
  : { readonly kind: 'evm'; readonly place: Place; readonly client: PublicClient };
export type ConnectedChain = Connected<EvmNetwork> | Connected<SuiNetwork>;

/**
 * Does something with the first node of a chain that can be reached.
 * @throws CliError `Unavailable` with what each said
 */
export async function onChain<T>(
  place: EvmNetwork | SuiNetwork,
  task: (chain: ConnectedChain) => Promise<T>,
): Promise<T> {
  const failures: string[] = [];
  for (const url of place.rpc) {
    try {
      return await task(connect(place, url));
    } catch (error) {
      if (!isTrouble(error)) throw error;
      // Of a node's URL the host alone: users of hosted nodes have a key in the rest.
      failures.push(redact(`${url}: ${shortMessage(error)}`));
    }
  }
  const said = failures.length === 0 ? 'the network file names none' : failures.join('; ');
  throw new CliError('Unavailable', `no node of ${chainName(place)} answers: ${said}`, EXIT.unavailable);
}

function connect(place: EvmNetwork | SuiNetwork, url: string): ConnectedChain {
  return place.kind === 'evm'
    ? { kind: 'evm', place, client: evmClient(url) }
    : { kind: 'sui', place, client: suiNode(url) };
}

export function evmClient(url: string): PublicClient {
  return createPublicClient({ transport: http(url, { retryCount: 1, timeout: TIMEOUT_MS }), pollingInterval: 250 });
}

/** Whether a node is to blame. What it answers is not, nor is a mistake of ours. */
function isTrouble(error: unknown): boolean {
  const names = new Set(['HttpRequestError', 'TimeoutError', 'RpcError', 'AbortError']);
  for (let inner = error; inner instanceof Error; inner = inner.cause) {
    if (names.has(inner.name) && (inner as { code?: unknown }).code !== 'NOT_FOUND') return true;
  }
  return false;
}
