import assert from 'node:assert/strict';
import { concatHex, encodeFunctionData, keccak256, size, slice, stringToHex, type Hex } from 'viem';
import {
  bytes32,
  encodeMessage,
  encodeRevocation,
  encodeStatement,
  evmAddress,
  proof,
  root,
  signDigest,
  signSet,
  signers,
} from '../harness/fixtures.ts';
import { harness } from '../harness/vectors.ts';

describe('Calldata', () => {
  const signed = stringToHex('what is signed');
  const keys = signers(['first', 'second', 'third']).map(({ key }) => key);
  const leaves = Array.from({ length: 7 }, (_, i) => bytes32(`leaf ${i}`));

  /**
   * A call whose last argument ends with the calldata, with none of the ABI's padding behind it: whatever a decoder reads
   * past its input it reads past the calldata.
   */
  async function callWithoutPadding(functionName: string, args: readonly unknown[]): Promise<Hex> {
    const { abi } = await harness();
    const call = encodeFunctionData({ abi, functionName, args });
    return slice(call, 0, size(call) - ((32 - (size(args.at(-1) as Hex) % 32)) % 32));
  }

  const full: [string, unknown[]][] = [
    ['messageDecode', [encodeMessage({ body: '0x' })]],
    ['messageDecode', [encodeMessage({ body: '0x01' })]],
    ['messageId', [evmAddress('outbox'), encodeMessage({ body: '0x' })]],
    ['messageReencode', [evmAddress('outbox'), encodeMessage({ body: '0x0102' })]],
    ['statementDecode', [encodeStatement()]],
    ['statementDigest', [encodeStatement()]],
    ['revocationDecode', [encodeRevocation(2, bytes32('platform'))]],
    ['revocationDigest', [encodeRevocation(2, bytes32('platform'))]],
    ...leaves.map((leaf, i): [string, unknown[]] => [
      'merkleVerify',
      [root(leaves), leaf, i, leaves.length, proof(leaves, i)],
    ]),
  ];

  before(async () => {
    full.push(['signatureRecover', [signed, await signDigest(keccak256(signed), keys[0]!)]]);
    full.push(['signatureRecoverSet', [signed, await signSet(keccak256(signed), keys)]]);
  });

  it('is read by no decoder past the end of its input', async () => {
    const { reads } = await harness();
    for (const [functionName, args] of full) {
      const call = await callWithoutPadding(functionName, args);
      const { ends, failed } = await reads(call);
      assert.ok(!failed, functionName);
      assert.ok(Math.max(...ends) === size(call), `${functionName} leaves the end of its input unread`);
    }
  });

  it('is read by no decoder past the end of an input cut short', async () => {
    const { reads } = await harness();
    for (const [functionName, args] of full) {
      const input = args.at(-1) as Hex;
      // Every length near a boundary of 32 bytes, and none but the empty one where there is nothing to cut.
      for (const length of [0, 1, 31, 32, 33, 64, 65, 93, 95, 96, 130, 194, 203].filter((n) => n < size(input))) {
        const cut = length === 0 ? '0x' : slice(input, 0, length);
        const call = await callWithoutPadding(functionName, [...args.slice(0, -1), cut]);
        const { ends } = await reads(call);
        assert.ok(Math.max(...ends) <= size(call), `${functionName} reads past ${length} of ${size(input)} bytes`);
      }
    }
  });

  it('tells a read past the end when it sees one', async () => {
    const { reads, abi } = await harness();
    // The function's only argument is cut, which the language's own decoder reads past before it refuses.
    const call = concatHex([
      encodeFunctionData({ abi, functionName: 'chainEvm', args: [1n] }).slice(0, 10) as Hex,
      '0x01',
    ]);
    const { ends } = await reads(call);
    assert.ok(Math.max(...ends) > size(call));
  });
});
