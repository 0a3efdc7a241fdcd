import assert from 'node:assert/strict';
import fc from 'fast-check';
import { VmError } from '../../../localnet/sui/vm/errors.ts';
import type { SignatureToken } from '../../../localnet/sui/vm/format.ts';
import type { FunctionInstance } from '../../../localnet/sui/vm/loader.ts';
import { Machine } from '../../../localnet/sui/vm/machine.ts';
import { Meter } from '../../../localnet/sui/vm/meter.ts';
import { packagesOf } from '../../../localnet/sui/vm/packages.ts';
import { runs } from '../../fuzz.ts';
import { HERE, ModuleAssembler } from './assemble.ts';

const WIDTHS = [8, 16, 32, 64, 128, 256];
const BINARY = ['Add', 'Sub', 'Mul', 'Div', 'Mod', 'BitOr', 'BitAnd', 'Xor'];

/** Functions `Add8`, `Shl8`, `Cast8To16` and so on. */
function arithmeticModule(): Uint8Array {
  const module = new ModuleAssembler();
  for (const width of WIDTHS) {
    const type = `U${width}` as SignatureToken;
    const body = (op: string) => [{ MoveLoc: 0 }, { MoveLoc: 1 }, op, 'Ret'];
    for (const op of BINARY)
      module.function({ name: `${op}${width}`, params: [type, type], returns: [type], code: body(op) });
    for (const op of ['Lt', 'Gt', 'Le', 'Ge', 'Eq', 'Neq']) {
      module.function({ name: `${op}${width}`, params: [type, type], returns: ['Bool'], code: body(op) });
    }
    for (const op of ['Shl', 'Shr']) {
      module.function({ name: `${op}${width}`, params: [type, 'U8'], returns: [type], code: body(op) });
    }
    for (const to of WIDTHS) {
      const returns = [`U${to}` as SignatureToken];
      module.function({
        name: `Cast${width}To${to}`,
        params: [type],
        returns,
        code: [{ MoveLoc: 0 }, `CastU${to}`, 'Ret'],
      });
    }
  }
  return module.bytes();
}

/** What Move says of an operation, by the rules of the language: null is ARITHMETIC_ERROR. */
function reference(op: string, a: bigint, b: bigint, width: number): bigint | boolean | null {
  const limit = 1n << BigInt(width);
  const fit = (n: bigint): bigint | null => (n >= 0n && n < limit ? n : null);
  switch (op) {
    case 'Add':
      return fit(a + b);
    case 'Sub':
      return fit(a - b);
    case 'Mul':
      return fit(a * b);
    case 'Div':
      return b === 0n ? null : a / b;
    case 'Mod':
      return b === 0n ? null : a % b;
    case 'BitOr':
      return a | b;
    case 'BitAnd':
      return a & b;
    case 'Xor':
      return a ^ b;
    case 'Shl':
      return b >= BigInt(width) ? null : (a << b) % limit;
    case 'Shr':
      return b >= BigInt(width) ? null : a >> b;
    case 'Lt':
      return a < b;
    case 'Gt':
      return a > b;
    case 'Le':
      return a <= b;
    case 'Ge':
      return a >= b;
    case 'Eq':
      return a === b;
    default:
      return a !== b;
  }
}

describe('sui vm: arithmetic', () => {
  const packages = packagesOf([arithmeticModule()]);
  const machine = new Machine<null>((id) => packages.get(id), new Map());
  const functions = new Map<string, FunctionInstance>();
  const call = (name: string, args: readonly (number | bigint)[]): bigint | boolean | null => {
    let instance = functions.get(name);
    if (!instance) functions.set(name, (instance = machine.loader.linkage(HERE).function(HERE, 'm', name)));
    try {
      const value = machine.session(null, new Meter()).call(instance, args)[0]!;
      return typeof value === 'number' ? BigInt(value) : (value as bigint | boolean);
    } catch (error) {
      assert.ok(error instanceof VmError && error.status === 'ARITHMETIC_ERROR', String(error));
      return null;
    }
  };
  const represent = (n: bigint, width: number): number | bigint => (width <= 32 ? Number(n) : n);

  /** Values at which a width's rules change, and some between. */
  const edges = (width: number): bigint[] => {
    const limit = 1n << BigInt(width);
    const half = 1n << BigInt(width / 2);
    return [0n, 1n, 2n, half - 1n, half, half + 1n, limit / 2n - 1n, limit / 2n, limit - 2n, limit - 1n];
  };

  for (const width of WIDTHS) {
    it(`agrees with exact integers at the edges of u${width}`, () => {
      for (const a of edges(width)) {
        for (const b of edges(width)) {
          for (const op of [...BINARY, 'Lt', 'Gt', 'Le', 'Ge', 'Eq', 'Neq']) {
            const got = call(`${op}${width}`, [represent(a, width), represent(b, width)]);
            assert.equal(got, reference(op, a, b, width), `${a} ${op} ${b}`);
          }
        }
        for (const by of [0, 1, width - 1, width, width + 1, 255].filter((n) => n < 256)) {
          for (const op of ['Shl', 'Shr']) {
            assert.equal(
              call(`${op}${width}`, [represent(a, width), by]),
              reference(op, a, BigInt(by), width),
              `${a} ${op} ${by}`,
            );
          }
        }
        for (const to of WIDTHS) {
          const expected = a < 1n << BigInt(to) ? a : null;
          assert.equal(call(`Cast${width}To${to}`, [represent(a, width)]), expected, `${a} as u${to}`);
        }
      }
    });

    it(`agrees with exact integers on random u${width}`, () => {
      const value = fc.bigInt({ min: 0n, max: (1n << BigInt(width)) - 1n });
      fc.assert(
        fc.property(value, value, fc.constantFrom(...BINARY), (a, b, op) => {
          assert.equal(call(`${op}${width}`, [represent(a, width), represent(b, width)]), reference(op, a, b, width));
        }),
        runs(300),
      );
    });
  }

  it('never gives a number outside of the width or a fraction', () => {
    for (const width of [8, 16, 32]) {
      for (const a of edges(width)) {
        for (const b of edges(width)) {
          for (const op of BINARY) {
            const got = call(`${op}${width}`, [represent(a, width), represent(b, width)]);
            assert.ok(got === null || (typeof got === 'bigint' && got >= 0n && got < 1n << BigInt(width)));
          }
        }
      }
    }
  });
});
