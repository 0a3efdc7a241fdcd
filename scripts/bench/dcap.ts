/**
 * Benchmark of DCAP verification on both chains. Prints one flat JSON object of figures as its last line.
 *
 *   node scripts/bench/dcap.ts            measure and print
 *   node scripts/bench/dcap.ts --check    and fail, naming each figure that rose by more than 2 percent or above its limit
 *   node scripts/bench/dcap.ts --update   and write the snapshot anew
 *
 * Figures are of whole transactions, with all collateral stored and every rule on: gas on EVM, computation units and
 * instructions on the local Sui network. dcap/machines.ts says what is verified.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import hre from 'hardhat';
import { evmFigures } from './dcap/evm.ts';
import { suiFigures } from './dcap/sui.ts';
import { printFigures } from './figures.ts';
import { merge, type Figures } from './gas/figures.ts';

const SNAPSHOT = new URL('../../contracts-evm/snapshots/dcap.json', import.meta.url);
const TOLERANCE = 0.02;

/** What must hold whatever a snapshot says. */
const LIMITS: Figures = {
  verify_tdx4: 135_000,
  verify_tdx4_split: 135_000,
  upload_tcb_info: 4_000_000,
  sui_verify_tdx4_instructions: 150_000,
};

/** One line for each figure that rose beyond the tolerance, or that only one side has. */
function rises(snapshot: Figures, figures: Figures): string[] {
  const names = new Set([...Object.keys(snapshot), ...Object.keys(figures)]);
  return [...names].flatMap((name) => {
    const [before, now] = [snapshot[name], figures[name]];
    if (before === undefined) return [`${name}: ${now}, not in the snapshot`];
    if (now === undefined) return [`${name}: in the snapshot with ${before}, no longer measured`];
    const percent = (100 * (now - before)) / before;
    return now > before * (1 + TOLERANCE) ? [`${name}: ${before} -> ${now} (+${percent.toFixed(1)} %)`] : [];
  });
}

/** One line for each figure above its limit. */
function excesses(figures: Figures): string[] {
  return Object.entries(LIMITS).flatMap(([name, limit]) => {
    const now = figures[name];
    return now !== undefined && now <= limit ? [] : [`${name}: ${now}, at most ${limit}`];
  });
}

const { values: options } = parseArgs({ options: { check: { type: 'boolean' }, update: { type: 'boolean' } } });

await hre.tasks.getTask('build').run({ quiet: true });
const figures = merge([await evmFigures(), await suiFigures()]);

if (options.update) await writeFile(SNAPSHOT, `${JSON.stringify(figures, null, 2)}\n`);
if (options.check) {
  const risen = rises(JSON.parse(await readFile(SNAPSHOT, 'utf8')) as Figures, figures);
  if (risen.length > 0) {
    console.error(`DCAP figures that rose by more than ${100 * TOLERANCE} percent:\n  ${risen.join('\n  ')}`);
    console.error(
      'If the rise is meant, run `npm run bench:dcap -- --update` and commit contracts-evm/snapshots/dcap.json.',
    );
    process.exitCode = 1;
  }
  const above = excesses(figures);
  if (above.length > 0) {
    console.error(`DCAP figures above their limits:\n  ${above.join('\n  ')}`);
    process.exitCode = 1;
  }
}
printFigures(figures);
