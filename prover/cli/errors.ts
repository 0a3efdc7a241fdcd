/** What a command ends with. Scripts may rely on the numbers. */
export const EXIT = {
  ok: 0,
  /** The thing asked about was checked and refused: a quote that breaks a rule */
  refused: 1,
  /** The command line, a file or a configuration is wrong; nothing was done */
  usage: 2,
  /** A service could not be reached or answered with nonsense; the same command may work later */
  unavailable: 3,
  /** The account that is to pay has too little; the message says what it has and what is needed */
  poor: 4,
  /** A fault of this program */
  failed: 70,
  /** Ended by Ctrl-C before it was done */
  interrupted: 130,
} as const;

/** An error with a message for people, and the exit code that fits it. */
export class CliError extends Error {
  readonly exitCode: number;
  readonly code: string;

  constructor(code: string, message: string, exitCode: number = EXIT.usage) {
    super(message);
    this.name = 'CliError';
    this.code = code;
    this.exitCode = exitCode;
  }
}
