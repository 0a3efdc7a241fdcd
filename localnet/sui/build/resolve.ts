import path from 'node:path';
import type { MovePackageResolvedDependencies, resolveMovePackageDependencies } from '@zktx.io/sui-move-builder';
import { MoveBuildError } from './errors.ts';
import { createFetcher, type FrameworkSource, type Publications, type ResolvedDependency } from './framework.ts';
import { narrowFramework } from './narrow.ts';
import type { PackageFiles } from './sources.ts';

/** What of a package's graph depends on the caller. */
export interface ResolveOptions {
  readonly framework?: FrameworkSource;
  readonly published?: Publications;
  /** For a test run: with the packages and the function bodies that it needs. */
  readonly tests?: boolean;
}

/**
 * Resolves the dependency graph of a package and narrows the framework subset to what the package uses.
 *
 * @param resolve the builder's function; its two entry points have one each
 * @param dir folder of the package, to which local dependencies are relative
 * @returns the graph as the builder takes it, and its dependencies
 * @throws MoveBuildError `dependency`, or `network` if the published framework cannot be downloaded
 */
export async function resolveGraph(
  resolve: typeof resolveMovePackageDependencies,
  dir: string,
  files: PackageFiles,
  { framework = 'local', published = {}, tests = false }: ResolveOptions,
): Promise<{ input: MovePackageResolvedDependencies; dependencies: ResolvedDependency[] }> {
  let download: string | undefined;
  let input: MovePackageResolvedDependencies;
  try {
    input = await resolve({
      files: { ...files },
      fetcher: createFetcher(path.resolve(dir), framework, published),
      modes: tests ? ['test'] : [],
      onProgress: (event) => {
        if (event.type === 'fetch_failed' && event.source.type === 'git') download = event.error;
      },
    });
  } catch (cause) {
    if (cause instanceof MoveBuildError) throw cause;
    if (framework === 'github' && download !== undefined) {
      throw new MoveBuildError(
        'network',
        `the published Sui framework could not be downloaded from GitHub: ` +
          `check the network, or build with --framework=local (${download.split('\n')[0]})`,
        { cause },
      );
    }
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new MoveBuildError('dependency', `the dependencies could not be resolved: ${message}`, { cause });
  }
  const dependencies = JSON.parse(input.dependencies) as ResolvedDependency[];
  if (framework === 'local') narrowFramework(files, dependencies, tests);
  return { input: { ...input, dependencies: JSON.stringify(dependencies) }, dependencies };
}
