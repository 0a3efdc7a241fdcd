/** Uploads that a store on chain must refuse, and verifications on stale data: docs/spec/dcap.md section 6, Store. */
import type { CollateralParts } from '../collateral.ts';
import { integer, sequence, time } from '../der.ts';
import { DAY_SECONDS, isoDate } from '../encoding.ts';
import { QUOTE_FORMS, type QuoteForm } from '../quote.ts';
import { caseHead, type StoreAction, type StoreCase } from './case.ts';
import {
  asProcessor,
  CASE_TIME,
  caseSerial,
  draftOf,
  ENDS,
  EVALUATION_NUMBER,
  issue,
  issueCrl,
  laterCrl,
  type Draft,
} from './draft.ts';
import type { Step } from './plan.ts';
import type { RuleName } from './rules.ts';

type Part = Exclude<Step, 'verification'>;
const ORDER: readonly Part[] = [
  'root',
  'rootCrl',
  'tcbInfoSigner',
  'tcbInfo',
  'qeIdentitySigner',
  'qeIdentity',
  'pckCa',
  'pckCrl',
];
/** What an upload rests on. */
const BASIS: Record<Part, readonly Part[]> = {
  root: [],
  rootCrl: ['root'],
  tcbInfoSigner: ['root', 'rootCrl'],
  tcbInfo: ['root', 'rootCrl', 'tcbInfoSigner'],
  qeIdentitySigner: ['root', 'rootCrl'],
  qeIdentity: ['root', 'rootCrl', 'qeIdentitySigner'],
  pckCa: ['root', 'rootCrl'],
  pckCrl: ['root', 'rootCrl', 'pckCa'],
};

function upload(collateral: CollateralParts, part: Part, at = CASE_TIME): StoreAction {
  const head = { do: 'upload', part, bytes: collateral[part], at } as const;
  if (part === 'tcbInfo') return { ...head, signature: collateral.tcbInfoSignature, signer: collateral.tcbInfoSigner };
  if (part === 'qeIdentity')
    return { ...head, signature: collateral.qeIdentitySignature, signer: collateral.qeIdentitySigner };
  return head;
}

function honest(form: QuoteForm, edit: (draft: Draft) => void = () => {}): ReturnType<typeof issue> {
  const draft = draftOf(form);
  edit(draft);
  return issue(draft);
}

function storeCase(rule: RuleName, about: string, rootFingerprint: Uint8Array, actions: StoreAction[]): StoreCase {
  return { kind: 'store', ...caseHead(rule, about), rootFingerprint, actions };
}

function* missing(): Generator<StoreCase> {
  const rule = 'CollateralMissing';
  for (const form of ['sgx3', 'tdx4'] as const) {
    const { collateral, rootFingerprint } = honest(form);
    for (const part of ORDER) {
      const isOfTee = part === 'tcbInfo' || part === 'qeIdentity';
      if (form === 'sgx3' && !isOfTee) continue;
      const basis = BASIS[part];
      for (let there = 0; there < basis.length; there++) {
        const actions = basis.slice(0, there).map((before) => upload(collateral, before));
        const about = `${form}: ${part} without ${basis.slice(there).join(', ')}`;
        yield storeCase(rule, about, rootFingerprint, [...actions, upload(collateral, part)]);
      }
    }
  }
  const { collateral, rootFingerprint } = honest('tdx4');
  const processor = honest('tdx4', asProcessor).collateral;
  const uploads = ORDER.filter((part) => part !== 'pckCrl').map((part) => upload(collateral, part));
  yield storeCase(rule, 'CRL of a PCK CA that is not there, though the other is', rootFingerprint, [
    ...uploads,
    upload(processor, 'pckCrl'),
  ]);
  const second = honest('tdx4', (draft) => {
    draft.certificates.tcbSigning.parts.serial = integer(caseSerial('second TCB signing'));
  }).collateral;
  const others = BASIS.tcbInfo.map((part) => upload(collateral, part));
  yield storeCase(rule, 'TCB info under a second TCB signing certificate that is not there', rootFingerprint, [
    ...others,
    upload(second, 'tcbInfo'),
  ]);
}

function* notNewer(): Generator<StoreCase> {
  const rule = 'CollateralNotNewer';
  const day = DAY_SECONDS;
  const older: Record<'rootCrl' | 'pckCrl' | 'tcbInfo' | 'qeIdentity', (draft: Draft, by: number) => void> = {
    rootCrl: ({ crls }, by) => void (crls.root.parts.thisUpdate = time(CASE_TIME - 20 * day - by)),
    pckCrl: ({ crls }, by) => void (crls.pckCa.parts.thisUpdate = time(CASE_TIME - 5 * day - by)),
    tcbInfo: ({ tcbInfo }, by) => void (tcbInfo.json.issueDate = isoDate(CASE_TIME - 3 * day - by)),
    qeIdentity: ({ qeIdentity }, by) => void (qeIdentity.json.issueDate = isoDate(CASE_TIME - 4 * day - by)),
  };
  const sameDate: typeof older = {
    rootCrl: ({ crls }) => void (crls.root.parts.nextUpdate = time(CASE_TIME + 400 * day)),
    pckCrl: ({ crls }) => void (crls.pckCa.parts.entries = crls.pckCa.parts.entries.slice(1)),
    tcbInfo: ({ tcbInfo }) => void (tcbInfo.json.tcbLevels[1]!.tcbStatus = 'SWHardeningNeeded'),
    qeIdentity: ({ qeIdentity }) => void (qeIdentity.json.tcbLevels[1]!.tcbStatus = 'UpToDate'),
  };
  for (const form of ['sgx3', 'tdx4'] as const) {
    const { collateral, rootFingerprint } = honest(form);
    const all = ORDER.map((part) => upload(collateral, part));
    for (const part of ['rootCrl', 'pckCrl', 'tcbInfo', 'qeIdentity'] as const) {
      const again = (about: string, edit: (draft: Draft) => void): StoreCase =>
        storeCase(rule, `${form}: ${part} ${about}`, rootFingerprint, [
          ...all,
          upload(honest(form, edit).collateral, part),
        ]);
      yield again('a second time', () => {});
      yield again('of the same date with other content', (draft) => sameDate[part](draft, 0));
      yield again('a second older', (draft) => older[part](draft, 1));
      yield again('a week older', (draft) => older[part](draft, 7 * day));
    }
    const ending = honest(form, ({ certificates }) => {
      const validity = sequence(time(CASE_TIME - 365 * day), time(CASE_TIME + day));
      for (const name of ['tcbSigning', 'qeSigning'] as const) certificates[name].parts.validity = validity;
    }).collateral;
    for (const [part, signer] of [
      ['tcbInfo', 'tcbInfoSigner'],
      ['qeIdentity', 'qeIdentitySigner'],
    ] as const) {
      const about = `${form}: ${part} under a certificate that ends before the one of the same key that it is kept under`;
      yield storeCase(rule, about, rootFingerprint, [
        ...ORDER.map((before) => upload(ending, before)),
        upload(collateral, signer),
        upload(collateral, part),
        upload(ending, part),
      ]);
    }
    const renewed = (by: number, serial = caseSerial('renewed PCK CA')): Uint8Array =>
      honest(form, ({ certificates: { pckCa } }) => {
        pckCa.parts.serial = integer(serial);
        pckCa.parts.validity = sequence(time(CASE_TIME - 30 * day), time(ENDS.pckCa + by));
      }).collateral.pckCa;
    for (const [about, by] of [
      ['that ends with it', 0],
      ['that ends a second before it', -1],
      ['that ends a year before it', -365 * day],
    ] as const) {
      yield storeCase(rule, `${form}: another certificate of the same PCK CA ${about}`, rootFingerprint, [
        ...all,
        { do: 'upload', part: 'pckCa', bytes: renewed(by), at: CASE_TIME },
      ]);
    }
    for (const [about, serial] of [
      ['', caseSerial('renewed PCK CA')],
      // As with Intel, whose serial numbers are hashes of the key.
      [' under its serial number', caseSerial('pckCa')],
    ] as const) {
      yield storeCase(rule, `${form}: a PCK CA in place of the one that renewed it${about}`, rootFingerprint, [
        ...all,
        { do: 'upload', part: 'pckCa', bytes: renewed(365 * day, serial), at: CASE_TIME },
        upload(collateral, 'pckCa'),
      ]);
    }
  }
}

/** Uploads that were in order a day ago, when what they rest on was admitted. */
function* expired(): Generator<StoreCase> {
  const before = CASE_TIME - DAY_SECONDS;
  const end = CASE_TIME - 1;
  const ending: Partial<Record<Part, (draft: Draft) => void>> = {
    root: ({ certificates }) => void (certificates.root.parts.validity = sequence(time(before - 1), time(end))),
    rootCrl: ({ crls }) => void (crls.root.parts.nextUpdate = time(end)),
    tcbInfoSigner: ({ certificates }) =>
      void (certificates.tcbSigning.parts.validity = sequence(time(before - 1), time(end))),
    qeIdentitySigner: ({ certificates }) =>
      void (certificates.qeSigning.parts.validity = sequence(time(before - 1), time(end))),
    pckCa: ({ certificates }) => void (certificates.pckCa.parts.validity = sequence(time(before - 1), time(end))),
  };
  for (const form of ['sgx3', 'tdx4'] as const) {
    for (const part of ORDER) {
      const isOfTee = part === 'tcbInfo' || part === 'qeIdentity';
      if (form === 'sgx3' && !isOfTee) continue;
      for (const basis of BASIS[part]) {
        const { collateral, rootFingerprint } = honest(form, ending[basis]);
        const about = `${form}: ${part} upon ${basis} that expired a second ago`;
        yield storeCase('CollateralExpired', about, rootFingerprint, [
          ...BASIS[part].map((other) => upload(collateral, other, before)),
          upload(collateral, part),
        ]);
      }
    }
  }
}

/** Uploads upon a certificate that was admitted before the root CRL that revokes it. */
function* revoked(): Generator<StoreCase> {
  const signers = { tcbInfo: 'tcbInfoSigner', qeIdentity: 'qeIdentitySigner', pckCrl: 'pckCa' } as const;
  for (const form of ['sgx3', 'tdx4'] as const) {
    const { collateral, rootFingerprint } = honest(form);
    for (const part of ['tcbInfo', 'qeIdentity', 'pckCrl'] as const) {
      const serial = caseSerial(part === 'pckCrl' ? 'pckCa' : 'tcbSigning');
      const crl = issueCrl(laterCrl([{ serial, atSeconds: CASE_TIME - 60, reason: 1 }]));
      const about = `${form}: ${part} upon ${signers[part]} that was revoked since it was admitted`;
      yield storeCase('CollateralRevoked', about, rootFingerprint, [
        ...BASIS[part].map((other) => upload(collateral, other)),
        { do: 'upload', part: 'rootCrl', bytes: crl, at: CASE_TIME },
        upload(collateral, part),
      ]);
    }
  }
}

function* stale(): Generator<StoreCase> {
  const newer: Record<'rootCrl' | 'pckCrl' | 'tcbInfo' | 'qeIdentity', (draft: Draft) => void> = {
    rootCrl: ({ crls }) => void (crls.root.parts.thisUpdate = time(CASE_TIME - 1)),
    pckCrl: ({ crls }) => void (crls.pckCa.parts.thisUpdate = time(CASE_TIME - 1)),
    tcbInfo: ({ tcbInfo }) => void (tcbInfo.json.issueDate = isoDate(CASE_TIME - 1)),
    qeIdentity: ({ qeIdentity }) => void (qeIdentity.json.issueDate = isoDate(CASE_TIME - 1)),
  };
  for (const form of QUOTE_FORMS) {
    const { collateral, rootFingerprint, evidence } = honest(form);
    for (const [part, edit] of Object.entries(newer) as [Part, (draft: Draft) => void][]) {
      yield storeCase('StaleSnapshot', `${form}: not refreshed since a newer ${part}`, rootFingerprint, [
        ...ORDER.map((before) => upload(collateral, before)),
        { do: 'refresh', at: CASE_TIME },
        upload(honest(form, edit).collateral, part),
        { do: 'verify', evidence, evaluationNumber: EVALUATION_NUMBER, at: CASE_TIME },
      ]);
    }
  }
}

export function* storeCases(): Generator<StoreCase> {
  yield* missing();
  yield* notNewer();
  yield* expired();
  yield* revoked();
  yield* stale();
}
