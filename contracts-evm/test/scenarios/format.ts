/** The scenarios of test/scenarios as they are read; their README says what the fields mean. */
import { readdirSync, readFileSync } from 'node:fs';

export type Counts = readonly [signers: number, operators: number, platforms: number, vendors: number];

/** A rule by name, or one for each chain. */
export type ExpectedOutcome = string | { readonly evm: string; readonly sui: string };

export interface StatementChanges {
  readonly destinationInbox?: 'other';
  readonly destinationChain?: 'other';
  readonly originOutbox?: 'other';
  readonly originChain?: 'other';
  readonly generation?: number;
  readonly anchorAhead?: number;
  readonly variant?: string;
  readonly sameMessagesAs?: string;
  /** The second message and those after it have nonces one too high. */
  readonly gap?: true;
  /** The messages say that they come from elsewhere. */
  readonly messageOrigin?: 'other';
  readonly confidential?: true;
}

/** What is wrong with a signature set; the first signature is the one that is spoilt. */
export type Spoilt = 'unsorted' | 'twice' | 'highS' | 'zeroS' | 'zeroR' | 'otherV' | 'cut' | 'none';

/** What is wrong with an entry that is added. */
export type EntryKind = 'same' | 'debugOpen' | 'debugOn' | 'migratable' | 'valueOutsideMask' | 'noConfiguration';

/** One step; `do` decides which of the others it has. */
export interface Step {
  readonly do: string;
  readonly by?: string;
  readonly outcome?: ExpectedOutcome;
  readonly why?: string;
  readonly fails?: readonly number[];
  readonly enclave?: string;
  readonly operator?: string;
  readonly platform?: string;
  readonly vendor?: number;
  readonly tcbStatus?: number;
  readonly evaluationNumber?: number;
  readonly advisories?: readonly number[];
  readonly family?: string;
  readonly endsInSeconds?: number;
  readonly entry?: number;
  readonly verifier?: number;
  readonly reportDataOf?: string;
  readonly attributes?: 'debug';
  readonly registers?: 'other';
  readonly configuration?: 'other';
  readonly encryptionKey?: 'other';
  readonly challenge?: 'stale';
  readonly key?: boolean | 'other';
  readonly platformOf?: string;
  readonly programOf?: string;
  readonly to?: 'far' | 'nowhere' | 'home';
  readonly bytes?: number;
  readonly gas?: number;
  readonly fee?: 'exact' | 'short' | 'over';
  readonly nonce?: number;
  readonly generation?: number;
  /** Base, per byte, per gas */
  readonly fees?: readonly [number, number, number];
  readonly amount?: number;
  readonly statement?: string;
  readonly first?: number;
  readonly messages?: readonly ('taker' | 'refuser')[] | number;
  readonly but?: StatementChanges;
  readonly signers?: readonly string[];
  /** So many more sign whom nobody knows. */
  readonly strangers?: number;
  readonly spoilt?: Spoilt;
  readonly index?: number;
  readonly proof?: 'other';
  readonly missing?: readonly number[];
  readonly swapped?: readonly number[];
  readonly a?: string;
  readonly b?: string;
  readonly signer?: string;
  readonly otherSigner?: string;
  readonly sequence?: number;
  readonly what?: 'lane' | 'origin';
  readonly policy?: Counts;
  readonly seconds?: number;
  readonly delivered?: readonly number[];
  readonly open?: readonly number[];
  readonly kept?: Readonly<Record<string, Counts>>;
  readonly counts?: Readonly<Record<string, readonly string[]>>;
  readonly status?: Readonly<Record<string, string>>;
  readonly nextSequence?: number;
  readonly paused?: Readonly<Record<'lane' | 'origin', boolean>>;
  /** What `tighten` and `loosen` change, by name. */
  readonly [change: string]: unknown;
}

export interface Scenario {
  readonly name: string;
  readonly about: string;
  readonly holds?: readonly string[];
  readonly policy?: Counts;
  readonly steps: readonly Step[];
}

const FOLDER = new URL('../../../test/scenarios/', import.meta.url);

/** All scenarios by the file that they are in. */
export function readScenarios(): Map<string, Scenario[]> {
  const files = readdirSync(FOLDER).filter((name) => name.endsWith('.json'));
  return new Map(
    files.sort().map((name) => {
      const { scenarios } = JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8')) as { scenarios: Scenario[] };
      return [name, scenarios];
    }),
  );
}

const SIGNATURE_BYTES = 65;
/** Order of secp256k1, SEC 2 section 2.4.1. */
const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

/** A signature set that is spoilt. */
export function spoil(set: Uint8Array, how: Spoilt | undefined): Uint8Array {
  if (how === undefined) return set;
  if (how === 'none') return new Uint8Array();
  if (how === 'cut') return set.slice(0, -1);
  const [first, second] = [set.slice(0, SIGNATURE_BYTES), set.slice(SIGNATURE_BYTES, 2 * SIGNATURE_BYTES)];
  const rest = set.slice(SIGNATURE_BYTES);
  if (how === 'twice') return Buffer.concat([first, first, rest]);
  if (how === 'unsorted') return Buffer.concat([second, first, set.slice(2 * SIGNATURE_BYTES)]);
  const v = first[64]!;
  if (how === 'otherV') first[64] = 29;
  if (how === 'zeroR') first.fill(0, 0, 32);
  if (how === 'zeroS') first.fill(0, 32, 64);
  if (how === 'highS') {
    // The other signature of the same digest under the same key.
    const s = BigInt(`0x${Buffer.from(first.slice(32, 64)).toString('hex')}`);
    first.set(Buffer.from((ORDER - s).toString(16).padStart(64, '0'), 'hex'), 32);
    first[64] = v === 27 ? 28 : 27;
  }
  return Buffer.concat([first, rest]);
}

/** Whether a step registers the enclave of the given number, counted from 0, in the usual way. */
export const registersUsually = (step: Step | undefined, number: number): boolean =>
  JSON.stringify(step) === JSON.stringify({ do: 'register', enclave: `e${number + 1}` });

/** Plays the steps of a scenario, and says which of them failed. */
export async function playAll(
  steps: readonly Step[],
  player: { play(step: Step): Promise<void> },
  alreadyPlayed = 0,
): Promise<void> {
  for (const [i, step] of steps.entries()) {
    if (i < alreadyPlayed) continue;
    try {
      await player.play(step);
    } catch (error) {
      throw new Error(`step ${i + 1}, ${JSON.stringify(step)}: ${(error as Error).message}`, { cause: error });
    }
  }
}
