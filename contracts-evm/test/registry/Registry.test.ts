import assert from 'node:assert/strict';
import {
  encodeAbiParameters,
  encodeFunctionData,
  getAbiItem,
  keccak256,
  pad,
  toHex,
  zeroAddress,
  type Address,
  type Hex,
} from 'viem';
import { registryAbi } from '../../../prover/bindings/evm/index.ts';
import { readQuorum, readSignerRecord } from '../../../prover/bindings/values.ts';
import { eventsOf } from '../harness/chain.ts';
import { bytes, bytes32, encodeRevocation, signDigest } from '../harness/fixtures.ts';
import {
  createWorld,
  entryTerms,
  PROGRAM,
  STATED_VERIFIER,
  type Candidate,
  type Enclave,
  type Evidence,
  type World,
} from '../harness/world.ts';

const DAY = 86_400;
const ZERO: Hex = `0x${'00'.repeat(32)}`;
/** Address and code as EIP-2935 gives them. */
const HISTORY = '0x0000F90827F1C53a10cb7A02335B175320002935';
const HISTORY_CODE =
  '0x3373fffffffffffffffffffffffffffffffffffffffe14604657602036036042575f35600143038111604257611fff81430311604257611fff9006545f5260205ff35b5f5ffd5b5f35611fff60014303065500';
const FAMILY = pad('0x90c06f000000', { dir: 'right', size: 32 });

/** Any address of a name's bytes. */
const toAddress = (name: Hex): Address => `0x${name.slice(-40)}`;

describe('Registry', function () {
  this.timeout(120_000);
  let world: World;
  let first: Enclave;
  before(async () => {
    world = await createWorld();
    first = await world.register(world.createEnclave('first'));
  });

  const record = async ({ signer }: Enclave) =>
    readSignerRecord((await world.registry.read('recordOf', [signer])) as bigint);
  const state = async () => (await world.registry.read('judgementState')) as Record<string, number>;

  /** Makes blocks one by one, so that each has a hash. */
  const mine = async (count: number) => {
    for (let i = 0; i < count; i++) await world.chain.testClient.mine({ blocks: 1 });
  };
  /** Puts the history contract of EIP-2935 in its place, which a simulated chain lacks, and one block's hash into it. */
  const keepHash = async (number: bigint) => {
    const { client, testClient } = world.chain;
    const { hash } = await client.getBlock({ blockNumber: number });
    await testClient.setCode({ address: HISTORY, bytecode: HISTORY_CODE });
    await testClient.setStorageAt({ address: HISTORY, index: toHex(number % 8_191n, { size: 32 }), value: hash });
  };
  const blockAt = async (seconds: number) => {
    await world.chain.testClient.setNextBlockTimestamp({ timestamp: BigInt(seconds) });
    await mine(1);
  };

  /** A registration that is refused by a rule. */
  async function refuses(
    rule: string,
    change: Partial<Candidate> = {},
    evidence: Partial<Evidence> = {},
    from?: Address,
  ) {
    const enclave = world.createEnclave('candidate', { operator: 1 });
    const { candidate, evidence: bytes } = await world.application(enclave, change, evidence);
    return world.registry.refuses(rule, 'register', [candidate, bytes], { from: from ?? enclave.operator });
  }

  it('keeps a record of 30 days at most, and the hash of the facts', async () => {
    const { status, operatorIndex, platformIndex, vendor, judgementEpoch, expiresAtSeconds } = await record(first);
    const { judgementEpoch: epoch } = await state();
    assert.deepEqual([status, operatorIndex, platformIndex, vendor, judgementEpoch], ['active', 1, 1, 1, epoch]);
    const { timestamp } = await world.chain.client.getBlock();
    assert.equal(expiresAtSeconds, Number(timestamp) + 30 * DAY);
    const { inputs } = getAbiItem({ abi: registryAbi, name: 'rejudge' });
    const encoded = encodeAbiParameters([inputs[1]], [first.facts]);
    assert.equal(await world.registry.read('factsHashOf', [first.signer]), keccak256(encoded));
    assert.equal(await world.registry.read('factsHashOf', [world.anyone]), ZERO);
    const short = await world.chain.undone(async () => {
      const enclave = world.createEnclave('short');
      await world.register(enclave, { expiresAtSeconds: timestamp + 1_000n });
      return record(enclave);
    });
    assert.equal(short.expiresAtSeconds, Number(timestamp) + 1_000);
  });

  it('counts a key no longer than its entry is for', async () => {
    const { registry, chain, govern } = world;
    await chain.undone(async () => {
      const notAfterSeconds = (await chain.now()) + 1_000;
      await govern(registry, 'addEntry', [entryTerms({ notAfterSeconds })]);
      const enclave = world.createEnclave('of an entry that ends');
      const { candidate, evidence } = await world.application(enclave, { entryNumber: 2 });
      const receipt = await registry.send('register', [candidate, evidence], { from: enclave.operator });
      const { facts } = eventsOf(receipt, registry)[0]!.args;
      assert.equal((await record(enclave)).expiresAtSeconds, notAfterSeconds);
      await blockAt(notAfterSeconds);
      await registry.read('rejudge', [enclave.signer, facts]);
      await blockAt(notAfterSeconds + 1);
      const refused = await registry.refuses('EvidenceExpired', 'rejudge', [enclave.signer, facts]);
      assert.deepEqual(refused, [BigInt(notAfterSeconds)]);
      await refuses('EvidenceExpired', { entryNumber: 2 });
    });
  });

  it('tells operators and platforms apart whose numbers are alike in their low bits', async () => {
    const { registry, chain, govern, operators } = world;
    const APART = 256;
    await chain.undone(async () => {
      // As many others in between as a bit set of the counting has places.
      const others = Array.from({ length: APART - operators.length }, (_, i) => toAddress(bytes32(`operator ${i}`)));
      const call = (functionName: string, args: readonly unknown[]): Hex =>
        encodeFunctionData({ abi: registry.abi, functionName, args });
      const [operator, other] = [first.operator, world.anyone];
      const admissions = [...others, other].map((account) => call('admitOperator', [account]));
      await govern(registry, 'multicall', [admissions.slice(0, 128)]);
      await govern(registry, 'multicall', [admissions.slice(128)]);
      const registrations: Hex[] = [];
      for (let i = 1; i < APART; i++) {
        const { candidate, evidence } = await world.application(world.createEnclave(`crowd ${i}`));
        registrations.push(call('register', [candidate, evidence]));
      }
      for (let i = 0; i < APART; i += 64) {
        await registry.send('multicall', [registrations.slice(i, i + 64)], { from: operator });
      }
      const distant: Enclave = { ...world.createEnclave('distant'), operator: other };
      const sameMachine: Enclave = { ...world.createEnclave('same machine', { platform: 'distant' }), operator: other };
      const sameOperator = world.createEnclave('same operator', { platform: 'first' });
      for (const enclave of [distant, sameMachine, sameOperator]) await world.register(enclave);
      const numbers = await Promise.all([first, distant].map(record));
      assert.deepEqual(
        numbers.map(({ operatorIndex, platformIndex }) => [operatorIndex, platformIndex]),
        [
          [1, 1],
          [1 + APART, 1 + APART],
        ],
      );
      const digest = bytes32('anything');
      const countsOf = async (enclaves: readonly Enclave[]) => {
        const [quorum] = await registry.read('tally', [digest, await world.signed(digest, enclaves)]);
        return readQuorum(quorum as number);
      };
      const two = { operators: 2, platforms: 2, vendors: 1 };
      assert.deepEqual(await countsOf([first, distant]), { signers: 2, ...two });
      assert.deepEqual(await countsOf([first, distant, sameMachine, sameOperator]), { signers: 4, ...two });
    });
  });

  it('names the rule that a registration breaks', async () => {
    const { registry, operators, anyone } = world;
    await refuses('OperatorNotAdmitted', {}, {}, anyone);
    const again = await world.application(first);
    await registry.refuses('SignerKnown', 'register', [again.candidate, again.evidence], { from: first.operator });
    const block = await world.chain.client.getBlockNumber();
    await refuses('StaleChallenge', { challengeBlock: block + 1n });
    await refuses('VerifierNotAdmitted', { verifierNumber: 9 });
    await refuses('InvalidRegistrationSigner', { signer: zeroAddress });
    await refuses('InvalidRegistrationEncryptionKey', { encryptionKey: ZERO });
    await refuses('InvalidRegistrationConfiguration', { configurationHash: ZERO });
    await refuses('InvalidReportDataLength', {}, { reportData: `0x${'11'.repeat(63)}` });
    await refuses('InvalidReportDataPadding', {}, { reportData: `0x${'11'.repeat(64)}` });
    await refuses('InvalidReportData', {}, { reportData: `0x${'11'.repeat(32)}${'00'.repeat(32)}` });
    await refuses('EntryNotListed', { entryNumber: 0 });
    await refuses('EntryNotListed', { entryNumber: 2 });
    const fields: readonly (readonly [number, Partial<Candidate>, Partial<Evidence>])[] = [
      [1, {}, { registers: bytes('other program', 240) }],
      [1, {}, { teeType: 1 }],
      [2, {}, { attributes: `0x01${PROGRAM.attributes.slice(4)}` }],
      [3, {}, { launch: `0x01${PROGRAM.launch.slice(4)}` }],
      [4, { configurationHash: bytes32('other configuration') }, {}],
    ];
    for (const [field, change, evidence] of fields) {
      assert.deepEqual(await refuses('EntryMismatch', change, evidence), [1, field]);
    }
    await refuses('TcbStatusNotAccepted', {}, { tcbStatus: 3 });
    await refuses('TcbStatusNotAccepted', {}, { tcbStatus: 9 });
    await refuses('EvaluationNumberTooLow', {}, { evaluationNumber: 16 });
    await refuses('EvidenceExpired', {}, { expiresAtSeconds: BigInt(await world.chain.now()) - 1n });
    await world.chain.undone(async () => {
      await world.govern(registry, 'setVerifier', [7, world.statedVerifier.address]);
      assert.deepEqual(await refuses('EntryMismatch', { verifierNumber: 7 }), [1, 0]);
    });
    const { candidate } = await world.application(world.createEnclave('candidate'));
    await registry.refuses('NoEvidence', 'register', [candidate, '0x'], { from: operators[0]! });
  });

  it('takes challenges of the history contract, and none older than it was deployed for', async () => {
    await world.chain.undone(async () => {
      const enclave = world.createEnclave('patient');
      const challengeBlock = await world.chain.client.getBlockNumber();
      await mine(290);
      await keepHash(challengeBlock);
      const { candidate, evidence } = await world.application(enclave, { challengeBlock });
      // 290 blocks are beyond BLOCKHASH.
      await world.registry.read('register', [candidate, evidence], { from: enclave.operator });
      await world.chain.undone(async () => {
        // A chain without that contract, or with another one there.
        for (const bytecode of ['0x', '0x5f5ffd', '0x60015f5260405ff3'] as const) {
          await world.chain.testClient.setCode({ address: HISTORY, bytecode });
          const from = enclave.operator;
          await world.registry.refuses('StaleChallenge', 'register', [candidate, evidence], { from });
        }
      });
      await mine(15);
      await world.registry.refuses('StaleChallenge', 'register', [candidate, evidence], { from: enclave.operator });
    });
    assert.equal(await world.registry.read('challengeBlocks'), 300n);
    for (const blocks of [0n, 8_192n]) {
      const args = [world.manager.address, blocks];
      assert.deepEqual(await world.chain.refusesToDeploy('InvalidChallengeBlocks', 'Registry', args), [blocks]);
    }
    await world.chain.undone(() => world.chain.deploy('Registry', [world.manager.address, 8_191n]));
  });

  it('refuses what the guardian has tightened, and counts nobody until judged again', async () => {
    const { registry, chain, guard } = world;
    const tightenings: readonly (readonly [rule: string, name: string, args: readonly unknown[]])[] = [
      ['OperatorNotAdmitted', 'removeOperator', [first.operator]],
      ['EntryNotListed', 'removeEntry', [1]],
      ['MeasurementRevoked', 'revokeMeasurement', [first.facts.measurementId]],
      ['TcbStatusNotAccepted', 'rejectTcbStatus', [1]],
      ['EvaluationNumberTooLow', 'raiseMinimumEvaluationNumber', [20]],
      ['PlatformDenied', 'denyPlatform', [first.platformId]],
      ['PlatformDenied', 'revokePlatform', [first.platformId]],
      ['PlatformDenied', 'requireListing', [true, false]],
      ['PlatformFamilyDenied', 'denyPlatformFamily', [FAMILY]],
      ['PlatformFamilyDenied', 'requireListing', [false, true]],
    ];
    for (const [rule, name, args] of tightenings) {
      await chain.undone(async () => {
        const before = await state();
        await guard(registry, name, args);
        const after = await state();
        assert.equal(after['judgementEpoch'], before['judgementEpoch']! + 1, name);
        assert.equal(after['revocationEpoch'], before['revocationEpoch']! + 1, name);
        const digest = bytes32('anything');
        const [quorum] = await registry.read('tally', [digest, await world.signed(digest, [first])]);
        assert.equal(quorum, 0, name);
        await registry.refuses(rule, 'rejudge', [first.signer, first.facts]);
        // Nothing of it is possible twice, but for revocations, where it changes nothing.
        if (name.startsWith('revoke')) await guard(registry, name, args);
        else await registry.refuses('NoChange', name, args, { from: world.guardian });
        assert.deepEqual(await state(), after);
        const receipt = await registry.send('evict', [first.signer, first.facts], { from: world.anyone });
        assert.equal(eventsOf(receipt, registry)[0]!.name, 'SignerEvicted');
        assert.equal((await record(first)).status, 'evicted');
        await registry.refuses('SignerNotActive', 'rejudge', [first.signer, first.facts]);
      });
    }
  });

  it('counts nobody either when a list that is demanded loses a platform or a family', async () => {
    const { registry, chain, guard, govern } = world;
    const epochs = async () => {
      const { judgementEpoch, revocationEpoch } = await state();
      return [judgementEpoch, revocationEpoch] as [number, number];
    };
    for (const [rule, name, subject, demand] of [
      ['PlatformDenied', 'allowPlatform', first.platformId, [true, false]],
      ['PlatformFamilyDenied', 'allowPlatformFamily', FAMILY, [false, true]],
    ] as const) {
      await chain.undone(async () => {
        const before = await epochs();
        // Nobody asks for the list yet, so that leaving it changes nothing.
        await govern(registry, name, [subject, true]);
        await govern(registry, name, [subject, false]);
        await govern(registry, name, [subject, true]);
        assert.deepEqual(await epochs(), before);
        await guard(registry, 'requireListing', demand);
        await registry.send('rejudge', [first.signer, first.facts]);
        const [judgement, revocation] = await epochs();
        await govern(registry, name, [subject, false]);
        assert.deepEqual(await epochs(), [judgement + 1, revocation + 1]);
        const digest = bytes32('anything');
        assert.equal((await registry.read('tally', [digest, await world.signed(digest, [first])]))[0], 0);
        await registry.refuses(rule, 'rejudge', [first.signer, first.facts]);
      });
    }
  });

  it('denies an advisory that is open on a machine', async () => {
    const { registry, chain, guard, govern } = world;
    await chain.undone(async () => {
      const enclave = await world.register(world.createEnclave('advised', { operator: 1 }), {
        advisories: [289n, 615n],
      });
      await guard(registry, 'denyAdvisory', [615]);
      assert.equal(await registry.read('isAdvisoryDenied', [615]), true);
      assert.equal(await registry.read('isAdvisoryDenied', [289]), false);
      assert.deepEqual(await registry.refuses('AdvisoryDenied', 'rejudge', [enclave.signer, enclave.facts]), [615n]);
      await registry.send('rejudge', [first.signer, first.facts]);
      await govern(registry, 'allowAdvisory', [615]);
      await registry.send('rejudge', [enclave.signer, enclave.facts]);
      await registry.refuses('NoChange', 'allowAdvisory', [615], { from: world.governance });
    });
  });

  it('loosens what was tightened, but for what is final', async () => {
    const { registry, chain, guard, govern, governance: from } = world;
    await chain.undone(async () => {
      await guard(registry, 'removeOperator', [first.operator]);
      await govern(registry, 'admitOperator', [first.operator]);
      assert.deepEqual(await registry.read('operatorOf', [first.operator]), [1, true]);
      const standings = async () => [
        (await registry.read('platformOf', [first.platformId])) as unknown,
        (await registry.read('platformFamilyOf', [FAMILY])) as unknown,
      ];
      const [neutral, listed, denied, revoked] = [0, 1, 2, 3];
      await guard(registry, 'denyPlatform', [first.platformId]);
      await guard(registry, 'denyPlatformFamily', [FAMILY]);
      assert.deepEqual(await standings(), [[1, denied], denied]);
      await govern(registry, 'allowPlatform', [first.platformId, false]);
      await govern(registry, 'allowPlatformFamily', [FAMILY, false]);
      assert.deepEqual(await standings(), [[1, neutral], neutral]);
      await guard(registry, 'requireListing', [true, true]);
      await govern(registry, 'allowPlatform', [first.platformId, true]);
      await govern(registry, 'allowPlatformFamily', [FAMILY, true]);
      assert.deepEqual(await standings(), [[1, listed], listed]);
      await govern(registry, 'waiveListing', [false, true]);
      await guard(registry, 'rejectTcbStatus', [1]);
      await govern(registry, 'acceptTcbStatus', [1]);
      await guard(registry, 'raiseMinimumEvaluationNumber', [25]);
      await govern(registry, 'lowerMinimumEvaluationNumber', [10]);
      await registry.send('rejudge', [first.signer, first.facts]);
      assert.equal((await record(first)).judgementEpoch, (await state())['judgementEpoch']);
      await guard(registry, 'revokePlatform', [first.platformId]);
      assert.deepEqual(await standings(), [[1, revoked], listed]);
      await registry.refuses('PlatformDenied', 'allowPlatform', [first.platformId, true], { from });
      await registry.refuses('NoChange', 'denyPlatform', [first.platformId], { from: world.guardian });
    });
    for (const [rule, name, args] of [
      ['NoChange', 'admitOperator', [first.operator]],
      ['ZeroName', 'admitOperator', [zeroAddress]],
      ['ZeroName', 'setVerifier', [0, world.statedVerifier.address]],
      ['NoChange', 'setVerifier', [STATED_VERIFIER, world.statedVerifier.address]],
      ['InvalidTcbStatus', 'acceptTcbStatus', [0]],
      ['InvalidTcbStatus', 'acceptTcbStatus', [9]],
      ['NoChange', 'acceptTcbStatus', [1]],
      ['NoChange', 'lowerMinimumEvaluationNumber', [17]],
      ['NoChange', 'allowPlatform', [first.platformId, false]],
      ['ZeroName', 'allowPlatform', [ZERO, true]],
      ['NoChange', 'allowPlatformFamily', [FAMILY, false]],
      ['ZeroName', 'allowPlatformFamily', [ZERO, true]],
      ['NoChange', 'waiveListing', [true, true]],
      ['NoChange', 'setRevocationKey', [world.config.revocationKey]],
      ['VerifierNotAdmitted', 'addEntry', [entryTerms({ verifierNumber: 9 })]],
    ] as const) {
      await registry.refuses(rule, name, args, { from });
    }
    for (const [name, args] of [
      ['revoke', [zeroAddress]],
      ['revokePlatform', [ZERO]],
      ['revokeMeasurement', [ZERO]],
    ] as const) {
      await registry.refuses('ZeroName', name, args, { from: world.guardian });
    }
  });

  it('takes sound entries only', async () => {
    const { registry, governance: from } = world;
    const left = (value: Hex): Hex => pad(value, { dir: 'right', size: 32 });
    const sgx = {
      teeType: 1,
      registers: bytes('enclave', 32),
      launch: `0x${'00'.repeat(66)}`,
      attributesMask: left(`0x${'ff'.repeat(20)}`),
      attributesValue: left('0x05'),
    };
    const pinned = `0x${'00'.repeat(144)}${'11'.repeat(48)}`;
    const migratable = left('0x00000030');
    for (const [flaw, change] of [
      [1, { teeType: 0 }],
      [1, { teeType: 3 }],
      [2, { registers: bytes('short', 239) }],
      [2, { registers: `0x${'00'.repeat(240)}` }],
      [3, { attributesMask: `0x${'ff'.repeat(17)}${'00'.repeat(15)}` }],
      [4, { attributesMask: left('0xff000020'), attributesValue: left('0x00000010') }],
      [5, { attributesMask: left('0xfe000020'), attributesValue: ZERO }],
      [5, { attributesValue: left('0x01') }],
      [5, { ...sgx, attributesMask: left('0xfd'), attributesValue: ZERO }],
      [5, { ...sgx, attributesValue: left('0x07') }],
      [6, { attributesMask: left('0xff'), attributesValue: ZERO }],
      [6, { attributesValue: migratable }],
      [7, { launch: `0x${'00'.repeat(191)}` }],
      [8, { configurationHash: ZERO }],
      [9, { notAfterSeconds: 0 }],
    ] as const) {
      assert.deepEqual(await registry.refuses('InvalidEntry', 'addEntry', [entryTerms(change)], { from }), [flaw]);
    }
    // A TD that may migrate is bound to the one that migrates it.
    await registry.read('addEntry', [entryTerms({ attributesValue: migratable, launch: pinned })], { from });
    await registry.read('addEntry', [entryTerms(sgx)], { from });
  });

  it('renews a key of the same machine and encryption key, also one that was resigned or evicted', async () => {
    const { registry, chain, operators } = world;
    await chain.undone(async () => {
      const renewal = async (enclave: Enclave, change: Partial<Candidate> = {}, evidence: Partial<Evidence> = {}) => {
        const { candidate, evidence: bytes } = await world.application(enclave, change, evidence);
        return [candidate, bytes, first.facts];
      };
      const from = first.operator;
      await registry.refuses('OperatorNotAdmitted', 'renew', await renewal(first), { from: world.anyone });
      await registry.refuses('SignerUnknown', 'renew', await renewal(world.createEnclave('nobody')), { from });
      await registry.refuses('NotTheOperator', 'renew', await renewal({ ...first, operator: operators[1]! }), {
        from: operators[1]!,
      });
      const [candidate, evidence] = await renewal(first);
      const forged = { ...first.facts, tcbStatus: 2 };
      await registry.refuses('FactsMismatch', 'renew', [candidate, evidence, forged], { from });
      await registry.refuses('PlatformChanged', 'renew', await renewal(first, {}, { platformId: bytes32('other') }), {
        from,
      });
      await registry.refuses(
        'EncryptionKeyChanged',
        'renew',
        await renewal(first, { encryptionKey: bytes32('other') }),
        { from },
      );

      await registry.refuses('SignerUnknown', 'resign', [world.anyone], { from });
      await registry.refuses('NotTheOperator', 'resign', [first.signer], { from: operators[1]! });
      await registry.send('resign', [first.signer], { from });
      await registry.refuses('SignerNotActive', 'resign', [first.signer], { from });
      assert.equal((await record(first)).status, 'resigned');
      await registry.send('renew', await renewal(first), { from });
      assert.equal((await record(first)).status, 'active');
      await world.guard(registry, 'revoke', [first.signer]);
      await registry.refuses('SignerRevoked', 'renew', await renewal(first), { from });
      // That it was revoked comes before whose it was, as on Sui.
      await registry.refuses('SignerRevoked', 'renew', await renewal({ ...first, operator: operators[1]! }), {
        from: operators[1]!,
      });
    });
  });

  it('lets nobody choose the facts by which a key is judged', async () => {
    const { registry } = world;
    const forged = { ...first.facts, evaluationNumber: 99 };
    await registry.refuses('FactsMismatch', 'rejudge', [first.signer, forged]);
    await registry.refuses('FactsMismatch', 'evict', [first.signer, forged]);
    await registry.refuses('StillQualifies', 'evict', [first.signer, first.facts]);
    await registry.refuses('SignerNotActive', 'rejudge', [world.anyone, first.facts]);
  });

  it('judges many keys again in one transaction', async () => {
    const { registry, chain } = world;
    await chain.undone(async () => {
      const second = await world.register(world.createEnclave('second', { operator: 1 }));
      await world.guard(registry, 'denyAdvisory', [1]);
      const calls = [first, second].map(({ signer, facts }) =>
        encodeFunctionData({ abi: registry.abi, functionName: 'rejudge', args: [signer, facts] }),
      );
      await registry.send('multicall', [calls], { from: world.anyone });
      const digest = bytes32('anything');
      const [quorum] = await registry.read('tally', [digest, await world.signed(digest, [first, second])]);
      assert.equal(quorum >> 24, 2);
    });
  });

  it('revokes by the signature of the revocation key, whoever brings it and however often', async () => {
    const { registry, chain, anyone, govern } = world;
    await chain.undone(async () => {
      const revocation = (kind: number, target: Hex) => encodeRevocation(kind, pad(target.toLowerCase() as Hex));
      const submit = async (bytes: Hex, name = 'revocation key'): Promise<readonly unknown[]> => [
        bytes,
        await signDigest(keccak256(bytes), bytes32(name)),
      ];
      const ofFirst = await submit(revocation(1, first.signer));
      await registry.refuses(
        'NotTheRevocationKey',
        'submitRevocation',
        await submit(revocation(1, first.signer), 'other'),
      );
      for (const [kind, target] of [
        [1, first.signer],
        [2, first.platformId],
        [3, first.facts.measurementId as Hex],
      ] as const) {
        const args = await submit(revocation(kind, target));
        await registry.send('submitRevocation', args, { from: anyone });
        const after = await state();
        await registry.send('submitRevocation', args, { from: anyone });
        assert.deepEqual(await state(), after);
      }
      assert.equal((await record(first)).status, 'revoked');
      assert.equal(await registry.read('isMeasurementRevoked', [first.facts.measurementId]), true);
      // A signer that nobody knows closes nothing, and is refused when it comes.
      const unknown = world.createEnclave('unknown');
      const before = await state();
      await registry.send('submitRevocation', await submit(revocation(1, unknown.signer)));
      assert.deepEqual(await state(), before);
      const { candidate, evidence } = await world.application(unknown);
      await registry.refuses('SignerRevoked', 'register', [candidate, evidence], { from: unknown.operator });
      await govern(registry, 'setRevocationKey', [zeroAddress]);
      await registry.refuses('NotTheRevocationKey', 'submitRevocation', ofFirst);
    });
  });

  it('takes keys of a replaced verifier out until they are renewed', async () => {
    const { registry, chain, govern } = world;
    await chain.undone(async () => {
      const successor = await chain.deploy('StatedVerifier', [bytes32('root')]);
      await govern(registry, 'setVerifier', [STATED_VERIFIER, successor.address]);
      await registry.refuses('VerifierNotAdmitted', 'rejudge', [first.signer, first.facts]);
      await govern(registry, 'setVerifier', [STATED_VERIFIER, zeroAddress]);
      await refuses('VerifierNotAdmitted');
    });
  });

  it('counts nobody beyond the last second of its key', async () => {
    const { registry, chain } = world;
    const digest = bytes32('anything');
    const signatures = await world.signed(digest, [first]);
    const { expiresAtSeconds } = await record(first);
    await chain.undone(async () => {
      await blockAt(expiresAtSeconds);
      assert.equal((await registry.read('tally', [digest, signatures]))[0] >> 24, 1);
      await blockAt(expiresAtSeconds + 1);
      assert.equal((await registry.read('tally', [digest, signatures]))[0], 0);
    });
  });
});
