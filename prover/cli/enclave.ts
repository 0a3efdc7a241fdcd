/** `corridor enclave …`: what enclaves are started with, which is public and whose hash stands on the allow lists. */
import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import type { Configuration } from '../enclave/config.ts';
import { EnclaveError, LightClientError } from '../enclave/errors.ts';
import { toHex } from '../protocol/index.ts';
import { WireError } from '../protocol/wire/index.ts';
import { readConfig } from '../host/config.ts';
import { CliError } from './errors.ts';
import { readBytes, userPath } from './files.ts';
import { json, table, type Shown, type Terminal } from './output.ts';

/** Adds `corridor enclave …`. */
export function addEnclaveCommands(program: Command, terminal: Terminal): void {
  const enclave = program.command('enclave').description('what enclaves are started with');

  enclave
    .command('configure')
    .description("write the configuration of the enclaves that serve what a host's configuration names")
    .requiredOption('--config <file>', 'configuration file of the host (docs/operate.md)')
    .requiredOption('--out <file>', 'where to write it; a file that is there is left alone')
    .option('--json', 'machine-readable output')
    .addHelpText(
      'after',
      '\nExample:\n  corridor enclave configure --config host.json --out enclave-configuration.cbor',
    )
    .action(async (flags: { config: string; out: string; json?: boolean }) => {
      const config = readConfig(userPath(flags.config));
      const { enclaveConfigurationOf } = await import('../host/lanes.ts');
      const encoded = judged(() => enclaveConfigurationOf(config));
      try {
        writeFileSync(userPath(flags.out), encoded, { flag: 'wx' });
      } catch (error) {
        throw new CliError('UnwritableFile', `cannot write ${flags.out}: ${(error as Error).message}`);
      }
      show(terminal, await readConfiguration(flags.out), flags.json);
    });

  enclave
    .command('show')
    .description('show what a configuration of enclaves says, and its hash')
    .argument('<file>', 'a configuration as enclaves are started with it')
    .option('--json', 'machine-readable output')
    .addHelpText('after', '\nExample:\n  corridor enclave show enclave-configuration.cbor')
    .action(async (file: string, flags: { json?: boolean }) =>
      show(terminal, await readConfiguration(file), flags.json),
    );
}

/** What a file has that enclaves are started with. @throws CliError */
export async function readConfiguration(file: string): Promise<Configuration> {
  // Loaded only here: what verifies signatures takes a while to load.
  const { decodeConfiguration } = await import('../enclave/config.ts');
  const encoded = readBytes(file);
  return judged(() => decodeConfiguration(encoded));
}

function show(terminal: Terminal, configuration: Configuration, asJson = false): void {
  const shown = shownOf(configuration);
  if (asJson) return terminal.out(json(shown));
  const { configurationHash, origins, lanes } = shown;
  const leaves = (values: object): Shown =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [name, [value].flat().join(', ')]));
  const groups = [
    ...origins.map(({ chain, ...origin }) => [`origin ${chain}`, leaves(origin)] as const),
    ...lanes.map(
      ({ originChain, destinationChain, generation, ...lane }) =>
        [`lane ${originChain} → ${destinationChain}, generation ${generation}`, leaves(lane)] as const,
    ),
  ];
  terminal.out(table(terminal, { 'configuration hash': configurationHash, ...Object.fromEntries(groups) }));
}

function shownOf({ origins, lanes, hash }: Configuration) {
  return {
    configurationHash: toHex(hash),
    origins: origins.map((origin) => {
      const { chain, kind } = origin;
      if (origin.kind === 'sui') {
        const { committee, messagePackage } = origin;
        const { epoch, members } = committee;
        return { chain, kind, messagePackage: toHex(messagePackage), epoch, validators: members.length };
      }
      const { lightClient, trustedBlockRoot } = origin;
      const { preset, genesisValidatorsRoot, minParticipants, forks } = lightClient;
      return {
        ...{ chain, kind, preset, minParticipants },
        genesisValidatorsRoot: toHex(genesisValidatorsRoot),
        trustedBlockRoot: toHex(trustedBlockRoot),
        forks: forks.map(({ name, epoch, version }) => `${name} at epoch ${epoch} (${toHex(version)})`),
      };
    }),
    lanes: lanes.map(({ originChain, originOutbox, destinationChain, destinationInbox, generation }) => ({
      ...{ originChain, destinationChain, generation },
      originOutbox: toHex(originOutbox),
      destinationInbox: toHex(destinationInbox),
    })),
  };
}

/** What enclaves would refuse to start with is refused here, by the same rule. */
function judged<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    const isRule = error instanceof EnclaveError || error instanceof LightClientError || error instanceof WireError;
    if (isRule) throw new CliError('InvalidConfiguration', `no enclave would start with it: ${error.message}`);
    throw error;
  }
}
