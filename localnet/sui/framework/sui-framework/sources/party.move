/// Owners whose transactions are ordered by consensus.
module sui::party;

use sui::vec_map::{Self, VecMap};

/// Read, write, delete and transfer: four bits.
const ALL_PERMISSIONS: u64 = 0x0F;
const NO_PERMISSIONS: u64 = 0;

/// Who may do what with an object. So far only one owner with all permissions can be made.
public struct Party has copy, drop {
    default: Permissions,
    members: VecMap<address, Permissions>,
}

/// A set of permission bits.
public struct Permissions(u64) has copy, drop;

/// A party of one.
public fun single_owner(owner: address): Party {
    let mut members = vec_map::empty();
    members.insert(owner, Permissions(ALL_PERMISSIONS));
    Party { default: Permissions(NO_PERMISSIONS), members }
}

/// Gives `$obj` to the party, from the module that defines its type.
public macro fun transfer<$T: key>($self: Party, $obj: $T) {
    let party = $self;
    sui::transfer::party_transfer($obj, party)
}

/// Gives `$obj` to the party.
public macro fun public_transfer<$T: key + store>($self: Party, $obj: $T) {
    let party = $self;
    sui::transfer::public_party_transfer($obj, party)
}

public(package) fun is_single_owner(p: &Party): bool {
    if (p.default.0 != NO_PERMISSIONS || p.members.length() != 1) return false;
    let (_, permissions) = p.members.get_entry_by_idx(0);
    permissions.0 == ALL_PERMISSIONS
}

/// The default permissions, the members and their permissions.
public(package) fun into_native(p: Party): (u64, vector<address>, vector<u64>) {
    let Party { default, members } = p;
    let (addresses, sets) = members.into_keys_values();
    let mut permissions = vector[];
    let mut i = 0;
    while (i < sets.length()) {
        permissions.push_back(sets[i].0);
        i = i + 1;
    };
    (default.0, addresses, permissions)
}
