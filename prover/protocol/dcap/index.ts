/** Intel DCAP attestation (docs/spec/dcap.md): parse and verify quotes offline, in Node and browsers. */
export { readCertificate, type Certificate, type CertificateRole } from './certificate.ts';
export * from './collateral.ts';
export * from './convert.ts';
export { readCrl, type Crl } from './crl.ts';
export * from './errors.ts';
export * from './evm-evidence.ts';
export { leafTemplatesOf, type LeafTemplate } from './leaf-template.ts';
export { readQeIdentity, type QeIdentity } from './qe-identity.ts';
export * from './quote.ts';
export type { SgxExtension, SgxType } from './sgx-extension.ts';
export { TCB_STATUSES, type IsvLevel, type TcbStatus } from './signed-json.ts';
export { mergeStatus, relaunchStatus } from './tcb.ts';
export { readTcbInfo } from './tcb-info.ts';
export type { TcbComponent, TcbInfo, TcbLevel, TdxModule, TdxModuleIdentity, TeeType } from './tcb-info.ts';
export * from './verify.ts';
