/** Receipts of final blocks, and the messages in their logs. */
import type { ChainId } from '../../protocol/chain.ts';
import { concat, equalBytes } from '../../protocol/bytes.ts';
import { decodeMessageSentLog, type EvmLog, type SentMessage } from '../../protocol/message-sent.ts';
import { rlpList, rlpString, rlpUint } from '../../protocol/wire/rlp.ts';
import { demand } from '../errors.ts';
import type { ExecutionBlock } from './blocks.ts';
import { verifyTrieProof } from './trie.ts';

/** A proven receipt of a transaction that succeeded. */
export interface Receipt {
  readonly block: ExecutionBlock;
  /** In order of emission */
  readonly logs: readonly EvmLog[];
}

/** EIP-2718 types whose receipts are known: access list, dynamic fee, blob, set code. The type is the first byte. */
const TYPED_RECEIPTS = 4;

/**
 * The receipt of a transaction, proven against its block.
 * @param index of the transaction in the block, from 0
 * @param proof nodes as for `verifyTrieProof`
 * @throws LightClientError `InvalidTransactionIndex`, `MalformedReceipt`, `FailedTransaction`, and as `verifyTrieProof`
 */
export function verifyReceipt(block: ExecutionBlock, index: number, proof: readonly Uint8Array[]): Receipt {
  return { block, logs: decodeReceiptLogs(verifyTrieProof(block.receiptsRoot, receiptKey(index), proof)) };
}

/**
 * The message in a log of a proven receipt: exact emitter, exact topics, exact encoding.
 * @param outbox the outbox that is followed, 32 bytes
 * @param logIndex index of the log in the receipt, from 0
 * @throws LightClientError `LogMissing`, `WrongEmitter`
 * @throws ProtocolError the rules of docs/spec/protocol.md section 5
 */
export function messageInReceipt(chain: ChainId, outbox: Uint8Array, receipt: Receipt, logIndex: number): SentMessage {
  const log = receipt.logs[logIndex];
  demand(log !== undefined, 'LogMissing', () => `the receipt has ${receipt.logs.length} logs, none at ${logIndex}`);
  demand(
    equalBytes(log.address, outbox),
    'WrongEmitter',
    () => 'the log was emitted by another contract than the outbox',
  );
  return decodeMessageSentLog(chain, log);
}

/** Key of a receipt: RLP of the index, at most four bytes long. */
function receiptKey(index: number): Uint8Array {
  const isIndex = Number.isInteger(index) && index >= 0 && index < 2 ** 32;
  demand(isIndex, 'InvalidTransactionIndex', () => `${index} is no index of a transaction`);
  const bytes: number[] = [];
  for (let rest = index; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return bytes.length === 1 && index < 0x80 ? Uint8Array.from(bytes) : Uint8Array.of(0x80 + bytes.length, ...bytes);
}

function decodeReceiptLogs(value: Uint8Array): EvmLog[] {
  const [first = 0] = value;
  const isTyped = first >= 1 && first <= TYPED_RECEIPTS;
  demand(isTyped || first >= 0xc0, 'MalformedReceipt', () => `unknown receipt type ${first}`);
  const fields = rlpList(isTyped ? value.subarray(1) : value);
  demand(fields.length === 4, 'MalformedReceipt', () => `${fields.length} fields, 4 expected`);
  const [status, gas, bloom, logs] = fields as [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
  const outcome = rlpString(status);
  demand(outcome.length !== 0, 'FailedTransaction', () => 'the transaction failed: what it did was undone');
  demand(outcome.length === 1 && outcome[0] === 1, 'MalformedReceipt', () => 'the status is neither 1 nor 0');
  rlpUint(gas);
  demand(rlpString(bloom).length === 256, 'MalformedReceipt', () => 'the logs bloom has not 256 bytes');
  return rlpList(logs).map(decodeLog);
}

function decodeLog(encoding: Uint8Array): EvmLog {
  const fields = rlpList(encoding);
  demand(fields.length === 3, 'MalformedReceipt', () => `a log of ${fields.length} fields, 3 expected`);
  const address = rlpString(fields[0]!);
  const topics = rlpList(fields[1]!).map(rlpString);
  const isLog = address.length === 20 && topics.length <= 4 && topics.every((topic) => topic.length === 32);
  demand(isLog, 'MalformedReceipt', () => 'a log has an address of 20 bytes and up to 4 topics of 32');
  return { address: concat(new Uint8Array(12), address), topics, data: rlpString(fields[2]!) };
}
