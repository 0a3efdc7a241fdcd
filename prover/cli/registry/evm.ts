/** Reads a registry on EVM. */
import { parseEventLogs, type Hex, type PublicClient } from 'viem';
import { registryAbi } from '../../bindings/evm/index.ts';
import { readSignerRecord } from '../../bindings/values.ts';
import type { EvmNetwork } from '../network-file.ts';
import { judge, statusName, statusNames, teeName, type EntryView, type RegistryView, type SignerView } from './view.ts';

/** Blocks of one query for logs, and the fewest that are tried where a node refuses so many. */
const LOG_RANGE = 10_000n;
const MIN_LOG_RANGE = 100n;

type JudgedFacts = ReturnType<typeof parseEventLogs<typeof registryAbi, true, 'SignerJudged'>>[number]['args']['facts'];

export async function readRegistryOnEvm(client: PublicClient, { registry }: EvmNetwork): Promise<RegistryView> {
  const read = { address: registry, abi: registryAbi } as const;
  const state = await client.readContract({ ...read, functionName: 'judgementState' });
  const numbers = Array.from({ length: state.entryCount }, (_, i) => i + 1);
  const entries = await Promise.all(
    numbers.map((number) => client.readContract({ ...read, functionName: 'entryOf', args: [number] })),
  );
  return {
    judgementEpoch: state.judgementEpoch,
    revocationEpoch: state.revocationEpoch,
    minimumEvaluationNumber: state.minimumEvaluationNumber,
    acceptedTcbStatuses: statusNames(state.acceptedTcbStatuses),
    operators: state.operatorCount,
    entries: entries.flatMap((entry, i): EntryView[] =>
      entry.isListed
        ? [
            {
              entry: i + 1,
              verifier: entry.verifierNumber,
              measurement: entry.measurementId,
              configurationHash: entry.configurationHash,
              notAfter: entry.notAfterSeconds,
            },
          ]
        : [],
    ),
  };
}

/**
 * Signers that were ever judged, by the registry's events.
 * @param from block to look from
 * @param signers to look for these alone
 * @param onProgress told how far it is
 */
export async function readSignersOnEvm(
  client: PublicClient,
  { registry }: EvmNetwork,
  from: bigint,
  signers?: readonly Hex[],
  onProgress: (block: bigint, last: bigint) => void = () => {},
): Promise<SignerView[]> {
  const facts = new Map<Hex, JudgedFacts>();
  const last = await client.getBlockNumber();
  for (let first = from, range = LOG_RANGE; first <= last;) {
    const to = first + range - 1n < last ? first + range - 1n : last;
    try {
      const logs = await client.getLogs({ address: registry, fromBlock: first, toBlock: to });
      for (const { args } of parseEventLogs({ abi: registryAbi, eventName: 'SignerJudged', logs })) {
        facts.set(args.signer.toLowerCase() as Hex, args.facts);
      }
    } catch (error) {
      // Nodes have limits of their own, and words of their own for them.
      if (range <= MIN_LOG_RANGE) throw error;
      range /= 2n;
      continue;
    }
    onProgress(to, last);
    first = to + 1n;
  }
  return Promise.all(
    (signers ?? [...facts.keys()]).map((signer) => readSigner(client, registry, signer, facts.get(signer))),
  );
}

async function readSigner(
  client: PublicClient,
  registry: Hex,
  signer: Hex,
  facts: JudgedFacts | undefined,
): Promise<SignerView> {
  const read = { address: registry, abi: registryAbi } as const;
  const [packed, state] = await Promise.all([
    client.readContract({ ...read, functionName: 'recordOf', args: [signer] }),
    client.readContract({ ...read, functionName: 'judgementState' }),
  ]);
  const { status, expiresAtSeconds: expiresAt, judgementEpoch } = readSignerRecord(packed);
  return {
    signer,
    status,
    ...judge({ status, judgementEpoch, expiresAt }, state.judgementEpoch),
    expiresAt,
    ...(facts && {
      operator: facts.operator.toLowerCase(),
      tee: teeName(facts.teeType),
      entry: facts.entryNumber,
      verifier: facts.verifierNumber,
      tcbStatus: statusName(facts.tcbStatus),
      advisories: facts.advisories.map(Number),
      evaluationNumber: facts.evaluationNumber,
      platform: facts.platformId,
      measurement: facts.measurementId,
      encryptionKey: facts.encryptionKey,
      configurationHash: facts.configurationHash,
    }),
  };
}
