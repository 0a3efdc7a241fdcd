/**
 * Benchmark of the enclave. Prints one flat JSON object of figures as its last line.
 *
 *   npm run bench:enclave [-- --messages N]
 *
 * - finality_update_ratio: a finality update of 512 keys decoded, verified and stored, the committee's keys being
 *   cached, over blst's fastAggregateVerify of the same keys and message
 * - sui_checkpoint_ratio: a certified checkpoint of 110 validators decoded and verified, keys being cached, over noble's
 *   own aggregation and verification of the same keys and message, which is below one since mcl does it (ADR 0014)
 * - messages_per_second: plain messages proven from receipts in batches of 64, by the built enclave in a process of its
 *   own, over the processor time that this process took, all of its threads counted
 * - messages: how many; each is another message
 * - memory_mb: resident memory of that process at the end; what it was after each sixteenth of the messages is printed
 * - memory_growth_mb: from the first full collection of its heap after window and history were full to the last, growth
 *   of what was left; all of them are printed. None at all where there were fewer than two
 * - source_lines: lines of the first-party sources of core and longest driver, prover/protocol aside; comments and blank
 *   lines count, source_lines_code is without them, source_lines_protocol is what was left aside
 *
 * Ratios are of medians of alternating runs in this process.
 */
import { parseArgs } from 'node:util';
import { finalityUpdateRatio, suiCheckpointRatio } from './enclave/light-clients.ts';
import { proveMessages } from './enclave/messages.ts';
import { countSourceLines } from './enclave/source-lines.ts';
import { printFigures } from './figures.ts';

const { values: options } = parseArgs({ options: { messages: { type: 'string', default: '1000000' } } });
const messages = Number(options.messages);
if (!Number.isInteger(messages) || messages < 8192) throw new Error('--messages is a number from 8192 on');

const round = (value: number, digits = 2): number => Number(value.toFixed(digits));
const finality = finalityUpdateRatio();
console.log(`finality update: ${round(finality.ours)} ms, blst alone ${round(finality.reference)} ms`);
const sui = suiCheckpointRatio();
console.log(`Sui checkpoint: ${round(sui.ours)} ms, noble alone ${round(sui.reference)} ms`);
const lines = await countSourceLines();
const proven = await proveMessages(messages);
console.log(`resident memory in MB: ${proven.memoryMb.map((mb) => round(mb, 1)).join(', ')}`);
console.log(`heap after full collections in MB: ${proven.heldMb.join(', ')}`);
const [early = NaN] = proven.heldMb;
printFigures({
  finality_update_ratio: round(finality.ours / finality.reference),
  finality_update_ms: round(finality.ours),
  sui_checkpoint_ratio: round(sui.ours / sui.reference),
  sui_checkpoint_ms: round(sui.ours),
  messages_per_second: Math.round(proven.perSecond),
  messages: proven.count,
  ...(proven.heldMb.length > 1 ? { memory_growth_mb: round(proven.heldMb.at(-1)! - early, 1) } : {}),
  memory_mb: round(proven.memoryMb.at(-1)!, 1),
  source_lines: lines.total,
  source_lines_code: lines.code,
  source_lines_protocol: lines.protocol,
});
