/** Runs the shared vectors of test/vectors (its README has the format) against ProtocolHarness, byte by byte. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { network } from 'hardhat';
import {
  decodeErrorResult,
  decodeFunctionResult,
  encodeFunctionData,
  encodeFunctionResult,
  size,
  type Abi,
  type Hex,
} from 'viem';

type Json = Record<string, unknown>;

export type Vector = { id: string; op: string; about: string; in: Json; out?: Json; error?: string };

/** How an operation maps to a function of the harness: its arguments, and what it gives back, in ABI order. */
type Operation = { call: string; args: (input: Json) => unknown[]; out: (output: Json) => unknown[] };

const MESSAGE = ['kind', 'originChain', 'destinationChain', 'nonce', 'sender', 'recipient', 'executionGas', 'body'];
const STATEMENT = [
  'originChain',
  'originOutbox',
  'destinationChain',
  'destinationInbox',
  'anchorHeight',
  'anchorHash',
  'anchorTimestampSeconds',
  'firstNonce',
  'messageCount',
  'messagesRoot',
];
const REGISTRATION = ['chain', 'registry', 'operator', 'challenge', 'signer', 'encryptionKey', 'configurationHash'];

/** A field's value for viem: decimal strings are u64, everything else stands as it is. */
const value = (json: unknown): unknown => (typeof json === 'string' && !json.startsWith('0x') ? BigInt(json) : json);

/** The values of the named fields, none missing. */
const fields =
  (...names: string[]) =>
  (json: Json): unknown[] =>
    names.map((name) => {
      assert.ok(name in json, `the vector has no ${name}`);
      return value(json[name]);
    });

/** The same as one struct. */
const struct =
  (...names: string[]) =>
  (json: Json): unknown =>
    Object.fromEntries(names.map((name, i) => [name, fields(...names)(json)[i]]));

/** Every operation that a contract on EVM has. */
export const OPERATIONS: Record<string, Operation> = {
  'chain.validate': { call: 'chainValidate', args: fields('chain'), out: fields('family') },
  'chain.sui': { call: 'chainSui', args: fields('identifier'), out: fields('chain') },
  'nonce.split': { call: 'nonceSplit', args: fields('nonce'), out: fields('generation', 'sequence') },
  'message.decode': { call: 'messageDecode', args: fields('bytes'), out: fields(...MESSAGE) },
  'message.encode': { call: 'messageEncode', args: fields(...MESSAGE), out: fields('bytes') },
  'message.id': { call: 'messageId', args: fields('outbox', 'bytes'), out: fields('messageId') },
  'messageSent.evm': { call: 'messageSentEvm', args: fields('outbox', 'bytes'), out: () => [] },
  'merkle.plainLeaf': { call: 'merklePlainLeaf', args: fields('nonce', 'messageId'), out: fields('leaf') },
  'merkle.confidentialLeaf': {
    call: 'merkleConfidentialLeaf',
    args: fields('nonce', 'messageId', 'deliveryHash'),
    out: fields('leaf'),
  },
  'merkle.root': { call: 'merkleRoot', args: fields('leaves'), out: fields('root') },
  'merkle.verify': {
    call: 'merkleVerify',
    args: fields('root', 'leaf', 'index', 'count', 'proof'),
    out: () => [],
  },
  'statement.decode': { call: 'statementDecode', args: fields('bytes'), out: (json) => [struct(...STATEMENT)(json)] },
  'statement.encode': { call: 'statementEncode', args: (json) => [struct(...STATEMENT)(json)], out: fields('bytes') },
  'statement.digest': { call: 'statementDigest', args: fields('bytes'), out: fields('digest') },
  'signature.recover': { call: 'signatureRecover', args: fields('message', 'signature'), out: fields('signer') },
  'signature.recoverSet': {
    call: 'signatureRecoverSet',
    args: fields('message', 'signatures'),
    out: fields('signers'),
  },
  'registration.hash': {
    call: 'registrationHash',
    args: (json) => [struct(...REGISTRATION)(json)],
    out: fields('hash'),
  },
  'registration.check': {
    call: 'registrationCheck',
    args: (json) => [struct(...REGISTRATION)(json), json.reportData],
    out: () => [],
  },
  'revocation.decode': { call: 'revocationDecode', args: fields('bytes'), out: fields('kind', 'target') },
  'revocation.encode': { call: 'revocationEncode', args: fields('kind', 'target'), out: fields('bytes') },
  'revocation.digest': { call: 'revocationDigest', args: fields('bytes'), out: fields('digest') },
};

/** Operations that are not a contract's on EVM: it writes its own event and reads none (README of the vectors). */
export const ELSEWHERE = ['messageSent.sui', 'messageSent.decodeEvm', 'messageSent.decodeSui'];

const FOLDER = new URL('../../../test/vectors/', import.meta.url);

/** All vectors of all files. */
export const VECTORS: readonly Vector[] = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.json'))
  .sort()
  .flatMap((name) => (JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8')) as { vectors: Vector[] }).vectors);

/** A deployed ProtocolHarness and what tests do with it. */
export type Harness = Awaited<ReturnType<typeof deploy>>;

let deployed: Promise<Harness> | undefined;

/** The one ProtocolHarness of a test run. */
export const harness = (): Promise<Harness> => (deployed ??= deploy());

/** How a call to the harness ended: with data, or with a named error and its arguments. */
export type Outcome = { data: Hex; error?: undefined } | { data: Hex; error: string; args: readonly unknown[] };

async function deploy() {
  const { viem, provider } = await network.create();
  const contract = await viem.deployContract('ProtocolHarness');
  const client = await viem.getPublicClient();
  const abi = contract.abi as Abi;

  /** Makes calls in as few requests as fit, and tells how each ended. */
  async function callAll(calls: readonly Hex[]): Promise<Outcome[]> {
    const outcomes: Outcome[] = [];
    for (const batch of batches(calls)) {
      const input = encodeFunctionData({ abi, functionName: 'batch', args: [batch] });
      const { data } = await client.call({ to: contract.address, data: input });
      const results = decodeFunctionResult({ abi, functionName: 'batch', data: data! }) as {
        success: boolean;
        data: Hex;
      }[];
      for (const result of results) {
        if (result.success) outcomes.push({ data: result.data });
        else {
          const { errorName, args } = decodeErrorResult({ abi, data: result.data });
          outcomes.push({ data: result.data, error: errorName, args: args ?? [] });
        }
      }
    }
    return outcomes;
  }

  /** One call; see `callAll`. */
  async function call(functionName: string, args: readonly unknown[]): Promise<Outcome> {
    const [outcome] = await callAll([encodeFunctionData({ abi, functionName, args })]);
    return outcome!;
  }

  /** What one call gives back, which must succeed. */
  async function read(functionName: string, args: readonly unknown[]): Promise<unknown> {
    const outcome = await call(functionName, args);
    assert.equal(outcome.error, undefined, `${functionName} fails with ${outcome.error}`);
    return decodeFunctionResult({ abi, functionName, data: outcome.data });
  }

  /** The one log of a transaction to the harness. */
  async function log(functionName: string, args: readonly unknown[]): Promise<{ topics: Hex[]; data: Hex }> {
    const hash = (await contract.write[functionName]!(args as unknown[])) as Hex;
    const { logs } = await client.waitForTransactionReceipt({ hash });
    assert.equal(logs.length, 1);
    assert.equal(logs[0]!.address.toLowerCase(), contract.address.toLowerCase());
    return { topics: logs[0]!.topics, data: logs[0]!.data };
  }

  /** Where each read of the calldata ends, in bytes, during a call; and whether the call fails. */
  async function reads(call: Hex): Promise<{ ends: number[]; failed: boolean }> {
    const trace = (await provider.request({
      method: 'debug_traceCall',
      params: [{ to: contract.address, data: call }, 'latest', { disableStorage: true, disableMemory: true }],
    })) as { failed: boolean; structLogs: { op: string; depth: number; stack: Hex[] }[] };
    const ends: number[] = [];
    for (const { op, depth, stack } of trace.structLogs) {
      const top = (place: number) => Number(BigInt(stack.at(-1 - place)!));
      if (depth !== 1) continue;
      if (op === 'CALLDATALOAD') ends.push(top(0) + 32);
      // The compiler clears memory by copying from the very end of the calldata: that reads nothing.
      if (op === 'CALLDATACOPY' && top(2) > 0 && top(1) !== size(call)) ends.push(top(1) + top(2));
    }
    return { ends, failed: trace.failed };
  }

  return { abi, callAll, call, read, log, reads };
}

/** Groups of calls that stay far below the gas limit of one. */
function* batches(calls: readonly Hex[]): Generator<Hex[]> {
  let batch: Hex[] = [];
  let size = 0;
  for (const call of calls) {
    if (batch.length === 64 || (batch.length > 0 && size + call.length > 200_000)) {
      yield batch;
      [batch, size] = [[], 0];
    }
    batch.push(call);
    size += call.length;
  }
  if (batch.length > 0) yield batch;
}

/**
 * Runs all vectors of an operation: the same bytes, or the error of the same name.
 * @returns how many there were
 * @throws AssertionError naming the first vector that does not hold, or when there is none of the operation
 */
export async function runVectors(op: string): Promise<number> {
  const { abi, callAll, log } = await harness();
  const operation = OPERATIONS[op];
  assert.ok(operation, `no function of ProtocolHarness is known for the operation ${op}`);
  const vectors = VECTORS.filter((vector) => vector.op === op);
  assert.ok(vectors.length > 0, `there are no vectors of the operation ${op}`);

  const functionName = operation.call;
  const encode = (vector: Vector) => encodeFunctionData({ abi, functionName, args: operation.args(vector.in) });
  // An event cannot be looked at in a call, so there the vectors that hold go by transactions.
  const byLog = op === 'messageSent.evm' ? vectors.filter(({ error }) => error === undefined) : [];
  const byCall = vectors.filter((vector) => !byLog.includes(vector));

  const outcomes = await callAll(byCall.map(encode));
  byCall.forEach((vector, i) => {
    const about = `${vector.id} (${vector.about})`;
    const outcome = outcomes[i]!;
    assert.equal(outcome.error, vector.error, about);
    if (vector.error !== undefined) return;
    const result = operation.out(vector.out!);
    // A single result is passed by itself, several as a list.
    const expected = encodeFunctionResult({ abi, functionName, result: result.length === 1 ? result[0] : result });
    assert.equal(outcome.data, expected, about);
  });
  for (const vector of byLog) {
    assert.deepEqual(await log(functionName, operation.args(vector.in)), vector.out, `${vector.id} (${vector.about})`);
  }
  return vectors.length;
}
