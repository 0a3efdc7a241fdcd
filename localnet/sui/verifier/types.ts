// Types of one module. Each is interned, so that equal types are the same object. Datatypes are known by their handle:
// the tables have no handle twice, so different handles are different datatypes.

import { ABILITY } from '../vm/types.ts';
import type { SignatureToken } from '../vm/format.ts';

export type TyKind =
  | 'bool'
  | 'u8'
  | 'u16'
  | 'u32'
  | 'u64'
  | 'u128'
  | 'u256'
  | 'address'
  | 'signer'
  | 'vector'
  | 'ref'
  | 'mut'
  | 'param'
  | 'datatype';

const INTEGERS: ReadonlySet<TyKind> = new Set(['u8', 'u16', 'u32', 'u64', 'u128', 'u256']);
const VALUE_ABILITIES = ABILITY.COPY | ABILITY.DROP | ABILITY.STORE;
export const ALL_ABILITIES = VALUE_ABILITIES | ABILITY.KEY;

export class Ty {
  /** Number within its pool. */
  readonly id: number;
  readonly kind: TyKind;
  /** Element of a vector, target of a reference. */
  readonly elem: Ty | null;
  /** Datatype handle, or index of a type parameter. */
  readonly index: number;
  readonly args: readonly Ty[];
  /** Whether a type parameter occurs. */
  readonly open: boolean;

  constructor(id: number, kind: TyKind, elem: Ty | null, index: number, args: readonly Ty[]) {
    this.id = id;
    this.kind = kind;
    this.elem = elem;
    this.index = index;
    this.args = args;
    this.open = kind === 'param' || (elem?.open ?? false) || args.some((a) => a.open);
  }

  get isReference(): boolean {
    return this.kind === 'ref' || this.kind === 'mut';
  }

  get isInteger(): boolean {
    return INTEGERS.has(this.kind);
  }
}

/** What the abilities of a datatype depend on. */
export interface DatatypeHead {
  readonly abilities: number;
  readonly phantom: readonly boolean[];
}

export class TypePool {
  readonly #interned = new Map<string, Ty>();
  #next = 0;

  #intern(key: string, kind: TyKind, elem: Ty | null = null, index = 0, args: readonly Ty[] = []): Ty {
    let ty = this.#interned.get(key);
    if (!ty) this.#interned.set(key, (ty = new Ty(this.#next++, kind, elem, index, args)));
    return ty;
  }

  primitive(kind: TyKind): Ty {
    return this.#intern(kind, kind);
  }

  vector(elem: Ty): Ty {
    return this.#intern(`v${elem.id}`, 'vector', elem);
  }

  reference(target: Ty, mutable: boolean): Ty {
    return this.#intern(`${mutable ? 'm' : 'r'}${target.id}`, mutable ? 'mut' : 'ref', target);
  }

  param(index: number): Ty {
    return this.#intern(`p${index}`, 'param', null, index);
  }

  datatype(handle: number, args: readonly Ty[]): Ty {
    return this.#intern(`d${handle}<${args.map((a) => a.id).join()}>`, 'datatype', null, handle, args);
  }

  /** The type of a token whose indices are in bounds. Tokens nest at most 256 deep. */
  fromToken(token: SignatureToken): Ty {
    if (typeof token === 'string') return this.primitive(token.toLowerCase() as TyKind);
    if ('Vector' in token) return this.vector(this.fromToken(token.Vector));
    if ('Reference' in token) return this.reference(this.fromToken(token.Reference), false);
    if ('MutableReference' in token) return this.reference(this.fromToken(token.MutableReference), true);
    if ('TypeParameter' in token) return this.param(token.TypeParameter);
    if ('Datatype' in token) return this.datatype(token.Datatype, []);
    const [handle, args] = token.DatatypeInstantiation;
    return this.datatype(
      handle,
      args.map((a) => this.fromToken(a)),
    );
  }

  /** Replaces the type parameters in `ty`. */
  substitute(ty: Ty, args: readonly Ty[]): Ty {
    if (!ty.open || args.length === 0) return ty;
    const done = new Map<Ty, Ty>();
    const visit = (t: Ty): Ty => {
      if (!t.open) return t;
      if (t.kind === 'param') return args[t.index]!;
      let result = done.get(t);
      if (!result) {
        if (t.kind === 'vector') result = this.vector(visit(t.elem!));
        else if (t.elem) result = this.reference(visit(t.elem), t.kind === 'mut');
        else result = this.datatype(t.index, t.args.map(visit));
        done.set(t, result);
      }
      return result;
    };
    return visit(ty);
  }
}

/**
 * Abilities of types, where type parameter `i` has the abilities `params[i]`: a datatype with type arguments has those of
 * its declared abilities that every argument in a non-phantom place supports (copy, drop and store need themselves, key
 * needs store).
 */
export class Abilities {
  readonly #params: readonly number[];
  readonly #head: (handle: number) => DatatypeHead;
  readonly #known = new Map<Ty, number>();

  constructor(params: readonly number[], head: (handle: number) => DatatypeHead) {
    this.#params = params;
    this.#head = head;
  }

  of(ty: Ty): number {
    let abilities = this.#known.get(ty);
    if (abilities === undefined) this.#known.set(ty, (abilities = this.#compute(ty)));
    return abilities;
  }

  has(ty: Ty, ability: number): boolean {
    return (this.of(ty) & ability) === ability;
  }

  #compute(ty: Ty): number {
    switch (ty.kind) {
      case 'param':
        return this.#params[ty.index] ?? 0;
      case 'ref':
      case 'mut':
        return ABILITY.COPY | ABILITY.DROP;
      case 'signer':
        return ABILITY.DROP;
      case 'vector':
        return this.of(ty.elem!) & VALUE_ABILITIES;
      case 'datatype': {
        const { abilities, phantom } = this.#head(ty.index);
        return ty.args.reduce((all, arg, i) => {
          if (phantom[i]) return all;
          const have = this.of(arg);
          return all & ((have & VALUE_ABILITIES) | (have & ABILITY.STORE ? ABILITY.KEY : 0));
        }, abilities);
      }
      default:
        return VALUE_ABILITIES;
    }
  }
}
