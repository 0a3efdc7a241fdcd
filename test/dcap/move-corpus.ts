/** Runs cases of the shared corpus (localnet/tee/misbehave) against the Move package. */
import { sha256 } from '@noble/hashes/sha2.js';
import type { CollateralParts } from '../../localnet/tee/index.ts';
import type { HonestCase, Step, StoreAction, StoreCase, VerificationCase } from '../../localnet/tee/misbehave/index.ts';
import { concat, toHex } from '../../prover/protocol/bytes.ts';
import { readCertificate, type DcapRule } from '../../prover/protocol/dcap/index.ts';
import { brokenRule, issuerKeyId, type MoveDcap, type MoveReport, type MoveStore } from './move-store.ts';

type Part = Exclude<Step, 'verification'>;

/** In the order of docs/spec/dcap.md section 2. */
const PARTS: readonly Part[] = [
  'root',
  'rootCrl',
  'tcbInfoSigner',
  'tcbInfo',
  'qeIdentitySigner',
  'qeIdentity',
  'pckCa',
  'pckCrl',
];

/** What a case ended with: the rule broken, and where. */
export interface Verdict {
  rule: DcapRule | undefined;
  step: Step;
}

/** Runs cases one after the other. What they share is admitted once: an upload that is refused changes nothing. */
export class MoveCorpus {
  readonly #dcap: MoveDcap;
  readonly #stores = new Map<string, MoveStore>();

  constructor(dcap: MoveDcap) {
    this.#dcap = dcap;
  }

  /** Uploads part after part, then verifies, up to the first refusal. */
  run(entry: VerificationCase): Verdict {
    const { admittedAt, at, collateral, evidence, laterRootCrl } = entry;
    const end = entry.step === 'verification' ? PARTS.length : PARTS.indexOf(entry.step);
    const before = this.#admitted(entry.rootFingerprint, collateral, admittedAt, end, laterRootCrl !== undefined);
    if ('rule' in before) return before;
    if (entry.step !== 'verification') {
      const { step } = entry;
      const unchanged = before.state();
      const rule = brokenRule(() => uploadPart(before, step, collateral, admittedAt));
      if (rule !== undefined && before.state() !== unchanged)
        throw new Error(`${entry.id}: a refused upload is stored`);
      return { rule, step };
    }
    if (laterRootCrl) before.rootCrl(laterRootCrl, at);
    const number = evaluationNumberOf(collateral.tcbInfo);
    return { rule: brokenRule(() => before.verify(evidence, number, at)), step: 'verification' };
  }

  /** The report of evidence that is in order. */
  report({ rootFingerprint, collateral, at, evidence }: HonestCase): MoveReport {
    const store = this.#admitted(rootFingerprint, collateral, at, PARTS.length, false);
    if ('rule' in store) throw new Error(`${store.step} is refused with ${store.rule}`);
    return store.verify(evidence, evaluationNumberOf(collateral.tcbInfo), at);
  }

  /** Runs the calls of a case of stores: the rule that the last one breaks, and how many succeeded. */
  runStore({ rootFingerprint, actions }: StoreCase): { rule: DcapRule | undefined; succeeded: number } {
    const store = this.#dcap.store(rootFingerprint);
    for (const [succeeded, action] of actions.entries()) {
      const rule = brokenRule(() => act(store, action));
      if (rule !== undefined) return { rule, succeeded };
    }
    return { rule: undefined, succeeded: actions.length };
  }

  /** A store with the first `end` parts, or the first refusal. */
  #admitted(
    rootFingerprint: Uint8Array,
    collateral: CollateralParts,
    at: number,
    end: number,
    isOwn: boolean,
  ): MoveStore | Verdict {
    const parts = PARTS.slice(0, end);
    const bytes = parts.flatMap((part) => [collateral[part], signatureOf(part, collateral)]);
    const key = `${at} ${toHex(concat(rootFingerprint, ...bytes.map((part) => sha256(part))))}`;
    const known = this.#stores.get(key);
    if (known && !isOwn) return known;
    const store = this.#dcap.store(rootFingerprint);
    for (const step of parts) {
      const rule = brokenRule(() => uploadPart(store, step, collateral, at));
      if (rule !== undefined) return { rule, step };
    }
    if (!isOwn) this.#stores.set(key, store);
    return store;
  }
}

function signatureOf(part: Part, { tcbInfoSignature, qeIdentitySignature }: CollateralParts): Uint8Array {
  if (part === 'tcbInfo') return tcbInfoSignature;
  return part === 'qeIdentity' ? qeIdentitySignature : new Uint8Array();
}

function uploadPart(store: MoveStore, part: Part, collateral: CollateralParts, at: number): void {
  const bytes = collateral[part];
  const signature = signatureOf(part, collateral);
  if (part === 'tcbInfo') store.tcbInfo(bytes, signature, collateral.tcbInfoSigner, at);
  else if (part === 'qeIdentity') store.qeIdentity(bytes, signature, collateral.qeIdentitySigner, at);
  else if (part === 'pckCrl') store.pckCrl(bytes, readCertificate(collateral.pckCa, 'pckCa').subjectKeyId, at);
  else uploadDer(store, part, bytes, at);
}

function uploadDer(
  store: MoveStore,
  part: Exclude<Part, 'tcbInfo' | 'qeIdentity' | 'pckCrl'>,
  bytes: Uint8Array,
  at: number,
): void {
  if (part === 'tcbInfoSigner' || part === 'qeIdentitySigner') store.tcbSigner(bytes, at);
  else store[part](bytes, at);
}

function act(store: MoveStore, action: StoreAction): void {
  // Nothing is prepared ahead of verifications, so there is nothing to refresh.
  if (action.do === 'refresh') return;
  if (action.do === 'verify') {
    store.verify(action.evidence, action.evaluationNumber, action.at);
    return;
  }
  const { part, bytes, signature, signer, at } = action;
  if (part === 'tcbInfo') store.tcbInfo(bytes, signature!, signer!, at);
  else if (part === 'qeIdentity') store.qeIdentity(bytes, signature!, signer!, at);
  else if (part === 'pckCrl') store.pckCrl(bytes, issuerKeyId(bytes), at);
  else uploadDer(store, part, bytes, at);
}

/** The evaluation number that a caller names: that of the TCB info. */
function evaluationNumberOf(tcbInfo: Uint8Array): number {
  const text = new TextDecoder('latin1').decode(tcbInfo);
  return Number(/"tcbEvaluationDataNumber":(\d{1,10}),/.exec(text)?.[1] ?? 0);
}
