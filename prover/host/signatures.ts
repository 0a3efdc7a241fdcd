/** Which signatures over a run are shown to a contract, which takes 32 at most (docs/spec/protocol.md section 8). */
import { concat } from '../protocol/bytes.ts';
import { toHex } from '../protocol/index.ts';
import { MAX_SIGNATURES } from '../protocol/signature.ts';
import type { KeyStatus } from './operators/registrar.ts';
import type { Signed } from './store/rows.ts';

/**
 * Those that a contract would count, of each operator as many as of any other: nobody's keys leave no room for the
 * others', however many there are.
 * @param statusOf where a signer's key stands
 */
export async function chooseSignatures(
  signed: readonly Signed[],
  statusOf: (signer: Uint8Array) => Promise<KeyStatus>,
): Promise<readonly Signed[]> {
  if (signed.length <= MAX_SIGNATURES) return signed;
  const byOperator = new Map<string, Signed[]>();
  for (const [i, { counts, operator = '' }] of (
    await Promise.all(signed.map(({ signer }) => statusOf(signer)))
  ).entries()) {
    if (counts) byOperator.set(operator, [...(byOperator.get(operator) ?? []), signed[i]!]);
  }
  const chosen: Signed[] = [];
  for (let round = 0; chosen.length < MAX_SIGNATURES; round++) {
    const ofRound = [...byOperator.values()].flatMap((ofOperator) => ofOperator.slice(round, round + 1));
    if (ofRound.length === 0) break;
    chosen.push(...ofRound);
  }
  return chosen.slice(0, MAX_SIGNATURES);
}

/** A signature set, in order of signer, of each of which it is known that it signed: as `joinSignatures` would have it. */
export function joinSigned(signed: readonly Signed[]): Uint8Array | undefined {
  if (signed.length === 0) return undefined;
  const sorted = [...signed].sort((a, b) => (toHex(a.signer) < toHex(b.signer) ? -1 : 1));
  return concat(...sorted.map(({ signature }) => signature));
}
