/** The attestation drivers against stand-ins that behave as the kernel's, dstack's and Gramine's documentation says. */
import assert from 'node:assert/strict';
import fs, { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { dstackAttester } from '../../prover/enclave/attestation/dstack.ts';
import { gramineAttester } from '../../prover/enclave/attestation/gramine.ts';
import { tsmAttester } from '../../prover/enclave/attestation/tsm.ts';
import type { Attester } from '../../prover/enclave/attester.ts';
import { EnclaveError } from '../../prover/enclave/errors.ts';

const REPORT_DATA = Uint8Array.from({ length: 64 }, (_, i) => i);

async function ruleOf(by: Attester): Promise<string> {
  try {
    await by.quote(REPORT_DATA);
  } catch (error) {
    assert.ok(error instanceof EnclaveError, String((error as Error).stack));
    return error.code;
  }
  return 'accepted';
}

let directory: string;
beforeEach(() => (directory = mkdtempSync(path.join(tmpdir(), 'attest-'))));
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/**
 * A directory that behaves as configfs-tsm does: a report's directory is born with its attributes, writing `inblob`
 * counts the generation up and makes `outblob`, and the directory goes with its attributes.
 */
class TsmDirectory {
  provider = 'tdx_guest\n';
  /** Writes of `inblob` that somebody else makes between ours and the reading of `outblob` */
  strangers = 0;
  quote: (inblob: Uint8Array) => Uint8Array = (inblob) => Uint8Array.of(4, 0, ...inblob);
  readonly reports: string;
  readonly #real = { ...fs };

  constructor(reports: string) {
    this.reports = reports;
    const { mkdirSync, writeFileSync, rmdirSync, readdirSync, rmSync } = this.#real;
    const isReport = (name: unknown): name is string => typeof name === 'string' && path.dirname(name) === reports;
    const set = (report: string, name: string, value: string | Uint8Array): void =>
      writeFileSync(path.join(report, name), value);
    Object.assign(fs, {
      mkdirSync: (name: string, ...rest: []) => {
        mkdirSync(name, ...rest);
        if (!isReport(name)) return;
        set(name, 'provider', this.provider);
        set(name, 'generation', '0\n');
      },
      writeFileSync: (name: string, bytes: Uint8Array, ...rest: []) => {
        const report = path.dirname(name);
        if (!isReport(report)) return writeFileSync(name, bytes, ...rest);
        assert.equal(path.basename(name), 'inblob');
        assert.ok(bytes.length >= 1 && bytes.length <= 64);
        set(report, 'outblob', this.quote(bytes));
        set(report, 'generation', `${1 + this.strangers}\n`);
      },
      rmdirSync: (name: string) => {
        for (const file of readdirSync(name)) rmSync(path.join(name, file));
        rmdirSync(name);
      },
    });
    syncBuiltinESMExports();
  }

  restore(): void {
    const { mkdirSync, writeFileSync, rmdirSync } = this.#real;
    Object.assign(fs, { mkdirSync, writeFileSync, rmdirSync });
    syncBuiltinESMExports();
  }
}

describe('the driver of configfs-tsm', () => {
  let tsm: TsmDirectory;
  beforeEach(() => (tsm = new TsmDirectory(directory)));
  afterEach(() => tsm.restore());

  it('writes the report data, reads the quote, and takes its directory away', async () => {
    const by = tsmAttester(directory);
    assert.deepEqual(Buffer.from(await by.quote(REPORT_DATA)), Buffer.from([4, 0, ...REPORT_DATA]));
    assert.deepEqual(Buffer.from(await by.quote(REPORT_DATA)), Buffer.from([4, 0, ...REPORT_DATA]));
    assert.deepEqual(fs.readdirSync(directory), []);
  });

  it('fails on another provider, an empty quote, or a report that somebody else has written', async () => {
    tsm.provider = 'sev_guest\n';
    assert.equal(await ruleOf(tsmAttester(directory)), 'AttestationFailed');
    tsm.provider = 'tdx_guest\n';
    tsm.strangers = 1;
    assert.equal(await ruleOf(tsmAttester(directory)), 'AttestationFailed');
    tsm.strangers = 0;
    tsm.quote = () => new Uint8Array();
    assert.equal(await ruleOf(tsmAttester(directory)), 'AttestationFailed');
    assert.deepEqual(fs.readdirSync(directory), []);
  });

  it('fails without the interface, and when the kernel refuses', async () => {
    assert.equal(await ruleOf(tsmAttester(path.join(directory, 'none'))), 'AttestationFailed');
    tsm.quote = () => {
      throw Object.assign(new Error('busy'), { code: 'EBUSY' });
    };
    assert.equal(await ruleOf(tsmAttester(directory)), 'AttestationFailed');
    assert.deepEqual(fs.readdirSync(directory), []);
  });
});

describe('the driver of dstack', () => {
  let server: Server | undefined;
  afterEach(() => server?.close());
  const serve = async (listener: RequestListener): Promise<Attester> => {
    const socket = path.join(directory, 'dstack.sock');
    server = createServer(listener);
    await new Promise<void>((resolve) => server!.listen(socket, resolve));
    return dstackAttester(socket);
  };
  const answerWith = (status: number, body: string): Promise<Attester> =>
    serve((_, response) => void response.writeHead(status, { 'Content-Type': 'application/json' }).end(body));

  it('asks for a quote over the report data', async () => {
    let asked: unknown;
    const by = await serve(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      asked = { method: request.method, url: request.url, body: JSON.parse(Buffer.concat(chunks).toString()) };
      response.end(JSON.stringify({ quote: '0400ff', event_log: '[]' }));
    });
    assert.deepEqual(Buffer.from(await by.quote(REPORT_DATA)), Buffer.from('0400ff', 'hex'));
    const body = { report_data: Buffer.from(REPORT_DATA).toString('hex') };
    assert.deepEqual(asked, { method: 'POST', url: '/GetQuote', body });
  });

  it('fails when there is no agent, no quote, or too much of one', async () => {
    assert.equal(await ruleOf(dstackAttester(path.join(directory, 'none.sock'))), 'AttestationFailed');
    const answers: [number, string][] = [
      [500, '{"quote":"00"}'],
      [200, '{}'],
      [200, 'null'],
      [200, '{"quote":""}'],
      [200, '{"quote":"0x00"}'],
      [200, '{"quote":"000"}'],
      [200, '{"quote":[0]}'],
      [200, '{"quote":"00'],
      [200, JSON.stringify({ quote: '00'.repeat(2 ** 20) })],
    ];
    for (const [status, body] of answers) {
      assert.equal(await ruleOf(await answerWith(status, body)), 'AttestationFailed', body.slice(0, 40));
      server!.close();
    }
  });
});

describe('the driver of Gramine', () => {
  const write = (name: string, bytes: string | Uint8Array): void => writeFileSync(path.join(directory, name), bytes);

  it('writes the report data and reads the quote', async () => {
    write('attestation_type', 'dcap');
    write('quote', Uint8Array.of(3, 0, 2, 0));
    assert.deepEqual(Buffer.from(await gramineAttester(directory).quote(REPORT_DATA)), Buffer.from([3, 0, 2, 0]));
    assert.deepEqual(readFileSync(path.join(directory, 'user_report_data')), Buffer.from(REPORT_DATA));
  });

  it('fails without Gramine, without DCAP, and on an empty quote', async () => {
    const by = gramineAttester(directory);
    assert.equal(await ruleOf(gramineAttester(path.join(directory, 'none'))), 'AttestationFailed');
    for (const type of ['none', 'epid', '']) {
      write('attestation_type', type);
      write('quote', Uint8Array.of(1));
      assert.equal(await ruleOf(by), 'AttestationFailed', type);
    }
    write('attestation_type', 'dcap\n');
    assert.equal(await ruleOf(by), 'accepted');
    write('quote', '');
    assert.equal(await ruleOf(by), 'AttestationFailed');
  });
});
