/** An operator at a registry on Sui. */
import type { SuiClientTypes } from '@mysten/sui/client';
import type { Signer as Key } from '@mysten/sui/cryptography';
import type { SuiGrpcClient } from '@mysten/sui/grpc';
import { Transaction } from '@mysten/sui/transactions';
import { corridorCalls } from '../../bindings/sui/corridor.ts';
import { dcapEvidenceCalls } from '../../bindings/sui/dcap-evidence.ts';
import { dcapCalls } from '../../bindings/sui/dcap.ts';
import { evidenceFromQuote } from '../../protocol/dcap/index.ts';
import { fromHex, toHex } from '../../protocol/index.ts';
import { showShortfall, suiShortfall } from '../../bindings/funds.ts';
import { failureOf } from '../../bindings/sui/failure.ts';
import type { EnclaveClient } from '../enclave-client.ts';
import { paddedSigner, readKeyOnSui } from './keys.ts';
import { refusal, type KeyStatus, type Registrar, type Terms } from './registrar.ts';

export interface SuiOperatorOptions {
  readonly chain: bigint;
  readonly client: SuiGrpcClient;
  /** Owner of the capability */
  readonly key: Key;
  /** Id of the `OperatorCap`, which is the operator */
  readonly cap: string;
  readonly packages: { readonly corridor: string; readonly dcap: string; readonly dcapEvidence: string };
  readonly registry: string;
  readonly collateralStore: string;
}

export class SuiRegistrar implements Registrar {
  readonly chain: bigint;
  readonly #o: SuiOperatorOptions;

  constructor(options: SuiOperatorOptions) {
    this.chain = options.chain;
    this.#o = options;
  }

  async enter(enclave: EnclaveClient, { verifier, entry, evaluationNumber }: Terms) {
    const { packages, registry, cap, collateralStore } = this.#o;
    const corridor = corridorCalls(packages.corridor);
    const challenge = await this.#challenge();
    const attested = await enclave.attest({
      chain: this.chain,
      registry: fromHex(registry),
      operator: fromHex(cap),
      challenge: fromHex(challenge),
    });
    const { signer, encryptionKey, configurationHash } = attested;
    const evidence = evidenceFromQuote(attested.quote);
    const renewed = (await this.status(signer)).status !== 'unknown';
    const { digest, gas } = await this.#execute(renewed ? 'renew' : 'register', (tx) => {
      const report = dcapCalls(packages.dcap).dcap.verify(tx, { store: collateralStore, evidence, evaluationNumber });
      corridor.registry[renewed ? 'renew' : 'register'](tx, [`${packages.dcapEvidence}::dcap_evidence::Dcap`], {
        self: registry,
        cap,
        challenge,
        verifier,
        entry,
        signer: paddedSigner(signer),
        encryptionKey: toHex(encryptionKey),
        configurationHash: toHex(configurationHash),
        evidence: dcapEvidenceCalls(packages.dcapEvidence).dcapEvidence.judge(tx, { report }),
      });
    });
    return { transaction: digest, gas, renewed };
  }

  async resign(signer: Uint8Array): Promise<string> {
    const { packages, registry, cap } = this.#o;
    const { digest } = await this.#execute('resign', (tx) => {
      corridorCalls(packages.corridor).registry.resign(tx, { self: registry, cap, signer: paddedSigner(signer) });
    });
    return digest;
  }

  status(signer: Uint8Array): Promise<KeyStatus> {
    return readKeyOnSui(this.#o.client, this.#o.registry, signer);
  }

  async #challenge(): Promise<string> {
    const { packages, cap, key } = this.#o;
    const made = await this.#execute('new_challenge', (tx) => {
      const challenge = corridorCalls(packages.corridor).registry.newChallenge(tx, { cap });
      tx.transferObjects([challenge], key.toSuiAddress());
    });
    const type = `${packages.corridor}::registry::Challenge`;
    const [id] = Object.entries(made.types).find(([, name]) => name === type) ?? [];
    if (id === undefined) throw refusal('Unavailable', 'the node does not show the challenge that was made');
    return id;
  }

  async #execute(what: string, build: (tx: Transaction) => void) {
    return executeSui(this.#o.client, this.#o.key, this.#o.packages.corridor, what, build);
  }
}

/** What a transaction did. */
export interface ExecutedOnSui {
  readonly digest: string;
  /** MIST */
  readonly gas: bigint;
  /** Types of the objects that it changed, by id */
  readonly types: Readonly<Record<string, string>>;
  readonly events: readonly SuiClientTypes.Event[];
  /** The package that it published, if any */
  readonly packageId: string | undefined;
}

/** Executes a transaction whose failure is told by its rule. */
export async function executeSui(
  client: SuiGrpcClient,
  key: Key,
  corridorPackage: string,
  what: string,
  build: (tx: Transaction) => void,
): Promise<ExecutedOnSui> {
  const transaction = new Transaction();
  build(transaction);
  transaction.setSenderIfNotSet(key.toSuiAddress());
  const include = { effects: true, objectTypes: true, events: true } as const;
  const demandFunds = async (said: string): Promise<void> => {
    const shortfall = await suiShortfall(client, key.toSuiAddress(), said);
    if (shortfall) throw refusal('InsufficientFunds', `for ${what} ${showShortfall(shortfall, 'Sui')}`);
  };
  const pay = async <T>(task: () => Promise<T>): Promise<T> => {
    try {
      return await task();
    } catch (error) {
      await demandFunds((error as Error).message);
      throw error;
    }
  };
  const simulated = await pay(() => client.simulateTransaction({ transaction, include: { effects: true } }));
  const result =
    simulated.$kind === 'Transaction'
      ? await pay(() => client.signAndExecuteTransaction({ transaction, signer: key, include }))
      : simulated;
  if (result.$kind !== 'Transaction') {
    const { rule, text } = failureOf(corridorPackage, result.FailedTransaction.status);
    if (rule === undefined) await demandFunds(text);
    throw refusal(rule ?? 'Refused', `${what} was refused (${text})`);
  }
  const done = (result as SuiClientTypes.TransactionResult<typeof include>).Transaction!;
  await client.waitForTransaction({ digest: done.digest });
  const { computationCost, storageCost, storageRebate } = done.effects.gasUsed;
  const gas = BigInt(computationCost) + BigInt(storageCost) - BigInt(storageRebate);
  const packageId = done.effects.changedObjects.find(({ outputState }) => outputState === 'PackageWrite')?.objectId;
  return { digest: done.digest, gas, types: done.objectTypes, events: done.events, packageId };
}
