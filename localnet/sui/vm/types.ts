// Runtime types. Every type is interned in a table, so that equal types are the same object and comparison is `===`.
// A datatype is known by its defining id: the package version that first had it, which never changes under upgrades.

import { ModuleError, VmError } from './errors.ts';

/** Kinds of types, in the order that integer widths grow. */
export const KIND = {
  BOOL: 0,
  U8: 1,
  U16: 2,
  U32: 3,
  U64: 4,
  U128: 5,
  U256: 6,
  ADDRESS: 7,
  SIGNER: 8,
  VECTOR: 9,
  DATATYPE: 10,
  REF: 11,
  MUT_REF: 12,
  PARAM: 13,
} as const;

/** Ability bits as in the binary format. */
export const ABILITY = { COPY: 1, DROP: 2, STORE: 4, KEY: 8 } as const;
const PRIMITIVE_ABILITIES = ABILITY.COPY | ABILITY.DROP | ABILITY.STORE;

/** Nodes that a type may have if it is made by instantiating the type of a field. */
const MAX_INSTANTIATION_NODES = 128;

/** Values do not nest deeper, whatever the machine: none is packed of a type that does. */
const MAX_VALUE_DEPTH = 128;

/** Bits of an integer kind; 0 for other kinds. */
export const WIDTH: readonly number[] = [0, 8, 16, 32, 64, 128, 256, 0, 0, 0, 0, 0, 0, 0];

export interface TypeParameter {
  readonly constraints: number;
  readonly phantom: boolean;
}

export interface Variant {
  readonly name: string;
  readonly fieldNames: readonly string[];
  /** Field types, open over the datatype's parameters. */
  readonly fields: readonly Type[];
}

/** A struct or enum as its module declares it. */
export class Datatype {
  readonly definingId: string;
  readonly originalId: string;
  readonly module: string;
  readonly name: string;
  readonly abilities: number;
  readonly params: readonly TypeParameter[];
  readonly isEnum: boolean;
  /** `definingId::module::name`. */
  readonly key: string;
  readonly #resolve: () => readonly Variant[];
  #variants: readonly Variant[] | null = null;
  #depth: DepthFormula | 'computing' | null = null;

  /** `resolve` gives the variants on first use, since field types may lead back here in a malformed module. */
  constructor(head: DatatypeHead, resolve: () => readonly Variant[]) {
    this.definingId = head.definingId;
    this.originalId = head.originalId;
    this.module = head.module;
    this.name = head.name;
    this.abilities = head.abilities;
    this.params = head.params;
    this.isEnum = head.isEnum;
    this.key = `${head.definingId}::${head.module}::${head.name}`;
    this.#resolve = resolve;
  }

  /** One entry for a struct, one for each variant of an enum. */
  get variants(): readonly Variant[] {
    return (this.#variants ??= this.#resolve());
  }

  /**
   * Depth of a value as a function of the depths of the type arguments: max(constant, argument + term). Datatypes may
   * nest by the thousand, so those within come first, from the innermost on.
   */
  depthFormula(): DepthFormula {
    const path: Datatype[] = [this];
    try {
      for (let top = path.at(-1); top; top = path.at(-1)) {
        if (top.#depth === null) {
          top.#depth = 'computing';
          for (const inner of top.#within()) {
            if (inner.#depth === 'computing') throw new ModuleError('RECURSIVE_DATATYPE_DEFINITION', inner.key);
            if (inner.#depth === null) path.push(inner);
          }
        } else {
          path.pop();
          if (top.#depth === 'computing') top.#depth = top.#combineDepths();
        }
      }
    } finally {
      for (const left of path) if (left.#depth === 'computing') left.#depth = null;
    }
    return this.#depth as DepthFormula;
  }

  /** The datatypes that fields name. */
  *#within(): Generator<Datatype> {
    for (const variant of this.variants) for (const field of variant.fields) yield* datatypesIn(field);
  }

  #combineDepths(): DepthFormula {
    const formula: DepthFormula = { constant: 1, terms: new Map() };
    for (const variant of this.variants) for (const field of variant.fields) mergeDepth(formula, field, 1);
    return formula;
  }
}

function* datatypesIn(type: Type): Generator<Datatype> {
  if (type.datatype) yield type.datatype;
  if (type.elem) yield* datatypesIn(type.elem);
  for (const arg of type.args) yield* datatypesIn(arg);
}

export interface DatatypeHead {
  readonly definingId: string;
  readonly originalId: string;
  readonly module: string;
  readonly name: string;
  readonly abilities: number;
  readonly params: readonly TypeParameter[];
  readonly isEnum: boolean;
}

interface DepthFormula {
  constant: number;
  terms: Map<number, number>;
}

function mergeDepth(formula: DepthFormula, type: Type, extra: number): void {
  if (type.kind === KIND.PARAM) {
    formula.terms.set(type.index, Math.max(formula.terms.get(type.index) ?? 0, extra));
  } else if (type.elem) {
    mergeDepth(formula, type.elem, extra + 1);
  } else if (type.datatype) {
    const inner = type.datatype.depthFormula();
    formula.constant = Math.max(formula.constant, inner.constant + extra);
    for (const [index, term] of inner.terms) mergeDepth(formula, type.args[index]!, extra + term);
  } else {
    formula.constant = Math.max(formula.constant, 1 + extra);
  }
}

/** A type. `key` names it uniquely; datatypes in it appear under their defining ids. */
export class Type {
  readonly kind: number;
  readonly key: string;
  /** Element of a vector, target of a reference. */
  readonly elem: Type | null;
  readonly datatype: Datatype | null;
  readonly args: readonly Type[];
  /** Index of a type parameter; -1 otherwise. */
  readonly index: number;
  /** Whether a type parameter occurs. */
  readonly open: boolean;
  readonly nodes: number;
  #depth = 0;
  #abilities = -1;
  #fixedSize: number | null = null;

  constructor(
    kind: number,
    key: string,
    elem: Type | null,
    datatype: Datatype | null,
    args: readonly Type[],
    index = -1,
  ) {
    this.kind = kind;
    this.key = key;
    this.elem = elem;
    this.datatype = datatype;
    this.args = args;
    this.index = index;
    this.open = kind === KIND.PARAM || (elem?.open ?? false) || args.some((a) => a.open);
    this.nodes = 1 + (elem?.nodes ?? 0) + args.reduce((n, a) => n + a.nodes, 0);
  }

  get isReference(): boolean {
    return this.kind === KIND.REF || this.kind === KIND.MUT_REF;
  }

  get isInteger(): boolean {
    return this.kind >= KIND.U8 && this.kind <= KIND.U256;
  }

  /** Whether values of the type are immutable in this machine, so that a copy is the value itself. */
  get isScalar(): boolean {
    return this.kind <= KIND.SIGNER || this.isReference;
  }

  /** Nesting depth of values of this closed type, as Sui's `check_depth_of_type` counts it. */
  get depth(): number {
    if (this.#depth) return this.#depth;
    if (this.elem) return (this.#depth = 1 + this.elem.depth);
    if (!this.datatype) return (this.#depth = 1);
    const formula = this.datatype.depthFormula();
    let depth = formula.constant;
    for (const [index, term] of formula.terms) depth = Math.max(depth, this.args[index]!.depth + term);
    return (this.#depth = depth);
  }

  /** Ability bits of a closed type. */
  abilities(): number {
    if (this.#abilities < 0) this.#abilities = this.#computeAbilities();
    return this.#abilities;
  }

  #computeAbilities(): number {
    if (this.kind === KIND.PARAM) return 0;
    if (this.isReference) return ABILITY.COPY | ABILITY.DROP;
    if (this.kind === KIND.SIGNER) return ABILITY.DROP;
    if (this.kind === KIND.VECTOR) return this.elem!.abilities() & PRIMITIVE_ABILITIES;
    if (!this.datatype) return PRIMITIVE_ABILITIES;
    let abilities = this.datatype.abilities;
    this.args.forEach((arg, i) => {
      if (this.datatype!.params[i]?.phantom) return;
      const have = arg.abilities();
      // An ability holds if every argument has what it requires: copy, drop and store require themselves, key store.
      for (const bit of [ABILITY.COPY, ABILITY.DROP, ABILITY.STORE]) if (!(have & bit)) abilities &= ~bit;
      if (!(have & ABILITY.STORE)) abilities &= ~ABILITY.KEY;
    });
    return abilities;
  }

  /** Abstract memory size of every value of this closed type if they all have the same, else -1 (see `size.ts`). */
  get fixedSize(): number {
    return (this.#fixedSize ??= computeFixedSize(this));
  }

  toString(): string {
    return this.key;
  }
}

const PRIMITIVE_SIZE = [8, 8, 8, 8, 8, 16, 32, 32, 32];

function computeFixedSize(type: Type): number {
  if (type.kind <= KIND.SIGNER) return PRIMITIVE_SIZE[type.kind]!;
  if (type.isReference) return 8;
  // A struct's own overhead is 2; anything with a vector, an enum or a parameter varies.
  if (!type.datatype || type.datatype.isEnum || type.args.length > 0) return -1;
  // Of what nests deeper there is no value to be sized. Refuses recursive datatypes, too.
  if (type.depth > MAX_VALUE_DEPTH) return -1;
  let size = 2;
  for (const field of type.datatype.variants[0]!.fields) {
    const inner = field.fixedSize;
    if (inner < 0) return -1;
    size += inner;
  }
  return size;
}

const primitive = (kind: number, key: string): Type => new Type(kind, key, null, null, []);

export const BOOL = primitive(KIND.BOOL, 'bool');
export const U8 = primitive(KIND.U8, 'u8');
export const U16 = primitive(KIND.U16, 'u16');
export const U32 = primitive(KIND.U32, 'u32');
export const U64 = primitive(KIND.U64, 'u64');
export const U128 = primitive(KIND.U128, 'u128');
export const U256 = primitive(KIND.U256, 'u256');
export const ADDRESS = primitive(KIND.ADDRESS, 'address');
export const SIGNER = primitive(KIND.SIGNER, 'signer');

export const PRIMITIVES: ReadonlyMap<string, Type> = new Map(
  [BOOL, U8, U16, U32, U64, U128, U256, ADDRESS, SIGNER].map((t) => [t.key, t]),
);

/** Interns types and remembers what is derived from them. */
export class TypeTable {
  readonly #types = new Map<string, Type>(PRIMITIVES);
  readonly #fields = new WeakMap<Type, readonly (readonly Type[])[]>();
  readonly #layoutNodes = new WeakMap<Type, number>();

  #intern(key: string, make: () => Type): Type {
    let type = this.#types.get(key);
    if (!type) this.#types.set(key, (type = make()));
    return type;
  }

  /** Drops all types that a package defines, alone or within others. No value of them may be left. */
  forget(definingId: string): void {
    const prefix = `${definingId}::`;
    for (const key of this.#types.keys()) if (key.includes(prefix)) this.#types.delete(key);
  }

  vector(elem: Type): Type {
    const key = `vector<${elem.key}>`;
    return this.#intern(key, () => new Type(KIND.VECTOR, key, elem, null, []));
  }

  reference(target: Type, mutable: boolean): Type {
    const key = (mutable ? '&mut ' : '&') + target.key;
    return this.#intern(key, () => new Type(mutable ? KIND.MUT_REF : KIND.REF, key, target, null, []));
  }

  param(index: number): Type {
    const key = `$${index}`;
    return this.#intern(key, () => new Type(KIND.PARAM, key, null, null, [], index));
  }

  /** A struct or enum type; the caller has checked the number of arguments. */
  datatype(datatype: Datatype, args: readonly Type[]): Type {
    const key = args.length ? `${datatype.key}<${args.map((a) => a.key).join(',')}>` : datatype.key;
    return this.#intern(key, () => new Type(KIND.DATATYPE, key, null, datatype, args));
  }

  /** Replaces the parameters of `type` by `args`. */
  substitute(type: Type, args: readonly Type[]): Type {
    if (!type.open || args.length === 0) return type;
    switch (type.kind) {
      case KIND.PARAM: {
        const arg = args[type.index];
        if (!arg) throw new ModuleError('NUMBER_OF_TYPE_ARGUMENTS_MISMATCH', `no type argument ${type.index}`);
        return arg;
      }
      case KIND.VECTOR:
        return this.vector(this.substitute(type.elem!, args));
      case KIND.DATATYPE:
        return this.datatype(
          type.datatype!,
          type.args.map((a) => this.substitute(a, args)),
        );
      default:
        return this.reference(this.substitute(type.elem!, args), type.kind === KIND.MUT_REF);
    }
  }

  /** Field types of a datatype's variants (a struct has one) for the type arguments of `type`. */
  fields(type: Type): readonly (readonly Type[])[] {
    let fields = this.#fields.get(type);
    if (!fields) {
      fields = type.datatype!.variants.map((v) => v.fields.map((f) => this.#fieldType(type, f)));
      this.#fields.set(type, fields);
    }
    return fields;
  }

  /** Without the limit, types that double from field to field would outgrow the memory after a few dozen fields. */
  #fieldType(owner: Type, field: Type): Type {
    let instance = field;
    while (instance.elem) instance = instance.elem;
    if (instance.open && instance.args.length > 0) {
      const nodes = [...owner.args, ...instance.args].reduce((n, t) => n + t.nodes, 1);
      if (nodes > MAX_INSTANTIATION_NODES) {
        throw new VmError('VM_MAX_TYPE_NODES_REACHED', `a field type of ${owner.datatype!.key} has ${nodes} nodes`);
      }
    }
    return this.substitute(field, owner.args);
  }

  /** Nodes of the layout of a closed type, written out in full; more than `limit` is an error. */
  layoutNodes(type: Type, limit: number): number {
    const known = this.#layoutNodes.get(type);
    if (known !== undefined && known <= limit) return known;
    // Refuses recursive datatypes, too, on which the walk below would not end.
    if (type.depth > MAX_VALUE_DEPTH) {
      throw new VmError('VM_MAX_VALUE_DEPTH_REACHED', `values of ${type.key} would nest ${type.depth} deep`);
    }
    let nodes = 1;
    if (type.elem) nodes += this.layoutNodes(type.elem, limit);
    else if (type.datatype) {
      if (type.datatype.isEnum) nodes += type.datatype.variants.length;
      for (const fields of this.fields(type)) {
        for (const field of fields) {
          nodes += this.layoutNodes(field, limit);
          if (nodes > limit) break;
        }
      }
    }
    if (nodes > limit) throw new VmError('TOO_MANY_TYPE_NODES', `the layout of ${type.key} has over ${limit} nodes`);
    this.#layoutNodes.set(type, nodes);
    return nodes;
  }
}
