/** `corridor deploy …`. Deploying is a program of the source tree, with compiled contracts beside it; this starts it. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { toHex } from 'viem';
import { CliError, EXIT } from './errors.ts';
import { userPath } from './files.ts';
import { ROOT } from './localnet-state.ts';
import { evmSecret, suiSecret } from './operator/keys.ts';

interface DeployFlags {
  config: string;
  rpc: string;
  out?: string;
  start?: boolean;
  finish?: boolean;
  keystore?: string;
  passwordFile?: string;
  json?: boolean;
}

const KEY_VARIABLE = 'CORRIDOR_DEPLOYER_KEY';
const KINDS = {
  evm: { chain: 'an EVM chain', form: '0x and 64 hex digits' },
  sui: { chain: 'Sui', form: 'suiprivkey1...' },
} as const;

/** Adds `corridor deploy …`. */
export function addDeployCommands(program: Command, setExitCode: (code: number) => void): void {
  const deploy = program
    .command('deploy')
    .description('deploy the contracts, read them back, and write where they are');
  for (const [kind, { chain, form }] of Object.entries(KINDS) as [
    keyof typeof KINDS,
    (typeof KINDS)['evm' | 'sui'],
  ][]) {
    deploy
      .command(kind)
      .description(`deploy on ${chain}; writes deployments/NETWORK.json`)
      .requiredOption('--config <file>', 'what to deploy (docs/cli.md)')
      .requiredOption('--rpc <url>', 'node of the chain')
      .option('--out <folder>', 'folder to write to (default: deployments)')
      .option('--start', 'deploy and set nothing up: where the other chain must know of it first')
      .option('--finish', 'set up what --start has deployed')
      .option('--keystore <folder>', 'folder of encrypted keys, as `corridor operator init` makes it')
      .option('--password-file <file>', 'file with the password of the keystore')
      .option('--json', 'machine-readable output')
      .addHelpText(
        'after',
        `\nThe key that pays is that of --keystore, or else in ${KEY_VARIABLE} (${form}). It holds no role afterwards.` +
          `\n\nExample:\n  corridor deploy ${kind} --config ${kind}.json --rpc URL`,
      )
      .action(async (flags: DeployFlags) => setExitCode(await run(kind, flags)));
  }
}

async function run(kind: 'evm' | 'sui', flags: DeployFlags): Promise<number> {
  const script = path.join(ROOT, `scripts/deploy/${kind}.ts`);
  if (!existsSync(script)) {
    throw new CliError('NoSources', 'contracts are deployed from the source tree only: clone the repository');
  }
  const { out, start, finish, json, keystore } = flags;
  const args = [
    ...[script, '--config', userPath(flags.config), '--rpc', flags.rpc],
    ...(out === undefined ? [] : ['--out', userPath(out)]),
    ...(start ? ['--start'] : []),
    ...(finish ? ['--finish'] : []),
    ...(json ? ['--json'] : []),
  ];
  // By the environment, which other users of the machine cannot read, as they can a command line.
  const env = { ...process.env, ...(keystore === undefined ? {} : { [KEY_VARIABLE]: await secretOf(kind, flags) }) };
  const child = spawn(process.execPath, args, { stdio: 'inherit', cwd: ROOT, env });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? EXIT.failed));
  });
}

async function secretOf(kind: 'evm' | 'sui', flags: DeployFlags): Promise<string> {
  return kind === 'evm' ? toHex(await evmSecret(flags)) : suiSecret(flags);
}
