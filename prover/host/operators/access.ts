/** What an operator may do on one chain with the key that the configuration names. */
import { Ed25519Keypair } from '@mysten/sui/keypairs/ed25519';
import { createWalletClient, http, type PublicClient } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import type { SuiGrpcClient } from '@mysten/sui/grpc';
import { newerOnEvm, uploadToEvm } from '../collateral-evm.ts';
import { newerOnSui, uploadToSui } from '../collateral-sui.ts';
import type { UploadPart } from '../collateral.ts';
import { readKey, type EthereumChainConfig, type SuiChainConfig } from '../config.ts';
import { DEFAULT_MAX_FEE } from '../fees.ts';
import { boundedFetch } from '../fetch.ts';
import type { Collateral } from '../../protocol/dcap/index.ts';
import { EvmRegistrar } from './evm.ts';
import type { Registrar } from './registrar.ts';
import { SuiRegistrar } from './sui.ts';

export interface OperatorAccess {
  readonly registrar: Registrar;
  readonly verifier: number;
  /** Entries of the allow list that an enclave may be under */
  readonly entries: readonly number[];
  /**
   * Uploads what the chain lacks of collateral.
   * @param onUploaded told of each part, with its transaction
   * @throws UploadError
   */
  upload(collateral: Collateral, onUploaded: (part: UploadPart, transaction: string) => void): Promise<void>;
}

/** Undefined where the chain has no operator in the configuration. */
export function evmAccess(config: EthereumChainConfig, client: PublicClient): OperatorAccess | undefined {
  const { chain, operator, registry } = config;
  if (!operator) return undefined;
  const account = readKey(operator.key, `the operator of chain ${chain}`, (key) =>
    privateKeyToAccount(key as `0x${string}`),
  );
  const wallet = createWalletClient({
    transport: http(config.rpc[0], { fetchFn: boundedFetch as typeof fetch }),
    account,
  });
  const most = { maxFeePerGas: config.maxFeePerGas ?? DEFAULT_MAX_FEE };
  const store = { client, address: operator.dcapVerifier, ...most };
  return {
    registrar: new EvmRegistrar({ chain, client, wallet, registry, ...most }),
    verifier: operator.verifier,
    entries: operator.entries,
    upload: async (collateral, onUploaded) =>
      uploadToEvm(store, wallet, collateral, await newerOnEvm(store, collateral), onUploaded),
  };
}

/** Undefined where the chain has no operator in the configuration. */
export function suiAccess(config: SuiChainConfig, client: SuiGrpcClient): OperatorAccess | undefined {
  const { chain, operator, registry } = config;
  if (!operator) return undefined;
  const key = readKey(operator.key, `the operator of chain ${chain}`, (text) => Ed25519Keypair.fromSecretKey(text));
  const store = { client, packageId: operator.dcap, storeId: operator.collateralStore };
  return {
    registrar: new SuiRegistrar({
      chain,
      client,
      key,
      cap: operator.cap,
      packages: { corridor: config.package, dcap: operator.dcap, dcapEvidence: operator.dcapEvidence },
      registry,
      collateralStore: operator.collateralStore,
    }),
    verifier: operator.verifier,
    entries: operator.entries,
    upload: async (collateral, onUploaded) =>
      uploadToSui(store, key, collateral, await newerOnSui(store, collateral), onUploaded),
  };
}
