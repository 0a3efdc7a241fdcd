/** Governance's delays as a deployment off a local network has them: docs/spec/contracts.md section 8. */
import assert from 'node:assert/strict';
import { SuiGrpcClient } from '@mysten/sui/grpc';
import { Ed25519Keypair } from '@mysten/sui/keypairs/ed25519';
import { Transaction, type TransactionResult } from '@mysten/sui/transactions';
import { startDevnet, type LocalDevnet } from '../../../localnet/sui/devnet.ts';
import { inProcessTransport } from '../../../localnet/sui/rpc/transport.ts';
import { Authority, CORRIDOR_ABORTS, Registry } from '../../../prover/bindings/sui/corridor.ts';
import { readObject } from '../../../prover/bindings/sui/read.ts';
import { evmChain } from '../../../prover/protocol/index.ts';
import { callsOf, deploySui, type SuiDeployment } from '../../../scripts/deploy/sui.ts';
import { temporaryFolder } from './folder.ts';

const HOUR = 3_600;
const DAY = 24 * HOUR;
const FAR = evmChain(1);
const NO_NUMBER = 1_000;

const key = (byte: number): Ed25519Keypair => Ed25519Keypair.fromSecretKey(new Uint8Array(32).fill(byte));
const [deployer, governance, guardian] = [key(1), key(2), key(3)];

describe('delays on Sui off a local network', function () {
  this.timeout(120_000);
  let devnet: LocalDevnet;
  let client: SuiGrpcClient;
  let deployment: SuiDeployment;
  let pristine: () => void;

  before(async () => {
    devnet = await startDevnet({ seed: 'delays' });
    for (const signer of [deployer, governance, guardian]) await devnet.faucet(signer.toSuiAddress());
    client = new SuiGrpcClient({ network: 'localnet', transport: inProcessTransport(devnet) });
    const operators = [key(4), key(5)].map((operator) => operator.toSuiAddress());
    deployment = await deploySui(
      { client, signer: deployer },
      {
        network: 'delays',
        isLocalnet: false,
        root: 'intel',
        governance: governance.toSuiAddress(),
        guardian: guardian.toSuiAddress(),
        operators,
        acceptedTcbStatuses: [1],
        minimumEvaluationNumber: 17,
        feeSink: key(6).toSuiAddress(),
        lanes: [{ destinationChain: FAR, baseFee: 1n, feePerByte: 1n, feePerGas: 1n }],
        origins: [
          {
            chain: FAR,
            outbox: new Uint8Array(32).fill(0xee, 12),
            generation: 1,
            policy: { threshold: 3, operators: 2, platforms: 3, vendors: 1 },
          },
        ],
      },
      temporaryFolder(),
    );
    pristine = devnet.ledger.mark();
  });
  beforeEach(() => pristine());

  const pass = (seconds: number): void => void devnet.advanceClock(BigInt(seconds) * 1000n);

  /** The rule that a transaction breaks, which the client's simulation of it meets; `ok` when it breaks none. */
  async function run(signer: Ed25519Keypair, build: (tx: Transaction) => void): Promise<string> {
    const transaction = new Transaction();
    build(transaction);
    // Given, so that none is estimated, whose failure is told in other words.
    transaction.setGasBudget(1_000_000_000);
    try {
      const result = await client.signAndExecuteTransaction({ transaction, signer });
      assert.equal(result.$kind, 'Transaction');
      return 'ok';
    } catch (error) {
      const [, code, module] = /abort code: (\d+), in '0x\w+::(\w+)::/.exec((error as Error).message) ?? [];
      const rule = CORRIDOR_ABORTS[module ?? '']?.[Number(code)];
      if (rule === undefined) throw error;
      return rule;
    }
  }

  const parts = () => {
    const { objects, capabilities, packages } = deployment;
    const { corridor } = callsOf(deployment);
    return {
      ...objects,
      corridor,
      cap: capabilities.governance.id,
      watch: capabilities.guardian.id,
      id: packages.corridor.id,
    };
  };
  const schedule = (tx: Transaction, status = 2): TransactionResult => {
    const { corridor, authority, cap } = parts();
    return corridor.loosening.scheduleAcceptStatus(tx, { authority, cap, status });
  };
  const execute = (number: number) => (tx: Transaction) => {
    const { corridor, authority, registry, cap } = parts();
    corridor.loosening.acceptStatus(tx, { authority, registry, cap, number });
  };
  const cancel = (by: 'guardian' | 'governance', number: number, action: string) => (tx: Transaction) => {
    const { corridor, authority, cap, watch, id } = parts();
    const guard =
      by === 'guardian'
        ? corridor.authority.guard(tx, { self: authority, cap: watch })
        : corridor.authority.governanceGuard(tx, { governanceCap: cap });
    corridor.authority.cancel(tx, [`${id}::${action}`], { self: authority, guard, number });
  };
  const STATUS = 'loosening::AcceptStatus';
  const accepted = async (): Promise<number> => {
    const { value } = await readObject(client, Registry, parts().registry);
    return value.criteria.accepted_tcb_statuses;
  };
  /** Schedules, and gives the number of what is scheduled. */
  async function scheduled(build: (tx: Transaction) => void): Promise<number> {
    const { value } = await readObject(client, Authority, parts().authority);
    assert.equal(await run(governance, build), 'ok');
    return Number(value.next_action);
  }

  it('a loosening is scheduled, waits 48 hours, and is executed once', async () => {
    const number = await scheduled((tx) => schedule(tx));
    assert.equal(await run(governance, execute(number)), 'ActionNotDue');
    pass(2 * DAY - HOUR);
    assert.equal(await run(governance, execute(number)), 'ActionNotDue');
    assert.equal(await accepted(), 0b10);
    pass(HOUR);
    assert.equal(await run(governance, execute(number)), 'ok');
    assert.equal(await accepted(), 0b110);
    assert.equal(await run(governance, execute(number)), 'UnknownAction');
    assert.equal(await run(governance, execute(NO_NUMBER)), 'UnknownAction');
  });

  it('no transaction schedules and executes at once', async () => {
    const both = (tx: Transaction): void => {
      const { corridor, authority, registry, cap } = parts();
      corridor.loosening.acceptStatus(tx, { authority, registry, cap, number: schedule(tx) });
    };
    assert.equal(await run(governance, both), 'ActionNotDue');
  });

  it('the guardian cancels it, and so does governance', async () => {
    for (const by of ['guardian', 'governance'] as const) {
      const number = await scheduled((tx) => schedule(tx));
      assert.equal(await run(by === 'guardian' ? guardian : governance, cancel(by, number, STATUS)), 'ok');
      pass(2 * DAY);
      assert.equal(await run(governance, execute(number)), 'UnknownAction');
    }
    assert.equal(await accepted(), 0b10);
  });

  it('nobody else has the capability for any of it', async () => {
    const number = await scheduled((tx) => schedule(tx));
    for (const attempt of [
      run(deployer, (tx) => schedule(tx)),
      run(guardian, (tx) => schedule(tx)),
      run(deployer, cancel('guardian', number, STATUS)),
      run(deployer, cancel('governance', number, STATUS)),
      run(guardian, execute(number)),
    ]) {
      await assert.rejects(attempt, /owned by|owner|signed/i);
    }
  });

  it('lapses fourteen days after it is due', async () => {
    const [late, timely] = [await scheduled((tx) => schedule(tx)), await scheduled((tx) => schedule(tx, 3))];
    pass(16 * DAY);
    assert.equal(await run(governance, execute(timely)), 'ok');
    pass(1);
    assert.equal(await run(governance, execute(late)), 'ActionLapsed');
    assert.equal(await accepted(), 0b1010);
  });

  it('another verifier waits seven days', async () => {
    const { corridor, authority, registry, cap, collateralStore } = parts();
    const number = await scheduled((tx) => {
      const verifier = callsOf(deployment).dcapEvidence.dcapEvidence.intel(tx, { store: collateralStore });
      corridor.loosening.scheduleAdmitVerifier(tx, { authority, cap, verifier });
    });
    const admit = (tx: Transaction) => corridor.loosening.admitVerifier(tx, { authority, registry, cap, number });
    pass(7 * DAY - HOUR);
    assert.equal(await run(governance, (tx) => void admit(tx)), 'ActionNotDue');
    pass(HOUR);
    assert.equal(await run(governance, (tx) => void admit(tx)), 'ok');
  });

  it('a tightening and a pause wait for nothing', async () => {
    const { corridor, authority, registry, inbox, outbox, cap, watch } = parts();
    const tightened = await run(guardian, (tx) => {
      const guard = corridor.authority.guard(tx, { self: authority, cap: watch });
      corridor.tightening.raiseMinimum(tx, { registry, guard, evaluationNumber: 18 });
      corridor.origins.pauseOrigin(tx, { inbox, guard, chain: FAR });
      corridor.outbox.pauseLane(tx, { self: outbox, guard, destinationChain: FAR });
    });
    assert.equal(tightened, 'ok');
    const ended = await run(governance, (tx) => {
      const guard = corridor.authority.governanceGuard(tx, { governanceCap: cap });
      corridor.origins.endOriginPause(tx, { inbox, guard, chain: FAR });
    });
    assert.equal(ended, 'ok');
  });

  it('a guardian who cancels everything is replaced, and cannot cancel that', async () => {
    const { corridor, authority, cap } = parts();
    const number = await scheduled((tx) => corridor.authority.scheduleReplaceGuardian(tx, { self: authority, cap }));
    assert.equal(await run(guardian, cancel('guardian', number, 'authority::ReplaceGuardian')), 'GovernanceOnly');
    const replace = (tx: Transaction): void => {
      const made = corridor.authority.replaceGuardian(tx, { self: authority, cap, number });
      tx.transferObjects([made], governance.toSuiAddress());
    };
    assert.equal(await run(governance, replace), 'ActionNotDue');
    pass(2 * DAY);
    assert.equal(await run(governance, replace), 'ok');
    const watch = (tx: Transaction): void => {
      corridor.authority.guard(tx, { self: authority, cap: parts().watch });
    };
    assert.equal(await run(guardian, watch), 'NotTheGuardian');
  });
});
