import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { SuiGrpcClient } from '@mysten/sui/grpc';
import { Transaction } from '@mysten/sui/transactions';
import { buildPackage } from '../../localnet/sui/build/builder.ts';
import { startLocalnet, type Localnet } from '../../localnet/sui/start.ts';
import {
  certificateParts,
  COMMON_NAMES,
  distinguishedName,
  ROOT_CRL_URL,
  writeCertificate,
} from '../../localnet/tee/certificate.ts';
import { collateralFile } from '../../localnet/tee/collateral.ts';
import { createPlatform, startPccs, Vendor, type Pccs } from '../../localnet/tee/index.ts';
import { keyOf } from '../../localnet/tee/keys.ts';
import { serialNumber } from '../../localnet/tee/vendor.ts';
import { dcapCalls } from '../../prover/bindings/sui/dcap.ts';
import { run } from '../../prover/cli/program.ts';
import { toHex } from '../../prover/protocol/bytes.ts';

const PACKAGE = path.resolve(import.meta.dirname, '../../contracts-move/dcap');
const vendor = new Vendor({ seed: 'upload', clock: () => Math.floor(Date.now() / 1000) - 60 });
const machine = createPlatform({ vendor });
const { quote, evidence } = machine.quote({ form: 'tdx4', reportData: new Uint8Array(64) });

describe('corridor collateral fetch, to Sui', function () {
  this.timeout(180_000);

  let folder: string;
  let pccs: Pccs;
  let localnet: Localnet;
  let client: SuiGrpcClient;
  let packageId: string;
  let storeId: string;

  async function execute(build: (tx: Transaction) => void) {
    const transaction = new Transaction();
    build(transaction);
    const include = { effects: true, objectTypes: true } as const;
    const result = await client.signAndExecuteTransaction({ transaction, signer: localnet.keypair, include });
    assert.equal(result.$kind, 'Transaction', JSON.stringify(result.FailedTransaction?.status));
    await client.waitForTransaction({ digest: result.Transaction!.digest });
    return result.Transaction!;
  }

  async function storeFor(root: Uint8Array): Promise<string> {
    const { objectTypes } = await execute((tx) => {
      const { collateral } = dcapCalls(packageId);
      collateral.share(tx, { self: collateral.new(tx, { rootFingerprint: toHex(root) }) });
    });
    return Object.entries(objectTypes).find(([, type]) => type.endsWith('::CollateralStore'))![0];
  }

  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'corridor upload '));
    writeFileSync(path.join(folder, 'quote'), quote);
    pccs = await startPccs(vendor);
    localnet = await startLocalnet({ port: 0, faucetPort: 0 });
    client = new SuiGrpcClient({ network: 'localnet', baseUrl: localnet.url });
    const { modules, dependencies } = await buildPackage(PACKAGE);
    const { effects } = await execute((tx) => {
      const cap = tx.publish({ modules: modules.map((module) => [...module]), dependencies });
      tx.transferObjects([cap], localnet.keypair.toSuiAddress());
    });
    packageId = effects.changedObjects.find(({ outputState }) => outputState === 'PackageWrite')!.objectId;
    storeId = await storeFor(vendor.rootFingerprint);
  });
  after(async () => {
    delete process.env.CORRIDOR_SUI_KEY;
    await localnet.close();
    await pccs.close();
    rmSync(folder, { recursive: true });
  });

  async function fetchTo(store: string, ...flags: string[]): Promise<{ exitCode: number; out: string; err: string }> {
    const said = { out: '', err: '' };
    const exitCode = await run(
      [
        ...['collateral', 'fetch', '--quote', path.join(folder, 'quote'), '--out', path.join(folder, 'collateral')],
        ...['--url', pccs.url, '--sui-rpc', localnet.url, '--sui-package', packageId, '--sui-store', store, ...flags],
      ],
      {
        out: (text) => void (said.out += `${text}\n`),
        err: (text) => void (said.err += `${text}\n`),
        isColoured: false,
      },
    );
    return { exitCode, ...said };
  }

  it('says what it lacks, and uploads nothing, without a key', async () => {
    const { exitCode, out, err } = await fetchTo(storeId, '--dry-run', '--json');
    assert.equal(exitCode, 0, err);
    const { sui } = JSON.parse(out) as { sui: string[] };
    const all = ['root', 'rootCrl', 'qeIdentitySigner', 'qeIdentity', 'tcbInfo', 'pckCa', 'pckCrl'];
    assert.deepEqual(sui, all);
    process.env.CORRIDOR_SUI_KEY = 'suiprivkey1notakey';
    const wrong = await fetchTo(storeId);
    assert.equal(wrong.exitCode, 2);
    assert.ok(!wrong.err.includes('notakey'), wrong.err);
  });

  it('uploads it, after which evidence is accepted, and then nothing a second time', async () => {
    process.env.CORRIDOR_SUI_KEY = localnet.keypair.getSecretKey();
    const first = await fetchTo(storeId);
    assert.equal(first.exitCode, 0, first.err);
    assert.ok(!first.out.includes(localnet.keypair.getSecretKey()));
    await execute((tx) => {
      const { evaluationNumber } = vendor;
      dcapCalls(packageId).dcap.verify(tx, { store: storeId, evidence, evaluationNumber });
    });
    const { out } = await fetchTo(storeId, '--json');
    const { sui } = JSON.parse(out) as { sui: string[] };
    // Documents that are issued on request are newer each second.
    const kept = ['root', 'qeIdentitySigner', 'tcbInfoSigner', 'pckCa'];
    assert.deepEqual(
      sui.filter((part) => kept.includes(part)),
      [],
    );
  });

  it('uploads from a file, and documents of the same date again where they last longer', async () => {
    const now = Math.floor(Date.now() / 1000);
    const key = (name: string) => keyOf(vendor.seed, name);
    const ending = writeCertificate(
      certificateParts({
        role: 'tcbSigning',
        serial: serialNumber(vendor.seed, 'tcbSigning'),
        issuer: distinguishedName(COMMON_NAMES.root),
        subject: distinguishedName(COMMON_NAMES.tcbSigning),
        notBeforeSeconds: vendor.notBeforeSeconds,
        notAfterSeconds: now + 86_400,
        key: key('tcbSigning'),
        issuerKey: key('root'),
        crlUrl: ROOT_CRL_URL,
      }),
      key('root'),
    );
    const parts = machine.collateralParts({ tee: 'tdx' });
    const store = await storeFor(vendor.rootFingerprint);
    const upload = async (of: typeof parts, ...flags: string[]): Promise<string[]> => {
      const file = path.join(folder, 'archived');
      writeFileSync(file, JSON.stringify(collateralFile(of)));
      let out = '';
      const refuse = (text: string): void => assert.equal(text, '');
      const terminal = { out: (text: string) => void (out += text), err: refuse, isColoured: false };
      const chain = ['--sui-rpc', localnet.url, '--sui-package', packageId, '--sui-store', store, '--json', ...flags];
      assert.equal(await run(['collateral', 'upload', file, ...chain], terminal), 0);
      return (JSON.parse(out) as { sui: string[] }).sui;
    };
    await upload({ ...parts, tcbInfoSigner: ending, qeIdentitySigner: ending });
    assert.deepEqual(await upload(parts, '--dry-run'), ['qeIdentitySigner', 'qeIdentity', 'tcbInfo']);
    await upload(parts);
    assert.deepEqual(await upload(parts, '--dry-run'), []);
  });

  it('names the rule by which the chain refuses', async () => {
    // The same vendor, an hour ahead.
    const clock = (): number => Math.floor(Date.now() / 1000) + 3_600;
    const ahead = new Vendor({ seed: 'upload', clock });
    createPlatform({ vendor: ahead });
    const early = await startPccs(ahead);
    try {
      const { exitCode, err } = await fetchTo(storeId, '--url', early.url);
      assert.equal(exitCode, 1);
      assert.match(err, /the chain refuses rootCrl: CrlNotYetValid/);
    } finally {
      await early.close();
    }
  });

  it('names what is wrong: another root, no store', async () => {
    const other = await storeFor(new Uint8Array(32).fill(7));
    const wrongRoot = await fetchTo(other);
    assert.equal(wrongRoot.exitCode, 1);
    assert.match(wrongRoot.err, /the store is for the root 0x0707/);
    const nobody = await fetchTo(`0x${'11'.repeat(32)}`);
    assert.equal(nobody.exitCode, 1);
    assert.match(nobody.err, /no store of this package answers/);
  });
});
