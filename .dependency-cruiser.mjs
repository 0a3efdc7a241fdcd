// Which part may import which. The trust picture of ARCHITECTURE.md rests on these lines: what the TEE measures and what
// runs in a browser must not reach input, output or test code, however indirectly.

import { builtinModules } from 'node:module';

const NODE = `^(node:.+|${builtinModules.join('|')})$`;
const NOBLE = '^node_modules/@noble/(curves|hashes)/';
const BLST = '^node_modules/@chainsafe/blst/';
const MCL = '^node_modules/mcl-wasm/';

/** The enclave's edge: its process, and the drivers that talk to the TEE and to the host. All else of it is pure. */
const ENCLAVE_EDGE = '^prover/enclave/(main\\.ts$|serve\\.ts$|attestation/|entry/)';

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    {
      name: 'protocol-is-pure',
      comment: 'prover/protocol imports itself and noble: it runs in browsers and inside the enclave.',
      severity: 'error',
      from: { path: '^prover/protocol/' },
      to: { pathNot: ['^prover/protocol/', NOBLE] },
    },
    {
      name: 'enclave-imports-protocol-and-cryptography',
      comment: 'prover/enclave imports itself, prover/protocol, noble, blst and mcl. Node modules only at its edge.',
      severity: 'error',
      from: { path: '^prover/enclave/', pathNot: ENCLAVE_EDGE },
      to: { pathNot: ['^prover/(enclave|protocol)/', NOBLE, BLST, MCL] },
    },
    {
      name: 'enclave-edge-stays-outside',
      comment: "Nothing but the enclave's edge imports its edge.",
      severity: 'error',
      from: { path: '^prover/enclave/', pathNot: ENCLAVE_EDGE },
      to: { path: ENCLAVE_EDGE },
    },
    {
      name: 'enclave-edge-is-small',
      comment: "The enclave's edge takes Node's own modules and no package beyond those of the enclave.",
      severity: 'error',
      from: { path: ENCLAVE_EDGE },
      to: {
        pathNot: ['^prover/(enclave|protocol)/', NOBLE, BLST],
        dependencyTypesNot: ['core'],
      },
    },
    {
      name: 'mcl-is-set-up-once',
      comment:
        'mcl has one state for the process (curve, encoding, what decoding checks): one file sets it and uses it.',
      severity: 'error',
      from: { pathNot: '^prover/enclave/sui/bls\\.ts$' },
      to: { path: MCL },
    },
    {
      name: 'sdk-runs-in-browsers',
      comment: "prover/sdk reaches none of Node's modules, not even through what it imports.",
      severity: 'error',
      from: { path: '^prover/sdk/' },
      to: { path: NODE, reachable: true },
    },
    {
      name: 'sdk-imports-protocol-and-bindings',
      comment: 'prover/sdk is for applications: of prover it takes protocol and bindings, of packages what those need.',
      severity: 'error',
      from: { path: '^prover/sdk/' },
      to: { pathNot: ['^prover/(sdk|protocol|bindings)/', '^node_modules/(viem|@mysten/sui)/'] },
    },
    {
      name: 'examples-use-the-sdk',
      comment: 'Examples show what an application can do: of prover they import the SDK alone.',
      severity: 'error',
      from: { path: '^examples/' },
      to: { path: '^(prover/(?!sdk/index)|localnet|scripts|test)' },
    },
    {
      name: 'product-without-test-parts',
      comment:
        'Nothing of prover imports localnet, tests or scripts: what stands in for a chain or a TEE stays outside.',
      severity: 'error',
      from: { path: '^prover/' },
      to: { path: '^(localnet|test|scripts|contracts-(evm|move))/' },
    },
    {
      name: 'product-without-development-dependencies',
      comment: 'prover imports only what package.json lists under dependencies.',
      severity: 'error',
      from: { path: '^prover/' },
      to: { dependencyTypes: ['npm-dev'] },
    },
    {
      name: 'localnet-without-tests',
      comment: 'localnet imports no test code.',
      severity: 'error',
      from: { path: '^localnet/' },
      to: { path: '^(test|contracts-evm)/' },
    },
    {
      name: 'generator-is-independent',
      comment:
        'The vectors are expected values: their generator shares neither code nor cryptography with what they test.',
      severity: 'error',
      from: { path: '^scripts/vectors/' },
      to: { path: ['^(prover|localnet)/', '^node_modules/(@noble|viem|@mysten)/'], reachable: true },
    },
    {
      name: 'no-cycles',
      comment: 'Modules that import each other cannot be read one after the other. Types may.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};
