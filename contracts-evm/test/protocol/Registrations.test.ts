import assert from 'node:assert/strict';
import { concatHex, slice, type Hex } from 'viem';
import { SUI_CHAIN, bytes32, evmAddress, registrationFields, registrationHash } from '../harness/fixtures.ts';
import { harness } from '../harness/vectors.ts';

describe('Registrations', () => {
  const ZERO: Hex = `0x${'00'.repeat(32)}`;
  const registration = registrationFields();
  const reportData = concatHex([registrationHash(registration), ZERO]);

  it('hashes what viem packs', async () => {
    const { read } = await harness();
    for (const fields of [registration, registrationFields({ chain: SUI_CHAIN, registry: bytes32('object') })]) {
      assert.equal(await read('registrationHash', [fields]), registrationHash(fields));
    }
  });

  it('takes the report data of this registration and of no other', async () => {
    const { call, read } = await harness();
    await read('registrationCheck', [registration, reportData]);
    const expected = registrationHash(registration);
    for (const overrides of [
      { chain: 2n },
      { registry: evmAddress('other registry') },
      { operator: evmAddress('other operator') },
      { challenge: bytes32('other challenge') },
      { signer: `0x${bytes32('other signer').slice(26)}` as Hex },
      { encryptionKey: bytes32('other key') },
      { configurationHash: bytes32('other configuration') },
    ]) {
      const other = registrationHash(registrationFields(overrides));
      const outcome = await call('registrationCheck', [registration, concatHex([other, ZERO])]);
      assert.equal(outcome.error, 'InvalidReportData', Object.keys(overrides)[0]);
      assert.deepEqual(outcome.error && outcome.args, [expected, other]);
    }
  });

  it('names the rule and what broke it', async () => {
    const { call } = await harness();
    const object = bytes32('object');
    for (const [overrides, error, args] of [
      [{ chain: 0n }, 'InvalidRegistrationChain', [0n]],
      [{ registry: object }, 'InvalidRegistrationRegistry', [object]],
      [{ operator: ZERO }, 'InvalidRegistrationOperator', [ZERO]],
      [{ challenge: ZERO }, 'InvalidRegistrationChallenge', undefined],
      [{ signer: slice(ZERO, 0, 20) }, 'InvalidRegistrationSigner', undefined],
      [{ encryptionKey: ZERO }, 'InvalidRegistrationEncryptionKey', undefined],
      [{ configurationHash: ZERO }, 'InvalidRegistrationConfiguration', undefined],
    ] as const) {
      const fields = registrationFields(overrides);
      // The report data agrees, so that nothing but the field is wrong.
      const agreeing = concatHex([registrationHash(fields), ZERO]);
      for (const outcome of [
        await call('registrationHash', [fields]),
        await call('registrationCheck', [fields, agreeing]),
      ]) {
        assert.equal(outcome.error, error);
        assert.deepEqual(outcome.error && outcome.args, args ?? []);
      }
    }
  });

  it('refuses report data of another shape', async () => {
    const { call } = await harness();
    const padded = (last: Hex) => concatHex([registrationHash(registration), slice(ZERO, 0, 31), last]);
    for (const [data, error, args] of [
      ['0x', 'InvalidReportDataLength', [0n]],
      [slice(reportData, 0, 32), 'InvalidReportDataLength', [32n]],
      [slice(reportData, 0, 63), 'InvalidReportDataLength', [63n]],
      [concatHex([reportData, '0x00']), 'InvalidReportDataLength', [65n]],
      [padded('0x01'), 'InvalidReportDataPadding', [`0x${'00'.repeat(31)}01`]],
    ] as [Hex, string, unknown[]][]) {
      const outcome = await call('registrationCheck', [registration, data]);
      assert.equal(outcome.error, error);
      assert.deepEqual(outcome.error && outcome.args, args);
    }
  });
});
