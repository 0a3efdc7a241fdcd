/**
 * Bundles the enclave: one core file, and for each platform a small one that starts it with that platform's driver. The
 * same sources and the same esbuild give the same bytes, wherever the repository lies.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { build, version, type Metafile, type Plugin } from 'esbuild';

export const root = path.dirname(path.dirname(import.meta.dirname));

/** What a TEE of today runs on; the enclave is built for it on any machine. */
export const NATIVE_PACKAGE = '@chainsafe/blst-linux-x64-gnu';
const NATIVE_FILE = 'blst.linux-x64-gnu.node';
const CORE = 'enclave.mjs';
const CORE_ENTRY = 'prover/enclave/main.ts';
/** Drivers, by the name of their entry. The simulated platform has none here. */
export const PLATFORMS = ['dstack', 'sgx', 'tdx'] as const;

export interface Bundle {
  /** Contents by file name, core first, then drivers, then native code where this machine has it */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** First-party sources of the core, relative to the repository */
  readonly sources: readonly string[];
  /** What each driver adds to them */
  readonly driverSources: ReadonlyMap<string, readonly string[]>;
  /** Third-party packages in the core with their versions */
  readonly packages: Readonly<Record<string, string>>;
  readonly esbuild: string;
}

/** Loads the native library from beside the bundle, by its one name: the package's own loader tries many. */
const nativeBlst: Plugin = {
  name: 'native-blst',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^@chainsafe\/blst$/ }, () => ({ path: NATIVE_FILE, namespace: 'native' }));
    onLoad({ filter: /.*/, namespace: 'native' }, () => ({
      contents: `import { createRequire } from 'node:module';
export const { PublicKey, Signature, fastAggregateVerify } = createRequire(import.meta.url)('./${NATIVE_FILE}');`,
    }));
  },
};

/** Drivers take what they share with the core from it. */
const coreOutside: Plugin = {
  name: 'core-outside',
  setup({ onResolve }) {
    onResolve({ filter: /\/main\.ts$/ }, () => ({ path: `./${CORE}`, external: true }));
  },
};

/** @param from where the sources and node_modules are; another place than this repository's serves tests */
export async function bundleEnclave(from: string = root): Promise<Bundle> {
  const core = await bundleOne(from, CORE_ENTRY, nativeBlst);
  const files = new Map([[CORE, core.bytes]]);
  const driverSources = new Map<string, readonly string[]>();
  for (const platform of PLATFORMS) {
    const driver = await bundleOne(from, `prover/enclave/entry/${platform}.ts`, coreOutside);
    files.set(`enclave-${platform}.mjs`, driver.bytes);
    driverSources.set(platform, firstParty(Object.keys(driver.metafile.inputs)));
  }
  const native = readNative();
  if (native) files.set(NATIVE_FILE, native);
  const inputs = Object.keys(core.metafile.inputs).filter((input) => !input.startsWith('native:'));
  const names = new Set(inputs.flatMap((input) => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(input)?.[1] ?? []));
  const packages = Object.fromEntries([...names, '@chainsafe/blst'].sort().map((name) => [name, versionOf(name)]));
  return { files, sources: firstParty(inputs), driverSources, packages, esbuild: version };
}

function firstParty(inputs: readonly string[]): string[] {
  return inputs.filter((input) => !input.startsWith('node_modules/')).sort();
}

async function bundleOne(
  from: string,
  entry: string,
  plugin: Plugin,
): Promise<{ bytes: Uint8Array; metafile: Metafile }> {
  const { outputFiles, metafile } = await build({
    absWorkingDir: from,
    entryPoints: [entry],
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    charset: 'utf8',
    // Left readable, so that what is measured can be compared with the sources.
    minify: false,
    legalComments: 'inline',
    metafile: true,
    write: false,
    logLevel: 'warning',
    plugins: [plugin],
  });
  return { bytes: outputFiles[0]!.contents, metafile };
}

export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function readNative(): Uint8Array | null {
  try {
    return readFileSync(path.join(root, 'node_modules', NATIVE_PACKAGE, NATIVE_FILE));
  } catch {
    return null;
  }
}

function versionOf(name: string): string {
  const lock = readFileSync(path.join(root, 'package-lock.json'), 'utf8');
  const { packages } = JSON.parse(lock) as { packages: { [folder: string]: { version: string } } };
  return packages[`node_modules/${name}`]!.version;
}
