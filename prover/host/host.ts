/** A host: everything between chains and enclaves, started from a configuration. */
import { setTimeout as delay } from 'node:timers/promises';
import { Ed25519Keypair } from '@mysten/sui/keypairs/ed25519';
import { privateKeyToAccount } from 'viem/accounts';
import { checkConfig } from '../enclave/ethereum/index.ts';
import { suiNode } from '../bindings/sui/node.ts';
import { decodeCommittee } from '../enclave/sui/index.ts';
import { fromHex } from '../protocol/index.ts';
import { startApi, type Api } from './api/server.ts';
import { readKey, type EthereumChainConfig, type HostConfig, type SuiChainConfig } from './config.ts';
import { deliveriesCursor } from './deliveries.ts';
import type { Destination } from './destinations/destination.ts';
import { EvmDestination } from './destinations/evm.ts';
import { SuiDestination } from './destinations/sui.ts';
import { EnclavePool } from './enclaves/pool.ts';
import { beaconClient } from './evidence/beacon.ts';
import { EvidenceError } from './evidence/errors.ts';
import { PeerExchange } from './exchange.ts';
import { addressOf, lanesOf, lightClientOf } from './lanes.ts';
import { createLog, type Log } from './log.ts';
import { createMetrics } from './metrics.ts';
import { evmClient, evmNode } from './nodes.ts';
import { evmAccess, suiAccess } from './operators/access.ts';
import { Expiries } from './operators/expiries.ts';
import { Keeper } from './operators/keeper.ts';
import { openHostDatabase } from './open-database.ts';
import { min } from './origins/common.ts';
import { EthereumOrigin } from './origins/ethereum.ts';
import type { Origin } from './origins/origin.ts';
import { SuiOrigin } from './origins/sui.ts';
import type { HostParts } from './parts.ts';
import { fetchCollateral } from './pcs.ts';
import { Pipeline } from './pipeline.ts';
import { Queue } from './queue.ts';
import type { Database } from './store/database.ts';
import { Store } from './store/store.ts';
import { Wakeup } from './wakeup.ts';

/** How long a loop sleeps when nobody wakes it. */
const IDLE_MS = 2_000;
/** How long it waits after a failure. */
const PAUSE_MS = 1_000;
const SWEEP_MS = 30_000;
const PRUNE_MS = 60_000;
/** Messages that are forgotten at one time, a minute apart: twice as many as 50 a second each way. */
const FORGOTTEN_AT_ONCE = 12_000;
/** How long what is under way may take to end when the host stops. */
const PATIENCE_MS = 3_000;
/** How often all nodes of a chain are compared. */
const COMPARE_MS = 60_000;
/** Blocks that a chain may have above the newest final one, as far as deliveries are looked for. */
const MOST_AHEAD = 8_192n;
/** Blocks below the head that are kept whatever happens: the history of an enclave. */
const KEPT_BLOCKS = 8_192n;

/** A host that runs. */
export class Host {
  readonly parts: HostParts;
  /**
   * Resolves with the reason, which is logged, when the database is gone for good. The host can do nothing any more; a new
   * one in a new process goes on from the rows.
   */
  readonly lost: Promise<Error>;
  readonly #db: Database;
  readonly #stopping: AbortController;
  readonly #loops: Promise<void>[] = [];
  readonly #keeper: Keeper;
  #api: Api | undefined;

  private constructor(parts: HostParts, db: Database, stopping: AbortController, keeper: Keeper) {
    this.parts = parts;
    this.#keeper = keeper;
    this.#db = db;
    this.#stopping = stopping;
    this.lost = db.lost.then((error) => {
      parts.log.fatal({ reason: error.message }, 'the database is gone; a new start goes on from its rows');
      stopping.abort();
      return error;
    });
  }

  /**
   * Starts a host. It is ready when this resolves.
   * @param opening its database, where that is being opened already; it is closed when the host does not start
   * @throws ConfigError
   */
  static async start(
    config: HostConfig,
    log: Log = createLog(config.logLevel, config.name),
    opening: Promise<Database> = openHostDatabase(config),
  ): Promise<Host> {
    const { database } = config;
    const schema = database.kind === 'postgres' ? database.schema : 'corridor';
    const stopping = new AbortController();
    let queue: Queue | undefined;
    let enclaves: EnclavePool | undefined;
    try {
      const metrics = createMetrics();
      const destinations = new Map(config.chains.map((chain) => [chain.chain, destinationOf(chain)]));
      const db = await opening;
      const store = await Store.open(db, schema);
      const onError = (error: Error): void => log.warn({ reason: error.message }, 'the queue has trouble');
      queue = await Queue.open(db, `${schema}_queue`, onError);
      const onChange = (name: string, signer: string | undefined): void => {
        log.info({ enclave: name, signer }, signer ? 'enclave connected' : 'enclave lost');
        // A new one has a new key, which is to be registered without delay.
        if (signer) onEnclave();
      };
      let onEnclave = (): void => {};
      const pool = (enclaves = new EnclavePool(config.enclaves, onChange));
      const trouble = (chain: bigint) => (error: Error) => {
        metrics.nodeTrouble.inc({ chain: String(chain), code: error instanceof EvidenceError ? error.code : 'Other' });
        log.debug({ chain: String(chain), reason: error.message }, 'a node has trouble');
      };
      const origins = new Map(
        config.chains.map((chain) => [chain.chain, originOf(chain, store, pool, trouble(chain.chain))] as const),
      );
      const lanes = lanesOf(config);
      const exchange = new PeerExchange(config.hosts, config.name, config.stepInMilliseconds);
      const { batch } = config;
      const pipeline = new Pipeline({
        store,
        queue,
        origins,
        destinations,
        lanes,
        enclaves,
        exchange,
        batch,
        log,
        metrics,
      });
      const parts = { config, store, queue, pipeline, enclaves, lanes, origins, destinations, metrics, log };
      const keeper = keeperOf(parts);
      const host = new Host(parts, db, stopping, keeper);
      await pipeline.start();
      host.#run();
      onEnclave = () =>
        void keeper.check().catch((error: unknown) => log.warn({ reason: String(error) }, 'will try again'));
      host.#api = await startApi(parts);
      log.info(
        { api: host.#api.url, enclaves: config.enclaves.length, lanes: lanes.length, database: database.kind },
        'ready',
      );
      return host;
    } catch (error) {
      // What has begun already would keep the process alive.
      stopping.abort();
      await queue?.close().catch(() => {});
      enclaves?.close();
      await opening.then(
        (db) => db.close(),
        () => {},
      );
      throw error;
    }
  }

  /** Where the API is. */
  get url(): string {
    return this.#api!.url;
  }

  #run(): void {
    for (const origin of this.parts.origins.values()) this.#loops.push(this.#followOrigin(origin));
    for (const destination of this.parts.destinations.values()) this.#loops.push(this.#followDestination(destination));
    this.#loops.push(this.#every(SWEEP_MS, 'sweep', () => this.parts.pipeline.sweep()));
    this.#loops.push(this.#every(PRUNE_MS, 'prune', () => this.#prune()));
    this.#loops.push(this.#every(COMPARE_MS, 'compare nodes', () => this.#compareNodes()));
    this.#loops.push(this.#keepKeys());
  }

  async #followOrigin(origin: Origin): Promise<void> {
    const { log, pipeline, metrics } = this.parts;
    const chain = String(origin.chain);
    const wakeup = new Wakeup();
    const watching = this.#keepWatching(`watch ${chain}`, (signal) => origin.watch(() => wakeup.wake(), signal));
    await this.#loop(wakeup, `follow ${chain}`, async () => {
      const isNew = await origin.poll((messages, anchor) => pipeline.anticipate(origin, anchor, messages));
      if (isNew && origin.head) {
        metrics.head.set({ chain }, Number(origin.head.height));
        log.debug({ chain, height: String(origin.head.height) }, 'final');
        pipeline.follow(origin);
      }
      return pipeline.propose(origin);
    });
    await watching;
  }

  async #followDestination(destination: Destination): Promise<void> {
    const { store, pipeline, origins } = this.parts;
    const cursor = deliveriesCursor(destination.chain);
    const wakeup = new Wakeup();
    const name = `deliveries ${destination.chain}`;
    const watching = this.#keepWatching(name, (signal) => destination.watch(() => wakeup.wake(), signal));
    let position: bigint | undefined;
    await this.#loop(wakeup, name, async () => {
      const askedAt = performance.now();
      const seen = await destination.poll((position ??= await store.cursor(cursor)));
      await pipeline.takeSeen(destination.chain, seen, askedAt);
      position = seen.next;
      // How high a chain is, is a node's word: one that lies must not lead past what is still to come.
      const head = origins.get(destination.chain)?.head;
      if (head) {
        position = min(position, head.height + MOST_AHEAD);
        await store.setCursor(cursor, position);
      }
      return seen.isBehind ? 0 : undefined;
    });
    await watching;
  }

  /** Runs a task over and over: when woken, when it wants to, and now and then in any case. */
  async #loop(wakeup: Wakeup, name: string, task: () => Promise<number | undefined>): Promise<void> {
    const { signal } = this.#stopping;
    signal.addEventListener('abort', () => wakeup.wake(), { once: true });
    let lastReason: string | undefined;
    while (!signal.aborted) {
      let pause: number;
      try {
        pause = Math.min((await task()) ?? IDLE_MS, IDLE_MS);
        lastReason = undefined;
      } catch (error) {
        if (signal.aborted) break;
        const reason = (error as Error).message;
        // The same trouble over and over is told once.
        this.parts.log[reason === lastReason ? 'debug' : 'warn']({ loop: name, reason }, 'will try again');
        lastReason = reason;
        pause = PAUSE_MS;
      }
      if (!signal.aborted) await wakeup.sleep(pause);
    }
  }

  /** A stream that breaks is begun again; the loops look by themselves meanwhile. */
  async #keepWatching(name: string, watch: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        await watch(signal);
      } catch (error) {
        this.parts.log.debug({ stream: name, reason: (error as Error).message }, 'stream broke');
      }
      if (!signal.aborted) await pause(PAUSE_MS, signal);
    }
  }

  async #every(milliseconds: number, name: string, task: () => Promise<void>): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await pause(milliseconds, signal);
      if (signal.aborted) return;
      await task().catch((error: unknown) =>
        this.parts.log.warn({ loop: name, reason: String(error) }, 'will try again'),
      );
    }
  }

  /** At once, since the host may have been down for long, and then over and over. What is under way is not waited for. */
  async #keepKeys(): Promise<void> {
    const { signal } = this.#stopping;
    const stopped = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    while (!signal.aborted) {
      await Promise.race([this.#keeper.check(), stopped]).catch((error: unknown) =>
        this.parts.log.warn({ reason: String(error) }, 'will look after the keys again'),
      );
      await pause(this.parts.config.keys.checkEverySeconds * 1000, signal);
    }
  }

  async #compareNodes(): Promise<void> {
    const { origins, metrics, log } = this.parts;
    for (const [id, origin] of origins) {
      const chain = String(id);
      const different = await origin.disagreement();
      metrics.nodeDisagreement.set({ chain }, different);
      if (different > 0) log.error({ chain, nodes: different }, 'nodes show another block than the final one');
    }
  }

  async #prune(): Promise<void> {
    for (const { chain, head } of this.parts.origins.values()) {
      if (head && head.height > KEPT_BLOCKS) await this.parts.store.prune(chain, head.height - KEPT_BLOCKS);
    }
    const { store, config } = this.parts;
    await store.forget(new Date(Date.now() - config.keepDays * 86_400_000), FORGOTTEN_AT_ONCE);
  }

  /** Stops. What is under way is done again by the next one. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#api?.close();
    // A node that is gone keeps whoever asks it waiting. What is left undone is found undone at the next start.
    await Promise.race([Promise.all(this.#loops), delay(PATIENCE_MS, undefined, { ref: false })]);
    await this.parts.queue.close();
    this.parts.enclaves.close();
    await this.#db.close();
  }
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, milliseconds);
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
    signal.addEventListener('abort', done, { once: true });
  });
}

/** Looks after keys and collateral, as far as the configuration names operators. */
function keeperOf({ config, destinations, enclaves, metrics, log }: HostParts): Keeper {
  const { collateral, evaluationNumber, renewBeforeHours } = config.keys;
  return new Keeper({
    enclaves: () => enclaves.all(),
    chains: config.chains.map((chain) => {
      const operator =
        chain.kind === 'sui' ? suiAccess(chain, suiNode(chain.rpc[0]!)) : evmAccess(chain, evmClient(chain.rpc));
      const status = (signer: Uint8Array) => destinations.get(chain.chain)!.key(signer);
      return { chain: chain.chain, status, ...(operator ? { operator } : {}) };
    }),
    ...(collateral
      ? {
          fetchCollateral: (machine) => {
            const { url, rootCrlUrl, edition } = collateral;
            return fetchCollateral({ ...machine, url, edition, ...(rootCrlUrl === undefined ? {} : { rootCrlUrl }) });
          },
        }
      : {}),
    ...(evaluationNumber === undefined ? {} : { evaluationNumber }),
    renewBeforeSeconds: renewBeforeHours * 3600,
    collateralEverySeconds: (collateral?.everyHours ?? 0) * 3600,
    expiries: new Expiries(metrics, log),
    metrics,
    log,
  });
}

function originOf(
  config: EthereumChainConfig | SuiChainConfig,
  store: Store,
  enclaves: EnclavePool,
  onTrouble: (error: Error) => void,
): Origin {
  const outbox = addressOf(config, config.outbox);
  if (config.kind === 'sui') {
    return new SuiOrigin({
      chain: config.chain,
      committee: decodeCommittee(fromHex(config.committee)),
      messagePackage: fromHex(config.package),
      outbox,
      startHeight: config.startHeight,
      nodes: config.rpc.map((url) => suiNode(url)),
      store,
      enclaves: () => enclaves.connected,
      onTrouble,
    });
  }
  const lightClient = checkConfig(lightClientOf(config));
  return new EthereumOrigin({
    chain: config.chain,
    lightClient,
    trustedBlockRoot: fromHex(config.trustedBlockRoot),
    outbox,
    nodes: config.rpc.map(evmNode),
    beacons: config.beacon.map(beaconClient),
    store,
    enclaves: () => enclaves.connected,
    onTrouble,
  });
}

function destinationOf(config: EthereumChainConfig | SuiChainConfig): Destination {
  const { chain, submitter, startHeight } = config;
  const what = `the submitter of chain ${chain}`;
  if (config.kind === 'sui') {
    return new SuiDestination({
      chain,
      nodes: config.rpc.map((url) => suiNode(url)),
      packageId: config.package,
      inbox: config.inbox,
      registry: config.registry,
      signer: readKey(submitter, what, (key) => Ed25519Keypair.fromSecretKey(key)),
      startHeight,
      ...(config.maxGasBudget === undefined ? {} : { maxGasBudget: config.maxGasBudget }),
    });
  }
  return new EvmDestination({
    chain,
    client: evmClient(config.rpc),
    inbox: config.inbox,
    registry: config.registry,
    account: readKey(submitter, what, (key) => privateKeyToAccount(key as `0x${string}`)),
    startBlock: startHeight,
    ...(config.maxFeePerGas === undefined ? {} : { maxFeePerGas: config.maxFeePerGas }),
  });
}
