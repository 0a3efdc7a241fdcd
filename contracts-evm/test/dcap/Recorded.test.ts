import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { bytesToHex, hexToBytes, type Hex } from 'viem';
import {
  admitCollateral,
  collateralExpiry,
  collateralFromFile,
  compactEvidence,
  DcapError,
  evidenceFromQuote,
  INTEL_ROOT_FINGERPRINT,
  TCB_STATUSES,
  verify,
  type Collateral,
} from '../../../prover/protocol/dcap/index.ts';
import {
  addTemplateCall,
  dcapChain,
  evaluationNumberOf,
  PARTS,
  triesOf,
  uploadCall,
  verifyCall,
  verifyCompactCall,
  type DcapChain,
  type Verifier,
} from '../harness/dcap.ts';

const FOLDER = new URL('../../../../shared/vectors/dcap/', import.meta.url);
const FINGERPRINT = hexToBytes(INTEL_ROOT_FINGERPRINT);

/** docs/spec/dcap.md section 13. */
const RECORDED = [
  {
    name: 'tdx_v4_uptodate',
    from: '2025-06-19T10:32:27Z',
    to: '2025-07-19T10:00:35Z',
    status: 'UpToDate',
    advisories: [],
  },
  {
    name: 'sgx_v3_confighardening',
    from: '2025-06-19T10:56:11Z',
    to: '2025-07-19T10:01:18Z',
    status: 'ConfigurationAndSWHardeningNeeded',
    advisories: [289n, 615n],
  },
  {
    name: 'tdx_v5_no_matching_level',
    from: '2026-02-18T10:58:51Z',
    to: '2026-03-20T10:41:15Z',
    refusedBy: 'TcbLevelMissing',
  },
] as const;

const isPresent = existsSync(FOLDER);

describe('recorded DCAP evidence', function () {
  this.timeout(600_000);
  before(function () {
    if (isPresent) return;
    console.log(`      recorded evidence is absent: ${FOLDER.pathname}`);
    this.skip();
  });

  for (const recorded of RECORDED) {
    const seconds = (date: string): number => Date.parse(date) / 1000;
    const from = seconds(recorded.from);
    const to = seconds(recorded.to);

    async function admitted(at: number) {
      const { collateral, evidence } = load(recorded.name);
      const chain = await dcapChain(at);
      const verifier = await chain.deployVerifier(FINGERPRINT);
      for (const part of PARTS) await verifier.send(uploadCall(part, collateral));
      return { chain, verifier, collateral, evidence, number: evaluationNumberOf(collateral) };
    }

    it(`${recorded.name} has its verdict from the first second of its window to the last`, async () => {
      const { chain, verifier, evidence, number } = await admitted(from);
      // Only evidence that verifies gives a template.
      const { error } = await verifier.call(addTemplateCall(evidence, number));
      assert.equal(error, 'refusedBy' in recorded ? recorded.refusedBy : undefined);
      const templates = error === undefined ? (await verifier.addTemplate(evidence, number)).templates : [];
      const compact = compactEvidence(evidence, templates);
      assert.equal(compact === undefined, 'refusedBy' in recorded);
      const check = async (): Promise<void> => {
        const calls = [verifyCall(evidence, number), ...(compact ? [verifyCompactCall(compact, number)] : [])];
        const outcomes = await Promise.all(calls.map((call) => verifier.call(call)));
        for (const outcome of outcomes) {
          if ('refusedBy' in recorded) {
            assert.equal(outcome.error, recorded.refusedBy);
            continue;
          }
          assert.equal(outcome.error, undefined, `${outcome.error}(${outcome.args?.join()})`);
          const result = outcome.result as Record<string, unknown>;
          assert.equal(TCB_STATUSES[(result.tcbStatus as number) - 1], recorded.status);
          assert.deepEqual(result.advisories, recorded.advisories);
          assert.equal(result.expiresAtSeconds, BigInt(to));
          assert.equal(result.report, bytesToHex(evidence.subarray(48, 48 + (result.report as Hex).length / 2 - 1)));
        }
      };
      await check();
      await chain.later(to, check);
    });

    it(`${recorded.name} is refused after its window`, async () => {
      const { chain, verifier, evidence, number } = await admitted(from);
      await chain.later(to + 1, async () => {
        const { error, args } = await verifier.call(verifyCall(evidence, number));
        assert.equal(error, 'CollateralExpired');
        assert.deepEqual(args, [BigInt(to)]);
      });
    });

    it(`${recorded.name} cannot be admitted before its window, as in TypeScript`, async () => {
      const { collateral, evidence } = load(recorded.name);
      const chain = await dcapChain(from - 1);
      const verifier = await chain.deployVerifier(FINGERPRINT);
      const rule = ruleOf(() =>
        verify(evidence, collateral, { rootFingerprint: INTEL_ROOT_FINGERPRINT, atSeconds: from - 1 }),
      );
      assert.equal(await firstError(verifier, collateral), rule);
    });

    it(`${recorded.name} changed in one bit has the verdict of TypeScript`, async () => {
      const { chain, verifier, collateral, evidence, number } = await admitted(from);
      await compareFlips(chain, verifier, collateral, evidence, number);
    });
  }
});

async function compareFlips(
  chain: DcapChain,
  verifier: Verifier,
  collateral: Collateral,
  evidence: Uint8Array,
  number: number,
): Promise<void> {
  const options = { rootFingerprint: INTEL_ROOT_FINGERPRINT, atSeconds: chain.now() };
  assert.ok(collateralExpiry(admitCollateral(collateral, options)) >= chain.now());
  const stride = Math.round(evidence.length / triesOf(evidence.length / 31, evidence.length));
  for (let i = 0; i < evidence.length; i += stride) {
    const bytes = evidence.slice();
    bytes[i]! ^= 1 << (i % 8);
    const { error } = await verifier.call(verifyCall(bytes, number));
    const rule = ruleOf(() => verify(bytes, collateral, options));
    assert.equal(error ?? 'accepted', rule, `bit ${i % 8} of byte ${i}`);
  }
}

async function firstError(verifier: Verifier, collateral: Collateral): Promise<string | undefined> {
  for (const part of PARTS) {
    const call = uploadCall(part, collateral);
    const { error } = await verifier.call(call);
    if (error !== undefined) return error;
    await verifier.send(call);
  }
  return undefined;
}

function ruleOf(action: () => unknown): string {
  try {
    action();
    return 'accepted';
  } catch (error) {
    assert.ok(error instanceof DcapError, String(error));
    return error.code;
  }
}

function load(name: string): { collateral: Collateral; evidence: Uint8Array } {
  const file = (kind: string) => readFileSync(new URL(`${name}.${kind}`, FOLDER));
  return {
    collateral: collateralFromFile(JSON.parse(file('collateral.json').toString('utf8'))),
    evidence: evidenceFromQuote(file('quote.bin')),
  };
}
