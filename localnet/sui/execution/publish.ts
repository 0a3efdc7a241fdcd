/** Publishing and upgrading packages. */
import { blake2b } from '@noble/hashes/blake2.js';
import type { PackageValue } from '../ledger/objects.ts';
import { ZERO_ADDRESS } from '../ledger/types.ts';
import { isTestModule, withSelfAddress } from '../vm/format.ts';
import type { ModuleImage } from '../vm/module.ts';
import type { Value } from '../vm/values.ts';
import { ExecutionFailure, fail, type FailureStatus } from './failure.ts';
import { FIGURES } from './figures.ts';
import {
  checkPackageSize,
  decodeModules,
  definedTypes,
  importedPackages,
  linkageOf,
  type NewPackage,
} from './packages.ts';
import type { Run } from './run.ts';
import type { Upgrade } from './transaction.ts';
import { readUpgradeTicket, upgradeCapValue, upgradeReceiptValue, witnessValue } from './values.ts';
import { verifyModules, verifyUpgrade } from './verification.ts';

const INIT = 'init';
type UpgradeFault = Extract<FailureStatus, { PackageUpgradeError: unknown }>['PackageUpgradeError']['upgradeError'];

/**
 * Publishes a package: links and verifies it, then runs its modules' `init` functions.
 * @returns the upgrade capability
 * @throws ExecutionFailure
 */
export function publish(run: Run, modules: readonly Uint8Array[], dependencies: readonly string[]): Value {
  const images = decode(run, modules);
  const id = run.env.transaction.freshId();
  const placed = place(modules, images, id);
  const typeOrigins = definedTypes(placed.images).map((type) => ({ ...type, package: id }));
  const newPackage = link(run, placed, { id, originalId: id, version: 1n, typeOrigins, dependencies });
  verifyModules(placed.images, id, linkageOf(newPackage), run.packages);
  run.packages.add(newPackage);
  initialize(run, id, placed.images);
  return upgradeCapValue(run.freshId(), id);
}

/**
 * Publishes a new version of a package, as the ticket allows.
 * @returns the receipt for the package's upgrade capability
 * @throws ExecutionFailure
 */
export function upgrade(run: Run, command: Upgrade, ticketValue: Value): Value {
  const ticket = readUpgradeTicket(ticketValue);
  if (command.package !== ticket.package) {
    const ids = { packageId: command.package, ticketId: ticket.package };
    refuse({ PackageIDDoesNotMatch: ids }, `the ticket is for ${ticket.package}, not for ${command.package}`);
  }
  const images = decode(run, command.modules);
  const digest = upgradeDigest(command.modules, command.dependencies);
  if (Buffer.compare(digest, ticket.digest) !== 0) {
    refuse(
      { DigestDoesNotMatch: { digest } },
      `the ticket allows other code: ${Buffer.from(ticket.digest).toString('hex')}`,
    );
  }
  const current =
    run.packages.view(command.package) ?? refuse({ UnableToFetchPackage: { packageId: command.package } }, '');
  const { originalId } = current;
  const placed = place(command.modules, images, originalId);
  const id = run.env.transaction.freshId();
  const origins = new Map(current.typeOrigins);
  const typeOrigins = definedTypes(placed.images).map((type) => {
    const key = `${type.moduleName}::${type.datatypeName}`;
    const origin = origins.get(key) ?? id;
    origins.delete(key);
    return { ...type, package: origin };
  });
  if (origins.size > 0) refuse({ IncompatibleUpgrade: true }, `types are missing: ${[...origins.keys()].join(', ')}`);
  const version = current.version + 1n;
  const newPackage = link(run, placed, { id, originalId, version, typeOrigins, dependencies: command.dependencies });
  verifyModules(placed.images, originalId, linkageOf(newPackage), run.packages);
  verifyUpgrade(decodeModules([...current.modules.values()]), placed.images, ticket.policy);
  const isNew = (image: ModuleImage): boolean => !current.modules.has(image.id.name);
  if (placed.images.some((image) => isNew(image) && image.functionByName.has(INIT))) {
    fail('FeatureNotYetSupported', '`init` in new modules on upgrade is not yet supported');
  }
  run.packages.add(newPackage);
  return upgradeReceiptValue(ticket.cap, id);
}

function refuse(upgradeError: UpgradeFault, detail: string): never {
  throw new ExecutionFailure({ PackageUpgradeError: { upgradeError } }, detail);
}

/**
 * Digest of a package as upgrade tickets carry it: blake2b-256 over the modules' digests and the ids of the dependencies,
 * sorted together as bytes.
 */
export function upgradeDigest(modules: readonly Uint8Array[], dependencies: readonly string[]): Uint8Array {
  const parts = [
    ...modules.map((module) => blake2b(module, { dkLen: 32 })),
    ...dependencies.map((id) => Uint8Array.from(Buffer.from(id.slice(2), 'hex'))),
  ].sort(Buffer.compare);
  const hash = blake2b.create({ dkLen: 32 });
  for (const part of parts) hash.update(part);
  return hash.digest();
}

interface PlacedModules {
  /** Bytecode with the package's address in it. */
  readonly modules: readonly Uint8Array[];
  readonly images: readonly ModuleImage[];
}

function decode(run: Run, modules: readonly Uint8Array[]): ModuleImage[] {
  const size = modules.reduce((sum, { length }) => sum + length, 0);
  run.machine(() => run.session.meter.chargeBytes(size, FIGURES.publishCostPerByte));
  const images = decodeModules(modules);
  if (modules.some(isTestModule)) fail('VMVerificationOrDeserializationError', 'a module was compiled for tests');
  return images;
}

/** Gives modules compiled at 0x0 their address. */
function place(modules: readonly Uint8Array[], images: readonly ModuleImage[], address: string): PlacedModules {
  for (const { id } of images) {
    if (id.address !== ZERO_ADDRESS) fail('PublishErrorNonZeroAddress', `module ${id.name} stands at ${id.address}`);
  }
  const moved = modules.map((module) => withSelfAddress(module, address));
  return { modules: moved, images: decodeModules(moved) };
}

type Draft = Omit<NewPackage, 'value'> &
  Pick<PackageValue, 'typeOrigins'> & { readonly dependencies: readonly string[] };

function link(run: Run, { modules, images }: PlacedModules, draft: Draft): NewPackage {
  const { id, originalId, version, typeOrigins, dependencies } = draft;
  const linkage = run.packages.linkageTable(importedPackages(images), dependencies);
  const named = modules.map((module, i) => [images[i]!.id.name, module] as const);
  const value: PackageValue = { modules: new Map(named.sort(([a], [b]) => (a < b ? -1 : 1))), typeOrigins, linkage };
  checkPackageSize(value);
  if (value.modules.size !== modules.length) fail('VMVerificationOrDeserializationError', 'two modules have one name');
  return { id, originalId, version, value };
}

/** Runs the `init` functions of a package just published, module by module. */
function initialize(run: Run, id: string, images: readonly ModuleImage[]): void {
  const linkage = run.packages.linkage(id);
  for (const { id: module, functionByName } of images) {
    if (!functionByName.has(INIT)) continue;
    const instance = run.machine(() => linkage.function(id, module.name, INIT), linkage);
    const context = run.contextReference();
    run.call(instance, linkage, instance.parameters.length === 2 ? [witnessValue(), context] : [context], id);
  }
}
