// Attributes of Move sources as far as unit tests need them: which functions are tests, what failure a test expects, and
// a form of the sources that the compiler turns into ordinary modules with the tests in them.

import { maskText } from '../../build/text.ts';

/** The compiler mode that stands in for `test`: same members, without what the compiler adds in test mode. */
export const TEST_BUILD_MODE = 'unit_test_build';

/** One attribute list, `#[...]`, in a source. */
interface AttributeList {
  readonly start: number;
  readonly end: number;
  /** Items between the brackets, as written, in the order of the text. */
  readonly items: readonly string[];
}

/** What `#[expected_failure(...)]` says, with names unresolved. */
export interface RawExpectation {
  /** `abort_code`, `arithmetic_error`, `vector_error`, `out_of_gas` or `major_status`; null: any failure. */
  readonly kind: string | null;
  /** Value of `abort_code` or `major_status`: a number or a path to a constant. */
  readonly value: string | null;
  readonly minor: string | null;
  readonly location: string | null;
}

export interface TestDeclaration {
  /** The module as the source declares it, `address::name`. */
  readonly module: string;
  readonly name: string;
  readonly expected: RawExpectation | null;
}

/** Splits text at commas outside of brackets. */
function splitTop(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let i = 0; i <= text.length; i++) {
    const c = text[i];
    if (c === '(' || c === '[' || c === '{') depth++;
    if (c === ')' || c === ']' || c === '}') depth--;
    if (i === text.length || (c === ',' && depth === 0)) {
      const part = text.slice(start, i);
      // The last item may have a comma behind it.
      if (part.trim() !== '') parts.push(part);
      start = i + 1;
    }
  }
  return parts;
}

function attributeLists(masked: string): AttributeList[] {
  const lists: AttributeList[] = [];
  for (let start = masked.indexOf('#['); start >= 0; start = masked.indexOf('#[', start + 2)) {
    let depth = 0;
    let end = start + 1;
    do {
      if (masked[end] === '[' || masked[end] === '(') depth++;
      if (masked[end] === ']' || masked[end] === ')') depth--;
      end++;
    } while (depth > 0 && end < masked.length);
    lists.push({ start, end, items: splitTop(masked.slice(start + 2, end - 1)) });
  }
  return lists;
}

/** `test` of `test`, `expected_failure` of `expected_failure(...)`. */
const headOf = (item: string): string => /^\s*(\w+)/.exec(item)?.[1] ?? '';

/**
 * The source with its tests as plain functions of a compiler mode. Lines stay where they are, since abort codes may
 * hold line numbers.
 */
export function testBuildSource(source: string): string {
  const text = publishEntries(source);
  let result = '';
  let copied = 0;
  for (const { start, end, items } of attributeLists(maskText(text))) {
    const heads = items.map(headOf);
    if (!heads.some((h) => ['test', 'random_test', 'test_only', 'expected_failure'].includes(h))) continue;
    const kept: string[] = [];
    let marked = false;
    for (const [i, item] of items.entries()) {
      const head = heads[i]!;
      if (head === 'expected_failure') continue;
      if (!['test', 'random_test', 'test_only'].includes(head)) kept.push(item.trim());
      else if (!marked) {
        kept.push('test_only', `mode(${TEST_BUILD_MODE})`);
        marked = true;
      }
    }
    const lines = text.slice(start, end).replace(/[^\n]/g, '');
    result += text.slice(copied, start) + (kept.length > 0 ? `#[${kept.join(', ')}]` : '') + lines;
    copied = end;
  }
  return result + text.slice(copied);
}

/** Tests may call entry functions of other modules; outside of test mode the compiler wants them public for that. */
function publishEntries(text: string): string {
  let result = '';
  let copied = 0;
  for (const match of maskText(text).matchAll(/(\bpublic(?:\s*\([^)]*\))?\s+)?\bentry\s+fun\b/g)) {
    if (match[1]) continue;
    result += `${text.slice(copied, match.index)}public `;
    copied = match.index;
  }
  return result + text.slice(copied);
}

function parseExpectation(item: string): RawExpectation {
  const inner = /\(([\s\S]*)\)\s*$/.exec(item)?.[1];
  const fields = new Map<string, string | null>();
  for (const part of inner === undefined ? [] : splitTop(inner)) {
    const [, name, value] = /^\s*(\w+)\s*(?:=\s*([\s\S]*?))?\s*$/.exec(part) ?? [];
    if (name) fields.set(name, value ?? null);
  }
  const kinds = ['abort_code', 'arithmetic_error', 'vector_error', 'out_of_gas', 'major_status'];
  const kind = kinds.find((k) => fields.has(k)) ?? null;
  return {
    kind,
    value: kind === null ? null : (fields.get(kind) ?? null),
    minor: fields.get('minor_status') ?? null,
    location: fields.get('location') ?? null,
  };
}

/** The module declarations of a masked source: name and where its text starts. */
export function moduleDeclarations(masked: string): { readonly module: string; readonly start: number }[] {
  const declarations = masked.matchAll(/\bmodule\s+([\w]+)\s*::\s*(\w+)\s*[;{]/g);
  return [...declarations].map((m) => ({ module: `${m[1]}::${m[2]}`, start: m.index }));
}

/** The tests that a source declares. Tests with random inputs are left out. */
export function declaredTests(text: string): TestDeclaration[] {
  const masked = maskText(text);
  const modules = moduleDeclarations(masked);
  const lists = attributeLists(masked);
  const tests: TestDeclaration[] = [];
  for (let i = 0; i < lists.length;) {
    // Lists with nothing but space between them belong to one declaration.
    const group = [lists[i++]!];
    while (i < lists.length && masked.slice(group.at(-1)!.end, lists[i]!.start).trim() === '') group.push(lists[i++]!);
    const items = group.flatMap((list) => list.items);
    if (!items.some((item) => headOf(item) === 'test')) continue;
    const declaration = /^\s*(?:public(?:\s*\([^)]*\))?\s+|entry\s+)*fun\s+(\w+)/.exec(masked.slice(group.at(-1)!.end));
    const module = modules.filter((m) => m.start < group[0]!.start).at(-1)?.module;
    if (!declaration || module === undefined) continue;
    const expected = items.find((item) => headOf(item) === 'expected_failure');
    tests.push({ module, name: declaration[1]!, expected: expected === undefined ? null : parseExpectation(expected) });
  }
  return tests;
}
