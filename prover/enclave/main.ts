/** The process around an enclave: reads the configuration, serves requests, ends with its host. */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { Attester } from './attester.ts';
import { Enclave } from './enclave.ts';
import { serveSocket, serveStreams } from './serve.ts';

/** Drivers are built as files of their own, which take these from the core. */
export { EnclaveError, insist } from './errors.ts';

const USAGE = 'give --config FILE (encoded configuration) and either --socket PATH or --stdio';

/**
 * Runs an enclave until its process is told to end.
 * @param attester how this platform makes quotes
 * @param args `--config FILE` and `--socket PATH` or `--stdio`; there is no other option
 */
export async function run(attester: Attester, args: readonly string[] = process.argv.slice(2)): Promise<void> {
  const { config, socket, stdio } = readArgs(args);
  const enclave = new Enclave(readFileSync(config), attester);
  const handle = (request: Uint8Array): Promise<Uint8Array> => enclave.handle(request);
  if (stdio) {
    await serveStreams(process.stdin, process.stdout, handle);
    return;
  }
  const server = await serveSocket(socket!, handle);
  process.once('SIGTERM', () => {
    server.close();
    process.exit(0);
  });
  process.stderr.write(`enclave: ready at ${socket}\n`);
}

function readArgs(args: readonly string[]): { config: string; socket?: string; stdio?: boolean } {
  const options = { config: { type: 'string' }, socket: { type: 'string' }, stdio: { type: 'boolean' } } as const;
  const { config, socket, stdio } = parseArgs({ args: [...args], options }).values;
  if (config === undefined || (socket === undefined) === (stdio === undefined)) throw new Error(USAGE);
  return { config, ...(socket === undefined ? {} : { socket }), ...(stdio === undefined ? {} : { stdio }) };
}
