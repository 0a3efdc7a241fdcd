/** Governance's actions on Sui, scheduled and executed in one transaction: in the set-up, and on a local network. */
import type { Transaction, TransactionResult } from '@mysten/sui/transactions';
import type { CorridorCalls } from '../../../prover/bindings/sui/corridor.ts';
import type { ObjectInput, ResultInput } from '../../../prover/bindings/sui/runtime.ts';
import { toHex } from '../../../prover/protocol/bytes.ts';
import type { EntryConfig, LaneConfig, OriginConfig } from './config.ts';

/** The shared objects of a deployment. */
export interface SuiObjects {
  authority: ObjectInput;
  registry: ObjectInput;
  outbox: ObjectInput;
  inbox: ObjectInput;
}

/** Adds governance's actions to a transaction. They run where no delay applies. */
export class Governance {
  readonly #tx: Transaction;
  readonly #calls: CorridorCalls;
  readonly #objects: SuiObjects;
  readonly #cap: ObjectInput;

  constructor(tx: Transaction, calls: CorridorCalls, objects: SuiObjects, cap: ObjectInput) {
    this.#tx = tx;
    this.#calls = calls;
    this.#objects = objects;
    this.#cap = cap;
  }

  get #schedule() {
    return { authority: this.#objects.authority, cap: this.#cap };
  }

  #inRegistry(number: TransactionResult) {
    return { ...this.#schedule, registry: this.#objects.registry, number };
  }

  admitOperator(operator: string | ResultInput): void {
    const { loosening } = this.#calls;
    const number = loosening.scheduleAdmitOperator(this.#tx, { ...this.#schedule, operator });
    loosening.admitOperator(this.#tx, this.#inRegistry(number));
  }

  admitVerifier(verifier: ResultInput): void {
    const { loosening } = this.#calls;
    const number = loosening.scheduleAdmitVerifier(this.#tx, { ...this.#schedule, verifier });
    loosening.admitVerifier(this.#tx, this.#inRegistry(number));
  }

  addEntry(entry: EntryConfig): void {
    const { loosening } = this.#calls;
    const number = loosening.scheduleAddEntry(this.#tx, {
      ...this.#schedule,
      ...entry,
      attributesMask: toHex(entry.attributesMask),
      attributesValue: toHex(entry.attributesValue),
      configurationHash: toHex(entry.configurationHash),
    });
    loosening.addEntry(this.#tx, this.#inRegistry(number));
  }

  acceptStatus(status: number): void {
    const { loosening } = this.#calls;
    const number = loosening.scheduleAcceptStatus(this.#tx, { ...this.#schedule, status });
    loosening.acceptStatus(this.#tx, this.#inRegistry(number));
  }

  /** @param key 32 bytes, 12 of them zero */
  setRevocationKey(key: Uint8Array): void {
    const { loosening } = this.#calls;
    const number = loosening.scheduleSetRevocationKey(this.#tx, { ...this.#schedule, key: toHex(key) });
    loosening.setRevocationKey(this.#tx, this.#inRegistry(number));
  }

  raiseMinimum(evaluationNumber: number): void {
    const guard = this.#calls.authority.governanceGuard(this.#tx, { governanceCap: this.#cap });
    this.#calls.tightening.raiseMinimum(this.#tx, { registry: this.#objects.registry, guard, evaluationNumber });
  }

  openLane(lane: LaneConfig): void {
    const { outbox } = this.#calls;
    const number = outbox.scheduleOpenLane(this.#tx, { ...this.#schedule, ...lane });
    outbox.openLane(this.#tx, { ...this.#schedule, self: this.#objects.outbox, number });
  }

  setSink(sink: string): void {
    const { outbox } = this.#calls;
    const number = outbox.scheduleSetSink(this.#tx, { ...this.#schedule, sink });
    outbox.setSink(this.#tx, { ...this.#schedule, self: this.#objects.outbox, number });
  }

  addOrigin({ chain, outbox, generation, policy }: OriginConfig): void {
    const { origins } = this.#calls;
    const origin = { chain, outbox: toHex(outbox), generation, ...policy };
    const number = origins.scheduleAddOrigin(this.#tx, { ...this.#schedule, ...origin });
    origins.addOrigin(this.#tx, { ...this.#schedule, inbox: this.#objects.inbox, number });
  }
}
