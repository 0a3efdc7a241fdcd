/** Quotes that cannot be made evidence and collateral files that cannot be read: docs/spec/dcap.md section 11. */
import { concat } from '../../../prover/protocol/bytes.ts';
import { pem } from '../certificate.ts';
import { collateralFile, pemChain, type CollateralFile } from '../collateral.ts';
import { utf8 } from '../encoding.ts';
import { certificationData, QUOTE_FORMS, signQuote, type QuoteForm } from '../quote.ts';
import { Vendor } from '../vendor.ts';
import { caseHead, type ConversionCase } from './case.ts';
import { draftOf, issue } from './draft.ts';
import { LAYOUT, overwrite } from './plan.ts';
import type { RuleName } from './rules.ts';

function quoteCase(rule: RuleName, about: string, quote: Uint8Array): ConversionCase {
  return { kind: 'conversion', input: 'quote', ...caseHead(rule, about), quote };
}

function* trailing(): Generator<ConversionCase> {
  const buffers: readonly [about: string, bytes: Uint8Array][] = [
    ['a byte behind its end', Uint8Array.of(1)],
    ['the last byte of its buffer is not zero', overwrite(new Uint8Array(512), 511, [0x80])],
    ['a byte amid its buffer is not zero', overwrite(new Uint8Array(4096), 2000, [1])],
  ];
  for (const form of QUOTE_FORMS) {
    const { quote, evidence } = issue(draftOf(form));
    for (const [about, bytes] of buffers) yield quoteCase('TrailingBytes', `${form}: ${about}`, concat(quote, bytes));
    yield quoteCase('TrailingBytes', `${form}: two quotes in one buffer`, concat(quote, quote));
    yield quoteCase(
      'TrailingBytes',
      `${form}: evidence with a byte behind its end`,
      concat(evidence, Uint8Array.of(7)),
    );
  }
}

/** Certification data that is no PEM, from the certificates' PEM and the whole text. */
const NO_PEM: readonly [about: string, change: (text: string, parts: string[]) => string | Uint8Array][] = [
  ['a line before the first certificate', (text) => `subject=CN\n${text}`],
  ['a line between certificates', (_, [a, b, c]) => `${a}${b}subject=CN\n${c}`],
  ['a line behind the last certificate', (text) => `${text}end\n`],
  ['another label', (text) => text.replaceAll(' CERTIFICATE', ' X509 CERTIFICATE')],
  ['four dashes', (text) => text.replace('-----BEGIN', '----BEGIN')],
  ['no END line', (text) => text.replace('-----END CERTIFICATE-----\n', '')],
  ['no line break behind BEGIN', (text) => text.replace('CERTIFICATE-----\n', 'CERTIFICATE-----')],
  ['a letter outside base64', (text) => text.replace(/\nMII/, '\nM*I')],
  ['padding in the middle', (text) => text.replace(/\nMII/, '\nM=I')],
  ['a letter of base64 missing', (text) => text.replace(/\nMII/, '\nMI')],
  ['bits behind the end of base64', (text) => strayBits(text)],
  ['an empty certificate', (_, [a, b]) => `${a}${b}-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n`],
  ['two zero bytes at the end', (text) => concat(utf8(text), new Uint8Array(2))],
  ['a zero byte amid the text', (_, [a, b, c]) => `${a}\0${b}${c}`],
  ['DER', () => Uint8Array.of(0x30, 0x82, 0x01, 0x00)],
];

/** Sets bits of a last letter that belong to no byte: a second form of the same bytes. */
function strayBits(text: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  const changed = text.replace(/([A-Za-z0-9+/])(=+\n)/, (_, letter: string, rest: string) => {
    return `${alphabet[alphabet.indexOf(letter) + 1]}${rest}`;
  });
  if (changed === text) throw new Error('no certificate of the chain needs padding');
  return changed;
}

function* malformedPem(): Generator<ConversionCase> {
  for (const form of ['sgx3', 'tdx4'] as const) {
    const parts = chainOf(form).map((certificate) => pem(certificate));
    for (const [about, change] of NO_PEM) {
      const changed = change(parts.join(''), parts);
      const data = typeof changed === 'string' ? certificationData(changed) : changed;
      yield quoteCase('MalformedPem', `${form}: ${about}`, signQuote(draftOf(form).quote, 5, data));
    }
  }
}

function* wrongChains(): Generator<ConversionCase> {
  for (const form of QUOTE_FORMS) {
    const [pck, ca, root] = chainOf(form);
    const chains: readonly [about: string, chain: Uint8Array[]][] = [
      ['no certificate', []],
      ['the PCK certificate alone', [pck]],
      ['no root', [pck, ca]],
      ['the root twice', [pck, ca, root, root]],
      ['the chain twice', [pck, ca, root, pck, ca, root]],
    ];
    for (const [about, chain] of chains) {
      const data = certificationData(pemChain(...chain));
      yield quoteCase('InvalidPemChain', `${form}: ${about}`, signQuote(draftOf(form).quote, 5, data));
    }
  }
}

function chainOf(form: QuoteForm): [Uint8Array, Uint8Array, Uint8Array] {
  const { evidence, collateral } = issue(draftOf(form));
  return [evidence.slice(LAYOUT[form].leaf), collateral.pckCa, collateral.root];
}

function* files(): Generator<ConversionCase> {
  const { collateral } = issue(draftOf('tdx4'));
  const file = collateralFile(collateral);
  const stranger = new Vendor({ seed: 'another vendor' }).root;
  const make = (about: string, changed: unknown): ConversionCase => ({
    kind: 'conversion',
    input: 'file',
    ...caseHead('MalformedCollateralFile', about),
    file: changed,
  });
  for (const key of Object.keys(file) as (keyof CollateralFile)[]) {
    const { [key]: _, ...rest } = file;
    yield make(`no ${key}`, rest);
    yield make(`${key} a number`, { ...file, [key]: 7 });
  }
  for (const key of ['root_ca_crl', 'pck_crl', 'tcb_info_signature', 'qe_identity_signature'] as const) {
    yield make(`${key} with 0x`, { ...file, [key]: `0x${file[key]}` });
    yield make(`${key} of an odd number of digits`, { ...file, [key]: file[key].slice(1) });
  }
  const chains = [
    ['pck_crl_issuer_chain', collateral.pckCa],
    ['tcb_info_issuer_chain', collateral.tcbInfoSigner],
    ['qe_identity_issuer_chain', collateral.qeIdentitySigner],
  ] as const;
  for (const [key, first] of chains) {
    yield make(`${key} of one certificate`, { ...file, [key]: pemChain(first) });
    yield make(`${key} of three certificates`, { ...file, [key]: pemChain(first, collateral.root, collateral.root) });
    yield make(`${key} ends in another root`, { ...file, [key]: pemChain(first, stranger) });
    yield make(`${key} is no PEM`, { ...file, [key]: 'certificates' });
  }
  yield make('null', null);
  yield make('a list', [file]);
  yield make('a text', JSON.stringify(file));
}

export function* conversionCases(): Generator<ConversionCase> {
  yield* trailing();
  yield* malformedPem();
  yield* wrongChains();
  yield* files();
}
