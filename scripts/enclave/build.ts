/**
 * Builds the enclave into build/enclave and prints the SHA-256 of each file.
 *
 *   npm run build:enclave               compares with deployments/images/enclave.json
 *   npm run build:enclave -- --check    the same, and fails where they differ
 *   npm run build:enclave -- --update   writes deployments/images/enclave.json
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { NATIVE_PACKAGE, bundleEnclave, root, sha256Of } from './bundle.ts';

const { values } = parseArgs({ options: { check: { type: 'boolean' }, update: { type: 'boolean' } } });
const recordPath = path.join(root, 'deployments/images/enclave.json');
const target = path.join(root, 'build/enclave');

const { files, packages, esbuild } = await bundleEnclave();
rmSync(target, { recursive: true, force: true });
mkdirSync(target, { recursive: true });
const hashes: { [file: string]: string } = {};
for (const [name, bytes] of files) {
  writeFileSync(path.join(target, name), bytes);
  hashes[name] = sha256Of(bytes);
  console.log(`${hashes[name]}  ${name}  ${bytes.length} bytes`);
}

interface Record {
  node: string;
  esbuild: string;
  packages: { [name: string]: string };
  sha256: { [file: string]: string };
}

const readJson = <T>(file: string): T => JSON.parse(readFileSync(path.join(root, file), 'utf8')) as T;
const { node } = readJson<{ devDependencies: { node: string } }>('package.json').devDependencies;
const record: Record = { node, esbuild, packages, sha256: hashes };
if (values.update) {
  writeFileSync(recordPath, `${JSON.stringify(record, null, 2)}\n`);
} else {
  const recorded = readJson<Record>('deployments/images/enclave.json');
  // Only where npm installs that package is the native library at hand; what is recorded of it stands elsewhere.
  if (Object.keys(hashes).length < Object.keys(recorded.sha256).length)
    console.log(`${NATIVE_PACKAGE} is not installed on this platform: its hash was not compared`);
  const isSame = JSON.stringify({ ...record, sha256: { ...recorded.sha256, ...hashes } }) === JSON.stringify(recorded);
  console.log(
    isSame
      ? 'as recorded in deployments/images/enclave.json'
      : 'not as recorded in deployments/images/enclave.json; look at what has changed, then record it with --update',
  );
  if (!isSame && values.check) process.exitCode = 1;
}
