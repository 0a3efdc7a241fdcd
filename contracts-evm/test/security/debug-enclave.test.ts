/** Taiko 2026: a key from a public image, a DEBUG enclave, identity by signer alone, policy checked once. */
import assert from 'node:assert/strict';
import { bytes32 } from '../harness/fixtures.ts';
import { entryTerms } from '../harness/world.ts';
import { useDeployment } from './deployment.ts';

describe('security on EVM: enclaves that the host can look into', () => {
  const net = useDeployment();

  const attempt = async (name: string, report: object): Promise<string | undefined> => {
    const [args, options] = await net.attest(name, { report });
    return (await net.registry.call('register', args, options)).error;
  };

  it('the program of the allow list registers', async () => {
    assert.equal(await attempt('honest', {}), undefined);
  });

  it('a DEBUG trust domain does not', async () => {
    const tdAttributes = Uint8Array.of(1, 0, 0, 0x10, 0, 0, 0, 0);
    assert.equal(await attempt('debug', { tdAttributes }), 'DebugNotAllowed');
  });

  it('one that can be moved to another machine does not', async () => {
    const tdAttributes = Uint8Array.of(0, 0, 0, 0x30, 0, 0, 0, 0);
    assert.equal(await attempt('migratable', { tdAttributes }), 'EntryMismatch');
  });

  it('another program does not, whoever signed it', async () => {
    assert.equal(await attempt('other', { mrTd: new Uint8Array(48).fill(1) }), 'EntryMismatch');
  });

  it('the same program launched with another configuration does not', async () => {
    assert.equal(await attempt('launch', { mrConfigId: new Uint8Array(48).fill(1) }), 'EntryMismatch');
  });

  it('a quote that was made for another signer does not', async () => {
    const [[candidate, evidence], options] = await net.attest('victim');
    const thief = { ...(candidate as object), signer: net.createEnclave('thief').signer };
    await net.registry.refuses('InvalidReportData', 'register', [thief, evidence], options);
    await net.registry.send('register', [candidate, evidence], options);
  });

  it('no entry lets DEBUG in, whatever governance writes', async () => {
    const { registry, governance: from } = net;
    for (const change of [
      { attributesValue: `0x01${'00'.repeat(31)}` },
      { attributesMask: `0x00${'ff'.repeat(15)}${'00'.repeat(16)}` },
    ]) {
      assert.deepEqual(await registry.refuses('InvalidEntry', 'addEntry', [entryTerms(change)], { from }), [5]);
    }
    await registry.send('addEntry', [entryTerms()], { from });
  });

  it('a program that is taken off the list counts for nothing at once, and its number never comes back', async () => {
    const { registry, enclaves, governance } = net;
    const [first] = enclaves;
    const digest = bytes32('anything');
    const signatures = await net.signed(digest, enclaves);
    const { entryNumber } = first!.facts;
    assert.equal((await registry.read('tally', [digest, signatures]))[0] >>> 24, 5);
    await net.guard(registry, 'removeEntry', [entryNumber]);
    assert.equal((await registry.read('tally', [digest, signatures]))[0], 0);
    await registry.refuses('EntryNotListed', 'rejudge', [first!.signer, first!.facts]);
    await registry.send('addEntry', [entryTerms()], { from: governance });
    await registry.refuses('EntryNotListed', 'rejudge', [first!.signer, first!.facts]);
  });
});
