import assert from 'node:assert/strict';
import { bytesToHex, concatHex, getAddress, keccak256, numberToHex, size, type Hex } from 'viem';
import { QUOTE_FORMS } from '../../../localnet/tee/index.ts';
import { integer } from '../../../localnet/tee/der.ts';
import { caseKey } from '../../../localnet/tee/misbehave/draft.ts';
import { CASE_TIME, draftOf, issue, type Draft } from '../../../localnet/tee/misbehave/index.ts';
import { compactEvidence, judgeInput, readEvidence, verify } from '../../../prover/protocol/dcap/index.ts';
import {
  dcapChain,
  PARTS,
  uploadCall,
  verifyCall,
  verifyCompactCall,
  type DcapChain,
  type Verifier,
} from '../harness/dcap.ts';

const NUMBER = 19;
/** Code size of a contract, EIP-170. */
const MAX_CODE_BYTES = 24_576;
/** Of a compact form: up to the first sparse bytes, for the authentication data that Intel's QE emits. */
const HEAD_LENGTH = 314;

const honest = issue(draftOf('tdx4'));
const leafOf = (evidence: Uint8Array): Uint8Array => readEvidence(evidence).certificationData;

function issued(edit: (draft: Draft) => void): Uint8Array {
  const draft = draftOf('tdx4');
  edit(draft);
  return issue(draft).evidence;
}

describe('attacks on DcapVerifier', function () {
  this.timeout(600_000);

  let chain: DcapChain;
  let verifier: Verifier;
  let templateId: Uint8Array;
  let compact: Uint8Array;

  before(async () => {
    chain = await dcapChain(CASE_TIME);
    verifier = await chain.deployVerifier(honest.rootFingerprint);
    for (const part of PARTS) await verifier.send(uploadCall(part, honest.collateral));
    ({ templateId } = await verifier.addTemplate(leafOf(honest.evidence)));
    compact = compactEvidence(honest.evidence, templateId)!;
    assert.equal((await verifier.call(verifyCompactCall(compact, NUMBER))).error, undefined);
  });

  const refusal = async (evidence: Uint8Array): Promise<string> =>
    (await verifier.call(verifyCompactCall(evidence, NUMBER))).error ?? 'accepted';
  const withTemplate = (evidence: Uint8Array, id: Uint8Array): Uint8Array =>
    Uint8Array.from([...id, ...evidence.subarray(32)]);

  describe('by templates', () => {
    it('of a certificate that a stranger signed: the same template, and no signature', async () => {
      const evidence = issued(({ certificates: { pck } }) => void (pck.signer = caseKey('stranger')));
      const stranger = await verifier.addTemplate(leafOf(evidence));
      assert.deepEqual(stranger.templateId, templateId);
      assert.equal(await refusal(compactEvidence(evidence, templateId)!), 'InvalidCertificateSignature');
    });

    it('of a certificate that differs in what the template holds: the CA did not sign that', async () => {
      const others: ((draft: Draft) => void)[] = [
        // Another type of platform, another set of unused bits, another distribution point.
        ({ sgx }) => void (sgx.sgxType = Uint8Array.from([...sgx.sgxType!.slice(0, -1), 2])),
        ({ certificates: { pck } }) => {
          const usage = pck.parts.extensions.keyUsage!.slice();
          usage[usage.length - 2] = 5;
          usage[usage.length - 1] = 0xe0;
          pck.parts.extensions.keyUsage = usage;
        },
        ({ certificates: { pck } }) => {
          const points = pck.parts.extensions.crlPoints!.slice();
          points[points.length - 1]! ^= 1;
          pck.parts.extensions.crlPoints = points;
        },
      ];
      for (const edit of others) {
        const other = await verifier.addTemplate(leafOf(issued(edit)));
        assert.notDeepEqual(other.templateId, templateId);
        assert.equal(await refusal(withTemplate(compact, other.templateId)), 'InvalidCertificateSignature');
      }
    });

    it('of another issuer: its own key decides', async () => {
      const other = issue(
        ((draft) => {
          // The same names, another key.
          draft.certificates.pck.signer = caseKey('processor');
          return draft;
        })(draftOf('tdx4')),
      );
      assert.equal(await refusal(compactEvidence(other.evidence, templateId)!), 'InvalidCertificateSignature');
    });

    it('of other lengths: what fills them no longer fits, or another rule is broken', async () => {
      const lengths: ((draft: Draft) => void)[] = [
        ({ certificates: { pck } }) => void (pck.parts.serial = integer(7)),
        ({ certificates: { pck } }) => void (pck.parts.serial = integer(new Uint8Array(20).fill(0xff))),
        ({ sgx }) => {
          delete sgx.platformInstanceId;
          delete sgx.configuration;
        },
      ];
      for (const edit of lengths) {
        const other = await verifier.addTemplate(leafOf(issued(edit)));
        const error = await refusal(withTemplate(compact, other.templateId));
        assert.ok(error === 'MalformedCompactEvidence' || error === 'InvalidSerialNumber', error);
      }
    });

    it('that nobody made: only what the verifier itself kept is one', async () => {
      const { client } = chain;
      // A contract that somebody else creates by the same code is not at that address.
      for (const id of [keccak256('0x'), keccak256('0x6001'), numberToHex(0, { size: 32 })]) {
        const bytes = Buffer.from(id.slice(2), 'hex');
        assert.equal(await refusal(withTemplate(compact, bytes)), 'UnknownLeafTemplate');
      }
      const address = create2(verifier.address, bytesToHex(templateId));
      const code = (await client.getCode({ address }))!;
      // What is kept cannot be run: its first instruction is STOP.
      assert.equal(code.slice(0, 4), '0x00');
    });
  });

  describe('by runs of sparse bytes', () => {
    const withRuns = (...runs: number[]): Uint8Array =>
      Uint8Array.from([...compact.subarray(0, HEAD_LENGTH), ...runs, ...compact.subarray(HEAD_LENGTH + 1)]);

    it('that go beyond what they fill, or beyond the evidence', async () => {
      const full = new Array<number>(600).fill(1);
      for (const runs of [
        [1, 255, 255],
        [3, 255, 0, 255, 0, 255, 1],
        [4, 0, 255, ...full.slice(0, 255), 0, 255, ...full.slice(0, 255), 0, 80, ...full.slice(0, 80)],
        [255],
        [1, 0, 0],
      ]) {
        const error = await refusal(withRuns(...runs));
        assert.ok(error !== 'accepted' && error !== 'Panic', `${runs.slice(0, 4).join()}: ${error}`);
      }
    });

    it('may be cut otherwise: the same evidence is rebuilt', async () => {
      const [count, gap, length] = [compact[HEAD_LENGTH]!, compact[HEAD_LENGTH + 1]!, compact[HEAD_LENGTH + 2]!];
      assert.ok(length > 8);
      const cut = Uint8Array.from([
        ...compact.subarray(0, HEAD_LENGTH),
        ...[count + 2, 0, 0, gap, 8],
        ...compact.subarray(HEAD_LENGTH + 3, HEAD_LENGTH + 11),
        ...[0, length - 8],
        ...compact.subarray(HEAD_LENGTH + 11),
      ]);
      const { result } = await verifier.call(verifyCompactCall(cut, NUMBER));
      assert.deepEqual(result, (await verifier.call(verifyCall(honest.evidence, NUMBER))).result);
    });

    it('that are cut off anywhere', async () => {
      for (let length = 0; length < compact.length; length += 7) {
        assert.equal(await refusal(compact.slice(0, length)), 'MalformedCompactEvidence', `${length} bytes`);
      }
    });
  });

  describe('by judge', () => {
    it('has what verify has, in words of its own', async () => {
      for (const form of QUOTE_FORMS) {
        const { evidence, collateral, rootFingerprint } = issue(draftOf(form));
        const judge = await chain.deployVerifier(rootFingerprint);
        for (const part of PARTS) await judge.send(uploadCall(part, collateral));
        const { templateId: id } = await judge.addTemplate(leafOf(evidence));
        const expected = verify(evidence, collateral, { rootFingerprint, atSeconds: CASE_TIME });
        const { report } = readEvidence(evidence);
        for (const input of [
          judgeInput(NUMBER, evidence, 'der'),
          judgeInput(NUMBER, compactEvidence(evidence, id)!, 'compact'),
        ]) {
          const facts = (await judge.read('judge', [bytesToHex(input)])) as Record<string, unknown>;
          const join = (...parts: (Uint8Array | undefined)[]): Hex =>
            concatHex(parts.map((part) => bytesToHex(part ?? new Uint8Array(48))));
          assert.equal(facts.vendor, 1);
          assert.equal(facts.tcbStatus, 1);
          assert.equal(facts.evaluationNumber, NUMBER);
          assert.equal(facts.platformId, bytesToHex(expected.platformId));
          assert.equal(facts.platformFamily, `${bytesToHex(expected.fmspc)}${'00'.repeat(26)}`);
          assert.equal(facts.reportData, bytesToHex(report.reportData));
          if (report.kind === 'enclave') {
            assert.equal(facts.teeType, 1);
            assert.equal(facts.isMigratable, false);
            assert.equal(facts.registers, bytesToHex(report.mrEnclave));
            assert.equal(facts.attributes, join(report.attributes, report.miscSelect));
            const configSvn = Uint8Array.of(report.configSvn & 0xff, report.configSvn >> 8);
            assert.equal(facts.launch, join(report.configId, configSvn));
          } else {
            const { mrTd, rtmr0, rtmr1, rtmr2, rtmr3, mrConfigId, mrOwner, mrOwnerConfig, mrServiceTd } = report;
            assert.equal(facts.teeType, 2);
            assert.equal(facts.isMigratable, (report.tdAttributes[3]! & 0x20) !== 0);
            assert.equal(facts.registers, join(mrTd, rtmr0, rtmr1, rtmr2, rtmr3));
            assert.equal(facts.attributes, join(report.tdAttributes, report.xfam));
            assert.equal(facts.launch, join(mrConfigId, mrOwner, mrOwnerConfig, mrServiceTd));
          }
        }
      }
    });

    it('takes no other form, and none that is cut off', async () => {
      const input = judgeInput(NUMBER, honest.evidence, 'der');
      for (const [bytes, error] of [
        [new Uint8Array(), 'UnknownEvidenceForm'],
        [input.subarray(0, 4), 'UnknownEvidenceForm'],
        [input.subarray(0, 5), 'TruncatedEvidence'],
        [Uint8Array.from([...input.subarray(0, 4), 0, ...input.subarray(5)]), 'UnknownEvidenceForm'],
        [Uint8Array.from([...input.subarray(0, 4), 3, ...input.subarray(5)]), 'UnknownEvidenceForm'],
        [judgeInput(NUMBER, honest.evidence, 'compact'), 'MalformedCompactEvidence'],
        [judgeInput(NUMBER, compact, 'der'), 'TruncatedEvidence'],
        [judgeInput(NUMBER + 1, honest.evidence, 'der'), 'TcbInfoMissing'],
      ] as const) {
        assert.equal((await verifier.call(['judge', [bytesToHex(bytes)]])).error, error);
      }
    });

    it('says that a TD is migratable, for the registry to refuse', async () => {
      const evidence = issued(({ quote }) => void (quote.body[123]! |= 0x20));
      const facts = (await verifier.read('judge', [bytesToHex(judgeInput(NUMBER, evidence, 'der'))])) as {
        isMigratable: boolean;
      };
      assert.equal(facts.isMigratable, true);
    });
  });

  it('by a reader or judge without code: nothing is accepted', async () => {
    const { deployWith, helpers } = chain;
    const nobody = getAddress(numberToHex(0xdead, { size: 20 }));
    const blind = await deployWith(honest.rootFingerprint, [helpers[0]!, helpers[1]!, nobody]);
    for (const part of PARTS) await blind.send(uploadCall(part, honest.collateral));
    await assert.rejects(blind.call(verifyCall(honest.evidence, NUMBER)));
    const deaf = await deployWith(honest.rootFingerprint, [nobody, helpers[1]!, helpers[2]!]);
    await assert.rejects(deaf.call(uploadCall('root', honest.collateral)));
  });

  it('where a chain has no precompile for P-256: judged the same', async () => {
    const old = await dcapChain(CASE_TIME, { hasP256: false });
    const slow = await old.deployVerifier(honest.rootFingerprint);
    for (const part of PARTS) await slow.send(uploadCall(part, honest.collateral));
    const { result } = await slow.call(verifyCall(honest.evidence, NUMBER));
    assert.deepEqual(result, (await verifier.call(verifyCall(honest.evidence, NUMBER))).result);
    for (const [at, error] of [
      [honest.evidence.length - 1, 'InvalidCertificateSignature'],
      [1_100, 'InvalidQeReportSignature'],
      [60, 'InvalidQuoteSignature'],
    ] as const) {
      const changed = honest.evidence.slice();
      changed[at]! ^= 1;
      assert.equal((await slow.call(verifyCall(changed, NUMBER))).error, error);
    }
  });

  it('have contracts to deal with that fit EIP-170', async () => {
    const { client, helpers } = chain;
    for (const address of [verifier.address, ...helpers]) {
      const code = (await client.getCode({ address }))!;
      assert.ok(size(code) <= MAX_CODE_BYTES, `${size(code)} bytes`);
    }
  });
});

/** Where a contract keeps a template, EIP-1014. */
function create2(from: Hex, id: Hex): Hex {
  const hash = keccak256(concatHex(['0xff', from, numberToHex(0, { size: 32 }), id]));
  return getAddress(`0x${hash.slice(-40)}`);
}
