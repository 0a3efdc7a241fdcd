/** Reads a deployment from the chain, and compares it with what was asked for. */
import { bcs } from '@mysten/sui/bcs';
import type { SuiGrpcClient } from '@mysten/sui/grpc';
import { normalizeSuiAddress } from '@mysten/sui/utils';
import { readModuleHeader } from '../../../localnet/sui/build/bytecode.ts';
import { withSelfAddress } from '../../../localnet/sui/vm/format.ts';
import {
  Authority,
  CriteriaOperator,
  Entry,
  EvidenceVerifier,
  Inbox,
  Origin,
  Outbox,
  OutboxLane,
  Registry,
} from '../../../prover/bindings/sui/corridor.ts';
import { CollateralCollateralStore } from '../../../prover/bindings/sui/dcap.ts';
import { idKey, readObject, readTable, u32Key, u64Key } from '../../../prover/bindings/sui/read.ts';
import { concat, toHex } from '../../../prover/protocol/bytes.ts';
import { hash } from '../../../prover/protocol/hash.ts';
import { INTEL_ROOT_FINGERPRINT } from '../../../prover/protocol/dcap/index.ts';
import { DeployError } from '../errors.ts';
import { measurementId } from '../measurement.ts';
import type { SuiDeployConfig } from './config.ts';
import { packageDigest, readChain } from './context.ts';
import type { Published, PublishedPackage } from './publish.ts';
import { FIRST_VERIFIER, type SetUp } from './set-up.ts';

const ZERO = `0x${'0'.repeat(64)}`;

/**
 * Compares what is on chain with what was asked for.
 * @throws DeployError naming the first difference
 */
export async function verifySui(
  client: SuiGrpcClient,
  published: Published,
  setUp: SetUp,
  config: SuiDeployConfig,
  deployer: string,
): Promise<void> {
  const { chain } = await readChain(client);
  const { objects, caps, packages } = published;
  for (const [name, wanted] of Object.entries(packages)) await verifyPackage(client, name, wanted);

  const authority = (await readObject(client, Authority, objects.authority)).value;
  same('the authority', authority, {
    ...authority,
    chain: String(chain),
    is_localnet: config.isLocalnet,
    is_set_up: true,
    guardian: caps.guardian,
  });
  await verifyOwner(client, 'governance', caps.governance, config.governance ?? deployer);
  await verifyOwner(client, 'guardian', caps.guardian, config.guardian ?? deployer);
  await verifyRegistry(client, published, setUp, config, chain);
  await verifyOutbox(client, objects.outbox, config, chain);
  await verifyInbox(client, objects.inbox, config, chain);

  const store = (await readObject(client, CollateralCollateralStore, setUp.collateralStore)).value;
  same('the root of the collateral store', store.root_fingerprint, rootOf(config));
}

async function verifyPackage(client: SuiGrpcClient, name: string, { id, digest }: PublishedPackage): Promise<void> {
  const { response } = await client.movePackageService.getPackage({ packageId: id });
  const modules = (response.package?.modules ?? []).map(({ contents }) => contents ?? new Uint8Array());
  const restored = modules.map((module) => withSelfAddress(module, ZERO));
  const dependencies = new Set(
    modules.flatMap((module) => readModuleHeader(module).imports.map(({ address }) => `0x${address}`)),
  );
  dependencies.delete(id);
  // The framework is linked whether a module names it or not.
  for (const framework of ['0x1', '0x2']) dependencies.add(normalizeSuiAddress(framework));
  same(`the code of ${name}`, toHex(packageDigest(restored, [...dependencies])), digest);
}

async function verifyOwner(client: SuiGrpcClient, name: string, id: string, wanted: string): Promise<void> {
  const { owner } = await readObject(client, bcs.struct('Cap', { id: bcs.Address }), id);
  same(`the owner of the ${name} capability`, owner, normalizeSuiAddress(wanted));
}

async function verifyRegistry(
  client: SuiGrpcClient,
  { objects, packages }: Published,
  { collateralStore, operators }: SetUp,
  config: SuiDeployConfig,
  chain: bigint,
): Promise<void> {
  const registry = (await readObject(client, Registry, objects.registry)).value;
  const { criteria } = registry;
  const entries = config.entries ?? [];
  same('the registry', registry, {
    ...registry,
    chain: String(chain),
    signers: { ...registry.signers, size: '0' },
    facts: { ...registry.facts, size: '0' },
    platforms: { ...registry.platforms, size: '0' },
  });
  same('the criteria', criteria, {
    ...criteria,
    minimum_evaluation_number: config.minimumEvaluationNumber,
    accepted_tcb_statuses: config.acceptedTcbStatuses.reduce((bits, status) => bits | (1 << status), 0),
    must_list_platforms: false,
    must_list_families: false,
    revocation_key: toHex(concat(new Uint8Array(12), config.revocationKey ?? new Uint8Array(20))),
    denied_advisories: '0',
    operators: { ...criteria.operators, size: String(operators.length) },
    verifiers: { ...criteria.verifiers, size: '1' },
    last_verifier: FIRST_VERIFIER,
    entries: { ...criteria.entries, size: String(entries.length) },
    last_entry: entries.length,
    standings: { ...criteria.standings, size: '0' },
    revoked: { ...criteria.revoked, size: '0' },
  });
  for (const [i, { cap, owner }] of operators.entries()) {
    await verifyOwner(client, 'operator', cap, owner);
    const found = await readTable(client, criteria.operators, idKey(cap), CriteriaOperator);
    same(`operator ${cap}`, found, { index: i + 1, is_admitted: true });
  }
  const verifier = await readTable(client, criteria.verifiers, u32Key(FIRST_VERIFIER), EvidenceVerifier);
  same('the verifier', verifier, {
    witness: { name: `${packages.dcapEvidence.id.slice(2)}::dcap_evidence::Dcap` },
    root: collateralStore,
    is_production: config.root === 'intel',
  });
  for (const [i, wanted] of entries.entries()) {
    const entry = await readTable(client, criteria.entries, u32Key(i + 1), Entry);
    same(`entry ${i + 1}`, entry, {
      verifier: FIRST_VERIFIER,
      measurement: toHex(measurementId(wanted.teeType, wanted.registers)),
      launch_hash: toHex(hash(wanted.launch)),
      attributes_mask: toHex(wanted.attributesMask),
      attributes_value: toHex(wanted.attributesValue),
      configuration_hash: toHex(wanted.configurationHash),
      not_after: String(wanted.notAfter),
    });
  }
}

async function verifyOutbox(client: SuiGrpcClient, id: string, config: SuiDeployConfig, chain: bigint): Promise<void> {
  const outbox = (await readObject(client, Outbox, id)).value;
  same('the outbox', outbox, {
    ...outbox,
    chain: String(chain),
    sink: normalizeSuiAddress(config.feeSink),
    lanes: { ...outbox.lanes, size: String(config.lanes.length) },
    fees: { value: '0' },
  });
  for (const { destinationChain, baseFee, feePerByte, feePerGas } of config.lanes) {
    const lane = await readTable(client, outbox.lanes, u64Key(destinationChain), OutboxLane);
    same(`the lane to ${destinationChain}`, lane, {
      generation: 1,
      next_sequence: '0',
      fees: { base: String(baseFee), per_byte: String(feePerByte), per_gas: String(feePerGas) },
      pause: { until: '0', next: '0' },
    });
  }
}

async function verifyInbox(client: SuiGrpcClient, id: string, config: SuiDeployConfig, chain: bigint): Promise<void> {
  const inbox = (await readObject(client, Inbox, id)).value;
  same('the inbox', inbox, {
    ...inbox,
    chain: String(chain),
    origins: { ...inbox.origins, size: String(config.origins.length) },
    kept: { ...inbox.kept, size: '0' },
    voided: { ...inbox.voided, size: '0' },
    voids: '0',
    spent: { ...inbox.spent, size: '0' },
  });
  for (const { chain: origin, outbox, generation, policy } of config.origins) {
    const found = await readTable(client, inbox.origins, u64Key(origin), Origin);
    const { threshold, operators, platforms, vendors } = policy;
    same(`the origin ${origin}`, found, {
      outbox: toHex(outbox),
      generation,
      policy: { threshold, operators, platforms, vendors },
      pause: { until: '0', next: '0' },
      cap: { limit: '0', window_seconds: '0', window_start: '0', used: '0' },
    });
  }
}

/** SHA-256 of the root certificate that a deployment trusts. */
export function rootOf({ root }: Pick<SuiDeployConfig, 'root'>): string {
  return root === 'intel' ? INTEL_ROOT_FINGERPRINT : toHex(root);
}

function same(what: string, found: unknown, wanted: unknown): void {
  const [is, should] = [found, wanted].map((value) => JSON.stringify(value, sortedKeys));
  if (is !== should) throw new DeployError(`${what} on chain is ${is}, and should be ${should}`);
}

/** Objects with their keys in order, so that they compare as text. */
function sortedKeys(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
