import assert from 'node:assert/strict';
import { countsOf, LiveText, renderBoard, type Tracked } from '../../localnet/board.ts';

const SENT_AT = 1_000_000;
const at = (milliseconds: number): Date => new Date(SENT_AT + milliseconds);

function tracked(nonce: bigint, state?: object, wasRefused = false): Tracked {
  const sent = { messageId: `0x${'ab'.repeat(32)}` as const, transaction: '0x', gas: 32_497n, nonce };
  const direction = 'EVM → Sui' as const;
  return { direction, sent, sentAt: SENT_AT, isRefusedFirst: wasRefused, wasRefused, state: state as never };
}

/** What a terminal shows of what was written: lines that are cleared and written, and steps upwards. */
function screenOf(written: string): string[] {
  const lines: string[] = [];
  let row = 0;
  // eslint-disable-next-line no-control-regex -- these are the terminal's own
  for (const [, steps, clear, text] of written.matchAll(/\u001B\[(\d+)A|(\u001B\[2K)([^\n]*)\n|\u001B\[\?7[lh]/g)) {
    if (steps !== undefined) row -= Number(steps);
    else if (clear !== undefined) lines[row++] = text!;
  }
  return lines;
}

describe("the demo's table", () => {
  const messages = [
    tracked(1n << 48n),
    tracked((1n << 48n) + 1n, { finalAt: at(1_000), provenAt: at(1_700) }),
    tracked((1n << 48n) + 2n, { finalAt: at(-500), provenAt: at(1_100), deliveredAt: at(2_000) }, true),
  ];

  it('counts how far messages are', () => {
    assert.deepEqual(countsOf(messages), { sent: 3, final: 2, proven: 2, refused: 1, delivered: 1 });
  });

  it('shows each message with the times that it has so far', () => {
    const [head, ...rows] = renderBoard(messages, false).split('\n');
    assert.match(head!, /^direction +nonce +message +to send +final +proven +delivered +to deliver$/);
    assert.match(rows[0]!, /^EVM → Sui +0 +0xabababab… +32497 gas +… +… +…$/);
    assert.match(rows[1]!, / 1 +0xabababab… +32497 gas +\+1\.0 s +\+1\.7 s +…$/);
    assert.match(rows[2]!, / 2 .* \+0\.0 s +\+1\.1 s +\+2\.0 s +refused at first, delivered again$/);
  });

  it('names the unit of each cost, and says why one on Sui is below zero', () => {
    const [toSui] = messages;
    const toEvm = { ...toSui!, direction: 'Sui → EVM' as const, deliveryGas: 61_000n };
    const [, ...rows] = renderBoard([{ ...toSui!, deliveryGas: 900n }, toEvm], false).split('\n');
    assert.equal(rows.length, 2);
    assert.match(rows[0]!, / 32497 gas .* 900 MIST$/);
    assert.match(rows[1]!, / 32497 MIST .* 61000 gas$/);
    const told = renderBoard([{ ...toSui!, deliveryGas: -900n }, toEvm], false).split('\n');
    assert.match(told[1]!, / -900 MIST$/);
    assert.match(told[3]!, /^MIST below 0: .*storage/);
  });

  it('is drawn anew in its place', () => {
    let written = 'before\n';
    const live = new LiveText((text) => void (written += text));
    live.draw('a\nb');
    live.draw('c\nd');
    live.draw('e\nf\ng');
    assert.deepEqual(screenOf(written), ['e', 'f', 'g']);
  });
});
