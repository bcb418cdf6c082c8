//! Keys and models that rest, in a transaction.

use redb::ReadableTable;

use super::Txn;
use crate::rules::domain::keyring::Rest;
use crate::store::StoreError;
use crate::store::record::encode;
use crate::store::row::{named, read};

impl Txn<'_> {
    /// The rest of a key or model.
    pub fn rest(&self, name: &str) -> Result<Option<Rest>, StoreError> {
        read(&self.rests, name, "rests.v1")
    }

    /// Every key and model that has been put to rest, by its name.
    pub(crate) fn all_rests(&self) -> Result<Vec<(String, Rest)>, StoreError> {
        let rows = self.rests.iter()?;
        rows.map(|row| {
            let (name, rest) = row?;
            named(name.value(), rest.value(), "rests.v1")
        })
        .collect()
    }

    /// Puts a key or model to rest.
    pub fn put_rest(&mut self, name: &str, rest: &Rest) -> Result<(), StoreError> {
        self.writes += 1;
        self.rests.insert(name, encode(rest).as_slice())?;
        Ok(())
    }

    /// Ends the rest of a key or model; whether there was one.
    pub(crate) fn end_rest(&mut self, name: &str) -> Result<bool, StoreError> {
        self.writes += 1;
        Ok(self.rests.remove(name)?.is_some())
    }
}
