/** Taiko 2026: a key from a public image, a DEBUG enclave, identity by signer alone, policy checked once. */
import { Network } from '../../contracts/sui/network.ts';
import { network } from './network.ts';

describe('security on Sui: enclaves that the host can look into', function () {
  this.timeout(120_000);
  let net: Network;
  before(async () => void (net = await network()));

  const attempt = async (name: string, report: Parameters<Network['evidence']>[3]) => {
    const enclave = net.enclave(net.enclaves[0]!.machine, 0, name);
    const challenge = await net.challenge(enclave.operator.cap);
    const evidence = net.evidence(enclave, challenge, {}, report);
    return net.rule((tx) => net.enter(tx, 'register', enclave, challenge, evidence));
  };
  const expectRule = async (rule: string | undefined, actual: Promise<string | undefined>) => {
    const found = await actual;
    if (found !== rule) throw new Error(`${found} in place of ${rule}`);
  };

  it('the program of the allow list registers', () => expectRule(undefined, attempt('honest', {})));

  it('a DEBUG trust domain does not', () =>
    expectRule('DebugNotAllowed', attempt('debug', { tdAttributes: Uint8Array.of(1, 0, 0, 0x10, 0, 0, 0, 0) })));

  it('one that can be moved to another machine does not', () =>
    expectRule('EntryMismatch', attempt('migratable', { tdAttributes: Uint8Array.of(0, 0, 0, 0x30, 0, 0, 0, 0) })));

  it('another program does not, whoever signed it', () =>
    expectRule('EntryMismatch', attempt('other', { mrTd: new Uint8Array(48).fill(1) })));

  it('the same program launched with another configuration does not', () =>
    expectRule('EntryMismatch', attempt('launch', { mrConfigId: new Uint8Array(48).fill(1) })));

  it('a quote that was made for another signer does not', async () => {
    const [thief, victim] = ['thief', 'victim'].map((name) => net.enclave(net.enclaves[0]!.machine, 0, name));
    const challenge = await net.challenge(thief!.operator.cap);
    const evidence = net.evidence(victim!, challenge);
    await net.refuses('InvalidReportData', (tx) => net.enter(tx, 'register', thief!, challenge, evidence));
  });
});
