//! What is learned of each user on the way through the books: a shop has many, so it is little.

use std::collections::HashMap;

use crate::rules::domain::credit::{Account, Credits};
use crate::rules::domain::id::{EntryId, OrderId, UserId};

/// Where a user sits among those met so far, from 1 on; 0 is nobody.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Seat(u32);

/// A user as the rows so far tell.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Person {
    pub user: UserId,
    /// What the entries make of what can be spent, once there are any.
    pub available: Folded,
    /// What they make of what is held.
    pub held: Folded,
    /// The last entry that leads to the one before it; 0 if there is none.
    entry: u64,
    /// The last order; 0 if there is none.
    order: u64,
    /// What the jobs that have not ended cost together.
    pub live: u32,
    /// Whether they were welcomed.
    pub welcomed: bool,
    /// Whether they have a row.
    pub known: bool,
}

/// What the entries make of an account.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Folded {
    pub balance: i64,
    /// The last entry that names the account; 0 if none does.
    pub last: u64,
}

impl Person {
    fn new(user: UserId) -> Self {
        Self {
            user,
            available: Folded::default(),
            held: Folded::default(),
            entry: 0,
            order: 0,
            live: 0,
            welcomed: false,
            known: false,
        }
    }

    /// Notes a job that has not ended.
    pub fn costs(&mut self, price: Credits) {
        self.live = self.live.saturating_add(price.0);
    }

    /// Notes the last entry; the one before it.
    pub fn follow_entry(&mut self, entry: EntryId) -> Option<EntryId> {
        let before = self.last_entry();
        self.entry = entry.0;
        before
    }

    /// Notes the last order; the one before it.
    pub fn follow_order(&mut self, order: OrderId) -> Option<OrderId> {
        let before = self.last_order();
        self.order = order.0;
        before
    }

    /// The newest entry, if there is one.
    pub fn last_entry(&self) -> Option<EntryId> {
        (self.entry != 0).then_some(EntryId(self.entry))
    }

    /// The newest order, if there is one.
    pub fn last_order(&self) -> Option<OrderId> {
        (self.order != 0).then_some(OrderId(self.order))
    }

    /// The accounts, and what the entries make of each.
    pub fn accounts(&self) -> [(Account, Folded); 2] {
        [
            (Account::Available(self.user), self.available),
            (Account::Held(self.user), self.held),
        ]
    }
}

/// Everybody met so far.
#[derive(Debug, Default)]
pub(crate) struct People {
    seats: HashMap<UserId, Seat>,
    people: Vec<Person>,
}

impl People {
    /// Makes room for so many more, at once: what grows by doubling takes up twice the room.
    pub fn expect(&mut self, many: usize) {
        self.seats.reserve(many);
        self.people.reserve_exact(many);
    }

    /// Where a user sits; a new one is given a seat.
    pub fn seat(&mut self, user: UserId) -> Seat {
        let people = &mut self.people;
        *self.seats.entry(user).or_insert_with(|| {
            people.push(Person::new(user));
            Seat(u32::try_from(people.len()).expect("a shop has fewer than 2^32 users"))
        })
    }

    /// A user, known so far or not.
    pub fn of(&mut self, user: UserId) -> &mut Person {
        let seat = self.seat(user);
        &mut self.people[seat.0 as usize - 1]
    }

    /// Who sits there.
    pub fn at(&self, seat: Seat) -> Option<&Person> {
        self.people.get((seat.0 as usize).checked_sub(1)?)
    }

    /// Everybody, in the order in which they were met.
    pub fn iter(&self) -> impl Iterator<Item = &Person> {
        self.people.iter()
    }
}
