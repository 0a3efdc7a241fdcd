import assert from 'node:assert/strict';
import { instrument } from '../../scripts/long/coverage/branches.ts';

const contract = (body: string): string =>
  `// SPDX-License-Identifier: Apache-2.0\npragma solidity 0.8.37;\ncontract C {\n${body}\n}\n`;

/** The decisions of a body, with 1 and 0 in place of the marks of the ways out of the first, 3 and 2 of the second, … */
function instrumented(body: string): { body: string; lines: number[] } {
  const source = contract(body);
  const result = instrument('C.sol', source, source);
  const marks = result.branches.map(({ mark }) => mark);
  assert.equal(new Set(marks).size, marks.length);
  const shown = marks.reduce((text, mark, i) => text.replaceAll(`0x${mark}`, String(i ^ 1)), result.source);
  const tail = marks.length > 0 ? '\nimport "__corridor_branches.sol";\n' : '';
  assert.ok(shown.endsWith(`}\n${tail}`));
  const lines = result.branches.map(({ line }) => line);
  return { body: shown.split('\n')[3]!.replaceAll('__CorridorBranches.', ''), lines };
}

describe('instrumentation of Solidity for branch coverage', () => {
  it('makes every condition say which way it went', () => {
    const cases = [
      ['function f(uint a) { if (a > 1) a = 2; }', 'function f(uint a) { if (went(a > 1, 1, 0)) a = 2; }'],
      ['function f(bool a) { while (a) a = false; }', 'function f(bool a) { while (went(a, 1, 0)) a = false; }'],
      [
        'function f(bool a) { do a = false; while (a); }',
        'function f(bool a) { do a = false; while (went(a, 1, 0)); }',
      ],
      ['function f() { for (uint i; i < 3; ++i) {} }', 'function f() { for (uint i; went(i < 3, 1, 0); ++i) {} }'],
      ['function f(bool a) { a = !a ? true : a; }', 'function f(bool a) { a = went(!a, 1, 0) ? true : a; }'],
    ] as const;
    for (const [body, expected] of cases) assert.equal(instrumented(body).body, expected);
  });

  it('keeps decisions within decisions apart', () => {
    assert.equal(
      instrumented('function f(bool a, bool b) { if (a ? b : (b ? a : b)) a = b; }').body,
      'function f(bool a, bool b) { if (went(went(a, 3, 2) ? b : (went(b, 5, 4) ? a : b), 1, 0)) a = b; }',
    );
  });

  it('closes the inner of two decisions that end together first', () => {
    assert.equal(
      instrumented('function f(bool a) { if (g(a) && a ? a : a) a = a; }').body,
      'function f(bool a) { if (went(went(g(a) && a, 3, 2) ? a : a, 1, 0)) a = a; }',
    );
  });

  it('leaves alone what decides nothing, and loops without a condition', () => {
    const loops = ['function f() { for (;;) {} }', 'function f() { while (true) {} }'];
    for (const body of ['uint x = 1;', ...loops, 'function f() { assembly { if 1 { } } }'])
      assert.deepEqual(instrumented(body), { body, lines: [] });
  });

  it('names lines of the source as it was written', () => {
    const source = contract('function f(bool a)\n{\nif (a)\nreturn;\nif (!a)\nreturn;\n}');
    const moved = source.replaceAll('\nif', '\n\n\nif');
    assert.deepEqual(
      instrument('C.sol', source, moved).branches.map(({ line, taken }) => [line, taken]),
      [6, 8].flatMap((line) => [
        [line, true],
        [line, false],
      ]),
    );
    assert.throws(() => instrument('C.sol', source, contract('')), /C\.sol: 2 decisions, then 0/);
  });
});
