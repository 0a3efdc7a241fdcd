import assert from 'node:assert/strict';
import { bytesToHex, hexToBytes, keccak256, numberToHex, type Hex } from 'viem';
import { createPlatform, Vendor } from '../../../localnet/tee/index.ts';
import { crlEntry } from '../../../localnet/tee/crl.ts';
import { authorityKeyId, EXTENSION_OIDS, extension } from '../../../localnet/tee/certificate.ts';
import { integer, octets, sequence, signatureBits, time } from '../../../localnet/tee/der.ts';
import { ENDS, issueCertificate, issueCrl, laterCrl } from '../../../localnet/tee/misbehave/draft.ts';
import {
  CASE_TIME,
  draftOf,
  issue,
  ruleCases,
  type Draft,
  type Issued,
} from '../../../localnet/tee/misbehave/index.ts';
import { readCertificate } from '../../../prover/protocol/dcap/index.ts';
import { skipMeasured } from '../harness/chain.ts';
import { isPlayable } from '../harness/dcap-corpus.ts';
import {
  addTemplateCall,
  dcapChain,
  documentCall,
  PARTS,
  uploadCall,
  verifyCall,
  type Call,
  type DcapChain,
  type Part,
  type Verifier,
} from '../harness/dcap.ts';

const P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const DAY = 86_400;
const NUMBER = 19;
const ROOT = 1n;
const PCK_CA = 2n;
const TCB_SIGNING = 3n;
const ROOT_CRL = 5n;

const honest = issue(draftOf('tdx4'));

function edited(edit: (draft: Draft) => void): Issued {
  const draft = draftOf('tdx4');
  edit(draft);
  return issue(draft);
}

describe('CollateralStore', function () {
  this.timeout(600_000);

  let chain: DcapChain;

  before(async () => void (chain = await dcapChain(CASE_TIME)));

  async function storeOf({ collateral, rootFingerprint }: Issued = honest, parts: readonly Part[] = PARTS) {
    const verifier = await chain.deployVerifier(rootFingerprint);
    for (const part of parts) await verifier.send(uploadCall(part, collateral));
    return verifier;
  }

  const accepts = async (verifier: Verifier, { evidence } = honest, number = NUMBER): Promise<bigint> => {
    const { error, args, result } = await verifier.call(verifyCall(evidence, number));
    assert.equal(error, undefined, `${error}(${args?.join()})`);
    return (result as { expiresAtSeconds: bigint }).expiresAtSeconds;
  };
  const refuses = async (verifier: Verifier, call: Call, error: string, args?: readonly unknown[]): Promise<void> => {
    const outcome = await verifier.call(call);
    assert.equal(outcome.error, error);
    if (args) assert.deepEqual(outcome.args, args);
  };

  describe('after an upload that is refused', () => {
    it('is what it was before, to the last contract that it made', async () => {
      const keyId = bytesToHex(readCertificate(honest.collateral.pckCa, 'pckCa').subjectKeyId);
      const signer = keccak256(bytesToHex(honest.collateral.tcbInfoSigner));
      const stores = new Map<Part, Verifier>();
      const state = async (verifier: Verifier): Promise<unknown> => [
        // Counts the contracts that an account created.
        await chain.client.getTransactionCount({ address: verifier.address }),
        await verifier.read('root'),
        await verifier.read('tcbSigningCertificate', [signer]),
        await verifier.read('pckCa', [keyId]),
        await verifier.read('tcbInfo', [2, '0x90c06f000000', NUMBER]),
        await verifier.read('qeIdentity', [2, NUMBER]),
      ];
      const rules = new Set<string>();
      for (const entry of ruleCases()) {
        if (entry.kind !== 'verification' || entry.step === 'verification' || entry.step === 'root') continue;
        const { step, rule, rootFingerprint, collateral } = entry;
        // One case of each rule, under the root of all that are honest up to there.
        if (!isPlayable(entry) || rules.has(`${step} ${rule}`) || !isSame(rootFingerprint, honest.rootFingerprint))
          continue;
        const before = PARTS.slice(0, PARTS.indexOf(step));
        if (before.some((part) => !isSame(collateral[part], honest.collateral[part]))) continue;
        rules.add(`${step} ${rule}`);
        if (!stores.has(step)) stores.set(step, await storeOf(honest, before));
        const verifier = stores.get(step)!;
        const old = await state(verifier);
        await verifier.sendRefused(uploadCall(step, collateral));
        assert.deepEqual(await state(verifier), old, entry.id);
      }
      assert.ok(rules.size > 60, `${rules.size} rules`);
      // And the honest upload is admitted as if nothing had been.
      for (const [part, verifier] of stores) await verifier.send(uploadCall(part, honest.collateral));
    });
  });

  describe('with collateral of several evaluation numbers', () => {
    it('lets nobody lock others out by early collateral', async () => {
      const vendor = new Vendor({
        seed: 'early',
        clock: () => CASE_TIME - 2 * DAY,
        notBeforeSeconds: CASE_TIME - 365 * DAY,
      });
      const machine = createPlatform({ vendor });
      const [old] = vendor.evaluationNumbers as [number];
      const early = old + 1;
      const standard = machine.collateralParts({ tee: 'tdx', evaluationNumber: old });
      // By the next edition the machine is out of date.
      const better = { sgx: new Array<number>(16).fill(9), pceSvn: 14, tdx: new Array<number>(16).fill(9) };
      const lowest = { sgx: new Array<number>(16).fill(0), pceSvn: 0, tdx: new Array<number>(16).fill(0) };
      const levels = [
        { ...better, status: 'UpToDate' as const },
        { ...lowest, status: 'OutOfDate' as const, advisories: [2001] },
      ];
      vendor.publish({ fmspc: machine.fmspc, evaluationNumber: early, levels });
      const stranger = machine.collateralParts({ tee: 'tdx', evaluationNumber: early, issuedAtSeconds: CASE_TIME });

      const issued = { collateral: standard, rootFingerprint: vendor.rootFingerprint } as Issued;
      const verifier = await storeOf(issued);
      const { evidence } = machine.quote({ form: 'tdx4', reportData: new Uint8Array(64).fill(1) });
      const status = async (number: number): Promise<unknown> => {
        const { result, error } = await verifier.call(verifyCall(evidence, number));
        return (result as { tcbStatus: number } | undefined)?.tcbStatus ?? error;
      };
      assert.equal(await status(old), 1);
      assert.equal(await status(early), 'TcbInfoMissing');
      await verifier.send(uploadCall('tcbInfo', stranger));
      assert.equal(await status(early), 'QeIdentityMissing');
      await verifier.send(uploadCall('qeIdentity', stranger));
      assert.equal(await status(early), 5);
      // Nothing of the old edition has changed, and its own newer data are still admitted.
      assert.equal(await status(old), 1);
      const refreshed = machine.collateralParts({
        tee: 'tdx',
        evaluationNumber: old,
        issuedAtSeconds: CASE_TIME - DAY,
      });
      await verifier.send(uploadCall('tcbInfo', refreshed));
      await verifier.send(uploadCall('qeIdentity', refreshed));
      assert.equal(await status(old), 1);
    });

    it('never judges TCB info of one number with the QE identity of another', async () => {
      const other = edited(({ qeIdentity }) => void (qeIdentity.json.tcbEvaluationDataNumber = NUMBER + 1));
      const verifier = await storeOf(other);
      await refuses(verifier, verifyCall(honest.evidence, NUMBER), 'QeIdentityMissing', [2n, BigInt(NUMBER)]);
      await refuses(verifier, verifyCall(honest.evidence, NUMBER + 1), 'TcbInfoMissing');
    });
  });

  describe('when the QE identity changes', () => {
    const newer = edited(({ qeIdentity: { json } }) => {
      json.issueDate = new Date((CASE_TIME - DAY) * 1000).toISOString().replace('.000Z', 'Z');
      json.tcbLevels = [{ ...json.tcbLevels[0]!, tcbStatus: 'OutOfDate' }];
    });

    it('judges by the newer one at once, whatever the TCB info was kept with', async () => {
      for (const order of [
        ['qeIdentity', 'tcbInfo'],
        ['tcbInfo', 'qeIdentity'],
      ] as const) {
        const parts = [...PARTS.filter((part) => part !== 'tcbInfo' && part !== 'qeIdentity'), ...order];
        const verifier = await storeOf(honest, parts);
        const status = async (): Promise<unknown> =>
          ((await verifier.read('verify', [bytesToHex(honest.evidence), NUMBER])) as { tcbStatus: number }).tcbStatus;
        assert.equal(await status(), 1);
        await verifier.send(uploadCall('qeIdentity', newer.collateral));
        assert.equal(await status(), 5, order.join());
      }
    });
  });

  it('reads the QE identity each time once so many were uploaded that their number has no room', async () => {
    const at = (hours: number, tcbStatus: 'UpToDate' | 'OutOfDate') =>
      edited(({ tcbInfo, qeIdentity }) => {
        const date = new Date((CASE_TIME - hours * 3_600) * 1000).toISOString().replace('.000Z', 'Z');
        tcbInfo.json.issueDate = date;
        qeIdentity.json.issueDate = date;
        qeIdentity.json.tcbLevels = [{ ...qeIdentity.json.tcbLevels[0]!, tcbStatus }];
      }).collateral;
    const verifier = await storeOf();
    const status = async (): Promise<unknown> =>
      ((await verifier.read('verify', [bytesToHex(honest.evidence), NUMBER])) as { tcbStatus: number }).tcbStatus;
    // 4,094 uploads for each TEE: nobody waits for them here.
    const { subjectKeyId } = readCertificate(honest.collateral.root, 'root');
    let slot = 0;
    const read = () => chain.client.getStorageAt({ address: verifier.address, slot: numberToHex(slot) });
    while (!(await read())!.endsWith(bytesToHex(subjectKeyId).slice(2)))
      assert.ok(++slot < 20, 'no slot has the count');
    const value: Hex = `0x${'0'.repeat(18)}ffeffe${bytesToHex(subjectKeyId).slice(2)}`;
    await chain.setStorageAt(verifier.address, numberToHex(slot, { size: 32 }), value);
    // The last number of all, and each upload behind it, with TCB info beside it and without.
    await verifier.send(uploadCall('qeIdentity', at(4, 'OutOfDate')));
    await verifier.send(uploadCall('tcbInfo', at(4, 'UpToDate')));
    assert.equal(await status(), 5);
    await verifier.send(uploadCall('qeIdentity', at(3, 'UpToDate')));
    assert.equal(await status(), 1);
    await verifier.send(uploadCall('qeIdentity', at(2, 'OutOfDate')));
    assert.equal(await status(), 5);
    assert.equal(await read(), value.replaceAll('ffeffe', 'fffffe'));
  });

  it('reads a QE identity anew whatever uploads came between it and the TCB info', async () => {
    // Editions and TEEs share counts of uploads; what was kept with TCB info must never pass for what is in force.
    const sgx = issue(draftOf('sgx3')).collateral;
    const outOfDate = edited(({ qeIdentity: { json } }) => {
      json.issueDate = new Date((CASE_TIME - DAY) * 1000).toISOString().replace('.000Z', 'Z');
      json.tcbLevels = [{ ...json.tcbLevels[0]!, tcbStatus: 'OutOfDate' }];
    }).collateral;
    const otherEdition = edited(
      ({ qeIdentity: { json } }) => void (json.tcbEvaluationDataNumber = NUMBER + 1),
    ).collateral;
    const verifier = await storeOf();
    const status = async (): Promise<unknown> =>
      ((await verifier.read('verify', [bytesToHex(honest.evidence), NUMBER])) as { tcbStatus: number }).tcbStatus;
    for (const [collateral, expected] of [
      [sgx, 1],
      [otherEdition, 1],
      [outOfDate, 5],
    ] as const) {
      await verifier.send(uploadCall('qeIdentity', collateral));
      assert.equal(await status(), expected);
    }
  });

  describe('with a root CRL that revokes', () => {
    const revoking = (serial: Uint8Array): Uint8Array =>
      issueCrl(laterCrl([{ serial, atSeconds: CASE_TIME - 60, reason: 1 }]));
    const serialOf = (der: Uint8Array, role: 'pckCa' | 'tcbSigning'): Uint8Array => readCertificate(der, role).serial;

    it('refuses evidence and uploads under what is revoked at once', async () => {
      const { pckCa, tcbInfoSigner } = honest.collateral;
      for (const [serial, document, part] of [
        [serialOf(pckCa, 'pckCa'), PCK_CA, 'pckCrl'],
        [serialOf(tcbInfoSigner, 'tcbSigning'), TCB_SIGNING, 'tcbInfo'],
      ] as const) {
        const verifier = await storeOf();
        await accepts(verifier);
        await verifier.send(['uploadRootCrl', [bytesToHex(revoking(serial))]]);
        await refuses(verifier, verifyCall(honest.evidence, NUMBER), 'CollateralRevoked', [document]);
        await refuses(verifier, uploadCall(part, honest.collateral), 'CollateralRevoked', [document]);
        // The certificate itself cannot come back.
        const again: Part = document === PCK_CA ? 'pckCa' : 'tcbInfoSigner';
        await refuses(verifier, uploadCall(again, honest.collateral), 'CertificateRevoked');
      }
    });

    it('knows a TCB signing certificate in both of its byte forms', async () => {
      const { tcbInfoSigner, tcbInfo, tcbInfoSignature } = honest.collateral;
      const other = otherForm(tcbInfoSigner);
      assert.notDeepEqual(other, tcbInfoSigner);
      const before = PARTS.slice(0, PARTS.indexOf('tcbInfo'));
      const verifier = await storeOf(honest, before);
      await verifier.send(['uploadTcbSigningCertificate', [bytesToHex(other)]]);
      const crl = revoking(serialOf(tcbInfoSigner, 'tcbSigning'));
      await verifier.send(['uploadRootCrl', [bytesToHex(crl)]]);
      for (const signer of [tcbInfoSigner, other]) {
        const call = documentCall('uploadTcbInfo', bytesToHex(tcbInfo), tcbInfoSignature, signer);
        await refuses(verifier, call, 'CollateralRevoked', [TCB_SIGNING]);
      }
    });

    it('goes on with a PCK CA that was renewed before', async () => {
      const renewed = edited(({ certificates: { pckCa } }) => {
        pckCa.parts.serial = integer(77);
        pckCa.parts.validity = sequence(time(CASE_TIME - 30 * DAY), time(ENDS.pckCa + DAY));
      }).collateral.pckCa;
      const verifier = await storeOf();
      const expiry = await accepts(verifier);
      await verifier.send(['uploadPckCa', [bytesToHex(renewed)]]);
      // The CRL stays, and with it the earliest end.
      assert.equal(await accepts(verifier), expiry);
      const old = serialOf(honest.collateral.pckCa, 'pckCa');
      await verifier.send(['uploadRootCrl', [bytesToHex(revoking(old))]]);
      assert.equal(await accepts(verifier), expiry);
      const crl = issueCrl(laterCrl([{ serial: Uint8Array.of(77), atSeconds: CASE_TIME - 60, reason: 1 }]));
      const again = await storeOf();
      await again.send(['uploadPckCa', [bytesToHex(renewed)]]);
      await again.send(['uploadRootCrl', [bytesToHex(crl)]]);
      await refuses(again, verifyCall(honest.evidence, NUMBER), 'CollateralRevoked', [PCK_CA]);
    });
  });

  it('takes a PCK CA that is renewed under its serial number, as Intel does', async () => {
    const end = ENDS.pckCa + DAY;
    const { serial, subjectKeyId } = readCertificate(honest.collateral.pckCa, 'pckCa');
    const renewed = edited(({ certificates: { pckCa } }) => {
      pckCa.parts.validity = sequence(time(CASE_TIME - 30 * DAY), time(end));
    }).collateral.pckCa;
    assert.deepEqual(readCertificate(renewed, 'pckCa').serial, serial);
    const verifier = await storeOf();
    await verifier.send(['uploadPckCa', [bytesToHex(renewed)]]);
    const [notAfter, isRevoked] = (await verifier.read('pckCa', [bytesToHex(subjectKeyId)])) as [bigint, boolean];
    assert.deepEqual([notAfter, isRevoked], [BigInt(end), false]);
    await accepts(verifier);
    const crl = issueCrl(laterCrl([{ serial, atSeconds: CASE_TIME - 60, reason: 1 }]));
    await verifier.send(['uploadRootCrl', [bytesToHex(crl)]]);
    await refuses(verifier, verifyCall(honest.evidence, NUMBER), 'CollateralRevoked', [PCK_CA]);
  });

  it('takes documents again under a certificate of the same key that outlasts the one they are kept under', async () => {
    const ending = edited(({ certificates }) => {
      const validity = sequence(time(CASE_TIME - 30 * DAY), time(CASE_TIME + DAY));
      for (const name of ['tcbSigning', 'qeSigning'] as const) certificates[name].parts.validity = validity;
    });
    const verifier = await storeOf(ending);
    assert.equal(await accepts(verifier), BigInt(CASE_TIME + DAY));
    for (const part of ['tcbInfoSigner', 'qeIdentity', 'tcbInfo'] as const)
      await verifier.send(uploadCall(part, honest.collateral));
    assert.equal(await accepts(verifier), await accepts(await storeOf()));
    for (const part of ['qeIdentity', 'tcbInfo'] as const)
      await refuses(verifier, uploadCall(part, ending.collateral), 'CollateralNotNewer');
  });

  it('takes no second PCK CA whose subject key identifier begins like that of the first', async () => {
    const keyId = readCertificate(honest.collateral.pckCa, 'pckCa').subjectKeyId;
    const named = (bytes: Uint8Array): Call => {
      const { pckCa } = draftOf('tdx4').certificates;
      pckCa.parts.extensions.subjectKeyId = extension(EXTENSION_OIDS.subjectKeyId, false, octets(bytes));
      return ['uploadPckCa', [bytesToHex(issueCertificate(pckCa))]];
    };
    const verifier = await storeOf();
    const [clash, other] = [keyId.slice(), keyId.slice()];
    clash[4]! ^= 1;
    other[3]! ^= 1;
    await refuses(verifier, named(clash), 'PckCaClash', [bytesToHex(keyId)]);
    await verifier.send(named(other));
    await accepts(verifier);
    // Nor is it taken for that of a leaf which names the second.
    const stranger = edited(({ certificates: { pck } }) => {
      pck.parts.extensions.authorityKeyId = extension(EXTENSION_OIDS.authorityKeyId, false, authorityKeyId(clash));
    });
    await refuses(verifier, verifyCall(stranger.evidence, NUMBER), 'PckCaMissing', [bytesToHex(clash)]);
  });

  it('asks for the root and for its CRL before anything that rests on them', async () => {
    const { collateral, rootFingerprint } = honest;
    const verifier = await chain.deployVerifier(rootFingerprint);
    await refuses(verifier, uploadCall('rootCrl', collateral), 'CollateralMissing', [ROOT]);
    await refuses(verifier, uploadCall('pckCa', collateral), 'CollateralMissing', [ROOT]);
    await verifier.send(uploadCall('root', collateral));
    await refuses(verifier, uploadCall('pckCa', collateral), 'CollateralMissing', [ROOT_CRL]);
    await verifier.send(uploadCall('rootCrl', collateral));
    await verifier.send(uploadCall('pckCa', collateral));
  });

  it('is not changed by a root or PCK CA that it has, nor by a PCK CA that ends sooner', async () => {
    const verifier = await storeOf();
    for (const part of ['root', 'pckCa'] as const) {
      const { logs } = await verifier.send(uploadCall(part, honest.collateral));
      assert.equal(logs.length, 0, part);
    }
    const sooner = edited(({ certificates: { pckCa } }) => {
      pckCa.parts.validity = sequence(time(CASE_TIME - 30 * DAY), time(ENDS.pckCa - DAY));
    }).collateral;
    const dates = [PCK_CA, BigInt(ENDS.pckCa), BigInt(ENDS.pckCa - DAY)];
    await refuses(verifier, uploadCall('pckCa', sooner), 'CollateralNotNewer', dates);
    await accepts(verifier);
  });

  it('keeps nothing of what there is not enough gas to keep', async function () {
    skipMeasured(this, 'what gas is left there says nothing of what is deployed');
    const before = PARTS.slice(0, PARTS.indexOf('tcbInfo'));
    const upload = uploadCall('tcbInfo', honest.collateral);
    const { gasUsed } = await (await storeOf(honest, before)).send(upload);
    const verifier = await storeOf(honest, before);
    assert.equal((await verifier.call(upload, gasUsed)).error, undefined);
    // Less and less of it: it ends behind the data contract, and then while that is created, which gets 63 parts in 64. With
    // what is left the store could go on, and take nobody's address for where its data are.
    const ends = new Set<string>();
    for (let gas = gasUsed - 1n; gas > gasUsed - 150_000n; gas -= 7_001n) {
      try {
        const { error = 'success', args } = await verifier.call(upload, gas);
        ends.add(`${error}(${args?.length})`);
      } catch (error) {
        // The call as a whole has run out of gas, which has no name.
        assert.match(String(error), /out of gas|without a reason/);
      }
    }
    assert.deepEqual([...ends], ['CannotKeep(1)']);
  });

  it('takes no certificate in another role than its own', async () => {
    const { pckCa, tcbInfoSigner, tcbInfo, tcbInfoSignature } = honest.collateral;
    const verifier = await storeOf();
    await refuses(verifier, ['uploadPckCa', [bytesToHex(tcbInfoSigner)]], 'WrongSubject');
    await refuses(verifier, ['uploadTcbSigningCertificate', [bytesToHex(pckCa)]], 'WrongSubject');
    await refuses(verifier, ['uploadRoot', [bytesToHex(pckCa)]], 'UntrustedRoot');
    // A PCK CA that is in the store signs no TCB info.
    const call = documentCall('uploadTcbInfo', bytesToHex(tcbInfo), tcbInfoSignature, pckCa);
    await refuses(verifier, call, 'CollateralMissing', [TCB_SIGNING]);
  });

  describe('at its limits', () => {
    const signer = (serial: number): Hex => {
      const { tcbSigning } = draftOf('tdx4').certificates;
      tcbSigning.parts.serial = integer(256 + serial);
      return bytesToHex(issueCertificate(tcbSigning));
    };

    it('knows 31 certificates, and which of them are revoked', async () => {
      const { collateral, rootFingerprint } = honest;
      const verifier = await chain.deployVerifier(rootFingerprint);
      for (const part of ['root', 'rootCrl'] as const) await verifier.send(uploadCall(part, collateral));
      for (let i = 0; i < 31; i++) await verifier.send(['uploadTcbSigningCertificate', [signer(i)]]);
      await refuses(verifier, ['uploadTcbSigningCertificate', [signer(31)]], 'TooManyCertificates');
      // What is there already is no further certificate.
      await verifier.send(['uploadTcbSigningCertificate', [signer(30)]]);
      const serials = [0, 7, 30].map((serial) => Uint8Array.of(1, serial));
      const crl = issueCrl(laterCrl(serials.map((serial) => ({ serial, atSeconds: CASE_TIME - 60, reason: 1 }))));
      await verifier.send(['uploadRootCrl', [bytesToHex(crl)]]);
      for (let i = 0; i < 31; i++) {
        const [, isRevoked] = (await verifier.read('tcbSigningCertificate', [keccak256(signer(i))])) as [
          bigint,
          boolean,
        ];
        assert.equal(isRevoked, [0, 7, 30].includes(i), `certificate ${i}`);
      }
    });

    it('keeps a CRL of 1,221 entries and finds each, and refuses one of more', async function () {
      skipMeasured(this, 'so long a CRL takes more gas than a call has');
      const revoked = (count: number): Issued =>
        edited((draft) => {
          const serials = Array.from({ length: count }, (_, i) => Uint8Array.of(1 + (i % 100), i >> 8, i & 0xff));
          draft.crls.pckCa.parts.entries = serials.map((serial) => crlEntry({ serial, atSeconds: CASE_TIME - DAY }));
        });
      const most = revoked(1_221);
      const verifier = await storeOf(most);
      await accepts(verifier, most);
      // There is no room for a template beside it.
      await refuses(verifier, addTemplateCall(most.evidence, NUMBER), 'CannotKeep');
      const before = PARTS.slice(0, -1);
      const call = uploadCall('pckCrl', revoked(1_222).collateral);
      await refuses(await storeOf(honest, before), call, 'CannotKeep', [148n + 20n * 1_222n]);
    });
  });
});

function isSame(left: Uint8Array, right: Uint8Array): boolean {
  return Buffer.compare(left, right) === 0;
}

/** A certificate with the other value of `s`, which its issuer's key verifies too. */
function otherForm(der: Uint8Array): Uint8Array {
  const { tbs, signature } = readCertificate(der, 'tcbSigning');
  const s = P256_ORDER - BigInt(bytesToHex(signature.subarray(32)));
  const other = Uint8Array.from([...signature.subarray(0, 32), ...hexToBytes(numberToHex(s, { size: 32 }))]);
  return sequence(tbs, hexToBytes('0x300a06082a8648ce3d040302'), signatureBits(other));
}
