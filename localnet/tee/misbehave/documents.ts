/** TCB info and QE identities that do not fit docs/spec/dcap.md section 6, rightly signed unless that is what is wrong. */
import { concat } from '../../../prover/protocol/bytes.ts';
import {
  advisoryId,
  isvLevelJson,
  platformLevelJson,
  type IsvLevelJson,
  type QeIdentityJson,
  type TcbInfoJson,
} from '../documents.ts';
import { DAY_SECONDS, hex, isoDate } from '../encoding.ts';
import { sign } from '../keys.ts';
import type { QuoteForm } from '../quote.ts';
import { CASE_TIME, caseKey, COMPONENTS, type Draft } from './draft.ts';
import { documentPlan, flipBits, overwrite, type OracleRow, type Plan } from './plan.ts';
import type { RuleName } from './rules.ts';

type DocumentName = 'tcbInfo' | 'qeIdentity';
const ROW: OracleRow = 'json';
const FORMS: readonly QuoteForm[] = ['sgx3', 'tdx4'];

/** Changes the text before it is signed; the change must change something. */
const text = (name: DocumentName, change: (text: string) => string) => (draft: Draft) => {
  draft[name].edit = (before) => {
    const after = change(before);
    if (after === before) throw new Error('the edit found nothing to change');
    return after;
  };
};

/** dcap-qvl reads any JSON; `refused` where it does not get by with what it finds. */
function malformed(
  name: DocumentName,
  form: QuoteForm,
  about: string,
  change: (text: string) => string,
  refused = false,
): Plan {
  const rule = name === 'tcbInfo' ? 'MalformedTcbInfo' : 'MalformedQeIdentity';
  return documentPlan(rule, name, form, about, text(name, change), refused ? undefined : ROW);
}

function info(
  rule: RuleName,
  about: string,
  change: (json: TcbInfoJson) => void,
  oracle?: OracleRow,
  form: QuoteForm = 'tdx4',
): Plan {
  return documentPlan(rule, 'tcbInfo', form, about, (draft) => change(draft.tcbInfo.json), oracle);
}

function qe(
  rule: RuleName,
  about: string,
  change: (json: QeIdentityJson) => void,
  oracle?: OracleRow,
  form: QuoteForm = 'tdx4',
): Plan {
  return documentPlan(rule, 'qeIdentity', form, about, (draft) => change(draft.qeIdentity.json), oracle);
}

const ORDER = hex('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551');

function signatures(name: DocumentName): Plan[] {
  const rule = name === 'tcbInfo' ? 'InvalidTcbInfoSignature' : 'InvalidQeIdentitySignature';
  const plan = (
    about: string,
    change: (document: Uint8Array, signature: Uint8Array) => [Uint8Array, Uint8Array],
  ): Plan[] =>
    FORMS.map((form) => documentPlan(rule, name, form, about, (draft) => void (draft[name].finish = change)));
  return [
    ...plan('one bit of the document', (document, signature) => [flipBits(document, 40), signature]),
    ...plan('a byte behind the document', (document, signature) => [concat(document, hex('0a')), signature]),
    ...plan('the last byte of the document missing', (document, signature) => [document.slice(0, -1), signature]),
    ...['pck', 'root', 'pckCa', 'stranger'].flatMap((key) =>
      plan(`signed by ${key}`, (document) => [document, sign(document, caseKey(key))]),
    ),
    ...plan('of another document', (document) => [document, sign(flipBits(document, 40), caseKey('tcbSigning'))]),
    ...plan('r and s swapped', (document, s) => [document, concat(s.slice(32), s.slice(0, 32))]),
    ...plan('zeros', (document) => [document, new Uint8Array(64)]),
    ...plan('s the order', (document, signature) => [document, overwrite(signature, 32, ORDER)]),
    ...plan('63 bytes', (document, signature) => [document, signature.slice(0, 63)]),
    ...plan('65 bytes', (document, signature) => [document, concat(signature, Uint8Array.of(0))]),
    ...plan('no bytes', (document) => [document, new Uint8Array()]),
  ];
}

/** Faults that both documents can have. */
function grammar(name: DocumentName, form: QuoteForm): Plan[] {
  const plan = (about: string, change: (text: string) => string, refused = false): Plan =>
    malformed(name, form, about, change, refused);
  const number = '"tcbEvaluationDataNumber":19';
  return [
    plan('a duplicate key', (t) => t.replace(number, `${number},${number}`)),
    plan('an unknown key', (t) => t.replace(number, `${number},"extra":1`)),
    plan('an unknown key at the end', (t) => `${t.slice(0, -1)},"extra":[]}`),
    plan('two keys swapped', (t) => t.replace(/("issueDate":"[^"]*"),("nextUpdate":"[^"]*")/, '$2,$1')),
    plan('a space behind a comma', (t) => t.replace(',"version"', ', "version"')),
    plan('a space in front', (t) => ` ${t}`),
    plan('a line break at the end', (t) => `${t}\n`),
    plan('a letter of a key escaped', (t) => t.replace('"version"', '"v\\u0065rsion"')),
    plan('a letter of a value escaped', (t) => t.replace('"tcbStatus":"UpToDate"', '"tcbStatus":"UpToDat\\u0065"')),
    plan('an integer with an exponent', (t) => t.replace(number, '"tcbEvaluationDataNumber":1.9e1')),
    plan('an integer with a fraction', (t) => t.replace(number, '"tcbEvaluationDataNumber":19.0')),
    plan('an integer in quotes', (t) => t.replace(number, '"tcbEvaluationDataNumber":"19"')),
    plan('a negative integer', (t) => t.replace(number, '"tcbEvaluationDataNumber":-19')),
    plan('an integer of 2^32', (t) => t.replace(number, '"tcbEvaluationDataNumber":4294967296')),
    plan('an integer with a leading zero', (t) => t.replace(number, '"tcbEvaluationDataNumber":019'), true),
    plan('a comma at the end of a list', (t) => t.replace(/\]\}$/, ',]}'), true),
    plan('no levels', (t) => t.replace(/"tcbLevels":\[(?!.*"tcbLevels":).*\]\}$/, '"tcbLevels":[]}'), true),
    plan('31 June', (t) => t.replace(/"tcbDate":"2025-05-14/, '"tcbDate":"2025-06-31')),
    plan('a date with fractions', (t) => t.replace(/("issueDate":"[^"]*)Z"/, '$1.000Z"')),
    plan('a date in another zone', (t) => t.replace(/("issueDate":"[^"]*)Z"/, '$1+00:00"')),
    plan('a year before 1970', (t) => t.replace(/"tcbDate":"2025/, '"tcbDate":"1969')),
    plan(
      'a status that is null',
      (t) => t.replace('"tcbStatus":"UpToDate"', '"tcbStatus":null'),
      // In TCB info of TDX the first status is that of a module identity.
      name === 'qeIdentity' || form === 'sgx3',
    ),
    plan('the last bracket missing', (t) => t.slice(0, -1), true),
    plan('something behind the end', (t) => `${t}{}`, true),
    plan('empty', () => '', true),
  ];
}

const infoGrammar: Plan[] = [
  ...FORMS.flatMap((form) => grammar('tcbInfo', form)),
  malformed('tcbInfo', 'tdx4', 'FMSPC of 5 bytes', (t) => t.replace('"90C06F000000"', '"90C06F0000"'), true),
  malformed('tcbInfo', 'sgx3', 'FMSPC not hex', (t) => t.replace('"90C06F000000"', '"90C06F00000G"'), true),
  malformed('tcbInfo', 'tdx4', 'PCEID of 1 byte', (t) => t.replace('"pceId":"0000"', '"pceId":"00"')),
  malformed('tcbInfo', 'tdx4', 'component of 256', (t) => t.replace('{"svn":3,', '{"svn":256,')),
  malformed('tcbInfo', 'sgx3', 'PCESVN of 65,536', (t) => t.replace('"pcesvn":13', '"pcesvn":65536')),
  malformed('tcbInfo', 'tdx4', '15 components', (t) => t.replace(',{"svn":0}]', ']')),
  malformed('tcbInfo', 'sgx3', '17 components', (t) => t.replace('{"svn":0}]', '{"svn":0},{"svn":0}]')),
  malformed('tcbInfo', 'tdx4', 'type before category', (t) =>
    t.replace(/("category":"BIOS"),("type":"[^"]*")/, '$2,$1'),
  ),
  malformed('tcbInfo', 'tdx4', 'category of 65 letters', (t) =>
    t.replace('"category":"BIOS"', `"category":"${'B'.repeat(65)}"`),
  ),
  malformed('tcbInfo', 'tdx4', 'category not in ASCII', (t) => t.replace('"category":"BIOS"', '"category":"BIÖS"')),
  malformed('tcbInfo', 'tdx4', 'no tdxModule', (t) => t.replace(/"tdxModule":\{[^}]*\},/, '')),
  malformed('tcbInfo', 'sgx3', 'tdxModule in that of SGX', (t) =>
    t.replace(
      '"tcbLevels"',
      `"tdxModule":{"mrsigner":"${'0'.repeat(96)}","attributes":"${'0'.repeat(16)}","attributesMask":"${'F'.repeat(16)}"},"tcbLevels"`,
    ),
  ),
  malformed('tcbInfo', 'tdx4', 'no TDX components', (t) => t.replace(/,"tdxtcbcomponents":\[[^\]]*\]/, ''), true),
  malformed('tcbInfo', 'tdx4', 'empty list of module identities', (t) =>
    t.replace(
      /"tdxModuleIdentities":\[.*\],"tcbLevels":\[\{"tcb":\{"sgx/,
      '"tdxModuleIdentities":[],"tcbLevels":[{"tcb":{"sgx',
    ),
  ),
  malformed('tcbInfo', 'tdx4', 'module identity of another name', (t) => t.replace('"TDX_03"', '"TDX-03"')),
  malformed('tcbInfo', 'tdx4', 'module identity of one digit', (t) => t.replace('"TDX_03"', '"TDX_3"')),
  malformed('tcbInfo', 'tdx4', 'MRSIGNER of a module of 47 bytes', (t) =>
    t.replace(`"mrsigner":"${'0'.repeat(96)}"`, `"mrsigner":"${'0'.repeat(94)}"`),
  ),
  malformed('tcbInfo', 'tdx4', 'list of advisories null', (t) =>
    t.replace(/"advisoryIDs":\[[^\]]*\]/, '"advisoryIDs":null'),
  ),
];

const qeGrammar: Plan[] = [
  ...FORMS.flatMap((form) => grammar('qeIdentity', form)),
  malformed('qeIdentity', 'tdx4', 'MRSIGNER of 31 bytes', (t) => t.replace(/"mrsigner":"../, '"mrsigner":"'), true),
  malformed('qeIdentity', 'sgx3', 'ISVPRODID of 65,536', (t) => t.replace('"isvprodid":1', '"isvprodid":65536'), true),
  malformed('qeIdentity', 'tdx4', 'no attributesMask', (t) => t.replace(/"attributesMask":"[^"]*",/, ''), true),
  malformed(
    'qeIdentity',
    'tdx4',
    'attributes with 0x',
    (t) => t.replace('"attributes":"11', '"attributes":"0x11'),
    true,
  ),
  malformed('qeIdentity', 'tdx4', 'isvsvn of 65,536', (t) => t.replace('"isvsvn":4', '"isvsvn":65536')),
];

const kinds: Plan[] = [
  ...['QE', 'TD_QE', 'tdx', 'TDX2', ''].map((id) =>
    info(
      'UnsupportedTcbInfo',
      `id ${id === 'tdx' ? 'tdx in lower case' : id || 'empty'}`,
      (json) => void (json.id = id),
    ),
  ),
  ...[0, 1, 2, 4].map((version) =>
    info(
      'UnsupportedTcbInfo',
      `version ${version}`,
      (json) => void (json.version = version),
      version < 3 ? undefined : ROW,
    ),
  ),
  ...[1, 2, 255, 4294967295].map((type) =>
    info('UnsupportedTcbInfo', `tcbType ${type}`, (json) => void (json.tcbType = type), ROW),
  ),
  ...[2, 4].map((version) =>
    info('UnsupportedTcbInfo', `version ${version}`, (json) => void (json.version = version), ROW, 'sgx3'),
  ),
  ...['QVE', 'qe', 'TDQE', 'TDX', ''].map((id) =>
    qe(
      'UnsupportedQeIdentity',
      `id ${id === 'qe' ? 'qe in lower case' : id || 'empty'}`,
      (json) => void (json.id = id),
    ),
  ),
  ...[0, 1, 3, 4].map((version) =>
    qe(
      'UnsupportedQeIdentity',
      `version ${version}`,
      (json) => void (json.version = version),
      version === 3 ? 'qeIdentity' : undefined,
    ),
  ),
  ...[1, 3, 4].map((version) =>
    qe('UnsupportedQeIdentity', `version ${version}`, (json) => void (json.version = version), undefined, 'sgx3'),
  ),
];

const status: Plan[] = [
  ...['uptodate', 'Unknown', '', 'UpToDate2'].map((name) =>
    info(
      'UnknownTcbStatus',
      `${name || 'empty'} of a platform level`,
      (json) => void (json.tcbLevels[0]!.tcbStatus = name),
    ),
  ),
  ...['TDRelaunchAdvised', 'TDRelaunchAdvisedConfigurationNeeded'].map((name) =>
    info('UnknownTcbStatus', `${name} of a platform level`, (json) => void (json.tcbLevels[2]!.tcbStatus = name), ROW),
  ),
  info(
    'UnknownTcbStatus',
    'of a level of SGX',
    (json) => void (json.tcbLevels[3]!.tcbStatus = 'Outdated'),
    ROW,
    'sgx3',
  ),
  ...['SWHardeningNeeded', 'ConfigurationNeeded', 'OutOfDateConfigurationNeeded'].map((name) =>
    info(
      'UnknownTcbStatus',
      `${name} of a module level`,
      (json) => void (json.tdxModuleIdentities![0]!.tcbLevels[0]!.tcbStatus = name),
      ROW,
    ),
  ),
  ...['SWHardeningNeeded', 'ConfigurationNeeded', 'TDRelaunchAdvised'].map((name) =>
    qe('UnknownTcbStatus', `${name} of a level`, (json) => void (json.tcbLevels[1]!.tcbStatus = name), ROW),
  ),
  qe('UnknownTcbStatus', 'of a level of SGX', (json) => void (json.tcbLevels[1]!.tcbStatus = 'revoked'), ROW, 'sgx3'),
];

const BAD_ADVISORIES: readonly [about: string, advisory: unknown][] = [
  ['of four digits', 'INTEL-SA-0615'],
  ['of six digits', 'INTEL-SA-000615'],
  ['in lower case', 'intel-sa-00615'],
  ['with a letter among its digits', 'INTEL-SA-0061S'],
  ['of another series', 'INTEL-TA-00615'],
  ['with a blank in front', ' INTEL-SA-00615'],
  ['empty', ''],
  ['that is a number', 615],
  ['that is null', null],
];
const advisories: Plan[] = BAD_ADVISORIES.flatMap(([words, advisory]) => {
  const about = `advisory ${words}`;
  return [
    info('UnknownAdvisory', about, (json) => void (json.tcbLevels[1]!.advisoryIDs = ['INTEL-SA-00106', advisory]), ROW),
    info(
      'UnknownAdvisory',
      `${about} of a module`,
      (json) => void (json.tdxModuleIdentities![1]!.tcbLevels[1]!.advisoryIDs = [advisory]),
      ROW,
    ),
    qe('UnknownAdvisory', about, (json) => void (json.tcbLevels[1]!.advisoryIDs = [advisory]), ROW, 'sgx3'),
  ];
});

const numbers = (count: number): string[] => Array.from({ length: count }, (_, i) => advisoryId(100 + i));
const isvLevels = (count: number): IsvLevelJson[] =>
  Array.from({ length: count }, (_, i) =>
    isvLevelJson({ isvSvn: 4 + count - 1 - i, status: i === count - 1 ? 'UpToDate' : 'OutOfDate' }),
  );

const bounds: Plan[] = [
  ...[65, 80].flatMap((count) =>
    FORMS.map((form) =>
      info(
        'TooManyEntries',
        `${count} platform levels`,
        (json) => {
          const tdx = new Array<number>(16).fill(0);
          json.tcbLevels = Array.from({ length: count }, (_, i) =>
            platformLevelJson(
              { sgx: COMPONENTS, pceSvn: 13 + count - 1 - i, tdx, status: 'UpToDate' },
              form === 'sgx3' ? 'sgx' : 'tdx',
            ),
          );
        },
        ROW,
        form,
      ),
    ),
  ),
  ...[17, 20].map((count) =>
    info(
      'TooManyEntries',
      `${count} module identities`,
      (json) => {
        const [first, second] = json.tdxModuleIdentities!;
        const others = Array.from({ length: count - 1 }, (_, i) => ({
          ...first!,
          id: `TDX_${(0x10 + i).toString(16)}`,
        }));
        json.tdxModuleIdentities = [second!, ...others];
      },
      ROW,
    ),
  ),
  ...[17, 20].map((count) =>
    info(
      'TooManyEntries',
      `${count} levels of a module`,
      (json) => {
        json.tdxModuleIdentities![1]!.tcbLevels = isvLevels(count);
      },
      ROW,
    ),
  ),
  ...[17, 20].flatMap((count) =>
    FORMS.map((form) =>
      qe('TooManyEntries', `${count} levels`, (json) => void (json.tcbLevels = isvLevels(count)), ROW, form),
    ),
  ),
  ...[0, 1, 2].map((level) =>
    info(
      'TooManyEntries',
      `65 advisories of level ${level}`,
      (json) => void (json.tcbLevels[level]!.advisoryIDs = numbers(65)),
      ROW,
    ),
  ),
  info(
    'TooManyEntries',
    '65 advisories of a module level',
    (json) => void (json.tdxModuleIdentities![1]!.tcbLevels[1]!.advisoryIDs = numbers(65)),
    ROW,
  ),
  qe(
    'TooManyEntries',
    '65 advisories of a level',
    (json) => void (json.tcbLevels[1]!.advisoryIDs = numbers(65)),
    ROW,
    'sgx3',
  ),
];

const order: Plan[] = [
  ...FORMS.flatMap((form) => [
    info('UnorderedTcbLevels', 'two levels swapped', (json) => void swap(json.tcbLevels, 1, 2), ROW, form),
    info(
      'UnorderedTcbLevels',
      'a level twice',
      (json) => void json.tcbLevels.splice(1, 0, structuredClone(json.tcbLevels[0]!)),
      ROW,
      form,
    ),
    info(
      'UnorderedTcbLevels',
      'a level twice, with another status',
      (json) => {
        json.tcbLevels.splice(2, 0, { ...structuredClone(json.tcbLevels[1]!), tcbStatus: 'Revoked' });
      },
      ROW,
      form,
    ),
    info(
      'UnorderedTcbLevels',
      'a later component higher, the first equal',
      (json) => {
        json.tcbLevels[2]!.tcb.sgxtcbcomponents[15]!.svn = 1;
        json.tcbLevels[2]!.tcb.pcesvn = 13;
      },
      ROW,
      form,
    ),
  ]),
  info(
    'UnorderedTcbLevels',
    'equal but for a higher TDX component',
    (json) => {
      const level = structuredClone(json.tcbLevels[1]!);
      level.tcb.tdxtcbcomponents![15]!.svn = 1;
      json.tcbLevels.splice(2, 0, level);
    },
    ROW,
  ),
  info(
    'UnorderedTcbLevels',
    'levels of a module swapped',
    (json) => void swap(json.tdxModuleIdentities![1]!.tcbLevels, 1, 2),
    ROW,
  ),
  info(
    'UnorderedTcbLevels',
    'isvsvn of a module twice',
    (json) => {
      json.tdxModuleIdentities![1]!.tcbLevels[1]!.tcb.isvsvn = 6;
    },
    ROW,
  ),
  ...['TDX_01', 'TDX_03'].map((id) =>
    info(
      'UnorderedTcbLevels',
      `module identity ${id} twice`,
      (json) => {
        json.tdxModuleIdentities!.push({ ...structuredClone(json.tdxModuleIdentities![0]!), id });
      },
      ROW,
    ),
  ),
  info(
    'UnorderedTcbLevels',
    'module identity twice in different letter case',
    (json) => {
      const first = json.tdxModuleIdentities![0]!;
      json.tdxModuleIdentities!.unshift({ ...first, id: 'TDX_0A' }, { ...first, id: 'TDX_0a' });
    },
    ROW,
  ),
  ...FORMS.flatMap((form) => [
    qe('UnorderedTcbLevels', 'two levels swapped', (json) => void swap(json.tcbLevels, 1, 2), ROW, form),
    qe(
      'UnorderedTcbLevels',
      'isvsvn twice',
      (json) => void (json.tcbLevels[1]!.tcb.isvsvn = json.tcbLevels[0]!.tcb.isvsvn),
      ROW,
      form,
    ),
  ]),
];

function swap<T>(list: T[], a: number, b: number): void {
  [list[a], list[b]] = [list[b]!, list[a]!];
}

const OFFSETS = [1, 60, 3600, DAY_SECONDS, 365 * DAY_SECONDS];
const dates: Plan[] = OFFSETS.flatMap((by) =>
  FORMS.flatMap((form) => [
    info(
      'TcbInfoNotYetValid',
      `by ${by} s`,
      (json) => void (json.issueDate = isoDate(CASE_TIME + by)),
      undefined,
      form,
    ),
    info(
      'TcbInfoExpired',
      `by ${by} s`,
      (json) => {
        json.issueDate = isoDate(CASE_TIME - by - 30 * DAY_SECONDS);
        json.nextUpdate = isoDate(CASE_TIME - by);
      },
      undefined,
      form,
    ),
    qe(
      'QeIdentityNotYetValid',
      `by ${by} s`,
      (json) => void (json.issueDate = isoDate(CASE_TIME + by)),
      undefined,
      form,
    ),
    qe(
      'QeIdentityExpired',
      `by ${by} s`,
      (json) => {
        json.issueDate = isoDate(CASE_TIME - by - 30 * DAY_SECONDS);
        json.nextUpdate = isoDate(CASE_TIME - by);
      },
      undefined,
      form,
    ),
  ]),
);

export const documentPlans: readonly Plan[] = [
  ...signatures('tcbInfo'),
  ...signatures('qeIdentity'),
  ...infoGrammar,
  ...qeGrammar,
  ...kinds,
  ...status,
  ...advisories,
  ...bounds,
  ...order,
  ...dates,
];
