// Everything that the compiler makes passes: the framework, the contracts, and the fixtures.

import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { buildPackage } from '../../../localnet/sui/build/builder.ts';
import { SUI_VERIFIER_LIMITS } from '../../../localnet/sui/verifier/limits.ts';
import { WorkMeter } from '../../../localnet/sui/verifier/meter.ts';
import { verifyMoveModule } from '../../../localnet/sui/verifier/move/module.ts';
import { verifyPackage } from '../../../localnet/sui/verifier/verifier.ts';
import { sameModule, viewOf } from '../../../localnet/sui/verifier/view.ts';
import type { ModuleId } from '../../../localnet/sui/vm/errors.ts';
import { type ModuleTables, readModule, withSelfAddress } from '../../../localnet/sui/vm/format.ts';
import { type Framework, loadFramework, STD, SUI } from './packages.ts';

const CONTRACTS = 'contracts-move';

function contractFolders(): string[] {
  return readdirSync(CONTRACTS, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(path.join(CONTRACTS, entry.name, 'Move.toml')))
    .map((entry) => path.join(CONTRACTS, entry.name));
}

function packageName(dir: string): string {
  return /^name\s*=\s*"(\w+)"/m.exec(readFileSync(path.join(dir, 'Move.toml'), 'utf8'))![1]!;
}

describe('verifier: honest code', () => {
  let framework: Framework;
  before(async () => {
    framework = await loadFramework();
  });

  it('accepts the standard library', () => {
    assert.ok(framework.std.length >= 15);
    verifyPackage({ address: STD, modules: framework.std, dependency: () => undefined });
  });
  it('accepts the framework', () => {
    assert.ok(framework.sui.length >= 30);
    verifyPackage({ address: SUI, modules: framework.sui, dependency: framework.find });
  });

  // Each package stands at an address of its own, so that one may depend on another.
  const packages = [
    ...contractFolders(),
    ...['rules', 'shapes'].map((name) => `test/sui/verifier/fixtures/${name}`),
  ].map((dir, i) => ({ dir, name: packageName(dir), address: `0x${(0xc0 + i).toString(16).padStart(64, '0')}` }));
  const published = Object.fromEntries(packages.map(({ name, address }) => [name, { publishedAt: address }]));
  const load = async (dir: string, address: string): Promise<ModuleTables[]> => {
    const { modules } = await buildPackage(dir, { published });
    return modules.map((bytes) => readModule(withSelfAddress(bytes, address)));
  };
  for (const { dir, name, address } of packages) {
    it(`accepts ${dir}`, async () => {
      const modules = await load(dir, address);
      assert.ok(modules.length > 0);
      const used = new Set(modules.flatMap((m) => viewOf(m).moduleIds.map((id) => id.address)));
      const others = packages.filter((p) => p.name !== name && used.has(p.address));
      const dependencies = (await Promise.all(others.map((p) => load(p.dir, p.address)))).flat();
      const dependency = (id: ModuleId): ModuleTables | undefined =>
        framework.find(id) ?? dependencies.find((m) => sameModule(viewOf(m).id, id));
      verifyPackage({ address, modules, dependency });
    });
  }

  it('takes little work: a hundredth of the limit for the whole framework', () => {
    const meter = new WorkMeter(SUI_VERIFIER_LIMITS.work);
    for (const tables of [...framework.std, ...framework.sui]) verifyMoveModule(tables, SUI_VERIFIER_LIMITS, meter);
    assert.ok(meter.spent > 1000 && meter.spent < SUI_VERIFIER_LIMITS.work / 100, `${meter.spent}`);
  });
});
