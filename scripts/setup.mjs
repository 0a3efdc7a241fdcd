// Set-up and launcher, in plain JavaScript for any Node from 20 on: brings Node 24 and the locked dependencies in,
// then runs the given script, or the given tool of node_modules/.bin, under that Node. Every npm script of this project
// starts here, so that each of them works on a fresh clone. With nothing to do it costs two hashes of lock files.
//   node scripts/setup.mjs [script.ts | tool [arguments…]]
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const isWindows = process.platform === 'win32';
const binaries = path.join(root, 'node_modules', '.bin');
const node = path.join(root, 'node_modules', 'node', 'bin', isWindows ? 'node.exe' : 'node');
const installed = path.join(root, 'node_modules', '.package-lock.json');
const stampFile = path.join(root, 'node_modules', '.corridor-setup');
const logFile = path.join(root, '.cache', 'setup.log');

function fail(sentence) {
  console.error(`set-up: ${sentence}`);
  process.exit(1);
}

/** What was asked for and what npm says is installed: another `npm install` changes the second, if not the first. */
function stamp() {
  const hashes = [path.join(root, 'package-lock.json'), installed].map((file) =>
    createHash('sha256').update(readFileSync(file)).digest('hex'),
  );
  return `${hashes.join(' ')} ${process.platform} ${process.arch}\n`;
}

function isDone() {
  return [node, installed, stampFile].every((file) => existsSync(file)) && readFileSync(stampFile, 'utf8') === stamp();
}

/** Runs an npm command in the project folder and returns everything it printed. */
function npm(command) {
  // A shell, since npm is a .cmd file on Windows. No path is ever part of the command, so spaces do no harm.
  const result = spawnSync(command, { cwd: root, shell: true, encoding: 'utf8', maxBuffer: 1 << 26 });
  const output = `$ ${command}\n${result.stdout ?? ''}${result.stderr ?? ''}`;
  writeFileSync(logFile, output, { flag: 'a' });
  return { ok: result.status === 0, output };
}

function install() {
  if (Number(process.versions.node.split('.')[0]) < 20) {
    fail(`Node ${process.version} is too old; install Node 20 or newer and run the same command again.`);
  }
  mkdirSync(path.dirname(logFile), { recursive: true });
  rmSync(logFile, { force: true });
  const nodeVersion = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')).devDependencies.node;
  console.error(`set-up: installing Node ${nodeVersion} and the locked dependencies (once, about a minute)`);
  rmSync(stampFile, { force: true });
  // npm leaves platform packages out whose `engines` do not fit the Node that it runs under (Hardhat's among them), so
  // it must run under Node 24 itself. `npm ci` would refuse the lock file on platforms whose optional packages it lacks.
  const flags =
    '--no-save --no-audit --no-fund --fetch-retries=1 --fetch-retry-mintimeout=1000 --include=dev --include=optional ' +
    // A user's own npm settings must not change what is installed.
    '--include=peer --package-lock=true --strict-peer-deps=false';
  const { ok, output } = npm(`npx --yes --fetch-retries=1 -p node@${nodeVersion} -c "npm install ${flags}"`);
  if (!ok) {
    if (
      /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ENOTCACHED)\b/.test(output)
    ) {
      fail('the npm registry cannot be reached; connect to the network and run the same command again.');
    }
    const errors = output.split('\n').filter((line) => /^npm (error|ERR!) \S/.test(line));
    console.error(errors.slice(0, 15).join('\n'));
    fail(
      'npm failed as shown above (all of it is in .cache/setup.log); mend the cause and run the same command again.',
    );
  }
  // The binary comes with an install script, which a user's npm may be set not to run.
  if (!existsSync(node)) npm('npm rebuild node --ignore-scripts=false');
  if (!existsSync(node)) {
    fail(
      `Node ${nodeVersion} did not arrive in node_modules; allow npm's install scripts and run the same command again.`,
    );
  }
  if (!existsSync(installed))
    fail('npm left no record in node_modules; delete node_modules and run the same command again.');
  writeFileSync(stampFile, stamp());
}

function launch(name, args) {
  const PATH = `${binaries}${path.delimiter}${process.env.PATH ?? ''}`;
  const script = path.resolve(root, name);
  // Node keeps compiled modules there, which spares a third of the time that a script takes to start.
  const NODE_COMPILE_CACHE = process.env.NODE_COMPILE_CACHE ?? path.join(root, '.cache', 'node');
  const options = { stdio: 'inherit', env: { ...process.env, PATH, NODE_COMPILE_CACHE } };
  const child = existsSync(script)
    ? spawn(node, [script, ...args], options)
    : spawn(path.join(binaries, name), args, { ...options, shell: isWindows });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => {
    if (signal) process.removeAllListeners(signal).kill(process.pid, signal);
    else process.exit(code ?? 1);
  });
}

if (!isDone()) install();
const [name, ...args] = process.argv.slice(2);
if (name) launch(name, args);
