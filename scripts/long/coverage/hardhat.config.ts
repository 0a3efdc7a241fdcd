/** Hardhat's configuration for measuring coverage: the ordinary one, but for what makes instrumented code compile and run. */
import path from 'node:path';
import { defineConfig } from 'hardhat/config';
import type { SingleVersionSolidityUserConfig } from 'hardhat/types/config';
import base from '../../../hardhat.config.ts';
import { branchCoverage } from './branches.ts';

const ROOT = path.join(import.meta.dirname, '../../..');

const solidity = base.solidity as SingleVersionSolidityUserConfig;

export default defineConfig({
  ...base,
  plugins: [...base.plugins!, branchCoverage('contracts-evm/src/', path.join(ROOT, '.cache/coverage/branches.json'))],
  coverage: { skipFiles: ['contracts-evm/test/**'] },
  paths: { ...base.paths, cache: './.cache/coverage/cache', artifacts: './.cache/coverage/artifacts' },
  solidity: {
    ...solidity,
    settings: {
      ...solidity.settings,
      // All of the optimizer would take far longer on instrumented code. This much of it keeps the stack shallow.
      optimizer: { enabled: false, details: { yul: true, yulDetails: { stackAllocation: true, optimizerSteps: 'u' } } },
    },
  },
  networks: {
    default: { type: 'edr-simulated', chainType: 'l1', hardfork: 'osaka', allowUnlimitedContractSize: true },
  },
});
