/// What a judgement reads of a signing key: docs/spec/contracts.md section 2. Kept from its evidence, so that
/// anyone can have it judged again without a new quote.
module corridor::facts;

use corridor::evidence::Evidence;

/// What the evidence of a key said, and what it registered with.
public struct Facts has copy, drop, store {
    /// Numbers of the evidence verifier and of the entry of the allow list.
    verifier: u32,
    entry: u32,
    /// The operator's `OperatorCap`.
    operator: ID,
    tee_type: u8,
    tcb_status: u8,
    evaluation_number: u32,
    /// End of the evidence, in seconds since 1970.
    expires_at: u64,
    platform_id: address,
    platform_family: address,
    measurement: address,
    advisories: vector<u32>,
    encryption_key: address,
    configuration_hash: address,
}

public(package) fun new<W>(
    evidence: &Evidence<W>,
    verifier: u32,
    entry: u32,
    operator: ID,
    measurement: address,
    encryption_key: address,
    configuration_hash: address,
): Facts {
    Facts {
        verifier,
        entry,
        operator,
        tee_type: evidence.tee_type(),
        tcb_status: evidence.tcb_status(),
        evaluation_number: evidence.evaluation_number(),
        expires_at: evidence.expires_at(),
        platform_id: evidence.platform_id(),
        platform_family: evidence.platform_family(),
        measurement,
        advisories: evidence.advisories(),
        encryption_key,
        configuration_hash,
    }
}

public(package) fun verifier(self: &Facts): u32 {
    self.verifier
}

public(package) fun entry(self: &Facts): u32 {
    self.entry
}

public(package) fun operator(self: &Facts): ID {
    self.operator
}

public(package) fun tcb_status(self: &Facts): u8 {
    self.tcb_status
}

public(package) fun evaluation_number(self: &Facts): u32 {
    self.evaluation_number
}

public(package) fun expires_at(self: &Facts): u64 {
    self.expires_at
}

public(package) fun platform_id(self: &Facts): address {
    self.platform_id
}

public(package) fun platform_family(self: &Facts): address {
    self.platform_family
}

public(package) fun measurement(self: &Facts): address {
    self.measurement
}

public(package) fun advisories(self: &Facts): &vector<u32> {
    &self.advisories
}

public(package) fun encryption_key(self: &Facts): address {
    self.encryption_key
}
