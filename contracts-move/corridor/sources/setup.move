/// The end of the set-up, see `corridor::authority`: from here on messages can be sent, keys registered and
/// statements accepted, and every delay applies.
module corridor::setup;

use corridor::{authority::{Authority, SetupCap}, inbox::Inbox, outbox::Outbox, registry::Registry};

/// Ends the set-up.
///
/// Aborts with `corridor::authority::ENotDeclared`.
public fun finish(
    cap: SetupCap,
    authority: &mut Authority,
    registry: &mut Registry,
    outbox: &mut Outbox,
    inbox: &mut Inbox,
) {
    let chain = authority.finish(cap);
    registry.open(chain);
    outbox.open(chain);
    inbox.open(chain);
}
