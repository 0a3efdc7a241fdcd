// Mutated and monstrous modules: the verifier answers each in time, by accepting it or by an error of its own.

import assert from 'node:assert/strict';
import * as template from '@mysten/move-bytecode-template';
import { VerificationError } from '../../../localnet/sui/verifier/errors.ts';
import { verifyModule } from '../../../localnet/sui/verifier/verifier.ts';
import { ModuleError } from '../../../localnet/sui/vm/errors.ts';
import { type ModuleTables, readModule } from '../../../localnet/sui/vm/format.ts';
import { seed, times } from '../../fuzz.ts';
import { Assembler, DROP, type Line, mut, ref } from './assembler.ts';
import { refuses } from './expect.ts';
import { mutate, random } from './mutate.ts';
import { loadFramework, loadPackage, type Tables } from './packages.ts';

/** Gives the rule broken, or `null`. Any other error is a fault of the verifier. */
function outcome(verify: () => void): string | null {
  try {
    verify();
    return null;
  } catch (error) {
    if (error instanceof VerificationError) return error.rule;
    if (error instanceof ModuleError) return 'ModuleError';
    throw error;
  }
}

describe('verifier: fuzz', function () {
  this.timeout(120_000);
  let corpus: Uint8Array[];
  before(async () => {
    const { std, sui } = await loadFramework();
    const packages = await Promise.all(
      ['contracts-move/corridor', 'test/sui/verifier/fixtures/rules', 'test/sui/verifier/fixtures/shapes'].map(
        loadPackage,
      ),
    );
    corpus = [...packages.flat(), ...[...std, ...sui].map((t) => template.serialize(t))];
  });

  it('answers modules with changed bytes', () => {
    const rand = random(seed(0xc0441d04));
    const seen = new Map<string | null, number>();
    for (let i = 0; i < times(1000); i++) {
      const bytes = corpus[rand(corpus.length)]!.slice();
      for (let n = 1 + rand(3); n > 0; n--) bytes[rand(bytes.length)] = rand(256);
      const rule = outcome(() => verifyModule(readModule(bytes)));
      seen.set(rule, (seen.get(rule) ?? 0) + 1);
    }
    assert.ok(seen.size > 5 && (seen.get('ModuleError') ?? 0) > 100, JSON.stringify([...seen]));
  });

  it('answers modules with changed code and tables', () => {
    const rand = random(seed(0x5eed));
    const seen = new Map<string | null, number>();
    for (let i = 0; i < times(1500); i++) {
      const tables = template.deserialize(corpus[rand(corpus.length)]!) as Tables;
      for (let n = 1 + rand(2); n > 0; n--) mutate(tables, rand);
      const rule = outcome(() => verifyModule(tables as ModuleTables));
      seen.set(rule, (seen.get(rule) ?? 0) + 1);
    }
    // Enough gets through to the last passes, and enough is refused by many different rules.
    assert.ok(seen.size > 25, `${seen.size} outcomes`);
    assert.ok((seen.get(null) ?? 0) > 100, 'hardly anything is accepted');
    for (const rule of ['CALL_TYPE_MISMATCH_ERROR', 'MOVELOC_UNAVAILABLE_ERROR']) assert.ok(seen.has(rule), rule);
  });
});

describe('verifier: monsters', function () {
  this.timeout(60_000);
  const many = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));

  it('gives up on references that all borrow from each other', () => {
    // 120 references in, 120 out, each of which may borrow from each, again and again.
    const count = 120;
    const m = new Assembler();
    const references = many(count, () => ref('U64'));
    const mix = m.fn('mix', {
      params: references,
      returns: references,
      code: [...many(count, (i) => `MoveLoc ${i}`), 'Ret'],
    });
    m.fn('f', {
      params: references,
      code: [
        ...many(count, (i) => `CopyLoc ${i}`),
        ...many(60, () => ({ Call: mix })),
        ...many(count, () => 'Pop'),
        'Ret',
      ],
    });
    const tables = m.read();
    assert.equal(
      outcome(() => verifyModule(tables)),
      'PROGRAM_TOO_COMPLEX',
    );
    assert.equal(refuses('PROGRAM_TOO_COMPLEX', () => verifyModule(tables)).kind, 'SuiMoveVerificationTimedout');
  });

  it('follows a graph of a thousand blocks that all come together', () => {
    const m = new Assembler();
    const locals = many(100, () => ref('U64'));
    const code: Line[] = [];
    for (let i = 0; i < 500; i++)
      code.push('LdTrue', `BrTrue ${code.length + 4}`, `ImmBorrowLoc 0`, `StLoc ${1 + (i % 100)}`);
    m.fn('f', { params: ['U64'], locals, code: [...code, 'Ret'] });
    assert.equal(
      outcome(() => verifyModule(m.read())),
      null,
    );
  });

  it('follows nested loops that change what a hundred locals are', () => {
    const m = new Assembler();
    const inner = (depth: number, at: number): Line[] => {
      const body: Line[] = many(20, (i) => [`LdU64 1`, `StLoc ${depth * 20 + i}`]).flat();
      if (depth === 4) return [...body, 'LdTrue', `BrTrue ${at}`];
      const nested = inner(depth + 1, at + body.length);
      return [...body, ...nested, 'LdTrue', `BrTrue ${at}`];
    };
    m.fn('f', { locals: many(100, () => 'U64' as const), code: [...inner(0, 0), 'Ret'] });
    assert.equal(
      outcome(() => verifyModule(m.read())),
      null,
    );
  });

  it('knows an enum switch with jumps everywhere', () => {
    const m = new Assembler();
    const e = m.enum('E', DROP, Object.fromEntries(many(127, (i) => [`V${i}`, {}])));
    const code: Line[] = many(120, (i): Line[] => ['CopyLoc 0', { VariantSwitch: i }]).flat();
    const jumpTables = many(120, (i) => ({ head: e.def, offsets: many(127, (v) => 2 * Math.min(120, i + 1 + v)) }));
    m.fn('f', { params: [ref(e.type), mut('U64')], code: [...code, 'Ret'], jumpTables });
    assert.equal(
      outcome(() => verifyModule(m.read())),
      null,
    );
  });
});
