/** Transactions that a real Sui node executed, executed again: effects must come out the same to the byte. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { bcs } from '@mysten/sui/bcs';
import { LocalDevnet, startDevnet } from '../../../localnet/sui/devnet.ts';
import { Executor } from '../../../localnet/sui/execution/executor.ts';
import { decodeTransaction } from '../../../localnet/sui/execution/transaction.ts';
import { CheckpointData, decodeExact, type FullCheckpoint } from '../../../localnet/sui/ledger/bcs.ts';
import { prepareTransaction } from '../../../localnet/sui/ledger/effects.ts';
import { encodeObject, recordFromBcs, type ObjectRecord } from '../../../localnet/sui/ledger/objects.ts';

const file = new URL('../../../../shared/vectors/sui/checkpoint_1137.chk', import.meta.url);

describe('transactions of a recorded checkpoint', () => {
  let checkpoint: FullCheckpoint;
  let devnet: LocalDevnet;

  before(async function () {
    if (!existsSync(file)) {
      console.log('      ../shared/vectors/sui is absent: recorded transactions are not executed again');
      this.skip();
    }
    checkpoint = decodeExact(CheckpointData, readFileSync(file), 'CheckpointData');
    devnet = await startDevnet();
  });

  it('have the effects, objects and gas costs that the node gave them', () => {
    let count = 0;
    for (const { transaction, effects, inputObjects, outputObjects } of checkpoint.transactions) {
      const { value } = transaction[0]!.intentMessage;
      if (value.V1.kind.$kind !== 'ProgrammableTransaction') continue;
      const epoch = BigInt(effects.V2!.executedEpoch);
      const inputs = new Map(inputObjects.map(recordFromBcs).map((record) => [record.id, record]));
      // The framework is of the network's genesis, as are the coins.
      const genesis = [...inputs.values()][0]!.previousTransaction;
      const live = (id: string): ObjectRecord | undefined => {
        const own = devnet.ledger.live(id);
        return inputs.get(id) ?? (own?.kind === 'package' ? { ...own, previousTransaction: genesis } : undefined);
      };
      const state = {
        height: 0,
        epoch,
        epochStartMs: 0n,
        referenceGasPrice: 1000n,
        chainIdentifier: '',
        live,
        at: live,
        isWrapped: () => false,
        lastVersion: (id: string) => inputs.get(id)?.version,
      };
      const executor = new Executor(state, { nitroRoot: '', print: () => {}, features: new Set() });
      const bytes = bcs.TransactionData.serialize(value).toBytes();
      const mode = { checks: true, mockGas: false, track: false };
      const { outcome } = executor.execute(decodeTransaction(bytes), [], mode);
      const prepared = prepareTransaction(outcome, state);
      assert.deepEqual(prepared.effects, bcs.TransactionEffects.serialize(effects).toBytes());
      const written = new Map(prepared.after.map((record) => [record.id, encodeObject(record)]));
      for (const object of outputObjects) {
        assert.deepEqual(written.get(recordFromBcs(object).id), bcs.Object.serialize(object).toBytes());
      }
      count++;
    }
    assert(count > 0, 'the checkpoint has transactions of users');
  });
});
