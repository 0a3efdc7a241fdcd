/** `corridor operator …`: an operator's keys, and what it does with its enclaves at both registries. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Ed25519Keypair } from '@mysten/sui/keypairs/ed25519';
import { decodeSuiPrivateKey } from '@mysten/sui/cryptography';
import { Option, type Command } from 'commander';
import { hexToBytes } from 'viem';
import { generatePrivateKey, privateKeyToAddress } from 'viem/accounts';
import type { EnclaveClient } from '../host/enclave-client.ts';
import { refusal, RegistrarError, type KeyStatus, type Terms } from '../host/operators/registrar.ts';
import { fromHex, toHex } from '../protocol/index.ts';
import { CliError, EXIT } from './errors.ts';
import { userPath } from './files.ts';
import { addNetworkOptions, readNetwork } from './network.ts';
import type { NetworkFile } from './network-file.ts';
import {
  chainsOf,
  connectEnclave,
  exitOf,
  explain,
  openAccess,
  type OperatorAccess,
  type OperatorFlags,
} from './operator/access.ts';
import { addKeyOptions, KEY_FILES, readPassword, type KeyFlags } from './operator/keys.ts';
import { encryptKey } from './operator/keystore.ts';
import { readStatus, renderStatus } from './operator/status.ts';
import { columns, json, paint, table, type Terminal } from './output.ts';
import { signerOf } from './registry.ts';

interface EnterFlags extends OperatorFlags {
  entry?: string;
  verifier: string;
  evaluationNumber?: string;
}

interface ResignFlags extends OperatorFlags {
  signer?: string;
}

interface StatusFlags extends OperatorFlags {
  signer?: string[];
}

/** What came of something on one chain. */
type Outcome =
  { readonly chain: bigint; readonly name: string; readonly transaction: string; readonly gas?: bigint } | Failure;
interface Failure {
  readonly chain: bigint;
  readonly name: string;
  readonly error: string;
  readonly message: string;
  readonly exitCode: number;
}

const KEEP = 'Keep the password apart from the folder, and a copy of both: nobody can restore a lost one.';

/** Adds `corridor operator …`. */
export function addOperatorCommands(program: Command, terminal: Terminal, setExitCode: (code: number) => void): void {
  const operator = program.command('operator').description("an operator's keys, and its enclaves at the registries");

  operator
    .command('init')
    .description('make keys for both chains, encrypted in a folder, and print their addresses')
    .requiredOption('--keystore <folder>', 'folder to make them in')
    .option('--password-file <file>', 'file with the password (default: CORRIDOR_KEYSTORE_PASSWORD)')
    .option('--json', 'machine-readable output')
    .addHelpText('after', `\n${KEEP}\n\nExample:\n  corridor operator init --keystore keys --password-file password`)
    .action(async (flags: KeyFlags & { keystore: string; json?: boolean }) => {
      const made = await init(flags.keystore, readPassword(flags));
      terminal.out(flags.json ? json(made) : table(terminal, made));
      if (!flags.json) terminal.err(KEEP);
    });

  for (const [name, description] of [
    ['register', "register an enclave's new key: a quote over a fresh challenge, judged on chain"],
    ['renew', "renew the registration of an enclave's key before it expires"],
  ] as const) {
    addTermOptions(addOperatorOptions(operator.command(name)))
      .description(description)
      .addHelpText(
        'after',
        `\nExample:\n  corridor operator ${name} --network mainnet --keystore keys --enclave enclave.sock --entry 1`,
      )
      .action(async (flags: EnterFlags) => {
        const { signer, outcomes } = await enter(flags, name === 'renew', terminal);
        finish(terminal, flags, signer, outcomes, name === 'renew' ? 'renewed' : 'registered', setExitCode);
      });
  }

  addOperatorOptions(operator.command('resign'))
    .description('take a key out of both registries; renewing brings it back while its enclave runs')
    .option('--signer <address>', 'the key, where its enclave is gone')
    .addHelpText(
      'after',
      '\nExample:\n  corridor operator resign --network mainnet --keystore keys --enclave enclave.sock',
    )
    .action(async (flags: ResignFlags) => {
      const { signer, outcomes } = await resign(flags);
      finish(terminal, flags, signer, outcomes, 'resigned', setExitCode);
    });

  addOperatorOptions(operator.command('status'))
    .description(
      'where keys stand at both registries, and whether the operator is admitted and can pay; needs no password',
    )
    .option('--signer <address...>', "keys to look at (default: the enclave's, or all of the local network)")
    .addHelpText(
      'after',
      '\nExit code 1 where a key does not count.\n\nExample:\n  corridor operator status --keystore keys --enclave enclave.sock',
    )
    .action(async (flags: StatusFlags) => {
      const network = readNetwork(flags);
      const chains = await readStatus(network, flags, await signersOf(network, flags));
      if (!chains.every(({ keys }) => keys.every(({ counts }) => counts))) setExitCode(EXIT.refused);
      terminal.out(flags.json ? json({ chains }) : renderStatus(terminal, chains));
    });
}

function addOperatorOptions(command: Command): Command {
  addKeyOptions(addNetworkOptions(command));
  return command
    .option('--enclave <socket>', "the enclave's socket, or its name on a local network")
    .option('--cap <id>', 'OperatorCap on Sui (default: the one that the key owns)')
    .addOption(new Option('--chain <kind>', 'one kind of chain only').choices(['evm', 'sui']))
    .option('--json', 'machine-readable output');
}

function addTermOptions(command: Command): Command {
  return command
    .option('--entry <n>', 'entry of the allow list (default: that of the last registration)')
    .option('--verifier <n>', 'evidence verifier', '1')
    .option(
      '--evaluation-number <n>',
      'edition of the collateral to be judged by (default: that of the last registration)',
    );
}

/** @throws CliError where there are keys already */
async function init(folder: string, password: string): Promise<{ folder: string; evm: string; sui: string }> {
  const target = userPath(folder);
  const [evmFile, suiFile] = [path.join(target, KEY_FILES.evm), path.join(target, KEY_FILES.sui)];
  const there = [evmFile, suiFile].find((file) => existsSync(file));
  if (there !== undefined)
    throw new CliError('KeysExist', `${there} is there already; name another folder`, EXIT.refused);
  const secret = generatePrivateKey();
  const pair = Ed25519Keypair.generate();
  const [evm, sui] = [privateKeyToAddress(secret), pair.toSuiAddress()];
  const keystores = await Promise.all([
    encryptKey(hexToBytes(secret), { password, address: evm, curve: 'secp256k1' }),
    encryptKey(decodeSuiPrivateKey(pair.getSecretKey()).secretKey, { password, address: sui, curve: 'ed25519' }),
  ]);
  mkdirSync(target, { recursive: true, mode: 0o700 });
  for (const [i, file] of [evmFile, suiFile].entries()) {
    writeFileSync(file, `${JSON.stringify(keystores[i], null, 2)}\n`, { mode: 0o600, flag: 'wx' });
  }
  return { folder: target, evm, sui };
}

async function enter(
  flags: EnterFlags,
  isRenewal: boolean,
  terminal: Terminal,
): Promise<{ signer: string; outcomes: Outcome[] }> {
  const network = readNetwork(flags);
  const numbers = {
    verifier: numberOf('--verifier', flags.verifier)!,
    entry: numberOf('--entry', flags.entry),
    evaluationNumber: numberOf('--evaluation-number', flags.evaluationNumber),
  };
  const access = await openAccess(network, flags);
  const enclave = await connectEnclave(network, flags);
  try {
    const { signer } = await enclave.status();
    const outcomes = await onEach(access, async ({ name, registrar, place }) => {
      terminal.err(`${isRenewal ? 'renewing' : 'registering'} ${toHex(signer)} on ${name}`);
      demandStanding(await registrar.status(signer), isRenewal);
      const [known] = await readStatus(network, { ...flags, chain: place.kind }, [toHex(signer)]);
      return registrar.enter(enclave, termsOf(network, toHex(signer), numbers, known?.keys[0]));
    });
    return { signer: toHex(signer), outcomes };
  } finally {
    enclave.close();
  }
}

/** A command does what its name says, or nothing. */
function demandStanding({ signer, status }: KeyStatus, isRenewal: boolean): void {
  if (isRenewal && status === 'unknown') throw refusal('SignerUnknown', `${signer} has no record`);
  if (!isRenewal && status !== 'unknown') throw refusal('SignerKnown', `${signer} is ${status}`);
}

/** @throws CliError where something is neither said nor known */
function termsOf(
  { localnet }: NetworkFile,
  signer: string,
  {
    verifier,
    entry,
    evaluationNumber,
  }: { verifier: number; entry: number | undefined; evaluationNumber: number | undefined },
  known: { entry?: number; evaluationNumber?: number } | undefined,
): Terms {
  const local = localnet?.enclaves.find((enclave) => enclave.signer === signer);
  const terms = {
    verifier,
    entry: entry ?? known?.entry ?? local?.entry,
    evaluationNumber: evaluationNumber ?? known?.evaluationNumber ?? localnet?.evaluationNumber,
  };
  const { entry: chosen, evaluationNumber: edition } = terms;
  if (chosen === undefined) {
    throw new CliError(
      'MissingOption',
      'name the entry of the allow list: --entry; `corridor registry list` shows them',
    );
  }
  if (edition === undefined) {
    throw new CliError(
      'MissingOption',
      'name the edition of the collateral: --evaluation-number, as its TCB info says it',
    );
  }
  return { verifier, entry: chosen, evaluationNumber: edition };
}

async function resign(flags: ResignFlags): Promise<{ signer: string; outcomes: Outcome[] }> {
  const network = readNetwork(flags);
  const { signer: named, ...rest } = flags;
  const [signer, ...others] = await signersOf(network, named === undefined ? rest : { ...rest, signer: [named] });
  if (signer === undefined || others.length > 0)
    throw new CliError('MissingOption', 'name the key: --signer or --enclave');
  const access = await openAccess(network, flags);
  const outcomes = await onEach(access, async ({ registrar }) => ({
    transaction: await registrar.resign(fromHex(signer)),
  }));
  return { signer, outcomes };
}

/** Does something on each chain. What one refuses keeps the other from nothing. */
async function onEach(
  access: readonly OperatorAccess[],
  task: (access: OperatorAccess) => Promise<{ transaction: string; gas?: bigint }>,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const one of access) {
    const { name, place } = one;
    try {
      const { transaction, gas } = await task(one);
      outcomes.push({ chain: place.chain, name, transaction, ...(gas === undefined ? {} : { gas }) });
    } catch (error) {
      const explained = explain(error, name);
      if (!(explained instanceof RegistrarError || explained instanceof CliError)) throw explained;
      outcomes.push({
        chain: place.chain,
        name,
        error: explained.code,
        message: explained.message,
        exitCode: exitOf(explained),
      });
    }
  }
  return outcomes;
}

function finish(
  terminal: Terminal,
  flags: OperatorFlags,
  signer: string,
  outcomes: readonly Outcome[],
  done: string,
  setExitCode: (code: number) => void,
): void {
  const exits = new Set(outcomes.flatMap((outcome) => ('error' in outcome ? [outcome.exitCode] : [])));
  if (exits.size > 0) setExitCode(exits.size === 1 ? [...exits][0]! : EXIT.refused);
  if (flags.json) {
    const chains = outcomes.map((outcome) => ({ ...outcome, exitCode: undefined }));
    return terminal.out(json({ signer, chains }));
  }
  const rows = outcomes.map((outcome) =>
    'error' in outcome
      ? [outcome.name, paint(terminal, 'red', 'refused'), outcome.message]
      : [
          outcome.name,
          paint(terminal, 'green', done),
          `${outcome.transaction}${outcome.gas === undefined ? '' : `  gas ${outcome.gas}`}`,
        ],
  );
  terminal.out(`${signer}\n${columns(terminal, ['chain', 'result', ''], rows, '  ')}`);
}

/** Keys that a command is about. */
async function signersOf(network: NetworkFile, flags: StatusFlags): Promise<`0x${string}`[]> {
  chainsOf(network, flags);
  if (flags.signer !== undefined) return flags.signer.map(signerOf);
  if (flags.enclave === undefined) {
    if (network.localnet) return network.localnet.enclaves.map(({ signer }) => signer);
    throw new CliError('MissingOption', 'name a key: --signer, or --enclave');
  }
  const enclave: EnclaveClient = await connectEnclave(network, flags);
  try {
    return [toHex((await enclave.status()).signer)];
  } finally {
    enclave.close();
  }
}

function numberOf(option: string, text: string | undefined): number | undefined {
  if (text === undefined || /^[1-9]\d{0,8}$/.test(text)) return text === undefined ? undefined : Number(text);
  throw new CliError('InvalidNumber', `${option} ${text} is no number from 1 on`);
}
