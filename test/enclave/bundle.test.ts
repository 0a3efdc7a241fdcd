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
import {
  EVM_LANE,
  EvmWorld,
  SUI_CHAIN,
  SUI_LANE,
  certifiedOf,
  commit,
  encodeConfiguration,
  newLedger,
  suiOrigin,
} from './world.ts';

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');

/** What the process of the manifest is started with: options of Node, then the entry and its own arguments. */
function argumentsOf(manifest: string): { node: string[]; rest: string[] } {
  const [, list = '[]'] = /^loader\.argv = (\[.*\])$/m.exec(manifest) ?? [];
  const [name, ...args] = JSON.parse(list) as string[];
  assert.equal(name, 'node');
  const entry = args.findIndex((argument) => !argument.startsWith('-'));
  return { node: args.slice(0, entry), rest: args.slice(entry) };
}

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

  const canRun = (): boolean =>
    process.platform === 'linux' && process.arch === 'x64' && bundle.files.has('blst.linux-x64-gnu.node');

  /** Writes the bundle and a configuration into a folder of its own. */
  function install(name: string, configuration: Uint8Array): string {
    const home = path.join(directory, name);
    mkdirSync(home);
    for (const [file, bytes] of bundle.files) writeFileSync(path.join(home, file), bytes);
    writeFileSync(path.join(home, 'configuration.cbor'), configuration);
    return home;
  }

  it('has the same bytes when it is built again, in another folder', async () => {
    const copy = path.join(directory, 'a folder with spaces');
    const packages = ['node_modules/@noble', 'node_modules/mcl-wasm'];
    for (const part of ['prover/enclave', 'prover/protocol', ...packages, 'package.json'])
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
    const listed = [...readme.matchAll(/^\| (@?[\w/-]+) \| (\d\S*) \|/gm)].map(([, name, version]) => [name, version]);
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
    const { node, rest } = argumentsOf(manifest);
    assert.deepEqual(node, ['--disable-wasm-trap-handler', '--wasm-max-mem-pages=256']);
    assert.match(rest.join(' '), /^\/corridor\/enclave-sgx\.mjs --config \S+ --stdio$/);
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
    if (!canRun()) this.skip();
    const world = new EvmWorld().fillTo(48);
    const start = world.beacon.blockAt(16)!;
    const home = install('alone', encodeConfiguration({ origins: [world.origin(start)], lanes: [EVM_LANE] }));
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
      const [status, advanced, attested] = repliesOf(Buffer.concat(output));
      assert.equal(status.ok.platform, platform);
      assert.equal(advanced.ok.head.height, 24);
      assert.equal(attested.error, 'AttestationFailed');
    }
  });

  it('judges checkpoints of Sui within the address space of the SGX enclave, with the options of its manifest', async function () {
    if (!canRun()) this.skip();
    const manifest = readFileSync(path.join(root, 'deployments/images/sgx/enclave.manifest.template'), 'utf8');
    const size = Number(/^sgx\.enclave_size = "(\d+)G"$/m.exec(manifest)![1]) * 2 ** 30;
    const ledger = newLedger();
    const home = install('bounded', encodeConfiguration({ origins: [suiOrigin(ledger)], lanes: [SUI_LANE] }));
    const certified = [1, 2, 3].map(() => certifiedOf(commit(ledger, [[]])));
    const advance = { method: 'advance', chain: SUI_CHAIN, certified, summaries: [] };
    // Within the signature, which only the bitmap of signers comes after.
    const forged = [certified[0]!.with(-60, certified[0]!.at(-60)! ^ 1)];

    const args = [...argumentsOf(manifest).node, 'enclave-sgx.mjs', '--config', 'configuration.cbor', '--stdio'];
    const child = spawn(process.execPath, args, { cwd: home, stdio: ['pipe', 'pipe', 'inherit'] });
    const output: Buffer[] = [];
    const replies = (): any[] => repliesOf(Buffer.concat(output));
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
    for (const request of [{ ...advance, certified: forged }, advance]) child.stdin.write(encodeFrame(encode(request)));
    while (child.exitCode === null && replies().length < 2)
      await Promise.race([once(child.stdout, 'data'), once(child, 'exit')]);
    // All that it reserves counts in an enclave, whose size is fixed, be it used or not.
    const [, peak] = /^VmPeak:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))!;
    child.stdin.end();
    const [code] = await once(child, 'close');
    assert.equal(code, 0);
    assert.equal(replies()[0].error, 'InvalidCheckpointSignature');
    assert.equal(replies()[1].ok.head.height, 3);
    assert.ok(Number(peak) * 1024 < size, `${peak} kB of address space`);
  });
});

/** The payloads of all frames that have come whole. */
function repliesOf(output: Buffer): any[] {
  const replies: any[] = [];
  for (let rest = output; rest.length >= 4 && rest.length >= 4 + rest.readUInt32BE();) {
    const length = rest.readUInt32BE();
    replies.push(decode(rest.subarray(4, 4 + length)));
    rest = rest.subarray(4 + length);
  }
  return replies;
}
