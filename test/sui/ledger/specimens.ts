/** Ledgers and outcomes for tests. */
import { bcs } from '@mysten/sui/bcs';
import { Ledger, type LedgerOptions } from '../../../localnet/sui/ledger/ledger.ts';
import { coinContents } from '../../../localnet/sui/ledger/objects.ts';
import type { MoveWrite, OwnerWrite, TransactionOutcome } from '../../../localnet/sui/ledger/outcome.ts';
import { NO_GAS } from '../../../localnet/sui/ledger/system.ts';
import { GAS_COIN_TYPE, shortAddress } from '../../../localnet/sui/ledger/types.ts';

export const ALICE = shortAddress(0xa11ce);
export const BOB = shortAddress(0xb0b);
export const START_MS = 1_700_000_000_000n;

/** A SUI coin. */
export function coin(id: string, balance: bigint, owner: OwnerWrite = { kind: 'address', address: ALICE }): MoveWrite {
  return {
    kind: 'move',
    id,
    type: GAS_COIN_TYPE,
    hasPublicTransfer: true,
    contents: coinContents(id, balance),
    owner,
    storageRebate: 1_000n,
  };
}

/** An object with nothing but an id and some bytes. */
export function thing(id: string, owner: OwnerWrite, type = '0xabc::things::Thing', data: number[] = []): MoveWrite {
  const contents = Uint8Array.of(...Buffer.from(id.slice(2), 'hex'), ...data);
  return { kind: 'move', id, type, hasPublicTransfer: true, contents, owner, storageRebate: 0n };
}

/** BCS of a programmable transaction without inputs or commands; the nonce makes it unique. */
export function emptyTransaction(nonce: number, sender = ALICE): Uint8Array {
  return bcs.TransactionData.serialize({
    V1: {
      kind: { ProgrammableTransaction: { inputs: [], commands: [] } },
      sender,
      gasData: { payment: [], owner: sender, price: 1000, budget: nonce },
      expiration: { None: true },
    },
  }).toBytes();
}

let nonce = 0;

/** An outcome in which only the given things happened. */
export function outcome(changes: Partial<TransactionOutcome> = {}): TransactionOutcome {
  return {
    transaction: emptyTransaction(++nonce),
    signatures: [Uint8Array.of(0, 1, 2)],
    status: { Success: true },
    gasUsed: NO_GAS,
    inputs: [],
    writes: [],
    created: [],
    deleted: [],
    wrapped: [],
    events: [],
    loaded: [],
    ...changes,
  };
}

/** A ledger whose genesis has nothing but the clock and what is asked for. */
export function ledgerWith(genesis: LedgerOptions['genesis'] = [], options: Partial<LedgerOptions> = {}): Ledger {
  return new Ledger({ seed: 'test', startMs: START_MS, ...options, genesis });
}
