/** From certified checkpoints down to messages: honest, look-alike and forged. */
import assert from 'node:assert/strict';
import { TypeTagSerializer } from '@mysten/sui/bcs';
import fc from 'fast-check';
import { digestBytes, type EventValue } from '../../../localnet/sui/ledger/bcs.ts';
import { shortAddress } from '../../../localnet/sui/ledger/types.ts';
import * as sui from '../../../prover/enclave/sui/index.ts';
import { encodeMessageSentEvent, fromHex, suiChain, toHex } from '../../../prover/protocol/index.ts';
import { ruleOf } from '../ethereum/world.ts';
import {
  CHAIN,
  OUTBOX,
  PACKAGE,
  certifiedOf,
  commit,
  committeeBytes,
  contentsOf,
  effectsWith,
  eventsOf,
  message,
  messageEvent,
  newLedger,
} from './world.ts';
import { runs } from '../../fuzz.ts';

const DEFINING = fromHex(PACKAGE as `0x${string}`);

for (const contentsVersion of [1, 2] as const) {
  describe(`messages in Sui checkpoints, contents version ${contentsVersion}`, () => {
    const ledger = newLedger({ contentsVersion });
    const lists = [[messageEvent(0n)], [], [messageEvent(1n), messageEvent(2n)]];
    const made = commit(ledger, lists);
    const checkpoint = sui.verifyCheckpoint(sui.decodeCommittee(committeeBytes(ledger)), certifiedOf(made));
    const contents = sui.verifyContents(checkpoint, contentsOf(made));
    const effects = made.transactions.map((transaction) => transaction.effects);
    const judge = (index: number, effectsBytes: Uint8Array, events: Uint8Array) =>
      ruleOf(() => sui.verifyEvents(contents, index, effectsBytes, events));

    it('are found from the checkpoint down', () => {
      assert.equal(contents.transactions.length, 3);
      const proven = sui.verifyEvents(contents, 2, effects[2]!, eventsOf(lists[2]!));
      assert.equal(proven.checkpoint, checkpoint);
      const sent = [0, 1].map((i) => sui.messageInEvents(CHAIN, DEFINING, OUTBOX, proven, i));
      assert.deepEqual(
        sent.map(({ message }) => message.nonce),
        [1n, 2n],
      );
      assert.deepEqual(sent[0]!.encoded, message(1n));
    });

    it('are not found in other contents, effects or events', () => {
      assert.equal(
        ruleOf(() => sui.verifyContents({ ...checkpoint, contentDigest: checkpoint.digest }, contentsOf(made))),
        'WrongContents',
      );
      const other = contentsOf(commit(ledger, [[]]));
      assert.equal(
        ruleOf(() => sui.verifyContents(checkpoint, other)),
        'WrongContents',
      );
      assert.equal(judge(0, effects[2]!, eventsOf(lists[2]!)), 'WrongEffects');
      assert.equal(judge(0, effects[0]!, eventsOf(lists[2]!)), 'WrongEvents');
      assert.equal(judge(2, effects[2]!, eventsOf(lists[2]!.toReversed())), 'WrongEvents');
      assert.equal(judge(1, effects[1]!, eventsOf([])), 'WrongEvents');
      for (const index of [3, -1, 0.5])
        assert.equal(judge(index, effects[0]!, eventsOf(lists[0]!)), 'TransactionMissing');
    });

    it('are not found with any byte changed', () => {
      const inputs = [contentsOf(made), effects[0]!, eventsOf(lists[0]!)] as const;
      inputs.forEach((input, which) => {
        for (let i = 0; i < input.length; i++) {
          const [c, e, v] = inputs.with(which, input.with(i, input[i]! ^ 1));
          const rule = ruleOf(() => sui.verifyEvents(sui.verifyContents(checkpoint, c!), 0, e!, v!));
          assert.equal(rule, ['WrongContents', 'WrongEffects', 'WrongEvents'][which]);
        }
      });
    });
  });
}

describe('look-alike messages on Sui', () => {
  const ledger = newLedger();
  const committee = sui.decodeCommittee(committeeBytes(ledger));
  /** Contents that hold whatever effects the caller makes. */
  const holding = (effects: Uint8Array, transaction?: Uint8Array): sui.ProvenContents => {
    const made = commit(ledger, [[]]);
    const proven = sui.verifyContents(sui.verifyCheckpoint(committee, certifiedOf(made)), contentsOf(made));
    const digests = {
      transaction: transaction ?? proven.transactions[0]!.transaction,
      effects: digestBytes('TransactionEffects', effects),
    };
    return { ...proven, transactions: [digests] };
  };
  const judge = (events: EventValue[], index: number, chain = CHAIN, outbox = OUTBOX): string => {
    const made = commit(ledger, [events]);
    const contents = sui.verifyContents(sui.verifyCheckpoint(committee, certifiedOf(made)), contentsOf(made));
    const proven = sui.verifyEvents(contents, 0, made.transactions[0]!.effects, eventsOf(events));
    return ruleOf(() => sui.messageInEvents(chain, DEFINING, outbox, proven, index));
  };
  const honest = messageEvent(5n);
  const type = honest.type;

  it('are told from real ones by type, never by package or module of the call', () => {
    assert.equal(judge([honest], 0), 'accepted');
    assert.equal(judge([{ ...honest, packageId: shortAddress(0xbad), module: 'whatever' }], 0), 'accepted');
    const disguise = { packageId: PACKAGE, module: 'message_sent' };
    const types: EventValue['type'][] = [
      { ...type, address: shortAddress(0xbad) },
      { ...type, module: 'message_sent2' },
      { ...type, module: 'outbox' },
      { ...type, name: 'MessageSend' },
      { ...type, typeParams: [TypeTagSerializer.parseFromStr('u8')] },
    ];
    for (const other of types) assert.equal(judge([{ ...honest, ...disguise, type: other }], 0), 'WrongEventType');
  });

  it('are refused of another outbox, chain, encoding or index', () => {
    const other = OUTBOX.with(31, 0x77);
    assert.equal(judge([messageEvent(5n, {}, other)], 0), 'InvalidEventOutbox');
    assert.equal(judge([messageEvent(5n, {}, other)], 0, CHAIN, other), 'accepted');
    assert.equal(judge([honest], 0, suiChain(Uint8Array.of(9, 9, 9, 9))), 'InvalidEventOriginChain');
    const contents = honest.contents as Uint8Array;
    assert.equal(judge([{ ...honest, contents: Uint8Array.of(...contents, 0) }], 0), 'InvalidEventData');
    assert.equal(judge([{ ...honest, contents: contents.with(40, contents[40]! ^ 1) }], 0), 'InvalidEventMessageId');
    for (const index of [1, -1, NaN]) assert.equal(judge([honest], index), 'EventMissing');
  });

  it('are refused of a failed transaction, of another transaction, in effects of another version', () => {
    const made = commit(ledger, [[honest]]);
    const { effects } = made.transactions[0]!;
    const transaction = sui.verifyContents(sui.verifyCheckpoint(committee, certifiedOf(made)), contentsOf(made))
      .transactions[0]!.transaction;
    const events = eventsOf([honest]);
    assert.equal(
      ruleOf(() => sui.verifyEvents(holding(effects, transaction), 0, effects, events)),
      'accepted',
    );
    assert.equal(
      ruleOf(() => sui.verifyEvents(holding(effects), 0, effects, events)),
      'WrongTransaction',
    );
    const failed = effectsWith(effects, (v2) => {
      v2['status'] = { Failure: { error: { InsufficientGas: true }, command: null } };
    });
    assert.equal(
      ruleOf(() => sui.verifyEvents(holding(failed, transaction), 0, failed, events)),
      'FailedTransaction',
    );
    const old = effects.with(0, 0);
    assert.equal(
      ruleOf(() => sui.verifyEvents(holding(old, transaction), 0, old, events)),
      'UnknownEffectsVersion',
    );
    const cut = effects.slice(0, 60);
    assert.equal(
      ruleOf(() => sui.verifyEvents(holding(cut, transaction), 0, cut, events)),
      'MalformedBcs',
    );
  });

  it('stand beside events of any type', () => {
    const deep = (depth: number): string => (depth === 0 ? 'u8' : `vector<${deep(depth - 1)}>`);
    const typeOf = (parameter: string): EventValue => ({
      ...honest,
      type: { ...type, typeParams: [TypeTagSerializer.parseFromStr(parameter)] },
    });
    const parameters = [
      'bool',
      'u8',
      'u16',
      'u32',
      'u64',
      'u128',
      'u256',
      'address',
      'signer',
      deep(12),
      `0x2::coin::Coin<0x2::sui::SUI>`,
      `0x2::table::Table<address, vector<0x2::coin::Coin<0x2::sui::SUI>>>`,
    ];
    const events = [...parameters.map(typeOf), honest];
    assert.equal(judge(events, events.length - 1), 'accepted');
    for (const [i] of parameters.entries()) assert.equal(judge(events, i), 'WrongEventType');
  });

  it('of any bytes that are no events fail with a rule', () => {
    const made = commit(ledger, [[honest]]);
    const { effects } = made.transactions[0]!;
    const base = sui.verifyContents(sui.verifyCheckpoint(committee, certifiedOf(made)), contentsOf(made));
    const bytes = eventsOf([honest]);
    const read = (events: Uint8Array): string => {
      // The digests are made to match, so that the decoder itself is what judges.
      const digest = toHex(digestBytes('TransactionEvents', bytes)).slice(2);
      const hex = Buffer.from(effects).toString('hex');
      assert.ok(hex.includes(digest));
      const forged = Uint8Array.from(
        Buffer.from(hex.replace(digest, toHex(digestBytes('TransactionEvents', events)).slice(2)), 'hex'),
      );
      const digests = {
        transaction: base.transactions[0]!.transaction,
        effects: digestBytes('TransactionEffects', forged),
      };
      return ruleOf(() => sui.verifyEvents({ ...base, transactions: [digests] }, 0, forged, events));
    };
    assert.equal(read(bytes), 'accepted');
    for (let length = 0; length < bytes.length; length++) assert.equal(read(bytes.slice(0, length)), 'MalformedBcs');
    assert.equal(read(Uint8Array.of(...bytes, 0)), 'MalformedBcs');
    const tooDeep = Uint8Array.of(
      1,
      ...new Uint8Array(32),
      0,
      ...new Uint8Array(32),
      ...new Uint8Array(32),
      0,
      0,
      1,
      ...Array<number>(100_000).fill(6),
    );
    assert.equal(read(tooDeep), 'MalformedBcs');
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (random) => void read(random)),
      runs(300),
    );
  });

  it('encode as the protocol does', () => {
    assert.deepEqual(honest.contents, encodeMessageSentEvent(OUTBOX, message(5n)));
  });
});
