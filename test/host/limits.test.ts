import assert from 'node:assert/strict';
import { clientOf, RateLimit } from '../../prover/host/api/limits.ts';

describe('limits of the API', () => {
  it('takes all addresses of an IPv6 network for one client (RFC 4291, RFC 6177)', () => {
    for (const address of ['2001:db8:1:2::1', '2001:0DB8:0001:0002:ffff::9', '2001:db8:1:2:a:b:1.2.3.4']) {
      assert.equal(clientOf(address), '2001:db8:1:2::/64');
    }
    assert.equal(clientOf('2001:db8::1'), '2001:db8:0:0::/64');
    assert.equal(clientOf('::1'), '0:0:0:0::/64');
    assert.equal(clientOf('fe80::1%eth0'), clientOf('fe80::2'));
    assert.notEqual(clientOf('2001:db8:1:3::1'), clientOf('2001:db8:1:2::1'));
  });

  it('takes an IPv4 client for the same on either kind of socket', () => {
    assert.equal(clientOf('::ffff:192.0.2.7'), '192.0.2.7');
    assert.equal(clientOf('::FFFF:192.0.2.7'), '192.0.2.7');
    assert.equal(clientOf('192.0.2.7'), '192.0.2.7');
  });

  it('gives a client its burst, then so much a second, and others theirs', () => {
    let now = 0;
    const limit = new RateLimit({ burst: 3, perSecond: 2 }, () => now);
    const take = (client: string, times: number): boolean[] => Array.from({ length: times }, () => limit.take(client));
    assert.deepEqual(take('a', 4), [true, true, true, false]);
    assert.deepEqual(take('b', 1), [true]);
    now = 1_000;
    assert.deepEqual(take('a', 3), [true, true, false]);
    assert.equal(limit.take('c', 4), false);
    assert.equal(limit.take('c', 3), true);
  });

  it('forgets the client that was seen longest ago, and keeps the ones that are too busy', () => {
    const limit = new RateLimit({ burst: 1, perSecond: 0 }, () => 0);
    assert.equal(limit.take('busy'), true);
    for (let i = 0; i < 25_000; i++) {
      limit.take(`client ${i}`);
      if (i % 1_000 === 0) assert.equal(limit.take('busy'), false);
    }
    assert.equal(limit.size, 10_000);
  });
});
