//! Rows: a record read from a table, or the error that names where it is not.

use redb::ReadableTable;

use super::record::{Record, decode, unsealed};
use super::{StoreError, tables};
use crate::rules::domain::credit::{Entry, Seal};

/// Reads a record from any table, written or seen through a snapshot.
pub(crate) fn read<'k, K, T>(
    table: &impl ReadableTable<K, tables::Row>,
    key: K::SelfType<'k>,
    name: &'static str,
) -> Result<Option<T>, StoreError>
where
    K: redb::Key + 'static,
    K::SelfType<'k>: std::fmt::Debug + Clone,
    T: Record,
{
    match table.get(key.clone())? {
        Some(row) => parse(row.value(), name, format!("{key:?}")).map(Some),
        None => Ok(None),
    }
}

/// The record of a row.
pub(crate) fn parse<T: Record>(
    bytes: &[u8],
    table: &'static str,
    key: impl ToString,
) -> Result<T, StoreError> {
    decode(bytes).map_err(|error| StoreError::Corrupt {
        table,
        key: key.to_string(),
        what: error.what(),
    })
}

/// A row that goes by a name, with it.
pub(crate) fn named<T: Record>(
    name: &str,
    bytes: &[u8],
    table: &'static str,
) -> Result<(String, T), StoreError> {
    Ok((name.to_owned(), parse(bytes, table, name)?))
}

/// The error for a row that must be there.
pub(crate) fn missing(table: &'static str, key: u64) -> StoreError {
    StoreError::Corrupt {
        table,
        key: key.to_string(),
        what: "is missing",
    }
}

/// A name as it is looked up: Telegram does not tell capitals apart.
pub(crate) fn small(name: &str) -> String {
    name.to_ascii_lowercase()
}

/// An entry and its seal, from its row.
pub(crate) fn entry(number: u64, row: &[u8]) -> Result<(Entry, Seal), StoreError> {
    let (record, seal) = unsealed(row).map_err(|error| StoreError::Corrupt {
        table: "ledger.v2",
        key: number.to_string(),
        what: error.what(),
    })?;
    Ok((parse(record, "ledger.v2", number)?, seal))
}
