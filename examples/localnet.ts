/** What the examples share: where the local network is, and one sentence where something is wrong. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { CorridorError } from '../prover/sdk/index.ts';

const HINT = 'start one with `npm run localnet` in another terminal';

/** The network file of a local network: what `parseDeployment` reads, funded keys, and recipients to write to. */
export function readLocalnet() {
  const file = process.env['CORRIDOR_DEPLOYMENT'] ?? path.join(import.meta.dirname, '../deployments/localnet.json');
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return end(`there is no ${file}: ${HINT}, or name another network's file in CORRIDOR_DEPLOYMENT`);
  }
  const json = JSON.parse(text);
  if (!json.localnet) end(`${file} is of no local network, whose funded keys and recipients the example takes`);
  return json;
}

/** For errors that an example does not handle itself. */
export function explain(error: unknown): never {
  if (!(error instanceof CorridorError)) throw error;
  return end(error.code === 'Unavailable' ? `the network does not answer (${error.message}): ${HINT}` : error.message);
}

function end(sentence: string): never {
  console.error(sentence);
  process.exit(1);
}
