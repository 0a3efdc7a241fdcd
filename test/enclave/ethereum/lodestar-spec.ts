/**
 * Compares the sync protocol with `LightclientSpec` of lodestar on honest and mutated updates, for the preset that the
 * environment variable LODESTAR_PRESET selects: lodestar has one preset in a process. Prints what it compared.
 *
 * What is accepted here must be accepted there, and end at the same finalized header. What is refused here must be
 * refused there, unless the rule is one that docs/spec/light-clients.md lists as going beyond the specification.
 */
import assert from 'node:assert/strict';
import { registerHooks } from 'node:module';
import { createBeaconConfig, createChainForkConfig } from '@lodestar/config';
import { ACTIVE_PRESET, ForkName } from '@lodestar/params';
import { sszTypesFor } from '@lodestar/types';
import { BeaconChain, type Signing } from '../../../localnet/beacon/chain.ts';
import { LocalSyncCommittee } from '../../../localnet/beacon/committee.ts';
import { typesOf, type BootstrapValue, type UpdateValue } from '../../../localnet/beacon/types.ts';
import { LightClientError } from '../../../prover/enclave/errors.ts';
import * as eth from '../../../prover/enclave/ethereum/index.ts';
import { bootstrapOf, changed, configOf, emptyBlock } from './world.ts';

// lodestar's client wants another BLS package, with the same keys and signatures under other names.
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === '@chainsafe/bls'
      ? { url: new URL('lodestar-bls.ts', import.meta.url).href, shortCircuit: true }
      : next(specifier, context),
});
const { LightclientSpec } = await import('@lodestar/light-client/spec');

const preset = ACTIVE_PRESET as unknown as 'mainnet' | 'minimal';
const { syncCommitteeSize: size } = eth.PRESETS[preset];
const slotsPerEpoch = eth.PRESETS[preset].slotsPerEpoch;
const slotsPerPeriod = slotsPerEpoch * eth.PRESETS[preset].epochsPerSyncCommitteePeriod;
const types = typesOf(preset);

/** Rules that go beyond the specification: an update may break one of them and be fine by lodestar. */
const BEYOND = new Set(['LowParticipation', 'IrrelevantUpdate', 'MalformedSsz', 'UnknownFork']);

// Blocks where something happens: the first epochs, and around the turn of each period.
const chain = new BeaconChain({ preset, seed: 'spec' });
const wanted = (slot: number): boolean => {
  const inPeriod = slot % slotsPerPeriod;
  return inPeriod < 8 * slotsPerEpoch || inPeriod >= slotsPerPeriod - 4 * slotsPerEpoch;
};
for (let slot = 0; slot < 2 * slotsPerPeriod + 8 * slotsPerEpoch; slot++)
  if (wanted(slot)) chain.addBlock(emptyBlock(slot), slot);

const config = configOf(chain);
const forks = Object.fromEntries(chain.forks.map(({ name, epoch, version }) => [name, { epoch, version }]));
const lodestarConfig = createBeaconConfig(
  createChainForkConfig({
    ALTAIR_FORK_EPOCH: 0,
    BELLATRIX_FORK_EPOCH: 0,
    CAPELLA_FORK_EPOCH: 0,
    DENEB_FORK_EPOCH: 0,
    ELECTRA_FORK_EPOCH: forks['electra']!.epoch,
    ELECTRA_FORK_VERSION: forks['electra']!.version,
    FULU_FORK_EPOCH: forks['fulu']!.epoch,
    FULU_FORK_VERSION: forks['fulu']!.version,
  }),
  chain.genesisValidatorsRoot,
);
const lodestarTypes = sszTypesFor(ForkName.electra);

type Spec = InstanceType<typeof LightclientSpec>;
type SpecUpdate = Parameters<Spec['onUpdate']>[1];
const toSpec = (bytes: Uint8Array): SpecUpdate => lodestarTypes.LightClientUpdate.deserialize(bytes) as SpecUpdate;
const toSpecBootstrap = (value: BootstrapValue) =>
  lodestarTypes.LightClientBootstrap.deserialize(types.LightClientBootstrap.serialize(value));

const start = chain.blockAt(2 * slotsPerEpoch)!;
const bootstrap = chain.bootstrap(start);
const startStore = eth.initializeLightClientStore(config, start.root, bootstrapOf(config, bootstrap));
const options = { allowForcedUpdates: false, updateHeadersOnForcedUpdate: false };

const counts = { preset, accepted: 0, refused: 0, beyond: 0 };

/** Gives updates to both from the starting point; the last one is compared. */
function compare(name: string, before: readonly UpdateValue[], bytes: Uint8Array, currentSlot: number): void {
  const spec = new LightclientSpec(lodestarConfig, options, toSpecBootstrap(bootstrap));
  let store = startStore;
  for (const value of before) {
    const honest = types.LightClientUpdate.serialize(value);
    store = eth.processLightClientUpdate(config, store, eth.decodeLightClientUpdate(config, honest), currentSlot);
    spec.onUpdate(currentSlot, toSpec(honest));
  }
  let rule = 'accepted';
  try {
    store = eth.processLightClientUpdate(config, store, eth.decodeLightClientUpdate(config, bytes), currentSlot);
  } catch (error) {
    assert.ok(error instanceof LightClientError, String(error));
    rule = error.code;
  }
  let complaint: string | null = null;
  try {
    spec.onUpdate(currentSlot, toSpec(bytes));
  } catch (error) {
    complaint = (error as Error).message;
  }
  if (rule === 'accepted') {
    assert.equal(complaint, null, `${name}: accepted here, ${complaint} there`);
    const there = lodestarTypes.BeaconBlockHeader.hashTreeRoot(spec.store.finalizedHeader.beacon);
    assert.deepEqual(Buffer.from(store.finalizedHeader.beacon.root), Buffer.from(there), name);
    counts.accepted++;
  } else if (BEYOND.has(rule)) {
    counts.beyond++;
  } else {
    assert.notEqual(complaint, null, `${name}: ${rule} here, accepted there`);
    counts.refused++;
  }
}

const NOW = 10_000_000;
const serialize = (value: UpdateValue): Uint8Array => types.LightClientUpdate.serialize(value);
const first = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
const attestable = chain.blocks.filter(({ slot }) => slot >= 3 * slotsPerEpoch && slot < slotsPerPeriod - 1);
const middle = attestable[Math.floor(attestable.length / 3)]!;
const end = chain.blockAt(slotsPerPeriod - 2)!;
const later = chain.blockAt(slotsPerPeriod + 5 * slotsPerEpoch)!;
const farther = chain.blockAt(2 * slotsPerPeriod + 5 * slotsPerEpoch)!;
const sign = (signing: Signing = {}, block = middle, slot = block.slot + 1): UpdateValue =>
  chain.update(block, slot, signing);
const edit = (change: (update: UpdateValue) => void, value = sign()): UpdateValue => changed(preset, value, change);

// Honest ones, at every place of two periods.
for (const block of [attestable[0]!, middle, end])
  for (const participants of [first(size), first(Math.ceil((2 * size) / 3))])
    compare(`slot ${block.slot}`, [], serialize(sign({ participants }, block)), NOW);
compare('the next period', [sign({}, end)], serialize(sign({}, later)), NOW);
compare(
  'two periods on',
  [sign({}, end), sign({}, chain.blockAt(2 * slotsPerPeriod - 2)!)],
  serialize(sign({}, farther)),
  NOW,
);

const stranger = new LocalSyncCommittee(preset, 'stranger', 0);
const hostile: [string, UpdateValue, number?][] = [
  ['another committee', sign({ committee: stranger })],
  ['the next committee', sign({ committee: chain.committee(1) })],
  ['another domain', sign({ domainType: Uint8Array.of(0, 0, 0, 0) })],
  ['another genesis root', sign({ genesisValidatorsRoot: new Uint8Array(32) })],
  ['another fork', sign({ forkVersion: chain.forks[0]!.version })],
  ['one below two thirds', sign({ participants: first(Math.ceil((2 * size) / 3) - 1) })],
  ['nobody', sign({ participants: [] })],
  ['a bit cleared', edit((u) => u.syncAggregate.syncCommitteeBits.set(3, false))],
  [
    'a bit set',
    edit((u) => u.syncAggregate.syncCommitteeBits.set(size - 1, true), sign({ participants: first(size - 1) })),
  ],
  ['a future slot', sign(), middle.slot],
  ['the attested slot', sign({}, middle, middle.slot)],
  ['a skipped period', sign({}, farther)],
  ['a period whose committee is not known', sign({}, later)],
  [
    'branches swapped',
    edit(
      (u) =>
        ([u.nextSyncCommitteeBranch[0], u.nextSyncCommitteeBranch[1]] = [
          u.nextSyncCommitteeBranch[1]!,
          u.nextSyncCommitteeBranch[0]!,
        ]),
    ),
  ],
  [
    'the current committee’s branch',
    edit((u) => (u.nextSyncCommitteeBranch = chain.bootstrap(middle).currentSyncCommitteeBranch)),
  ],
  ['a stranger for the next committee', edit((u) => (u.nextSyncCommittee = stranger.value))],
  ['another finalized header', edit((u) => (u.finalizedHeader = chain.blockAt(slotsPerEpoch)!.header))],
  ['headers swapped', edit((u) => ([u.attestedHeader, u.finalizedHeader] = [u.finalizedHeader, u.attestedHeader]))],
  ['another execution header', edit((u) => (u.finalizedHeader.execution = u.attestedHeader.execution))],
  ['another attested execution header', edit((u) => (u.attestedHeader.execution = u.finalizedHeader.execution))],
  ['a finality branch of another state', edit((u) => (u.finalityBranch = sign({}, end).finalityBranch))],
  ['the signature of another header', edit((u) => (u.syncAggregate = sign({}, end).syncAggregate))],
  ['infinity', edit((u) => u.syncAggregate.syncCommitteeSignature.fill(0).set([0xc0]))],
];
for (const [name, value, currentSlot = NOW] of hostile) compare(name, [], serialize(value), currentSlot);

// Any bit of an honest update, spread over all of its fields; of the committee's keys a few.
const honest = serialize(sign());
const keysEnd = 4 + size * 48;
const step = preset === 'minimal' ? 7 : 31;
for (let offset = 4; offset < honest.length; offset += offset < keysEnd ? Math.floor(keysEnd / 9) : step) {
  const bytes = Uint8Array.from(honest);
  bytes[offset]! ^= 1 << (offset % 8);
  // An offset that points elsewhere is for both decoders to refuse, each in its own way.
  try {
    toSpec(bytes);
  } catch {
    continue;
  }
  compare(`byte ${offset}`, [], bytes, NOW);
}
console.log(JSON.stringify(counts));
