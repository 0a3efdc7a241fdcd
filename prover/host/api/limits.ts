/** How much one client may ask for. */
import { isIPv6 } from 'node:net';

/** Clients that are kept in mind; the one that was seen longest ago is forgotten first, and begins anew. */
const MAX_CLIENTS = 10_000;

export interface Allowance {
  /** So much at once */
  readonly burst: number;
  /** And so much more each second */
  readonly perSecond: number;
}

/** A bucket for each client. */
export class RateLimit {
  readonly #allowance: Allowance;
  readonly #now: () => number;
  readonly #buckets = new Map<string, { left: number; at: number }>();

  /** @param now milliseconds */
  constructor(allowance: Allowance, now: () => number = () => performance.now()) {
    this.#allowance = allowance;
    this.#now = now;
  }

  /** Takes so much from a client's bucket, if it has it. */
  take(client: string, cost = 1): boolean {
    const { burst, perSecond } = this.#allowance;
    const at = this.#now();
    const before = this.#buckets.get(client) ?? { left: burst, at };
    const left = Math.min(burst, before.left + ((at - before.at) / 1000) * perSecond);
    const isAllowed = left >= cost;
    this.#buckets.delete(client);
    this.#buckets.set(client, { left: isAllowed ? left - cost : left, at });
    if (this.#buckets.size > MAX_CLIENTS) this.#buckets.delete(this.#buckets.keys().next().value!);
    return isAllowed;
  }

  get size(): number {
    return this.#buckets.size;
  }
}

/**
 * Who stands behind an address: whoever has one IPv6 address has all of its /64 (RFC 4291 section 2.5.1, RFC 6177), and
 * an IPv4 client of a socket for both is one of IPv4.
 */
export function clientOf(address: string): string {
  const [bare = ''] = address.toLowerCase().split('%');
  if (!isIPv6(bare)) return bare;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(bare)?.[1];
  if (mapped !== undefined) return mapped;
  const [head = '', tail = ''] = bare.split('::');
  const groups = (text: string): string[] => (text === '' ? [] : text.split(':'));
  // Dotted digits at the end stand for two groups.
  const count = (parts: string[]): number => parts.reduce((sum, part) => sum + (part.includes('.') ? 2 : 1), 0);
  const [first, last] = [groups(head), groups(tail)];
  const zeros = bare.includes('::') ? Array<string>(8 - count(first) - count(last)).fill('0') : [];
  const prefix = [...first, ...zeros, ...last].slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16));
  return `${prefix.join(':')}::/64`;
}
