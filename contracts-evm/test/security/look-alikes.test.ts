/** THORChain, pNetwork 2021, Qubit 2022, KelpDAO 2026 and Ronin 2024: look-alike events, no funds, one verifier, no set-up. */
import assert from 'node:assert/strict';
import { hexToBytes, pad, parseEther, size, type Hex, type TransactionReceipt } from 'viem';
import { INTEL_ROOT_FINGERPRINT } from '../../../prover/protocol/dcap/index.ts';
import { decodeMessageSentLog, ProtocolError } from '../../../prover/protocol/index.ts';
import { createChain, type Contract } from '../harness/chain.ts';
import { bytes, bytes32 } from '../harness/fixtures.ts';
import { FAR_CHAIN, FAR_OUTBOX, nonceOf, packQuorum } from '../harness/world.ts';
import { callOf, useDeployment } from './deployment.ts';

const BODY = bytes('body', 64);
const GAS = 1_000;

describe('security on EVM: what looks like a message sent', () => {
  const net = useDeployment();

  const send = async (outbox: Contract, change = 0n): Promise<TransactionReceipt> => {
    const value = (await net.outbox.read('quote', [FAR_CHAIN, size(BODY), GAS])) + change;
    return outbox.send('send', [FAR_CHAIN, bytes32('to'), GAS, BODY], { from: net.anyone, value });
  };
  const logOf = (receipt: TransactionReceipt) => {
    const { address, topics, data } = receipt.logs.at(-1)!;
    return {
      address: hexToBytes(pad(address)),
      topics: topics.map((topic) => hexToBytes(topic)),
      data: hexToBytes(data),
    };
  };
  const nonceIn = (receipt: TransactionReceipt): bigint => decodeMessageSentLog(31_337n, logOf(receipt)).message.nonce;

  it('an event of another outbox names another outbox: under ours its id is none', async () => {
    const { chain, manager } = net;
    const twin = await chain.deploy('Outbox', [manager.address, net.feeSink]);
    // The same events from elsewhere: an account of the attacker may emit whatever it likes.
    const receipt = await send(net.outbox);
    const honest = logOf(receipt);
    assert.equal(decodeMessageSentLog(31_337n, honest).message.nonce, nonceOf(0));
    assert.throws(
      () => decodeMessageSentLog(31_337n, { ...honest, address: hexToBytes(pad(twin.address)) }),
      (error) => error instanceof ProtocolError && error.code === 'InvalidLogMessageId',
    );
    assert.throws(
      () => decodeMessageSentLog(1n, honest),
      (error) => error instanceof ProtocolError && error.code === 'InvalidLogOriginChain',
    );
  });

  it('a failed transaction announces nothing, and takes no nonce', async () => {
    const { outbox, chain } = net;
    const first = nonceIn(await send(outbox));
    for (const change of [-1n, 1n]) await assert.rejects(send(outbox, change), /WrongFee/);
    const data = '0x6ec8dafd' as Hex;
    const hash = await chain.wallets[0]!.sendTransaction({ to: outbox.address, data, gas: 100_000n }).catch(
      () => undefined,
    );
    if (hash) assert.deepEqual((await chain.client.getTransactionReceipt({ hash })).logs, []);
    assert.equal(nonceIn(await send(outbox)), first + 1n);
  });

  it('nothing is sent without its fee, and no fee comes without a message', async () => {
    const { outbox, chain, feeSink } = net;
    const fee = await outbox.read('quote', [FAR_CHAIN, size(BODY), GAS]);
    await outbox.refuses('WrongFee', 'send', [FAR_CHAIN, bytes32('to'), GAS, BODY], { value: 0n });
    await assert.rejects(
      chain.wallets[0]!.sendTransaction({ to: outbox.address, value: parseEther('1'), gas: 100_000n }),
    );
    await send(outbox);
    const before = await chain.client.getBalance({ address: feeSink });
    await outbox.send('collectFees', [], { from: net.anyone });
    assert.equal(await chain.client.getBalance({ address: feeSink }), before + fee);
  });
});

describe('security on EVM: set-up and governance', () => {
  const net = useDeployment();

  it('a quorum of zero cannot be written down (Ronin 2024)', async () => {
    const { inbox, governance: from } = net;
    for (const counts of [
      { signers: 0, operators: 0, platforms: 0, vendors: 0 },
      { signers: 3, operators: 0, platforms: 3, vendors: 1 },
      { signers: 3, operators: 2, platforms: 0, vendors: 1 },
      { signers: 3, operators: 2, platforms: 3, vendors: 0 },
    ]) {
      await inbox.refuses('InvalidPolicy', 'setPolicy', [FAR_CHAIN, packQuorum(counts)], { from });
    }
    const sound = packQuorum({ signers: 2, operators: 2, platforms: 2, vendors: 1 });
    await inbox.send('setPolicy', [FAR_CHAIN, sound], { from });
  });

  it('an origin that nobody has set up serves nothing', async () => {
    const { chain, manager, registry, enclaves } = net;
    const fresh = await chain.deploy('Inbox', [manager.address, registry.address]);
    const run = await net.runOf([net.message()], { destinationInbox: `0x${'00'.repeat(12)}${fresh.address.slice(2)}` });
    const signatures = await net.signed(run.digest, enclaves);
    await fresh.refuses('UnknownOrigin', 'accept', [run.statement, signatures]);
    await fresh.refuses('UnknownOrigin', 'deliver', [run.statement, '0x', run.messages]);
    await net.deliver(await net.runTo());
  });

  it('off localnet one verifier is none: a threshold of one, or one operator, is refused (KelpDAO 2026)', async () => {
    const chain = await createChain({ chainId: 1 });
    const [owner] = chain.accounts as [Hex];
    const manager = await chain.deploy('AccessManager', [owner]);
    const registry = await chain.deploy('Registry', [manager.address, 300n]);
    const inbox = await chain.deploy('Inbox', [manager.address, registry.address]);
    const addOrigin = (counts: Parameters<typeof packQuorum>[0]) =>
      manager.call('execute', [
        inbox.address,
        callOf(inbox, 'addOrigin', [FAR_CHAIN, FAR_OUTBOX, 1, packQuorum(counts)]),
      ]);
    for (const counts of [
      { signers: 1, operators: 1, platforms: 1, vendors: 1 },
      { signers: 2, operators: 1, platforms: 2, vendors: 1 },
      { signers: 3, operators: 2, platforms: 2, vendors: 1 },
    ]) {
      assert.equal((await addOrigin(counts)).error, 'InvalidPolicy');
    }
    assert.equal((await addOrigin({ signers: 2, operators: 2, platforms: 2, vendors: 1 })).error, undefined);
  });

  it("off localnet no verifier is admitted that rests on another root than Intel's", async () => {
    const chain = await createChain({ chainId: 1 });
    const manager = await chain.deploy('AccessManager', [chain.accounts[0]]);
    const registry = await chain.deploy('Registry', [manager.address, 300n]);
    const setVerifier = async (root: Hex) => {
      const verifier = await chain.deploy('StatedVerifier', [root]);
      return manager.call('execute', [registry.address, callOf(registry, 'setVerifier', [1, verifier.address])]);
    };
    const simulated = bytes32('simulated root');
    assert.deepEqual(await setVerifier(simulated), { error: 'SimulatedRoot', args: [simulated] });
    assert.equal((await setVerifier(INTEL_ROOT_FINGERPRINT)).error, undefined);
  });

  it('the deployer holds no role once a deployment is done', async () => {
    const { manager, deployer, governance } = net;
    for (const role of [0n, 1n, 2n, 3n, 4n]) {
      assert.equal((await manager.read('hasRole', [role, deployer]))[0], false);
    }
    assert.equal((await manager.read('hasRole', [1n, governance]))[0], true);
  });
});
