import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { SuiGrpcClient } from '@mysten/sui/grpc';
import { Ed25519Keypair } from '@mysten/sui/keypairs/ed25519';
import { Transaction } from '@mysten/sui/transactions';
import { findSui, RealNodeError, startRealNode } from '../../../localnet/sui/real-node.ts';
import { parseOptions, startLocalnet } from '../../../localnet/sui/start.ts';

const START = fileURLToPath(new URL('../../../localnet/sui/start.ts', import.meta.url));
const SERVER = pathToFileURL(fileURLToPath(new URL('../../../localnet/sui/', import.meta.url))).href;

const transfer = async (url: string, keypair: Ed25519Keypair): Promise<void> => {
  const client = new SuiGrpcClient({ network: 'localnet', baseUrl: url });
  const transaction = new Transaction();
  const [coin] = transaction.splitCoins(transaction.gas, [1]);
  transaction.transferObjects([coin!], '0x1');
  const result = await client.signAndExecuteTransaction({ transaction, signer: keypair });
  assert.equal(result.$kind, 'Transaction');
};

describe('starting a local network', () => {
  it('reads its command line strictly', () => {
    assert.deepEqual(parseOptions([]), { json: false, real: false });
    assert.deepEqual(parseOptions(['--port', '0', '--faucet-port=9', '--seed', 'x', '--json']), {
      json: true,
      real: false,
      port: 0,
      faucetPort: 9,
      seed: 'x',
    });
    for (const args of [['--port', '70000'], ['--port', 'x'], ['--prot', '1'], ['extra'], ['--real', '--seed', 'x']]) {
      assert.throws(() => parseOptions(args), /usage: localnet:sui/);
    }
  });

  it('prints where it is and a funded key, as JSON if asked, and ends on a signal', async () => {
    const child = spawn(process.execPath, [START, '--port', '0', '--faucet-port', '0', '--json']);
    try {
      const line = await new Promise<string>((resolve, reject) => {
        let text = '';
        child.stdout.on('data', (chunk: Buffer) => {
          text += chunk.toString();
          if (text.includes('\n')) resolve(text.slice(0, text.indexOf('\n')));
        });
        child.stderr.on('data', (chunk: Buffer) => reject(new Error(chunk.toString())));
        child.once('exit', () => reject(new Error('it ended')));
      });
      const { kind, url, faucetUrl, address, secretKey } = JSON.parse(line) as Record<string, string>;
      assert.equal(kind, 'devnet');
      assert.match(faucetUrl!, /^http:\/\/127\.0\.0\.1:\d+$/);
      const keypair = Ed25519Keypair.fromSecretKey(secretKey!);
      assert.equal(keypair.toSuiAddress(), address);
      await transfer(url!, keypair);
    } finally {
      child.kill('SIGTERM');
    }
    const code = await new Promise((resolve) => child.once('exit', resolve));
    assert.equal(code, 0);
  });

  it('is repeatable under a seed', async () => {
    const twice = [1, 2].map(async () => {
      const localnet = await startLocalnet({ port: 0, faucetPort: 0, seed: 'again' });
      const client = new SuiGrpcClient({ network: 'localnet', baseUrl: localnet.url });
      const { response } = await client.ledgerService.getServiceInfo({});
      await localnet.close();
      return [response.chainId, localnet.keypair.getSecretKey()];
    });
    const [first, second] = await Promise.all(twice);
    assert.deepEqual(first, second);
  });
});

describe('a real node', () => {
  let folder: string;

  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'sui-stand-in-'));
  });

  after(() => rmSync(folder, { recursive: true }));

  /** Writes a stand-in for the `sui` binary. */
  const standIn = (name: string, body: string): string => {
    const file = path.join(folder, name, 'sui');
    rmSync(path.dirname(file), { recursive: true, force: true });
    const script = `${file}.mjs`;
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(script, body);
    writeFileSync(file, `#!/bin/sh\nexec "${process.execPath}" "${script}" "$@"\n`);
    chmodSync(file, 0o755);
    return file;
  };
  const freePort = (): Promise<number> =>
    new Promise((resolve) => {
      const server = createServer().listen(0, '127.0.0.1', () => {
        const { port } = server.address() as { port: number };
        server.close(() => resolve(port));
      });
    });

  const SERVING = `
    import { startDevnet } from '${SERVER}devnet.ts';
    import { serve } from '${SERVER}rpc/server.ts';
    const [command, ...rest] = process.argv.slice(2);
    if (command !== 'start' || !rest.includes('--force-regenesis')) process.exit(9);
    const faucet = rest.find((arg) => arg.startsWith('--with-faucet=')).split(':').at(-1);
    const port = rest[rest.indexOf('--fullnode-rpc-port') + 1];
    const server = await serve(await startDevnet(), { port: Number(port), faucetPort: Number(faucet) });
  `;

  it('is found on PATH', () => {
    const file = standIn('found', '');
    assert.equal(findSui(['', '/nowhere', path.dirname(file)].join(path.delimiter)), file);
    assert.equal(findSui('/nowhere'), undefined);
  });

  it('is started, waited for, funded from and ended', async () => {
    const binary = standIn(
      'serving',
      `${SERVING} process.on('SIGINT', async () => { await server.close(); process.exit(0); });`,
    );
    const [port, faucetPort] = [await freePort(), await freePort()];
    const node = await startRealNode({ binary, port, faucetPort });
    await transfer(node.url, node.keypair);
    await node.close();
    assert.equal(await node.ended, 0);
    await node.close();
  });

  it('that does not end when told to is killed', async () => {
    const binary = standIn('stubborn', `${SERVING} process.on('SIGINT', () => {});`);
    const [port, faucetPort] = [await freePort(), await freePort()];
    const node = await startRealNode({ binary, port, faucetPort, stopTimeoutMs: 300 });
    await node.close();
    assert.equal(await node.ended, null);
  });

  it('that ends while starting is reported with its last words', async () => {
    const binary = standIn('broken', `console.error('genesis failed'); process.exit(3);`);
    const [port, faucetPort] = [await freePort(), await freePort()];
    await assert.rejects(
      startRealNode({ binary, port, faucetPort }),
      (error) =>
        error instanceof RealNodeError && error.code === 'EXITED' && /code 3[^]*genesis failed/.test(error.message),
    );
  });

  it('that never answers is given up, and ended', async () => {
    const binary = standIn('silent', `setInterval(() => {}, 1000);`);
    const [port, faucetPort] = [await freePort(), await freePort()];
    await assert.rejects(
      startRealNode({ binary, port, faucetPort, startTimeoutMs: 600 }),
      (error) => error instanceof RealNodeError && error.code === 'TIMEOUT',
    );
  });

  it('that is not there is named', async () => {
    const before = process.env['PATH'];
    process.env['PATH'] = '/nowhere';
    try {
      await assert.rejects(
        startRealNode({ port: 1, faucetPort: 2 }),
        (error) => error instanceof RealNodeError && error.code === 'NOT_FOUND',
      );
    } finally {
      process.env['PATH'] = before;
    }
  });
});
