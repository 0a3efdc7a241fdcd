/** The enclave as a process: started, attested by the simulated platform, spoken to over its socket and its streams. */
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { decode, encode } from 'cborg';
import { startAgent } from '../../localnet/tee/agent.ts';
import { createPlatform } from '../../localnet/tee/index.ts';
import { startEnclave, type EnclaveProcess } from '../../prover/host/enclave-process.ts';
import { EnclaveClient, EnclaveUnavailable } from '../../prover/host/enclave-client.ts';
import { collateralFromFile, evidenceFromQuote, verify } from '../../prover/protocol/dcap/index.ts';
import { checkReportData } from '../../prover/protocol/index.ts';
import {
  EVM_CHAIN,
  EVM_INBOX,
  EVM_LANE,
  EVM_OUTBOX,
  EvmWorld,
  encodeConfiguration,
  evmLog,
  evmProposal,
  refusalOf,
} from './world.ts';

const script = (name: string): string => fileURLToPath(new URL(`../../${name}`, import.meta.url));
const frame = (payload: Uint8Array): Buffer => {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(payload.length);
  return Buffer.concat([length, payload]);
};

describe('the process of an enclave', () => {
  const world = new EvmWorld().fillTo(20);
  world.add({ logs: [evmLog(0n)] });
  world.fillTo(60);
  const start = world.beacon.blockAt(16)!;
  const configuration = encodeConfiguration({ origins: [world.origin(start)], lanes: [EVM_LANE] });
  const machine = createPlatform({ seed: 'process' });
  const mrTd = new Uint8Array(48).fill(0x44);
  const directory = mkdtempSync(path.join(tmpdir(), 'enclave-'));
  const agentPath = path.join(directory, 'agent.sock');
  const command = [process.execPath, script('localnet/tee/enclave.ts'), agentPath] as const;
  let agent: Server;
  let running: EnclaveProcess;

  before(async () => {
    agent = await startAgent(agentPath, machine, { mrTd });
    running = await startEnclave({ command: [...command], configuration, directory });
  });
  after(async () => {
    await running?.stop();
    agent?.close();
    rmSync(directory, { recursive: true, force: true });
  });

  it('is attested by a quote that the verifier accepts, for the registration that was asked for', async () => {
    const request = {
      chain: EVM_CHAIN,
      registry: EVM_INBOX,
      operator: EVM_OUTBOX,
      challenge: new Uint8Array(32).fill(5),
    };
    const { quote, reportData, ...identity } = await running.client.attest(request);
    assert.equal((await running.client.status()).platform, 'simulated');
    const atSeconds = Math.floor(Date.now() / 1000);
    const collateral = collateralFromFile(machine.collateral({ tee: 'tdx' }));
    const { rootFingerprint } = machine.vendor;
    const report = verify(evidenceFromQuote(quote), collateral, { rootFingerprint, atSeconds });
    assert.deepEqual(report.report.reportData, reportData);
    assert.ok('mrTd' in report.report);
    assert.deepEqual(report.report.mrTd, mrTd);
    checkReportData({ ...request, ...identity }, reportData);
  });

  it('proves over the socket, on several connections', async () => {
    const other = await EnclaveClient.connect(running.socketPath);
    await running.client.advanceEthereum({
      chain: EVM_CHAIN,
      currentSlot: 100,
      bootstrap: world.bootstrap(start),
      finalityUpdates: [world.finalityUpdate(48)],
      headers: world.down(31, 16),
    });
    const proposal = evmProposal(0n, 1, 32n);
    const evidence = [world.evidence(20, 0)];
    // Sent at once: replies come in order.
    const [status, proven, again] = await Promise.all([
      other.status(),
      other.proveEthereum(proposal, evidence),
      running.client.proveEthereum(proposal, evidence),
    ]);
    assert.equal(status.origins[0]!.head!.height, 32n);
    assert.deepEqual(proven, again);
    other.close();
  });

  it('lets its own user alone open the socket', () => assert.equal(statSync(running.socketPath).mode & 0o777, 0o600));

  it('takes frames in any pieces, and ends a connection at a frame that is too large', async () => {
    const socket = connect(running.socketPath);
    const received: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => received.push(chunk));
    const request = frame(encode({ method: 'status' }));
    for (const byte of Buffer.concat([request, request])) socket.write(Buffer.of(byte));
    socket.write(Buffer.of(0x00, 0x80, 0x00, 0x01));
    await once(socket, 'end');
    const replies: any[] = [];
    for (let rest = Buffer.concat(received); rest.length > 0;) {
      const length = rest.readUInt32BE();
      replies.push(decode(rest.subarray(4, 4 + length)));
      rest = rest.subarray(4 + length);
    }
    assert.deepEqual(
      replies.map((reply) => reply.error ?? Object.keys(reply)[0]),
      ['ok', 'ok', 'FrameTooLarge'],
    );
    await running.client.status();
  });

  it('serves standard streams alike, and ends with them', async () => {
    const configPath = path.join(directory, 'stdio.cbor');
    writeFileSync(configPath, configuration);
    const child = spawn(command[0], [...command.slice(1), '--config', configPath, '--stdio'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const client = EnclaveClient.overStreams(child.stdout, child.stdin);
    const [status] = await Promise.all([client.status(), refusalOf(client.proveEthereum(evmProposal(0n, 1, 32n), []))]);
    assert.equal(status.platform, 'simulated');
    child.stdin.end();
    const [code] = await once(child, 'close');
    assert.equal(code, 0);
    await assert.rejects(client.status(), EnclaveUnavailable);
  });

  it('INV-42: has new keys each time, and leaves nothing in its files', async () => {
    const other = await startEnclave({
      command: [...command],
      configuration,
      directory: path.join(directory, 'other'),
    });
    try {
      const [one, two] = [await running.client.status(), await other.client.status()];
      assert.notDeepEqual(one.signer, two.signer);
      assert.notDeepEqual(one.encryptionKey, two.encryptionKey);
      assert.deepEqual(one.configurationHash, two.configurationHash);
    } finally {
      await other.stop();
    }
    assert.deepEqual(readdirSync(path.join(directory, 'other')), ['enclave-configuration.cbor']);
    assert.deepEqual(
      readFileSync(path.join(directory, 'other/enclave-configuration.cbor')),
      Buffer.from(configuration),
    );
  });

  it('does not start without a configuration, with a broken one, or with options that it does not have', async () => {
    const broken = Uint8Array.from([...configuration, 0]);
    await assert.rejects(
      startEnclave({ command: [...command], configuration: broken, directory: path.join(directory, 'broken') }),
      (error: unknown) => error instanceof EnclaveUnavailable && error.message.includes('MalformedFrame'),
    );
    assert.ok(!existsSync(path.join(directory, 'broken/enclave.sock')));
    for (const args of [[], ['--stdio'], ['--stdio', '--config', 'none'], ['--socket', 'x', '--allow', 'all']]) {
      const child: ChildProcess = spawn(command[0], [...command.slice(1), ...args], { stdio: 'ignore' });
      const [code] = await once(child, 'close');
      assert.notEqual(code, 0, args.join(' '));
    }
  });

  it('answers that there is no quote when the agent is gone', async () => {
    const other = await startEnclave({
      command: [process.execPath, script('localnet/tee/enclave.ts'), path.join(directory, 'nobody.sock')],
      configuration,
      directory: path.join(directory, 'lonely'),
    });
    try {
      const request = {
        chain: EVM_CHAIN,
        registry: EVM_INBOX,
        operator: EVM_OUTBOX,
        challenge: new Uint8Array(32).fill(5),
      };
      await assert.rejects(other.client.attest(request), { code: 'AttestationFailed' });
      await other.client.status();
    } finally {
      await other.stop();
    }
  });
});
