// Names in Move sources: which module a path means, and the values of constants, which bytecode does not keep.

import { maskText } from '../../build/text.ts';
import { moduleDeclarations } from './attributes.ts';

/** A constant of a module: its number, or that it is an error constant, which aborts are known by name. */
export type Constant = { readonly value: bigint } | { readonly error: string };

interface ModuleNames {
  /** `use` aliases: name to `address::module`. */
  readonly aliases: ReadonlyMap<string, string>;
  readonly constants: ReadonlyMap<string, Constant>;
}

/** Modules that every source may name without a `use`. */
const PRELUDE: ReadonlyMap<string, string> = new Map([
  ['vector', 'std::vector'],
  ['option', 'std::option'],
  ['object', 'sui::object'],
  ['transfer', 'sui::transfer'],
  ['tx_context', 'sui::tx_context'],
]);

/** A path in an attribute cannot be resolved. */
export class NameError extends Error {}

/** The names of `use` trees: `a::b`, `a::{b, c as d}`, `a::b::{Self, X}`, `a::b::Self as c`. */
function useAliases(masked: string): Map<string, string> {
  const aliases = new Map<string, string>();
  const add = (path: readonly string[], alias: string | undefined): void => {
    const parts = path.at(-1) === 'Self' ? path.slice(0, -1) : path;
    if (parts.length === 2) aliases.set(alias ?? parts[1]!, parts.join('::'));
  };
  const walk = (prefix: readonly string[], text: string): void => {
    const open = text.indexOf('{');
    if (open < 0) {
      const [, path, alias] = /^\s*([\w:\s]*?)(?:\s+as\s+(\w+))?\s*$/.exec(text) ?? [];
      if (path) add([...prefix, ...path.split('::').map((p) => p.trim())], alias);
      return;
    }
    const head = text
      .slice(0, open)
      .split('::')
      .map((p) => p.trim())
      .filter((p) => p !== '');
    let depth = 0;
    let start = open + 1;
    for (let i = start; i < text.length; i++) {
      if (text[i] === '{') depth++;
      if (text[i] === '}' && depth-- === 0) {
        walk([...prefix, ...head], text.slice(start, i));
        return;
      }
      if (text[i] === ',' && depth === 0) {
        walk([...prefix, ...head], text.slice(start, i));
        start = i + 1;
      }
    }
  };
  for (const match of masked.matchAll(/\buse\s+(?!fun\b)([^;]+);/g)) walk([], match[1]!);
  return aliases;
}

/** A number: decimal or hexadecimal, with underscores and a type suffix; or sums, products and shifts of such. */
export function parseNumber(text: string): bigint | null {
  const tokens = text.match(/0x[0-9a-fA-F_]+|[0-9][0-9_]*(?:u\d+)?|<<|[()+\-*|]|u\d+|\S/g) ?? [];
  let at = 0;
  const atom = (): bigint => {
    const token = tokens[at++];
    if (token === '(') {
      const value = sum();
      if (tokens[at++] !== ')') throw new NameError('unbalanced');
      return value;
    }
    if (token === undefined || !/^\d/.test(token)) throw new NameError('no number');
    return BigInt(token.replace(/u\d+$/, '').replaceAll('_', ''));
  };
  const binary =
    (next: () => bigint, operators: Readonly<Record<string, (a: bigint, b: bigint) => bigint>>) => (): bigint => {
      let value = next();
      while (tokens[at]! in operators) value = operators[tokens[at++]!]!(value, next());
      return value;
    };
  const product = binary(atom, { '*': (a, b) => a * b });
  const additive = binary(product, { '+': (a, b) => a + b, '-': (a, b) => a - b });
  const shift = binary(additive, { '<<': (a, b) => a << b });
  const sum = binary(shift, { '|': (a, b) => a | b });
  try {
    const value = sum();
    return at === tokens.length ? value : null;
  } catch {
    return null;
  }
}

function constantsOf(masked: string): Map<string, Constant> {
  const constants = new Map<string, Constant>();
  const pattern = /(#\[\s*error\b[^\]]*\]\s*)?(?:#\[[^\]]*\]\s*)*\bconst\s+(\w+)\s*:\s*([^=;]+)=([^;]*);/g;
  for (const [, error, name, , value] of masked.matchAll(pattern)) {
    const number = parseNumber(value!.trim());
    if (error) constants.set(name!, { error: name! });
    else if (number !== null) constants.set(name!, { value: number });
  }
  return constants;
}

export class SourceNames {
  readonly #modules = new Map<string, ModuleNames>();

  /** @param sources texts of all sources, in any order. */
  constructor(sources: Iterable<string>) {
    for (const text of sources) {
      const masked = maskText(text);
      const declarations = moduleDeclarations(masked);
      declarations.forEach(({ module, start }, i) => {
        const body = masked.slice(start, declarations[i + 1]?.start);
        this.#modules.set(module, { aliases: useAliases(body), constants: constantsOf(body) });
      });
    }
  }

  /** The module that a path means within `within`, as `address::name`. */
  module(within: string, path: string): string {
    const parts = path.split('::').map((p) => p.trim());
    if (parts.length === 1) {
      if (parts[0] === 'Self') return within;
      const alias = this.#modules.get(within)?.aliases.get(parts[0]!) ?? PRELUDE.get(parts[0]!);
      if (alias === undefined) throw new NameError(`no module ${path} is known in ${within}`);
      return alias;
    }
    if (parts.length === 2) return parts.join('::');
    throw new NameError(`${path} is no module`);
  }

  /** The constant that a path means within `within`, and its module. */
  constant(within: string, path: string): { readonly module: string; readonly constant: Constant } {
    const parts = path.split('::').map((p) => p.trim());
    const module = parts.length === 1 ? within : this.module(within, parts.slice(0, -1).join('::'));
    const constant = this.#modules.get(module)?.constants.get(parts.at(-1)!);
    if (!constant) throw new NameError(`no constant ${path} is known in ${within}`);
    return { module, constant };
  }
}
