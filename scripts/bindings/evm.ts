// Writes prover/bindings/evm: the ABIs of the deployed contracts as TypeScript, which types viem's calls by them. With
// --check, fails when a committed file is not what the present contracts give. Needs their build (npm test -- evm:build).
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Abi, AbiParameter } from 'viem';
import { artifactOf, type ContractName } from '../deploy/evm/artifacts.ts';

const DIRECTORY = path.resolve(import.meta.dirname, '../../prover/bindings/evm');

/** Contract, file, and the name of its ABI. */
const BINDINGS: readonly (readonly [contract: ContractName, file: string, name: string])[] = [
  ['AccessManager', 'access-manager', 'accessManagerAbi'],
  ['DcapVerifier', 'dcap-verifier', 'dcapVerifierAbi'],
  ['Registry', 'registry', 'registryAbi'],
  ['Outbox', 'outbox', 'outboxAbi'],
  ['Inbox', 'inbox', 'inboxAbi'],
  ['IMessageRecipient', 'message-recipient', 'messageRecipientAbi'],
];

const HEAD = '// Written by scripts/bindings/evm.ts; change the contract, not this file.\n';

/** Parameters without the names of Solidity's types, which only the compiler uses. */
function plainParameters(parameters: readonly AbiParameter[]): unknown[] {
  return parameters.map((parameter) => {
    const { internalType: _, ...rest } = parameter;
    return 'components' in rest ? { ...rest, components: plainParameters(rest.components) } : rest;
  });
}

/** An ABI as a TypeScript module, one item on each line, so that a difference names the item. */
function renderAbi(name: string, abi: Abi): string {
  const items = abi.map((item) => {
    const plain: Record<string, unknown> = { ...item };
    for (const key of ['inputs', 'outputs']) {
      if (Array.isArray(plain[key])) plain[key] = plainParameters(plain[key] as AbiParameter[]);
    }
    return `  ${JSON.stringify(plain)},`;
  });
  return `${HEAD}export const ${name} = [\n${items.join('\n')}\n] as const;\n`;
}

/** File name to contents. */
export function renderBindings(): Map<string, string> {
  const files = new Map(
    BINDINGS.map(([contract, file, name]) => [`${file}.ts`, renderAbi(name, artifactOf(contract).abi)]),
  );
  const exports = BINDINGS.map(([, file, name]) => `export { ${name} } from './${file}.ts';`);
  files.set('index.ts', `${HEAD}${exports.join('\n')}\n`);
  return files;
}

const files = renderBindings();
if (process.argv.includes('--check')) {
  const stale = [...files].filter(([file, contents]) => {
    const committed = path.join(DIRECTORY, file);
    return !existsSync(committed) || readFileSync(committed, 'utf8') !== contents;
  });
  for (const [file] of stale) console.error(`prover/bindings/evm/${file} is stale: run npm run bindings:evm`);
  if (stale.length > 0) process.exitCode = 1;
} else {
  mkdirSync(DIRECTORY, { recursive: true });
  for (const [file, contents] of files) writeFileSync(path.join(DIRECTORY, file), contents);
}
