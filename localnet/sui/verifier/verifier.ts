// The checks that a Sui node makes of a package's modules when they are published: Move's bytecode verifier, linking, and
// Sui's own rules, over decoded modules (`readModule`). They are those of mainnet's protocol around version 1.71.
//
// What is done and what is not:
// - Everything of Move's verifier is here: bounds, limits, duplicates, signatures, abilities, constants, friends, recursion,
//   control flow, stack, types, locals and references. References are checked in full, by the rules of Move's borrow graph;
//   a node may use the successor of that graph, which accepts a little more, so code written by hand may be refused here
//   and accepted there. The framework and the contracts pass.
// - A module that takes too much work to verify is refused as Sui refuses it, with the same limit, but work is counted in
//   units of our own. Limits on the bytes of modules, on the number of modules and on dependencies are not for this
//   verifier but for the publish command.
// - Malformed bytes do not get here: `readModule` refuses them.

import { SUI_VERIFIER_LIMITS, type VerifierLimits } from './limits.ts';
import { WorkMeter } from './meter.ts';
import { verifyMoveModule } from './move/module.ts';
import { checkLinks, checkOrder } from './package/linking.ts';
import { VerificationError } from './errors.ts';
import { checkEntrySignatures, checkInit } from './sui/entry-points.ts';
import { systemAddress } from './sui/names.ts';
import { checkIdLeaks, checkKeyStructs } from './sui/objects.ts';
import { checkOneTimeWitness } from './sui/one-time-witness.ts';
import { checkPrivateGenerics } from './sui/private-generics.ts';
import { type ModuleView, viewOf } from './view.ts';
import type { ModuleId } from '../vm/errors.ts';
import type { ModuleTables } from '../vm/format.ts';

export interface VerifierOptions {
  readonly limits?: VerifierLimits;
  /**
   * `free` (default): as on mainnet, an entry function may have any signature. `restricted`: as before 2026, it takes
   * plain data and objects and returns what has drop.
   */
  readonly entrySignatures?: 'free' | 'restricted';
  /** Whether the machine has a native function; default: any of a system package. */
  readonly isNative?: (module: ModuleId, functionName: string) => boolean;
}

/** What is published. */
export interface PackageModules {
  /** Original id of the package ("0x" and 64 hex digits), at which all its modules stand. */
  readonly address: string;
  /** Each after those it uses. */
  readonly modules: readonly ModuleTables[];
  /** Finds a module of another package by the original id of that package, in the version that is linked. */
  readonly dependency: (id: ModuleId) => ModuleTables | undefined;
}

const SYSTEM_ADDRESSES = new Set(['1', '2', '3', 'b', 'dee9'].map(systemAddress));

function verifySuiModule(view: ModuleView, options: VerifierOptions, limits: VerifierLimits, meter: WorkMeter): void {
  checkKeyStructs(view);
  checkIdLeaks(view, limits, meter);
  checkPrivateGenerics(view);
  checkInit(view);
  if (options.entrySignatures === 'restricted') checkEntrySignatures(view);
  checkOneTimeWitness(view);
}

function checkNatives(view: ModuleView, options: VerifierOptions): void {
  const isNative = options.isNative ?? (({ address }) => SYSTEM_ADDRESSES.has(address));
  for (const fn of view.functions) {
    if (!fn.code && !isNative(view.id, fn.name))
      view.fail('MISSING_DEPENDENCY', 'there is no such native function', fn);
  }
}

/**
 * Checks one module by itself, by the rules of Move and of Sui.
 *
 * @throws VerificationError naming the first rule broken, the function and the instruction
 */
export function verifyModule(tables: ModuleTables, options: VerifierOptions = {}): void {
  const limits = options.limits ?? SUI_VERIFIER_LIMITS;
  const meter = new WorkMeter(limits.work);
  const view = verifyMoveModule(tables, limits, meter);
  checkNatives(view, options);
  verifySuiModule(view, options, limits, meter);
}

/**
 * Checks all that is published together, links included. As on Sui, Move's rules are checked for all modules before
 * Sui's. Modules of other packages are taken as verified.
 *
 * @throws VerificationError naming the first rule broken, the module, the function and the instruction
 */
export function verifyPackage(published: PackageModules, options: VerifierOptions = {}): void {
  const limits = options.limits ?? SUI_VERIFIER_LIMITS;
  const meter = new WorkMeter(limits.work);
  const views = published.modules.map((tables) => {
    const view = verifyMoveModule(tables, limits, meter);
    if (view.id.address !== published.address) {
      view.fail(
        'MODULE_ADDRESS_DOES_NOT_MATCH_SENDER',
        `the module is not at the package's address ${published.address}`,
      );
    }
    checkNatives(view, options);
    return view;
  });
  const byName = new Map(views.map((view) => [view.id.name, view]));
  if (byName.size < views.length) {
    throw new VerificationError('DUPLICATE_MODULE_NAME', 'two modules have one name');
  }
  checkOrder(views);
  for (const view of views) {
    checkLinks(view, (handle) => {
      const id = view.moduleIds[handle]!;
      if (id.address === published.address) return byName.get(id.name);
      const tables = published.dependency(id);
      return tables && viewOf(tables);
    });
  }
  for (const view of views) verifySuiModule(view, options, limits, meter);
}
