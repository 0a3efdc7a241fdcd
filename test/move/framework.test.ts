import assert from 'node:assert/strict';
import { deserialize } from '@mysten/move-bytecode-template';
import { dumpMovePackage, initMovePackageBuilder } from '@zktx.io/sui-move-builder';
import { buildFramework, type BuiltFramework } from '../../localnet/sui/build/builder.ts';
import { readModuleHeader } from '../../localnet/sui/build/bytecode.ts';
import { createFetcher, frameworkFiles } from '../../localnet/sui/build/framework.ts';
import { readPackage, type PackageFiles } from '../../localnet/sui/build/sources.ts';
import { interfaceOf, maskText } from '../../localnet/sui/build/text.ts';
import { fixture } from './fixtures.ts';
import { NATIVES, TEST_MODULES } from './natives.ts';

const ADDRESS = { std: '1'.padStart(64, '0'), sui: '2'.padStart(64, '0') };
const STD_MODULES =
  'address ascii bcs bool debug hash internal macros option string type_name u128 u16 u256 u32 u64 u8 vector';
const SUI_MODULES =
  'address bag balance bcs bls12381 clock coin derived_object dynamic_field dynamic_object_field ecdsa_k1 ecdsa_r1 ' +
  'ed25519 event group_ops hash hex hmac nitro_attestation object object_bag object_table package party pay sui ' +
  'table transfer tx_context types url vec_map vec_set versioned';

interface Decoded {
  datatype_handles: { name: number }[];
  identifiers: string[];
  struct_defs: { struct_handle: number; field_information: { Declared: { name: number }[] } | 'Native' }[];
}

describe('Move framework subset', () => {
  let framework: BuiltFramework;
  before(async () => {
    framework = await buildFramework({ cache: false });
  });

  it('compiles to the modules of std and sui', () => {
    const names = (modules: Uint8Array[]): string =>
      modules
        .map((module) => readModuleHeader(module).self.name)
        .sort()
        .join(' ');
    assert.equal(names(framework.std), STD_MODULES);
    assert.equal(names(framework.sui), SUI_MODULES);
  });

  it('orders modules so that each follows what it imports', () => {
    const loaded = new Set<string>();
    for (const [address, modules] of [
      [ADDRESS.std, framework.std],
      [ADDRESS.sui, framework.sui],
    ] as const) {
      for (const module of modules) {
        const { self, imports } = readModuleHeader(module);
        assert.equal(self.address, address);
        for (const other of imports) {
          assert.ok(loaded.has(`${other.address}::${other.name}`), `${self.name} comes before ${other.name}`);
        }
        loaded.add(`${self.address}::${self.name}`);
      }
    }
  });

  it('is the same from the cache', async () => {
    await buildFramework();
    assert.deepEqual(await buildFramework(), framework);
  });

  it('declares exactly the natives that the VM knows', () => {
    const declared: Record<string, string[]> = {};
    for (const source of sources()) {
      const module = /\bmodule\s+(\w+::\w+)/.exec(maskText(source))![1]!;
      const natives = nativesOf(source, TEST_MODULES.includes(module));
      if (natives.length > 0) declared[module] = natives.sort();
    }
    assert.deepEqual(declared, Object.fromEntries(Object.entries(NATIVES).map(([k, v]) => [k, [...v].sort()])));
  });

  it('lays out the structs that natives read and write as the VM does', () => {
    assert.deepEqual(fieldsOf('object', 'ID'), ['bytes']);
    assert.deepEqual(fieldsOf('object', 'UID'), ['id']);
    assert.deepEqual(fieldsOf('option', 'Option'), ['vec']);
    assert.deepEqual(fieldsOf('ascii', 'String'), ['bytes']);
    assert.deepEqual(fieldsOf('string', 'String'), ['bytes']);
    assert.deepEqual(fieldsOf('type_name', 'TypeName'), ['name']);
    assert.deepEqual(fieldsOf('dynamic_field', 'Field'), ['id', 'name', 'value']);
    assert.deepEqual(fieldsOf('transfer', 'Receiving'), ['id', 'version']);
    assert.deepEqual(fieldsOf('clock', 'Clock'), ['id', 'timestamp_ms']);
    assert.deepEqual(fieldsOf('coin', 'Coin'), ['id', 'balance']);
    assert.deepEqual(fieldsOf('package', 'UpgradeCap'), ['id', 'package', 'version', 'policy']);
    assert.deepEqual(fieldsOf('package', 'UpgradeTicket'), ['cap', 'package', 'policy', 'digest']);
    assert.deepEqual(fieldsOf('package', 'UpgradeReceipt'), ['cap', 'package']);
    assert.deepEqual(fieldsOf('nitro_attestation', 'PCREntry'), ['index', 'value']);
    assert.deepEqual(
      fieldsOf('nitro_attestation', 'NitroAttestationDocument'),
      'module_id timestamp digest pcrs public_key user_data nonce'.split(' '),
    );
    assert.deepEqual(
      fieldsOf('tx_context', 'TxContext'),
      'sender tx_hash epoch epoch_timestamp_ms ids_created'.split(' '),
    );
  });

  it('gives callers the same bytecode whatever its function bodies', async () => {
    for (const name of ['surface', 'macros']) {
      const bytes = await compileAgainst(name, (text) => text);
      assert.ok(bytes.length > 0);
      assert.deepEqual(await compileAgainst(name, interfaceOf), bytes);
    }
  });

  it('gives callers other bytecode when a type or a macro they use changes', async () => {
    const change = (from: string, to: string): ((text: string) => string) => {
      assert.ok(
        sources().some((text) => text.includes(from)),
        `the framework says ${from}`,
      );
      return (text) => text.replace(from, to);
    };
    const surface = await compileAgainst('surface', (text) => text);
    const otherType = change(
      'Table<phantom K: copy + drop + store, phantom V',
      'Table<phantom K: copy + drop + store, V',
    );
    assert.notDeepEqual(await compileAgainst('surface', otherType), surface);
    const macros = await compileAgainst('macros', (text) => text);
    const otherMacro = change('while (i < stop)', 'while (stop > i)');
    assert.notDeepEqual(await compileAgainst('macros', otherMacro), macros);
  });

  function fieldsOf(module: string, struct: string): string[] {
    const bytes = [...framework.std, ...framework.sui].find((m) => readModuleHeader(m).self.name === module)!;
    const decoded = deserialize(bytes) as unknown as Decoded;
    const definition = decoded.struct_defs.find(
      (def) => decoded.identifiers[decoded.datatype_handles[def.struct_handle]!.name] === struct,
    );
    assert.ok(definition && definition.field_information !== 'Native', `${module} defines ${struct}`);
    return definition.field_information.Declared.map((field) => decoded.identifiers[field.name]!);
  }
});

function sources(): string[] {
  const { std, sui } = frameworkFiles();
  return [std, sui].flatMap((files) =>
    Object.entries(files).flatMap(([n, text]) => (n.endsWith('.move') ? [text] : [])),
  );
}

/** `name<T>(a: A): R` of every native function, with `test ` in front of those for tests. */
function nativesOf(source: string, testModule: boolean): string[] {
  const code = maskText(source);
  return [...code.matchAll(/((?:#\[[^\]]*\]\s*)*)(?:public(?:\(package\))?\s+)?native\s+fun\s+([^;]+);/g)].map(
    (match) => {
      const signature = match[2]!.replace(/\s+/g, ' ').replace(/\( /g, '(').replace(/,? \)/g, ')').trim();
      return !testModule && /\btest_only\b/.test(match[1]!) ? `test ${signature}` : signature;
    },
  );
}

/** Compiled modules of a fixture against the framework, its sources changed, nothing narrowed. */
async function compileAgainst(name: string, change: (text: string) => string): Promise<string[]> {
  await initMovePackageBuilder();
  const dir = fixture(name);
  const fetcher = createFetcher(dir, 'local', {});
  const { fetch } = fetcher;
  const changed = async (url: string, rev: string, subdir?: string): Promise<PackageFiles> => {
    const files = await fetch(url, rev, subdir);
    return Object.fromEntries(Object.entries(files).map(([n, t]) => [n, n.endsWith('.move') ? change(t) : t]));
  };
  const result = await dumpMovePackage({
    files: readPackage(dir),
    fetcher: Object.assign(fetcher, { fetch: changed }),
  });
  if ('error' in result) assert.fail(result.error);
  return result.modules;
}
