/** A world whose registry judges real evidence: quotes of a simulated machine, through the DCAP verifier. */
import assert from 'node:assert/strict';
import { bytesToHex, concatHex, hexToBytes, pad, type Abi, type Address, type Hex } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { createPlatform, Vendor, type Platform, type QuoteOptions } from '../../../localnet/tee/index.ts';
import { dcapVerifierAbi } from '../../../prover/bindings/evm/index.ts';
import { UPLOAD_ORDER } from '../../../prover/host/collateral.ts';
import {
  compactEvidence,
  judgeInput,
  leafTemplatesOf,
  readCertificate,
  readEvidence,
  type Collateral,
  type EnclaveReport,
  type TdReport,
} from '../../../prover/protocol/dcap/index.ts';
import type { EntryTerms } from '../../../scripts/deploy/evm.ts';
import { uploadCall, type Part } from './dcap.ts';
import { bytes32 } from './fixtures.ts';
import { CONFIGURATION, createWorld, type Candidate, type WorldOptions } from './world.ts';

/** Versions, reports and sizes differ; what a registry reads must not. */
export const FORMS = ['sgx3', 'tdx4', 'tdx5', 'tdx5td15'] as const;
export type Form = (typeof FORMS)[number];

/** Under which number deployments admit their DCAP verifier. */
const DCAP = 1;

export interface AttestedOptions extends WorldOptions {
  /** The vendor's time; default one hour before the first block, for ever */
  readonly clock?: () => number;
}

export interface ApplicationOptions {
  /** On which the enclave runs; default the machine whose collateral is on chain */
  readonly machine?: Platform;
  /** What its report says, where that differs from the program of the entry */
  readonly report?: Partial<QuoteOptions>;
}

/** A world, one machine, its collateral on chain, and an entry for a program in each form of quote. */
export async function createAttestedWorld(options: AttestedOptions = {}) {
  const { atSeconds = Math.floor(Date.now() / 1000) } = options;
  const { clock = () => atSeconds - 3_600 } = options;
  const vendor = new Vendor({ seed: 'registry tests', clock });
  const machine = createPlatform({ vendor, seed: 'first' });
  const world = await createWorld({ ...options, config: { verifierRoot: bytesToHex(vendor.rootFingerprint) } });
  const { chain, registry } = world;
  const verifier = chain.attach(world.deployment.contracts.dcapVerifier, dcapVerifierAbi as Abi);

  for (const tee of ['sgx', 'tdx'] as const) {
    const collateral: Collateral = machine.collateralParts({ tee });
    // The rest is the same for both.
    await upload(collateral, tee === 'sgx' ? UPLOAD_ORDER : ['qeIdentity', 'tcbInfo']);
  }
  const entries = new Map<Form, number>();
  for (const form of FORMS) {
    const { report } = readEvidence(machine.quote({ form, reportData: new Uint8Array(64) } as QuoteOptions).evidence);
    await world.govern(registry, 'addEntry', [entryOf(report)]);
    entries.set(form, ((await registry.read('judgementState')) as { entryCount: number }).entryCount);
  }

  /** Uploads parts of collateral, in their order. */
  async function upload(collateral: Collateral, parts: readonly Part[] = UPLOAD_ORDER): Promise<void> {
    for (const part of parts) {
      const [name, args] = uploadCall(part, collateral);
      await verifier.send(name, args);
    }
  }

  /** What an operator registers: a new key, and the machine's quote about it in the encoding of `judge`. */
  async function applicationOf(
    form: Form,
    name: string,
    isCompact: boolean,
    operator: Address,
    { machine: runsOn = machine, report = {} }: ApplicationOptions = {},
  ) {
    const candidate: Candidate = {
      verifierNumber: DCAP,
      entryNumber: entries.get(form)!,
      challengeBlock: (await chain.client.getBlockNumber()) - 1n,
      signer: privateKeyToAccount(bytes32(name)).address,
      encryptionKey: bytes32(`encryption ${name}`),
      configurationHash: CONFIGURATION,
    };
    const reportData = hexToBytes(await world.reportDataOf(candidate, operator));
    const { evidence } = runsOn.quote({ ...report, form, reportData } as QuoteOptions);
    const number = vendor.evaluationNumber;
    if (!isCompact) return { candidate, evidence: bytesToHex(judgeInput(number, evidence, 'der')) };
    await verifier.send('addLeafTemplate', [bytesToHex(evidence), number]);
    const { authorityKeyId } = readCertificate(readEvidence(evidence).certificationData, 'pck');
    const pointer = (await verifier.read('pckCaData', [bytesToHex(authorityKeyId)])) as Address;
    const code = (await chain.client.getCode({ address: pointer }))!;
    const compact = compactEvidence(evidence, leafTemplatesOf(hexToBytes(code)));
    assert.ok(compact, 'the evidence has no compact form');
    return { candidate, evidence: bytesToHex(judgeInput(number, compact, 'compact')) };
  }

  return { ...world, vendor, machine, verifier, entries, upload, applicationOf };
}

/** The entry under which a program runs, pinned in all its attributes. */
function entryOf(report: EnclaveReport | TdReport): EntryTerms {
  const joined = (...parts: Uint8Array[]): Hex => concatHex(parts.map((part) => bytesToHex(part)));
  const leftAligned = (value: Hex): Hex => pad(value, { dir: 'right', size: 32 });
  const common = { verifierNumber: DCAP, notAfterSeconds: 4_000_000_000, configurationHash: CONFIGURATION };
  if (report.kind === 'enclave') {
    return {
      ...common,
      teeType: 1,
      registers: joined(report.mrEnclave),
      attributesMask: leftAligned(`0x${'ff'.repeat(20)}`),
      attributesValue: leftAligned(joined(report.attributes, report.miscSelect)),
      launch: joined(report.configId, new Uint8Array(2)),
    };
  }
  return {
    ...common,
    teeType: 2,
    registers: joined(report.mrTd, report.rtmr0, report.rtmr1, report.rtmr2, report.rtmr3),
    attributesMask: leftAligned(`0x${'ff'.repeat(16)}`),
    attributesValue: leftAligned(joined(report.tdAttributes, report.xfam)),
    launch: joined(report.mrConfigId, report.mrOwner, report.mrOwnerConfig, new Uint8Array(48)),
  };
}
