import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Ed25519Keypair } from '@mysten/sui/keypairs/ed25519';
import { bytesToHex } from 'viem';
import { privateKeyToAddress } from 'viem/accounts';
import { evmKey, suiKey } from '../../prover/cli/operator/keys.ts';
import { decryptKey, encryptKey } from '../../prover/cli/operator/keystore.ts';
import { corridor, refusalOf } from './support.ts';

/** The test vectors of Ethereum's Web3 Secret Storage Definition: one key under both key derivations. */
const PASSWORD = 'testpassword';
const SECRET = '0x7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d';
const VECTORS = {
  pbkdf2: {
    cipher: 'aes-128-ctr',
    cipherparams: { iv: '6087dab2f9fdbbfaddc31a909735c1e6' },
    ciphertext: '5318b4d5bcd28de64ee5559e671353e16f075ecae9f99c7a79a38af5f869aa46',
    kdf: 'pbkdf2',
    kdfparams: {
      c: 262_144,
      dklen: 32,
      prf: 'hmac-sha256',
      salt: 'ae3cd4e7013836a3df6bd7241b12db061dbe2c6785853cce422d148a624ce0bd',
    },
    mac: '517ead924a9d0dc3124507e3393d175ce3ff7c1e96529c6c555ce9e51205e9b2',
  },
  scrypt: {
    cipher: 'aes-128-ctr',
    cipherparams: { iv: '83dbcc02d8ccb40e466191a123791e0e' },
    ciphertext: 'd172bf743a674da9cdad04534d56926ef8358534d458fffccd4e6ad2fbde479c',
    kdf: 'scrypt',
    kdfparams: {
      dklen: 32,
      n: 262_144,
      p: 8,
      r: 1,
      salt: 'ab0c7876052600dd703518d6fc3fe8984592145b591fc8fb5c6d43190334ba19',
    },
    mac: '2103ac29920d71da29f15d75b4a16dbe95cfd7ff8faea1056c33131d846e3097',
  },
};
const WORK = { n: 1_024, r: 8, p: 1 };

async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    return (error as { code: string }).code;
  }
  return assert.fail('it was taken');
}

describe('a keystore', () => {
  for (const [kdf, crypto] of Object.entries(VECTORS)) {
    it(`opens the standard's own file under ${kdf}`, async () => {
      const file = { version: 3, id: '3198bc9c-6672-5ab3-d995-4942343ae5b6', crypto };
      assert.equal(bytesToHex(await decryptKey(file, PASSWORD, 'secp256k1', 'file')), SECRET);
    });
  }

  it('opens with its password and curve alone, and only as it was written', async () => {
    const secret = Uint8Array.from({ length: 32 }, (_, i) => i + 1);
    const made = await encryptKey(secret, { password: 'a', address: '0x00', curve: 'ed25519', work: WORK });
    assert.ok(!JSON.stringify(made).includes(Buffer.from(secret).toString('hex')));
    assert.deepEqual(Uint8Array.from(await decryptKey(made, 'a', 'ed25519', 'file')), secret);
    assert.equal(await codeOf(decryptKey(made, 'b', 'ed25519', 'file')), 'WrongPassword');
    assert.equal(await codeOf(decryptKey(made, 'a', 'secp256k1', 'file')), 'InvalidKeystore');
    const { crypto } = made;
    const [first, ...rest] = Buffer.from(crypto.ciphertext, 'hex');
    const ciphertext = Buffer.from([first! ^ 1, ...rest]).toString('hex');
    const tampered = { ...made, crypto: { ...crypto, ciphertext } };
    assert.equal(await codeOf(decryptKey(tampered, 'a', 'ed25519', 'file')), 'WrongPassword');
    const greedy = { ...made, crypto: { ...crypto, kdfparams: { ...crypto.kdfparams, n: 2 ** 24 } } };
    assert.equal(await codeOf(decryptKey(greedy, 'a', 'ed25519', 'file')), 'InvalidKeystore');
    assert.equal(await codeOf(decryptKey({ ...made, version: 1 }, 'a', 'ed25519', 'file')), 'InvalidKeystore');
  });
});

describe('corridor operator', function () {
  this.timeout(60_000);
  let folder: string;
  const inFolder = (name: string): string => path.join(folder, name);

  before(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'corridor operator '));
    writeFileSync(inFolder('password'), 'correct horse\n');
  });
  after(() => {
    delete process.env['CORRIDOR_EVM_KEY'];
    rmSync(folder, { recursive: true });
  });

  it('init makes encrypted keys that only their owner may read, shows their addresses and no more', async () => {
    const keystore = inFolder('keys');
    const flags = { keystore, passwordFile: inFolder('password') };
    const args = ['--keystore', keystore, '--password-file', flags.passwordFile];
    const { exitCode, out } = await corridor('operator', 'init', ...args, '--json');
    assert.equal(exitCode, 0);
    const shown = JSON.parse(out) as Record<string, string>;
    assert.deepEqual(Object.keys(shown), ['folder', 'evm', 'sui']);
    const [evm, sui] = await Promise.all([evmKey(flags), suiKey(flags)]);
    assert.deepEqual([evm.address, sui.toSuiAddress()], [shown['evm'], shown['sui']]);
    for (const file of ['evm.json', 'sui.json']) assert.equal(statSync(path.join(keystore, file)).mode & 0o077, 0);
    // As other wallets read it: the address without 0x.
    const { address } = JSON.parse(readFileSync(path.join(keystore, 'evm.json'), 'utf8')) as { address: string };
    assert.equal(`0x${address}`, shown['evm']!.toLowerCase());
    assert.deepEqual((await refusalOf('operator', 'init', ...args)).slice(0, 2), [1, 'KeysExist']);
  });

  it('says what is missing, and shows nothing of a key that is wrong', async () => {
    const none = ['--keystore', inFolder('none')];
    assert.deepEqual((await refusalOf('operator', 'init', ...none)).slice(0, 2), [2, 'MissingPassword']);
    assert.equal(
      await codeOf(evmKey({ keystore: inFolder('none'), passwordFile: inFolder('password') })),
      'MissingKey',
    );
    assert.equal(await codeOf(evmKey({})), 'MissingKey');
    process.env['CORRIDOR_EVM_KEY'] = `${SECRET}00`;
    await assert.rejects(evmKey({}), ({ code, message }: { code: string; message: string }) => {
      assert.equal(code, 'InvalidKey');
      return !message.includes(SECRET.slice(2));
    });
    process.env['CORRIDOR_EVM_KEY'] = SECRET;
    assert.equal((await evmKey({})).address, privateKeyToAddress(SECRET));
    const [status, error] = await refusalOf('operator', 'renew', '--network', inFolder('none.json'));
    assert.deepEqual([status, error], [2, 'UnknownNetwork']);
    assert.deepEqual((await refusalOf('operator', 'register', '--entry', '0')).slice(0, 1), [2]);
  });

  it('names the enclaves that there are to whoever names another', async () => {
    const [account, id] = [`0x${'ab'.repeat(20)}`, `0x${'cd'.repeat(32)}`];
    const rpc = ['http://127.0.0.1:9'];
    const places = [
      { kind: 'evm', chain: '31337', rpc, registry: account, outbox: account, inbox: account },
      { kind: 'sui', chain: '5980780305148018689', rpc, package: id, registry: id, outbox: id, inbox: id },
    ];
    const enclave = { tee: 'tdx', entry: 1, socket: inFolder('none'), pid: 1, signer: account };
    const pair = { evm: { address: account, key: '' }, sui: { address: id, key: '' } };
    const localnet = {
      ...{ pid: 1, pccs: rpc[0], evaluationNumber: 1, hostConfig: '', funded: pair, operators: [] },
      enclaves: ['enclave-1', 'enclave-2'].map((name) => ({ ...enclave, name })),
      recipients: { evm: [], sui: [] },
    };
    const file = inFolder('network.json');
    writeFileSync(file, JSON.stringify({ chains: places, localnet }));
    const status = ['operator', 'status', '--network', file];
    const [exitCode, error, message] = await refusalOf(...status, '--enclave', 'enclave-9');
    assert.deepEqual([exitCode, error], [2, 'UnknownEnclave']);
    assert.match(message, /enclave-9; this network has enclave-1, enclave-2$/);
    // One that there is, and whose process is gone, is another matter.
    assert.deepEqual((await refusalOf(...status, '--enclave', 'enclave-1')).slice(0, 2), [3, 'EnclaveUnavailable']);
    writeFileSync(file, JSON.stringify({ chains: places }));
    assert.deepEqual((await refusalOf(...status, '--enclave', 'x')).slice(0, 2), [2, 'UnknownEnclave']);
  });

  it('reads a key of Sui from the environment', async () => {
    const pair = Ed25519Keypair.generate();
    process.env['CORRIDOR_SUI_KEY'] = pair.getSecretKey();
    try {
      assert.equal((await suiKey({})).toSuiAddress(), pair.toSuiAddress());
    } finally {
      delete process.env['CORRIDOR_SUI_KEY'];
    }
  });
});
