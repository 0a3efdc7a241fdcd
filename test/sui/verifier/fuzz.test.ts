// Mutated and monstrous modules: the verifier answers each in time, by accepting it or by an error of its own.

import assert from 'node:assert/strict';
import * as template from '@mysten/move-bytecode-template';
import { OPERAND_KINDS } from '../../../localnet/sui/verifier/code.ts';
import { VerificationError } from '../../../localnet/sui/verifier/errors.ts';
import { verifyModule } from '../../../localnet/sui/verifier/verifier.ts';
import { ModuleError } from '../../../localnet/sui/vm/errors.ts';
import { type ModuleTables, readModule } from '../../../localnet/sui/vm/format.ts';
import { Assembler, DROP, type Line, mut, ref } from './assembler.ts';
import { refuses } from './expect.ts';
import { loadFramework, loadPackage, type Tables } from './packages.ts';

/** xorshift32: the same numbers in every run. */
function random(seed: number): (below: number) => number {
  let x = seed;
  return (below) => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return (x >>> 0) % below;
  };
}

const TABLES = [
  'module_handles',
  'datatype_handles',
  'function_handles',
  'field_handles',
  'struct_def_instantiations',
  'function_instantiations',
  'field_instantiations',
  'enum_def_instantiations',
  'variant_handles',
  'variant_instantiation_handles',
] as const;
const OPS = [...OPERAND_KINDS];

/** Changes one thing: mostly an instruction, at times a row of a table. */
function mutate(t: Tables, rand: (below: number) => number): void {
  const bodies = t.function_defs.filter((d) => d.code && d.code.code.length > 0);
  if (bodies.length > 0 && rand(4) > 0) {
    const code = bodies[rand(bodies.length)]!.code!.code as unknown[];
    const at = rand(code.length);
    const other = rand(code.length);
    switch (rand(5)) {
      case 0:
        code[at] = randomInstruction(t, rand);
        break;
      case 1:
        code.splice(at, 1);
        break;
      case 2:
        code.splice(at, 0, structuredClone(code[other]));
        break;
      case 3:
        [code[at], code[other]] = [code[other], code[at]];
        break;
      default: {
        const instruction = structuredClone(code[at]);
        const op = typeof instruction === 'object' && instruction !== null ? Object.keys(instruction)[0]! : '';
        const operand = (instruction as Record<string, unknown>)[op];
        if (typeof operand === 'number') code[at] = { [op]: Math.max(0, operand + rand(5) - 2) };
      }
    }
    return;
  }
  switch (rand(4)) {
    case 0: {
      const rows = t[TABLES[rand(TABLES.length)]!] as Record<string, unknown>[];
      if (rows.length === 0) return;
      const row = rows[rand(rows.length)]!;
      const keys = Object.keys(row).filter((k) => typeof row[k] === 'number');
      if (keys.length > 0) row[keys[rand(keys.length)]!] = rand(20);
      break;
    }
    case 1: {
      const tokens = t.signatures[rand(Math.max(1, t.signatures.length))] as unknown[] | undefined;
      if (tokens && tokens.length > 0) {
        tokens[rand(tokens.length)] = structuredClone(
          t.signatures[rand(t.signatures.length)]![0] ?? { Reference: 'U8' },
        );
      }
      break;
    }
    case 2: {
      const def = t.function_defs[rand(t.function_defs.length)] as
        { visibility: string; is_entry: boolean } | undefined;
      if (def) [def.visibility, def.is_entry] = [['Public', 'Private', 'Friend'][rand(3)]!, rand(2) === 0];
      break;
    }
    default: {
      const handle = t.datatype_handles[rand(Math.max(1, t.datatype_handles.length))] as
        { abilities: number } | undefined;
      if (handle) handle.abilities = rand(16);
    }
  }
}

function randomInstruction(t: Tables, rand: (below: number) => number): unknown {
  const [op, kind] = OPS[rand(OPS.length)]!;
  if (op === 'LdU256') return { [op]: Array.from({ length: 32 }, () => 7) };
  if (/^LdU(64|128)$/.test(op)) return { [op]: 7n };
  if (op.startsWith('LdU')) return { [op]: 7 };
  if (op === 'VecPack' || op === 'VecUnpack') return { [op]: [rand(t.signatures.length), BigInt(rand(4))] };
  return kind === 'none' ? op : { [op]: rand(8) };
}

/** Verifies within seconds; gives the rule broken, or `null`. Any other error is a fault of the verifier. */
function outcome(verify: () => void): string | null {
  const start = performance.now();
  try {
    verify();
    return null;
  } catch (error) {
    if (error instanceof VerificationError) return error.rule;
    if (error instanceof ModuleError) return 'ModuleError';
    throw error;
  } finally {
    assert.ok(performance.now() - start < 60_000, 'verification takes too long');
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
    const rand = random(0xc0441d04);
    const seen = new Map<string | null, number>();
    for (let i = 0; i < 1000; i++) {
      const bytes = corpus[rand(corpus.length)]!.slice();
      for (let n = 1 + rand(3); n > 0; n--) bytes[rand(bytes.length)] = rand(256);
      const rule = outcome(() => verifyModule(readModule(bytes)));
      seen.set(rule, (seen.get(rule) ?? 0) + 1);
    }
    assert.ok(seen.size > 5 && (seen.get('ModuleError') ?? 0) > 100, JSON.stringify([...seen]));
  });

  it('answers modules with changed code and tables', () => {
    const rand = random(0x5eed);
    const seen = new Map<string | null, number>();
    for (let i = 0; i < 1500; i++) {
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
