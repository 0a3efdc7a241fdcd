/** The enclaves of a host: connected when they can be, looked for again when they cannot. */
import { toHex } from '../../protocol/index.ts';
import { EnclaveClient, EnclaveUnavailable } from '../enclave-client.ts';
import { Turns } from '../turns.ts';

/** A connected enclave. */
export interface Enclave {
  readonly name: string;
  readonly client: EnclaveClient;
  /** Its signer, 20 bytes */
  readonly signer: Uint8Array;
  readonly configurationHash: Uint8Array;
  /** Light clients take one update after the other. */
  readonly advancing: Turns;
}

export interface EnclaveAddress {
  readonly name: string;
  readonly socket: string;
}

/** A dead enclave is looked for at most so often. */
const RETRY_MS = 1_000;
/** So long one that says nothing is left alone: doubled each time, up to an hour. */
const SILENT_MS = 60_000;
const LONGEST_SILENT_MS = 3_600_000;
/** So long those who want the enclaves wait for one that is being connected to. */
const WAIT_MS = 1_000;

export class EnclavePool {
  readonly #addresses: readonly EnclaveAddress[];
  readonly #connected = new Map<string, Enclave>();
  readonly #connecting = new Map<string, Promise<void>>();
  /** When an enclave may be tried again, and how often in a row it said nothing */
  readonly #pauses = new Map<string, { readonly until: number; readonly silences: number }>();
  readonly #onChange: (name: string, signer: string | undefined) => void;
  #isClosed = false;

  /** @param onChange told when an enclave appears, and without a signer when it is gone */
  constructor(addresses: readonly EnclaveAddress[], onChange: (name: string, signer: string | undefined) => void) {
    this.#addresses = addresses;
    this.#onChange = onChange;
  }

  get size(): number {
    return this.#addresses.length;
  }

  get connected(): readonly Enclave[] {
    return [...this.#connected.values()];
  }

  /** Those that can be reached now. One that does not answer keeps nobody from the others. */
  async all(): Promise<readonly Enclave[]> {
    const now = Date.now();
    const begun = this.#addresses
      .filter(({ name }) => !this.#connected.has(name) && !this.#connecting.has(name))
      .filter(({ name }) => now >= (this.#pauses.get(name)?.until ?? 0))
      .map((address) => this.#begin(address));
    if (begun.length > 0) await firstOf(Promise.all(begun), WAIT_MS);
    return this.connected;
  }

  /** To be called when a call to an enclave has failed: one that is gone is connected to anew. */
  lost(enclave: Enclave, error: unknown): void {
    if (!(error instanceof EnclaveUnavailable)) return;
    if (error.isSilent) this.#pause(enclave.name, true);
    this.#drop(enclave);
  }

  #drop(enclave: Enclave): void {
    if (this.#connected.get(enclave.name) !== enclave) return;
    this.#connected.delete(enclave.name);
    enclave.client.close();
    this.#onChange(enclave.name, undefined);
  }

  #pause(name: string, isSilent: boolean): void {
    const before = this.#pauses.get(name);
    // Of several who waited at one time, one counts.
    if (before && before.silences > 0 && Date.now() < before.until) return;
    const isLately = before !== undefined && Date.now() < before.until + LONGEST_SILENT_MS;
    const silences = isSilent ? (isLately ? before.silences : 0) + 1 : 0;
    const pause = isSilent ? Math.min(SILENT_MS * 2 ** (silences - 1), LONGEST_SILENT_MS) : RETRY_MS;
    this.#pauses.set(name, { until: Date.now() + pause, silences });
  }

  #begin(address: EnclaveAddress): Promise<void> {
    const connecting = this.#connect(address).finally(() => this.#connecting.delete(address.name));
    this.#connecting.set(address.name, connecting);
    // Whoever waits hears of it; later on nobody does.
    connecting.catch(() => {});
    return connecting;
  }

  async #connect({ name, socket }: EnclaveAddress): Promise<void> {
    let client: EnclaveClient | undefined;
    try {
      client = await EnclaveClient.connect(socket);
      const { signer, configurationHash } = await client.status();
      if (this.#isClosed) return client.close();
      const enclave = { name, client, signer, configurationHash, advancing: new Turns() };
      this.#connected.set(name, enclave);
      this.#onChange(name, toHex(signer));
      // One that nobody asks for anything, since it has signed all there is, is replaced like any other.
      void client.ended.then(() => this.#drop(enclave));
    } catch (error) {
      // An enclave takes few connections: none of them may stay behind.
      client?.close();
      const isSilent = error instanceof EnclaveUnavailable && error.isSilent;
      this.#pause(name, isSilent);
      if (!(error instanceof EnclaveUnavailable)) throw error;
    }
  }

  close(): void {
    this.#isClosed = true;
    for (const { client } of this.#connected.values()) client.close();
    this.#connected.clear();
  }
}

/** Waits for something, but only so long. */
async function firstOf(work: Promise<unknown>, milliseconds: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise((resolve) => (timer = setTimeout(resolve, milliseconds)));
  await Promise.race([work, patience]).finally(() => clearTimeout(timer));
}
