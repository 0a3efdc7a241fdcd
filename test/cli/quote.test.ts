import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { mkdtempSync, readFileSync, rmSync, existsSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createPlatform, QUOTE_FORMS, reportDataOf, startPccs, Vendor, type Pccs } from '../../localnet/tee/index.ts';
import type { Terminal } from '../../prover/cli/output.ts';
import { run } from '../../prover/cli/program.ts';

const AT = Date.UTC(2026, 5, 15, 12) / 1000;
const vendor = new Vendor({ seed: 'cli', clock: () => AT });
const machine = createPlatform({ vendor });
const processor = createPlatform({ vendor, seed: 'processor', pckCa: 'processor' });
const root = `0x${createHash('sha256').update(vendor.root).digest('hex')}`;
const reportData = reportDataOf(Uint8Array.of(1, 2, 3));

interface Result {
  exitCode: number;
  out: string;
  err: string;
}

async function corridor(...args: string[]): Promise<Result> {
  const result: Result = { exitCode: -1, out: '', err: '' };
  const terminal: Terminal = {
    out: (text) => (result.out += `${text}\n`),
    err: (text) => (result.err += `${text}\n`),
    isColoured: false,
  };
  result.exitCode = await run(args, terminal);
  return result;
}

describe('corridor quote and collateral', () => {
  let folder: string;
  let pccs: Pccs;
  const file = (name: string): string => path.join(folder, name);
  const write = (name: string, content: string | Uint8Array): string => {
    writeFileSync(file(name), content);
    return file(name);
  };

  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'corridor cli '));
    pccs = await startPccs(vendor);
  });
  after(async () => {
    await pccs.close();
    rmSync(folder, { recursive: true });
  });

  const fetchFor = (quoteFile: string, out: string): Promise<Result> =>
    corridor('collateral', 'fetch', '--quote', quoteFile, '--url', pccs.url, '--out', out);

  for (const form of QUOTE_FORMS) {
    it(`fetches collateral for a ${form} quote and accepts it`, async () => {
      const { quote } = machine.quote({ form, reportData });
      const quoteFile = write(`${form}.bin`, quote);
      const collateral = file(`${form}.json`);
      assert.deepEqual(await fetchFor(quoteFile, collateral), {
        exitCode: 0,
        out: `collateral of ${form === 'sgx3' ? 'SGX' : 'TDX'} ${Buffer.from(machine.fmspc).toString('hex')} (platform) is in ${collateral}\n`,
        err: '',
      });
      const flags = ['--collateral', collateral, '--root', root, '--at', String(AT), '--json'];
      const { exitCode, out } = await corridor('quote', 'verify', quoteFile, ...flags);
      assert.equal(exitCode, 0, out);
      const verdict = JSON.parse(out) as Record<string, unknown>;
      assert.equal(verdict.verdict, 'accepted');
      assert.equal(verdict.tcbStatus, 'UpToDate');
      assert.equal(
        (verdict.report as Record<string, unknown>).reportData,
        `0x${Buffer.from(reportData).toString('hex')}`,
      );
    });
  }

  it('tells machines of the two CAs apart', async () => {
    const quoteFile = write('processor.bin', processor.quote({ form: 'tdx4', reportData }).quote);
    const collateral = file('processor.json');
    const { out } = await fetchFor(quoteFile, collateral);
    assert.match(out, /\(processor\)/);
    const flags = ['--collateral', collateral, '--root', root, '--at', String(AT)];
    const { exitCode, out: verdict } = await corridor('quote', 'verify', quoteFile, ...flags);
    assert.equal(exitCode, 0, verdict);
    assert.match(verdict, /^accepted\n/);
  });

  it('reads a quote in hex and in base64 as it reads bytes', async () => {
    const { quote } = machine.quote({ form: 'tdx4', reportData });
    const inspect = async (name: string, content: string | Uint8Array): Promise<string> => {
      const { exitCode, out } = await corridor('quote', 'inspect', write(name, content), '--json');
      assert.equal(exitCode, 0);
      return out;
    };
    const expected = await inspect('raw.bin', quote);
    assert.equal(await inspect('quote.hex', `0x${Buffer.from(quote).toString('hex')}\n`), expected);
    assert.equal(await inspect('quote.b64', `${Buffer.from(quote).toString('base64')}\n`), expected);
  });

  it('shows every field of the report', async () => {
    const mrTd = new Uint8Array(48).fill(0xab);
    const { quote } = machine.quote({ form: 'tdx5td15', reportData, mrTd });
    const { out } = await corridor('quote', 'inspect', write('shown.bin', quote), '--json');
    const { body, certificates } = JSON.parse(out) as Record<'body' | 'certificates', Record<string, unknown>>;
    assert.equal(body.type, 'TD report 1.5');
    assert.equal(body.mrTd, `0x${'ab'.repeat(48)}`);
    assert.equal(body.reportData, `0x${Buffer.from(reportData).toString('hex')}`);
    assert.equal(body.debug, false);
    const { sgx } = certificates.pck as { sgx: Record<string, unknown> };
    assert.equal(sgx.ppid, `0x${Buffer.from(machine.ppid).toString('hex')}`);
    const { out: table } = await corridor('quote', 'inspect', file('shown.bin'));
    assert.match(table, new RegExp(`mrTd\\s+${'ab'.repeat(48)}`));
  });

  describe('refusal', () => {
    let quoteFile: string;
    let collateral: string;
    before(async () => {
      quoteFile = write('honest.bin', machine.quote({ form: 'tdx4', reportData }).quote);
      collateral = file('honest.json');
      await fetchFor(quoteFile, collateral);
    });
    const verify = (quote: string, ...flags: string[]): Promise<Result> =>
      corridor('quote', 'verify', quote, '--collateral', collateral, ...flags);

    it('names the rule of a changed report', async () => {
      const changed = readFileSync(quoteFile);
      changed[48 + 136] = changed[48 + 136]! ^ 1;
      const { exitCode, out } = await verify(
        write('changed.bin', changed),
        '--root',
        root,
        '--at',
        String(AT),
        '--json',
      );
      assert.equal(exitCode, 1);
      const { verdict, rule, number } = JSON.parse(out) as Record<string, unknown>;
      assert.deepEqual(
        { verdict, rule, number },
        { verdict: 'refused', rule: 'InvalidQuoteSignature', number: 'DCAP-93' },
      );
    });

    it('trusts Intel alone unless told otherwise: the simulated root is refused by fingerprint', async () => {
      const { exitCode, out } = await verify(quoteFile, '--at', String(AT));
      assert.equal(exitCode, 1);
      assert.match(out, /^refused DCAP-50 UntrustedRoot: .*44a0196b2b99f889b8e149e95b807a35/);
    });

    it('refuses before and after the window of the collateral', async () => {
      const year = 365 * 86_400;
      const before = await verify(quoteFile, '--root', root, '--at', String(AT - 40 * year));
      const later = await verify(quoteFile, '--root', root, '--at', '2099-01-01T00:00:00Z');
      assert.equal(before.exitCode, 1);
      assert.match(before.out, /NotYetValid/);
      assert.equal(later.exitCode, 1);
      assert.match(later.out, /Expired/);
    });

    it('refuses debug evidence unless it is asked for', async () => {
      const tdAttributes = Uint8Array.of(1, 0, 0, 0x10, 0, 0, 0, 0);
      const debug = write('debug.bin', machine.quote({ form: 'tdx4', reportData, tdAttributes }).quote);
      const flags = ['--root', root, '--at', String(AT)];
      assert.match((await verify(debug, ...flags)).out, /DCAP-16 DebugNotAllowed/);
      const { exitCode, out } = await verify(debug, ...flags, '--allow-debug');
      assert.equal(exitCode, 0, out);
      assert.match(out, /debug\s+true/);
    });

    it('names the rule of a quote cut short, without a verdict on its signatures', async () => {
      const { exitCode, out } = await verify(
        write('short.bin', readFileSync(quoteFile).subarray(0, 900)),
        '--root',
        root,
      );
      assert.equal(exitCode, 1);
      assert.match(out, /TruncatedEvidence/);
      const inspected = await corridor('quote', 'inspect', file('short.bin'), '--json');
      assert.equal(inspected.exitCode, 2);
      assert.equal((JSON.parse(inspected.err) as { error: string }).error, 'TruncatedEvidence');
    });
  });

  describe('wrong input', () => {
    const expectUsage = async (pattern: RegExp, ...args: string[]): Promise<void> => {
      const { exitCode, err, out } = await corridor(...args);
      assert.equal(exitCode, 2, `${out}${err}`);
      assert.match(err, pattern);
    };

    it('ends with 2 and says what to do', async () => {
      const quoteFile = write('any.bin', machine.quote({ form: 'sgx3', reportData }).quote);
      const collateral = write('any.json', '{}');
      await expectUsage(/no such file/, 'quote', 'inspect', file('missing.bin'));
      await expectUsage(/--collateral/, 'quote', 'verify', quoteFile);
      await expectUsage(/not JSON/, 'quote', 'verify', quoteFile, '--collateral', quoteFile);
      await expectUsage(/no time/, 'quote', 'verify', quoteFile, '--collateral', collateral, '--at', 'yesterday');
      await expectUsage(/fingerprint/, 'quote', 'verify', quoteFile, '--collateral', collateral, '--root', '0x12');
      await expectUsage(/name the machine/, 'collateral', 'fetch', '--out', file('x.json'));
      await expectUsage(
        /FMSPC/,
        'collateral',
        'fetch',
        '--tee',
        'sgx',
        '--fmspc',
        'zz',
        '--ca',
        'platform',
        '--out',
        file('x'),
      );
      await expectUsage(/unknown command/, 'quote', 'frobnicate');
    });

    it('a collateral file that lacks a field is refused by its rule', async () => {
      const quoteFile = write('any.bin', machine.quote({ form: 'sgx3', reportData }).quote);
      const { exitCode, out } = await corridor('quote', 'verify', quoteFile, '--collateral', write('empty.json', '{}'));
      assert.equal(exitCode, 1);
      assert.match(out, /MalformedCollateralFile/);
    });
  });

  describe('a service that misbehaves', () => {
    let server: Server;
    let url: string;
    let answer: { status: number; body: string; headers?: Record<string, string> };
    before(async () => {
      server = createServer((_request, response) => {
        response.writeHead(answer.status, answer.headers).end(answer.body);
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    });
    after(() => new Promise((resolve) => server.close(resolve)));

    const answers: [about: string, answer: typeof answer, pattern: RegExp][] = [
      ['refuses', { status: 404, body: '' }, /answered 404/],
      ['answers with nonsense', { status: 200, body: 'hello' }, /did not answer with/],
      ['answers without end', { status: 200, body: 'x'.repeat(2 << 20) }, /more than 1 MiB/],
      ['redirects', { status: 302, body: '', headers: { location: '/elsewhere' } }, /cannot reach/],
    ];
    for (const [about, given, pattern] of answers) {
      it(`${about}: ends with 3 and leaves no file`, async () => {
        answer = given;
        const out = file(`service ${about}.json`);
        const machineFlags = ['--tee', 'tdx', '--fmspc', '90c06f000000', '--ca', 'platform'];
        const { exitCode, err } = await corridor('collateral', 'fetch', ...machineFlags, '--url', url, '--out', out);
        assert.equal(exitCode, 3);
        assert.match(err, pattern);
        assert(!existsSync(out));
      });
    }

    it('cannot be reached: ends with 3 and says so', async () => {
      const flags = ['--tee', 'sgx', '--fmspc', '90c06f000000', '--ca', 'platform', '--out', file('none.json')];
      const { exitCode, err } = await corridor('collateral', 'fetch', ...flags, '--url', 'http://127.0.0.1:1');
      assert.equal(exitCode, 3);
      assert.match(err, /cannot reach http:\/\/127\.0\.0\.1:1\//);
    });
  });
});
