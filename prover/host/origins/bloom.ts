import { keccak256, type Hex } from 'viem';
import { fromHex } from '../../protocol/index.ts';

const BLOOM_BYTES = 256;

/**
 * Whether a block's logs bloom says that there may be a log with these values (an address, a topic). A header's hash
 * covers it, so a node cannot hide a log by leaving it out of an answer (Ethereum yellow paper, section 4.3.1).
 */
export function bloomHas(bloom: Hex, values: readonly Hex[]): boolean {
  const bits = fromHex(bloom);
  return values.every((value) => {
    const hash = fromHex(keccak256(value));
    return [0, 2, 4].every((at) => {
      const bit = ((hash[at]! << 8) | hash[at + 1]!) & 0x7ff;
      return (bits[BLOOM_BYTES - 1 - (bit >> 3)]! & (1 << (bit & 7))) !== 0;
    });
  });
}
