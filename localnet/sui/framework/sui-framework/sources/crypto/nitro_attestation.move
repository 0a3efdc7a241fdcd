/// AWS Nitro Enclave attestation documents.
module sui::nitro_attestation;

use sui::clock::Clock;

/// The network does not support it.
#[allow(unused_const)]
const ENotSupportedError: u64 = 0;
/// The document is malformed.
#[allow(unused_const)]
const EParseError: u64 = 1;
/// The certificate chain or signature is wrong or expired.
#[allow(unused_const)]
const EVerifyError: u64 = 2;
/// A PCR has a bad index or length.
#[allow(unused_const)]
const EInvalidPCRsError: u64 = 3;

/// One platform configuration register.
public struct PCREntry has drop {
    index: u8,
    value: vector<u8>,
}

/// A verified document. Natives build it: the fields and their order are part of the interface.
public struct NitroAttestationDocument has drop {
    module_id: vector<u8>,
    timestamp: u64,
    digest: vector<u8>,
    pcrs: vector<PCREntry>,
    public_key: Option<vector<u8>>,
    user_data: Option<vector<u8>>,
    nonce: Option<vector<u8>>,
}

/// Parses a COSE_Sign1 document and verifies it against the AWS root at the clock's time. Aborts with
/// `EParseError`, `EVerifyError` or `EInvalidPCRsError`.
entry fun load_nitro_attestation(attestation: vector<u8>, clock: &Clock): NitroAttestationDocument {
    load_nitro_attestation_internal(&attestation, clock.timestamp_ms())
}

/// Id of the enclave's security module.
public fun module_id(attestation: &NitroAttestationDocument): &vector<u8> {
    &attestation.module_id
}

/// When it was made, milliseconds since 1970.
public fun timestamp(attestation: &NitroAttestationDocument): &u64 {
    &attestation.timestamp
}

/// Name of the PCRs' hash function.
public fun digest(attestation: &NitroAttestationDocument): &vector<u8> {
    &attestation.digest
}

/// The registers that are set.
public fun pcrs(attestation: &NitroAttestationDocument): &vector<PCREntry> {
    &attestation.pcrs
}

/// The enclave's public key, if it gave one.
public fun public_key(attestation: &NitroAttestationDocument): &Option<vector<u8>> {
    &attestation.public_key
}

/// The enclave's user data, if it gave any.
public fun user_data(attestation: &NitroAttestationDocument): &Option<vector<u8>> {
    &attestation.user_data
}

/// The caller's nonce, if there was one.
public fun nonce(attestation: &NitroAttestationDocument): &Option<vector<u8>> {
    &attestation.nonce
}

/// Number of a register.
public fun index(entry: &PCREntry): u8 {
    entry.index
}

/// Value of a register, 32, 48 or 64 bytes.
public fun value(entry: &PCREntry): &vector<u8> {
    &entry.value
}

native fun load_nitro_attestation_internal(
    attestation: &vector<u8>,
    current_timestamp: u64,
): NitroAttestationDocument;
