//! Users, as operators see them.

use std::cmp::Reverse;

use super::answer::{EntryLine, Listed, UserCard, UserLine};
use super::ask::{History, User, Users};
use super::desk::{Answerable, Desk};
use super::whom::find;
use super::{entries, orders};
use crate::rules::conversation::draft::Question;
use crate::rules::domain::deed::refusal::Refusal;
use crate::rules::domain::id::UserId;
use crate::shop::deeds::{By, Judged};
use crate::store::found::Found;
use crate::store::record::UserRow;
use crate::store::snapshot::NAMES;
use crate::store::{Snapshot, StoreError};

/// The newest entries and orders that a user's card shows.
const SHOWN: usize = 20;

impl Answerable for Users {
    async fn answer(self, desk: &Desk, _: By) -> Judged<Listed<UserLine>> {
        let Self {
            like,
            banned,
            before,
            most,
        } = self;
        let see = move |snapshot: &Snapshot| users(snapshot, like.as_deref(), banned, before, most);
        Ok(Ok(desk.see(see).await?))
    }
}

impl Answerable for User {
    async fn answer(self, desk: &Desk, _: By) -> Judged<UserCard> {
        let see = move |snapshot: &Snapshot| match find(snapshot, &self.whom)? {
            Ok(user) => card(snapshot, user),
            Err(refusal) => Ok(Err(refusal)),
        };
        desk.see(see).await
    }
}

impl Answerable for History {
    async fn answer(self, desk: &Desk, _: By) -> Judged<Listed<EntryLine>> {
        let see = move |snapshot: &Snapshot| match find(snapshot, &self.whom)? {
            Ok(user) => Ok(Ok(entries::history(
                snapshot,
                user,
                self.before,
                self.most,
            )?)),
            Err(refusal) => Ok(Err(refusal)),
        };
        desk.see(see).await
    }
}

/// Users, the newest first.
pub fn users(
    snapshot: &Snapshot,
    like: Option<&str>,
    banned: bool,
    before: Option<u64>,
    most: usize,
) -> Result<Listed<UserLine>, StoreError> {
    let like = like.map(|like| like.trim_start_matches('@').to_lowercase());
    let before = before.map(UserId);
    let found = match (&like, banned) {
        (None, false) => return listed(snapshot, &snapshot.newest_users(before, most)?, None),
        (Some(like), false) => snapshot.users_like(like, most)?,
        (like, true) => shut_out(snapshot, like.as_deref())?,
    };
    let mut users = Vec::new();
    for id in &found.rows {
        users.extend(snapshot.user(*id)?.map(|row| (*id, row)));
    }
    users.sort_by_key(|(id, row)| Reverse((row.user.since, *id)));
    if let Some(at) = users.iter().position(|(id, _)| Some(*id) == before) {
        users.drain(..=at);
    }
    users.truncate(most);
    listed(snapshot, &users, found.cut.then_some(NAMES))
}

/// Those who are shut out, as far as name or number fit: an operator has named each of them.
fn shut_out(snapshot: &Snapshot, like: Option<&str>) -> Result<Found<UserId>, StoreError> {
    let mut found = Found {
        rows: Vec::new(),
        cut: false,
    };
    for id in snapshot.banned()? {
        let fits = match like {
            None => true,
            Some(like) if id.to_string().starts_with(like) => true,
            Some(like) => {
                let name = snapshot.user(id)?.and_then(|row| row.user.username);
                name.is_some_and(|name| name.to_lowercase().contains(like))
            }
        };
        found.rows.extend(fits.then_some(id));
    }
    Ok(found)
}

fn listed(
    snapshot: &Snapshot,
    users: &[(UserId, UserRow)],
    looked: Option<usize>,
) -> Result<Listed<UserLine>, StoreError> {
    let lines = users.iter().map(|(id, row)| line(snapshot, *id, row));
    let lines = lines.collect::<Result<_, _>>()?;
    Ok(Listed { lines, looked })
}

/// A user, closely.
pub fn card(snapshot: &Snapshot, id: UserId) -> Judged<UserCard> {
    let Some(row) = snapshot.user(id)? else {
        return Ok(Err(Refusal::NoUser(id.to_string())));
    };
    let newest = snapshot.entries_of_user(id, None, SHOWN)?;
    let orders = orders::list(snapshot, Some(id), None, SHOWN)?;
    Ok(Ok(UserCard {
        user: line(snapshot, id, &row)?,
        ban: snapshot.ban(id)?.map(|ban| (ban.since.0, ban.why)),
        step: row
            .session
            .question()
            .map_or("menu", Question::name)
            .to_owned(),
        notes: snapshot.notes(id.chat())?.len(),
        entries: newest.iter().map(entries::line).collect(),
        orders,
    }))
}

fn line(snapshot: &Snapshot, id: UserId, row: &UserRow) -> Result<UserLine, StoreError> {
    let user = &row.user;
    Ok(UserLine {
        id: id.0,
        name: user.username.clone(),
        available: user.available.0,
        held: user.held.0,
        lang: user.lang.code().to_owned(),
        since: user.since.0,
        seen: row.seen.0,
        reachable: user.reachable,
        banned: snapshot.ban(id)?.is_some(),
    })
}
