/** Packages as the machine wants them: those of the ledger, and those that the transaction at hand publishes. */
import type { ObjectRecord, PackageRecord, PackageValue } from '../ledger/objects.ts';
import { ModuleError, VmError } from '../vm/errors.ts';
import type { Linkage, Loader, PackageView } from '../vm/loader.ts';
import { ModuleImage } from '../vm/module.ts';
import { ExecutionFailure, fail, machineFailure } from './failure.ts';
import { FIGURES } from './figures.ts';
import { STD_ADDRESS, SUI_ADDRESS } from '../ledger/types.ts';

/** Packages that every package is linked against, whether it names them or not. */
const ALWAYS_LINKED = [SUI_ADDRESS, STD_ADDRESS];

/** A package that is being published. */
export interface NewPackage {
  readonly id: string;
  readonly originalId: string;
  readonly version: bigint;
  readonly value: PackageValue;
}

type LinkageTable = PackageValue['linkage'];

/** The packages that a machine sees. New ones are seen from `add` on, until `forget` or for good once committed. */
export class PackageStore {
  readonly #live: (id: string) => ObjectRecord | undefined;
  readonly #views = new Map<string, PackageView>();
  readonly #new = new Map<string, NewPackage>();
  #loader: Loader | null = null;

  /** @param live gives the current version of an object */
  constructor(live: (id: string) => ObjectRecord | undefined) {
    this.#live = live;
  }

  /** The loader over these packages; set once, since each needs the other. */
  get loader(): Loader {
    return this.#loader!;
  }

  attach(loader: Loader): void {
    this.#loader = loader;
  }

  /** A package by storage id. */
  readonly view = (id: string): PackageView | undefined => {
    const known = this.#views.get(id);
    if (known) return known;
    const object = this.#live(id);
    if (object?.kind !== 'package') return undefined;
    const { version, package: value } = object;
    const view = makeView({ id, originalId: originalIdOf(object), version, value });
    this.#views.set(id, view);
    return view;
  };

  /** The linkage of a package that exists. */
  linkage(id: string): Linkage {
    return this.loader.linkage(id);
  }

  /** Storage ids for the original ids that code in a linkage names. */
  relocation(linkage: Linkage): (originalId: string) => string {
    return (originalId) => linkage.package(originalId)?.view.id ?? originalId;
  }

  /** Packages published by the transaction at hand. */
  get added(): readonly NewPackage[] {
    return [...this.#new.values()];
  }

  add(newPackage: NewPackage): void {
    this.#new.set(newPackage.id, newPackage);
    this.#views.set(newPackage.id, makeView(newPackage));
  }

  /** Drops the packages published by the transaction at hand: it failed, or was only simulated. */
  forgetAdded(): void {
    for (const id of this.#new.keys()) {
      this.#views.delete(id);
      this.loader.forget(id);
    }
    this.#new.clear();
  }

  /** Keeps the packages published by the transaction at hand: it was committed. */
  keepAdded(): void {
    this.#new.clear();
  }

  /**
   * Checks that a publication's dependencies do not name two versions of one package.
   * @throws ExecutionFailure InvalidLinkage
   */
  checkPublicationLinkage(dependencies: readonly string[]): void {
    const chosen = new Map(ALWAYS_LINKED.map((id) => [id, id]));
    for (const id of dependencies) {
      const view = this.#dependency(id);
      const other = chosen.get(view.originalId);
      if (other !== undefined && other !== id) fail('InvalidLinkage', `${other} and ${id} are versions of one package`);
      chosen.set(view.originalId, id);
    }
  }

  #dependency(id: string): PackageView {
    return this.view(id) ?? fail('PublishUpgradeMissingDependency', `there is no package ${id}`);
  }

  /** The linkage table of a package in the ledger. */
  #tableOf(id: string): LinkageTable {
    const object = this.#live(id);
    return object?.kind === 'package' ? object.package.linkage : new Map();
  }

  /**
   * The linkage table of a package to be published.
   * @param imports original ids of the packages that its modules import, its own excepted
   * @param dependencies storage ids that the publication names, which the ledger holds
   * @throws ExecutionFailure InvalidLinkage, PublishUpgradeMissingDependency, PublishUpgradeDependencyDowngrade
   */
  linkageTable(imports: ReadonlySet<string>, dependencies: readonly string[]): LinkageTable {
    const views = [...new Set(dependencies)].sort().map((id) => this.#dependency(id));
    const table = new Map<string, { upgradedId: string; upgradedVersion: bigint }>();
    for (const { id, originalId, version } of views) {
      if (table.has(originalId)) fail('InvalidLinkage', `two versions of ${originalId} are named`);
      table.set(originalId, { upgradedId: id, upgradedVersion: version });
    }
    for (const original of imports) {
      if (!table.has(original)) fail('PublishUpgradeMissingDependency', `${original} is imported but not named`);
    }
    for (const { id } of views) {
      for (const [original, { upgradedVersion }] of this.#tableOf(id)) {
        const ours = table.get(original);
        if (!ours) return fail('PublishUpgradeMissingDependency', `${id} depends on ${original}, which is not named`);
        if (ours.upgradedVersion >= upgradedVersion) continue;
        const versions = `version ${ours.upgradedVersion} of ${original}, ${id} needs ${upgradedVersion}`;
        fail('PublishUpgradeDependencyDowngrade', versions);
      }
    }
    return new Map([...table].sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}

/** The id of a package's first version, which its bytecode names it by. */
function originalIdOf({ id, version, package: value }: PackageRecord): string {
  if (version === 1n) return id;
  return new ModuleImage([...value.modules.values()][0]!).id.address;
}

/** Storage id of each package that a package is linked against, by original id. */
export function linkageOf({ value }: Pick<NewPackage, 'value'>): Map<string, string> {
  const linkage = new Map(ALWAYS_LINKED.map((dependency) => [dependency, dependency]));
  for (const [original, { upgradedId }] of value.linkage) linkage.set(original, upgradedId);
  return linkage;
}

function makeView({ id, originalId, version, value }: NewPackage): PackageView {
  return {
    id,
    originalId,
    version,
    modules: value.modules,
    typeOrigins: new Map(value.typeOrigins.map((o) => [`${o.moduleName}::${o.datatypeName}`, o.package])),
    linkage: linkageOf({ value }),
  };
}

/** Types that modules define: structs before enums, in the order of their definitions. */
export function definedTypes(modules: readonly ModuleImage[]): { moduleName: string; datatypeName: string }[] {
  return modules.flatMap((module) =>
    [...module.structs, ...module.enums].map(({ name }) => ({ moduleName: module.id.name, datatypeName: name })),
  );
}

/** Original ids of the packages that modules import, without their own. */
export function importedPackages(modules: readonly ModuleImage[]): Set<string> {
  const own = modules[0]!.id.address;
  const all = modules.flatMap((module) => module.dependencies().map(({ address }) => address));
  return new Set(all.filter((address) => address !== own));
}

/**
 * Decodes modules.
 * @throws ExecutionFailure VMVerificationOrDeserializationError
 */
export function decodeModules(modules: readonly Uint8Array[]): ModuleImage[] {
  try {
    return modules.map((module) => new ModuleImage(module));
  } catch (error) {
    if (error instanceof ModuleError || error instanceof VmError) throw machineFailure(error, (id) => id);
    throw error;
  }
}

/** Bytes of a package as its size limit and its storage price count them. */
export function packageSize({ modules, typeOrigins, linkage }: PackageValue): number {
  const length = (text: string): number => Buffer.byteLength(text);
  let size = 8 + linkage.size * (32 + 32 + 8);
  for (const [name, code] of modules) size += length(name) + code.length;
  for (const { moduleName, datatypeName } of typeOrigins) size += length(moduleName) + length(datatypeName) + 32;
  return size;
}

/** @throws ExecutionFailure MovePackageTooBig */
export function checkPackageSize(value: PackageValue): void {
  const size = packageSize(value);
  const { maxPackageSize } = FIGURES;
  if (size <= maxPackageSize) return;
  const status = { MovePackageTooBig: { objectSize: size, maxObjectSize: maxPackageSize } };
  throw new ExecutionFailure(status, `${size} bytes, at most ${maxPackageSize}`);
}
