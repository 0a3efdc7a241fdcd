/** A devnet ledger with messages in it, in the bytes that the light client reads. */
import { bcs } from '@mysten/sui/bcs';
import {
  AggregateSignature,
  CheckpointContents,
  CheckpointSummary,
  TransactionEvents,
  ValidatorCommittee,
  type Certificate,
  type EventValue,
  type Summary,
} from '../../../localnet/sui/ledger/bcs.ts';
import type { Checkpoint, Ledger } from '../../../localnet/sui/ledger/ledger.ts';
import type { TransactionOutcome } from '../../../localnet/sui/ledger/outcome.ts';
import { shortAddress } from '../../../localnet/sui/ledger/types.ts';
import { encodeMessage, encodeMessageSentEvent, evmChain, fromHex, suiChain } from '../../../prover/protocol/index.ts';
import { ALICE, coin, ledgerWith, outcome } from '../../sui/ledger/specimens.ts';

export const CHAIN = suiChain(Uint8Array.of(1, 2, 3, 4));
export const PACKAGE = shortAddress(0xc0);
export const OUTBOX = fromHex(shortAddress(0x0b) as `0x${string}`);
const COIN = shortAddress(0x100);

export function message(nonce: bigint, originChain = CHAIN): Uint8Array {
  return encodeMessage({
    kind: 0,
    originChain,
    destinationChain: evmChain(31337n),
    nonce,
    sender: fromHex(`0x${'5e'.repeat(32)}`),
    recipient: fromHex(`0x${'00'.repeat(12)}${'2e'.repeat(20)}`),
    executionGas: 1,
    body: new TextEncoder().encode('hello'),
  });
}

/** An event as the outbox emits it, called through some other package. */
export function messageEvent(nonce: bigint, changes: Partial<EventValue> = {}, outbox = OUTBOX): EventValue {
  return {
    packageId: shortAddress(0xca11e4),
    module: 'caller',
    sender: ALICE,
    type: { address: PACKAGE, module: 'message_sent', name: 'MessageSent', typeParams: [] },
    contents: encodeMessageSentEvent(outbox, message(nonce)),
    ...changes,
  };
}

export function newLedger(options: Parameters<typeof ledgerWith>[1] = {}): Ledger {
  return ledgerWith([coin(COIN, 5n)], options);
}

/** Commits transactions, one for each list of events, in one checkpoint. */
export function commit(ledger: Ledger, lists: EventValue[][], changes: Partial<TransactionOutcome> = {}): Checkpoint {
  for (const events of lists) {
    const { version } = ledger.live(COIN)!;
    const what = outcome({ inputs: [{ id: COIN, version, use: 'mutable' }], events, gasObject: COIN, ...changes });
    ledger.commit(ledger.prepare(what));
  }
  return ledger.seal();
}

export function committeeBytes(ledger: Ledger): Uint8Array {
  return ValidatorCommittee.serialize(ledger.currentEpoch.committee.committee).toBytes();
}

export function summaryBytes(summary: Summary): Uint8Array {
  return CheckpointSummary.serialize(summary).toBytes();
}

export function certified(summary: Summary, certificate: Certificate): Uint8Array {
  return Buffer.concat([summaryBytes(summary), AggregateSignature.serialize(certificate).toBytes()]);
}

export function certifiedOf(checkpoint: Checkpoint): Uint8Array {
  return certified(checkpoint.summary, checkpoint.certificate());
}

export function contentsOf(checkpoint: Checkpoint): Uint8Array {
  return CheckpointContents.serialize(checkpoint.contents).toBytes();
}

export function eventsOf(events: readonly EventValue[]): Uint8Array {
  return TransactionEvents.serialize({ data: [...events] }).toBytes();
}

/** `TransactionEffects` of version 2 with a change made to them. */
export function effectsWith(effects: Uint8Array, change: (v2: Record<string, unknown>) => void): Uint8Array {
  const value = bcs.TransactionEffects.parse(effects);
  change(value.V2 as unknown as Record<string, unknown>);
  return bcs.TransactionEffects.serialize(value).toBytes();
}
