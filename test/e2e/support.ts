import assert from 'node:assert/strict';
import type { Sent } from '../../localnet/corridor/application.ts';
import type { LocalCorridor } from '../../localnet/corridor/start.ts';
import type { TrackedMessage } from '../../prover/host/store/rows.ts';
import { fromHex } from '../../prover/protocol/index.ts';
import { diagnose } from './diagnosis.ts';

/** So many bodies that tell each other apart. */
export function bodies(text: string, count: number): Uint8Array[] {
  return Array.from({ length: count }, (_, i) => new TextEncoder().encode(`${text} ${i + 1}`));
}

/** What a host knows of messages. */
export function tracked(
  { hosts }: Pick<LocalCorridor, 'hosts'>,
  sent: readonly Sent[],
  host = 0,
): Promise<(TrackedMessage | undefined)[]> {
  const { store } = hosts[host]!.parts;
  return Promise.all(sent.map(({ messageId }) => store.message(fromHex(messageId))));
}

/** Waits until all messages are in a state, and fails with those that are not when patience is over. */
export async function eventually(
  corridor: Pick<LocalCorridor, 'hosts'>,
  sent: readonly Sent[],
  isThere: (state: TrackedMessage) => boolean,
  { seconds = 90, host = 0 } = {},
): Promise<TrackedMessage[]> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const states = await tracked(corridor, sent, host);
    const late = sent.filter((_, i) => !states[i] || !isThere(states[i]!));
    if (late.length === 0) return states as TrackedMessage[];
    if (Date.now() > deadline) {
      const ids = late.map(({ messageId }) => fromHex(messageId));
      assert.fail(`${late.length} of ${sent.length} messages are late\n${await diagnose(corridor.hosts, ids)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Waits until something holds, and fails with its name when patience is over. */
export async function until(what: string, isSo: () => Promise<boolean> | boolean, seconds = 60): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  while (!(await isSo())) {
    if (Date.now() > deadline) assert.fail(`never: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
