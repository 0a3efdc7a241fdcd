/** Which network a command is about: a file of deployments, or a host's configuration. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { ObjectError } from '@mysten/sui/client';
import type { SuiGrpcClient } from '@mysten/sui/grpc';
import { fromBase58 } from '@mysten/sui/utils';
import type { Command } from 'commander';
import { BaseError, ContractFunctionZeroDataError, createPublicClient, http, type PublicClient } from 'viem';
import { shortMessage } from '../bindings/evm-failure.ts';
import { suiNode } from '../bindings/sui/node.ts';
import { readConfig } from '../host/config.ts';
import { redact } from '../host/log.ts';
import { suiChain } from '../protocol/index.ts';
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

type Named = Pick<EvmNetwork | SuiNetwork, 'kind' | 'chain'>;

/**
 * A chain by its id, or by its kind where there is one of it.
 * @throws CliError `UnknownChain`
 */
export function placeNamed<T extends Named>(chains: readonly T[], name: string): T {
  const found = chains.filter(({ kind, chain }) => kind === name || String(chain) === name);
  if (found.length === 1) return found[0]!;
  const known = chains.map(({ kind, chain }) => `${chain} (${kind})`).join(', ');
  const problem = found.length === 0 ? `there is no chain ${name}` : `there are several of kind ${name}`;
  throw new CliError('UnknownChain', `${problem}; the network has ${known}`);
}

/** What a chain is called. */
export function chainName({ kind, chain }: Named): string {
  return kind === 'evm' ? `EVM chain ${chain}` : `Sui (chain ${chain})`;
}

export type Connected<Place> = Place extends SuiNetwork
  ? { readonly kind: 'sui'; readonly place: Place; readonly client: SuiGrpcClient }
  : { readonly kind: 'evm'; readonly place: Place; readonly client: PublicClient };
export type ConnectedChain = Connected<EvmNetwork> | Connected<SuiNetwork>;

/**
 * Does something with the first node of a chain that can be reached.
 * @throws CliError `WrongChain` where that serves another chain, `NoContract` where that has nothing at an address of the
 * network file; `Unavailable` with what each said
 */
export async function onChain<T>(
  place: EvmNetwork | SuiNetwork,
  task: (chain: ConnectedChain) => Promise<T>,
): Promise<T> {
  const failures: string[] = [];
  for (const url of place.rpc) {
    try {
      const chain = connect(place, url);
      await demandChain(chain, url);
      return await task(chain);
    } catch (error) {
      if (isAbsent(error)) {
        const text = `${chainName(place)} lacks a contract that the network file names (${shortMessage(error)}): check the file`;
        throw new CliError('NoContract', text);
      }
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

/**
 * Checks all nodes of a network that answer, for what asks several of them. One that does not is left to whoever asks it.
 * @throws CliError `WrongChain`
 */
export async function demandChains({ chains }: Pick<NetworkFile, 'chains'>): Promise<void> {
  const nodes = chains.flatMap((place) => place.rpc.map((url) => [connect(place, url), url] as const));
  await Promise.all(
    nodes.map(([chain, url]) =>
      demandChain(chain, url).catch((error: unknown) => {
        if (!isTrouble(error)) throw error;
      }),
    ),
  );
}

/** Corridor's id of the chain that a node serves. */
export async function chainOfNode({ kind, client }: Pick<ConnectedChain, 'kind' | 'client'>): Promise<bigint> {
  if (kind === 'evm') return BigInt(await (client as PublicClient).getChainId());
  const { chainIdentifier } = await (client as SuiGrpcClient).getChainIdentifier();
  return suiChainOf(chainIdentifier);
}

/** Corridor's id of a Sui network, by the digest of its genesis checkpoint in base 58. */
export function suiChainOf(genesis: string): bigint {
  return suiChain(fromBase58(genesis).slice(0, 4));
}

/** @throws CliError where a node serves another chain than the network file says */
async function demandChain(chain: ConnectedChain, url: string): Promise<void> {
  const found = await chainOfNode(chain);
  if (found === chain.place.chain) return;
  const message = `${redact(url)} is the network file's node of ${chainName(chain.place)}, and serves chain ${found}: name another node, or another network`;
  throw new CliError('WrongChain', message);
}

export function evmClient(url: string): PublicClient {
  return createPublicClient({ transport: http(url, { retryCount: 1, timeout: TIMEOUT_MS }), pollingInterval: 250 });
}

/** Whether nothing is at an address or id that was asked for. */
function isAbsent(error: unknown): boolean {
  if (error instanceof ObjectError) return error.reason === 'notFound';
  return error instanceof BaseError && error.walk((inner) => inner instanceof ContractFunctionZeroDataError) !== null;
}

/** Whether a node is to blame. What it answers is not, nor is a mistake of ours. */
export function isTrouble(error: unknown): boolean {
  const names = new Set(['HttpRequestError', 'TimeoutError', 'RpcError', 'AbortError']);
  for (let inner = error; inner instanceof Error; inner = inner.cause) {
    if (names.has(inner.name) && (inner as { code?: unknown }).code !== 'NOT_FOUND') return true;
  }
  return false;
}
