/** Transactions that get stuck, are forgotten, or come too late, against a node that behaves as nodes do. */
import assert from 'node:assert/strict';
import { createPublicClient, custom, encodeErrorResult, parseTransaction, keccak256, type Hex } from 'viem';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { inboxAbi } from '../../prover/bindings/evm/index.ts';
import { EvmSender, type EvmSenderOptions } from '../../prover/host/destinations/evm-sender.ts';
import { until } from './support.ts';

const GWEI = 1_000_000_000n;
const INBOX = `0x${'11'.repeat(20)}` as const;

/** An EVM node with a pool of one account's transactions; a dearer one by a tenth takes another's place (as in geth). */
class Node {
  baseFee = GWEI;
  mined = 0;
  readonly pool = new Map<number, { hash: Hex; fee: bigint; to: string; data: Hex; gas: bigint }>();
  readonly blocks = new Map<Hex, { nonce: number; to: string; gas: bigint }>();
  /** What it says to estimates */
  refuses: string | undefined;
  gas = 100_000n;
  estimates = 0;
  /** Whether transactions get into blocks */
  isMining = true;
  /** Whether it takes transactions, and forgets them */
  isForgetful = false;

  readonly request = async ({ method, params }: { method: string; params?: unknown }): Promise<unknown> => {
    const [first] = (params ?? []) as [unknown];
    switch (method) {
      case 'eth_chainId':
        return '0x7a69';
      case 'eth_getBlockByNumber':
        return { baseFeePerGas: hex(this.baseFee), number: '0x1', transactions: [] };
      case 'eth_maxPriorityFeePerGas':
        return hex(GWEI);
      case 'eth_estimateGas':
        this.estimates++;
        if (this.refuses === undefined) return hex(this.gas);
        throw Object.assign(new Error('execution reverted'), {
          code: 3,
          data: encodeErrorResult({ abi: inboxAbi, errorName: this.refuses as never, args: [1n, 1n] as never }),
        });
      case 'eth_getTransactionCount': {
        const [, tag] = params as [string, string];
        let count = this.mined;
        while (tag === 'pending' && this.pool.has(count)) count++;
        return hex(BigInt(count));
      }
      case 'eth_sendRawTransaction':
        return this.#take(first as Hex);
      case 'eth_getTransactionReceipt':
        return this.#receipt(first as Hex);
      default:
        throw new Error(`no ${method} here`);
    }
  };

  #take(raw: Hex): Hex {
    const {
      nonce = 0,
      maxFeePerGas = 0n,
      to,
      data = '0x',
      gas = 0n,
    } = parseTransaction(raw) as never as {
      nonce?: number;
      maxFeePerGas?: bigint;
      to: string;
      data?: Hex;
      gas?: bigint;
    };
    const hash = keccak256(raw);
    if (this.isForgetful) return hash;
    if (nonce < this.mined) throw Object.assign(new Error('nonce too low'), { code: -32000 });
    const before = this.pool.get(nonce);
    if (before && maxFeePerGas * 10n < before.fee * 11n) {
      throw Object.assign(new Error('replacement transaction underpriced'), { code: -32000 });
    }
    this.pool.set(nonce, { hash, fee: maxFeePerGas, to, data, gas });
    if (this.isMining) this.mine();
    return hash;
  }

  /** Puts what is dear enough into a block, in the order of nonces. */
  mine(): void {
    for (let next = this.pool.get(this.mined); next && next.fee >= this.baseFee; next = this.pool.get(this.mined)) {
      this.pool.delete(this.mined);
      this.blocks.set(next.hash, { nonce: this.mined++, to: next.to, gas: next.gas });
    }
  }

  #receipt(hash: Hex): unknown {
    const found = this.blocks.get(hash);
    const { to } = found ?? {};
    return found ? { transactionHash: hash, status: '0x1', to, gasUsed: '0x5208', logs: [], blockNumber: '0x1' } : null;
  }
}

function hex(value: bigint): Hex {
  return `0x${value.toString(16)}`;
}

describe('sender of EVM transactions', () => {
  const account = privateKeyToAccount(generatePrivateKey());
  const senderOf = (node: Node, options: Partial<EvmSenderOptions> = {}): EvmSender =>
    new EvmSender({
      client: createPublicClient({ transport: custom(node as never, { retryCount: 0 }), cacheTime: 0 }),
      account,
      chainId: 31337,
      maxFeePerGas: 100n * GWEI,
      maxGas: 16_000_000n,
      stuckMilliseconds: 30,
      patienceMilliseconds: 5_000,
      pollMilliseconds: 5,
      ...options,
    });
  const call = (data: Hex) => ({ to: INBOX, data });

  it('gives each its nonce and a tenth more gas than it takes', async () => {
    const node = new Node();
    const sender = senderOf(node);
    const sent = await Promise.all(['0x01', '0x02', '0x03'].map((data) => sender.send(data, call(data as Hex))));
    assert.deepEqual(
      sent.map((one) => node.blocks.get(one!.receipt.transactionHash)),
      [0, 1, 2].map((nonce) => ({ nonce, to: INBOX, gas: 110_000n })),
    );
  });

  it('sends nothing where others have done it, where it is refused, takes too much, or is too dear', async () => {
    const node = new Node();
    const sender = senderOf(node);
    node.refuses = 'NothingToDeliver';
    assert.equal(await sender.send('a', call('0x01')), undefined);
    node.refuses = 'OriginPaused';
    await assert.rejects(sender.send('a', call('0x01')), { code: 'OriginPaused' });
    node.refuses = undefined;
    node.gas = 16_000_001n;
    await assert.rejects(sender.send('a', call('0x01')), { code: 'TooMuchGas' });
    node.gas = 100_000n;
    node.baseFee = 100n * GWEI;
    await assert.rejects(sender.send('a', call('0x01')), { code: 'GasTooDear' });
    assert.equal(node.blocks.size + node.pool.size, 0);
  });

  it('replaces one that has become too cheap by a dearer one of the same nonce', async () => {
    const node = new Node();
    node.isMining = false;
    const sender = senderOf(node);
    const sending = sender.send('a', call('0x01'));
    await until('it is in the pool', () => node.pool.size === 1);
    const [cheap] = [...node.pool.values()];
    node.baseFee = 10n * GWEI;
    node.isMining = true;
    const sent = await sending;
    assert.notEqual(sent!.receipt.transactionHash, cheap!.hash);
    assert.deepEqual([node.mined, node.blocks.size], [1, 1]);
  });

  it('never pays more than the most that it may', async () => {
    const node = new Node();
    node.isMining = false;
    const sender = senderOf(node, { maxFeePerGas: 4n * GWEI, patienceMilliseconds: 400 });
    await assert.rejects(sender.send('a', call('0x01')), { code: 'Pending' });
    assert.ok(node.pool.get(0)!.fee <= 4n * GWEI);
  });

  it('takes its nonce back by a transfer of nothing where others were faster', async () => {
    const node = new Node();
    node.isMining = false;
    const sender = senderOf(node);
    const sending = sender.send('a', call('0x01'));
    await until('it is in the pool', () => node.pool.size === 1);
    node.refuses = 'NothingToDeliver';
    await until('it is replaced', () => node.pool.get(0)?.to.toLowerCase() === account.address.toLowerCase());
    assert.equal(node.pool.get(0)!.gas, 21_000n);
    node.mine();
    assert.equal(await sending, undefined);
  });

  it('goes on waiting for what it has sent when it is asked again, and sends it no second time', async () => {
    const node = new Node();
    node.isMining = false;
    const sender = senderOf(node, { patienceMilliseconds: 1, stuckMilliseconds: 60_000 });
    await assert.rejects(sender.send('a', call('0x01')), { code: 'Pending' });
    // More signatures have come meanwhile: the same delivery, in other bytes.
    await assert.rejects(sender.send('a', call('0x02')), { code: 'Pending' });
    assert.deepEqual([node.pool.size, node.estimates], [1, 1]);
    node.mine();
    assert.equal((await sender.send('a', call('0x01')))!.receipt.status, 'success');
  });

  it('sends again what the node has forgotten', async () => {
    const node = new Node();
    node.isForgetful = true;
    const sender = senderOf(node);
    const sending = sender.send('a', call('0x01'));
    await until('it was sent', () => node.estimates > 0);
    node.isForgetful = false;
    assert.equal((await sending)!.receipt.status, 'success');
    assert.equal(node.mined, 1);
  });

  it('gets what a process before it has left stuck out of the way', async () => {
    const node = new Node();
    node.isMining = false;
    const before = senderOf(node, { patienceMilliseconds: 1, stuckMilliseconds: 60_000 });
    await assert.rejects(before.send('old', call('0x0d')), { code: 'Pending' });
    node.baseFee = 10n * GWEI;
    node.isMining = true;
    const sent = await senderOf(node).send('new', call('0x01'));
    assert.equal(node.blocks.get(sent!.receipt.transactionHash)?.nonce, 1);
    assert.equal([...node.blocks.values()][0]!.to.toLowerCase(), account.address.toLowerCase());
  });

  it('takes turns with another one that has the same account', async () => {
    const node = new Node();
    const [one, other] = [senderOf(node), senderOf(node)];
    const nonces: (number | undefined)[] = [];
    for (const [i, sender] of [one, other, one, one, other].entries()) {
      const sent = await sender.send(`${i}`, call(`0x0${i}`));
      nonces.push(node.blocks.get(sent!.receipt.transactionHash)?.nonce);
    }
    assert.deepEqual(nonces, [0, 1, 2, 3, 4]);
  });

  it('leaves no gap where the node has lost what it had put into a block', async () => {
    const node = new Node();
    // Nothing gets unstuck: a gap would stay one.
    const sender = senderOf(node, { stuckMilliseconds: 60_000, patienceMilliseconds: 400 });
    await sender.send('a', call('0x01'));
    node.blocks.clear();
    node.mined = 0;
    const sent = await sender.send('b', call('0x02'));
    assert.equal(node.blocks.get(sent!.receipt.transactionHash)?.nonce, 0);
  });

  it('goes past its own transactions that the node does not show', async () => {
    const node = new Node();
    node.isMining = false;
    node.isForgetful = true;
    const sender = senderOf(node, { stuckMilliseconds: 60_000, patienceMilliseconds: 1 });
    await assert.rejects(sender.send('a', call('0x01')), { code: 'Pending' });
    node.isForgetful = false;
    await assert.rejects(sender.send('b', call('0x02')), { code: 'Pending' });
    assert.deepEqual([...node.pool.keys()], [1]);
  });

  it('says so when somebody else uses its account, and begins anew', async () => {
    const node = new Node();
    node.isForgetful = true;
    const sender = senderOf(node);
    const sending = sender.send('a', call('0x01'));
    await until('it was sent', () => node.estimates > 0);
    node.mined = 5;
    await assert.rejects(sending, { code: 'Replaced' });
    node.isForgetful = false;
    const sent = await sender.send('a', call('0x01'));
    assert.equal(node.blocks.get(sent!.receipt.transactionHash)?.nonce, 5);
  });
});
