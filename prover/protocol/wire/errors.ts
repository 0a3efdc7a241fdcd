/** The rules of encodings: those of frames in docs/spec/enclave.md section 3, then those of the chains' own in docs/spec/light-clients.md. */
export type WireRule = 'FrameTooLarge' | 'MalformedFrame' | 'InvalidField' | 'MalformedRlp' | 'MalformedBcs';

/** Thrown by every reader of this folder: `code` is the broken rule, the message says what was wrong and what is expected. */
export class WireError extends Error {
  readonly code: WireRule;

  constructor(code: WireRule, detail: string) {
    super(`${code}: ${detail}`);
    this.name = 'WireError';
    this.code = code;
  }
}

/** Throws the rule unless the condition holds. The detail is a function so that the honest path pays nothing for it. */
export function check(condition: boolean, code: WireRule, detail: () => string): asserts condition {
  if (!condition) throw new WireError(code, detail());
}
