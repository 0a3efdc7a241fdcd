/// What a registry asks of an evidence verifier: docs/spec/contracts.md sections 1 and 3.
///
/// A verifier is a package of its own, with a witness type `W` that only it can make. It judges evidence in
/// whatever encoding and hands its findings over as an `Evidence<W>`, which lives in that transaction. The
/// registry takes evidence by the types that governance admitted and no other, and of each only such as rests
/// on the root of trust that governance admitted with it. So a finding is worth as much as its verifier, and
/// no caller can name a verifier or a root of its own.
module corridor::evidence;

use std::type_name::{Self, TypeName};

/// A field is zero that must not be, or attributes are longer than 32 bytes.
const EInvalidEvidence: u64 = 1;

const MAX_ATTRIBUTES: u64 = 32;
/// The code of `Revoked` in docs/spec/dcap.md section 1, which no verifier lets pass.
const REVOKED: u8 = 9;

/// What a vendor's hardware vouches for, as the verifier with the witness `W` found.
public struct Evidence<phantom W> has drop {
    root: address,
    vendor: u8,
    tee_type: u8,
    tcb_status: u8,
    evaluation_number: u32,
    expires_at: u64,
    platform_family: address,
    platform_id: address,
    report_data: vector<u8>,
    registers: vector<u8>,
    attributes: vector<u8>,
    launch: vector<u8>,
    advisories: vector<u32>,
}

/// A verifier with a root of trust, as it introduces itself to governance.
public struct Verifier has copy, drop, store {
    witness: TypeName,
    /// Names all that evidence rests on and that a caller must not choose: for DCAP the store of collateral,
    /// under whose root and CRLs it was judged.
    root: address,
    /// Whether it is the root of hardware that is on sale. Others are for local networks.
    is_production: bool,
}

/// Introduces the verifier with the witness `W` and a root.
///
/// Aborts with `EInvalidEvidence` if the root is zero.
public fun verifier<W: drop>(_: W, root: address, is_production: bool): Verifier {
    assert!(root != @0x0, EInvalidEvidence);
    Verifier { witness: type_name::with_original_ids<W>(), root, is_production }
}

/// Findings of the verifier with the witness `W`:
///
/// - `root`: the root of trust that all rests on;
/// - `vendor`: whose root it is, 1 for Intel;
/// - `tee_type`: 1 SGX, 2 TDX;
/// - `tcb_status`: code of docs/spec/dcap.md section 1, never 9;
/// - `evaluation_number`: edition of the collateral;
/// - `expires_at`: the earliest end of anything that this rests on, seconds since 1970;
/// - `platform_family`: left-aligned (FMSPC);
/// - `platform_id`: names the machine;
/// - `report_data`: what the program inside asked to be vouched for, 64 bytes;
/// - `registers`: MRENCLAVE; or MRTD, RTMR0, RTMR1, RTMR2, RTMR3;
/// - `attributes`: ATTRIBUTES, MISCSELECT; or TDATTRIBUTES, XFAM; as they stand in the report;
/// - `launch`: CONFIGID, CONFIGSVN; or MRCONFIGID, MROWNER, MROWNERCONFIG, MRSERVICETD (zero where the report
///   has none); as they stand in the report;
/// - `advisories`: numbers of the vendor's open security advisories, ascending without repeats.
///
/// Evidence that the host could debug must not come this far.
///
/// Aborts with `EInvalidEvidence`.
public fun new<W: drop>(
    _: W,
    root: address,
    vendor: u8,
    tee_type: u8,
    tcb_status: u8,
    evaluation_number: u32,
    expires_at: u64,
    platform_family: address,
    platform_id: address,
    report_data: vector<u8>,
    registers: vector<u8>,
    attributes: vector<u8>,
    launch: vector<u8>,
    advisories: vector<u32>,
): Evidence<W> {
    assert!(root != @0x0 && vendor != 0 && platform_id != @0x0, EInvalidEvidence);
    assert!(tcb_status > 0 && tcb_status < REVOKED, EInvalidEvidence);
    assert!(attributes.length() <= MAX_ATTRIBUTES, EInvalidEvidence);
    Evidence {
        root,
        vendor,
        tee_type,
        tcb_status,
        evaluation_number,
        expires_at,
        platform_family,
        platform_id,
        report_data,
        registers,
        attributes,
        launch,
        advisories,
    }
}

public(package) fun is_production(self: &Verifier): bool {
    self.is_production
}

/// Whether evidence is of this verifier and rests on its root.
public(package) fun is_from<W>(self: &Evidence<W>, verifier: &Verifier): bool {
    self.root == verifier.root && type_name::with_original_ids<W>() == verifier.witness
}

public(package) fun vendor<W>(self: &Evidence<W>): u8 {
    self.vendor
}

public(package) fun tee_type<W>(self: &Evidence<W>): u8 {
    self.tee_type
}

public(package) fun tcb_status<W>(self: &Evidence<W>): u8 {
    self.tcb_status
}

public(package) fun evaluation_number<W>(self: &Evidence<W>): u32 {
    self.evaluation_number
}

public(package) fun expires_at<W>(self: &Evidence<W>): u64 {
    self.expires_at
}

public(package) fun platform_family<W>(self: &Evidence<W>): address {
    self.platform_family
}

public(package) fun platform_id<W>(self: &Evidence<W>): address {
    self.platform_id
}

public(package) fun report_data<W>(self: &Evidence<W>): vector<u8> {
    self.report_data
}

public(package) fun registers<W>(self: &Evidence<W>): vector<u8> {
    self.registers
}

public(package) fun attributes<W>(self: &Evidence<W>): vector<u8> {
    self.attributes
}

public(package) fun launch<W>(self: &Evidence<W>): vector<u8> {
    self.launch
}

public(package) fun advisories<W>(self: &Evidence<W>): vector<u32> {
    self.advisories
}
