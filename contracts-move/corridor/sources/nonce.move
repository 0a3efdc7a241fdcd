/// Nonces, docs/spec/protocol.md section 3. A nonce numbers the messages of a lane, which is an
/// origin outbox and a destination chain.
///
/// | bits | field |
/// |---|---|
/// | 63 to 48 | generation of the lane, u16 |
/// | 47 to 0 | sequence, u48, from 0 without gaps |
module corridor::nonce;

/// The sequence does not fit its 48 bits.
const EInvalidMessageNonce: u64 = 1;

const MAX_SEQUENCE: u64 = 0xffff_ffff_ffff;

/// The nonce of message `sequence` of a lane's `generation`.
///
/// Aborts with `EInvalidMessageNonce` if the sequence is above 2^48 - 1.
public(package) fun join(generation: u16, sequence: u64): u64 {
    assert!(sequence <= MAX_SEQUENCE, EInvalidMessageNonce);
    ((generation as u64) << 48) | sequence
}

/// The generation of the lane.
public fun generation(nonce: u64): u16 {
    (nonce >> 48) as u16
}

/// The number of the message within its generation.
public fun sequence(nonce: u64): u64 {
    nonce & MAX_SEQUENCE
}

/// Whether `count` consecutive nonces from `first` on, at least one, stay within its generation.
public(package) fun run_fits(first: u64, count: u64): bool {
    // Neither side can overflow: a sequence is below 2^48.
    count - 1 <= MAX_SEQUENCE - sequence(first)
}
