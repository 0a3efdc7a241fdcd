/** What a recipient on Sui can cost the host that delivers to it. */
import assert from 'node:assert/strict';
import type { SuiGrpcClient } from '@mysten/sui/grpc';
import { Ed25519Keypair } from '@mysten/sui/keypairs/ed25519';
import { Transaction, type TransactionDataBuilder } from '@mysten/sui/transactions';
import { deriveDynamicFieldID } from '@mysten/sui/utils';
import { Inbox, RecipientDiscovery } from '../../prover/bindings/sui/corridor.ts';
import { SuiDestination } from '../../prover/host/destinations/sui.ts';
import type { StoredMessage } from '../../prover/host/store/rows.ts';
import { encodeMessage, statementDigest, toHex } from '../../prover/protocol/index.ts';
import { EVM, message, statementOf, SUI } from './support.ts';

const id = (byte: number): `0x${string}` => `0x${byte.toString(16).padStart(2, '0').repeat(32)}`;
const [PACKAGE, INBOX, REGISTRY, RECIPIENT] = [id(0xc0), id(0xb0), id(0xe0), id(0xdd)];
const RECORD = deriveDynamicFieldID(RECIPIENT, `${PACKAGE}::recipient::DiscoveryKey`, Uint8Array.of(0));

/** Messages to one recipient; only the host is looked at, so that their lane need not be that of a statement. */
function messages(count: number, executionGas: number): StoredMessage[] {
  return Array.from({ length: count }, (_, n) => {
    const sent = message(n);
    const encoded = encodeMessage({
      kind: 0,
      originChain: EVM,
      destinationChain: SUI,
      nonce: sent.nonce,
      sender: Uint8Array.from([...new Uint8Array(12), ...new Uint8Array(20).fill(1)]),
      recipient: new Uint8Array(32).fill(0xdd),
      executionGas,
      body: Uint8Array.of(n),
    });
    return { ...sent, encoded };
  });
}

describe('a recipient on Sui', () => {
  const budgets: bigint[] = [];
  /** Index of the command that fails where it is executed, of all there are; undefined where none does. */
  let failing: (commands: number) => number | undefined | 'nowhere' = () => 'nowhere';

  const table = (byte: number) => ({ id: id(byte), size: 0n });
  const node = {
    core: {
      resolveTransactionPlugin: () => async (data: TransactionDataBuilder, _: unknown, next: () => Promise<void>) => {
        data.gasData.price = '1000';
        data.gasData.payment = [{ objectId: id(1), version: '1', digest: '11111111111111111111111111111111' }];
        data.inputs = data.inputs.map((input) =>
          input.UnresolvedObject
            ? {
                $kind: 'Object',
                Object: {
                  $kind: 'SharedObject',
                  SharedObject: { objectId: input.UnresolvedObject.objectId, initialSharedVersion: '1', mutable: true },
                },
              }
            : input,
        );
        await next();
      },
    },
    getObject: async () => ({
      object: {
        owner: { $kind: 'Shared' },
        content: Inbox.serialize({
          id: INBOX,
          chain: SUI,
          origins: table(2),
          kept: table(3),
          voided: table(4),
          voids: 0n,
          spent: table(5),
        }).toBytes(),
      },
    }),
    getObjects: async ({ objectIds }: { objectIds: string[] }) => {
      // No nonce is spent.
      if (objectIds[0] !== RECORD) return { objects: [new Error('not there')] };
      const record = { package: id(7), module_name: 'm', function: 'f', type_arguments: [], objects: [] };
      const [key, value] = [Uint8Array.of(0), RecipientDiscovery.serialize(record).toBytes()];
      return { objects: [{ content: Uint8Array.from([...new Uint8Array(32), ...key, ...value]) }] };
    },
    signAndExecuteTransaction: async ({ transaction }: { transaction: Uint8Array }) => {
      const data = Transaction.from(transaction).getData();
      const isDelivery = data.commands.some(({ MoveCall }) => MoveCall?.function === 'f');
      const gasUsed = { computationCost: '1', storageCost: '0', storageRebate: '0' };
      const done = { $kind: 'Transaction', Transaction: { digest: 'digest', effects: { gasUsed } } };
      if (!isDelivery) return done;
      budgets.push(BigInt(data.gasData.budget!));
      const command = failing(data.commands.length);
      if (command === 'nowhere') return done;
      const error = {
        $kind: 'InsufficientGas',
        message: 'InsufficientGas',
        ...(command === undefined ? {} : { command }),
      };
      return { $kind: 'FailedTransaction', FailedTransaction: { status: { success: false, error } } };
    },
  } as unknown as SuiGrpcClient;

  const deliver = async (sent: StoredMessage[], isRetry = false) => {
    budgets.length = 0;
    const destination = new SuiDestination({
      chain: SUI,
      nodes: [node],
      packageId: PACKAGE,
      inbox: INBOX,
      registry: REGISTRY,
      signer: Ed25519Keypair.generate(),
      startHeight: 0n,
    });
    const statement = statementOf(sent.map((one, n) => ({ ...one, id: message(n).id })));
    const proven = { digest: statementDigest(statement), statement, signatures: new Uint8Array(65), messages: sent };
    return destination.submit(
      proven,
      sent.map((_, i) => i),
      isRetry,
    );
  };
  const paid = (outcomes: Awaited<ReturnType<typeof deliver>>['outcomes']): string[] =>
    outcomes.map((outcome) => `${outcome.kind}${outcome.kind === 'failed' && outcome.isPaid ? ' paid' : ''}`);

  it('gets what its messages promise of gas, and not more', async () => {
    failing = () => 'nowhere';
    await deliver(messages(1, 0));
    assert.deepEqual(budgets, [60_000_000n]);
    await deliver(messages(3, 200_000));
    assert.deepEqual(budgets, [50_000_000n + 3n * 30_000_000n]);
    await deliver(messages(1, 0xffff_ffff));
    assert.deepEqual(budgets, [2_000_000_000n], 'never above what the operator allows');
  });

  it('that fails in a block alone is tried once with all its messages and once with each', async () => {
    failing = (commands) => commands - 1;
    const { outcomes } = await deliver(messages(5, 200_000), true);
    assert.deepEqual(paid(outcomes), Array<string>(5).fill('failed paid'));
    assert.equal(budgets.length, 5);
    assert.ok(
      budgets.slice(1).every((budget) => budget === 80_000_000n),
      String(budgets),
    );
    assert.deepEqual(
      outcomes.map((outcome) => toHex(outcome.id)).sort(),
      messages(5, 0)
        .map((m) => toHex(m.id))
        .sort(),
    );
  });

  it('is what has failed, where the chain names nothing', async () => {
    failing = () => undefined;
    const { outcomes, trouble } = await deliver(messages(2, 200_000), true);
    assert.equal(trouble, undefined);
    assert.deepEqual(paid(outcomes), ['failed paid', 'failed paid']);
  });
});
