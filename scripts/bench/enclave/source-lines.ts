import { readFileSync } from 'node:fs';
import path from 'node:path';
import { bundleEnclave, root } from '../../enclave/bundle.ts';

/** Lines of the first-party sources that the bundle's metafile names, the wire codecs of prover/protocol aside. */
export async function countSourceLines(): Promise<{ code: number; total: number }> {
  const { sources } = await bundleEnclave();
  let code = 0;
  let total = 0;
  for (const source of sources.filter((name) => !name.startsWith('prover/protocol/'))) {
    const lines = readFileSync(path.join(root, source), 'utf8').trimEnd().split('\n');
    total += lines.length;
    code += countCode(lines);
  }
  return { code, total };
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
