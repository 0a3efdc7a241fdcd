import assert from 'node:assert/strict';
import { encodeFunctionData, getAddress, keccak256, numberToHex, pad, size, slice, zeroAddress, type Hex } from 'viem';
import { eventsOf, type Contract } from '../harness/chain.ts';
import { bytes, bytes32, encodeRevocation, evmAddress, signDigest } from '../harness/fixtures.ts';
import {
  createWorld,
  DEFAULT_POLICY,
  FAR_CHAIN,
  FAR_OUTBOX,
  nonceOf,
  packQuorum,
  recipientOf,
  type Enclave,
  type World,
} from '../harness/world.ts';

const DAY = 86_400;
/** Ways of UnrulyRecipient to behave. */
const CONDUCTS = {
  refuse: 1,
  panic: 2,
  useUpGas: 3,
  wrongSelector: 4,
  dirtySelector: 5,
  short: 6,
  nothing: 7,
  returnMegabyte: 8,
  revertMegabyte: 9,
  callBack: 10,
};

describe('rules of the inbox', function () {
  this.timeout(240_000);
  let world: World;
  let enclaves: Enclave[];
  let recipient: Contract;
  let unruly: Contract;
  before(async () => {
    world = await createWorld();
    enclaves = await world.registerMany(5);
    recipient = await world.chain.deploy('EmittingRecipient', [world.inbox.address]);
    unruly = await world.chain.deploy('UnrulyRecipient');
  });

  const runTo = (to: { address: Hex }, first = 0, count = 1, executionGas = 100_000) =>
    world.runOf(
      Array.from({ length: count }, (_, i) =>
        world.message({
          nonce: nonceOf(first + i),
          recipient: recipientOf(to),
          executionGas,
          body: bytes(`body ${i}`, 64),
        }),
      ),
    );
  const deliverArgs = async (run: Awaited<ReturnType<typeof runTo>>) => [
    run.statement,
    await world.signed(run.digest, enclaves),
    run.messages,
  ];

  it('isolates a recipient that fails in any way', async () => {
    const { inbox, chain } = world;
    for (const [name, conduct] of Object.entries(CONDUCTS).filter(([name]) => !/callBack|returnMegabyte/.test(name))) {
      await chain.undone(async () => {
        await unruly.send('behave', [conduct, unruly.address, '0x']);
        // A megabyte of memory costs the recipient 2,200,000.
        const run = await runTo(unruly, 0, 1, 2_500_000);
        const receipt = await inbox.send('deliver', await deliverArgs(run));
        const [failed, kept] = eventsOf(receipt, inbox);
        assert.equal(failed!.name, 'DeliveryFailed', name);
        const { reason } = failed!.args as { reason: Hex };
        assert.ok(size(reason) <= 256, `${name} gives back at most 256 bytes`);
        if (name === 'revertMegabyte') assert.deepEqual([size(reason), slice(reason, 0, 32)], [256, pad('0x42')]);
        assert.equal(kept!.name, 'RootKept', name);
        assert.equal(await inbox.read('isDelivered', [FAR_CHAIN, nonceOf(0)]), false, name);
        // Whoever likes may try again, without signatures.
        await unruly.send('behave', [0, unruly.address, '0x']);
        await inbox.send('deliverOne', [run.statement, '0x', 0, '0x', run.messages[0]], { from: world.anyone });
        assert.equal(await inbox.read('isDelivered', [FAR_CHAIN, nonceOf(0)]), true, name);
      });
    }
  });

  it('copies no more of an answer than its first word', async () => {
    const { inbox, chain } = world;
    await chain.undone(async () => {
      await unruly.send('behave', [CONDUCTS.returnMegabyte, unruly.address, '0x']);
      const run = await runTo(unruly, 0, 1, 5_000_000);
      const receipt = await inbox.send('deliver', await deliverArgs(run));
      assert.equal(eventsOf(receipt, inbox)[0]!.name, 'MessageDelivered');
      // The recipient pays 2,200,000 for its own memory; copying it would cost as much again.
      assert.ok(receipt.gasUsed < 2_500_000n, `${receipt.gasUsed}`);
    });
  });

  it('treats accounts without code as recipients that fail', async () => {
    const { inbox, anyone, chain } = world;
    await chain.undone(async () => {
      const receipt = await inbox.send('deliver', await deliverArgs(await runTo({ address: anyone })));
      assert.equal(eventsOf(receipt, inbox)[0]!.name, 'DeliveryFailed');
    });
  });

  it('gives a recipient its execution gas in full, or fails as a whole', async () => {
    const { inbox, chain } = world;
    await unruly.send('behave', [0, unruly.address, '0x']);
    const executionGas = 1_000_000;
    const run = await runTo(unruly, 0, 1, executionGas);
    const args = await deliverArgs(run);
    let [low, high] = [1_000_000n, 2_000_000n];
    const ends = async (gas: bigint) => (await inbox.call('deliver', args, { gas })).error === undefined;
    assert.equal(await ends(high), true);
    while (high - low > 1n) {
      const gas = (low + high) / 2n;
      if (await ends(gas)) high = gas;
      else low = gas;
    }
    await inbox.refuses('InsufficientGas', 'deliver', args, { gas: low });
    await chain.undone(async () => {
      const receipt = await inbox.send('deliver', args, { gas: high });
      const [received] = eventsOf(receipt, unruly);
      // What is left at its first instruction, but for a few hundred spent on finding the function.
      const { gasAtStart } = received!.args as { gasAtStart: bigint };
      assert.ok(gasAtStart > BigInt(executionGas) - 2_000n && gasAtStart <= BigInt(executionGas), `${gasAtStart}`);
    });
  });

  it('delivers nothing twice to a recipient that calls back', async () => {
    const { inbox, chain } = world;
    await chain.undone(async () => {
      const run = await runTo(unruly, 0, 1, 1_000_000);
      const args = await deliverArgs(run);
      const call = encodeFunctionData({ abi: inbox.abi, functionName: 'deliver', args });
      await unruly.send('behave', [CONDUCTS.callBack, inbox.address, call]);
      const receipt = await inbox.send('deliver', args);
      assert.deepEqual(
        eventsOf(receipt, inbox).map(({ name }) => name),
        ['MessageDelivered'],
      );
      assert.equal(await unruly.read('callSucceeded'), false);
      // Another message may well be delivered from there.
      const other = await runTo(recipient, 5);
      const nested = encodeFunctionData({ abi: inbox.abi, functionName: 'deliver', args: await deliverArgs(other) });
      await unruly.send('behave', [CONDUCTS.callBack, inbox.address, nested]);
      await inbox.send('deliver', await deliverArgs(await runTo(unruly, 1, 1, 1_000_000)));
      for (const i of [0, 1, 5]) assert.equal(await inbox.read('isDelivered', [FAR_CHAIN, nonceOf(i)]), true, `${i}`);
    });
  });

  it('lets no message act as the suite itself', async () => {
    const { inbox, outbox, registry, manager, chain } = world;
    for (const target of [inbox, outbox, registry, manager]) {
      await chain.undone(async () => {
        const receipt = await inbox.send('deliver', await deliverArgs(await runTo(target)));
        assert.equal(eventsOf(receipt, inbox)[0]!.name, 'DeliveryFailed');
      });
    }
    const fields = [FAR_CHAIN, bytes32('sender'), bytes32('id'), 0n, 0, '0x'];
    await recipient.refuses('NotTheInbox', 'onMessage', fields);
  });

  it('names the rule that a message breaks', async () => {
    const { inbox } = world;
    const one = async (fields: Record<string, unknown>, rule: string) => {
      const message = world.message({ recipient: recipientOf(recipient), ...fields });
      const run = await world.runOf([message], { firstNonce: nonceOf(0) });
      await inbox.refuses(rule, 'deliver', await deliverArgs(run));
      await inbox.refuses(rule, 'deliverOne', [
        run.statement,
        await world.signed(run.digest, enclaves),
        0,
        '0x',
        message,
      ]);
    };
    await one({ kind: 1 }, 'UnsupportedKind');
    await one({ kind: 2 }, 'InvalidMessageKind');
    await one({ version: 2 }, 'InvalidMessageVersion');
    await one({ nonce: nonceOf(1) }, 'WrongMessageNonce');
    await one({ originChain: 10n, sender: evmAddress('sender') }, 'WrongMessageChain');
    await one({ destinationChain: 10n }, 'WrongMessageChain');
    await one({ sender: `0x${'00'.repeat(32)}` }, 'InvalidMessageSender');
    await one({ recipient: bytes32('object') }, 'InvalidMessageRecipient');
    await one({ body: bytes('body', 8193) }, 'InvalidMessageLength');
    const run = await runTo(recipient, 0, 3);
    const signatures = await world.signed(run.digest, enclaves);
    const deliverOne = (index: number, proof: Hex, message = run.messages[0]) => [
      run.statement,
      signatures,
      index,
      proof,
      message,
    ];
    await inbox.refuses('WrongMessageNonce', 'deliverOne', deliverOne(1, run.proof(0)));
    const fourth = world.message({ nonce: nonceOf(3), recipient: recipientOf(recipient) });
    await inbox.refuses('InvalidProofIndex', 'deliverOne', deliverOne(3, run.proof(0), fourth));
    await inbox.refuses('InvalidProofLength', 'deliverOne', deliverOne(0, '0x'));
    await inbox.refuses('InvalidProof', 'deliverOne', deliverOne(0, run.proof(1)));
    await inbox.refuses('InvalidSignatureCount', 'accept', [run.statement, '0x']);
    await inbox.refuses('InvalidSignatureLength', 'accept', [run.statement, '0x00']);
  });

  it('adds sound origins, once', async () => {
    const { inbox, governance: from } = world;
    const policy = packQuorum(DEFAULT_POLICY);
    const outbox = evmAddress('outbox');
    await inbox.refuses('OriginKnown', 'addOrigin', [FAR_CHAIN, FAR_OUTBOX, 1, policy], { from });
    await inbox.refuses('InvalidOrigin', 'addOrigin', [31_337n, outbox, 1, policy], { from });
    await inbox.refuses('InvalidOrigin', 'addOrigin', [0n, outbox, 1, policy], { from });
    await inbox.refuses('InvalidOrigin', 'addOrigin', [10n, bytes32('object'), 1, policy], { from });
    await inbox.refuses('InvalidOrigin', 'addOrigin', [10n, outbox, 0, policy], { from });
    for (const counts of [
      [0, 1, 1, 1],
      [1, 0, 1, 1],
      [1, 1, 0, 1],
      [1, 1, 1, 0],
      [2, 3, 2, 1],
      [2, 2, 3, 1],
      [2, 2, 2, 3],
    ] as const) {
      const [signers, operators, platforms, vendors] = counts;
      const unsound = packQuorum({ signers, operators, platforms, vendors });
      await inbox.refuses('InvalidPolicy', 'addOrigin', [10n, outbox, 1, unsound], { from });
      await inbox.refuses('InvalidPolicy', 'setPolicy', [FAR_CHAIN, unsound], { from });
    }
    await inbox.refuses('InvalidPolicy', 'setPolicy', [FAR_CHAIN, 0x21010101], { from });
    for (const [name, args] of [
      ['setPolicy', [policy]],
      ['setCap', [1, 1]],
      ['allowOriginPause', []],
    ] as const) {
      await inbox.refuses('UnknownOrigin', name, [10n, ...args], { from });
    }
    for (const name of ['pauseOrigin', 'resumeOrigin']) {
      await inbox.refuses('UnknownOrigin', name, [10n], { from: world.guardian });
    }
  });

  it('is not deployed for what is no registry', async () => {
    const { chain, manager, outbox, registry, anyone } = world;
    const precompile = (number: number) => numberToHex(number, { size: 20 });
    // An account without code gives back nothing, the precompile for SHA-256 one word, the one for the identity what it was
    // asked, of which the words would do for a quorum and an epoch.
    for (const source of [zeroAddress, anyone, precompile(2), precompile(4), manager.address, outbox.address]) {
      const refused = await chain.refusesToDeploy('NoRegistry', 'Inbox', [manager.address, source]);
      assert.deepEqual(refused, [getAddress(source)]);
    }
    await chain.undone(() => chain.deploy('Inbox', [manager.address, registry.address]));
  });

  it('takes no answer that is shorter than one', async () => {
    const { inbox, registry, chain } = world;
    await chain.undone(async () => {
      const run = await runTo(recipient);
      const [statement, signatures] = await deliverArgs(run);
      // Answers one word of zeros to whatever it is asked.
      await chain.testClient.setCode({ address: registry.address, bytecode: '0x60205ff3' });
      const refused = await inbox.refuses('NoRegistry', 'accept', [statement, signatures]);
      assert.deepEqual(refused, [getAddress(registry.address)]);
    });
  });

  it('applies a new policy to what was kept before', async () => {
    const { inbox, chain, govern } = world;
    await chain.undone(async () => {
      const run = await runTo(recipient);
      await inbox.send('accept', [run.statement, await world.signed(run.digest, enclaves.slice(0, 3))]);
      await govern(inbox, 'setPolicy', [FAR_CHAIN, packQuorum({ signers: 4, operators: 2, platforms: 4, vendors: 1 })]);
      await inbox.refuses('QuorumNotReached', 'deliver', [run.statement, '0x', run.messages]);
      // A larger set raises the counts.
      await inbox.send('accept', [run.statement, await world.signed(run.digest, enclaves.slice(0, 4))]);
      await inbox.send('deliver', [run.statement, '0x', run.messages]);
    });
  });

  it('lets no quorum of an earlier revocation epoch replace what a recipient had accepted under a later one', async () => {
    const { inbox, registry, chain } = world;
    await chain.undone(async () => {
      const recipients = [unruly, await chain.deploy('UnrulyRecipient'), await chain.deploy('UnrulyRecipient')];
      const messages = recipients.map((to, i) =>
        world.message({ nonce: nonceOf(i), recipient: recipientOf(to), executionGas: 500_000 }),
      );
      const run = await world.runOf(messages);
      const few = await world.signed(run.digest, enclaves.slice(0, 3));
      const more = await world.signed(run.digest, enclaves.slice(0, 4));
      // Counted by three, the call has the first recipient revoke a fifth, the second accept the statement by four, and the
      // third fail, for which the root is kept.
      const revocation = encodeRevocation(1, pad(enclaves[4]!.signer.toLowerCase() as Hex));
      const signature = await signDigest(keccak256(revocation), bytes32('revocation key'));
      const calls = [
        { contract: registry, functionName: 'submitRevocation', args: [revocation, signature] },
        { contract: inbox, functionName: 'accept', args: [run.statement, more] },
      ];
      for (const [i, { contract, functionName, args }] of calls.entries()) {
        const data = encodeFunctionData({ abi: contract.abi, functionName, args });
        await recipients[i]!.send('behave', [CONDUCTS.callBack, contract.address, data]);
      }
      await recipients[2]!.send('behave', [CONDUCTS.refuse, unruly.address, '0x']);
      const receipt = await inbox.send('deliver', [run.statement, few, run.messages]);
      const names = eventsOf(receipt, inbox).map(({ name }) => name);
      assert.deepEqual(names, ['MessageDelivered', 'RootKept', 'MessageDelivered', 'DeliveryFailed']);
      const epoch = await registry.read('revocationEpoch');
      const quorum = packQuorum({ signers: 4, operators: 4, platforms: 4, vendors: 1 });
      assert.deepEqual(await inbox.read('keptRootOf', [run.digest]), [quorum, epoch, false]);
      await recipients[2]!.send('behave', [0, unruly.address, '0x']);
      await inbox.send('deliver', [run.statement, '0x', run.messages]);
    });
  });

  it('delivers nothing by a statement that the guardian voided', async () => {
    const { inbox, chain, guard } = world;
    await chain.undone(async () => {
      const run = await runTo(recipient);
      const args = await deliverArgs(run);
      await inbox.send('accept', [run.statement, args[1]]);
      await guard(inbox, 'voidRoot', [run.statement]);
      await inbox.refuses('RootVoided', 'deliver', args);
      await inbox.refuses('RootVoided', 'deliver', [run.statement, '0x', run.messages]);
      await inbox.refuses('RootVoided', 'accept', [run.statement, args[1]]);
      const again = await world.runOf(run.messages, { anchorHeight: 1n });
      await inbox.send('deliver', await deliverArgs(again));
    });
  });

  it('caps deliveries of an origin in a window, and counts no failed one', async () => {
    const { inbox, chain, govern, governance: from } = world;
    await inbox.refuses('InvalidCap', 'setCap', [FAR_CHAIN, 0, 60], { from });
    await inbox.refuses('InvalidCap', 'setCap', [FAR_CHAIN, 60, 0], { from });
    await chain.undone(async () => {
      await govern(inbox, 'setCap', [FAR_CHAIN, 2, 3_600]);
      await inbox.refuses('OriginCapReached', 'deliver', await deliverArgs(await runTo(recipient, 0, 3)));
      await unruly.send('behave', [CONDUCTS.refuse, unruly.address, '0x']);
      for (let i = 10; i < 14; i++) await inbox.send('deliver', await deliverArgs(await runTo(unruly, i)));
      await inbox.send('deliver', await deliverArgs(await runTo(recipient, 0, 2)));
      const third = await deliverArgs(await runTo(recipient, 2));
      await inbox.refuses('OriginCapReached', 'deliver', third);
      await chain.pass(3_600);
      await inbox.send('deliver', third);
      await govern(inbox, 'setCap', [FAR_CHAIN, 0, 0]);
      await inbox.send('deliver', await deliverArgs(await runTo(recipient, 3, 5)));
    });
  });

  it('gives nothing back to a cap that governance has set anew while a recipient was called', async () => {
    const { inbox, chain, manager, govern } = world;
    await chain.undone(async () => {
      await govern(inbox, 'setCap', [FAR_CHAIN, 5, 3_600]);
      await govern(manager, 'grantRole', [1n, unruly.address, 0]);
      const args = [FAR_CHAIN, 2, 3_600];
      const data = encodeFunctionData({ abi: inbox.abi, functionName: 'setCap', args });
      await unruly.send('behave', [CONDUCTS.callBack, inbox.address, data]);
      const refuser = await chain.deploy('UnrulyRecipient');
      await refuser.send('behave', [CONDUCTS.refuse, refuser.address, '0x']);
      const run = await world.runOf(
        [unruly, refuser].map((to, i) => world.message({ nonce: nonceOf(i), recipient: recipientOf(to) })),
      );
      const receipt = await inbox.send('deliver', await deliverArgs(run));
      assert.deepEqual(
        eventsOf(receipt, inbox).map(({ name }) => name),
        ['CapChanged', 'MessageDelivered', 'DeliveryFailed', 'RootKept'],
      );
      // The new cap is whole: two may come, and no third.
      await inbox.send('deliver', await deliverArgs(await runTo(recipient, 10, 2)));
      await inbox.refuses('OriginCapReached', 'deliver', await deliverArgs(await runTo(recipient, 12)));
    });
  });

  it('pauses an origin as a lane is paused, and loses nothing', async () => {
    const { inbox, chain, guard, govern, guardian: from } = world;
    await chain.undone(async () => {
      const run = await runTo(recipient, 0, 2);
      await inbox.send('accept', [run.statement, (await deliverArgs(run))[1]]);
      await guard(inbox, 'pauseOrigin', [FAR_CHAIN]);
      const one = [run.statement, '0x', 0, run.proof(0), run.messages[0]];
      await inbox.refuses('OriginPaused', 'deliverOne', one);
      await inbox.refuses('PauseCoolingDown', 'pauseOrigin', [FAR_CHAIN], { from });
      await chain.pass(5 * DAY);
      await inbox.send('deliverOne', one);
      await govern(inbox, 'allowOriginPause', [FAR_CHAIN]);
      await guard(inbox, 'pauseOrigin', [FAR_CHAIN]);
      await guard(inbox, 'resumeOrigin', [FAR_CHAIN]);
      await inbox.send('deliver', [run.statement, '0x', run.messages]);
    });
  });

  it('revokes who equivocates and pauses the origin where that signer counted', async () => {
    const { inbox, registry, chain } = world;
    await chain.undone(async () => {
      const [left, right] = [await runTo(recipient, 0, 2), await runTo(unruly, 1, 3)];
      const [culprit, other] = enclaves as [Enclave, Enclave, ...Enclave[]];
      const signedLeaf = async (run: typeof left, index: number, { key }: Enclave) => ({
        statement: run.statement,
        signature: await signDigest(run.digest, key),
        leaf: run.leaves[index],
        proof: run.proof(index),
      });
      const [a, b] = [await signedLeaf(left, 1, culprit), await signedLeaf(right, 0, culprit)];
      const nonce = nonceOf(1);
      await inbox.refuses('NoEquivocation', 'reportEquivocation', [nonce, a, a]);
      await inbox.refuses('NoEquivocation', 'reportEquivocation', [nonce, a, await signedLeaf(right, 0, other)]);
      await inbox.refuses('NoEquivocation', 'reportEquivocation', [nonceOf(5), a, b]);
      await inbox.refuses('InvalidProof', 'reportEquivocation', [nonce, a, { ...b, leaf: right.leaves[1] }]);
      const elsewhere = await world.runOf(right.messages, {
        destinationChain: 10n,
        destinationInbox: evmAddress('inbox'),
      });
      await inbox.refuses('NoEquivocation', 'reportEquivocation', [nonce, a, await signedLeaf(elsewhere, 0, culprit)]);
      // Made up by a key that nobody knows: revoked, and nothing else happens.
      const stranger = world.createEnclave('stranger');
      const epoch = await registry.read('revocationEpoch');
      await inbox.send('reportEquivocation', [
        nonce,
        await signedLeaf(left, 1, stranger),
        await signedLeaf(right, 0, stranger),
      ]);
      assert.equal(await registry.read('revocationEpoch'), epoch);
      assert.equal((await inbox.read('originOf', [FAR_CHAIN])).pausedUntilSeconds, 0);

      await inbox.send('reportEquivocation', [nonce, a, b], { from: world.anyone });
      assert.equal(await registry.read('revocationEpoch'), epoch + 1);
      await inbox.refuses('OriginPaused', 'deliver', await deliverArgs(left));
      await registry.refuses('AccessManagedUnauthorized', 'revokeEquivocator', [other.signer], {
        from: world.guardian,
      });
    });
  });

  it('refuses on a chain that has taken another id', async () => {
    // The immutable chain id of a deployment for a public chain stays, whatever the chain calls itself.
    const elsewhere = await createWorld();
    const code = await elsewhere.chain.client.getCode({ address: elsewhere.inbox.address });
    const id = pad('0x7a69').slice(2);
    assert.ok(code!.includes(id), 'the chain id is in the code');
    for (const contract of [elsewhere.inbox, elsewhere.outbox, elsewhere.registry]) {
      assert.equal(await contract.read('homeChain'), 31_337n);
      const before = (await elsewhere.chain.client.getCode({ address: contract.address }))!;
      const forked = before.replaceAll(id, pad('0x7a6a').slice(2)) as Hex;
      await elsewhere.chain.testClient.setCode({ address: contract.address, bytecode: forked });
    }
    const run = await elsewhere.runOf([elsewhere.message({ recipient: recipientOf(recipient) })]);
    await elsewhere.inbox.refuses('WrongChain', 'accept', [run.statement, '0x']);
    await elsewhere.inbox.refuses('WrongChain', 'deliver', [run.statement, '0x', run.messages]);
    await elsewhere.inbox.refuses('WrongChain', 'deliverOne', [run.statement, '0x', 0, '0x', run.messages[0]]);
    await elsewhere.outbox.refuses('WrongChain', 'send', [FAR_CHAIN, bytes32('to'), 0, '0x']);
    const { candidate, evidence } = await elsewhere.application(elsewhere.createEnclave('any'));
    await elsewhere.registry.refuses('WrongChain', 'register', [candidate, evidence]);
  });
});
