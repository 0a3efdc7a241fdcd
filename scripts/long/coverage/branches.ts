/**
 * Branch coverage for Hardhat, whose own instrumentation knows statements only. Every condition of an `if`, a loop or a
 * `?:` in Solidity reports which way it went, by the means that Hardhat's own hits take. Decisions within assembly are not
 * seen: hits are calls, which functions that are `pure` cannot make there. A loop over `true` decides nothing.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import parser from '@solidity-parser/parser';
import type { HardhatPlugin } from 'hardhat/types/plugins';

/** One way out of a decision, and the mark that Hardhat notes when it is taken. */
export interface Branch {
  file: string;
  line: number;
  taken: boolean;
  mark: string;
}

export const LIBRARY = '__corridor_branches.sol';

export const librarySource = (hits: string): string => `// SPDX-License-Identifier: Apache-2.0
pragma solidity >=0.8.0;
import {__NomicFoundationCoverage} from "${hits}";
library __CorridorBranches {
  function went(bool condition, uint256 yes, uint256 no) internal pure returns (bool) {
    __NomicFoundationCoverage.sendHit(condition ? yes : no);
    return condition;
  }
}
`;

/**
 * Hardhat's hits leave the mark that they report behind the free memory pointer. What the code under measurement has put
 * there for its next statement must stay, so these put back what was there.
 */
export function keepMemory(library: string): string {
  const result = library
    .replace('let ptr := mload(0x40)', 'let ptr := mload(0x40)\n      let kept := mload(ptr)')
    .replace(/pop\(\s*staticcall\([^]*?\)\s*\)/, '$&\n      mstore(ptr, kept)');
  if (!/let kept[^]*pop\([^]*mstore\(ptr, kept\)/.test(result)) throw new Error("Hardhat's hits are not as they were");
  return result;
}

interface Placed {
  type?: string;
  value?: unknown;
  range?: [number, number];
  loc?: { start: { line: number } };
}

/** The conditions of a source, by where they start. */
function conditionsOf(source: string): { range: [number, number]; line: number }[] {
  const found: { range: [number, number]; line: number }[] = [];
  const note = (condition: Placed | null): void => {
    if (!condition || (condition.type === 'BooleanLiteral' && condition.value === true)) return;
    found.push({ range: condition.range!, line: condition.loc!.start.line });
  };
  parser.visit(parser.parse(source, { range: true, loc: true }), {
    IfStatement: ({ condition }) => note(condition),
    Conditional: ({ condition }) => note(condition),
    WhileStatement: ({ condition }) => note(condition),
    DoWhileStatement: ({ condition }) => note(condition),
    ForStatement: ({ conditionExpression }) => note(conditionExpression ?? null),
  });
  return found.sort((a, b) => a.range[0] - b.range[0] || b.range[1] - a.range[1]);
}

/**
 * @param original as somebody wrote it, for the lines
 * @param source the same with Hardhat's hits between its statements
 */
export function instrument(file: string, original: string, source: string): { source: string; branches: Branch[] } {
  const lines = conditionsOf(original).map(({ line }) => line);
  const conditions = conditionsOf(source);
  if (lines.length !== conditions.length) throw new Error(`${file}: ${lines.length} decisions, then ${conditions.length}`);
  const mark = (index: number, taken: boolean): string =>
    createHash('sha256').update(`${file} ${index} ${taken}`).digest('hex');
  const insertions = conditions.flatMap(({ range: [start, last] }, i) => [
    { at: start, rank: i, text: '__CorridorBranches.went(' },
    // Behind the condition, where the marks take no place on the stack while it is evaluated.
    { at: last + 1, rank: -i, text: `, 0x${mark(i, true)}, 0x${mark(i, false)})` },
  ]);
  // From behind, so that places stay. At one place what has the lower rank goes last and so comes first: of two conditions
  // that begin together the outer, of two that end together the inner.
  let text = source;
  for (const { at, text: put } of insertions.sort((a, b) => b.at - a.at || b.rank - a.rank)) {
    text = text.slice(0, at) + put + text.slice(at);
  }
  const branches = lines.flatMap((line, i) =>
    [true, false].map((taken) => ({ file, line, taken, mark: mark(i, taken) })),
  );
  return { source: branches.length > 0 ? `${text}\nimport "${LIBRARY}";\n` : source, branches };
}

/**
 * @param sources where the code lies that is measured, from the project's folder
 * @param output where all branches of the code are listed when the process ends
 */
export function branchCoverage(sources: string, output: string): HardhatPlugin {
  const known = new Map<string, Branch[]>();
  // Hardhat has a source instrumented anew for every file that uses it, which takes minutes of each run.
  const instrumented = new Map<string, { content: string; source: Promise<string> }>();
  process.on('exit', () => {
    mkdirSync(path.dirname(output), { recursive: true });
    writeFileSync(output, JSON.stringify([...known.values()].flat()));
  });
  return {
    id: 'corridor-branch-coverage',
    hookHandlers: {
      solidity: async () => ({
        default: async () => ({
          // Both hooks are deprecated and have no successor yet: Hardhat's own coverage uses them.
          // eslint-disable-next-line @typescript-eslint/no-deprecated
          preprocessProjectFileBeforeBuilding: async (context, sourceName, fsPath, content, solcVersion, next) => {
            const file = path.relative(context.config.paths.root, fsPath).replaceAll(path.sep, '/');
            const once = async (): Promise<string> => {
              const source = await next(context, sourceName, fsPath, content, solcVersion);
              if (!file.startsWith(sources)) return source;
              const result = instrument(file, content, source);
              known.set(file, result.branches);
              return result.source;
            };
            const before = instrumented.get(`${sourceName} ${solcVersion}`);
            if (before?.content === content) return before.source;
            const source = once();
            instrumented.set(`${sourceName} ${solcVersion}`, { content, source });
            return source;
          },
          // eslint-disable-next-line @typescript-eslint/no-deprecated
          preprocessSolcInputBeforeBuilding: async (context, input, next) => {
            const complete = await next(context, input);
            const hits = Object.keys(complete.sources).find((name) => name.includes('__NomicFoundationCoverage'));
            if (hits === undefined) return complete;
            complete.sources[hits] = { content: keepMemory(complete.sources[hits]!.content) };
            complete.sources[LIBRARY] = { content: librarySource(hits) };
            return complete;
          },
        }),
      }),
    },
  };
}
