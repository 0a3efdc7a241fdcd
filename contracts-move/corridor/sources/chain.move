/// Chain ids, docs/spec/protocol.md section 2, and the rule by which a 32-byte address suits a chain
/// (section 1).
///
/// A chain id is a `u64` whose top byte is the chain's family:
///
/// | family byte | chain | rest |
/// |---|---|---|
/// | `0x00` | EVM | the EIP-155 chain id, 1 to 2^56 - 1 |
/// | `0x53` | Sui | three zero bytes, then the four bytes of the chain identifier |
module corridor::chain;

/// The id stands alone and is not valid. A structure that holds an invalid id aborts with its own
/// error, named after the field.
const EInvalidChain: u64 = 1;

const EVM_FAMILY: u64 = 0x00;
const SUI_FAMILY: u64 = 0x53;

/// What the upper four bytes of every Sui chain id are.
const SUI_PREFIX: u64 = 0x53000000;

/// Whether `chain` is a valid chain id.
public fun is_valid(chain: u64): bool {
    if (chain >> 56 == EVM_FAMILY) chain != 0 else chain >> 32 == SUI_PREFIX
}

/// The family byte of a chain id: 0x00 for EVM, 0x53 for Sui.
///
/// Aborts with `EInvalidChain` if the id is not valid.
public fun family(chain: u64): u8 {
    assert!(is_valid(chain), EInvalidChain);
    (chain >> 56) as u8
}

/// Whether a valid chain id is that of an EVM chain.
public(package) fun is_evm(chain: u64): bool {
    chain >> 56 == EVM_FAMILY
}

/// The id of the Sui chain whose genesis checkpoint digest starts with `identifier`, its four bytes
/// read as a big-endian integer.
public fun from_sui_identifier(identifier: u32): u64 {
    (SUI_FAMILY << 56) | (identifier as u64)
}

/// Whether `account` is well formed for `chain`, which the caller has found valid: not all zero, and
/// on an EVM chain 12 zero bytes followed by the 20 bytes of the address.
public fun is_well_formed(account: address, chain: u64): bool {
    // The native that turns an address into an integer is called only where it decides something.
    account != @0x0 && (chain >> 56 != EVM_FAMILY || account.to_u256() >> 160 == 0)
}
