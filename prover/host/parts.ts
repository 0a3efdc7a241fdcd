/** What a host is made of, as its API sees it. */
import type { HostConfig } from './config.ts';
import type { Destination } from './destinations/destination.ts';
import type { EnclavePool } from './enclaves/pool.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';
import type { Origin } from './origins/origin.ts';
import type { Pipeline } from './pipeline.ts';
import type { Queue } from './queue.ts';
import type { ServedLane } from './runs.ts';
import type { Store } from './store/store.ts';

/** Parts of a host that its API shows. */
export interface HostParts {
  readonly config: HostConfig;
  readonly store: Store;
  readonly queue: Queue;
  readonly pipeline: Pipeline;
  readonly enclaves: EnclavePool;
  readonly lanes: readonly ServedLane[];
  readonly origins: ReadonlyMap<bigint, Origin>;
  readonly destinations: ReadonlyMap<bigint, Destination>;
  readonly metrics: Metrics;
  readonly log: Log;
}
