/// Sixteen security version numbers of one byte each, compared at one go.
///
/// Each stands in a lane of 16 bits, the first in the most significant: so the order of the numbers as
/// integers is that of comparing left to right, and the top bit of each lane is free for a comparison of
/// all lanes in four instructions.
module dcap::svn;

/// The top bit of each lane.
const TOP_BITS: u256 = 0x8000800080008000800080008000800080008000800080008000800080008000;
/// The greatest number in each of the first two lanes.
const FIRST_TWO: u256 = 0x00ff00ff00000000000000000000000000000000000000000000000000000000;

public struct Svns has copy, drop, store {
    lanes: u256,
}

/// None yet: sixteen times `push` makes them complete.
public(package) fun none(): Svns {
    Svns { lanes: 0 }
}

/// The numbers with one more behind them.
public(package) fun push(self: Svns, svn: u8): Svns {
    Svns { lanes: (self.lanes << 16) | (svn as u256) }
}

/// The numbers with three zeros more behind them.
public(package) fun push_three_zeros(self: Svns): Svns {
    Svns { lanes: self.lanes << 48 }
}

/// The 16 bytes at `at`.
public(package) fun read(bytes: &vector<u8>, at: u64): Svns {
    let mut lanes = 0;
    let mut i = at;
    while (i < at + 16) {
        lanes = (lanes << 16) | (bytes[i] as u256);
        i = i + 1;
    };
    Svns { lanes }
}

/// The numbers with the first two as great as can be, which no minimum exceeds.
public(package) fun without_first_two(self: Svns): Svns {
    Svns { lanes: self.lanes | FIRST_TWO }
}

/// Whether each number is at least its counterpart in `minimum`.
public(package) fun at_least(self: Svns, minimum: Svns): bool {
    // A lane keeps its top bit where nothing has to be borrowed from it; it never borrows from others.
    ((self.lanes | TOP_BITS) - minimum.lanes) & TOP_BITS == TOP_BITS
}

/// Whether, at the first difference, the number is below its counterpart in `other`.
public(package) fun is_below(self: Svns, other: Svns): bool {
    self.lanes < other.lanes
}
