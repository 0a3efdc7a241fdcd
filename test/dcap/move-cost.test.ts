/** What the Move package takes of a transaction, in instructions of the virtual machine of the local Sui network. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { QUOTE_FORMS } from '../../localnet/tee/index.ts';
import { draftOf, issue, CASE_TIME, type Draft } from '../../localnet/tee/misbehave/index.ts';
import * as d from '../../prover/protocol/dcap/index.ts';
import { brokenRule, MoveDcap, shown, type MoveStore } from './move-store.ts';

/** Largest argument of a transaction that is not an object, and instructions that verification must stay below. */
const MAX_ARGUMENT_BYTES = 16_384;
const MAX_VERIFY = 150_000;
/** What one transaction of an upload should stay below. */
const MAX_UPLOAD = 190_000;

/** As many levels as are allowed, each with as many advisories, and a machine that meets the last of each alone. */
function worst(draft: Draft): void {
  const advisories = (from: number): string[] =>
    Array.from({ length: 64 }, (_, i) => `INTEL-SA-${String(from + 2 * i).padStart(5, '0')}`);
  const { json } = draft.tcbInfo;
  const [best] = json.tcbLevels;
  json.tcbLevels = Array.from({ length: 64 }, (_, i) => {
    const level = structuredClone(best!);
    level.tcb.pcesvn = 13 + 63 - i;
    level.advisoryIDs = advisories(1000);
    return level;
  });
  const isv = (isvsvn: number, from: number): NonNullable<typeof json.tdxModuleIdentities>[number]['tcbLevels'] =>
    Array.from({ length: 16 }, (_, i) => ({
      tcb: { isvsvn: isvsvn + 15 - i },
      tcbDate: best!.tcbDate,
      tcbStatus: 'OutOfDate' as const,
      advisoryIDs: advisories(from),
    }));
  if (json.tdxModuleIdentities) {
    const [first] = json.tdxModuleIdentities;
    json.tdxModuleIdentities = Array.from({ length: 16 }, (_, i) => {
      const version = (16 - i).toString(16).padStart(2, '0');
      return { ...structuredClone(first!), id: `TDX_${version}`, tcbLevels: isv(6, 1001) };
    });
  }
  draft.qeIdentity.json.tcbLevels = isv(draft.tee === 'sgx' ? 8 : 4, 2000);
}

describe('DCAP in Move: cost', function () {
  this.timeout(300_000);
  let dcap: MoveDcap;
  before(async () => void (dcap = await MoveDcap.load()));

  for (const form of QUOTE_FORMS) {
    it(`${form}: a verification fits a transaction, at the first level and at the last of 64`, () => {
      for (const edit of [() => {}, worst]) {
        const draft = draftOf(form);
        edit(draft);
        const { collateral, evidence, rootFingerprint } = issue(draft);
        const store = dcap.store(rootFingerprint);
        store.admit(collateral, CASE_TIME);
        const report = store.verify(evidence, 19, CASE_TIME);
        const merged = form === 'sgx3' ? 128 : 192;
        assert.equal(report.advisories.length, edit === worst ? merged : 0);
        assert.ok(evidence.length < MAX_ARGUMENT_BYTES);
        assert.ok(store.instructions <= MAX_VERIFY, `${store.instructions} instructions`);
      }
    });
  }

  it('the longest TCB info is admitted in transactions of a bounded size, one level at a time or several', () => {
    const draft = draftOf('tdx4');
    worst(draft);
    const { collateral, rootFingerprint } = issue(draft);
    const { tcbInfo, tcbInfoSignature, tcbInfoSigner } = collateral;
    const upload = (steps: number): number[] => {
      const store = dcap.store(rootFingerprint);
      store.root(collateral.root, CASE_TIME);
      store.rootCrl(collateral.rootCrl, CASE_TIME);
      store.tcbSigner(tcbInfoSigner, CASE_TIME);
      return store.tcbInfo(tcbInfo, tcbInfoSignature, tcbInfoSigner, CASE_TIME, steps);
    };
    assert.ok(tcbInfo.length > 100_000, `${tcbInfo.length} bytes`);
    for (const steps of [1, 4]) {
      const most = Math.max(...upload(steps));
      assert.ok(most <= MAX_UPLOAD, `${most} instructions for ${steps} steps`);
    }
  });

  it('each other part is admitted in one transaction', () => {
    const { collateral, rootFingerprint } = issue(draftOf('tdx4'));
    const store = dcap.store(rootFingerprint);
    const check = (action: () => void): void => {
      action();
      assert.ok(store.instructions <= MAX_UPLOAD, `${store.instructions} instructions`);
    };
    check(() => store.root(collateral.root, CASE_TIME));
    check(() => store.rootCrl(collateral.rootCrl, CASE_TIME));
    check(() => store.tcbSigner(collateral.tcbInfoSigner, CASE_TIME));
    const { qeIdentity, qeIdentitySignature, qeIdentitySigner } = collateral;
    check(() => store.qeIdentity(qeIdentity, qeIdentitySignature, qeIdentitySigner, CASE_TIME));
    check(() => store.pckCa(collateral.pckCa, CASE_TIME));
    const { subjectKeyId } = d.readCertificate(collateral.pckCa, 'pckCa');
    check(() => store.pckCrl(collateral.pckCrl, subjectKeyId, CASE_TIME));
  });
});

const folder = new URL('../../../shared/vectors/dcap/', import.meta.url);
const isPresent = existsSync(folder);
if (!isPresent) console.log(`recorded Intel evidence is absent (${folder.pathname}): its tests in Move are skipped`);

/** docs/spec/dcap.md section 13. */
const RECORDED = [
  {
    name: 'tdx_v4_uptodate',
    opens: '2025-06-19T10:32:27Z',
    closes: '2025-07-19T10:00:35Z',
    verdict: { status: 'UpToDate', advisories: [] },
    before: 'QeIdentityNotYetValid',
  },
  {
    name: 'sgx_v3_confighardening',
    opens: '2025-06-19T10:56:11Z',
    closes: '2025-07-19T10:01:18Z',
    verdict: { status: 'ConfigurationAndSWHardeningNeeded', advisories: [289, 615] },
    before: 'TcbInfoNotYetValid',
  },
  {
    name: 'tdx_v5_no_matching_level',
    opens: '2026-02-18T10:58:51Z',
    closes: '2026-03-20T10:41:15Z',
    verdict: 'TcbLevelMissing',
    before: 'TcbInfoNotYetValid',
  },
];

(isPresent ? describe : describe.skip)('DCAP in Move: recorded Intel evidence', function () {
  this.timeout(60_000);
  let dcap: MoveDcap;
  before(async () => void (dcap = await MoveDcap.load()));

  for (const { name, opens, closes, verdict, before: early } of RECORDED) {
    it(`${name} has its verdict inside its window, and none outside`, () => {
      const quote = new Uint8Array(readFileSync(new URL(`${name}.quote.bin`, folder)));
      const file: unknown = JSON.parse(readFileSync(new URL(`${name}.collateral.json`, folder), 'utf8'));
      const collateral = d.collateralFromFile(file);
      const evidence = d.evidenceFromQuote(quote);
      const { evaluationNumber } = d.readTcbInfo(collateral.tcbInfo);
      const [from, to] = [Date.parse(opens) / 1000, Date.parse(closes) / 1000];
      const fingerprint = Uint8Array.from(Buffer.from(d.INTEL_ROOT_FINGERPRINT.slice(2), 'hex'));
      const judge = (store: MoveStore, at: number): unknown => {
        let found: unknown;
        const rule = brokenRule(() => {
          const { statusCode, advisories } = store.verify(evidence, evaluationNumber, at);
          assert.ok(store.instructions <= MAX_VERIFY, `${store.instructions} instructions`);
          found = { status: d.TCB_STATUSES[statusCode - 1], advisories };
        });
        return rule ?? found;
      };
      const store = dcap.store(fingerprint);
      store.admit(collateral, from);
      for (const at of [from, Math.floor((from + to) / 2), to]) assert.deepEqual(judge(store, at), verdict);
      assert.equal(shown(judge(store, to + 1) as d.DcapRule), shown('CollateralExpired'));
      const tooEarly = dcap.store(fingerprint);
      assert.equal(
        brokenRule(() => tooEarly.admit(collateral, from - 1)),
        early,
      );
    });
  }
});
