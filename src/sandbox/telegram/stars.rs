//! Telegram's book of Stars: who has how many, and what was paid and given back.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::sandbox::rail::News;

/// A bot answers a checkout in ten seconds, or nothing is paid.
pub(super) const PATIENCE: u64 = 10_000;
/// What a person has who was given nothing.
const POCKET_MONEY: i64 = 1_000;

/// An invoice in a chat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invoice {
    pub title: String,
    pub description: String,
    /// What the bot is told when it is paid.
    pub payload: String,
    pub stars: i64,
    /// If it is empty, anybody may pay it as often as they like.
    pub start_parameter: String,
    pub paid: bool,
}

/// How a checkout stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Checkout {
    /// The bot has not answered yet.
    Waiting,
    /// It is paid, under this charge.
    Paid(String),
    /// It is not, and the person reads why.
    Failed(String),
}

/// What was paid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Charge {
    pub id: String,
    pub person: i64,
    pub stars: i64,
    pub payload: String,
    pub refunded: bool,
    /// The update that tells of it; none if it was lost or waits.
    pub news: Option<i64>,
}

pub(super) struct Open {
    pub(super) id: String,
    pub(super) person: i64,
    pub(super) message: i64,
    pub(super) invoice: Invoice,
    pub(super) at: u64,
    pub(super) answered: bool,
    pub(super) ended: Option<Checkout>,
}

#[derive(Default)]
pub(super) struct Stars {
    wallets: BTreeMap<i64, i64>,
    pub(super) bot: i64,
    pub(super) rows: Vec<Value>,
    pub(super) charges: Vec<Charge>,
    pub(super) checkouts: Vec<Open>,
    pub(super) news: News,
    pub(super) held: Vec<(usize, i64, Value)>,
    /// Why payments fail that the bot has agreed to.
    pub(super) fails: Vec<String>,
}

impl Stars {
    pub(super) fn of(&self, person: i64) -> i64 {
        self.wallets.get(&person).copied().unwrap_or(POCKET_MONEY)
    }

    pub(super) fn set(&mut self, person: i64, stars: i64) {
        self.wallets.insert(person, stars);
    }

    /// How a checkout stands at this moment.
    pub(super) fn checkout(&self, id: &str, now: u64) -> Option<Checkout> {
        let open = self.checkouts.iter().find(|it| it.id == id)?;
        Some(match &open.ended {
            Some(ended) => ended.clone(),
            None if now >= open.at + PATIENCE => timed_out(),
            None => Checkout::Waiting,
        })
    }
}

pub(super) fn timed_out() -> Checkout {
    Checkout::Failed("BOT_PRECHECKOUT_TIMEOUT".to_owned())
}
