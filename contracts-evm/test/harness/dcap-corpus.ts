/**
 * Runs the corpus of the simulated platform (localnet/tee/misbehave) on a chain. Verifiers with the same collateral are
 * shared, and what must be refused is called and not sent, so that most cases cost one call.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from 'viem';
import type { Collateral } from '../../../prover/protocol/dcap/index.ts';
import { isMeasured } from './chain.ts';
import { dcapChain, PARTS, uploadCall, type ChainOptions, type DcapChain, type Part, type Verifier } from './dcap.ts';

/**
 * Bytes of TCB info that code under measurement still reads with the gas that a call has there. The corpus has few longer
 * ones, with as many levels as there may be and with more.
 */
const MOST_MEASURED = 10_000;

/** Whether a case can be played: all can, but under measurement those with the longest TCB info. */
export const isPlayable = ({ collateral }: { collateral: Collateral }): boolean =>
  !isMeasured || collateral.tcbInfo.length <= MOST_MEASURED;

export class CorpusRunner {
  readonly #options: ChainOptions;
  readonly #chains = new Map<number, Promise<DcapChain>>();
  readonly #verifiers = new Map<string, Promise<Verifier>>();

  constructor(options: ChainOptions = {}) {
    this.#options = options;
  }

  /** The chain whose time is `atSeconds`. */
  chain(atSeconds: number): Promise<DcapChain> {
    const known = this.#chains.get(atSeconds);
    if (known) return known;
    const made = dcapChain(atSeconds, this.#options);
    this.#chains.set(atSeconds, made);
    return made;
  }

  /** A verifier that has admitted all parts before `end`, at that time. Nothing may be sent to it. */
  verifier(atSeconds: number, rootFingerprint: Uint8Array, collateral: Collateral, end?: Part): Promise<Verifier> {
    const parts = end === undefined ? [...PARTS] : PARTS.slice(0, PARTS.indexOf(end));
    const key = keyOf([
      Uint8Array.of(...numberBytes(atSeconds)),
      rootFingerprint,
      ...parts.map((part) => collateral[part]),
    ]);
    const known = this.#verifiers.get(key);
    if (known) return known;
    const made = this.#upload(atSeconds, rootFingerprint, collateral, parts);
    this.#verifiers.set(key, made);
    return made;
  }

  /** A verifier that has admitted all parts, to which anything may be sent. */
  fresh(atSeconds: number, rootFingerprint: Uint8Array, collateral: Collateral): Promise<Verifier> {
    return this.#upload(atSeconds, rootFingerprint, collateral, PARTS);
  }

  async #upload(
    atSeconds: number,
    rootFingerprint: Uint8Array,
    collateral: Collateral,
    parts: readonly Part[],
  ): Promise<Verifier> {
    const chain = await this.chain(atSeconds);
    const verifier = await chain.deployVerifier(rootFingerprint);
    for (const part of parts) await verifier.send(uploadCall(part, collateral));
    return verifier;
  }
}

function keyOf(parts: readonly Uint8Array[]): string {
  return bytesToHex(sha256(Buffer.concat(parts.map((part) => sha256(part)))));
}

function numberBytes(value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value));
  return bytes;
}
