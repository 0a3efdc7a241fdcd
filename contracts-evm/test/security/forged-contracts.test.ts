/** Wormhole 2022: state of the verifier that the caller supplies. On EVM: contracts and facts that anyone can make. */
import assert from 'node:assert/strict';
import { bytesToHex, pad, type AbiFunction } from 'viem';
import { createPlatform, Vendor } from '../../../localnet/tee/index.ts';
import { RESTRICTED } from '../../../scripts/deploy/evm/roles.ts';
import { uploadCall } from '../harness/dcap.ts';
import { bytes32 } from '../harness/fixtures.ts';
import { DEFAULT_POLICY, FAR_CHAIN, FAR_OUTBOX, packQuorum } from '../harness/world.ts';
import { callOf, useDeployment } from './deployment.ts';

describe('security on EVM: contracts that the caller brings', () => {
  const net = useDeployment();

  /** A value of a type, for a call that must not come as far as looking at it. */
  const anyOf = ({
    type,
    components,
  }: AbiFunction['inputs'][number] & { components?: AbiFunction['inputs'] }): unknown =>
    components
      ? Object.fromEntries(components.map((part) => [part.name, anyOf(part)]))
      : type === 'bool'
        ? true
        : type === 'address'
          ? net.anyone
          : type === 'bytes'
            ? '0x'
            : type.startsWith('bytes')
              ? pad('0x01', { size: Number(type.slice(5)) })
              : 1;

  it('nobody without a role gets past the door of a restricted function', async () => {
    let count = 0;
    for (const [name, roles] of Object.entries(RESTRICTED)) {
      const contract = net[name as keyof typeof RESTRICTED];
      for (const [role, functions] of Object.entries(roles)) {
        for (const functionName of functions) {
          const { inputs } = contract.abi.find(
            (item): item is AbiFunction => item.type === 'function' && item.name === functionName,
          )!;
          const args = inputs.map(anyOf);
          const others = [net.anyone, net.deployer, net.operators[0]!];
          // Governance holds the guardian's role too.
          if (role !== 'guardian') others.push(net.guardian);
          for (const from of others) await contract.refuses('AccessManagedUnauthorized', functionName, args, { from });
          count++;
        }
      }
      await contract.refuses('AccessManagedUnauthorized', 'setAuthority', [net.anyone], { from: net.governance });
    }
    assert.equal(count, 36);
    await net.guard(net.registry, 'denyAdvisory', [1]);
  });

  it('an inbox that asks a registry of the attacker delivers to nobody who trusts this one', async () => {
    const { chain, recipient, inbox } = net;
    const from = net.anyone;
    const manager = await chain.deploy('AccessManager', [from]);
    // Its constructor's account governs it: all functions are the attacker's.
    const registry = await chain.deploy('Registry', [manager.address, 300n]);
    const verifier = await chain.deploy('StatedVerifier', [bytes32('attacker')]);
    await registry.refuses('AccessManagedUnauthorized', 'setVerifier', [1, verifier.address], { from: net.governance });
    await manager.send('execute', [registry.address, callOf(registry, 'setVerifier', [1, verifier.address])], { from });
    const forged = await chain.deploy('Inbox', [manager.address, registry.address]);
    const policy = packQuorum({ signers: 1, operators: 1, platforms: 1, vendors: 1 });
    await manager.send('execute', [forged.address, callOf(forged, 'addOrigin', [FAR_CHAIN, FAR_OUTBOX, 1, policy])], {
      from,
    });
    const message = [FAR_CHAIN, bytes32('sender'), bytes32('id'), 1n, packQuorum(DEFAULT_POLICY), '0x'];
    await recipient.refuses('NotTheInbox', 'onMessage', message, { from: forged.address });
    // What it accepted stays with it: here nothing of it is kept.
    const run = await net.runTo();
    await inbox.refuses('RootNotKept', 'deliver', [run.statement, '0x', run.messages]);
    await net.deliver(run);
  });

  it('a verifier of the attacker has no number, and its root none of our collateral', async () => {
    const { registry, verifier, operators, chain } = net;
    const vendor = new Vendor({ seed: 'attacker', clock: () => net.time.seconds });
    const machine = createPlatform({ vendor, seed: 'forged' });
    const own = await chain.deploy('StatedVerifier', [bytesToHex(vendor.rootFingerprint)]);
    const enclave = net.createEnclave('forged');
    const { candidate, evidence } = await net.application(enclave, { verifierNumber: 9 });
    assert.notEqual(own.address, await registry.read('verifierOf', [2]));
    await registry.refuses('VerifierNotAdmitted', 'register', [candidate, evidence], { from: operators[0]! });
    const [upload, args] = uploadCall('root', machine.collateralParts({ tee: 'tdx' }));
    await verifier.refuses('UntrustedRoot', upload, args);
    const [quoted, options] = await net.attest('forged quote', { machine });
    await registry.refuses('PckCaMissing', 'register', quoted, options);
    const [honest] = await net.attest('honest quote');
    await registry.send('register', honest, options);
  });

  it('facts that the caller made up judge nobody', async () => {
    const { registry, enclaves } = net;
    const [{ signer, facts }] = enclaves as [(typeof enclaves)[number]];
    for (const change of [{ evaluationNumber: 99 }, { platformId: bytes32('other') }, { advisories: [1n] }]) {
      await registry.refuses('FactsMismatch', 'rejudge', [signer, { ...facts, ...change }]);
      await registry.refuses('FactsMismatch', 'evict', [signer, { ...facts, ...change }]);
    }
    await registry.send('rejudge', [signer, facts]);
  });
});
