//! What the page works with.

use crate::sandbox::{gpt::Gpt, ground::Ground, kie::Kie, telegram::Telegram};

#[derive(Clone)]
pub(super) struct Page {
    pub(super) ground: Ground,
    pub(super) telegram: Telegram,
    pub(super) kie: Kie,
    pub(super) gpt: Gpt,
}
