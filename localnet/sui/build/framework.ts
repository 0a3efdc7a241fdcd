import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { GitHubMovePackageFetcher, type MovePackageFetcher } from '@zktx.io/sui-move-builder';
import { MoveBuildError } from './errors.ts';
import { packageName, readPackage, type PackageFiles } from './sources.ts';

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
  for (const id of [record.publishedAt, record.originalId ?? record.publishedAt]) {
    if (!/^0x[0-9a-fA-F]{1,64}$/.test(id)) {
      throw new MoveBuildError('dependency', `a package id is 0x and up to 64 hex digits, not ${JSON.stringify(id)}`);
    }
  }
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
