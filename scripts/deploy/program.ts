/** The command line of both deployments. Exit codes as of `corridor` (docs/cli.md). */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { z } from 'zod';
import { EXIT } from '../../prover/cli/errors.ts';
import { shortMessage } from '../../prover/bindings/evm-failure.ts';
import { DeployError } from './errors.ts';
import { readJsonAs } from './fields.ts';

export interface DeployRequest {
  /** The configuration file's text */
  readonly config: string;
  readonly rpc: string;
  /** Of the account that pays; it holds nothing afterwards */
  readonly key: string;
  /** Folder for <network>.json */
  readonly directory: string;
  /**
   * All of it; or in two steps, where the other chain must know of the contracts before these can be set up: `start`
   * leaves them with the deployer, `finish` goes on from there
   */
  readonly step: 'all' | 'start' | 'finish';
}

/** What `start` leaves for `finish`, in a file of its own. */
export interface Started {
  readonly network: string;
  readonly kind: 'evm' | 'sui';
  /** Corridor's chain id */
  readonly chain: bigint;
}

const startedFile = (directory: string, network: string): string => path.join(directory, `${network}.started.json`);

export function writeStarted<T extends Started>(directory: string, started: T): T {
  mkdirSync(directory, { recursive: true });
  writeFileSync(startedFile(directory, started.network), `${toText(started)}\n`);
  return started;
}

/** @throws UsageError where nothing of that network was started, or on another chain */
export function readStarted<T extends Started>(
  schema: z.ZodType<T>,
  { directory }: DeployRequest,
  network: string,
  chain: bigint,
): T {
  const file = startedFile(directory, network);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`cannot read ${file} (${(error as NodeJS.ErrnoException).code}): run it with --start first`);
  }
  const started = readJsonAs(schema, text, (message) => new UsageError(`${file}: ${message}`));
  if (started.chain === chain) return started;
  throw new UsageError(`${file} is of chain ${started.chain}, and the node serves chain ${chain}: check the RPC URL`);
}

export function removeStarted(directory: string, network: string): void {
  rmSync(startedFile(directory, network), { force: true });
}

/** JSON with 64-bit numbers as decimal text. */
export function toText(value: unknown): string {
  return JSON.stringify(
    value,
    (_, field: unknown): unknown => (typeof field === 'bigint' ? field.toString() : field),
    2,
  );
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
    const step = request.step === 'finish' ? 'setting up' : 'deploying';
    const where = kind === 'evm' ? 'the EVM chain' : 'Sui';
    if (!isJson) console.error(`${step} on ${where} of ${new URL(request.rpc).origin}`);
    const deployment = await deploy(request);
    const { directory } = request;
    const { network } = deployment;
    const file = request.step === 'start' ? startedFile(directory, network) : path.join(directory, `${network}.json`);
    console.log(isJson ? toText({ file, deployment }) : `${file}\n${summary(deployment)}`);
  } catch (error) {
    const { code, message, exitCode } = foreseen(error);
    console.error(isJson ? JSON.stringify({ error: code, message }, null, 2) : `error ${message}`);
    process.exitCode = exitCode;
  }
}

function readRequest(kind: string, folder: string): DeployRequest {
  const text = { type: 'string' } as const;
  const usage = `usage: npm run deploy:${kind} -- --config FILE --rpc URL [--out FOLDER] [--start | --finish] [--json], with the key in ${DEPLOYER_KEY}`;
  const flag = { type: 'boolean' } as const;
  const options = { config: text, rpc: text, out: text, start: flag, finish: flag, json: flag } as const;
  let values: ReturnType<typeof parseArgs<{ options: typeof options }>>['values'];
  try {
    ({ values } = parseArgs({ options }));
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\n${usage}`);
  }
  const { config, rpc, out, start, finish } = values;
  if (start && finish) throw new UsageError(`--start and --finish are two steps: give one of them\n${usage}`);
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
  const step = start ? 'start' : finish ? 'finish' : 'all';
  return { config: content, rpc, key, directory: out === undefined ? folder : from(out), step };
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
    const exitCode = INPUT_RULES.has(code) ? EXIT.usage : code === 'InsufficientFunds' ? EXIT.poor : EXIT.refused;
    return { code, message: error.message, exitCode };
  }
  for (let inner = error; inner instanceof Error; inner = inner.cause) {
    if (NODE_ERRORS.has(inner.name)) {
      const message = `the node does not answer: ${shortMessage(error)}`;
      return { code: 'Unavailable', message, exitCode: EXIT.unavailable };
    }
  }
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { code: 'Failed', message, exitCode: EXIT.failed };
}
