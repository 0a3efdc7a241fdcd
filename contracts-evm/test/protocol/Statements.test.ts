import assert from 'node:assert/strict';
import { concatHex, keccak256, slice, type Hex } from 'viem';
import { EVM_CHAIN, SUI_CHAIN, bytes32, encodeStatement, statementFields, tag } from '../harness/fixtures.ts';
import { harness } from '../harness/vectors.ts';

describe('Statements', () => {
  const ZERO: Hex = `0x${'00'.repeat(32)}`;
  const statement = encodeStatement();
  const { tag: _, ...fields } = statementFields();

  it('gives the fields that viem packed, and packs them as viem does', async () => {
    const { read } = await harness();
    assert.deepEqual(await read('statementDecode', [statement]), fields);
    assert.equal(await read('statementEncode', [fields]), statement);
  });

  it('hashes the whole of a statement', async () => {
    const { read } = await harness();
    assert.equal(await read('statementDigest', [statement]), keccak256(statement));
  });

  const object = bytes32('object');
  const lastNonce = (3n << 48n) | (2n ** 48n - 1n);
  const cases: [Parameters<typeof encodeStatement>[0], string, unknown[]][] = [
    [{ originChain: 0n }, 'InvalidStatementOriginChain', [0n]],
    [{ originOutbox: object }, 'InvalidStatementOriginOutbox', [object]],
    [{ originOutbox: ZERO }, 'InvalidStatementOriginOutbox', [ZERO]],
    [{ destinationChain: 1n << 63n }, 'InvalidStatementDestinationChain', [1n << 63n]],
    [{ destinationChain: EVM_CHAIN }, 'InvalidStatementDestinationChain', [EVM_CHAIN]],
    [{ destinationChain: 2n }, 'InvalidStatementDestinationInbox', [fields.destinationInbox]],
    [{ destinationInbox: ZERO }, 'InvalidStatementDestinationInbox', [ZERO]],
    [{ anchorHash: ZERO }, 'InvalidStatementAnchorHash', []],
    [{ messageCount: 0 }, 'InvalidStatementCount', [0]],
    [{ messageCount: 257 }, 'InvalidStatementCount', [257]],
    [{ messageCount: 0xffffffff }, 'InvalidStatementCount', [0xffffffff]],
    [{ firstNonce: lastNonce, messageCount: 2 }, 'InvalidStatementNonce', [lastNonce, 2]],
    [{ messagesRoot: ZERO }, 'InvalidStatementRoot', []],
  ];

  it('names the rule and what broke it', async () => {
    const { call } = await harness();
    const other = tag('corridor.message.v1');
    for (const [input, error, args] of [
      ['0x', 'InvalidStatementLength', [0n]],
      [slice(statement, 0, 203), 'InvalidStatementLength', [203n]],
      [concatHex([statement, '0x00']), 'InvalidStatementLength', [205n]],
      [encodeStatement({ tag: other }), 'InvalidStatementTag', [other]],
      ...cases.map(([overrides, ...rest]) => [encodeStatement(overrides), ...rest]),
    ] as [Hex, string, unknown[]][]) {
      for (const functionName of ['statementDecode', 'statementDigest']) {
        const outcome = await call(functionName, [input]);
        assert.equal(outcome.error, error);
        assert.deepEqual(outcome.error && (outcome.args ?? []), args);
      }
    }
  });

  it('holds an encoder to the same rules', async () => {
    const { call } = await harness();
    for (const [overrides, error, args] of cases) {
      const outcome = await call('statementEncode', [{ ...fields, ...overrides }]);
      assert.equal(outcome.error, error);
      assert.deepEqual(outcome.error && (outcome.args ?? []), args);
    }
  });

  it('lets a run end with its generation, not after it', async () => {
    const { read } = await harness();
    for (const [sequence, messageCount] of [
      [2n ** 48n - 1n, 1],
      [2n ** 48n - 256n, 256],
    ] as const) {
      const edge = { destinationChain: SUI_CHAIN, firstNonce: (0xffffn << 48n) | sequence, messageCount };
      assert.deepEqual(await read('statementDecode', [encodeStatement(edge)]), { ...fields, ...edge });
    }
  });
});
