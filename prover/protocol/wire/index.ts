/** Encodings read strictly, one for each value: frames between an enclave and its host, and those of the chains. */
export * from './bcs.ts';
export * from './cbor.ts';
export * from './errors.ts';
export * from './fields.ts';
export * from './frames.ts';
export * from './rlp.ts';
