import { Command, CommanderError } from 'commander';
import { UploadError } from '../host/collateral.ts';
import { ConfigError } from '../host/config.ts';
import { EnclaveRefusal, EnclaveUnavailable } from '../host/enclave-client.ts';
import { redact } from '../host/log.ts';
import { RegistrarError } from '../host/operators/registrar.ts';
import { PcsError } from '../host/pcs.ts';
import { DatabaseError } from '../host/store/errors.ts';
import { DcapError } from '../protocol/dcap/index.ts';
import { ProtocolError } from '../protocol/errors.ts';
import { CorridorError, type CorridorErrorCode } from '../sdk/errors.ts';
import { addCollateralCommands } from './collateral.ts';
import { addDeployCommands } from './deploy.ts';
import { addEnclaveCommands } from './enclave.ts';
import { CliError, EXIT } from './errors.ts';
import { NetworkFileError } from './network-file.ts';
import { addOperatorCommands } from './operator.ts';
import { exitOf } from './operator/access.ts';
import { json, paint, type Terminal } from './output.ts';
import { addLaneCommands } from './lane.ts';
import { addLocalnetCommands } from './localnet.ts';
import { addMessageCommands } from './messages.ts';
import { addNetworkCommands } from './networks.ts';
import { addProverCommands } from './prover.ts';
import { addQuoteCommands } from './quote.ts';
import { addRegistryCommands } from './registry.ts';

/**
 * All commands.
 * @param setExitCode told the exit code of a command that ends well with another one than 0
 * @param asJson whether the caller prints what is wrong with a command line
 */
export function createProgram(terminal: Terminal, setExitCode: (code: number) => void, asJson = false): Command {
  const program = new Command('corridor')
    .description('messages between Sui and EVM chains, vouched for by attested enclaves')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.out(text.trimEnd()),
      writeErr: (text) => (asJson ? undefined : terminal.err(text.trimEnd())),
      // With --json, `run` says what is wrong with a command line, as it does for all other errors.
      outputError: (text, write) => (asJson ? undefined : write(text)),
    });
  addQuoteCommands(program, terminal, setExitCode);
  addCollateralCommands(program, terminal);
  addProverCommands(program, terminal);
  addEnclaveCommands(program, terminal);
  addLocalnetCommands(program, terminal, setExitCode);
  addMessageCommands(program, terminal, setExitCode);
  addRegistryCommands(program, terminal, setExitCode);
  addLaneCommands(program, terminal);
  addDeployCommands(program, setExitCode);
  addNetworkCommands(program, terminal);
  addOperatorCommands(program, terminal, setExitCode);
  for (const command of program.commands) inheritSettings(command, program);
  return program;
}

/**
 * Runs one command line and gives its exit code. Errors are printed to `err`, as JSON and without any progress before them
 * where --json was asked for; an error that no command foresaw is thrown on.
 */
export async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  let exitCode: number = EXIT.ok;
  const asJson = args.includes('--json');
  const told = asJson ? { ...terminal, err: () => {} } : terminal;
  const program = createProgram(told, (code) => (exitCode = code), asJson);
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return EXIT.ok;
      const isGroup = error.code === 'commander.help';
      const message = isGroup ? 'name a command; --help lists them' : error.message.replace(/^error: /, '');
      if (asJson) terminal.err(json({ error: 'InvalidCommandLine', message }));
      return EXIT.usage;
    }
    const { code, message, exitCode: status } = foreseen(error);
    terminal.err(asJson ? json({ error: code, message }) : `${paint(terminal, 'red', 'error')} ${message}`);
    return status;
  }
}

function inheritSettings(command: Command, parent: Command): void {
  command.copyInheritedSettings(parent);
  for (const child of command.commands) inheritSettings(child, command);
}

/** Where the SDK's errors are no refusals. */
const SDK_EXITS: Partial<Record<CorridorErrorCode, number>> = {
  InvalidDeployment: EXIT.usage,
  UnknownChain: EXIT.usage,
  NoClient: EXIT.usage,
  InvalidAddress: EXIT.usage,
  NoAccount: EXIT.usage,
  WrongChain: EXIT.usage,
  InsufficientFunds: EXIT.poor,
  NotProven: EXIT.unavailable,
  UnknownMessage: EXIT.unavailable,
  Contradiction: EXIT.unavailable,
  Unavailable: EXIT.unavailable,
  Timeout: EXIT.unavailable,
};

function foreseen(error: unknown): { code: string; message: string; exitCode: number } {
  if (error instanceof CliError) return error;
  if (error instanceof UploadError) return { code: error.code, message: error.message, exitCode: EXIT.refused };
  if (error instanceof PcsError) return { code: error.code, message: error.message, exitCode: EXIT.unavailable };
  if (error instanceof ConfigError || error instanceof NetworkFileError) {
    return { code: error.code, message: error.message, exitCode: EXIT.usage };
  }
  if (error instanceof DcapError || error instanceof ProtocolError) {
    return { code: error.code, message: error.message, exitCode: EXIT.usage };
  }
  if (error instanceof RegistrarError || error instanceof EnclaveRefusal) {
    return { code: error.code, message: error.message, exitCode: exitOf(error) };
  }
  if (error instanceof DatabaseError) return { code: error.code, message: error.message, exitCode: EXIT.failed };
  if (error instanceof EnclaveUnavailable) {
    return { code: 'EnclaveUnavailable', message: error.message, exitCode: EXIT.unavailable };
  }
  if (error instanceof CorridorError) {
    return { code: error.code, message: redact(error.message), exitCode: SDK_EXITS[error.code] ?? EXIT.refused };
  }
  throw error;
}
