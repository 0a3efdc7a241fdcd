// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Bools} from "./Bools.sol";
import {DerReader} from "./DerReader.sol";
import {Fault} from "./Documents.sol";
import {Memory} from "./Memory.sol";

/// @title Times
/// @notice Reads dates: UTCTime and GeneralizedTime of DER, RFC 5280 section 4.1.2.5, and `YYYY-MM-DDTHH:MM:SSZ`.
library Times {
    /// @notice What `secondsOf` gives for digits that are no date.
    uint256 internal constant NO_DATE = type(uint256).max;

    uint256 private constant UTC_TIME = 0x17;
    uint256 private constant GENERALIZED_TIME = 0x18;

    /// @dev Centuries as text.
    uint256 private constant TWENTY = 0x3230;
    uint256 private constant NINETEEN = 0x3139;

    /// @dev Separators of an ISO date of 20 bytes, and where they are.
    uint256 private constant ISO_SEPARATORS = 0x2d00002d00005400003a00003a00005a;
    uint256 private constant ISO_SEPARATOR_MASK = 0xff0000ff0000ff0000ff0000ff0000ff;

    /// @notice Reads a time of a certificate or CRL.
    /// @param position Where its element must start.
    /// @param end Where its parent ends.
    /// @param fault What to revert with when it is no date in the form of docs/spec/dcap.md section 4.
    /// @return time Seconds since 1970.
    /// @return next Where its element ends.
    function read(uint256 position, uint256 end, Fault fault) internal pure returns (uint256 time, uint256 next) {
        uint256 content;
        uint256 digits;
        uint256 length;
        if (Memory.byteAt(position) == GENERALIZED_TIME) {
            (content, next) = DerReader.element(position, end, GENERALIZED_TIME, fault);
            length = 15;
            digits = Memory.word(content) >> 144;
            // Earlier years are for UTCTime, compared as text.
            if (digits >> 80 < 0x32303530) fault.raise(content);
        } else {
            (content, next) = DerReader.element(position, end, UTC_TIME, fault);
            length = 13;
            digits = Memory.word(content) >> 160;
            digits = withCentury(digits);
        }
        unchecked {
            // Cannot wrap: an element ends behind its start, and its last byte lies in it.
            if (Bools.or(next - content != length, Memory.byteAt(next - 1) != 0x5a)) fault.raise(content);
        }
        time = secondsOf(digits);
        if (time == NO_DATE) fault.raise(content);
    }

    /// @notice Puts the century before a UTCTime: "20" before years below 50, "19" before the others.
    /// @param text 12 bytes `YYMMDDHHMMSS`, as a number.
    /// @return longer 14 bytes `YYYYMMDDHHMMSS`, as a number.
    function withCentury(uint256 text) internal pure returns (uint256 longer) {
        return text | ((text >> 88 < 0x35 ? TWENTY : NINETEEN) << 96);
    }

    /// @notice Reads a date `YYYY-MM-DDTHH:MM:SSZ`.
    /// @param text Its 20 bytes, as a number.
    /// @return time Seconds since 1970, or `NO_DATE`.
    function parseIso(uint256 text) internal pure returns (uint256 time) {
        if (text & ISO_SEPARATOR_MASK != ISO_SEPARATORS) return NO_DATE;
        return
            secondsOf(
                ((text >> 128) << 80) |
                    (uint256(uint16(text >> 104)) << 64) |
                    (uint256(uint16(text >> 80)) << 48) |
                    (uint256(uint16(text >> 56)) << 32) |
                    (uint256(uint16(text >> 32)) << 16) |
                    uint16(text >> 8)
            );
    }

    /// @notice The time that digits name.
    /// @param text 14 bytes `YYYYMMDDHHMMSS`, as a number.
    /// @return time Seconds since 1970, or `NO_DATE` where one is no digit, or where they are no date from 1970 on.
    function secondsOf(uint256 text) internal pure returns (uint256 time) {
        // Every verification reads two dates; in the language one takes twice the gas. Touches no memory.
        assembly ("memory-safe") {
            let digits := xor(text, 0x3030303030303030303030303030)
            // Per byte: 0x76 carries a digit above 9 into the highest bit. One that has that bit already may disturb the
            // bytes above it, and is refused with them.
            let faults := and(or(digits, add(digits, 0x7676767676767676767676767676)), 0x8080808080808080808080808080)
            // Seven lanes of 16 bits with a number below 100 each: century, year, month, day, hour, minute, second.
            let lanes := 0x00ff00ff00ff00ff00ff00ff00ff
            digits := add(mul(and(shr(8, digits), lanes), 10), and(digits, lanes))
            let year := add(mul(shr(96, digits), 100), and(shr(80, digits), 0xff))
            let month := and(shr(64, digits), 0xff)
            let day := and(shr(48, digits), 0xff)
            let hour := and(shr(32, digits), 0xff)
            let minute := and(shr(16, digits), 0xff)
            let second := and(digits, 0xff)
            // Zero for a month that is none, so that it has no day.
            let length := byte(month, 0x001f1c1f1e1f1e1f1f1e1f1e1f00000000000000000000000000000000000000)
            // A leap year: divisible by 4, and not by 100 or by 400 too; that is, by 16 if by 25.
            if eq(month, 2) {
                length := add(length, iszero(and(year, or(3, mul(15, iszero(mod(year, 25)))))))
            }
            faults := or(faults, or(lt(year, 1970), or(iszero(day), gt(day, length))))
            faults := or(faults, or(gt(hour, 23), or(gt(minute, 59), gt(second, 59))))
            // Years are counted from March, so that leap days come last in them; months from March, from 0.
            let isEarly := lt(month, 3)
            year := sub(year, isEarly)
            month := sub(add(month, mul(12, isEarly)), 3)
            let dayCount := add(mul(365, year), shr(2, year))
            dayCount := add(sub(dayCount, div(year, 100)), div(year, 400))
            dayCount := add(add(dayCount, div(add(mul(153, month), 2), 5)), day)
            // 1970-01-01 is day 719,469 counted from 1.
            time := add(mul(sub(dayCount, 719469), 86400), add(mul(hour, 3600), add(mul(minute, 60), second)))
            if faults {
                time := not(0)
            }
        }
    }
}
