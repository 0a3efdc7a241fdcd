import assert from 'node:assert/strict';
import { Transaction } from '@mysten/sui/transactions';
import { decodeFunctionData } from 'viem';
import { inboxAbi } from '../../prover/bindings/evm/index.ts';
import { concat, fromHex, hash, toHex } from '../../prover/protocol/index.ts';
import { checkProof, createCorridor, proofFromRun, type Proof } from '../../prover/sdk/index.ts';
import { findStatement } from '../../prover/sdk/proof.ts';
import { deploymentOf, EVM, runOf, signedProof, SUI } from './support.ts';

const deployment = deploymentOf();
const made = runOf(5, deployment);
const proof = signedProof(made, 3);
/** Every request would fail: nothing here may ask a chain. */
const deaf = {
  request: () => {
    throw new Error('a chain was asked');
  },
} as never;
const corridor = createCorridor(deployment, { clients: { [String(EVM)]: deaf, [String(SUI)]: deaf } });

describe('a proof', () => {
  it('becomes the call that delivers its message', () => {
    const { to, data, value } = corridor.deliveryCall(proof);
    assert.deepEqual([to, value], [deployment.chains[0]!.inbox, 0n]);
    const { functionName, args } = decodeFunctionData({ abi: inboxAbi, data });
    const { statement, signatures, index, siblings, encoded } = proof;
    const expected = [toHex(statement), toHex(signatures), index, toHex(siblings), toHex(encoded)];
    assert.deepEqual([functionName, args], ['deliverOne', expected]);
  });

  it('is made of the messages of a run, without signatures', () => {
    for (const { messageId } of made.run) checkProof(proofFromRun(made.statement, made.run, messageId));
    const unsigned = proofFromRun(made.statement, made.run, proof.messageId);
    assert.deepEqual(unsigned, { ...proof, signatures: new Uint8Array() });
    const other = `0x${'00'.repeat(32)}` as const;
    assert.throws(() => proofFromRun(made.statement, made.run, other), { code: 'Contradiction' });
    const few = made.run.slice(1);
    assert.throws(() => proofFromRun(made.statement, few, proof.messageId), { code: 'Contradiction' });
    const swapped = [made.run[1]!, made.run[0]!, ...made.run.slice(2)];
    assert.throws(() => proofFromRun(made.statement, swapped, proof.messageId), { code: 'Contradiction' });
  });

  const changed = (bytes: Uint8Array, at: number): Uint8Array => bytes.map((byte, i) => (i === at ? byte ^ 1 : byte));
  const none = new Uint8Array();
  const WRONG: readonly [what: string, change: Partial<Proof>, code: string][] = [
    ['a sibling is another', { siblings: changed(proof.siblings, 40) }, 'InvalidProof'],
    ['a sibling is missing', { siblings: proof.siblings.slice(32) }, 'InvalidProofLength'],
    ['the index is another', { index: 2 }, 'Contradiction'],
    ['the index is none', { index: Number.NaN }, 'Contradiction'],
    ['the message is another', { encoded: changed(proof.encoded, proof.encoded.length - 1) }, 'Contradiction'],
    ['the id is another', { messageId: made.run[2]!.messageId }, 'Contradiction'],
    ['the root is another', { statement: changed(proof.statement, 180) }, 'InvalidProof'],
    ['the statement is cut', { statement: proof.statement.slice(1) }, 'InvalidStatementLength'],
    ['the statement is of another outbox', { statement: changed(proof.statement, 50) }, 'Contradiction'],
    [
      'the statement is for another inbox',
      { statement: changed(proof.statement, 100), signatures: none },
      'Contradiction',
    ],
    ['a signature is cut', { signatures: proof.signatures.slice(1) }, 'InvalidSignatureLength'],
    [
      'a signature is twice there',
      { signatures: concat(proof.signatures, proof.signatures.slice(65)) },
      'UnorderedSigners',
    ],
  ];

  for (const [what, change, code] of WRONG) {
    it(`is refused before a transaction is built of it: ${what}`, async () => {
      const wrong = { ...proof, ...change };
      const isIt = (error: Error & { code?: string }): boolean => (error.code ?? error.name) === code;
      assert.throws(() => corridor.deliveryCall(wrong), isIt);
      const tx = new Transaction();
      await assert.rejects(corridor.addDelivery(tx, wrong), isIt);
      assert.deepEqual(tx.getData().commands, []);
    });
  }

  it('is no delivery on a chain that it is not for', async () => {
    await assert.rejects(corridor.addDelivery(new Transaction(), proof), { code: 'UnknownChain' });
  });
});

describe('a statement in a transaction', () => {
  it('is found by its digest wherever it stands, behind false starts too', () => {
    const { statement } = made;
    const digest = hash(statement);
    const decoy = changedRoot(statement);
    const around = concat(Uint8Array.of(1, 2, statement[0]!), decoy, statement, new Uint8Array(7));
    assert.deepEqual(findStatement(around, digest), statement);
    assert.equal(findStatement(concat(decoy, fromHex('0x00')), digest), undefined);
    assert.equal(findStatement(statement.slice(0, 203), digest), undefined);
    assert.equal(findStatement(new Uint8Array(), digest), undefined);
  });

  function changedRoot(statement: Uint8Array): Uint8Array {
    const copy = statement.slice();
    copy[200] = copy[200]! ^ 1;
    return copy;
  }
});
