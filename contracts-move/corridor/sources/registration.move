/// The registration that a quote's report data commits to, docs/spec/protocol.md section 9.
///
/// | offset | bytes | field |
/// |---|---|---|
/// | 0 | 32 | tag `corridor.registration.v1` |
/// | 32 | 8 | chain of the registry |
/// | 40 | 32 | registry |
/// | 72 | 32 | operator |
/// | 104 | 32 | challenge |
/// | 136 | 32 | signer address, left-padded |
/// | 168 | 32 | X25519 encryption public key |
/// | 200 | 32 | configuration hash |
///
/// Report data is 64 bytes: `hash(registration)`, then 32 zero bytes.
module corridor::registration;

use corridor::{chain, reader, tag, wire};

/// The chain is not a valid chain id.
const EInvalidRegistrationChain: u64 = 1;
/// The registry is not well formed for the chain.
const EInvalidRegistrationRegistry: u64 = 2;
/// The operator is not well formed for the chain.
const EInvalidRegistrationOperator: u64 = 3;
/// The challenge is zero.
const EInvalidRegistrationChallenge: u64 = 4;
/// The signer is zero, or wider than the 20 bytes of an address.
const EInvalidRegistrationSigner: u64 = 5;
/// The encryption key is zero.
const EInvalidRegistrationEncryptionKey: u64 = 6;
/// The configuration hash is zero.
const EInvalidRegistrationConfiguration: u64 = 7;
/// Report data is not 64 bytes.
const EInvalidReportDataLength: u64 = 8;
/// The second half of the report data is not zero.
const EInvalidReportDataPadding: u64 = 9;
/// The first half of the report data is another hash.
const EInvalidReportData: u64 = 10;

const REPORT_DATA_LENGTH: u64 = 64;

/// A well-formed registration.
public struct Registration has drop {
    chain: u64,
    registry: address,
    operator: address,
    challenge: address,
    signer: address,
    encryption_key: address,
    configuration_hash: address,
}

/// The wire format; integers are reversed (see `corridor::wire`).
public struct Encoding has drop {
    tag: address,
    chain: u64,
    registry: address,
    operator: address,
    challenge: address,
    signer: address,
    encryption_key: address,
    configuration_hash: address,
}

/// A registration of the given fields. The signer is a 20-byte address after 12 zero bytes.
///
/// Aborts, in this order, with `EInvalidRegistrationChain`, `EInvalidRegistrationRegistry`,
/// `EInvalidRegistrationOperator`, `EInvalidRegistrationChallenge`, `EInvalidRegistrationSigner`,
/// `EInvalidRegistrationEncryptionKey`, `EInvalidRegistrationConfiguration`.
public(package) fun new(
    chain: u64,
    registry: address,
    operator: address,
    challenge: address,
    signer: address,
    encryption_key: address,
    configuration_hash: address,
): Registration {
    assert!(chain::is_valid(chain), EInvalidRegistrationChain);
    assert!(chain::is_well_formed(registry, chain), EInvalidRegistrationRegistry);
    assert!(chain::is_well_formed(operator, chain), EInvalidRegistrationOperator);
    assert!(challenge != @0x0, EInvalidRegistrationChallenge);
    assert!(signer != @0x0 && signer.to_u256() >> 160 == 0, EInvalidRegistrationSigner);
    assert!(encryption_key != @0x0, EInvalidRegistrationEncryptionKey);
    assert!(configuration_hash != @0x0, EInvalidRegistrationConfiguration);
    Registration {
        chain,
        registry,
        operator,
        challenge,
        signer,
        encryption_key,
        configuration_hash,
    }
}

/// `hash(registration)`, the first half of the report data.
public fun hash(self: &Registration): address {
    wire::hash(
        &Encoding {
            tag: tag::registration(),
            chain: wire::reverse_u64(self.chain),
            registry: self.registry,
            operator: self.operator,
            challenge: self.challenge,
            signer: self.signer,
            encryption_key: self.encryption_key,
            configuration_hash: self.configuration_hash,
        },
    )
}

/// Checks that `report_data`, from a verified quote, commits to this registration and to nothing
/// else.
///
/// Aborts, in this order, with `EInvalidReportDataLength`, `EInvalidReportDataPadding`,
/// `EInvalidReportData`.
public(package) fun check_report_data(self: &Registration, report_data: vector<u8>) {
    assert!(report_data.length() == REPORT_DATA_LENGTH, EInvalidReportDataLength);
    let mut reader = reader::new(report_data);
    let committed = reader.read_word();
    let padding = reader.read_word();
    reader.finish();
    assert!(padding == @0x0, EInvalidReportDataPadding);
    assert!(committed == self.hash(), EInvalidReportData);
}
