//! What a request meets at the stand-in YooKassa: the book, what goes wrong, and who is told.

use std::sync::{Arc, Mutex};

use super::book::Book;
use crate::sandbox::{
    ground::Ground,
    lock::lock,
    rail::{Faults, bell::Bell, bell::Letter},
};

/// What a request meets.
#[derive(Clone)]
pub(super) struct Door {
    pub(super) ground: Ground,
    pub(super) book: Arc<Mutex<Book>>,
    pub(super) faults: Arc<Mutex<Faults>>,
    pub(super) bell: Bell,
}

impl Door {
    /// Changes the book, after what is due has come to its end; what there is to tell goes out.
    pub(super) fn change<T>(&self, change: impl FnOnce(&mut Book, u64) -> T) -> T {
        let now = self.ground.now();
        let (done, news) = {
            let mut book = lock(&self.book);
            book.age(now);
            let done = change(&mut book, now);
            (done, std::mem::take(&mut book.news))
        };
        for body in news {
            let (headers, body) = (Vec::new(), body.to_string());
            self.bell.ring(&self.ground, Letter { headers, body });
            self.ground.journal.touch();
        }
        done
    }
}
