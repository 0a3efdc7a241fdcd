/**
 * One local network for all end-to-end tests of a run: five operators, of whom four must sign, two hosts, and proxies in
 * front of every node. Tests leave it as they found it: hosts running, proxies honest, five keys that count.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Sent } from '../../localnet/corridor/application.ts';
import { audit, type Audit } from '../../localnet/corridor/audit.ts';
import { LocalCorridor } from '../../localnet/corridor/start.ts';
import { POSTGRES_HINT, postgresPrograms, startPostgres, type Postgres } from '../../localnet/postgres/cluster.ts';
import type { HostConfig } from '../../prover/host/config.ts';
import type { TrackedMessage } from '../../prover/host/store/rows.ts';
import { keptLog } from './diagnosis.ts';
import { Proxy } from './proxy.ts';
import { bodies } from './support.ts';

export type DatabaseKind = 'pglite' | 'postgres';

/** For `eventually`. */
export const isDelivered = ({ deliveredAt }: TrackedMessage): boolean => deliveredAt !== undefined;

const DATABASE_ENV = 'CORRIDOR_TEST_DATABASE';

export class World {
  readonly corridor: LocalCorridor;
  /** Two in front of each node, in the order in which hosts ask them */
  readonly proxies: Readonly<Record<'evm' | 'beacon' | 'sui', readonly [Proxy, Proxy]>>;
  readonly #folder: string;
  #postgres: Postgres | undefined;
  #schemas = 0;
  kind: DatabaseKind = 'pglite';

  private constructor(corridor: LocalCorridor, proxies: World['proxies'], folder: string) {
    this.corridor = corridor;
    this.proxies = proxies;
    this.#folder = folder;
  }

  static async start(): Promise<World> {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'corridor-state-'));
    let proxies: World['proxies'] | undefined;
    const corridor = await LocalCorridor.start({
      operators: 5,
      threshold: 4,
      hosts: 2,
      stepInMilliseconds: 2_000,
      log: keptLog,
      database: (host) => ({ kind: 'pglite', folder: path.join(folder, host) }),
      nodes: async ({ evm, beacon, sui }) => {
        const two = async (url: string) => [await Proxy.start(url), await Proxy.start(url)] as const;
        proxies = { evm: await two(evm.url), beacon: await two(beacon.url), sui: await two(sui.url) };
        const urls = (pair: readonly Proxy[]): string[] => pair.map(({ url }) => url);
        return { evm: urls(proxies.evm), beacon: urls(proxies.beacon), sui: urls(proxies.sui) };
      },
    });
    return new World(corridor, proxies!, folder);
  }

  /** A server of this run's own. */
  async postgres(): Promise<Postgres> {
    this.#postgres ??= await startPostgres();
    process.env[DATABASE_ENV] = this.#postgres.url;
    return this.#postgres;
  }

  /** A database that nobody has used, of a kind. Hosts on PostgreSQL share the server. */
  async newDatabase(kind: DatabaseKind): Promise<HostConfig['database']> {
    const number = ++this.#schemas;
    if (kind === 'pglite') return { kind, folder: path.join(this.#folder, `database-${number}`) };
    await this.postgres();
    return { kind, url: { env: DATABASE_ENV }, schema: `corridor_${number}` };
  }

  /** Has the hosts on a kind of database; new ones where they were on the other kind. */
  async use(kind: DatabaseKind): Promise<void> {
    if (this.kind === kind) return;
    const databases = new Map<string, HostConfig['database']>();
    for (const { name } of this.corridor.configs) databases.set(name, await this.newDatabase(kind));
    await this.corridor.useDatabases((host) => databases.get(host)!);
    this.kind = kind;
  }

  /** A configuration file for a host of nobody else's acquaintance that has all enclaves. */
  soloConfig(index: number, name: string, database: HostConfig['database']): string {
    const { folder, enclaves } = this.corridor;
    const input = JSON.parse(readFileSync(path.join(folder, `host-${index + 1}.json`), 'utf8')) as object;
    const all = enclaves.map(({ name, socketPath }) => ({ name, socket: socketPath }));
    const file = path.join(folder, `${name}.json`);
    const alone = { hosts: [], api: { port: 0 }, logLevel: 'debug' };
    writeFileSync(file, JSON.stringify({ ...input, ...alone, name, enclaves: all, database }));
    return file;
  }

  async sendFromEvm(text: string, count: number): Promise<Sent[]> {
    const { application } = this.corridor;
    return application.sendFromEvm(application.onSui[0]!.address, bodies(text, count));
  }

  async sendFromSui(text: string, count: number): Promise<Sent[]> {
    const { application } = this.corridor;
    return application.sendFromSui(application.onEvm[0]!.address, bodies(text, count));
  }

  /** So many messages each way. */
  async send(text: string, count: number): Promise<Sent[]> {
    const [fromEvm, fromSui] = await Promise.all([this.sendFromEvm(text, count), this.sendFromSui(text, count)]);
    return [...fromEvm, ...fromSui];
  }

  /** Whatever happened: each message once, by both chains' logs. */
  async mustBeExact(): Promise<Audit> {
    const found = await audit(this.corridor.deployment);
    assert.ok(found.isExact, JSON.stringify(found));
    return found;
  }

  /** Waits until both chains' logs say so: for messages of which no host is asked. */
  async exact(seconds = 60): Promise<void> {
    const deadline = Date.now() + seconds * 1000;
    while (!(await audit(this.corridor.deployment)).isExact) {
      if (Date.now() > deadline) return void (await this.mustBeExact());
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }

  async close(): Promise<void> {
    await this.corridor.close();
    await Promise.all(Object.values(this.proxies).flatMap((pair) => pair.map((proxy) => proxy.close())));
    await this.#postgres?.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

let shared: Promise<World> | undefined;

/** The run's one world, started when it is first asked for. */
export function sharedWorld(): Promise<World> {
  shared ??= World.start();
  return shared;
}

after(async function () {
  this.timeout(60_000);
  await (await shared)?.close();
});

/** What tests are about: what a host does, or what it does with a server of PostgreSQL. */
type Suites = 'of hosts' | 'of servers';
type Databases = 'pglite' | 'postgres' | 'all';

/** On which kinds of database all suites run; where nothing is said, on PGlite, and those of servers on PostgreSQL. */
const databases = process.env['CORRIDOR_DATABASES'] as Databases | undefined;
assert.ok(
  databases === undefined || ['pglite', 'postgres', 'all'].includes(databases),
  'CORRIDOR_DATABASES is pglite, postgres or all',
);

/** Whether a suite runs on a kind. */
function runsOn(kind: DatabaseKind, what: Suites): boolean {
  if (kind === 'pglite') return what !== 'of servers' && databases !== 'postgres';
  return databases === undefined ? what === 'of servers' : databases !== 'pglite';
}

type Suite = () => void;

const onPostgres: Suite[] = [];

/**
 * The same tests on both kinds of database: on PGlite at once, on PostgreSQL when all files' have run on PGlite. Those
 * of servers run on PostgreSQL alone.
 */
export function onDatabases(title: string, what: Suites, tests: (world: () => World) => void): void {
  const suite = (kind: DatabaseKind, name: string): void => {
    describe(`${title}, on ${name}`, function () {
      this.timeout(300_000);
      let world: World;
      before(async () => {
        world = await sharedWorld();
        await world.use(kind);
      });
      tests(() => world);
    });
  };
  if (runsOn('pglite', what)) suite('pglite', 'PGlite');
  if (runsOn('postgres', what)) onPostgres.push(() => suite('postgres', 'PostgreSQL'));
}

/** To be called by the last file. */
export function repeatOnPostgres(): void {
  if (postgresPrograms() !== undefined) for (const suite of onPostgres.splice(0)) suite();
  else {
    describe('PostgreSQL', () => {
      it('repeats the tests', function () {
        console.log(`    ${POSTGRES_HINT}: the tests were run on PGlite alone`);
        this.skip();
      });
    });
  }
}
