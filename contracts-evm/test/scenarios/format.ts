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
}

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
  readonly to?: 'far' | 'nowhere';
  readonly bytes?: number;
  readonly gas?: number;
  readonly fee?: 'exact' | 'short' | 'over';
  readonly nonce?: number;
  readonly statement?: string;
  readonly first?: number;
  readonly messages?: readonly ('taker' | 'refuser')[] | number;
  readonly but?: StatementChanges;
  readonly signers?: readonly string[];
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
