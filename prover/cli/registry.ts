/** `corridor registry …`: what both registries know, read from the chains themselves. */
import type { Command } from 'commander';
import { CliError, EXIT } from './errors.ts';
import { addNetworkOptions, chainName, onChain, readNetwork, type NetworkFlags } from './network.ts';
import { columns, dateText, json, paint, table, type Shown, type Terminal } from './output.ts';
import { readRegistryOnEvm, readSignersOnEvm } from './registry/evm.ts';
import { readRegistryOnSui, readSignersOnSui } from './registry/sui.ts';
import type { RegistryView, SignerView } from './registry/view.ts';

interface RegistryFlags extends NetworkFlags {
  from?: string;
  json?: boolean;
}

type Hex = `0x${string}`;
/** A search of events that takes longer says how far it is, so often. */
const TELL_MS = 2_000;

interface Chain {
  readonly name: string;
  readonly chain: bigint;
  readonly registry: string;
  readonly view: RegistryView;
  readonly signers: readonly SignerView[];
}

/** Adds `corridor registry …`. */
export function addRegistryCommands(program: Command, terminal: Terminal, setExitCode: (code: number) => void): void {
  const registry = program.command('registry').description('keys that the registries know, read from the chains');

  addNetworkOptions(registry.command('list'))
    .description('allow lists and all keys of both registries')
    .option('--from <block>', "EVM block to search the registry's events from (default: start height of the network)")
    .option('--json', 'machine-readable output')
    .addHelpText('after', '\nExample:\n  corridor registry list --network localnet')
    .action(async (flags: RegistryFlags) => {
      const chains = await readChains(flags, terminal);
      if (flags.json) return terminal.out(json({ chains }));
      terminal.out(chains.map((chain) => renderChain(terminal, chain)).join('\n\n'));
    });

  addNetworkOptions(registry.command('show'))
    .description('one key in both registries; exit code 1 unless it counts in all of them')
    .argument('<signer>', 'address of the key: 0x and 40 hex digits')
    .option('--from <block>', "EVM block to search the registry's events from (default: start height of the network)")
    .option('--json', 'machine-readable output')
    .addHelpText('after', '\nExample:\n  corridor registry show 0x7e5f4552091a69125d5dfcb7b8c2659029395bdf')
    .action(async (signer: string, flags: RegistryFlags) => {
      const chains = await readChains(flags, terminal, signerOf(signer));
      const shown = chains.map(({ name, chain, registry, signers }) => ({ name, chain, registry, ...signers[0]! }));
      if (!shown.every(({ counts }) => counts)) setExitCode(EXIT.refused);
      if (flags.json) return terminal.out(json({ chains: shown }));
      terminal.out(
        table(terminal, Object.fromEntries(shown.map(({ name, ...key }) => [name, renderSigner(terminal, key)]))),
      );
    });
}

/** @throws CliError */
export function signerOf(text: string): Hex {
  if (/^0x[0-9a-fA-F]{40}$/.test(text)) return text.toLowerCase() as Hex;
  throw new CliError('InvalidSigner', `${text} is no signer: give 0x and 40 hex digits`);
}

async function readChains(flags: RegistryFlags, terminal: Terminal, signer?: Hex): Promise<Chain[]> {
  const { chains } = readNetwork(flags);
  if (flags.from !== undefined && !/^\d{1,18}$/.test(flags.from)) {
    throw new CliError('InvalidHeight', `--from ${flags.from} is no block number`);
  }
  return Promise.all(
    chains.map((place) =>
      onChain(place, async (connected) => {
        const common = { name: chainName(place), chain: place.chain, registry: place.registry };
        if (connected.kind === 'sui') {
          const { client, place: sui } = connected;
          const signers = await readSignersOnSui(client, sui, signer);
          return { ...common, view: await readRegistryOnSui(client, sui), signers };
        }
        const { client, place: evm } = connected;
        const from = flags.from === undefined ? evm.startHeight : BigInt(flags.from);
        let nextTell = Date.now() + TELL_MS;
        const tell = (block: bigint, last: bigint): void => {
          if (Date.now() < nextTell) return;
          nextTell = Date.now() + TELL_MS;
          terminal.err(`searched ${chainName(evm)} up to block ${block} of ${last}`);
        };
        const signers = await readSignersOnEvm(client, evm, from, signer && [signer], tell);
        return { ...common, view: await readRegistryOnEvm(client, evm), signers };
      }),
    ),
  );
}

function renderChain(terminal: Terminal, { name, registry, view, signers }: Chain): string {
  const facts = table(
    terminal,
    {
      registry,
      operators: String(view.operators),
      'accepted TCB': view.acceptedTcbStatuses.join(', '),
      'least edition': String(view.minimumEvaluationNumber),
      epochs: `judgement ${view.judgementEpoch}, revocation ${view.revocationEpoch}`,
    },
    '  ',
  );
  const entries = columns(
    terminal,
    ['entry', 'verifier', 'measurement', 'until'],
    view.entries.map(({ entry, verifier, measurement, notAfter }) => [
      String(entry),
      String(verifier),
      measurement,
      dateText(notAfter),
    ]),
    '  ',
  );
  const keys = columns(
    terminal,
    ['signer', 'TEE', 'entry', 'expires', 'counts', 'operator'],
    signers.map(({ signer, tee, entry, expiresAt, counts, reason, operator }) => [
      signer,
      tee ?? '?',
      entry === undefined ? '?' : String(entry),
      dateText(expiresAt),
      counts ? paint(terminal, 'green', 'yes') : paint(terminal, 'red', `no: ${reason}`),
      operator ?? '?',
    ]),
    '  ',
  );
  return [paint(terminal, 'bold', name), facts, '', entries, '', signers.length > 0 ? keys : '  no key is known'].join(
    '\n',
  );
}

function renderSigner(
  terminal: Terminal,
  key: Omit<SignerView, never> & { registry: string },
): { [name: string]: Shown } {
  const { counts, reason, expiresAt, advisories, ...rest } = key;
  const shown: { [name: string]: Shown } = {};
  for (const [name, value] of Object.entries(rest)) shown[name] = String(value as unknown);
  if (advisories) shown['advisories'] = advisories.length === 0 ? 'none' : advisories.join(', ');
  if (key.status !== 'unknown') shown['expires'] = dateText(expiresAt);
  shown['counts'] = counts ? paint(terminal, 'green', 'yes') : paint(terminal, 'red', `no: ${reason}`);
  return shown;
}
