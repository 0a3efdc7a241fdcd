/** Keys that come and go while messages flow: a quorum counts those that stand when it is asked. */
import assert from 'node:assert/strict';
import { createWalletClient, http } from 'viem';
import type { Sent } from '../../localnet/corridor/application.ts';
import { ACCOUNTS, evmAccount } from '../../localnet/corridor/deployment.ts';
import { registrarsOf } from '../../localnet/corridor/enclaves.ts';
import { termsOf } from '../../localnet/corridor/machines.ts';
import { registryAbi } from '../../prover/bindings/evm/index.ts';
import { corridorCalls } from '../../prover/bindings/sui/corridor.ts';
import { executeSui } from '../../prover/host/operators/sui.ts';
import { equalBytes, toHex } from '../../prover/protocol/index.ts';
import { eventually, until } from './support.ts';
import { isDelivered, onDatabases } from './world.ts';

/** What a revocation is of: a signer. */
const SIGNER = 1;

onDatabases('keys under traffic', 'of hosts', (world) => {
  /** Revokes an operator's key on both chains, as their guardians would. */
  const revoke = async (operator: number): Promise<void> => {
    const { deployment, network, enclaves } = world().corridor;
    const { signer } = await enclaves[operator]!.process.client.status();
    const { evm, evmClient, sui, suiContext } = deployment;
    const wallet = createWalletClient({ transport: http(network.evm.url), account: evmAccount(ACCOUNTS.guardian) });
    const hash = await wallet.writeContract({
      address: evm.contracts.registry,
      abi: registryAbi,
      functionName: 'revoke',
      args: [toHex(signer)],
      chain: null,
    });
    const { registry, authority } = corridorCalls(sui.packages.corridor.id);
    const corridor = sui.packages.corridor.id;
    await executeSui(suiContext.client, suiContext.signer as never, corridor, 'revoking', (tx) => {
      const guard = authority.guard(tx, { self: sui.objects.authority, cap: sui.capabilities.guardian.id });
      const target = `0x${toHex(signer).slice(2).padStart(64, '0')}`;
      registry.revoke(tx, { self: sui.objects.registry, guard, kind: SIGNER, target });
    });
    const { status } = await evmClient.waitForTransactionReceipt({ hash });
    assert.equal(status, 'success');
  };

  /** Ends the enclaves of operators and starts others in their place, whose keys register. */
  const replace = async (operators: readonly number[]): Promise<void> => {
    const { corridor } = world();
    for (const operator of operators) {
      await corridor.enclaves[operator]!.stop();
      await corridor.startEnclave(operator);
    }
  };

  it('are renewed on both chains, and no message waits for that', async () => {
    const { corridor } = world();
    const { network, deployment, enclaves, machines } = corridor;
    const sent: Sent[] = [];
    for (const [operator, enclave] of enclaves.entries()) {
      const terms = { ...termsOf(machines[operator]!), evaluationNumber: network.vendor.evaluationNumber };
      sent.push(...(await world().send(`while ${enclave.name} renews`, 1)));
      for (const registrar of registrarsOf(network, deployment, operator)) {
        const { renewed } = await registrar.enter(enclave.process.client, terms);
        assert.ok(renewed);
      }
    }
    await eventually(corridor, sent, isDelivered);
    await world().mustBeExact();
  });

  it('are revoked in the middle of a batch, which the others carry on', async () => {
    const { corridor } = world();
    const sent = await world().send('one is revoked', 6);
    await revoke(0);
    await eventually(corridor, sent, isDelivered);
    await world().mustBeExact();
    await replace([0]);
  });

  it('are revoked two at once, which is one too many: what they sign nevertheless is signed by their successors', async () => {
    const { corridor } = world();
    for (const operator of [0, 1]) await revoke(operator);
    const sent = await world().send('three are left', 4);
    // So that nothing is left to be asked of the enclaves that are about to go.
    for (const [host, operator] of [0, 1].entries()) {
      const states = await eventually(corridor, sent, ({ run }) => run !== undefined, { host });
      const { signer } = await corridor.enclaves[operator]!.process.client.status();
      const { store } = corridor.hosts[host]!.parts;
      const hasSigned = async (run: Uint8Array): Promise<boolean> =>
        (await store.signatures(run)).some((kept) => equalBytes(kept.signer, signer));
      for (const { run } of states) await until('it has signed', () => hasSigned(run!));
    }
    await replace([0, 1]);
    await eventually(corridor, sent, isDelivered);
    await world().mustBeExact();
  });

  it('are revoked between proof and delivery: what was proven by them is proven again', async () => {
    const { corridor, proxies } = world();
    const nodes = [...proxies.evm, ...proxies.sui];
    for (const node of nodes) node.set('refuses');
    const sent = await world().send('proven and then revoked', 4);
    for (const host of [0, 1]) await eventually(corridor, sent, ({ provenAt }) => provenAt !== undefined, { host });
    for (const operator of [0, 1]) await revoke(operator);
    for (const node of nodes) node.set('honest');
    await replace([0, 1]);
    await eventually(corridor, sent, isDelivered);
    await world().mustBeExact();
  });
});
