/** Keeps an operator's keys registered and the collateral on the chains fresh, without anybody's doing. */
import { randomBytes } from 'node:crypto';
import { sha256 } from '@noble/hashes/sha2.js';
import { toHex } from '../../protocol/index.ts';
import {
  admitCollateral,
  collateralExpiry,
  collateralFromFile,
  type Collateral,
  type CollateralFile,
} from '../../protocol/dcap/index.ts';
import type { Enclave } from '../enclaves/pool.ts';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import { requestOfQuote, type CollateralRequest } from '../pcs.ts';
import { Turns } from '../turns.ts';
import type { OperatorAccess } from './access.ts';
import type { Expiries } from './expiries.ts';
import type { KeyStatus } from './registrar.ts';

export interface KeeperOptions {
  readonly enclaves: () => Promise<readonly Enclave[]>;
  /** Chains with a registry, with the operator's access where there is one */
  readonly chains: readonly {
    readonly chain: bigint;
    /** Where a key stands, for chains without an operator; an answer may be some seconds old */
    readonly status: (signer: Uint8Array) => Promise<KeyStatus>;
    readonly operator?: OperatorAccess;
  }[];
  /** Where collateral is fetched, if it is kept fresh */
  readonly fetchCollateral?: (machine: Machine) => Promise<CollateralFile>;
  /** Edition to be judged by; that of the collateral that was fetched by default */
  readonly evaluationNumber?: number;
  /** So long before its end a key is renewed */
  readonly renewBeforeSeconds: number;
  readonly collateralEverySeconds: number;
  readonly expiries: Expiries;
  readonly metrics: Metrics;
  readonly log: Log;
  /** Seconds since 1970 */
  readonly now?: () => number;
}

/** Of what kind a machine is, as far as collateral goes. */
export type Machine = Pick<CollateralRequest, 'tee' | 'fmspc' | 'ca'>;

/** Pauses between tries at what has failed: doubled each time, up to an hour. */
const FIRST_PAUSE_SECONDS = 60;
const LONGEST_PAUSE_SECONDS = 3_600;

/** One thing that is tried until it works. */
interface Trial {
  failures: number;
  /** Seconds since 1970, before which it is not done again */
  notBefore: number;
}

export class Keeper {
  readonly #o: KeeperOptions;
  readonly #now: () => number;
  readonly #trials = new Map<string, Trial>();
  readonly #machines = new Map<string, Machine>();
  readonly #checking = new Turns();
  #collateralDue = 0;
  #evaluationNumber: number | undefined;

  constructor(options: KeeperOptions) {
    this.#o = options;
    this.#now = options.now ?? (() => Date.now() / 1000);
    this.#evaluationNumber = options.evaluationNumber;
  }

  /** Does what is due. A failure is logged and tried again later; nothing is thrown. */
  check(): Promise<void> {
    return this.#checking.run(async () => {
      const enclaves = await this.#o.enclaves();
      await this.#keepCollateral(enclaves);
      for (const enclave of enclaves) await this.#keepKey(enclave);
      this.#o.expiries.keepOnly('key', new Set(enclaves.map(({ signer }) => toHex(signer))));
      this.#o.expiries.show();
    });
  }

  // Keys.

  async #keepKey(enclave: Enclave): Promise<void> {
    const signer = toHex(enclave.signer);
    for (const { chain, status, operator } of this.#o.chains) {
      // Who may renew a key must know where it stands now: by an older answer it would renew it over and over.
      const ask = operator ? operator.registrar.status(enclave.signer) : status(enclave.signer);
      const before = await ask.catch((error: unknown) => {
        this.#o.log.warn(
          { chain: String(chain), reason: (error as Error).message },
          'no node tells where a key stands',
        );
        return undefined;
      });
      if (!before) continue;
      this.#note(chain, before);
      const why = operator && this.#whyEnter(before);
      if (!why) continue;
      await this.#try(`key/${chain}/${signer}`, chain, 'renew', async () => {
        const after = await this.#enter(enclave, operator, why);
        this.#note(chain, after);
        // What limits a new expiry too must change first: not to pay for nothing, wait for half of what is left.
        const left = after.expiresAt - this.#now();
        return left < this.#o.renewBeforeSeconds ? this.#now() + Math.max(left / 2, FIRST_PAUSE_SECONDS) : undefined;
      });
    }
  }

  #note(chain: bigint, { signer, status, expiresAt }: KeyStatus): void {
    this.#o.expiries.note('key', chain, signer, status === 'active' ? expiresAt : 0);
  }

  /** Why a key should be registered or renewed now. What its operator has resigned or a guardian revoked stays so. */
  #whyEnter({ status, expiresAt, counts }: KeyStatus): string | undefined {
    if (status === 'unknown') return 'the registry does not know it';
    if (status === 'evicted') return 'it was evicted';
    if (status !== 'active') return undefined;
    if (expiresAt - this.#now() < this.#o.renewBeforeSeconds) return 'it expires soon';
    return counts ? undefined : 'the registry has changed its criteria';
  }

  async #enter(enclave: Enclave, { registrar, verifier, entries }: OperatorAccess, why: string): Promise<KeyStatus> {
    const { log, metrics } = this.#o;
    const evaluationNumber = this.#evaluationNumber;
    if (evaluationNumber === undefined) {
      throw new Error('the edition to be judged by is not known until collateral has been fetched');
    }
    const enter = async ([entry, ...others]: readonly number[]): ReturnType<typeof registrar.enter> => {
      try {
        return await registrar.enter(enclave.client, { verifier, entry: entry!, evaluationNumber });
      } catch (error) {
        // A host may have enclaves of several kinds, each under an entry of its own.
        if ((error as { code?: unknown }).code !== 'EntryMismatch' || others.length === 0) throw error;
        return enter(others);
      }
    };
    const { transaction, gas, renewed } = await enter(entries);
    const chain = String(registrar.chain);
    metrics.keysEntered.inc({ chain });
    const facts = { chain, enclave: enclave.name, signer: toHex(enclave.signer), transaction, gas: String(gas) };
    log.info({ ...facts, why }, renewed ? 'key renewed' : 'key registered');
    return registrar.status(enclave.signer);
  }

  // Collateral.

  async #keepCollateral(enclaves: readonly Enclave[]): Promise<void> {
    const { fetchCollateral, collateralEverySeconds } = this.#o;
    if (!fetchCollateral || this.#now() < this.#collateralDue) return;
    const machines = new Map<string, Machine>();
    for (const enclave of enclaves) {
      const machine = await this.#machineOf(enclave);
      if (machine) machines.set(nameOf(machine), machine);
    }
    let isDone = machines.size > 0;
    for (const [name, machine] of machines) {
      let collateral: Collateral | undefined;
      let end = 0;
      const isFetched = await this.#try(`fetch/${name}`, undefined, 'fetch', async () => {
        collateral = collateralFromFile(await fetchCollateral(machine));
        // By its own root: that it is one that the store trusts is for the store to say.
        const admitted = admitCollateral(collateral, {
          rootFingerprint: sha256(collateral.root),
          atSeconds: this.#now(),
        });
        end = collateralExpiry(admitted);
        this.#evaluationNumber = this.#o.evaluationNumber ?? admitted.tcbInfo.evaluationNumber;
        return undefined;
      });
      isDone &&= isFetched;
      if (isFetched && collateral) isDone = (await this.#upload(name, collateral, end)) && isDone;
    }
    if (isDone) this.#collateralDue = this.#now() + collateralEverySeconds;
  }

  async #upload(name: string, collateral: Collateral, end: number): Promise<boolean> {
    const { chains, expiries, log } = this.#o;
    let isDone = true;
    for (const { chain, operator } of chains) {
      if (!operator) continue;
      const isUploaded = await this.#try(`upload/${chain}/${name}`, chain, 'upload', async () => {
        await operator.upload(collateral, (part, transaction) =>
          log.info({ chain: String(chain), machine: name, part, transaction }, 'collateral uploaded'),
        );
        // The chain has nothing older than this now.
        expiries.note('collateral', chain, name, end);
        return undefined;
      });
      isDone &&= isUploaded;
    }
    return isDone;
  }

  async #machineOf(enclave: Enclave): Promise<Machine | undefined> {
    const signer = toHex(enclave.signer);
    if (!this.#machines.has(signer)) {
      await this.#try(`machine/${signer}`, undefined, 'quote', async () => {
        // A quote that no registry takes, since the challenge is none of its own.
        const nowhere = { registry: Uint8Array.from([...new Uint8Array(12), ...new Uint8Array(20).fill(1)]) };
        const { chain } = this.#o.chains[0]!;
        const random = () => Uint8Array.from([...new Uint8Array(12), ...randomBytes(20)]);
        const { quote } = await enclave.client.attest({
          chain,
          ...nowhere,
          operator: random(),
          challenge: new Uint8Array(randomBytes(32)),
        });
        this.#machines.set(signer, requestOfQuote(quote));
        return undefined;
      });
    }
    return this.#machines.get(signer);
  }

  /**
   * Does something unless it has failed too lately.
   * @param work gives when it is to be done next at the earliest, if it has worked
   * @returns whether it was done
   */
  async #try(
    name: string,
    chain: bigint | undefined,
    what: 'renew' | 'fetch' | 'upload' | 'quote',
    work: () => Promise<number | undefined>,
  ): Promise<boolean> {
    const { log, metrics } = this.#o;
    const trial = this.#trials.get(name) ?? { failures: 0, notBefore: 0 };
    if (this.#now() < trial.notBefore) return false;
    try {
      const notBefore = await work();
      if (notBefore === undefined) this.#trials.delete(name);
      else this.#trials.set(name, { failures: 0, notBefore });
      return true;
    } catch (error) {
      const { code = 'Failed', message } = error as { code?: string | number; message: string };
      const pause = Math.min(FIRST_PAUSE_SECONDS * 2 ** trial.failures, LONGEST_PAUSE_SECONDS);
      this.#trials.set(name, { failures: trial.failures + 1, notBefore: this.#now() + pause });
      const shown = chain === undefined ? {} : { chain: String(chain) };
      metrics.operatorFailures.inc({ what, rule: String(code) });
      log.error(
        { ...shown, what, rule: code, subject: name, reason: message, pause },
        `${what} failed; it is tried again`,
      );
      return false;
    }
  }
}

function nameOf({ tee, fmspc, ca }: Machine): string {
  return `${tee}/${fmspc}/${ca}`;
}
