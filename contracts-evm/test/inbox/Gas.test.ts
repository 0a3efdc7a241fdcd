/** The gas that a recipient is promised, at the least that a relayer can bring. */
import assert from 'node:assert/strict';
import type { Address } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { eventsOf, skipMeasured, type Contract } from '../harness/chain.ts';
import { bytes32 } from '../harness/fixtures.ts';
import { createWorld, nonceOf, recipientOf, type Enclave, type World } from '../harness/world.ts';

const PROMISED = 200_000;

describe('Inbox: execution gas', () => {
  let world: World;
  let enclaves: Enclave[];
  let unruly: Contract;

  before(async function () {
    skipMeasured(this, 'gas says nothing there of what is deployed');
    world = await createWorld();
    enclaves = await world.registerMany(3);
    unruly = await world.chain.deploy('UnrulyRecipient');
  });

  /** An account of its own that lends its code from a contract, EIP-7702. */
  async function delegated(to: Address): Promise<Contract> {
    const { chain } = world;
    const account = privateKeyToAccount(bytes32('account with borrowed code'));
    const authorization = await account.signAuthorization({ address: to, chainId: chain.chainId, nonce: 0 });
    const hash = await chain.wallets[0]!.sendTransaction({ to: world.anyone, authorizationList: [authorization] });
    await chain.client.waitForTransactionReceipt({ hash });
    assert.equal(await chain.client.getCode({ address: account.address }), `0xef0100${to.slice(2).toLowerCase()}`);
    return chain.attach(account.address, unruly.abi);
  }

  /** Delivers with the least gas with which the call goes through; what the recipient had when it began. */
  async function leastGas(recipient: Contract, sequence: number): Promise<bigint> {
    const { inbox } = world;
    const run = await world.runOf([
      world.message({ nonce: nonceOf(sequence), recipient: recipientOf(recipient), executionGas: PROMISED }),
    ]);
    const args = [run.statement, await world.signed(run.digest, enclaves), run.messages];
    let [refused, taken] = [200_000n, 1_000_000n];
    while (taken - refused > 1n) {
      const gas = (refused + taken) / 2n;
      const { error } = await inbox.call('deliver', args, { gas });
      if (error === undefined) taken = gas;
      else refused = gas;
    }
    assert.equal((await inbox.call('deliver', args, { gas: refused })).error, 'InsufficientGas');
    const receipt = await inbox.send('deliver', args, { gas: taken });
    assert.deepEqual(
      eventsOf(receipt, inbox).map(({ name }) => name),
      ['MessageDelivered'],
    );
    const [received] = eventsOf(receipt, recipient);
    return received!.args.gasAtStart as bigint;
  }

  it('is there in full whatever code the recipient runs, its own or borrowed', async () => {
    const own = await leastGas(unruly, 0);
    assert.ok(own <= BigInt(PROMISED) && own > BigInt(PROMISED) - 1_000n, `${own}`);
    assert.equal(await leastGas(await delegated(unruly.address), 1), own);
  });
});
