/** What the commands for messages refuse before they do anything. What they do is in test/e2e/sdk-cases.ts. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { run } from '../../prover/cli/program.ts';

describe('corridor send, track and deliver', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'corridor messages '));
  const file = path.join(folder, 'network.json');
  const id = `0x${'cd'.repeat(32)}`;
  const contracts = (address: string) => ({ registry: address, outbox: address, inbox: address });
  const chains = [
    // Nobody listens there: port 1 is for a protocol that is gone.
    { kind: 'evm', chain: '31337', rpc: ['http://127.0.0.1:1'], ...contracts(`0x${'ab'.repeat(20)}`) },
    { kind: 'evm', chain: '1', rpc: ['http://127.0.0.1:1'], ...contracts(`0x${'ab'.repeat(20)}`) },
    { kind: 'sui', chain: '5980780306045815434', rpc: ['http://127.0.0.1:1'], package: id, ...contracts(id) },
  ];
  const keys = ['CORRIDOR_EVM_KEY', 'CORRIDOR_SUI_KEY'] as const;
  const before_ = keys.map((name) => process.env[name]);

  before(() => {
    writeFileSync(file, JSON.stringify({ network: 'test', chains }));
    for (const name of keys) delete process.env[name];
  });
  after(() => {
    keys.forEach((name, i) => before_[i] !== undefined && (process.env[name] = before_[i]));
    rmSync(folder, { recursive: true });
  });

  const refusal = async (...args: string[]): Promise<[number, string]> => {
    let text = '';
    const terminal = { out: () => assert.fail('nothing to say'), err: (line: string) => void (text += line) };
    const [name, ...rest] = args as [string, ...string[]];
    const exitCode = await run([name, '--network', file, '--json', ...rest], { ...terminal, isColoured: false });
    return [exitCode, (JSON.parse(text) as { error: string }).error];
  };
  const send = (from: string, to: string, ...rest: string[]) =>
    refusal('send', '--from', from, '--to', to, '--recipient', id, ...rest);

  it('name chains that are there, and one at a time', async () => {
    assert.deepEqual(await send('tron', 'sui', '--body', 'x'), [2, 'UnknownChain']);
    assert.deepEqual(await send('evm', 'sui', '--body', 'x'), [2, 'UnknownChain']);
  });

  it('take one body, and whole numbers', async () => {
    assert.deepEqual(await send('sui', '1'), [2, 'MissingOption']);
    assert.deepEqual(await send('sui', '1', '--body', 'x', '--body-file', file), [2, 'MissingOption']);
    assert.deepEqual(await send('sui', '1', '--body-file', path.join(folder, 'none')), [2, 'UnreadableFile']);
    assert.deepEqual(await send('sui', '1', '--body', 'x', '--gas', '1e6'), [2, 'InvalidNumber']);
  });

  it('take no bytes with a digit amiss for text', async () => {
    assert.deepEqual(await send('sui', '1', '--body', '0xabc'), [2, 'InvalidBody']);
    assert.deepEqual(await send('sui', '1', '--body', '0xzz'), [2, 'InvalidBody']);
    assert.deepEqual(await send('sui', '1', '--body', '0x', '--quote'), [3, 'Unavailable']);
  });

  it('say what is wrong with a command line in JSON, too', async () => {
    assert.deepEqual(await refusal('send'), [2, 'InvalidCommandLine']);
    assert.deepEqual(await refusal('track', id, '--nonsense'), [2, 'InvalidCommandLine']);
    assert.deepEqual(await refusal('track'), [2, 'InvalidCommandLine']);
  });

  it('take message ids, and transactions where they are told the chain', async () => {
    assert.deepEqual(await refusal('track', '0x12'), [2, 'InvalidMessage']);
    assert.deepEqual(await refusal('deliver', 'CtnBZGb'), [2, 'InvalidMessage']);
  });

  it('end with 3 where no node answers', async () => {
    assert.deepEqual(await refusal('track', 'CtnBZGb', '--from', 'sui'), [3, 'Unavailable']);
    assert.deepEqual(await send('sui', '1', '--body', 'x', '--quote'), [3, 'Unavailable']);
  });
});
