/** Configurations: one encoding each, and none that weakens the enclave. */
import assert from 'node:assert/strict';
import { decode, encode } from 'cborg';
import { decodeConfiguration, laneKey } from '../../prover/enclave/config.ts';
import { hash, suiChain } from '../../prover/protocol/index.ts';
import { ruleOf } from './ethereum/world.ts';
import { EVM_CHAIN, EVM_LANE, EvmWorld, SUI_LANE, encodeConfiguration, newLedger, suiOrigin } from './world.ts';

describe('configuration', () => {
  const world = new EvmWorld().fillTo(17);
  const origins = [suiOrigin(newLedger()), world.origin(world.beacon.blockAt(16)!)];
  const lanes = [SUI_LANE, EVM_LANE, { ...EVM_LANE, generation: 1n }];
  const honest = encodeConfiguration({ origins, lanes });
  type Value = any;
  /** The encoding with a change made to it; cborg sorts keys as the deterministic form has them. */
  const changed = (change: (value: Value) => void): Uint8Array => {
    const value = decode(honest) as Value;
    change(value);
    return encode(value);
  };
  const judge = (change: (value: Value) => void): string => ruleOf(() => decodeConfiguration(changed(change)));

  it('is what cborg encodes, and decodes to what was given', () => {
    assert.deepEqual(Buffer.from(encode(decode(honest))), Buffer.from(honest));
    const { origins: read, lanes: readLanes } = decodeConfiguration(honest);
    assert.deepEqual(readLanes, [EVM_LANE, { ...EVM_LANE, generation: 1n }, SUI_LANE]);
    const [evm, sui] = read;
    assert.ok(evm?.kind === 'ethereum' && sui?.kind === 'sui');
    assert.deepEqual(evm.trustedBlockRoot, world.beacon.blockAt(16)!.root);
    assert.deepEqual([evm.chain, evm.lightClient.minParticipants, evm.lightClient.forks.length], [EVM_CHAIN, 22, 2]);
    assert.deepEqual([sui.chain, sui.committee.epoch], [SUI_LANE.originChain, 0n]);
  });

  it('has a hash that covers every field', () => {
    const hashes = new Set<string>();
    const digest = (encoded: Uint8Array): void => {
      hashes.add(Buffer.from(decodeConfiguration(encoded).hash).toString('hex'));
    };
    assert.deepEqual(decodeConfiguration(honest).hash, hash(hash(Buffer.from('corridor.configuration.v1')), honest));
    const changes: ((value: Value) => void)[] = [
      () => {},
      (value) => (value.origins[0].chain = value.lanes[0].originChain = value.lanes[1].originChain = 5),
      (value) => (value.origins[0].minParticipants = 23),
      (value) => (value.origins[0].trustedBlockRoot[0] ^= 1),
      (value) => (value.origins[0].genesisValidatorsRoot[0] ^= 1),
      (value) => (value.origins[0].forks[0].version[0] ^= 1),
      (value) => (value.origins[0].forks[1].epoch = 2),
      (value) => (value.origins[0].forks[1].name = 'gloas'),
      (value) => value.origins[0].forks.pop(),
      (value) => (value.origins[1].messagePackage[0] ^= 1),
      (value) => (value.origins[1].committee[0] ^= 1),
      (value) => (value.lanes[2].originOutbox[31] ^= 1),
      (value) => (value.lanes[1].destinationInbox[31] ^= 1),
      (value) => (value.lanes[1].generation = 2),
      (value) =>
        (value.lanes[0].destinationChain = value.lanes[1].destinationChain = suiChain(Uint8Array.of(9, 9, 9, 9))),
      (value) => value.lanes.pop(),
    ];
    for (const change of changes) digest(changed(change));
    assert.equal(hashes.size, changes.length);
  });

  it('does not change with the caller’s memory', () => {
    const bytes = Uint8Array.from(honest);
    const decoded = decodeConfiguration(bytes);
    bytes.fill(0);
    assert.deepEqual(decoded.lanes[0]!.originOutbox, EVM_LANE.originOutbox);
  });

  it('breaks a rule when a field is wrong', () => {
    const cases: [string, (value: Value) => void][] = [
      ['InvalidField', (value) => (value.version = 2)],
      ['InvalidField', (value) => (value.allowAnything = 1)],
      ['InvalidField', (value) => delete value.lanes],
      ['InvalidField', (value) => (value.origins[0].more = 1)],
      ['InvalidField', (value) => (value.origins[0].forks[0].more = 1)],
      ['InvalidField', (value) => (value.origins[0].trustedBlockRoot = new Uint8Array(31))],
      ['InvalidField', (value) => (value.origins[1].messagePackage = new Uint8Array(20))],
      ['InvalidField', (value) => (value.origins[1].minParticipants = 22)],
      ['InvalidField', (value) => (value.lanes[0].generation = 0x10000)],
      ['InvalidField', (value) => (value.lanes[0].more = 1)],
      ['InvalidField', (value) => (value.origins = Array.from({ length: 17 }, () => value.origins[0]))],
      ['InvalidField', (value) => (value.lanes = Array.from({ length: 65 }, () => value.lanes[0]))],
      ['InvalidChain', (value) => (value.origins[0].chain = 0)],
      ['InvalidOrigin', (value) => (value.origins[0].kind = 'sui')],
      ['InvalidOrigin', (value) => (value.origins[1].kind = 'ethereum')],
      ['InvalidOrigin', (value) => (value.origins[1].kind = 'evm')],
      ['InvalidOrigin', (value) => value.origins.reverse()],
      ['InvalidOrigin', (value) => value.origins.push(value.origins[1])],
      ['InvalidOrigin', (value) => (value.origins = [])],
      ['InvalidLane', (value) => value.lanes.reverse()],
      ['InvalidLane', (value) => value.lanes.push(value.lanes[2])],
      ['InvalidLane', (value) => (value.lanes = [])],
      [
        'InvalidLane',
        (value) => (value.lanes[1] = { ...value.lanes[0], destinationInbox: new Uint8Array(32).fill(7) }),
      ],
      ['InvalidLane', (value) => value.origins.pop()],
      ['InvalidLane', (value) => (value.lanes[0].originOutbox = new Uint8Array(32).fill(7))],
      ['InvalidLane', (value) => (value.lanes[0].destinationInbox = new Uint8Array(32))],
      ['InvalidLane', (value) => (value.lanes[2].destinationInbox = new Uint8Array(32).fill(7))],
      ['InvalidLane', (value) => (value.lanes[2].destinationChain = value.lanes[2].originChain)],
      ['InvalidChain', (value) => (value.lanes[2].destinationChain = 0)],
      ['InvalidConfiguration', (value) => (value.origins[0].minParticipants = 21)],
      ['InvalidConfiguration', (value) => (value.origins[0].preset = 'gnosis')],
      ['InvalidConfiguration', (value) => (value.origins[0].forks = [])],
      ['MalformedBcs', (value) => (value.origins[1].committee = new Uint8Array(8))],
      ['InvalidCommittee', (value) => (value.origins[1].committee[value.origins[1].committee.length - 8] ^= 1)],
    ];
    for (const [i, [rule, change]] of cases.entries()) assert.equal(judge(change), rule, `case ${i}`);
  });

  it('fails truncated, extended, or in another order of keys', () => {
    for (let length = 0; length < honest.length; length += 7)
      assert.notEqual(
        ruleOf(() => decodeConfiguration(honest.subarray(0, length))),
        'accepted',
      );
    assert.equal(
      ruleOf(() => decodeConfiguration(Uint8Array.of(...honest, 0))),
      'MalformedFrame',
    );
  });

  it('orders lanes by chain, outbox, destination and generation', () => {
    const keys = [
      { ...EVM_LANE, originChain: 9n },
      EVM_LANE,
      { ...EVM_LANE, generation: 2n },
      { ...EVM_LANE, generation: 16n },
      { ...EVM_LANE, destinationChain: EVM_LANE.destinationChain + 1n },
      SUI_LANE,
    ].map(laneKey);
    assert.deepEqual(keys.toSorted(), keys);
  });
});
