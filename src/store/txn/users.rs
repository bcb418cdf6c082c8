//! Users in a transaction: each is read and written once in a batch, however many closures it concerns.

use redb::ReadableTable;

use super::Txn;
use super::met::Met;
use crate::rules::domain::id::UserId;
use crate::rules::domain::user::Lang;
use crate::rules::domain::user_ref::Bearer;
use crate::store::StoreError;
use crate::store::record::{UserRow, encode};
use crate::store::row::{missing, read, small};

impl Txn<'_> {
    /// Writes the users whom the batch has changed.
    pub(crate) fn write_met(&mut self) -> Result<(), StoreError> {
        for (id, met) in self.met.take() {
            if met.new {
                self.users.insert(id.0, encode(&met.row).as_slice())?;
            }
        }
        Ok(())
    }

    /// A user.
    pub fn user(&self, id: UserId) -> Result<Option<UserRow>, StoreError> {
        if let Some(met) = self.met.borrow().get(&id) {
            return Ok(Some(met.row.clone()));
        }
        let row: Option<UserRow> = read(&self.users, id.0, "users.v1")?;
        if let Some(row) = row.clone() {
            let met = Met { row, new: false };
            self.met.borrow_mut().insert(id, met);
        }
        Ok(row)
    }

    /// A user's language.
    pub fn lang_of(&self, id: UserId) -> Result<Lang, StoreError> {
        if let Some(met) = self.met.borrow().get(&id) {
            return Ok(met.row.user.lang);
        }
        Ok(self.known_user(id)?.user.lang)
    }

    /// Whether a user cannot be written to.
    pub(crate) fn is_away(&self, id: UserId) -> Result<bool, StoreError> {
        if let Some(met) = self.met.borrow().get(&id) {
            return Ok(!met.row.user.reachable);
        }
        Ok(self.user(id)?.is_some_and(|row| !row.user.reachable))
    }

    /// A user who must be there.
    pub fn known_user(&self, id: UserId) -> Result<UserRow, StoreError> {
        self.user(id)?.ok_or_else(|| missing("users.v1", id.0))
    }

    /// Everybody who has that name, as far as is known, or has had it.
    pub fn bearers(&self, name: &str) -> Result<Vec<Bearer>, StoreError> {
        let name = small(name);
        let of_name = (name.as_str(), 0)..=(name.as_str(), u64::MAX);
        let rows = self.names.range(of_name)?;
        rows.map(|row| {
            let (key, since) = row?;
            let user = UserId(key.value().1);
            let seen = self.known_user(user)?.seen;
            let has = since.value() == 0;
            Ok(Bearer { user, seen, has })
        })
        .collect()
    }

    /// Keeps a user, and who has which name, and who came when.
    pub fn put_user(&mut self, id: UserId, row: &UserRow) -> Result<(), StoreError> {
        let before = match self.user(id) {
            Ok(Some(before)) => before.user.username,
            Ok(None) => {
                self.joined.insert((row.user.since.0, id.0), ())?;
                None
            }
            // What cannot be read has no name.
            Err(StoreError::Corrupt { .. }) => None,
            Err(error) => return Err(error),
        };
        self.writes += 1;
        let met = Met {
            row: row.clone(),
            new: true,
        };
        self.met.get_mut().insert(id, met);
        if before != row.user.username {
            if let Some(name) = before {
                let since = row.seen.0.max(1);
                self.names.insert((small(&name).as_str(), id.0), since)?;
            }
            if let Some(name) = &row.user.username {
                self.names.insert((small(name).as_str(), id.0), 0)?;
            }
        }
        Ok(())
    }
}
