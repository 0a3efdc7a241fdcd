/** Names that Move bytecode lacks, read from a module's source as prettier formats it. */

export interface ModuleSource {
  readonly module: string;
  /** Parameter names of each public function, in order. */
  readonly parameters: ReadonlyMap<string, readonly string[]>;
  /** Abort codes and names without the leading E. */
  readonly errors: readonly (readonly [code: number, name: string])[];
}

/** @throws Error if the text is no module */
export function readSource(text: string): ModuleSource {
  const module = /^module \w+::(\w+);$/m.exec(text)?.[1];
  if (!module) throw new Error('not a Move module of one label');
  const parameters = new Map(
    [...text.matchAll(/^public (?:entry )?fun (\w+)(?:<[^(]*>)?\(([^)]*)\)/gm)].map(([, name = '', list = '']) => [
      name,
      // Only types have angle brackets and parentheses, and no type here has a comma outside of them.
      [...list.matchAll(/(?:^|[(,\s])(?:mut )?(\w+): /g)].map(([, parameter = '']) => parameter),
    ]),
  );
  const errors = [...text.matchAll(/^const E([A-Z][a-z]\w*): u64 = (\d+);$/gm)].map(
    ([, name = '', code]) => [Number(code), name] as const,
  );
  return { module, parameters, errors };
}
