//! What a request meets at the stand-in Bot API: the world, the settings, and what goes wrong.

use std::{
    convert::Infallible,
    sync::{Arc, Mutex},
};

use serde_json::Value;
use tokio::sync::{Notify, oneshot, watch};

use super::{args::Refusal, chats::World, faults::Faults, settings::Settings};
use crate::sandbox::{ground::Ground, lock::lock};

/// The token of the bot.
pub(super) const TOKEN: &str = "1000000001:SANDBOXsandboxSANDBOXsandboxSANDBOX";

/// What a request meets.
#[derive(Clone)]
pub(super) struct Door {
    pub(super) ground: Ground,
    pub(super) inner: Arc<Inner>,
}

/// What a method answers.
pub(super) type Answer = Result<Value, Refusal>;

pub(super) struct Inner {
    pub(super) world: Mutex<World>,
    pub(super) settings: Mutex<Settings>,
    pub(super) faults: Mutex<Faults>,
    /// Whose presses wait for their answers, until it ends.
    pub(super) unheard: Mutex<Vec<(i64, watch::Receiver<()>)>>,
    /// Ends when the next download may go on.
    pub(super) hold: Mutex<Option<oneshot::Receiver<Infallible>>>,
    /// Rings when an update is put in line or a poll must end.
    pub(super) wake: Notify,
}

impl Door {
    /// Looks at the world.
    pub(super) fn ask<T>(&self, question: impl FnOnce(&World) -> T) -> T {
        question(&lock(&self.inner.world))
    }

    /// Changes the world, and lets everybody know.
    pub(super) fn change<T>(&self, change: impl FnOnce(&mut World) -> T) -> T {
        let answer = change(&mut lock(&self.inner.world));
        self.inner.wake.notify_waiters();
        self.ground.journal.touch();
        answer
    }

    /// As [`Door::change`], for a method, which may be refused.
    pub(super) fn try_change<T>(
        &self,
        change: impl FnOnce(&mut World, u64) -> Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        self.change(|world| change(world, self.ground.now()))
    }
}
