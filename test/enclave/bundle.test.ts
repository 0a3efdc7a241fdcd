/** The bundle: the same bytes wherever it is built, as recorded, of these sources alone, and it runs by itself. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { decode, encode } from 'cborg';
import { NATIVE_PACKAGE, PLATFORMS, bundleEnclave, root, sha256Of, type Bundle } from '../../scripts/enclave/bundle.ts';
import { rtmr2 } from '../../scripts/enclave/registers.ts';
import { encodeFrame } from '../../prover/protocol/wire/index.ts';
import { EVM_LANE, EvmWorld, encodeConfiguration } from './world.ts';

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');

describe('the bundle of the enclave', function () {
  this.timeout(120_000);
  const directory = mkdtempSync(path.join(tmpdir(), 'bundle-'));
  let bundle: Bundle;
  let core: string;
  before(async () => {
    bundle = await bundleEnclave();
    core = text(bundle.files.get('enclave.mjs')!);
  });
  after(() => rmSync(directory, { recursive: true, force: true }));

  it('has the same bytes when it is built again, in another folder', async () => {
    const copy = path.join(directory, 'a folder with spaces');
    for (const part of ['prover/enclave', 'prover/protocol', 'node_modules/@noble', 'package.json'])
      cpSync(path.join(root, part), path.join(copy, part), { recursive: true });
    const again = await bundleEnclave(copy);
    for (const [name, bytes] of bundle.files)
      assert.ok(Buffer.compare(again.files.get(name)!, bytes) === 0, `${name} differs`);
  });

  it('is recorded in deployments', () => {
    const { sha256, packages, esbuild } = JSON.parse(
      readFileSync(path.join(root, 'deployments/images/enclave.json'), 'utf8'),
    );
    const built = Object.fromEntries([...bundle.files].map(([name, bytes]) => [name, sha256Of(bytes)]));
    if (!('blst.linux-x64-gnu.node' in built)) {
      console.log(`      ${NATIVE_PACKAGE} is not installed on this platform: its hash is not compared`);
      delete sha256['blst.linux-x64-gnu.node'];
    }
    assert.deepEqual(built, sha256, 'record what has changed: npm run build:enclave -- --update');
    assert.deepEqual([bundle.packages, bundle.esbuild], [packages, esbuild]);
  });

  it('lists every package that is in it with its reason', () => {
    const readme = readFileSync(path.join(root, 'deployments/images/README.md'), 'utf8');
    const listed = [...readme.matchAll(/^\| (@[\w/-]+) \| (\S+) \|/gm)].map(([, name, version]) => [name, version]);
    assert.deepEqual(Object.fromEntries(listed), bundle.packages);
  });

  it('is what the images hold, each with the driver of its platform', () => {
    const inImages = (file: string): string => readFileSync(path.join(root, 'deployments/images', file), 'utf8');
    const filesOf = (platform: string) => ['blst.linux-x64-gnu.node', `enclave-${platform}.mjs`, 'enclave.mjs'];
    const manifest = inImages('sgx/enclave.manifest.template');
    const [, trusted = ''] = /^sgx\.trusted_files = \[(.*?)^\]/ms.exec(manifest) ?? [];
    const measured = [...trusted.matchAll(/"file:corridor\/(.+)"/g)].map(([, name]) => name!);
    assert.deepEqual(measured.sort(), [...filesOf('sgx'), 'node'].sort());
    const [, copied = ''] = /^for file in (.+); do$/m.exec(inImages('tdx/build.sh')) ?? [];
    assert.deepEqual(copied.split(' ').sort(), filesOf('tdx').sort());
    // Nothing may be told to a process that its host starts but where its configuration is.
    assert.match(
      manifest,
      /^loader\.argv = \["node", "\/corridor\/enclave-sgx\.mjs", "--config", "\S+", "--stdio"\]$/m,
    );
    assert.ok(!/insecure|allow_all_but_log|sgx\.debug = true|passthrough/.test(manifest));
  });

  it('has a register on TDX, by SHA-384 as computed with another library', () => {
    const expected = '1c6d5d257dc15247221bc8ad5f88998f3f88598b403787aaf6a8632955d40c86a4a9fcc3c7591332bad62ed6fd0e082c';
    assert.equal(rtmr2('console=hvc0', Buffer.from('an initrd')), expected);
  });

  it('holds prover/enclave, prover/protocol and cryptography, and no driver', () => {
    for (const source of bundle.sources) assert.match(source, /^prover\/(enclave|protocol)\//);
    assert.ok(bundle.sources.every((source) => !source.includes('attestation/') && !source.includes('dcap')));
    assert.ok(!/simulated|localnet/i.test(core));
  });

  it('can open no network connection', () => {
    for (const [name, bytes] of bundle.files) {
      if (!name.endsWith('.mjs')) continue;
      const source = text(bytes);
      const imported = [...source.matchAll(/^import .*? from "(.*?)";/gm)].map(([, module]) => module!);
      const allowed = ['./enclave.mjs', 'node:crypto', 'node:fs', 'node:module', 'node:net', 'node:path', 'node:util'];
      // The agent of dstack is a unix socket.
      if (name === 'enclave-dstack.mjs') allowed.push('node:http');
      for (const module of imported)
        assert.ok(allowed.includes(module) && (isBuiltin(module) || module.startsWith('./')), module);
      assert.ok(!/\bimport\(|\bfetch\(|\beval\(|new Function|new WebSocket|process\.env/.test(source), name);
      // Of node:net it takes what listens.
      if (imported.includes('node:net')) assert.ok(/^import \{ createServer \} from "node:net";/m.test(source));
    }
  });

  it('runs by itself', async function () {
    if (process.platform !== 'linux' || process.arch !== 'x64' || !bundle.files.has('blst.linux-x64-gnu.node'))
      this.skip();
    const world = new EvmWorld().fillTo(48);
    const start = world.beacon.blockAt(16)!;
    const home = path.join(directory, 'alone');
    mkdirSync(home);
    for (const [name, bytes] of bundle.files) writeFileSync(path.join(home, name), bytes);
    const configuration = encodeConfiguration({ origins: [world.origin(start)], lanes: [EVM_LANE] });
    writeFileSync(path.join(home, 'configuration.cbor'), configuration);
    for (const platform of PLATFORMS) {
      const args = [`enclave-${platform}.mjs`, '--config', 'configuration.cbor', '--stdio'];
      const child = spawn(process.execPath, args, { cwd: home, stdio: ['pipe', 'pipe', 'inherit'] });
      const output: Buffer[] = [];
      child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
      const chain = EVM_LANE.originChain;
      const word = new Uint8Array(32).fill(1);
      const operator = Uint8Array.from([...new Uint8Array(12), ...word.slice(12)]);
      const requests = [
        { method: 'status' },
        {
          method: 'advance',
          chain,
          currentSlot: 1000,
          bootstrap: world.bootstrap(start),
          updates: [],
          finalityUpdates: [world.finalityUpdate()],
          headers: world.down(23, 16),
        },
        // There is no hardware here: what matters is that the error is the driver's, through the core.
        { method: 'attest', chain, registry: operator, operator, challenge: word },
      ];
      child.stdin.end(Buffer.concat(requests.map((request) => encodeFrame(encode(request)))));
      const [code] = await once(child, 'close');
      assert.equal(code, 0);
      const replies: any[] = [];
      for (let rest = Buffer.concat(output); rest.length > 0;) {
        const length = rest.readUInt32BE();
        replies.push(decode(rest.subarray(4, 4 + length)));
        rest = rest.subarray(4 + length);
      }
      const [status, advanced, attested] = replies;
      assert.equal(status.ok.platform, platform);
      assert.equal(advanced.ok.head.height, 24);
      assert.equal(attested.error, 'AttestationFailed');
    }
  });
});
