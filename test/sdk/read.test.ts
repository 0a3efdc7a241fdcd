import assert from 'node:assert/strict';
import { encodeAbiParameters, encodeEventTopics, encodeFunctionData, pad, toHex as numberHex, type Log } from 'viem';
import { inboxAbi } from '../../prover/bindings/evm/index.ts';
import { decodeMessage, fromHex, toHex } from '../../prover/protocol/index.ts';
import { createCorridor, type Hex } from '../../prover/sdk/index.ts';
import { EvmChain } from '../../prover/sdk/evm.ts';
import { SuiChain } from '../../prover/sdk/sui.ts';
import type { EvmPlace, SuiPlace } from '../../prover/sdk/index.ts';
import { deploymentOf, PAGE, runOf, SUI, vectors } from './support.ts';

const log = (address: string, topics: readonly string[], data: string): Log =>
  ({ address, topics, data, blockNumber: 7n, transactionHash: '0xaa', logIndex: 0 }) as unknown as Log;

describe('what was sent, as the SDK reads it', () => {
  it('is what the recorded logs of EVM say', () => {
    const cases = vectors('messageSent', 'messageSent.evm');
    assert.ok(cases.length > 5);
    for (const { id, in: given, out } of cases) {
      const [evm] = deploymentOf({ evm: given['outbox'] }).chains;
      const chain = new EvmChain(evm as EvmPlace, undefined as never, () => undefined);
      const ours = log(evm!.outbox, out!['topics'], out!['data']);
      const foreign = log(`0x${'11'.repeat(20)}`, out!['topics'], out!['data']);
      const sent = chain.parseSent([foreign, ours]);
      assert.deepEqual([sent.length, sent[0]!.messageId], [1, out!['topics'][1]], id);
      assert.deepEqual([toHex(sent[0]!.encoded), sent[0]!.height], [given['bytes'], 7n], id);
    }
  });

  it('is what the recorded events of Sui say', () => {
    const cases = vectors('messageSent', 'messageSent.sui');
    assert.ok(cases.length > 5);
    for (const { id, in: given, out } of cases) {
      const [, sui] = deploymentOf({ sui: given['outbox'] }).chains;
      const { originChain } = decodeMessage(fromHex(given['bytes']));
      const place = { ...(sui as SuiPlace), chain: originChain };
      const chain = new SuiChain(place, undefined as never, () => undefined);
      const event = { eventType: `${PAGE.package}::message_sent::MessageSent`, bcs: fromHex(out!['data']) };
      const [sent, ...others] = chain.parseSent(
        [{ ...event, eventType: `0x${'66'.repeat(32)}::message_sent::MessageSent` }, event],
        'digest',
      );
      // Outbox (32 bytes), a length, then the id.
      assert.deepEqual([others.length, sent!.messageId], [0, toHex(event.bcs.slice(33, 65))], id);
      assert.equal(toHex(sent!.encoded), given['bytes'], id);
      const other = new SuiChain({ ...place, outbox: `0x${'77'.repeat(32)}` }, undefined as never, () => undefined);
      assert.deepEqual(other.parseSent([event], 'digest'), []);
    }
  });
});

describe('what was received, as the SDK reads it', () => {
  const deployment = deploymentOf();
  const made = runOf(3, deployment);
  const [evm, sui] = deployment.chains;
  const outboxOf = (chain: bigint) => (chain === SUI ? fromHex(sui!.outbox) : undefined);
  const chain = new EvmChain(evm as EvmPlace, undefined as never, outboxOf);

  const topics = (eventName: 'MessageDelivered' | 'DeliveryFailed', messageId: Hex) =>
    encodeEventTopics({ abi: inboxAbi, eventName, args: { messageId } }) as Hex[];
  const delivered = (address: string, i: number): Log => {
    const { messageId, message } = made.run[i]!;
    const types = [{ type: 'uint64' }, { type: 'uint64' }] as const;
    const data = encodeAbiParameters(types, [message.originChain, message.nonce]);
    return log(address, topics('MessageDelivered', messageId), data);
  };

  it('is what the inbox logged, with the messages that the call shows', () => {
    const { messageId, message } = made.run[1]!;
    const types = [{ type: 'uint64' }, { type: 'uint64' }, { type: 'bytes' }] as const;
    const data = encodeAbiParameters(types, [message.originChain, message.nonce, '0xdead']);
    const failed = log(PAGE.inbox, topics('DeliveryFailed', messageId), data);
    const args = [toHex(made.statement), '0x', made.run.map(({ encoded }) => toHex(encoded))] as const;
    const input = encodeFunctionData({ abi: inboxAbi, functionName: 'deliver', args });
    const received = chain.parseReceived(
      [delivered(PAGE.inbox, 0), failed, delivered(`0x${'99'.repeat(20)}`, 2)],
      input,
    );
    assert.deepEqual(
      received.map(({ messageId: id, outcome, reason, message: shown }) => [id, outcome, reason, shown?.body]),
      [
        [made.run[0]!.messageId, 'delivered', undefined, Uint8Array.of(0)],
        [messageId, 'failed', '0xdead', Uint8Array.of(1)],
      ],
    );
  });

  it('shows no message that the call only pretends was delivered', () => {
    const forged = made.run[1]!.encoded.slice();
    forged[forged.length - 1] = 0xff;
    const args = [toHex(made.statement), '0x', 0, '0x', toHex(forged)] as const;
    const input = encodeFunctionData({ abi: inboxAbi, functionName: 'deliverOne', args });
    assert.equal(chain.parseReceived([delivered(PAGE.inbox, 1)], input)[0]!.message, undefined);
    // Another contract was called.
    assert.equal(chain.parseReceived([delivered(PAGE.inbox, 1)], '0x12345678')[0]!.outcome, 'delivered');
  });

  it('is what events of the package on Sui say', () => {
    const corridor = createCorridor(deployment, { clients: { [String(SUI)]: {} as never } });
    const id = `0x${'ab'.repeat(32)}` as Hex;
    const little = (value: bigint) => [...fromHex(pad(numberHex(value), { size: 8 }))].reverse();
    const bcs = Uint8Array.from([...fromHex(id), ...little(1n), ...little(5n), ...new Uint8Array(32)]);
    const events = [
      { eventType: `${PAGE.package}::inbox::MessageDelivered`, bcs },
      { eventType: `0x${'66'.repeat(32)}::inbox::MessageDelivered`, bcs },
    ];
    assert.deepEqual(corridor.parseReceived(SUI, { digest: 'digest', events }), [
      { messageId: id, originChain: 1n, nonce: 5n, transaction: 'digest', outcome: 'delivered' },
    ]);
  });
});
