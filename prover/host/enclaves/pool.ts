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

export class EnclavePool {
  readonly #addresses: readonly EnclaveAddress[];
  readonly #connected = new Map<string, Enclave>();
  readonly #triedAt = new Map<string, number>();
  readonly #onChange: (name: string, signer: string | undefined) => void;

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

  /** Those that can be reached now. */
  async all(): Promise<readonly Enclave[]> {
    const missing = this.#addresses.filter(({ name }) => !this.#connected.has(name));
    await Promise.all(missing.map((address) => this.#connect(address)));
    return this.connected;
  }

  /** To be called when a call to an enclave has failed: one that is gone is connected to anew. */
  lost(enclave: Enclave, error: unknown): void {
    if (error instanceof EnclaveUnavailable) this.#drop(enclave);
  }

  #drop(enclave: Enclave): void {
    if (this.#connected.get(enclave.name) !== enclave) return;
    this.#connected.delete(enclave.name);
    enclave.client.close();
    this.#onChange(enclave.name, undefined);
  }

  async #connect({ name, socket }: EnclaveAddress): Promise<void> {
    const now = Date.now();
    if (now - (this.#triedAt.get(name) ?? 0) < RETRY_MS) return;
    this.#triedAt.set(name, now);
    let client: EnclaveClient | undefined;
    try {
      client = await EnclaveClient.connect(socket);
      const { signer, configurationHash } = await client.status();
      if (this.#connected.has(name)) return client.close();
      const enclave = { name, client, signer, configurationHash, advancing: new Turns() };
      this.#connected.set(name, enclave);
      this.#onChange(name, toHex(signer));
      // One that nobody asks for anything, since it has signed all there is, is replaced like any other.
      void client.ended.then(() => this.#drop(enclave));
    } catch (error) {
      // An enclave takes few connections: none of them may stay behind.
      client?.close();
      if (!(error instanceof EnclaveUnavailable)) throw error;
    }
  }

  close(): void {
    for (const { client } of this.#connected.values()) client.close();
    this.#connected.clear();
  }
}
