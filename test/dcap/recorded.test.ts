import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import dcapQvl from '@phala/dcap-qvl';
import * as d from '../../prover/protocol/dcap/index.ts';
import { flip } from './cases.ts';
import { askOracle } from './oracle.ts';

const folder = new URL('../../../shared/vectors/dcap/', import.meta.url);
const isPresent = existsSync(folder);
if (!isPresent) console.log(`recorded Intel evidence is absent (${folder.pathname}): its tests are skipped`);

const seconds = (date: string): number => Date.parse(date) / 1000;

/** What docs/spec/dcap.md section 13 lists; the PPID as `openssl asn1parse` shows it. */
const RECORDED = [
  {
    name: 'tdx_v4_uptodate',
    opens: seconds('2025-06-19T10:32:27Z'),
    closes: seconds('2025-07-19T10:00:35Z'),
    verdict: { status: 'UpToDate', advisories: [] as number[] },
    before: 'QeIdentityNotYetValid',
    after: 'CrlExpired',
    ppid: '811dca2a26b952e85bb6448b097ba4fd',
  },
  {
    name: 'sgx_v3_confighardening',
    opens: seconds('2025-06-19T10:56:11Z'),
    closes: seconds('2025-07-19T10:01:18Z'),
    verdict: { status: 'ConfigurationAndSWHardeningNeeded', advisories: [289, 615] },
    before: 'TcbInfoNotYetValid',
    after: 'QeIdentityExpired',
    ppid: 'd04ec06d4e6d92dc90d0ad3cf5ee2ddf',
  },
  {
    name: 'tdx_v5_no_matching_level',
    opens: seconds('2026-02-18T10:58:51Z'),
    closes: seconds('2026-03-20T10:41:15Z'),
    verdict: 'TcbLevelMissing',
    before: 'TcbInfoNotYetValid',
    after: 'CrlExpired',
    ppid: '66498c9263c04ed2f0657c530ac2b0cb',
  },
] as const;

function load(name: string): { quote: Uint8Array; collateral: d.Collateral } {
  const quote = new Uint8Array(readFileSync(new URL(`${name}.quote.bin`, folder)));
  const file: unknown = JSON.parse(readFileSync(new URL(`${name}.collateral.json`, folder), 'utf8'));
  return { quote, collateral: d.collateralFromFile(file) };
}

function verdictOf(evidence: Uint8Array, collateral: d.Collateral, atSeconds: number): unknown {
  try {
    const report = d.verify(evidence, collateral, { rootFingerprint: d.INTEL_ROOT_FINGERPRINT, atSeconds });
    return { status: report.tcbStatus, advisories: report.advisories };
  } catch (error) {
    assert.ok(error instanceof d.DcapError, String(error));
    return error.code;
  }
}

(isPresent ? describe : describe.skip)('recorded Intel evidence', () => {
  for (const { name, opens, closes, verdict, before, after, ppid } of RECORDED) {
    describe(name, () => {
      it('has its verdict from the first to the last second of its window, and none outside', () => {
        const { quote, collateral } = load(name);
        const evidence = d.evidenceFromQuote(quote);
        for (const at of [opens, (opens + closes) / 2, closes])
          assert.deepEqual(verdictOf(evidence, collateral, at), verdict);
        assert.equal(verdictOf(evidence, collateral, opens - 1), before);
        assert.equal(verdictOf(evidence, collateral, closes + 1), after);
      });

      it('has the verdict of the oracle inside its window', () => {
        const { quote, collateral } = load(name);
        const oracle = askOracle(quote, collateral, collateral.root, opens);
        if (typeof verdict === 'string')
          assert.deepEqual(oracle, { accepted: false, why: 'No matching TCB level found' });
        else assert.deepEqual(oracle, { accepted: true, ...verdict });
      });

      it('parses to the fields that the oracle finds', () => {
        const { quote } = load(name);
        const ours = d.readQuote(quote);
        const theirs = dcapQvl.Quote.parse(Buffer.from(quote));
        const report = ours.report;
        const plain = (bytes: Uint8Array): number[] => [...bytes];
        assert.equal(ours.header.version, theirs.header.version);
        assert.deepEqual(plain(ours.header.userData), plain(theirs.header.userData));
        if (report.kind === 'enclave') {
          const sgx = theirs.report.asSgx()!;
          assert.deepEqual(plain(report.mrEnclave), plain(sgx.mrEnclave));
          assert.deepEqual(plain(report.mrSigner), plain(sgx.mrSigner));
          assert.deepEqual(plain(report.attributes), plain(sgx.attributes));
          assert.deepEqual(plain(report.reportData), plain(sgx.reportData));
          assert.deepEqual([report.isvProdId, report.isvSvn], [sgx.isvProdId, sgx.isvSvn]);
          return;
        }
        const td = theirs.report.asTd10()!;
        for (const [mine, other] of [
          ['teeTcbSvn', 'teeTcbSvn'],
          ['mrSeam', 'mrSeam'],
          ['mrSignerSeam', 'mrSignerSeam'],
          ['seamAttributes', 'seamAttributes'],
          ['tdAttributes', 'tdAttributes'],
          ['xfam', 'xfam'],
          ['mrTd', 'mrTd'],
          ['mrConfigId', 'mrConfigId'],
          ['mrOwner', 'mrOwner'],
          ['mrOwnerConfig', 'mrOwnerConfig'],
          ['rtmr0', 'rtMr0'],
          ['rtmr1', 'rtMr1'],
          ['rtmr2', 'rtMr2'],
          ['rtmr3', 'rtMr3'],
          ['reportData', 'reportData'],
        ] as const)
          assert.deepEqual(plain(report[mine]), plain(td[other]), mine);
        const td15 = theirs.report.asTd15();
        assert.equal(report.kind, td15 ? 'td15' : 'td10');
        if (td15) {
          assert.deepEqual(plain(report.teeTcbSvn2!), plain(td15.teeTcbSvn2));
          assert.deepEqual(plain(report.mrServiceTd!), plain(td15.mrServiceTd));
        }
      });

      it('parses to the certificate facts that others find', () => {
        const { quote } = load(name);
        const { pck } = d.chainOfQuote(d.readQuote(quote));
        const { sgx } = d.readCertificate(pck, 'pck');
        const theirs = dcapQvl.utils.getIntelExtension(Buffer.from(pck));
        assert.deepEqual([...sgx!.fmspc], [...dcapQvl.intel.getFmspc(dcapQvl.Quote.parse(Buffer.from(quote)))]);
        assert.deepEqual([...sgx!.cpuSvn], [...dcapQvl.utils.getCpuSvn(theirs)]);
        assert.equal(sgx!.pceSvn, dcapQvl.utils.getPceSvn(theirs));
        assert.equal(Buffer.from(sgx!.ppid).toString('hex'), ppid);
        const x509 = new X509Certificate(pck);
        assert.equal(
          Buffer.from(d.readCertificate(pck, 'pck').serial).toString('hex').toUpperCase(),
          x509.serialNumber,
        );
      });
    });
  }

  it('refuses the quote whose any byte was changed', function () {
    this.timeout(60_000);
    const { quote, collateral } = load('tdx_v4_uptodate');
    const evidence = d.evidenceFromQuote(quote);
    // Every 41st byte meets header, body, both signatures, both reports, sizes and certificate.
    for (let offset = 0; offset < evidence.length; offset += 41) {
      const verdict = verdictOf(flip(evidence, offset, 1 << (offset % 8)), collateral, RECORDED[0].opens);
      assert.equal(typeof verdict, 'string', `byte ${offset} of the evidence`);
    }
  });

  it('refuses collateral whose any byte was changed', function () {
    this.timeout(60_000);
    const { quote, collateral } = load('sgx_v3_confighardening');
    const evidence = d.evidenceFromQuote(quote);
    for (const part of Object.keys(collateral) as (keyof d.Collateral)[]) {
      const bytes = collateral[part];
      for (let offset = 0; offset < bytes.length; offset += Math.ceil(bytes.length / 7)) {
        const changed = { ...collateral, [part]: flip(bytes, offset, 1 << (offset % 8)) };
        assert.equal(typeof verdictOf(evidence, changed, RECORDED[1].opens), 'string', `byte ${offset} of ${part}`);
      }
    }
  });

  it('refuses evidence with the collateral of another machine', () => {
    const at = RECORDED[1].opens;
    const tdx = load('tdx_v4_uptodate');
    const sgx = load('sgx_v3_confighardening');
    assert.equal(verdictOf(d.evidenceFromQuote(tdx.quote), sgx.collateral, at), 'PckCaMissing');
    assert.equal(
      verdictOf(
        d.evidenceFromQuote(sgx.quote),
        { ...tdx.collateral, pckCa: sgx.collateral.pckCa, pckCrl: sgx.collateral.pckCrl },
        at,
      ),
      'TcbInfoMissing',
    );
  });

  it('reports what a registry judges', () => {
    const { quote, collateral } = load('tdx_v4_uptodate');
    const options = { rootFingerprint: d.INTEL_ROOT_FINGERPRINT, atSeconds: RECORDED[0].opens };
    const report = d.verify(d.evidenceFromQuote(quote), collateral, options);
    assert.ok(report.tee === 'tdx');
    assert.equal(report.isDebug, false);
    assert.equal(report.isMigratable, false);
    assert.equal(report.evaluationNumber, 17);
    assert.equal(report.expiresAtSeconds, RECORDED[0].closes);
    assert.equal(Buffer.from(report.fmspc).toString('hex'), 'b0c06f000000');
    assert.equal(report.report.mrServiceTd, undefined);
  });
});
