/** Compares what left the outboxes with what the inboxes handed over, by both chains' own logs. */
import { parseEventLogs, type Log } from 'viem';
import { inboxAbi, outboxAbi } from '../../prover/bindings/evm/index.ts';
import { InboxMessageDelivered, MessageSent } from '../../prover/bindings/sui/corridor.ts';
import { toHex } from '../../prover/protocol/index.ts';
import type { LocalDeployment } from './deployment.ts';

/** What the logs of one direction say. */
export interface DirectionAudit {
  readonly sent: number;
  readonly delivered: number;
  /** Message ids that were sent and not delivered */
  readonly missing: readonly string[];
  /** Message ids that were delivered more than once, or never sent */
  readonly wrong: readonly string[];
}

export interface Audit {
  readonly evmToSui: DirectionAudit;
  readonly suiToEvm: DirectionAudit;
  /** Whether each message that was sent was delivered exactly once (INV-20, INV-24), and nothing else */
  readonly isExact: boolean;
}

export async function audit(deployment: LocalDeployment): Promise<Audit> {
  const [fromEvm, toEvm] = await evmLogs(deployment);
  const [fromSui, toSui] = await suiLogs(deployment);
  const evmToSui = compare(fromEvm, toSui);
  const suiToEvm = compare(fromSui, toEvm);
  const isExact = [evmToSui, suiToEvm].every(({ missing, wrong }) => missing.length === 0 && wrong.length === 0);
  return { evmToSui, suiToEvm, isExact };
}

function compare(sent: readonly string[], delivered: readonly string[]): DirectionAudit {
  const known = new Set(sent);
  const seen = new Set<string>();
  const wrong: string[] = known.size === sent.length ? [] : ['a message id was sent twice'];
  for (const id of delivered) {
    if (seen.has(id) || !known.has(id)) wrong.push(id);
    seen.add(id);
  }
  return {
    sent: sent.length,
    delivered: delivered.length,
    missing: sent.filter((id) => !seen.has(id)),
    wrong,
  };
}

async function evmLogs({ evm, evmClient }: LocalDeployment): Promise<[sent: string[], delivered: string[]]> {
  const { outbox, inbox } = evm.contracts;
  const logs: Log[] = [];
  const latest = await evmClient.getBlockNumber();
  // In short strides: a block can hold thousands of logs, and an answer some ten megabytes.
  for (let from = 0n; from <= latest; from += STRIDE) {
    const to = from + STRIDE - 1n;
    const toBlock = to < latest ? to : latest;
    logs.push(...(await evmClient.getLogs({ address: [outbox, inbox], fromBlock: from, toBlock })));
  }
  const at = (address: string) => logs.filter((log) => log.address.toLowerCase() === address.toLowerCase());
  const sent = parseEventLogs({ abi: outboxAbi, eventName: 'MessageSent', logs: at(outbox) });
  const delivered = parseEventLogs({ abi: inboxAbi, eventName: 'MessageDelivered', logs: at(inbox) });
  return [sent.map(({ args }) => args.messageId), delivered.map(({ args }) => args.messageId)];
}

async function suiLogs({ sui, suiContext }: LocalDeployment): Promise<[sent: string[], delivered: string[]]> {
  const list = async <T>(type: { readonly name: string; parse(bytes: Uint8Array): T }): Promise<T[]> => {
    const eventType = `${sui.packages.corridor.id}::${type.name}`;
    const found: T[] = [];
    for (let after: Uint8Array | undefined; ;) {
      const call = suiContext.client.ledgerService.listEvents({
        readMask: { paths: ['contents'] },
        filter: {
          terms: [{ literals: [{ negated: false, predicate: { oneofKind: 'eventType', eventType: { eventType } } }] }],
        },
        options: { limit: PAGE, ...(after ? { after } : {}) },
      } as never);
      let count = 0;
      for await (const { event, watermark } of call.responses) {
        after = watermark?.cursor ?? after;
        if (!event) continue;
        found.push(type.parse(event.contents!.value!));
        count++;
      }
      if (count < PAGE) return found;
    }
  };
  const [sent, delivered] = [await list(MessageSent), await list(InboxMessageDelivered)];
  return [
    sent.map(({ message_id }) => toHex(Uint8Array.from(message_id))),
    delivered.map(({ message_id }) => message_id),
  ];
}

const PAGE = 1000;
/** Blocks */
const STRIDE = 4n;
