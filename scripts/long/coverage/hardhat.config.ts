/** Hardhat's configuration for measuring coverage: the ordinary one, but for what makes instrumented code compile and run. */
import { globSync } from 'node:fs';
import path from 'node:path';
import { defineConfig } from 'hardhat/config';
import type { MultiVersionSolidityUserConfig } from 'hardhat/types/config';
import type { HardhatPlugin } from 'hardhat/types/plugins';
import base from '../../../hardhat.config.ts';
import { measureArtifacts } from '../../deploy/evm/artifacts.ts';
import { branchCoverage } from './branches.ts';
import { fixedEstimates } from './estimates.ts';
import { freeTraces } from './traces.ts';

const ROOT = path.join(import.meta.dirname, '../../..');

const solidity = base.solidity as MultiVersionSolidityUserConfig;
const [{ settings, ...compiler }] = solidity.compilers as [{ version: string; settings: object }];

/**
 * The optimizer by way of Yul takes minutes on instrumented code. The old way takes seconds, but the stack is too deep for
 * it in the DCAP verifier, which goes by way of Yul with as little of the optimizer as keeps the stack shallow.
 */
const direct = { ...settings, viaIR: false, optimizer: { enabled: true, runs: 1 } };
const byYul = {
  ...settings,
  viaIR: true,
  optimizer: { enabled: false, details: { yul: true, yulDetails: { stackAllocation: true, optimizerSteps: 'u' } } },
};
// The gas tests' harnesses too hold more values than the stack takes.
const DEEP = ['contracts-evm/src/dcap/*.sol', 'contracts-evm/test/harness/{MemoryCanary,*Gas}.sol'];
const overrides = Object.fromEntries(
  globSync(DEEP, { cwd: ROOT }).map((file) => [file, { ...compiler, settings: byYul }]),
);

/**
 * Hardhat compiles together what has the same configuration, by identity; and makes an object of its own for each file of
 * the overrides, so that it would start the compiler forty times, and read the verifier's libraries in each.
 */
const oneOverride: HardhatPlugin = {
  id: 'corridor-one-override',
  hookHandlers: {
    config: async () => ({
      default: async () => ({
        resolveUserConfig: async (user, resolveVariable, next) => {
          const config = await next(user, resolveVariable);
          for (const { overrides: files } of Object.values(config.solidity.profiles)) {
            const [shared] = Object.values(files);
            for (const file of Object.keys(files)) files[file] = shared!;
          }
          return config;
        },
      }),
    }),
  },
};

const ARTIFACTS = './.cache/coverage/artifacts';
// Hardhat runs the tests in the process that has read this file.
measureArtifacts(path.join(ROOT, ARTIFACTS));

export default defineConfig({
  ...base,
  plugins: [
    ...base.plugins!,
    branchCoverage('contracts-evm/src/', path.join(ROOT, '.cache/coverage/branches.json')),
    freeTraces(),
    fixedEstimates(),
    oneOverride,
  ],
  coverage: { skipFiles: ['contracts-evm/test/**'] },
  paths: {
    ...base.paths,
    sources: [...(base.paths!.sources as string[]), './contracts-evm/test/harness'],
    // Hardhat compiles all tests in Solidity of a folder, and the invariants, which deploy everything, take too long.
    tests: { mocha: './contracts-evm/test', solidity: process.env.CORRIDOR_MEASURED ?? './contracts-evm/test/protocol' },
    cache: './.cache/coverage/cache',
    artifacts: ARTIFACTS,
  },
  solidity: {
    npmFilesToBuild: solidity.npmFilesToBuild,
    compilers: [{ ...compiler, settings: direct }],
    overrides,
  },
  test: { ...base.test, mocha: { timeout: 1_200_000 } },
  networks: {
    default: {
      type: 'edr-simulated',
      chainType: 'l1',
      hardfork: 'osaka',
      // What is measured is larger than what is deployed, and takes more gas.
      allowUnlimitedContractSize: true,
      blockGasLimit: false,
      transactionGasCap: false,
    },
  },
});
