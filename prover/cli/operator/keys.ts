/** An operator's keys: from keystore files, or from the environment. They are never printed. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Ed25519Keypair } from '@mysten/sui/keypairs/ed25519';
import type { Command } from 'commander';
import { isHex, size, toHex, type Hex, type PrivateKeyAccount } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { CliError } from '../errors.ts';
import { readJson, userPath } from '../files.ts';
import { decryptKey, type Curve } from './keystore.ts';

export interface KeyFlags {
  keystore?: string;
  passwordFile?: string;
}

/** Names of the files of a keystore folder. */
export const KEY_FILES = { evm: 'evm.json', sui: 'sui.json' } as const;
/** Where keys and the password are looked for in the environment. */
export const KEY_VARIABLES = { evm: 'CORRIDOR_EVM_KEY', sui: 'CORRIDOR_SUI_KEY' } as const;
const PASSWORD_VARIABLE = 'CORRIDOR_KEYSTORE_PASSWORD';

export const KEYS_HELP =
  `\nKeys are read from evm.json and sui.json of --keystore, opened with the password of --password-file or of ` +
  `${PASSWORD_VARIABLE};\nor else from ${KEY_VARIABLES.evm} (0x and 64 hex digits) and ${KEY_VARIABLES.sui} (suiprivkey1...).`;

export function addKeyOptions(command: Command): Command {
  return command
    .option('--keystore <folder>', 'folder of encrypted keys, as `corridor operator init` makes it')
    .option('--password-file <file>', 'file with the password of the keystore')
    .addHelpText('after', KEYS_HELP);
}

/** @throws CliError where there is none */
export function readPassword({ passwordFile }: KeyFlags): string {
  if (passwordFile !== undefined) {
    try {
      // Editors end files with a newline, which is no part of the password.
      const password = readFileSync(userPath(passwordFile), 'utf8').replace(/\r?\n$/, '');
      if (password !== '') return password;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw new CliError('MissingPassword', `cannot read ${passwordFile}: ${code}`);
    }
    throw new CliError('MissingPassword', `${passwordFile} is empty`);
  }
  const password = process.env[PASSWORD_VARIABLE];
  if (password) return password;
  throw new CliError('MissingPassword', `give the keystore's password in --password-file or ${PASSWORD_VARIABLE}`);
}

/** @throws CliError */
export async function evmKey(flags: KeyFlags): Promise<PrivateKeyAccount> {
  const secret = await fromKeystore(flags, 'evm', 'secp256k1');
  if (secret) return privateKeyToAccount(toHex(secret));
  return evmAccountOf(fromEnvironment('evm'));
}

/** @throws CliError */
export async function suiKey(flags: KeyFlags): Promise<Ed25519Keypair> {
  const secret = await fromKeystore(flags, 'sui', 'ed25519');
  if (secret) return Ed25519Keypair.fromSecretKey(secret);
  return suiKeypairOf(fromEnvironment('sui'));
}

/** The key of a keystore itself, for a program that takes no other. */
export async function evmSecret(flags: KeyFlags): Promise<Uint8Array> {
  return (await fromKeystore(flags, 'evm', 'secp256k1'))!;
}

export async function suiSecret(flags: KeyFlags): Promise<string> {
  return Ed25519Keypair.fromSecretKey((await fromKeystore(flags, 'sui', 'ed25519'))!).getSecretKey();
}

/** Whether there is a key for a chain at all. */
export function hasKey({ keystore }: KeyFlags, kind: 'evm' | 'sui'): boolean {
  return keystore === undefined
    ? Boolean(process.env[KEY_VARIABLES[kind]])
    : existsSync(path.join(userPath(keystore), KEY_FILES[kind]));
}

export function evmAccountOf(text: string): PrivateKeyAccount {
  // What a library says of a wrong key could show it.
  if (!isHex(text) || size(text) !== 32) {
    throw new CliError('InvalidKey', `${KEY_VARIABLES.evm} is not 0x and 64 hex digits`);
  }
  try {
    return privateKeyToAccount(text as Hex);
  } catch {
    throw new CliError('InvalidKey', `${KEY_VARIABLES.evm} is no key of secp256k1`);
  }
}

export function suiKeypairOf(text: string): Ed25519Keypair {
  try {
    return Ed25519Keypair.fromSecretKey(text);
  } catch {
    throw new CliError('InvalidKey', `${KEY_VARIABLES.sui} is no Ed25519 key in the form suiprivkey1...`);
  }
}

async function fromKeystore(flags: KeyFlags, kind: 'evm' | 'sui', curve: Curve): Promise<Uint8Array | undefined> {
  if (flags.keystore === undefined) return undefined;
  const file = path.join(userPath(flags.keystore), KEY_FILES[kind]);
  if (!existsSync(file)) {
    throw new CliError('MissingKey', `there is no ${file}; make one with \`corridor operator init\``);
  }
  return decryptKey(readJson(file), readPassword(flags), curve, file);
}

function fromEnvironment(kind: 'evm' | 'sui'): string {
  const key = process.env[KEY_VARIABLES[kind]];
  if (key) return key.trim();
  throw new CliError('MissingKey', `name a --keystore, or set ${KEY_VARIABLES[kind]}`);
}
