import type { PackageFiles } from './sources.ts';
import { maskText } from './text.ts';

/** Attributes that make a function a test, and the one that only tests may carry. */
const TEST = ['test', 'random_test'];
const TEST_ONLY_ATTRIBUTES = [...TEST, 'expected_failure'];

/**
 * Turns every test whose full name (`package::module::function`) lacks `substring` into a plain test-only function,
 * since the test runner has no filter of its own. Line numbers stay.
 *
 * @returns the changed files and the names of the tests that remain
 */
export function filterTests(files: PackageFiles, substring: string): { files: PackageFiles; tests: string[] } {
  const tests: string[] = [];
  const filtered = Object.fromEntries(
    Object.entries(files).map(([name, text]) => [
      name,
      name.endsWith('.move') ? filterSource(text, substring, tests) : text,
    ]),
  );
  return { files: filtered, tests };
}

interface Attribute {
  readonly start: number;
  readonly end: number;
  readonly items: readonly string[];
}

function filterSource(text: string, substring: string, tests: string[]): string {
  const masked = maskText(text);
  const functionName = /\s*(?:public(?:\s*\([^)]*\))?\s+|entry\s+|native\s+)*fun\s+(\w+)/y;
  let result = '';
  let copied = 0;
  for (let at = masked.indexOf('#['); at >= 0; at = masked.indexOf('#[', at)) {
    const group = attributesAt(masked, at);
    at = group.at(-1)!.end;
    functionName.lastIndex = at;
    const found = functionName.exec(masked);
    if (!found || !group.some((attribute) => attribute.items.some((item) => TEST.includes(item)))) continue;
    const name = `${moduleBefore(masked, at)}::${found[1]}`;
    if (name.includes(substring)) {
      tests.push(name);
      continue;
    }
    let replacement = '#[test_only]';
    for (const attribute of group) {
      if (!attribute.items.some((item) => TEST_ONLY_ATTRIBUTES.includes(item))) continue;
      const lines = text.slice(attribute.start, attribute.end).replace(/[^\n]/g, '');
      result += text.slice(copied, attribute.start) + replacement + lines;
      replacement = '';
      copied = attribute.end;
    }
  }
  return result + text.slice(copied);
}

/** The attribute at `start` and those right behind it. */
function attributesAt(masked: string, start: number): Attribute[] {
  const group: Attribute[] = [];
  while (masked.startsWith('#[', start)) {
    let depth = 0;
    let end = start + 1;
    do {
      if (masked[end] === '[' || masked[end] === '(') depth++;
      if (masked[end] === ']' || masked[end] === ')') depth--;
      end++;
    } while (depth > 0 && end < masked.length);
    group.push({ start, end, items: itemsOf(masked.slice(start + 2, end - 1)) });
    start = end + masked.slice(end).search(/\S|$/);
  }
  return group;
}

/** `test` and `expected_failure` of `test, expected_failure(abort_code = a::B)`. */
function itemsOf(attribute: string): string[] {
  let top = attribute;
  for (let before = ''; before !== top;) {
    before = top;
    top = top.replace(/\([^()]*\)/g, '');
  }
  return top.split(',').map((item) => /\w+/.exec(item)?.[0] ?? '');
}

function moduleBefore(masked: string, offset: number): string {
  return [...masked.slice(0, offset).matchAll(/\bmodule\s+(\w+::\w+)/g)].at(-1)?.[1] ?? '';
}
