/// Binary Canonical Serialization. Decoding is in `sui::bcs`.
module std::bcs;

/// The BCS encoding of `v`.
public native fun to_bytes<MoveValue>(v: &MoveValue): vector<u8>;
