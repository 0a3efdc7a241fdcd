/** The whole path on Sui: deployed, registered by real DCAP verification, sent, accepted, delivered. */
import assert from 'node:assert/strict';
import { decodeMessageSentEvent, encodeMessage, fromHex, toHex } from '../../../prover/protocol/index.ts';
import { Facts, Registry, Signer } from '../../../prover/bindings/sui/corridor.ts';
import { callRecipient, findRecipient } from '../../../prover/bindings/sui/discovery.ts';
import { addressKey, readObject, readTable } from '../../../prover/bindings/sui/read.ts';
import { hash } from '../../../prover/protocol/hash.ts';
import { createCorridor, parseDeployment, type Proof } from '../../../prover/sdk/index.ts';
import { Network, ORIGIN_CHAIN, ORIGIN_OUTBOX, type Run } from './network.ts';

describe('Corridor on Sui: from set-up to delivery', function () {
  this.timeout(180_000);
  let network: Network;
  before(async () => void (network = await Network.start()));

  it('keys register with evidence that the chain verifies, and count', async () => {
    const { client } = network.context;
    const { value: registry } = await readObject(client, Registry, network.objects.registry);
    for (const [i, { signer, operator, machine, encryptionKey }] of network.enclaves.entries()) {
      const key = addressKey(toHex(signer));
      const record = await readTable(client, registry.signers, key, Signer);
      const expiresAt = String(network.now + 30 * 86_400);
      const [platform, place] = [i + 1, i + 1];
      assert.deepEqual(
        { ...record, expires_at: undefined },
        { expires_at: undefined, epoch: 0, platform, operator: place, vendor: 1, status: 1 },
      );
      // Collateral of the simulated vendor ends with the full hour before, 30 days later.
      assert(BigInt(record!.expires_at) <= BigInt(expiresAt));
      const facts = await readTable(client, registry.facts, key, Facts);
      assert.equal(facts!.operator, operator.cap);
      assert.equal(facts!.platform_id, toHex(hash(machine.ppid)));
      assert.equal(facts!.encryption_key, toHex(encryptionKey));
      assert.equal(facts!.tcb_status, 1);
    }
  });

  it('a message is sent, and its event is what enclaves read', async () => {
    const { outbox } = network.calls.corridor;
    const made = await network.ok((tx) => {
      tx.transferObjects([outbox.newSender(tx)], network.context.signer.toSuiAddress());
    });
    const cap = Object.entries(made.types).find(([, type]) => type.endsWith('::outbox::SenderCap'))![0];
    const body = new TextEncoder().encode('to Ethereum');
    const recipient = `0x${'0'.repeat(24)}${'b'.repeat(40)}`;
    const sent = await network.ok((tx) => {
      const fee = 1000 + 10 * body.length + 200_000;
      const [coin] = tx.splitCoins(tx.gas, [fee]);
      outbox.send(tx, {
        self: network.objects.outbox,
        cap,
        destinationChain: ORIGIN_CHAIN,
        recipient,
        executionGas: 200_000,
        body,
        fee: coin!,
      });
    });
    const name = `${network.deployment.packages.corridor.id}::message_sent::MessageSent`;
    const event = sent.events.find(({ eventType }) => eventType === name)!;
    const { message } = decodeMessageSentEvent(network.chain, fromHex(network.objects.outbox), event.bcs);
    assert.equal(toHex(message.sender), cap);
    assert.equal(toHex(message.recipient), recipient);
    assert.equal(message.nonce, 1n << 48n);
    assert.deepEqual(message.body, body);
  });

  it('a run is accepted by a quorum and delivered, each message once', async () => {
    const run = network.run([0, 1, 2].map((i) => network.message(i)));
    const ran = await network.ok((tx) => network.deliverRun(tx, run));
    assert.deepEqual(
      network.delivered(ran).map(({ message_id }) => message_id),
      run.ids.map(toHex),
    );
    await network.refuses('AlreadyDelivered', (tx) => network.deliverRun(tx, run));
  });

  it('one message is delivered with a proof, and the others later from the kept root', async () => {
    const { inbox } = network.calls.corridor;
    const run = network.run([3, 4, 5, 6, 7].map((i) => network.message(i)));
    await network.ok((tx) => {
      const accepted = network.accept(tx, run, network.sign(run));
      network.deliver(tx, accepted, run, 2);
      inbox.keep(tx, { self: network.objects.inbox, accepted });
    });
    await network.ok((tx) => {
      const accepted = inbox.restore(tx, { self: network.objects.inbox, statement: run.encoded });
      for (const index of [0, 1, 3, 4]) network.deliver(tx, accepted, run, index);
    });
  });

  it('a relayer finds what a recipient wants called, and delivers by that alone', async () => {
    const { echo, deployment, context, calls } = network;
    const recipient = toHex(echo.recipient);
    const find = () => findRecipient(context.client, deployment.packages.corridor.id, recipient);
    assert.deepEqual(await find(), { reason: 'the recipient has published no discovery record' });
    await network.ok((tx) => {
      tx.moveCall({
        target: `${echo.packageId}::echo::publish`,
        arguments: [
          tx.object(echo.object),
          tx.pure.address(echo.packageId),
          tx.pure.vector('id', [echo.object]),
          tx.pure.vector('bool', [false]),
        ],
      });
    });
    const found = await find();
    assert('target' in found);
    assert.deepEqual(
      found.objects.map(({ kind, objectId }) => [kind, objectId]),
      [['shared', echo.object]],
    );
    const run = network.run([network.message(9)]);
    const ran = await network.ok((tx) => {
      const delivery = calls.corridor.inbox.deliver(tx, {
        self: network.objects.inbox,
        registry: network.objects.registry,
        accepted: network.accept(tx, run, network.sign(run)),
        index: 0,
        proof: run.proof(0),
        message: network.moveMessage(tx, run.messages[0]!),
      });
      callRecipient(tx, found, delivery);
    });
    assert.equal(network.delivered(ran)[0]?.recipient, recipient);
  });

  it('what the SDK adds delivers one message, and keeps the root for the others where it is asked to', async () => {
    const { objects, deployment, context } = network;
    const nobody = `0x${'0e'.repeat(20)}`;
    const places = [
      {
        ...{ kind: 'evm', chain: String(ORIGIN_CHAIN), registry: nobody, inbox: nobody },
        outbox: toHex(ORIGIN_OUTBOX.slice(12)),
      },
      { kind: 'sui', chain: String(network.chain), package: deployment.packages.corridor.id, ...objects },
    ];
    const corridor = createCorridor(parseDeployment({ chains: places }), {
      clients: { [String(network.chain)]: context.client },
    });
    const proofOf = (run: Run, index: number, signatures: Uint8Array): Proof => ({
      messageId: toHex(run.ids[index]!),
      encoded: encodeMessage(run.messages[index]!),
      ...{ statement: run.encoded, signatures, index, siblings: run.proof(index) },
    });
    const none = new Uint8Array();
    const [kept, forgotten] = [
      [10, 11],
      [12, 13],
    ].map((sequences) => network.run(sequences.map((sequence) => network.message(sequence)))) as [Run, Run];

    const first = proofOf(kept, 0, network.sign(kept));
    const ran = await network.ok((tx) => corridor.addDelivery(tx, first, { keep: true }));
    assert.equal(network.delivered(ran)[0]?.message_id, first.messageId);
    const rest = await network.ok((tx) => corridor.addDelivery(tx, proofOf(kept, 1, none)));
    assert.equal(network.delivered(rest)[0]?.message_id, toHex(kept.ids[1]!));

    await network.ok((tx) => corridor.addDelivery(tx, proofOf(forgotten, 0, network.sign(forgotten))));
    await network.refuses('RootNotKept', (tx) => corridor.addDelivery(tx, proofOf(forgotten, 1, none)));
    const weak = network.sign(forgotten, network.enclaves.slice(0, 2));
    await network.refuses('QuorumNotReached', (tx) => corridor.addDelivery(tx, proofOf(forgotten, 1, weak)));
  });

  it('two signers of three do not suffice', async () => {
    const run = network.run([network.message(8)]);
    await network.refuses('QuorumNotReached', (tx) =>
      network.deliverRun(tx, run, network.sign(run, network.enclaves.slice(0, 2))),
    );
    await network.ok((tx) => network.deliverRun(tx, run, network.sign(run, network.enclaves.slice(2))));
  });
});
