import path from 'node:path';
import hardhatMocha from '@nomicfoundation/hardhat-mocha';
import hardhatViem from '@nomicfoundation/hardhat-viem';
import { defineConfig } from 'hardhat/config';

// As in test/fuzz.ts: a long run makes more cases, from another seed.
const { CORRIDOR_FUZZ = '1', CORRIDOR_SEED = '0' } = process.env;
const fuzz = { runs: 512 * Number(CORRIDOR_FUZZ), seed: `0x${(0xc0441d04 + Number(CORRIDOR_SEED)).toString(16)}` };

export default defineConfig({
  plugins: [hardhatViem, hardhatMocha],
  paths: {
    sources: ['./contracts-evm/src', './examples/evm'],
    tests: { mocha: './contracts-evm/test', solidity: './contracts-evm/test' },
    cache: './contracts-evm/cache',
    artifacts: './contracts-evm/artifacts',
  },
  solidity: {
    // The compiler comes from npm, so that a build needs no download of its own.
    version: '0.8.37',
    path: path.resolve(import.meta.dirname, 'node_modules/solc/soljson.js'),
    // Deployed as it is; nothing of ours inherits from it.
    npmFilesToBuild: ['@openzeppelin/contracts/access/manager/AccessManager.sol'],
    settings: {
      optimizer: { enabled: true, runs: 1_000_000 },
      viaIR: true,
      evmVersion: 'osaka',
      metadata: { bytecodeHash: 'none' },
    },
  },
  test: { mocha: { timeout: 120_000 }, solidity: { fuzz } },
  networks: {
    default: { type: 'edr-simulated', chainType: 'l1', hardfork: 'osaka' },
  },
});
