/** What the deployment refuses, what it finds when it reads back, and what it writes. */
import assert from 'node:assert/strict';
import { SuiGrpcClient } from '@mysten/sui/grpc';
import { Ed25519Keypair } from '@mysten/sui/keypairs/ed25519';
import { concatHex, keccak256, stringToHex } from 'viem';
import { LocalDevnet, startDevnet } from '../../../localnet/sui/devnet.ts';
import { inProcessTransport } from '../../../localnet/sui/rpc/transport.ts';
import { evmChain, suiChain, toHex } from '../../../prover/protocol/index.ts';
import { INTEL_ROOT_FINGERPRINT } from '../../../prover/protocol/dcap/index.ts';
import {
  deploySui,
  DeployError,
  finishDeployment,
  publishSui,
  readSuiDeployment,
  setUpSui,
  type SuiContext,
  type SuiDeployConfig,
} from '../../../scripts/deploy/sui.ts';
import { checkConfig, parseSuiConfig } from '../../../scripts/deploy/sui/config.ts';
import { temporaryFolder } from './folder.ts';

const CHAIN = suiChain(Uint8Array.of(1, 2, 3, 4));
const MAINNET = suiChain(Uint8Array.of(0x35, 0x83, 0x4a, 0x8a));
const DEPLOYER = `0x${'d'.repeat(64)}`;
const address = (digit: string): string => `0x${digit.repeat(64)}`;
const outbox = new Uint8Array(32).fill(0xee, 12);

/** A deployment that is sound off a local network. */
const sound: SuiDeployConfig = {
  network: 'sound',
  isLocalnet: false,
  root: 'intel',
  governance: address('7'),
  guardian: address('6'),
  operators: [address('1'), address('2'), address('3')],
  acceptedTcbStatuses: [1, 2],
  minimumEvaluationNumber: 17,
  revocationKey: new Uint8Array(20).fill(7),
  feeSink: address('5'),
  lanes: [{ destinationChain: evmChain(1), baseFee: 1n, feePerByte: 2n, feePerGas: 3n }],
  entries: [
    {
      teeType: 2,
      registers: new Uint8Array(240).fill(4),
      attributesMask: new Uint8Array(32).fill(0xff, 0, 16),
      attributesValue: new Uint8Array(32).fill(0x10, 3, 4),
      launch: new Uint8Array(192),
      configurationHash: new Uint8Array(32).fill(5),
      notAfter: 4_000_000_000n,
    },
  ],
  origins: [
    {
      chain: evmChain(1),
      outbox,
      generation: 1,
      policy: { threshold: 3, operators: 2, platforms: 3, vendors: 1 },
    },
  ],
};
const [origin] = sound.origins;
const withPolicy = (changes: Partial<(typeof sound.origins)[0]['policy']>): Partial<SuiDeployConfig> => ({
  origins: [{ ...origin!, policy: { ...origin!.policy, ...changes } }],
});
const simulated = new Uint8Array(32).fill(9);

describe('deployment on Sui: input', () => {
  it('takes what is sound', () => {
    checkConfig(sound, CHAIN, DEPLOYER);
    checkConfig(
      { ...sound, ...withPolicy({ threshold: 1, operators: 1, platforms: 1 }), isLocalnet: true },
      CHAIN,
      DEPLOYER,
    );
    checkConfig({ ...sound, isLocalnet: true, root: simulated }, CHAIN, DEPLOYER);
  });

  it('reads a configuration as a file has it', () => {
    const written = JSON.stringify({ ...sound, isLocalnet: true, root: simulated }, (_, value: unknown) => {
      if (typeof value === 'bigint') return String(value);
      return value instanceof Uint8Array ? toHex(value) : value;
    });
    assert.deepEqual(parseSuiConfig(written), { ...sound, isLocalnet: true, root: simulated });
    for (const text of ['', '{}', written.replace(toHex(outbox), '0x0')]) {
      assert.throws(() => parseSuiConfig(text), DeployError);
    }
  });

  const refused: [why: string, message: RegExp, changes: Partial<SuiDeployConfig>, chain?: bigint][] = [
    ['a threshold of zero', /threshold is 1 to 32/, withPolicy({ threshold: 0 })],
    ['a threshold of 33', /threshold is 1 to 32/, withPolicy({ threshold: 33 })],
    ['a threshold of one', /one signer/, withPolicy({ threshold: 1, operators: 1, platforms: 1 })],
    ['one operator for a quorum', /one operator/, withPolicy({ operators: 1 })],
    ['zero operators for a quorum', /operators is 1/, withPolicy({ operators: 0 })],
    ['zero platforms', /platforms is 1/, withPolicy({ platforms: 0 })],
    ['zero vendors', /vendors is 1/, withPolicy({ vendors: 0 })],
    ['more vendors than signers', /vendors is 1/, withPolicy({ vendors: 4 })],
    ['shared platforms', /platform of its own/, withPolicy({ platforms: 2 })],
    [
      'a policy that too few operators can meet',
      /needs 4 operators/,
      withPolicy({ threshold: 4, operators: 4, platforms: 4 }),
    ],
    ['one operator', /at least two operators/, { operators: [address('1')] }],
    ['one operator twice', /given twice/, { operators: [address('1'), address('1')] }],
    ['no operator', /at least one operator/, { operators: [], isLocalnet: true }],
    ['an operator of zero', /operator/, { operators: [address('0'), address('1')] }],
    ['a simulated root', /must be intel/, { root: simulated }],
    ['a root of zero', /SHA-256/, { root: new Uint8Array(32), isLocalnet: true }],
    ['a short root', /SHA-256/, { root: new Uint8Array(31).fill(1), isLocalnet: true }],
    ['a local network on mainnet', /mainnet/, { isLocalnet: true }, MAINNET],
    ['no TCB status', /no TCB status/, { acceptedTcbStatuses: [] }],
    ['the status Revoked', /status 9/, { acceptedTcbStatuses: [9] }],
    ['a status twice', /given twice/, { acceptedTcbStatuses: [1, 1] }],
    ['a sink of zero', /feeSink/, { feeSink: address('0') }],
    ['a guardian of zero', /guardian/, { guardian: address('0') }],
    ['one account as governance and guardian', /one account/, { guardian: address('7') }],
    ['the deployer as governance', /governance is the deployer/, { governance: DEPLOYER }],
    ['the deployer as guardian', /guardian is the deployer/, { guardian: DEPLOYER.toUpperCase().replace('0X', '0x') }],
    ['the deployer as an operator', /an operator is the deployer/, { operators: [address('1'), DEPLOYER] }],
    ['a revocation key of zero', /revocation key/, { revocationKey: new Uint8Array(20) }],
    ['a lane to itself', /this chain itself/, { lanes: [{ ...sound.lanes[0]!, destinationChain: CHAIN }] }],
    ['a lane twice', /given twice/, { lanes: [sound.lanes[0]!, sound.lanes[0]!] }],
    ['an origin twice', /given twice/, { origins: [origin!, origin!] }],
    [
      'an outbox that is no EVM address',
      /no address/,
      { origins: [{ ...origin!, outbox: new Uint8Array(32).fill(1) }] },
    ],
    ['generation zero', /generation/, { origins: [{ ...origin!, generation: 0 }] }],
    ['a network that is no file name', /file name/, { network: '../elsewhere' }],
  ];
  for (const [why, message, changes, chain = CHAIN] of refused) {
    it(`refuses ${why}`, () => {
      assert.throws(
        () => checkConfig({ ...sound, ...changes }, chain, DEPLOYER),
        (error) => error instanceof DeployError && message.test(error.message),
      );
    });
  }
});

describe('deployment on Sui: who watches', () => {
  it('is left to nobody by default off a local network', () => {
    const { governance, guardian, ...rest } = sound;
    for (const config of [rest, { ...rest, governance }, { ...rest, guardian }] as SuiDeployConfig[]) {
      assert.throws(() => checkConfig(config, CHAIN, DEPLOYER), /governance and guardian are needed/);
    }
    checkConfig({ ...rest, isLocalnet: true }, CHAIN, DEPLOYER);
  });
});

describe('deployment on Sui: on chain', function () {
  this.timeout(120_000);
  let devnet: LocalDevnet;
  let context: SuiContext;
  before(async () => {
    devnet = await startDevnet({ seed: 'deploy' });
    const signer = Ed25519Keypair.fromSecretKey(new Uint8Array(32).fill(3));
    await devnet.faucet(signer.toSuiAddress());
    const client = new SuiGrpcClient({ network: 'localnet', transport: inProcessTransport(devnet) });
    context = { client, signer };
  });

  it('is written as it is, with Intel as the root, and read again', async () => {
    const folder = temporaryFolder();
    const deployment = await deploySui(context, sound, folder);
    assert.deepEqual(readSuiDeployment('sound', folder), deployment);
    assert.equal(deployment.verifier.root, INTEL_ROOT_FINGERPRINT);
    assert.equal(deployment.capabilities.governance.owner, address('7'));
    assert.equal(deployment.isLocalnet, false);
    assert.deepEqual(deployment.entries, [
      {
        number: 1,
        teeType: 2,
        // Section 2, computed by another library.
        measurement: keccak256(
          concatHex([keccak256(stringToHex('corridor.measurement.v1')), '0x02', `0x${'04'.repeat(240)}`]),
        ),
        configurationHash: `0x${'05'.repeat(32)}`,
        notAfter: '4000000000',
      },
    ]);
  });

  it('sends nothing when its input is refused', async () => {
    const { height } = devnet.ledger;
    await assert.rejects(deploySui(context, { ...sound, operators: [address('1')] }, temporaryFolder()), DeployError);
    assert.equal(devnet.ledger.height, height);
  });

  it('finds what is not as it should be', async () => {
    const published = await publishSui(context);
    const setUp = await setUpSui(context, published, sound);
    const differs = async (message: RegExp, config: SuiDeployConfig): Promise<void> => {
      await assert.rejects(
        finishDeployment(context, published, setUp, config, temporaryFolder()),
        (error) => error instanceof DeployError && message.test(error.message),
      );
    };
    await differs(/the authority/, { ...sound, isLocalnet: true });
    const entry = sound.entries![0]!;
    for (const field of ['registers', 'launch', 'configurationHash', 'attributesValue'] as const) {
      const changed = entry[field].map((byte, i) => (i === 0 ? byte ^ 1 : byte));
      await differs(/entry 1/, { ...sound, entries: [{ ...entry, [field]: changed }] });
    }
    await differs(/the criteria/, { ...sound, entries: [] });
    await differs(/the criteria/, { ...sound, revocationKey: new Uint8Array(20).fill(8) });
    await differs(/owner of the guardian/, { ...sound, guardian: address('8') });
    await differs(/the criteria/, { ...sound, minimumEvaluationNumber: 18 });
    await differs(/the criteria/, { ...sound, acceptedTcbStatuses: [1] });
    await differs(/the verifier/, { ...sound, root: simulated });
    await differs(/the outbox/, { ...sound, feeSink: address('8') });
    await differs(/the lane/, { ...sound, lanes: [{ ...sound.lanes[0]!, baseFee: 2n }] });
    await differs(/the origin/, { ...sound, ...withPolicy({ threshold: 4, platforms: 4 }) });
    const forged = structuredClone(published);
    forged.packages.dcap.id = published.packages.corridor.id;
    await assert.rejects(finishDeployment(context, forged, setUp, sound, temporaryFolder()), /the code of dcap/);
    await finishDeployment(context, published, setUp, sound, temporaryFolder());
  });
});
