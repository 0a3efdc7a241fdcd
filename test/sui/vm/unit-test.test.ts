import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { runMoveTests } from '../../../localnet/sui/build/test-runner.ts';
import { declaredTests, TEST_BUILD_MODE, testBuildSource } from '../../../localnet/sui/vm/unit-test/attributes.ts';
import { buildTests, manifestAddresses, type TestBuild } from '../../../localnet/sui/vm/unit-test/build.ts';
import { compareOutcomes } from '../../../localnet/sui/vm/unit-test/compare.ts';
import { parseNumber, SourceNames } from '../../../localnet/sui/vm/unit-test/names.ts';
import { readReport } from '../../../localnet/sui/vm/unit-test/report.ts';
import { type TestResult, TestRunner } from '../../../localnet/sui/vm/unit-test/runner.ts';

const UNITS = fileURLToPath(new URL('fixtures/units', import.meta.url));
const MARK = `test_only, mode(${TEST_BUILD_MODE})`;

describe('sui unit tests: sources', () => {
  it('turns test attributes into those of the build mode and keeps all lines', () => {
    const cases: readonly [string, string][] = [
      ['#[test] fun a() {}', `#[${MARK}] fun a() {}`],
      ['#[test, expected_failure(abort_code = 1)] fun a() {}', `#[${MARK}] fun a() {}`],
      ['#[test]\n#[expected_failure]\nfun a() {}', `#[${MARK}]\n\nfun a() {}`],
      ['#[test_only, allow(unused)] use a::b;', `#[${MARK}, allow(unused)] use a::b;`],
      [
        '#[\n  test,\n  expected_failure(\n    abort_code = 1,\n  ),\n]\nfun a() {}',
        `#[${MARK}]\n\n\n\n\n\nfun a() {}`,
      ],
      ['#[allow(lint(x))] fun a() {}', '#[allow(lint(x))] fun a() {}'],
      ['// #[test]\nfun a() { b"#[test]"; }', '// #[test]\nfun a() { b"#[test]"; }'],
      ['entry fun a() {}', 'public entry fun a() {}'],
      ['public(package) entry fun a() {}', 'public(package) entry fun a() {}'],
    ];
    for (const [source, wanted] of cases) {
      const result = testBuildSource(source);
      assert.equal(result, wanted);
      assert.equal(result.split('\n').length, source.split('\n').length);
    }
  });

  it('finds tests with what they expect', () => {
    const source = `module a::m;
      #[test] fun one() {}
      #[random_test] fun random(x: u8) {}
      /* #[test] fun hidden() {} */
      #[test_only] fun helper() {}
      module b::n;
      #[test, expected_failure(vector_error, minor_status = 2, location = a::m)] public fun two() {}`;
    assert.deepEqual(declaredTests(source), [
      { module: 'a::m', name: 'one', expected: null },
      { module: 'b::n', name: 'two', expected: { kind: 'vector_error', value: null, minor: '2', location: 'a::m' } },
    ]);
  });

  it('resolves names as the compiler does', () => {
    const names = new SourceNames([
      'module a::m; const EOne: u64 = 1; #[error] const ETwo: vector<u8> = b"two"; const EWide: u64 = 1_000u64;',
      'module b::n { use a::m as alias; use a::{m::{Self as again, X}, other}; const EOwn: u64 = 0x1F; }',
    ]);
    assert.deepEqual(names.constant('b::n', 'alias::EOne'), { module: 'a::m', constant: { value: 1n } });
    assert.deepEqual(names.constant('b::n', 'again::ETwo'), { module: 'a::m', constant: { error: 'ETwo' } });
    assert.deepEqual(names.constant('b::n', 'a::m::EWide'), { module: 'a::m', constant: { value: 1000n } });
    assert.deepEqual(names.constant('b::n', 'EOwn'), { module: 'b::n', constant: { value: 31n } });
    assert.equal(names.module('b::n', 'Self'), 'b::n');
    assert.equal(names.module('b::n', 'other'), 'a::other');
    assert.equal(names.module('b::n', 'option'), 'std::option');
    assert.throws(() => names.constant('b::n', 'alias::ENone'));
    assert.throws(() => names.module('b::n', 'nowhere'));
  });

  it('evaluates constants that are simple expressions', () => {
    assert.deepEqual(['7', '0xff', '1_000', '1 << 4', '(1 << 4) | 2', '2 + 3 * 4', '9u64'].map(parseNumber), [
      7n,
      255n,
      1000n,
      16n,
      18n,
      14n,
      9n,
    ]);
    for (const text of ['', 'b"x"', 'OTHER', '1 +', '(1', '1 2']) assert.equal(parseNumber(text), null);
  });

  it('reads named addresses from manifests', () => {
    const manifest = '[package]\nname = "x"\n[addresses]\na = "0x2A"\n# b = "0x3"\n[dependencies]\nc = "0x4"\n';
    assert.deepEqual([...manifestAddresses(manifest)], [['a', `0x${'2a'.padStart(64, '0')}`]]);
  });
});

describe('sui unit tests: verdicts', function () {
  this.timeout(300_000);
  let build: TestBuild;
  let results: TestResult[];

  before(async () => {
    build = await buildTests(UNITS);
    results = new TestRunner(build).run();
  });

  it('judges each test as its name says', () => {
    assert.equal(results.length, 20);
    for (const { name, passed } of results) {
      const wanted = name.endsWith('::within') || name.includes('::passes');
      assert.equal(passed, wanted, name);
    }
  });

  it('gives code, module and instruction count of a failure', () => {
    const result = results.find((r) => r.name === 'units::shop_tests::fails_on_another_code')!;
    assert.ok(result.outcome.kind === 'abort');
    assert.equal(result.outcome.code, 18n);
    assert.equal(result.outcome.location.module.name, 'shop');
    assert.deepEqual([result.expected!.status, result.expected!.code], ['ABORTED', 1n]);
    assert.equal(result.instructions, 3); // call, load, abort
  });

  it('runs what a filter names, and stops tests that go on for too long', () => {
    const runner = new TestRunner(build);
    assert.deepEqual(
      runner.run({ filter: 'shop::within' }).map((r) => r.name),
      ['units::shop::within'],
    );
    const [stopped] = runner.run({ filter: 'passes_over_transactions', maxInstructions: 50 });
    assert.deepEqual([stopped!.passed, stopped!.timedOut], [false, true]);
  });

  it("agrees with Sui's own machine on every test", async () => {
    const { output } = await runMoveTests(UNITS);
    assert.equal(readReport(output).size, 20);
    assert.deepEqual(compareOutcomes(results, output, build.addresses), []);
  });

  it('notices differences', () => {
    const base = results.find((r) => r.name.endsWith('fails_on_an_abort'))!;
    assert.ok(base.outcome.kind === 'abort');
    const here = base.outcome.location;
    const output = reportOf(
      { one: null, two: 'aborted with code 4 originating in the module a::m' },
      here.functionName,
    );
    const addresses = new Map([['a', here.module.address]]);
    const location = { ...here, module: { ...here.module, name: 'm' } };
    const four = { ...base.outcome, code: 4n, location };
    const as = (name: string, change: Partial<TestResult> = {}): TestResult => ({ ...base, name, ...change });
    const names = (...ours: TestResult[]) => compareOutcomes(ours, output, addresses).map((d) => d.name);
    const [one, two] = [as('a::m::one', { passed: true }), as('a::m::two', { outcome: four })];
    assert.deepEqual(names(one, two), []);
    const otherwise: readonly TestResult['outcome'][] = [
      { ...four, code: 5n },
      { ...four, location: { ...location, functionName: 'another' } },
      { ...four, location: { ...location, module: { ...location.module, name: 'n' } } },
      { ...four, location: { ...location, module: { ...location.module, address: '0x9' } } },
      { ...four, code: 1n << 63n, constant: 'EFour' },
      { kind: 'error', status: 'ARITHMETIC_ERROR', subStatus: 4, location, detail: '' },
      { kind: 'success' },
    ];
    for (const outcome of otherwise) assert.deepEqual(names(one, as('a::m::two', { outcome })), ['a::m::two']);
    assert.deepEqual(names(as('a::m::one'), two), ['a::m::one']);
    assert.deepEqual(names(as('a::m::one', { timedOut: true }), two), ['a::m::one']);
    assert.deepEqual(names(as('a::m::three', { passed: true })), ['a::m::three', 'a::m::one', 'a::m::two']);
  });
});

/** What Sui's test runner prints of tests in `a::m`: for each what it says of its failure, or null if it passed. */
function reportOf(tests: Record<string, string | null>, functionName = 'f'): string {
  const lines: string[] = [];
  for (const [name, failure] of Object.entries(tests)) {
    lines.push(failure === null ? `[ PASS    ] a::m::${name}` : `[ FAIL    ] a::m::${name}`);
  }
  lines.push('', 'Failures in a::m:', '');
  for (const [name, failure] of Object.entries(tests)) {
    if (failure === null) continue;
    lines.push(`┌── ${name} ──────`, '│ error[E11001]: test failure', '│   ┌─ tests/a.move:9:21', '│   │');
    lines.push(`│ 9 │ fun ${functionName}() { abort 5 }`);
    lines.push(
      `│   │     ${'-'.repeat(functionName.length)}     ^^^^^^^ Test was not expected to error, but it ${failure}`,
    );
    lines.push('│   │     │', '│   │     In this function in a::m', '└──────', '');
  }
  return lines.join('\n');
}

describe("sui unit tests: the report of Sui's test runner", () => {
  const failure = (words: string) => readReport(reportOf({ t: words })).get('a::m::t')!.failure;

  it('gives verdicts and reasons', () => {
    const report = readReport(`${reportOf({ one: null, two: 'aborted' })}\n[ TIMEOUT ] a::m::three\n`);
    assert.deepEqual(
      [...report].map(([name, { verdict }]) => [name, verdict]),
      [
        ['a::m::one', 'pass'],
        ['a::m::two', 'fail'],
        ['a::m::three', 'timeout'],
      ],
    );
    assert.equal(report.get('a::m::one')!.failure, null);
    assert.match(report.get('a::m::two')!.reason, /Test was not expected to error, but it aborted/);
  });

  it('reads every kind of failure', () => {
    const place = { module: 'a::m', function: 'f' };
    const at = 'originating in the module a::m rooted here';
    const cases: readonly [words: string, status: string, code: bigint | null, constant: string | null][] = [
      [`aborted with code 7 ${at}`, 'ABORTED', 7n, null],
      [`aborted with error constant 'EMine' ${at}`, 'ABORTED', null, 'EMine'],
      [`aborted ${at}`, 'ABORTED', null, null],
      [`gave an arithmetic error ${at}`, 'ARITHMETIC_ERROR', null, null],
      [`gave a vector operation error with sub-status 2 ${at}`, 'VECTOR_OPERATION_ERROR', 2n, null],
      [`gave a MEMORY_LIMIT_EXCEEDED (code 4028) error with sub-status 0 ${at}`, 'MEMORY_LIMIT_EXCEEDED', 0n, null],
      [`gave a CALL_STACK_OVERFLOW (code 4021) error ${at}`, 'CALL_STACK_OVERFLOW', null, null],
      ['ran out of gas in the module a::m rooted here', 'OUT_OF_GAS', null, null],
    ];
    for (const [words, status, code, constant] of cases) {
      assert.deepEqual(failure(words), { status, code, constant, ...place }, words);
    }
    assert.equal(failure('did something else'), null);
    assert.equal(failure('gave a LINKER_ERROR (code 1081) error originating in an unknown location')!.module, null);
  });

  it('finds the function wherever its label stands', () => {
    const behind = [
      '│ 95 │ fun far_away() {',
      '│    │     -------- In this function in a::m',
      '│ 96 │     abort 5',
      '│    │     ^^^^^^^ Test was not expected to error, but it aborted with code 5 originating in the module a::m',
    ];
    const native = [
      '│ 25 │ public native fun of_a_native<T>(): address;',
      '│    │                   ^^^^^^^^^^^',
      '│    │                   │',
      '│    │                   Test was not expected to error, but it aborted with code 0 originating in the module a::m',
      '│    │                   In this function in a::m',
    ];
    for (const [lines, name] of [
      [behind, 'far_away'],
      [native, 'of_a_native'],
    ] as const) {
      const output = ['[ FAIL    ] a::m::t', 'Failures in a::m:', '┌── t ──────', ...lines, '└──────', ''].join('\n');
      assert.equal(readReport(output).get('a::m::t')!.failure!.function, name);
    }
  });
});
