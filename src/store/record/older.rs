//! Shapes of rows that are sealed: what wrote them is gone, they stay as they are and are read for ever.

use serde::{Deserialize, Serialize};

use crate::domain::credit::{self, Account, Before, Credits, Reason};
use crate::domain::id::EntryId;
use crate::domain::time::Timestamp;

/// An entry of version 2, until schema 3: it does not know which one was before it.
#[derive(Serialize, Deserialize)]
pub struct Entry {
    id: EntryId,
    at: Timestamp,
    from: Account,
    to: Account,
    amount: Credits,
    reason: Reason,
    from_balance: i64,
    to_balance: i64,
}

impl From<Entry> for credit::Entry {
    fn from(old: Entry) -> Self {
        Self {
            id: old.id,
            at: old.at,
            from: old.from,
            to: old.to,
            amount: old.amount,
            before: match old.reason {
                Reason::Welcome => Before::First,
                Reason::Hold { .. }
                | Reason::Capture { .. }
                | Reason::Release { .. }
                | Reason::Grant { .. } => Before::Unknown,
            },
            reason: old.reason,
            from_balance: old.from_balance,
            to_balance: old.to_balance,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::record::{DecodeError, decode};

    #[test]
    fn an_entry_of_version_2_is_read_and_knows_none_before_it() {
        let golden = include_str!("older.txt");
        for line in golden.lines() {
            let digits = line.as_bytes().chunks(2);
            let byte = |hex| u8::from_str_radix(std::str::from_utf8(hex).unwrap(), 16).unwrap();
            let bytes: Vec<u8> = digits.map(byte).collect();
            assert_eq!(bytes[..2], [5, 2]);
            let entry: credit::Entry = decode(&bytes).unwrap();
            let first = entry.reason == Reason::Welcome;
            let before = if first {
                Before::First
            } else {
                Before::Unknown
            };
            assert_eq!(
                (entry.id, entry.to_balance, entry.before),
                (EntryId(1), 5, before)
            );
            let cut = decode::<credit::Entry>(&bytes[..bytes.len() - 1]);
            assert_eq!(cut, Err(DecodeError::Damaged));
        }
        assert_eq!(golden.lines().count(), 11);
    }
}
