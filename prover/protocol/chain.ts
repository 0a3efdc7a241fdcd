import { asBytes, asFixedBytes, concat, isZero, readUint, uint } from './bytes.ts';
import { demand, type Rule } from './errors.ts';

/** Chain id, u64 as a bigint (docs/spec/protocol.md section 2). */
export type ChainId = bigint;

/** Top byte of a chain id. */
export type ChainFamily = 'evm' | 'sui';

const EVM_LIMIT = 1n << 56n;
const SUI_PREFIX = 0x53000000n;

/** Corridor's chain id of the localnet EVM node (EIP-155 id 31337). */
export const LOCALNET_EVM_CHAIN: ChainId = 31337n;

/**
 * The family of a chain id.
 * @throws ProtocolError with the given rule (`InvalidChain` where the id stands alone) when the id is of no known family
 */
export function chainFamily(chain: ChainId, rule: Rule = 'InvalidChain'): ChainFamily {
  if (typeof chain === 'bigint') {
    if (chain > 0n && chain < EVM_LIMIT) return 'evm';
    if (chain >> 32n === SUI_PREFIX) return 'sui';
  }
  demand(
    false,
    rule,
    () => `${String(chain)} is neither an EIP-155 id below 2^56 nor a Sui chain id (0x53000000 and four bytes)`,
  );
}

/**
 * Chain id of an EVM chain.
 * @param eip155 its EIP-155 id, 1 to 2^56 - 1
 * @throws ProtocolError `InvalidChain`
 */
export function evmChain(eip155: bigint | number): ChainId {
  const chain = readUint(uint(eip155, 8, 'InvalidChain'), 0, 8);
  demand(chainFamily(chain) === 'evm', 'InvalidChain', () => `${chain} is not below 2^56`);
  return chain;
}

/**
 * Chain id of a Sui network.
 * @param identifier the first four bytes of the genesis checkpoint digest
 * @throws ProtocolError `InvalidChain`
 */
export function suiChain(identifier: Uint8Array): ChainId {
  return (SUI_PREFIX << 32n) | readUint(asFixedBytes(identifier, 4, 'InvalidChain'), 0, 4);
}

/**
 * Whether 32 bytes are an address on the chain: not zero, and on EVM twelve zero bytes and twenty others.
 * @throws ProtocolError `InvalidChain`
 */
export function isAddressOn(chain: ChainId, address: Uint8Array): boolean {
  if (!(address instanceof Uint8Array) || address.length !== 32 || isZero(address)) return false;
  return chainFamily(chain) === 'sui' || isZero(address.subarray(0, 12));
}

/**
 * The 32-byte form of a 20-byte EVM address.
 * @throws ProtocolError `InvalidAddress`
 */
export function fromEvmAddress(address: Uint8Array): Uint8Array {
  return concat(new Uint8Array(12), asFixedBytes(address, 20, 'InvalidAddress'));
}

/**
 * The 20 bytes of an EVM address in its 32-byte form.
 * @throws ProtocolError `InvalidAddress` when the padding is not zero
 */
export function toEvmAddress(address: Uint8Array): Uint8Array {
  const bytes = asFixedBytes(address, 32, 'InvalidAddress');
  demand(isZero(bytes.subarray(0, 12)), 'InvalidAddress', () => 'the first 12 bytes of an EVM address must be zero');
  return bytes.slice(12);
}

/** A copy of a field that is an address on a chain whose id is known to be valid. */
export function demandAddress(chain: ChainId, address: Uint8Array, rule: Rule, field: string): Uint8Array {
  const bytes = asBytes(address, rule);
  demand(
    isAddressOn(chain, bytes),
    rule,
    () =>
      `${field} must be 32 bytes, not zero${chainFamily(chain) === 'evm' ? ', the first 12 of them zero on an EVM chain' : ''}`,
  );
  return bytes;
}

/** Asserts that a field names a chain, and another one than the origin. */
export function demandDestination(origin: ChainId, destination: ChainId, rule: Rule): void {
  chainFamily(destination, rule);
  demand(origin !== destination, rule, () => `origin and destination are both chain ${origin}`);
}
