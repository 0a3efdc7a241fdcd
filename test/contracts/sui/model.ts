/**
 * What registry, outbox and inbox should do, written down a second time as plainly as the rules of
 * docs/spec/contracts.md allow, for random sequences of calls to be compared with the contracts.
 */
import type { Counts } from '../../../contracts-evm/test/scenarios/format.ts';

const HOUR = 3_600;
const DAY = 86_400;
const KEY_SECONDS = 30 * DAY;
const PAUSE_SECONDS = 5 * DAY;
const COOLDOWN_SECONDS = 12 * DAY;

/** A key that somebody could register. */
export interface Key {
  readonly name: string;
  readonly operator: number;
  readonly platform: string;
}

interface Facts {
  readonly evaluationNumber: number;
  readonly end: number;
}

interface Record {
  status: 'active' | 'resigned' | 'evicted' | 'revoked';
  epoch: number;
  expiresAt: number;
  facts: Facts;
}

interface Kept {
  counts: Counts;
  revocationEpoch: number;
}

class PauseClock {
  until = 0;
  next = 0;

  begin(now: number): string {
    if (now < this.next) return 'PauseCoolingDown';
    this.until = now + PAUSE_SECONDS;
    this.next = now + COOLDOWN_SECONDS;
    return 'ok';
  }
}

/** Every method gives the name of the rule that is broken, or `ok`; broken rules change nothing. */
export class Model {
  now: number;
  policy: Counts;
  minimum: number;
  judgementEpoch = 0;
  revocationEpoch = 0;
  nextSequence = 0;
  readonly lane = new PauseClock();
  readonly origin = new PauseClock();
  readonly delivered = new Set<number>();
  readonly kept = new Map<string, Kept>();
  readonly records = new Map<Key, Record>();
  readonly #admitted: Set<number>;
  readonly #denied = new Set<string>();
  readonly #revokedUnknown = new Set<Key>();

  constructor(now: number, policy: Counts, minimum: number, operators: number) {
    this.now = now;
    this.policy = policy;
    this.minimum = minimum;
    this.#admitted = new Set(Array.from({ length: operators }, (_, i) => i));
  }

  // Registry.

  register(key: Key, facts: Facts): string {
    if (!this.#admitted.has(key.operator)) return 'OperatorNotAdmitted';
    if (this.records.has(key)) return 'SignerKnown';
    if (this.#revokedUnknown.has(key)) return 'SignerRevoked';
    return this.#judge(key, facts);
  }

  renew(key: Key, facts: Facts): string {
    if (!this.#admitted.has(key.operator)) return 'OperatorNotAdmitted';
    const record = this.records.get(key);
    if (!record) return 'SignerUnknown';
    if (record.status === 'revoked') return 'SignerRevoked';
    return this.#judge(key, facts);
  }

  #judge(key: Key, facts: Facts): string {
    const rule = this.#broken(key, facts);
    if (rule) return rule;
    const expiresAt = Math.min(this.now + KEY_SECONDS, facts.end);
    this.records.set(key, { status: 'active', epoch: this.judgementEpoch, expiresAt, facts });
    return 'ok';
  }

  #broken(key: Key, facts: Facts): string | undefined {
    if (!this.#admitted.has(key.operator)) return 'OperatorNotAdmitted';
    if (facts.evaluationNumber < this.minimum) return 'EvaluationNumberTooLow';
    if (this.#denied.has(key.platform)) return 'PlatformDenied';
    return this.now > facts.end ? 'EvidenceExpired' : undefined;
  }

  #active(key: Key): Record | string {
    const record = this.records.get(key);
    if (!record) return 'SignerUnknown';
    return record.status === 'active' ? record : 'SignerNotActive';
  }

  resign(key: Key): string {
    const record = this.#active(key);
    if (typeof record === 'string') return record;
    record.status = 'resigned';
    return 'ok';
  }

  rejudge(key: Key): string {
    const record = this.#active(key);
    if (typeof record === 'string') return record;
    const rule = this.#broken(key, record.facts);
    if (rule) return rule;
    record.epoch = this.judgementEpoch;
    return 'ok';
  }

  evict(key: Key): string {
    const record = this.#active(key);
    if (typeof record === 'string') return record;
    if (!this.#broken(key, record.facts)) return 'StillQualifies';
    record.status = 'evicted';
    return 'ok';
  }

  revoke(key: Key): string {
    const record = this.records.get(key);
    if (!record) this.#revokedUnknown.add(key);
    else if (record.status !== 'revoked') {
      record.status = 'revoked';
      this.revocationEpoch += 1;
    }
    return 'ok';
  }

  removeOperator(operator: number): string {
    return this.#admitted.delete(operator) ? this.#tightened() : 'NoChange';
  }

  admitOperator(operator: number): string {
    if (this.#admitted.has(operator)) return 'NoChange';
    this.#admitted.add(operator);
    return 'ok';
  }

  denyPlatform(platform: string): string {
    if (this.#denied.has(platform)) return 'NoChange';
    this.#denied.add(platform);
    return this.#tightened();
  }

  allowPlatform(platform: string): string {
    return this.#denied.delete(platform) ? 'ok' : 'NoChange';
  }

  raiseMinimum(minimum: number): string {
    if (minimum <= this.minimum) return 'NoChange';
    this.minimum = minimum;
    return this.#tightened();
  }

  lowerMinimum(minimum: number): string {
    if (minimum >= this.minimum) return 'NoChange';
    this.minimum = minimum;
    return 'ok';
  }

  #tightened(): string {
    this.judgementEpoch += 1;
    this.revocationEpoch += 1;
    return 'ok';
  }

  counts(key: Key): boolean {
    const record = this.records.get(key);
    return record?.status === 'active' && record.epoch === this.judgementEpoch && this.now <= record.expiresAt;
  }

  quorum(signers: readonly Key[]): Counts {
    const counted = signers.filter((key) => this.counts(key));
    const distinct = (list: readonly unknown[]): number => new Set(list).size;
    const platforms = distinct(counted.map(({ platform }) => platform));
    return [counted.length, distinct(counted.map(({ operator }) => operator)), platforms, counted.length > 0 ? 1 : 0];
  }

  // Inbox.

  #meets(counts: Counts): boolean {
    return counts.every((count, i) => count >= this.policy[i]!);
  }

  get isOriginPaused(): boolean {
    return this.now < this.origin.until;
  }

  accept(statement: string, signers: readonly Key[]): string {
    if (this.isOriginPaused) return 'OriginPaused';
    const counts = this.quorum(signers);
    if (!this.#meets(counts)) return 'QuorumNotReached';
    const before = this.kept.get(statement);
    const isSame = before?.revocationEpoch === this.revocationEpoch;
    const raised = isSame
      ? (counts.map((count, i) => Math.max(count, before.counts[i]!)) as unknown as Counts)
      : counts;
    this.kept.set(statement, { counts: raised, revocationEpoch: this.revocationEpoch });
    return 'ok';
  }

  deliver(sequence: number, signers: readonly Key[]): string {
    if (this.isOriginPaused) return 'OriginPaused';
    if (!this.#meets(this.quorum(signers))) return 'QuorumNotReached';
    return this.#spend(sequence);
  }

  deliverKept(statement: string, sequence: number): string {
    const kept = this.kept.get(statement);
    if (!kept) return 'RootNotKept';
    if (this.isOriginPaused) return 'OriginPaused';
    if (kept.revocationEpoch !== this.revocationEpoch) return 'RootStale';
    if (!this.#meets(kept.counts)) return 'QuorumNotReached';
    return this.#spend(sequence);
  }

  #spend(sequence: number): string {
    if (this.delivered.has(sequence)) return 'AlreadyDelivered';
    this.delivered.add(sequence);
    return 'ok';
  }

  // Outbox.

  send(): string {
    if (this.now < this.lane.until) return 'LanePaused';
    this.nextSequence += 1;
    return 'ok';
  }
}

/** Spans of time that matter: within a challenge, a pause, a cooldown, a key's life. */
export const SPANS = [1, HOUR, HOUR, DAY, DAY, 3 * DAY, 6 * DAY, 13 * DAY];
