/** THORChain, pNetwork 2021, Qubit 2022 and KelpDAO 2026: look-alike events, payment without funds, one verifier. */
import assert from 'node:assert/strict';
import { MessageSent, corridorCalls } from '../../../prover/bindings/sui/corridor.ts';
import { decodeMessageSentEvent, fromHex, ProtocolError, toHex } from '../../../prover/protocol/index.ts';
import { Network, ORIGIN_CHAIN } from '../../contracts/sui/network.ts';
import { network, secondDeployment } from './network.ts';

const RECIPIENT = `0x${'0'.repeat(24)}${'b'.repeat(40)}`;

describe('security on Sui: what looks like a message sent', function () {
  this.timeout(180_000);
  let net: Network;
  before(async () => void (net = await network()));

  const send = (calls: Network['calls']['corridor'], outbox: string, value: number) =>
    ((tx) => {
      const [fee] = tx.splitCoins(tx.gas, [value]);
      const cap = calls.outbox.newSender(tx);
      calls.outbox.send(tx, {
        self: outbox,
        cap,
        destinationChain: ORIGIN_CHAIN,
        recipient: RECIPIENT,
        executionGas: 0,
        body: new Uint8Array(),
        fee: fee!,
      });
      tx.transferObjects([cap], net.context.signer.toSuiAddress());
    }) satisfies Parameters<Network['ok']>[0];

  it('an event of another deployment is of another type and names another outbox', async () => {
    const other = await secondDeployment();
    const calls = corridorCalls(other.packages.corridor.id);
    const { events } = await net.ok(send(calls, other.objects.outbox, 1_000));
    const event = events.find(({ eventType }) => eventType.endsWith('::message_sent::MessageSent'))!;
    assert.notEqual(event.eventType, `${net.deployment.packages.corridor.id}::${MessageSent.name}`);
    assert.throws(
      () => decodeMessageSentEvent(net.chain, fromHex(net.objects.outbox), event.bcs),
      (error) => error instanceof ProtocolError && error.code === 'InvalidEventOutbox',
    );
  });

  it('the outbox of another deployment takes no call of this one', async () => {
    const other = await secondDeployment();
    const rule = await net.rule(send(net.calls.corridor, other.objects.outbox, 1_000));
    assert.match(rule ?? 'ok', /CommandArgumentError|TypeMismatch/);
  });

  it('a failed transaction announces nothing, and takes no nonce', async () => {
    const before = net.sent(await net.ok(send(net.calls.corridor, net.objects.outbox, 1_000)));
    await net.refuses('WrongFee', send(net.calls.corridor, net.objects.outbox, 999));
    await net.refuses('WrongFee', send(net.calls.corridor, net.objects.outbox, 0));
    const after = net.sent(await net.ok(send(net.calls.corridor, net.objects.outbox, 1_000)));
    const nonce = (sent: typeof before): bigint => BigInt(toHex(sent[0]!.message.slice(18, 26)));
    assert.equal(nonce(after), nonce(before) + 1n);
  });

  it('a fee in another coin is of another type', async () => {
    const rule = await net.rule((tx) => {
      const cap = net.calls.corridor.outbox.newSender(tx);
      net.calls.corridor.outbox.send(tx, {
        self: net.objects.outbox,
        cap,
        destinationChain: ORIGIN_CHAIN,
        recipient: RECIPIENT,
        executionGas: 0,
        body: new Uint8Array(),
        fee: tx.moveCall({ target: '0x2::coin::zero', typeArguments: [`${net.echo.packageId}::echo::Echo`] }),
      });
      tx.transferObjects([cap], net.context.signer.toSuiAddress());
    });
    assert.match(rule ?? 'ok', /CommandArgumentError|TypeMismatch/);
  });
});

describe('security on Sui: set-up and governance', function () {
  this.timeout(120_000);
  let net: Network;
  before(async () => void (net = await network()));

  it('the set-up is over: its capability is gone (Ronin 2024)', async () => {
    const other = await secondDeployment();
    const { objects } = await net.context.client.getObjects({ objectIds: [other.caps.setup] });
    assert(objects[0] instanceof Error, 'the capability exists');
  });

  it('a quorum of zero cannot be written down', async () => {
    const { origins } = net.calls.corridor;
    const schedule = (threshold: number, rest: number) => (tx: Parameters<typeof origins.scheduleSetPolicy>[0]) =>
      void origins.scheduleSetPolicy(tx, {
        authority: net.objects.authority,
        cap: net.deployment.capabilities.governance.id,
        chain: ORIGIN_CHAIN,
        threshold,
        operators: rest,
        platforms: rest,
        vendors: rest,
      });
    await net.refuses('InvalidPolicy', schedule(0, 0));
    await net.refuses('InvalidPolicy', schedule(3, 0));
    await net.ok(schedule(3, 3));
  });

  it('an upgrade of the package is impossible: nobody has its capability', async () => {
    const { objects } = await net.context.client.listOwnedObjects({
      owner: net.context.signer.toSuiAddress(),
      type: '0x2::package::UpgradeCap',
    });
    const { corridor, dcap, dcapEvidence } = net.deployment.packages;
    const ids = new Set([corridor.id, dcap.id, dcapEvidence.id]);
    for (const { objectId } of objects) {
      const { object } = await net.context.client.getObject({ objectId, include: { content: true } });
      // Id of the capability (32 bytes), then that of its package.
      assert(!ids.has(toHex(object.content.slice(32, 64))));
    }
    assert(objects.length > 0, 'the recipient of the tests can be upgraded');
  });
});
