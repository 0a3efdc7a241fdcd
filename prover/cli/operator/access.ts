/** What an operator's commands work with: a chain's registry, an enclave, keys to look at. */
import { existsSync } from 'node:fs';
import type { SuiGrpcClient } from '@mysten/sui/grpc';
import { BaseError, createWalletClient, http, type PublicClient } from 'viem';
import { shortMessage } from '../../bindings/evm-failure.ts';
import { EnclaveClient } from '../../host/enclave-client.ts';
import { EvmRegistrar } from '../../host/operators/evm.ts';
import type { Registrar } from '../../host/operators/registrar.ts';
import { SuiRegistrar } from '../../host/operators/sui.ts';
import { CliError, EXIT } from '../errors.ts';
import { userPath } from '../files.ts';
import { chainName, isTrouble, onChain, type NetworkFlags } from '../network.ts';
import type { EvmNetwork, NetworkFile, SuiNetwork } from '../network-file.ts';
import { evmKey, suiKey, type KeyFlags } from './keys.ts';

export interface OperatorFlags extends NetworkFlags, KeyFlags {
  chain?: 'evm' | 'sui';
  enclave?: string;
  cap?: string;
  json?: boolean;
}

/** An operator at one chain. */
export interface OperatorAccess {
  readonly name: string;
  readonly place: EvmNetwork | SuiNetwork;
  readonly registrar: Registrar;
}

/** Chains of a network that a command is about. */
export function chainsOf({ chains }: NetworkFile, { chain }: OperatorFlags): readonly (EvmNetwork | SuiNetwork)[] {
  const chosen = chains.filter(({ kind }) => chain === undefined || kind === chain);
  if (chosen.length === 0) throw new CliError('UnknownChain', `the network has no chain of kind ${chain}`);
  return chosen;
}

/**
 * Opens an operator's access to all chains that were asked for, before anything is done on one of them.
 * @throws CliError
 */
export function openAccess(network: NetworkFile, flags: OperatorFlags): Promise<OperatorAccess[]> {
  return Promise.all(
    chainsOf(network, flags).map(async (place) => {
      const connected = await onChain(place, (chain) => Promise.resolve(chain));
      const registrar =
        connected.kind === 'evm'
          ? await evmRegistrar(connected.client, connected.place, flags)
          : await suiRegistrar(connected.client, connected.place, network, flags);
      return { name: chainName(place), place, registrar };
    }),
  );
}

async function evmRegistrar(client: PublicClient, place: EvmNetwork, flags: OperatorFlags): Promise<Registrar> {
  const account = await evmKey(flags);
  const wallet = createWalletClient({ transport: http(client.transport['url'] as string), account });
  return new EvmRegistrar({ chain: place.chain, client, wallet, registry: place.registry });
}

async function suiRegistrar(
  client: SuiGrpcClient,
  place: SuiNetwork,
  network: NetworkFile,
  flags: OperatorFlags,
): Promise<Registrar> {
  const key = await suiKey(flags);
  const { chain, registry, dcap, dcapEvidence, collateralStore } = place;
  if (dcap === undefined || dcapEvidence === undefined || collateralStore === undefined) {
    const message = 'the network file lacks dcap, dcapEvidence or collateralStore of Sui, which judging evidence needs';
    throw new CliError('IncompleteNetwork', message);
  }
  const packages = { corridor: place.package, dcap, dcapEvidence };
  const cap = flags.cap ?? (await findCap(client, place, network, key.toSuiAddress(), flags));
  return new SuiRegistrar({ chain, client, key, cap, packages, registry, collateralStore });
}

/**
 * The `OperatorCap` of an owner.
 * @throws CliError where there is none, or more than one
 */
async function findCap(
  client: SuiGrpcClient,
  place: SuiNetwork,
  { operators }: NetworkFile,
  owner: string,
  flags: OperatorFlags,
): Promise<string> {
  const caps = await ownedCaps(client, place, owner);
  if (caps.length === 1) return caps[0]!;
  if (caps.length === 0) {
    throw new CliError(
      'NoOperatorCap',
      `${owner} owns no OperatorCap of ${place.package}: use its owner's key`,
      EXIT.refused,
    );
  }
  // An owner of several is told apart by the account on EVM.
  const account = await evmKey(flags).catch(() => undefined);
  const listed = operators.find(({ evm }) => evm === account?.address.toLowerCase())?.sui;
  if (listed !== undefined && caps.includes(listed)) return listed;
  throw new CliError('SeveralOperatorCaps', `${owner} owns several; name one with --cap: ${caps.join(', ')}`);
}

/** Ids of the `OperatorCap`s that an address owns. */
export async function ownedCaps(client: SuiGrpcClient, place: SuiNetwork, owner: string): Promise<string[]> {
  const type = `${place.package}::registry::OperatorCap`;
  const { objects } = await client.listOwnedObjects({ owner, type });
  return objects.map(({ objectId }) => objectId);
}

/**
 * Connects to the enclave of --enclave: a socket, or the name of one of the local network.
 * @throws CliError, with the names that there are where it is neither
 */
export function connectEnclave({ localnet }: NetworkFile, { enclave }: OperatorFlags): Promise<EnclaveClient> {
  const names = localnet?.enclaves.map(({ name }) => name) ?? [];
  const known = names.length === 0 ? '' : `; this network has ${names.join(', ')}`;
  if (enclave === undefined) {
    throw new CliError('MissingOption', `name the enclave: --enclave with its socket${known}`);
  }
  const local = localnet?.enclaves.find(({ name }) => name === enclave);
  const socket = local?.socket ?? userPath(enclave);
  if (!local && !existsSync(socket)) {
    throw new CliError('UnknownEnclave', `there is no socket ${socket}${known}`);
  }
  return EnclaveClient.connect(socket);
}

/** What a chain's client throws, in words for people; what is a refusal by its rule passes. */
export function explain(error: unknown, name: string): Error {
  if (!(error instanceof BaseError || isTrouble(error))) return error as Error;
  return new CliError('Unavailable', `${name}: ${shortMessage(error)}`, EXIT.unavailable);
}

/** What a command ends with where this is all that went wrong. */
export function exitOf(error: Error): number {
  if (error instanceof CliError) return error.exitCode;
  return (error as { code?: unknown }).code === 'InsufficientFunds' ? EXIT.poor : EXIT.refused;
}
