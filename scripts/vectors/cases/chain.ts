import { hex, uint } from '../bytes.ts';
import { newSuite } from '../suite.ts';
import type { Suite } from '../suite.ts';

/** Section 2. */
export function chainSuite(): Suite {
  const { valid, invalid, suite } = newSuite('chain', 2);
  const sui = (identifier: number, padding = 0): bigint =>
    BigInt(`0x53${hex(uint(padding, 3)).slice(2)}00000000`) + BigInt(identifier);

  const good: [about: string, chain: bigint][] = [
    ['the lowest EVM chain', 1n],
    ['EVM, a testnet', 11155111n],
    ['EVM, localnet', 31337n],
    ['EVM, one above 32 bits', 2n ** 32n],
    ['EVM, one above what a double can count', 2n ** 53n + 1n],
    ['EVM, the last seven bytes have their top bit set', 2n ** 55n],
    ['the highest EVM chain', 2n ** 56n - 1n],
    ['Sui', sui(0x35834a8a)],
    ['Sui, the identifier is zero', sui(0)],
    ['Sui, the identifier is one', sui(1)],
    ['Sui, the highest identifier', sui(0xffffffff)],
  ];
  for (const [about, chain] of good) valid('validate', about, { chain: String(chain) });

  const bad: [about: string, chain: bigint][] = [
    ['zero', 0n],
    ['one above the highest EVM chain: family 1', 2n ** 56n],
    ['family 1 with an EVM id', 2n ** 56n + 1n],
    ['family 0x52', 0x5200000035834a8an],
    ['the highest id below the Sui family', 0x52ffffffffffffffn],
    ['family 0x54', 0x5400000035834a8an],
    ['Sui, padding is not zero: first byte, highest bit', sui(0x35834a8a, 0x800000)],
    ['Sui, padding is not zero: first byte, lowest bit', sui(0x35834a8a, 0x010000)],
    ['Sui, padding is not zero: second byte', sui(0x35834a8a, 0x000100)],
    ['Sui, padding is not zero: third byte', sui(0x35834a8a, 0x000001)],
    ['Sui, padding is not zero and the identifier is', sui(0, 1)],
    ['Sui, all ones', 0x53ffffffffffffffn],
    ['family 0x7f', 2n ** 63n - 1n],
    ['family 0x80', 2n ** 63n],
    ['family 0xd3: Sui with its top bit set', 0xd300000035834a8an],
    ['all ones', 2n ** 64n - 1n],
  ];
  for (const [about, chain] of bad) invalid('validate', about, { chain: String(chain) }, 'InvalidChain');

  const identifiers: [about: string, identifier: number][] = [
    ['an identifier', 0x35834a8a],
    ['zero', 0],
    ['one', 1],
    ['the top bit set', 0x80000000],
    ['all ones', 0xffffffff],
  ];
  for (const [about, identifier] of identifiers) valid('sui', about, { identifier: hex(uint(identifier, 4)) });
  return suite;
}

/** Section 3. */
export function nonceSuite(): Suite {
  const { valid, suite } = newSuite('nonce', 3);
  const good: [about: string, nonce: bigint][] = [
    ['zero', 0n],
    ['the second message of the first generation', 1n],
    ['one above what a double can count', 2n ** 53n + 1n],
    ['one above 32 bits', 2n ** 32n],
    ['the last sequence of generation 0', 2n ** 48n - 1n],
    ['the first sequence of generation 1', 2n ** 48n],
    ['generation and sequence differ in every byte', 0x0102030405060708n],
    ['the last sequence of generation 1', 2n ** 49n - 1n],
    ['generation with its top bit set', 2n ** 63n],
    ['the last generation, first sequence', 0xffff000000000000n],
    ['the last sequence of the last generation but one', 0xfffeffffffffffffn],
    ['the highest nonce', 2n ** 64n - 1n],
  ];
  for (const [about, nonce] of good) valid('split', about, { nonce: String(nonce) });
  return suite;
}
