import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { network } from 'hardhat';
import { bytesToHex, createPublicClient, http, toHex, type Address } from 'viem';
import { mnemonicToAccount } from 'viem/accounts';
import { collateralFile } from '../../../localnet/tee/collateral.ts';
import { sequence, time } from '../../../localnet/tee/der.ts';
import { createPlatform, startPccs, Vendor, type Pccs } from '../../../localnet/tee/index.ts';
import { CASE_TIME, draftOf, issue, type Issued } from '../../../localnet/tee/misbehave/index.ts';
import { run } from '../../../prover/cli/program.ts';
import { dcapVerifierAbi as abi } from '../../../prover/bindings/evm/dcap-verifier.ts';
import { deployVerifierWith } from '../harness/dcap.ts';

const vendor = new Vendor({ seed: 'upload', clock: () => Math.floor(Date.now() / 1000) - 60 });
const machine = createPlatform({ vendor });
/** Hardhat's first account, whose key everybody knows. */
const account = mnemonicToAccount('test test test test test test test test test test test junk');
const KEY = toHex(account.getHdKey().privateKey!);

describe('corridor collateral upload, to an EVM chain', () => {
  it('takes from a file what is newer, and of the same date what lasts longer', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'corridor upload '));
    const override = { initialDate: new Date(CASE_TIME * 1000).toISOString() };
    const server = await network.createServer({ network: 'default', override }, '127.0.0.1', 0);
    const { address, port } = await server.listen();
    const rpc = `http://${address}:${port}`;
    process.env.CORRIDOR_EVM_KEY = KEY;
    try {
      const honest = issue(draftOf('tdx4'));
      const draft = draftOf('tdx4');
      const validity = sequence(time(CASE_TIME - 30 * 86_400), time(CASE_TIME + 86_400));
      for (const name of ['tcbSigning', 'qeSigning'] as const) draft.certificates[name].parts.validity = validity;
      const verifier = await deployVerifierWith(rpc, KEY, honest.rootFingerprint);
      const upload = async ({ collateral }: Issued, ...flags: string[]): Promise<string[]> => {
        const file = path.join(folder, 'collateral');
        writeFileSync(file, JSON.stringify(collateralFile(collateral)));
        let out = '';
        const refuse = (text: string): void => assert.equal(text, '');
        const terminal = { out: (text: string) => void (out += text), err: refuse, isColoured: false };
        const chain = ['--evm-rpc', rpc, '--evm-verifier', verifier, '--json', ...flags];
        assert.equal(await run(['collateral', 'upload', file, ...chain], terminal), 0);
        return (JSON.parse(out) as { evm: string[] }).evm;
      };
      assert.equal((await upload(issue(draft))).length, 7);
      assert.deepEqual(await upload(issue(draft), '--dry-run'), []);
      assert.deepEqual(await upload(honest, '--dry-run'), ['qeIdentitySigner', 'qeIdentity', 'tcbInfo']);
      assert.equal((await upload(honest)).length, 3);
      assert.deepEqual(await upload(honest, '--dry-run'), []);
      assert.deepEqual(await upload(issue(draft), '--dry-run'), []);
    } finally {
      delete process.env.CORRIDOR_EVM_KEY;
      await server.close();
      rmSync(folder, { recursive: true });
    }
  });
});

describe('corridor collateral fetch, to an EVM chain', function () {
  this.timeout(120_000);

  let folder: string;
  let pccs: Pccs;
  let server: Awaited<ReturnType<typeof network.createServer>>;
  let rpc: string;
  let verifier: Address;

  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'corridor upload '));
    writeFileSync(path.join(folder, 'quote'), machine.quote({ form: 'tdx4', reportData: new Uint8Array(64) }).quote);
    pccs = await startPccs(vendor);
    // A chain begins at the time at which Hardhat has read its configuration, which may be minutes ago.
    const override = { initialDate: new Date().toISOString() };
    server = await network.createServer({ network: 'default', override }, '127.0.0.1', 0);
    const { address, port } = await server.listen();
    rpc = `http://${address}:${port}`;
    verifier = await deployVerifierWith(rpc, KEY, vendor.rootFingerprint);
  });
  after(async () => {
    delete process.env.CORRIDOR_EVM_KEY;
    await server.close();
    await pccs.close();
    rmSync(folder, { recursive: true });
  });

  async function fetchTo(address: string, ...flags: string[]): Promise<{ exitCode: number; out: string; err: string }> {
    const said = { out: '', err: '' };
    const exitCode = await run(
      [
        ...['collateral', 'fetch', '--quote', path.join(folder, 'quote'), '--out', path.join(folder, 'collateral')],
        ...['--url', pccs.url, '--evm-rpc', rpc, '--evm-verifier', address, ...flags],
      ],
      {
        out: (text) => void (said.out += `${text}\n`),
        err: (text) => void (said.err += `${text}\n`),
        isColoured: false,
      },
    );
    assert.ok(!said.out.includes(KEY.slice(2)) && !said.err.includes(KEY.slice(2)), 'the key is shown');
    return { exitCode, ...said };
  }

  it('says what it lacks, and uploads nothing, without a key', async () => {
    const { exitCode, out } = await fetchTo(verifier, '--dry-run', '--json');
    assert.equal(exitCode, 0);
    const { evm } = JSON.parse(out) as { evm: string[] };
    const all = ['root', 'rootCrl', 'qeIdentitySigner', 'qeIdentity', 'tcbInfo', 'pckCa', 'pckCrl'];
    assert.deepEqual(evm, all);
    const { exitCode: status, err } = await fetchTo(verifier);
    assert.equal(status, 2);
    assert.match(err, /CORRIDOR_EVM_KEY/);
  });

  it('uploads it, after which evidence is accepted, and then nothing a second time', async () => {
    process.env.CORRIDOR_EVM_KEY = KEY;
    const first = await fetchTo(verifier);
    assert.equal(first.exitCode, 0, first.err);
    const client = createPublicClient({ transport: http(rpc) });
    const { evidence } = machine.quote({ form: 'tdx4', reportData: new Uint8Array(64) });
    const args = [bytesToHex(evidence), vendor.evaluationNumber] as const;
    const { tcbStatus } = await client.readContract({ abi, address: verifier, functionName: 'verify', args });
    assert.equal(tcbStatus, 1);
    const { out } = await fetchTo(verifier, '--json');
    // Documents that are issued on request are newer each second.
    const { evm } = JSON.parse(out) as { evm: string[] };
    assert.deepEqual(
      evm.filter((part) => ['root', 'qeIdentitySigner', 'tcbInfoSigner', 'pckCa'].includes(part)),
      [],
    );
  });

  it('names the rule by which the chain refuses', async () => {
    // The same vendor, an hour ahead.
    const clock = (): number => Math.floor(Date.now() / 1000) + 3_600;
    const ahead = new Vendor({ seed: 'upload', clock });
    createPlatform({ vendor: ahead });
    const early = await startPccs(ahead);
    try {
      const { exitCode, err } = await fetchTo(verifier, '--url', early.url);
      assert.equal(exitCode, 1);
      assert.match(err, /the chain refuses rootCrl: CrlNotYetValid/);
    } finally {
      await early.close();
    }
  });

  it('names what is wrong: another root, no verifier, a rule', async () => {
    const other = await deployVerifierWith(rpc, KEY, new Uint8Array(32).fill(7));
    const wrongRoot = await fetchTo(other);
    assert.equal(wrongRoot.exitCode, 1);
    assert.match(wrongRoot.err, /the store is for the root 0x0707/);
    const nobody = await fetchTo(`0x${'11'.repeat(20)}`);
    assert.match(nobody.err, /no DCAP verifier answers/);
    const noAddress = await fetchTo('0x12');
    assert.equal(noAddress.exitCode, 2);
  });
});
