import { run } from '../../prover/cli/program.ts';

/** Runs a command line in this process, as a terminal without colours sees it. */
export async function corridor(...args: string[]): Promise<{ exitCode: number; out: string; err: string }> {
  const said = { out: '', err: '' };
  const exitCode = await run(args, {
    out: (text) => void (said.out += `${text}\n`),
    err: (text) => void (said.err += `${text}\n`),
    isColoured: false,
  });
  return { exitCode, ...said };
}

/** Exit code and code of the error of a command line that fails, as a program reads them. */
export async function refusalOf(...args: string[]): Promise<[exitCode: number, error: string, message: string]> {
  const { exitCode, err } = await corridor(...args, '--json');
  const { error, message } = JSON.parse(err) as { error: string; message: string };
  return [exitCode, error, message];
}
