// Random changes to decoded modules, the same in every run.

import { OPERAND_KINDS } from '../../../localnet/sui/verifier/code.ts';
import type { Tables } from './packages.ts';

/** xorshift32: the same numbers in every run. */
export function random(seed: number): (below: number) => number {
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
export function mutate(t: Tables, rand: (below: number) => number): void {
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
