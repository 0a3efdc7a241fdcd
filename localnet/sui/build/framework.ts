import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { GitHubMovePackageFetcher, type MovePackageFetcher } from '@zktx.io/sui-move-builder';
import { MoveBuildError } from './errors.ts';
import { packageName, readPackage, type PackageFiles } from './sources.ts';
import { interfaceOf, maskText } from './text.ts';

/** Where std and sui come from: our own interface subset, or the published sources on GitHub. */
export type FrameworkSource = 'local' | 'github';

/** Address of a package that is on chain already. */
export interface Publication {
  /** Package id of the newest version, 0x-hex. */
  readonly publishedAt: string;
  /** Package id of the first version, which types and calls are compiled against; default `publishedAt`. */
  readonly originalId?: string;
  readonly version?: number;
}

/** Publications by package name (the `name` in Move.toml). */
export type Publications = Readonly<Record<string, Publication>>;

/** One dependency as the builder resolves it. */
export interface ResolvedDependency {
  readonly name: string;
  readonly publishedIdForOutput: string;
  files: PackageFiles;
}

const FRAMEWORK_DIR = fileURLToPath(new URL('../framework/', import.meta.url));
const SUI_REPOSITORY = /github\.com[/:]MystenLabs\/sui(\.git)?\/?$/i;
const STD = 'move-stdlib';
const SUI = 'sui-framework';
const FRAMEWORK_PACKAGES = ['MoveStdlib', 'Sui'];

// The builder reads publications per environment; every build here runs in its default one.
const ENVIRONMENT = 'mainnet';
const CHAIN_ID = '35834a8a';

// What any source may use without naming it: the prelude, the modules behind primitive types, and what
// test mode adds to every module.
const PRELUDE = 'vector option address bool u8 u16 u32 u64 u128 u256 object transfer tx_context unit_test'.split(' ');

let framework: { std: PackageFiles; sui: PackageFiles } | undefined;

/** The framework subset as it lies on disk, read once a process. */
export function frameworkFiles(): { std: PackageFiles; sui: PackageFiles } {
  framework ??= { std: readPackage(path.join(FRAMEWORK_DIR, STD)), sui: readPackage(path.join(FRAMEWORK_DIR, SUI)) };
  return framework;
}

/**
 * A package fetcher for the builder: local dependencies from disk, std and sui from `source`.
 *
 * @param root folder of the package being built, to which local dependency paths are relative
 */
export function createFetcher(root: string, source: FrameworkSource, published: Publications): MovePackageFetcher {
  const fetchLocal = async (localPath: string): Promise<PackageFiles> => {
    try {
      return withPublication(readPackage(path.resolve(root, localPath)), published);
    } catch (cause) {
      if (!(cause instanceof MoveBuildError)) throw cause;
      throw new MoveBuildError('dependency', `the local dependency ${localPath}: ${cause.message}`, { cause });
    }
  };
  if (source === 'github') {
    return Object.assign(new GitHubMovePackageFetcher(process.env['GITHUB_TOKEN']), { fetchLocal });
  }
  return {
    fetchLocal,
    fetch: async (gitUrl, rev, subdir) => {
      const wanted = subdir?.split('/').pop();
      if (SUI_REPOSITORY.test(gitUrl) && (wanted === STD || wanted === SUI)) {
        const { std, sui } = frameworkFiles();
        return { ...(wanted === STD ? std : sui) };
      }
      throw new MoveBuildError(
        'dependency',
        `the dependency ${gitUrl} (${subdir ?? rev}) is not on this machine: ` +
          `make it a local dependency, or build with --framework=github where there is network`,
      );
    },
    fetchFile: async () => null,
    getResolvedSha: () => undefined,
  };
}

// `files` with a publication record for its package, if `published` names it.
function withPublication(files: PackageFiles, published: Publications): PackageFiles {
  const record = published[packageName(files)];
  if (!record) return files;
  const toml = [
    `[published.${ENVIRONMENT}]`,
    `chain-id = "${CHAIN_ID}"`,
    `published-at = "${record.publishedAt}"`,
    `original-id = "${record.originalId ?? record.publishedAt}"`,
    `version = ${record.version ?? 1}`,
    '',
  ].join('\n');
  return { ...files, 'Published.toml': toml };
}

/** Whether a resolved dependency is std or sui. */
export function isFramework(dependency: ResolvedDependency): boolean {
  return FRAMEWORK_PACKAGES.includes(dependency.name);
}

/**
 * Reduces the framework among `dependencies` to what a build of `root` can see, which is most of the compile time.
 *
 * Function bodies go unless `bodies`: bytecode refers to functions by name and signature alone. Modules go whose
 * name occurs as a word in no source that stays: the compiler can only reach a module that some source names.
 *
 * @param bodies keep function bodies, for code that is to run and not just to be compiled
 */
export function narrowFramework(
  root: PackageFiles,
  dependencies: readonly ResolvedDependency[],
  bodies: boolean,
): void {
  const parts = dependencies.filter(isFramework);
  if (!bodies) {
    for (const part of parts) part.files = mapSources(part.files, interfaceOf);
  }
  const modules = new Map<string, string>(); // `std::bcs` to its source
  for (const text of parts.flatMap((part) => moveSources(part.files))) {
    for (const name of moduleNames(text)) modules.set(name, text);
  }
  const open = PRELUDE.flatMap(bothPackages);
  const add = (text: string): void => void open.push(...namesIn(text));
  moveSources(root).forEach(add);
  for (const { files } of dependencies.filter((d) => !isFramework(d))) moveSources(files).forEach(add);
  const kept = new Set<string>();
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const source = modules.get(name);
    if (source === undefined || kept.has(name)) continue;
    kept.add(name);
    add(source);
  }
  for (const part of parts) {
    part.files = Object.fromEntries(
      Object.entries(part.files).filter(
        ([name, text]) => !name.endsWith('.move') || moduleNames(text).some((module) => kept.has(module)),
      ),
    );
  }
}

function moveSources(files: PackageFiles): string[] {
  return Object.entries(files).flatMap(([name, text]) => (name.endsWith('.move') ? [text] : []));
}

function mapSources(files: PackageFiles, change: (text: string) => string): PackageFiles {
  return Object.fromEntries(
    Object.entries(files).map(([name, text]) => [name, name.endsWith('.move') ? change(text) : text]),
  );
}

function moduleNames(text: string): string[] {
  return [...maskText(text).matchAll(/\bmodule\s+(\w+::\w+)/g)].map((match) => match[1]!);
}

/** Every framework module that a source may name: `std::bcs`, or both packages' if it says `bcs` alone. */
function namesIn(text: string): Set<string> {
  const code = maskText(text).replace(/\bpublic\s*\(\s*package\s*\)/g, '');
  const names = new Set<string>();
  // A group, `use sui::{coin, table}`, names its modules alone and must not be taken for the module sui::sui.
  for (const match of code.matchAll(/\b(?:(std|sui)\s*::\s*(?:\{|(?=[a-z_])))?([a-z_]\w*)?/g)) {
    const [, address, name] = match;
    if (name === undefined) continue;
    if (address && !match[0].includes('{')) names.add(`${address}::${name}`);
    else bothPackages(name).forEach((both) => names.add(both));
  }
  return names;
}

function bothPackages(name: string): string[] {
  return [`std::${name}`, `sui::${name}`];
}
