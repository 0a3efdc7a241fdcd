/** Signature hygiene, and concentrated keys (Ronin 2022, Harmony, Multichain). */
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { concat, signDigest, statementDigest, toHex } from '../../../prover/protocol/index.ts';
import { Network, type Run } from '../../contracts/sui/network.ts';
import { deliverOne, freshRun, network } from './network.ts';

describe('security on Sui: signature sets', function () {
  this.timeout(120_000);
  let net: Network;
  let run: Run;
  before(async () => void (net = await network()));
  beforeEach(async () => void (run = await freshRun()));
  afterEach(async () => {
    // The honest call, which the attack has left possible.
    await net.ok(deliverOne(net, run));
  });

  const set = (run: Run): Uint8Array[] => {
    const all = net.sign(run);
    return [0, 1, 2].map((i) => all.slice(65 * i, 65 * (i + 1)));
  };
  const refuses = (rule: string, signatures: Uint8Array): Promise<void> =>
    net.refuses(rule, deliverOne(net, run, signatures));

  it('a signer twice is refused', () => {
    const [a, b] = set(run);
    return refuses('UnorderedSigners', concat(a!, a!, b!));
  });

  it('signers out of order are refused', () => {
    const [a, b, c] = set(run);
    return refuses('UnorderedSigners', concat(b!, a!, c!));
  });

  it('the twin of a signature, with a high s, is refused', () => {
    const [a, b, c] = set(run);
    const { n } = secp256k1.Point.CURVE();
    const s = BigInt(toHex(c!.slice(32, 64)));
    const high = Uint8Array.from(Buffer.from((n - s).toString(16).padStart(64, '0'), 'hex'));
    return refuses('InvalidSignatureS', concat(a!, b!, c!.slice(0, 32), high, Uint8Array.of(55 - c![64]!)));
  });

  it('an empty set is refused', () => refuses('InvalidSignatureCount', new Uint8Array()));

  it('a set of 33 is refused', () => refuses('InvalidSignatureCount', new Uint8Array(33 * 65)));

  it('a torn set is refused', () => refuses('InvalidSignatureLength', net.sign(run).slice(0, -1)));

  it('one signer less than the threshold is refused', () => {
    const [a, b] = set(run);
    return refuses('QuorumNotReached', concat(a!, b!));
  });

  it('keys of one operator are one operator', async () => {
    const machine = net.enclaves[3]!.machine;
    const second = net.enclave(machine, 0, 'second key of the first operator');
    await net.register(second);
    await refuses('QuorumNotReached', net.sign(run, [net.enclaves[0]!, net.enclaves[1]!, second]));
  });

  it('a revoked key does not count, nor does it sink the others', async () => {
    const key = net.enclave(net.enclaves[3]!.machine, 3, 'revoked');
    await net.register(key);
    await net.ok((tx) => {
      const { registry } = net.calls.corridor;
      const guard = net.guard(tx);
      registry.revoke(tx, { self: net.objects.registry, guard, kind: 1, target: toHex(key.signer) });
    });
    const [a, b, c] = net.enclaves;
    await refuses('QuorumNotReached', net.sign(run, [a!, b!, key]));
    const other = await freshRun();
    await net.ok(deliverOne(net, other, net.sign(other, [a!, b!, c!, key])));
  });

  it('signatures of strangers do not count', async () => {
    const digest = statementDigest(run.encoded);
    await refuses('QuorumNotReached', signDigest(digest, new Uint8Array(32).fill(0x42)));
  });
});
