/** Starts an enclave's process where that is the host's business: on a machine without a TEE, or inside a TEE's VM. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { EnclaveClient, EnclaveUnavailable } from './enclave-client.ts';

export interface EnclaveProcessOptions {
  /** Program and arguments before the enclave's own: an entry of prover/enclave, or of localnet/tee */
  command: readonly [string, ...string[]];
  /** Encoded (`encodeConfiguration`) */
  configuration: Uint8Array;
  /** Where configuration and socket go; made where it is missing. A unix socket's path has at most about 100 bytes */
  directory: string;
  /** Told of the process as soon as there is one */
  onSpawn?: (child: ChildProcess) => void;
}

/** A running enclave. When its process ends, its keys are gone: start another one and register that. */
export interface EnclaveProcess {
  readonly process: ChildProcess;
  readonly socketPath: string;
  readonly client: EnclaveClient;
  /** Ends the process, and resolves when it has ended. */
  stop(): Promise<void>;
}

/** The last lines that a process wrote to standard error; what it says before it listens is short. */
const MAX_COMPLAINT = 4096;

/**
 * Starts an enclave and connects to it.
 * @throws EnclaveUnavailable with what the process said when it ends instead
 */
export async function startEnclave({
  command,
  configuration,
  directory,
  onSpawn,
}: EnclaveProcessOptions): Promise<EnclaveProcess> {
  mkdirSync(directory, { recursive: true });
  const configurationPath = path.join(directory, 'enclave-configuration.cbor');
  const socketPath = path.join(directory, 'enclave.sock');
  writeFileSync(configurationPath, configuration);
  const [program, ...args] = command;
  const options = ['--config', configurationPath, '--socket', socketPath];
  const child = spawn(program, [...args, ...options], { stdio: ['ignore', 'ignore', 'pipe'] });
  onSpawn?.(child);
  const ended = once(child, 'close').catch(() => {});
  let said = '';
  await new Promise<void>((resolve, reject) => {
    child.stderr.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString('utf8')).slice(-MAX_COMPLAINT);
      if (said.includes('enclave: ready')) resolve();
    });
    child.once('error', (cause) => reject(new EnclaveUnavailable(`${program} cannot be started`, { cause })));
    child.once('close', (code) => reject(new EnclaveUnavailable(`the enclave ended with ${code}: ${said.trim()}`)));
  });
  const client = await EnclaveClient.connect(socketPath);
  const stop = async (): Promise<void> => {
    client.close();
    child.kill();
    await ended;
  };
  return { process: child, socketPath, client, stop };
}
