import assert from 'node:assert/strict';
import { createPublicKey, verify, X509Certificate } from 'node:crypto';
import dcapQvl from '@phala/dcap-qvl';
import {
  answerPccs,
  createPlatform,
  QUOTE_FORMS,
  reportDataOf,
  startPccs,
  Vendor,
  type Pccs,
} from '../../localnet/tee/index.ts';
import { collateralFromFile } from '../../prover/protocol/dcap/index.ts';
import { certificatesOf, judge } from './support.ts';

const AT = Date.UTC(2026, 5, 15, 12) / 1000;
const vendor = new Vendor({ seed: 'pccs', clock: () => AT });
const machine = createPlatform({ vendor });
const processor = createPlatform({ vendor, seed: 'processor', pckCa: 'processor' });
const FMSPC = '90C06F000000';

/** The bytes of a document within an answer, as a client that keeps bytes takes them. */
function signedText(body: string, key: string): { text: string; signature: Buffer } {
  const match = new RegExp(`^\\{"${key}":(\\{.*\\}),"signature":"([0-9a-f]{128})"\\}$`).exec(body);
  assert.ok(match, body.slice(0, 80));
  return { text: match[1]!, signature: Buffer.from(match[2]!, 'hex') };
}

describe('PCCS of the simulated vendor', () => {
  let pccs: Pccs;
  before(async () => {
    pccs = await startPccs(vendor);
  });
  after(() => pccs.close());

  const get = (path: string): Promise<Response> => fetch(`${pccs.url}${path}`);
  const status = async (path: string): Promise<number> => (await get(path)).status;

  for (const form of QUOTE_FORMS)
    it(`dcap-qvl fetches collateral for ${form} and accepts the quote`, async () => {
      for (const which of [machine, processor]) {
        const { quote, evidence } = which.quote({ form, reportData: reportDataOf(Uint8Array.of(1)) });
        const fetched = await dcapQvl.getCollateral(pccs.url, Buffer.from(quote));
        // Version 0.3.9 does not find the issuer's name in a leaf, and asks for the CRL of the processor CA always.
        const response = await get(`/sgx/certification/v4/pckcrl?ca=${which.pckCa}&encoding=der`);
        const collateral = {
          ...fetched,
          pck_crl: [...new Uint8Array(await response.arrayBuffer())],
          pck_crl_issuer_chain: decodeURIComponent(response.headers.get('sgx-pck-crl-issuer-chain') ?? ''),
        };
        if (which === processor) assert.deepEqual(collateral, fetched);
        const verifier = dcapQvl.QuoteVerifier.newWithRootCa(Buffer.from(vendor.root));
        assert.equal(verifier.verify(quote, collateral, AT).status, 'UpToDate');
        // The same collateral serves our verifier.
        const hexOf = (value: unknown): string => Buffer.from(value as number[]).toString('hex');
        const file = {
          ...collateral,
          root_ca_crl: hexOf(collateral.root_ca_crl),
          pck_crl: hexOf(collateral.pck_crl),
          tcb_info_signature: hexOf(collateral.tcb_info_signature),
          qe_identity_signature: hexOf(collateral.qe_identity_signature),
        };
        const parts = collateralFromFile(file);
        const found = judge({ at: AT, rootFingerprint: vendor.rootFingerprint, collateral: parts, evidence });
        assert.ok(found.accepted, JSON.stringify(found));
      }
    });

  it('documents are served as they were signed, with the chain of their signer', async () => {
    for (const [path, key, header] of [
      [`/sgx/certification/v4/tcb?fmspc=${FMSPC}`, 'tcbInfo', 'TCB-Info-Issuer-Chain'],
      [`/tdx/certification/v4/tcb?fmspc=${FMSPC.toLowerCase()}`, 'tcbInfo', 'TCB-Info-Issuer-Chain'],
      ['/sgx/certification/v4/qe/identity', 'enclaveIdentity', 'SGX-Enclave-Identity-Issuer-Chain'],
      ['/tdx/certification/v4/qe/identity', 'enclaveIdentity', 'SGX-Enclave-Identity-Issuer-Chain'],
      [
        '/tdx/certification/v4/tcbevaluationdatanumbers',
        'tcbEvaluationDataNumbers',
        'TCB-Evaluation-Data-Numbers-Issuer-Chain',
      ],
    ] as const) {
      const response = await get(path);
      assert.equal(response.status, 200, path);
      assert.match(response.headers.get('content-type') ?? '', /^application\/json/);
      assert.match(response.headers.get('request-id') ?? '', /^[0-9a-f]{32}$/);
      const [signer, root] = certificatesOf(decodeURIComponent(response.headers.get(header) ?? ''));
      assert.deepEqual(root, Buffer.from(vendor.root));
      const { text, signature } = signedText(await response.text(), key);
      const publicKey = new X509Certificate(signer!).publicKey.export({ format: 'pem', type: 'spki' });
      const wanted = { key: createPublicKey(publicKey), dsaEncoding: 'ieee-p1363' } as const;
      assert.ok(verify('sha256', Buffer.from(text), wanted, signature), path);
      assert.ok(!verify('sha256', Buffer.from(` ${text}`), wanted, signature));
    }
  });

  it('CRLs come as DER, PEM and hex', async () => {
    for (const ca of ['platform', 'processor'] as const) {
      const response = await get(`/sgx/certification/v4/pckcrl?ca=${ca}&encoding=der`);
      const der = Buffer.from(await response.arrayBuffer());
      assert.deepEqual(der, Buffer.from(vendor.pckCrl(ca)));
      const [issuer] = certificatesOf(decodeURIComponent(response.headers.get('sgx-pck-crl-issuer-chain') ?? ''));
      assert.deepEqual(issuer, Buffer.from(vendor.pckCa(ca)));
      const text = await (await get(`/sgx/certification/v4/pckcrl?ca=${ca}`)).text();
      const body = /^-----BEGIN X509 CRL-----\n([^-]*)-----END X509 CRL-----\n$/.exec(text);
      assert.deepEqual(Buffer.from(body?.[1] ?? '', 'base64'), der);
    }
    const hex = await (await get('/sgx/certification/v4/rootcacrl')).text();
    assert.deepEqual(Buffer.from(hex, 'hex'), Buffer.from(vendor.rootCrl()));
    const file = await (await get('/LocalSGXRootCA.der')).arrayBuffer();
    assert.deepEqual(Buffer.from(file), Buffer.from(vendor.rootCrl()));
    const fmspcs: unknown = await (await get('/sgx/certification/v4/fmspcs')).json();
    assert.deepEqual(fmspcs, [{ fmspc: FMSPC, platform: 'E5' }]);
  });

  it('editions are chosen by number or by update', () => {
    const local = new Vendor({ seed: 'editions', clock: () => AT });
    const { fmspc } = createPlatform({ vendor: local });
    local.publish({ fmspc, evaluationNumber: 20 });
    const numberOf = (query: string, options = {}): unknown => {
      const answer = answerPccs(local, 'GET', `/tdx/certification/v4/tcb?fmspc=${FMSPC}${query}`, options);
      if (answer.status !== 200) return answer.status;
      return JSON.parse(String(answer.body)).tcbInfo.tcbEvaluationDataNumber;
    };
    assert.equal(numberOf(''), 20);
    assert.equal(numberOf('&update=early'), 20);
    assert.equal(numberOf('&update=standard', { standardEvaluationNumber: 19 }), 19);
    assert.equal(numberOf('', { standardEvaluationNumber: 19 }), 19);
    assert.equal(numberOf('&update=early', { standardEvaluationNumber: 19 }), 20);
    assert.equal(numberOf('&tcbEvaluationDataNumber=19'), 19);
    assert.equal(numberOf('&tcbEvaluationDataNumber=18'), 404);
    assert.equal(numberOf('&tcbEvaluationDataNumber=19&update=early'), 400);
    assert.equal(numberOf('&tcbEvaluationDataNumber=x'), 400);
    assert.equal(numberOf('&update=late'), 400);
    const { body } = answerPccs(local, 'GET', '/sgx/certification/v4/tcbevaluationdatanumbers');
    const list = JSON.parse(String(body)).tcbEvaluationDataNumbers.tcbEvalNumbers as Record<string, unknown>[];
    assert.deepEqual(
      list.map((entry) => entry.tcbEvaluationDataNumber),
      [20, 19],
    );
  });

  it('what cannot be answered is refused', async () => {
    assert.equal(await status('/sgx/certification/v4/tcb'), 400);
    assert.equal(await status('/sgx/certification/v4/tcb?fmspc=90C06F0000'), 400);
    assert.equal(await status('/sgx/certification/v4/tcb?fmspc=00906EA10000'), 404);
    assert.equal(await status('/sgx/certification/v4/pckcrl'), 400);
    assert.equal(await status('/sgx/certification/v4/pckcrl?ca=root'), 400);
    assert.equal(await status('/sgx/certification/v4/pckcrl?ca=platform&encoding=ber'), 400);
    assert.equal(await status('/tdx/certification/v4/pckcrl?ca=platform'), 404);
    assert.equal(await status('/sgx/certification/v3/tcb?fmspc=90C06F000000'), 404);
    assert.equal(await status('/'), 404);
    assert.equal(answerPccs(vendor, 'GET', '//').status, 400);
    const posted = await fetch(`${pccs.url}/sgx/certification/v4/fmspcs`, { method: 'POST' });
    assert.equal(posted.status, 405);
    assert.equal(posted.headers.get('error-message'), 'only GET');
  });
});
