/** The measured program without its surroundings: bytes in, bytes out (docs/spec/enclave.md). */
import { ProtocolError } from '../protocol/errors.ts';
import { splitNonce } from '../protocol/nonce.ts';
import { registrationReportData } from '../protocol/registration.ts';
import { decodeCbor, encodeCbor, type CborInput } from '../protocol/wire/cbor.ts';
import { WireError } from '../protocol/wire/errors.ts';
import { Fields } from '../protocol/wire/fields.ts';
import type { Attester } from './attester.ts';
import { decodeConfiguration, laneKey, type Configuration, type Lane } from './config.ts';
import { EnclaveError, LightClientError, insist } from './errors.ts';
import { EthereumFollower } from './ethereum/follower.ts';
import { generateKeys, type Keys } from './keys.ts';
import type { Follower } from './origin.ts';
import { prove } from './proving.ts';
import { SuiFollower } from './sui/follower.ts';
import { NonceWindow } from './window.ts';

/** All state of an enclave. It is made when the process starts and goes with it; nothing is kept anywhere else. */
export class Enclave {
  readonly #keys: Keys = generateKeys();
  readonly #configuration: Configuration;
  readonly #attester: Attester;
  readonly #followers: ReadonlyMap<bigint, Follower>;
  readonly #lanes: ReadonlyMap<string, { lane: Lane; window: NonceWindow }>;

  /**
   * @param configuration encoded as in docs/spec/enclave.md section 2
   * @throws WireError, EnclaveError, LightClientError, ProtocolError the rules of that section
   */
  constructor(configuration: Uint8Array, attester: Attester) {
    const decoded = decodeConfiguration(configuration);
    this.#configuration = decoded;
    this.#attester = attester;
    this.#followers = new Map(
      decoded.origins.map((origin) => [
        origin.chain,
        origin.kind === 'ethereum' ? new EthereumFollower(origin) : new SuiFollower(origin),
      ]),
    );
    this.#lanes = new Map(decoded.lanes.map((lane) => [laneKey(lane), { lane, window: new NonceWindow() }]));
  }

  /**
   * Answers one request. Never throws: what is wrong with a request is said in the reply, and has changed nothing.
   * @param request payload of a frame
   * @returns payload of the reply's frame
   */
  async handle(request: Uint8Array): Promise<Uint8Array> {
    try {
      return encodeCbor({ ok: await this.#answer(new Fields(decodeCbor(request))) });
    } catch (error) {
      return encodeCbor(errorReply(error));
    }
  }

  #answer(request: Fields): CborInput | Promise<CborInput> {
    const method = request.text('method');
    switch (method) {
      case 'status':
        return this.#status(request);
      case 'attest':
        return this.#attest(request);
      case 'advance':
        return this.#advance(request);
      case 'prove':
        return this.#prove(request);
      default:
        insist(false, 'UnknownMethod', () => `no method of that name; there are status, attest, advance and prove`);
    }
  }

  #status(request: Fields): CborInput {
    request.end();
    return {
      ...this.#identity(),
      platform: this.#attester.platform,
      origins: [...this.#followers].map(([chain, follower]) => ({ chain, ...follower.status() })),
      lanes: [...this.#lanes.values()].map(({ lane, window }) => ({ ...lane, next: window.next })),
    };
  }

  async #attest(request: Fields): Promise<CborInput> {
    const identity = this.#identity();
    const reportData = registrationReportData({
      chain: request.u64('chain'),
      registry: request.bytes('registry', 32),
      operator: request.bytes('operator', 32),
      challenge: request.bytes('challenge', 32),
      ...identity,
    });
    request.end();
    return { ...identity, reportData, quote: await this.#attester.quote(reportData) };
  }

  #advance(request: Fields): CborInput {
    const follower = this.#follower(request.u64('chain'));
    follower.advance(request);
    return follower.status();
  }

  #prove(request: Fields): CborInput {
    const { generation } = splitNonce(request.u64('firstNonce'));
    const originChain = request.u64('originChain');
    const originOutbox = request.bytes('originOutbox', 32);
    const destinationChain = request.u64('destinationChain');
    const found = this.#lanes.get(laneKey({ originChain, originOutbox, destinationChain, generation }));
    insist(found !== undefined, 'UnknownLane', () => 'the configuration has no such lane in that generation');
    return prove(found.lane, this.#follower(originChain), found.window, this.#keys, request);
  }

  #identity(): { signer: Uint8Array; encryptionKey: Uint8Array; configurationHash: Uint8Array } {
    const { signer, encryptionKey } = this.#keys;
    return { signer, encryptionKey, configurationHash: this.#configuration.hash };
  }

  #follower(chain: bigint): Follower {
    const follower = this.#followers.get(chain);
    insist(follower !== undefined, 'UnknownOrigin', () => `chain ${chain} is not among the configured origins`);
    return follower;
  }
}

function errorReply(error: unknown): { error: string; message: string } {
  if (
    error instanceof WireError ||
    error instanceof EnclaveError ||
    error instanceof LightClientError ||
    error instanceof ProtocolError
  )
    return { error: error.code, message: error.message };
  // A defect of this program. What it was may not be for the host's eyes.
  return { error: 'InternalError', message: 'InternalError: the request could not be answered; nothing has changed' };
}
