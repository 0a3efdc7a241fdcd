/// Recipients on Sui and how relayers find what they want called: docs/spec/contracts.md section 6.
///
/// A recipient is a `RecipientCap`: its id is the recipient's address, and it alone opens a
/// `corridor::delivery::Delivery` for that address. Keep it inside an object of the application.
///
/// A `Discovery` record names one function. A relayer calls it with the objects in order and then the
/// `Delivery`; a transaction context, if the function takes one last, is no argument. A relayer passes
/// nothing else: no coins and no objects of its own, and shared or immutable objects only. The record is
/// public and judged by nobody: what it names runs within the relayer's transaction.
module corridor::recipient;

use std::ascii::String;
use sui::dynamic_field;

/// More than 16 type arguments or objects, or a name above 128 bytes, of a type argument above 1,024.
const EInvalidDiscovery: u64 = 1;
/// Mutability is not said of exactly the objects that are named.
const EInvalidDiscoveryObjects: u64 = 2;

const MAX_ITEMS: u64 = 16;
const MAX_NAME: u64 = 128;
const MAX_TYPE: u64 = 1_024;

/// Opens what is delivered to its id. Anyone can make one.
public struct RecipientCap has key, store {
    id: UID,
}

/// Name of the dynamic field of a `RecipientCap` that holds its `Discovery`.
public struct DiscoveryKey() has copy, drop, store;

/// What to call to deliver to a recipient.
public struct Discovery has copy, drop, store {
    package: address,
    module_name: String,
    function: String,
    type_arguments: vector<String>,
    objects: vector<ObjectArgument>,
}

/// A shared or immutable object to pass.
public struct ObjectArgument has copy, drop, store {
    id: ID,
    is_mutable: bool,
}

/// A new recipient.
public fun new(ctx: &mut TxContext): RecipientCap {
    RecipientCap { id: object::new(ctx) }
}

/// The recipient's address.
public(package) fun to_address(self: &RecipientCap): address {
    self.id.to_address()
}

/// Publishes a recipient's record, in the place of an older one. `are_mutable` says of each object whether the
/// function takes it mutably; type arguments are written out in full.
///
/// Aborts with `EInvalidDiscovery`, `EInvalidDiscoveryObjects`.
public fun publish_discovery(
    self: &mut RecipientCap,
    package: address,
    module_name: String,
    function: String,
    type_arguments: vector<String>,
    objects: vector<ID>,
    are_mutable: vector<bool>,
) {
    assert!(
        type_arguments.length() <= MAX_ITEMS && objects.length() <= MAX_ITEMS,
        EInvalidDiscovery,
    );
    assert!(module_name.length() <= MAX_NAME && function.length() <= MAX_NAME, EInvalidDiscovery);
    assert!(objects.length() == are_mutable.length(), EInvalidDiscoveryObjects);
    let mut i = 0;
    while (i < type_arguments.length()) {
        assert!(type_arguments[i].length() <= MAX_TYPE, EInvalidDiscovery);
        i = i + 1;
    };
    let mut list = vector[];
    i = 0;
    while (i < objects.length()) {
        list.push_back(ObjectArgument { id: objects[i], is_mutable: are_mutable[i] });
        i = i + 1;
    };
    let discovery = Discovery { package, module_name, function, type_arguments, objects: list };
    if (dynamic_field::exists_(&self.id, DiscoveryKey())) {
        let _: Discovery = dynamic_field::remove(&mut self.id, DiscoveryKey());
    };
    dynamic_field::add(&mut self.id, DiscoveryKey(), discovery);
}
