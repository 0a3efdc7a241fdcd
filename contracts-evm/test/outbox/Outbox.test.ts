import assert from 'node:assert/strict';
import {
  encodeAbiParameters,
  keccak256,
  pad,
  parseEther,
  size,
  zeroAddress,
  type Address,
  type Hex,
  type TransactionReceipt,
} from 'viem';
import { eventsOf } from '../harness/chain.ts';
import { bytes, bytes32, encodeMessage, messageId } from '../harness/fixtures.ts';
import { createWorld, FAR_CHAIN, nonceOf, type World } from '../harness/world.ts';

const DAY = 86_400;
const RECIPIENT = bytes32('far recipient');
const BODY = bytes('body', 64);
/** 1,000 for the message, 10 for a byte of the body, 3 for a unit of gas. */
const FEES = { base: 1_000n, perByte: 10, perGas: 3 };
const FEE = 1_000n + 64n * 10n + 200_000n * 3n;
/** An EVM chain without a lane. */
const OTHER_CHAIN = 10n;

describe('Outbox', () => {
  let world: World;
  before(async () => {
    world = await createWorld();
  });

  const send = (body: Hex = BODY, gas = 200_000): readonly unknown[] => [FAR_CHAIN, RECIPIENT, gas, body];

  it('numbers messages without gaps and emits the bytes of section 4', async () => {
    const { outbox, anyone, chain } = world;
    await chain.undone(async () => {
      for (let i = 0; i < 3; i++) {
        const body = bytes(`body ${i}`, 64 + i);
        const value = await outbox.read('quote', [FAR_CHAIN, size(body), 200_000]);
        const receipt = await outbox.send('send', send(body), { from: anyone, value });
        const message = encodeMessage({
          originChain: 31_337n,
          destinationChain: FAR_CHAIN,
          nonce: nonceOf(i),
          sender: pad(anyone.toLowerCase() as Address),
          recipient: RECIPIENT,
          executionGas: 200_000,
          body,
        });
        const id = messageId(31_337n, pad(outbox.address), message);
        const args = { messageId: id, destinationChain: FAR_CHAIN, message };
        assert.deepEqual(eventsOf(receipt, outbox), [{ name: 'MessageSent', args }]);
      }
      assert.deepEqual(await outbox.read('laneOf', [FAR_CHAIN]), [nonceOf(3), 0n, 0n, FEES]);
    });
  });

  it('gives back id and nonce', async () => {
    const [id, nonce] = await world.outbox.read('send', send(), { value: FEE });
    assert.equal(size(id), 32);
    assert.equal(nonce, nonceOf(0));
  });

  it('quotes base, bytes and gas, and takes exactly that', async () => {
    const { outbox } = world;
    assert.equal(await outbox.read('quote', [FAR_CHAIN, 0, 0]), 1_000n);
    assert.equal(await outbox.read('quote', [FAR_CHAIN, 64, 200_000]), FEE);
    assert.equal(await outbox.read('quote', [FAR_CHAIN, 8192, 4_294_967_295]), 1_000n + 81_920n + 3n * 4_294_967_295n);
    for (const value of [0n, FEE - 1n, FEE + 1n]) {
      assert.deepEqual(await outbox.refuses('WrongFee', 'send', send(), { value }), [FEE, value]);
    }
    await outbox.refuses('InvalidMessageLength', 'quote', [FAR_CHAIN, 8193, 0]);
    await outbox.refuses('UnknownLane', 'quote', [OTHER_CHAIN, 0, 0]);
  });

  it('quotes the highest fees of the longest message without overflow', async () => {
    const { outbox, chain, govern } = world;
    await chain.undone(async () => {
      const fees = { base: (1n << 64n) - 1n, perByte: 2 ** 48 - 1, perGas: 2 ** 40 - 1 };
      await govern(outbox, 'setFees', [FAR_CHAIN, fees]);
      const expected = fees.base + 8192n * BigInt(fees.perByte) + 4_294_967_295n * BigInt(fees.perGas);
      assert.equal(await outbox.read('quote', [FAR_CHAIN, 8192, 4_294_967_295]), expected);
      assert.deepEqual(await outbox.read('laneOf', [FAR_CHAIN]), [nonceOf(0), 0n, 0n, fees]);
    });
  });

  it('refuses where no lane leads', async () => {
    assert.deepEqual(await world.outbox.refuses('UnknownLane', 'send', [OTHER_CHAIN, RECIPIENT, 0, '0x']), [
      OTHER_CHAIN,
    ]);
    await world.outbox.refuses('UnknownLane', 'send', [0n, RECIPIENT, 0, '0x']);
  });

  it('refuses messages that break the rules of section 4', async () => {
    const { outbox } = world;
    const body = bytes('body', 8193);
    const value = 1_000n + 81_930n;
    await outbox.refuses('InvalidMessageLength', 'send', send(body, 0), { value });
    await outbox.refuses(
      'InvalidMessageRecipient',
      'send',
      [FAR_CHAIN, bytes32('').replace(/./g, (c, i) => (i < 2 ? c : '0')), 0, '0x'],
      {
        value: 1_000n,
      },
    );
  });

  it('promises at most ten million gas on an EVM chain, and hints anything on Sui', async () => {
    const { outbox, chain, govern } = world;
    await chain.undone(async () => {
      await govern(outbox, 'openLane', [OTHER_CHAIN, { base: 0n, perByte: 0, perGas: 0 }]);
      const to = pad(outbox.address);
      assert.deepEqual(await outbox.refuses('ExecutionGasTooHigh', 'send', [OTHER_CHAIN, to, 10_000_001, '0x']), [
        10_000_001n,
        10_000_000n,
      ]);
      await outbox.send('send', [OTHER_CHAIN, to, 10_000_000, '0x']);
      const value = await outbox.read('quote', [FAR_CHAIN, 0, 4_294_967_295]);
      await outbox.send('send', [FAR_CHAIN, RECIPIENT, 4_294_967_295, '0x'], { value });
    });
  });

  it('opens lanes once, to other chains only', async () => {
    const { outbox, governance: from } = world;
    await outbox.refuses('LaneKnown', 'openLane', [FAR_CHAIN, FEES], { from });
    for (const chain of [0n, 31_337n, 1n << 60n])
      await outbox.refuses('InvalidLane', 'openLane', [chain, FEES], { from });
    for (const name of ['raiseGeneration', 'resumeLane', 'allowLanePause', 'pauseLane']) {
      const role = name === 'pauseLane' || name === 'resumeLane' ? world.guardian : from;
      await outbox.refuses('UnknownLane', name, [OTHER_CHAIN], { from: role });
    }
    await outbox.refuses('UnknownLane', 'setFees', [OTHER_CHAIN, FEES], { from });
  });

  it('starts a sequence anew with each generation, and ends with the last', async () => {
    const { outbox, chain, govern, governance: from } = world;
    await chain.undone(async () => {
      await outbox.send('send', send(), { value: FEE });
      const receipt = await govern(outbox, 'raiseGeneration', [FAR_CHAIN]);
      assert.deepEqual(eventsOf(receipt, outbox), [
        { name: 'GenerationRaised', args: { destinationChain: FAR_CHAIN, firstNonce: nonceOf(0, 2) } },
      ]);
      const [, nonce] = await outbox.read('send', send(), { value: FEE });
      assert.equal(nonce, nonceOf(0, 2));
      // The lane's slot with the last generation, then with its last sequence: 65,535 raises and 2^48 messages are too many.
      await setNextNonce((0xffffn << 48n) | 5n);
      await outbox.refuses('NonceOverflow', 'raiseGeneration', [FAR_CHAIN], { from });
      await setNextNonce((1n << 48n) | 0xffff_ffff_fffen);
      await outbox.send('send', send(), { value: FEE });
      // The last sequence is sent, and nothing after it until governance raises the generation.
      const last = await outbox.send('send', send(), { value: FEE });
      assert.equal(nonceIn(last), nonceOf(0xffff_ffff_ffffn));
      assert.deepEqual(await outbox.refuses('NonceOverflow', 'send', send(), { value: FEE }), [
        nonceOf(0xffff_ffff_ffffn),
        1n,
      ]);
      await world.guard(outbox, 'pauseLane', [FAR_CHAIN]);
      assert.deepEqual((await outbox.read('laneOf', [FAR_CHAIN])).slice(0, 2), [
        nonceOf(0xffff_ffff_ffffn),
        BigInt((await chain.now()) + 5 * DAY),
      ]);
      await world.guard(outbox, 'resumeLane', [FAR_CHAIN]);
      await outbox.refuses('NonceOverflow', 'send', send(), { value: FEE });
      await govern(outbox, 'raiseGeneration', [FAR_CHAIN]);
      assert.equal(nonceIn(await outbox.send('send', send(), { value: FEE })), nonceOf(0, 2));
    });
  });

  /** The nonce of the message that a receipt says was sent. */
  const nonceIn = (receipt: TransactionReceipt): bigint => {
    const message = eventsOf(receipt, world.outbox)[0]!.args.message as Hex;
    return BigInt(`0x${message.slice(2 + 36, 2 + 52)}`);
  };

  /** Writes the next nonce of the far lane into storage; finds its slot by what the lane says. */
  async function setNextNonce(nonce: bigint): Promise<void> {
    const { outbox, chain } = world;
    for (let slot = 0n; slot < 8n; slot++) {
      const place = keccak256(encodeAbiParameters([{ type: 'uint64' }, { type: 'uint256' }], [FAR_CHAIN, slot]));
      const before = BigInt((await chain.client.getStorageAt({ address: outbox.address, slot: place })) ?? 0);
      const [current] = await outbox.read('laneOf', [FAR_CHAIN]);
      if (before >> 192n !== current) continue;
      const value = (nonce << 192n) | (before & ((1n << 192n) - 1n));
      await chain.testClient.setStorageAt({
        address: outbox.address,
        index: place,
        value: pad(`0x${value.toString(16)}`),
      });
      return;
    }
    assert.fail('the slot of the lane was not found');
  }

  it('pauses for five days, then not for a week unless governance allows it', async () => {
    const { outbox, chain, guard, govern, guardian: from } = world;
    await chain.undone(async () => {
      await outbox.send('send', send(), { value: FEE });
      await guard(outbox, 'pauseLane', [FAR_CHAIN]);
      const start = await chain.now();
      assert.deepEqual(await outbox.refuses('LanePaused', 'send', send(), { value: FEE }), [
        FAR_CHAIN,
        BigInt(start + 5 * DAY),
      ]);
      assert.deepEqual(await outbox.refuses('PauseCoolingDown', 'pauseLane', [FAR_CHAIN], { from }), [
        BigInt(start + 12 * DAY),
      ]);
      await chain.pass(5 * DAY);
      // What was open before is open after: the nonce goes on (INV-25).
      const [, nonce] = await outbox.read('send', send(), { value: FEE });
      assert.equal(nonce, nonceOf(1));
      await outbox.refuses('PauseCoolingDown', 'pauseLane', [FAR_CHAIN], { from });
      await chain.undone(async () => {
        await chain.pass(7 * DAY);
        await guard(outbox, 'pauseLane', [FAR_CHAIN]);
      });
      await govern(outbox, 'allowLanePause', [FAR_CHAIN]);
      await guard(outbox, 'pauseLane', [FAR_CHAIN]);
      await govern(outbox, 'resumeLane', [FAR_CHAIN]);
      await outbox.send('send', send(), { value: FEE });
      await outbox.refuses('PauseCoolingDown', 'pauseLane', [FAR_CHAIN], { from });
    });
  });

  it('hands all fees to the sink, whoever calls', async () => {
    const { outbox, chain, feeSink, anyone } = world;
    await chain.undone(async () => {
      await outbox.send('send', send(), { value: FEE });
      await outbox.send('send', send(), { value: FEE });
      const before = await chain.client.getBalance({ address: feeSink });
      const receipt = await outbox.send('collectFees', [], { from: anyone });
      assert.deepEqual(eventsOf(receipt, outbox), [{ name: 'FeesCollected', args: { feeSink, value: 2n * FEE } }]);
      assert.equal(await chain.client.getBalance({ address: feeSink }), before + 2n * FEE);
      assert.equal(await chain.client.getBalance({ address: outbox.address }), 0n);
    });
  });

  it('loses no fees to a sink that takes none', async () => {
    const { outbox, chain, govern } = world;
    await chain.undone(async () => {
      await outbox.send('send', send(), { value: FEE });
      const sink = await chain.deploy('RefusingSink');
      await govern(outbox, 'setFeeSink', [sink.address]);
      await outbox.refuses('FeesRefused', 'collectFees');
      assert.equal(await chain.client.getBalance({ address: outbox.address }), FEE);
      await outbox.refuses('InvalidSink', 'setFeeSink', [zeroAddress], { from: world.governance });
    });
  });

  it('takes ether with a message only', async () => {
    const { chain, outbox } = world;
    await assert.rejects(
      chain.wallets[0]!.sendTransaction({ to: outbox.address, value: parseEther('1'), gas: 100_000n }),
    );
  });
});
