import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Option, type Command } from 'commander';
import { collateralFromFile } from '../protocol/dcap/index.ts';
import { fetchCollateral, INTEL_PCS_URL, INTEL_ROOT_CRL_URL, requestOfQuote } from '../host/pcs.ts';
import type { CollateralRequest } from '../host/pcs.ts';
import { CliError } from './errors.ts';
import { readJson, readQuoteFile, userPath } from './files.ts';
import { json, type Terminal } from './output.ts';
import { addChainOptions, uploadToChains, type ChainFlags } from './upload.ts';

interface FetchFlags extends ChainFlags {
  quote?: string;
  tee?: 'sgx' | 'tdx';
  fmspc?: string;
  ca?: 'platform' | 'processor';
  url: string;
  rootCrlUrl?: string;
  edition?: 'early' | 'standard';
  out: string;
  json?: boolean;
}

/** Adds `corridor collateral …`. */
export function addCollateralCommands(program: Command, terminal: Terminal): void {
  const collateral = program
    .command('collateral')
    .description('fetch and upload what Intel publishes to judge quotes by');

  const fetch = collateral
    .command('fetch')
    .description(
      'fetch the collateral of one machine from Intel PCS or a PCCS, keep it as a file, and upload what is newer than a chain has',
    )
    .option('--quote <file>', 'take TEE, FMSPC and CA from this quote')
    .addOption(new Option('--tee <tee>', 'kind of TEE').choices(['sgx', 'tdx']))
    .option('--fmspc <hex>', 'FMSPC of the machine, 12 hex digits')
    .addOption(new Option('--ca <ca>', 'CA of its PCK certificate').choices(['platform', 'processor']))
    .option('--url <url>', 'base URL of a PCS or PCCS', INTEL_PCS_URL)
    .option('--root-crl-url <url>', "where the root CRL is, if not at the PCCS (default: Intel's, with Intel's PCS)")
    .addOption(new Option('--edition <edition>', 'edition of the TCB judgement').choices(['early', 'standard']))
    .requiredOption('--out <file>', 'collateral file to write')
    .option('--json', 'machine-readable output')
    .addHelpText(
      'after',
      '\nKeys that pay for uploads are read from CORRIDOR_EVM_KEY (0x and hex) and CORRIDOR_SUI_KEY (suiprivkey1...).' +
        '\n\nExamples:\n  corridor collateral fetch --quote quote.bin --out collateral.json' +
        '\n  corridor collateral fetch --quote quote.bin --out collateral.json --evm-rpc URL --evm-verifier ADDRESS',
    )
    .action(async (flags: FetchFlags) => {
      const request = toRequest(flags);
      const file = await fetchCollateral(request);
      const target = userPath(flags.out);
      mkdirSync(path.dirname(target), { recursive: true });
      // Written beside and then renamed, so that an interrupted run leaves no half of a file.
      writeFileSync(`${target}.part`, `${JSON.stringify(file, null, 2)}\n`);
      renameSync(`${target}.part`, target);
      const { tee, fmspc, ca } = request;
      if (!flags.json) terminal.out(`collateral of ${tee.toUpperCase()} ${fmspc} (${ca}) is in ${flags.out}`);
      const uploads = await uploadToChains(flags, collateralFromFile(file), terminal);
      if (flags.json) terminal.out(json({ tee, fmspc, ca, out: target, ...uploads }));
    });
  addChainOptions(fetch);

  const upload = collateral
    .command('upload')
    .description('upload from a file that `corridor collateral fetch` wrote what is newer than a chain has')
    .argument('<file>', 'collateral file')
    .option('--json', 'machine-readable output')
    .addHelpText(
      'after',
      '\nKeys that pay are read from CORRIDOR_EVM_KEY (0x and hex) and CORRIDOR_SUI_KEY (suiprivkey1...).' +
        '\n\nExample:\n  corridor collateral upload collateral.json --evm-rpc URL --evm-verifier ADDRESS',
    )
    .action(async (file: string, flags: ChainFlags) => {
      if (flags.evmRpc === undefined && flags.suiRpc === undefined) {
        throw new CliError(
          'MissingOption',
          'name a chain: --evm-rpc with --evm-verifier, or --sui-rpc and its options',
        );
      }
      const uploads = await uploadToChains(flags, collateralFromFile(readJson(file)), terminal);
      if (flags.json) terminal.out(json({ file, ...uploads }));
    });
  addChainOptions(upload);
}

function toRequest(flags: FetchFlags): CollateralRequest {
  const fromQuote = flags.quote === undefined ? undefined : requestOfQuote(readQuoteFile(flags.quote));
  const tee = flags.tee ?? fromQuote?.tee;
  const fmspc = (flags.fmspc ?? fromQuote?.fmspc)?.toLowerCase();
  const ca = flags.ca ?? fromQuote?.ca;
  if (tee === undefined || fmspc === undefined || ca === undefined) {
    throw new CliError('MissingOption', 'name the machine: either --quote, or --tee, --fmspc and --ca');
  }
  if (!/^[0-9a-f]{12}$/.test(fmspc)) throw new CliError('InvalidFmspc', `${fmspc} is no FMSPC; give 12 hex digits`);
  if (!URL.canParse(flags.url)) throw new CliError('InvalidUrl', `${flags.url} is no URL`);
  const rootCrlUrl = flags.rootCrlUrl ?? (flags.url === INTEL_PCS_URL ? INTEL_ROOT_CRL_URL : undefined);
  return {
    tee,
    fmspc,
    ca,
    url: flags.url,
    ...(rootCrlUrl === undefined ? {} : { rootCrlUrl }),
    ...(flags.edition === undefined ? {} : { edition: flags.edition }),
  };
}
