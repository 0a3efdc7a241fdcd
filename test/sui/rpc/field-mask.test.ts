/** Read masks with Sui's meaning. */
import assert from 'node:assert/strict';
import { GrpcTypes } from '@mysten/sui/grpc';
import { FieldMask, project } from '../../../localnet/sui/rpc/field-mask.ts';

const parse = (...paths: string[]) => FieldMask.parse(GrpcTypes.ExecutedTransaction, { paths }, 'digest');

describe('field masks', () => {
  it('select a field when it, something above it or something below it is named', () => {
    const mask = parse('effects.status', 'transaction');
    assert.ok(mask.has('effects'));
    assert.ok(mask.has('effects.status'));
    assert.ok(mask.has('effects.status.error'));
    assert.ok(!mask.has('effects.epoch'));
    assert.ok(mask.has('transaction.kind'));
    assert.ok(!mask.has('digest'));
  });

  it('narrow to what is below a field', () => {
    const sub = parse('effects.status', 'effects.epoch').sub('effects')!;
    assert.ok(sub.has('status') && sub.has('epoch') && !sub.has('bcs'));
    assert.ok(parse('effects').sub('effects')!.has('bcs'));
    assert.equal(parse('effects').sub('events'), undefined);
  });

  it('let the shorter path win, in any order', () => {
    for (const mask of [parse('effects', 'effects.status'), parse('effects.status', 'effects')]) {
      assert.ok(mask.has('effects.bcs'));
    }
  });

  it('select everything with a star', () => {
    assert.ok(parse('*').has('effects.bcs'));
    assert.ok(parse('digest', '*').has('events'));
  });

  it('fall back only when absent: an empty mask selects nothing', () => {
    assert.ok(FieldMask.parse(GrpcTypes.ExecutedTransaction, undefined, 'digest').has('digest'));
    assert.ok(!FieldMask.parse(GrpcTypes.ExecutedTransaction, undefined, 'digest').has('effects'));
    assert.ok(!parse().has('digest'));
  });

  it('refuse paths that name no field', () => {
    const bad = { code: 'INVALID_ARGUMENT' };
    for (const path of [
      'nothing',
      'effects.nothing',
      'digest.x',
      'timestamp.seconds',
      '',
      'effects.',
      '.effects',
      'effects.*',
      'Effects',
    ]) {
      assert.throws(() => parse(path), bad, path);
    }
    assert.throws(() => parse('constructor'), bad);
    assert.throws(() => parse(...Array.from({ length: 1000 }, () => 'digest')), bad);
    assert.throws(() => parse('effects.'.repeat(1000)), bad);
  });

  it('go through repeated fields', () => {
    const mask = FieldMask.parse(
      GrpcTypes.Checkpoint,
      { paths: ['transactions.effects.changed_objects.object_id'] },
      '',
    );
    assert.ok(mask.has('transactions.effects.changed_objects'));
    assert.ok(!mask.has('transactions.digest'));
  });

  it('call the renderers of selected fields only', () => {
    const never = (): never => assert.fail('not selected');
    const event = project<GrpcTypes.Event>(FieldMask.of('event_type,contents.name'), {
      eventType: () => 'type',
      contents: (sub) => ({ name: 'n', ...(sub.has('value') ? { value: new Uint8Array() } : {}) }),
      json: never,
      packageId: never,
      module: () => undefined,
    });
    assert.deepEqual(event, { eventType: 'type', contents: { name: 'n' } });
  });
});
