/// Addresses of pages and pictures. Nothing checks them.
module sui::url;

use std::ascii::String;

/// Any ASCII text.
public struct Url has copy, drop, store {
    url: String,
}

/// A URL, unchecked.
public fun new_unsafe(url: String): Url {
    Url { url }
}

/// A URL, unchecked. Aborts if the bytes are not ASCII.
public fun new_unsafe_from_bytes(bytes: vector<u8>): Url {
    Url { url: bytes.to_ascii_string() }
}

/// The text.
public fun inner_url(self: &Url): String {
    self.url
}

/// Replaces the text.
public fun update(self: &mut Url, url: String) {
    self.url = url
}
