/// What all integer instructions make of all pairs of numbers at the edges.
#[test_only]
module observed::numbers;

use observed::show::{log, show};

macro fun pairs<$T>($edges: vector<$T>, $max: $T, $width: u8) {
    let edges = $edges;
    let (max, width) = ($max, $width as u16);
    let mut seen = vector[];
    edges.do!(|a| edges.do!(|b| {
        log(&mut seen, vector[a & b, a | b, a ^ b]);
        log(&mut seen, vector[a < b, a > b, a <= b, a >= b, a == b, a != b]);
        if (b != 0) log(&mut seen, vector[a / b, a % b]);
        if (a <= max - b) log(&mut seen, a + b);
        if (a >= b) log(&mut seen, a - b);
        if (b == 0 || a <= max / b) log(&mut seen, a * b);
        if (b <= 255) {
            let by = (b as u16) % width;
            log(&mut seen, vector[a << (by as u8), a >> (by as u8)]);
        };
        if (a <= 0xFF) log(&mut seen, a as u8);
        if (a <= 0xFF) log(&mut seen, a as u16);
        log(&mut seen, a as u256);
    }));
    show!(seen)
}

#[test]
fun pairs_of_u8() {
    pairs!(vector[0u8, 1, 2, 3, 7, 8, 15, 16, 17, 127, 128, 129, 200, 254, 255], 255, 8)
}

#[test]
fun pairs_of_u16() {
    pairs!(
        vector[0u16, 1, 2, 3, 8, 15, 255, 256, 257, 32767, 32768, 40000, 65534, 65535],
        65535,
        16,
    )
}

#[test]
fun pairs_of_u32() {
    pairs!(
        vector[
            0u32,
            1,
            2,
            3,
            31,
            255,
            256,
            65535,
            65536,
            65537,
            2147483647,
            2147483648,
            3000000000,
            4294967294,
            4294967295,
        ],
        4294967295,
        32,
    )
}

#[test]
fun pairs_of_u64() {
    pairs!(
        vector[
            0u64,
            1,
            2,
            3,
            63,
            255,
            65536,
            4294967295,
            4294967296,
            4294967297,
            9007199254740991,
            9007199254740993,
            9223372036854775807,
            9223372036854775808,
            18446744073709551614,
            18446744073709551615,
        ],
        18446744073709551615,
        64,
    )
}

#[test]
fun pairs_of_u128() {
    pairs!(
        vector[
            0u128,
            1,
            2,
            3,
            127,
            255,
            18446744073709551615,
            18446744073709551616,
            18446744073709551617,
            170141183460469231731687303715884105727,
            170141183460469231731687303715884105728,
            340282366920938463463374607431768211454,
            340282366920938463463374607431768211455,
        ],
        340282366920938463463374607431768211455,
        128,
    )
}

#[test]
fun pairs_of_u256() {
    pairs!(
        vector[
            0u256,
            1,
            2,
            3,
            127,
            128,
            255,
            340282366920938463463374607431768211455,
            340282366920938463463374607431768211456,
            340282366920938463463374607431768211457,
            1 << 255,
            (1 << 255) - 1,
            std::u256::max_value!() - 1,
            std::u256::max_value!(),
        ],
        std::u256::max_value!(),
        255,
    )
}

#[test]
fun library_functions() {
    let mut seen = vector[];
    vector[0u64, 1, 2, 15, 16, 17, 9007199254740993, 18446744073709551615].do!(|a| {
        log(
            &mut seen,
            vector[
                a.bitwise_not(),
                a.sqrt(),
                a.max(7),
                a.min(7),
                a.diff(1000),
                a.divide_and_round_up(3),
            ],
        );
        log(&mut seen, a.to_string());
        log(&mut seen, a.try_as_u8());
        log(&mut seen, a.try_as_u32());
    });
    log(&mut seen, 3u256.pow(161));
    log(&mut seen, 7u128.pow(45));
    log(&mut seen, 2u8.pow(7));
    show!(seen)
}
