import {
  chainFamily,
  fromEvmAddress,
  fromHex,
  isAddressOn,
  toEvmAddress,
  toHex,
  type ChainId,
} from '../protocol/index.ts';
import { CorridorError } from './errors.ts';
import type { Hex } from './types.ts';

/**
 * The 32 bytes of an address on a chain: of a contract's 20 or 32 bytes, or of an id on Sui.
 * @throws CorridorError `InvalidAddress`
 */
export function toAddress(chain: ChainId, address: string | Uint8Array): Uint8Array {
  const isEvm = chainFamily(chain) === 'evm';
  const wrong = (): never => {
    const form = isEvm ? '20 bytes, or those behind 12 zero bytes' : '32 bytes';
    const text = typeof address === 'string' ? address : toHex(address);
    const message = `${text} is no address on chain ${chain}: that has ${form} and is not zero`;
    throw new CorridorError('InvalidAddress', message);
  };
  let bytes: Uint8Array;
  try {
    bytes = typeof address === 'string' ? fromHex(address) : address;
  } catch {
    return wrong();
  }
  const padded = isEvm && bytes.length === 20 ? fromEvmAddress(bytes) : bytes;
  return isAddressOn(chain, padded) ? padded : wrong();
}

/** An address as its chain writes it: 20 bytes on EVM, 32 on Sui, in hex. */
export function showAddress(chain: ChainId, address: Uint8Array): Hex {
  return toHex(chainFamily(chain) === 'evm' ? toEvmAddress(address) : address);
}

/**
 * A message id in lower-case hex.
 * @throws CorridorError `InvalidAddress`
 */
export function toMessageId(id: string | Uint8Array): Hex {
  const text = typeof id === 'string' ? id.toLowerCase() : toHex(id);
  if (!/^0x[0-9a-f]{64}$/.test(text)) throw new CorridorError('InvalidAddress', 'a message id is 0x and 64 hex digits');
  return text as Hex;
}

/** Body or other bytes, given as such or in hex. */
export function toBytes(value: Uint8Array | Hex): Uint8Array {
  return typeof value === 'string' ? fromHex(value) : value;
}
