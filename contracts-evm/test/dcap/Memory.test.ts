import assert from 'node:assert/strict';
import { sha256 } from '@noble/hashes/sha2.js';
import {
  bytesToHex,
  decodeErrorResult,
  decodeFunctionResult,
  encodeFunctionData,
  hexToBytes,
  toFunctionSelector,
  type Abi,
  type Hex,
} from 'viem';
import { QUOTE_FORMS, type QuoteForm } from '../../../localnet/tee/index.ts';
import { CASE_TIME, draftOf, honestCases, issue } from '../../../localnet/tee/misbehave/index.ts';
import { compactEvidence, readCertificate, readEvidence } from '../../../prover/protocol/dcap/index.ts';
import { MAX_GAS, skipMeasured } from '../harness/chain.ts';
import { dcapChain, revertData, triesOf } from '../harness/dcap.ts';
import { mutate, randomOf } from '../harness/mutate.ts';

/** The harness's own error. */
const MEMORY_CHANGED = toFunctionSelector('MemoryChanged(string)');
const ROUNDS = triesOf(25, 1_000);

describe('memory of the DCAP readers', function () {
  this.timeout(1_200_000);

  let ask: (functionName: string, args: readonly unknown[]) => Promise<{ result?: any; error?: string }>;

  before(async () => {
    const { connection, client } = await dcapChain(CASE_TIME, { hasRoom: true });
    type Deployed = { address: Hex; abi: Abi };
    const collateral = (await connection.viem.deployContract('CollateralCanary')) as Deployed;
    const evidence = (await connection.viem.deployContract('EvidenceCanary')) as Deployed;
    ask = async (functionName, args) => {
      const isOfEvidence = evidence.abi.some((item) => item.type === 'function' && item.name === functionName);
      const { address, abi } = isOfEvidence ? evidence : collateral;
      const data = encodeFunctionData({ abi, functionName, args });
      let found: Hex | undefined;
      try {
        ({ data: found } = await client.call({ to: address, data, gas: MAX_GAS }));
      } catch (failure) {
        const error = revertData(failure);
        // A rule of a reader, none of which is in the harness's own ABI.
        if (!error.startsWith(MEMORY_CHANGED)) return { error: error.slice(0, 10) };
        const { args: what } = decodeErrorResult({ abi, data: error });
        assert.fail(`${functionName} changed memory: ${what as unknown as string}`);
      }
      return { result: decodeFunctionResult({ abi, functionName, data: found ?? '0x' }) };
    };
  });

  /** What each reader is given. */
  function inputs(form: QuoteForm): [string, Uint8Array, unknown[]][] {
    const { collateral, evidence } = issue(draftOf(form));
    return [
      ['readCertificate', collateral.root, [1]],
      ['readCertificate', collateral.pckCa, [2]],
      ['readCertificate', collateral.tcbInfoSigner, [3]],
      ['readCertificate', readEvidence(evidence).certificationData, [4]],
      ['readCrl', collateral.pckCrl, []],
      ['readTcbInfo', collateral.tcbInfo, []],
      ['readQeIdentity', collateral.qeIdentity, []],
      ['readQuote', evidence, []],
      ['makeTemplate', evidence, []],
    ];
  }

  for (const form of ['sgx3', 'tdx4'] as const)
    it(`is left alone by readers of ${form}, whatever they read`, async () => {
      const random = randomOf(form.charCodeAt(0));
      for (const [reader, bytes, args] of inputs(form)) {
        const { error } = await ask(reader, [bytesToHex(bytes), ...args]);
        assert.equal(error, undefined, reader);
        let refused = 0;
        for (let i = 0; i < ROUNDS; i++) {
          const outcome = await ask(reader, [bytesToHex(mutate(bytes, random)), ...args]);
          refused += outcome.error === undefined ? 0 : 1;
        }
        assert.ok(refused > 0, reader);
      }
    });

  it('is left alone by collateral as large as it may be', async function () {
    skipMeasured(this, 'it takes more gas than a call has');
    for (const { form, about, collateral } of honestCases()) {
      if (!/64|16/.test(about)) continue;
      for (const [reader, document] of [
        ['readTcbInfo', collateral.tcbInfo],
        ['readQeIdentity', collateral.qeIdentity],
      ] as const) {
        const { error } = await ask(reader, [bytesToHex(document)]);
        assert.equal(error, undefined, `${form}: ${about}`);
      }
    }
  });

  for (const form of QUOTE_FORMS)
    it(`holds what was signed once compact evidence of ${form} is rebuilt, and nothing else changes`, async () => {
      const { evidence } = issue(draftOf(form));
      const quote = readEvidence(evidence);
      const leaf = quote.certificationData;
      const { result: template } = await ask('makeTemplate', [bytesToHex(evidence)]);
      const compact = compactEvidence(evidence, [{ id: new Uint8Array(5), bytes: hexToBytes(template as Hex) }])!;
      const { result } = await ask('rebuild', [bytesToHex(compact), template]);
      const [signed, qeReport, certificate] = result as [Hex, Hex, { tbsDigest: Hex; x: bigint; pceSvn: bigint }];
      assert.equal(signed, bytesToHex(quote.signedBytes));
      assert.equal(qeReport, bytesToHex(quote.qeReportBytes));
      const { tbs, sgx, publicKey } = readCertificate(leaf, 'pck');
      assert.equal(certificate.tbsDigest, bytesToHex(sha256(tbs)));
      assert.equal(certificate.x, BigInt(bytesToHex(publicKey.subarray(0, 32))));
      assert.equal(certificate.pceSvn, BigInt(sgx!.pceSvn));
      const random = randomOf(form.length);
      for (let i = 0; i < ROUNDS; i++) await ask('rebuild', [bytesToHex(mutate(compact, random)), template]);
    });
});
