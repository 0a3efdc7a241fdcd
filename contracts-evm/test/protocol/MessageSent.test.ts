import assert from 'node:assert/strict';
import { decodeEventLog, encodeAbiParameters, parseAbi, toEventSelector, type Hex } from 'viem';
import { EVM_CHAIN, SUI_CHAIN, bytes, encodeMessage, evmAddress, messageId } from '../harness/fixtures.ts';
import { harness } from '../harness/vectors.ts';

describe('MessageSent', () => {
  const outbox = evmAddress('outbox');
  // The signature as section 5 has it.
  const SIGNATURE = 'MessageSent(bytes32,uint64,bytes)';

  it('is the event of section 5, in canonical encoding, for bodies of every kind of length', async () => {
    const { log } = await harness();
    for (const length of [0, 1, 2, 3, 31, 32, 33, 34, 35, 64, 8192]) {
      const message = encodeMessage({ body: bytes('body', length) });
      const id = messageId(EVM_CHAIN, outbox, message);
      const { topics, data } = await log('messageSentEvm', [outbox, message]);
      const chain: Hex = `0x${SUI_CHAIN.toString(16).padStart(64, '0')}`;
      assert.deepEqual(topics, [toEventSelector(SIGNATURE), id, chain]);
      assert.equal(data, encodeAbiParameters([{ type: 'bytes' }], [message]));
    }
  });

  it('reads back through the interface as the world knows it', async () => {
    const { log } = await harness();
    const message = encodeMessage();
    const { topics, data } = await log('messageSentEvm', [outbox, message]);
    const event = decodeEventLog({
      abi: parseAbi(['event MessageSent(bytes32 indexed messageId, uint64 indexed destinationChain, bytes message)']),
      topics: topics as [Hex, ...Hex[]],
      data,
    });
    assert.deepEqual(event.args, {
      messageId: messageId(EVM_CHAIN, outbox, message),
      destinationChain: SUI_CHAIN,
      message,
    });
  });
});
