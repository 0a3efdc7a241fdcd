import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { configurationHash } from '../../prover/enclave/config.ts';
import { toHex } from '../../prover/protocol/index.ts';
import { parseNetworkFile } from '../../prover/cli/network-file.ts';
import { parseDeployment } from '../../prover/sdk/index.ts';
import {
  encodeConfiguration,
  EVM_CHAIN,
  EVM_INBOX,
  EVM_LANE,
  EVM_OUTBOX,
  EvmWorld,
  newLedger,
  SUI_CHAIN,
  SUI_INBOX,
  SUI_LANE,
  SUI_OUTBOX,
  suiOrigin,
} from '../enclave/world.ts';
import { corridor, refusalOf } from './support.ts';

const account = (digit: string): string => `0x${digit.repeat(40)}`;
const id = (digit: string): string => `0x${digit.repeat(64)}`;
const short = (address: Uint8Array): string => toHex(address.slice(12));

/** What enclaves are started with. */
const world = new EvmWorld().fillTo(17);
const origins = [suiOrigin(newLedger()), world.origin(world.beacon.blockAt(16)!)];
const configurationOf = (change: object = {}, generation = 1n): Uint8Array =>
  encodeConfiguration({
    origins,
    lanes: [
      { ...EVM_LANE, generation, ...change },
      { ...SUI_LANE, generation },
    ],
  });
const CONFIGURATION = configurationOf();
const HASH = toHex(configurationHash(CONFIGURATION));

const policy = { signers: 2, operators: 2, platforms: 2, vendors: 1 };
const evm = {
  kind: 'evm',
  network: 'one-evm',
  chain: String(EVM_CHAIN),
  startHeight: '12',
  contracts: {
    ...{ accessManager: account('1'), dcapVerifier: account('2'), registry: account('3') },
    ...{ outbox: short(EVM_OUTBOX), inbox: short(EVM_INBOX) },
  },
  verifierRoot: id('4'),
  operators: [account('5'), account('6')],
  lanes: [{ destinationChain: String(SUI_CHAIN) }],
  origins: [{ chain: String(SUI_CHAIN), outbox: toHex(SUI_OUTBOX), generation: 1, policy }],
  entries: [{ configurationHash: HASH }],
};
const sui = {
  kind: 'sui',
  network: 'one-sui',
  chain: String(SUI_CHAIN),
  startHeight: '34',
  packages: { corridor: { id: id('1') }, dcap: { id: id('2') }, dcapEvidence: { id: id('3') } },
  objects: {
    ...{ authority: id('8'), registry: id('9'), outbox: toHex(SUI_OUTBOX), inbox: toHex(SUI_INBOX) },
    collateralStore: id('c'),
  },
  verifier: { root: id('4') },
  operators: [{ cap: id('d') }, { cap: id('e') }, { cap: id('f') }],
  lanes: [{ destinationChain: String(EVM_CHAIN) }],
  origins: [{ chain: String(EVM_CHAIN), outbox: toHex(EVM_OUTBOX), generation: 1, policy }],
  entries: [{ configurationHash: HASH }],
};

describe('corridor network join', () => {
  let folder: string;
  before(() => void (folder = mkdtempSync(path.join(os.tmpdir(), 'corridor join '))));
  after(() => rmSync(folder, { recursive: true }));

  let files = 0;
  const write = (value: unknown): string => {
    const file = path.join(folder, `${files++}.json`);
    writeFileSync(file, value instanceof Uint8Array ? value : JSON.stringify(value));
    return file;
  };
  const out = (): string => path.join(folder, `network-${files++}.json`);
  const nodes = ['--rpc', 'evm=http://127.0.0.1:9', 'sui=http://127.0.0.1:9'];
  const refusal = async (one: object, other: object, ...rest: string[]): Promise<[number, string, string]> =>
    refusalOf('network', 'join', 'mine', write(one), write(other), '--out', out(), '--offline', ...rest);

  it('makes the file that commands and applications read', async () => {
    const file = out();
    const args = ['network', 'join', 'mine', write(sui), write(evm), '--offline', '--out', file, ...nodes];
    const more = ['--rpc', `${EVM_CHAIN}=http://127.0.0.1:10`, '--beacon', 'evm=http://127.0.0.1:11'];
    const done = await corridor(...args, ...more, '--host', 'http://127.0.0.1:12', '--json');
    assert.equal(done.exitCode, 0, done.err);
    const written: unknown = JSON.parse(readFileSync(file, 'utf8'));
    assert.deepEqual(JSON.parse(done.out), { file, network: written });
    const [onSui, onEvm] = parseDeployment(written).chains;
    assert.deepEqual([onSui!.chain, onSui!.startHeight, onSui!.outbox], [SUI_CHAIN, 34n, toHex(SUI_OUTBOX)]);
    assert.deepEqual([onEvm!.chain, onEvm!.startHeight, onEvm!.inbox], [EVM_CHAIN, 12n, short(EVM_INBOX)]);
    const network = parseNetworkFile(written);
    const [place, other] = network.chains;
    assert.ok(place?.kind === 'sui' && other?.kind === 'evm');
    assert.deepEqual([place.package, place.dcap, place.collateralStore], [id('1'), id('2'), id('c')]);
    assert.deepEqual(
      [other.rpc, other.beacon, other.dcapVerifier],
      [['http://127.0.0.1:9', 'http://127.0.0.1:10'], ['http://127.0.0.1:11'], account('2')],
    );
    assert.deepEqual(network.hosts, ['http://127.0.0.1:12']);
    assert.deepEqual(network.operators, [
      { evm: account('5'), sui: id('d') },
      { evm: account('6'), sui: id('e') },
      { sui: id('f') },
    ]);

    const again = await refusalOf(...args);
    assert.deepEqual(again.slice(0, 2), [1, 'FileExists']);
    assert.equal((await corridor(...args, '--force')).exitCode, 0);
  });

  const wrong: readonly [rule: string, what: string, one: object, other: object][] = [
    ['SameChain', 'one chain twice', evm, { ...evm, network: 'again' }],
    ['NoLane', 'nothing between them', { ...evm, lanes: [], origins: [] }, { ...sui, lanes: [], origins: [] }],
    ['LaneMissing', 'an origin without its lane', evm, { ...sui, lanes: [] }],
    ['OriginMissing', 'a lane that nobody takes from', { ...evm, origins: [] }, sui],
    [
      'OutboxMismatch',
      "another outbox than the other chain's on EVM",
      { ...evm, origins: [{ ...evm.origins[0], outbox: id('1') }] },
      sui,
    ],
    [
      'OutboxMismatch',
      "another outbox than the other chain's on Sui",
      evm,
      { ...sui, origins: [{ ...sui.origins[0], outbox: toHex(EVM_INBOX) }] },
    ],
    [
      'GenerationMismatch',
      'a generation that the lane has not',
      { ...evm, origins: [{ ...evm.origins[0], generation: 2 }] },
      sui,
    ],
    ['RootMismatch', 'registries upon different vendors', evm, { ...sui, verifier: { root: id('5') } }],
    ['ConfigurationMismatch', 'no program in common', evm, { ...sui, entries: [{ configurationHash: id('8') }] }],
  ];
  for (const [rule, what, one, other] of wrong) {
    it(`refuses ${what}: ${rule}`, async () => {
      const [exitCode, error, message] = await refusal(one, other);
      assert.deepEqual([exitCode, error], [1, rule]);
      assert.match(message, new RegExp(`^the deployments do not fit together:\n  ${rule}: `));
    });
  }

  it('names all that does not fit at once', async () => {
    const [, , message] = await refusal(evm, { ...sui, lanes: [], verifier: { root: id('5') } });
    assert.match(message, /LaneMissing: .*\n {2}RootMismatch: /);
  });

  it('holds the enclaves’ configuration against outboxes, inboxes and allow lists', async () => {
    const judge = async (encoded: Uint8Array): Promise<[number, string]> => {
      const entries = [{ configurationHash: toHex(configurationHash(encoded)) }];
      const given = ['--configuration', write(encoded)];
      const [exitCode, error] = await refusal({ ...evm, entries }, { ...sui, entries }, ...given);
      return [exitCode, error];
    };
    const args = ['network', 'join', 'mine', write(evm), write(sui), '--out', out(), '--offline'];
    const fits = await corridor(...args, '--configuration', write(CONFIGURATION));
    assert.equal(fits.exitCode, 0, fits.err);
    assert.deepEqual(await judge(configurationOf({ originOutbox: EVM_INBOX })), [1, 'OutboxMismatch']);
    assert.deepEqual(await judge(configurationOf({ destinationInbox: SUI_OUTBOX })), [1, 'InboxMismatch']);
    assert.deepEqual(await judge(configurationOf({}, 2n)), [1, 'LaneMissing']);
    const other = await refusal(evm, sui, '--configuration', write(configurationOf({}, 2n)));
    assert.deepEqual(other.slice(0, 2), [1, 'ConfigurationMismatch']);
  });

  it('says what is wrong with files, names and nodes', async () => {
    const incomplete = await refusal(evm, { ...sui, objects: {}, chain: 'mainnet' });
    assert.deepEqual(incomplete.slice(0, 2), [2, 'InvalidDeployment']);
    for (const field of ['chain', 'objects.outbox', 'objects.inbox'])
      assert.match(incomplete[2], new RegExp(`  ${field}: `));
    assert.deepEqual((await refusal(evm, { chains: [] })).slice(0, 2), [2, 'InvalidDeployment']);
    assert.deepEqual((await refusal(evm, sui, '--rpc', 'http://127.0.0.1:9')).slice(0, 2), [2, 'InvalidNode']);
    assert.deepEqual((await refusal(evm, sui, '--rpc', 'tron=http://127.0.0.1:9')).slice(0, 2), [2, 'UnknownChain']);
    assert.deepEqual((await refusal(evm, sui, '--rpc', 'evm=here')).slice(0, 2), [2, 'InvalidDeployment']);
    assert.deepEqual((await refusal(evm, sui, '--configuration', write('none'))).slice(0, 2), [
      2,
      'InvalidConfiguration',
    ]);
    const named = ['network', 'join', 'Mine/yours', write(evm), write(sui), '--offline'];
    assert.deepEqual((await refusalOf(...named)).slice(0, 2), [2, 'InvalidName']);
  });

  it('asks the chains, unless it is told not to', async () => {
    const join = ['network', 'join', 'mine', write(evm), write(sui), '--out', out()];
    assert.deepEqual((await refusalOf(...join)).slice(0, 2), [2, 'MissingOption']);
    assert.deepEqual((await refusalOf(...join, ...nodes)).slice(0, 2), [3, 'Unavailable']);
  });
});
