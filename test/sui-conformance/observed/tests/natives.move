/// Native functions over whole ranges of inputs.
#[test_only]
module observed::natives;

use observed::show::{log, show};
use std::{bcs::to_bytes, hash, string, type_name};
use sui::{
    address,
    clock,
    hash::{blake2b256, keccak256},
    hmac::hmac_sha3_256,
    nitro_attestation::load_nitro_attestation
};

public struct Plain has copy, drop, store { a: u8 }

public struct Marked<phantom A, B> has copy, drop, store { b: B }

public enum Choice<T> has copy, drop, store {
    None,
    One(T),
    Many { items: vector<T>, more: Option<T> },
}

fun pattern(n: u64): vector<u8> { vector::tabulate!(n, |i| ((i * 7 + n) % 256) as u8) }

#[test]
fun sha2_256_of_every_length() {
    let mut seen = vector[];
    300u64.do!(|n| seen.append(hash::sha2_256(pattern(n))));
    show!(seen)
}

#[test]
fun sha3_256_of_every_length() {
    let mut seen = vector[];
    300u64.do!(|n| seen.append(hash::sha3_256(pattern(n))));
    show!(seen)
}

#[test]
fun keccak256_of_every_length() {
    let mut seen = vector[];
    300u64.do!(|n| seen.append(keccak256(&pattern(n))));
    show!(seen)
}

#[test]
fun blake2b256_of_every_length() {
    let mut seen = vector[];
    300u64.do!(|n| seen.append(blake2b256(&pattern(n))));
    show!(seen)
}

#[test]
fun hmac_of_every_length() {
    let mut seen = vector[];
    150u64.do!(|n| seen.append(hmac_sha3_256(&pattern(n * 2), &pattern(300 - n))));
    show!(seen)
}

#[test]
fun utf8_of_all_starts() {
    // Every first byte, with edges of what may follow it.
    let mut seen = vector[];
    let next = x"007f808f909fa0bfc0ff";
    256u64.do!(|first| {
        let first = first as u8;
        log(&mut seen, string::try_utf8(vector[first]).is_some());
        next.do!(|second| {
            log(&mut seen, string::try_utf8(vector[first, second]).is_some());
            log(&mut seen, string::try_utf8(vector[first, second, 0x80]).is_some());
            log(&mut seen, string::try_utf8(vector[first, second, 0xBF, 0xBF]).is_some());
            log(&mut seen, string::try_utf8(vector[first, second, 0xBF, 0x7F]).is_some());
        });
    });
    show!(seen)
}

#[test]
fun searches_in_text() {
    let texts = vector[
        b"",
        b"a",
        b"aa",
        b"ab",
        b"aab",
        b"abaab",
        b"aabaabab",
        x"c3a9c3a8",
        b"mississippi",
        b"issi",
        b"ss",
    ];
    let mut seen = vector[];
    texts.do!(
        |text| texts.do!(|part| log(&mut seen, text.to_string().index_of(&part.to_string()))),
    );
    show!(seen)
}

#[test]
fun cuts_of_ascii_text() {
    let text = b"0123456789".to_string();
    let mut seen = vector[];
    11u64.do!(|i| 11u64.do!(|j| if (i <= j) log(&mut seen, text.substring(i, j))));
    show!(seen)
}

#[test]
fun names_of_types() {
    let mut seen = vector[];
    log(
        &mut seen,
        vector[type_name::with_defining_ids<bool>(), type_name::with_original_ids<address>()],
    );
    log(&mut seen, type_name::with_defining_ids<vector<vector<Plain>>>());
    log(&mut seen, type_name::with_defining_ids<Marked<Plain, u8>>());
    log(&mut seen, type_name::with_defining_ids<Marked<Marked<u16, vector<u32>>, Choice<u64>>>());
    log(&mut seen, type_name::with_original_ids<Marked<sui::sui::SUI, std::string::String>>());
    log(&mut seen, type_name::with_defining_ids<sui::coin::Coin<sui::sui::SUI>>());
    log(&mut seen, type_name::with_defining_ids<sui::dynamic_field::Field<vector<u8>, u256>>());
    log(&mut seen, vector[type_name::defining_id<Plain>(), type_name::original_id<Choice<u8>>()]);
    log(&mut seen, type_name::defining_id<sui::coin::Coin<Plain>>());
    show!(seen)
}

#[test]
fun bytes_of_values() {
    let mut seen = vector[];
    seen.append(
        to_bytes(
            &Choice::Many { items: vector[Plain { a: 1 }, Plain { a: 2 }], more: option::none() },
        ),
    );
    seen.append(to_bytes(&vector[Choice::One(@0x1), Choice::None]));
    seen.append(to_bytes(&Marked<u8, Choice<vector<u16>>> { b: Choice::One(vector[1, 2, 3]) }));
    seen.append(to_bytes(&vector::tabulate!(200, |i| Marked<bool, u128> { b: i as u128 })));
    seen.append(to_bytes(&vector[vector[true, false], vector[]]));
    seen.append(to_bytes(&vector[std::u256::max_value!(), 0, 1]));
    seen.append(to_bytes(&pattern(1000)));
    seen.append(to_bytes(&@0x1234));
    show!(hash::sha2_256(seen))
}

#[test]
fun addresses_of_numbers() {
    let mut seen = vector[];
    256u64.do!(|i| {
        let n = (1u256 << (i as u8)) + (i as u256);
        let a = address::from_u256(n);
        log(&mut seen, a);
        log(&mut seen, a.to_u256());
        log(&mut seen, address::from_bytes(a.to_bytes()) == a);
    });
    show!(seen)
}

#[test]
fun comparison_of_everything() {
    let mut seen = vector[];
    let choices = vector[
        Choice::None,
        Choice::One(1u8),
        Choice::One(2),
        Choice::Many { items: vector[1], more: option::none() },
        Choice::Many { items: vector[1], more: option::some(1) },
        Choice::Many { items: vector[], more: option::some(1) },
    ];
    choices.do!(|a| choices.do!(|b| log(&mut seen, a == b)));
    let bytes = vector[b"", b"a", b"b", b"ab", b"a\x00"];
    bytes.do!(|a| bytes.do!(|b| log(&mut seen, a == b)));
    bytes.do_ref!(|a| bytes.do_ref!(|b| log(&mut seen, a == b)));
    show!(seen)
}

#[test]
fun attestation_that_is_none() {
    let mut ctx = tx_context::dummy();
    let clock = clock::create_for_testing(&mut ctx);
    std::unit_test::destroy(load_nitro_attestation(b"no attestation", &clock));
    abort 9
}
