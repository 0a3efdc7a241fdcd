// Compiled packages for tests, as decoded tables that a test may patch.

import * as template from '@mysten/move-bytecode-template';
import { buildFramework, buildPackage } from '../../../localnet/sui/build/builder.ts';
import { viewOf } from '../../../localnet/sui/verifier/view.ts';
import { verifyPackage } from '../../../localnet/sui/verifier/verifier.ts';
import type { ModuleId } from '../../../localnet/sui/vm/errors.ts';
import { type ModuleTables, readModule, withSelfAddress } from '../../../localnet/sui/vm/format.ts';
import { SELF, type Assembler } from './assembler.ts';

export type Tables = Assembler['tables'];

export const STD = '0x' + '1'.padStart(64, '0');
export const SUI = '0x' + '2'.padStart(64, '0');

export interface Framework {
  readonly std: readonly ModuleTables[];
  readonly sui: readonly ModuleTables[];
  readonly find: (id: ModuleId) => ModuleTables | undefined;
}

let loading: Promise<Framework> | undefined;

export function loadFramework(): Promise<Framework> {
  return (loading ??= (async () => {
    const { std, sui } = await buildFramework();
    const decoded = { std: std.map(readModule), sui: sui.map(readModule) };
    const found = new Map(
      [...decoded.std, ...decoded.sui].map((t) => [`${viewOf(t).id.address}::${viewOf(t).id.name}`, t]),
    );
    return { ...decoded, find: ({ address, name }) => found.get(`${address}::${name}`) };
  })());
}

/** The bytes of a package's modules, at `SELF`. */
export async function loadPackage(dir: string): Promise<Uint8Array[]> {
  const { modules } = await buildPackage(dir);
  return modules.map((bytes) => withSelfAddress(bytes, SELF));
}

/** Changes a module and gives it as a node would read it. */
export function patched(bytes: Uint8Array, patch: (tables: Tables) => void): ModuleTables {
  const tables = template.deserialize(bytes) as Tables;
  patch(tables);
  return readModule(template.serialize(tables));
}

/** Publishes modules at `SELF`, over the framework. */
export function publish(framework: Framework, modules: readonly ModuleTables[]): void {
  verifyPackage({ address: SELF, modules, dependency: framework.find });
}

/** Index of the handle of a function. */
export function handleOf(t: Tables, module: string, name: string): number {
  const found = t.function_handles.findIndex(
    (h) => t.identifiers[h.name] === name && t.identifiers[t.module_handles[h.module]!.name] === module,
  );
  if (found < 0) throw new Error(`no handle of ${module}::${name}`);
  return found;
}

/** The definition of a function, whose code may be changed. */
export function definitionOf(
  t: Tables,
  name: string,
): {
  visibility: string;
  is_entry: boolean;
  code: { locals: number; code: unknown[] };
} {
  const found = t.function_defs.find((d) => t.identifiers[t.function_handles[d.function]!.name] === name);
  if (!found) throw new Error(`no function ${name}`);
  return found as never;
}

/** Index of an identifier, added if it is not there. */
export function identifier(t: Tables, name: string): number {
  const found = t.identifiers.indexOf(name);
  return found >= 0 ? found : t.identifiers.push(name) - 1;
}
