import assert from 'node:assert/strict';
import { CorridorError, parseDeployment } from '../../prover/sdk/index.ts';

const address = `0x${'Ab'.repeat(20)}`;
const id = `0x${'cd'.repeat(32)}`;
const evm = { kind: 'evm', chain: '31337', rpc: ['http://127.0.0.1:8545'], startHeight: 3 };
const sui = {
  kind: 'sui',
  chain: '5980780306045815434',
  package: id,
  registry: id,
  outbox: id,
  inbox: id,
};
const contracts = { registry: address, outbox: address, inbox: address };

describe('a deployment description', () => {
  it('is read, with what may be left out', () => {
    const { network, chains, hosts } = parseDeployment({
      network: 'localnet',
      chains: [{ ...evm, ...contracts }, sui],
    });
    assert.deepEqual([network, hosts], ['localnet', []]);
    const [first, second] = chains;
    assert.deepEqual([first!.chain, first!.startHeight, first!.outbox], [31337n, 3n, address.toLowerCase()]);
    assert.deepEqual([second!.chain, second!.startHeight, second!.rpc], [5980780306045815434n, 0n, []]);
  });

  it('is refused with every mistake at once', () => {
    const wrong = {
      chains: [
        { ...evm, ...contracts, chain: '0', inbox: id },
        { ...sui, chain: '1', rpc: ['ftp://x'] },
        { kind: 'tron' },
      ],
      hosts: 'http://127.0.0.1',
    };
    assert.throws(
      () => parseDeployment(wrong),
      (error: CorridorError) => {
        assert.equal(error.code, 'InvalidDeployment');
        const named = error.message.split('\n').slice(1);
        assert.deepEqual(
          named.map((line) => line.trim().split(':')[0]),
          ['chains.0.chain', 'chains.0.inbox', 'chains.1.chain', 'chains.1.rpc', 'chains.2.kind', 'hosts'],
          error.message,
        );
        return true;
      },
    );
    assert.throws(() => parseDeployment([]), /no JSON object[^]*at least two/);
    const twice = { chains: [sui, sui] };
    assert.throws(() => parseDeployment(twice), /listed twice/);
  });
});
