/**
 * Hardhat's node answers a call together with a trace of all its steps: some hundred bytes for each unit of gas, which code
 * under measurement takes a lot of. They are freed with the object that JavaScript has of the answer, which looks small to
 * its collector: left alone, it lets many gigabytes of them wait. So it is called whenever much memory was taken.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { HardhatPlugin } from 'hardhat/types/plugins';

/** How much more memory than after the last collection calls for the next. */
const BYTES = 500_000_000;

export function freeTraces(): HardhatPlugin {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  let least = Infinity;
  return {
    id: 'corridor-free-traces',
    hookHandlers: {
      network: async () => ({
        default: async () => ({
          onRequest: async (context, connection, request, next) => {
            const response = await next(context, connection, request);
            least = Math.min(least, process.memoryUsage.rss());
            if (process.memoryUsage.rss() - least > BYTES) {
              collect();
              least = process.memoryUsage.rss();
            }
            return response;
          },
        }),
      }),
    },
  };
}
