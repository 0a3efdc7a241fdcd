/** Sets deployed contracts up as configured, and hands them over. */
import type { Abi } from 'viem';
import { accessManagerAbi, inboxAbi, outboxAbi, registryAbi } from '../../../prover/bindings/evm/index.ts';
import { packQuorum } from '../../../prover/bindings/values.ts';
import { DCAP_VERIFIER_NUMBER, DELAYS, isLocalnet, type EvmConfig } from './config.ts';
import { deployerOf, send, type EvmClients, type EvmContracts } from './contracts.ts';
import { restrictedSelectors, ROLES } from './roles.ts';

/** The delays of governance on a chain, seconds. */
export function delaysOf({ chainId }: EvmConfig): typeof DELAYS {
  return isLocalnet(chainId) ? { governanceSeconds: 0, verifierSeconds: 0 } : DELAYS;
}

/** Sets everything up. Possible while the deployer is the manager's admin and no function has a role of its own. */
export async function setUp(clients: EvmClients, contracts: EvmContracts, config: EvmConfig): Promise<void> {
  const registry = (name: string, args: readonly unknown[]) =>
    send(clients, contracts.registry, registryAbi as Abi, name, args);
  const outbox = (name: string, args: readonly unknown[]) =>
    send(clients, contracts.outbox, outboxAbi as Abi, name, args);
  const inbox = (name: string, args: readonly unknown[]) => send(clients, contracts.inbox, inboxAbi as Abi, name, args);

  await registry('setVerifier', [DCAP_VERIFIER_NUMBER, contracts.dcapVerifier]);
  for (const status of config.acceptedTcbStatuses) await registry('acceptTcbStatus', [status]);
  if (config.minimumEvaluationNumber > 0) {
    await registry('raiseMinimumEvaluationNumber', [config.minimumEvaluationNumber]);
  }
  for (const operator of config.operators) await registry('admitOperator', [operator]);
  for (const entry of config.entries) await registry('addEntry', [entry]);
  if (config.revocationKey) await registry('setRevocationKey', [config.revocationKey]);
  for (const { destinationChain, fees } of config.lanes) await outbox('openLane', [destinationChain, fees]);
  for (const { chain, outbox: address, generation, policy } of config.origins) {
    await inbox('addOrigin', [chain, address, generation, packQuorum(policy)]);
  }
}

/** Gives every function its role and every role its holders, and takes the deployer's role away. */
export async function handOver(clients: EvmClients, contracts: EvmContracts, config: EvmConfig): Promise<void> {
  const manager = (name: string, args: readonly unknown[]) =>
    send(clients, contracts.accessManager, accessManagerAbi as Abi, name, args);
  const { governanceSeconds, verifierSeconds } = delaysOf(config);

  for (const { contract, role, selectors } of restrictedSelectors()) {
    await manager('setTargetFunctionRole', [contracts[contract], selectors, role]);
  }
  await manager('setRoleGuardian', [ROLES.governance, ROLES.guardian]);
  await manager('setRoleGuardian', [ROLES.verifierGovernance, ROLES.guardian]);
  await manager('grantRole', [ROLES.governance, config.governance, governanceSeconds]);
  await manager('grantRole', [ROLES.verifierGovernance, config.governance, verifierSeconds]);
  await manager('grantRole', [ROLES.guardian, config.governance, 0]);
  await manager('grantRole', [ROLES.guardian, config.guardian, 0]);
  await manager('grantRole', [ROLES.inbox, contracts.inbox, 0]);
  await manager('grantRole', [ROLES.admin, config.governance, verifierSeconds]);
  await manager('renounceRole', [ROLES.admin, deployerOf(clients)]);
}
