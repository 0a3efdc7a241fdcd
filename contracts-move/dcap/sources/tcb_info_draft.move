/// Uploading TCB info in as many transactions as it takes.
///
/// A draft is an object of the uploader's. Its life:
///
/// 1. `new`, and `append` for each 16,352 bytes of the document, in words: 511 of them fill an argument;
/// 2. `open`, which checks Intel's signature over the whole, before anything is read;
/// 3. `read`, as often as it takes: 2,000 to 10,000 instructions a level in practice, 34,000 at most;
/// 4. `admit`, which stores what was read and is the end of the draft; or `discard`.
///
/// A document of Intel's takes one transaction in practice. The bound on objects, 250 KB, is the bound of
/// a document. Nobody but the owner can change a draft, and
/// nothing of it counts before `admit`, which aborts unless the document was read to its end.
module dcap::tcb_info_draft;

use dcap::{collateral::{Self, CollateralStore}, json, tcb_info::{Self, Reader}};
use sui::clock::Clock;

/// DCAP-60: the signature is not 64 bytes, or the TCB signing key did not sign the document.
const EInvalidTcbInfoSignature: u64 = 60;
/// The draft is open: nothing can be added.
const EDraftIsOpen: u64 = 203;
/// The draft is not open: its signature has to be checked first.
const EDraftIsNotOpen: u64 = 204;
/// The draft was opened with another store.
const EOtherStore: u64 = 205;

/// TCB info on its way into a store.
public struct TcbInfoDraft has key, store {
    id: UID,
    /// What is collected, until it is opened.
    words: vector<u256>,
    opened: Option<Opened>,
}

/// A document that is signed.
public struct Opened has drop, store {
    store: ID,
    /// SHA-256 of the TCB signing certificate.
    signer: address,
    reader: Reader,
}

/// A draft without a byte.
public fun new(ctx: &mut TxContext): TcbInfoDraft {
    TcbInfoDraft { id: object::new(ctx), words: vector[], opened: option::none() }
}

/// Adds words of 32 bytes of the document, the first byte of each in the least significant place, zeros
/// behind the document's end.
///
/// Aborts with `EDraftIsOpen`.
public fun append(self: &mut TcbInfoDraft, words: vector<u256>) {
    assert!(self.opened.is_none(), EDraftIsOpen);
    if (self.words.is_empty()) {
        self.words = words;
    } else {
        let mine = &mut self.words;
        let count = words.length();
        let mut i = 0;
        while (i < count) {
            mine.push_back(words[i]);
            i = i + 1;
        };
    }
}

/// Checks the signature, 64 bytes r and s, over the document of `length` bytes. `signer` is the SHA-256
/// of the TCB signing certificate.
///
/// Aborts with `EDraftIsOpen`; with the first rule broken of DCAP-80, DCAP-101, DCAP-102, DCAP-60; with
/// `dcap::json::EInvalidWords` if the words do not have that length.
public fun open(
    self: &mut TcbInfoDraft,
    store: &CollateralStore,
    length: u64,
    signature: vector<u8>,
    signer: address,
    clock: &Clock,
) {
    assert!(self.opened.is_none(), EDraftIsOpen);
    let certificate = store.tcb_signer(signer, collateral::seconds(clock));
    let words = self.words;
    self.words = vector[];
    let json = json::new(words, length, tcb_info::malformed());
    assert!(certificate.has_signed(&json.document(), &signature), EInvalidTcbInfoSignature);
    let reader = tcb_info::reader(json);
    self.opened.fill(Opened { store: object::id(store), signer, reader });
}

/// Reads up to `steps` parts more: first what precedes the arrays, then heads of module identities and
/// levels, one in each step. 337 steps read any document.
///
/// Aborts with `EDraftIsNotOpen`; with the first rule broken of DCAP-61 to DCAP-66.
public fun read(self: &mut TcbInfoDraft, steps: u64) {
    assert!(self.opened.is_some(), EDraftIsNotOpen);
    self.opened.borrow_mut().reader.read(steps);
}

/// Whether the document is read to its end.
public fun is_read(self: &TcbInfoDraft): bool {
    self.opened.is_some() && self.opened.borrow().reader.is_read()
}

/// Stores what was read.
///
/// Aborts with `EDraftIsNotOpen`, `EOtherStore`, `dcap::tcb_info::EUnfinishedTcbInfo`; with the first
/// rule broken of DCAP-80, DCAP-101, DCAP-102, DCAP-67, DCAP-68, DCAP-81.
public fun admit(self: TcbInfoDraft, store: &mut CollateralStore, clock: &Clock) {
    let TcbInfoDraft { id, words: _, opened } = self;
    id.delete();
    assert!(opened.is_some(), EDraftIsNotOpen);
    let Opened { store: store_id, signer, reader } = opened.destroy_some();
    assert!(store_id == object::id(store), EOtherStore);
    let now = collateral::seconds(clock);
    // Again: the certificate may have expired, or been revoked, since the draft was opened.
    let certificate = store.tcb_signer(signer, now);
    store.put_tcb_info(reader.finish(now), &certificate);
}

/// Gives a draft up.
public fun discard(self: TcbInfoDraft) {
    let TcbInfoDraft { id, words: _, opened: _ } = self;
    id.delete();
}
