/** Why messages are late: what each host has of them, and what it has said lately. */
import type { LogLine } from '../../localnet/corridor/host-process.ts';
import { createLog, type Log } from '../../prover/host/log.ts';
import type { Host } from '../../prover/host/host.ts';
import { toHex } from '../../prover/protocol/index.ts';
import type { TrackedMessage } from '../../prover/host/store/rows.ts';

/** Lines of each host that are kept, the newest of them. */
const KEPT = 60;
/** Lines that tell nothing of what is late. */
const USUAL = /^(proposed|proven|submitted|delivered)/;
/** So long an enclave or a node is waited for that is to be described. */
const PATIENCE_MS = 5_000;

const SHOWN = 'CORRIDOR_TEST_LOG';

const kept = new Map<string, string[]>();

/** A log whose last lines are kept in memory, by the name of the host; with CORRIDOR_TEST_LOG, they are shown too. */
export function keptLog(host: string): Log {
  const write = (text: string): void => keepLine(host, JSON.parse(text) as LogLine);
  return createLog(process.env[SHOWN] ?? 'info', host, { write });
}

/** The same with a line of a host in a process of its own. */
export function keepLine(host: string, line: LogLine): void {
  if (process.env[SHOWN]) process.stderr.write(`${JSON.stringify(line)}\n`);
  if (USUAL.test(line.msg)) return;
  const { enclave, digest, reason } = line as Partial<Record<string, string>>;
  const about = [enclave, digest && short(digest)].filter(Boolean).join(' ');
  const lines = kept.get(host) ?? [];
  kept.set(host, lines);
  lines.push(`${line.time} ${line.msg}${about && ` (${about})`}${reason ? `: ${reason}` : ''}`);
  if (lines.length > KEPT) lines.shift();
}

/** All that helps to find out why messages are late, as lines of text. */
export async function diagnose(hosts: readonly Host[], late: readonly Uint8Array[]): Promise<string> {
  const parts = await Promise.all(hosts.map((host) => diagnoseHost(host, late)));
  return parts.flat().join('\n');
}

async function diagnoseHost({ parts }: Host, late: readonly Uint8Array[]): Promise<string[]> {
  const { config, store, enclaves, origins } = parts;
  const messages = await Promise.all(late.map((id) => store.message(id)));
  const runs = new Map(messages.flatMap((message) => (message?.run ? [[toHex(message.run), message] as const] : [])));
  const heads = [...origins.values()].map(({ chain, head }) => `${chain} at ${head?.height ?? 'nothing'}`);
  return [
    `${config.name}, which follows ${heads.join(', ')}:`,
    ...messages.map((message, i) => `  message ${short(toHex(late[i]!))}: ${stateOf(message)}`),
    ...(await Promise.all([...runs].map(([digest, message]) => describeRun(parts, digest, message)))).flat(),
    ...(await Promise.all(
      enclaves.connected.map(async ({ name, signer, client }) => {
        const status = await within(client.status());
        const where = status?.origins.map(
          ({ chain, head, finalizedHeight, descent }) =>
            `${chain} at ${head?.height ?? 'nothing'}` +
            (finalizedHeight === undefined ? '' : ` of ${finalizedHeight}`) +
            (descent ? `, descending from ${descent.height}` : ''),
        );
        return `  ${name} ${short(toHex(signer))} is connected: ${where?.join(', ') ?? 'it does not answer'}`;
      }),
    )),
    ...config.enclaves
      .filter(({ name }) => enclaves.connected.every((enclave) => enclave.name !== name))
      .map(({ name }) => `  ${name} is not connected`),
    ...(kept.get(config.name) ?? []).map((line) => `  said ${line}`),
  ];
}

function stateOf(message: TrackedMessage | undefined): string {
  if (!message) return 'not final here';
  const { nonce, originChain, height, run, provenAt, submittedAt, deliveredAt, failure } = message;
  const stages = [run && 'proposed', provenAt && 'proven', submittedAt && 'submitted', deliveredAt && 'delivered'];
  const reached = stages.filter(Boolean).at(-1) ?? 'final';
  const where = `nonce ${nonce & 0xffffffffffffn} of ${originChain} in ${height}`;
  return `${reached}${run ? ` in run ${short(toHex(run))}` : ''}, ${where}${failure ? `, failed: ${failure}` : ''}`;
}

async function describeRun(
  { store, destinations }: Host['parts'],
  digest: string,
  { run: id, destinationChain }: TrackedMessage,
): Promise<string[]> {
  const run = await store.run(id!);
  const signed = await store.signatures(id!);
  const signers = await Promise.all(
    signed.map(async ({ signer }) => {
      const key = await within(destinations.get(destinationChain)!.key(signer));
      return `${short(toHex(signer))} ${key ? `${key.status}${key.counts ? ' and counts' : ''}` : 'of which no node tells'}`;
    }),
  );
  const extent = run && `nonces ${run.firstNonce & 0xffffffffffffn} to ${run.lastNonce & 0xffffffffffffn}`;
  return [`  run ${short(digest)}: ${extent}, anchor ${run?.anchor}, signed by ${signers.join(', ') || 'nobody'}`];
}

function within<T>(work: Promise<T>): Promise<T | undefined> {
  const patience = new Promise<undefined>((resolve) => {
    setTimeout(() => resolve(undefined), PATIENCE_MS).unref();
  });
  return Promise.race([work.catch(() => undefined), patience]);
}

function short(hex: string): string {
  return hex.slice(0, 10);
}
