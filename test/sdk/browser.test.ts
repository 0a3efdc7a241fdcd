/** The SDK as a browser has it: bundled without Node's modules, and run where none of Node's globals are. */
import assert from 'node:assert/strict';
import vm from 'node:vm';
import { build } from 'esbuild';
import { decodeFunctionData } from 'viem';
import { inboxAbi } from '../../prover/bindings/evm/index.ts';
import { toHex } from '../../prover/protocol/index.ts';
import { deploymentOf, runOf, signedProof, vectors } from './support.ts';

/** What browsers and workers have beside the language itself. */
const WEB = [
  ...['AbortController', 'AbortSignal', 'Blob', 'Event', 'EventTarget', 'FormData', 'Headers', 'ReadableStream'],
  ...['Request', 'Response', 'TextDecoder', 'TextEncoder', 'TransformStream', 'URL', 'URLSearchParams', 'atob', 'btoa'],
  ...['clearInterval', 'clearTimeout', 'crypto', 'performance', 'queueMicrotask', 'setInterval', 'setTimeout'],
  // Of this realm, so that what TextEncoder gives is an instance of them.
  ...['structuredClone', 'Uint8Array', 'ArrayBuffer'],
] as const;

describe('the SDK in a browser', function () {
  this.timeout(60_000);
  let code: string;

  before(async () => {
    const { outputFiles, metafile } = await build({
      stdin: {
        contents: `export * from './prover/sdk/index.ts'; export { Transaction } from '@mysten/sui/transactions';`,
        resolveDir: `${import.meta.dirname}/../..`,
      },
      bundle: true,
      format: 'iife',
      globalName: 'sdk',
      platform: 'browser',
      target: 'es2022',
      write: false,
      metafile: true,
      logLevel: 'silent',
    });
    code = outputFiles[0]!.text;
    const imports = Object.values(metafile.inputs).flatMap((input) => input.imports);
    assert.deepEqual(
      imports.filter(({ external }) => external),
      [],
    );
  });

  /** Runs an expression over the bundle. What goes in and out is JSON. */
  async function run(body: string, input: unknown, fetch?: (url: string) => unknown): Promise<any> {
    const globals = Object.fromEntries(WEB.map((name) => [name, globalThis[name as keyof typeof globalThis]]));
    const answer = async (url: string): Promise<Response> => {
      const found = fetch?.(url);
      // Nothing else can be reached, as with a browser that is offline.
      if (found === undefined) throw new TypeError('Failed to fetch');
      return new Response(JSON.stringify(found));
    };
    const context = vm.createContext({ ...globals, fetch: answer });
    vm.runInContext('globalThis.self = globalThis.window = globalThis;', context);
    vm.runInContext(code, context);
    const show = `(_, value) => typeof value === 'bigint' ? String(value) : value`;
    const script = `(async (input) => { ${body} })(${JSON.stringify(input)}).then((out) => JSON.stringify(out, ${show}))`;
    return JSON.parse((await vm.runInContext(script, context)) as string);
  }

  const deployment = deploymentOf();
  const description = {
    chains: deployment.chains.map((place) => ({ ...place, rpc: ['http://127.0.0.1:1'] })),
    hosts: ['http://127.0.0.1:2'],
  };
  const shown = JSON.parse(
    JSON.stringify(description, (_, value) => (typeof value === 'bigint' ? String(value) : value)),
  );
  const made = runOf(4, deployment);
  const proof = signedProof(made, 2);

  it('has none of Node: no process, no Buffer, no require', async () => {
    const found = await run(`return [typeof process, typeof Buffer, typeof require, typeof sdk.createCorridor]`, null);
    assert.deepEqual(found, ['undefined', 'undefined', 'undefined', 'function']);
  });

  it('computes the recorded message ids', async () => {
    const cases = vectors('message', 'message.id').filter(({ in: { bytes } }) => (bytes as string).length < 1000);
    const body = `const bytes = (hex) => Uint8Array.from(hex.slice(2).match(/../g) ?? [], (pair) => parseInt(pair, 16));
      const hex = (data) => '0x' + Array.from(data, (byte) => byte.toString(16).padStart(2, '0')).join('');
      return input.map(({ outbox, bytes: encoded }) => hex(sdk.messageId(bytes(outbox), bytes(encoded))));`;
    const ids = await run(body, cases.map((vector) => vector.in)); // prettier-ignore
    assert.ok(cases.length > 0);
    assert.deepEqual(ids, cases.map(({ out }) => out!['messageId'])); // prettier-ignore
  });

  it('composes a message into a transaction of Sui', async () => {
    const body = `const corridor = sdk.createCorridor(sdk.parseDeployment(input));
      const tx = new sdk.Transaction();
      corridor.addSend(tx, { from: 0x5300000035834a8an, to: 1n, recipient: '0x' + '08'.repeat(20), body: '0x0102' });
      return tx.getData().commands.map((command) => command.MoveCall?.function ?? command.$kind);`;
    const commands = await run(body, shown);
    assert.deepEqual(commands, ['new_sender', 'quote', 'SplitCoins', 'send', 'sender', 'TransferObjects']);
  });

  it('asks a host for a proof, checks it, and makes the call of it', async () => {
    const path = `/v1/messages/${proof.messageId}`;
    const answers: Record<string, unknown> = {
      [path]: {
        encoded: toHex(proof.encoded),
        transaction: 'tx2',
        finalAt: '2026-01-01T00:00:00.000Z',
      },
      [`${path}/proof`]: {
        message: toHex(proof.encoded),
        statement: toHex(proof.statement),
        signatures: toHex(proof.signatures),
        index: proof.index,
        proof: toHex(proof.siblings),
      },
    };
    const body = `const corridor = sdk.createCorridor(sdk.parseDeployment(input.shown));
      return corridor.deliveryCall(await corridor.proofOf(input.id, { from: 'host' }));`;
    const call = await run(body, { shown, id: proof.messageId }, (url) => answers[new URL(url).pathname]);
    assert.equal(call.to, deployment.chains[0]!.inbox);
    const { functionName, args } = decodeFunctionData({ abi: inboxAbi, data: call.data });
    assert.deepEqual([functionName, args![4]], ['deliverOne', toHex(proof.encoded)]);
  });
});
