// Runs Move unit tests in this machine and judges them as Sui's test runner does.

import { type CodeLocation, MoveAbort, STATUS, VmError } from '../errors.ts';
import { TEST_LIMITS } from '../limits.ts';
import type { FunctionInstance } from '../loader.ts';
import { Machine } from '../machine.ts';
import { Meter } from '../meter.ts';
import { packagesOf } from '../packages.ts';
import { normalizeAddress } from '../tag.ts';
import { suiNatives } from '../../natives/table.ts';
import { testEnv } from '../../natives/test-env.ts';
import type { RawExpectation, TestDeclaration } from './attributes.ts';
import type { TestBuild } from './build.ts';
import { NameError, parseNumber } from './names.ts';

/** How a test ended. */
export type Outcome =
  | { readonly kind: 'success' }
  | { readonly kind: 'abort'; readonly code: bigint; readonly constant: string | null; readonly location: CodeLocation }
  | {
      readonly kind: 'error';
      readonly status: string;
      readonly subStatus: number | null;
      readonly location: CodeLocation | null;
      readonly detail: string;
    };

/** What a test must end with; `module` is `0x…::name`. */
export interface Expectation {
  readonly status: string | null;
  /** Abort code or sub-status, or the name of an error constant; null: the failure has neither. */
  readonly code: bigint | string | null;
  /** Null: any module. */
  readonly module: string | null;
}

export interface TestResult {
  /** `address::module::function` with the names of the source. */
  readonly name: string;
  readonly passed: boolean;
  readonly timedOut: boolean;
  readonly outcome: Outcome;
  readonly expected: Expectation | null;
  readonly instructions: number;
  /** What the test printed. */
  readonly output: readonly string[];
}

export interface RunOptions {
  /** Run only tests whose full name contains this. */
  readonly filter?: string;
  /** Instructions that a test may execute; default 100 million. */
  readonly maxInstructions?: number;
  /** SHA-256 of the certificate that attestation documents must lead to, hex. */
  readonly nitroRoot?: string;
}

const MAX_INSTRUCTIONS = 100_000_000;
/** Abstract memory of a test: far above what any test needs, far below what the process has. */
const MAX_MEMORY = 2_000_000_000;

/** The name of the error constant in an abort code that the compiler made for it (`#[error]`), by the code's layout. */
function errorConstant(code: bigint, constants: readonly { readonly data: readonly number[] }[]): string | null {
  const data = constants[Number((code >> 16n) & 0xffffn)]?.data;
  return data ? Buffer.from(data.slice(1)).toString() : null;
}

/** Codes with this top half-byte hold a line number and the index of a constant's name. */
export const isTagged = (code: bigint): boolean => code >> 60n === 0b1000n || code >> 60n === 0b1100n;

export class TestRunner {
  readonly #build: TestBuild;
  readonly #machine: Machine<ReturnType<typeof testEnv>>;

  constructor(build: TestBuild) {
    this.#build = build;
    const packages = packagesOf(build.modules);
    this.#machine = new Machine((id) => packages.get(id), suiNatives(), TEST_LIMITS);
  }

  /** Runs the package's tests in the order of their sources. */
  run(options: RunOptions = {}): TestResult[] {
    const { tests } = this.#build;
    const wanted = tests.filter((t) => `${t.module}::${t.name}`.includes(options.filter ?? ''));
    return wanted.map((test) => this.#runOne(test, options));
  }

  /** Functions that tests have called so far, in the package and in what it depends on. */
  called(): FunctionInstance[] {
    const roots = new Set(this.#build.tests.map((test) => this.#address(test.module)[0]));
    return [...roots].flatMap((root) => [...this.#machine.loader.linkage(root).instances()]);
  }

  #address(module: string): [address: string, name: string] {
    const [address, name] = module.split('::') as [string, string];
    const known = this.#build.addresses.get(address);
    return [known ?? normalizeAddress(address), name];
  }

  #resolve(within: string, raw: RawExpectation): Expectation {
    const { names } = this.#build;
    const id = (module: string): string => this.#address(module).join('::');
    let module = raw.location === null ? null : id(names.module(within, raw.location));
    const codeOf = (text: string): bigint | string => {
      const number = parseNumber(text);
      if (number !== null) return number;
      const found = names.constant(within, text);
      module ??= id(found.module);
      return 'error' in found.constant ? found.constant.error : found.constant.value;
    };
    const minor = raw.minor === null ? null : codeOf(raw.minor);
    switch (raw.kind) {
      case null:
        return { status: null, code: null, module: null };
      case 'abort_code':
        return { status: 'ABORTED', code: codeOf(raw.value!), module };
      case 'arithmetic_error':
        return { status: 'ARITHMETIC_ERROR', code: null, module };
      case 'vector_error':
        return { status: 'VECTOR_OPERATION_ERROR', code: minor, module };
      case 'out_of_gas':
        return { status: 'OUT_OF_GAS', code: null, module };
      default: {
        const number = parseNumber(raw.value ?? '');
        const status = Object.entries(STATUS).find(([, n]) => BigInt(n) === number)?.[0];
        if (status === undefined) throw new NameError(`major status ${raw.value} is not known`);
        return { status, code: minor, module };
      }
    }
  }

  #runOne(test: TestDeclaration, options: RunOptions): TestResult {
    const expected = test.expected && this.#resolve(test.module, test.expected);
    const [address, module] = this.#address(test.module);
    const meter = new Meter({ maxInstructions: options.maxInstructions ?? MAX_INSTRUCTIONS, maxMemory: MAX_MEMORY });
    const output: string[] = [];
    const env = testEnv(this.#machine.loader.types, {
      print: (text) => output.push(text),
      ...(options.nitroRoot === undefined ? {} : { nitroRoot: options.nitroRoot }),
    });
    let outcome: Outcome;
    try {
      const instance = this.#machine.loader.linkage(address).function(address, module, test.name);
      this.#machine.session(env, meter).call(instance, []);
      outcome = { kind: 'success' };
    } catch (error) {
      outcome = this.#outcomeOf(error);
    }
    return {
      name: `${test.module}::${test.name}`,
      passed: judge(outcome, expected),
      timedOut: outcome.kind === 'error' && outcome.status === 'OUT_OF_GAS' && expected === null,
      outcome,
      expected,
      instructions: meter.instructions,
      output,
    };
  }

  #outcomeOf(error: unknown): Outcome {
    if (error instanceof MoveAbort) {
      const { code, location } = error;
      const { address, name } = location.module;
      const constants = this.#machine.loader.package(address)?.module(name)?.tables.constant_pool ?? [];
      return { kind: 'abort', code, location, constant: isTagged(code) ? errorConstant(code, constants) : null };
    }
    if (error instanceof VmError) {
      const { status, subStatus, location, detail } = error;
      return { kind: 'error', status, subStatus, location, detail };
    }
    throw error;
  }
}

/** Whether an outcome is what the test must end with. */
function judge(outcome: Outcome, expected: Expectation | null): boolean {
  if (!expected) return outcome.kind === 'success';
  if (outcome.kind === 'success') return false;
  if (expected.status === null) return true;
  const status = outcome.kind === 'abort' ? 'ABORTED' : outcome.status;
  let code: bigint | string | null;
  if (outcome.kind === 'abort') code = isTagged(outcome.code) ? outcome.constant : outcome.code;
  else code = outcome.subStatus === null ? null : BigInt(outcome.subStatus);
  const { location } = outcome;
  const module = location && `${location.module.address}::${location.module.name}`;
  return (
    status === expected.status && code === expected.code && (expected.module === null || module === expected.module)
  );
}
