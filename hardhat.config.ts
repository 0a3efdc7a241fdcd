import path from 'node:path';
import hardhatMocha from '@nomicfoundation/hardhat-mocha';
import hardhatViem from '@nomicfoundation/hardhat-viem';
import { defineConfig } from 'hardhat/config';

// As in test/fuzz.ts: a long run makes more cases, from another seed.
const { CORRIDOR_FUZZ = '1', CORRIDOR_SEED = '0' } = process.env;
const seed = `0x${(0xc0441d04 + Number(CORRIDOR_SEED)).toString(16)}`;
const fuzz = { runs: 512 * Number(CORRIDOR_FUZZ), seed };
// So many sequences of so many actions.
const invariant = { runs: 12 * Number(CORRIDOR_FUZZ), depth: 150, failOnRevert: true };

// The compiler comes from npm, so that a build needs no download of its own.
const compiler = { version: '0.8.37', path: path.resolve(import.meta.dirname, 'node_modules/solc/soljson.js') };
const settings = {
  optimizer: { enabled: true, runs: 1_000_000 },
  viaIR: true,
  evmVersion: 'osaka',
  metadata: { bytecodeHash: 'none' },
};
// The invariants' model is large and deploys everything: the older code generator, which takes seconds for it, also holds
// the contracts to what they say, and not to what one generator makes of it.
const direct = { ...compiler, settings: { ...settings, viaIR: false, optimizer: { enabled: true, runs: 200 } } };
const INVARIANTS = ['Bridge.sol', 'BridgeModel.sol', 'BridgeHandler.sol', 'Bridge.t.sol'];

export default defineConfig({
  plugins: [hardhatViem, hardhatMocha],
  paths: {
    sources: ['./contracts-evm/src', './examples/evm'],
    tests: { mocha: './contracts-evm/test', solidity: './contracts-evm/test' },
    cache: './contracts-evm/cache',
    artifacts: './contracts-evm/artifacts',
  },
  solidity: {
    compilers: [{ ...compiler, settings }],
    overrides: Object.fromEntries(INVARIANTS.map((file) => [`contracts-evm/test/invariants/${file}`, direct])),
    // Deployed as it is; nothing of ours inherits from it.
    npmFilesToBuild: ['@openzeppelin/contracts/access/manager/AccessManager.sol'],
  },
  test: { mocha: { timeout: 120_000 }, solidity: { fuzz, invariant } },
  networks: {
    default: { type: 'edr-simulated', chainType: 'l1', hardfork: 'osaka' },
  },
});
