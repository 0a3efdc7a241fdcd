/** What ends when, and alarms before it does. */
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics.ts';

const DAY_SECONDS = 86_400;
/** Days before the end at which an alarm is raised; the last one is the loudest. */
export const ALARM_DAYS = [10, 5, 2] as const;

/** A key of this host, or the collateral that keys are judged by. */
export type ExpiryKind = 'key' | 'collateral';

interface Ending {
  readonly kind: ExpiryKind;
  readonly chain: string;
  readonly subject: string;
  /** Seconds since 1970 */
  readonly end: number;
  level: number;
}

/** How many of the alarms are due so long before an end. */
export function alarmLevel(secondsLeft: number): number {
  return ALARM_DAYS.filter((days) => secondsLeft <= days * DAY_SECONDS).length;
}

export class Expiries {
  readonly #metrics: Metrics;
  readonly #log: Log;
  readonly #now: () => number;
  readonly #endings = new Map<string, Ending>();

  /** @param now seconds since 1970 */
  constructor(metrics: Metrics, log: Log, now: () => number = () => Date.now() / 1000) {
    this.#metrics = metrics;
    this.#log = log;
    this.#now = now;
  }

  /** @param end 0 for what counts no more, or never did */
  note(kind: ExpiryKind, chain: bigint, subject: string, end: number): void {
    const name = `${kind}/${chain}/${subject}`;
    const level = this.#endings.get(name)?.level ?? 0;
    this.#endings.set(name, { kind, chain: String(chain), subject, end, level });
  }

  /** A subject that is gone raises no alarm. */
  keepOnly(kind: ExpiryKind, subjects: ReadonlySet<string>): void {
    for (const [name, ending] of this.#endings) {
      if (ending.kind === kind && !subjects.has(ending.subject)) this.#endings.delete(name);
    }
  }

  /** Sets the gauges, and logs each alarm that has become louder. */
  show(): void {
    const { keyExpirySeconds, collateralExpirySeconds, expiryAlarm } = this.#metrics;
    for (const gauge of [keyExpirySeconds, collateralExpirySeconds, expiryAlarm]) gauge.reset();
    for (const ending of this.#endings.values()) {
      const { kind, chain, subject, end } = ending;
      const left = Math.max(0, Math.round(end - this.#now()));
      const level = alarmLevel(left);
      if (kind === 'key') keyExpirySeconds.set({ chain, signer: subject }, left);
      else collateralExpirySeconds.set({ chain, machine: subject }, left);
      expiryAlarm.set({ kind, chain, subject }, level);
      if (level > ending.level) {
        const facts = { alarm: level, kind, chain, subject, secondsLeft: left };
        const text = left === 0 ? `a ${kind} counts no more` : `a ${kind} ends within ${ALARM_DAYS[level - 1]} days`;
        this.#log[level === ALARM_DAYS.length ? 'error' : 'warn'](facts, text);
      }
      ending.level = level;
    }
  }
}
