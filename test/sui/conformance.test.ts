// The machine against Sui's own, which the Move compiler has with it as WebAssembly: each test of the packages under
// sui-conformance, and of the contracts, must end in both with the same verdict, and if it fails with the same status,
// code, module and function.
//
// - expected: tests that say what must happen. All pass.
// - observed: tests that end in an abort, with a hash of what they saw as its code. All fail, in the same way. To it
//   belong tests at the limits of the machine, which limits.ts writes, and random programs, which random.ts writes.

import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runMoveTests } from '../../localnet/sui/build/test-runner.ts';
import { OPERAND_KINDS } from '../../localnet/sui/verifier/code.ts';
import { ModuleImage } from '../../localnet/sui/vm/module.ts';
import { buildTests, type TestBuild } from '../../localnet/sui/vm/unit-test/build.ts';
import { compareOutcomes, type Difference } from '../../localnet/sui/vm/unit-test/compare.ts';
import { type TestResult, TestRunner } from '../../localnet/sui/vm/unit-test/runner.ts';
import { limitTests } from '../sui-conformance/limits.ts';
import { randomTests } from '../sui-conformance/random.ts';
import { seed } from '../fuzz.ts';
import { LIVE } from './vm/live.ts';

const HERE = path.join(import.meta.dirname, '../sui-conformance');
const CONTRACTS = path.join(import.meta.dirname, '../../contracts-move');
/** For all tests of a package in Sui's machine; far more than they take. */
const TIMEOUT_MS = 600_000;

/**
 * Where Sui's machine in WebAssembly is not what it is on a node: the tests that show it, each of which must differ.
 * What a node does there is checked against standards and recorded values in test/sui/vm/natives-*.test.ts.
 */
const FAULTS: readonly { readonly reason: string; readonly tests: readonly string[] }[] = [
  {
    reason: 'indices have 32 bits in WebAssembly: one beyond is an invariant violation, not out of bounds',
    tests: [
      'expected::vector_tests::borrows_at_an_index_that_wraps_to_zero_in_32_bits',
      'expected::vector_tests::borrows_at_the_greatest_index',
    ],
  },
  {
    reason: 'ids of dynamic fields and derived objects hash the length of the name as 4 bytes instead of 8',
    tests: ['observed::ids::of_a_derived_object', 'observed::ids::of_a_field_that_is_removed'],
  },
  {
    reason: 'attestation documents are not supported there: any aborts with ENotSupportedError',
    tests: ['observed::natives::attestation_that_is_none'],
  },
  {
    reason: 'BLS signatures always verify there, and operations in its groups return constants unchecked',
    tests: [
      'scalars_are_added',
      'scalars_are_divided',
      'scalars_are_checked',
      'g1_points_are_added',
      'g1_points_are_multiplied',
      'g1_points_are_checked',
      'g1_points_are_hashed_to',
      'g2_points_are_added',
      'g2_points_are_hashed_to',
      'points_are_paired',
      'target_elements_are_added',
      'points_are_summed',
      'points_are_compressed',
      'combinations_are_computed',
      'signatures_are_checked',
    ].map((name) => `observed::groups::${name}`),
  },
  {
    reason: 'another library than libsecp256k1: it recovers nothing from signatures with a high s',
    tests: ['high_s', 'greatest_s'].map((name) => `observed::signatures::secp256k1_recovery_with_${name}`),
  },
  {
    reason:
      'another library than libsecp256k1: it does not read zeros, which libsecp256k1 reads but recovers nothing from',
    tests: ['zero_r', 'zero_s', 'zeros'].map((name) => `observed::signatures::secp256k1_recovery_with_${name}`),
  },
  {
    reason: 'another library than libsecp256k1: it reads compact keys and does not read hybrid ones',
    tests: ['secp256k1_keys', 'decompression_of_a_key_hybrid', 'decompression_of_a_key_compact'].map(
      (name) => `observed::signatures::${name}`,
    ),
  },
];

/** Live instructions that the compiler writes nowhere; test/sui/vm/opcodes.test.ts assembles and runs each of them. */
const NOT_COMPILED = ['Or', 'And', 'Nop', 'BrTrue'];

/** Natives that no code can call but the framework's own, which does not, or whose calls the compiler makes instructions. */
const NOT_CALLED =
  /^std::(vector::\w+|unit_test::poison)$|^sui::(tx_context::derive_id|group_ops::internal_sub|ecvrf::\w+)$/;

interface Run {
  readonly build: TestBuild;
  readonly results: readonly TestResult[];
  readonly differences: readonly Difference[];
  readonly instructions: ReadonlySet<string>;
  readonly natives: ReadonlySet<string>;
}

/** Runs a package's tests in both machines, at the same time. */
async function runBoth(dir: string): Promise<Run> {
  const started = performance.now();
  const theirs = runMoveTests(dir, { timeoutMs: TIMEOUT_MS });
  theirs.catch(() => {}); // reported below, unless the build fails for the same reason first
  const build = await buildTests(dir);
  const runner = new TestRunner(build);
  const results = runner.run();
  const called = runner.called();
  const { output } = await theirs;
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const failed = results.filter((r) => !r.passed).length;
  console.log(`      ${build.name}: ${results.length} tests in both machines, ${failed} of them fail; ${seconds} s`);
  return {
    build,
    results,
    differences: compareOutcomes(results, output, build.addresses),
    instructions: new Set(called.flatMap(({ image }) => (image.code?.code ?? []).map(nameOf))),
    natives: new Set(called.filter(({ image }) => !image.code).map((f) => f.name)),
  };
}

const nameOf = (raw: string | object): string => (typeof raw === 'string' ? raw : Object.keys(raw)[0]!);

/** Checks that the tests in the table of faults differ, as far as the package has them, and no others. */
function assertAgreement({ build, differences }: Run): void {
  const prefix = `${build.name}::`;
  const allowed = new Set(FAULTS.flatMap(({ tests }) => tests).filter((name) => name.startsWith(prefix)));
  const unexpected = differences.filter(({ name }) => !allowed.has(name));
  assert.deepEqual(unexpected, []);
  const differing = new Set(differences.map(({ name }) => name));
  const gone = [...allowed].filter((name) => !differing.has(name));
  assert.deepEqual(gone, [], 'no longer differ, or are no longer there: take them out of the table');
}

const RANDOM = { arithmetic: 15, vectors: 15, transactions: 50 };
const IS_RANDOM = /::(arithmetic|vectors|transactions|fields)::program_/;

/** A copy of the package `observed` with the tests that are written anew in each run. */
function observedPackage(): string {
  const dir = mkdtempSync(path.join(tmpdir(), 'observed-'));
  cpSync(path.join(HERE, 'observed'), dir, { recursive: true });
  const written = { ...limitTests(), ...randomTests(seed(0xc0441d04), RANDOM) };
  for (const [name, text] of Object.entries(written)) writeFileSync(path.join(dir, 'tests', name), text);
  return dir;
}

describe('sui conformance', function () {
  this.timeout(TIMEOUT_MS);
  const runs: Run[] = [];
  const both = async (dir: string): Promise<Run> => {
    const run = await runBoth(dir);
    runs.push(run);
    return run;
  };

  it('agrees on tests that say what they expect', async () => {
    const run = await both(path.join(HERE, 'expected'));
    assert.deepEqual(
      run.results.filter((r) => !r.passed).map((r) => r.name),
      [],
    );
    // A test that any failure would do for proves nothing.
    const vague = run.build.tests.filter(({ expected }) => expected && expected.kind === null);
    assert.deepEqual(vague, []);
    assertAgreement(run);
  });

  it('agrees on tests that show what they saw', async () => {
    const dir = observedPackage();
    try {
      const run = await both(dir);
      assert.deepEqual(
        run.results.filter((r) => r.passed).map((r) => r.name),
        [],
      );
      assertAgreement(run);
      // Most random programs must get to their end, or they test little.
      const programs = run.results.filter((r) => IS_RANDOM.test(r.name));
      assert.equal(programs.length, RANDOM.arithmetic + RANDOM.vectors + RANDOM.transactions);
      const ended = programs.filter(endsWithDigest).length;
      assert.ok(ended >= 50, `${ended} of ${programs.length} random programs get to their end`);
    } finally {
      rmSync(dir, { recursive: true });
    }
  });

  const contracts = readdirSync(CONTRACTS).filter((name) => existsSync(path.join(CONTRACTS, name, 'Move.toml')));
  for (const name of contracts) {
    it(`agrees on the contracts' tests: ${name}`, async () => {
      const run = await both(path.join(CONTRACTS, name));
      assert.deepEqual(
        run.results.filter((r) => !r.passed).map((r) => r.name),
        [],
      );
      assert.deepEqual(run.differences, []);
    });
  }

  it('covers every instruction that the compiler writes', () => {
    const executed = new Set(own(runs).flatMap((run) => [...run.instructions]));
    const compiled = new Set(runs.flatMap(({ build }) => [...instructionsOf(build)]));
    const without = (set: ReadonlySet<string>) => [...OPERAND_KINDS.keys()].filter((op) => !set.has(op));
    assert.deepEqual(without(compiled), NOT_COMPILED);
    assert.deepEqual(without(executed), NOT_COMPILED);
    for (const op of NOT_COMPILED) assert.ok(LIVE.includes(op), `${op} is not assembled either`);
  });

  it('covers every native function that code can call', () => {
    const called = new Set(own(runs).flatMap((run) => [...run.natives]));
    const missing = nativesOf(own(runs)[0]!.build).filter((name) => !called.has(fullName(name)));
    assert.deepEqual(
      missing.filter((name) => !NOT_CALLED.test(name)),
      [],
    );
  });

  it('has at least 300 tests', () => {
    const total = own(runs).reduce((n, run) => n + run.results.length, 0);
    const contractTests = runs.reduce((n, run) => n + run.results.length, 0) - total;
    const faults = FAULTS.flatMap(({ tests }) => tests).length;
    console.log(`      ${total} conformance tests, ${contractTests} of the contracts; ${faults} differ as listed`);
    assert.ok(total >= 300);
  });

  /** Runs of the packages made for this; all of them must have been run. */
  function own(all: readonly Run[]): Run[] {
    const names = ['expected', 'observed'];
    const found = all.filter((run) => names.includes(run.build.name));
    assert.ok(
      names.every((name) => found.some((run) => run.build.name === name)),
      'run the whole suite',
    );
    return found;
  }
});

const STD = `0x${'1'.padStart(64, '0')}`;
const SUI = `0x${'2'.padStart(64, '0')}`;
const fullName = (name: string): string => name.replace(/^std/, STD).replace(/^sui/, SUI);

/** The native functions of the framework, as `std::module::name` or `sui::module::name`. */
function nativesOf(build: TestBuild): string[] {
  return build.modules.flatMap((bytes) => {
    const { id, functions } = new ModuleImage(bytes);
    if (id.address !== STD && id.address !== SUI) return [];
    const prefix = `${id.address === STD ? 'std' : 'sui'}::${id.name}`;
    return functions.filter((f) => !f.code).map((f) => `${prefix}::${f.name}`);
  });
}

/** The instructions in the bytecode of a package, its dependencies and the framework. */
function instructionsOf(build: TestBuild): Set<string> {
  const functions = build.modules.flatMap((bytes) => new ModuleImage(bytes).functions);
  return new Set(functions.flatMap((f) => (f.code?.code ?? []).map(nameOf)));
}

/** Whether a test came to its end: an abort with a hash, in the test itself. */
function endsWithDigest({ name, outcome }: TestResult): boolean {
  return outcome.kind === 'abort' && outcome.code > 0xffff_ffffn && name.endsWith(`::${outcome.location.functionName}`);
}
