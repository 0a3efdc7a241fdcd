#[test_only]
module corridor::reader_tests;

use corridor::{fixtures, reader};
use std::unit_test::assert_eq;
use sui::address;

#[test]
fun values_come_in_order() {
    let mut reader = reader::new(
        fixtures::join(vector[
            x"01",
            x"f2030405",
            x"f60708090a0b0c0d",
            fixtures::filler(32),
            x"0e",
        ]),
    );
    assert_eq!(reader.remaining(), 46);
    assert_eq!(reader.read_u8(), 0x01);
    assert_eq!(reader.read_u32(), 0xf2030405);
    assert_eq!(reader.read_u64(), 0xf60708090a0b0c0d);
    assert_eq!(reader.read_word(), address::from_bytes(fixtures::filler(32)));
    assert_eq!(reader.remaining(), 1);
    reader.skip(1);
    assert_eq!(reader.finish().length(), 46);
}

#[test]
fun rest_gives_what_is_left() {
    // Around the eight bytes that one turn of its loop moves.
    20u64.do!(|length| {
        5u64.do!(|offset| {
            let bytes = fixtures::filler(offset + length);
            let mut reader = reader::new(bytes);
            reader.skip(offset);
            assert_eq!(reader.read_rest(), fixtures::slice(&bytes, offset, offset + length));
        });
    });
}

#[test]
fun nothing_is_left_of_nothing() {
    assert_eq!(reader::new(vector[]).remaining(), 0);
    assert_eq!(reader::new(vector[]).finish(), vector[]);
    assert_eq!(reader::new(vector[]).read_rest(), vector[]);
    reader::new(vector[]).skip(0);
}

#[test, expected_failure(abort_code = corridor::reader::EUnexpectedEnd)]
fun byte_is_not_read_past_the_end() {
    reader::new(vector[]).read_u8();
}

#[test, expected_failure(abort_code = corridor::reader::EUnexpectedEnd)]
fun u32_is_not_read_past_the_end() {
    reader::new(fixtures::filler(3)).read_u32();
}

#[test, expected_failure(abort_code = corridor::reader::EUnexpectedEnd)]
fun u64_is_not_read_past_the_end() {
    reader::new(fixtures::filler(7)).read_u64();
}

#[test, expected_failure(abort_code = corridor::reader::EUnexpectedEnd)]
fun word_is_not_read_past_the_end() {
    let mut reader = reader::new(fixtures::filler(63));
    reader.read_word();
    reader.read_word();
}

#[test, expected_failure(abort_code = corridor::reader::EUnexpectedEnd)]
fun skip_stops_at_the_end() {
    reader::new(fixtures::filler(8)).skip(9);
}

#[test, expected_failure(abort_code = corridor::reader::EUnexpectedEnd)]
fun skip_does_not_overflow() {
    let mut reader = reader::new(fixtures::filler(8));
    reader.skip(8);
    reader.skip(0xffffffffffffffff);
}

#[test, expected_failure(abort_code = corridor::reader::ETrailingBytes)]
fun finish_refuses_trailing_bytes() {
    let mut reader = reader::new(fixtures::filler(9));
    reader.read_u64();
    reader.finish();
}
