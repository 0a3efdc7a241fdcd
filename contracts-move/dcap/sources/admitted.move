/// What a collateral store keeps of the parts that it admitted: as much as later uploads and
/// verifications look at.
module dcap::admitted;

use dcap::{certificate::{Certificate, Issuer}, crl::Crl, p256::PublicKey};

/// A certificate that the root issued, as far as what rests on it needs it.
public struct Basis has copy, drop, store {
    serial: u256,
    /// Seconds since 1970.
    not_after: u64,
}

/// A TCB signing certificate.
public struct TcbSigner has copy, drop, store {
    basis: Basis,
    public_key: PublicKey,
}

/// A PCK CA, and its CRL once there is one.
public struct PckCa has drop, store {
    basis: Basis,
    issuer: Issuer,
    crl: Option<RevocationList>,
}

/// The serials that an issuer revoked; times in seconds since 1970.
public struct RevocationList has drop, store {
    this_update: u64,
    next_update: u64,
    revoked: vector<u256>,
}

/// A document, and the TCB signing certificate that it rests on.
public struct Signed<Document: drop + store> has drop, store {
    document: Document,
    signer: Basis,
}

public(package) fun tcb_signer(certificate: &Certificate): TcbSigner {
    TcbSigner { basis: basis_of(certificate), public_key: *certificate.public_key() }
}

public(package) fun pck_ca(certificate: &Certificate): PckCa {
    PckCa {
        basis: basis_of(certificate),
        issuer: certificate.as_issuer(),
        crl: option::none(),
    }
}

public(package) fun revocation_list(crl: &Crl): RevocationList {
    RevocationList {
        this_update: crl.this_update(),
        next_update: crl.next_update(),
        revoked: crl.revoked(),
    }
}

public(package) fun signed<Document: drop + store>(
    document: Document,
    signer: &TcbSigner,
): Signed<Document> {
    Signed { document, signer: signer.basis }
}

public(package) fun serial(self: &Basis): u256 {
    self.serial
}

public(package) fun not_after(self: &Basis): u64 {
    self.not_after
}

public(package) fun signer_basis(self: &TcbSigner): &Basis {
    &self.basis
}

/// Whether the 64 bytes of `signature`, r and s, are of `message` by the certificate's key.
public(package) fun has_signed(
    self: &TcbSigner,
    message: &vector<u8>,
    signature: &vector<u8>,
): bool {
    signature.length() == 64 && self.public_key.verify_at(message, signature, 0)
}

public(package) fun ca_basis(self: &PckCa): &Basis {
    &self.basis
}

public(package) fun issuer(self: &PckCa): &Issuer {
    &self.issuer
}

/// Puts a renewed certificate in place of the one that is there.
public(package) fun renew(self: &mut PckCa, certificate: &Certificate) {
    self.basis = basis_of(certificate);
}

public(package) fun crl(self: &PckCa): &Option<RevocationList> {
    &self.crl
}

public(package) fun crl_mut(self: &mut PckCa): &mut Option<RevocationList> {
    &mut self.crl
}

public(package) fun this_update(self: &RevocationList): u64 {
    self.this_update
}

public(package) fun next_update(self: &RevocationList): u64 {
    self.next_update
}

public(package) fun revoked(self: &RevocationList): &vector<u256> {
    &self.revoked
}

public(package) fun document<Document: drop + store>(self: &Signed<Document>): &Document {
    &self.document
}

public(package) fun document_basis<Document: drop + store>(self: &Signed<Document>): &Basis {
    &self.signer
}

fun basis_of(certificate: &Certificate): Basis {
    Basis { serial: certificate.serial(), not_after: certificate.not_after() }
}
