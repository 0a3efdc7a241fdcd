/** What the API takes and gives, once: checks requests, describes them in OpenAPI, and gives their types. */
import { z } from '@hono/zod-openapi';
import { toHex } from '../../protocol/index.ts';
import type { TrackedMessage } from '../store/rows.ts';

const hexOf = (bytes: number) => z.string().regex(new RegExp(`^0x[0-9a-f]{${2 * bytes}}$`));
const decimal = z.string().regex(/^\d{1,20}$/);
const time = z.iso.datetime();

export const Message = z
  .object({
    messageId: hexOf(32),
    state: z.enum(['final', 'proven', 'submitted', 'failed', 'delivered']),
    originChain: decimal,
    outbox: hexOf(32),
    destinationChain: decimal,
    nonce: decimal,
    height: decimal,
    transaction: z.string(),
    encoded: z.string(),
    finalAt: time,
    provenAt: time.optional(),
    submittedAt: time.optional(),
    failedAt: time.optional(),
    failure: z.string().optional(),
    deliveredAt: time.optional(),
    delivery: z.string().optional(),
  })
  .openapi('Message');

/** What anyone needs to deliver a message: the statement that covers it, who signed that, and the way from leaf to root. */
export const Proof = z
  .object({
    messageId: hexOf(32),
    /** The encoded message */
    message: z.string(),
    statement: hexOf(204),
    /** A signature set */
    signatures: z.string(),
    index: z.number(),
    /** Siblings from the leaf upwards */
    proof: z.string(),
  })
  .openapi('Proof');

export const Problem = z.object({ error: z.string(), message: z.string() }).openapi('Problem');

/** At most as many signatures as a set holds. */
export const Signatures = z
  .strictObject({ statement: hexOf(204), signatures: z.array(hexOf(65)).min(1).max(32) })
  .openapi('Signatures');

export const IdParam = z.object({ id: hexOf(32) });
export const TransactionParam = z.object({ transaction: z.string().regex(/^[0-9a-zA-Z]{1,80}$/) });
/** Messages in one answer, as far as they are not too long together. */
export const LIST_LIMIT = 200;
export const TransactionQuery = z.object({ skip: z.coerce.number().int().min(0).max(100_000).default(0) });
export const LaneParam = z.object({ origin: decimal, destination: decimal });
export const LaneQuery = z.object({
  limit: z.coerce.number().int().min(1).max(LIST_LIMIT).default(50),
  before: decimal.optional(),
});

export const Lane = z
  .object({
    originChain: decimal,
    outbox: hexOf(32),
    destinationChain: decimal,
    inbox: hexOf(32),
    generation: z.number(),
    finalHeight: decimal.optional(),
  })
  .openapi('Lane');

export const Health = z
  .object({
    name: z.string(),
    ready: z.boolean(),
    /** Why it is not ready */
    reasons: z.array(z.string()),
    enclaves: z.object({ configured: z.number(), connected: z.number() }),
    messages: z.object({ open: z.number(), delivered: z.number(), failed: z.number(), openRuns: z.number() }),
  })
  .openapi('Health');

export const RegistryView = z
  .object({
    chain: decimal,
    registry: z.string(),
    keys: z.array(
      z.object({
        signer: hexOf(20),
        status: z.enum(['unknown', 'active', 'resigned', 'evicted', 'revoked']),
        expiresAt: time.optional(),
        counts: z.boolean(),
        /** Name of this host's enclave that has the key */
        enclave: z.string().optional(),
      }),
    ),
  })
  .openapi('Registry');

/** A message as the API shows it. */
export function showMessage(message: TrackedMessage): z.infer<typeof Message> {
  const { finalAt, provenAt, submittedAt, failedAt, failure, deliveredAt, delivery } = message;
  const times = Object.entries({ provenAt, submittedAt, failedAt, deliveredAt }).flatMap(([name, at]) =>
    at ? [[name, at.toISOString()] as const] : [],
  );
  return {
    messageId: toHex(message.id),
    state: stateOf(message),
    originChain: String(message.originChain),
    outbox: toHex(message.outbox),
    destinationChain: String(message.destinationChain),
    nonce: String(message.nonce),
    height: String(message.height),
    transaction: message.transactionId,
    encoded: toHex(message.encoded),
    finalAt: finalAt.toISOString(),
    ...Object.fromEntries(times),
    ...(failure === undefined ? {} : { failure }),
    ...(delivery === undefined ? {} : { delivery }),
  };
}

function stateOf({ deliveredAt, failedAt, submittedAt, provenAt }: TrackedMessage): z.infer<typeof Message>['state'] {
  if (deliveredAt) return 'delivered';
  if (failedAt) return 'failed';
  if (submittedAt) return 'submitted';
  return provenAt ? 'proven' : 'final';
}
