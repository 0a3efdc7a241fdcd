/** What holds for every command, whatever it does. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import type { Command } from 'commander';
import { createProgram } from '../../prover/cli/program.ts';
import { corridor } from './support.ts';

const MAIN = path.resolve(import.meta.dirname, '../../prover/cli/main.ts');
const SIGNER = `0x${'ab'.repeat(20)}`;

/** Commands that do something, with the words that call them. */
function leaves(command: Command, words: readonly string[] = []): [words: string, command: Command][] {
  return command.commands.length === 0
    ? [[words.join(' '), command]]
    : command.commands.flatMap((child) => leaves(child, [...words, child.name()]));
}

describe('every command of corridor', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'corridor help '));
  const none = path.join(folder, 'none.json');
  const state = ['--folder', folder];
  const network = ['--network', none];
  before(() => writeFileSync(path.join(folder, 'empty'), ''));
  after(() => rmSync(folder, { recursive: true }));

  /** A command line for each that goes wrong or comes to nothing, with what it ends with. */
  const table: Readonly<Record<string, readonly [exitCode: number, error: string, ...args: string[]]>> = {
    'quote inspect': [2, 'UnreadableFile', none],
    'quote verify': [2, 'UnreadableFile', none, '--collateral', none],
    'collateral fetch': [2, 'MissingOption', '--out', none],
    'collateral upload': [2, 'MissingOption', none],
    'prover start': [2, 'InvalidConfiguration', '--config', none],
    'enclave configure': [2, 'InvalidConfiguration', '--config', none, '--out', none],
    'enclave show': [2, 'UnreadableFile', none],
    'localnet up': [2, 'InvalidNumber', '--operators', '0', ...state],
    'localnet down': [0, '', ...state],
    'localnet status': [3, '', ...state],
    send: [2, 'UnknownNetwork', ...network, '--from', 'evm', '--to', 'sui', '--recipient', SIGNER, '--body', 'x'],
    track: [2, 'UnknownNetwork', ...network, SIGNER],
    deliver: [2, 'UnknownNetwork', ...network, SIGNER],
    'registry list': [2, 'UnknownNetwork', ...network],
    'registry show': [2, 'UnknownNetwork', ...network, SIGNER],
    'lane status': [2, 'UnknownNetwork', ...network],
    'network join': [2, 'UnreadableFile', 'mine', none, none, '--out', none],
    'operator init': [2, 'MissingPassword', '--keystore', folder, '--password-file', path.join(folder, 'empty')],
    'operator register': [2, 'UnknownNetwork', ...network],
    'operator renew': [2, 'UnknownNetwork', ...network],
    'operator resign': [2, 'UnknownNetwork', ...network],
    'operator status': [2, 'UnknownNetwork', ...network],
    // Programs of their own, which test/cli/deploy.test.ts starts.
    'deploy evm': [2, 'InvalidCommandLine'],
    'deploy sui': [2, 'InvalidCommandLine'],
  };

  const program = createProgram({ out: () => {}, err: () => {}, isColoured: false }, () => {});
  const commands = leaves(program);

  it('is in the table below', () => {
    assert.deepEqual(Object.keys(table).sort(), commands.map(([words]) => words).sort());
  });

  for (const [words, command] of commands) {
    const [exitCode, error, ...args] = table[words]!;

    it(`${words}: has help with an example, and --json`, () => {
      let help = '';
      command.configureOutput({ writeOut: (text) => void (help += text) });
      command.outputHelp();
      assert.match(help, new RegExp(`Examples?:\\n(.*\\n)*  corridor ${words}\\b`));
      assert.match(help, /--json/);
      assert.ok(command.description().length > 0);
    });

    it(`${words} --json: one JSON value, on standard output or, where it fails, on standard error`, async () => {
      const done = await corridor(...words.split(' '), ...args, '--json');
      assert.equal(done.exitCode, exitCode, done.err);
      const [said, silent] = error === '' ? [done.out, done.err] : [done.err, done.out];
      assert.equal(silent, '');
      const value = JSON.parse(said) as { error?: string; message?: string };
      if (error !== '') assert.deepEqual([value.error, typeof value.message], [error, 'string']);
      const mistyped = await corridor(...words.split(' '), ...args, '--json', '--nonsense');
      assert.deepEqual([mistyped.exitCode, mistyped.out], [2, '']);
      assert.equal((JSON.parse(mistyped.err) as { error: string }).error, 'InvalidCommandLine');
    });
  }

  it('is one of a group, which says so in JSON, too', async () => {
    for (const group of program.commands.filter(({ commands: children }) => children.length > 0)) {
      const { exitCode, out, err } = await corridor(group.name(), '--json');
      assert.deepEqual([exitCode, out], [2, '']);
      assert.equal((JSON.parse(err) as { error: string }).error, 'InvalidCommandLine');
    }
  });

  it('is coloured on a terminal alone', () => {
    const { stdout, stderr } = spawnSync(process.execPath, [MAIN, 'registry', 'list', ...network], {
      encoding: 'utf8',
      env: { ...process.env, FORCE_COLOR: '3', NO_COLOR: '' },
    });
    assert.match(stderr, /^error there is no /);
    assert.deepEqual([stdout, stderr].map(stripVTControlCharacters), [stdout, stderr]);
  });
});
