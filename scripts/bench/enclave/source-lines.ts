import { readFileSync } from 'node:fs';
import path from 'node:path';
import { bundleEnclave, root } from '../../enclave/bundle.ts';

export interface SourceLines {
  /** All lines, and those with code */
  readonly total: number;
  readonly code: number;
  /** All lines of prover/protocol, which the others do not include */
  readonly protocol: number;
}

/** Lines of the first-party sources that the metafiles of the core and of the longest driver name. */
export async function countSourceLines(): Promise<SourceLines> {
  const { sources, driverSources } = await bundleEnclave();
  const linesOf = (source: string): string[] => readFileSync(path.join(root, source), 'utf8').trimEnd().split('\n');
  const allOf = (names: readonly string[]): string[] => names.flatMap(linesOf);
  const drivers = [...driverSources.values()].map(allOf).sort((a, b) => b.length - a.length);
  const isProtocol = (name: string): boolean => name.startsWith('prover/protocol/');
  const own = [...allOf(sources.filter((name) => !isProtocol(name))), ...drivers[0]!];
  return { total: own.length, code: countCode(own), protocol: allOf(sources.filter(isProtocol)).length };
}

/** Neither blank nor comment. Comments of these sources begin lines: one behind code counts as code. */
function countCode(lines: readonly string[]): number {
  let isComment = false;
  let code = 0;
  for (const line of lines.map((raw) => raw.trim())) {
    if (!isComment && line !== '' && !line.startsWith('//') && !line.startsWith('/*')) code++;
    if (line.startsWith('/*')) isComment = true;
    if (line.endsWith('*/')) isComment = false;
  }
  return code;
}
