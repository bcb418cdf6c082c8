//! What a request for a script meets: the key, and what is planned for it.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use serde_json::Value;

use super::writing::{Reply, Writing};
use crate::sandbox::ground::Ground;

pub(super) const KEY: &str = "sk-sandbox-0000000000000000000000000000";

#[derive(Clone)]
pub(super) struct Door {
    pub(super) ground: Ground,
    pub(super) inner: Arc<Inner>,
}

#[derive(Default)]
pub(super) struct Inner {
    pub(super) next: Mutex<VecDeque<Writing>>,
    pub(super) once: Mutex<VecDeque<Reply>>,
    pub(super) always: Mutex<Option<Reply>>,
    /// Every script it wrote, oldest first.
    pub(super) said: Mutex<Vec<String>>,
    /// Where the last answer sent its reader on to.
    pub(super) moved: Mutex<Option<String>>,
    pub(super) requests: Mutex<Vec<Value>>,
}
