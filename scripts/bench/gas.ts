/**
 * Gas benchmark of contracts-evm, and what the same calls cost on Sui. Prints one flat JSON object of figures as its last line.
 *
 *   node scripts/bench/gas.ts            measure and print
 *   node scripts/bench/gas.ts --check    and fail, naming each figure that is not the committed snapshot's
 *   node scripts/bench/gas.ts --update   and write the snapshot anew
 *
 * The simulated chain is deterministic, so the snapshot is compared exactly.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import hre, { network } from 'hardhat';
import { printFigures } from './figures.ts';
import { differences, merge, type Figures, type Section } from './gas/figures.ts';
import { contractFigures } from './gas/contracts.ts';
import { protocolFigures } from './gas/protocol.ts';
import { suiFigures } from './gas/sui.ts';

const SNAPSHOT = new URL('../../contracts-evm/snapshots/gas.json', import.meta.url);

/** What is measured, in the order of the snapshot. */
const SECTIONS: readonly Section[] = [protocolFigures, contractFigures, suiFigures];

const { values: options } = parseArgs({ options: { check: { type: 'boolean' }, update: { type: 'boolean' } } });

await hre.tasks.getTask('build').run({ quiet: true });
const parts: Figures[] = [];
for (const section of SECTIONS) {
  const connection = await network.create();
  parts.push(await section(connection));
  await connection.close();
}
const figures = merge(parts);

if (options.update) await writeFile(SNAPSHOT, `${JSON.stringify(figures, null, 2)}\n`);
if (options.check) {
  const moved = differences(JSON.parse(await readFile(SNAPSHOT, 'utf8')) as Figures, figures);
  if (moved.length > 0) {
    console.error(`Gas figures that are not the snapshot's:\n  ${moved.join('\n  ')}`);
    console.error(
      'If the change is meant, run `npm run bench:gas -- --update` and commit contracts-evm/snapshots/gas.json.',
    );
    process.exitCode = 1;
  }
}
printFigures(figures);
