/** `corridor network join`: deployments of one chain each become the network file that everything else reads. */
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import type { PublicClient } from 'viem';
import { dcapVerifierAbi, inboxAbi } from '../bindings/evm/index.ts';
import { CollateralCollateralStore } from '../bindings/sui/dcap.ts';
import { readObject } from '../bindings/sui/read.ts';
import { toHex } from '../protocol/index.ts';
import { toAddress } from '../sdk/index.ts';
import { readConfiguration } from './enclave.ts';
import { CliError, EXIT } from './errors.ts';
import { readJson, userPath } from './files.ts';
import {
  demandAgreement,
  describeChain,
  describeOperators,
  hasLane,
  pairsOf,
  parseChainDeployment,
  rootOf,
  type ChainDeployment,
  type Nodes,
} from './join.ts';
import { readArrivals, readDepartures } from './lane-state.ts';
import { ROOT } from './localnet-state.ts';
import { chainName, onChain, placeNamed } from './network.ts';
import { parseNetworkFile, type EvmNetwork, type NetworkFile, type SuiNetwork } from './network-file.ts';
import { json, table, type Terminal } from './output.ts';

interface JoinFlags {
  rpc?: string[];
  beacon?: string[];
  host?: string[];
  configuration?: string;
  offline?: boolean;
  out?: string;
  force?: boolean;
  json?: boolean;
}

/** Adds `corridor network …`. */
export function addNetworkCommands(program: Command, terminal: Terminal): void {
  const network = program.command('network').description('network files, which commands and applications start from');

  network
    .command('join')
    .description('join the deployments of several chains, which must know each other, to a network file')
    .argument('<name>', 'name of the network; deployments/NAME.json is written')
    .argument('<deployment...>', 'files that `corridor deploy` has written, one for each chain')
    .option('--rpc <chain=url...>', 'node of a chain, in order of preference; a chain is evm, sui or an id')
    .option('--beacon <chain=url...>', 'beacon node of an EVM chain')
    .option('--host <url...>', "API of an operator's host")
    .option('--configuration <file>', "the enclaves' configuration, encoded, which is to fit as well")
    .option('--offline', 'compare the files alone, and ask no node whether the chains have what they say')
    .option('--out <file>', 'file to write instead')
    .option('--force', 'write over a file that is there')
    .option('--json', 'machine-readable output')
    .addHelpText(
      'after',
      '\nExample:\n  corridor network join mainnet mainnet-evm.json mainnet-sui.json --rpc evm=https://… sui=https://… --host https://…',
    )
    .action(async (name: string, files: string[], flags: JoinFlags) => {
      const target = targetOf(name, flags);
      const deployments = files.map((file) => parseChainDeployment(readJson(file), file));
      demandAgreement(
        deployments,
        flags.configuration === undefined ? undefined : await readConfiguration(flags.configuration),
      );
      const described = {
        network: name,
        chains: deployments.map((one) => describeChain(one, nodesOf(one, deployments, flags))),
        hosts: flags.host ?? [],
        operators: describeOperators(deployments),
      };
      const joined = parseNetworkFile(described);
      if (!flags.offline) {
        terminal.err('comparing with what the chains have');
        await demandOnChains(joined, deployments);
      }
      write(target, described);
      if (flags.json) return terminal.out(json({ file: target, network: described }));
      const chains = joined.chains.map((place): [string, string] => [chainName(place), place.rpc[0] ?? 'no node']);
      terminal.out(table(terminal, { ...Object.fromEntries(chains), file: target }));
    });
}

function targetOf(name: string, { out, force }: JoinFlags): string {
  if (!/^[a-z0-9][a-z0-9-]*$/.test(name)) {
    throw new CliError('InvalidName', `${name} is no name of a network: use lower-case letters, digits and hyphens`);
  }
  const target = out === undefined ? path.join(ROOT, 'deployments', `${name}.json`) : userPath(out);
  if (!force && existsSync(target)) {
    const text = `${target} is there already: name another with --out, or write over it with --force`;
    throw new CliError('FileExists', text, EXIT.refused);
  }
  return target;
}

function write(target: string, network: object): void {
  mkdirSync(path.dirname(target), { recursive: true });
  // Renamed, so that nobody reads half of it.
  writeFileSync(`${target}.part`, `${JSON.stringify(network, null, 2)}\n`);
  renameSync(`${target}.part`, target);
}

/** @throws CliError where a chain is to be asked and has no node */
function nodesOf(one: ChainDeployment, all: readonly ChainDeployment[], flags: JoinFlags): Nodes {
  const [rpc, beacon] = [flags.rpc, flags.beacon].map((given = []) =>
    given.flatMap((text) => {
      const [, chain, url] = /^([^=]+)=(.+)$/.exec(text) ?? [];
      if (chain === undefined || url === undefined) {
        throw new CliError('InvalidNode', 'a node is given as a chain and its URL: evm=https://…');
      }
      return placeNamed(all, chain) === one ? [url] : [];
    }),
  ) as [string[], string[]];
  if (rpc.length > 0 || flags.offline) return { rpc, beacon };
  throw new CliError('MissingOption', `name a node of ${chainName(one)}: --rpc ${one.kind}=URL, or give --offline`);
}

/** @throws CliError where a chain has something else than the files say, or serves another */
async function demandOnChains({ chains }: NetworkFile, deployments: readonly ChainDeployment[]): Promise<void> {
  await Promise.all(chains.map((place, i) => demandEvidence(place, rootOf(deployments[i]!))));
  const places = new Map(deployments.map((one, i) => [one, chains[i]!]));
  await Promise.all(
    pairsOf(deployments)
      .filter(([origin, destination]) => hasLane(origin, destination.chain))
      .map(([origin, destination]) => demandLane(places.get(origin)!, places.get(destination)!)),
  );
}

const differs = (text: string): CliError =>
  new CliError('ChainDiffers', `${text}: deploy anew, or mend the file`, EXIT.refused);

/** What the registry's verifier rests on, and that the inbox asks that registry. */
async function demandEvidence(place: EvmNetwork | SuiNetwork, wanted: string): Promise<void> {
  const root = await onChain(place, async (chain) => {
    if (chain.kind === 'evm') return evidenceOnEvm(chain.client, chain.place);
    const store = await readObject(chain.client, CollateralCollateralStore, chain.place.collateralStore!);
    return store.value.root_fingerprint;
  });
  if (root.toLowerCase() !== wanted) {
    throw differs(`the evidence of ${chainName(place)} rests on root ${root}, and its file says ${wanted}`);
  }
}

async function evidenceOnEvm(client: PublicClient, { inbox, registry, dcapVerifier }: EvmNetwork): Promise<string> {
  const asked = await client.readContract({ address: inbox, abi: inboxAbi, functionName: 'registry' });
  if (asked.toLowerCase() !== registry) throw differs(`inbox ${inbox} asks registry ${asked}, not ${registry}`);
  return client.readContract({ address: dcapVerifier!, abi: dcapVerifierAbi, functionName: 'rootFingerprint' });
}

async function demandLane(origin: EvmNetwork | SuiNetwork, destination: EvmNetwork | SuiNetwork): Promise<void> {
  const way = `${chainName(origin)} to ${chainName(destination)}`;
  const departures = await onChain(origin, (chain) => readDepartures(chain, destination.chain));
  if (!departures) throw differs(`the outbox has no lane from ${way}`);
  const { generation } = departures;
  const arrivals = await onChain(destination, (chain) => readArrivals(chain, origin.chain, generation, []));
  if (!arrivals) throw differs(`the inbox takes nothing on the lane from ${way}`);
  const outbox = toHex(toAddress(origin.chain, origin.outbox));
  if (arrivals.outbox !== outbox) {
    throw differs(`the inbox takes from outbox ${arrivals.outbox} on the lane from ${way}, and it is ${outbox}`);
  }
  if (arrivals.generation !== generation) {
    throw differs(`generation ${generation} is sent and ${arrivals.generation} taken on the lane from ${way}`);
  }
}
