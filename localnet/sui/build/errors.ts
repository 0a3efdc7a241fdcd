/** What went wrong while a Move package was read, built or tested. */
export type MoveBuildErrorCode =
  | 'manifest' // Move.toml is missing or lacks a field we need
  | 'source' // a source file or folder cannot be read
  | 'dependency' // a dependency cannot be resolved
  | 'unpublished-dependency' // a dependency has no on-chain address yet
  | 'network' // the published framework cannot be downloaded
  | 'compile' // the compiler refused the sources
  | 'bytecode' // compiled bytes that are not a Move module
  | 'runner'; // the test runner itself failed

/** A failed build or test run; the message names the rule broken and what to do. */
export class MoveBuildError extends Error {
  readonly code: MoveBuildErrorCode;

  constructor(code: MoveBuildErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'MoveBuildError';
    this.code = code;
  }
}
