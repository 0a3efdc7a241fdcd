/**
 * To estimate a call's gas, Hardhat's node plays it some dozens of times. Of an upload under measurement that takes longer
 * than the ten seconds which a client waits for any answer, so that commands that estimate could not be tested. A call gets
 * here what contracts-evm/test/harness/chain.ts gives it too. A deployment, which may take more, is estimated.
 */
import type { HardhatPlugin } from 'hardhat/types/plugins';

const GAS = 25_000_000;

export function fixedEstimates(): HardhatPlugin {
  return {
    id: 'corridor-fixed-estimates',
    hookHandlers: {
      network: async () => ({
        default: async () => ({
          onRequest: async (context, connection, request, next) => {
            const [call] = Array.isArray(request.params) ? (request.params as { to?: unknown }[]) : [];
            if (request.method !== 'eth_estimateGas' || !call?.to) return next(context, connection, request);
            return { jsonrpc: '2.0', id: request.id, result: `0x${GAS.toString(16)}` };
          },
        }),
      }),
    },
  };
}
