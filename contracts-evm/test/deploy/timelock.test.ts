/** Governance's delays as a deployment on a public chain has them: docs/spec/contracts.md section 8. */
import assert from 'node:assert/strict';
import { encodeFunctionData, getAddress, type Abi, type Address, type Hex } from 'viem';
import { accessManagerAbi, inboxAbi, outboxAbi, registryAbi } from '../../../prover/bindings/evm/index.ts';
import { INTEL_ROOT } from '../../../scripts/deploy/evm/config.ts';
import { ROLES } from '../../../scripts/deploy/evm/roles.ts';
import { deployEvm } from '../../../scripts/deploy/evm.ts';
import { createChain, type Contract, type TestChain } from '../harness/chain.ts';
import { bytes32 } from '../harness/fixtures.ts';
import { entryTerms, FAR_CHAIN } from '../harness/world.ts';

const SEPOLIA = 11_155_111;
const HOUR = 3_600;
const DAY = 24 * HOUR;

describe('delays on a public chain', () => {
  let chain: TestChain;
  let [manager, registry, outbox, inbox] = [] as unknown as [Contract, Contract, Contract, Contract];
  let [deployer, governance, guardian, stranger, operator] = [] as unknown as [
    Address,
    Address,
    Address,
    Address,
    Address,
  ];
  let verifier: Address;
  let pristine: Hex;

  before(async () => {
    chain = await createChain({ chainId: SEPOLIA });
    [deployer, governance, guardian, stranger, operator] = chain.accounts as [
      Address,
      Address,
      Address,
      Address,
      Address,
    ];
    const { contracts } = await deployEvm(
      { publicClient: chain.client, walletClient: chain.wallets[0]! },
      {
        network: 'delays',
        chainId: SEPOLIA,
        governance,
        guardian,
        feeSink: stranger,
        revocationKey: null,
        verifierRoot: INTEL_ROOT,
        challengeBlocks: 300,
        acceptedTcbStatuses: [1],
        minimumEvaluationNumber: 17,
        operators: [operator, chain.accounts[5]!],
        entries: [],
        lanes: [{ destinationChain: FAR_CHAIN, fees: { base: 1n, perByte: 1n, perGas: 1n } }],
        origins: [
          {
            chain: FAR_CHAIN,
            outbox: bytes32('outbox'),
            generation: 1,
            policy: { signers: 3, operators: 2, platforms: 3, vendors: 1 },
          },
        ],
      },
      null,
    );
    verifier = contracts.dcapVerifier;
    manager = chain.attach(contracts.accessManager, accessManagerAbi as Abi);
    registry = chain.attach(contracts.registry, registryAbi as Abi);
    outbox = chain.attach(contracts.outbox, outboxAbi as Abi);
    inbox = chain.attach(contracts.inbox, inboxAbi as Abi);
    pristine = await chain.testClient.snapshot();
  });

  beforeEach(async () => {
    await chain.testClient.revert({ id: pristine });
    pristine = await chain.testClient.snapshot();
  });

  const dataOf = ({ abi }: Contract, name: string, args: readonly unknown[]): Hex =>
    encodeFunctionData({ abi, functionName: name, args });
  const schedule = (target: Contract, data: Hex, from = governance) =>
    manager.send('schedule', [target.address, data, 0], { from });
  const execute = (target: Contract, data: Hex) =>
    manager.send('execute', [target.address, data], { from: governance });
  const refusesToExecute = (rule: string, target: Contract, data: Hex) =>
    manager.refuses(rule, 'execute', [target.address, data], { from: governance });
  const accepted = async (): Promise<number> =>
    ((await registry.read('judgementState')) as { acceptedTcbStatuses: number }).acceptedTcbStatuses;

  it('a loosening is scheduled, waits 48 hours, and is executed once', async () => {
    const data = dataOf(registry, 'acceptTcbStatus', [2]);
    await registry.refuses('AccessManagerNotScheduled', 'acceptTcbStatus', [2], { from: governance });
    await refusesToExecute('AccessManagerNotScheduled', registry, data);
    await schedule(registry, data);
    await refusesToExecute('AccessManagerNotReady', registry, data);
    await chain.pass(2 * DAY - HOUR);
    await refusesToExecute('AccessManagerNotReady', registry, data);
    assert.equal(await accepted(), 0b10);
    await chain.pass(HOUR);
    await execute(registry, data);
    assert.equal(await accepted(), 0b110);
    await refusesToExecute('AccessManagerNotScheduled', registry, data);
  });

  it('what is due may also be called at the contract itself, with these arguments alone', async () => {
    await schedule(registry, dataOf(registry, 'acceptTcbStatus', [2]));
    await chain.pass(2 * DAY);
    await registry.refuses('AccessManagerNotScheduled', 'acceptTcbStatus', [3], { from: governance });
    await registry.send('acceptTcbStatus', [2], { from: governance });
    assert.equal(await accepted(), 0b110);
  });

  it('the guardian cancels it, and nobody else but governance does', async () => {
    const data = dataOf(registry, 'acceptTcbStatus', [2]);
    const cancel = [governance, registry.address, data];
    await schedule(registry, data);
    for (const from of [stranger, deployer, operator]) {
      await manager.refuses('AccessManagerUnauthorizedCancel', 'cancel', cancel, { from });
    }
    await manager.send('cancel', cancel, { from: guardian });
    await chain.pass(2 * DAY);
    await refusesToExecute('AccessManagerNotScheduled', registry, data);
    await schedule(registry, data);
    await manager.send('cancel', cancel, { from: governance });
    await refusesToExecute('AccessManagerNotScheduled', registry, data);
  });

  it('lapses seven days after it is due', async () => {
    const data = dataOf(registry, 'acceptTcbStatus', [2]);
    await schedule(registry, data);
    await chain.pass(9 * DAY);
    await refusesToExecute('AccessManagerExpired', registry, data);
    await schedule(registry, data);
    await chain.pass(2 * DAY);
    await execute(registry, data);
    assert.equal(await accepted(), 0b110);
  });

  it('another verifier waits seven days', async () => {
    const data = dataOf(registry, 'setVerifier', [2, verifier]);
    await schedule(registry, data);
    await chain.pass(7 * DAY - HOUR);
    await refusesToExecute('AccessManagerNotReady', registry, data);
    await chain.pass(HOUR);
    await execute(registry, data);
    assert.equal(await registry.read('verifierOf', [2]), getAddress(verifier));
  });

  it('every loosening waits, of whatever contract', async () => {
    const fees = { base: 2n, perByte: 0n, perGas: 0n };
    const loosenings: [Contract, string, readonly unknown[]][] = [
      [registry, 'admitOperator', [stranger]],
      [registry, 'addEntry', [entryTerms({ verifierNumber: 1 })]],
      [registry, 'lowerMinimumEvaluationNumber', [3]],
      [outbox, 'setFees', [FAR_CHAIN, fees]],
      [outbox, 'raiseGeneration', [FAR_CHAIN]],
      [outbox, 'allowLanePause', [FAR_CHAIN]],
      [outbox, 'setFeeSink', [deployer]],
      [inbox, 'setCap', [FAR_CHAIN, 1, 1]],
      [inbox, 'allowOriginPause', [FAR_CHAIN]],
    ];
    for (const [target, name, args] of loosenings) {
      await target.refuses('AccessManagerNotScheduled', name, args, { from: governance });
      for (const from of [guardian, deployer, stranger]) {
        await target.refuses('AccessManagedUnauthorized', name, args, { from });
      }
      await schedule(target, dataOf(target, name, args));
      await refusesToExecute('AccessManagerNotReady', target, dataOf(target, name, args));
    }
    await chain.pass(2 * DAY);
    for (const [target, name, args] of loosenings) await execute(target, dataOf(target, name, args));
  });

  it('a tightening and a pause wait for nothing', async () => {
    await registry.send('denyAdvisory', [7], { from: guardian });
    await registry.send('raiseMinimumEvaluationNumber', [18], { from: governance });
    await inbox.send('pauseOrigin', [FAR_CHAIN], { from: guardian });
    await outbox.send('pauseLane', [FAR_CHAIN], { from: guardian });
    await inbox.send('resumeOrigin', [FAR_CHAIN], { from: governance });
    for (const from of [deployer, stranger, operator]) {
      await registry.refuses('AccessManagedUnauthorized', 'denyAdvisory', [8], { from });
    }
  });

  it('a guardian who cancels everything is replaced, and cannot cancel that', async () => {
    const revoke = dataOf(manager, 'revokeRole', [ROLES.guardian, guardian]);
    const grant = dataOf(manager, 'grantRole', [ROLES.guardian, stranger, 0]);
    for (const data of [revoke, grant]) {
      await schedule(manager, data);
      const cancel = [governance, manager.address, data];
      await manager.refuses('AccessManagerUnauthorizedCancel', 'cancel', cancel, { from: guardian });
      await refusesToExecute('AccessManagerNotReady', manager, data);
    }
    await chain.pass(7 * DAY);
    for (const data of [revoke, grant]) await execute(manager, data);
    await registry.refuses('AccessManagedUnauthorized', 'denyAdvisory', [7], { from: guardian });
    await registry.send('denyAdvisory', [7], { from: stranger });
  });
});
