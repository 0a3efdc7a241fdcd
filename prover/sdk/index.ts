/** Corridor for applications, in Node and browsers (docs/sdk.md). */
export { showAddress, toAddress, toBytes } from './addresses.ts';
export {
  Corridor,
  createCorridor,
  type CorridorOptions,
  type Delivered,
  type MessageReference,
  type SentNow,
  type SuiSource,
} from './corridor.ts';
export { parseDeployment, type Deployment, type EvmPlace, type Place, type SuiPlace } from './deployment.ts';
export { CorridorError, type CorridorErrorCode } from './errors.ts';
export { checkProof, proofFromRun } from './proof.ts';
export type * from './types.ts';
export {
  evmChain,
  LOCALNET_EVM_CHAIN,
  messageId,
  ProtocolError,
  suiChain,
  type ChainId,
  type Message,
} from '../protocol/index.ts';
