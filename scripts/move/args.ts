import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';
import type { FrameworkSource } from '../../localnet/sui/build/framework.ts';

/** Exit status for a command line that cannot be understood. */
export const USAGE_ERROR = 2;

/** Parsed options, as strings and flags, and the package names. */
export interface Arguments {
  readonly values: Readonly<Record<string, string | boolean | undefined>>;
  readonly packages: string[];
  readonly framework: FrameworkSource;
}

/**
 * Parses a command line of package names and options; every command knows `--framework`.
 *
 * @throws Error in one sentence on anything unknown
 */
export function parseCommand(options: ParseArgsOptionsConfig): Arguments {
  const { values, positionals } = parseArgs({
    options: { framework: { type: 'string', default: 'local' }, ...options },
    allowPositionals: true,
  });
  const framework = values['framework'];
  if (framework !== 'local' && framework !== 'github') {
    throw new Error(`--framework must be local or github, not ${String(framework)}`);
  }
  return { values: values as Arguments['values'], packages: positionals, framework };
}
