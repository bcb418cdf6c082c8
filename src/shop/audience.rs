//! The audience of a broadcast: which users it is for, in the order of their numbers.
//!
//! Those who are shut out, cannot be reached or came later than it are never of it.

use std::collections::HashSet;
use std::time::Duration;

use crate::base::time::Timestamp;
use crate::rules::domain::broadcast::Segment;
use crate::rules::domain::id::UserId;
use crate::rules::domain::order::Order;
use crate::rules::domain::retired::Retired;
use crate::store::record::UserRow;
use crate::store::row::parse;
use crate::store::{Snapshot, StoreError, tables};

/// How far back «of late» reaches.
const OF_LATE: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// Who a broadcast is for.
#[derive(Debug)]
pub struct Audience {
    by: UserId,
    at: Timestamp,
    /// Who has ordered of late.
    recent: HashSet<UserId>,
}

impl Audience {
    /// The audience of a broadcast that is begun at `at` by somebody. Looks at the orders of a month.
    pub fn new(snapshot: &Snapshot, by: UserId, at: Timestamp) -> Result<Self, StoreError> {
        let mut recent = HashSet::new();
        for row in snapshot.rows(tables::ORDERS)?.rev() {
            let (key, value) = row?;
            let order: Order = parse(value.value(), "orders.v1", key.value())?;
            if at.since(order.placed_at) >= OF_LATE {
                break;
            }
            if order.placed_at <= at {
                recent.insert(order.user);
            }
        }
        for row in snapshot.rows(tables::ARCHIVE)?.rev() {
            let (key, value) = row?;
            let retired: Retired = parse(value.value(), "archive.v1", key.value())?;
            if at.since(retired.placed_at) >= OF_LATE {
                break;
            }
            recent.insert(retired.user);
        }
        Ok(Self { by, at, recent })
    }

    /// How many are in each segment. Looks at every user.
    pub fn count(&self, snapshot: &Snapshot) -> Result<Vec<(Segment, u64)>, StoreError> {
        let mut counts: Vec<_> = Segment::ALL.map(|segment| (segment, 0)).to_vec();
        for row in snapshot.rows(tables::USERS)? {
            let (key, value) = row?;
            let id = UserId(key.value());
            let row: UserRow = parse(value.value(), "users.v1", id)?;
            if !self.may_hear(snapshot, id, &row)? {
                continue;
            }
            for (segment, count) in &mut counts {
                *count += u64::from(self.is_of(*segment, id, &row));
            }
        }
        Ok(counts)
    }

    /// Up to `most` users of a segment whose numbers come after `last`.
    pub fn after(
        &self,
        snapshot: &Snapshot,
        segment: Segment,
        last: Option<UserId>,
        most: usize,
    ) -> Result<Vec<UserId>, StoreError> {
        let first = last.map_or(0, |last| last.0.saturating_add(1));
        let mut found = Vec::new();
        for row in snapshot.rows_from(tables::USERS, first)? {
            let (key, value) = row?;
            let id = UserId(key.value());
            let row: UserRow = parse(value.value(), "users.v1", id)?;
            if self.is_of(segment, id, &row) && self.may_hear(snapshot, id, &row)? {
                found.push(id);
            }
            if found.len() == most {
                break;
            }
        }
        Ok(found)
    }

    fn may_hear(&self, snapshot: &Snapshot, id: UserId, row: &UserRow) -> Result<bool, StoreError> {
        Ok(row.user.reachable && row.user.since <= self.at && snapshot.ban(id)?.is_none())
    }

    fn is_of(&self, segment: Segment, id: UserId, row: &UserRow) -> bool {
        // Whoever has ordered has had a place in the fair queue.
        let ordered = row.user.last_tag > 0;
        match segment {
            Segment::All => true,
            Segment::Lang(lang) => row.user.lang == lang,
            Segment::Ordered => ordered,
            Segment::Recent => self.recent.contains(&id),
            Segment::Never => !ordered,
            Segment::Me => id == self.by,
        }
    }
}
