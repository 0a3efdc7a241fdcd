/** Drives the Move package contracts-move/dcap on the virtual machine of the local Sui network, call by call. */
import path from 'node:path';
import { sha256 } from '@noble/hashes/sha2.js';
import { buildFramework, buildPackage } from '../../localnet/sui/build/builder.ts';
import { suiNatives } from '../../localnet/sui/natives/table.ts';
import { testEnv } from '../../localnet/sui/natives/test-env.ts';
import { MoveAbort } from '../../localnet/sui/vm/errors.ts';
import type { Linkage } from '../../localnet/sui/vm/loader.ts';
import { Machine } from '../../localnet/sui/vm/machine.ts';
import { Meter } from '../../localnet/sui/vm/meter.ts';
import { packagesOf } from '../../localnet/sui/vm/packages.ts';
import { normalizeAddress } from '../../localnet/sui/vm/tag.ts';
import { bytesAt } from '../../localnet/sui/vm/native.ts';
import { bytesValue, refTo, struct, type Value, Vec } from '../../localnet/sui/vm/values.ts';
import {
  DCAP_RULES,
  dcapRuleNumber,
  readCertificate,
  readCrl,
  type CertificateRole,
  type DcapRule,
} from '../../prover/protocol/dcap/index.ts';
import { concat, toHex } from '../../prover/protocol/bytes.ts';
import type { CollateralParts } from '../../localnet/tee/index.ts';

type TestMachine = Machine<ReturnType<typeof testEnv>>;

/** Words of 32 bytes that fill one pure argument of 16 KiB, which its count has a part of. */
const WORDS_OF_ARGUMENT = 511;
/** Parts of a document that a transaction reads: as many as the longest has. */
const ALL_STEPS = 337;

const MALFORMED_TCB_INFO = BigInt(DCAP_RULES.MalformedTcbInfo);
const MALFORMED_QE_IDENTITY = BigInt(DCAP_RULES.MalformedQeIdentity);
/** By their code in docs/spec/dcap.md section 1, less 1. */
const ROLES: readonly CertificateRole[] = ['root', 'pckCa', 'tcbSigning', 'pck'];

/** What `dcap::dcap::verify` found, as the getters of `dcap::report` say. */
export interface MoveReport {
  statusCode: number;
  advisories: number[];
  expiresAt: number;
  evaluationNumber: number;
  call(getter: string): Value;
}

/** The compiled package; made once, as compiling takes seconds. */
export class MoveDcap {
  readonly machine: TestMachine;
  readonly linkage: Linkage;

  private constructor(modules: Uint8Array[]) {
    const packages = packagesOf(modules);
    this.machine = new Machine((id) => packages.get(id), withMemory(suiNatives()));
    this.linkage = this.machine.loader.linkage(normalizeAddress('0x0'));
  }

  static async load(): Promise<MoveDcap> {
    const built = await buildPackage(path.resolve(import.meta.dirname, '../../contracts-move/dcap'));
    const { std, sui } = await buildFramework();
    return new MoveDcap([...std, ...sui, ...built.modules]);
  }

  /** An empty store for a root, 32 bytes of SHA-256. */
  store(rootFingerprint: Uint8Array): MoveStore {
    return new MoveStore(this, rootFingerprint);
  }
}

const VERIFY = `${normalizeAddress('0x2')}::ecdsa_r1::secp256r1_verify`;

/** The natives, with P-256 verifying no signature twice: cases share most of theirs, and the curve takes most time. */
function withMemory(natives: TestMachine['natives']): TestMachine['natives'] {
  const verify = natives.get(VERIFY)!;
  const verdicts = new Map<string, [verdict: boolean, cost: number]>();
  const remembering: typeof verify = (context, args, types) => {
    const parts = args.map((arg) => (typeof arg === 'number' ? Uint8Array.of(arg) : bytesAt(arg)));
    const key = toHex(concat(...parts.map((bytes) => sha256(bytes))));
    let known = verdicts.get(key);
    if (known) {
      context.charge(known[1]);
      return known[0];
    }
    known = [verify(context, args, types) as boolean, context.cost];
    verdicts.set(key, known);
    return known[0];
  };
  return new Map([...natives, [VERIFY, remembering]]);
}

/** One store on a ledger of its own. A call that aborts leaves it unusable, since nothing rolls it back. */
export class MoveStore {
  readonly #dcap: MoveDcap;
  readonly #env: ReturnType<typeof testEnv>;
  readonly #context = struct(normalizeAddress('0x0'), bytesValue(new Uint8Array(32)), 0n, 0n, 0n);
  readonly #store: Value;
  /** What the last call took. */
  instructions = 0;
  units = 0;

  constructor(dcap: MoveDcap, rootFingerprint: Uint8Array) {
    this.#dcap = dcap;
    this.#env = testEnv(dcap.machine.loader.types);
    this.#store = this.call('collateral', 'new', [toHex(rootFingerprint), refTo(this.#context)])[0]!;
  }

  /** Calls a function of the package in a transaction of its own. */
  call(module: string, name: string, args: Value[]): Value[] {
    const meter = new Meter();
    const session = this.#dcap.machine.session(this.#env, meter);
    try {
      return session.call(this.#dcap.linkage.function(normalizeAddress('0x0'), module, name), args);
    } finally {
      this.instructions = meter.instructions;
      this.units = meter.unitsUsed;
    }
  }

  /** The store's own fields, to see whether they change: those of the parts that it holds are left out. */
  state(): string {
    return JSON.stringify(this.#store, (_, value) => (typeof value === 'bigint' ? String(value) : value));
  }

  #upload(name: string, ...args: Value[]): void {
    this.call('collateral', name, [refTo(this.#store), ...args]);
  }

  root(bytes: Uint8Array, at: number): void {
    this.#upload('upload_root', bytesValue(bytes), clock(at));
  }

  rootCrl(bytes: Uint8Array, at: number): void {
    this.#upload('upload_root_crl', bytesValue(bytes), clock(at));
  }

  tcbSigner(bytes: Uint8Array, at: number): void {
    this.#upload('upload_tcb_signer', bytesValue(bytes), clock(at));
  }

  /** @param steps parts of the document that a transaction reads */
  tcbInfo(document: Uint8Array, signature: Uint8Array, signer: Uint8Array, at: number, steps = ALL_STEPS): number[] {
    const counts: number[] = [];
    const call = (name: string, ...args: Value[]): Value[] => {
      const results = this.call('tcb_info_draft', name, args);
      counts.push(this.instructions);
      return results;
    };
    const [draft] = call('new', refTo(this.#context));
    const all = words(document).items;
    for (let i = 0; i < all.length; i += WORDS_OF_ARGUMENT)
      call('append', refTo(draft!), new Vec(all.slice(i, i + WORDS_OF_ARGUMENT)));
    const signed = [bytesValue(signature), toHex(sha256(signer))] as const;
    call('open', refTo(draft!), refTo(this.#store), BigInt(document.length), ...signed, clock(at));
    do call('read', refTo(draft!), BigInt(steps));
    while (!call('is_read', refTo(draft!))[0]);
    call('admit', draft!, refTo(this.#store), clock(at));
    return counts;
  }

  qeIdentity(document: Uint8Array, signature: Uint8Array, signer: Uint8Array, at: number): void {
    const signed = [bytesValue(signature), toHex(sha256(signer))] as const;
    this.#upload('upload_qe_identity', words(document), BigInt(document.length), ...signed, clock(at));
  }

  pckCa(bytes: Uint8Array, at: number): void {
    this.#upload('upload_pck_ca', bytesValue(bytes), clock(at));
  }

  /** @param keyId subject key identifier of the issuer, 20 bytes */
  pckCrl(bytes: Uint8Array, keyId: Uint8Array, at: number): void {
    this.#upload('upload_pck_crl', bytesValue(keyId), bytesValue(bytes), clock(at));
  }

  /** Uploads everything, in the order of docs/spec/dcap.md section 2. */
  admit(parts: CollateralParts, at: number): void {
    this.root(parts.root, at);
    this.rootCrl(parts.rootCrl, at);
    this.tcbSigner(parts.tcbInfoSigner, at);
    this.tcbInfo(parts.tcbInfo, parts.tcbInfoSignature, parts.tcbInfoSigner, at);
    this.tcbSigner(parts.qeIdentitySigner, at);
    this.qeIdentity(parts.qeIdentity, parts.qeIdentitySignature, parts.qeIdentitySigner, at);
    this.pckCa(parts.pckCa, at);
    this.pckCrl(parts.pckCrl, readCertificate(parts.pckCa, 'pckCa').subjectKeyId, at);
  }

  /** Reads TCB info without its signature. */
  readTcbInfo(document: Uint8Array): void {
    const [json] = this.call('json', 'new', [words(document), BigInt(document.length), MALFORMED_TCB_INFO]);
    const [reader] = this.call('tcb_info', 'reader', [json!]);
    this.call('tcb_info', 'read', [refTo(reader!), BigInt(ALL_STEPS)]);
  }

  /** Reads a QE identity without its signature, at a time within its validity. */
  readQeIdentity(document: Uint8Array, at: number): void {
    const [json] = this.call('json', 'new', [words(document), BigInt(document.length), MALFORMED_QE_IDENTITY]);
    this.call('qe_identity', 'read', [json!, BigInt(at)]);
  }

  /** Reads a certificate without its signature. */
  readCertificate(bytes: Uint8Array, role: CertificateRole): void {
    this.call('certificate', 'read', [refTo(bytesValue(bytes)), 0n, ROLES.indexOf(role) + 1]);
  }

  /** Reads a CRL without its signature. */
  readCrl(bytes: Uint8Array): void {
    this.call('crl', 'read', [refTo(bytesValue(bytes))]);
  }

  /** Reads the form of evidence. */
  readQuote(bytes: Uint8Array): void {
    this.call('quote', 'read', [refTo(bytesValue(bytes))]);
  }

  verify(evidence: Uint8Array, evaluationNumber: number, at: number): MoveReport {
    const args = [refTo(this.#store), bytesValue(evidence), evaluationNumber, clock(at)];
    const report = this.call('dcap', 'verify', args)[0]!;
    const { instructions, units } = this;
    const call = (getter: string): Value => this.call('report', getter, [refTo(report)])[0]!;
    const found = {
      statusCode: call('tcb_status') as number,
      advisories: (call('advisories') as Vec).items as number[],
      expiresAt: Number(call('expires_at')),
      evaluationNumber: call('evaluation_number') as number,
      call,
    };
    Object.assign(this, { instructions, units });
    return found;
  }
}

const NAMES = new Map(Object.entries(DCAP_RULES).map(([name, number]) => [BigInt(number), name as DcapRule]));

/** The rule that an action breaks: an abort's code is its number. Anything but an abort with one is thrown on. */
export function brokenRule(action: () => unknown): DcapRule | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    const rule = error instanceof MoveAbort ? NAMES.get(error.code) : undefined;
    if (rule === undefined) throw error;
    return rule;
  }
}

/** For messages: `DCAP-05 UnknownQeVendor`. */
export function shown(rule: DcapRule | undefined): string {
  return rule === undefined ? 'accepted' : `${dcapRuleNumber(rule)} ${rule}`;
}

/** Authority key identifier of a CRL: under which PCK CA a store files it. */
export function issuerKeyId(crl: Uint8Array): Uint8Array {
  return readCrl(crl).authorityKeyId;
}

/** A document as words of 32 bytes, the first byte in the least significant place. */
function words(document: Uint8Array): Vec {
  const padded = new Uint8Array(Math.ceil(document.length / 32) * 32);
  padded.set(document);
  const items: bigint[] = [];
  for (let at = 0; at < padded.length; at += 32) items.push(BigInt(toHex(padded.slice(at, at + 32).reverse())));
  return new Vec(items);
}

/** Sui's clock object at a time in seconds. */
function clock(at: number): Value {
  return refTo(struct(struct(struct(normalizeAddress('0x6'))), BigInt(at) * 1000n));
}
