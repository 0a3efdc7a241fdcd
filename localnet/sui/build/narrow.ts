import { isFramework, type ResolvedDependency } from './framework.ts';
import type { PackageFiles } from './sources.ts';
import { functionsOf, interfaceOf, maskText, withoutSpans, type FunctionSpan } from './text.ts';

// What any source may use without naming it: the prelude, the modules behind primitive types, and what test mode
// adds to every module.
const PRELUDE = (
  'vector option address bool u8 u16 u32 u64 u128 u256 object transfer tx_context unit_test poison ' +
  'some none ID UID Option TxContext'
).split(' ');

/** What a piece of code may refer to. */
interface Names {
  readonly words: ReadonlySet<string>;
  /** Framework modules, as `std::bcs`. */
  readonly modules: ReadonlySet<string>;
}

/** A framework module taken apart. */
interface Module {
  readonly name: string;
  readonly text: string;
  readonly functions: readonly { readonly span: FunctionSpan; readonly names: Names }[];
  /** What the rest of it refers to: types, constants, aliases. */
  readonly rest: Names;
}

// The framework is the same in every build of a process, so each source is taken apart once.
const takenApart = new Map<string, Module>();

/**
 * Reduces the framework among `dependencies` to what a build of `root` can see, which saves most of the compile time.
 *
 * A module goes if no source that stays names it, and a function goes if its name is a word in none of them: the
 * compiler can only reach what some source names. Bytecode refers to functions by name and signature alone, so what
 * is not called leaves no trace, and unless `bodies`, bodies go too.
 *
 * @param bodies keep the bodies of functions that stay, for code that is to run and not just to be compiled against
 */
export function narrowFramework(
  root: PackageFiles,
  dependencies: readonly ResolvedDependency[],
  bodies: boolean,
): void {
  const parts = dependencies.filter(isFramework);
  const all = parts.flatMap((part) => moveSources(part.files).map((source) => takeApart(source, bodies)));
  const sources = [root, ...dependencies.filter((d) => !isFramework(d)).map((d) => d.files)].flatMap(moveSources);
  const kept = reachable(all, sources);
  for (const part of parts) {
    part.files = Object.fromEntries(
      Object.entries(part.files).flatMap(([name, source]): [string, string][] => {
        if (!name.endsWith('.move')) return [[name, source]];
        const module = takeApart(source, bodies);
        const functions = kept.get(module);
        if (!functions) return [];
        const gone = module.functions.map((f) => f.span).filter((span) => !functions.has(span));
        return [[name, withoutSpans(module.text, gone)]];
      }),
    );
  }
}

/** The modules that `sources` reach, directly or through what they reach, and of each the functions. */
function reachable(modules: readonly Module[], sources: readonly string[]): Map<Module, Set<FunctionSpan>> {
  const words = new Set(PRELUDE);
  const names = new Set(PRELUDE.flatMap(bothPackages));
  const add = (found: Names): void => {
    for (const word of found.words) words.add(word);
    for (const name of found.modules) names.add(name);
  };
  for (const source of sources) add(namesIn(maskText(source)));
  const kept = new Map<Module, Set<FunctionSpan>>();
  for (let changed = true; changed;) {
    changed = false;
    for (const module of modules) {
      if (!names.has(module.name)) continue;
      let functions = kept.get(module);
      if (!functions) {
        kept.set(module, (functions = new Set()));
        changed = true;
        add(module.rest);
      }
      for (const { span, names } of module.functions) {
        if (functions.has(span) || !(words.has(span.name) || isSyntax(span))) continue;
        functions.add(span);
        changed = true;
        add(names);
      }
    }
  }
  return kept;
}

function takeApart(source: string, bodies: boolean): Module {
  const key = `${bodies} ${source}`;
  let module = takenApart.get(key);
  if (!module) {
    const text = bodies ? source : interfaceOf(source);
    const code = maskText(text);
    const spans = functionsOf(text);
    module = {
      name: /\bmodule\s+(\w+::\w+)/.exec(code)?.[1] ?? '',
      text,
      functions: spans.map((span) => ({ span, names: namesIn(code.slice(span.start, span.end)) })),
      rest: namesIn(withoutSpans(code, spans)),
    };
    takenApart.set(key, module);
  }
  return module;
}

/** Whether syntax calls a function: `v[i]`, `vector[]`. */
function isSyntax(span: FunctionSpan): boolean {
  return /\b(syntax|bytecode_instruction)\b/.test(span.attributes);
}

/** What masked code may refer to: `std::bcs`, or both packages' module if it says `bcs` alone. */
function namesIn(code: string): Names {
  const modules = new Set<string>();
  // A group, `use sui::{coin, table}`, names its modules alone and must not be taken for the module sui::sui.
  const reference = /\b(?:(std|sui)\s*::\s*(?:\{|(?=[a-z_])))?([a-z_]\w*)?/g;
  for (const match of code.replace(/\bpublic\s*\(\s*package\s*\)/g, '').matchAll(reference)) {
    const [whole, address, name] = match;
    if (name === undefined) continue;
    if (address && !whole.includes('{')) modules.add(`${address}::${name}`);
    else bothPackages(name).forEach((both) => modules.add(both));
  }
  return { words: new Set(code.match(/[A-Za-z_]\w*/g)), modules };
}

function bothPackages(name: string): string[] {
  return [`std::${name}`, `sui::${name}`];
}

function moveSources(files: PackageFiles): string[] {
  return Object.entries(files).flatMap(([name, text]) => (name.endsWith('.move') ? [text] : []));
}
