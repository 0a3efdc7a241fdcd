/** The command line of both deployments. Exit codes as of `corridor` (docs/cli.md). */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { EXIT } from '../../prover/cli/errors.ts';
import { shortMessage } from '../../prover/bindings/evm-failure.ts';
import { DeployError } from './errors.ts';

export interface DeployRequest {
  /** The configuration file's text */
  readonly config: string;
  readonly rpc: string;
  /** Of the account that pays; it holds nothing afterwards */
  readonly key: string;
  /** Folder for <network>.json */
  readonly directory: string;
}

/** The variable that has the deployer's key. */
export const DEPLOYER_KEY = 'CORRIDOR_DEPLOYER_KEY';

/** A command line, a file or a key that cannot be used. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/**
 * Runs a deployment as this process's command line says.
 * @param deploy gives the written deployment, which has at least a network
 * @param summary of it for people
 */
export async function deployProgram<T extends { readonly network: string }>(
  { kind, folder }: { kind: 'evm' | 'sui'; folder: string },
  deploy: (request: DeployRequest) => Promise<T>,
  summary: (deployment: T) => string,
): Promise<void> {
  const isJson = process.argv.includes('--json');
  try {
    const request = readRequest(kind, folder);
    console.error(`deploying on ${kind === 'evm' ? 'the EVM chain' : 'Sui'} of ${new URL(request.rpc).origin}`);
    const deployment = await deploy(request);
    const file = path.join(request.directory, `${deployment.network}.json`);
    const text = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? value.toString() : value);
    console.log(isJson ? JSON.stringify({ file, deployment }, text, 2) : `${file}\n${summary(deployment)}`);
  } catch (error) {
    const { code, message, exitCode } = foreseen(error);
    console.error(isJson ? JSON.stringify({ error: code, message }, null, 2) : `error ${message}`);
    process.exitCode = exitCode;
  }
}

function readRequest(kind: string, folder: string): DeployRequest {
  const text = { type: 'string' } as const;
  const usage = `usage: npm run deploy:${kind} -- --config FILE --rpc URL [--out FOLDER] [--json], with the key in ${DEPLOYER_KEY}`;
  let values: { config?: string | undefined; rpc?: string | undefined; out?: string | undefined };
  try {
    ({ values } = parseArgs({ options: { config: text, rpc: text, out: text, json: { type: 'boolean' } } }));
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\n${usage}`);
  }
  const { config, rpc, out } = values;
  const key = process.env[DEPLOYER_KEY]?.trim();
  if (config === undefined || rpc === undefined || !URL.canParse(rpc)) throw new UsageError(usage);
  if (!key) throw new UsageError(`${DEPLOYER_KEY} is not set: put the key of the account that pays there`);
  // npm scripts run in the project's folder, and keep in INIT_CWD where they were typed.
  const from = (file: string): string => path.resolve(process.env['INIT_CWD'] ?? process.cwd(), file);
  let content: string;
  try {
    content = readFileSync(from(config), 'utf8');
  } catch (error) {
    throw new UsageError(`cannot read ${config}: ${(error as NodeJS.ErrnoException).code}`);
  }
  return { config: content, rpc, key, directory: out === undefined ? folder : from(out) };
}

/** Rules that are broken by what was given, before anything is sent. */
const INPUT_RULES = new Set([
  'InvalidConfiguration',
  'InvalidAccount',
  'InvalidPolicy',
  'TooFewOperators',
  'SimulatedRoot',
]);
const NODE_ERRORS = new Set(['HttpRequestError', 'TimeoutError', 'RpcError']);

function foreseen(error: unknown): { code: string; message: string; exitCode: number } {
  if (error instanceof UsageError) return { code: 'InvalidOption', message: error.message, exitCode: EXIT.usage };
  if (error instanceof DeployError) {
    const { code = 'DeployError' } = error as { code?: string };
    return { code, message: error.message, exitCode: INPUT_RULES.has(code) ? EXIT.usage : EXIT.refused };
  }
  for (let inner = error; inner instanceof Error; inner = inner.cause) {
    if (NODE_ERRORS.has(inner.name)) {
      const message = `the node does not answer: ${shortMessage(error)}`;
      return { code: 'Unavailable', message, exitCode: EXIT.unavailable };
    }
    if (inner.name === 'InsufficientFundsError') {
      return { code: 'InsufficientFunds', message: 'the deployer cannot pay for gas; fund it', exitCode: EXIT.refused };
    }
  }
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { code: 'Failed', message, exitCode: EXIT.failed };
}
