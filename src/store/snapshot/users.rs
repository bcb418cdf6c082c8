//! Users, as readers see them.

use std::collections::BTreeSet;

use redb::{ReadableTable, ReadableTableMetadata};

use super::{NAMES, Snapshot};
use crate::rules::domain::id::UserId;
use crate::rules::domain::user_ref::Bearer;
use crate::store::found::Found;
use crate::store::record::UserRow;
use crate::store::row::{missing, parse, read, small};
use crate::store::{StoreError, tables};

impl Snapshot {
    /// A user.
    pub fn user(&self, id: UserId) -> Result<Option<UserRow>, StoreError> {
        read(&self.0.open_table(tables::USERS)?, id.0, "users.v1")
    }

    /// Everybody who has that name, as far as is known, or has had it.
    pub fn bearers(&self, name: &str) -> Result<Vec<Bearer>, StoreError> {
        let (table, name) = (self.0.open_table(tables::NAMES)?, small(name));
        let rows = table.range((name.as_str(), 0)..=(name.as_str(), u64::MAX))?;
        rows.map(|row| {
            let (key, since) = row?;
            let user = UserId(key.value().1);
            let row = self.user(user)?;
            let seen = row.ok_or_else(|| missing("users.v1", user.0))?.seen;
            let has = since.value() == 0;
            Ok(Bearer { user, seen, has })
        })
        .collect()
    }

    /// Every user.
    pub fn users(&self) -> Result<Vec<(UserId, UserRow)>, StoreError> {
        let table = self.0.open_table(tables::USERS)?;
        table
            .iter()?
            .map(|row| {
                let (key, value) = row?;
                let id = key.value();
                Ok((UserId(id), parse(value.value(), "users.v1", id)?))
            })
            .collect()
    }

    /// The newest users, newest first, at most `most`; only those who came before that one.
    pub fn newest_users(
        &self,
        before: Option<UserId>,
        most: usize,
    ) -> Result<Vec<(UserId, UserRow)>, StoreError> {
        let table = self.table(tables::JOINED)?;
        let before = match before {
            Some(id) => self.user(id)?.map(|row| (row.user.since.0, id.0)),
            None => None,
        };
        let rows = match before {
            Some(before) => table.range(..before)?,
            None => table.range::<(u64, u64)>(..)?,
        };
        rows.rev()
            .take(most)
            .map(|row| {
                let (_, id) = row?.0.value();
                let row = self.user(UserId(id))?;
                Ok((UserId(id), row.ok_or_else(|| missing("users.v1", id))?))
            })
            .collect()
    }

    /// Users whose name or number begins with that, and such whose name has it in it, at most `most`. Of the names
    /// that only have it in them, [`NAMES`] are looked at.
    pub fn users_like(&self, like: &str, most: usize) -> Result<Found<UserId>, StoreError> {
        let like = small(like);
        let names = self.table(tables::NAMES)?;
        let mut found = Found::whole(Vec::new());
        for row in names.range((like.as_str(), 0)..)? {
            let row = row?;
            let (name, id) = row.0.value();
            if !name.starts_with(&like) || found.rows.len() == most {
                break;
            }
            if row.1.value() == 0 {
                found.rows.push(UserId(id));
            }
        }
        self.numbered_like(&like, most, &mut found.rows)?;
        for (row, looked) in names.range::<(&str, u64)>(..)?.zip(0..) {
            if found.rows.len() == most {
                break;
            }
            if looked == NAMES {
                found.cut = true;
                break;
            }
            let row = row?;
            let (name, id) = row.0.value();
            let has = row.1.value() == 0;
            if has && name.contains(&like) && !found.rows.contains(&UserId(id)) {
                found.rows.push(UserId(id));
            }
        }
        Ok(found)
    }

    /// Users whose number begins with these digits: for each number of further digits they stand side by side.
    fn numbered_like(
        &self,
        digits: &str,
        most: usize,
        found: &mut Vec<UserId>,
    ) -> Result<(), StoreError> {
        if digits.starts_with('0') || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Ok(());
        }
        let Ok(first) = digits.parse::<u64>() else {
            return Ok(());
        };
        let users = self.table(tables::USERS)?;
        let mut widths = std::iter::successors(Some(1_u64), |width| width.checked_mul(10));
        while let Some(width) = widths.next()
            && let Some(from) = first.checked_mul(width)
        {
            for row in users.range(from..from.saturating_add(width))? {
                if found.len() == most {
                    return Ok(());
                }
                let id = UserId(row?.0.value());
                if !found.contains(&id) {
                    found.push(id);
                }
            }
        }
        Ok(())
    }

    /// Everybody who is shut out.
    pub fn banned(&self) -> Result<BTreeSet<UserId>, StoreError> {
        let rows = self.rows(tables::BANS)?;
        rows.map(|row| Ok(UserId(row?.0.value()))).collect()
    }

    /// How many users there are, and how many of them are shut out.
    pub fn count_users(&self) -> Result<(u64, u64), StoreError> {
        let users = self.table(tables::USERS)?.len()?;
        Ok((users, self.table(tables::BANS)?.len()?))
    }
}
