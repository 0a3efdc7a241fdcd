/** The configuration of enclaves, made of that of a host. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { configurationHash, decodeConfiguration } from '../../prover/enclave/config.ts';
import { LOCALNET_EVM_CHAIN, suiChain, toHex } from '../../prover/protocol/index.ts';
import { committeeBytes, newLedger } from '../enclave/sui/world.ts';
import { corridor, refusalOf } from './support.ts';

describe('corridor enclave', () => {
  let folder: string;
  const at = (name: string): string => path.join(folder, name);
  const bytes = (byte: number, length: number): `0x${string}` =>
    `0x${byte.toString(16).padStart(2, '0').repeat(length)}`;
  const sui = suiChain(Uint8Array.of(1, 2, 3, 4));
  const common = { rpc: ['http://127.0.0.1:9'], startHeight: '0', submitter: { env: 'UNUSED' } };
  const ethereum = {
    ...common,
    kind: 'ethereum',
    chain: String(LOCALNET_EVM_CHAIN),
    beacon: ['http://127.0.0.1:9'],
    preset: 'minimal',
    genesisValidatorsRoot: bytes(0x11, 32),
    forks: [
      { name: 'electra', epoch: 0, version: bytes(0x05, 4) },
      { name: 'fulu', epoch: 7, version: bytes(0x06, 4) },
    ],
    minParticipants: 22,
    trustedBlockRoot: bytes(0x12, 32),
    registry: bytes(0x13, 20),
    outbox: bytes(0x14, 20),
    inbox: bytes(0x15, 20),
    generation: 3,
  };
  const onSui = {
    ...common,
    kind: 'sui',
    chain: String(sui),
    committee: toHex(committeeBytes(newLedger())),
    package: bytes(0x21, 32),
    registry: bytes(0x22, 32),
    outbox: bytes(0x23, 32),
    inbox: bytes(0x24, 32),
  };
  const writeHost = (changes: object = {}): string => {
    const host = { name: 'host-1', chains: [{ ...ethereum, ...changes }, onSui] };
    writeFileSync(at('host.json'), JSON.stringify(host));
    return at('host.json');
  };

  beforeEach(() => (folder = mkdtempSync(path.join(os.tmpdir(), 'corridor enclave '))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it('writes what enclaves accept, of all that the host serves, and shows its hash', async () => {
    const { exitCode, out } = await corridor(
      ...['enclave', 'configure', '--config', writeHost(), '--out', at('made.cbor'), '--json'],
    );
    assert.equal(exitCode, 0);
    const encoded = readFileSync(at('made.cbor'));
    const { origins, lanes } = decodeConfiguration(encoded);
    assert.deepEqual(
      origins.map(({ chain }) => chain),
      [LOCALNET_EVM_CHAIN, sui],
    );
    const [evm] = origins;
    assert.ok(evm?.kind === 'ethereum');
    assert.equal(toHex(evm.trustedBlockRoot), ethereum.trustedBlockRoot);
    assert.equal(evm.lightClient.minParticipants, 22);
    assert.deepEqual(
      evm.lightClient.forks.map(({ name, epoch, version }) => ({ name, epoch, version: toHex(version) })),
      ethereum.forks,
    );
    // On EVM an address is its 20 bytes after 12 zeros (docs/spec/protocol.md).
    const padded = (address: string): string => `0x${'00'.repeat(12)}${address.slice(2)}`;
    assert.deepEqual(
      lanes.map((lane) => [
        lane.originChain,
        toHex(lane.originOutbox),
        lane.destinationChain,
        toHex(lane.destinationInbox),
        lane.generation,
      ]),
      [
        [LOCALNET_EVM_CHAIN, padded(ethereum.outbox), sui, onSui.inbox, 3n],
        [sui, onSui.outbox, LOCALNET_EVM_CHAIN, padded(ethereum.inbox), 1n],
      ],
    );
    const shown = JSON.parse(out) as { configurationHash: string };
    assert.equal(shown.configurationHash, toHex(configurationHash(encoded)));
    const again = await corridor('enclave', 'show', at('made.cbor'), '--json');
    assert.deepEqual(JSON.parse(again.out), shown);
    assert.match((await corridor('enclave', 'show', at('made.cbor'))).out, new RegExp(shown.configurationHash));
  });

  it('leaves a file alone that is there', async () => {
    writeFileSync(at('made.cbor'), 'mine');
    const [status, error] = await refusalOf(
      ...['enclave', 'configure', '--config', writeHost(), '--out', at('made.cbor')],
    );
    assert.deepEqual([status, error], [2, 'UnwritableFile']);
    assert.equal(readFileSync(at('made.cbor'), 'utf8'), 'mine');
  });

  it('writes nothing that no enclave would start with', async () => {
    const [status, error] = await refusalOf(
      ...['enclave', 'configure', '--config', writeHost({ minParticipants: 33 }), '--out', at('made.cbor')],
    );
    assert.deepEqual([status, error], [2, 'InvalidConfiguration']);
    assert.equal(existsSync(at('made.cbor')), false);
  });

  it('shows nothing of what is no configuration', async () => {
    writeFileSync(at('noise.cbor'), Uint8Array.of(0xa1, 0x61));
    assert.deepEqual((await refusalOf('enclave', 'show', at('noise.cbor'))).slice(0, 2), [2, 'InvalidConfiguration']);
    assert.deepEqual((await refusalOf('enclave', 'show', at('none.cbor'))).slice(0, 2), [2, 'UnreadableFile']);
  });
});
