//! The `Range` header (RFC 9110, 14.2): one range of bytes, or the whole.

use std::ops::Range;

/// What part of a file is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// All of it: nothing else was asked for, or nothing that is understood.
    Whole,
    /// These bytes, at least one.
    Part(Range<u64>),
    /// Bytes that are not there.
    Nothing,
}

/// Reads the header's value for a file of `length` bytes. Several ranges at once are answered with the whole, as
/// is what makes no sense: both are allowed, and nobody who fetches a photo needs more.
pub fn read(value: &[u8], length: u64) -> Wanted {
    match std::str::from_utf8(value).ok().and_then(bounds) {
        None => Wanted::Whole,
        Some(Bounds::Last(0)) => Wanted::Nothing,
        Some(Bounds::Last(_)) if length == 0 => Wanted::Nothing,
        Some(Bounds::Last(many)) => Wanted::Part(length.saturating_sub(many)..length),
        Some(Bounds::From(first, _)) if first >= length => Wanted::Nothing,
        Some(Bounds::From(first, last)) => {
            Wanted::Part(first..last.map_or(length, |last| length.min(last.saturating_add(1))))
        }
    }
}

enum Bounds {
    /// The first byte, and the last if it is named.
    From(u64, Option<u64>),
    /// So many at the end.
    Last(u64),
}

fn bounds(text: &str) -> Option<Bounds> {
    let (unit, range) = text.split_once('=')?;
    if !unit.eq_ignore_ascii_case("bytes") {
        return None;
    }
    let (first, last) = range.trim_matches([' ', '\t']).split_once('-')?;
    if first.is_empty() {
        return Some(Bounds::Last(number(last)?));
    }
    let first = number(first)?;
    if last.is_empty() {
        return Some(Bounds::From(first, None));
    }
    let last = number(last)?;
    (first <= last).then_some(Bounds::From(first, Some(last)))
}

/// Digits and nothing else; a number that is too large is as good as the largest.
fn number(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn one_range_is_a_part() {
        for (value, part) in [
            ("bytes=0-0", 0..1),
            ("bytes=0-99", 0..10),
            ("bytes=3-", 3..10),
            ("bytes=-4", 6..10),
            ("bytes=-40", 0..10),
            ("Bytes=9-18446744073709551615", 9..10),
            ("bytes=9-99999999999999999999999", 9..10),
            ("bytes= 2-3 ", 2..4),
        ] {
            assert_eq!(read(value.as_bytes(), 10), Wanted::Part(part), "{value}");
        }
    }

    #[test]
    fn what_is_not_there_is_nothing() {
        for value in [
            "bytes=10-",
            "bytes=10-12",
            "bytes=-0",
            "bytes=99999999999999999999-",
        ] {
            assert_eq!(read(value.as_bytes(), 10), Wanted::Nothing, "{value}");
        }
        assert_eq!(read(b"bytes=-1", 0), Wanted::Nothing);
        assert_eq!(read(b"bytes=0-", 0), Wanted::Nothing);
    }

    #[test]
    fn what_is_not_understood_is_the_whole() {
        for value in [
            "",
            "bytes",
            "bytes=",
            "bytes=-",
            "bytes=a-b",
            "bytes=5-4",
            "bytes=0-1,3-4",
            "lines=1-2",
            "bytes=+1-2",
            "bytes=0x1-2",
            "bytes=1--2",
            "bytes 1-2",
            "bytes=1 - 2",
        ] {
            assert_eq!(read(value.as_bytes(), 10), Wanted::Whole, "{value}");
        }
        assert_eq!(read(&[b'b', 0xff], 10), Wanted::Whole);
    }

    proptest! {
        #[test]
        fn a_part_is_never_empty_and_never_beyond_the_end(
            value in "(bytes=)?[0-9]{0,20}-?[0-9]{0,20}", length in any::<u64>(),
        ) {
            if let Wanted::Part(part) = read(value.as_bytes(), length) {
                prop_assert!(part.start < part.end && part.end <= length);
            }
        }
    }
}
