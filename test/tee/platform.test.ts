import assert from 'node:assert/strict';
import { createHash, createPublicKey, verify as verifySignature, X509Certificate } from 'node:crypto';
import {
  createPlatform,
  QUOTE_FORMS,
  reportDataOf,
  Vendor,
  type Platform,
  type QuoteForm,
  type QuoteOptions,
} from '../../localnet/tee/index.ts';
import { collateralFromFile, evidenceFromQuote, INTEL_ROOT_FINGERPRINT } from '../../prover/protocol/dcap/index.ts';
import { askOracle } from '../dcap/oracle.ts';
import { judge, type Verdict } from './support.ts';

const AT = Date.UTC(2026, 5, 15, 12) / 1000;
const DAY = 86_400;
const REPORT_DATA = reportDataOf(new TextEncoder().encode('report data of a test'));
const vendorAt = (seed: string, at = AT): Vendor => new Vendor({ seed, clock: () => at });
const teeOf = (form: QuoteForm): 'sgx' | 'tdx' => (form === 'sgx3' ? 'sgx' : 'tdx');

function verdict(machine: Platform, options: QuoteOptions, at = AT, allowDebug = false): Verdict {
  const { evidence } = machine.quote(options);
  const collateral = collateralFromFile(machine.collateral({ tee: teeOf(options.form) }));
  return judge({ at, rootFingerprint: machine.vendor.rootFingerprint, collateral, evidence, allowDebug });
}

function oracle(machine: Platform, options: QuoteOptions, at = AT): ReturnType<typeof askOracle> {
  const { quote } = machine.quote(options);
  const { vendor } = machine;
  return askOracle(quote, machine.collateralParts({ tee: teeOf(options.form) }), vendor.root, at);
}

function statusOf(found: Verdict): string {
  return found.accepted ? found.report.tcbStatus : found.rule;
}

describe('simulated platform', () => {
  it('certificates are X.509: names, validity, issuer, signature, key usage', () => {
    const vendor = vendorAt('x509');
    for (const kind of ['platform', 'processor'] as const) {
      const machine = createPlatform({ vendor, pckCa: kind, seed: kind });
      const [pck, ca, root] = machine.chain().map((der) => new X509Certificate(der)) as [
        X509Certificate,
        X509Certificate,
        X509Certificate,
      ];
      const signing = new X509Certificate(vendor.tcbSigning);
      assert.equal(pck.subject.split('\n')[0], 'CN=Local SGX PCK Certificate');
      assert.equal(ca.subject.split('\n')[0], `CN=Local SGX PCK ${kind === 'platform' ? 'Platform' : 'Processor'} CA`);
      assert.equal(root.subject.split('\n')[0], 'CN=Local SGX Root CA');
      assert.equal(signing.subject.split('\n')[0], 'CN=Local SGX TCB Signing');
      for (const [certificate, issuer] of [
        [pck, ca],
        [ca, root],
        [root, root],
        [signing, root],
      ] as const) {
        assert.ok(certificate.verify(issuer.publicKey));
        assert.ok(certificate.checkIssued(issuer));
        assert.equal(certificate.issuer, issuer.subject);
        assert.equal(certificate.publicKey.asymmetricKeyDetails?.namedCurve, 'prime256v1');
        assert.equal(certificate.validFrom, 'Jan  1 00:00:00 2025 GMT');
      }
      assert.ok(!pck.verify(root.publicKey));
      assert.deepEqual([pck.ca, ca.ca, root.ca, signing.ca], [false, true, true, false]);
      assert.equal(root.validTo, 'Dec 31 23:59:59 2049 GMT');
      assert.equal(pck.serialNumber, Buffer.from(machine.serial).toString('hex').toUpperCase());
    }
  });

  it('validity windows are those asked for', () => {
    const from = Date.UTC(2031, 2, 1) / 1000;
    const to = Date.UTC(2051, 2, 1, 1, 2, 3) / 1000;
    const vendor = new Vendor({ seed: 'window', notBeforeSeconds: from, notAfterSeconds: to, clock: () => from + DAY });
    assert.equal(new X509Certificate(vendor.root).validTo, 'Mar  1 01:02:03 2051 GMT');
    assert.equal(new X509Certificate(vendor.root).validFrom, 'Mar  1 00:00:00 2031 GMT');
    const machine = createPlatform({ vendor });
    const dates = { tee: 'tdx', issuedAtSeconds: from + 2 * DAY, nextUpdateSeconds: from + 5 * DAY } as const;
    const info = JSON.parse(machine.collateral(dates).tcb_info) as { issueDate: string; nextUpdate: string };
    assert.deepEqual([info.issueDate, info.nextUpdate], ['2031-03-03T00:00:00Z', '2031-03-06T00:00:00Z']);
    const { evidence } = machine.quote({ form: 'tdx4', reportData: REPORT_DATA });
    const input = { rootFingerprint: vendor.rootFingerprint, collateral: machine.collateralParts(dates), evidence };
    assert.equal(statusOf(judge({ ...input, at: from + 2 * DAY })), 'UpToDate');
    assert.equal(statusOf(judge({ ...input, at: from + 5 * DAY })), 'UpToDate');
    assert.equal(statusOf(judge({ ...input, at: from + 2 * DAY - 1 })), 'CrlNotYetValid');
    assert.equal(statusOf(judge({ ...input, at: from + 5 * DAY + 1 })), 'TcbInfoExpired');
  });

  it('a machine that is certified anew until a time is accepted until then, and stays the machine that it was', () => {
    const machine = createPlatform({ vendor: vendorAt('certified anew') });
    const before = machine.serial;
    machine.certify(AT + 60);
    assert.notDeepEqual(machine.serial, before);
    const options = { form: 'tdx4', reportData: REPORT_DATA } as const;
    assert.equal(statusOf(verdict(machine, options, AT + 60)), 'UpToDate');
    assert.equal(statusOf(verdict(machine, options, AT + 61)), 'CertificateExpired');
    assert.equal(new X509Certificate(machine.pck).validTo, 'Jun 15 12:01:00 2026 GMT');
    machine.certify();
    assert.equal(statusOf(verdict(machine, options, AT + 61)), 'UpToDate');
  });

  it('the same seed gives the same bytes, another one no byte of a key', () => {
    const make = (seed: string): Uint8Array[] => {
      const machine = createPlatform({ vendor: vendorAt(seed) });
      const { quote, evidence } = machine.quote({ form: 'tdx5td15', reportData: REPORT_DATA });
      return [machine.vendor.root, quote, evidence, Buffer.from(JSON.stringify(machine.collateral({ tee: 'tdx' })))];
    };
    assert.deepEqual(make('one'), make('one'));
    const [one, other] = [make('one'), make('other')];
    one.forEach((bytes, i) => assert.notDeepEqual(bytes, other[i]));
    const keys = [one, other].map(([root]) => new X509Certificate(root!).publicKey.export({ format: 'jwk' }).x);
    assert.notEqual(keys[0], keys[1]);
  });

  for (const form of QUOTE_FORMS)
    it(`${form}: honest quotes are accepted, by dcap-qvl too, and altered ones are not`, () => {
      const machine = createPlatform({ vendor: vendorAt('honest') });
      const options: QuoteOptions = { form, reportData: REPORT_DATA };
      const found = verdict(machine, options);
      assert.ok(found.accepted);
      const { report } = found;
      assert.equal(report.tcbStatus, 'UpToDate');
      assert.deepEqual(report.reportData, REPORT_DATA);
      assert.deepEqual(report.fmspc, machine.fmspc);
      assert.equal(report.evaluationNumber, machine.vendor.evaluationNumber);
      assert.deepEqual(oracle(machine, options), { accepted: true, status: 'UpToDate', advisories: [] });
      const { quote, evidence } = machine.quote(options);
      assert.deepEqual(evidenceFromQuote(quote), evidence);
      const collateral = machine.collateralParts({ tee: teeOf(form) });
      const input = { at: AT, rootFingerprint: machine.vendor.rootFingerprint, collateral };
      // Every region of a quote: header, body, signatures, key, QE report, authentication data, leaf.
      for (let offset = 30; offset < evidence.length; offset += 97) {
        const altered = evidence.slice();
        altered[offset]! ^= 1;
        assert.ok(!judge({ ...input, evidence: altered }).accepted, `byte ${offset}`);
        // The end of the machine's form is the root's PEM, which the oracle compares by its key alone.
        const alteredQuote = quote.slice();
        alteredQuote[offset]! ^= 1;
        const said = askOracle(alteredQuote, collateral, machine.vendor.root, AT);
        assert.ok(!said.accepted, `byte ${offset} of the quote`);
      }
    });

  it('fields of an enclave report are where they are asked for', () => {
    const machine = createPlatform({ vendor: vendorAt('fields') });
    const field = (length: number, seed: number): Uint8Array =>
      Uint8Array.from({ length }, (_, i) => (i * 7 + seed) & 0xff);
    const fields = {
      mrEnclave: field(32, 1),
      mrSigner: field(32, 2),
      isvProdId: 0x0102,
      isvSvn: 0x0304,
      configSvn: 0x0506,
      configId: field(64, 3),
      isvFamilyId: field(16, 4),
      isvExtProdId: field(16, 5),
      miscSelect: field(4, 6),
      cetAttributes: 9,
    };
    const found = verdict(machine, { form: 'sgx3', reportData: REPORT_DATA, ...fields });
    assert.ok(found.accepted && found.report.tee === 'sgx');
    for (const [name, value] of Object.entries(fields))
      assert.deepEqual(found.report.report[name as keyof typeof fields], value, name);
  });

  it('fields of a TD report are where they are asked for', () => {
    const machine = createPlatform({ vendor: vendorAt('fields') });
    const field = (length: number, seed: number): Uint8Array =>
      Uint8Array.from({ length }, (_, i) => (i * 7 + seed) & 0xff);
    const fields = {
      teeTcbSvn: Uint8Array.from({ length: 16 }, (_, i) => (i === 1 ? 1 : 200 + i)),
      teeTcbSvn2: Uint8Array.from({ length: 16 }, (_, i) => (i === 1 ? 3 : 220 + i)),
      mrSeam: field(48, 1),
      tdAttributes: Uint8Array.of(0, 0, 0, 0x30, 0, 0, 0, 0x80),
      xfam: field(8, 2),
      mrTd: field(48, 3),
      mrConfigId: field(48, 4),
      mrOwner: field(48, 5),
      mrOwnerConfig: field(48, 6),
      rtmr0: field(48, 7),
      rtmr1: field(48, 8),
      rtmr2: field(48, 9),
      rtmr3: field(48, 10),
      mrServiceTd: field(48, 11),
    };
    const found = verdict(machine, { form: 'tdx5td15', reportData: REPORT_DATA, ...fields });
    assert.ok(found.accepted && found.report.tee === 'tdx');
    for (const [name, value] of Object.entries(fields))
      assert.deepEqual(found.report.report[name as keyof typeof fields], value, name);
    assert.ok(found.report.isMigratable);
    assert.throws(() => machine.quote({ form: 'tdx4', reportData: REPORT_DATA, mrServiceTd: field(48, 1) }), TypeError);
    assert.throws(() => machine.quote({ form: 'tdx4', reportData: REPORT_DATA, mrTd: field(47, 1) }), RangeError);
    assert.throws(() => machine.quote({ form: 'tdx4', reportData: new Uint8Array(63) }), RangeError);
  });

  it('machines of one vendor differ in PPID and keys, and share the collateral', () => {
    const vendor = vendorAt('machines');
    const machines = ['a', 'b', 'c'].map((seed) => createPlatform({ vendor, seed }));
    const ids = machines.map((machine) => {
      const found = verdict(machine, { form: 'tdx4', reportData: REPORT_DATA });
      assert.ok(found.accepted);
      return Buffer.from(found.report.platformId).toString('hex');
    });
    assert.equal(new Set(ids).size, 3);
    assert.deepEqual(machines[0]!.collateral({ tee: 'tdx' }), machines[2]!.collateral({ tee: 'tdx' }));
    const before = ids[0];
    machines[0]!.setTcb({ pceSvn: 14 });
    const after = verdict(machines[0]!, { form: 'sgx3', reportData: REPORT_DATA });
    assert.ok(after.accepted);
    assert.equal(Buffer.from(after.report.platformId).toString('hex'), before);
  });

  it('a revoked machine is refused from the next CRL on, its neighbours are not', () => {
    const vendor = vendorAt('revocation');
    const [good, bad] = ['good', 'bad'].map((seed) => createPlatform({ vendor, seed })) as [Platform, Platform];
    const options: QuoteOptions = { form: 'tdx4', reportData: REPORT_DATA };
    const early = bad.collateral({ tee: 'tdx' });
    bad.revoke();
    const late = bad.collateral({ tee: 'tdx' });
    assert.notEqual(early.pck_crl, late.pck_crl);
    assert.equal(statusOf(verdict(bad, options, AT + 2)), 'CertificateRevoked');
    assert.equal(oracle(bad, options, AT + 2).accepted, false);
    assert.equal(statusOf(verdict(good, options, AT + 2)), 'UpToDate');
    // A new certificate, as after a repair, is not on the list.
    bad.setTcb({});
    assert.equal(statusOf(verdict(bad, options, AT + 2)), 'UpToDate');
    vendor.revokeAuthority('tcbSigning');
    assert.equal(statusOf(verdict(good, options, AT + 3)), 'CertificateRevoked');
  });

  it('an edition with a newer number judges anew, and the one before stays', () => {
    const vendor = vendorAt('editions');
    const machine = createPlatform({ vendor });
    const first = vendor.evaluationNumber;
    const { components } = machine.tcb;
    const tdx = [5, 0, 3, ...new Array<number>(13).fill(0)];
    const raised = components.map((svn, i) => (i === 0 ? svn + 1 : svn));
    vendor.publish({
      fmspc: machine.fmspc,
      evaluationNumber: first + 1,
      levels: [
        { sgx: raised, pceSvn: 13, tdx, status: 'UpToDate' },
        { sgx: components, pceSvn: 13, tdx, status: 'OutOfDate', advisories: [1234] },
      ],
    });
    const { evidence } = machine.quote({ form: 'tdx4', reportData: REPORT_DATA });
    const said = [first, first + 1].map((evaluationNumber) => {
      const collateral = machine.collateralParts({ tee: 'tdx', evaluationNumber });
      const found = judge({ at: AT + 2, rootFingerprint: vendor.rootFingerprint, collateral, evidence });
      assert.ok(found.accepted);
      return [found.report.evaluationNumber, found.report.tcbStatus, found.report.advisories];
    });
    assert.deepEqual(said, [
      [first, 'UpToDate', []],
      [first + 1, 'OutOfDate', [1234]],
    ]);
    machine.setTcb({ components: raised });
    assert.equal(statusOf(verdict(machine, { form: 'tdx4', reportData: REPORT_DATA }, AT + 2)), 'UpToDate');
    assert.throws(() => machine.collateral({ tee: 'tdx', evaluationNumber: first + 2 }), RangeError);
  });

  it('collateral that is issued again within the hour is the same, and newer after a change', () => {
    const vendor = vendorAt('dates');
    const machine = createPlatform({ vendor });
    const dateOf = (): string =>
      (JSON.parse(machine.collateral({ tee: 'sgx' }).tcb_info) as { issueDate: string }).issueDate;
    assert.deepEqual(machine.collateral({ tee: 'sgx' }), machine.collateral({ tee: 'sgx' }));
    const dates = [dateOf()];
    for (const seed of ['x', 'y', 'z']) {
      createPlatform({ vendor, seed }).revoke();
      dates.push(dateOf());
    }
    assert.deepEqual(dates, [...new Set(dates)].sort());
  });

  it('the signature of a quote is over header and body, by the key that the QE report binds', () => {
    const machine = createPlatform({ vendor: vendorAt('signature') });
    const { evidence } = machine.quote({ form: 'sgx3', reportData: REPORT_DATA });
    const [x, y] = [evidence.slice(500, 532), evidence.slice(532, 564)].map((part) =>
      Buffer.from(part).toString('base64url'),
    );
    const key = createPublicKey({ key: { kty: 'EC', crv: 'P-256', x: x!, y: y! }, format: 'jwk' });
    const dsaEncoding = 'ieee-p1363';
    assert.ok(verifySignature('sha256', evidence.slice(0, 432), { key, dsaEncoding }, evidence.slice(436, 500)));
    const qeReport = evidence.slice(564, 948);
    const leaf = new X509Certificate(evidence.slice(1052));
    assert.ok(verifySignature('sha256', qeReport, { key: leaf.publicKey, dsaEncoding }, evidence.slice(948, 1012)));
    const bound = createHash('sha256').update(evidence.slice(500, 564)).update(evidence.slice(1014, 1046)).digest();
    assert.deepEqual(Buffer.from(qeReport.slice(320, 352)), bound);
  });

  it('the root is not the one of production', () => {
    const machine = createPlatform({ vendor: vendorAt('production') });
    const { evidence } = machine.quote({ form: 'tdx4', reportData: REPORT_DATA });
    const rootFingerprint = Buffer.from(INTEL_ROOT_FINGERPRINT.slice(2), 'hex');
    const found = judge({ at: AT, rootFingerprint, collateral: machine.collateralParts({ tee: 'tdx' }), evidence });
    assert.equal(statusOf(found), 'UntrustedRoot');
  });
});
