/** The simulated hardware vendor and its machines: Intel's formats under a root of its own, for local networks and tests. */
export {
  collateralFile,
  pemChain,
  type CollateralFile,
  type CollateralParts,
  type SignedDocument,
} from './collateral.ts';
export type { PckCaKind } from './certificate.ts';
export type { IsvLevel, PlatformLevel, TdxModuleIdentity, Tee } from './documents.ts';
export {
  createPlatform,
  Platform,
  reportDataOf,
  type MachineTcb,
  type PlatformCollateralOptions,
  type PlatformOptions,
  type QuoteOptions,
} from './platform.ts';
export { answerPccs, startPccs, type Pccs, type PccsAnswer, type PccsOptions } from './pccs.ts';
export { QUOTE_FORMS, type Quote, type QuoteForm, type QuoteParts } from './quote.ts';
export { Vendor, type DocumentOptions, type FamilyEdition, type IssueOptions, type VendorOptions } from './vendor.ts';
