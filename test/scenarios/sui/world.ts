/** The world of a scenario on Sui: a deployment whose verifier takes findings as they are stated. */
import path from 'node:path';
import { bcs } from '@mysten/sui/bcs';
import type { Transaction, TransactionResult } from '@mysten/sui/transactions';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { hash } from '../../../prover/protocol/hash.ts';
import {
  concat,
  evmChain,
  fromHex,
  registrationReportData,
  signerAddress,
  toHex,
} from '../../../prover/protocol/index.ts';
import { Network, ORIGIN_CHAIN, recipientOf } from '../../contracts/sui/network.ts';

export const OPERATORS = ['alice', 'bob', 'carol', 'dave', 'erin'];
/** A chain that is no origin. */
export const OTHER_CHAIN = evmChain(10);
export const OTHER_SUI = (0x53n << 56n) | 0x4c78adacn;
/** The number of the verifier that takes what is stated; DCAP is the first. */
const STATED = 2;
const ROOT = `0x${'57'.repeat(32)}`;
/** The year 2096 */
const NOT_AFTER = BigInt(Date.UTC(2096, 0, 1) / 1000);

const named = (name: string): Uint8Array => hash(new TextEncoder().encode(name));
/** `count` bytes that depend on a name. */
export const filler = (name: string, count: number): Uint8Array => {
  const parts = Array.from({ length: Math.ceil(count / 32) }, (_, i) => named(`${name} ${i}`));
  return concat(...parts).slice(0, count);
};

/** The one program of the allow list: neither debug nor migratable, all attributes pinned. */
export const PROGRAM = {
  teeType: 2,
  registers: filler('registers', 240),
  attributes: concat(Uint8Array.of(0, 0, 0, 0x10, 0, 0, 0, 0), Uint8Array.of(0xe7, 2, 6, 0, 0, 0, 0, 0)),
  launch: new Uint8Array(192),
  configurationHash: named('configuration'),
};

/** Its entry. */
export const PROGRAM_ENTRY = {
  verifier: STATED,
  teeType: PROGRAM.teeType,
  registers: PROGRAM.registers,
  attributesMask: concat(new Uint8Array(16).fill(0xff), new Uint8Array(16)),
  attributesValue: concat(PROGRAM.attributes, new Uint8Array(16)),
  launch: PROGRAM.launch,
  configurationHash: PROGRAM.configurationHash,
  notAfter: NOT_AFTER,
};

/** An enclave by its name. */
export interface Enclave {
  readonly operator: number;
  readonly platform: string;
  readonly vendor: number;
  readonly secretKey: Uint8Array;
  /** 20 bytes, left-padded to 32 */
  readonly signer: Uint8Array;
  readonly encryptionKey: Uint8Array;
}

export function createEnclave(name: string, operator: number, platform = name, vendor = 1): Enclave {
  const secretKey = named(`key of ${name}`);
  const signer = concat(new Uint8Array(12), signerAddress(secp256k1.getPublicKey(secretKey, false)));
  return { operator, platform, vendor, secretKey, signer, encryptionKey: named(`encryption key of ${name}`) };
}

/** What a step says of the evidence, where it is not as usual. */
export interface Evidence {
  tcbStatus: number;
  evaluationNumber: number;
  expiresAt: bigint;
  family: string;
  platform: string;
  registers: Uint8Array;
  attributes: Uint8Array;
  advisories: readonly number[];
  configurationHash: Uint8Array;
  encryptionKey: Uint8Array;
  /** Whose registration the report data commits to. */
  reportDataOf: Enclave;
  /** Whose challenge is used. */
  challengeOf: number;
  entry: number;
  verifier: number;
}

export const platformId = (platform: string): string => toHex(named(`platform ${platform}`));
export const familyId = (family: string): string =>
  toHex(concat(named(`family ${family}`).slice(0, 6), new Uint8Array(26)));

export class World {
  readonly network: Network;
  readonly #package: string;
  readonly #refuser: string;
  readonly #refuserId: Uint8Array;

  private constructor(network: Network, stated: string, refuser: string, refuserId: Uint8Array) {
    this.network = network;
    this.#package = stated;
    this.#refuser = refuser;
    this.#refuserId = refuserId;
  }

  static async create([threshold, operators, platforms, vendors]: readonly number[]): Promise<World> {
    const network = await Network.start({
      seed: 'scenario',
      enclaves: 0,
      operators: OPERATORS.length,
      policy: { threshold: threshold!, operators: operators!, platforms: platforms!, vendors: vendors! },
      config: {
        minimumEvaluationNumber: 17,
        lanes: [{ destinationChain: ORIGIN_CHAIN, baseFee: 1000n, feePerByte: 10n, feePerGas: 3n }],
      },
    });
    return World.on(network);
  }

  /** Admits the verifier and the program on a network. */
  static async on(network: Network): Promise<World> {
    const stated = await network.publish(path.join(import.meta.dirname, 'fixtures/stated'));
    await network.ok((tx) => {
      const verifier = tx.moveCall({
        target: `${stated}::stated::verifier`,
        arguments: [tx.pure.address(ROOT)],
      });
      network.govern(tx, (governance) => {
        governance.admitVerifier(verifier);
        governance.addEntry(PROGRAM_ENTRY);
      });
    });
    // It refuses what does not come from more signers than there ever are.
    const made = await network.ok((tx) => {
      tx.moveCall({ target: `${network.echo.packageId}::echo::new`, arguments: [tx.pure.u8(32)] });
    });
    const refuser = Object.entries(made.types).find(([, type]) => type.endsWith('::echo::Echo'))![0];
    return new World(network, stated, refuser, await recipientOf(network.context, refuser));
  }

  recipient(name: string): Uint8Array {
    return name === 'refuser' ? this.#refuserId : this.network.echo.recipient;
  }

  /** The shared object of a recipient. */
  echo(recipient: Uint8Array): string {
    return Buffer.compare(recipient, this.#refuserId) === 0 ? this.#refuser : this.network.echo.object;
  }

  operatorCap(operator: number): string {
    return this.network.deployment.operators[operator]!.cap;
  }

  /** Adds registration or renewal, with a challenge that was made before. */
  enter(
    tx: Transaction,
    how: 'register' | 'renew',
    enclave: Enclave,
    challenge: string,
    changes: Partial<Evidence> = {},
  ): void {
    const { corridor } = this.network.calls;
    const { configurationHash = PROGRAM.configurationHash, encryptionKey = enclave.encryptionKey } = changes;
    const committed = changes.reportDataOf ?? enclave;
    const reportData = registrationReportData({
      chain: this.network.chain,
      registry: fromHex(this.network.objects.registry),
      operator: fromHex(this.operatorCap(committed.operator)),
      challenge: fromHex(challenge),
      signer: committed.signer.slice(12),
      encryptionKey: changes.reportDataOf ? committed.encryptionKey : encryptionKey,
      configurationHash,
    });
    corridor.registry[how](tx, [`${this.#package}::stated::Stated`], {
      self: this.network.objects.registry,
      cap: this.operatorCap(enclave.operator),
      challenge,
      verifier: changes.verifier ?? STATED,
      entry: changes.entry ?? 1,
      signer: toHex(enclave.signer),
      encryptionKey: toHex(encryptionKey),
      configurationHash: toHex(configurationHash),
      evidence: this.#evidence(tx, enclave, reportData, changes),
    });
  }

  #evidence(tx: Transaction, enclave: Enclave, reportData: Uint8Array, changes: Partial<Evidence>): TransactionResult {
    const bytes = (value: Uint8Array) => tx.pure(bcs.byteVector().serialize(value));
    return tx.moveCall({
      target: `${this.#package}::stated::evidence`,
      arguments: [
        tx.pure.address(ROOT),
        tx.pure.u8(enclave.vendor),
        tx.pure.u8(PROGRAM.teeType),
        tx.pure.u8(changes.tcbStatus ?? 1),
        tx.pure.u32(changes.evaluationNumber ?? 17),
        tx.pure.u64(changes.expiresAt ?? BigInt(this.network.now + 60 * 86_400)),
        tx.pure.address(familyId(changes.family ?? 'usual')),
        tx.pure.address(platformId(changes.platform ?? enclave.platform)),
        bytes(reportData),
        bytes(changes.registers ?? PROGRAM.registers),
        bytes(changes.attributes ?? PROGRAM.attributes),
        bytes(PROGRAM.launch),
        tx.pure.vector('u32', [...(changes.advisories ?? [])]),
      ],
    });
  }
}
