//! Records: what goes in comes out, the bytes of this version never change, and damage is refused.

mod golden;
mod round;

use std::panic::catch_unwind;

use super::*;

/// A record's kind, with what its bytes turn into again.
struct Sample {
    name: String,
    bytes: Vec<u8>,
    again: fn(&[u8]) -> Result<Vec<u8>, DecodeError>,
}

fn sample<T: Record>(name: impl Into<String>, record: &T) -> Sample {
    Sample {
        name: name.into(),
        bytes: encode(record),
        again: |bytes| decode::<T>(bytes).map(|record| encode(&record)),
    }
}

#[test]
fn every_sample_survives_a_round_trip() {
    for Sample {
        name, bytes, again, ..
    } in golden::samples()
    {
        assert_eq!(again(&bytes), Ok(bytes), "{name}");
    }
}

#[test]
fn another_kind_is_refused() {
    for Sample {
        name,
        mut bytes,
        again,
        ..
    } in golden::samples()
    {
        bytes[0] += 1;
        assert_eq!(again(&bytes), Err(DecodeError::Tag), "{name}");
    }
}

#[test]
fn an_unknown_version_is_refused() {
    for Sample {
        name,
        mut bytes,
        again,
        ..
    } in golden::samples()
    {
        bytes[1] += 1;
        assert_eq!(again(&bytes), Err(DecodeError::Version), "{name}");
    }
}

#[test]
fn what_is_cut_short_or_goes_on_is_refused() {
    for Sample {
        name,
        mut bytes,
        again,
        ..
    } in golden::samples()
    {
        for length in 0..bytes.len() {
            let cut = again(&bytes[..length]);
            assert_eq!(cut, Err(DecodeError::Damaged), "{name} cut at {length}");
        }
        bytes.push(0);
        assert_eq!(again(&bytes), Err(DecodeError::Damaged), "{name} and more");
    }
}

#[test]
fn a_giant_length_anywhere_is_refused_or_harmless() {
    for Sample {
        name, bytes, again, ..
    } in golden::samples()
    {
        for giant in [u64::MAX, u64::MAX >> 1, 1 << 40, 1 << 21] {
            for at in 2..bytes.len().saturating_sub(7) {
                let mut bytes = bytes.clone();
                bytes[at..at + 8].copy_from_slice(&giant.to_le_bytes());
                let read = catch_unwind(|| again(&bytes));
                assert!(read.is_ok(), "{name} panics with {giant:#x} at {at}");
            }
        }
    }
}

#[test]
fn a_giant_text_is_refused() {
    let note = crate::store::record::Note {
        say: Say::Alert(crate::rules::domain::alert::Alert::ModelBack {
            model: crate::rules::domain::id::ModelName("m".into()),
        }),
        lang: Lang::Ru,
        at: Timestamp(0),
        failing: None,
    };
    let giant = 1u64 << 40;
    let mut short = encode(&note);
    let length = 2 + 1 + 1;
    assert_eq!(short[length], 1);
    // 253 says that eight bytes follow.
    let giant = [&[253], giant.to_le_bytes().as_slice()].concat();
    short.splice(length..=length, giant);
    assert_eq!(decode::<Note>(&short), Err(DecodeError::Damaged));
}

#[test]
fn tags_tell_the_kinds_apart() {
    let mut tags = [
        Counters::TAG,
        UserRow::TAG,
        Order::TAG,
        JobRow::TAG,
        Entry::TAG,
        Note::TAG,
        Rest::TAG,
        Raised::TAG,
        Closed::TAG,
    ];
    tags.sort_unstable();
    assert_eq!(tags, [1, 2, 3, 4, 5, 6, 7, 8, 9]);
}
