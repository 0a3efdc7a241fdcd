import { readFileSync } from 'node:fs';
import {
  dumpMovePackage,
  initMovePackageBuilder,
  resolveMovePackageDependencies,
  type MovePackageResolvedDependencies,
} from '@zktx.io/sui-move-builder';
import { sortByDependency, readModuleHeader } from './bytecode.ts';
import { cached } from './cache.ts';
import { MoveBuildError } from './errors.ts';
import { frameworkFiles, isFramework, type FrameworkSource, type Publications } from './framework.ts';
import { resolveGraph } from './resolve.ts';
import { contentHash, hashParts, packageName, readPackage, type PackageFiles } from './sources.ts';

/** A compiled package, as a publish transaction wants it. */
export interface BuiltPackage {
  readonly name: string;
  /** Compiled modules; a module comes after those of the same package that it imports. */
  readonly modules: Uint8Array[];
  /** Package ids (0x and 64 hex digits) to link against, the framework's included. */
  readonly dependencies: string[];
  /** Blake2b-256 package digest, 32 bytes, as in an upgrade ticket. */
  readonly digest: Uint8Array;
  /** The compiler's warnings, empty if there are none. */
  readonly warnings: string;
}

export interface BuildOptions {
  /** Where std and sui come from; default `local`. */
  readonly framework?: FrameworkSource;
  /** Addresses of dependencies that are on chain already; they win over a Published.toml on disk. */
  readonly published?: Publications;
  /**
   * Compile although a local dependency has no address. Its modules then stand at 0x0 in the bytecode, which
   * can be looked at but not published.
   */
  readonly allowUnpublished?: boolean;
  /** Keep the result in .cache/ and take it from there; default true. */
  readonly cache?: boolean;
}

/** The framework's own bytecode, for a chain's genesis. */
export interface BuiltFramework {
  /** Modules at 0x1, each after its imports. */
  readonly std: Uint8Array[];
  /** Modules at 0x2, each after its imports; they import from 0x1. */
  readonly sui: Uint8Array[];
}

const STD_ADDRESS = '1'.padStart(64, '0');
const SUI_ADDRESS = '2'.padStart(64, '0');

/**
 * Compiles the Move package in `dir` and its local dependencies.
 *
 * @param dir folder that holds Move.toml
 * @throws MoveBuildError `manifest` or `source` for unreadable input, `dependency` or `network` for one that
 *   cannot be had, `unpublished-dependency` for a local dependency without an address, `compile` with the
 *   compiler's diagnostics
 */
export async function buildPackage(dir: string, options: BuildOptions = {}): Promise<BuiltPackage> {
  const files = readPackage(dir);
  const name = packageName(files);
  await initMovePackageBuilder();
  const { input, dependencies } = await resolveGraph(resolveMovePackageDependencies, dir, files, options);
  const unpublished = dependencies.filter((d) => !isFramework(d) && /^0x0*$/.test(d.publishedIdForOutput));
  if (unpublished.length > 0 && !options.allowUnpublished) {
    throw new MoveBuildError(
      'unpublished-dependency',
      `${name} depends on ${unpublished.map((d) => d.name).join(', ')}, which has no address yet: ` +
        `publish it first and pass its address, or record it in its Published.toml`,
    );
  }
  const build = (): Promise<BuiltPackage> => compile(name, files, input);
  if (options.cache === false) return build();
  return cached(contentHash([builderVersion(), ...hashParts(files), ...(Object.values(input) as string[])]), build);
}

/**
 * Compiles the framework subset itself: the modules at 0x1 and 0x2.
 *
 * @throws MoveBuildError `compile` with the compiler's diagnostics
 */
export async function buildFramework(options: Pick<BuildOptions, 'cache'> = {}): Promise<BuiltFramework> {
  const { std, sui } = frameworkFiles();
  // One package over both trees: a package that declares std and sui as its own gets no framework added.
  const files: PackageFiles = {
    'Move.toml':
      '[package]\nname = "framework"\nedition = "2024"\nimplicit-dependencies = false\n\n' +
      '[addresses]\nstd = "0x1"\nsui = "0x2"\n',
  };
  for (const [prefix, tree] of [
    ['sources/std', std],
    ['sources/sui', sui],
  ] as const) {
    for (const [name, text] of Object.entries(tree)) {
      if (name.endsWith('.move')) files[`${prefix}/${name}`] = text;
    }
  }
  const build = (): Promise<BuiltPackage> => compile('framework', files);
  const built =
    options.cache === false ? await build() : await cached(contentHash([builderVersion(), ...hashParts(files)]), build);
  const at = (address: string): Uint8Array[] =>
    built.modules.filter((module) => readModuleHeader(module).self.address === address);
  return { std: at(STD_ADDRESS), sui: at(SUI_ADDRESS) };
}

async function compile(
  name: string,
  files: PackageFiles,
  resolvedDependencies?: MovePackageResolvedDependencies,
): Promise<BuiltPackage> {
  await initMovePackageBuilder();
  const result = await dumpMovePackage({ files: { ...files }, resolvedDependencies });
  if ('error' in result) throw new MoveBuildError('compile', `${name} does not compile:\n${result.error}`);
  return {
    name,
    modules: sortByDependency(result.modules.map((module) => new Uint8Array(Buffer.from(module, 'base64')))),
    dependencies: result.dependencies,
    digest: Uint8Array.from(result.digest),
    warnings: result.warnings ?? '',
  };
}

/** Name and version of the compiler, for cache keys; read without starting it. */
function builderVersion(): string {
  const manifest = new URL('../../package.json', import.meta.resolve('@zktx.io/sui-move-builder'));
  const { name, version } = JSON.parse(readFileSync(manifest, 'utf8')) as { name: string; version: string };
  return `${name} ${version}`;
}
