/** Light client of Ethereum: pure functions, state in and state out (docs/spec/light-clients.md, sections 2 to 6). */
export { checkConfig, leastParticipants, PRESETS, type EthereumConfig, type Fork } from './config.ts';
export {
  decodeLightClientBootstrap,
  decodeLightClientFinalityUpdate,
  decodeLightClientUpdate,
  type LightClientBootstrap,
  type LightClientUpdate,
} from './containers.ts';
export { initializeLightClientStore, processLightClientUpdate, type LightClientStore } from './sync-protocol.ts';
export {
  adoptHead,
  ancestorsOf,
  beginDescent,
  extendDescent,
  finalizedBlock,
  MAX_HEADERS,
  type Descent,
  type ExecutionBlock,
} from './blocks.ts';
export { messageInReceipt, verifyReceipt, type Receipt } from './receipt.ts';
