/** What a local network tells about itself: deployments/localnet.json. */
import path from 'node:path';
import { LOCALNET_EVM_CHAIN, toHex } from '../../prover/protocol/index.ts';
import { ACCOUNTS, evmAccount, evmKey } from './deployment.ts';
import { termsOf } from './machines.ts';
import type { LocalCorridor } from './start.ts';

/** An account, and the key that it pays with. */
export interface LocalAccount {
  readonly address: string;
  readonly key: string;
}

/**
 * JSON that prover/cli/network-file.ts reads, and the SDK.
 * @param sui an account with SUI that nothing else uses
 */
export function describeCorridor(corridor: LocalCorridor, sui: LocalAccount) {
  const { network, deployment, application, enclaves, machines, registrations } = corridor;
  const { evm, sui: onSui, suiContext, suiChain, start } = deployment;
  const owner: LocalAccount = {
    address: suiContext.signer.toSuiAddress(),
    key: network.sui.keypair.getSecretKey(),
  };
  const { accessManager, dcapVerifier, registry, outbox, inbox } = evm.contracts;
  const { corridor: core, dcap, dcapEvidence } = onSui.packages;
  return {
    network: 'localnet',
    chains: [
      {
        kind: 'evm',
        chain: String(LOCALNET_EVM_CHAIN),
        rpc: [network.evm.url],
        beacon: [network.beacon.url],
        ...{ registry, outbox, inbox, accessManager, dcapVerifier },
        startHeight: String(start.evm),
      },
      {
        kind: 'sui',
        chain: String(suiChain),
        rpc: [network.sui.url],
        faucet: network.sui.faucetUrl,
        ...{ package: core.id, dcap: dcap.id, dcapEvidence: dcapEvidence.id },
        ...onSui.objects,
        startHeight: String(start.sui),
      },
    ],
    hosts: corridor.hosts.map(({ url }) => url),
    operators: evm.operators.map((account, i) => ({ evm: account, sui: onSui.operators[i]!.cap })),
    localnet: {
      pid: process.pid,
      pccs: network.pccs.url,
      evaluationNumber: network.vendor.evaluationNumber,
      hostConfig: path.join(corridor.folder, 'host-1.json'),
      enclaves: enclaves.map(({ name, socketPath, tee, process: { process: child } }, i) => ({
        name,
        tee,
        entry: termsOf(machines[i]!).entry,
        socket: socketPath,
        pid: child.pid!,
        signer: registrations[i]!.signer,
      })),
      funded: { evm: account(ACCOUNTS.guest), sui },
      operators: evm.operators.map((_, i) => ({ evm: account(ACCOUNTS.firstOperator + i), sui: owner })),
      recipients: {
        evm: application.onEvm.map(({ address }) => toHex(address)),
        sui: application.onSui.map(({ address }) => toHex(address)),
      },
    },
  };
}

function account(index: number): LocalAccount {
  return { address: evmAccount(index).address, key: evmKey(index) };
}
