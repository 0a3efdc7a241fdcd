/** Corridor's wire formats (docs/spec/protocol.md): pure functions over Uint8Array and plain data, for Node and browsers. */
export * from './bytes.ts';
export * from './chain.ts';
export * from './errors.ts';
export * from './hash.ts';
export * from './merkle.ts';
export * from './message.ts';
export * from './message-sent.ts';
export * from './nonce.ts';
export * from './registration.ts';
export * from './revocation.ts';
export * from './signature.ts';
export * from './statement.ts';
