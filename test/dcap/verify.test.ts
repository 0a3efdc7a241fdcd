import assert from 'node:assert/strict';
import { keccak256 } from 'js-sha3';
import { concat } from '../../prover/protocol/index.ts';
import * as d from '../../prover/protocol/dcap/index.ts';
import { parseIsoDate } from '../../prover/protocol/dcap/time.ts';
import { flip } from './cases.ts';
import { AT, crlEntry, der, forge, pem, PPID, serialOf, sign, time, type Forged, type World } from './forge.ts';

const DAY = 86_400;
const honest = forge();
const admit = ({ collateral, rootFingerprint }: Forged, atSeconds = AT): d.AdmittedCollateral =>
  d.admitCollateral(collateral, { rootFingerprint, atSeconds });
const fails = (rule: d.DcapRule) => (error: unknown) =>
  error instanceof d.DcapError && error.code === rule && error.detail.length > 10;

describe('verification', () => {
  it('yields a value that nobody else can make', () => {
    const report = d.verifyEvidence(honest.evidence, admit(honest), { atSeconds: AT });
    assert.ok(d.isVerifiedReport(report));
    assert.ok(!d.isVerifiedReport({ ...report }));
    assert.ok(!d.isVerifiedReport(null));
    assert.throws(() => {
      (report as { tcbStatus: string }).tcbStatus = 'UpToDate';
    }, TypeError);
  });

  it('accepts only collateral that was admitted, and not before its admission', () => {
    const set = admit(honest);
    assert.throws(() => d.verifyEvidence(honest.evidence, { ...set }, { atSeconds: AT }), TypeError);
    assert.throws(() => d.verifyEvidence(honest.evidence, set, { atSeconds: AT - 1 }), RangeError);
    assert.throws(() => d.verifyEvidence(honest.evidence, set, { atSeconds: Number.NaN }), RangeError);
  });

  it('names the machine by the hash of its PPID', () => {
    const report = d.verifyEvidence(honest.evidence, admit(honest), { atSeconds: AT });
    assert.equal(Buffer.from(report.platformId).toString('hex'), keccak256(PPID));
  });

  it('shows every field and keeps copies of its own', () => {
    const evidence = honest.evidence.slice();
    const report = d.verifyEvidence(evidence, admit(honest), { atSeconds: AT });
    evidence.fill(0);
    assert.ok(report.tee === 'tdx');
    assert.deepEqual(
      [...report.reportData],
      Array.from({ length: 64 }, (_, i) => i),
    );
    assert.deepEqual([...report.report.tdAttributes], [0, 0, 0, 0x10, 0, 0, 0, 0]);
    assert.equal(report.evaluationNumber, 19);
  });

  it('accepts both values of s', () => {
    const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
    for (const offset of [636, 770 + 384]) {
      const evidence = honest.evidence.slice();
      const s = BigInt('0x' + Buffer.from(evidence.subarray(offset + 32, offset + 64)).toString('hex'));
      evidence.set(Buffer.from((order - s).toString(16).padStart(64, '0'), 'hex'), offset + 32);
      d.verifyEvidence(evidence, admit(honest), { atSeconds: AT });
    }
  });

  it('reports debug where tools ask for it', () => {
    for (const world of [
      { form: 'sgx3', quote: ({ body }) => void body.set([7], 48) },
      { quote: ({ body }) => void body.set([1], 120) },
    ] satisfies World[]) {
      const forged = forge(world);
      const options = { rootFingerprint: forged.rootFingerprint, atSeconds: AT };
      assert.throws(() => d.verify(forged.evidence, forged.collateral, options), fails('DebugNotAllowed'));
      assert.equal(d.verify(forged.evidence, forged.collateral, { ...options, allowDebug: true }).isDebug, true);
    }
  });

  it('expires with the earliest of all that it rests on', () => {
    const until = (seconds: number): Uint8Array => der(0x30, time(AT - 300 * DAY), time(seconds));
    const end = AT + 3 * DAY;
    const crlUntil = concat(time(AT - DAY), time(end));
    const iso = new Date(end * 1000).toISOString().replace('.000Z', 'Z');
    const worlds: World[] = [
      ...(['root', 'pckCa', 'tcbSigning', 'pck'] as const).map((role): World => ({
        certificate: (which, parts) => void (which === role && (parts.validity = until(end))),
      })),
      ...(['root', 'pckCa'] as const).map((issuer): World => ({
        crl: (which, parts) => void (which === issuer && (parts.dates = crlUntil)),
      })),
      { tcbInfo: (info) => void (info.nextUpdate = iso) },
      { qeIdentity: (identity) => void (identity.nextUpdate = iso) },
    ];
    for (const world of worlds) {
      const forged = forge(world);
      const set = admit(forged);
      assert.equal(d.verifyEvidence(forged.evidence, set, { atSeconds: AT }).expiresAtSeconds, end);
      assert.equal(d.verifyEvidence(forged.evidence, set, { atSeconds: end }).expiresAtSeconds, end);
      const isLeaf = world === worlds[3];
      assert.throws(
        () => d.verifyEvidence(forged.evidence, set, { atSeconds: end + 1 }),
        fails(isLeaf ? 'CertificateExpired' : 'CollateralExpired'),
      );
    }
  });

  it('refuses what a later root CRL revokes', () => {
    const set = admit(honest);
    for (const role of ['pckCa', 'tcbSigning'] as const) {
      const later = forge({
        crl: (issuer, parts) => {
          parts.dates = concat(time(AT), time(AT + 20 * DAY));
          if (issuer === 'root') parts.revoked = der(0x30, crlEntry(serialOf(role)));
        },
      }).collateral.rootCrl;
      const updated = d.withRootCrl(set, later, AT);
      assert.throws(() => d.verifyEvidence(honest.evidence, updated, { atSeconds: AT }), fails('CollateralRevoked'));
    }
  });

  it('replaces a root CRL by a newer one only', () => {
    const set = admit(honest);
    assert.throws(() => d.withRootCrl(set, honest.collateral.rootCrl, AT), fails('CollateralNotNewer'));
    const foreign = flip(honest.collateral.rootCrl, honest.collateral.rootCrl.length - 1);
    assert.throws(() => d.withRootCrl(set, foreign, AT), fails('InvalidCrlSignature'));
  });

  it('accepts a certificate of the processor CA, without instance and configuration', () => {
    const forged = forge({
      sgx: (entries) => {
        delete entries.instance;
        delete entries.configuration;
      },
    });
    d.verify(forged.evidence, forged.collateral, { rootFingerprint: forged.rootFingerprint, atSeconds: AT });
  });

  it('judges nothing by the content of the configuration', () => {
    const forged = forge({
      sgx: (entries) =>
        void (entries.configuration = der(0x30, Buffer.from('060a2a864886f84d010d010730020500', 'hex'))),
    });
    d.verify(forged.evidence, forged.collateral, { rootFingerprint: forged.rootFingerprint, atSeconds: AT });
  });

  it('reads dates of both forms, and leap days', () => {
    const until = (end: number): World => ({
      certificate: (role, parts) => void (role === 'root' && (parts.validity = der(0x30, time(AT - DAY), time(end)))),
    });
    for (const end of [Date.UTC(2049, 11, 31, 23, 59, 59), Date.UTC(2050, 0, 1), Date.UTC(2064, 1, 29)]) {
      const { collateral, rootFingerprint } = forge(until(end / 1000));
      const set = d.admitCollateral(collateral, { rootFingerprint, atSeconds: AT });
      assert.equal(set.root.notAfterSeconds, end / 1000);
    }
    assert.equal(parseIsoDate('2028-02-29T23:59:59Z'), Date.UTC(2028, 1, 29, 23, 59, 59) / 1000);
    assert.equal(parseIsoDate('1970-01-01T00:00:00Z'), 0);
    for (const text of ['2026-02-29T00:00:00Z', '2100-02-29T00:00:00Z', '1969-12-31T23:59:59Z', '2026-01-01T00:00:60Z'])
      assert.equal(parseIsoDate(text), undefined);
  });

  it('keeps the signatures of two documents apart', () => {
    const { collateral, rootFingerprint, evidence } = honest;
    const swapped = { ...collateral, tcbInfo: collateral.qeIdentity, tcbInfoSignature: collateral.qeIdentitySignature };
    const options = { rootFingerprint, atSeconds: AT };
    assert.throws(() => d.verify(evidence, swapped, options), fails('UnsupportedTcbInfo'));
    const body = new TextEncoder().encode('{"id":"TD_QE","version":2');
    const cut = { ...collateral, qeIdentity: body, qeIdentitySignature: sign(body, 'tcbSigning') };
    assert.throws(() => d.verify(evidence, cut, options), fails('MalformedQeIdentity'));
  });
});

describe('conversion', () => {
  const fileOf = ({ collateral: c }: Forged): Record<string, unknown> => ({
    pck_crl_issuer_chain: pem(c.pckCa) + pem(c.root),
    root_ca_crl: Buffer.from(c.rootCrl).toString('hex'),
    pck_crl: Buffer.from(c.pckCrl).toString('hex'),
    tcb_info_issuer_chain: pem(c.tcbInfoSigner) + pem(c.root),
    tcb_info: Buffer.from(c.tcbInfo).toString('utf8'),
    tcb_info_signature: Buffer.from(c.tcbInfoSignature).toString('hex'),
    qe_identity_issuer_chain: pem(c.qeIdentitySigner) + pem(c.root),
    qe_identity: Buffer.from(c.qeIdentity).toString('utf8'),
    qe_identity_signature: Buffer.from(c.qeIdentitySignature).toString('hex'),
  });
  const inner = (text: string): Uint8Array => {
    // The honest quote with its certification data replaced, sizes adjusted.
    const head = honest.quote.slice(0, 1258);
    const data = Buffer.from(text, 'latin1');
    for (const [offset, size] of [
      [632, 622 + data.length],
      [766, 488 + data.length],
      [1254, data.length],
    ] as const)
      new DataView(head.buffer).setUint32(offset, size, true);
    return concat(head, data);
  };

  for (const form of ['sgx3', 'tdx4', 'tdx5', 'tdx5td15'] as const)
    it(`a ${form} quote becomes evidence, and evidence stays what it is`, () => {
      const { quote, evidence } = forge({ form });
      assert.deepEqual(d.evidenceFromQuote(quote), evidence);
      assert.deepEqual(d.evidenceFromQuote(evidence), evidence);
      assert.deepEqual(d.evidenceFromQuote(concat(quote, new Uint8Array(100))), evidence);
      assert.throws(() => d.readEvidence(quote), fails('UnsupportedCertificationData'));
    });

  it('refuses bytes behind a quote that are not zero', () => {
    const bytes = concat(honest.quote, Uint8Array.of(0, 0, 1));
    assert.throws(() => d.evidenceFromQuote(bytes), fails('TrailingBytes'));
  });

  it('refuses a truncated quote', () => {
    assert.throws(() => d.evidenceFromQuote(honest.quote.slice(0, -1)), fails('InvalidSignatureDataSize'));
    assert.throws(() => d.evidenceFromQuote(new Uint8Array()), fails('TruncatedEvidence'));
  });

  it('reads PEM strictly', () => {
    const { pckCa, root } = honest.collateral;
    const chain = [honest.evidence.slice(1258), pckCa, root].map(pem);
    assert.deepEqual(d.evidenceFromQuote(inner(chain.join(''))), honest.evidence);
    assert.deepEqual(d.evidenceFromQuote(inner(chain.join('').replaceAll('\n', '\r\n'))), honest.evidence);
    assert.throws(() => d.evidenceFromQuote(inner(chain.slice(0, 2).join(''))), fails('InvalidPemChain'));
    assert.throws(() => d.evidenceFromQuote(inner(chain.join('') + chain[2])), fails('InvalidPemChain'));
    assert.throws(() => d.evidenceFromQuote(inner('')), fails('InvalidPemChain'));
    for (const text of [
      `x${chain.join('')}`,
      `${chain.join('')}x`,
      `${chain.join('')}\0\0`,
      chain.join('').replace('MII', 'M!I'),
      chain.join('').replace('MII', 'MI'),
      chain.join('').replace('END', 'ENDE'),
    ])
      assert.throws(() => d.evidenceFromQuote(inner(text)), fails('MalformedPem'), text.slice(0, 40));
  });

  it('reads a collateral file', () => {
    assert.deepEqual(d.collateralFromFile(fileOf(honest)), honest.collateral);
    const broken: [string, unknown][] = [
      ...Object.keys(fileOf(honest)).map((name): [string, unknown] => [name, undefined]),
      ['tcb_info', 5],
      ['pck_crl', 'abc'],
      ['root_ca_crl', 'zz'],
      ['tcb_info_issuer_chain', pem(honest.collateral.root)],
      ['qe_identity_issuer_chain', pem(honest.collateral.tcbInfoSigner) + pem(honest.collateral.pckCa)],
    ];
    for (const [name, value] of broken)
      assert.throws(
        () => d.collateralFromFile({ ...fileOf(honest), [name]: value }),
        fails('MalformedCollateralFile'),
        name,
      );
    for (const value of [null, 'text', 7])
      assert.throws(() => d.collateralFromFile(value), fails('MalformedCollateralFile'));
  });
});
