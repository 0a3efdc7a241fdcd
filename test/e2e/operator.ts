/** Hosts that look after an operator's keys by themselves. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { requestSuiFromFaucetV2 } from '@mysten/sui/faucet';
import { Ed25519Keypair } from '@mysten/sui/keypairs/ed25519';
import { ACCOUNTS, evmKey } from '../../localnet/corridor/deployment.ts';
import type { LocalCorridor } from '../../localnet/corridor/start.ts';
import type { HostConfig } from '../../prover/host/config.ts';
import { executeSui } from '../../prover/host/operators/sui.ts';

/**
 * A host's configuration with an operator, who gets its capability on Sui into its own hands.
 * @returns with what gives the capability back
 */
export async function withOperator(
  { deployment, network, folder }: LocalCorridor,
  config: HostConfig,
  operator: number,
  keys: HostConfig['keys'],
): Promise<{ config: HostConfig; giveBack: () => Promise<void> }> {
  const { evm, sui, suiContext } = deployment;
  const own = Ed25519Keypair.generate();
  await requestSuiFromFaucetV2({ host: network.sui.faucetUrl, recipient: own.toSuiAddress() });
  const { cap } = sui.operators[operator]!;
  const give = (from: unknown, to: Ed25519Keypair): Promise<unknown> =>
    executeSui(suiContext.client, from as never, sui.packages.corridor.id, 'giving', (tx) => {
      tx.transferObjects([cap], to.toSuiAddress());
    });
  await give(suiContext.signer, own);
  const secret = (name: string, text: string): { file: string } => {
    const file = path.join(folder, `operator-${operator + 1}.${name}.key`);
    writeFileSync(file, text, { mode: 0o600 });
    return { file };
  };
  const common = { verifier: 1, entries: [1, 2] };
  const chains = config.chains.map((chain) =>
    chain.kind === 'ethereum'
      ? {
          ...chain,
          operator: {
            ...common,
            key: secret('evm', evmKey(ACCOUNTS.firstOperator + operator)),
            dcapVerifier: evm.contracts.dcapVerifier,
          },
        }
      : {
          ...chain,
          operator: {
            ...common,
            key: secret('sui', own.getSecretKey()),
            cap,
            dcap: sui.packages.dcap.id as `0x${string}`,
            dcapEvidence: sui.packages.dcapEvidence.id as `0x${string}`,
            collateralStore: sui.objects.collateralStore as `0x${string}`,
          },
        },
  ) as HostConfig['chains'];
  return {
    config: { ...config, keys, chains },
    giveBack: async () => void (await give(own, suiContext.signer as never)),
  };
}
