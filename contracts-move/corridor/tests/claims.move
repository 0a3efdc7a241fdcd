/// What a test says of an enclave, and the evidence that the tests' own verifier gives for it.
#[test_only]
module corridor::claims;

use corridor::{entry, evidence::{Self, Evidence}, fixtures, registration, signature};
use sui::address;

const START: u64 = 1_750_000_000;
const DAY: u64 = 86_400;
const TDX: u8 = 2;

/// The witness of the tests' own verifier, and one of another.
public struct Tester has drop {}
public struct Other has drop {}

/// What a test says of an enclave; `default` is that of enclave `i`.
public struct Claim has copy, drop {
    key: u64,
    operator: u64,
    root: address,
    vendor: u8,
    tcb_status: u8,
    evaluation_number: u32,
    expires_at: u64,
    family: address,
    platform: address,
    registers: vector<u8>,
    attributes: vector<u8>,
    launch: vector<u8>,
    advisories: vector<u32>,
    encryption_key: address,
    configuration: address,
    /// What the report data commits to instead, where it is another signer.
    committed_key: u64,
    verifier: u32,
    entry: u32,
}

public fun root(): address {
    @0x700f
}

public fun configuration(): address {
    @0xc0f1
}

public fun tester(): Tester {
    Tester {}
}

public fun other(): Other {
    Other {}
}

public fun registers(): vector<u8> {
    fixtures::filler(240)
}

/// All of TDATTRIBUTES' first four bytes: DEBUG and MIGRATABLE are among them.
public fun attributes_mask(): address {
    @0xffffffff00000000000000000000000000000000000000000000000000000000
}

public fun launch(): vector<u8> {
    vector::tabulate!(192, |_| 0)
}

public fun claim(i: u64): Claim {
    Claim {
        key: i + 1,
        operator: i % 3,
        root: root(),
        vendor: 1,
        tcb_status: 1,
        evaluation_number: 19,
        expires_at: START + 40 * DAY,
        family: @0x90c06f0000000000000000000000000000000000000000000000000000000000,
        platform: address::from_u256((0xb0b0 + i) as u256),
        registers: registers(),
        attributes: vector::tabulate!(16, |at| if (at < 4) 0 else 0xe7),
        launch: launch(),
        advisories: vector[],
        encryption_key: address::from_u256((0xe0e0 + i) as u256),
        configuration: configuration(),
        committed_key: i + 1,
        verifier: 1,
        entry: 1,
    }
}

public fun with_key(mut self: Claim, key: u64): Claim {
    self.key = key;
    self.committed_key = key;
    self
}

public fun with_operator(mut self: Claim, operator: u64): Claim {
    self.operator = operator;
    self
}

public fun with_root(mut self: Claim, root: address): Claim {
    self.root = root;
    self
}

public fun with_vendor(mut self: Claim, vendor: u8): Claim {
    self.vendor = vendor;
    self
}

public fun with_tcb_status(mut self: Claim, status: u8): Claim {
    self.tcb_status = status;
    self
}

public fun with_evaluation_number(mut self: Claim, number: u32): Claim {
    self.evaluation_number = number;
    self
}

public fun with_expiry(mut self: Claim, expires_at: u64): Claim {
    self.expires_at = expires_at;
    self
}

public fun with_platform(mut self: Claim, platform: address): Claim {
    self.platform = platform;
    self
}

public fun with_registers(mut self: Claim, registers: vector<u8>): Claim {
    self.registers = registers;
    self
}

public fun with_attributes(mut self: Claim, attributes: vector<u8>): Claim {
    self.attributes = attributes;
    self
}

public fun with_launch(mut self: Claim, launch: vector<u8>): Claim {
    self.launch = launch;
    self
}

public fun with_advisories(mut self: Claim, advisories: vector<u32>): Claim {
    self.advisories = advisories;
    self
}

public fun with_encryption_key(mut self: Claim, key: address): Claim {
    self.encryption_key = key;
    self
}

public fun with_configuration(mut self: Claim, configuration: address): Claim {
    self.configuration = configuration;
    self
}

public fun committing_to(mut self: Claim, key: u64): Claim {
    self.committed_key = key;
    self
}

public fun with_verifier(mut self: Claim, verifier: u32): Claim {
    self.verifier = verifier;
    self
}

public fun with_entry(mut self: Claim, entry: u32): Claim {
    self.entry = entry;
    self
}

/// The signer of a private key.
public fun signer_of(key: u64): address {
    let message = b"who are you";
    signature::recover(fixtures::sign(key, &message), &message)
}

public fun measurement(): address {
    entry::measurement(TDX, registers())
}

/// The evidence of a claim, for a challenge of an operator.
public fun evidence<W: drop>(
    self: &Claim,
    witness: W,
    chain: u64,
    registry: address,
    operator: address,
    challenge: address,
): Evidence<W> {
    let registration = registration::new(
        chain,
        registry,
        operator,
        challenge,
        signer_of(self.committed_key),
        self.encryption_key,
        self.configuration,
    );
    let mut report_data = registration.hash().to_bytes();
    report_data.append(@0x0.to_bytes());
    evidence::new(
        witness,
        self.root,
        self.vendor,
        TDX,
        self.tcb_status,
        self.evaluation_number,
        self.expires_at,
        self.family,
        self.platform,
        report_data,
        self.registers,
        self.attributes,
        self.launch,
        self.advisories,
    )
}

public fun key(self: &Claim): u64 {
    self.key
}

public fun operator(self: &Claim): u64 {
    self.operator
}

public fun verifier(self: &Claim): u32 {
    self.verifier
}

public fun entry(self: &Claim): u32 {
    self.entry
}

public fun encryption_key(self: &Claim): address {
    self.encryption_key
}

public fun configuration_of(self: &Claim): address {
    self.configuration
}
