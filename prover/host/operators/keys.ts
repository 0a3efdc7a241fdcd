/** Where a key stands at a registry, as anyone can read it. */
import type { SuiGrpcClient } from '@mysten/sui/grpc';
import type { Address, PublicClient } from 'viem';
import { registryAbi } from '../../bindings/evm/index.ts';
import { Registry, Signer } from '../../bindings/sui/corridor.ts';
import { addressKey, readObject, readTable } from '../../bindings/sui/read.ts';
import { readSignerRecord, SIGNER_STATUSES } from '../../bindings/values.ts';
import { toHex } from '../../protocol/index.ts';
import type { KeyStatus } from './registrar.ts';

export async function readKeyOnEvm(client: PublicClient, registry: Address, signer: Uint8Array): Promise<KeyStatus> {
  const read = { address: registry, abi: registryAbi } as const;
  const [packed, state] = await Promise.all([
    client.readContract({ ...read, functionName: 'recordOf', args: [toHex(signer)] }),
    client.readContract({ ...read, functionName: 'judgementState' }),
  ]);
  const { status, expiresAtSeconds, judgementEpoch, operatorIndex } = readSignerRecord(packed);
  const isFresh = judgementEpoch === state.judgementEpoch && expiresAtSeconds >= Date.now() / 1000;
  const counts = status === 'active' && isFresh;
  const operator = status === 'unknown' ? {} : { operator: String(operatorIndex) };
  return { signer: toHex(signer), status, expiresAt: expiresAtSeconds, ...operator, counts };
}

export async function readKeyOnSui(client: SuiGrpcClient, registry: string, signer: Uint8Array): Promise<KeyStatus> {
  const { signers, criteria } = (await readObject(client, Registry, registry)).value;
  const record = await readTable(client, signers, addressKey(paddedSigner(signer)), Signer);
  const shown = { signer: toHex(signer) };
  if (!record) return { ...shown, status: 'unknown', expiresAt: 0, counts: false };
  const status = SIGNER_STATUSES[record.status] ?? 'unknown';
  const expiresAt = Number(record.expires_at);
  const isFresh = record.epoch === criteria.judgement_epoch && expiresAt >= Date.now() / 1000;
  return { ...shown, status, expiresAt, operator: String(record.operator), counts: status === 'active' && isFresh };
}

/** A signer as contracts on Sui have it: 32 bytes, the first 12 of them zero. */
export function paddedSigner(signer: Uint8Array): string {
  return `0x${'00'.repeat(12)}${toHex(signer).slice(2)}`;
}
