/** Reads a registry on Sui. */
import type { BcsType } from '@mysten/sui/bcs';
import type { SuiGrpcClient } from '@mysten/sui/grpc';
import { Entry, Facts, Registry, Signer } from '../../bindings/sui/corridor.ts';
import { addressKey, readObject, readTable } from '../../bindings/sui/read.ts';
import { SIGNER_STATUSES } from '../../bindings/values.ts';
import { fromHex, toHex } from '../../protocol/index.ts';
import { paddedSigner } from '../../host/operators/keys.ts';
import type { SuiNetwork } from '../network-file.ts';
import { judge, statusName, statusNames, teeName, type RegistryView, type SignerView } from './view.ts';

type Hex = `0x${string}`;

export async function readRegistryOnSui(client: SuiGrpcClient, { registry }: SuiNetwork): Promise<RegistryView> {
  const { criteria } = (await readObject(client, Registry, registry)).value;
  const entries = await readAll(client, criteria.entries, Entry);
  return {
    judgementEpoch: criteria.judgement_epoch,
    revocationEpoch: criteria.revocation_epoch,
    minimumEvaluationNumber: criteria.minimum_evaluation_number,
    acceptedTcbStatuses: statusNames(criteria.accepted_tcb_statuses),
    operators: Number(criteria.operators.size),
    entries: entries
      .map(([key, entry]) => ({
        entry: new DataView(key.buffer, key.byteOffset).getUint32(0, true),
        verifier: entry.verifier,
        measurement: entry.measurement as Hex,
        configurationHash: entry.configuration_hash as Hex,
        notAfter: Number(entry.not_after),
      }))
      .sort((a, b) => a.entry - b.entry),
  };
}

/** All signers of a registry, or one. */
export async function readSignersOnSui(
  client: SuiGrpcClient,
  { registry }: SuiNetwork,
  signer?: Hex,
): Promise<SignerView[]> {
  const { signers, facts, criteria } = (await readObject(client, Registry, registry)).value;
  const show = (
    name: Hex,
    record: typeof Signer.$inferType,
    judged: typeof Facts.$inferType | undefined,
  ): SignerView => {
    const status = SIGNER_STATUSES[record.status] ?? 'unknown';
    const expiresAt = Number(record.expires_at);
    return {
      signer: name,
      status,
      ...judge({ status, judgementEpoch: record.epoch, expiresAt }, criteria.judgement_epoch),
      expiresAt,
      ...(judged && {
        operator: judged.operator,
        tee: teeName(judged.tee_type),
        entry: judged.entry,
        verifier: judged.verifier,
        tcbStatus: statusName(judged.tcb_status),
        advisories: judged.advisories,
        evaluationNumber: judged.evaluation_number,
        platform: judged.platform_id as Hex,
        measurement: judged.measurement as Hex,
        encryptionKey: judged.encryption_key as Hex,
        configurationHash: judged.configuration_hash as Hex,
      }),
    };
  };
  if (signer !== undefined) {
    const key = addressKey(paddedSigner(fromHex(signer)));
    const [record, judged] = await Promise.all([
      readTable(client, signers, key, Signer),
      readTable(client, facts, key, Facts),
    ]);
    if (record) return [show(signer, record, judged)];
    const unknown = { status: 'unknown', expiresAt: 0 } as const;
    return [{ signer, ...unknown, ...judge({ ...unknown, judgementEpoch: 0 }, criteria.judgement_epoch) }];
  }
  const [records, judgements] = await Promise.all([readAll(client, signers, Signer), readAll(client, facts, Facts)]);
  const bySigner = new Map(judgements.map(([key, judged]) => [toHex(key), judged]));
  // Twelve zeros, then the signer.
  return records.map(([key, record]) => show(toHex(key.slice(12)), record, bySigner.get(toHex(key))));
}

/** Keys in BCS and values of a table. */
async function readAll<T, I>(
  client: SuiGrpcClient,
  { id }: { readonly id: string },
  type: BcsType<T, I>,
): Promise<[key: Uint8Array, value: T][]> {
  const found: [Uint8Array, T][] = [];
  for (let cursor: string | null = null; ;) {
    const page: Awaited<ReturnType<typeof list>> = await list(cursor);
    for (const { name, value } of page.dynamicFields) found.push([Uint8Array.from(name.bcs), type.parse(value.bcs)]);
    if (!page.hasNextPage) return found;
    cursor = page.cursor;
  }

  function list(cursor: string | null) {
    return client.listDynamicFields({ parentId: id, cursor, include: { value: true } });
  }
}
