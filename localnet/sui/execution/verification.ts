/** What the bytecode verifier says of a package, as failures of the publication. */
import { VerificationError } from '../verifier/errors.ts';
import { checkUpgrade } from '../verifier/package/upgrade.ts';
import { verifyPackage } from '../verifier/verifier.ts';
import { ModuleError } from '../vm/errors.ts';
import type { ModuleImage } from '../vm/module.ts';
import { ExecutionFailure, machineFailure, type FailureStatus } from './failure.ts';
import type { PackageStore } from './packages.ts';

/**
 * Verifies and links the modules of a package.
 * @param address original id of the package, at which the modules stand
 * @param linkage storage id of each dependency by its original id
 * @throws ExecutionFailure VMVerificationOrDeserializationError, SuiMoveVerificationError, SuiMoveVerificationTimedout
 */
export function verifyModules(
  images: readonly ModuleImage[],
  address: string,
  linkage: ReadonlyMap<string, string>,
  packages: PackageStore,
): void {
  const modules = images.map(({ tables }) => tables);
  asFailure(() =>
    verifyPackage({
      address,
      modules,
      dependency: (id) => {
        const storageId = linkage.get(id.address);
        return storageId === undefined ? undefined : packages.loader.package(storageId)?.module(id.name)?.tables;
      },
    }),
  );
}

/**
 * Checks a new version of a package against the one before.
 * @param policy of the upgrade ticket
 * @throws ExecutionFailure PackageUpgradeError
 */
export function verifyUpgrade(before: readonly ModuleImage[], after: readonly ModuleImage[], policy: number): void {
  const tables = (images: readonly ModuleImage[]) => images.map((image) => image.tables);
  asFailure(() => checkUpgrade(tables(before), tables(after), policy), policy);
}

function asFailure(check: () => void, policy = 0): void {
  try {
    check();
  } catch (error) {
    if (error instanceof ModuleError) throw machineFailure(error, (id) => id);
    if (!(error instanceof VerificationError)) throw error;
    throw new ExecutionFailure(statusOf(error, policy), error.message);
  }
}

function statusOf({ kind, rule }: VerificationError, policy: number): FailureStatus {
  if (kind !== 'PackageUpgradeError') return { [kind]: true } as unknown as FailureStatus;
  const upgradeError =
    rule === 'UnknownUpgradePolicy' ? { UnknownUpgradePolicy: { policy } } : { IncompatibleUpgrade: true as const };
  return { PackageUpgradeError: { upgradeError } };
}
