import assert from 'node:assert/strict';
import { concatHex, encodeFunctionData, size, slice, type Hex } from 'viem';
import {
  EVM_CHAIN,
  SUI_CHAIN,
  bytes,
  bytes32,
  encodeMessage,
  evmAddress,
  messageFields,
  messageId,
} from '../harness/fixtures.ts';
import { harness } from '../harness/vectors.ts';

describe('Messages', () => {
  const outbox = evmAddress('outbox');
  const fields = messageFields();
  const message = encodeMessage(fields);
  const header = (overrides = {}) => Object.values({ ...messageFields(overrides) }).slice(1);
  const ZERO: Hex = `0x${'00'.repeat(32)}`;

  it('gives the fields that viem packed', async () => {
    const { read } = await harness();
    const { version: _, ...expected } = fields;
    assert.deepEqual(await read('messageDecode', [message]), Object.values(expected));
  });

  it('computes the id that viem computes, for bodies of every kind of length', async () => {
    const { read } = await harness();
    for (const length of [0, 1, 31, 32, 33, 63, 64, 65, 1000, 8191, 8192]) {
      const message = encodeMessage({ body: bytes('body', length) });
      const id = messageId(EVM_CHAIN, outbox, message);
      assert.equal(await read('messageId', [outbox, message]), id, `${length} bytes`);
      assert.deepEqual(await read('messageReencode', [outbox, message]), [id, message], `${length} bytes`);
    }
  });

  it('reads nothing behind a message', async () => {
    const { abi, callAll } = await harness();
    const short = encodeMessage({ body: '0x' });
    const call = encodeFunctionData({ abi, functionName: 'messageDecode', args: [short] });
    // The last 2 bytes are the ABI's padding to 96; what follows is nobody's.
    const dirty = concatHex([slice(call, 0, size(call) - 2), '0xffff', `0x${'ff'.repeat(64)}`]);
    const [clean, outcome] = await callAll([call, dirty]);
    assert.equal(outcome!.error, undefined);
    assert.equal(outcome!.data, clean!.data);
  });

  it('names the rule and what broke it', async () => {
    const { call } = await harness();
    const object = bytes32('object');
    for (const [input, error, args] of [
      [slice(message, 0, 93), 'InvalidMessageLength', [93n]],
      [encodeMessage({ body: bytes('body', 8193) }), 'InvalidMessageLength', [8287n]],
      [encodeMessage({ version: 2 }), 'InvalidMessageVersion', [2]],
      [encodeMessage({ kind: 2 }), 'InvalidMessageKind', [2]],
      [encodeMessage({ originChain: 0n }), 'InvalidMessageOriginChain', [0n]],
      [encodeMessage({ destinationChain: 1n << 60n }), 'InvalidMessageDestinationChain', [1n << 60n]],
      [encodeMessage({ destinationChain: EVM_CHAIN }), 'InvalidMessageDestinationChain', [EVM_CHAIN]],
      [encodeMessage({ sender: object }), 'InvalidMessageSender', [object]],
      [encodeMessage({ sender: ZERO }), 'InvalidMessageSender', [ZERO]],
      [encodeMessage({ recipient: ZERO }), 'InvalidMessageRecipient', [ZERO]],
    ] as [Hex, string, unknown[]][]) {
      const outcome = await call('messageDecode', [input]);
      assert.equal(outcome.error, error);
      assert.deepEqual(outcome.error && outcome.args, args);
    }
  });

  it('holds an encoder to the same rules', async () => {
    const { call, read } = await harness();
    assert.equal(await read('messageEncode', header()), message);
    for (const [overrides, error] of [
      [{ body: bytes('body', 8193) }, 'InvalidMessageLength'],
      [{ kind: 255 }, 'InvalidMessageKind'],
      [{ originChain: 1n << 56n }, 'InvalidMessageOriginChain'],
      [{ originChain: SUI_CHAIN }, 'InvalidMessageDestinationChain'],
      [{ sender: bytes32('object') }, 'InvalidMessageSender'],
      [{ destinationChain: 2n }, 'InvalidMessageRecipient'],
    ] as const) {
      const outcome = await call('messageEncode', header(overrides));
      assert.equal(outcome.error, error);
    }
  });

  it('gives no id under an outbox that cannot be', async () => {
    const { call } = await harness();
    for (const functionName of ['messageId', 'messageReencode']) {
      for (const impossible of [ZERO, bytes32('object')]) {
        const outcome = await call(functionName, [impossible, message]);
        assert.equal(outcome.error, 'InvalidMessageOutbox');
        assert.deepEqual(outcome.error && outcome.args, [impossible]);
      }
    }
  });
});
