// Costs of native functions in internal gas units, from Sui's protocol configuration (gas model version 11). They are
// charged where Sui charges them; the sums are modelled, not measured on a node.

/** A base, an amount for each byte of a message, and one for each block of it that a hash works on. */
export interface MessageCost {
  readonly base: number;
  readonly perByte: number;
  readonly perBlock: number;
  /** Bytes of a block. */
  readonly block: number;
}

const message = (base: number, block: number): MessageCost => ({ base, perByte: 2, perBlock: 2, block });

/** The cost of a message of `length` bytes, blocks rounded up. */
export function messageCost(cost: MessageCost, length: number): number {
  return cost.base + cost.perByte * length + cost.perBlock * Math.ceil(length / cost.block);
}

const KECCAK_BLOCK = 136;
const SHA256_BLOCK = 64;

export const COST = {
  /** Of most simple functions. */
  base: 52,
  /** Of reading the transaction context. */
  context: 30,
  invalidArguments: 100,
  bcsPerByte: 2,
  bcsFailure: 52,
  stringPerByte: 2,
  typeNamePerByte: 2,
  hashPerByte: 2,
  blake2b256: message(10, 128),
  keccak256: message(10, KECCAK_BLOCK),
  ed25519: message(1802, 128),
  k1Recover: { 0: message(500, KECCAK_BLOCK), 1: message(500, SHA256_BLOCK) },
  k1Verify: { 0: message(1470, KECCAK_BLOCK), 1: message(1470, SHA256_BLOCK) },
  r1Recover: { 0: message(1173, KECCAK_BLOCK), 1: message(1173, SHA256_BLOCK) },
  r1Verify: { 0: message(4225, KECCAK_BLOCK), 1: message(4225, SHA256_BLOCK) },
  blsMinSig: 44_064,
  blsMinPk: 49_282,
  ecvrf: 4_848,
  typesPerByte: 2,
  event: { perValueByte: 2, perTagByte: 5, perOutputByte: 10 },
  field: {
    hashPerByte: 2,
    addPerTypeByte: 10,
    addPerValueByte: 1,
    addPerTagByte: 10,
    borrowPerTypeByte: 10,
    borrowPerByte: 1,
    removePerTypeByte: 2,
    removePerByte: 1,
    hasPerByte: 2,
  },
  nitro: { parse: 2_650, parsePerByte: 50, verify: 2_481_600, verifyPerCertificate: 2_618_450 },
  group: {
    decode: [7, 2848, 3770],
    add: [10, 1556, 3048, 188],
    sub: [10, 1550, 3019, 497],
    mul: [11, 4842, 9108, 27_490],
    div: [91, 5091, 9206, 27_804],
    hash: [0, 2962, 8688],
    hashPerByte: 2,
    msm: [0, 62_648, 131_192],
    msmPerAddition: [0, 1333, 3216],
    pairing: 26_897,
    compress: 677,
    uncompress: 2099,
    sum: 77,
    sumPerTerm: 26,
  },
} as const;
