/** The Move package on the local Sui network: published, filled and asked by transactions of a stock client. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { bcs } from '@mysten/sui/bcs';
import { Inputs, type Transaction, type TransactionResult } from '@mysten/sui/transactions';
import { sha256 } from '@noble/hashes/sha2.js';
import { buildPackage } from '../../localnet/sui/build/builder.ts';
import { CASE_TIME, draftOf, issue } from '../../localnet/tee/misbehave/index.ts';
import { toHex } from '../../prover/protocol/bytes.ts';
import { DCAP_RULES, readCertificate } from '../../prover/protocol/dcap/index.ts';
import { created, World } from '../sui/execution/harness.ts';

const NUMBER = 19;
const { collateral, evidence, rootFingerprint } = issue(draftOf('tdx4'));

/** A document as a pure argument: words of 32 bytes, as `vector<u256>` has them. */
function words(tx: Transaction, document: Uint8Array) {
  const count = Math.ceil(document.length / 32);
  const padded = new Uint8Array(count * 32);
  padded.set(document);
  const list = Array.from({ length: count }, (_, i) => BigInt(toHex(padded.slice(32 * i, 32 * i + 32).reverse())));
  return tx.pure(bcs.vector(bcs.u256()).serialize(list));
}

describe('DCAP in Move: on the local network', function () {
  this.timeout(120_000);
  let world: World;
  let target: (name: string) => `${string}::${string}::${string}`;
  let storeId: string;

  const bytes = (tx: Transaction, value: Uint8Array) => tx.pure.vector('u8', [...value]);
  const store = (tx: Transaction, mutable: boolean) => {
    const { owner } = world.object(storeId);
    assert(owner.$kind === 'Shared');
    return tx.object(Inputs.SharedObjectRef({ objectId: storeId, mutable, ...owner.Shared }));
  };
  const clock = (tx: Transaction) =>
    tx.object(Inputs.SharedObjectRef({ objectId: '0x6', initialSharedVersion: 1, mutable: false }));
  const verify = (tx: Transaction, input: Uint8Array): TransactionResult =>
    tx.moveCall({
      target: target('dcap::verify'),
      arguments: [store(tx, false), bytes(tx, input), tx.pure.u32(NUMBER), clock(tx)],
    });

  before(async () => {
    world = await World.create({ startMs: BigInt(CASE_TIME) * 1000n });
    const { id } = await world.publish(
      await buildPackage(path.resolve(import.meta.dirname, '../../contracts-move/dcap')),
    );
    target = (name) => `${id}::${name}` as `${string}::${string}::${string}`;
  });

  it('all collateral is uploaded in one transaction', async () => {
    const ran = await world.ok((tx) => {
      const made = tx.moveCall({
        target: target('collateral::new'),
        arguments: [tx.pure.address(toHex(rootFingerprint))],
      });
      tx.moveCall({ target: target('collateral::share'), arguments: [made] });
    });
    [storeId = ''] = created(world, ran, 'CollateralStore');
    const signer = toHex(sha256(collateral.tcbInfoSigner));
    const uploaded = await world.ok((tx) => {
      const at = clock(tx);
      const into = store(tx, true);
      const upload = (name: string, ...args: Parameters<Transaction['moveCall']>[0]['arguments'] & object): void =>
        void tx.moveCall({ target: target(`collateral::${name}`), arguments: [into, ...args, at] });
      upload('upload_root', bytes(tx, collateral.root));
      upload('upload_root_crl', bytes(tx, collateral.rootCrl));
      upload('upload_tcb_signer', bytes(tx, collateral.tcbInfoSigner));
      const draft = tx.moveCall({ target: target('tcb_info_draft::new') });
      const { tcbInfo, tcbInfoSignature, qeIdentity, qeIdentitySignature } = collateral;
      const ofDraft = (name: string, ...args: Parameters<Transaction['moveCall']>[0]['arguments'] & object): void =>
        void tx.moveCall({ target: target(`tcb_info_draft::${name}`), arguments: [draft, ...args] });
      ofDraft('append', words(tx, tcbInfo));
      const signature = bytes(tx, tcbInfoSignature);
      ofDraft('open', into, tx.pure.u64(tcbInfo.length), signature, tx.pure.address(signer), at);
      ofDraft('read', tx.pure.u64(337));
      ofDraft('admit', into, at);
      const qeSignature = bytes(tx, qeIdentitySignature);
      const length = tx.pure.u64(qeIdentity.length);
      upload('upload_qe_identity', words(tx, qeIdentity), length, qeSignature, tx.pure.address(signer));
      upload('upload_pck_ca', bytes(tx, collateral.pckCa));
      const { subjectKeyId } = readCertificate(collateral.pckCa, 'pckCa');
      upload('upload_pck_crl', bytes(tx, subjectKeyId), bytes(tx, collateral.pckCrl));
    });
    assert.equal(uploaded.committed.events.length, 7);
  });

  it('evidence is verified in a transaction, whose next command takes the report', async () => {
    const { report } = await world.ok((tx) => {
      const verified = verify(tx, evidence);
      tx.moveCall({ target: target('report::platform_id'), arguments: [verified] });
    });
    assert.ok(report.instructions <= 150_000, `${report.instructions} instructions`);
    // Of which the most are for reading the package, whose size is part of the price of every call.
    assert.ok(report.computationUnits <= 2_000, `${report.computationUnits} units`);
  });

  it('evidence that was changed fails with the number of the rule', async () => {
    const changed = evidence.slice();
    changed[700]! ^= 1;
    const { error } = await world.fails((tx) => void verify(tx, changed));
    assert.ok(JSON.stringify(error).includes(`"${DCAP_RULES.QeReportDataMismatch}"`), JSON.stringify(error));
  });

  it('a report cannot outlive its transaction', async () => {
    const { error } = await world.fails((tx) => {
      tx.transferObjects([verify(tx, evidence)], world.alice.toSuiAddress());
    });
    assert.match(JSON.stringify(error), /CommandArgumentError|TypeMismatch|InvalidTransferObject/);
  });
});
