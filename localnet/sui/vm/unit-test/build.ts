// Compiles a package with its tests, its dependencies and the framework into modules that this machine can execute.
// The compiler writes no bytecode of its own test mode; the sources are given another mode that includes the same code.

import { dumpMovePackage, initMovePackageBuilder, resolveMovePackageDependencies } from '@zktx.io/sui-move-builder';
import { cached } from '../../build/cache.ts';
import { MoveBuildError } from '../../build/errors.ts';
import { frameworkFiles, isFramework, type Publications } from '../../build/framework.ts';
import { resolveGraph } from '../../build/resolve.ts';
import { contentHash, hashParts, packageName, type PackageFiles, readPackage } from '../../build/sources.ts';
import { normalizeAddress } from '../tag.ts';
import { declaredTests, TEST_BUILD_MODE, type TestDeclaration, testBuildSource } from './attributes.ts';
import { SourceNames } from './names.ts';

export interface TestBuildOptions {
  /** Addresses of dependencies that are on chain already. */
  readonly published?: Publications;
  /** Keep the result in .cache/ and take it from there; default true. */
  readonly cache?: boolean;
}

export interface TestBuild {
  readonly name: string;
  /** All modules: of the package, its dependencies and the framework. */
  readonly modules: readonly Uint8Array[];
  /** Tests of the package itself. */
  readonly tests: readonly TestDeclaration[];
  readonly names: SourceNames;
  /** Named addresses: "0x" and 64 hex digits. */
  readonly addresses: ReadonlyMap<string, string>;
}

/** Sources of one package, with the name that stands for its address. */
interface Part {
  readonly name: string;
  readonly files: PackageFiles;
  readonly address: string;
}

/** Entries of the `[addresses]` section of a manifest. */
export function manifestAddresses(manifest: string): Map<string, string> {
  const addresses = new Map<string, string>();
  let section = '';
  for (const raw of manifest.split('\n')) {
    const line = raw.trim();
    section = /^\[([^\]]+)\]/.exec(line)?.[1]?.trim() ?? section;
    const [, name, value] = /^(\w+)\s*=\s*["'](0x[0-9a-fA-F]+)["']/.exec(line) ?? [];
    if (section === 'addresses' && name) addresses.set(name, normalizeAddress(value!));
  }
  return addresses;
}

const ZERO = normalizeAddress('0x0');

/** Published dependencies stand at their address, others each at one of their own. */
function addressOf(name: string, published: Publications, index: number): string {
  const publication = published[name];
  if (publication) return normalizeAddress(publication.originalId ?? publication.publishedAt);
  return normalizeAddress(`0x${(0x1000 + index).toString(16)}`);
}

/**
 * Compiles the package in `dir` for a test run.
 *
 * @throws MoveBuildError as `buildPackage` does.
 */
export async function buildTests(dir: string, options: TestBuildOptions = {}): Promise<TestBuild> {
  const published = options.published ?? {};
  const root = readPackage(dir, { tests: true });
  await initMovePackageBuilder();
  const resolved = await resolveGraph(resolveMovePackageDependencies, dir, { ...root }, { published, tests: true });
  const dependencies = resolved.dependencies.filter((d) => !isFramework(d));
  const { std, sui } = frameworkFiles();
  return compileTests(
    { name: packageName(root), files: root, address: ZERO },
    [
      ...dependencies.map((d, i) => ({ name: d.name, files: d.files, address: addressOf(d.name, published, i) })),
      { name: 'std', files: std, address: normalizeAddress('0x1') },
      { name: 'sui', files: sui, address: normalizeAddress('0x2') },
    ],
    options.cache ?? true,
  );
}

/**
 * Compiles a package over given libraries. All become one package, so that the compiler gives the bytecode of all.
 *
 * @throws MoveBuildError `compile` with the compiler's diagnostics.
 */
export async function compileTests(root: Part, libraries: readonly Part[], cache = true): Promise<TestBuild> {
  const addresses = new Map<string, string>();
  const files: PackageFiles = {};
  const sources: string[] = [];
  for (const [i, part] of [...libraries, root].entries()) {
    for (const [name, address] of manifestAddresses(part.files['Move.toml'] ?? '')) addresses.set(name, address);
    if (!addresses.has(part.name)) addresses.set(part.name, part.address);
    for (const [file, text] of Object.entries(part.files)) {
      if (!file.endsWith('.move')) continue;
      sources.push(text);
      files[`sources/${i}/${file}`] = testBuildSource(text);
    }
  }
  const named = [...addresses].map(([name, address]) => `${name} = "${address}"`).join('\n');
  files['Move.toml'] =
    `[package]\nname = "unit_tests"\nedition = "2024"\nimplicit-dependencies = false\n\n[addresses]\n${named}\n`;
  const compile = async () => {
    await initMovePackageBuilder();
    const result = await dumpMovePackage({ files: { ...files }, modes: [TEST_BUILD_MODE], silenceWarnings: true });
    if ('error' in result) throw new MoveBuildError('compile', `${root.name} does not compile:\n${result.error}`);
    const modules = result.modules.map((m) => new Uint8Array(Buffer.from(m, 'base64')));
    return { name: root.name, modules, dependencies: [], digest: Uint8Array.from(result.digest), warnings: '' };
  };
  const key = contentHash(['unit tests', ...hashParts(files)]);
  const { modules } = cache ? await cached(key, compile) : await compile();
  const tests = Object.values(root.files).flatMap(declaredTests);
  return { name: root.name, modules, tests, names: new SourceNames(sources), addresses };
}
