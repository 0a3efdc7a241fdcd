/** A deployment and a run of messages of the recorded vectors. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import {
  decodeMessage,
  encodeMessage,
  encodeStatement,
  fromHex,
  joinSignatures,
  merkleProof,
  merkleRoot,
  messageId,
  plainLeaf,
  signDigest,
  statementDigest,
  toHex,
  type Statement,
} from '../../prover/protocol/index.ts';
import { parseDeployment, type Deployment, type Proof, type Sent } from '../../prover/sdk/index.ts';

export interface Vector {
  readonly id: string;
  readonly op: string;
  readonly in: Record<string, any>;
  readonly out?: Record<string, any>;
}

export function vectors(noun: string, op: string): Vector[] {
  const file = path.join(import.meta.dirname, `../vectors/${noun}.json`);
  const all = (JSON.parse(readFileSync(file, 'utf8')) as { vectors: Vector[] }).vectors;
  return all.filter((vector) => vector.op === op && vector.out !== undefined);
}

export const EVM = 1n;
export const SUI = 0x5300000035834a8an;
const PACKAGE = `0x${'9a'.repeat(32)}`;
export const PAGE = { inbox: `0x${'2b'.repeat(20)}`, suiInbox: `0x${'3c'.repeat(32)}`, package: PACKAGE } as const;

/** A deployment whose outboxes are those of the vectors. */
export function deploymentOf(outboxes: { evm?: string; sui?: string } = {}, hosts: readonly string[] = []): Deployment {
  const evmOutbox = `0x${(outboxes.evm ?? `0x${'1a'.repeat(32)}`).slice(-40)}`;
  const suiOutbox = outboxes.sui ?? `0x${'4d'.repeat(32)}`;
  return parseDeployment({
    network: 'vectors',
    chains: [
      {
        kind: 'evm',
        chain: String(EVM),
        registry: `0x${'5e'.repeat(20)}`,
        outbox: evmOutbox,
        inbox: PAGE.inbox,
      },
      {
        kind: 'sui',
        chain: String(SUI),
        package: PACKAGE,
        registry: `0x${'6f'.repeat(32)}`,
        outbox: suiOutbox,
        inbox: PAGE.suiInbox,
      },
    ],
    hosts,
  });
}

/** Messages from Sui to EVM, one after another, with the statement of the run. */
export function runOf(count: number, deployment: Deployment): { run: Sent[]; statement: Uint8Array } {
  const [evm, sui] = deployment.chains;
  const outbox = fromHex(sui!.outbox);
  const run = Array.from({ length: count }, (_, i): Sent => {
    const encoded = encodeMessage({
      kind: 0,
      originChain: SUI,
      destinationChain: EVM,
      nonce: (1n << 48n) + BigInt(i),
      sender: new Uint8Array(32).fill(7),
      recipient: fromHex(`0x${'00'.repeat(12)}${'08'.repeat(20)}`),
      executionGas: 100_000,
      body: Uint8Array.of(i),
    });
    const id = toHex(messageId(outbox, encoded));
    return { messageId: id, message: decodeMessage(encoded), encoded, outbox, transaction: `tx${i}`, height: 5n };
  });
  const terms: Statement = {
    originChain: SUI,
    originOutbox: outbox,
    destinationChain: EVM,
    destinationInbox: fromHex(`0x${'00'.repeat(12)}${evm!.inbox.slice(2)}`),
    anchorHeight: 9n,
    anchorHash: new Uint8Array(32).fill(1),
    anchorTimestampSeconds: 1_700_000_000n,
    firstNonce: 1n << 48n,
    messageCount: count,
    messagesRoot: merkleRoot(leaves(run)),
  };
  return { run, statement: encodeStatement(terms) };
}

function leaves(run: readonly Sent[]): Uint8Array[] {
  return run.map(({ message, messageId: id }) => plainLeaf(message.nonce, fromHex(id)));
}

/** A proof that two keys have signed, as a host gives it. */
export function signedProof({ run, statement }: ReturnType<typeof runOf>, index: number): Proof {
  const digest = statementDigest(statement);
  const signatures = [1, 2].map((key) => signDigest(digest, new Uint8Array(32).fill(key)));
  const { messageId: id, encoded } = run[index]!;
  const siblings = merkleProof(leaves(run), index);
  return { messageId: id, encoded, statement, signatures: joinSignatures(digest, signatures), index, siblings };
}
