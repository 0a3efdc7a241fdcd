import type { Command } from 'commander';
import { createPublicClient, createWalletClient, http, isAddress, type Address } from 'viem';
import { suiNode } from '../bindings/sui/node.ts';
import { newerOnEvm, uploadToEvm } from '../host/collateral-evm.ts';
import { newerOnSui, uploadToSui } from '../host/collateral-sui.ts';
import type { UploadPart } from '../host/collateral.ts';
import type { Collateral } from '../protocol/dcap/index.ts';
import { CliError } from './errors.ts';
import { evmAccountOf, KEY_VARIABLES, suiKeypairOf } from './operator/keys.ts';
import type { Terminal } from './output.ts';

/** To which chains to upload; none where no URL is given. */
export interface ChainFlags {
  evmRpc?: string;
  evmVerifier?: string;
  suiRpc?: string;
  suiPackage?: string;
  suiStore?: string;
  dryRun?: boolean;
  json?: boolean;
}

/** What was uploaded, or with --dry-run would be, by chain. */
export interface Uploads {
  evm?: UploadPart[];
  sui?: UploadPart[];
}

export function addChainOptions(command: Command): void {
  command
    .option('--evm-rpc <url>', 'upload to an EVM chain by this node')
    .option('--evm-verifier <address>', 'its DCAP verifier')
    .option('--sui-rpc <url>', 'upload to Sui by this node (gRPC)')
    .option('--sui-package <id>', 'its package dcap')
    .option('--sui-store <id>', 'its collateral store')
    .option('--dry-run', 'say what is newer than the chains have, and upload nothing');
}

/**
 * Uploads what is newer than the chains that were named have.
 * @throws CliError where a flag or key is missing or wrong; UploadError where a chain refuses
 */
export async function uploadToChains(flags: ChainFlags, collateral: Collateral, terminal: Terminal): Promise<Uploads> {
  const evm = evmOf(flags);
  const sui = suiOf(flags);
  const uploads: Uploads = {};
  const say = (chain: string, parts: UploadPart[]): UploadPart[] => {
    const what = flags.dryRun ? 'newer than on' : 'to be uploaded to';
    if (!flags.json) terminal.out(parts.length ? `${what} ${chain}: ${parts.join(', ')}` : `${chain} has all of it`);
    return parts;
  };
  const done = (part: UploadPart, transaction: string): void => {
    if (!flags.json) terminal.out(`  ${part} in ${transaction}`);
  };
  if (evm) {
    uploads.evm = say('the EVM chain', await newerOnEvm(evm.store, collateral));
    if (evm.wallet) await uploadToEvm(evm.store, evm.wallet, collateral, uploads.evm, done);
  }
  if (sui) {
    uploads.sui = say('Sui', await newerOnSui(sui.store, collateral));
    if (sui.signer) await uploadToSui(sui.store, sui.signer, collateral, uploads.sui, done);
  }
  return uploads;
}

function evmOf({ evmRpc, evmVerifier, dryRun }: ChainFlags) {
  if (evmRpc === undefined) return undefined;
  if (evmVerifier === undefined || !isAddress(evmVerifier, { strict: false })) {
    throw new CliError('MissingOption', 'name the verifier: --evm-verifier with 0x and 40 hex digits');
  }
  const transport = http(url(evmRpc));
  const store = { client: createPublicClient({ transport }), address: evmVerifier as Address };
  if (dryRun) return { store, wallet: undefined };
  const account = evmAccountOf(keyOf(KEY_VARIABLES.evm));
  return { store, wallet: createWalletClient({ transport, account }) };
}

function suiOf({ suiRpc, suiPackage, suiStore, dryRun }: ChainFlags) {
  if (suiRpc === undefined) return undefined;
  if (suiPackage === undefined || suiStore === undefined) {
    throw new CliError('MissingOption', 'name the package and its store: --sui-package and --sui-store');
  }
  // The network's name decides nothing here: the URL does.
  const client = suiNode(url(suiRpc));
  const store = { client, packageId: suiPackage, storeId: suiStore };
  if (dryRun) return { store, signer: undefined };
  return { store, signer: suiKeypairOf(keyOf(KEY_VARIABLES.sui)) };
}

function url(text: string): string {
  if (!URL.canParse(text)) throw new CliError('InvalidUrl', `${text} is no URL`);
  return text;
}

function keyOf(name: string): string {
  const key = process.env[name];
  if (key === undefined) throw new CliError('MissingKey', `set ${name} to the key that pays, or give --dry-run`);
  return key.trim();
}
