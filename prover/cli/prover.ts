import type { Command } from 'commander';
import { readConfig } from '../host/config.ts';
import { EXIT } from './errors.ts';
import { userPath } from './files.ts';
import { json, type Terminal } from './output.ts';
import { untilStopped } from './signals.ts';

/** Adds `corridor prover …`. */
export function addProverCommands(program: Command, terminal: Terminal): void {
  const prover = program.command('prover').description('run the service that proves and delivers messages');

  prover
    .command('start')
    .description('start a host and run it until it is told to stop; logs go to standard error, one JSON object a line')
    .requiredOption('--config <file>', 'configuration file (docs/operate.md)')
    .option('--check', 'check the configuration and start nothing')
    .option('--json', 'machine-readable output')
    .addHelpText('after', '\nExample:\n  corridor prover start --config host.json')
    .action(async (flags: { config: string; check?: boolean; json?: boolean }) => {
      const config = readConfig(userPath(flags.config));
      const say = (state: string): void => {
        const facts = { state, name: config.name, chains: config.chains.map(({ chain }) => chain) };
        terminal.out(flags.json ? json(facts) : `${config.name}: ${state}`);
      };
      if (flags.check) return say('the configuration is sound');
      // Loaded only here: no other command needs databases and chains. The database opens while the rest is loaded.
      const { openHostDatabase } = await import('../host/open-database.ts');
      const opening = openHostDatabase(config);
      // Who starts the host is told, which may be later.
      opening.catch(() => {});
      const { Host } = await import('../host/host.ts');
      const host = await Host.start(config, undefined, opening);
      say('ready');
      const lost = await Promise.race([untilStopped(), host.lost]);
      // It has said why, and nothing is left to be kept: it ends as if it had been killed, for whoever starts it again.
      if (lost) process.exit(EXIT.failed);
      await host.stop();
      say('stopped');
    });
}
