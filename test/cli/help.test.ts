import assert from 'node:assert/strict';
import type { Command } from 'commander';
import { createProgram } from '../../prover/cli/program.ts';

/** Commands that do something, with the words that call them. */
function leaves(command: Command, words: readonly string[] = []): [words: string, command: Command][] {
  return command.commands.length === 0
    ? [[words.join(' '), command]]
    : command.commands.flatMap((child) => leaves(child, [...words, child.name()]));
}

describe('every command of corridor', () => {
  const program = createProgram({ out: () => {}, err: () => {}, isColoured: false }, () => {});

  for (const [words, command] of leaves(program)) {
    it(`${words}: has help with an example, and --json`, () => {
      let help = '';
      command.configureOutput({ writeOut: (text) => void (help += text) });
      command.outputHelp();
      assert.match(help, new RegExp(`Examples?:\\n(.*\\n)*  corridor ${words}\\b`));
      assert.match(help, /--json/);
      assert.ok(command.description().length > 0);
    });
  }
});
