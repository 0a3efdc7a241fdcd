import assert from 'node:assert/strict';
import { bytesToHex } from 'viem';
import { createPlatform, Vendor, type Platform } from '../../../localnet/tee/index.ts';
import { admitCollateral, DcapError, type Collateral } from '../../../prover/protocol/dcap/index.ts';
import { isMeasured } from '../harness/chain.ts';
import { dcapChain, documentCall, PARTS, triesOf, uploadCall, type Part, type Verifier } from '../harness/dcap.ts';
import { mutate, randomOf, reword } from '../harness/mutate.ts';

const AT = Date.UTC(2026, 4, 5, 6, 7, 8) / 1000;
const ROUNDS = triesOf(100, 1_000);

/** The rule by which TypeScript refuses a part whose basis is in order, or `accepted`. */
function ruleOf(action: () => unknown): string {
  try {
    action();
    return 'accepted';
  } catch (error) {
    assert.ok(error instanceof DcapError, String(error));
    return error.code;
  }
}

describe('uploads and the same in TypeScript', function () {
  this.timeout(1_200_000);

  const vendor = new Vendor({ seed: 'differential', clock: () => AT - 7_200 });
  const rootFingerprint = vendor.rootFingerprint;
  const verifiers = new Map<Part, Verifier>();
  const platforms: Record<'sgx' | 'tdx', { platform: Platform; collateral: Collateral }> = (() => {
    const platform = createPlatform({ vendor, seed: 'machine' });
    platform.revoke();
    const of = (tee: 'sgx' | 'tdx') => ({ platform, collateral: platform.collateralParts({ tee }) });
    return { sgx: of('sgx'), tdx: of('tdx') };
  })();

  before(async () => {
    const chain = await dcapChain(AT);
    for (const part of PARTS) {
      const verifier = await chain.deployVerifier(rootFingerprint);
      for (const before of PARTS.slice(0, PARTS.indexOf(part))) {
        await verifier.send(uploadCall(before, platforms.tdx.collateral));
      }
      verifiers.set(part, verifier);
    }
  });

  function expectedRule(collateral: Collateral): string {
    return ruleOf(() => admitCollateral(collateral, { rootFingerprint, atSeconds: AT }));
  }

  for (const tee of ['sgx', 'tdx'] as const)
    for (const part of ['tcbInfo', 'qeIdentity'] as const)
      it(`judge ${part} of ${tee} alike, whatever was signed`, async () => {
        const random = randomOf(part.length * 7 + tee.length + tee.charCodeAt(0));
        const { collateral } = platforms[tee];
        const rules = new Map<string, number>();
        for (let i = 0; i < ROUNDS; i++) {
          const { document, signature } = vendor.signDocument((i % 2 ? reword : mutate)(collateral[part], random));
          const changed: Collateral = { ...collateral, [part]: document, [`${part}Signature`]: signature };
          const rule = expectedRule(changed);
          const upload = part === 'tcbInfo' ? 'uploadTcbInfo' : 'uploadQeIdentity';
          const signer = part === 'tcbInfo' ? collateral.tcbInfoSigner : collateral.qeIdentitySigner;
          const call = documentCall(upload, bytesToHex(document), signature, signer);
          const { error = 'accepted' } = await verifiers.get(part)!.call(call);
          assert.equal(error, rule, Buffer.from(document).toString('latin1'));
          rules.set(rule, (rules.get(rule) ?? 0) + 1);
        }
        // Under measurement there are too few to demand that all sorts be among them.
        assert.ok(isMeasured || rules.size >= 4, [...rules.keys()].join());
      });

  for (const part of ['rootCrl', 'pckCrl', 'tcbInfoSigner', 'pckCa'] as const)
    it(`judge ${part} alike, whatever its bytes`, async () => {
      const random = randomOf(part.length);
      const { collateral } = platforms.tdx;
      const rules = new Set<string>();
      for (let i = 0; i < ROUNDS; i++) {
        const changed: Collateral = { ...collateral, [part]: mutate(collateral[part], random) };
        const rule = expectedRule(changed);
        const call =
          part === 'pckCrl' ? uploadCall('pckCrl', { ...changed, pckCa: collateral.pckCa }) : uploadCall(part, changed);
        const { error = 'accepted' } = await verifiers.get(part)!.call(call);
        assert.equal(error, rule, bytesToHex(changed[part]));
        rules.add(rule);
      }
      assert.ok(isMeasured || rules.size >= 5, [...rules].join());
    });
});
