/** What the Move test runner said, kept for the time of one run of everything. */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/**
 * Names the folder of a run of everything (scripts/test.ts), two stages of which run the tests of the contracts: the
 * second takes the results of the first. The folder ends with the run.
 */
export const RESULTS_VARIABLE = 'CORRIDOR_MOVE_RESULTS';

/**
 * Does what gives a result, unless this run has it already.
 * @param key hex; of everything that the result depends on
 * @param folder by default what the variable names, if anything
 */
export async function onceInRun<T>(
  key: string,
  run: () => Promise<T>,
  folder: string | undefined = process.env[RESULTS_VARIABLE],
): Promise<T> {
  if (folder === undefined) return run();
  const file = path.join(folder, `${key}.json`);
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as T;
  const result = await run();
  // Written aside and renamed, so that nobody reads half of it.
  writeFileSync(`${file}.${process.pid}`, JSON.stringify(result));
  renameSync(`${file}.${process.pid}`, file);
  return result;
}
