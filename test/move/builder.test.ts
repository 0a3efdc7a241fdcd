import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { deserialize } from '@mysten/move-bytecode-template';
import { buildPackage, type BuiltPackage } from '../../localnet/sui/build/builder.ts';
import { readModuleHeader, sortByDependency } from '../../localnet/sui/build/bytecode.ts';
import { cached } from '../../localnet/sui/build/cache.ts';
import { MoveBuildError, type MoveBuildErrorCode } from '../../localnet/sui/build/errors.ts';
import { contentHash, packageName } from '../../localnet/sui/build/sources.ts';
import { BASE_PUBLICATION, fixture, hex, PUBLISHED_FRAMEWORK_DIGESTS } from './fixtures.ts';

const CACHE = fileURLToPath(new URL('../../.cache/move/', import.meta.url));
const STD = `0x${'1'.padStart(64, '0')}`;
const SUI = `0x${'2'.padStart(64, '0')}`;

function isError(code: MoveBuildErrorCode, message: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof MoveBuildError, String(error));
    assert.equal(error.code, code);
    assert.match(error.message, message);
    return true;
  };
}

describe('buildPackage', () => {
  it('gives the bytes that the published framework gives', async () => {
    for (const [name, digest] of Object.entries(PUBLISHED_FRAMEWORK_DIGESTS)) {
      const built = await buildPackage(fixture(name), { cache: false, published: BASE_PUBLICATION });
      assert.equal(hex(built.digest), digest, name);
    }
  });

  it('names the modules, at address zero', async () => {
    const built = await buildPackage(fixture('surface'));
    assert.equal(built.name, 'surface');
    assert.equal(built.warnings, '');
    assert.deepEqual(built.dependencies, [STD, SUI]);
    const ids = built.modules.map((module) => readModuleHeader(module).self);
    assert.deepEqual(ids.map((id) => id.name).sort(), ['checks', 'vault']);
    assert.ok(ids.every((id) => /^0{64}$/.test(id.address)));
  });

  it('links a published dependency: code to its first version, the package to its newest', async () => {
    const built = await buildPackage(fixture('middle'), { published: BASE_PUBLICATION });
    assert.deepEqual(built.dependencies, [STD, SUI, `0x${'b2'.padStart(64, '0')}`]);
    const { imports } = readModuleHeader(built.modules[0]!);
    const counter = imports.find((other) => other.name === 'counter');
    assert.equal(counter?.address, 'b1'.padStart(64, '0'));
  });

  it('refuses a dependency without an address, unless told otherwise', async () => {
    await assert.rejects(buildPackage(fixture('middle')), isError('unpublished-dependency', /middle depends on base/));
    const built = await buildPackage(fixture('middle'), { allowUnpublished: true });
    const { imports } = readModuleHeader(built.modules[0]!);
    assert.equal(imports.find((other) => other.name === 'counter')?.address, '0'.repeat(64));
  });

  it('refuses an address that is none', async () => {
    for (const publishedAt of ['b2', '0x', `0x${'1'.repeat(65)}`, '0x1"\n[evil]\nx = "']) {
      const published = { base: { publishedAt } };
      await assert.rejects(buildPackage(fixture('middle'), { published }), isError('dependency', /package id/));
    }
  });

  it('reports what the compiler found', async () => {
    await assert.rejects(
      buildPackage(fixture('broken')),
      isError('compile', /broken does not compile:[^]*mistake\.move:4/),
    );
  });

  it('refuses a folder without a manifest, and a manifest without a name', async () => {
    await assert.rejects(buildPackage(fixture('.')), isError('manifest', /not a Move package/));
    assert.throws(() => packageName({ 'Move.toml': '[addresses]\nname = "0x1"\n' }), isError('manifest', /name/));
  });

  it('refuses dependencies that are not on this machine', async () => {
    const dir = mkdtempSync(path.join(os.tmpdir(), 'move-'));
    try {
      const manifest = (dependency: string): void =>
        writeFileSync(
          path.join(dir, 'Move.toml'),
          `[package]\nname = "x"\nedition = "2024"\n[dependencies]\n${dependency}\n`,
        );
      manifest('gone = { local = "../gone-for-good" }');
      await assert.rejects(buildPackage(dir), isError('dependency', /gone-for-good is not a Move package/));
      manifest('far = { git = "https://github.com/example/far.git", rev = "main" }');
      await assert.rejects(buildPackage(dir), isError('dependency', /example\/far\.git.*not on this machine/));
    } finally {
      rmSync(dir, { recursive: true });
    }
  });
});

describe('build cache', () => {
  const built = (mark: number): BuiltPackage => ({
    name: 'x',
    modules: [Uint8Array.of(mark, 2, 3)],
    dependencies: [STD],
    digest: new Uint8Array(32).fill(mark),
    warnings: '',
  });
  const key = contentHash(['a test of the cache', String(process.pid)]);
  const file = path.join(CACHE, `${key}.json`);
  afterEach(() => rmSync(file, { force: true }));

  it('gives back what it was given, once built', async () => {
    assert.deepEqual(await cached(key, async () => built(1)), built(1));
    assert.deepEqual(await cached(key, async () => assert.fail('built again')), built(1));
    assert.ok(!readdirSync(CACHE).some((name) => name.startsWith(`${key}.json.`)), 'no file left over');
  });

  it('builds again when its file was changed or torn', async () => {
    await cached(key, async () => built(1));
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replace('AQID', 'AQIE'));
    assert.deepEqual(await cached(key, async () => built(2)), built(2));
    writeFileSync(file, text.slice(0, text.length / 2));
    assert.deepEqual(await cached(key, async () => built(3)), built(3));
  });

  it('keys parts so that no two lists collide', () => {
    assert.notEqual(contentHash(['ab', 'c']), contentHash(['a', 'bc']));
    assert.notEqual(contentHash(['ab']), contentHash(['ab', '']));
  });
});

describe('module headers', () => {
  let modules: Uint8Array[];
  before(async () => {
    modules = (await buildPackage(fixture('surface'))).modules;
  });

  it('say what the template package says', () => {
    for (const bytes of modules) {
      const decoded = deserialize(bytes) as unknown as {
        self_module_handle_idx: number;
        module_handles: { address: number; name: number }[];
        identifiers: string[];
        address_identifiers: string[];
      };
      const ids = decoded.module_handles.map((handle) => ({
        address: decoded.address_identifiers[handle.address]!.replace(/^0x/, ''),
        name: decoded.identifiers[handle.name]!,
      }));
      const { self, imports } = readModuleHeader(bytes);
      assert.deepEqual(self, ids[decoded.self_module_handle_idx]);
      assert.deepEqual(
        imports,
        ids.filter((_, i) => i !== decoded.self_module_handle_idx),
      );
    }
  });

  it('are refused when truncated, extended or made for tests', () => {
    const bytes = modules[0]!;
    for (let length = 0; length < bytes.length; length++) {
      assert.throws(() => readModuleHeader(bytes.subarray(0, length)), isError('bytecode', /./), `${length} bytes`);
    }
    assert.throws(() => readModuleHeader(Uint8Array.of(...bytes, 0)), isError('bytecode', /trailing/));
    const tests = Uint8Array.of(0xde, 0xad, 0xc0, 0xde, ...bytes.subarray(4));
    assert.throws(() => readModuleHeader(tests), isError('bytecode', /magic/));
  });

  it('are refused when they claim too many tables or an index out of range', () => {
    const head = [0xa1, 0x1c, 0xeb, 0x0b, 7, 0, 0, 5];
    assert.throws(() => readModuleHeader(Uint8Array.of(...head, 33)), isError('bytecode', /33 tables/));
    assert.throws(
      () => readModuleHeader(Uint8Array.of(...head, 0xff, 0xff, 0xff, 0xff, 0x7f)),
      isError('bytecode', /32 bits/),
    );
    assert.throws(
      () => readModuleHeader(Uint8Array.of(...head, 0x80, 0x80, 0x80, 0x80, 0x80, 1)),
      isError('bytecode', /32 bits/),
    );
    // Tables: one handle (address 0, name 0), one identifier "m", no address.
    const tables = [3, 1, 0, 2, 7, 2, 2, 8, 4, 0, 0, 0, 1, 0x6d, 0];
    assert.throws(() => readModuleHeader(Uint8Array.of(...head, ...tables)), isError('bytecode', /outside its table/));
  });

  it('give an order in which each module follows its imports', () => {
    const [one, two] = modules;
    assert.throws(() => sortByDependency([one!, one!]), isError('bytecode', /twice/));
    assert.equal(sortByDependency([one!, two!]).length, 2);
  });

  it('of a chain are put in order from any order', async () => {
    const { buildFramework } = await import('../../localnet/sui/build/builder.ts');
    const { std, sui } = await buildFramework();
    const sorted = sortByDependency([...sui, ...std].reverse());
    const seen = new Set<string>();
    for (const { self, imports } of sorted.map(readModuleHeader)) {
      for (const other of imports) assert.ok(seen.has(`${other.address}::${other.name}`), self.name);
      seen.add(`${self.address}::${self.name}`);
    }
    assert.equal(seen.size, std.length + sui.length);
  });
});
