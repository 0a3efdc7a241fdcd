/** Runs a beacon chain beside an EVM node: follows it block by block and serves the beacon REST API. */
import type { AddressInfo } from 'node:net';
import { beaconServer } from './api.ts';
import { BeaconChain, type BeaconOptions } from './chain.ts';
import { followBlocks, type Rpc } from './follow.ts';
import { PRESETS } from './types.ts';

export interface BeaconServiceOptions extends BeaconOptions {
  /** Any free port by default. */
  readonly port?: number;
  /**
   * Whether each block begins an epoch, the rest of the epoch's slots being missed: a block is final as soon as three
   * more have followed, and a sync committee period has as many blocks as the preset has epochs in it.
   */
  readonly fastFinality?: boolean;
}

export interface BeaconService {
  readonly url: string;
  readonly chain: BeaconChain;
  /** Settles with the reason when the node cannot be followed any more. */
  readonly ended: Promise<Error>;
  close(): Promise<void>;
}

const POLL_MS = 50;
/** Longer than a program that compiles contracts is away from its event loop. */
const KEEP_ALIVE_MS = 120_000;

/** Starts following and serving. */
export async function startBeacon(rpc: Rpc, options: BeaconServiceOptions = {}): Promise<BeaconService> {
  const { port = 0, fastFinality = false, ...chainOptions } = options;
  const chain = new BeaconChain(chainOptions);
  const slotsPerBlock = fastFinality ? PRESETS[chain.preset].slotsPerEpoch : 1;
  await followBlocks(chain, rpc, slotsPerBlock);
  const server = beaconServer(chain);
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;
  const ended = new Promise<Error>((resolve) => {
    const turn = (): void => {
      followBlocks(chain, rpc, slotsPerBlock).then(
        () => {
          if (!isClosed) timer = setTimeout(turn, POLL_MS);
        },
        (error: unknown) => {
          if (!isClosed) resolve(error as Error);
        },
      );
    };
    timer = setTimeout(turn, POLL_MS);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    chain,
    ended,
    close: async () => {
      isClosed = true;
      clearTimeout(timer);
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
