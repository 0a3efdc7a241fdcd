// Rules for what a module declares.

import { verifyModule } from '../../../localnet/sui/verifier/verifier.ts';
import type { MoveRule } from '../../../localnet/sui/verifier/errors.ts';
import { SUI_VERIFIER_LIMITS, type VerifierLimits } from '../../../localnet/sui/verifier/limits.ts';
import type { ModuleTables } from '../../../localnet/sui/vm/format.ts';
import { Assembler, COPY, DROP, KEY, param, ref, SELF, STORE, vector } from './assembler.ts';
import { refuses } from './expect.ts';

const U64 = 'U64';
type Tables = Assembler['tables'];

/** `bad` is made from the same module as `good`. */
interface Case {
  readonly what: string;
  readonly rule: MoveRule;
  readonly good: (m: Assembler) => void;
  readonly bad: (m: Assembler) => void;
}

const many = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));
const fields = (count: number) => Object.fromEntries(many(count, (i) => [`f${i}`, U64] as const));

const CASES: readonly Case[] = [
  {
    what: 'a field that lacks an ability of its struct',
    rule: 'FIELD_MISSING_TYPE_ABILITY',
    good: (m) => m.struct('S', DROP, { inner: m.struct('Inner', DROP, { x: U64 }).type }),
    bad: (m) => m.struct('S', COPY | DROP, { inner: m.struct('Inner', DROP, { x: U64 }).type }),
  },
  {
    what: 'a field without store in a struct with key',
    rule: 'FIELD_MISSING_TYPE_ABILITY',
    good: (m) => m.struct('S', KEY, { id: m.uid(), x: m.struct('Inner', STORE, { x: U64 }).type }),
    bad: (m) => m.struct('S', KEY, { id: m.uid(), x: m.struct('Inner', DROP, { x: U64 }).type }),
  },
  {
    what: 'a field of a variant that lacks an ability of the enum',
    rule: 'FIELD_MISSING_TYPE_ABILITY',
    good: (m) => m.enum('E', DROP, { A: {}, B: { x: m.struct('Inner', DROP, { x: U64 }).type } }),
    bad: (m) => m.enum('E', COPY, { A: {}, B: { x: m.struct('Inner', DROP, { x: U64 }).type } }),
  },
  {
    what: 'a struct that contains itself',
    rule: 'RECURSIVE_DATATYPE_DEFINITION',
    good: (m) => m.struct('S', DROP, { next: U64 }),
    bad: (m) => m.struct('S', DROP, { next: { Datatype: m.tables.datatype_handles.length } }),
  },
  {
    what: 'a struct that contains itself in a vector of another',
    rule: 'RECURSIVE_DATATYPE_DEFINITION',
    good: (m) => {
      m.struct('S', DROP, { next: { Datatype: 1 } });
      m.struct('T', DROP, { next: vector(U64) });
    },
    bad: (m) => {
      m.struct('S', DROP, { next: { Datatype: 1 } });
      m.struct('T', DROP, { next: vector({ Datatype: 0 }) });
    },
  },
  {
    what: 'a phantom parameter in a place that is not phantom',
    rule: 'INVALID_PHANTOM_TYPE_PARAM_POSITION',
    good: (m) => {
      m.struct('Inner', DROP, { x: U64 }, [{ constraints: 0, phantom: true }]);
      m.struct('S', DROP, { x: { DatatypeInstantiation: [0, [param(0)]] } }, [{ constraints: 0, phantom: true }]);
    },
    bad: (m) => {
      m.struct('Inner', DROP, { x: U64 }, [{ constraints: 0 }]);
      m.struct('S', DROP, { x: { DatatypeInstantiation: [0, [param(0)]] } }, [{ constraints: 0, phantom: true }]);
    },
  },
  {
    what: 'a reference in a field',
    rule: 'INVALID_SIGNATURE_TOKEN',
    good: (m) => m.struct('S', DROP, { x: U64 }),
    bad: (m) => m.struct('S', DROP, { x: ref(U64) }),
  },
  {
    what: 'a reference in a vector',
    rule: 'INVALID_SIGNATURE_TOKEN',
    good: (m) => m.fn('f', { params: [ref(vector(U64))], code: ['Ret'] }),
    bad: (m) => m.fn('f', { params: [vector(ref(U64))], code: ['Ret'] }),
  },
  {
    what: 'a parameter whose type argument lacks an ability',
    rule: 'CONSTRAINT_NOT_SATISFIED',
    good: (m) => {
      m.struct('Box', DROP, { x: param(0) }, [{ constraints: DROP }]);
      m.fn('f', { typeParameters: [DROP], params: [{ DatatypeInstantiation: [0, [param(0)]] }], code: ['Ret'] });
    },
    bad: (m) => {
      m.struct('Box', DROP, { x: param(0) }, [{ constraints: DROP }]);
      m.fn('f', { typeParameters: [COPY], params: [{ DatatypeInstantiation: [0, [param(0)]] }], code: null });
    },
  },
  {
    what: 'a generic function that calls itself with an ever larger type',
    rule: 'LOOP_IN_INSTANTIATION_GRAPH',
    good: (m) =>
      m.fn('f', (self) => ({ code: [{ CallGeneric: m.callOf(self, [param(0)]) }, 'Ret'] }), { typeParameters: [0] }),
    bad: (m) =>
      m.fn('f', (self) => ({ code: [{ CallGeneric: m.callOf(self, [vector(param(0))]) }, 'Ret'] }), {
        typeParameters: [0],
      }),
  },
  {
    what: 'two generic functions that call each other with ever larger types',
    rule: 'LOOP_IN_INSTANTIATION_GRAPH',
    good: (m) => {
      const g = m.fn('g', { typeParameters: [0], code: ['Ret'] });
      m.fn('f', { typeParameters: [0], code: [{ CallGeneric: m.callOf(g, [vector(param(0))]) }, 'Ret'] });
    },
    bad: (m) => {
      // The handle of `f` will be 1.
      const g = m.fn('g', { typeParameters: [0], code: [{ CallGeneric: m.callOf(1, [param(0)]) }, 'Ret'] });
      m.fn('f', { typeParameters: [0], code: [{ CallGeneric: m.callOf(g, [vector(param(0))]) }, 'Ret'] });
    },
  },
  {
    what: 'a constant of a type that no constant has',
    rule: 'INVALID_CONSTANT_TYPE',
    good: (m) =>
      m.constant(
        'Address',
        many(32, () => 0),
      ),
    bad: (m) =>
      m.constant(
        'Signer',
        many(32, () => 0),
      ),
  },
  {
    what: 'a constant with too few bytes',
    rule: 'MALFORMED_CONSTANT_DATA',
    good: (m) =>
      m.constant(
        U64,
        many(8, () => 0),
      ),
    bad: (m) =>
      m.constant(
        U64,
        many(7, () => 0),
      ),
  },
  {
    what: 'a constant with trailing bytes',
    rule: 'MALFORMED_CONSTANT_DATA',
    good: (m) => m.constant(vector('U8'), [2, 7, 7]),
    bad: (m) => m.constant(vector('U8'), [2, 7, 7, 7]),
  },
  {
    what: 'a constant bool that is neither true nor false',
    rule: 'MALFORMED_CONSTANT_DATA',
    good: (m) => m.constant('Bool', [1]),
    bad: (m) => m.constant('Bool', [2]),
  },
  {
    what: 'a constant length that is not in its shortest form',
    rule: 'MALFORMED_CONSTANT_DATA',
    good: (m) => m.constant(vector('Bool'), [1, 0]),
    bad: (m) => m.constant(vector('Bool'), [0x81, 0x00, 0]),
  },
  {
    what: 'a constant vector of more elements than there are bytes',
    rule: 'MALFORMED_CONSTANT_DATA',
    good: (m) => m.constant(vector(vector('U8')), [2, 0, 0]),
    bad: (m) => m.constant(vector(vector('U8')), [0xff, 0xff, 0x0f, 0, 0]),
  },
  {
    what: 'a friend at another address',
    rule: 'INVALID_FRIEND_DECL_WITH_MODULES_OUTSIDE_ACCOUNT_ADDRESS',
    good: (m) => m.friend('other', SELF),
    bad: (m) => m.friend('other', '0x' + 'bb'.padStart(64, '0')),
  },
  {
    what: 'a module that is its own friend',
    rule: 'INVALID_FRIEND_DECL_WITH_SELF',
    good: (m) => m.friend('other'),
    bad: (m) => m.friend('m'),
  },
  {
    what: 'a native function that the machine does not have',
    rule: 'MISSING_DEPENDENCY',
    good: (m) => m.fn('f', { code: ['Ret'] }),
    bad: (m) => m.fn('f', { code: null }),
  },
  {
    what: 'a struct with too many fields',
    rule: 'MAX_FIELD_DEFINITIONS_REACHED',
    good: (m) => m.struct('S', DROP, fields(32)),
    bad: (m) => m.struct('S', DROP, fields(33)),
  },
  {
    what: 'an enum with too many fields in all its variants',
    rule: 'MAX_FIELD_DEFINITIONS_REACHED',
    good: (m) => m.enum('E', DROP, { A: fields(16), B: fields(16) }),
    bad: (m) => m.enum('E', DROP, { A: fields(16), B: fields(17) }),
  },
  {
    what: 'too many type parameters',
    rule: 'TOO_MANY_TYPE_PARAMETERS',
    good: (m) => m.fn('f', { typeParameters: many(32, () => 0), code: ['Ret'] }),
    bad: (m) => m.fn('f', { typeParameters: many(33, () => 0), code: ['Ret'] }),
  },
  {
    what: 'too many parameters',
    rule: 'TOO_MANY_PARAMETERS',
    good: (m) => m.fn('f', { params: many(128, () => U64), code: ['Ret'] }),
    bad: (m) => m.fn('f', { params: many(129, () => U64), code: ['Ret'] }),
  },
  {
    what: 'a type that is too large',
    rule: 'TOO_MANY_TYPE_NODES',
    good: (m) => m.signature([many(255, () => 0).reduce<ReturnType<typeof vector>>((t) => vector(t), U64)]),
    bad: (m) => {
      const box = m.struct('Box', DROP, { x: U64 }, [{ constraints: 0, phantom: true }]);
      const nest = (depth: number): ReturnType<typeof vector> =>
        depth === 0 ? U64 : { DatatypeInstantiation: [box.handle, [nest(depth - 1)]] };
      m.signature([nest(64)]);
    },
  },
  {
    what: 'too many functions',
    rule: 'MALFORMED',
    good: (m) => many(1000, (i) => m.fn(`f${i}`, { code: ['Ret'] })),
    bad: (m) => many(1001, (i) => m.fn(`f${i}`, { code: ['Ret'] })),
  },
];

/** Tables that the template package's own decoder would refuse, or that a compiler's serializer never makes. */
const PATCHES: readonly { readonly what: string; readonly rule: MoveRule; readonly patch: (t: Tables) => void }[] = [
  { what: 'no module handle', rule: 'NO_MODULE_HANDLES', patch: (t) => t.module_handles.splice(0) },
  { what: 'its own handle out of bounds', rule: 'INDEX_OUT_OF_BOUNDS', patch: (t) => (t.self_module_handle_idx = 9) },
  {
    what: 'a name out of bounds',
    rule: 'INDEX_OUT_OF_BOUNDS',
    patch: (t) => (t.function_handles[0] = { ...t.function_handles[0]!, name: 99 }),
  },
  {
    what: 'a type out of bounds',
    rule: 'INDEX_OUT_OF_BOUNDS',
    patch: (t) => t.signatures.push([vector({ Datatype: 99 })]),
  },
  {
    what: 'a type with too many arguments',
    rule: 'NUMBER_OF_TYPE_ARGUMENTS_MISMATCH',
    patch: (t) => t.signatures.push([{ DatatypeInstantiation: [0, [U64]] }]),
  },
  {
    what: 'a type parameter out of bounds',
    rule: 'INDEX_OUT_OF_BOUNDS',
    patch: (t) => {
      t.signatures.push([param(0)]);
      t.function_handles[0] = { ...t.function_handles[0]!, parameters: t.signatures.length - 1 };
    },
  },
  { what: 'a jump out of bounds', rule: 'INDEX_OUT_OF_BOUNDS', patch: (t) => setCode(t, [{ Branch: 7 }, 'Ret']) },
  {
    what: 'a local out of bounds',
    rule: 'INDEX_OUT_OF_BOUNDS',
    patch: (t) => setCode(t, [{ MoveLoc: 0 }, 'Pop', 'Ret']),
  },
  { what: 'a call out of bounds', rule: 'INDEX_OUT_OF_BOUNDS', patch: (t) => setCode(t, [{ Call: 7 }, 'Ret']) },
  {
    what: 'a constant out of bounds',
    rule: 'INDEX_OUT_OF_BOUNDS',
    patch: (t) => setCode(t, [{ LdConst: 0 }, 'Pop', 'Ret']),
  },
  {
    what: 'a struct out of bounds',
    rule: 'INDEX_OUT_OF_BOUNDS',
    patch: (t) => setCode(t, [{ Pack: 3 }, 'Pop', 'Ret']),
  },
  { what: 'a jump table out of bounds', rule: 'INDEX_OUT_OF_BOUNDS', patch: (t) => setCode(t, [{ VariantSwitch: 0 }]) },
  {
    what: 'a field out of bounds',
    rule: 'INDEX_OUT_OF_BOUNDS',
    patch: (t) => t.field_handles.push({ owner: 0, field: 5 }),
  },
  {
    what: 'a variant out of bounds',
    rule: 'INDEX_OUT_OF_BOUNDS',
    patch: (t) => t.variant_handles.push({ enum_def: 0, variant: 2 }),
  },
  {
    what: 'a switch that leaves a variant out',
    rule: 'INVALID_ENUM_SWITCH',
    patch: (t) => {
      const jump_tables = [{ head_enum: 0, jump_table: { Full: [0] } }];
      t.function_defs[0] = { ...t.function_defs[0]!, code: { ...t.function_defs[0]!.code!, jump_tables } };
    },
  },
  {
    what: 'an instruction on global storage',
    rule: 'DEPRECATED_BYTECODE_FORMAT',
    patch: (t) => setCode(t, [{ MoveFromDeprecated: 0 }, 'Pop', 'Ret']),
  },
  {
    what: 'a declaration of global storage use',
    rule: 'DEPRECATED_BYTECODE_FORMAT',
    patch: (t) => (t.function_defs[0] = { ...t.function_defs[0]!, acquires_global_resources: [0] } as never),
  },
  { what: 'an unknown instruction', rule: 'UNKNOWN_OPCODE', patch: (t) => setCode(t, ['Teleport', 'Ret']) },
  {
    what: 'too many locals',
    rule: 'TOO_MANY_LOCALS',
    patch: (t) => {
      t.signatures.push(many(256, () => U64));
      const code = { ...t.function_defs[0]!.code!, locals: t.signatures.length - 1 };
      t.function_defs[0] = { ...t.function_defs[0]!, code };
    },
  },
  { what: 'a name twice', rule: 'DUPLICATE_ELEMENT', patch: (t) => t.identifiers.push(t.identifiers[0]!) },
  {
    what: 'a signature twice',
    rule: 'DUPLICATE_ELEMENT',
    patch: (t) => t.signatures.push(t.signatures[0]!),
  },
  {
    what: 'a datatype named twice, with different abilities',
    rule: 'DUPLICATE_ELEMENT',
    patch: (t) => t.datatype_handles.push({ ...t.datatype_handles[0]!, abilities: COPY | DROP | STORE | KEY }),
  },
  {
    what: 'a struct defined twice',
    rule: 'DUPLICATE_ELEMENT',
    patch: (t) => t.struct_defs.push(t.struct_defs[0]!),
  },
  {
    what: 'a function defined twice',
    rule: 'DUPLICATE_ELEMENT',
    patch: (t) => t.function_defs.push(t.function_defs[0]!),
  },
  {
    what: 'a struct without fields',
    rule: 'ZERO_SIZED_STRUCT',
    patch: (t) => (t.struct_defs[0] = { ...t.struct_defs[0]!, field_information: { Declared: [] } }),
  },
  {
    what: 'an enum without variants',
    rule: 'ZERO_SIZED_ENUM',
    patch: (t) => (t.enum_defs[0] = { ...t.enum_defs[0]!, variants: [] }),
  },
  {
    what: 'a function that is declared but not defined',
    rule: 'UNIMPLEMENTED_HANDLE',
    patch: (t) => t.function_defs.splice(0),
  },
  {
    what: 'a struct of another module that is defined here',
    rule: 'INVALID_MODULE_HANDLE',
    patch: (t) => {
      t.module_handles.push({ address: 0, name: t.identifiers.push('elsewhere') - 1 });
      t.datatype_handles[0] = { ...t.datatype_handles[0]!, module: 1 };
    },
  },
  { what: 'a name that is no name', rule: 'INVALID_IDENTIFIER', patch: (t) => t.identifiers.push('<SELF>') },
  { what: 'a name that is too long', rule: 'IDENTIFIER_TOO_LONG', patch: (t) => t.identifiers.push('a'.repeat(129)) },
];

function setCode(t: Tables, code: unknown[]): void {
  const def = t.function_defs[0]!;
  t.function_defs[0] = { ...def, code: { ...def.code!, code: code as never } };
}

function simple(): Tables {
  const m = new Assembler();
  m.struct('S', DROP, { x: U64 });
  m.enum('E', DROP, { A: {}, B: {} });
  m.fn('f', { code: ['Ret'] });
  return m.tables;
}

describe('verifier: tables', () => {
  for (const { what, rule, good, bad } of CASES) {
    it(`refuses ${what}`, () => {
      const [honest, attack] = [new Assembler(), new Assembler()];
      honest.signature([]);
      good(honest);
      verifyModule(honest.read());
      bad(attack);
      refuses(rule, () => verifyModule(attack.read()));
    });
  }

  it('accepts the module that is patched below', () => verifyModule(simple() as ModuleTables));
  for (const { what, rule, patch } of PATCHES) {
    it(`refuses ${what}`, () => {
      const tables = simple();
      patch(tables);
      refuses(rule, () => verifyModule(tables as ModuleTables));
    });
  }

  // Limits that another limit of the same module format hides are shown with smaller figures.
  const limited: readonly (readonly [rule: MoveRule, limits: Partial<VerifierLimits>, make: (m: Assembler) => void])[] =
    [
      [
        'MAX_FUNCTION_DEFINITIONS_REACHED',
        { functionDefinitions: 1 },
        (m) => many(2, (i) => m.fn(`f${i}`, { code: ['Ret'] })),
      ],
      [
        'MAX_STRUCT_DEFINITIONS_REACHED',
        { dataDefinitions: 1 },
        (m) => many(2, (i) => m.struct(`S${i}`, DROP, { x: U64 })),
      ],
      ['MAX_VARIANTS_REACHED', { variants: 1 }, (m) => m.enum('E', DROP, { A: {}, B: {} })],
      ['TOO_MANY_VECTOR_ELEMENTS', { constantVectorLength: 2 }, (m) => m.constant(vector('U8'), [3, 1, 2, 3])],
      ['TOO_MANY_BACK_EDGES', { backEdges: 0 }, (m) => m.fn('f', { code: ['LdTrue', 'BrTrue 0', 'Ret'] })],
    ];
  for (const [rule, figures, make] of limited) {
    it(`holds the limit ${rule}`, () => {
      const m = new Assembler();
      m.signature([]);
      make(m);
      verifyModule(m.read());
      refuses(rule, () => verifyModule(m.read(), { limits: { ...SUI_VERIFIER_LIMITS, ...figures } }));
    });
  }
  it('counts back edges of a whole module, too', () => {
    const m = new Assembler();
    for (const name of ['f', 'g']) m.fn(name, { code: ['LdTrue', 'BrTrue 0', 'Ret'] });
    verifyModule(m.read(), { limits: { ...SUI_VERIFIER_LIMITS, backEdges: 2 } });
    refuses('TOO_MANY_BACK_EDGES', () => verifyModule(m.read(), { limits: { ...SUI_VERIFIER_LIMITS, backEdges: 1 } }));
  });
});
