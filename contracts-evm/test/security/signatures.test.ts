/** Signature hygiene, and concentrated keys (Ronin 2022, Harmony, Multichain). */
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { concatHex, pad, slice, toHex, type Hex } from 'viem';
import type { Run } from '../harness/world.ts';
import { useDeployment } from './deployment.ts';

describe('security on EVM: signature sets', () => {
  const net = useDeployment();
  let run: Run;
  let set: Hex[];
  beforeEach(async () => {
    run = await net.runTo();
    const all = await net.signed(run.digest, net.enclaves.slice(0, 3));
    set = [0, 1, 2].map((i) => slice(all, 65 * i, 65 * (i + 1)));
  });
  afterEach(async () => {
    // The honest call, which the attack has left possible.
    await net.deliver(run);
  });

  const refuses = async (rule: string, ...signatures: Hex[]): Promise<void> => {
    const joined = concatHex(signatures);
    await net.inbox.refuses(rule, 'accept', [run.statement, joined]);
    if (joined !== '0x') await net.inbox.refuses(rule, 'deliver', [run.statement, joined, run.messages]);
  };

  it('a signer twice is refused', () => refuses('UnorderedSigners', set[0]!, set[0]!, set[1]!));

  it('signers out of order are refused', () => refuses('UnorderedSigners', set[1]!, set[0]!, set[2]!));

  it('the twin of a signature, with a high s, is refused', () => {
    const [a, b, c] = set as [Hex, Hex, Hex];
    const { n } = secp256k1.Point.CURVE();
    const high = pad(toHex(n - BigInt(slice(c, 32, 64))), { size: 32 });
    return refuses('InvalidSignatureS', a, b, slice(c, 0, 32), high, toHex(55 - Number(slice(c, 64, 65))));
  });

  it('another v, and an r that is no point, are refused', async () => {
    const [a] = set as [Hex];
    for (const v of [0, 1, 26, 29]) await refuses('InvalidSignatureV', slice(a, 0, 64), toHex(v, { size: 1 }));
    await refuses('UnrecoverableSignature', pad('0x00', { size: 32 }), slice(a, 32, 65));
  });

  it('an empty set is refused', () => refuses('InvalidSignatureCount', '0x'));

  it('a set of 33 is refused', () => refuses('InvalidSignatureCount', pad('0x00', { size: 33 * 65 })));

  it('a torn set is refused', () => refuses('InvalidSignatureLength', ...set.slice(0, 2), slice(set[2]!, 0, 64)));

  it('one signer less than the threshold is refused', () => refuses('QuorumNotReached', set[0]!, set[1]!));

  it('keys of one operator are one operator', async () => {
    const keys = [1, 2, 3].map((i) => net.createEnclave(`key ${i} of one operator`, { operator: 4 }));
    for (const key of keys) await net.register(key);
    await refuses('QuorumNotReached', await net.signed(run.digest, keys));
  });

  it('a revoked, an expired and a strange key do not count, nor do they sink the others', async () => {
    const { registry, enclaves } = net;
    const [a, b, c] = enclaves as [(typeof enclaves)[number], (typeof enclaves)[number], (typeof enclaves)[number]];
    const revoked = await net.register(net.createEnclave('revoked', { operator: 3 }));
    await net.guard(registry, 'revoke', [revoked.signer]);
    const end = BigInt(await net.chain.now()) + 10n;
    const expired = await net.register(net.createEnclave('expired', { operator: 4 }), { expiresAtSeconds: end });
    await net.chain.pass(60);
    const stranger = net.createEnclave('stranger');
    await refuses('QuorumNotReached', await net.signed(run.digest, [a, b, revoked, expired, stranger]));
    const other = await net.runTo(net.recipient, 1);
    await net.deliver(other, [a, b, c, revoked, expired, stranger]);
  });
});
