import type { Command } from 'commander';
import { readConfig } from '../host/config.ts';
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
      // Loaded only here: no other command needs databases and chains.
      const { Host } = await import('../host/host.ts');
      const host = await Host.start(config);
      say('ready');
      await untilStopped();
      await host.stop();
      say('stopped');
    });
}
