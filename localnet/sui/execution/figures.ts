/**
 * Figures of Sui's protocol configuration that only execution needs, as of protocol version 105. Those that clients are
 * told as well stand in `ledger/protocol.ts`. The gas that results from them is modelled, not measured on a node.
 */
export const FIGURES = {
  /** MIST; the price of a gas unit must be below it. */
  maxGasPrice: 50_000_000_000n,
  /** Gas units that every transaction's budget must cover. */
  minTransactionUnits: 1000n,
  /** An aborted transaction pays at most this many times the reference gas price. */
  abortPriceFactor: 100n,
  /** Gas units per byte stored. */
  storageUnitsPerByte: 100n,
  /** MIST per unit of storage. */
  storagePrice: 76n,
  /** Basis points of what was paid for storage that are paid back when it is freed. */
  rebateRate: 9900n,
  /** Internal units (a thousandth of a gas unit) per byte of a package published. */
  publishCostPerByte: 80,
  maxModulesInPublish: 64,
  maxPackageDependencies: 32,
  maxPublishCommands: 5,
  /** Bytes. */
  maxPackageSize: 100 * 1024,
  maxObjectSize: 250 * 1024,
  maxWrittenSize: 5_000_000,
  maxEffectsSize: 512 * 1024,
  /** Internal units for the parts of a transaction, before anything runs. */
  translation: { command: 1, input: 1, pureByte: 1, typeNode: 1, referenceNode: 1, linkageEntry: 10 },
} as const;

/** Packages that reading costs nothing for, and that every package is linked against. */
export const SYSTEM_PACKAGES: ReadonlySet<string> = new Set(
  ['1', '2', '3', 'b', 'dee9'].map((id) => `0x${id.padStart(64, '0')}`),
);
