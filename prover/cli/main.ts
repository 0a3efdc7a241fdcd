#!/usr/bin/env node
import { EXIT } from './errors.ts';
import { processTerminal } from './output.ts';
import { run } from './program.ts';

try {
  process.exitCode = await run(process.argv.slice(2), processTerminal);
} catch (error) {
  console.error(error);
  process.exitCode = EXIT.failed;
}
