// Honest values that the cases start from.
import { evmAddress, filler, patched, uint, zeros } from '../bytes.ts';
import type { Message } from '../reference.ts';

export const EVM_CHAIN = 1n;
export const OTHER_EVM_CHAIN = 11155111n;
export const SUI_CHAIN = 0x5300000035834a8an;
export const OTHER_SUI_CHAIN = 0x530000004c78adacn;
/** Exceeds what a double can count, so that a decoder that goes through one loses its last bit. */
export const WIDE_EVM_CHAIN = 2n ** 53n + 1n;

/** Addresses that are not well formed on an EVM chain. */
export const BAD_EVM_ADDRESSES: readonly (readonly [about: string, address: Buffer])[] = [
  ['zero', zeros(32)],
  ['the first byte is not zero', patched(evmAddress('padded'), 0, [0x80])],
  ['the last byte of the padding is not zero', patched(evmAddress('padded'), 11, [1])],
  ['padding is not zero and the rest is', patched(zeros(32), 11, [1])],
  ['a Sui object id', filler('object', 32)],
];

/** The same for places where a second look at every one would only repeat the first. */
export const FEW_BAD_EVM_ADDRESSES = BAD_EVM_ADDRESSES.slice(1, 3);

/** Addresses at the edges of what is well formed on an EVM chain. */
export const GOOD_EVM_ADDRESSES: readonly (readonly [about: string, address: Buffer])[] = [
  ['one', uint(1, 32)],
  ['only the first of the 20 bytes is set', patched(zeros(32), 12, [0x80])],
  ['all ones', uint(2n ** 160n - 1n, 32)],
];

/** Addresses at the edges of what is well formed on Sui. */
export const GOOD_SUI_ADDRESSES: readonly (readonly [about: string, address: Buffer])[] = [
  ['the first 12 bytes are zero', evmAddress('short object')],
  ['one', uint(1, 32)],
  ['only the first byte is set', patched(zeros(32), 0, [1])],
  ['all ones', uint(2n ** 256n - 1n, 32)],
];

/** Address of an outbox on a chain. */
export function outboxOf(chain: bigint): Buffer {
  return chain >> 56n === 0n ? evmAddress(`outbox ${chain}`) : filler(`outbox ${chain}`, 32);
}

const party = (chain: bigint, label: string): Buffer =>
  chain >> 56n === 0n ? evmAddress(`${label} ${chain}`) : filler(`${label} ${chain}`, 32);

/** An honest message between two chains, with changes. */
export function sampleMessage(originChain: bigint, destinationChain: bigint, changes: Partial<Message> = {}): Message {
  return {
    kind: 0,
    originChain,
    destinationChain,
    nonce: 2n ** 48n + 7n,
    sender: party(originChain, 'sender'),
    recipient: party(destinationChain, 'recipient'),
    executionGas: 200_000,
    body: filler('body', 6),
    ...changes,
  };
}
