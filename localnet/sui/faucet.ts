/**
 * The account behind the faucet: a key derived from the network's seed, a coin of SUI from genesis, and ordinary signed
 * transactions that split it.
 */
import { bcs } from '@mysten/sui/bcs';
import { Ed25519Keypair } from '@mysten/sui/keypairs/ed25519';
import { fromBase64 } from '@mysten/sui/utils';
import { blake2b } from '@noble/hashes/blake2.js';
import { TransactionRefused, type Devnet, type FaucetCoin } from './devnet-api.ts';
import { readEffects } from './ledger/effects.ts';
import { coinBalance, coinContents } from './ledger/objects.ts';
import type { ObjectWrite } from './ledger/outcome.ts';
import { GAS_COIN_TYPE } from './ledger/types.ts';

/** MIST in each coin that the faucet gives: 200 SUI. */
export const FAUCET_AMOUNT = 200_000_000_000n;
const COINS_PER_REQUEST = 5;
const GAS_BUDGET = 100_000_000n;
/** All SUI there is: ten billion. */
const SUPPLY = 10_000_000_000_000_000_000n;

/** Derives keys that are funded or used by the network itself. */
export function seededKeypair(seed: string, name: string): Ed25519Keypair {
  return Ed25519Keypair.fromSecretKey(blake2b(new TextEncoder().encode(`account/${seed}/${name}`), { dkLen: 32 }));
}

/** A gas coin for genesis. */
export function genesisCoin(seed: string, name: string, owner: string, balance: bigint): ObjectWrite {
  const hash = blake2b(new TextEncoder().encode(`coin/${seed}/${name}`), { dkLen: 32 });
  const id = `0x${Buffer.from(hash).toString('hex')}`;
  return {
    kind: 'move',
    id,
    type: GAS_COIN_TYPE,
    hasPublicTransfer: true,
    contents: coinContents(id, balance),
    owner: { kind: 'address', address: owner },
    storageRebate: 0n,
  };
}

/** The faucet of a network. */
export class Faucet {
  readonly #keypair: Ed25519Keypair;
  readonly #coin: ObjectWrite;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(seed: string) {
    this.#keypair = seededKeypair(seed, 'faucet');
    this.#coin = genesisCoin(seed, 'faucet', this.#keypair.toSuiAddress(), SUPPLY);
  }

  /** What genesis must contain. */
  genesis(): ObjectWrite[] {
    return [this.#coin];
  }

  /**
   * Sends five coins of 200 SUI to an address, in one transaction. Requests take turns, since all spend the same coin.
   * @throws TransactionRefused when the faucet is exhausted
   */
  give(devnet: Pick<Devnet, 'ledger' | 'execute'>, recipient: string): Promise<FaucetCoin[]> {
    const turn = this.#turn.then(() => this.#give(devnet, recipient));
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async #give(devnet: Pick<Devnet, 'ledger' | 'execute'>, recipient: string): Promise<FaucetCoin[]> {
    const amounts = Array.from({ length: COINS_PER_REQUEST }, () => FAUCET_AMOUNT);
    const transaction = this.#transaction(devnet.ledger, recipient, amounts);
    const { signature } = await this.#keypair.signTransaction(transaction);
    const { digest, effects } = await devnet.execute(transaction, [fromBase64(signature)]);
    const { status, changedObjects } = readEffects(effects);
    if (status.$kind !== 'Success') throw new TransactionRefused('INVALID_ARGUMENT', 'the faucet is exhausted');
    return changedObjects
      .filter(([, change]) => change.idOperation.$kind === 'Created')
      .map(([id]) => ({ amount: FAUCET_AMOUNT, id, transferTxDigest: digest }));
  }

  #transaction(ledger: Devnet['ledger'], recipient: string, amounts: readonly bigint[]): Uint8Array {
    const coin = ledger.live(this.#coin.id);
    const total = amounts.reduce((sum, amount) => sum + amount, GAS_BUDGET);
    if (!coin || (coinBalance(coin) ?? 0n) < total)
      throw new TransactionRefused('INVALID_ARGUMENT', 'the faucet is exhausted');
    const pure = (bytes: Uint8Array) => ({ Pure: { bytes } });
    const address = this.#keypair.toSuiAddress();
    return bcs.TransactionData.serialize({
      V1: {
        kind: {
          ProgrammableTransaction: {
            inputs: [
              pure(bcs.Address.serialize(recipient).toBytes()),
              ...amounts.map((amount) => pure(bcs.u64().serialize(amount).toBytes())),
            ],
            commands: [
              { SplitCoins: { coin: { GasCoin: true }, amounts: amounts.map((_, index) => ({ Input: index + 1 })) } },
              {
                TransferObjects: {
                  objects: amounts.map((_, index) => ({ NestedResult: [0, index] as const })),
                  address: { Input: 0 },
                },
              },
            ],
          },
        },
        sender: address,
        gasData: {
          payment: [{ objectId: coin.id, version: coin.version, digest: coin.digest }],
          owner: address,
          price: ledger.currentEpoch.referenceGasPrice,
          budget: GAS_BUDGET,
        },
        expiration: { None: true },
      },
    }).toBytes();
  }
}
