/** Computation of uploads and verifications in Move, on the local Sui network. */
import path from 'node:path';
import { Inputs, type Transaction } from '@mysten/sui/transactions';
import { buildPackage } from '../../../localnet/sui/build/builder.ts';
import { dcapCalls } from '../../../prover/bindings/sui/dcap.ts';
import { uploadCollateral } from '../../../prover/bindings/sui/collateral.ts';
import { toHex } from '../../../prover/protocol/bytes.ts';
import { readTcbInfo } from '../../../prover/protocol/dcap/index.ts';
import { created, World } from '../../../test/sui/execution/harness.ts';
import type { Figures } from '../gas/figures.ts';
import { AT_SECONDS, measured } from './machines.ts';

const PACKAGE = path.resolve(import.meta.dirname, '../../../contracts-move/dcap');

/** Computation units, each worth 1,000 of gas at the reference price, and instructions of the virtual machine. */
export async function suiFigures(): Promise<Figures> {
  const { evidence, collateral, rootFingerprint } = measured('tdx4');
  const world = await World.create({ startMs: BigInt(AT_SECONDS) * 1000n });
  const { id } = await world.publish(await buildPackage(PACKAGE));
  const calls = dcapCalls(id);
  const made = await world.ok((tx) => {
    const store = calls.collateral.new(tx, { rootFingerprint: toHex(rootFingerprint) });
    calls.collateral.share(tx, { self: store });
  });
  const [storeId = ''] = created(world, made, 'CollateralStore');
  const store = (mutable: boolean) => {
    const { owner } = world.object(storeId);
    if (owner.$kind !== 'Shared') throw new Error('the store is shared');
    return Inputs.SharedObjectRef({ objectId: storeId, mutable, ...owner.Shared });
  };
  const uploaded = await world.ok((tx) => uploadCollateral(tx, calls, tx.object(store(true)), collateral));
  const { evaluationNumber } = readTcbInfo(collateral.tcbInfo);
  const { report } = await world.ok((tx: Transaction) => {
    calls.dcap.verify(tx, { store: tx.object(store(false)), evidence, evaluationNumber });
  });
  return {
    sui_verify_tdx4_computation: Number(report.computationUnits),
    sui_verify_tdx4_instructions: report.instructions,
    sui_upload_all_computation: Number(uploaded.report.computationUnits),
  };
}
