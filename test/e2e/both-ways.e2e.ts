/** The whole way on one machine: both chains, enclaves with keys that both registries have verified, messages both ways. */
import assert from 'node:assert/strict';
import { audit } from '../../localnet/corridor/audit.ts';
import { LocalCorridor } from '../../localnet/corridor/start.ts';
import { eventually, bodies, tracked } from './support.ts';

describe('messages both ways', function () {
  this.timeout(240_000);
  let corridor: LocalCorridor;

  before(async () => {
    corridor = await LocalCorridor.start({ operators: 3, threshold: 2, logLevel: 'silent' });
  });

  after(() => corridor?.close());

  it('delivers each exactly once, alone and in runs (INV-20, INV-21, INV-24)', async () => {
    const { application } = corridor;
    const [onEvm, onSui] = [application.onEvm[0]!.address, application.onSui[0]!.address];
    const sent = [
      ...(await application.sendFromEvm(onSui, bodies('to Sui', 5))),
      ...(await application.sendFromSui(onEvm, bodies('to EVM', 5))),
      ...(await application.sendFromSui(onEvm, bodies('alone', 1))),
    ];
    const states = await eventually(corridor, sent, ({ deliveredAt }) => deliveredAt !== undefined);
    assert.ok(states.every(({ failedAt }) => failedAt === undefined));
    const found = await audit(corridor.deployment);
    assert.deepEqual(
      [found.isExact, found.evmToSui.sent, found.evmToSui.delivered, found.suiToEvm.sent, found.suiToEvm.delivered],
      [true, 5, 5, 6, 6],
    );
  });

  it('lets a failing recipient hold up nobody, and tries it again', async () => {
    const { application } = corridor;
    const shut = [application.onEvm[1]!, application.onSui[1]!];
    await Promise.all(shut.map((recipient) => recipient.setOpen(false)));
    const refused = [
      ...(await application.sendFromEvm(application.onSui[1]!.address, bodies('refused', 1))),
      ...(await application.sendFromSui(application.onEvm[1]!.address, bodies('refused', 1))),
    ];
    const later = [
      ...(await application.sendFromEvm(application.onSui[0]!.address, bodies('behind it', 2))),
      ...(await application.sendFromSui(application.onEvm[0]!.address, bodies('behind it', 2))),
    ];
    await eventually(corridor, refused, ({ failedAt }) => failedAt !== undefined);
    await eventually(corridor, later, ({ deliveredAt }) => deliveredAt !== undefined);
    assert.ok((await tracked(corridor, refused)).every((state) => state && !state.deliveredAt));
    const before = await audit(corridor.deployment);
    assert.deepEqual(before.evmToSui.missing, [refused[0]!.messageId]);
    assert.deepEqual(before.suiToEvm.missing, [refused[1]!.messageId]);
    await Promise.all(shut.map((recipient) => recipient.setOpen(true)));
    await eventually(corridor, refused, ({ deliveredAt }) => deliveredAt !== undefined);
    assert.ok((await audit(corridor.deployment)).isExact);
  });
});
