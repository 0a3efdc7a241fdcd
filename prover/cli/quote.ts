import type { Command } from 'commander';
import { fromHex } from '../protocol/bytes.ts';
import {
  collateralFromFile,
  DcapError,
  dcapRuleNumber,
  evidenceFromQuote,
  INTEL_ROOT_FINGERPRINT,
  readQuote,
  verify,
  type VerifiedReport,
} from '../protocol/dcap/index.ts';
import { CliError, EXIT } from './errors.ts';
import { readJson, readQuoteFile, readTime } from './files.ts';
import { json, paint, table, type Shown, type Terminal } from './output.ts';
import { isoTime, quoteFields } from './quote-fields.ts';

interface VerifyFlags {
  collateral: string;
  at?: string;
  root: string;
  allowDebug?: boolean;
  json?: boolean;
}

/** Adds `corridor quote …`. */
export function addQuoteCommands(program: Command, terminal: Terminal, finish: (exitCode: number) => void): void {
  const quote = program.command('quote').description('look at and verify Intel DCAP quotes, offline');

  quote
    .command('inspect')
    .description('print every field of a quote; nothing is verified')
    .argument('<file>', 'quote as raw bytes, hex or base64')
    .option('--json', 'machine-readable output')
    .addHelpText('after', '\nExample:\n  corridor quote inspect quote.bin')
    .action((file: string, flags: { json?: boolean }) => {
      const fields = quoteFields(readQuote(readQuoteFile(file)));
      terminal.out(flags.json ? json(fields) : table(terminal, shown(fields)));
    });

  quote
    .command('verify')
    .description('verify a quote against collateral, and name the broken rule where it is refused')
    .argument('<file>', 'quote as raw bytes, hex or base64')
    .requiredOption('--collateral <file>', 'collateral file, as `corridor collateral fetch` writes it')
    .option('--at <time>', 'time of judgement: seconds since 1970 or ISO date (default: now)')
    .option(
      '--root <fingerprint>',
      'SHA-256 of the trusted root certificate; for localnet only',
      INTEL_ROOT_FINGERPRINT,
    )
    .option('--allow-debug', 'accept evidence that its host can debug; no registry does')
    .option('--json', 'machine-readable output')
    .addHelpText(
      'after',
      '\nExample:\n  corridor quote verify quote.bin --collateral collateral.json --at 2026-03-01T00:00:00Z\n' +
        '\nExit status: 0 accepted, 1 refused, 2 wrong input. Rules: docs/spec/dcap.md',
    )
    .action((file: string, flags: VerifyFlags) => finish(verifyQuote(terminal, file, flags)));
}

function verifyQuote(terminal: Terminal, file: string, flags: VerifyFlags): number {
  const quote = readQuoteFile(file);
  const collateralJson = readJson(flags.collateral);
  const atSeconds = readTime(flags.at);
  if (!/^0x[0-9a-fA-F]{64}$/.test(flags.root)) {
    throw new CliError('InvalidFingerprint', `${flags.root} is no fingerprint; give 0x and 64 hex digits`);
  }
  const options = { rootFingerprint: fromHex(flags.root), atSeconds, allowDebug: flags.allowDebug === true };
  try {
    const report = verify(evidenceFromQuote(quote), collateralFromFile(collateralJson), options);
    const facts = reportFacts(report);
    if (flags.json) terminal.out(json({ verdict: 'accepted', at: isoTime(atSeconds), ...facts }));
    else terminal.out(`${paint(terminal, 'green', 'accepted')}\n${table(terminal, shown(facts))}`);
    return EXIT.ok;
  } catch (error) {
    if (!(error instanceof DcapError)) throw error;
    const { code: rule, detail } = error;
    const number = dcapRuleNumber(rule);
    if (flags.json) terminal.out(json({ verdict: 'refused', at: isoTime(atSeconds), rule, number, detail }));
    else terminal.out(`${paint(terminal, 'red', 'refused')} ${number} ${rule}: ${detail}`);
    return EXIT.refused;
  }
}

function reportFacts(report: VerifiedReport): Record<string, unknown> {
  const { kind: _kind, ...registers } = report.report;
  return {
    tee: report.tee.toUpperCase(),
    tcbStatus: report.tcbStatus,
    advisories: report.advisories.map((number) => `INTEL-SA-${String(number).padStart(5, '0')}`),
    fmspc: report.fmspc,
    platformId: report.platformId,
    evaluationNumber: report.evaluationNumber,
    expiresAt: isoTime(report.expiresAtSeconds),
    debug: report.isDebug,
    ...(report.tee === 'tdx' ? { migratable: report.isMigratable } : {}),
    report: registers,
  };
}

/** Plain data as text leaves for the table. */
function shown(fields: Record<string, unknown>): { [name: string]: Shown } {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]): [string, Shown] => {
      if (value instanceof Uint8Array) return [name, Buffer.from(value).toString('hex')];
      if (Array.isArray(value)) return [name, value.length === 0 ? 'none' : value.join(', ')];
      if (typeof value === 'object' && value !== null) return [name, shown(value as Record<string, unknown>)];
      return [name, String(value)];
    }),
  );
}
