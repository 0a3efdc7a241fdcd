/** Corridor for applications, in Node and browsers (docs/sdk.md). */
export * from './deployment.ts';
export * from './errors.ts';
