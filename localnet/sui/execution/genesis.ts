/** What a network begins with: the framework's packages, and the description of SUI itself. */
import type { BuiltFramework } from '../build/builder.ts';
import type { ObjectWrite, PackageWrite } from '../ledger/outcome.ts';
import { STD_ADDRESS, SUI_ADDRESS, SUI_COIN_TYPE } from '../ledger/types.ts';
import { BcsWriter, addressBytes } from '../vm/bcs.ts';
import { decodeModules, definedTypes } from './packages.ts';

/** Genesis writes of the framework's packages, at 0x1 and 0x2. */
export function frameworkPackages({ std, sui }: BuiltFramework): PackageWrite[] {
  return [systemPackage(STD_ADDRESS, std, []), systemPackage(SUI_ADDRESS, sui, [STD_ADDRESS])];
}

function systemPackage(id: string, modules: readonly Uint8Array[], dependencies: readonly string[]): PackageWrite {
  const images = decodeModules(modules);
  const named = modules.map((module, i) => [images[i]!.id.name, module] as const);
  // Versions of the framework's packages do not matter to those who depend on them: there is only ever one.
  const linkage = dependencies.map(
    (dependency) => [dependency, { upgradedId: dependency, upgradedVersion: 0n }] as const,
  );
  return {
    kind: 'package',
    id,
    version: 1n,
    package: {
      modules: new Map(named.sort(([a], [b]) => (a < b ? -1 : 1))),
      typeOrigins: definedTypes(images).map((type) => ({ ...type, package: id })),
      linkage: new Map(linkage),
    },
    storageRebate: 0n,
  };
}

/** Id of the object that describes SUI, the same on every Sui network. */
const SUI_METADATA_ID = '0x9258181f5ceac8dbffb7030890243caed69a9599d2886d957a9cb7656af3bdb3';
const SUI_DECIMALS = 9;

/** The frozen `CoinMetadata<SUI>`, so that clients find how many decimals SUI has. */
export function suiMetadata(): ObjectWrite {
  const out = new BcsWriter();
  out.bytes(addressBytes(SUI_METADATA_ID));
  out.byte(SUI_DECIMALS);
  for (const text of ['Sui', 'SUI', '']) {
    const bytes = new TextEncoder().encode(text);
    out.uleb128(bytes.length);
    out.bytes(bytes);
  }
  out.byte(0); // no icon
  return {
    kind: 'move',
    id: SUI_METADATA_ID,
    type: `${SUI_ADDRESS}::coin::CoinMetadata<${SUI_COIN_TYPE}>`,
    hasPublicTransfer: true,
    contents: out.finish(),
    owner: { kind: 'immutable' },
    storageRebate: 0n,
  };
}
