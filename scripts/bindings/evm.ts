// Compiles the contracts and writes what is made of them: prover/bindings/evm, their ABIs as TypeScript, which types
// viem's calls by them; and deployments/contracts, their code, with which they are deployed. With --check, fails when a
// committed file is not what Hardhat's last build gives (npm test -- evm:build evm:bindings).
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Abi, AbiParameter } from 'viem';
import {
  compileContracts,
  compiledArtifactOf,
  release,
  RELEASED,
  RELEASED_SOURCES,
  SOURCES,
  type ContractName,
} from '../deploy/evm/artifacts.ts';
import { hashesOf, ROOT } from '../deploy/evm/sources.ts';

const DIRECTORY = path.join(ROOT, 'prover/bindings/evm');

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

/** File to contents. */
function renderBindings(): Map<string, string> {
  const files = BINDINGS.map(
    ([contract, file, name]) => [`${file}.ts`, renderAbi(name, compiledArtifactOf(contract).abi)] as const,
  );
  const exports = BINDINGS.map(([, file, name]) => `export { ${name} } from './${file}.ts';`);
  return new Map([...files, ['index.ts', `${HEAD}${exports.join('\n')}\n`]]);
}

/** File to contents. */
function renderRelease(): Map<string, string> {
  const json = (value: object): string => {
    // A line for each member, so that a difference is of a member.
    const lines = Object.entries(value).map(([key, member]) => `  ${JSON.stringify(key)}: ${JSON.stringify(member)}`);
    return `{\n${lines.join(',\n')}\n}\n`;
  };
  const names = (Object.keys(SOURCES) as ContractName[]).filter((name) => compiledArtifactOf(name).bytecode !== '0x');
  const files = names.map((name) => [`${name}.json`, json(release(name, compiledArtifactOf(name)))] as const);
  return new Map([...files, [RELEASED_SOURCES, json(hashesOf())]]);
}

const isCheck = process.argv.includes('--check');
if (!isCheck) compileContracts();
const stale: string[] = [];
for (const [directory, files] of [
  [DIRECTORY, renderBindings()],
  [RELEASED, renderRelease()],
] as const) {
  mkdirSync(directory, { recursive: true });
  for (const file of new Set([...files.keys(), ...readdirSync(directory)])) {
    const committed = path.join(directory, file);
    const contents = files.get(file);
    if (existsSync(committed) && readFileSync(committed, 'utf8') === contents) continue;
    stale.push(path.relative(ROOT, committed));
    if (isCheck) continue;
    if (contents === undefined) rmSync(committed);
    else writeFileSync(committed, contents);
  }
}
if (!isCheck) console.log(`${stale.length} files written or removed`);
else if (stale.length > 0) {
  console.error(`${stale.join(', ')}: not what the contracts compile to. Run \`npm run bindings:evm\`.`);
  process.exitCode = 1;
}
