// Rules beyond the recommended ones are here for the faults that this code base can have: a promise nobody waits for,
// a switch that forgets a case, input and output where the measured program must have none. Style is prettier's.
import js from '@eslint/js';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

const GLOBAL_IO = ['fetch', 'WebSocket', 'process', 'Buffer', 'console', 'setTimeout', 'setInterval', 'setImmediate'];

const NO_ONLY = {
  selector: "MemberExpression[property.name='only'][object.name=/^(it|describe|context|specify)$/]",
  message: 'The other tests would not run.',
};
const NO_DEFAULT = { selector: 'ExportDefaultDeclaration', message: 'Export by name.' };
const NO_CLOCK = {
  selector:
    "NewExpression[callee.name='Date'][arguments.length=0], MemberExpression[object.name='Date'][property.name='now']",
  message: 'No clock here: time is an argument.',
};

export default defineConfig(
  { ignores: ['contracts-evm/artifacts/', 'contracts-evm/cache/', 'coverage/', '.cache/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error', reportUnusedInlineConfigs: 'error' } },
  js.configs.recommended,
  {
    rules: {
      eqeqeq: 'error',
      // prettier decides where lines break, and breaks `x!` from `[0]` nowhere that could change a meaning.
      'no-unexpected-multiline': 'off',
      'no-restricted-syntax': ['error', NO_ONLY, NO_DEFAULT],
    },
  },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-unused-vars': [
        'error',
        { varsIgnorePattern: '^_', argsIgnorePattern: '^_', ignoreRestSiblings: true, caughtErrors: 'all' },
      ],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/use-unknown-in-catch-callback-variable': 'error',
      '@typescript-eslint/no-unnecessary-boolean-literal-compare': 'error',
      '@typescript-eslint/no-unnecessary-template-expression': 'error',
      '@typescript-eslint/no-deprecated': 'error',
      '@typescript-eslint/return-await': ['error', 'error-handling-correctness-only'],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true, allowNullish: true, allowRegExp: true },
      ],
      // An implementation of an asynchronous interface need not wait for anything.
      '@typescript-eslint/require-await': 'off',
      // It cannot tell an assertion that documents from one that does nothing.
      '@typescript-eslint/no-unnecessary-type-assertion': 'off',
      // Objects here are records of functions; none of them reads `this`.
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  {
    // Fixtures are JSON, and a test that reads a wrong field of them fails.
    files: ['test/**/*.ts', 'contracts-evm/test/**/*.ts', 'examples/**/*.ts'],
    rules: {
      '@typescript-eslint/no-explicit-any': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      // A listener that is asynchronous and throws fails the test run.
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: false }],
    },
  },
  {
    // What .dependency-cruiser.mjs forbids as imports, as globals.
    files: ['prover/protocol/**/*.ts', 'prover/enclave/**/*.ts'],
    ignores: ['prover/enclave/{main,serve}.ts', 'prover/enclave/{attestation,entry}/**'],
    rules: {
      'no-restricted-globals': [
        'error',
        ...GLOBAL_IO.map((name) => ({ name, message: 'No input, output or timer here: the caller has them.' })),
        { name: 'performance', message: NO_CLOCK.message },
      ],
      'no-restricted-syntax': ['error', NO_ONLY, NO_DEFAULT, NO_CLOCK],
      'no-restricted-properties': ['error', { object: 'Math', property: 'random', message: 'Not random enough.' }],
    },
  },
  { files: ['**/*.mjs'], languageOptions: { globals: { process: 'readonly', console: 'readonly' } } },
  { files: ['**/*.config.{ts,js}', '.dependency-cruiser.mjs'], rules: { 'no-restricted-syntax': 'off' } },
);
