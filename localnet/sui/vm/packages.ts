// Packages made of loose modules, for tests and genesis: grouped by address, linked to one another as they are.

import { ModuleImage } from './module.ts';
import type { PackageView } from './loader.ts';

/** Groups modules into packages by their own address; each package is linked to all the others under that address. */
export function packagesOf(modules: Iterable<Uint8Array>): Map<string, PackageView> {
  const byAddress = new Map<string, Map<string, Uint8Array>>();
  for (const bytes of modules) {
    const { address, name } = new ModuleImage(bytes).id;
    let members = byAddress.get(address);
    if (!members) byAddress.set(address, (members = new Map<string, Uint8Array>()));
    members.set(name, bytes);
  }
  const linkage = new Map([...byAddress.keys()].map((address) => [address, address]));
  return new Map(
    [...byAddress].map(([id, members]) => [
      id,
      { id, originalId: id, version: 1n, modules: members, typeOrigins: new Map<string, string>(), linkage },
    ]),
  );
}
