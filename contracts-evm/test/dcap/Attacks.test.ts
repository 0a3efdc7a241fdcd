import assert from 'node:assert/strict';
import { bytesToHex, concatHex, getAddress, getContractAddress, numberToHex, size, type Hex } from 'viem';
import { QUOTE_FORMS } from '../../../localnet/tee/index.ts';
import { crlEntry } from '../../../localnet/tee/crl.ts';
import { integer, time } from '../../../localnet/tee/der.ts';
import { caseKey } from '../../../localnet/tee/misbehave/draft.ts';
import { CASE_TIME, draftOf, issue, type Draft } from '../../../localnet/tee/misbehave/index.ts';
import {
  compactEvidence,
  judgeInput,
  readCertificate,
  readEvidence,
  verify,
  type LeafTemplate,
} from '../../../prover/protocol/dcap/index.ts';
import { skipMeasured } from '../harness/chain.ts';
import {
  addTemplateCall,
  crlCall,
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
const HEAD_LENGTH = 287;

const honest = issue(draftOf('tdx4'));

function issued(edit: (draft: Draft) => void): Uint8Array {
  const draft = draftOf('tdx4');
  edit(draft);
  return issue(draft).evidence;
}

describe('attacks on DcapVerifier', function () {
  this.timeout(600_000);

  let chain: DcapChain;
  let verifier: Verifier;
  let templates: LeafTemplate[];
  let compact: Uint8Array;

  before(async () => {
    chain = await dcapChain(CASE_TIME);
    verifier = await fresh();
    ({ templates } = await verifier.addTemplate(honest.evidence, NUMBER));
    compact = compactEvidence(honest.evidence, templates)!;
    assert.equal((await verifier.call(verifyCompactCall(compact, NUMBER))).error, undefined);
  });

  async function fresh(): Promise<Verifier> {
    const made = await chain.deployVerifier(honest.rootFingerprint);
    for (const part of PARTS) await made.send(uploadCall(part, honest.collateral));
    return made;
  }

  const refusal = async (evidence: Uint8Array, of = verifier): Promise<string> =>
    (await of.call(verifyCompactCall(evidence, NUMBER))).error ?? 'accepted';
  const withTemplate = (evidence: Uint8Array, { id }: Pick<LeafTemplate, 'id'>): Uint8Array =>
    Uint8Array.from([...id, ...evidence.subarray(5)]);

  describe('by templates', () => {
    it('of a certificate that a stranger signed: there is none, and under another no signature', async () => {
      const evidence = issued(({ certificates: { pck } }) => void (pck.signer = caseKey('stranger')));
      const { error } = await verifier.call(addTemplateCall(evidence, NUMBER));
      assert.equal(error, 'InvalidCertificateSignature');
      assert.equal(await refusal(compactEvidence(evidence, templates)!), 'InvalidCertificateSignature');
    });

    it('of evidence that does not verify: there is none', async () => {
      const old = issued(({ quote }) => void (quote.qeReport = quote.qeReport.slice().fill(0, 258, 260)));
      assert.equal((await verifier.call(addTemplateCall(old, NUMBER))).error, 'QeLevelMissing');
      const changed = honest.evidence.slice();
      changed[100]! ^= 1;
      assert.equal((await verifier.call(addTemplateCall(changed, NUMBER))).error, 'InvalidQuoteSignature');
      assert.equal((await verifier.call(addTemplateCall(honest.evidence, NUMBER + 1))).error, 'TcbInfoMissing');
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
      const store = await fresh();
      await store.addTemplate(honest.evidence, NUMBER);
      for (const [i, edit] of others.entries()) {
        const evidence = issued(edit);
        const known = await store.templatesFor(evidence);
        assert.equal(compactEvidence(evidence, known), undefined);
        const { templates: all } = await store.addTemplate(evidence, NUMBER);
        assert.equal(all.length, i + 2);
        assert.equal(await refusal(compactEvidence(evidence, all)!, store), 'accepted');
        assert.equal(await refusal(withTemplate(compact, all.at(-1)!), store), 'InvalidCertificateSignature');
      }
    });

    it('of another issuer: its own key decides', async () => {
      const other = issued(({ certificates: { pck } }) => {
        // The same names, another key.
        pck.signer = caseKey('processor');
      });
      assert.equal(await refusal(compactEvidence(other, templates)!), 'InvalidCertificateSignature');
    });

    it('of other lengths: what fills them no longer fits', async () => {
      const evidence = issued(({ sgx }) => {
        delete sgx.platformInstanceId;
        delete sgx.configuration;
      });
      const store = await fresh();
      await store.addTemplate(honest.evidence, NUMBER);
      const { templates: all } = await store.addTemplate(evidence, NUMBER);
      // 16 bytes are too many for a serial number.
      assert.equal(await refusal(withTemplate(compact, all[1]!), store), 'MalformedCompactEvidence');
      const shorter = withTemplate(compactEvidence(evidence, all)!, all[0]!);
      assert.notEqual(await refusal(shorter, store), 'accepted');
    });

    it('serves serial numbers of any length', async () => {
      for (const serial of [integer(7), integer(new Uint8Array(20).fill(0xff))]) {
        const evidence = issued(({ certificates: { pck } }) => void (pck.parts.serial = serial));
        assert.equal(await refusal(compactEvidence(evidence, templates)!), 'accepted');
      }
    });

    it('that nobody added: a name is a number, and where it leads no caller decides', async () => {
      const { client } = chain;
      for (let number = 1; number < 256; number += number < 10 ? 1 : 35) {
        const id = Uint8Array.from([...templates[0]!.id.subarray(0, 4), number]);
        assert.equal(await refusal(withTemplate(compact, { id })), 'UnknownLeafTemplate');
      }
      assert.equal(await refusal(withTemplate(compact, { id: new Uint8Array(5) })), 'UnknownLeafTemplate');
      // Were the place to follow from what is kept there, 2^80 hashes would find something of a stranger's that has the
      // same place. It follows from the verifier and the count of contracts that it made, both templates alike.
      const store = await fresh();
      const keyId = bytesToHex(readCertificate(honest.collateral.pckCa, 'pckCa').subjectKeyId);
      const nonce = BigInt(await client.getTransactionCount({ address: store.address }));
      const place = getContractAddress({ from: store.address, nonce });
      const codes = new Set<string>();
      const otherKind = issued(({ sgx }) => void (sgx.sgxType = Uint8Array.from([...sgx.sgxType!.slice(0, -1), 2])));
      for (const evidence of [honest.evidence, otherKind]) {
        await chain.later(chain.now(), async () => {
          await store.addTemplate(evidence, NUMBER);
          assert.equal(await store.read('pckCaData', [keyId]), place);
          const code = (await client.getCode({ address: place }))!;
          // What is kept cannot be run: its first instruction is STOP.
          assert.equal(code.slice(0, 4), '0x00');
          codes.add(code);
        });
      }
      assert.equal(codes.size, 2);
      assert.equal(await client.getCode({ address: place }), undefined);
    });

    it('as many as there may be: who varies the report of a quoting enclave leaves places for other leaves', async () => {
      const store = await fresh();
      // The owner of one machine has Intel's quoting enclave emit reports that differ: XFRM is not judged.
      const varied = (variant: number, shape = 0): Uint8Array =>
        issued(({ quote, certificates: { pck } }) => {
          quote.qeReport = quote.qeReport.slice();
          quote.qeReport[56] = variant;
          // The last letter of where the CRL is.
          const points = pck.parts.extensions.crlPoints!.slice();
          points[points.length - 1] = 0x61 + shape;
          pck.parts.extensions.crlPoints = points;
        });
      const refusesMore = async (evidence: Uint8Array): Promise<void> =>
        assert.equal((await store.call(addTemplateCall(evidence, NUMBER))).error, 'TooManyLeafTemplates');
      for (const variant of [1, 2]) await store.addTemplate(varied(variant), NUMBER);
      await refusesMore(varied(3));
      for (let shape = 1; shape < 7; shape++) {
        for (const variant of [1, 2]) await store.addTemplate(varied(variant, shape), NUMBER);
        await refusesMore(varied(3, shape));
      }
      await store.addTemplate(varied(1, 7), NUMBER);
      await refusesMore(varied(1, 8));
      const all = await store.templatesFor(honest.evidence);
      assert.equal(all.length, 15);
      // The report of the quoting enclave differs from those of all templates, and may.
      assert.equal(await refusal(compactEvidence(varied(3), all)!, store), 'accepted');
      const last = compactEvidence(varied(1, 7), all)!;
      assert.deepEqual(last.subarray(0, 5), all[14]!.id);
      assert.equal(await refusal(last, store), 'accepted');
      // The last place of all stays taken with a new CRL.
      await store.send(crlCall(crl(3, 10)));
      assert.deepEqual(await store.templatesFor(honest.evidence), all);
      assert.equal(await refusal(last, store), 'accepted');
    });

    /** A CRL of so many entries and days ago. */
    const crl = (day: number, count: number): Uint8Array =>
      issue(
        ((draft) => {
          const { parts } = draft.crls.pckCa;
          const update = time(CASE_TIME - day * 86_400);
          parts.thisUpdate = update;
          const serials = Array.from({ length: count }, (_, i) => Uint8Array.of(1 + (i % 100), i >> 8, i & 0xff));
          parts.entries = serials.map((serial) => crlEntry({ serial, atSeconds: CASE_TIME - 9 * 86_400 }));
          return draft;
        })(draftOf('tdx4')),
      ).collateral.pckCrl;
    /** A store with two templates of different shapes. */
    const withTwo = async () => {
      const store = await fresh();
      await store.addTemplate(honest.evidence, NUMBER);
      const { templates: two } = await store.addTemplate(
        issued(({ sgx }) => void (sgx.sgxType = Uint8Array.from([...sgx.sgxType!.slice(0, -1), 2]))),
        NUMBER,
      );
      return { store, two };
    };

    it('stay with a new CRL', async () => {
      const { store, two } = await withTwo();
      await store.send(crlCall(crl(3, 40)));
      assert.deepEqual(await store.templatesFor(honest.evidence), two);
      assert.equal(await refusal(compact, store), 'accepted');
    });

    it('give way to a CRL that needs their room, the last first', async function () {
      skipMeasured(this, 'so long a CRL takes more gas than a call has');
      const { store, two } = await withTwo();
      // Room for one more template, not for two.
      const count = 1_221 - Math.ceil((two[0]!.bytes.length * 3) / 2 / 20);
      await store.send(crlCall(crl(2, count)));
      assert.deepEqual(await store.templatesFor(honest.evidence), templates);
      assert.equal(await refusal(compact, store), 'accepted');
      await store.send(crlCall(crl(1, 1_221)));
      assert.deepEqual(await store.templatesFor(honest.evidence), []);
      assert.equal(await refusal(compact, store), 'UnknownLeafTemplate');
      assert.equal((await store.call(verifyCall(honest.evidence, NUMBER))).error, undefined);
    });
  });

  describe('by runs of bytes', () => {
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
        const error = await refusal(compact.slice(0, length));
        // At the end a shorter serial number takes the place of what is cut off.
        if (length >= compact.length - 21) assert.notEqual(error, 'accepted');
        else assert.equal(error, 'MalformedCompactEvidence', `${length} bytes`);
      }
    });
  });

  describe('by judge', () => {
    it('has what verify has, in words of its own', async () => {
      for (const form of QUOTE_FORMS) {
        const { evidence, collateral, rootFingerprint } = issue(draftOf(form));
        const judge = await chain.deployVerifier(rootFingerprint);
        for (const part of PARTS) await judge.send(uploadCall(part, collateral));
        const { templates: own } = await judge.addTemplate(evidence, NUMBER);
        const expected = verify(evidence, collateral, { rootFingerprint, atSeconds: CASE_TIME });
        const { report } = readEvidence(evidence);
        for (const input of [
          judgeInput(NUMBER, evidence, 'der'),
          judgeInput(NUMBER, compactEvidence(evidence, own)!, 'compact'),
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
        [judgeInput(NUMBER, honest.evidence, 'compact'), 'UnknownLeafTemplate'],
        [judgeInput(NUMBER, compact.subarray(0, 286), 'compact'), 'MalformedCompactEvidence'],
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

  it('have contracts to deal with that fit EIP-170', async function () {
    skipMeasured(this, 'what is measured is larger than what is deployed');
    const { client, helpers } = chain;
    for (const address of [verifier.address, ...helpers]) {
      const code = (await client.getCode({ address }))!;
      assert.ok(size(code) <= MAX_CODE_BYTES, `${size(code)} bytes`);
    }
  });
});
