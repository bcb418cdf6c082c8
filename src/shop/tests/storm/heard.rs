//! Asking for a deed: what is heard of it, and how often it was run.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use super::super::step::Step;
use super::super::*;
use super::shown::mark;
use crate::store::row::missing;

/// What an asker hears, and how often what it asked for was run.
#[derive(Clone, Default)]
pub struct Heard {
    pub answer: Arc<Mutex<Option<Result<String, StoreError>>>>,
    pub runs: Arc<AtomicU32>,
}

/// Whether a deed fails after all of it is written, so that its batch is run again without it.
pub fn spoils(number: u64) -> bool {
    number % 11 == 10
}

/// Asks for a deed, with its mark.
pub async fn ask(store: Store, number: u64, deed: Step, hurried: bool, heard: Heard) {
    let (shop, runs) = (store.shop(), heard.runs);
    let work = move |txn: &mut Txn<'_>| {
        runs.fetch_add(1, Ordering::Relaxed);
        let answer = deed.run(txn, &shop)?;
        mark(txn, number)?;
        match spoils(number) {
            true => Err(missing("jobs.v1", number)),
            false => Ok(answer),
        }
    };
    let told = match hurried {
        true => store.try_write(work).await,
        false => store.write(work).await,
    };
    *heard.answer.lock().unwrap() = Some(told);
}
